"""What people do about an import: mend a refused row, set one aside, stop a run and let it go on.

None commits. The cells of a row are not in the database: they are read from the file again, which is kept.
"""

import contextlib
import itertools
import tempfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents.blobs import Blobs
from documents.database import changed
from documents.errors import Invalid, NotFound, Problem
from ecabinet import audit
from ecabinet.access import within
from ecabinet.clock import ZONE
from ecabinet.registry import import_mended
from ecabinet.registry.import_batches import Batch, Place
from ecabinet.registry.import_csv import Damaged
from ecabinet.registry.import_files import Form, rows
from ecabinet.registry.import_models import ImportRow, ImportRun
from ecabinet.registry.import_queries import MENDED, SET_ASIDE, STOPPED, settled
from ecabinet.registry.import_rows import Prepared, prepare
from ecabinet.registry.import_rules import named
from ecabinet.registry.models import Unit
from ecabinet.registry.rules import ImportState, RowOutcome
from ecabinet.sealing import Sealer

UNFINISHED = (ImportState.WAITING.value, ImportState.RUNNING.value)


def cells_of(run: ImportRun, number: int, blobs: Blobs) -> dict[str, str]:
    """What the file says in a row, field → text; the number counts from 1 below the header."""
    columns = {int(column): field for column, field in run.mapping["columns"].items()}
    with tempfile.TemporaryFile() as file:
        with contextlib.closing(blobs.open(run.sha256)) as chunks:
            for chunk in chunks:
                file.write(chunk)
        with contextlib.closing(rows(file, Form(**run.mapping["form"]))) as source:
            for cells in itertools.islice(source, number, number + 1):
                return {} if isinstance(cells, Damaged) else named(cells, columns)
    raise NotFound(f"row {number}")


def mend(
    db: Session, sealer: Sealer, run: ImportRun, number: int, cells: Mapping[str, str], by: int, now: datetime
) -> None:
    """Take a refused row as somebody mended it, by the rules of every row; raises :class:`Invalid` by field, "" for
    what is about none. Of a trial nothing is taken: the mended cells wait, sealed, for the run that takes the file.
    """
    row = _refused_row(db, run, number)
    before = [code for _field, code, *_rest in row.findings]
    taken = _take(db, sealer, run, row, cells, now)
    mended = ImportRow(run_id=run.id, number=number, outcome=RowOutcome.CORRECTED.value)
    mended.name = taken.values.full_name[:100]
    mended.findings = [*([f.field, f.code, f.refused, f.values] for f in taken.findings), ["", MENDED, False, {}]]
    db.add(mended)
    run.refused -= 1
    run.corrected += 1
    if run.dry:
        run.mapping = import_mended.keep(run.mapping, sealer, number, cells)
    audit.record(db, by, "import_row_mended", f"import:{run.id}", now, row=number, faults=before, dry=run.dry)
    db.flush()


def _take(
    db: Session, sealer: Sealer, run: ImportRun, row: ImportRow, cells: Mapping[str, str], now: datetime
) -> Prepared:
    today, number = now.astimezone(ZONE).date(), row.number
    prepared = prepare([cells], sealer, today)
    places = _place(db, run, prepared[0].unit_code)
    db.delete(row)
    db.flush()
    try:
        Batch(db, sealer, run, places, now, today).take(prepared, number)
        db.flush()
    except IntegrityError as error:  # somebody entered the same person at this very moment
        raise Problem("busy") from error
    if prepared[0].refused:
        raise Invalid({f.field: Problem(f.code, **f.values) for f in prepared[0].findings if f.refused})
    # what the batch noted itself is noted again, with who mended it
    noted = db.get(ImportRow, (run.id, number))
    if noted is not None:
        db.delete(noted)
        db.flush()
    return prepared[0]


def _place(db: Session, run: ImportRun, code: str) -> dict[str, Place]:
    top = db.get_one(Unit, run.unit_id)
    unit = db.scalar(select(Unit).where(Unit.code == code, within(Unit.path, top.path))) if code else top
    return {code: Place(unit.id, unit.path, unit.dissolved_on is not None)} if unit is not None else {}


def set_aside(db: Session, run: ImportRun, number: int, by: int, now: datetime) -> None:
    """Leave a refused row as it is: it is no longer among those that wait for somebody. Twice is once."""
    row = _refused_row(db, run, number)
    if any(code == SET_ASIDE for _field, code, *_rest in row.findings):
        return
    row.findings = [*row.findings, ["", SET_ASIDE, True, {}]]
    audit.record(db, by, "import_row_set_aside", f"import:{run.id}", now, row=number)


def _refused_row(db: Session, run: ImportRun, number: int) -> ImportRow:
    db.refresh(run, with_for_update=True)
    if not settled(run):
        raise Problem("wrong_state", run.state)
    row = db.get(ImportRow, (run.id, number))
    if row is None:
        raise NotFound(f"row {number}")
    if row.outcome != RowOutcome.REFUSED:
        raise Problem("row_taken")
    return row


def stop(db: Session, run: ImportRun, by: int, now: datetime) -> None:
    """Stop a run between two batches: what is taken stays, and :func:`go_on` takes it up there."""
    db.refresh(run, with_for_update=True)
    if run.state not in UNFINISHED:
        raise Problem("wrong_state", run.state)
    run.state, run.reason = ImportState.FAILED.value, STOPPED
    _tell(db, run, "import_stopped", by, now, rows=run.rows_done)


def go_on(db: Session, run: ImportRun, by: int, now: datetime) -> None:
    """Let a stopped run go on after its last row."""
    db.refresh(run, with_for_update=True)
    if run.state != ImportState.FAILED or run.reason != STOPPED:
        raise Problem("wrong_state", run.state)
    run.state, run.reason = ImportState.WAITING.value, ""
    _tell(db, run, "import_continued", by, now, rows=run.rows_done)


def _tell(db: Session, run: ImportRun, action: str, by: int, now: datetime, **details: Any) -> None:
    audit.record(db, by, action, f"import:{run.id}", now, **details)
    changed(db, "import", run.id)
