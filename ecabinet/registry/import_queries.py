"""What is read of imports: a run for those who may see it, its noted rows page by page, the reasons with their counts.

A row is noted when it was not simply taken. What people did about it afterwards stands among its findings:
:data:`MENDED` and :data:`SET_ASIDE`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, FromClause, Select, func, literal_column, select
from sqlalchemy.orm import Session

from documents.errors import NotFound
from ecabinet.access import Permission, Person
from ecabinet.registry.import_models import ImportRow, ImportRun
from ecabinet.registry.models import Unit
from ecabinet.registry.rules import ImportState, RowOutcome

PAGE = 50
MENDED, SET_ASIDE = "mended", "set_aside"
"""Codes of findings that say what somebody did about a row."""
STOPPED = "import_stopped"
"""The reason of a run that somebody stopped; it may go on."""


class Shown(StrEnum):
    """How a noted row is shown: what became of it, and what was done about it since."""

    REFUSED = "refused"
    SET_ASIDE = "set_aside"
    MENDED = "mended"
    CORRECTED = "corrected"


@dataclass(frozen=True)
class Wanted:
    """Which noted rows: shown so, for that reason ("" means any), after that number."""

    outcome: str = ""
    reason: str = ""
    after: int = 0


@dataclass(frozen=True)
class Noted:
    """A page of rows; ``next`` is the number to go on after, 0 at the end."""

    rows: Sequence[ImportRow]
    next: int


@dataclass(frozen=True)
class Summary:
    """The noted rows of a run: by how they are shown, and by reason, the most frequent first."""

    outcomes: dict[str, int]
    reasons: list[tuple[str, int]]


def load(db: Session, person: Person, run_id: int) -> ImportRun:
    """A run of the person's own on a unit whose registry they keep; to anybody else there is none."""
    run = db.get(ImportRun, run_id) if run_id < 2**31 else None
    if run is None or run.created_by != person.member_id:
        raise NotFound
    if not person.may(Permission.MANAGE_REGISTRY, db.get_one(Unit, run.unit_id).path):
        raise NotFound
    return run


def settled(run: ImportRun) -> bool:
    """Whether the worker is done with it, so that its rows may be mended."""
    return run.state in (ImportState.DONE.value, ImportState.FAILED.value)


def shown(row: ImportRow) -> Shown:
    """How a row is shown."""
    codes = {code for _field, code, *_rest in row.findings}
    if row.outcome == RowOutcome.CORRECTED:
        return Shown.MENDED if MENDED in codes else Shown.CORRECTED
    return Shown.SET_ASIDE if SET_ASIDE in codes else Shown.REFUSED


def page(db: Session, run_id: int, wanted: Wanted) -> Noted:
    """The noted rows, in the order of the file."""
    rows = db.scalars(_chosen(db, run_id, wanted).limit(PAGE + 1)).all()
    return Noted(rows[:PAGE], rows[PAGE - 1].number if len(rows) > PAGE else 0)


def every(db: Session, run_id: int, wanted: Wanted) -> Iterator[ImportRow]:
    """All of them, read a thousand at a time."""
    yield from db.scalars(_chosen(db, run_id, wanted).execution_options(yield_per=1000))


def _chosen(db: Session, run_id: int, wanted: Wanted) -> Select[ImportRow]:
    chosen = select(ImportRow).where(ImportRow.run_id == run_id, ImportRow.number > wanted.after)
    if wanted.outcome:
        chosen = chosen.where(*_shown_as(db, wanted.outcome))
    if wanted.reason:
        chosen = chosen.where(_has(db, wanted.reason))
    return chosen.order_by(ImportRow.number)


def _shown_as(db: Session, outcome: str) -> list[ColumnElement[bool]]:
    refused, corrected = (ImportRow.outcome == o.value for o in (RowOutcome.REFUSED, RowOutcome.CORRECTED))
    return {
        Shown.REFUSED.value: [refused, ~_has(db, SET_ASIDE)],
        Shown.SET_ASIDE.value: [refused, _has(db, SET_ASIDE)],
        Shown.MENDED.value: [corrected, _has(db, MENDED)],
        Shown.CORRECTED.value: [corrected, ~_has(db, MENDED)],
    }[outcome]


def summary(db: Session, run_id: int) -> Summary:
    """Counted by the database: a run may have noted hundreds of thousands of rows."""
    mine = ImportRow.run_id == run_id
    number = func.count(func.distinct(ImportRow.number))
    each, code = _codes(db)
    codes = dict(db.execute(select(code, number).select_from(ImportRow, each).where(mine).group_by(code)).all())
    totals = dict(db.execute(select(ImportRow.outcome, number).where(mine).group_by(ImportRow.outcome)).all())
    mended, aside = codes.pop(MENDED, 0), codes.pop(SET_ASIDE, 0)
    outcomes = {
        Shown.REFUSED.value: totals.get(RowOutcome.REFUSED.value, 0) - aside,
        Shown.SET_ASIDE.value: aside,
        Shown.MENDED.value: mended,
        Shown.CORRECTED.value: totals.get(RowOutcome.CORRECTED.value, 0) - mended,
    }
    return Summary(outcomes, sorted(codes.items(), key=lambda pair: (-pair[1], pair[0])))


def _codes(db: Session) -> tuple[FromClause, ColumnElement[str]]:
    """The findings of a row one by one, and the code of each: (field, code, refused, values)."""
    if db.get_bind().dialect.name == "postgresql":
        each = func.json_array_elements(ImportRow.findings).table_valued("value", joins_implicitly=True)
        return each, each.c.value.op("->>")(literal_column("1"))
    each = func.json_each(ImportRow.findings).table_valued("value", joins_implicitly=True)
    return each, func.json_extract(each.c.value, "$[1]")


def _has(db: Session, code: str) -> ColumnElement[bool]:
    each, said = _codes(db)
    return select(literal_column("1")).select_from(each).where(said == code).correlate(ImportRow).exists()
