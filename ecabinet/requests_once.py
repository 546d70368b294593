"""Requests done once: what a tablet sends again, because the answer was lost, is not done again.

A request carries a key that its sender made. The key is claimed in the transaction of what it asks for and keeps the
answer: sent again it gives that answer; with other words it is refused. What was refused claims nothing, because
nothing was done: sent again it is tried again.
"""

from datetime import datetime, timedelta

from sqlalchemy import Index, String, Text, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.schema import ForeignKey

from documents.database import Base, Instant
from documents.errors import Problem
from ecabinet.engines import Engines

KEPT = timedelta(days=60)
"""Longer than any tablet waits: a session, and with it what waits on a device, ends after two weeks."""
AT_ONCE = 1000
EVERY = timedelta(hours=1)


class RequestOnce(Base):
    """A request that was done. The key belongs to its member: nobody reaches another's."""

    __tablename__ = "request_once"
    __table_args__ = (Index("ix_request_once_at", "at"),)

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)
    status: Mapped[int]
    answer: Mapped[str] = mapped_column(Text)


def done_before(db: Session, member_id: int, key: str, fingerprint: str) -> RequestOnce | None:
    """The request of this key, if it was done; raises ``another_request`` when it asked for something else."""
    found = db.scalar(select(RequestOnce).where(RequestOnce.member_id == member_id, RequestOnce.key == key))
    if found is not None and found.fingerprint != fingerprint:
        raise Problem("another_request", f"key {key}")
    return found


def claim(db: Session, member_id: int, key: str, fingerprint: str, now: datetime) -> RequestOnce | None:
    """Claim the key for the transaction; None when somebody was quicker. Of two at once the second waits here for the
    first, and gets the key only where that one was refused.
    """
    row = RequestOnce(member_id=member_id, key=key, fingerprint=fingerprint, at=now, status=0, answer="")
    db.add(row)
    try:
        db.flush()
    except IntegrityError:
        db.rollback()
        return None
    return row


def forget_some(engines: Engines, now: datetime) -> bool:
    """The worker's task: throw some keys away that no tablet comes back with any more; False when there is none."""
    old = select(RequestOnce.member_id, RequestOnce.key).where(RequestOnce.at < now - KEPT).limit(AT_ONCE)
    with engines.database.writing() as db:
        rows = db.execute(old).all()
        for member_id, key in rows:
            db.execute(delete(RequestOnce).where(RequestOnce.member_id == member_id, RequestOnce.key == key))
    return bool(rows)
