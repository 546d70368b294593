"""Pages of the life of meetings: happy, forbidden, repeated, broken input."""

import pytest
from sqlalchemy import select

from ecabinet.meetings import life_queries
from ecabinet.meetings.life_models import MeetingTemplate, SeriesMeeting
from ecabinet.meetings.models import AgendaItem, Meeting, Participant
from ecabinet.meetings.room_models import Room, RoomBooking, SeatTaken
from ecabinet.meetings.rules import MeetingState, ParticipantRole
from ecabinet.voting.models import Poll
from tests.web.conftest import Site

SERIES = {
    "title": "Giao ban", "starts_at": "2026-12-07T08:00", "minutes": "60", "repeat": "weekly", "weekday": "0",
    "count": "4", "exceptions": "2026-12-21",
}  # fmt: skip


def new_meeting(site: Site, **more: str) -> int:
    """A draft like the meeting of the scene; the first of a series where one is asked for."""
    form = {"body": str(site.scene.office.body), "title": "Lần sau", "starts_at": "2026-12-01T08:00", "minutes": "90"}
    answer = site.as_("secretary").post(f"/meetings/new/meeting/{site.scene.meeting}", form | more)
    assert answer.status_code == 303, answer.text
    return int(answer.location.split("/")[2])


def new_room(site: Site) -> int:
    form = {
        "unit": site.scene.office.units["centre"], "name": "Phòng A", "capacity": "30", "head_seats": "3",
        "seat_rows": "2x4",
    }  # fmt: skip
    assert site.as_("secretary").post("/rooms", form).status_code == 303
    with site.database.reading() as db:
        return db.scalars(select(Room.id)).one()


def test_as_last_time(site: Site) -> None:
    made = new_meeting(site)
    with site.database.reading() as db:
        meeting = db.get_one(Meeting, made)
        assert (meeting.title, meeting.state, meeting.starts_at.hour) == ("Lần sau", "draft", 1)
        titles = select(AgendaItem.title).where(AgendaItem.meeting_id == made).order_by(AgendaItem.position)
        assert list(db.scalars(titles)) == ["Báo cáo", "Biểu quyết"]
        polls = db.scalars(select(Poll).where(Poll.meeting_id == made)).all()
        assert [(poll.title, poll.state, len(poll.options)) for poll in polls] == [("Thông qua báo cáo", "draft", 3)]
        people = db.scalars(select(Participant).where(Participant.meeting_id == made)).all()
        assert not any(p.present for p in people)
        chairs = [p.member_id for p in people if p.role == ParticipantRole.CHAIR]
        assert chairs == [site.scene.member("chair")]


def test_a_template_is_kept_used_and_removed(site: Site) -> None:
    secretary = site.as_("secretary")
    assert secretary.post(f"{site.meeting}/template", {"name": "Hội nghị"}).status_code == 303
    assert secretary.post(f"{site.meeting}/template", {"name": "Hội nghị"}).status_code == 409
    assert secretary.post(f"{site.meeting}/template", {"name": "Hội nghị", "instead": "1"}).status_code == 303
    assert secretary.post(f"{site.meeting}/template", {"name": ""}).status_code == 422
    with site.database.reading() as db:
        kept = db.scalars(select(MeetingTemplate.id)).one()
    assert "Hội nghị" in secretary.get("/meetings/templates").text
    form = {"body": site.scene.office.body, "title": "Từ mẫu", "starts_at": "2026-12-01T08:00", "minutes": "30"}
    assert secretary.post(f"/meetings/new/template/{kept}", form).status_code == 303
    assert site.as_("stranger").post(f"/meetings/new/template/{kept}", form).status_code == 404
    assert site.as_("stranger").post(f"/meetings/templates/{kept}/remove").status_code == 404
    assert secretary.post(f"/meetings/templates/{kept}/remove").status_code == 303
    assert secretary.post(f"/meetings/templates/{kept}/remove").status_code == 404


