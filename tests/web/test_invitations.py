"""Pages of invitations, attendance, notices, calendars and the codes at the door."""

import io
import re
from collections.abc import Callable

import pytest
from icalendar import Calendar
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from ecabinet.audit import AuditEntry
from ecabinet.clock import now
from ecabinet.meetings import door_rules, telling
from ecabinet.meetings.invitation_models import OutsideGuest, Substitution
from ecabinet.meetings.models import Attendance, Meeting, Participant
from ecabinet.meetings.rules import MeetingState
from ecabinet.notices import operations as notices
from ecabinet.registry.models import Account, Member
from tests.people import NOW, participant
from tests.web.conftest import Site

MakeSite = Callable[..., Site]
SETTINGS = {"note": "Mang theo thẻ", "reminder": ["1440", "30"], "quiet_since": "22", "quiet_until": "6"}


@pytest.fixture
def invited(make_site: MakeSite) -> Site:
    """Nobody has come yet."""
    return make_site(here=("chair", "third"))


def seat_of(site: Site, name: str) -> int:
    with site.database.reading() as db:
        return participant(db, site.scene.office, db.get_one(Meeting, site.scene.meeting), name).id


def row_of(site: Site, name: str) -> Participant:
    with site.database.reading() as db:
        return db.get_one(Participant, seat_of(site, name))


def tell(site: Site) -> None:
    with site.database.writing() as db:
        telling.tell_meeting(db, db.get_one(Meeting, site.scene.meeting), NOW)


def settings(site: Site, **more: object) -> None:
    assert site.as_("secretary").post(f"{site.meeting}/invitations", SETTINGS | more).status_code == 303


def test_how_a_meeting_invites_is_said_once_and_shown(invited: Site) -> None:
    settings(invited, answer_by="2026-11-21T17:00", signer_position="Bí thư")
    page = invited.as_("secretary").get(f"{invited.meeting}/invitations").text
    assert "Mang theo thẻ" in page
    assert "2026-11-21T17:00" in page
    assert "chưa nối với máy chủ thư" in page
    assert "Đã qua hạn trả lời" in invited.as_("first").get(f"{invited.meeting}/invitation").text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"answer_by": "never"}, "Ngày giờ chưa đúng."),
        ({"answer_by": "2026-12-21T17:00"}, "Hạn trả lời phải trước giờ khai mạc."),
        ({"reminder": ["1", "x"]}, "Chọn nhiều nhất 5 lần nhắc"),
        ({"quiet_since": "25"}, "Giá trị phải từ 0 đến 23."),
    ],
)
def test_what_is_wrong_is_said_beside_it(invited: Site, change: dict[str, object], said: str) -> None:
    answer = invited.as_("secretary").post(f"{invited.meeting}/invitations", SETTINGS | change)
    assert answer.status_code == 422
    assert said in answer.text


def test_an_absence_has_its_category(invited: Site) -> None:
    me = invited.as_("first")
    path = f"{invited.meeting}/rsvp"
    assert me.post(path, {"answer": "absent", "category": "other"}).status_code == 422
    assert me.post(path, {"answer": "absent", "category": "tired"}).status_code == 400
    assert me.post(path, {"answer": "absent", "category": "illness"}).status_code == 303
    assert row_of(invited, "first").reason == "Ốm đau"


def test_the_secretary_answers_for_somebody(invited: Site) -> None:
    path = f"{invited.meeting}/invitations/{seat_of(invited, 'second')}/answer"
    form = {"answer": "absent", "category": "duty", "reason": "Sơn La"}
    assert invited.as_("first").post(path, form).status_code == 403
    assert invited.as_("secretary").post(path, form).status_code == 303
    assert "thư ký ghi hộ" in invited.as_("secretary").get(f"{invited.meeting}/invitations").text
    assert invited.as_("secretary").post(path, {"answer": "substituted"}).status_code == 400


