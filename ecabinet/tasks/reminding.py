"""Reminders of the deadlines of tasks: each once, by notices and letters."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ecabinet.clock import ZONE
from ecabinet.engines import Engines
from ecabinet.notices.operations import tell_all
from ecabinet.notices.reminder_rules import Clock, Reminder, reminder_due
from ecabinet.tasks.models import GIVE, Task, TaskEvent, TaskReminder
from ecabinet.tasks.rules import AWAITED, TaskAct, TaskState, deadline
from ecabinet.tasks.telling import workers

LOOK_EVERY = timedelta(seconds=60)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
GIVEN_UP = timedelta(days=30)
"""A deadline that passed so long ago is not reminded of any more, however long no worker ran."""

_WORDS = {
    Reminder.DAY_BEFORE: "Nhắc: nhiệm vụ đến hạn ngày mai",
    Reminder.HOURS_BEFORE: "Nhắc: nhiệm vụ sắp hết hạn",
    Reminder.DUE: "Nhiệm vụ đến hạn",
    Reminder.OVERDUE: "Nhiệm vụ đã quá hạn",
    Reminder.LONG_OVERDUE: "Nhiệm vụ đồng chí giao đã quá hạn 3 ngày",
}


def due(db: Session, now: datetime) -> int | None:
    """A task that somebody is to be reminded of now."""
    today = now.astimezone(ZONE).date()
    near = Task.due_on.between(today - GIVEN_UP, today + timedelta(days=1))
    sent: dict[int, set[Reminder]] = defaultdict(set)
    said = select(TaskReminder.task_id, TaskReminder.reminder).join(Task, Task.id == TaskReminder.task_id)
    for task_id, reminder in db.execute(said.where(near, TaskReminder.due_on == Task.due_on)):
        sent[task_id].add(Reminder(reminder))
    waiting = select(Task.id, Task.due_on).where(near, Task.state.in_(AWAITED)).order_by(Task.due_on, Task.id)
    for task_id, due_on in db.execute(waiting).all():
        ends = deadline(due_on)
        # Most are neither due nor unsaid: only of the others it is asked since when they have their deadline.
        if not reminder_due(Clock(LONG_AGO, ends, ends + GIVEN_UP, frozenset(sent[task_id])), now):
            continue
        if reminder_due(_clock(db, db.get_one(Task, task_id)), now):
            return task_id
    return None


def _clock(db: Session, task: Task) -> Clock:
    set_by = (GIVE, TaskAct.GRANT, TaskAct.EXTEND)
    since = db.scalar(select(func.max(TaskEvent.at)).where(TaskEvent.task_id == task.id, TaskEvent.kind.in_(set_by)))
    sent = db.scalars(
        select(TaskReminder.reminder).where(TaskReminder.task_id == task.id, TaskReminder.due_on == task.due_on)
    )
    ends = deadline(task.due_on)
    return Clock(since or task.given_at, ends, ends + GIVEN_UP, frozenset(map(Reminder, sent)))


def remind(db: Session, task: Task, now: datetime) -> Reminder | None:
    """Send what is due of a task that the caller has locked: to those who do it, at last to the one who gave it."""
    reminder = reminder_due(_clock(db, task), now) if TaskState(task.state) in AWAITED else None
    if reminder is None:
        return None
    members = {task.given_by} if reminder == Reminder.LONG_OVERDUE else workers(db, task)
    text = f"{task.title}\nHạn: {task.due_on.strftime('%d/%m/%Y')}. Thực hiện: {task.owner_name}."
    subject = f"{_WORDS[reminder]}: {task.title}"
    tell_all(db, members, subject, text, f"/tasks/{task.id}", now, about=f"task:{task.id}")
    db.add(TaskReminder(task_id=task.id, due_on=task.due_on, reminder=reminder, at=now))
    return reminder


def remind_of_one(engines: Engines, now: datetime) -> bool:
    """A task as :data:`ecabinet.worker.Task` says: reminds of one task."""
    with engines.database.reading() as db:  # no write lock: SQLite has only one
        task_id = due(db, now)
    if task_id is None:
        return False
    with engines.database.writing() as db:
        # Locked, so that of two workers the second sees what the first has sent.
        remind(db, db.scalars(select(Task).where(Task.id == task_id).with_for_update()).one(), now)
    return True
