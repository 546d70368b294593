"""What people write into forms and addresses, read as values."""

import re
from datetime import UTC, date, datetime

from flask import request

from documents.errors import Problem
from ecabinet.clock import ZONE

_WHOLE = re.compile(r"-?[0-9]{1,9}")
_DAY = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}")


def text(name: str) -> str:
    """A text field of the form, without surrounding space and without control characters."""
    return _clean(request.form.get(name, ""))


def brief(name: str, longest: int) -> str:
    """The same of a field with a limit: what is longer is refused (``too_long``), never cut in silence."""
    value = text(name)
    if len(value) > longest:
        raise Problem("too_long", field=name, limit=longest)
    return value


def texts(name: str) -> list[str]:
    """The same of a field that occurs several times, in order; an empty one keeps its place."""
    return [_clean(value) for value in request.form.getlist(name)]


def asked(name: str, limit: int) -> str:
    """The same of a parameter in the address, cut at ``limit`` characters."""
    return _clean(request.args.get(name, ""))[:limit]


def _clean(value: str) -> str:
    return "".join(c for c in value.strip() if c.isprintable() or c in "\n\t")


def whole(name: str, default: int | None = None) -> int | None:
    """A whole number of the form; None when it is none. An empty field is ``default``."""
    value = request.form.get(name, "").strip()
    if not value:
        return default
    return int(value) if _WHOLE.fullmatch(value) else None


def moment(name: str) -> datetime | None:
    """A date and time of the form, as written on the office's clock; None when it is none."""
    return moment_of(request.form.get(name, ""))


def moment_of(value: str) -> datetime | None:
    """The same from a value."""
    try:
        return datetime.fromisoformat(value).replace(tzinfo=ZONE).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def day(name: str) -> date | None:
    """A day of the form; None when it is none."""
    return day_of(request.form.get(name, ""))


def day_of(value: str) -> date | None:
    """A day as a browser's date field writes it (YYYY-MM-DD), and no other way; None when it is none."""
    try:
        return date.fromisoformat(value) if _DAY.fullmatch(value) else None
    except ValueError:
        return None
