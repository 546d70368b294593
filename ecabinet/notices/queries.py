"""What is read of notices and letters."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents.errors import NotFound
from ecabinet.notices.models import Mail, Notice, NoticeSetting
from ecabinet.registry.models import Member

SHOWN = 100


def unread_count(db: Session, member_id: int) -> int:
    """How many notices a member has not read."""
    unread = select(func.count()).select_from(Notice).where(Notice.member_id == member_id, Notice.read_at.is_(None))
    return db.scalar(unread) or 0


def notices(db: Session, member_id: int, limit: int = SHOWN) -> list[Notice]:
    """A member's notices, newest first."""
    mine = select(Notice).where(Notice.member_id == member_id).order_by(Notice.at.desc(), Notice.id.desc())
    return list(db.scalars(mine.limit(limit)))


def load(db: Session, member_id: int, notice_id: int) -> Notice:
    """One of the member's own notices."""
    found = db.get(Notice, notice_id)
    if found is None or found.member_id != member_id:
        raise NotFound(f"notice {notice_id}")
    return found


def wants_mail(db: Session, member_id: int) -> bool:
    """Whether a member wants letters."""
    found = db.get(NoticeSetting, member_id)
    return found is None or found.by_mail


def feed_number(db: Session, member_id: int) -> int:
    """How often the address of the member's calendar was renewed."""
    found = db.get(NoticeSetting, member_id)
    return found.feed if found is not None else 0


def own_address(db: Session, member_id: int) -> str:
    """The member's e-mail address in the registry, for the member only."""
    member = db.get(Member, member_id)
    return (member.papers or {}).get("email", "") if member is not None else ""


def with_address(db: Session, members: Collection[int]) -> set[int]:
    """Which of these members have an e-mail address; not which."""
    rows = db.execute(select(Member.id, Member.papers).where(Member.id.in_(members)))
    return {member_id for member_id, papers in rows if (papers or {}).get("email")}


def last_mail(db: Session, about: str) -> dict[int, tuple[str, str, datetime | None]]:
    """Member id → state, fault and time of sending of the newest letter about something."""
    rows = db.execute(
        select(Mail.member_id, Mail.state, Mail.fault, Mail.sent_at)
        .where(Mail.about == about, Mail.member_id.is_not(None))
        .order_by(Mail.id)
    )
    return {member_id: (state, fault, sent_at) for member_id, state, fault, sent_at in rows if member_id is not None}
