"""Requests to speak and turns at the floor, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents.database import Database
from documents.errors import NotFound, Problem
from ecabinet import audit
from ecabinet.access import Person
from ecabinet.meetings import agenda, attendance, operations, queries, speaker_queries, speaker_turns, speakers
from ecabinet.meetings.models import AgendaItem, Meeting, Participant
from ecabinet.meetings.rules import AttendanceHow, MeetingState
from ecabinet.meetings.speaker_loading import load_request, load_turn, settings_of
from ecabinet.meetings.speaker_models import FloorRequest, FloorTurn
from ecabinet.meetings.speaker_rules import FloorSettings, OrderRule, RequestState, SpeechKind, TurnState
from ecabinet.registry.models import Member
from tests.people import NOW, Office, make_meeting, make_office, new_code, participant

SPEECH, QUESTION, ORDER = SpeechKind.SPEECH, SpeechKind.QUESTION, SpeechKind.ORDER


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


class Room:
    """A meeting under way in one transaction, and its people by name."""

    def __init__(self, db: Session, **options: object) -> None:
        self.db = db
        self.office: Office = make_office(db)
        self.meeting: Meeting = make_meeting(db, self.office, **options)  # type: ignore[arg-type]
        self.items = [item.id for item in queries.agenda(db, self.meeting)]

    def seat(self, name: str) -> Participant:
        return participant(self.db, self.office, self.meeting, name)

    def person(self, name: str) -> Person:
        return self.office.person(self.db, name)

    def ask(
        self, name: str, kind: SpeechKind = SPEECH, item: int | None = None, seconds: float = 0, topic: str = ""
    ) -> FloorRequest:
        return speakers.ask(self.db, self.meeting, self.seat(name), speakers.Wish(kind, item, topic), at(seconds))

    def give(self, request: FloorRequest, seconds: float = 0, ending: FloorTurn | None = None) -> FloorTurn:
        return speaker_turns.give(
            self.db, self.meeting, request, self.person("chair"), at(seconds), ending.id if ending else None
        )

    def go_to(self, number: int) -> None:
        agenda.go_to_item(self.db, self.meeting, self.items[number - 1], NOW)

    @property
    def floor(self) -> speaker_queries.Floor:
        self.db.flush()
        return speaker_queries.floor_of(self.db, self.meeting)

    def names(self, kind: SpeechKind = SPEECH) -> list[str]:
        return [line.name.split()[-1].lower() for line in self.floor.queues[kind]]

    def leave(self, name: str, seconds: float = 0) -> None:
        attendance.record_attendance(
            self.db, self.seat(name), False, AttendanceHow.SELF, self.person(name), at(seconds)
        )


def test_asking_waiting_speaking_and_the_minutes(database: Database) -> None:
    with database.writing() as db:
        room = Room(db)
        room.go_to(1)
        first, second = room.ask("first", topic="Về chỉ tiêu"), room.ask("second", seconds=1)
        room.ask("third", QUESTION, seconds=2)
        assert (room.names(), room.names(QUESTION)) == (["first", "second"], ["third"])
        turn = room.give(first, 10)
        assert (turn.state, turn.limit_seconds, turn.item_id) == ("running", 300, room.items[0])
        assert room.floor.turn is not None
        assert room.names() == ["second"]
        with pytest.raises(Problem, match="floor_taken"):
            room.give(second, 20)
        db.expire_all()
        speaker_turns.pause(db, turn, at(40))
        speaker_turns.resume(db, turn, at(70))
        speaker_turns.extend(db, turn, 60)
        assert turn.clock.limit == 360
        speaker_turns.end(db, turn, at(130))
        later = speaker_turns.call(db, room.meeting, room.seat("chair"), SPEECH, room.person("secretary"), at(140))
        speaker_turns.end(db, later, at(141))
        said = speaker_queries.speeches(db, room.meeting.id)
        assert [(s.name.split()[-1], s.unit_name, s.kind, s.seconds, s.called, s.topic) for s in said] == [
            ("First", "Trung ương Đoàn", SPEECH, 90, False, "Về chỉ tiêu"),
            ("Chair", "Trung ương Đoàn", SPEECH, 1, True, ""),
        ]
        assert (said[0].began_at, said[0].ended_at, said[0].item_title) == (at(10), at(130), "Báo cáo")


def test_each_kind_its_own_limit_and_the_items_before_the_meetings(database: Database) -> None:
    with database.writing() as db:
        room = Room(db)
        room.go_to(1)
        item = queries.load_item(db, room.meeting, room.items[0])
        settings = FloorSettings(speech_seconds=600, question_seconds=90, order_seconds=45, warn_seconds=20)
        speakers.save_settings(db, room.meeting, settings, room.person("chair"), NOW)
        speakers.save_item_settings(db, room.meeting, item, OrderRule.ONCE_EACH, 180, None)
        limits = []
        for kind in (SPEECH, QUESTION, ORDER):
            turn = room.give(room.ask("first", kind))
            limits.append((turn.limit_seconds, turn.warn_seconds))
            speaker_turns.end(db, turn, at(1))
        assert limits == [(180, 20), (90, 20), (45, 20)]
        assert settings_of(db, room.meeting.id, room.items[0]).rule == OrderRule.ONCE_EACH
        assert settings_of(db, room.meeting.id, room.items[1]).rule == OrderRule.FIRST_COME
        assert audit.check(db) is None


@pytest.mark.parametrize("state", [MeetingState.INVITED, MeetingState.CONCLUDED])
def test_a_meeting_that_is_not_under_way_refuses(database: Database, state: MeetingState) -> None:
    with database.writing() as db:
        room = Room(db, state=state)
        with pytest.raises(Problem, match="meeting_not_under_way"):
            room.ask("first")
        with pytest.raises(Problem, match="meeting_not_under_way"):
            speaker_turns.call(db, room.meeting, room.seat("first"), SPEECH, room.person("chair"), NOW)


def test_only_those_present_ask_and_guests_where_the_chair_lets_them(database: Database) -> None:
    with database.writing() as db:
        room = Room(db, here=("chair", "first"))
        with pytest.raises(Problem, match="asker_not_present"):
            room.ask("second")
        spare = attendance.invite_guest(db, room.meeting, db.get_one(Member, room.office.members["spare"]), new_code)
        attendance.record_attendance(db, spare, True, AttendanceHow.SELF, room.person("spare"), NOW)
        with pytest.raises(Problem, match="guests_may_not_speak"):
            room.ask("spare")
        # the chair's call is the leave
        turn = speaker_turns.call(db, room.meeting, spare, SPEECH, room.person("chair"), NOW)
        speaker_turns.end(db, turn, at(5))
        speakers.save_settings(db, room.meeting, FloorSettings(guests_may_speak=True), room.person("chair"), NOW)
        assert room.ask("spare").state == RequestState.WAITING


def test_one_open_request_of_a_kind_for_an_item(database: Database) -> None:
    with database.writing() as db:
        room = Room(db)
        room.go_to(1)
        room.ask("first")
        room.ask("first", QUESTION)
        room.ask("first", item=room.items[1])
        for again in (None, room.items[0], room.items[1]):
            with pytest.raises(Problem, match="already_asked"):
                room.ask("first", item=again)
        assert [[line.item_id for line in other.lines] for other in room.floor.others] == [[room.items[1]]]
        with pytest.raises(NotFound):
            room.ask("first", item=999_999)


def test_what_was_asked_before_any_item_stands_for_the_first_one_too(database: Database) -> None:
    with database.writing() as db:
        room = Room(db)
        room.ask("first")
        room.go_to(1)
        assert room.names() == ["first"]
        with pytest.raises(Problem, match="already_asked"):
            room.ask("first")


def row(room: Room, **changes: object) -> dict[str, object]:
    unit = db_unit(room)
    values = {
        "meeting_id": room.meeting.id, "participant_id": room.seat("first").id, "unit_id": unit, "item_id": None,
        "kind": "speech", "topic": "", "state": "waiting", "asked_at": NOW, "reason": "",
    }  # fmt: skip
    return values | changes


def db_unit(room: Room) -> int:
    return room.seat("first").member.unit_id


@pytest.mark.parametrize(
    "changes",
    [{}, {"item_id": 1}, {"state": "refused", "decided_at": NOW}, {"decided_at": NOW}, {"kind": "song"}],
    ids=["in general", "for an item", "refused without a reason", "decided and waiting", "unknown kind"],
)
def test_the_database_itself_refuses_what_no_request_can_be(database: Database, changes: dict[str, object]) -> None:
    with database.writing() as db:
        room = Room(db)
        values = row(room, **changes)
        if values["item_id"] == 1:
            values["item_id"] = room.items[0]
        if not changes or "item_id" in changes:
            db.execute(insert(FloorRequest).values(**values))
        with pytest.raises(IntegrityError):
            db.execute(insert(FloorRequest).values(**values))
        db.rollback()


def test_the_database_itself_lets_one_speak_at_a_time(database: Database) -> None:
    with database.writing() as db:
        room = Room(db)
        turn: dict[str, object] = {
            "meeting_id": room.meeting.id, "participant_id": room.seat("first").id, "unit_id": db_unit(room),
            "kind": "speech", "began_at": NOW, "paused_seconds": 0.0, "limit_seconds": 60, "extra_seconds": 0,
            "warn_seconds": 10, "given_by": room.office.members["chair"],
        }  # fmt: skip
        db.execute(insert(FloorTurn).values(**turn, state="running"))
        ended = turn | {"state": "ended", "ended_at": at(5)}
        db.execute(insert(FloorTurn).values(**ended))
        db.execute(insert(FloorTurn).values(**ended))
        for second in (
            turn | {"state": "running"},
            turn | {"state": "paused", "paused_at": NOW},
            turn | {"state": "ended"},
            turn | {"state": "interrupted"},
            turn | {"state": "ended", "ended_at": at(-5)},
        ):
            with pytest.raises(IntegrityError), db.begin_nested():
                db.execute(insert(FloorTurn).values(**second))


def test_a_point_of_order_interrupts_and_the_speech_goes_on_afterwards(database: Database) -> None:
    with database.writing() as db:
        room = Room(db)
        room.go_to(1)
        speech = room.give(room.ask("first"), 0)
        room.ask("second")
        order = room.ask("third", ORDER, seconds=10)
        point = room.give(order, 20)
        assert (speech.state, point.state) == (TurnState.INTERRUPTED, TurnState.RUNNING)
        floor = room.floor
        assert floor.turn is not None
        assert floor.interrupted is not None
        assert (floor.turn.id, floor.interrupted.id) == (point.id, speech.id)
        with pytest.raises(Problem, match="floor_taken"):
            room.give(room.ask("second", ORDER), 25)
        db.expire_all()
        speaker_turns.end(db, point, at(50))
        assert (speech.state, speech.clock.elapsed(at(500))) == (TurnState.PAUSED, 20.0)
        speaker_turns.resume(db, speech, at(60))
        speaker_turns.end(db, speech, at(70))
        assert [(s.kind, s.seconds) for s in speaker_queries.speeches(db, room.meeting.id)] == [
            (SPEECH, 30),
            (ORDER, 30),
        ]


def test_one_tap_ends_the_turn_that_the_chair_saw_and_gives_the_floor_to_the_next(database: Database) -> None:
    with database.writing() as db:
        room = Room(db)
        one, two, three = room.ask("first"), room.ask("second", seconds=1), room.ask("third", seconds=2)
        before = room.give(one, 0)
        now = room.give(two, 30, ending=before)
        assert (before.state, now.state) == (TurnState.ENDED, TurnState.RUNNING)
        # another console still shows the former turn: it must not cut off who has just begun
        with pytest.raises(Problem, match="floor_taken"):
            room.give(three, 31, ending=before)


def test_the_chair_orders_a_queue_and_goes_back_to_the_rule(database: Database) -> None:
    with database.writing() as db:
        room = Room(db)
        room.go_to(1)
        asked = {name: room.ask(name, seconds=n) for n, name in enumerate(("first", "second", "third"))}
        speakers.arrange(db, room.meeting, [asked["third"].id, asked["first"].id, asked["second"].id])
        assert room.names() == ["third", "first", "second"]
        speakers.move(db, room.meeting, asked["second"], "up")
        speakers.move(db, room.meeting, asked["third"], "up")
        assert room.names() == ["third", "second", "first"]
        room.ask("chair", seconds=9)
        assert room.names() == ["third", "second", "first", "chair"]
        # a console that shows only some of them: the others placed before follow, in their order
        speakers.arrange(db, room.meeting, [asked["first"].id, asked["third"].id])
        assert room.names() == ["first", "third", "second", "chair"]
        speakers.by_rule(db, room.meeting, SPEECH)
        assert room.names() == ["first", "second", "third", "chair"]
        # given away meanwhile: passed over; of two queues, or unknown: refused
        speaker_turns.end(db, room.give(asked["first"]), at(1))
        speakers.arrange(db, room.meeting, [asked["second"].id, asked["first"].id, asked["third"].id])
        question = room.ask("first", QUESTION)
        for wrong in ([], [asked["second"].id, question.id], [999_999], [asked["first"].id]):
            with pytest.raises(Problem, match="queue_changed"):
                speakers.arrange(db, room.meeting, wrong)
        with pytest.raises(Problem, match="request_not_waiting"):
            speakers.move(db, room.meeting, asked["first"], "up")


def test_units_take_turns_where_the_item_says_so(database: Database) -> None:
    with database.writing() as db:
        room = Room(db)
        room.go_to(1)
        item = queries.load_item(db, room.meeting, room.items[0])
        speakers.save_item_settings(db, room.meeting, item, OrderRule.ALTERNATE_UNITS, None, None)
        for n, name in enumerate(("chair", "first", "second", "third")):
            room.ask(name, seconds=n)
        assert room.names() == ["chair", "second", "first", "third"]


def test_the_time_of_units_is_counted_against_their_budget(database: Database) -> None:
    with database.writing() as db:
        room = Room(db)
        speakers.save_settings(db, room.meeting, FloorSettings(unit_seconds=100), room.person("chair"), NOW)
        for name, kind, seconds in (("second", SPEECH, 70), ("third", QUESTION, 50), ("first", ORDER, 30)):
            speaker_turns.end(db, room.give(room.ask(name, kind)), at(seconds))
        floor = room.floor
        assert [(unit.name, unit.used, unit.left) for unit in floor.units] == [("Thành đoàn Huế", 120, -20)]
        turn = room.give(room.ask("second"), 200)
        assert room.floor.turn is not None
        assert room.floor.turn.budget == -20
        speaker_turns.end(db, turn, at(210))
        assert room.floor.units[0].used == 130


def test_a_closed_list_takes_points_of_order_only(database: Database) -> None:
    with database.writing() as db:
        room = Room(db)
        room.go_to(1)
        speakers.open_list(db, room.meeting, room.items[0], False)
        with pytest.raises(Problem, match="speakers_list_closed"):
            room.ask("first")
        assert room.ask("first", ORDER).kind == ORDER
        assert room.ask("first", item=room.items[1]).item_id == room.items[1]
        speakers.open_list(db, room.meeting, None, False)
        with pytest.raises(Problem, match="speakers_list_closed"):
            room.ask("second", item=room.items[1])
        speakers.open_list(db, room.meeting, None, True)
        speakers.open_list(db, room.meeting, room.items[0], True)
        assert room.ask("second").item_id == room.items[0]


def test_withdrawn_refused_and_nobody_elses(database: Database) -> None:
    with database.writing() as db:
        room = Room(db)
        request, other = room.ask("first"), room.ask("second")
        with pytest.raises(NotFound):
            speakers.withdraw(db, request, room.person("second"), NOW)
        speakers.withdraw(db, request, room.person("first"), at(5))
        with pytest.raises(Problem, match="refusal_needs_reason"):
            speakers.refuse(db, other, "", room.person("chair"), at(6))
        speakers.refuse(db, other, "Đã hết giờ thảo luận", room.person("chair"), at(6))
        for end in (
            lambda: speakers.withdraw(db, request, room.person("first"), NOW),
            lambda: speakers.refuse(db, request, "x", room.person("chair"), NOW),
            lambda: room.give(request),
        ):
            with pytest.raises(Problem, match="request_not_waiting"):
                end()
        assert [(r.state, r.decided_at) for r in speaker_queries.unheard(db, room.meeting.id)] == [
            ("withdrawn", at(5)),
            ("refused", at(6)),
        ]
        refused = speaker_queries.last_refused(db, room.meeting, room.seat("second").id)
        assert refused is not None
        assert refused.reason == "Đã hết giờ thảo luận"
        room.ask("second", seconds=7)
        assert speaker_queries.last_refused(db, room.meeting, room.seat("second").id) is None
        assert room.ask("first", seconds=8).state == RequestState.WAITING


def test_who_leaves_is_taken_off_the_list_and_their_turn_is_over(database: Database) -> None:
    with database.writing() as db:
        room = Room(db)
        turn = room.give(room.ask("first"), 0)
        waiting = [room.ask("first", QUESTION), room.ask("second")]
        point = room.give(room.ask("third", ORDER), 10)
        room.leave("first", 30)
        db.flush()
        assert (turn.state, turn.ended_at, turn.clock.elapsed(at(99))) == ("ended", at(30), 10.0)
        assert point.state == TurnState.RUNNING
        assert [r.state for r in waiting] == ["left", "waiting"]
        room.leave("third", 40)
        assert room.floor.turn is None
        with pytest.raises(Problem, match="speaker_absent"):
            speaker_turns.call(db, room.meeting, room.seat("first"), SPEECH, room.person("chair"), at(41))


def test_the_end_of_the_meeting_ends_all_of_it(database: Database) -> None:
    with database.writing() as db:
        room = Room(db)
        speech = room.give(room.ask("first"), 0)
        room.give(room.ask("second", ORDER), 10)
        waiting = room.ask("third")
        operations.advance(db, room.meeting, MeetingState.CONCLUDED, at(60))
        db.flush()
        assert waiting.state == RequestState.OVER
        assert speech.clock.elapsed(at(99)) == 10.0
        assert [s.seconds for s in speaker_queries.speeches(db, room.meeting.id)] == [10, 50]


def test_prepared_speakers_are_on_the_list_before_the_meeting_begins(database: Database) -> None:
    with database.writing() as db:
        room = Room(db, state=MeetingState.INVITED, here=("chair",))
        wish = speakers.Wish(SPEECH, room.items[0], "Tham luận")
        request = speakers.enter(db, room.meeting, room.seat("first"), wish, room.person("secretary"), NOW)
        with pytest.raises(Problem, match="already_asked"):
            speakers.enter(db, room.meeting, room.seat("first"), wish, room.person("secretary"), NOW)
        operations.advance(db, room.meeting, MeetingState.UNDER_WAY, NOW)
        room.go_to(1)
        assert [(line.name.split()[-1], line.present) for line in room.floor.queues[SPEECH]] == [("First", False)]
        with pytest.raises(Problem, match="speaker_absent"):
            room.give(request)
        assert request.entered_by == room.office.members["secretary"]


def test_calling_one_who_waits_takes_them_off_the_list(database: Database) -> None:
    with database.writing() as db:
        room = Room(db)
        request = room.ask("first")
        turn = speaker_turns.call(db, room.meeting, room.seat("first"), SPEECH, room.person("chair"), NOW)
        assert (turn.request_id, request.state) == (request.id, RequestState.GIVEN)


@pytest.mark.parametrize(
    ("state", "act"),
    [
        (TurnState.RUNNING, speaker_turns.resume),
        (TurnState.PAUSED, speaker_turns.pause),
        (TurnState.INTERRUPTED, speaker_turns.pause),
        (TurnState.INTERRUPTED, speaker_turns.resume),
    ],
    ids=["resume running", "pause paused", "pause interrupted", "resume interrupted"],
)
def test_a_clock_stops_and_goes_on_by_turns(
    database: Database, state: TurnState, act: Callable[[Session, FloorTurn, datetime], None]
) -> None:
    with database.writing() as db:
        room = Room(db)
        turn = room.give(room.ask("first"))
        if state == TurnState.PAUSED:
            speaker_turns.pause(db, turn, at(5))
        if state == TurnState.INTERRUPTED:
            room.give(room.ask("second", ORDER), 5)
        with pytest.raises(Problem, match="wrong_state"):
            act(db, turn, at(6))


def test_a_turn_that_is_over_stays_as_it_is(database: Database) -> None:
    with database.writing() as db:
        room = Room(db)
        turn = room.give(room.ask("first"))
        speaker_turns.end(db, turn, at(9))
        for act in (speaker_turns.end, speaker_turns.pause, speaker_turns.resume):
            with pytest.raises(Problem, match="turn_over"):
                act(db, turn, at(10))
        with pytest.raises(Problem, match="turn_over"):
            speaker_turns.extend(db, turn, 60)


def test_a_tablet_gone_wild_is_stopped(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecabinet.meetings.speaker_rules.MOST_REQUESTS", 3)
    with database.writing() as db:
        room = Room(db)
        for _ in range(3):
            speakers.withdraw(db, room.ask("first"), room.person("first"), NOW)
        with pytest.raises(Problem, match="too_many_requests"):
            room.ask("first")


def test_an_item_with_speakers_stays_and_one_with_settings_goes(database: Database) -> None:
    with database.writing() as db:
        room = Room(db)
        room.go_to(1)
        room.ask("first")
        speakers.open_list(db, room.meeting, room.items[1], False)
        db.flush()
        db.execute(delete(AgendaItem).where(AgendaItem.id == room.items[1]))
        with pytest.raises(IntegrityError), db.begin_nested():
            db.execute(delete(AgendaItem).where(AgendaItem.id == room.items[0]))


def test_rows_of_other_meetings_are_not_there(database: Database) -> None:
    with database.writing() as db:
        room = Room(db)
        other = make_meeting(db, room.office)
        request = room.ask("first")
        turn = room.give(request)
        with pytest.raises(NotFound):
            load_request(db, other, request.id)
        with pytest.raises(NotFound):
            load_turn(db, other, turn.id)


def test_people_are_found_by_name_without_marks(database: Database) -> None:
    with database.writing() as db:
        room = Room(db, here=("second",))
        found = speaker_queries.people_named(db, room.meeting.id, "NGUYEN thi")
        assert [p.present for p in found] == [True, False, False, False, False]
        assert [p.name for p in speaker_queries.people_named(db, room.meeting.id, "third")] == ["Nguyễn Thị Third"]
        assert speaker_queries.people_named(db, room.meeting.id, " ") == []
        assert speaker_queries.people_named(db, room.meeting.id, "%") == []


def test_a_hidden_item_is_given_away_by_nobody(database: Database) -> None:
    with database.writing() as db:
        room = Room(db)
        room.go_to(1)
        db.get_one(AgendaItem, room.items[1]).hidden = True
        db.flush()
        with pytest.raises(NotFound):
            room.ask("first", item=room.items[1])
        wish = speakers.Wish(SPEECH, room.items[1])
        speakers.enter(db, room.meeting, room.seat("first"), wish, room.person("secretary"), NOW)
        assert room.floor.others == []
        of_the_chair = speaker_queries.floor_of(db, room.meeting, runs=True)
        assert [other.item_id for other in of_the_chair.others] == [room.items[1]]


def test_a_meeting_as_last_time_gives_the_floor_as_there(database: Database) -> None:
    with database.writing() as db:
        room = Room(db)
        other = make_meeting(db, room.office)
        speakers.copy_settings(db, room.meeting.id, other)
        assert settings_of(db, other.id) == FloorSettings()
        settings = FloorSettings(rule=OrderRule.ONCE_EACH, list_open=False, speech_seconds=420)
        speakers.save_settings(db, room.meeting, settings, room.person("chair"), NOW)
        speakers.copy_settings(db, room.meeting.id, other)
        assert settings_of(db, other.id) == replace(settings, list_open=True)


def test_the_seat_map_knows_who_speaks(database: Database) -> None:
    with database.writing() as db:
        room = Room(db)
        assert speaker_queries.speaking(db, room.meeting.id) is None
        turn = room.give(room.ask("first"))
        assert speaker_queries.speaking(db, room.meeting.id) == room.seat("first").id
        speaker_turns.end(db, turn, at(5))
        assert speaker_queries.speaking(db, room.meeting.id) is None


# ---- at the same moment


def together(*acts: Callable[[], object]) -> list[str]:
    """Run each in a thread of its own, from one moment; "" or the code of what was refused."""
    barrier = Barrier(len(acts), timeout=5)

    def one(act: Callable[[], object]) -> str:
        with suppress(BrokenBarrierError):  # too slow a machine: then one after the other
            barrier.wait()
        try:
            act()
        except Problem as problem:
            return problem.code
        return ""

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def prepared(database: Database) -> tuple[Office, int, list[int]]:
    with database.writing() as db:
        room = Room(db)
        room.go_to(1)
        requests = [room.ask(name, seconds=n).id for n, name in enumerate(("first", "second", "third"))]
        return room.office, room.meeting.id, requests


def test_of_two_consoles_at_once_one_gives_the_floor(database: Database) -> None:
    office, meeting_id, requests = prepared(database)

    def give(request_id: int, name: str) -> None:
        with database.writing() as db:
            person = office.person(db, name)
            meeting = queries.load_to_change(db, person, meeting_id).require_manager()
            speaker_turns.give(db, meeting, load_request(db, meeting, request_id), person, NOW)

    said = together(lambda: give(requests[0], "chair"), lambda: give(requests[1], "secretary"))
    assert sorted(said) == ["", "floor_taken"]
    with database.reading() as db:
        assert len(db.scalars(select(FloorTurn)).all()) == 1
        assert len(db.scalars(select(FloorRequest).where(FloorRequest.state == "waiting")).all()) == 2


def test_the_same_member_pressing_on_two_tablets_asks_once(database: Database) -> None:
    office, meeting_id, _requests = prepared(database)

    def ask() -> None:
        with database.writing() as db:
            person = office.person(db, "chair")
            seen = queries.load_to_change(db, person, meeting_id)
            speakers.ask(db, seen.meeting, seen.require_participant(), speakers.Wish(SPEECH), NOW)

    assert sorted(together(ask, ask, ask)) == ["", "already_asked", "already_asked"]


def test_who_leaves_while_asking_does_not_stay_on_the_list(database: Database) -> None:
    office, meeting_id, _requests = prepared(database)

    def ask() -> None:
        with database.writing() as db:
            person = office.person(db, "chair")
            seen = queries.load_to_change(db, person, meeting_id)
            speakers.ask(db, seen.meeting, seen.require_participant(), speakers.Wish(QUESTION), NOW)

    def go() -> None:
        with database.writing() as db:
            person = office.person(db, "chair")
            seat = queries.load(db, person, meeting_id).require_participant()
            attendance.record_attendance(db, seat, False, AttendanceHow.SELF, person, NOW)

    assert together(ask, go)[1] == ""
    with database.reading() as db:
        left = db.scalars(select(FloorRequest.state).where(FloorRequest.kind == "question")).all()
        assert left in ([], ["left"])