def test_a_substitute_waits_for_the_chair(invited: Site) -> None:
    settings(invited, approves_substitutes="1")
    form = {"member": invited.scene.member("spare"), "substitute_reason": "Bận"}
    assert invited.as_("second").post(f"{invited.meeting}/substitute", form).status_code == 303
    assert "đang chờ duyệt" in invited.as_("second").get(f"{invited.meeting}/invitation").text
    assert invited.as_("spare").get(invited.meeting).status_code == 404
    with invited.database.reading() as db:
        named = db.scalars(select(Substitution)).one().id
    path = f"{invited.meeting}/substitutions/{named}"
    assert invited.as_("second").post(path, {"decision": "approve"}).status_code == 403
    assert invited.as_("chair").post(path, {"decision": "refuse"}).status_code == 422
    assert invited.as_("chair").post(path, {"decision": "perhaps"}).status_code == 400
    assert invited.as_("chair").post(path, {"decision": "approve"}).status_code == 303
    assert invited.as_("chair").post(path, {"decision": "approve"}).status_code == 409
    assert invited.as_("spare").get(invited.meeting).status_code == 200


def test_invitations_on_paper(invited: Site) -> None:
    own = PdfReader(io.BytesIO(invited.as_("first").get(f"{invited.meeting}/invitation.pdf").data))
    text = own.pages[0].extract_text()
    assert "GIẤY MỜI" in text
    assert "Nguyễn Thị First" in text
    assert "Báo cáo" in text
    guest = {"guest_name": "Lê Văn Khách", "guest_organisation": "Sở Nội vụ"}
    assert invited.as_("secretary").post(f"{invited.meeting}/outside-guests", guest).status_code == 303
    everybody = PdfReader(io.BytesIO(invited.as_("secretary").get(f"{invited.meeting}/invitations.pdf").data))
    assert len(everybody.pages) == 6
    assert "Lê Văn Khách" in everybody.pages[-1].extract_text()
    assert next(mark.title for mark in everybody.outline) == "Nguyễn Thị Chair"  # type: ignore[union-attr]


def test_a_guest_from_outside(invited: Site) -> None:
    asker = invited.as_("secretary")
    assert asker.post(f"{invited.meeting}/outside-guests", {"guest_name": "x"}).status_code == 422
    form = {"guest_name": "Lê <b>Khách</b>", "guest_organisation": "Sở Nội vụ"}
    assert asker.post(f"{invited.meeting}/outside-guests", form).status_code == 303
    with invited.database.reading() as db:
        guest = db.scalars(select(OutsideGuest)).one().id
    path = f"{invited.meeting}/outside-guests/{guest}"
    assert invited.as_("first").post(f"{path}/attendance", {"present": "1"}).status_code == 403
    for _ in range(2):
        assert asker.post(f"{path}/attendance", {"present": "1"}).status_code == 303
    assert "&lt;b&gt;Khách" in asker.get(f"{invited.meeting}/attendance").text
    assert asker.post(f"{path}/remove").status_code == 409


def test_a_calendar_file_and_the_personal_feed(invited: Site) -> None:
    assert invited.as_("first").get(f"{invited.meeting}/invitation.ics").status_code == 404  # not told yet
    tell(invited)
    one = invited.as_("first").get(f"{invited.meeting}/invitation.ics")
    [entry] = Calendar.from_ical(one.data).walk("VEVENT")
    assert entry["SUMMARY"] == "Hội nghị tháng 11"
    assert invited.as_("stranger").get(f"{invited.meeting}/invitation.ics").status_code == 404
    page = invited.as_("first").get("/me").text
    found = re.search(r"/calendar/[\w-]+\.ics", page)
    assert found is not None
    feed = invited.anybody().get(found[0])
    assert feed.status_code == 200
    assert [str(e["UID"]) for e in Calendar.from_ical(feed.data).walk("VEVENT")] == [str(entry["UID"])]
    assert invited.as_("first").post("/me/calendar").status_code == 303
    assert invited.anybody().get(found[0]).status_code == 404
    for wrong in ("/calendar/1-x.ics", "/calendar/x.ics", "/calendar/999999-aa.ics"):
        assert invited.anybody().get(wrong).status_code == 404


