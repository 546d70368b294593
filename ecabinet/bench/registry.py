"""``python -m ecabinet bench registry``: so many members imported from CSV; then lists, names, subtrees, the tree."""

import argparse
import csv
import json
import random
import resource
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from documents.database import Database
from ecabinet.bench.processes import BenchError
from ecabinet.config import Config
from ecabinet.engines import Engines, open_engines
from ecabinet.registry import imports, member_queries, operations
from ecabinet.registry.import_models import ImportRun
from ecabinet.registry.member_queries import Filter
from ecabinet.registry.member_rules import PROVINCES
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.name_order import order_key
from ecabinet.registry.rules import ImportState, Sex, UnitKind

PROVINCE_UNITS, COMMUNES_EACH = 34, 97
ASKED = 200
NAMES = ("Lan", "nguyen", "Nguyễn Thị Lan", "ngoc anh", "Hoàng", "tran van", "Đỗ Minh", "phuong thao", "Lân", "le")
HEADER = (
    "Họ và tên", "Giới tính", "Ngày sinh", "Số CCCD", "Điện thoại", "Số thẻ", "Ngày vào Đoàn", "Mã đơn vị", "Quê quán",
)  # fmt: skip


NAMES_FILE = Path(__file__).resolve().parent.parent / "demo" / "data" / "names.json"


class Names:
    """Draws names as often as they occur, many at once: drawing them one by one would take longer than the import."""

    def __init__(self, source: random.Random) -> None:
        lists = json.loads(NAMES_FILE.read_text(encoding="utf-8"))
        self._drawn = {
            key: source.choices([name for name, _n in pairs], [n for _name, n in pairs], k=10_007 + 2 * position)
            for position, (key, pairs) in enumerate(sorted(lists.items()))
        }
        self._next = 0

    def draw(self, sex: Sex) -> str:
        """Family, middle and given name."""
        self._next += 1
        suffix = "nu" if sex == Sex.FEMALE else "nam"
        lists = (self._drawn[key] for key in ("ho", f"dem_{suffix}", f"ten_{suffix}"))
        return " ".join(names[self._next % len(names)] for names in lists)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Its own options."""
    parser.add_argument("--members", type=int, default=200_000, help="how many members are imported (200,000)")


def run(options: argparse.Namespace, migrate: Callable[[str], None]) -> None:
    """Measure and print."""
    print(json.dumps(measure(options.members, options.database, migrate)), flush=True)


def measure(members: int, database_url: str | None, migrate: Callable[[str], None]) -> dict[str, Any]:
    """Import ``members`` into an empty database and ask; the figures by their names."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="ecabinet-bench-")))
        env = {"DATA_DIR": str(folder), "DATABASE_URL": database_url or ""}
        config = Config.from_env(env)
        migrate(config.database_url)
        engines = open_engines(config)
        stack.callback(engines.database.dispose)
        run_id = _prepare(engines, folder, members)
        seconds, refused = _import(engines, run_id, members)
        figures = {"bench": "registry", "database": engines.database.url.get_backend_name(), "members": members}
        figures["import_rows_per_s"] = round(members / seconds)
        return (
            figures | _ask(engines.database) | {"rss_mb": _rss_mb(), "import_s": round(seconds, 1), "refused": refused}
        )


def _prepare(engines: Engines, folder: Path, members: int) -> int:
    source = random.Random(20_261_122)  # the same members in every run
    with engines.database.writing() as db:
        if db.scalar(select(func.count()).select_from(Unit)):
            raise BenchError("the database is not empty: give one that is")
        codes, by = _units(db)
        root = db.scalars(select(Unit).where(Unit.parent_id.is_(None))).one()
    path = folder / "members.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        names = Names(source)
        writer.writerows(_row(source, names, number, codes) for number in range(members))
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
        return run.id


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


def _row(source: random.Random, names: Names, number: int, codes: list[str]) -> tuple[str, ...]:
    sex = Sex.FEMALE if source.random() < 0.5 else Sex.MALE
    born = date(1993, 1, 1) + timedelta(days=source.randrange(6_000))
    joined = date(born.year + 17 + source.randrange(2), 12, 26)
    century_and_sex = (2 if born.year >= 2000 else 0) + (sex == Sex.FEMALE)
    place = _PLACES[number // 100_000 % len(_PLACES)]
    # the counter makes it unique within a place, century, sex and year
    national_id = f"{place}{century_and_sex}{born.year % 100:02d}{number % 1_000_000:06d}"
    word = "Nữ" if sex == Sex.FEMALE else "Nam"
    return (
        names.draw(sex), word, born.strftime("%d/%m/%Y"), national_id, f"09{number % 100_000_000:08d}",
        f"T{number:09d}", min(joined, date(2026, 3, 26)).strftime("%d/%m/%Y"), source.choice(codes), "Thừa Thiên Huế",
    )  # fmt: skip


_PLACES = sorted(PROVINCES)


def _import(engines: Engines, run_id: int, members: int) -> tuple[float, int]:
    runner = imports.ImportRunner(engines)
    started = time.perf_counter()
    while runner.step(datetime.now(UTC)):
        pass
    seconds = time.perf_counter() - started
    with engines.database.reading() as db:
        run = db.get_one(ImportRun, run_id)
        if run.state != ImportState.DONE or run.refused > members // 1000:
            raise BenchError(f"the import ended as {run.state} {run.reason}, {run.refused} rows refused")
        return seconds, run.refused


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


def _rss_mb() -> int:
    """The most memory this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
