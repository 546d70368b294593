"""The audit trail: append-only rows, each carrying the hash of the one before, so that a change by hand shows.

The database refuses to update or delete rows (triggers of migration 0002); whoever can remove the triggers cannot mend
the chain without rewriting all that follows, and the newest hash can be kept elsewhere.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from documents.database import Base, Instant

FIRST = "0" * 64
# Any number that no other advisory lock uses: on PostgreSQL entries are made one after the other, as a chain must be.
CHAIN_LOCK = 7_303_014_210_551_002


class AuditEntry(Base):
    """Who did or looked at what, when. ``details`` never hold protected values themselves."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    action: Mapped[str] = mapped_column(String(60), index=True)
    subject: Mapped[str] = mapped_column(String(60), index=True)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)


@dataclass(frozen=True)
class Broken:
    """The first row at which the chain does not hold, and why."""

    entry_id: int
    reason: str


def record(db: Session, member_id: int | None, action: str, subject: str, now: datetime, **details: Any) -> AuditEntry:
    """Append an entry, for example ``record(db, 7, "look_national_id", "member:12", now)``."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHAIN_LOCK})
    db.flush()
    previous = db.scalar(select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)) or FIRST
    entry = AuditEntry(at=now, member_id=member_id, action=action, subject=subject, details=details, previous=previous)
    entry.hash = digest(entry)
    db.add(entry)
    db.flush()
    return entry


def digest(entry: AuditEntry) -> str:
    """The hash of an entry over all that it says and the hash before it."""
    said = [
        entry.previous,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.member_id,
        entry.action,
        entry.subject,
        entry.details,
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Whole:
    """The chain holds: how many rows it has, and the hash of the newest. Who keeps that elsewhere can tell later
    whether the last rows were taken away, which the chain by itself cannot.
    """

    rows: int
    newest: str


def check(db: Session) -> Broken | None:
    """Walk the chain from its beginning; the first broken row, or None when it holds."""
    found = walk(db)
    return found if isinstance(found, Broken) else None


def walk(db: Session) -> Broken | Whole:
    """The same, with what is to be kept elsewhere when it holds."""
    previous, rows = FIRST, 0
    with db.scalars(select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=1000)) as entries:
        for entry in entries:
            if entry.previous != previous:
                return Broken(entry.id, "it does not follow the row before it")
            if entry.hash != digest(entry):
                return Broken(entry.id, "it was changed after it was written")
            previous, rows = entry.hash, rows + 1
    return Whole(rows, previous)
