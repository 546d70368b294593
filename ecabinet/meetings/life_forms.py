"""Filters of lists and calendars as they stand in addresses, and back."""

import re
from datetime import UTC, date, datetime, time

from flask import request

from ecabinet.fields import asked, text
from ecabinet.meetings.life_queries import Period, Wanted
from ecabinet.meetings.rules import MeetingState

_MONTH = re.compile(r"([12]\d{3})-(0[1-9]|1[0-2])")
_WEEK = re.compile(r"([12]\d{3})-W(0[1-9]|[1-4]\d|5[0-3])")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_KEY = re.compile(r"(\d{1,15})-(\d{1,15})")


def month_of(value: str) -> date | None:
    """The first day of a month written "2026-11"."""
    found = _MONTH.fullmatch(value)
    return date(int(found[1]), int(found[2]), 1) if found else None


def week_of(value: str) -> date | None:
    """The Monday of a week written "2026-W47"."""
    found = _WEEK.fullmatch(value)
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        return None


def week_text(day: date) -> str:
    """The week of a day as it stands in addresses."""
    year, week, _day = day.isocalendar()
    return f"{year:04}-W{week:02}"


def id_asked(name: str) -> int | None:
    """A row's id in the address; None when it is none."""
    value = request.args.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 16 else None


def clock_time(name: str) -> time | None:
    """A time of day of a form, as a browser's field writes it."""
    found = _TIME.fullmatch(text(name)[:5])
    return time(int(found[1]), int(found[2])) if found else None


def read_wanted() -> Wanted:
    """The filters of the list of meetings; what cannot be understood is left out."""
    said = asked("period", 10)
    month = month_of(asked("month", 7))
    period = Period(said) if said in set(Period) else Period.COMING
    if month is not None:
        period = Period.MONTH
    elif period == Period.MONTH:
        period = Period.COMING
    state = asked("state", 20)
    return Wanted(
        period=period,
        month=month,
        mine=asked("mine", 1) == "1",
        unit_id=id_asked("unit"),
        state=state if state in set(MeetingState) else "",
        room_id=id_asked("room"),
        after=_key(asked("after", 40)),
    )


def _key(value: str) -> tuple[datetime, int] | None:
    found = _KEY.fullmatch(value)
    try:
        return (datetime.fromtimestamp(int(found[1]), UTC), int(found[2])) if found else None
    except (ValueError, OverflowError, OSError):
        return None


def address_of(wanted: Wanted) -> dict[str, str]:
    """The same filters as parameters of an address."""
    values = {
        "period": wanted.period.value if wanted.period == Period.PAST else "",
        "month": f"{wanted.month:%Y-%m}" if wanted.month else "",
        "mine": "1" if wanted.mine else "",
        "unit": str(wanted.unit_id or ""),
        "state": wanted.state,
        "room": str(wanted.room_id or ""),
        "after": f"{int(wanted.after[0].timestamp())}-{wanted.after[1]}" if wanted.after else "",
    }
    return {name: value for name, value in values.items() if value}
