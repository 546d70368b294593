"""What is read of the days off, and the public holidays that the house knows of."""

import tomllib
from collections import defaultdict
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet.workdays.models import HolidayRow
from ecabinet.workdays.rules import Holiday, HolidayKind, WorkDays

PUBLIC = Path(__file__).with_name("holidays.toml")


def holidays(db: Session) -> list[Holiday]:
    """All that were entered, the last first."""
    rows = db.scalars(select(HolidayRow).order_by(HolidayRow.day.desc()))
    return [Holiday(row.day, row.name, HolidayKind(row.kind)) for row in rows]


def load(db: Session) -> WorkDays:
    """The working days as the centre has entered them."""
    return WorkDays.of(holidays(db))


def public() -> dict[int, list[Holiday]]:
    """Year → the public holidays that the file of the house names; what is not known yet is not in it."""
    found: dict[int, list[Holiday]] = defaultdict(list)
    for kind, days in tomllib.loads(PUBLIC.read_text("utf-8")).items():
        for written, name in days.items():
            day = date.fromisoformat(written)
            found[day.year].append(Holiday(day, name, HolidayKind(kind)))
    return dict(found)
