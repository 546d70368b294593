"""``python -m ecabinet bench office``: many clerks take numbers of a few series at once, also when they are killed;
then a large register is asked for pages, filters and words.
"""

import argparse
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select, text, update

from documents.database import Database
from ecabinet.bench.office_rows import ORGANS, SUBJECTS, write_register
from ecabinet.bench.processes import BenchError
from ecabinet.config import Config
from ecabinet.office import desk_queries, register_queries, series
from ecabinet.office.document_rules import Book
from ecabinet.office.models import Issuer, NumberSeries, SeriesNumber
from ecabinet.office.numbering_rules import Direction, IssuerKind
from ecabinet.office.register_queries import LATE, Filter, Order
from ecabinet.registry import operations
from ecabinet.registry.models import Unit
from ecabinet.registry.rules import Sex, UnitKind

SERIES = 5
PROCESSES = 5
ASKED = 200


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``bench office``."""
    parser.add_argument("--clerks", type=int, default=50, help="office: how many take numbers at once (50)")
    parser.add_argument("--numbers", type=int, default=10_000, help="office: how many they take together (10,000)")
    parser.add_argument("--kills", type=int, default=5, help="office: so many are killed at it and begin anew (5)")
    parser.add_argument("--register", type=int, default=1_000_000, help="office: entries of the register (1,000,000)")


def run(options: argparse.Namespace, migrate: Callable[[str], None]) -> None:
    """Measure and print."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="ecabinet-bench-")))
        config = Config.from_env({"DATA_DIR": str(folder), "DATABASE_URL": options.database or ""})
        migrate(config.database_url)
        database = Database(config.database_url)
        stack.callback(database.dispose)
        unit_id, member_id = _office(database)
        figures = {"bench": "office", "database": database.url.get_backend_name(), "clerks": options.clerks}
        figures |= _numbers(database, unit_id, options.clerks, options.numbers, options.kills)
        figures |= _register(database, unit_id, member_id, options.register)
    print(json.dumps(figures), flush=True)


def _office(database: Database) -> tuple[int, int]:
    with database.writing() as db:
        if db.scalar(select(func.count()).select_from(Unit)):
            raise BenchError("the database is not empty: give one that is")
        unit = operations.add_unit(db, None, "TW", "Trung ương Đoàn", UnitKind.CENTRAL)
        member = operations.add_member(db, unit, "Văn thư", Sex.FEMALE, date(1985, 1, 1), "V")
        db.flush()
        return unit.id, member.id


def _numbers(database: Database, unit_id: int, clerks: int, numbers: int, kills: int) -> dict[str, Any]:
    """Processes of clerks, some of them killed at random and begun anew, until all numbers are taken."""
    wanted = _series(database, unit_id)
    each, chance = clerks // PROCESSES, random.Random(clerks)
    command = [
        sys.executable, "-m", "ecabinet.bench.office_clerk", database.url.render_as_string(hide_password=False),
        str(each), str(numbers // (each * PROCESSES)), *map(str, wanted),
    ]  # fmt: skip
    begun = time.perf_counter()
    at_work = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(PROCESSES)]  # noqa: S603
    acknowledged: Counter[str] = Counter()
    for _ in range(kills):
        victim = at_work.pop(0)
        for _line in range(chance.randint(1, 200)):
            acknowledged[victim.stdout.readline() if victim.stdout else ""] += 1
        victim.kill()
        acknowledged.update(_rest(victim))
        at_work.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))  # noqa: S603
    for process in at_work:
        acknowledged.update(_rest(process))
    seconds, busy = time.perf_counter() - begun, acknowledged.pop("busy\n", 0)
    figures = _judge(database, wanted, acknowledged) | {"kills": kills, "busy": busy}
    return figures | {"numbers_per_s": round(acknowledged.total() / seconds, 1)}


def _rest(process: "subprocess.Popen[str]") -> list[str]:
    rest = process.stdout.readlines() if process.stdout else []
    process.wait()
    return [line for line in rest if line.endswith("\n")]


