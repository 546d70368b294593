"""Calendar files (iCalendar, RFC 5545 and 5546) from plain values: lines folded at 75 bytes, text escaped, UTF-8."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from ecabinet.clock import ZONE

PRODUCT = "-//eCabinet//Phien hop//VI"
ZONE_NAME = "Asia/Ho_Chi_Minh"
# No summer time since 1975: one rule holds for all that is met now.
ZONE_LINES = (
    "BEGIN:VTIMEZONE",
    f"TZID:{ZONE_NAME}",
    "BEGIN:STANDARD",
    "DTSTART:19750613T000000",
    "TZOFFSETFROM:+0700",
    "TZOFFSETTO:+0700",
    "TZNAME:+07",
    "END:STANDARD",
    "END:VTIMEZONE",
)
FOLD = 75


class Method(StrEnum):
    """What the reader's calendar is to do: REQUEST enters or changes, CANCEL strikes out, PUBLISH only shows."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"


@dataclass(frozen=True)
class Person:
    """Somebody with an e-mail address."""

    name: str
    address: str


@dataclass(frozen=True)
class Event:
    """One entry. ``uid`` stays for ever; ``sequence`` goes up with every change. All times are aware; of an entry
    that takes whole days only their days count, the last one included.
    """

    uid: str
    sequence: int
    stamp: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    place: str = ""
    description: str = ""
    link: str = ""
    cancelled: bool = False
    whole_days: bool = False

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(self).items()}

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "Event":
        """From what :meth:`kept` gave."""
        moments = {name: datetime.fromisoformat(kept[name]) for name in ("stamp", "starts_at", "ends_at")}
        return cls(**(kept | moments))


def render(
    events: Iterable[Event],
    method: Method,
    *,
    name: str = "",
    organizer: Person | None = None,
    attendee: Person | None = None,
) -> str:
    """The file, with CRLF line ends. A REQUEST or CANCEL needs ``organizer`` and ``attendee``."""
    lines = ["BEGIN:VCALENDAR", f"PRODID:{PRODUCT}", "VERSION:2.0", "CALSCALE:GREGORIAN", f"METHOD:{method}"]
    if name:
        lines += [f"X-WR-CALNAME:{_text(name)}", f"X-WR-TIMEZONE:{ZONE_NAME}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H"]
    lines += ZONE_LINES
    for event in events:
        lines += _event(event, organizer, attendee)
    lines.append("END:VCALENDAR")
    return "".join(fold(line) + "\r\n" for line in lines)


def _event(event: Event, organizer: Person | None, attendee: Person | None) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_text(event.uid)}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTAMP:{event.stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        *_times(event),
        f"SUMMARY:{_text(event.summary)}",
        f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}",
    ]
    for name, value in (("LOCATION", event.place), ("DESCRIPTION", event.description)):
        if value:
            lines.append(f"{name}:{_text(value)}")
    if event.link:
        lines.append(f"URL:{event.link}")
    if organizer is not None:
        lines.append(f"ORGANIZER;CN={_parameter(organizer.name)}:mailto:{organizer.address}")
    if attendee is not None:
        lines.append(
            f"ATTENDEE;CN={_parameter(attendee.name)};ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE"
            f":mailto:{attendee.address}"
        )
    return [*lines, "END:VEVENT"]


def _times(event: Event) -> list[str]:
    starts_at, ends_at = event.starts_at.astimezone(ZONE), event.ends_at.astimezone(ZONE)
    if event.whole_days:  # the end is the first day after it
        after = ends_at.date() + timedelta(days=1)
        return [f"DTSTART;VALUE=DATE:{starts_at:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}", "TRANSP:TRANSPARENT"]
    return [f"DTSTART;TZID={ZONE_NAME}:{starts_at:%Y%m%dT%H%M%S}", f"DTEND;TZID={ZONE_NAME}:{ends_at:%Y%m%dT%H%M%S}"]


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    lines = escaped.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(c for c in lines if c.isprintable() or c == "\t")


def _parameter(value: str) -> str:
    """A quoted parameter can hold neither quotes nor control characters."""
    return '"' + "".join("'" if c == '"' else c for c in value if c.isprintable()) + '"'


def fold(line: str) -> str:
    """A content line in pieces of at most 75 bytes, never cutting a letter in two; the next begin with a space."""
    pieces, piece, size = [], "", 0
    for letter in line:
        length = len(letter.encode())
        if size + length > FOLD:
            pieces.append(piece)
            piece, size = "", 1  # the space that it begins with
        piece += letter
        size += length
    return "\r\n ".join([*pieces, piece])
