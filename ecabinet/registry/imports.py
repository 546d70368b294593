"""Imports: a file taken up, its columns named, its rows taken in batches by a worker that may be killed any time."""

import contextlib
import itertools
import logging
import tempfile
from collections.abc import Generator, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import IO

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents.blobs import Blob, Blobs
from documents.database import changed
from documents.errors import Problem
from ecabinet import audit
from ecabinet.clock import ZONE
from ecabinet.engines import Engines
from ecabinet.registry.import_batches import Batch, Place, hasten, places_of
from ecabinet.registry.import_csv import Damaged
from ecabinet.registry.import_files import Form, about_rows, recognise, rows
from ecabinet.registry.import_mended import mended
from ecabinet.registry.import_models import ImportRow, ImportRun
from ecabinet.registry.import_reader import Reader
from ecabinet.registry.import_rows import Prepared, batches, prepare
from ecabinet.registry.import_rules import BATCH, LARGE_BATCH, LARGE_FILE, ROW_FIELDS, enough, guess, hidden
from ecabinet.registry.models import Unit
from ecabinet.registry.rules import ImportState

UNFINISHED = (ImportState.WAITING.value, ImportState.RUNNING.value)
SAMPLE_ROWS = 5

log = logging.getLogger(__name__)


def look(file: IO[bytes]) -> dict[str, object]:
    """What a file says of itself: its form, header, first rows, guessed columns; raises the Problems of reading."""
    form = recognise(file)
    with contextlib.closing(rows(file, form)) as source:
        readable = (row for row in source if not isinstance(row, Damaged))
        first = list(itertools.islice(readable, 1 + SAMPLE_ROWS))
    if len(first) < 2:
        raise Problem("no_rows")
    return {
        "form": asdict(form),
        "header": [cell[:100] for cell in first[0]],
        "sample": [[hidden(cell[:100]) for cell in row] for row in first[1:]],
        "columns": {str(number): field for number, field in guess(first[0]).items()},
    }


def begin(
    db: Session, unit: Unit, filename: str, blob: Blob, seen: dict[str, object], by: int, now: datetime
) -> ImportRun:
    """Take up a file for the subtree of a unit; its columns are named next."""
    run = ImportRun(
        unit_id=unit.id, filename=filename[:255], sha256=blob.sha256, size=blob.size, mapping=seen,
        state=ImportState.MAPPING.value, created_by=by, created_at=now,
    )  # fmt: skip
    db.add(run)
    db.flush()
    audit.record(db, by, "import_file", f"import:{run.id}", now, filename=run.filename, sha256=blob.sha256)
    return run


def start(db: Session, run: ImportRun, columns: Mapping[int, str], *, dry: bool, by: int, now: datetime) -> None:
    """Let the worker take the file, for a trial (``dry``) or for good; a finished trial may be followed by the real
    one.
    """
    db.refresh(run, with_for_update=True)
    if run.state != ImportState.MAPPING and not (run.dry and run.state in (ImportState.DONE, ImportState.FAILED)):
        raise Problem("wrong_state", run.state)
    fields = list(columns.values())
    if not set(fields) <= set(ROW_FIELDS) or len(set(fields)) != len(fields):
        raise Problem("column_twice")
    if not enough(columns):
        raise Problem("columns_missing")
    db.execute(delete(ImportRow).where(ImportRow.run_id == run.id))
    run.mapping = run.mapping | {"columns": {str(number): field for number, field in columns.items()}}
    run.dry, run.state, run.reason = dry, ImportState.WAITING.value, ""
    run.rows_total = run.rows_done = run.taken = run.corrected = run.unchanged = run.refused = 0
    audit.record(db, by, "import_tried" if dry else "import_started", f"import:{run.id}", now)
    changed(db, "import", run.id)


