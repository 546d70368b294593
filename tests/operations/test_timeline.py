"""The timeline of attendance on both databases: what it says of now is what the list says, whatever was recorded."""

import random
from datetime import timedelta

import pytest

from documents.database import Database
from documents.errors import Invalid, NotFound, Problem
from ecabinet.audit import check
from ecabinet.meetings import attendance, invitations, timeline
from ecabinet.meetings.attendance_queries import attendance_of, rows
from ecabinet.meetings.attendance_rules import Standing
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.rules import AttendanceHow, MeetingState
from tests.people import NOW, SEATS, Office, make_meeting, make_office, participant

LATER = NOW + timedelta(hours=2)


@pytest.fixture
def office(database: Database) -> Office:
    with database.writing() as db:
        office = make_office(db)
        make_meeting(db, office, here=())
        return office


def test_the_list_and_the_timeline_never_disagree(database: Database, office: Office) -> None:
    """A long day of arrivals, departures, later entries and cancelled ones, at random, against the rule."""
    for seed in range(4):
        chance = random.Random(seed)
        with database.writing() as db:
            meeting = make_meeting(db, office, here=())
            secretary = office.person(db, "secretary")
            for minute in range(60):
                now = NOW + timedelta(minutes=minute)
                seat = participant(db, office, meeting, chance.choice(SEATS))
                what = chance.randrange(5)
                marks = [mark for mark in timeline.marks(db, meeting.id) if mark.participant_id == seat.id]
                if what == 0:
                    past = now - timedelta(minutes=chance.randrange(minute + 1))
                    timeline.add_entry(db, seat, chance.random() < 0.5, past, "quên ghi", secretary, now)
                elif what == 1 and any(not mark.voided for mark in marks):
                    wrong = chance.choice([mark for mark in marks if not mark.voided])
                    timeline.void_entry(db, seat, wrong.id, "ghi nhầm", secretary, now)
                elif what == 2:
                    how = chance.choice([AttendanceHow.ONLINE, AttendanceHow.DOOR, AttendanceHow.SELF])
                    timeline.arrive(db, seat, how, secretary, now)
                else:
                    attendance.record_attendance(
                        db, seat, chance.random() < 0.5, AttendanceHow.SECRETARY, secretary, now
                    )
                db.flush()
                here = {p.id for p in (participant(db, office, meeting, name) for name in SEATS) if p.present}
                assert timeline.present_at(db, meeting.id, now) == here
            assert timeline.quorum_at(db, meeting, now).present == len(here)


def test_the_past_is_recomputed_with_corrections(database: Database, office: Office) -> None:
    with database.writing() as db:
        meeting = db.get_one(Meeting, 1)
        first, secretary = participant(db, office, meeting, "first"), office.person(db, "secretary")
        timeline.arrive(db, first, AttendanceHow.SELF, secretary, NOW + timedelta(hours=1))
        assert timeline.present_at(db, 1, NOW + timedelta(minutes=30)) == set()
        timeline.add_entry(db, first, True, NOW + timedelta(minutes=10), "đến sớm hơn", secretary, LATER)
        assert timeline.present_at(db, 1, NOW + timedelta(minutes=30)) == {first.id}
        early = next(mark for mark in timeline.marks(db, 1) if mark.at == NOW + timedelta(minutes=10))
        timeline.void_entry(db, first, early.id, "nhầm người", secretary, LATER)
        assert timeline.present_at(db, 1, NOW + timedelta(minutes=30)) == set()
        kept = timeline.entries(db, 1, first.id)[first.id]
        assert [(e.reason, e.voided_why) for e in kept] == [("đến sớm hơn", "nhầm người"), ("", "")]
        assert all(e.by == "Nguyễn Thị Secretary" for e in kept)
        assert first.present
        assert check(db) is None


def test_who_takes_part_from_afar_and_walks_in_is_in_the_room(database: Database, office: Office) -> None:
    with database.writing() as db:
        meeting = db.get_one(Meeting, 1)
        first, me = participant(db, office, meeting, "first"), office.person(db, "first")
        assert timeline.arrive(db, first, AttendanceHow.ONLINE, me, NOW)
        assert standing_of(db, meeting, "first", office) == Standing.ONLINE
        assert timeline.arrive(db, first, AttendanceHow.DOOR, me, LATER)
        assert not timeline.arrive(db, first, AttendanceHow.QR, me, LATER)
        assert standing_of(db, meeting, "first", office) == Standing.IN_ROOM
        assert timeline.quorum_at(db, meeting, LATER).present == 1


def standing_of(db: object, meeting: Meeting, name: str, office: Office) -> Standing:
    db.info.pop("attendance_list", None)  # type: ignore[attr-defined]
    found = attendance_of(db, meeting)  # type: ignore[arg-type]
    return next(line.standing for line in found.lines if line.person.member_id == office.members[name])


def test_an_entry_is_cancelled_once_and_only_on_its_own_timeline(database: Database, office: Office) -> None:
    with database.writing() as db:
        meeting = db.get_one(Meeting, 1)
        first, second = (participant(db, office, meeting, name) for name in ("first", "second"))
        secretary = office.person(db, "secretary")
        timeline.arrive(db, first, AttendanceHow.SELF, secretary, NOW)
        db.flush()
        [mark] = timeline.marks(db, 1)
        with pytest.raises(NotFound):
            timeline.void_entry(db, second, mark.id, "x", secretary, NOW)
        with pytest.raises(Invalid):
            timeline.void_entry(db, first, mark.id, "", secretary, NOW)
        timeline.void_entry(db, first, mark.id, "x", secretary, NOW)
        assert not first.present
        with pytest.raises(Problem, match="entry_voided"):
            timeline.void_entry(db, first, mark.id, "x", secretary, NOW)


def test_corrections_are_made_after_the_meeting_too(database: Database, office: Office) -> None:
    with database.writing() as db:
        meeting = make_meeting(db, office, state=MeetingState.CONCLUDED)
        first, secretary = participant(db, office, meeting, "first"), office.person(db, "secretary")
        timeline.add_entry(db, first, False, NOW + timedelta(hours=1), "về sớm", secretary, LATER)
        assert first.id not in timeline.present_at(db, meeting.id, LATER)
        assert first.id in timeline.present_at(db, meeting.id, NOW + timedelta(minutes=59))


def test_the_list_as_a_file_has_guests_and_reasons(database: Database, office: Office) -> None:
    with database.writing() as db:
        meeting, secretary = db.get_one(Meeting, 1), office.person(db, "secretary")
        guest = invitations.add_guest(db, meeting, "Lê Văn Khách", "Sở Nội vụ", "", secretary, NOW)
        invitations.record_guest(db, meeting, guest, True, secretary, NOW)
        first = participant(db, office, meeting, "first")
        timeline.add_entry(db, first, True, NOW, "máy hỏng", secretary, NOW)
        assert timeline.guests_at(db, 1, NOW) == {guest.id}
        lines = list(rows(db, meeting, lambda kind, value: f"{kind}.{value}"))
        assert lines[-1][1:6] == ["Lê Văn Khách", "", "Sở Nội vụ", "role.guest", "standing.in_room"]
        mine = next(line for line in lines if line[1] == "Nguyễn Thị First")
        assert (mine[7], mine[9], mine[10]) == ("09:00 22/11/2026", "attendance_how.secretary", "máy hỏng")
