"""Tasks counted by the unit that does them: open, late, late for long, done in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from ecabinet.access import within
from ecabinet.clock import ZONE
from ecabinet.registry.models import Unit
from ecabinet.tasks.models import Task
from ecabinet.tasks.queries import WHO
from ecabinet.tasks.rules import OPEN, TaskState

LONG = timedelta(days=3)
COUNTED = timedelta(days=365)
"""Of the tasks that are over, those of a year are counted."""


@dataclass(frozen=True)
class UnitTasks:
    """The tasks of a unit and of its members: how many are open, late, late by more than :data:`LONG`; of those done
    in a year how many in time.
    """

    unit_id: int
    path: str
    name: str
    open: int = 0
    late: int = 0
    long_late: int = 0
    done: int = 0
    in_time: int = 0

    @property
    def percent(self) -> int | None:
        """How many of a hundred were done in time; None where none was done."""
        return round(100 * self.in_time / self.done) if self.done else None


_DOES = func.coalesce(Task.owner_unit_id, Task.owner_home_id)
"""The unit that does it: of a member the one that they belonged to when they got it."""


def by_unit(db: Session, path: str, today: date) -> list[UnitTasks]:
    """Every unit of a subtree that has tasks, most late first; one given from above to a member by name is theirs."""
    since = datetime.combine(today - COUNTED, time(), ZONE)
    done = and_(Task.state == TaskState.DONE, Task.ended_at >= since)
    counted = (
        select(
            _DOES.label("unit_id"), _sum(Task.state.in_(OPEN)).label("open"), _sum(is_late(today)).label("late"),
            _sum(is_late(today, today - LONG)).label("long_late"), _sum(done).label("done"),
            _sum(and_(done, Task.reported_on <= Task.due_on)).label("in_time"),
        )
        .where(or_(Task.state.in_(OPEN), done), _of(path))
        .group_by(_DOES)
        .subquery()
    )  # fmt: skip
    columns = (counted.c.open, counted.c.late, counted.c.long_late, counted.c.done, counted.c.in_time)
    rows = (
        select(Unit.id, Unit.path, Unit.name, *columns)
        .join(counted, counted.c.unit_id == Unit.id)
        .where(within(Unit.path, path))
        .order_by(counted.c.late.desc(), counted.c.open.desc(), Unit.path)
    )
    return [UnitTasks(*row) for row in db.execute(rows)]


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def is_late(today: date, due_before: date | None = None) -> ColumnElement[bool]:
    """As :func:`ecabinet.tasks.rules.is_late` says, in SQL; ``due_before``: and was due before that day."""
    reported = and_(Task.state == TaskState.REPORTED, Task.reported_on.is_not(None))
    late = and_(
        Task.state.in_(OPEN), Task.due_on < today, or_(~reported, Task.reported_on > Task.due_on)
    )  # fmt: skip
    return late if due_before is None else and_(late, Task.due_on < due_before)


def _of(path: str) -> ColumnElement[bool]:
    giver = aliased(Unit)
    inside = select(giver.id).where(within(giver.path, path))
    return or_(Task.owner_unit_id.is_not(None), Task.unit_id.in_(inside))


def of_unit(db: Session, unit_id: int, path: str, today: date, limit: int = 500) -> Sequence[Task]:
    """The open tasks that are counted for a unit, late ones first; ``path``: of the subtree looked at."""
    found = select(Task).where(Task.state.in_(OPEN), _DOES.in_([unit_id]), _of(path)).options(*WHO)
    return db.scalars(found.order_by(case((is_late(today), 0), else_=1), Task.due_on, Task.id).limit(limit)).all()
