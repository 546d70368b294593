"""The work calendar in the database: published, changed, called off; conflicts; who sees what; feeds."""

from datetime import date, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.database import Database
from documents.errors import Invalid, NotFound, Problem
from documents.rules import Secrecy
from ecabinet.audit import AuditEntry
from ecabinet.calendars import dues, feed, operations, queries
from ecabinet.calendars.models import WorkEvent
from ecabinet.calendars.operations import Clash
from ecabinet.calendars.rules import EventDraft, EventState, monday
from ecabinet.meetings.room_models import Room, RoomBooking
from ecabinet.notices.calendar import Method, render
from ecabinet.notices.models import Notice
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.models import SecretKeeper
from ecabinet.office.routing_rules import Role, Whom
from ecabinet.registry.models import Unit
from ecabinet.tasks.models import Task
from tests.office_people import NOW, TODAY, assigned, staffed
from tests.operations.test_tasks import give
from tests.people import Office, make_meeting

HOUR = timedelta(hours=1)
WEEK = monday(TODAY)


def draft(office: Office, **changes: object) -> EventDraft:
    values: dict[str, object] = {
        "kind": "trip", "title": "Thăm Thành đoàn Huế", "starts_at": NOW, "ends_at": NOW + HOUR,
        "leaders": (office.members["leader"],), "place": "Huế", "prepared_by": "Văn phòng",
    }  # fmt: skip
    return EventDraft(**(values | changes))  # type: ignore[arg-type]


def plan(db: Session, office: Office, who: str = "first", *, anyway: bool = False, **changes: object) -> WorkEvent:
    unit = db.get_one(Unit, office.units["centre"])
    return operations.plan(db, unit, draft(office, **changes), office.person(db, who), NOW, anyway=anyway)


def publish(db: Session, office: Office, event: WorkEvent) -> None:
    leader = office.person(db, "leader")
    operations.publish(db, queries.load_to_change(db, leader, event.id), leader, NOW)


def titles(db: Session, office: Office, who: str, leader: str | None = None) -> list[str]:
    unit = db.get_one(Unit, office.units["centre"])
    found = queries.week(db, office.person(db, who), unit, WEEK, office.members[leader] if leader else None)
    return [slot.title for slots in found.days.values() for slot in slots]


