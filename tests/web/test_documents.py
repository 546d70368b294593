"""Pages of a document: who sees it, who keeps it, its versions, loans and the bin."""

import io
from datetime import date

from sqlalchemy import select
from werkzeug.test import TestResponse

from documents.models import Document, PageText, Version
from documents.rules import Secrecy
from ecabinet.audit import AuditEntry
from ecabinet.meetings import papers
from ecabinet.meetings.agenda import PaperFile, items_of
from ecabinet.meetings.models import Meeting
from ecabinet.web import Services
from tests import archive
from tests.people import NOW, PEOPLE
from tests.web.conftest import CSRF, Site

OF_HUE = {"second", "third", "spare", "secretary", "leader", "administrator"}


def engines(site: Site):
    services: Services = site.app.extensions["ecabinet"]
    return services.engines


def put_in(site: Site, by: str = "administrator", **said: object) -> str:
    """The address of a document."""
    return f"/papers/{archive.put_in(site.database, engines(site).blobs, site.scene.office, by, **said)}"


def id_of(address: str) -> int:
    return int(address.rsplit("/", 1)[1])


def a_paper(site: Site) -> str:
    """The address of a paper that the secretary laid before the meeting."""
    blob = engines(site).blobs.put(io.BytesIO(b"Bao cao."))
    with site.database.writing() as db:
        meeting = db.get_one(Meeting, site.scene.meeting)
        file = PaperFile("Báo cáo", blob, "bao-cao.txt", "text/plain")
        by = site.scene.office.person(db, "secretary")
        return f"/papers/{papers.lay_paper(db, meeting, items_of(db, meeting.id)[0], file, by, NOW).document_id}"


def send(
    site: Site, who: str, address: str, content: bytes, note: str = "Sửa điều 2", *, follow_redirects: bool = False
) -> TestResponse:
    return site.as_(who).client.post(
        f"{address}/versions",
        data={"file": (io.BytesIO(content), "ban-moi.txt"), "note": note},
        headers={"X-CSRF-Token": CSRF}, content_type="multipart/form-data", follow_redirects=follow_redirects,
    )  # fmt: skip


def version_ids(site: Site, address: str) -> list[int]:
    with site.database.reading() as db:
        query = select(Version.id).where(Version.document_id == id_of(address)).order_by(Version.number)
        return list(db.scalars(query))


def actions(site: Site, address: str) -> list[str]:
    with site.database.reading() as db:
        entries = select(AuditEntry.action).where(AuditEntry.subject == f"document:{id_of(address)}")
        return list(db.scalars(entries.order_by(AuditEntry.id)))


def seen_by(site: Site, path: str) -> set[str]:
    statuses = {name: site.as_(name).get(path).status_code for name in PEOPLE}
    assert set(statuses.values()) <= {200, 404}
    return {name for name, status in statuses.items() if status == 200}


# ------------------------------------------------------------------ what it is


def test_who_sees_a_document_sees_its_pages(site: Site) -> None:
    address = put_in(site, unit="hue")
    (version,) = version_ids(site, address)
    for page in ("/details", "/versions", f"/compare?old={version}&new={version}", "", f"?version={version}"):
        assert seen_by(site, address + page) == OF_HUE, page


def test_only_its_keepers_say_what_it_is(site: Site) -> None:
    address = put_in(site, "secretary")
    statuses = {name: site.as_(name).get(f"{address}/edit").status_code for name in PEOPLE}
    assert {name for name, status in statuses.items() if status == 200} == {"secretary", "administrator"}
    form = {
        "title": "Quy chế mới", "type_code": "QĐ", "number": "7-QĐ", "issuer": "Ban Bí thư", "issued_on": "2026-01-02",
        "signer": "Trần B", "secrecy": "normal", "retention": "05", "keep_years": "", "closed_on": "2026-06-30",
    }  # fmt: skip
    assert site.as_("leader").post(f"{address}/edit", form).status_code == 403
    assert site.as_("secretary").post(f"{address}/edit", form).status_code == 303
    with site.database.reading() as db:
        document = db.get_one(Document, id_of(address))
        assert (document.title, document.type_code, document.issued_on) == ("Quy chế mới", "QĐ", date(2026, 1, 2))
        assert (document.retention, document.closed_on) == ("05", date(2026, 6, 30))
    page = site.as_("leader").get(f"{address}/details").text
    for said in ("Quy chế mới", "7-QĐ", "Ban Bí thư", "02/01/2026", "Trần B", "20 năm", "30/06/2046"):
        assert said in page
    assert actions(site, address) == ["document_put_in", "document_described"]


