"""Telling people about rounds. Operations are given a ``notify``; this one keeps a notice for the pages."""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from documents.database import changed
from ecabinet.opinions.models import OpinionNotice, OpinionRound
from ecabinet.opinions.rules import NoticeKind

Notify = Callable[[Session, OpinionRound, Iterable[int], NoticeKind, datetime], None]
"""Tells these members about a round, in the transaction of what happened: e-mail is queued there, never sent."""


def keep(db: Session, about: OpinionRound, members: Iterable[int], kind: NoticeKind, now: datetime) -> None:
    """A notice for each member, shown until it is read; what was said of the round before counts as read."""
    wanted = sorted(set(members))
    older = update(OpinionNotice).where(
        OpinionNotice.round_id == about.id, OpinionNotice.member_id.in_(wanted), OpinionNotice.read_at.is_(None)
    )
    db.execute(older.values(read_at=now))
    db.add_all(OpinionNotice(round_id=about.id, member_id=member, kind=kind, at=now) for member in wanted)
    for member in wanted:
        changed(db, "member", member)


def unread(db: Session, member_id: int, limit: int = 20) -> list[OpinionNotice]:
    """What a member has not read, newest first."""
    return list(
        db.scalars(
            select(OpinionNotice)
            .where(OpinionNotice.member_id == member_id, OpinionNotice.read_at.is_(None))
            .options(joinedload(OpinionNotice.round))
            .order_by(OpinionNotice.id.desc())
            .limit(limit)
        )
    )


def has_unread(db: Session, member_id: int, round_id: int) -> bool:
    """Whether a member has something unread of this round."""
    found = select(OpinionNotice.id).where(
        OpinionNotice.member_id == member_id, OpinionNotice.round_id == round_id, OpinionNotice.read_at.is_(None)
    )
    return db.scalar(found.limit(1)) is not None


def read(db: Session, member_id: int, now: datetime, round_id: int | None = None) -> None:
    """They have read what there was, of one round or of all."""
    notices = update(OpinionNotice).where(OpinionNotice.member_id == member_id, OpinionNotice.read_at.is_(None))
    if round_id is not None:
        notices = notices.where(OpinionNotice.round_id == round_id)
    db.execute(notices.values(read_at=now))
