"""``python -m ecabinet bench office``: many clerks take numbers of a few series at once, also when they are killed;
then a paper is issued to many units, a large register is asked for pages, filters and words, and what is late in many
units is counted.
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
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from documents.database import Database
from ecabinet.bench import office_issue
from ecabinet.bench.office_rows import ORGANS, SUBJECTS, write_below, write_register
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
from ecabinet.reports import late_queries

SERIES = 5
PROCESSES = 5
ASKED = 40
"""So often each kind of question."""
UNITS, OPEN_EACH = 3400, 10
"""Those below the one with the large register, and what each has at work."""


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
        env = {"DATA_DIR": str(folder), "DATABASE_URL": options.database or ""}
        config = Config.from_env(env)
        migrate(config.database_url)
        database = Database(config.database_url)
        stack.callback(database.dispose)
        unit_id, member_id = _office(database)
        figures = {"bench": "office", "database": database.url.get_backend_name(), "clerks": options.clerks}
        figures |= _numbers(database, unit_id, options.clerks, options.numbers, options.kills)
        figures |= office_issue.measure(env, UNITS)
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
    write_below(database, unit_id, member_id, UNITS, OPEN_EACH)
    written = time.perf_counter() - begun
    with database.writing() as db:
        db.execute(text("ANALYZE"))
        newest = db.scalar(select(func.max(NumberSeries.id))) or 0
        db.execute(update(NumberSeries).where(NumberSeries.id == newest).values(next_number=rows + 1))
    chance, today = random.Random(rows), datetime.now(UTC).date()
    kinds = {name: _asked(database, chance, unit_id, ask) for name, ask in QUESTIONS.items()}
    everything = [figure for figures in kinds.values() for figure in figures]
    late = [_timed(database, lambda db: late_queries.by_unit(db, f"{unit_id}/", today)) for _ in range(ASKED)]
    unit = _unit(database, unit_id)
    desks = [_timed(database, lambda db: desk_queries.piles(db, unit, today, secret=False)) for _ in range(ASKED)]
    return {
        "register_rows": rows, "rows_written_s": round(written, 1), "register_p50_ms": _at(everything, 0.5),
        "register_p95_ms": _at(everything, 0.95), "register_max_ms": _at(everything, 1.0),
        "register_ms": {name: [_at(figures, 0.5), _at(figures, 0.95)] for name, figures in kinds.items()},
        "late_units": UNITS, "late_p50_ms": _at(late, 0.5), "late_p95_ms": _at(late, 0.95),
        "desk_p95_ms": _at(desks, 0.95),
    }  # fmt: skip


Asked = Callable[[random.Random, date], dict[str, Any]]
QUESTIONS: dict[str, Asked] = {
    "newest": lambda _chance, _day: {},
    "far down": lambda chance, day: {"after": f"{day}.{chance.randint(1, 10**6)}"},
    "by date": lambda _chance, _day: {"order": Order.ISSUED},
    "by number": lambda _chance, _day: {"order": Order.NUMBER},
    "by due date": lambda _chance, _day: {"order": Order.DUE},
    "late": lambda _chance, _day: {"state": LATE},
    "state": lambda chance, _day: {"state": chance.choice(("assigned", "voided", "filed", "done_late"))},
    "type": lambda chance, _day: {"type_code": chance.choice(("TTr", "KH"))},
    "type that never came": lambda _chance, _day: {"type_code": "HĐ"},
    "organ": lambda chance, _day: {"organ": chance.choice(ORGANS)},
    "organ, type, state": lambda chance, _day: {
        "organ": chance.choice(ORGANS), "type_code": "KH", "state": chance.choice(("filed", "voided")),
    },
    "number": lambda chance, _day: {"number": str(chance.randint(1, 10**6))},
    "days": lambda _chance, day: {"since": day, "until": day + timedelta(days=7)},
    "days, by number": lambda _chance, day: {"since": day, "until": day + timedelta(days=7), "order": Order.NUMBER},
    "common words": lambda chance, _day: {"words": chance.choice(SUBJECTS)},
    "common words far down": lambda chance, day: {"words": chance.choice(SUBJECTS), "after": f"{day}.5"},
    "common words of a rare state": lambda chance, _day: {"words": chance.choice(SUBJECTS), "state": "voided"},
    "rare word": lambda chance, _day: {"words": str(chance.randint(1, 10**6))},
    "beginning of a rare word": lambda chance, _day: {"words": f"ve viec {chance.randint(10**4, 10**5)}"},
    "common words never together": lambda _chance, _day: {"words": "hội nghị hiến máu"},
    "no such word": lambda _chance, _day: {"words": "không có đâu"},
}  # fmt: skip
"""What a clerk asks of the register, by kind; the day is some day of its years."""


def _asked(database: Database, chance: random.Random, unit_id: int, ask: Asked) -> list[float]:
    today, figures = datetime.now(UTC).date(), []
    for _ in range(ASKED):
        said = ask(chance, today - timedelta(days=chance.randint(0, 3000)))
        wanted = Filter(unit_id, Book.INCOMING, today, **said)
        figures.append(_timed(database, partial(register_queries.page, wanted=wanted)))
    return figures


def _timed(database: Database, ask: Callable[[Session], object]) -> float:
    begun = time.perf_counter()
    with database.reading() as db:
        ask(db)
    return (time.perf_counter() - begun) * 1000


def _unit(database: Database, unit_id: int) -> Unit:
    with database.reading() as db:
        return db.get_one(Unit, unit_id)


def _at(figures: list[float], share: float) -> float:
    return round(sorted(figures)[min(int(share * len(figures)), len(figures) - 1)], 1)
