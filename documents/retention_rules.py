"""How long a document is kept: the codes of the archives, and when a document's time is over."""

from datetime import date
from enum import StrEnum

MOST_YEARS = 200


class Retention(StrEnum):
    """How long (thời hạn bảo quản), by its code in the archives' data."""

    FOR_EVER = "01"
    YEARS_70 = "02"
    YEARS_50 = "03"
    YEARS_30 = "04"
    YEARS_20 = "05"
    YEARS_10 = "06"
    OTHER = "07"


YEARS: dict[Retention, int | None] = {
    Retention.FOR_EVER: None,
    Retention.YEARS_70: 70,
    Retention.YEARS_50: 50,
    Retention.YEARS_30: 30,
    Retention.YEARS_20: 20,
    Retention.YEARS_10: 10,
    Retention.OTHER: None,
}
"""None: for ever, or, of the other code, as many as the document says."""


def kept_until(retention: str | None, keep_years: int | None, closed_on: date | None) -> date | None:
    """The last day on which the document must be kept; ``date.max`` for ever.

    None where no rule holds it. While it is open, or nobody has said how many years, it is kept for ever.
    """
    if retention is None:
        return None
    code = Retention(retention)
    years = keep_years if code is Retention.OTHER else YEARS[code]
    if years is None or closed_on is None or closed_on.year + years > date.max.year:
        return date.max
    return years_before(closed_on, -years)


def years_before(day: date, years: int) -> date:
    """The same day so many years earlier; the 28th for a 29 February that is not there."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def must_be_kept(retention: str | None, keep_years: int | None, closed_on: date | None, today: date) -> bool:
    """Whether a rule of retention forbids destroying the document today."""
    last = kept_until(retention, keep_years, closed_on)
    return last is not None and today <= last