def test_an_entry_is_prepared_published_changed_and_called_off(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        event = plan(db, office)
        assert titles(db, office, "first") == ["Thăm Thành đoàn Huế"]
        assert titles(db, office, "chair") == []  # a member of the unit sees what is published
        with pytest.raises(NotFound):
            queries.load(db, office.person(db, "chair"), event.id)
        clerk = office.person(db, "first")
        with pytest.raises(Problem, match="forbidden"):
            operations.publish(db, queries.load(db, clerk, event.id), clerk, NOW)
        publish(db, office, event)
        assert titles(db, office, "chair") == ["Thăm Thành đoàn Huế"]
        leader = office.person(db, "leader")
        with pytest.raises(Problem, match="forbidden"):
            operations.edit(db, queries.load(db, clerk, event.id), draft(office), clerk, NOW, anyway=True)
        seen = queries.load(db, leader, event.id)
        operations.edit(db, seen, draft(office, title="Thăm Huế"), leader, NOW, anyway=True)
        with pytest.raises(Invalid):
            operations.cancel(db, seen, "", leader, NOW)
        operations.cancel(db, seen, "bão", leader, NOW)
        assert (event.state, event.sequence) == (EventState.CANCELLED, 2)
        with pytest.raises(Problem, match="wrong_state"):
            operations.cancel(db, seen, "bão", leader, NOW)
        for stranger in ("second", "stranger"):
            with pytest.raises(NotFound):
                queries.load(db, office.person(db, stranger), event.id)
        trail = set(db.scalars(select(AuditEntry.action).where(AuditEntry.subject == f"work_event:{event.id}")))
        assert trail == {f"work_event_{act}" for act in ("planned", "published", "edited", "cancelled")}


def test_leaders_are_told_by_others_of_what_is_published(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        event = plan(db, office)
        assert db.scalars(select(Notice)).all() == []
        seen = queries.load(db, office.person(db, "leader"), event.id)
        operations.publish(db, seen, office.person(db, "first"), NOW)
        told = db.scalars(select(Notice)).one()
        assert (told.member_id, told.subject) == (office.members["leader"], "Lịch công tác: Thăm Thành đoàn Huế")


def test_a_leader_or_a_room_taken_twice_is_warned_of(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        room = Room(unit_id=office.units["centre"], name="Phòng A", capacity=20, equipment="", seat_rows=[])
        db.add(room)
        db.flush()
        plan(db, office, room_id=room.id)
        with pytest.raises(Clash) as clash:
            plan(db, office, title="Tiếp khách")
        assert [(one.title, one.room) for one in clash.value.found] == [("Thăm Thành đoàn Huế", False)]
        later = {"starts_at": NOW + HOUR, "ends_at": NOW + 2 * HOUR}
        plan(db, office, title="Ngay sau đó", **later)
        meeting = make_meeting(db, office)
        db.add(
            RoomBooking(
                meeting_id=meeting.id,
                room_id=room.id,
                reason="",
                booked_by=office.members["first"],
                booked_at=NOW,
            )
        )
        db.flush()
        with pytest.raises(Clash) as clash:
            plan(db, office, title="Ba việc", room_id=room.id)
        assert {(one.title, one.room) for one in clash.value.found} == {
            ("Thăm Thành đoàn Huế", True), ("Hội nghị tháng 11", True),
        }  # fmt: skip
        event = plan(db, office, title="Ba việc", room_id=room.id, anyway=True)
        unit = db.get_one(Unit, office.units["centre"])
        slots = [s for day in queries.week(db, office.person(db, "first"), unit, WEEK).days.values() for s in day]
        assert next(s for s in slots if s.id == event.id and s.kind == "event").clash == (
            "Nguyễn Thị Leader", "Phòng A",
        )  # fmt: skip


def test_only_leaders_of_the_unit_and_its_rooms(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        for changes, field, code in (
            ({"leaders": (office.members["stranger"],)}, "leaders", "not_of_the_office"),
            ({"room_id": 999}, "room", "unknown_room"),
        ):
            with pytest.raises(Invalid) as refused:
                plan(db, office, **changes)
            assert refused.value.faults[field].code == code
        with pytest.raises(Problem, match="forbidden"):
            plan(db, office, "chair")


def test_deadlines_stand_on_it_for_those_whom_they_concern(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        give(db, office, due=TODAY)
        assigned(db, office, Whom(Role.LEAD, member_id=office.members["chair"]), due_on=TODAY)
        unit = db.get_one(Unit, office.units["centre"])

        def seen(who: str, leader: str | None = None) -> list[str]:
            named = office.members[leader] if leader else None
            found = dues.of_week(db, office.person(db, who), unit, WEEK, TODAY, named)
            return [due.kind for due in found[TODAY]]

        assert seen("leader") == ["task", "office"]
        assert seen("first") == ["task", "office"]  # who owns the task, and keeps the register
        assert seen("third") == []
        assert seen("leader", "leader") == ["office"]


def test_one_feed_has_all(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        publish(db, office, plan(db, office))
        plan(db, office, title="Dự kiến", anyway=True)
        task = give(db, office, "leader", due=TODAY)
        first = office.members["first"]
        db.add(SecretKeeper(unit_id=office.units["centre"], member_id=first, since=NOW, by=first))
        db.flush()
        office_id = assigned(db, office, Whom(Role.LEAD, member_id=office.members["leader"]))
        db.get_one(OfficeDocument, office_id).book = "incoming_secret"
        db.get_one(OfficeDocument, office_id).secrecy = Secrecy.SECRET
        db.flush()
        events = feed.events(db, office.members["leader"], NOW, "https://vp.example")
        parsed = {str(one["SUMMARY"]): one for one in Calendar.from_ical(render(events, Method.PUBLISH)).walk("VEVENT")}
        assert set(parsed) == {"Thăm Thành đoàn Huế", f"Hạn: {task.title}", "Hạn xử lý: văn bản mật"}
        due = parsed[f"Hạn: {task.title}"]
        assert (due["DTSTART"].dt, due["DTEND"].dt) == (TODAY, TODAY + timedelta(days=1))
        assert isinstance(due["DTSTART"].dt, date)
        assert str(due["URL"]) == f"https://vp.example/tasks/{task.id}"
        trip = parsed["Thăm Thành đoàn Huế"]
        assert (trip["DTSTART"].dt, str(trip["LOCATION"])) == (NOW, "Huế")
        db.get_one(Task, task.id).state = "cancelled"
        db.flush()
        assert "Hạn: Lập kế hoạch" not in [one.summary for one in feed.events(db, office.members["leader"], NOW, "")]


def test_a_leaders_feed_says_what_the_reader_may_know(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        publish(db, office, plan(db, office))
        plan(db, office, title="Dự kiến", anyway=True)
        unit, leader = db.get_one(Unit, office.units["centre"]), office.members["leader"]
        found = feed.of_leader(db, office.person(db, "chair"), unit, leader, NOW, "")
        assert [one.summary for one in found] == ["Thăm Thành đoàn Huế"]
