"""The floor over plain forms and as blocks: who sees what, who may do what, and what a page says when it is refused."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from ecabinet.clock import now
from ecabinet.meetings import agenda, attendance, queries, speaker_turns, speakers
from ecabinet.meetings.models import AgendaItem, Meeting
from ecabinet.meetings.rules import AttendanceHow
from ecabinet.meetings.speaker_actions import RUN
from ecabinet.meetings.speaker_loading import settings_of
from ecabinet.meetings.speaker_models import FloorRequest, FloorTurn
from ecabinet.meetings.speaker_rules import FloorSettings, OrderRule, SpeechKind
from ecabinet.registry.models import Member
from tests.people import new_code, participant
from tests.web.conftest import Asker, Site


@pytest.fixture
def floor(site: Site) -> str:
    """The path of the floor; the first item of the agenda is open."""
    with site.database.writing() as db:
        meeting = db.get_one(Meeting, site.scene.meeting)
        agenda.go_to_item(db, meeting, queries.agenda(db, meeting)[0].id, now())
    return f"{site.meeting}/floor"


def last(site: Site, table: type[FloorRequest] | type[FloorTurn] = FloorRequest) -> int:
    with site.database.reading() as db:
        return db.scalars(select(table.id).order_by(table.id.desc())).first() or 0


def block(asker: Asker, site: Site, name: str, view: str = "meeting") -> str:
    """The HTML of one block as this person's page polls it."""
    answer = asker.get(f"{site.meeting}/blocks?view={view}", Accept="application/json")
    assert answer.json is not None
    return str(next(one["html"] for one in answer.json if one["id"] == name))


def refused(asker: Asker, path: str, data: dict[str, object] | None = None) -> tuple[int, str]:
    answer = asker.post(path, data, Accept="application/json")
    assert answer.json is not None
    return answer.status_code, answer.json.get("error", "")


def test_asking_giving_and_ending_by_plain_forms(site: Site, floor: str) -> None:
    first, chair = site.as_("first"), site.as_("chair")
    assert first.post(f"{floor}/ask", {"topic": "Chỉ tiêu"}).status_code == 303
    assert "Đã đăng ký: Phát biểu" in block(first, site, "my-floor")
    assert "Đã đăng ký" not in block(site.as_("second"), site, "my-floor")
    assert "Chỉ tiêu" in block(chair, site, "console-speakers", "console")
    assert chair.post(f"{floor}/run/give", {"request": last(site)}).status_code == 303
    turn = last(site, FloorTurn)
    assert "Nguyễn Thị First" in block(site.as_("second"), site, "floor-turn")
    assert "Nguyễn Thị First" in block(chair, site, "screen-floor", "screen")
    assert "Đồng chí đang có lượt phát biểu." in block(first, site, "my-floor")
    for action, shows in (("pause", "tạm dừng"), ("resume", "còn lại"), ("extend", 'data-turn-limit="360"')):
        assert chair.post(f"{floor}/run/{action}", {"turn": turn, "seconds": 60}).status_code == 303
        assert shows in block(first, site, "floor-turn")
    assert chair.post(f"{floor}/run/end", {"turn": turn}).status_code == 303
    assert "turn-digits" not in block(first, site, "floor-turn")
    page = chair.get(floor).text
    assert "1 lượt · 0:0" in page
    assert "Chỉ tiêu" in page


def test_a_clock_of_a_block_does_not_change_from_one_question_to_the_next(site: Site, floor: str) -> None:
    site.as_("first").post(f"{floor}/ask")
    site.as_("chair").post(f"{floor}/run/give", {"request": last(site)})
    second = site.as_("second")
    etag = second.get(f"{site.meeting}/blocks").headers["ETag"]
    assert second.get(f"{site.meeting}/blocks", If_None_Match=etag).status_code == 304


def test_refusals_by_name(site: Site, floor: str) -> None:
    first, chair = site.as_("first"), site.as_("chair")
    assert first.post(f"{floor}/ask").status_code == 303
    request = last(site)
    assert refused(first, f"{floor}/ask") == (409, "already_asked")
    for data in ({"kind": "song"}, {"item": "x"}, {"item": "-1"}, {"item": "9" * 30}, {"topic": "x" * 2000}):
        assert refused(first, f"{floor}/ask", data) == (400, "malformed")
    assert refused(first, f"{floor}/ask", {"item": "999999"}) == (404, "not_found")
    assert refused(first, f"{floor}/withdraw") == (400, "malformed")
    assert refused(site.as_("second"), f"{floor}/withdraw", {"request": request}) == (404, "not_found")
    assert refused(site.as_("secretary"), f"{floor}/ask") == (409, "asker_not_present")
    assert refused(chair, f"{floor}/run/refuse", {"request": request}) == (409, "refusal_needs_reason")
    assert refused(chair, f"{floor}/run/dance") == (400, "malformed")
    assert refused(chair, f"{floor}/run/move", {"request": request, "direction": "left"}) == (400, "malformed")
    assert refused(chair, f"{floor}/run/give", {"request": 999_999}) == (404, "not_found")
    assert refused(chair, f"{floor}/run/arrange", {"order": [request, 999_999]}) == (409, "queue_changed")
    assert refused(chair, f"{floor}/run/call", {"participant": 999_999}) == (404, "not_found")
    assert refused(chair, f"{floor}/run/list", {"item": 999_999}) == (404, "not_found")
    first.post(f"{site.meeting}/leave")
    assert refused(chair, f"{floor}/run/give", {"request": request}) == (409, "speaker_absent")
    assert first.post(f"{floor}/dance").status_code == 404


