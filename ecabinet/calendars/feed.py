"""The work calendar for calendar programs: one's own entries and deadlines, and the calendar of a leader."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from ecabinet.access import Person
from ecabinet.calendars import queries
from ecabinet.calendars.models import WorkEvent, WorkEventLeader
from ecabinet.calendars.rules import EventState
from ecabinet.clock import ZONE
from ecabinet.meetings.calendar_feed import KEPT
from ecabinet.notices.calendar import Event
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import SECRET_BOOKS
from ecabinet.office.life_rules import OfficeState
from ecabinet.office.routing_models import Assignment
from ecabinet.office.routing_rules import Role
from ecabinet.registry.models import Unit
from ecabinet.tasks.models import Task, TaskEvent, TaskHelper
from ecabinet.tasks.rules import OPEN

AHEAD = timedelta(days=365)


def events(db: Session, member_id: int, now: datetime, address: str) -> list[Event]:
    """What stands in a member's calendar besides meetings: the published entries that name them, the deadlines of the
    tasks that they do and of the documents given to them by name.
    """
    since = now - KEPT
    return [
        *_entries(db, member_id, since, address),
        *_tasks(db, member_id, since.date(), address),
        *_documents(db, member_id, since.date(), address),
    ]


def _entries(db: Session, member_id: int, since: datetime, address: str) -> list[Event]:
    named = select(WorkEventLeader.work_event_id).where(WorkEventLeader.member_id == member_id)
    found = select(WorkEvent).where(
        WorkEvent.id.in_(named), WorkEvent.ends_at > since, WorkEvent.published_at.is_not(None)
    )  # fmt: skip
    rows = db.scalars(found.options(joinedload(WorkEvent.room)).order_by(WorkEvent.starts_at, WorkEvent.id))
    return [_entry(one, address) for one in rows]


def _entry(one: WorkEvent, address: str) -> Event:
    return Event(
        uid=f"work-event-{one.id}@ecabinet", sequence=one.sequence, stamp=one.changed_at, starts_at=one.starts_at,
        ends_at=one.ends_at, summary=one.title, place=one.where, description=one.reason or one.details,
        link=f"{address}/calendar/events/{one.id}", cancelled=one.state == EventState.CANCELLED,
    )  # fmt: skip


def _tasks(db: Session, member_id: int, since: date, address: str) -> list[Event]:
    helped = select(TaskHelper.task_id).where(TaskHelper.member_id == member_id)
    found = select(Task).where(
        Task.state.in_(OPEN), Task.due_on > since, or_(Task.owner_member_id == member_id, Task.id.in_(helped))
    )  # fmt: skip
    tasks = db.scalars(found.order_by(Task.due_on, Task.id)).all()
    counted = select(TaskEvent.task_id, func.count(), func.max(TaskEvent.at)).group_by(TaskEvent.task_id)
    last = {key: (number, at) for key, number, at in
            db.execute(counted.where(TaskEvent.task_id.in_([task.id for task in tasks])))}  # fmt: skip
    return [
        _day(f"task-{task.id}", last[task.id][0], last[task.id][1], task.due_on, f"Hạn: {task.title}",
             task.source_text, f"{address}/tasks/{task.id}")
        for task in tasks
    ]  # fmt: skip


def _documents(db: Session, member_id: int, since: date, address: str) -> list[Event]:
    """Those in charge or taking part who have not reported yet; of a secret document nothing but that it is due."""
    due_on = func.coalesce(Assignment.due_on, OfficeDocument.due_on)
    found = (
        select(OfficeDocument, due_on, Assignment.given_at)
        .join(Assignment, Assignment.office_document_id == OfficeDocument.id)
        .where(Assignment.member_id == member_id, Assignment.withdrawn_at.is_(None), Assignment.ended_on.is_(None))
        .where(Assignment.role != Role.INFO, OfficeDocument.state == OfficeState.ASSIGNED, due_on > since)
        .where(OfficeDocument.recalled_at.is_(None))
        .order_by(due_on, OfficeDocument.id)
    )
    return [
        _day(f"office-{doc.id}", 0, given_at, day,
             "Hạn xử lý: văn bản mật" if doc.book in SECRET_BOOKS else f"Hạn xử lý: {doc.code} {doc.subject}",
             "" if doc.book in SECRET_BOOKS else doc.organ_name, f"{address}/office/documents/{doc.id}")
        for doc, day, given_at in db.execute(found)
    ]  # fmt: skip


def _day(name: str, sequence: int, stamp: datetime, day: date, summary: str, words: str, link: str) -> Event:
    at = datetime.combine(day, time(), ZONE)
    return Event(
        uid=f"{name}@ecabinet", sequence=sequence, stamp=stamp, starts_at=at, ends_at=at, summary=summary,
        description=words, link=link, whole_days=True,
    )  # fmt: skip


def of_leader(
    db: Session, person: Person, unit: Unit, leader: int, now: datetime, address: str
) -> list[Event]:  # fmt: skip
    """The calendar of a leader as this person sees it: published entries, and the meetings that they may know of."""
    since, until = now - KEPT, now + AHEAD
    entries = queries.events(db, unit, since, until, leader, drafts=False)
    held = queries.meetings_of(db, person, unit, since, until, leader)
    return [
        *(_entry(one, address) for one in entries),
        *(
            Event(
                uid=f"meeting-{one.id}@ecabinet", sequence=0, stamp=now, starts_at=one.starts_at, ends_at=one.ends_at,
                summary=one.title, place=one.place, link=f"{address}/meetings/{one.id}",
            )
            for one in held
        ),
    ]  # fmt: skip
