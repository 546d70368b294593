"""How long issuing takes: from the press of the clerk to the last of thousands of inboxes, where a clerk is told.

The worker is a process of its own, as in production.
"""

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, select

from documents.database import Database
from ecabinet.access import Person, Role
from ecabinet.bench.processes import BenchError
from ecabinet.clock import ZONE
from ecabinet.config import Config
from ecabinet.engines import Engines, open_engines
from ecabinet.issuing import numbering, originals, papers, recipients, sending
from ecabinet.issuing.delivery_rules import DeliveryStatus, Purpose
from ecabinet.issuing.models import Delivery
from ecabinet.issuing.numbering import Wish
from ecabinet.issuing.originals import Original
from ecabinet.meetings.persons import person_of
from ecabinet.notices.models import Notice
from ecabinet.office import desk, setting
from ecabinet.office.incoming import File
from ecabinet.registry import operations
from ecabinet.registry.models import Account, Member, Unit, UnitRole
from ecabinet.registry.rules import Sex, UnitKind

LONGEST_SECONDS = 300.0
LOOK_SECONDS = 0.02
PAPER = b"%PDF-1.4 a paper signed by hand"


def measure(env: dict[str, str], units: int) -> dict[str, Any]:
    """Issue to so many units: seconds until the last has it; how many clerks were told, how many units have nothing."""
    engines = open_engines(Config.from_env(env))
    try:
        unit_id, clerk = _office(engines.database, units)
        with _worker(env):
            first = _issue(engines, unit_id, clerk, UnitKind.BASE)  # the worker is up once this has arrived
            _until(lambda: _arrived(engines.database, first) == 1)
            begun = time.perf_counter()
            office_id = _issue(engines, unit_id, clerk, UnitKind.PROVINCE)
            pressed = time.perf_counter() - begun
            _until(lambda: _arrived(engines.database, office_id) == units)
            seconds = time.perf_counter() - begun
        with engines.database.reading() as db:
            told = select(func.count()).where(Notice.link == f"/office/inbox/of/{office_id}")
            twice = (db.scalar(told) or 0) - units
    finally:
        engines.database.dispose()
    return {
        "issue_units": units,
        "issue_s": round(seconds, 2),
        "issue_press_s": round(pressed, 2),
        "issue_twice": twice,
    }


def _office(database: Database, units: int) -> tuple[int, Person]:
    """A unit with its clerk, so many below it with one each, and one of another kind."""
    now = datetime.now(UTC)
    with database.writing() as db:
        top = operations.add_unit(db, None, "PH", "Nơi phát hành", UnitKind.CENTRAL)
        below = operations.add_units(
            db, top, [(f"PH{n}", f"Nơi nhận {n}") for n in range(units)], UnitKind.PROVINCE
        )  # fmt: skip
        one = operations.add_unit(db, top, "PHX", "Nơi thử", UnitKind.BASE)
        members = [
            Member(unit_id=unit.id, full_name=f"Văn thư {n}", search_name=f"van thu {n}", sex=Sex.FEMALE,
                   born_on=date(1990, 1, 1), card_number=f"PH{n}", papers={"email": f"vt{n}@example.vn"})
            for n, unit in enumerate((top, *below, one))
        ]  # fmt: skip
        db.add_all(members)
        db.flush()
        accounts = [Account(member_id=member.id, login=f"ph{n}", password_hash="*") for n, member in enumerate(members)]  # noqa: S106 - nobody signs in
        db.add_all(accounts)
        db.flush()
        db.add_all(
            UnitRole(account_id=account.id, unit_id=member.unit_id, role=Role.CLERK)
            for account, member in zip(accounts, members, strict=True)
        )
        db.flush()
        clerk = person_of(db, accounts[0].id, now)
        if clerk is None:
            raise BenchError("the clerk is nobody")
        setting.choose(db, top, setting.Chosen("state", "PH", None, {}), clerk, now)
        return top.id, clerk


def _issue(engines: Engines, unit_id: int, clerk: Person, kind: UnitKind) -> int:
    """A paper signed by hand, numbered, and issued to the units of that kind below."""
    now = datetime.now(UTC)
    blob = engines.blobs.put(io.BytesIO(PAPER))
    with engines.database.writing() as db:
        said, file = (
            Original("QĐ", "Về việc phát hành", "Nguyễn Văn A", "Bí thư"),
            File(blob, "a.pdf", "application/pdf"),
        )
        doc = originals.bring(db, db.get_one(Unit, unit_id), file, said, clerk, now)
        seen = desk.load_to_change(db, clerk, doc.id)
        numbering.number(db, seen, Wish(now.astimezone(ZONE).date()), clerk, now)
        recipients.plan_units(db, doc, doc.unit.path, [kind], Purpose.CARRY_OUT)
    papers.fill(engines, doc.id, clerk, now)
    with engines.database.writing() as db:
        sending.issue(db, desk.load_to_change(db, clerk, doc.id), "", clerk, now)
    return doc.id


def _arrived(database: Database, office_id: int) -> int:
    with database.reading() as db:
        arrived = (Delivery.office_document_id == office_id, Delivery.status == DeliveryStatus.ARRIVED)
        return db.scalar(select(func.count()).where(*arrived)) or 0


@contextmanager
def _worker(env: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-m", "ecabinet", "worker"], env=os.environ | env)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _until(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            raise BenchError("the worker does not bring what was issued")
        time.sleep(LOOK_SECONDS)