def test_a_series_its_change_and_its_end(site: Site) -> None:
    first = new_meeting(site, **SERIES)
    secretary = site.as_("secretary")
    with site.database.reading() as db:
        days = db.scalars(select(SeriesMeeting.day).order_by(SeriesMeeting.day)).all()
        ids = db.scalars(select(SeriesMeeting.meeting_id).order_by(SeriesMeeting.day)).all()
    assert [day.isoformat() for day in days] == ["2026-12-07", "2026-12-14", "2026-12-28", "2027-01-04"]
    assert ids[0] == first
    change = {"title": "Giao ban tuần", "at": "14:30", "minutes": "45", "days": "1", "place": "Phòng B"}
    assert secretary.post(f"/meetings/{ids[2]}/series", change).status_code == 303
    with site.database.reading() as db:
        titles = [db.get_one(Meeting, one).title for one in ids]
        assert titles == ["Giao ban", "Giao ban", "Giao ban tuần", "Giao ban tuần"]
        assert db.get_one(Meeting, ids[2]).starts_at.isoformat() == "2026-12-29T07:30:00+00:00"
    broken = secretary.post(f"/meetings/{ids[2]}/series", change | {"at": "25:00", "minutes": "0", "days": "99"})
    assert broken.status_code == 422
    assert broken.text.count('aria-invalid="true"') == 3
    assert secretary.post(f"/meetings/{ids[3]}/series/drop", {"reason": ""}).status_code == 422
    assert secretary.post(f"/meetings/{ids[3]}/series/drop", {"reason": "Tết"}).status_code == 303
    assert secretary.post(f"/meetings/{ids[3]}/series/drop", {"reason": "Tết"}).status_code == 409
    assert "Không tổ chức" in secretary.get(f"/meetings/{ids[0]}/series").text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"count": "61"}, "count"),
        ({"count": "", "until": ""}, "until"),
        ({"count": "", "until": "hôm nào"}, "until"),
        ({"exceptions": "Tết"}, "exceptions"),
        ({"minutes": "0"}, "minutes"),
        ({"starts_at": "mai"}, "starts_at"),
        ({"title": ""}, "title"),
        ({"body": "99999"}, "body"),
        ({"repeat": "monthly_day", "day": "32"}, "day"),
        ({"repeat": "monthly_weekday", "nth": "9"}, "nth"),
    ],
)
def test_what_is_no_series_keeps_what_was_typed(site: Site, changes: dict[str, str], field: str) -> None:
    form = {"body": str(site.scene.office.body)} | SERIES | {"place": "Phòng giữ lại"} | changes
    answer = site.as_("secretary").post(f"/meetings/new/meeting/{site.scene.meeting}", form)
    assert answer.status_code == 422
    assert "Phòng giữ lại" in answer.text
    assert f'name="{field}"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_the_way_over_a_superior(site: Site) -> None:
    secretary, leader = site.as_("secretary"), site.as_("leader")
    centre = site.scene.office.units["centre"]
    assert secretary.post(f"/units/{centre}/meeting-policy", {"approval": "1"}).status_code == 404
    assert site.as_("stranger").post(f"/units/{centre}/meeting-policy", {"approval": "1"}).status_code == 404
    assert leader.post(f"/units/{centre}/meeting-policy", {"approval": "2"}).status_code == 400
    assert leader.post(f"/units/{centre}/meeting-policy", {"approval": "1"}).status_code == 303
    path = f"/meetings/{new_meeting(site)}"
    assert leader.get(f"{path}/life").status_code == 404
    assert "Trình phê duyệt" in secretary.get(f"{path}/agenda").text
    assert secretary.post(f"{path}/state", {"state": "invited"}).status_code == 409
    assert secretary.post(f"{path}/life/submit").status_code == 303
    assert secretary.post(f"{path}/life/submit").status_code == 409
    assert secretary.post(f"{path}/edit", {"title": "Khác"}).status_code == 409
    assert "Phiên họp chờ đồng chí phê duyệt" in leader.get("/").text
    assert leader.get(f"{path}/life").status_code == 200
    assert leader.get(path).status_code == 404  # the meeting itself is not theirs
    assert secretary.post(f"{path}/life/approve").status_code == 403
    assert site.as_("stranger").post(f"{path}/life/approve").status_code == 404
    assert site.as_("first").post(f"{path}/life/approve").status_code == 404
    assert leader.post(f"{path}/life/return", {"reason": " "}).status_code == 422
    assert leader.post(f"{path}/life/approve").status_code == 303
    assert secretary.post(f"{path}/life/invite").status_code == 303
    assert leader.get(f"{path}/life").status_code == 404
    assert site.as_("first").get(path).status_code == 200
    assert secretary.post(f"{path}/life/explode").status_code == 404


