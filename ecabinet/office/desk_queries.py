"""What waits on the desk of an office, and on that of one person: the first page of the documents."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from ecabinet.access import Permission, Person
from ecabinet.office import desk
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import Book
from ecabinet.office.life_rules import OfficeState, is_late, is_slow
from ecabinet.office.register_filters import literal_of
from ecabinet.office.routing_models import Assignment
from ecabinet.office.routing_rules import Role
from ecabinet.registry.models import Unit
from ecabinet.workdays import queries as workdays
from ecabinet.workdays.rules import WEEK

SHOWN = 12
COUNTED = 1000
"""More than so many are not counted: the page says "1000+"."""
_BEFORE = (OfficeState.RECEIVED, OfficeState.REGISTERED, OfficeState.PRESENTED)
_OPEN = [literal_of(state) for state in (*_BEFORE, OfficeState.ASSIGNED)]


@dataclass(frozen=True)
class Waiting:
    """A document that waits, and for whom: those in charge who have not reported yet, with how far they are."""

    doc: OfficeDocument
    late: bool
    slow: bool
    leads: list[Assignment]


@dataclass(frozen=True)
class Pile:
    """What waits for one thing: how many, and the first of them."""

    name: str
    number: int
    rows: Sequence[Waiting]


def piles(db: Session, unit: Unit, today: date, *, secret: bool) -> list[Pile]:
    """All that waits in the office of a unit; ``secret``: the secret register too."""
    books = [Book.INCOMING, Book.INCOMING_SECRET] if secret else [Book.INCOMING]
    own = (OfficeDocument.unit_id == unit.id, OfficeDocument.book.in_(books))
    due = (OfficeDocument.due_on.is_not(None), OfficeDocument.state.in_(_OPEN))
    in_time = or_(OfficeDocument.due_on.is_(None), OfficeDocument.due_on > today)
    # by the day, as the index of states has them: by the id the oldest would be walked past, whatever their state
    by_arrival, by_due = OfficeDocument.arrived_on, OfficeDocument.due_on
    wanted: list[tuple[str, tuple[ColumnElement[bool], ...], object]] = [
        ("late", (*due, OfficeDocument.due_on < today), by_due),
        ("today", (*due, OfficeDocument.due_on == today), by_due),
        *((state.value, (OfficeDocument.state == state,), by_arrival) for state in _BEFORE),
        ("assigned", (OfficeDocument.state == OfficeState.ASSIGNED, in_time), by_arrival),
        ("done", (OfficeDocument.state == OfficeState.DONE,), by_arrival),
    ]
    found = []
    for name, conditions, order in wanted:
        number = _count(db, (*own, *conditions))
        rows = _first(db, (*own, *conditions), order) if number else []
        found.append(Pile(name, number, waiting(db, rows, today)))
    return found


def _count(db: Session, conditions: Iterable[ColumnElement[bool]]) -> int:
    some = select(OfficeDocument.id).where(*conditions).limit(COUNTED).subquery()
    return db.scalar(select(func.count()).select_from(some)) or 0


def _first(db: Session, conditions: Iterable[ColumnElement[bool]], order: object) -> Sequence[OfficeDocument]:
    rows = select(OfficeDocument).where(*conditions).order_by(order, OfficeDocument.id)  # type: ignore[arg-type]
    return db.scalars(rows.limit(SHOWN)).all()


def waiting(db: Session, docs: Sequence[OfficeDocument], today: date) -> list[Waiting]:
    """Documents with those they wait for, asked for at once."""
    leads: dict[int, list[Assignment]] = {doc.id: [] for doc in docs}
    days = workdays.load(db) if docs else WEEK
    open_ones = select(Assignment).where(
        Assignment.office_document_id.in_(leads), Assignment.withdrawn_at.is_(None),
        Assignment.role == Role.LEAD, Assignment.ended_on.is_(None),
    )  # fmt: skip
    for one in db.scalars(open_ones.order_by(Assignment.id)):
        leads[one.office_document_id].append(one)
    return [
        Waiting(
            doc, is_late(OfficeState(doc.state), doc.due_on, today),
            is_slow(OfficeState(doc.state), doc.arrived_on, today, days), leads[doc.id],
        )
        for doc in docs
    ]  # fmt: skip


@dataclass(frozen=True)
class Mine:
    """What waits for one person: laid before them as a leader, theirs to see to or to take part in, to know of."""

    presented: list[Waiting]
    to_do: list[Waiting]
    to_know: list[Waiting]


def mine(db: Session, person: Person, today: date) -> Mine:
    """What waits for this person, the most pressing first."""
    presented = select(OfficeDocument).where(
        OfficeDocument.presented_to == person.member_id, OfficeDocument.state == OfficeState.PRESENTED
    )
    given = select(OfficeDocument.id, Assignment.role).join(
        Assignment, Assignment.office_document_id == OfficeDocument.id
    )
    units = [unit.id for unit in desk.units_of(db, person, Permission.ASSIGN, Permission.KEEP_REGISTERS)]
    theirs = or_(Assignment.member_id == person.member_id, Assignment.unit_id.in_(units))
    rows = db.execute(
        given.where(theirs, Assignment.withdrawn_at.is_(None), Assignment.ended_on.is_(None))
        .where(OfficeDocument.state.in_([OfficeState.ASSIGNED, OfficeState.DONE]))
        .order_by(OfficeDocument.id.desc())
        .limit(COUNTED)
    ).all()
    to_do = {row.id for row in rows if row.role != Role.INFO}
    to_know = [row.id for row in rows if row.role == Role.INFO and row.id not in to_do][:SHOWN]
    doing = select(OfficeDocument).where(
        OfficeDocument.id.in_(to_do), OfficeDocument.state == OfficeState.ASSIGNED
    )  # fmt: skip
    knowing = select(OfficeDocument).where(OfficeDocument.id.in_(to_know)).order_by(OfficeDocument.id.desc())
    in_time = sorted(db.scalars(doing), key=lambda doc: (doc.due_on or date.max, doc.id))
    return Mine(
        waiting(db, db.scalars(presented.order_by(OfficeDocument.id).options(joinedload(OfficeDocument.unit))).all(),
                today),
        waiting(db, in_time, today),
        waiting(db, db.scalars(knowing).all(), today),
    )  # fmt: skip
