"""Preparing a meeting by forms: what is wrong is named by its field, and what was typed is still there."""

import io
from collections.abc import Callable

import pytest
from sqlalchemy import select

from documents.models import Document, Version
from ecabinet.meetings import queries
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.registry.models import Body, Unit
from tests.web.conftest import CSRF, Site

GOOD = {
    "title": "Hội nghị lần 6",
    "place": "Phòng B",
    "starts_at": "2026-12-01T08:00",
    "ends_at": "2026-12-01T11:00",
    "quorum": "2/3",
}


def agenda(site: Site) -> list[int]:
    with site.database.reading() as db:
        return [item.id for item in queries.agenda(db, db.get_one(Meeting, site.scene.meeting))]


def test_a_meeting_is_made_with_its_body_invited(site: Site) -> None:
    answer = site.as_("secretary").post("/meetings/new", GOOD | {"body": site.scene.office.body})
    assert answer.status_code == 303
    meeting_id = int(answer.location.split("/")[2])
    with site.database.reading() as db:
        meeting = db.get_one(Meeting, meeting_id)
        assert (meeting.title, meeting.state) == ("Hội nghị lần 6", "draft")
        # eight o'clock on the office's clock is one o'clock in UTC
        assert (meeting.starts_at.hour, meeting.starts_at.tzname()) == (1, "UTC")
        assert len(db.scalars(select(Participant).where(Participant.meeting_id == meeting_id)).all()) == 5


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": "   "}, "Mục này chưa được nhập."),
        ({"title": "x" * 301}, "Nội dung quá dài (tối đa 300 ký tự)."),
        ({"starts_at": "hôm qua"}, "Ngày giờ chưa đúng."),
        ({"starts_at": "0001-01-01T00:00"}, "Ngày giờ chưa đúng."),
        ({"ends_at": "2026-12-01T07:59"}, "Giờ kết thúc phải sau giờ bắt đầu."),
        ({"ends_at": "2999-12-01T07:59"}, "Phiên họp không thể dài quá 14 ngày."),
        ({"quorum": "0/0"}, "Tỷ lệ phải là phân số"),
        ({"quorum": "nhiều"}, "Tỷ lệ phải là phân số"),
        ({"body": "999999"}, "Đồng chí chưa chọn đơn vị hoặc tổ chức họp."),
        ({"body": "'; DROP TABLE meeting"}, "Đồng chí chưa chọn đơn vị hoặc tổ chức họp."),
    ],
)
def test_a_fault_is_named_and_the_rest_is_kept(site: Site, changes: dict[str, str], said: str) -> None:
    form = GOOD | {"body": str(site.scene.office.body), "place": "Phòng giữ lại"} | changes
    answer = site.as_("secretary").post("/meetings/new", form)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "Phòng giữ lại" in answer.text


def upload(site: Site, content: bytes, name: str = "bao-cao.pdf", who: str = "secretary") -> int:
    path = f"{site.meeting}/items/{agenda(site)[0]}/papers"
    data = {"file": (io.BytesIO(content), name)}
    headers = {"X-CSRF-Token": CSRF}
    return site.as_(who).client.post(path, data=data, headers=headers, content_type="multipart/form-data").status_code


@pytest.mark.parametrize(
    ("content", "name", "kept_as", "media_type"),
    [
        (b"%PDF-1.7 not really", "../../etc/passwd.pdf", "passwd.pdf", "application/pdf"),
        (b"<html><script>alert(1)</script>", "trang.pdf", "trang.pdf", None),
        ("văn bản".encode(), "ghi\tchú.txt", "ghi chú.txt", "text/plain"),
    ],
)
def test_a_file_is_stored_as_received_under_a_harmless_name(
    site: Site, content: bytes, name: str, kept_as: str, media_type: str | None
) -> None:
    assert upload(site, content, name) == 303
    with site.database.reading() as db:
        version = db.scalars(select(Version)).one()
    assert (version.filename, version.size, version.state) == (kept_as, len(content), "waiting")
    if media_type:
        assert version.media_type == media_type


def test_an_empty_file_and_no_file_are_refused(site: Site) -> None:
    assert upload(site, b"") == 409
    assert upload(site, b"x", "") == 409
    with site.database.reading() as db:
        assert db.scalars(select(Version)).all() == []


def test_a_file_over_the_limit_is_refused_by_name(make_site: Callable[..., Site]) -> None:
    site = make_site({"MAX_UPLOAD_MB": "1"})
    path = f"{site.meeting}/items/{agenda(site)[0]}/papers"
    body, kind = b"x" * (1024 * 1024 + 1), "multipart/form-data; boundary=b"
    answer = site.as_("secretary").client.post(path, data=body, content_type=kind, headers={"X-CSRF-Token": CSRF})
    assert answer.status_code == 413
    assert "Tệp vượt quá dung lượng cho phép (1 MB)." in answer.text


def test_a_member_cannot_upload(site: Site) -> None:
    assert upload(site, b"%PDF-", who="first") == 403


