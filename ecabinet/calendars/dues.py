"""Deadlines on the work calendar: of tasks and of incoming documents, as far as the reader has to do with them."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from ecabinet.access import Permission, Person
from ecabinet.office.desk import OF_THE_OFFICE
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import Book
from ecabinet.office.life_rules import WAITING
from ecabinet.office.routing_models import Assignment
from ecabinet.registry.models import Unit
from ecabinet.tasks.models import Task, TaskHelper
from ecabinet.tasks.queries import ANSWERS_FOR_UNIT
from ecabinet.tasks.rules import OPEN

MOST = 200


@dataclass(frozen=True)
class Due:
    """A task ("task") or a document ("office") that is due on a day."""

    kind: str
    id: int
    title: str
    who: str
    late: bool


def of_week(
    db: Session, person: Person, unit: Unit, begin: date, today: date, leader: int | None = None
) -> dict[date, list[Due]]:
    """What is due in a week in a unit, or of what one of its leaders has given or has to see to."""
    days: dict[date, list[Due]] = {begin + timedelta(days=n): [] for n in range(7)}
    end = begin + timedelta(days=6)
    tasks = select(Task).where(Task.state.in_(OPEN), Task.due_on.between(begin, end), *_tasks(person, unit, leader))
    for task in db.scalars(tasks.order_by(Task.due_on, Task.id).limit(MOST)):
        days[task.due_on].append(Due("task", task.id, task.title, task.owner_name, task.due_on < today))
    for doc in _documents(db, person, unit, begin, end, leader):
        if doc.due_on is not None:
            title = f"{doc.code} {doc.subject}".strip()
            days[doc.due_on].append(Due("office", doc.id, title, doc.organ_name, doc.due_on < today))
    return days


def _tasks(person: Person, unit: Unit, leader: int | None) -> list[ColumnElement[bool]]:
    """The tasks of the unit; for who does not answer for it, those that they have a part in."""
    theirs = any(person.may(permission, unit.path) for permission in ANSWERS_FOR_UNIT)
    helped = select(TaskHelper.task_id).where(TaskHelper.member_id == person.member_id)
    own = or_(Task.owner_member_id == person.member_id, Task.given_by == person.member_id, Task.id.in_(helped))
    found: list[ColumnElement[bool]] = [or_(Task.unit_id == unit.id, Task.owner_unit_id == unit.id)]
    if not theirs:
        found.append(own)
    if leader is not None:
        found.append(or_(Task.owner_member_id == leader, Task.given_by == leader))
    return found


def _documents(
    db: Session, person: Person, unit: Unit, begin: date, end: date, leader: int | None
) -> list[OfficeDocument]:
    """Those of the open register, for its readers; secret ones are on no calendar."""
    if not any(person.may(permission, unit.path) for permission in (*OF_THE_OFFICE, Permission.READ_PAPERS)):
        return []
    found = select(OfficeDocument).where(
        OfficeDocument.unit_id == unit.id, OfficeDocument.book == Book.INCOMING,
        OfficeDocument.due_on.between(begin, end), OfficeDocument.state.in_(sorted(WAITING)),
    )  # fmt: skip
    if leader is not None:
        given = select(Assignment.office_document_id).where(
            Assignment.withdrawn_at.is_(None), or_(Assignment.given_by == leader, Assignment.member_id == leader)
        )
        found = found.where(or_(OfficeDocument.presented_to == leader, OfficeDocument.id.in_(given)))
    return list(db.scalars(found.order_by(OfficeDocument.due_on, OfficeDocument.id).limit(MOST)))
