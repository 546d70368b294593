"""The entries of a large register, written as they would have come over years."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from documents.database import Database
from documents.models import Document
from ecabinet.office import series
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import code_of, sameness, searched
from ecabinet.office.models import Issuer, SeriesNumber
from ecabinet.office.numbering_rules import Direction, IssuerKind

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
    with database.writing() as db:
        issuer = Issuer(unit_id=unit_id, kind=IssuerKind.BODY, name="Sổ", notation="S")
        db.add(issuer)
        db.flush()
        wanted = series.Wanted(issuer, Direction.INCOMING, datetime.now(UTC).date())
        series_id = series.series_for(db, wanted).id
    chance = random.Random(unit_id)
    for start in range(1, rows + 1, BATCH):
        batch = range(start, min(start + BATCH, rows + 1))
        with database.writing() as db:
            entries = list(_entries(chance, batch, rows, unit_id, member_id))
            db.execute(insert(SeriesNumber), [
                {"id": 10**8 + n, "series_id": series_id, "number": n, "state": "taken", "reserved_for": "",
                 "dated_on": entry["arrived_on"]}
                for n, entry in zip(batch, entries, strict=True)
            ])  # fmt: skip
            db.execute(insert(Document), [
                {"id": 10**8 + n, "title": entry["subject"], "kind": "incoming", "created_at": entry["created_at"],
                 "created_by": "bench"}
                for n, entry in zip(batch, entries, strict=True)
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
    due_on = arrived_on + timedelta(days=chance.randint(2, 30))
    if number <= rows - OPEN:
        state = "voided" if chance.random() < 0.001 else "filed"
    else:
        state = chance.choice(("registered", "presented", "assigned", "assigned", "done"))
    return {"state": state, "due_on": due_on, "presented_to": None}
