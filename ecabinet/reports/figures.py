"""What is counted of official documents: by unit, person, type and month, each figure the length of a list.

Incoming documents of a period are counted by what became of them; the four outcomes are all of them together. What was
made void or recalled is not counted, nor are secret documents.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, cast, extract, func, or_, select
from sqlalchemy.orm import Session

from ecabinet.access import within
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import Book
from ecabinet.office.life_rules import OfficeState
from ecabinet.office.register_filters import (
    DONE_IN_TIME,
    DONE_LATE,
    LATE,
    OPEN_IN_TIME,
    VALID,
    Filter,
    conditions,
    day_column,
    in_state,
)
from ecabinet.office.routing_models import Assignment
from ecabinet.office.routing_rules import Role
from ecabinet.registry.models import Member, Unit
from ecabinet.reports.period_rules import Period, months

OUTCOMES = (DONE_IN_TIME, DONE_LATE, OPEN_IN_TIME, LATE)
COUNTED = 300
"""So many lines of a list of persons."""


@dataclass(frozen=True)
class Scope:
    """What is counted: the office of a unit, or those of all units below it too."""

    unit_id: int
    path: str
    below: bool
    today: date

    def units(self) -> ColumnElement[bool]:
        """The documents of these offices."""
        if not self.below:
            return OfficeDocument.unit_id == self.unit_id
        return OfficeDocument.unit_id.in_(select(Unit.id).where(within(Unit.path, self.path)))


@dataclass(frozen=True)
class Counted:
    """How many of a unit, a person or a type came to each of :data:`OUTCOMES`; ``days`` from arrival to done, of those
    that are.
    """

    key: Any
    name: str
    outcomes: dict[str, int]
    days: int = 0

    @property
    def number(self) -> int:
        """How many there are."""
        return sum(self.outcomes.values())

    @property
    def done(self) -> int:
        """How many are done."""
        return self.outcomes[DONE_IN_TIME] + self.outcomes[DONE_LATE]

    @property
    def average(self) -> float | None:
        """The days that one took."""
        return self.days / self.done if self.done else None


def together(name: str, lines: Sequence[Counted]) -> Counted:
    """The sum of several lines."""
    outcomes = {outcome: sum(line.outcomes[outcome] for line in lines) for outcome in OUTCOMES}
    return Counted(None, name, outcomes, sum(line.days for line in lines))


def of(scope: Scope, wanted: Filter) -> Iterator[ColumnElement[bool]]:
    """The documents of these offices that a filter means."""
    yield scope.units()
    yield OfficeDocument.book == wanted.book
    yield from conditions(wanted)


def asked(scope: Scope, period: Period, book: Book = Book.INCOMING) -> Filter:
    """What counts in a period."""
    return Filter(scope.unit_id, book, scope.today, state=VALID, since=period.first, until=period.last)


def _outcomes(today: date) -> list[Any]:
    return [func.sum(case((in_state(outcome, today), 1), else_=0)).label(outcome) for outcome in OUTCOMES]


def _days(db: Session, ended: Any, began: Any) -> Any:
    """The days between two dates; neither database counts them as the other does."""
    if db.get_bind().dialect.name == "sqlite":
        return cast(func.julianday(ended) - func.julianday(began), Integer)
    return ended - began


def _counted(db: Session, scope: Scope, period: Period, key: Any) -> Sequence[Any]:
    today = scope.today
    done = or_(in_state(DONE_IN_TIME, today), in_state(DONE_LATE, today))
    took = _days(db, OfficeDocument.ended_on, OfficeDocument.arrived_on)
    days = func.coalesce(func.sum(case((done, took), else_=0)), 0).label("days")
    of_these = select(key.label("key"), *_outcomes(today), days).where(*of(scope, asked(scope, period)))
    return db.execute(of_these.group_by(key)).all()


def _line(row: Any, name: str) -> Counted:
    return Counted(
        row.key, name, {outcome: int(getattr(row, outcome) or 0) for outcome in OUTCOMES}, int(row.days or 0)
    )


def by_unit(db: Session, scope: Scope, period: Period) -> list[tuple[str, Counted]]:
    """The path of each unit that got anything, and what became of it; most late first."""
    rows = _counted(db, scope, period, OfficeDocument.unit_id)
    units = {unit_id: (path, name) for unit_id, path, name in db.execute(_named([row.key for row in rows], scope))}
    lines = [(units[row.key][0], _line(row, units[row.key][1])) for row in rows]
    return sorted(lines, key=lambda one: (-one[1].outcomes[LATE], -one[1].number, one[0]))


def _named(ids: list[int], scope: Scope) -> Any:
    named = select(Unit.id, Unit.path, Unit.name)
    return named.where(within(Unit.path, scope.path)) if scope.below else named.where(Unit.id.in_(ids))


def by_branch(db: Session, scope: Scope, lines: Sequence[tuple[str, Counted]]) -> list[Counted]:
    """The lines of units gathered to the units right below, each with its whole subtree; the unit itself as one."""
    depth = scope.path.count("/")
    gathered: dict[int, list[Counted]] = {}
    for path, line in lines:
        parts = path.split("/")
        gathered.setdefault(int(parts[depth] or scope.unit_id), []).append(line)
    names = {unit_id: name for unit_id, name in db.execute(select(Unit.id, Unit.name).where(Unit.id.in_(gathered)))}
    found = [replace(together(names[key], some), key=key) for key, some in gathered.items()]
    return sorted(found, key=lambda line: (-line.outcomes[LATE], -line.number, line.key))


def by_type(db: Session, scope: Scope, period: Period) -> list[Counted]:
    """By the type of paper, most first; the name is for the page to say."""
    lines = [_line(row, "") for row in _counted(db, scope, period, OfficeDocument.type_code)]
    return sorted(lines, key=lambda line: (-line.number, line.key))


def by_person(db: Session, scope: Scope, period: Period) -> list[Counted]:
    """Who was in charge of how many, and whether in their own time; the key is ("member" or "unit", id)."""
    due, ended = func.coalesce(Assignment.due_on, OfficeDocument.due_on), Assignment.ended_on
    outcomes = {
        DONE_IN_TIME: and_(ended.is_not(None), or_(due.is_(None), ended <= due)),
        DONE_LATE: and_(ended.is_not(None), due.is_not(None), ended > due),
        OPEN_IN_TIME: and_(ended.is_(None), or_(due.is_(None), due >= scope.today)),
        LATE: and_(ended.is_(None), due.is_not(None), due < scope.today),
    }
    took = _days(db, ended, OfficeDocument.arrived_on)
    rows = db.execute(
        select(
            Assignment.member_id, Assignment.unit_id, func.max(Assignment.name).label("name"),
            *(func.sum(case((one, 1), else_=0)).label(name) for name, one in outcomes.items()),
            func.sum(case((ended.is_not(None), took), else_=0)).label("days"),
        )
        .join(OfficeDocument, OfficeDocument.id == Assignment.office_document_id)
        .where(*of(scope, asked(scope, period)), *in_charge())
        .group_by(Assignment.member_id, Assignment.unit_id)
    ).all()  # fmt: skip
    lines = [
        Counted(
            ("member", row.member_id) if row.member_id is not None else ("unit", row.unit_id), row.name,
            {name: int(getattr(row, name)) for name in outcomes}, int(row.days or 0),
        )
        for row in rows
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (-line.outcomes[LATE], -line.number, line.name))[:COUNTED]


def in_charge() -> tuple[ColumnElement[bool], ...]:
    """Assignments that hold, to see to it."""
    return Assignment.withdrawn_at.is_(None), Assignment.role == Role.LEAD


def by_month(db: Session, scope: Scope, last: date) -> list[tuple[date, int, int]]:
    """The twelve months up to a day: how many came, how many went out."""
    firsts = months(last)
    period = Period("days", firsts[0], last)
    flows = [_monthly(db, scope, asked(scope, period, book)) for book in (Book.INCOMING, Book.OUTGOING)]
    return [(first, flows[0].get((first.year, first.month), 0), flows[1].get((first.year, first.month), 0))
            for first in firsts]  # fmt: skip


def _monthly(db: Session, scope: Scope, wanted: Filter) -> dict[tuple[int, int], int]:
    day = day_column(wanted.book)
    year, month = extract("year", day), extract("month", day)
    rows = db.execute(select(year, month, func.count()).where(*of(scope, wanted)).group_by(year, month))
    return {(int(in_year), int(in_month)): number for in_year, in_month, number in rows}


@dataclass(frozen=True)
class Waits:
    """For whom documents wait now, or for which step: how many, how many of them late."""

    kind: str
    name: str
    number: int
    late: int
    key: int | None = None


def waiting(db: Session, scope: Scope, most: int = 12) -> list[Waits]:
    """Those whom open documents wait for, whenever they came: who is in charge, the leader, the clerk's presenting."""
    late = func.sum(case((in_state(LATE, scope.today), 1), else_=0))
    mine = (scope.units(), OfficeDocument.book == Book.INCOMING, OfficeDocument.ordinal.is_not(None))
    leading = db.execute(
        select(Assignment.member_id, func.max(Assignment.name), func.count(), late)
        .join(OfficeDocument, OfficeDocument.id == Assignment.office_document_id)
        .where(*mine, OfficeDocument.state == OfficeState.ASSIGNED, *in_charge(), Assignment.ended_on.is_(None))
        .group_by(Assignment.member_id, Assignment.unit_id)
    )
    found = [Waits("lead", name, number, int(lates), member_id) for member_id, name, number, lates in leading]
    presented = db.execute(
        select(Member.full_name, func.count(), late)
        .join(OfficeDocument, OfficeDocument.presented_to == Member.id)
        .where(*mine, OfficeDocument.state == OfficeState.PRESENTED)
        .group_by(Member.id, Member.full_name)
    )
    found += [Waits("leader", name, number, int(lates)) for name, number, lates in presented]
    number, lates = db.execute(
        select(func.count(), late).where(*mine, OfficeDocument.state == OfficeState.REGISTERED)
    ).one()
    found += [Waits("clerk", "", number, int(lates or 0))] if number else []
    return sorted(found, key=lambda one: (-one.late, -one.number, one.name))[:most]
