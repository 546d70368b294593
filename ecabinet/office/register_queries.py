"""The register of a unit as a list: filtered, in several orders, paged by the key of the last row, never by an offset.

However large the register is, a page looks at :data:`WINDOW` entries at most: where few of many fit it may come short,
and the next goes on behind what was looked at.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, literal, or_, select, tuple_
from sqlalchemy.orm import Session, aliased, joinedload

from documents.text import exact, fold, words
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import Book
from ecabinet.office.life_rules import WAITING, OfficeState
from ecabinet.office.routing_models import Assignment, OfficeEvent

PAGE = 50
WINDOW = 20_000
_POSITION = re.compile(r"([0-9-]{1,12})\.([0-9]{1,12})")
_FIGURES = re.compile(r"[0-9]{1,7}")


class Order(StrEnum):
    """In which order a register is read: the last that arrived, the newest paper, the highest number, what is due."""

    ARRIVED = "arrived"
    ISSUED = "issued"
    NUMBER = "number"
    DUE = "due"


_KEYS: dict[Order, Any] = {
    Order.ARRIVED: OfficeDocument.arrived_on, Order.ISSUED: OfficeDocument.issued_on,
    Order.NUMBER: OfficeDocument.ordinal, Order.DUE: OfficeDocument.due_on,
}  # fmt: skip
LATE = "late"
OPEN = "open"


@dataclass(frozen=True)
class Filter:
    """Which entries, all conditions together; "" means any. ``state`` is a state, :data:`OPEN` or :data:`LATE`;
    ``number`` the arrival number or that of the paper; ``after`` the key of the last row seen.
    """

    unit_id: int
    book: Book
    today: date
    order: Order = Order.ARRIVED
    state: str = ""
    type_code: str = ""
    organ: str = ""
    number: str = ""
    words: str = ""
    since: date | None = None
    until: date | None = None
    after: str = ""


@dataclass(frozen=True)
class Line:
    """An entry of the printed register. ``receivers`` have it now, since ``passed_on``."""

    doc: OfficeDocument
    receivers: list[str]
    passed_on: date | None


@dataclass(frozen=True)
class Page:
    """A page of the register; ``next`` is "" at its end."""

    lines: Sequence[Line]
    next: str


def page(db: Session, wanted: Filter, size: int = PAGE) -> Page:
    """A page of the register."""
    key = _KEYS[wanted.order]
    up = wanted.order == Order.DUE
    ordered = (key, OfficeDocument.id) if up else (key.desc(), OfficeDocument.id.desc())
    looked_at = select(OfficeDocument.id, key.label("key")).where(*_walked(wanted), key.is_not(None))
    start = _position(wanted, up)
    if start is not None:
        looked_at = looked_at.where(start)
    looked_at = looked_at.order_by(*ordered).limit(WINDOW)
    window = looked_at.subquery()
    entry = aliased(OfficeDocument)
    then = (window.c.key, window.c.id) if up else (window.c.key.desc(), window.c.id.desc())
    fitting = select(entry).join(window, window.c.id == entry.id).where(*_conditions(wanted, entry))
    found = list(db.scalars(fitting.order_by(*then).limit(size + 1).options(joinedload(entry.document))))
    if len(found) > size:
        last = found[size - 1]
        following = f"{getattr(last, key.key)}.{last.id}"
    else:
        end = db.execute(looked_at.offset(WINDOW - 1).limit(1)).first()
        following = f"{end.key}.{end.id}" if end is not None else ""
    return Page(lines(db, found[:size]), following)


def _walked(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    """What an index holds together with the order."""
    yield OfficeDocument.unit_id == wanted.unit_id
    yield OfficeDocument.book == wanted.book
    if wanted.order == Order.DUE or wanted.state == LATE:
        # as the partial index says it, so that it is seen to serve
        yield and_(OfficeDocument.due_on.is_not(None), OfficeDocument.state.in_([literal_of(s) for s in _OPEN_STATES]))
    if wanted.state == LATE:
        yield OfficeDocument.due_on < wanted.today
    elif wanted.state and wanted.state != OPEN:
        yield OfficeDocument.state == wanted.state
    if wanted.organ:
        yield OfficeDocument.organ_key == fold(exact(wanted.organ))
    if wanted.type_code:
        yield OfficeDocument.type_code == wanted.type_code
    if wanted.since is not None:
        yield OfficeDocument.arrived_on >= wanted.since
    if wanted.until is not None:
        yield OfficeDocument.arrived_on <= wanted.until
    if wanted.number:
        figures = wanted.number.strip()
        by_paper = OfficeDocument.code_number == figures
        yield or_(OfficeDocument.ordinal == int(figures), by_paper) if _FIGURES.fullmatch(figures) else by_paper


_OPEN_STATES = (OfficeState.RECEIVED, OfficeState.REGISTERED, OfficeState.PRESENTED, OfficeState.ASSIGNED)


def literal_of(state: OfficeState) -> ColumnElement[str]:
    """A state written out in the statement."""
    return literal(state.value, literal_execute=True)


def _conditions(wanted: Filter, entry: type[OfficeDocument]) -> Iterator[ColumnElement[bool]]:
    if wanted.state == OPEN:
        yield entry.state.in_(sorted(WAITING))
    for word in words(wanted.words):
        yield entry.searched.contains(fold(word), autoescape=True)


def _position(wanted: Filter, up: bool) -> ColumnElement[bool] | None:
    match = _POSITION.fullmatch(wanted.after)
    if match is None:  # an address written by hand: from the beginning
        return None
    key = _KEYS[wanted.order]
    try:
        value: Any = int(match[1]) if wanted.order == Order.NUMBER else date.fromisoformat(match[1])
    except ValueError:
        return None
    here = tuple_(literal(value, key.type), literal(int(match[2])))
    place = tuple_(key, OfficeDocument.id)
    return place > here if up else place < here


def lines(db: Session, docs: Sequence[OfficeDocument]) -> list[Line]:
    """Entries with those who have them, asked for at once."""
    ids = [doc.id for doc in docs]
    given: dict[int, list[Assignment]] = defaultdict(list)
    live = select(Assignment).where(Assignment.office_document_id.in_(ids), Assignment.withdrawn_at.is_(None))
    for one in db.scalars(live.order_by(Assignment.id)):
        given[one.office_document_id].append(one)
    return [
        Line(
            doc, [one.name for one in given[doc.id]],
            min((one.given_at.date() for one in given[doc.id]), default=None),
        )
        for doc in docs
    ]  # fmt: skip


def history(db: Session, office_id: int) -> list[OfficeEvent]:
    """What was done with a document, newest first."""
    events = select(OfficeEvent).where(OfficeEvent.office_document_id == office_id)
    return list(db.scalars(events.options(joinedload(OfficeEvent.member)).order_by(OfficeEvent.id.desc())))


def organs(db: Session, unit_id: int, limit: int = 300) -> dict[str, str]:
    """How this office writes the names of those whose papers came last, by their folded names."""
    newest = (
        select(OfficeDocument.organ_key, OfficeDocument.organ_name)
        .where(OfficeDocument.unit_id == unit_id, OfficeDocument.book == Book.INCOMING)
        .where(OfficeDocument.arrived_on.is_not(None))
        .order_by(OfficeDocument.arrived_on.desc(), OfficeDocument.id.desc())
        .limit(limit)
    )
    return {key: name for key, name in reversed(list(db.execute(newest)))}
