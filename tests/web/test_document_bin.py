"""Loans and the bin on the pages: who borrows, who takes back; what is thrown away is gone for all but its keepers."""

import pytest
from sqlalchemy import select

from documents.models import Binned, Loan
from ecabinet.audit import AuditEntry
from ecabinet.library import document_queries
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.rules import MeetingState
from tests.people import PEOPLE
from tests.web.conftest import Site
from tests.web.test_documents import a_paper, actions, id_of, put_in, seen_by, send, version_ids


def entry(site: Site, action: str) -> AuditEntry:
    with site.database.reading() as db:
        return db.scalars(select(AuditEntry).where(AuditEntry.action == action)).one()


# ------------------------------------------------------------------ loans


def test_while_one_has_borrowed_it_no_other_adds_a_version(site: Site) -> None:
    address = put_in(site, "secretary", content=b"Mot.")
    assert site.as_("secretary").post(f"{address}/borrow", {"hours": "24"}).status_code == 303
    assert "Nguyễn Thị Secretary đang mượn để sửa" in site.as_("first").get(f"{address}/details").text
    refused = send(site, "administrator", address, b"Hai.")
    assert refused.status_code == 409
    assert "Nguyễn Thị Secretary đang mượn" in refused.text
    assert site.as_("administrator").post(f"{address}/borrow", {"hours": "4"}).status_code == 409
    assert site.as_("administrator").post(f"{address}/bin", {"reason": "Thừa"}).status_code == 409
    assert site.as_("administrator").post(f"{address}/return").status_code == 409
    assert send(site, "secretary", address, b"Hai.").status_code == 303
    # with the version it was given back
    assert send(site, "administrator", address, b"Ba.").status_code == 303
    assert actions(site, address) == ["document_put_in", "document_lent", "document_version", "document_version"]


def test_it_is_given_back_by_its_holder_and_taken_back_with_a_reason(site: Site) -> None:
    address = put_in(site, "secretary")
    for _round in range(2):
        assert site.as_("secretary").post(f"{address}/borrow", {"hours": "4"}).status_code == 303
        assert site.as_("secretary").post(f"{address}/return").status_code == 303
    site.as_("secretary").post(f"{address}/borrow", {"hours": "168"})
    assert site.as_("leader").post(f"{address}/break", {"reason": "Gấp"}).status_code == 403
    assert site.as_("secretary").post(f"{address}/break", {"reason": "Gấp"}).status_code == 403
    unsaid = site.as_("administrator").post(f"{address}/break", {"reason": " "})
    assert unsaid.status_code == 422
    assert 'id="break-reason-fault"' in unsaid.text
    assert site.as_("administrator").post(f"{address}/break", {"reason": "Đi công tác"}).status_code == 303
    with site.database.reading() as db:
        assert db.scalars(select(Loan)).all() == []
    details = entry(site, "loan_broken").details
    assert (details["reason"], details["holder"]) == ("Đi công tác", f"member:{site.scene.member('secretary')}")


def test_nobody_borrows_for_as_long_as_they_like_nor_what_they_may_not_change(site: Site) -> None:
    address = put_in(site)
    for hours in ("", "0", "-4", "100000", "x"):
        assert site.as_("administrator").post(f"{address}/borrow", {"hours": hours}).status_code == 400
    assert site.as_("first").post(f"{address}/borrow", {"hours": "4"}).status_code == 403


def test_a_paper_on_loan_is_submitted_by_its_borrower_only(site: Site) -> None:
    address = a_paper(site)
    assert site.as_("chair").post(f"{address}/borrow", {"hours": "4"}).status_code == 303
    refused = send(site, "secretary", address, b"Bao cao 2.")
    assert refused.status_code == 409
    assert "Nguyễn Thị Chair đang mượn" in refused.text
    assert send(site, "chair", address, b"Bao cao 3.").status_code == 303
    assert len(version_ids(site, address)) == 2


# ------------------------------------------------------------------ the bin


