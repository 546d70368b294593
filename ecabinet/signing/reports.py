"""What the signatures of a file say, as plain values."""

import dataclasses
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Fault(StrEnum):
    """Why a signature does not hold, or no longer."""

    UNREADABLE = "unreadable"
    """It is in a form that no signature has: emptied, or without what it covers."""
    BYTES = "bytes"
    """What was signed was changed."""
    FORGED = "forged"
    """The certificate's key did not make it."""
    COVERAGE = "coverage"
    """It does not cover the file from its start, or leaves out more than itself."""
    BEHIND = "behind"
    """Something stands behind the last part that anybody signed, and is no update of the file."""
    CONTENT = "content"
    """An update changed more than may be: text, pictures, pages, fields that were closed."""
    SHOWN = "shown"
    """A field shows something else than its value."""


class State(StrEnum):
    """A certificate at the moment of signing."""

    TRUSTED = "trusted"
    UNKNOWN = "unknown"
    """Given out by somebody who is not among the trusted."""
    SELF_MADE = "self_made"
    EXPIRED = "expired"
    EARLY = "early"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Stamp:
    """A time stated by a service for timestamps."""

    at: datetime
    by: str
    trusted: bool


@dataclass(frozen=True)
class Signature:
    """One signature, the oldest first. ``end``: it covers the first so many bytes, itself apart; what was signed is the
    file up to there.
    """

    field: str
    holder: str = ""
    organisation: str = ""
    title: str = ""
    issuer: str = ""
    serial: str = ""
    said_at: datetime | None = None
    stamp: Stamp | None = None
    reason: str = ""
    end: int = 0
    whole: bool = False
    """Nothing stands behind what it covers."""
    fault: Fault | None = None
    filled: dict[str, str] = dataclasses.field(default_factory=dict)
    """Fields filled in since, as they stand now."""
    later: tuple[str, ...] = ()
    """The fields of those who signed since."""
    pages: tuple[int, ...] = ()
    """Pages (from 1) that say something else now; only with a fault."""
    state: State = State.UNKNOWN
    revoked_at: datetime | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    is_stamp: bool = False
    """It is the timestamp of the whole file, of nobody's hand."""

    @property
    def at(self) -> datetime | None:
        """When, by the best that is known."""
        return self.stamp.at if self.stamp else self.said_at

    @property
    def holds(self) -> bool:
        """Whether what was signed still is what was signed."""
        return self.fault is None


@dataclass(frozen=True)
class Report:
    """All signatures of a file; ``size`` in bytes, ``pages`` in number."""

    signatures: tuple[Signature, ...] = ()
    size: int = 0
    pages: int = 0

    @property
    def altered(self) -> bool:
        """Whether any signature does not hold."""
        return any(not signature.holds for signature in self.signatures)

    def written(self) -> dict[str, Any]:
        """As plain values, moments by ISO 8601."""
        written: dict[str, Any] = json.loads(json.dumps(asdict(self), default=datetime.isoformat))
        return written


def from_written(values: dict[str, Any]) -> Report:
    """The other way of :meth:`Report.written`, whose result it reads."""
    return Report(tuple(_signature(one) for one in values["signatures"]), values["size"], values["pages"])


def _signature(values: dict[str, Any]) -> Signature:
    moments = {name: _moment(values[name]) for name in ("said_at", "revoked_at", "valid_from", "valid_to")}
    stamp = values["stamp"]
    read = {
        "stamp": Stamp(datetime.fromisoformat(stamp["at"]), stamp["by"], stamp["trusted"]) if stamp else None,
        "fault": Fault(values["fault"]) if values["fault"] else None,
        "state": State(values["state"]),
        "later": tuple(values["later"]),
        "pages": tuple(values["pages"]),
    }
    return Signature(**(values | moments | read))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
