"""Which entries of a register are asked for, as SQL: conditions on the columns, and one question to the index of terms.

The index holds, for each entry, its words and what it can be filtered by: unit and register, type, organ, state,
number. PostgreSQL: a GIN index over :data:`VECTOR`. SQLite: the words only, in the full-text table
``register_words``, which triggers keep (migration 0033).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, cast, column, literal, literal_column, or_, select, table, tuple_
from sqlalchemy.dialects.postgresql import TSQUERY

from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import Book, searched
from ecabinet.office.life_rules import WAITING, OfficeState
from ecabinet.office.register_rules import Term, terms

VECTOR = (
    "array_to_tsvector(array_remove(string_to_array(searched, ' '), '') || ARRAY["
    "'b=' || CAST(unit_id AS text) || book, 't=' || type_code, 'o=' || organ_key, 's=' || state, "
    "'n=' || code_number, 'n=' || coalesce(CAST(ordinal AS text), ''), "
    "CASE WHEN ended_on > due_on THEN 'd=late' ELSE 'd=' END])"
)
"""Letter by letter the expression of the index in migration 0033: PostgreSQL knows it by that."""
_COUNT = re.compile(r"[0-9]{1,9}")
OUT = frozenset({Book.OUTGOING, Book.OUTGOING_SECRET})
LATE = "late"
OPEN = "open"
OPEN_IN_TIME = "open_in_time"
DONE_IN_TIME = "done_in_time"
DONE_LATE = "done_late"
VALID = "valid"
MEANT = (OPEN, LATE, OPEN_IN_TIME, DONE_IN_TIME, DONE_LATE, VALID)
"""What is asked for like a state and is none."""
FINISHED = (OfficeState.DONE, OfficeState.FILED)


class Order(StrEnum):
    """In which order a register is read: the last that arrived, the newest paper, the highest number, what is due; as
    it was written, from the beginning.
    """

    ARRIVED = "arrived"
    ISSUED = "issued"
    NUMBER = "number"
    DUE = "due"
    WRITTEN = "written"


_KEYS: dict[Order, Any] = {
    Order.ISSUED: OfficeDocument.issued_on, Order.NUMBER: OfficeDocument.ordinal, Order.DUE: OfficeDocument.due_on,
}  # fmt: skip


@dataclass(frozen=True)
class Filter:
    """Which entries, all conditions together; "" means any. ``state`` is a state or one of :data:`MEANT`; ``number``
    the arrival number or that of the paper; the days are those of arrival, of an outgoing document its date;
    ``after`` the key of the last row seen.
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

    @property
    def key(self) -> Any:
        """The column of the order: what goes out does not arrive."""
        return _KEYS.get(self.order, day_column(self.book))

    @property
    def up(self) -> bool:
        """Whether the smallest comes first."""
        return self.order in (Order.DUE, Order.WRITTEN)


def day_column(book: Book) -> Any:
    """The day under which an entry stands in its register."""
    return OfficeDocument.issued_on if book in OUT else OfficeDocument.arrived_on


def literal_of(state: OfficeState) -> ColumnElement[str]:
    """A state written out in the statement."""
    return literal(state.value, literal_execute=True)


def is_open() -> ColumnElement[bool]:
    """Something is still to be done: as the partial index says it, so that it is seen to serve."""
    return OfficeDocument.state.in_([literal_of(state) for state in OfficeState if state in WAITING])