class _Open:
    """A run's file, open at a row. ``today`` is the day by which all its rows are checked."""

    def __init__(self, run: ImportRun, places: Mapping[str, Place], engines: Engines, today: date) -> None:
        self.run_id, self.at, self.dry = run.id, run.rows_done, run.dry
        self.places, self.today = places, today
        self._mapping, self._sealer = run.mapping, engines.sealer
        columns = {int(number): field for number, field in run.mapping["columns"].items()}
        form = Form(**run.mapping["form"])
        self._file = _copied(engines.blobs, run.sha256)
        # a workbook is slow to read: its length is known when it has been read
        self.total = about_rows(self._file) if form.kind == "csv" and not run.rows_total else 0
        self._batches: Generator[list[Prepared], None, None] | Reader
        if run.size < LARGE_FILE:
            self._batches = batches(self._file, form, columns, self.at, BATCH, engines.sealer, today)
        else:
            self._batches = Reader(self._file, form, columns, self.at, LARGE_BATCH, engines.sealer, today)

    def batch(self) -> list[Prepared]:
        """The next rows, mended ones in the place of the file's; none at the end."""
        batch = next(self._batches, [])
        for place, cells in mended(self._mapping, self._sealer, self.at, len(batch)).items():
            batch[place] = prepare([cells], self._sealer, self.today)[0]
        return batch

    def close(self) -> None:
        self._batches.close()
        self._file.close()


def _copied(blobs: Blobs, sha256: str) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by _Open.close(), when the run is over
    chunks = blobs.open(sha256)
    try:
        for chunk in chunks:
            file.write(chunk)
        file.flush()  # another process reads it
    finally:
        chunks.close()
    return file


class ImportRunner:
    """Takes waiting imports, a batch at each :meth:`step`: each batch is one transaction that also says how far it
    came, so that after a kill the next worker goes on there.
    """

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._open: _Open | None = None

    def step(self, now: datetime) -> bool:
        """Take the next batch; False when there is nothing to do."""
        with self._engines.database.reading() as db:
            run = db.scalar(select(ImportRun).where(ImportRun.state.in_(UNFINISHED)).order_by(ImportRun.id).limit(1))
            if run is None:
                self._shut()
                return False
            try:
                opened = self._opened(db, run, now)
            except Problem as problem:
                return self._fail(run.id, problem.code)
        try:
            batch = opened.batch()
        except Problem as problem:
            return self._fail(run.id, problem.code)
        except RuntimeError:
            self._shut()
            raise
        try:
            with self._engines.database.writing() as db:
                return self._take(db, opened, batch, now)
        except IntegrityError:
            log.exception("an import met a change made at the same moment and tries its batch again")
            self._shut()
            return True

    def _opened(self, db: Session, run: ImportRun, now: datetime) -> _Open:
        position = self._open and (self._open.run_id, self._open.at, self._open.dry)
        if self._open is None or position != (run.id, run.rows_done, run.dry):
            self._shut()
            places = places_of(db, db.get_one(Unit, run.unit_id))
            self._open = _Open(run, places, self._engines, now.astimezone(ZONE).date())
        return self._open

    def _take(self, db: Session, opened: _Open, batch: list[Prepared], now: datetime) -> bool:
        run = db.scalar(
            select(ImportRun)
            .where(ImportRun.id == opened.run_id, ImportRun.rows_done == opened.at, ImportRun.state.in_(UNFINISHED))
            .with_for_update(skip_locked=True)
        )
        if run is None:  # another worker has it
            self._shut()
            return False
        run.rows_total = run.rows_total or max(opened.total, 0)
        if not batch:
            run.state, run.rows_total = ImportState.DONE.value, run.rows_done
            self._shut()
        else:
            run.state = ImportState.RUNNING.value
            hasten(db)
            outcome = Batch(db, self._engines.sealer, run, opened.places, now, opened.today).take(batch, opened.at + 1)
            for name, number in asdict(outcome).items():
                setattr(run, name, getattr(run, name) + number)
            run.rows_done += len(batch)
            opened.at = run.rows_done
        return True

    def _fail(self, run_id: int, reason: str) -> bool:
        with self._engines.database.writing() as db:
            run = db.get_one(ImportRun, run_id, with_for_update=True)
            run.state, run.reason = ImportState.FAILED.value, reason
        self._shut()
        return True

    def close(self) -> None:
        """Let go of the file under way; another :meth:`step` opens it again."""
        self._shut()

    def _shut(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


class ImportTask:
    """Imports among the tasks of the worker: one runner for its engines, which keeps the file open between batches."""

    def __init__(self) -> None:
        self._engines: Engines | None = None
        self._runner: ImportRunner | None = None

    def __call__(self, engines: Engines, now: datetime) -> bool:
        """A task as :data:`ecabinet.worker.Task` says."""
        if self._runner is None or self._engines is not engines:
            self._engines, self._runner = engines, ImportRunner(engines)
        return self._runner.step(now)