@pytest.mark.parametrize("action", sorted(RUN))
def test_the_floor_is_given_by_those_who_run_the_meeting(site: Site, floor: str, action: str) -> None:
    site.as_("first").post(f"{floor}/ask")
    data: dict[str, object] = {"request": last(site), "turn": 1, "participant": 1, "reason": "x", "open": "0"}
    assert refused(site.as_("first"), f"{floor}/run/{action}", data) == (403, "forbidden")
    assert refused(site.as_("stranger"), f"{floor}/run/{action}", data) == (404, "not_found")
    assert refused(site.as_("stranger"), f"{floor}/ask") == (404, "not_found")
    # who may look on but is not invited has nothing to say
    assert refused(site.as_("administrator"), f"{floor}/ask") == (404, "not_found")


def test_the_refused_read_why_until_they_ask_again(site: Site, floor: str) -> None:
    first, chair = site.as_("first"), site.as_("chair")
    first.post(f"{floor}/ask")
    chair.post(f"{floor}/run/refuse", {"request": last(site), "reason": "Đã hết giờ"})
    assert "Đăng ký không được mời: Đã hết giờ" in block(first, site, "my-floor")
    assert "Đã hết giờ" not in block(site.as_("second"), site, "my-floor")
    first.post(f"{floor}/ask")
    assert "Đã hết giờ" not in block(first, site, "my-floor")


def test_a_point_of_order_alerts_the_console(site: Site, floor: str) -> None:
    site.as_("second").post(f"{floor}/ask", {"kind": "order"})
    alert = block(site.as_("chair"), site, "floor-alert", "console")
    assert "Nguyễn Thị Second" in alert
    assert "nêu ý kiến về thủ tục" in alert
    site.as_("second").post(f"{floor}/withdraw", {"request": last(site)})
    assert "Nguyễn Thị Second" not in block(site.as_("chair"), site, "floor-alert", "console")


def test_the_lists_end_and_its_new_beginning(site: Site, floor: str) -> None:
    chair, first = site.as_("chair"), site.as_("first")
    with site.database.reading() as db:
        item = db.get_one(Meeting, site.scene.meeting).current_item_id
    chair.post(f"{floor}/run/list", {"item": item, "open": "0"})
    shown = block(first, site, "floor")
    assert "Chủ trì đã chốt danh sách đăng ký." in shown
    assert 'value="speech"' not in shown
    assert 'value="order"' in shown
    assert refused(first, f"{floor}/ask") == (409, "speakers_list_closed")
    chair.post(f"{floor}/run/list", {"item": item, "open": "1"})
    assert first.post(f"{floor}/ask").status_code == 303


def test_guests_see_whether_they_may_ask(site: Site, floor: str) -> None:
    with site.database.writing() as db:
        meeting = db.get_one(Meeting, site.scene.meeting)
        guest = attendance.invite_guest(db, meeting, db.get_one(Member, site.scene.member("spare")), new_code)
        attendance.record_attendance(
            db, guest, True, AttendanceHow.SECRETARY, site.scene.office.person(db, "secretary"), now()
        )
    spare = site.as_("spare")
    assert 'data-may="guest"' in block(spare, site, "my-floor")
    assert refused(spare, f"{floor}/ask") == (409, "guests_may_not_speak")
    form = settings_form(guests_may_speak="1")
    assert site.as_("secretary").post(floor, form).status_code == 303
    assert 'data-may="yes"' in block(spare, site, "my-floor")
    assert spare.post(f"{floor}/ask").status_code == 303


def settings_form(**changes: str) -> dict[str, object]:
    form = {
        "rule": "once_each", "list_open": "1", "speech_seconds": "420", "question_seconds": "90",
        "order_seconds": "0", "warn_seconds": "15", "unit_seconds": "1200",
    }  # fmt: skip
    return form | changes