FAULTS = [
    ({"type_code": "??"}, "type_code"),
    ({"issued_on": "yesterday"}, "issued_on"),
    ({"closed_on": "31/12/2026"}, "closed_on"),
    ({"retention": "08"}, "retention"),
    ({"retention": "07"}, "keep_years"),
    ({"retention": "07", "keep_years": "999"}, "keep_years"),
    ({"number": "x" * 61}, "number"),
]


def test_what_is_wrong_is_said_beside_its_field(site: Site) -> None:
    address, keeper = put_in(site), site.as_("administrator")
    for fault, field in FAULTS:
        answer = keeper.post(f"{address}/edit", {"title": "Đổi", "secrecy": "normal"} | fault)
        assert answer.status_code == 422, fault
        assert f'id="field-{field}-fault"' in answer.text
        assert "Đổi" in answer.text


def test_what_becomes_secret_is_closed_to_the_people_of_the_unit(site: Site) -> None:
    address = put_in(site)
    assert seen_by(site, address) == set(PEOPLE)
    form = {"title": "Kín", "secrecy": Secrecy.SECRET.value}
    assert site.as_("administrator").post(f"{address}/edit", form).status_code == 303
    assert seen_by(site, address) == {"secretary", "leader", "administrator"}


def test_who_may_read_it_is_told_to_its_keepers_in_words(site: Site) -> None:
    address = a_paper(site)
    page = site.as_("secretary").get(f"{address}/details").text
    assert "Ai xem được" in page
    assert "Những người được mời dự phiên họp <b>Hội nghị tháng 11</b>" in page
    assert "Những người được giao đọc văn bản của <b>Trung ương Đoàn</b>" in page
    assert "Ai xem được" not in site.as_("leader").get(f"{address}/details").text


def test_where_it_is_used_is_told_to_those_who_know_of_it(site: Site) -> None:
    address = a_paper(site)
    assert site.meeting in site.as_("first").get(f"{address}/details").text
    # the leader reads the papers of the unit, and is not invited
    assert site.meeting not in site.as_("leader").get(f"{address}/details").text


# ------------------------------------------------------------------ versions


def test_versions_say_who_when_and_why(site: Site) -> None:
    address = put_in(site, content=b"Mot.")
    assert send(site, "administrator", address, b"Hai.", "Theo góp ý của Huế").status_code == 303
    page = site.as_("second").get(f"{address}/versions").text
    for said in ("Phiên bản 2", "Đang dùng", "Theo góp ý của Huế", "Nguyễn Thị Administrator", "ban-moi.txt"):
        assert said in page
    first, second = version_ids(site, address)
    content = [site.as_("second").get(f"{address}/versions/{one}/content").data for one in (first, second)]
    assert content == [b"Mot.", b"Hai."]


def test_only_those_who_may_change_it_add_a_version(site: Site) -> None:
    address = put_in(site, unit="hue")
    assert send(site, "second", address, b"Hai.").status_code == 403
    assert send(site, "stranger", address, b"Hai.").status_code == 404
    assert len(version_ids(site, address)) == 1


def test_a_version_without_reason_file_or_difference_is_refused(site: Site) -> None:
    address = put_in(site, content=b"Mot.")
    assert send(site, "administrator", address, b"Hai.", note="").status_code == 422
    assert send(site, "administrator", address, b"", note="Rỗng").status_code == 422
    none = site.as_("administrator").post(f"{address}/versions", {"note": "Không tệp"})
    assert none.status_code == 422
    assert "Không tệp" in none.text
    same = send(site, "administrator", address, b"Mot.")
    assert same.status_code == 409
    assert "giống hệt phiên bản 1" in same.text
    assert len(version_ids(site, address)) == 1