def _series(database: Database, unit_id: int) -> list[int]:
    with database.writing() as db:
        today = datetime.now(UTC).date()
        found = []
        for number in range(SERIES):
            issuer = Issuer(unit_id=unit_id, kind=IssuerKind.BODY, name=f"Ban {number}", notation="B")
            db.add(issuer)
            db.flush()
            found.append(series.series_for(db, series.Wanted(issuer, Direction.INCOMING, today)).id)
        return found


def _judge(database: Database, wanted: list[int], acknowledged: Counter[str]) -> dict[str, Any]:
    """Gaps and doubles in the database; numbers that a clerk was told and nobody knows."""
    gaps = lost = 0
    with database.reading() as db:
        for one in wanted:
            kept = list(db.scalars(select(SeriesNumber.number).where(SeriesNumber.series_id == one)))
            following = db.get_one(NumberSeries, one).next_number
            gaps += len(set(range(1, following)) ^ set(kept))
            told = {int(line.split()[1]) for line in acknowledged if line.startswith(f"{one} ")}
            lost += len(told - set(kept))
    doubles = sum(times - 1 for line, times in acknowledged.items() if line.endswith("\n"))
    return {"numbers": acknowledged.total(), "gaps": gaps, "doubles": doubles, "lost": lost}


def _register(database: Database, unit_id: int, member_id: int, rows: int) -> dict[str, Any]:
    begun = time.perf_counter()
    write_register(database, unit_id, member_id, rows)
    written = time.perf_counter() - begun
    with database.writing() as db:
        db.execute(text("ANALYZE"))
        newest = db.scalar(select(func.max(NumberSeries.id))) or 0
        db.execute(update(NumberSeries).where(NumberSeries.id == newest).values(next_number=rows + 1))
    chance = random.Random(rows)
    asked = [_timed(database, _question(chance, unit_id)) for _ in range(ASKED)]
    desks = [_desk(database, unit_id) for _ in range(ASKED // 10)]
    return {
        "register_rows": rows, "rows_written_s": round(written, 1), "register_p50_ms": _at(asked, 0.5),
        "register_p95_ms": _at(asked, 0.95), "register_max_ms": _at(asked, 1.0), "late_p95_ms": _at(desks, 0.95),
    }  # fmt: skip


def _question(chance: random.Random, unit_id: int) -> Filter:
    """Something that a clerk asks of the register: a page far down, a filter, words that are common or rare."""
    today = datetime.now(UTC).date()
    day = today - timedelta(days=chance.randint(0, 3000))
    more: dict[str, Any] = chance.choice([
        {}, {"after": f"{day}.{chance.randint(1, 10**6)}"}, {"order": Order.ISSUED}, {"order": Order.NUMBER},
        {"order": Order.DUE}, {"state": LATE}, {"state": "assigned"}, {"state": "voided"}, {"type_code": "TTr"},
        {"organ": chance.choice(ORGANS)}, {"organ": chance.choice(ORGANS), "type_code": "KH", "state": "filed"},
        {"number": str(chance.randint(1, 10**6))}, {"words": chance.choice(SUBJECTS)}, {"words": "không có đâu"},
        {"since": day, "until": day + timedelta(days=7)}, {"words": "hội nghị", "after": f"{day}.5"},
    ])  # fmt: skip
    return Filter(unit_id, Book.INCOMING, today, **more)


def _timed(database: Database, wanted: Filter) -> float:
    begun = time.perf_counter()
    with database.reading() as db:
        register_queries.page(db, wanted)
    return (time.perf_counter() - begun) * 1000


def _desk(database: Database, unit_id: int) -> float:
    begun = time.perf_counter()
    with database.reading() as db:
        desk_queries.piles(db, db.get_one(Unit, unit_id), datetime.now(UTC).date(), secret=False)
    return (time.perf_counter() - begun) * 1000


def _at(figures: list[float], share: float) -> float:
    return round(sorted(figures)[min(int(share * len(figures)), len(figures) - 1)], 1)
