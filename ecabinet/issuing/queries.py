"""What issuing shows: the piles of its desk, the inbox of a unit and of a member, how far a document is with each."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from documents.models import Version
from documents.queries import newest_version
from documents.text import exact, fold
from ecabinet.access import Person
from ecabinet.issuing.delivery_rules import AT_WORK, NOT_YET, DeliveryStatus, Purpose, RecallStatus, RecipientKind
from ecabinet.issuing.models import Delivery, Dispatch, OutsideOrgan, RecipientList
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import Book
from ecabinet.office.life_rules import OfficeState
from ecabinet.registry.models import Unit

SHOWN = 30
PAGE = 100
COUNTED = 1000
NOTED = timedelta(days=30)
"""So long an inbox says of what was taken back that it was there."""
SHIPPED = Delivery.status.not_in([DeliveryStatus.PLANNED])
NEVER = (RecallStatus.AGREED,)


@dataclass(frozen=True)
class Pile:
    """What waits for one step: how many, and the first of them."""

    name: str
    number: int
    docs: Sequence[OfficeDocument]


def piles(db: Session, unit: Unit, *, secret: bool) -> list[Pile]:
    """What waits for the clerk of a unit who issues; ``secret``: the secret register too."""
    books = [Book.OUTGOING, Book.OUTGOING_SECRET] if secret else [Book.OUTGOING]
    own = (OfficeDocument.unit_id == unit.id, OfficeDocument.book.in_(books))
    of = select(Delivery.office_document_id)
    sealed = select(Dispatch.office_document_id).where(
        or_(Dispatch.sealed_version.is_not(None), Dispatch.on_paper)
    )  # fmt: skip
    state, key = OfficeDocument.state, OfficeDocument.id
    wanted: list[tuple[str, tuple[ColumnElement[bool], ...]]] = [
        ("number", (state == OfficeState.SIGNED,)),
        ("seal", (state == OfficeState.NUMBERED, key.not_in(sealed))),
        ("issue", (state == OfficeState.NUMBERED, key.in_(sealed))),
        ("refused", (state == OfficeState.ISSUED, key.in_(of.where(Delivery.status == DeliveryStatus.REFUSED)))),
        ("recalling", (state == OfficeState.RECALLED, key.in_(of.where(Delivery.recall == RecallStatus.ASKED)))),
        ("following", (state == OfficeState.ISSUED, key.in_(of.where(Delivery.status.in_(sorted(NOT_YET)))))),
    ]
    found = []
    for name, conditions in wanted:
        some = select(OfficeDocument.id).where(*own, *conditions).limit(COUNTED).subquery()
        number = db.scalar(select(func.count()).select_from(some)) or 0
        rows = select(OfficeDocument).where(*own, *conditions).order_by(key.desc()).limit(SHOWN)
        found.append(Pile(name, number, db.scalars(rows).all() if number else []))
    return found


@dataclass(frozen=True)
class Inbox:
    """What came to a unit from inside: not received yet, taken back lately, received lately."""

    waiting: Sequence[Delivery]
    recalled: Sequence[Delivery]
    received: Sequence[Delivery]


def inbox(db: Session, unit: Unit, now: datetime, *, secret: bool) -> Inbox:
    """The inbox of a unit; ``secret``: what is secret too."""
    own = [Delivery.unit_id == unit.id, *([] if secret else [_open()])]
    gone = and_(Delivery.recall.is_not(None), Delivery.entry_id.is_(None), SHIPPED, Delivery.at > now - NOTED)
    return Inbox(
        _rows(db, *own, Delivery.status == DeliveryStatus.ARRIVED, Delivery.recall.is_(None)),
        _rows(db, *own, gone),
        _rows(db, *own, or_(Delivery.entry_id.is_not(None), Delivery.status == DeliveryStatus.REFUSED)),
    )


def to_member(db: Session, member_id: int) -> Sequence[Delivery]:
    """What was sent to a member by name and not taken back, the newest first."""
    return _rows(db, Delivery.member_id == member_id, Delivery.status == DeliveryStatus.ARRIVED,
                 Delivery.recall.is_(None))  # fmt: skip


def _open() -> ColumnElement[bool]:
    """SQL: it is not secret."""
    secret = select(OfficeDocument.id).where(OfficeDocument.book == Book.OUTGOING_SECRET)
    return Delivery.office_document_id.not_in(secret)


def _rows(db: Session, *conditions: ColumnElement[bool]) -> Sequence[Delivery]:
    found = select(Delivery).where(*conditions).order_by(Delivery.id.desc()).limit(PAGE)
    return db.scalars(found.options(joinedload(Delivery.document), joinedload(Delivery.unit))).all()


def waiting_count(db: Session, unit_id: int, *, secret: bool) -> int:
    """How many wait in the inbox of a unit; at most :data:`COUNTED` are counted."""
    conditions = [Delivery.unit_id == unit_id, Delivery.status == DeliveryStatus.ARRIVED, Delivery.recall.is_(None)]
    some = select(Delivery.id).where(*conditions, *([] if secret else [_open()])).limit(COUNTED).subquery()
    return db.scalar(select(func.count()).select_from(some)) or 0


def delivery_for(db: Session, person: Person, office_id: int, unit_ids: Sequence[int]) -> int | None:
    """The delivery of a document to this member, or to one of these units."""
    theirs = or_(Delivery.member_id == person.member_id, Delivery.unit_id.in_(unit_ids))
    found = select(Delivery.id).where(Delivery.office_document_id == office_id, theirs, SHIPPED)
    return db.scalar(found.order_by(Delivery.unit_id.is_(None), Delivery.id).limit(1))


def issued_version(db: Session, office_id: int) -> Version | None:
    """The file of a document as it was issued."""
    dispatch = db.get(Dispatch, office_id)
    return newest_version(db, dispatch.document_id) if dispatch and dispatch.document_id is not None else None


# ---------------------------------------------------------------- following


@dataclass(frozen=True)
class Progress:
    """How many recipients there are, and how many of them stand where; ``on_the_way``: the worker is at it."""

    total: int
    on_the_way: int
    not_yet: int
    read: int
    received: int
    done: int
    refused: int
    recall_asked: int
    recall_refused: int


def progress(db: Session, office_id: int) -> Progress:
    """The sums over all recipients of a document."""

    def number(condition: ColumnElement[bool]) -> Any:
        return func.count().filter(condition)

    status = Delivery.status
    row = db.execute(
        select(
            number(SHIPPED), number(status == DeliveryStatus.WAITING), number(status.in_(sorted(NOT_YET))),
            number(Delivery.read_at.is_not(None)), number(status.in_(AT_WORK)), number(status == DeliveryStatus.DONE),
            number(status == DeliveryStatus.REFUSED), number(Delivery.recall == RecallStatus.ASKED),
            number(Delivery.recall == RecallStatus.REFUSED),
        ).where(Delivery.office_document_id == office_id)
    ).one()  # fmt: skip
    return Progress(*row)


@dataclass(frozen=True)
class Wanted:
    """Which recipients of a document: of a state ("not_yet", "recall", a status), a kind, a purpose, with these words
    in their name; after the last one that was seen.
    """

    state: str = ""
    kind: str = ""
    purpose: str = ""
    words: str = ""
    after: int = 0


def conditions_of(office_id: int, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """The filter of the list of recipients."""
    yield Delivery.office_document_id == office_id
    if wanted.state == "not_yet":
        yield Delivery.status.in_(sorted(NOT_YET))
    elif wanted.state == "recall":
        yield Delivery.recall.in_([RecallStatus.ASKED, RecallStatus.REFUSED])
    elif wanted.state in list(DeliveryStatus):
        yield Delivery.status == wanted.state
    if wanted.kind in list(RecipientKind):
        yield Delivery.kind == wanted.kind
    if wanted.purpose in list(Purpose):
        yield Delivery.purpose == wanted.purpose


def recipients_page(db: Session, office_id: int, wanted: Wanted, size: int = PAGE) -> tuple[list[Delivery], int]:
    """A page of recipients in the order in which they were chosen; the key of the next one, 0 at the end."""
    rows = []
    for one in every_recipient(db, office_id, wanted):
        rows.append(one)
        if len(rows) > size:
            return rows[:size], rows[size - 1].id
    return rows, 0


def every_recipient(db: Session, office_id: int, wanted: Wanted) -> Iterator[Delivery]:
    """All of them, a few at a time in memory. Names are compared without marks, which no database here can do."""
    found = select(Delivery).where(*conditions_of(office_id, wanted), Delivery.id > wanted.after)
    words = fold(exact(re.sub(r"\s+", " ", wanted.words.strip())))
    rows = db.scalars(found.order_by(Delivery.id).options(joinedload(Delivery.entry)).execution_options(yield_per=500))
    for one in rows:
        if not words or words in fold(exact(one.name)):
            yield one


# ---------------------------------------------------------------- choosing


def lists_of(db: Session, unit_id: int) -> Sequence[RecipientList]:
    """The saved lists of a unit."""
    found = select(RecipientList).where(RecipientList.unit_id == unit_id)
    return db.scalars(found.order_by(RecipientList.name)).all()


def organs_of(db: Session, unit_id: int) -> Sequence[OutsideOrgan]:
    """The organisations outside that a unit has written to."""
    return db.scalars(select(OutsideOrgan).where(OutsideOrgan.unit_id == unit_id).order_by(OutsideOrgan.name)).all()


def units_named(db: Session, name: str, limit: int = 20) -> Sequence[Unit]:
    """Units anywhere in the organisation with this in their name, the highest first."""
    wanted = fold(exact(name.strip()))
    found = select(Unit).where(Unit.dissolved_on.is_(None), Unit.search_name.contains(wanted, autoescape=True))
    return db.scalars(found.order_by(func.length(Unit.path), Unit.path).limit(limit)).all()


def units_called(db: Session, names: Sequence[str]) -> Sequence[Unit]:
    """The units that bear exactly one of these names, marks and case aside; of several with one name none."""
    wanted = sorted({fold(exact(name)) for name in names})
    rows = db.scalars(select(Unit).where(Unit.dissolved_on.is_(None), Unit.search_name.in_(wanted))).all()
    times = Counter(unit.search_name for unit in rows)
    return [unit for unit in rows if times[unit.search_name] == 1]


def counts_of_kinds(db: Session, path: str) -> list[tuple[str, int]]:
    """How many units of each kind there are below one."""
    below = and_(Unit.path >= path, Unit.path < path[:-1] + "0", Unit.path != path)
    rows = db.execute(select(Unit.kind, func.count()).where(below, Unit.dissolved_on.is_(None)).group_by(Unit.kind))
    return [(kind, number) for kind, number in rows]


def status_of_entry(db: Session, entry_id: int) -> str:
    """What the issuer was told of an entry; "" of one that came another way."""
    return db.scalar(select(Delivery.status).where(Delivery.entry_id == entry_id)) or ""
