"""The clock of the office: the present moment, and times as people read them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The present moment, the one place where handlers take it from."""
    return datetime.now(UTC)


def today() -> date:
    """The present day on the office's clock."""
    return now().astimezone(ZONE).date()


def local(at: datetime | None, form: str = "%d/%m/%Y %H:%M") -> str:
    """A moment on the office's clock."""
    return at.astimezone(ZONE).strftime(form) if at else ""
