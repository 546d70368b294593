"""``python -m ecabinet bench registry``: so many members imported from CSV; then lists, names, subtrees, the tree."""

import argparse
import json
import random
import resource
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from documents.database import Database
from ecabinet.bench.processes import BenchError
from ecabinet.bench.registry_rows import Fault, write_rows
from ecabinet.config import Config
from ecabinet.engines import Engines, open_engines
from ecabinet.registry import imports, member_queries, operations
from ecabinet.registry.import_models import ImportRow, ImportRun
from ecabinet.registry.member_queries import Filter
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.name_order import order_key
from ecabinet.registry.rules import ImportState, Sex, UnitKind
from ecabinet.worker import settle

PROVINCE_UNITS, COMMUNES_EACH = 34, 97
ASKED = 200
NAMES = ("Lan", "nguyen", "Nguyễn Thị Lan", "ngoc anh", "Hoàng", "tran van", "Đỗ Minh", "phuong thao", "Lân", "le")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Its own options."""
    parser.add_argument("--members", type=int, default=200_000, help="how many members are imported (200,000)")
    parser.add_argument("--shuffled", action="store_true", help="in no order, not unit by unit")


def run(options: argparse.Namespace, migrate: Callable[[str], None]) -> None:
    """Measure and print."""
    print(json.dumps(measure(options.members, options.database, migrate, shuffled=options.shuffled)), flush=True)


def measure(
    members: int, database_url: str | None, migrate: Callable[[str], None], *, shuffled: bool = False
) -> dict[str, Any]:
    """Import ``members`` into an empty database and ask; the figures by their names."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="ecabinet-bench-")))
        env = {"DATA_DIR": str(folder), "DATABASE_URL": database_url or ""}
        config = Config.from_env(env)
        migrate(config.database_url)
        engines = open_engines(config)
        stack.callback(engines.database.dispose)
        run_id, faults = _prepare(engines, folder, members, shuffled=shuffled)
        figures = {"bench": "registry", "database": engines.database.url.get_backend_name(), "members": members}
        figures |= {"shuffled": shuffled, **_import(engines, run_id, members, faults)}
        figures |= _ask(engines.database)
        return figures | {"rss_mb": _rss_mb(resource.RUSAGE_SELF), "reader_rss_mb": _rss_mb(resource.RUSAGE_CHILDREN)}


def _prepare(engines: Engines, folder: Path, members: int, *, shuffled: bool) -> tuple[int, dict[int, Fault]]:
    with engines.database.writing() as db:
        if db.scalar(select(func.count()).select_from(Unit)):
            raise BenchError("the database is not empty: give one that is")
        codes, by = _units(db)
        root = db.scalars(select(Unit).where(Unit.parent_id.is_(None))).one()
    path = folder / "members.csv"
    faults = write_rows(path, members, codes, shuffled=shuffled)
    with path.open("rb") as file:
        seen = imports.look(file)
        file.seek(0)
        blob = engines.blobs.put(file)
    path.unlink()
    now = datetime.now(UTC)
    with engines.database.writing() as db:
        run = imports.begin(db, root, path.name, blob, seen, by, now)
        columns = {int(number): field for number, field in run.mapping["columns"].items()}
        imports.start(db, run, columns, dry=False, by=by, now=now)
        return run.id, faults


def _units(db: Session) -> tuple[list[str], int]:
    centre = operations.add_unit(db, None, "TW", "Trung ương Đoàn", UnitKind.CENTRAL)
    provinces = [(f"P{n:02d}", f"Tỉnh đoàn {n}") for n in range(PROVINCE_UNITS)]
    codes = []
    for province in operations.add_units(db, centre, provinces, UnitKind.PROVINCE):
        named = [(f"{province.code}-{n:03d}", f"Đoàn xã {n}") for n in range(COMMUNES_EACH)]
        codes += [unit.code for unit in operations.add_units(db, province, named, UnitKind.COMMUNE)]
    officer = operations.add_member(db, centre, "Nguyễn Văn An", Sex.MALE, date(1990, 1, 1), "CB1")
    db.flush()
    return codes, officer.id