def test_cancelled_postponed_archived_everywhere_told_as_such(site: Site) -> None:
    secretary = site.as_("secretary")
    path = f"/meetings/{new_meeting(site)}"
    assert secretary.post(f"{path}/life/invite").status_code == 303
    later = {"starts_at": "2027-01-05T08:00", "ends_at": "2027-01-05T09:00", "reason": "Bão"}
    assert secretary.post(f"{path}/life/postpone", later | {"ends_at": ""}).status_code == 422
    assert secretary.post(f"{path}/life/postpone", later).status_code == 303
    assert "Bão" in secretary.get(f"{path}/life").text
    assert secretary.post(f"{path}/life/cancel", {"reason": "Trùng lịch"}).status_code == 303
    for page in (path, f"{path}/invitation", f"{path}/agenda", f"{path}/console", f"{path}/people", f"{path}/screen"):
        assert secretary.get(page).status_code == 200, page
    assert "Đã hủy" in site.as_("first").get("/meetings?month=2027-01").text
    assert secretary.post(f"{path}/agenda", {"lines": "Thêm"}).status_code == 409
    with site.database.writing() as db:
        db.get_one(Meeting, site.scene.meeting).state = MeetingState.CONCLUDED
    assert secretary.post(f"{site.meeting}/life/archive").status_code == 303
    assert secretary.post(f"{site.meeting}/life/archive").status_code == 409
    assert secretary.get(f"{site.meeting}/agenda").status_code == 200
    assert site.as_("first").get(site.meeting).status_code == 200


def test_a_room_is_booked_and_what_stands_against_it_is_said(site: Site) -> None:
    secretary, room = site.as_("secretary"), new_room(site)
    one, other = new_meeting(site), new_meeting(site, title="Cùng giờ")
    assert secretary.post(f"/meetings/{one}/room", {"room": room}).status_code == 422  # its members are there twice
    assert secretary.post(f"/meetings/{one}/room", {"room": room, "reason": "Họp ghép"}).status_code == 303
    refused = secretary.post(f"/meetings/{other}/room", {"room": room})
    assert refused.status_code == 422
    assert "Phòng đã có phiên họp khác" in refused.text
    assert "Lần sau" in refused.text
    assert secretary.post(f"/meetings/{other}/room", {"room": "99999", "reason": "x"}).status_code == 422
    assert secretary.post(f"/meetings/{one}/room/free").status_code == 303
    with site.database.reading() as db:
        assert db.scalars(select(RoomBooking)).all() == []
    assert secretary.post("/rooms", {"name": "", "capacity": "nhiều", "seat_rows": "hàng"}).status_code == 422
    assert secretary.post(f"/rooms/{room}/close", {"closed": "1"}).status_code == 303
    assert "Ngừng dùng" in secretary.get("/rooms").text


@pytest.mark.parametrize("query", ["week=2026-W99", "week=abc", "month=2026-13", "room=x", "unit=9" * 30, "by=moon"])
def test_a_calendar_that_cannot_be_meant_is_this_week(site: Site, query: str) -> None:
    assert site.as_("first").get(f"/rooms/calendar?{query}").status_code == 200


@pytest.mark.parametrize("query", ["period=never", "after=x-y", "after=9999999999999999-1", "state=moon", "month=x"])
def test_filters_that_cannot_be_meant_are_left_out(site: Site, query: str) -> None:
    assert site.as_("first").get(f"/meetings?{query}").status_code == 200


def test_the_list_goes_on_where_the_page_ends(site: Site) -> None:
    for _ in range(2):
        new_meeting(site, **SERIES | {"count": "20", "exceptions": ""})
    first = site.as_("secretary").get("/meetings").text
    assert first.count('class="row-item"') == life_queries.PAGE
    assert "after=" in first


def test_seats_by_forms_and_on_the_tablet(site: Site) -> None:
    secretary, path = site.as_("secretary"), f"{site.meeting}/seats"
    assert secretary.post(f"{path}/fill", {"order": "rank"}).status_code == 409
    assert secretary.post(f"{path}/draw", {"head_seats": "3", "seat_rows": "hai"}).status_code == 422
    assert secretary.post(f"{path}/draw", {"head_seats": "3", "seat_rows": "2x3"}).status_code == 303
    assert secretary.post(f"{path}/fill", {"order": "rank"}).status_code == 303
    assert secretary.post(f"{path}/fill", {"order": "size"}).status_code == 400
    assert secretary.post(f"{path}/put", {"participant": "1", "seat": "a-b"}).status_code == 400
    assert secretary.post(f"{path}/put", {"participant": "999999", "seat": "1-1"}).status_code == 404
    page = site.as_("first").get(path).text
    assert "Hàng 1, ghế 1" in page
    assert "chỗ của đồng chí" in page
    assert "Chỗ ngồi của tôi" in site.as_("first").get(site.meeting).text
    assert 'id="screen-seats" hidden' in secretary.get(f"{site.meeting}/screen").text
    assert secretary.post(f"{path}/screen", {"on_screen": "1"}).status_code == 303
    assert "seat-map" in secretary.get(f"{site.meeting}/screen").text
    assert "seat-map" in secretary.get(f"{site.meeting}/console").text
    assert secretary.post(f"{path}/fill").status_code == 303
    with site.database.reading() as db:
        assert db.scalars(select(SeatTaken)).all() == []
