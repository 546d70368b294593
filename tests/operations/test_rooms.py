"""Rooms on both databases: what stands against a booking, two at once, the calendar; seats."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from documents.database import Database
from documents.errors import Invalid, NotFound, Problem
from ecabinet.audit import AuditEntry
from ecabinet.meetings import attendance, life, operations, queries, room_queries, rooms, seat_queries, seats
from ecabinet.meetings.life import Act
from ecabinet.meetings.life_rules import Action
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.room_models import Room, RoomBooking, SeatTaken
from ecabinet.meetings.room_rules import ConflictKind, RoomDraft
from ecabinet.meetings.rules import MeetingState
from ecabinet.meetings.seat_rules import HEAD, SeatOrder, SeatState, Spot
from ecabinet.registry.models import Body, Unit
from ecabinet.voting import operations as voting
from ecabinet.voting import seat_queries as voting_seats
from ecabinet.voting.models import Ballot, Marked
from ecabinet.voting.rules import Base, Majority, Manner, PollDraft
from tests.people import ACT, NOW, Office, draft, make_meeting, make_office, make_poll, new_code, participant

ACT_OF_ROOMS = Act(None, NOW)


def make_room(db, office: Office, name: str = "Phòng A", unit: str = "centre", **more) -> Room:  # type: ignore[no-untyped-def]
    said = RoomDraft(name, more.pop("capacity", 40), "Màn hình", 3, (4, 4))
    return rooms.save_room(db, db.get_one(Unit, office.units[unit]), None, said, ACT_OF_ROOMS)


def empty_meeting(db, office: Office, hours: float = 0.0) -> Meeting:  # type: ignore[no-untyped-def]
    """Another meeting, of nobody but its secretary."""
    start = NOW + timedelta(hours=hours)
    unit = db.get_one(Unit, office.units["centre"])
    said = draft(title="Họp khác", starts_at=start, ends_at=start + timedelta(hours=9))
    return operations.create_meeting(db, office.person(db, "secretary"), unit, None, said, new_code)


def test_a_room_has_one_name_in_its_unit(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        make_room(db, office)
        make_room(db, office, unit="hue")
    with pytest.raises(Invalid) as refusal, database.writing() as db:
        make_room(db, office)
    assert refusal.value.faults["name"].code == "name_taken"


def test_a_room_that_is_taken_is_refused_unless_a_reason_is_given(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        room = make_room(db, office)
        first, second = empty_meeting(db, office), empty_meeting(db, office, 8.9)
        third = empty_meeting(db, office, 9.0)
        rooms.book(db, first, room, "", ACT_OF_ROOMS)
        assert first.place == "Phòng A"
        with pytest.raises(Invalid) as refusal:
            rooms.book(db, second, room, "", ACT_OF_ROOMS)
        assert refusal.value.faults["reason"].code == "room_taken"
        rooms.book(db, second, room, "Chung phòng theo thỏa thuận", ACT_OF_ROOMS)
        assert db.get_one(RoomBooking, second.id).reason == "Chung phòng theo thỏa thuận"
        entry = db.scalars(select(AuditEntry).where(AuditEntry.subject == f"meeting:{second.id}")).all()[-1]
        assert f"room:{first.id}" in entry.details["against"]
        rooms.free(db, second, ACT_OF_ROOMS)
        db.flush()
        rooms.book(db, third, room, "", ACT_OF_ROOMS)  # it begins when the first ends


def test_who_is_called_off_gives_the_room_back(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        room = make_room(db, office)
        first, second = empty_meeting(db, office), empty_meeting(db, office)
        rooms.book(db, first, room, "", ACT_OF_ROOMS)
        life.take(db, first, Action.DROP, ACT_OF_ROOMS, "thôi")
        rooms.book(db, second, room, "", ACT_OF_ROOMS)


def test_a_new_time_is_checked_too(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        room = make_room(db, office)
        first, second = empty_meeting(db, office), empty_meeting(db, office, 48)
        rooms.book(db, first, room, "", ACT_OF_ROOMS)
        rooms.book(db, second, room, "", ACT_OF_ROOMS)
        second.starts_at, second.ends_at = first.starts_at, first.ends_at
        with pytest.raises(Invalid) as refusal:
            rooms.recheck(db, second, "", ACT_OF_ROOMS)
        assert refusal.value.faults["conflict_reason"].code == "room_taken"
        rooms.recheck(db, second, "Họp ghép", ACT_OF_ROOMS)


def test_the_chair_and_many_members_elsewhere(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        one = make_meeting(db, office, state=MeetingState.INVITED, here=())
        body = db.get_one(Body, office.body)
        other = operations.create_meeting(db, office.person(db, "secretary"), body.unit, body, draft(), new_code)
        attendance.invite_body(db, other, body, new_code)
        db.flush()
        kinds = [conflict.kind for conflict in room_queries.conflicts(db, one, None)]
        assert kinds == [ConflictKind.CHAIR, ConflictKind.MEMBERS]
        small = make_room(db, office, capacity=3)
        assert room_queries.conflicts(db, one, small)[-1].kind == ConflictKind.TOO_SMALL


def test_two_bookings_at_once_are_one(database: Database) -> None:
    """Both look before either has booked; the lock on the room's row makes the second see the first."""
    with database.writing() as db:
        office = make_office(db)
        room_id = make_room(db, office).id
        ids = [empty_meeting(db, office).id for _ in range(2)]
    together = threading.Barrier(2)
    outcomes: list[str] = []

    def book(meeting_id: int) -> None:
        try:
            together.wait()
            with database.writing() as db:
                rooms.book(db, db.get_one(Meeting, meeting_id), db.get_one(Room, room_id), "", ACT_OF_ROOMS)
            outcomes.append("booked")
        except Invalid as refusal:
            outcomes.append(refusal.faults["reason"].code)

    threads = [threading.Thread(target=book, args=(meeting_id,)) for meeting_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["booked", "room_taken"]
    with database.reading() as db:
        assert len(db.scalars(select(RoomBooking)).all()) == 1


def test_the_calendar_shows_what_is_taken_but_not_what_it_is(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        room = make_room(db, office)
        rooms.book(db, empty_meeting(db, office), room, "", ACT_OF_ROOMS)
        rooms.book(db, empty_meeting(db, office, 1), room, "Họp ghép", ACT_OF_ROOMS)
        db.flush()
        day = NOW.date()
        ours = room_queries.calendar(db, office.person(db, "secretary"), day, day + timedelta(days=2))
        assert [(e.title, e.clash) for e in ours[day]] == [("Họp khác", True), ("Họp khác", True)]
        theirs = room_queries.calendar(db, office.person(db, "second"), day, day + timedelta(days=2))
        assert [(e.title, e.room_name) for e in theirs[day]] == [("", "Phòng A"), ("", "Phòng A")]
        other = make_room(db, office, unit="hue")
        assert other not in room_queries.rooms_seen(db, office.person(db, "first"))
        with pytest.raises(NotFound):
            room_queries.load(db, office.person(db, "stranger"), room.id)


def test_a_closed_room_keeps_its_bookings_and_takes_no_more(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        room, meeting = make_room(db, office), empty_meeting(db, office)
        rooms.close_room(db, room, closed=True, act=ACT_OF_ROOMS)
        db.flush()
        with pytest.raises(Invalid):
            rooms.book(db, meeting, room, "lý do", ACT_OF_ROOMS)
        assert room not in room_queries.rooms_of_meeting(db, meeting)


def test_seats_are_filled_moved_and_shown(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office, here=("chair", "first"))
        with pytest.raises(Problem, match="no_seat_plan"):
            seats.fill(db, meeting, SeatOrder.RANK)
        seats.draw(db, meeting, 3, (2, 2))
        assert seats.fill(db, meeting, SeatOrder.RANK) == 0
        chair = participant(db, office, meeting, "chair")
        first, second = (participant(db, office, meeting, name) for name in ("first", "second"))
        taken = seats.taken(db, meeting.id)
        assert taken[chair.id] == Spot(HEAD, 2)
        assert (taken[first.id], taken[second.id]) == (Spot(1, 1), Spot(1, 2))
        seats.put(db, meeting, second, Spot(1, 1))
        taken = seats.taken(db, meeting.id)
        assert (taken[first.id], taken[second.id]) == (Spot(1, 2), Spot(1, 1))
        drawn = seat_queries.map_of(db, meeting)
        assert drawn is not None
        assert [cell.state for cell in drawn.rows[0]] == [SeatState.ABSENT, SeatState.PRESENT]
        seats.draw(db, meeting, 3, (1,))
        assert first.id not in seats.taken(db, meeting.id)
        assert seat_queries.seat_of(db, meeting.id, office.members["second"]) == Spot(1, 1)
        with pytest.raises(Problem, match="no_such_seat"):
            seats.put(db, meeting, first, Spot(9, 9))
        with pytest.raises(Invalid):
            seats.draw(db, meeting, 0, ())
        seats.clear(db, meeting)
        assert db.scalars(select(SeatTaken)).all() == []


def test_of_a_named_vote_the_room_sees_that_somebody_voted(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office)
        seats.draw(db, meeting, 3, (4,))
        seats.fill(db, meeting, SeatOrder.RANK)
        poll = make_poll(db, meeting)
        assert voting_seats.voted(db, meeting, runs_it=False) == set()
        voter = office.members["first"]
        db.add(
            Ballot(poll_id=poll.id, member_id=voter, options=[poll.options[0].id], token="t", receipt="R", cast_at=NOW)
        )
        db.flush()
        drawn = voting_seats.map_of(db, meeting, runs_it=False)
        assert drawn is not None
        assert [cell.name for cell in drawn.cells if cell.state == SeatState.VOTED] == ["Nguyễn Thị First"]
        poll.shows_progress = False
        db.flush()
        assert voting_seats.voted(db, meeting, runs_it=False) is None
        assert voting_seats.voted(db, meeting, runs_it=True) == {voter}
        voting.close_poll(db, poll, ACT)
        db.flush()
        assert voting_seats.voted(db, meeting, runs_it=True) is None  # the colours end with the vote


def test_of_a_secret_vote_only_those_who_run_it_see_who_was_at_the_urn(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office)
        seats.draw(db, meeting, 3, (4,))
        poll = voting.draft_poll(
            db, meeting, PollDraft("Kín", None, Majority(1, 2, True, Base.CAST), manner=Manner.SECRET)
        )
        voting.open_poll(db, poll, ACT)
        db.add(Marked(poll_id=poll.id, member_id=office.members["first"], proof="p"))
        db.flush()
        assert voting_seats.voted(db, meeting, runs_it=False) is None
        assert voting_seats.voted(db, meeting, runs_it=True) == {office.members["first"]}


def test_a_substitute_who_goes_leaves_the_seat(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office, state=MeetingState.INVITED, here=())
        seats.draw(db, meeting, 3, (8,))
        seats.fill(db, meeting, SeatOrder.NAME)
        gone = db.scalars(select(Participant).where(Participant.meeting_id == meeting.id)).first()
        assert gone is not None
        seated = len(seats.taken(db, meeting.id))
        db.delete(gone)
        db.flush()
        assert len(seats.taken(db, meeting.id)) == seated - 1
        assert queries.participants(db, meeting.id)
