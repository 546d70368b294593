"""The entries of a large register, written as they would have come over years."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import insert

from documents.database import Database
from documents.models import Document
from ecabinet.office import series
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import code_of, sameness, searched
from ecabinet.office.models import Issuer, SeriesNumber
from ecabinet.office.numbering_rules import Direction, IssuerKind
from ecabinet.registry import operations
from ecabinet.registry.models import Unit
from ecabinet.registry.rules import UnitKind

BATCH = 5000
DAYS = 3650
OPEN = 2000
"""So many of the newest are still at work; everything older is filed, a few void."""
ORGANS = (*(f"Ủy ban nhân dân tỉnh {n}" for n in range(34)), "Bộ Nội vụ", "Bộ Tài chính", "Văn phòng Chính phủ")
TYPES = ("CV", "CV", "CV", "QĐ", "KH", "TB", "BC", "TTr")
SUBJECTS = (
    "tổ chức hội nghị tổng kết", "góp ý dự thảo kế hoạch", "phối hợp vận động hiến máu", "cử đại biểu dự tập huấn",
    "báo cáo kết quả quý", "ban hành quy chế làm việc", "tháng thanh niên", "chuyển đổi số",
)  # fmt: skip


def write_register(database: Database, unit_id: int, member_id: int, rows: int) -> None:
    """A register of so many entries of a unit, the newest today."""
    series_id, chance = _series(database, unit_id), random.Random(unit_id)
    for start in range(1, rows + 1, BATCH):
        batch = range(start, min(start + BATCH, rows + 1))
        _write(database, series_id, list(_entries(chance, batch, rows, unit_id, member_id)))


def write_below(database: Database, above: int, member_id: int, units: int, each: int) -> None:
    """So many units right below one, each with so many documents at work, some of them late."""
    series_id, chance = _series(database, above), random.Random(units)
    with database.writing() as db:
        parent = db.get_one(Unit, above)
        named = [(f"X{n}", f"Đoàn xã {n}") for n in range(units)]
        ids = [unit.id for unit in operations.add_units(db, parent, named, UnitKind.COMMUNE)]
    for start in range(0, units, BATCH // each):
        entries: list[dict[str, Any]] = []
        for place, unit_id in enumerate(ids[start : start + BATCH // each], start):
            first = (place + 1) * each + 10**8
            entries += _entries(chance, range(first, first + each), first + each, unit_id, member_id)
        _write(database, series_id, entries)


def _series(database: Database, unit_id: int) -> int:
    with database.writing() as db:
        issuer = Issuer(unit_id=unit_id, kind=IssuerKind.BODY, name=f"Sổ {uuid4()}", notation="S")
        db.add(issuer)
        db.flush()
        wanted = series.Wanted(issuer, Direction.INCOMING, datetime.now(UTC).date())
        return series.series_for(db, wanted).id


def _write(database: Database, series_id: int, entries: list[dict[str, Any]]) -> None:
    with database.writing() as db:
        db.execute(insert(SeriesNumber), [
            {"id": entry["id"], "series_id": series_id, "number": entry["ordinal"], "state": "taken",
             "reserved_for": "", "dated_on": entry["arrived_on"]}
            for entry in entries
        ])  # fmt: skip
        db.execute(insert(Document), [
            {"id": entry["id"], "title": entry["subject"], "kind": "incoming", "created_at": entry["created_at"],
             "created_by": "bench"}
            for entry in entries
        ])  # fmt: skip
        db.execute(insert(OfficeDocument), entries)


def _entries(chance: random.Random, batch: range, rows: int, unit_id: int, member_id: int) -> Iterator[dict[str, Any]]:
    now = datetime.now(UTC)
    for number in batch:
        arrived_on = now.date() - timedelta(days=DAYS * (rows - number) // rows)
        organ, subject = chance.choice(ORGANS), f"Về việc {chance.choice(SUBJECTS)} {number}"
        figures, notation = str(chance.randint(1, 5000)), "UBND-VX"
        yield {
            "id": 10**8 + number, "direction": "incoming", "book": "incoming", "unit_id": unit_id,
            "document_id": 10**8 + number, "number_id": 10**8 + number, "ordinal": number, "arrived_on": arrived_on,
            "code": code_of(figures, notation), "code_number": figures, "code_notation": notation,
            "type_code": chance.choice(TYPES), "issued_on": arrived_on - timedelta(days=chance.randint(0, 9)),
            "organ_name": organ, "organ_key": searched(organ), "subject": subject, "created_by": member_id,
            "created_at": now, "sameness": sameness(figures, notation, organ), "searched": searched(organ, subject),
            "urgency": "normal", "secrecy": "normal", **_life(chance, number, rows, arrived_on),
        }  # fmt: skip


def _life(chance: random.Random, number: int, rows: int, arrived_on: date) -> dict[str, Any]:
    due_on, ended_on = arrived_on + timedelta(days=chance.randint(2, 30)), None
    if number <= rows - OPEN:
        state = "voided" if chance.random() < 0.001 else "filed"
        ended_on = arrived_on + timedelta(days=chance.randint(1, 33))
    else:
        state = chance.choice(("registered", "presented", "assigned", "assigned", "done"))
        due_on -= timedelta(days=10)
    return {"state": state, "due_on": due_on, "ended_on": ended_on, "presented_to": None}