def walked(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    """What the index of the order holds: the register, and from where to where in it."""
    key, day = wanted.key, day_column(wanted.book)
    yield OfficeDocument.unit_id == wanted.unit_id
    yield OfficeDocument.book == wanted.book
    yield key.is_not(None)
    if wanted.order == Order.DUE or wanted.state == LATE:
        yield is_open()
    if wanted.since is not None and key is day:
        yield key >= wanted.since
    # No paper comes before its own date.
    if wanted.until is not None and wanted.order in (Order.ARRIVED, Order.ISSUED, Order.WRITTEN):
        yield key <= wanted.until


def conditions(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    """All else that an entry has to be."""
    yield OfficeDocument.ordinal.is_not(None)
    day = day_column(wanted.book)
    if wanted.since is not None:
        yield day >= wanted.since
    if wanted.until is not None:
        yield day <= wanted.until
    if wanted.type_code:
        yield OfficeDocument.type_code == wanted.type_code
    if wanted.organ:
        yield OfficeDocument.organ_key == _organ(wanted)
    if wanted.number:
        yield _has_number(wanted.number)
    if wanted.state:
        yield in_state(wanted.state, wanted.today)
    padded = literal(" ") + OfficeDocument.searched + literal(" ")
    for term in terms(wanted.words):
        yield padded.contains(f" {term.word}{'' if term.begins else ' '}", autoescape=True)


def _organ(wanted: Filter) -> str:
    return searched(wanted.organ)[:200]


def _has_number(text: str) -> ColumnElement[bool]:
    figures = text.strip()
    by_paper = OfficeDocument.code_number == figures
    return or_(OfficeDocument.ordinal == int(figures), by_paper) if _COUNT.fullmatch(figures) else by_paper


def in_state(state: str, today: date) -> ColumnElement[bool]:
    """A state, or what is meant by one of :data:`MEANT`. What has no due date is never late."""
    due, ended = OfficeDocument.due_on, OfficeDocument.ended_on
    finished = OfficeDocument.state.in_([literal_of(one) for one in FINISHED])
    meant = {
        OPEN: is_open(),
        LATE: and_(is_open(), due.is_not(None), due < today),
        OPEN_IN_TIME: and_(is_open(), or_(due.is_(None), due >= today)),
        DONE_LATE: and_(finished, due.is_not(None), ended.is_not(None), ended > due),
        DONE_IN_TIME: and_(finished, or_(due.is_(None), ended.is_(None), ended <= due)),
        VALID: OfficeDocument.state.not_in([literal_of(OfficeState.VOIDED), literal_of(OfficeState.RECALLED)]),
    }
    return meant.get(state, OfficeDocument.state == state)


def from_index(wanted: Filter, *, sqlite: bool) -> ColumnElement[bool] | None:
    """The same question to the index of terms; None where it has no answer."""
    asked = terms(wanted.words)
    if sqlite:
        if not asked:
            return None
        question = " ".join(f'"{term.word}"{"*" if term.begins else ""}' for term in asked)
        kept = column("rowid", Integer)
        matching = (
            select(kept).select_from(table("register_words")).where(column("register_words").op("MATCH")(question))
        )
        return OfficeDocument.id.in_(matching)
    lexemes = list(_lexemes(wanted, asked))
    return literal_column(VECTOR).op("@@")(cast(" & ".join(lexemes), TSQUERY)) if len(lexemes) > 1 else None


def _lexemes(wanted: Filter, asked: list[Term]) -> Iterator[str]:
    yield _lexeme(f"b={wanted.unit_id}{wanted.book}")
    if wanted.type_code:
        yield _lexeme(f"t={wanted.type_code}")
    if wanted.organ:
        yield _lexeme(f"o={_organ(wanted)}")
    if wanted.number:
        yield _lexeme(f"n={wanted.number.strip()}")
    if wanted.state == DONE_LATE:
        yield _lexeme("d=late")
    if states := _states(wanted.state):
        yield "(" + " | ".join(_lexeme(f"s={state}") for state in states) + ")"
    for term in asked:
        yield _lexeme(term.word) + (":*" if term.begins else "")


def _states(state: str) -> list[str]:
    if state in (OPEN, LATE, OPEN_IN_TIME):
        return sorted(WAITING)
    if state in (DONE_IN_TIME, DONE_LATE):
        return list(FINISHED)
    return [state] if state and state != VALID else []


def _lexeme(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def behind(wanted: Filter) -> ColumnElement[bool] | None:
    """What comes after the last row seen; None for the beginning, also for an address written by hand."""
    said, _dot, last = wanted.after.partition(".")
    if not _COUNT.fullmatch(last):
        return None
    try:
        value: Any = int(said) if wanted.order == Order.NUMBER and _COUNT.fullmatch(said) else date.fromisoformat(said)
    except ValueError:
        return None
    here = tuple_(literal(value, wanted.key.type), literal(int(last)))
    place = tuple_(wanted.key, OfficeDocument.id)
    return place > here if wanted.up else place < here
