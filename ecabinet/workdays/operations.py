"""Changes of the days off. None commits; each is on the audit trail."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from documents.errors import NotFound
from ecabinet import audit
from ecabinet.workdays import queries
from ecabinet.workdays.models import HolidayRow
from ecabinet.workdays.rules import Holiday


def put(db: Session, holiday: Holiday, by: int, now: datetime) -> None:
    """Enter a day, in place of what was said of it before."""
    row = db.get(HolidayRow, holiday.day)
    if row is None:
        db.add(HolidayRow(day=holiday.day, name=holiday.name, kind=holiday.kind))
    elif (row.name, row.kind) == (holiday.name, holiday.kind):
        return
    else:
        row.name, row.kind = holiday.name, holiday.kind
    audit.record(db, by, "holiday_put", f"holiday:{holiday.day.isoformat()}", now, name=holiday.name, kind=holiday.kind)


def put_public(db: Session, year: int, by: int, now: datetime) -> int:
    """Enter the public holidays of a year; days that somebody entered keep their words. How many were new."""
    known = queries.public().get(year)
    if known is None:
        raise NotFound(f"public holidays of {year}")
    new = [one for one in known if db.get(HolidayRow, one.day) is None]
    for one in new:
        put(db, one, by, now)
    return len(new)


def remove(db: Session, day: date, by: int, now: datetime) -> None:
    """The day is what its weekday says again."""
    row = db.get(HolidayRow, day)
    if row is None:
        raise NotFound(f"holiday {day}")
    db.delete(row)
    audit.record(db, by, "holiday_removed", f"holiday:{day.isoformat()}", now, name=row.name)