def test_what_is_in_the_bin_is_gone_for_all_but_its_keepers_and_comes_back(site: Site) -> None:
    address = put_in(site, "secretary", title="Bản thừa")
    (version,) = version_ids(site, address)
    assert site.as_("leader").post(f"{address}/bin", {"reason": "Thừa"}).status_code == 403
    unsaid = site.as_("secretary").post(f"{address}/bin", {"reason": ""})
    assert unsaid.status_code == 422
    assert 'id="bin-reason-fault"' in unsaid.text
    assert seen_by(site, address) == set(PEOPLE)
    assert site.as_("secretary").post(f"{address}/bin", {"reason": "Đưa vào hai lần"}).status_code == 303

    keepers = {"secretary", "administrator"}
    for page in ("", "/details", "/versions", f"/versions/{version}/content"):
        assert seen_by(site, address + page) == keepers, page
    assert {name for name in PEOPLE if "Bản thừa" in site.as_(name).get("/archive").text} == set()
    binned = {name for name in PEOPLE if "Đưa vào hai lần" in site.as_(name).get("/archive/bin").text}
    assert binned == keepers
    assert send(site, "secretary", address, b"Hai.").status_code == 409
    assert site.as_("secretary").get(f"{address}/edit").status_code == 409
    assert site.as_("secretary").post(f"{address}/bin", {"reason": "Nữa"}).status_code == 409
    assert site.as_("first").post(f"{address}/undo").status_code == 404

    assert site.as_("administrator").post(f"{address}/undo").status_code == 303
    assert seen_by(site, address) == set(PEOPLE)
    assert site.as_("administrator").post(f"{address}/undo").status_code == 409
    assert actions(site, address)[1:] == ["document_thrown_away", "document_taken_out"]


def test_the_bin_says_until_when(site: Site) -> None:
    address, held = put_in(site), put_in(site, title="Giữ mãi")
    site.as_("administrator").post(f"{held}/edit", {"title": "Giữ mãi", "secrecy": "normal", "retention": "01"})
    for one in (address, held):
        site.as_("administrator").post(f"{one}/bin", {"reason": "Thừa"})
    with site.database.reading() as db:
        binned = db.get_one(Binned, id_of(address))
        assert (binned.until - binned.at).days == 30
    page = site.as_("administrator").get("/archive/bin").text
    assert f"sau {binned.until:%d/%m/%Y}" in page
    assert "không, vì thời hạn bảo quản" in page


def test_a_full_bin_has_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_queries, "LISTED", 2)
    for title in ("Bản A", "Bản B", "Bản C"):
        site.as_("administrator").post(f"{put_in(site, title=title)}/bin", {"reason": "Thừa"})
    pages = [site.as_("administrator").get(f"/archive/bin?page={page}").text for page in (1, 2, 3)]
    assert [sum(title in page for title in ("Bản A", "Bản B", "Bản C")) for page in pages] == [2, 1, 0]
    assert "/archive/bin?page=2" in pages[0]
    assert site.as_("administrator").get("/archive/bin?page=x").status_code == 200


def test_what_has_been_kept_long_enough_is_offered_and_nothing_goes_by_itself(site: Site) -> None:
    form = {"secrecy": "normal", "retention": "06", "closed_on": "2010-06-30"}
    over, other, held = (put_in(site, title=title) for title in ("Đã hết hạn", "Hết hạn khác", "Chưa hết hạn"))
    keeper = site.as_("administrator")
    keeper.post(f"{over}/edit", form | {"title": "Đã hết hạn"})
    keeper.post(f"{other}/edit", form | {"title": "Hết hạn khác", "retention": "07", "keep_years": "5"})
    keeper.post(f"{held}/edit", form | {"title": "Chưa hết hạn", "retention": "05"})
    page = keeper.get("/archive/bin").text
    assert "Đã hết hạn" in page
    assert "Hết hạn khác" in page
    assert "Chưa hết hạn" not in page
    assert "Đã hết hạn" not in site.as_("first").get("/archive/bin").text


def test_what_a_meeting_had_before_it_is_not_thrown_away(site: Site) -> None:
    address = a_paper(site)
    (version,) = version_ids(site, address)
    now = site.as_("secretary").post(f"{address}/bin", {"reason": "Thừa"})
    assert now.status_code == 409
    assert "đang được dùng ở phiên họp" in now.text
    with site.database.writing() as db:
        db.get_one(Meeting, site.scene.meeting).state = MeetingState.CONCLUDED
    for action, form in (("bin", {"reason": "Thừa"}), (f"versions/{version}/restore", {"note": "x"})):
        later = site.as_("secretary").post(f"{address}/{action}", form)
        assert later.status_code == 409
        assert "đã kết thúc nên được giữ nguyên" in later.text
    assert send(site, "secretary", address, b"Sua sau.").status_code == 409
    assert len(version_ids(site, address)) == 1
