"""An import whose worker is killed by SIGKILL again and again, at whatever moment: every row is there exactly once."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from documents.database import Database
from ecabinet import audit
from ecabinet.audit import AuditEntry
from ecabinet.config import Config
from ecabinet.engines import open_engines
from ecabinet.registry.history_models import MemberEvent, MovementCount
from ecabinet.registry.import_models import ImportRun
from ecabinet.registry.import_rules import LARGE_FILE
from ecabinet.registry.member_counts import recount
from ecabinet.registry.models import Member
from tests.operations.test_imports import HEADER, Desk, as_csv, figures, member_row

ROWS, KILLS, WAIT_SECONDS = 40_000, 3, 120


@contextmanager
def worker(env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The worker as it is run in production; killed at the end."""
    process = subprocess.Popen([sys.executable, "-m", "ecabinet", "worker"], env=os.environ | env)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def readers(folder: Path) -> list[Path]:
    """The processes that read files for workers of this folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command, environment = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
        except OSError:  # it ended meanwhile
            continue
        if b"import_reader" in command and str(folder).encode() in environment:
            found.append(process)
    return found


def test_killed_at_whatever_moment_every_row_is_there_once(database: Database, tmp_path: Path) -> None:
    url = database.url.render_as_string(hide_password=False)
    env = {"DATA_DIR": str(tmp_path / "data"), "DATABASE_URL": url, "WORKER": "off", "LOCALE": "vi"}
    engines = open_engines(Config.from_env(env))
    desk = Desk(engines)
    with database.writing() as db:
        recount(db)  # the office of the tests is made without counting
    before = desk.members()
    file = as_csv([HEADER, *[member_row(number) for number in range(ROWS)]])
    assert len(file.getvalue()) > LARGE_FILE
    run_id = desk.begin(file)

    def run() -> ImportRun:
        with database.reading() as db:
            return db.get_one(ImportRun, run_id)

    moments = random.Random()
    for _kill in range(KILLS):
        reached = run().rows_done
        with worker(env):
            wait_until(lambda reached=reached: run().rows_done > reached)  # type: ignore[misc]
            time.sleep(moments.uniform(0, 0.2))  # the moment is the point: before, in or after the next batch
        wait_until(lambda: not readers(tmp_path))
    assert run().rows_done < ROWS
    with worker(env):
        wait_until(lambda: run().state == "done")

    with database.writing() as db:
        over = db.get_one(ImportRun, run_id)
        assert (over.rows_done, over.rows_total, figures(over)) == (ROWS, ROWS, (ROWS, 0, 0, 0))
        assert db.scalar(select(func.count()).select_from(Member)) == before + ROWS
        entered = select(func.count(), func.count(MemberEvent.member_id.distinct()))
        assert db.execute(entered).one() == (ROWS, ROWS)
        moved = select(func.max(MovementCount.number)).where(MovementCount.kind == "entered")
        assert (recount(db), db.scalar(moved)) == (0, ROWS)
        batches = db.scalars(select(AuditEntry.details).filter_by(action="import_batch").order_by(AuditEntry.id)).all()
        assert [batch["first"] for batch in batches] == [1 + n * batches[0]["rows"] for n in range(len(batches))]
        assert audit.check(db) is None
    engines.database.dispose()
