"""Reminders of the deadlines of tasks: when, to whom, once."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.database import Database
from ecabinet.clock import ZONE
from ecabinet.notices.models import Notice
from ecabinet.notices.reminder_rules import Clock, Reminder, reminder_due
from ecabinet.tasks import reminding
from ecabinet.tasks.models import Task
from ecabinet.tasks.rules import Said, TaskAct, deadline
from tests.operations.test_tasks import act, give
from tests.people import NOW, Office, make_office

DUE = date(2026, 12, 10)
ENDS = deadline(DUE)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(date(2026, 12, day), time(hour, minute), ZONE)


@pytest.mark.parametrize(
    ("now", "reminder"),
    [
        (at(9, 16, 59), None),
        (at(9, 17), Reminder.DAY_BEFORE),
        (at(10, 14, 59), Reminder.DAY_BEFORE),
        (at(10, 15), Reminder.HOURS_BEFORE),
        (at(10, 17), Reminder.DUE),
        (at(11, 16, 59), Reminder.DUE),
        (at(11, 17), Reminder.OVERDUE),
        (at(13, 17), Reminder.LONG_OVERDUE),
        (at(20, 3), Reminder.LONG_OVERDUE),
    ],
    ids=lambda value: value.strftime("%d-%H%M") if isinstance(value, datetime) else str(value),
)
def test_the_hour_of_each(now: datetime, reminder: Reminder | None) -> None:
    clock = Clock(NOW, ENDS, ENDS + reminding.GIVEN_UP)
    assert reminder_due(clock, now) == reminder
    assert reminder_due(Clock(NOW, ENDS, ENDS + reminding.GIVEN_UP, frozenset(Reminder)), now) is None


def test_what_would_come_before_the_task_was_given_is_none() -> None:
    given = at(10, 16)
    assert reminder_due(Clock(given, ENDS, ENDS + reminding.GIVEN_UP), at(10, 16, 30)) is None
    assert reminder_due(Clock(given, ENDS, ENDS + reminding.GIVEN_UP), at(10, 17)) == Reminder.DUE


def run(db: Session, now: datetime) -> list[Reminder | None]:
    """What a worker sends at this hour."""
    sent = []
    while (task_id := reminding.due(db, now)) is not None:
        sent.append(reminding.remind(db, db.get_one(Task, task_id), now))
        db.flush()
    return sent


def told(db: Session, office: Office, name: str) -> list[str]:
    found = db.scalars(select(Notice.subject).where(Notice.member_id == office.members[name]).order_by(Notice.id))
    return [subject.split(":")[0] for subject in found if not subject.startswith("Nhiệm vụ mới")]


def test_each_comes_once_and_the_last_to_who_gave_it(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        give(db, office, due=DUE, helper_members=(office.members["second"],))
        db.flush()
        hours = [at(9, 17), at(9, 18), at(10, 15), at(10, 17), at(10, 23), at(11, 17), at(13, 17), at(14, 17)]
        assert [run(db, hour) for hour in hours] == [
            [Reminder.DAY_BEFORE], [], [Reminder.HOURS_BEFORE], [Reminder.DUE], [], [Reminder.OVERDUE],
            [Reminder.LONG_OVERDUE], [],
        ]  # fmt: skip
        for worker in ("first", "second"):
            assert told(db, office, worker) == [
                "Nhắc", "Nhắc", "Nhiệm vụ đến hạn", "Nhiệm vụ đã quá hạn",
            ]  # fmt: skip
        assert told(db, office, "secretary") == ["Nhiệm vụ đồng chí giao đã quá hạn 3 ngày"]


def test_after_a_night_without_a_worker_only_the_last_is_sent(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        give(db, office, due=DUE)
        db.flush()
        assert run(db, at(11, 18)) == [Reminder.OVERDUE]


def test_another_deadline_has_reminders_of_its_own(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        task = give(db, office, due=DUE)
        db.flush()
        assert run(db, at(10, 17)) == [Reminder.DUE]
        act(db, office, task, "secretary", TaskAct.EXTEND, Said("chờ số liệu", None, DUE + timedelta(days=5)))
        db.flush()
        assert run(db, at(11, 17)) == []
        assert run(db, at(14, 17)) == [Reminder.DAY_BEFORE]


def test_who_has_reported_is_left_alone(database: Database) -> None:
    with database.writing() as db:
        office = make_office(db)
        task = give(db, office, due=DUE)
        act(db, office, task, "first", TaskAct.ACCEPT)
        act(db, office, task, "first", TaskAct.REPORT, Said("đã xong"))
        db.flush()
        assert run(db, at(13, 18)) == []
        assert reminding.remind(db, task, at(13, 18)) is None