def test_the_calendar_of_a_closed_account_is_closed(invited: Site) -> None:
    found = re.search(r"/calendar/[\w-]+\.ics", invited.as_("first").get("/me").text)
    assert found is not None
    with invited.database.writing() as db:
        account = db.scalars(select(Account).where(Account.member_id == invited.scene.member("first"))).one()
        account.active = False
    assert invited.anybody().get(found[0]).status_code == 404


def test_notices_and_the_bell(invited: Site) -> None:
    tell(invited)
    me = invited.as_("first")
    assert "Thông báo, 1 chưa đọc" in me.get("/").text
    page = me.get("/notices").text
    assert "Giấy mời: Hội nghị tháng 11" in page
    found = re.search(r'action="(/notices/\d+)"', page)
    assert found is not None
    assert invited.as_("second").post(found[1]).status_code == 404
    answer = me.post(found[1])
    assert (answer.status_code, answer.location) == (303, f"{invited.meeting}/invitation")
    assert "chưa đọc" not in me.get("/").text
    assert invited.as_("second").post("/notices/read").status_code == 303
    assert "chưa đọc" not in invited.as_("second").get("/").text


def test_letters_may_be_declined_and_an_address_is_nobody_elses(invited: Site) -> None:
    with invited.database.writing() as db:
        db.get_one(Member, invited.scene.member("first")).papers = {"email": "rieng@doan.vn"}
    assert "rieng@doan.vn" in invited.as_("first").get("/me").text
    tell(invited)
    for page in ("invitations", "attendance", "people", "console"):
        assert "rieng@doan.vn" not in invited.as_("secretary").get(f"{invited.meeting}/{page}").text
    assert invited.as_("first").post("/me/notices", {}).status_code == 303
    with invited.database.reading() as db:
        assert notices.addresses(db, [invited.scene.member("first")]) == {}


def test_the_code_at_the_door_lets_the_invited_in(invited: Site) -> None:
    code = door_rules.door_code("k" * 32, invited.scene.meeting, now())
    assert invited.as_("secretary").get(f"{invited.meeting}/door.svg").mimetype == "image/svg+xml"
    assert invited.as_("first").post(f"{invited.meeting}/door").status_code == 409  # nothing was scanned
    me = invited.as_("first")
    assert "Tôi có mặt" in me.get(f"/d/{code}").text
    assert me.post(f"{invited.meeting}/door").status_code == 303
    assert row_of(invited, "first").present
    assert me.post(f"{invited.meeting}/door").status_code == 409  # once for each scan
    with invited.database.reading() as db:
        assert db.scalars(select(Attendance.how).order_by(Attendance.id.desc())).first() == "door"
    assert invited.as_("stranger").get(f"/d/{code}").status_code == 404


def test_who_signs_in_slowly_after_scanning_is_let_in_all_the_same(invited: Site) -> None:
    code = door_rules.door_code("k" * 32, invited.scene.meeting, now())
    phone = invited.anybody()
    assert phone.get(f"/d/{code}").location.startswith("/login?next=")
    with phone.client.session_transaction() as session:  # signed in a minute later
        session["token"] = invited.scene.office.tokens["first"]
    old = door_rules.door_code("k" * 32, invited.scene.meeting, NOW)
    assert phone.get(f"/d/{old}").status_code == 200
    assert phone.post(f"{invited.meeting}/door").status_code == 303
    assert row_of(invited, "first").present


def test_an_old_or_made_up_code_is_refused(invited: Site) -> None:
    old = door_rules.door_code("k" * 32, invited.scene.meeting, NOW)
    for code in (old, "1-abc", "x"):
        answer = invited.as_("first").get(f"/d/{code}")
        assert answer.status_code == 409
        assert "Mã tại cửa đã đổi" in answer.text


