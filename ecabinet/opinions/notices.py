"""Telling people about rounds: operations are given a ``notify``; :func:`tell` is the house's, notices and letters."""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from documents.database import changed
from ecabinet.clock import local
from ecabinet.notices.models import Notice
from ecabinet.notices.operations import tell_all
from ecabinet.opinions.models import OpinionRound
from ecabinet.opinions.rules import NoticeKind

Notify = Callable[[Session, OpinionRound, Iterable[int], NoticeKind, datetime], None]
"""Tells these members about a round, in the transaction of what happened: letters are queued there, never sent."""

# What is kept and sent is in the language of the office, as papers are.
SUBJECTS = {
    NoticeKind.ASKED: "Đề nghị đồng chí cho ý kiến",
    NoticeKind.REMINDED: "Nhắc cho ý kiến",
    NoticeKind.OVERDUE: "Đã quá hạn cho ý kiến, vẫn nhận",
    NoticeKind.EXTENDED: "Gia hạn cho ý kiến",
    NoticeKind.RECALLED: "Thu hồi phiếu lấy ý kiến",
    NoticeKind.REPORTED: "Đã có báo cáo tổng hợp ý kiến",
    NoticeKind.SUBMITTED: "Trình phê duyệt phiếu lấy ý kiến",
    NoticeKind.APPROVED: "Phiếu lấy ý kiến đã được phê duyệt",
    NoticeKind.RETURNED: "Phiếu lấy ý kiến bị trả lại",
    NoticeKind.CLOSED: "Phiếu lấy ý kiến đã khóa, chờ tổng hợp",
}
FOR_OFFICE = frozenset({NoticeKind.SUBMITTED, NoticeKind.APPROVED, NoticeKind.RETURNED, NoticeKind.CLOSED})


def tell(db: Session, about: OpinionRound, members: Iterable[int], kind: NoticeKind, now: datetime) -> None:
    """A notice for each, and a letter where there is an address; what was said of the round before counts as read."""
    wanted = set(members)
    if not wanted:
        return
    _read(db, about.id, now, Notice.member_id.in_(wanted))
    text = f"{about.title}\nHạn trả lời: {local(about.deadline, '%H:%M ngày %d/%m/%Y')}"
    link = f"/opinions/{about.id}/run" if kind in FOR_OFFICE else f"/opinions/{about.id}"
    tell_all(db, wanted, f"{SUBJECTS[kind]}: {about.title}", text, link, now, about=f"opinion:{about.id}")


def _links(round_id: int) -> tuple[str, str]:
    return f"/opinions/{round_id}", f"/opinions/{round_id}/run"


def _read(db: Session, round_id: int, now: datetime, whose: ColumnElement[bool]) -> None:
    unread = update(Notice).where(whose, Notice.link.in_(_links(round_id)), Notice.read_at.is_(None))
    db.execute(unread.values(read_at=now))


def has_unread(db: Session, member_id: int, round_id: int) -> bool:
    """Whether a member has something unread of this round."""
    found = select(Notice.id).where(
        Notice.member_id == member_id, Notice.link.in_(_links(round_id)), Notice.read_at.is_(None)
    )
    return db.scalar(found.limit(1)) is not None


def read(db: Session, member_id: int, now: datetime, round_id: int) -> None:
    """They have read what there was of one round."""
    _read(db, round_id, now, Notice.member_id == member_id)
    changed(db, "member", member_id)