def _import(engines: Engines, run_id: int, members: int, faults: dict[int, Fault]) -> dict[str, Any]:
    settle()  # as the worker does
    runner = imports.ImportRunner(engines)
    started, used = time.perf_counter(), _cpu_seconds()
    while runner.step(datetime.now(UTC)):
        pass
    runner.close()
    seconds, used = time.perf_counter() - started, _cpu_seconds() - used
    with engines.database.reading() as db:
        run = db.get_one(ImportRun, run_id)
        if run.state != ImportState.DONE or run.taken + run.corrected != members:
            raise BenchError(
                f"the import ended as {run.state} {run.reason}: {run.taken} taken, {run.corrected} corrected"
            )
        _require_explained(db, run_id, faults)
        return {
            "import_rows_per_s": round(run.rows_done / seconds), "import_s": round(seconds, 1), "rows": run.rows_done,
            "corrected": run.corrected, "refused": run.refused, "unexplained": 0,
            "import_cpu_us_per_row": round(used / run.rows_done * 1e6),
        }  # fmt: skip


def _require_explained(db: Session, run_id: int, faults: dict[int, Fault]) -> None:
    """What the import says is what was done to the rows, row by row: no more, no less."""
    left = dict(faults)
    notes = select(ImportRow).filter_by(run_id=run_id).order_by(ImportRow.number).execution_options(yield_per=1000)
    for note in db.scalars(notes):
        fault = left.pop(note.number, None)
        codes = [code for _field, code, *_rest in note.findings]
        if fault is None or note.outcome != fault.outcome or fault.code not in codes:
            raise BenchError(f"row {note.number} was {note.outcome} for {codes}, it should have been {fault}")
    if left:
        raise BenchError(f"{len(left)} faulty rows were taken as they are, first {min(left.items())}")


def _cpu_seconds() -> float:
    """Of this process and those it started and has seen end; the database's own is not in it."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _ask(database: Database) -> dict[str, float]:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    with database.reading() as db:
        units = list(db.scalars(select(Unit).where(Unit.kind == UnitKind.PROVINCE)))
        root = db.scalars(select(Unit).where(Unit.parent_id.is_(None))).one()
        middle = db.scalars(select(Member.order_key).order_by(Member.order_key).limit(1)).one()
    today = datetime.now(UTC).date()
    choose = random.Random(1)
    deep = [f"0:{choose.randrange(1000)}:{key}" for key in (*map(order_key, ("Anh", "Hương", "Minh", "Thảo")), middle)]
    return {
        "list_p95_ms": _p95(
            database,
            lambda db, n: member_queries.page(
                db, Filter(units[n % 34].id, units[n % 34].path, after=choose.choice([*deep, ""]))
            ),
        ),
        "name_p95_ms": _p95(
            database, lambda db, n: member_queries.page(db, Filter(root.id, root.path, name=NAMES[n % len(NAMES)]))
        ),
        "province_name_p95_ms": _p95(
            database,
            lambda db, n: member_queries.page(
                db, Filter(units[n % 34].id, units[n % 34].path, name=NAMES[n % len(NAMES)])
            ),
        ),
        "subtree_p95_ms": _p95(database, lambda db, n: member_queries.dashboard(db, units[n % 34], today)),
        "tree_p95_ms": _p95(
            database, lambda db, n: member_queries.children(db, root.id if n % 5 == 0 else units[n % 34].id)
        ),
    }


def _p95(database: Database, ask: Callable[[Session, int], object]) -> float:
    took = []
    for number in range(ASKED):
        with database.reading() as db:
            started = time.perf_counter()
            ask(db, number)
            took.append((time.perf_counter() - started) * 1000)
    return round(sorted(took)[int(0.95 * len(took)) - 1], 1)


def _rss_mb(who: int) -> int:
    """The most memory this process, or one that it started, ever had."""
    return resource.getrusage(who).ru_maxrss // 1024
