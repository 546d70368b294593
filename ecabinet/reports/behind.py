"""The documents behind a figure: the same conditions as those it is counted by."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session, joinedload

from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import Book
from ecabinet.office.register_filters import VALID, day_column
from ecabinet.office.routing_models import Assignment
from ecabinet.reports.figures import Scope, asked, in_charge, of
from ecabinet.reports.period_rules import Period

PAGE = 50


@dataclass(frozen=True)
class Behind:
    """Which documents stand behind a figure."""

    scope: Scope
    period: Period
    book: Book = Book.INCOMING
    state: str = VALID
    type_code: str | None = None
    member_id: int | None = None
    to_unit: int | None = None
    after: str = ""


@dataclass(frozen=True)
class Listed:
    """A page of the documents behind a figure."""

    docs: list[OfficeDocument] = field(default_factory=list)
    next: str = ""


def page(db: Session, wanted: Behind, size: int = PAGE) -> Listed:
    """The documents behind a figure, the newest first."""
    day = day_column(wanted.book)
    listed = select(OfficeDocument).where(*_behind(wanted))
    said, _dot, last = wanted.after.partition(".")
    if last.isascii() and last.isdigit() and len(last) <= 9 and _is_day(said):
        listed = listed.where(tuple_(day, OfficeDocument.id) < tuple_(date.fromisoformat(said), int(last)))
    listed = listed.order_by(day.desc(), OfficeDocument.id.desc()).options(joinedload(OfficeDocument.unit))
    docs = list(db.scalars(listed.limit(size + 1)))
    if len(docs) <= size:
        return Listed(docs)
    at = docs[size - 1]
    return Listed(docs[:size], f"{getattr(at, day.key)}.{at.id}")


def number_behind(db: Session, wanted: Behind) -> int:
    """How many there are."""
    return db.scalar(select(func.count()).select_from(OfficeDocument).where(*_behind(wanted))) or 0


def _behind(wanted: Behind) -> Iterator[ColumnElement[bool]]:
    yield from of(wanted.scope, replace(asked(wanted.scope, wanted.period, wanted.book), state=wanted.state or VALID))
    if wanted.type_code is not None:
        yield OfficeDocument.type_code == wanted.type_code
    if wanted.member_id is not None or wanted.to_unit is not None:
        given = select(Assignment.office_document_id).where(*in_charge())
        if wanted.member_id is not None:
            given = given.where(Assignment.member_id == wanted.member_id)
        if wanted.to_unit is not None:
            given = given.where(Assignment.unit_id == wanted.to_unit)
        yield OfficeDocument.id.in_(given)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
