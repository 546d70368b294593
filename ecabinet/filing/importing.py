"""A list of files taken from a table of somebody's own, row by row: each is taken, or refused with its reason."""

import contextlib
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import IO

from sqlalchemy.orm import Session

from documents.errors import Invalid, Problem
from ecabinet import audit
from ecabinet.access import Person
from ecabinet.filing import operations
from ecabinet.filing.file_rules import FileFacts, facts_of
from ecabinet.filing.list_rules import LARGEST, guess, is_heading, row_of
from ecabinet.registry.import_csv import Damaged
from ecabinet.registry.import_files import recognise, rows
from ecabinet.registry.models import Unit
from ecabinet.registry.queries import members_named

HEADER_WITHIN = 15
"""The header stands in one of the first rows: what people print has a title above it."""
FEWEST_COLUMNS = 3


@dataclass(frozen=True)
class Outcome:
    """What became of a row, by its number in the file."""

    number: int
    notation: str
    title: str
    faults: tuple[tuple[str, Problem], ...] = ()


@dataclass(frozen=True)
class Table:
    """A table as it was read: the fields of its columns, and the rows below its header by their numbers."""

    columns: dict[int, str]
    rows: list[tuple[int, list[str] | Damaged]]


def read_table(file: IO[bytes]) -> Table:
    """Read a workbook or a CSV; raises the Problems of reading, ``list_columns`` where notation, title and retention
    are not among the columns, and ``too_many_rows``.
    """
    with contextlib.closing(rows(file, recognise(file))) as source:
        read = list(islice(enumerate(source, 1), HEADER_WITHIN + LARGEST + 1))
    for place, (_number, row) in enumerate(read[:HEADER_WITHIN]):
        columns = guess(row) if not isinstance(row, Damaged) else {}
        if {"notation", "title", "retention"} <= set(columns.values()):
            below = read[place + 1 :]
            if len(below) > LARGEST:
                raise Problem("too_many_rows", limit=LARGEST)
            if not below:
                raise Problem("no_rows")
            return Table(columns, below)
    raise Problem("list_columns")


def take(db: Session, unit: Unit, year: int, table: Table, person: Person, now: datetime) -> list[Outcome]:
    """Plan the files of a year as the table has them; its headings stand above their files."""
    found: list[Outcome] = []
    heading = ""
    for number, cells in table.rows:
        if isinstance(cells, Damaged):
            found.append(Outcome(number, "", "", (("row", Problem(cells.code)),)))
            continue
        row = row_of(cells, table.columns)
        if not any(row.values()):
            continue
        if is_heading(row):
            heading = row.get("heading") or row.get("title") or row.get("notation") or ""
            continue
        row = {"heading": heading} | {name: value for name, value in row.items() if value} | {"year": str(year)}
        said = (number, row.get("notation", "")[:60], row.get("title", "")[:200])
        try:
            operations.plan(db, unit, _facts(db, unit, row), person, now)
            found.append(Outcome(*said))
        except Invalid as refused:
            found.append(Outcome(*said, tuple(refused.faults.items())))
    taken = sum(not one.faults for one in found)
    audit.record(
        db, person.member_id, "file_list_taken", f"unit:{unit.id}", now, year=year, taken=taken,
        refused=len(found) - taken,
    )  # fmt: skip
    return found


def _facts(db: Session, unit: Unit, row: dict[str, str]) -> FileFacts:
    """Who made the file is kept as written; whoever it names alone in the unit is in charge of it."""
    name = " ".join(row.get("in_charge", "").split())
    facts = facts_of({**row, "in_charge": "", "creator": name})
    found = members_named(db, name, unit.path, limit=3) if name else []
    same = [member.id for member, _of in found if member.full_name.lower() == name.lower()]
    return replace(facts, in_charge_id=same[0] if len(same) == 1 else None)