def test_the_secretary_scans_what_is_on_an_invitation(invited: Site) -> None:
    asker = invited.as_("secretary")
    assert "camera=(self)" in asker.get(f"{invited.meeting}/scan").headers["Permissions-Policy"]
    assert "camera=()" in asker.get(f"{invited.meeting}/console").headers["Permissions-Policy"]
    code = row_of(invited, "first").check_in_code
    said = asker.post(f"{invited.meeting}/scan", {"code": f"http://h/c/{code}"}, HX_Request="true").text
    assert 'data-outcome="good"' in said
    assert "Nguyễn Thị First" in said
    again = asker.post(f"{invited.meeting}/scan", {"code": code}, HX_Request="true").text
    assert 'data-outcome="again"' in again
    wrong = asker.post(f"{invited.meeting}/scan", {"code": "no-such"}).text
    assert 'data-outcome="bad"' in wrong
    assert row_of(invited, "first").present


def test_online_where_the_meeting_allows_it(invited: Site) -> None:
    path = f"{invited.meeting}/online"
    assert invited.as_("first").post(path).status_code == 409
    settings(invited, online="1")
    assert "Tôi dự trực tuyến" in invited.as_("first").get(invited.meeting).text
    assert invited.as_("first").post(path).status_code == 303
    assert "Dự trực tuyến" in invited.as_("first").get(invited.meeting).text
    assert invited.as_("stranger").post(path).status_code == 404


def test_a_correction_and_the_timeline(invited: Site) -> None:
    seat = seat_of(invited, "first")
    path = f"{invited.meeting}/attendance/{seat}"
    form = {"present": "1", "at": "2026-11-22T09:10", "reason": "Máy quét hỏng"}
    assert invited.as_("first").post(f"{path}/entries", form).status_code == 403
    asker = invited.as_("secretary")
    assert asker.post(f"{path}/entries", form | {"reason": ""}).status_code == 422
    assert asker.post(f"{path}/entries", form | {"at": "2026-11-32T09:10"}).status_code == 422
    assert asker.post(f"{path}/entries", form).status_code == 303
    mine = invited.as_("first").get(path)
    assert "Máy quét hỏng" in mine.text
    assert invited.as_("second").get(path).status_code == 403
    at = asker.get(f"{invited.meeting}/attendance?at=2026-11-22T09:05").text
    assert "2 đại biểu có mặt" in at
    assert "3 đại biểu có mặt" in asker.get(f"{invited.meeting}/attendance?at=2026-11-22T09:15").text
    with invited.database.reading() as db:
        entry = db.scalars(select(Attendance).where(Attendance.participant_id == seat)).one().id
    assert asker.post(f"{path}/entries/{entry}/void", {}).status_code == 422
    assert asker.post(f"{path}/entries/{entry}/void", {"reason": "Nhầm"}).status_code == 303
    assert asker.post(f"{path}/entries/{entry}/void", {"reason": "Nhầm"}).status_code == 409
    assert not row_of(invited, "first").present


def test_the_list_as_a_workbook_is_on_the_audit_trail(invited: Site) -> None:
    answer = invited.as_("secretary").get(f"{invited.meeting}/attendance/export/xlsx")
    rows = list(load_workbook(io.BytesIO(answer.data)).active.values)
    assert rows[0][1] == "Họ và tên"
    assert "Có mặt tại phòng" in {row[5] for row in rows}
    assert invited.as_("secretary").get(f"{invited.meeting}/attendance/export/exe").status_code == 404
    with invited.database.reading() as db:
        assert db.scalars(select(AuditEntry).where(AuditEntry.action == "attendance_export")).one()


def test_after_the_end_nothing_of_the_invitations_changes(make_site: MakeSite) -> None:
    site = make_site()
    with site.database.writing() as db:
        db.get_one(Meeting, site.scene.meeting).state = MeetingState.CONCLUDED
    asker = site.as_("secretary")
    assert asker.post(f"{site.meeting}/invitations", SETTINGS).status_code == 409
    guest = {"guest_name": "x", "guest_organisation": "y"}
    assert asker.post(f"{site.meeting}/outside-guests", guest).status_code == 409
    assert asker.get(f"{site.meeting}/invitations").status_code == 200
    assert asker.get(f"{site.meeting}/door.svg").status_code == 409
