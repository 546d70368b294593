"""The register of a unit as a list: filtered, in several orders, paged by the key of the last row, never by an offset.

Where many entries fit, a page is found by walking the order; where few of many do, by the index of terms.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, joinedload

from ecabinet.clock import ZONE
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import Book
from ecabinet.office.register_filters import (
    LATE,
    OPEN,
    Filter,
    Order,
    behind,
    conditions,
    day_column,
    from_index,
    walked,
)
from ecabinet.office.routing_models import Assignment, OfficeEvent

__all__ = ["LATE", "OPEN", "Filter", "Line", "Order", "Page", "extent", "history", "lines", "organs", "page", "pages"]

PAGE = 50
AT_ONCE = 500
WINDOWS = (2_000, 20_000)
"""So many entries are looked at in their order before the index of terms is asked."""


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
    """A page of the register; it is full unless it is the last."""
    found, following = _docs(db, wanted, size)
    return Page(lines(db, found), following)


def pages(db: Session, wanted: Filter) -> Iterator[list[Line]]:
    """All that fit, some hundred read at a time."""
    while True:
        found, following = _docs(db, wanted, AT_ONCE)
        yield lines(db, found)
        if not following:
            return
        db.expunge_all()
        wanted = replace(wanted, after=following)


def extent(db: Session, wanted: Filter) -> tuple[int, int | None, int | None]:
    """How many fit, and between which numbers they lie."""
    numbers = select(func.count(), func.min(OfficeDocument.ordinal), func.max(OfficeDocument.ordinal))
    number, first, last = db.execute(numbers.where(*walked(wanted), *conditions(wanted))).one()
    return int(number), first, last


def _docs(db: Session, wanted: Filter, size: int) -> tuple[list[OfficeDocument], str]:
    keys = _keys(db, wanted, size + 1)
    following = f"{keys[size - 1].key}.{keys[size - 1].id}" if len(keys) > size else ""
    ids = [row.id for row in keys[:size]]
    rows = select(OfficeDocument).where(OfficeDocument.id.in_(ids)).options(joinedload(OfficeDocument.document))
    found = {doc.id: doc for doc in db.scalars(rows)}
    return [found[one] for one in ids], following


def _keys(db: Session, wanted: Filter, most: int) -> Sequence[Any]:
    if wanted.state != LATE:  # of what is late there is little: found at once
        for window in WINDOWS:
            found, whole = _near(db, wanted, most, window)
            if whole or len(found) == most:
                return found
    return _anywhere(db, wanted, most)


def _walk(wanted: Filter, *columns: Any) -> Select[Any]:
    """The register from the last row seen on, in its order."""
    place = behind(wanted)
    walk = select(OfficeDocument.id, wanted.key.label("key"), *columns).where(*walked(wanted))
    if place is not None:
        walk = walk.where(place)
    return walk


def _near(db: Session, wanted: Filter, most: int, window: int) -> tuple[Sequence[Any], bool]:
    """What fits among the next entries, and whether these were all that there are."""
    looked_at = _ordered(_walk(wanted, and_(*conditions(wanted)).label("fits")), wanted).limit(window).cte("looked_at")
    looked_at = looked_at.prefix_with("MATERIALIZED")
    fitting = select(looked_at.c.id, looked_at.c.key).where(looked_at.c.fits)
    found = db.execute(_ordered(fitting, wanted, looked_at.c).limit(most)).all()
    if len(found) == most:
        return found, False
    return found, db.execute(_ordered(_walk(wanted), wanted).offset(window - 1).limit(1)).first() is None


def _anywhere(db: Session, wanted: Filter, most: int) -> Sequence[Any]:
    """All that fit are found first, whatever the order: their number is small, or they would have been near."""
    sqlite = db.get_bind().dialect.name == "sqlite"
    matching = from_index(wanted, sqlite=sqlite)
    all_of = _walk(wanted).where(*conditions(wanted))
    if matching is None and sqlite:  # by the index that has the filter and the order
        return db.execute(_ordered(all_of, wanted).limit(most)).all()
    found = (all_of if matching is None else all_of.where(matching)).cte("found").prefix_with("MATERIALIZED")
    return db.execute(_ordered(select(found.c.id, found.c.key), wanted, found.c).limit(most)).all()


def _ordered(statement: Select[Any], wanted: Filter, of: Any = None) -> Select[Any]:
    key, row = (wanted.key, OfficeDocument.id) if of is None else (of.key, of.id)
    return statement.order_by(key, row) if wanted.up else statement.order_by(key.desc(), row.desc())


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
            min((one.given_at.astimezone(ZONE).date() for one in given[doc.id]), default=None),
        )
        for doc in docs
    ]  # fmt: skip


def history(db: Session, office_id: int) -> list[OfficeEvent]:
    """What was done with a document, newest first."""
    events = select(OfficeEvent).where(OfficeEvent.office_document_id == office_id)
    return list(db.scalars(events.options(joinedload(OfficeEvent.member)).order_by(OfficeEvent.id.desc())))


def organs(db: Session, unit_id: int, limit: int = 300, book: Book = Book.INCOMING) -> dict[str, str]:
    """How this office writes the names of those whose papers came, or went out, last, by their folded names."""
    day = day_column(book)
    newest = (
        select(OfficeDocument.organ_key, OfficeDocument.organ_name)
        .where(OfficeDocument.unit_id == unit_id, OfficeDocument.book == book)
        .where(day.is_not(None), OfficeDocument.organ_key != "")
        .order_by(day.desc(), OfficeDocument.id.desc())
        .limit(limit)
    )
    return {key: name for key, name in reversed(list(db.execute(newest)))}