def test_that_a_file_is_in_the_archive_already_is_said(site: Site) -> None:
    put_in(site, content=b"Trung.", title="Bản ở chỗ khác")
    put_in(site, "secretary", unit="hue", content=b"Trung.", title="Bản không được biết", secrecy=Secrecy.SECRET)
    address = put_in(site, content=b"Mot.")
    answer = send(site, "administrator", address, b"Trung.", follow_redirects=True)
    assert "Tệp này đã có trong kho: Bản ở chỗ khác." in answer.text


def test_an_older_version_comes_back_as_a_new_one(site: Site) -> None:
    address = put_in(site, content=b"Mot.")
    send(site, "administrator", address, b"Hai.")
    first, second = version_ids(site, address)
    restore = f"{address}/versions/{first}/restore"
    assert site.as_("administrator").post(restore, {"note": ""}).status_code == 422
    assert site.as_("first").post(restore, {"note": "Nhầm"}).status_code == 403
    assert site.as_("administrator").post(restore, {"note": "Bản 2 gửi nhầm"}).status_code == 303
    third = version_ids(site, address)[2]
    with site.database.reading() as db:
        version = db.get_one(Version, third)
        assert (version.sha256, version.restored_from) == (db.get_one(Version, first).sha256, 1)
        assert version.note == "Bản 2 gửi nhầm"
    assert site.as_("first").get(f"{address}/versions/{third}/content").data == b"Mot."
    assert "Khôi phục từ phiên bản 1" in site.as_("first").get(f"{address}/versions").text
    # what is in use already is not restored once more, nor is the version of another document
    assert site.as_("administrator").post(f"{address}/versions/{third}/restore", {"note": "x"}).status_code == 409
    other = put_in(site, content=b"Khac.")
    assert site.as_("administrator").post(f"{other}/versions/{second}/restore", {"note": "x"}).status_code == 404


def test_two_versions_are_compared_page_by_page(site: Site) -> None:
    address = put_in(site, content=b"Mot.")
    send(site, "administrator", address, b"Hai.")
    first, second = version_ids(site, address)
    texts = {
        first: ["Điều 1. Phạm vi.", "Kinh phí là 10 triệu đồng.", "Hết."],
        second: ["Điều 1. Phạm vi.", "Trang chèn <b>thêm</b>.", "Kinh phí là 12 triệu đồng.", "Hết."],
    }
    with site.database.writing() as db:
        for version, pages in texts.items():
            db.add_all(PageText(version_id=version, page=page, text=text) for page, text in enumerate(pages))
    page = site.as_("first").get(f"{address}/compare?old={first}&new={second}").text
    assert "2 trang khác nhau, 2 trang giống nhau" in page
    assert "<ins>Trang chèn &lt;b&gt;thêm&lt;/b&gt;.</ins>" in page.replace("</ins><ins>", "")
    assert "Phạm vi" not in page  # what is the same is only counted
    same = site.as_("first").get(f"{address}/compare?old={first}&new={first}").text
    assert "giống nhau" in same
    for odd in ("", "?old=1", f"?old={first}&new=999", f"?old=x&new={second}"):
        assert site.as_("first").get(f"{address}/compare{odd}").status_code == 404


def test_a_paper_gets_its_versions_by_the_rules_of_its_meeting(site: Site) -> None:
    address = a_paper(site)
    with site.database.writing() as db:
        meeting = db.get_one(Meeting, site.scene.meeting)
        papers.set_approval(db, meeting, True, site.scene.office.person(db, "secretary"), NOW)
    assert send(site, "first", address, b"Cua nguoi khac.").status_code in {403, 409}
    sent = send(site, "secretary", address, b"Bao cao, ban hai.", follow_redirects=True)
    assert "Đã nộp bản mới, đang chờ duyệt." in sent.text
    # it waits for approval: readers have what they had
    assert len(version_ids(site, address)) == 1
    with site.database.reading() as db:
        waiting = db.scalars(select(Version).order_by(Version.id.desc())).first()
        assert waiting is not None
        assert (waiting.note, waiting.document_id != id_of(address)) == ("Sửa điều 2", True)