def test_a_vote_is_prepared_and_a_wrong_one_is_not(site: Site) -> None:
    secretary = site.as_("secretary")
    form = {
        "title": "Thông qua",
        "fraction": "2/3",
        "strict": "0",
        "base": "cast",
        "needs_quorum": "1",
        "item": agenda(site)[0],
    }
    assert secretary.post(f"{site.meeting}/polls", form).status_code == 303
    assert "Từ 2/3 số phiếu thu về trở lên" in secretary.get(f"{site.meeting}/polls").text
    wrong = secretary.post(f"{site.meeting}/polls", form | {"title": "", "fraction": "9/1"})
    assert wrong.status_code == 422
    assert wrong.text.count('aria-invalid="true"') == 2
    assert secretary.post(f"{site.meeting}/polls", form | {"item": "999999"}).status_code == 404


def test_a_paper_whose_file_has_no_name_but_an_ending_has_a_title(site: Site) -> None:
    answer = site.as_("secretary").post(
        f"{site.meeting}/items/{agenda(site)[0]}/papers", {"file": (io.BytesIO(b"%PDF-1.4 x"), ".pdf")}
    )
    assert answer.status_code == 303
    with site.database.reading() as db:
        assert db.scalars(select(Document.title).order_by(Document.id.desc())).first() == ".pdf"


def people_of(site: Site, meeting_id: int) -> dict[int, Participant]:
    with site.database.reading() as db:
        return {one.member_id: one for one in queries.participants(db, meeting_id)}


def test_who_stands_first_is_proposed_as_chair_and_a_meeting_without_one_says_so(site: Site) -> None:
    secretary = site.as_("secretary")
    answer = secretary.post("/meetings/new", GOOD | {"body": site.scene.office.body})
    path = answer.location.removesuffix("/agenda")
    seats = people_of(site, int(path.split("/")[2]))
    chairs = [one for one in seats.values() if one.role == "chair"]
    assert [one.member_id for one in chairs] == [site.scene.member("chair")]
    assert "Chưa có người chủ trì" not in secretary.get(f"{path}/people").text
    assert secretary.post(f"{path}/people/{chairs[0].id}/role", {"role": "delegate"}).status_code == 303
    assert "Chưa có người chủ trì" in secretary.get(f"{path}/people").text
    assert "Chưa có người chủ trì" in secretary.get(f"{path}/life").text
    # somebody else chosen stays when the body is invited again
    other = seats[site.scene.member("first")].id
    secretary.post(f"{path}/people/{other}/role", {"role": "chair"})
    secretary.post(f"{path}/people", {"body": site.scene.office.body})
    chairs = [one for one in people_of(site, int(path.split("/")[2])).values() if one.role == "chair"]
    assert [one.id for one in chairs] == [other]


def test_an_invitee_is_taken_off_until_they_have_come(site: Site) -> None:
    secretary = site.as_("secretary")
    answer = secretary.post("/meetings/new", GOOD | {"body": site.scene.office.body})
    path = answer.location.removesuffix("/agenda")
    meeting_id = int(path.split("/")[2])
    first = people_of(site, meeting_id)[site.scene.member("first")].id
    assert f'action="{path}/people/{first}/remove"' in secretary.get(f"{path}/people").text
    assert site.as_("first").post(f"{path}/people/{first}/remove").status_code in (403, 404)
    assert secretary.post(f"{path}/people/{first}/remove").status_code == 303
    assert site.scene.member("first") not in people_of(site, meeting_id)
    assert secretary.post(f"{path}/people/{first}/remove").status_code == 404

    def refusal(name: str, where: str) -> str:
        one = people_of(site, int(where.split("/")[2]))[site.scene.member(name)].id
        answer = secretary.post(f"{where}/people/{one}/remove", Accept="application/json")
        assert answer.status_code == 409
        assert answer.json is not None
        return str(answer.json["error"])

    assert refusal("secretary", path) == "not_yourself_off"
    assert refusal("first", site.meeting) == "invited_takes_part"  # is in the room
    here = people_of(site, site.scene.meeting)[site.scene.member("second")].id
    secretary.post(f"{site.meeting}/attendance/{here}", {"present": "0"})
    assert refusal("second", site.meeting) == "invited_takes_part"  # has been


def test_tasks_stand_among_the_meetings_and_the_pages_of_a_meeting_in_groups(site: Site) -> None:
    secretary = site.as_("secretary")
    for path in ("/tasks", "/tasks/board"):
        page = secretary.get(path).text
        assert '<a href="/meetings" aria-current="page">' in page, path
        for beside in ("/rooms/calendar", "/opinions", "/notebook"):
            assert f'<a href="{beside}">' in page, (path, beside)
    page = secretary.get(f"{site.meeting}/people").text
    assert page.count('class="tab-group"') == 3
    assert f'<a href="{site.meeting}/people" aria-current="page">' in page
    for beside in ("agenda", "invitations", "attendance", "seats", "floor", "polls", "conclusions", "life"):
        assert f'<a href="{site.meeting}/{beside}">' in page, beside


def test_a_body_that_bears_its_units_name_does_not_repeat_it() -> None:
    unit = Unit(name="Tỉnh đoàn X")
    assert Body(name="Ban Chấp hành Tỉnh đoàn X").known_in(unit) == "Ban Chấp hành Tỉnh đoàn X"
    assert Body(name="Ban Thường vụ").known_in(unit) == "Ban Thường vụ · Tỉnh đoàn X"