def test_the_rules_of_the_meeting_and_of_an_item_are_kept(site: Site, floor: str) -> None:
    secretary = site.as_("secretary")
    assert secretary.post(floor, settings_form()).status_code == 303
    with site.database.reading() as db:
        meeting = db.get_one(Meeting, site.scene.meeting)
        item = meeting.current_item_id
        assert settings_of(db, meeting.id) == FloorSettings(OrderRule.ONCE_EACH, True, False, 420, 90, 0, 15, 1200)
    wrong = secretary.post(floor, settings_form(speech_seconds="-5", warn_seconds="soon"))
    assert wrong.status_code == 422
    assert "Giá trị phải từ 0 đến" in wrong.text
    own = {"rule": "alternate_units", "speech_seconds": "185", "question_seconds": ""}
    assert secretary.post(f"{floor}/items/{item}", own).status_code == 303
    with site.database.reading() as db:
        settings = settings_of(db, site.scene.meeting, item)
        assert (settings.rule, settings.speech_seconds, settings.question_seconds) == ("alternate_units", 185, 90)
    page = secretary.get(floor).text
    assert "3 phút 5 giây" in page  # what is none of the usual lengths stands in the choice all the same
    assert secretary.post(f"{floor}/items/999999", own).status_code == 404
    assert secretary.post(f"{floor}/items/{item}", own | {"speech_seconds": "-1"}).status_code == 422


def test_people_are_called_and_entered_by_name(site: Site, floor: str) -> None:
    chair = site.as_("chair")
    found = chair.get(f"{floor}/people?name=THIRD").text
    assert "Nguyễn Thị Third" in found
    assert "Nguyễn Thị First" not in found
    assert "Không tìm thấy" in chair.get(f"{floor}/people?name=zzz").text
    with site.database.reading() as db:
        meeting = db.get_one(Meeting, site.scene.meeting)
        third = participant(db, site.scene.office, meeting, "third").id
    assert "Thêm vào danh sách phát biểu" in chair.get(f"{floor}?name=third").text
    entered = chair.post(f"{floor}/run/enter", {"participant": third, "topic": "Tham luận", "back": "page"})
    assert entered.location.endswith("/floor")
    assert "Tham luận" in chair.get(floor).text
    assert chair.post(f"{floor}/run/call", {"participant": third}).location.endswith("/console")
    assert "Nguyễn Thị Third" in block(chair, site, "console-speakers", "console")


def test_who_prepares_for_a_hidden_item_is_shown_to_those_who_run_the_meeting_only(site: Site, floor: str) -> None:
    with site.database.writing() as db:
        meeting = db.get_one(Meeting, site.scene.meeting)
        hidden = queries.agenda(db, meeting)[1].id
        db.get_one(AgendaItem, hidden).hidden = True
        third = participant(db, site.scene.office, meeting, "third").id
    chair = site.as_("chair")
    chair.post(f"{floor}/run/enter", {"participant": third, "item": hidden, "topic": "Nhân sự"})
    assert "Nhân sự" in block(chair, site, "console-speakers", "console")
    assert "Nguyễn Thị Third" not in block(site.as_("first"), site, "floor")
    assert str(hidden) not in block(site.as_("first"), site, "floor")
    assert refused(site.as_("first"), f"{floor}/ask", {"item": hidden}) == (404, "not_found")


def test_moving_arranging_and_back_to_the_rule(site: Site, floor: str) -> None:
    chair, ids = site.as_("chair"), []
    for name in ("first", "second", "third"):
        site.as_(name).post(f"{floor}/ask")
        ids.append(last(site))

    def order() -> list[int]:
        html = block(chair, site, "console-speakers", "console")
        return sorted(ids, key=lambda request: html.index(f'id="speaker-{request}"'))

    assert chair.post(f"{floor}/run/arrange", {"order": ids[::-1]}).status_code == 303
    assert order() == ids[::-1]
    assert chair.post(f"{floor}/run/move", {"request": ids[0], "direction": "up"}).status_code == 303
    assert order() == [ids[2], ids[0], ids[1]]
    assert chair.post(f"{floor}/run/by_rule", {"kind": "speech"}).status_code == 303
    assert order() == ids


def test_the_time_of_units_is_on_the_console(site: Site, floor: str) -> None:
    with site.database.writing() as db:
        person = site.scene.office.person(db, "chair")
        meeting = db.get_one(Meeting, site.scene.meeting)
        speakers.save_settings(db, meeting, FloorSettings(unit_seconds=60), person, now())
        seat = participant(db, site.scene.office, meeting, "second")
        began = now() - timedelta(seconds=200)
        turn = speaker_turns.call(db, meeting, seat, SpeechKind.SPEECH, person, began)
        speaker_turns.end(db, turn, began + timedelta(seconds=95))
    shown = block(site.as_("chair"), site, "console-speakers", "console")
    assert "1:35 / 1:00" in shown
    assert "Vượt 0:35" in shown


def test_after_the_end_nothing_is_asked_and_the_record_stays(site: Site, floor: str) -> None:
    site.as_("first").post(f"{floor}/ask")
    chair = site.as_("chair")
    chair.post(f"{site.poll}/close")
    assert chair.post(f"{site.meeting}/conclude").status_code == 303
    assert refused(site.as_("first"), f"{floor}/ask") == (409, "meeting_not_under_way")
    assert refused(chair, f"{floor}/run/give", {"request": last(site)}) == (409, "meeting_not_under_way")
    assert "Hết phiên họp" in chair.get(floor).text
    assert chair.post(floor, settings_form()).status_code == 409
    assert "floor-ask" not in block(site.as_("first"), site, "floor")
