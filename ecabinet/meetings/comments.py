"""Comments on the papers of a meeting before it begins. None commits or tells anybody."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import Invalid, Problem
from ecabinet import audit
from ecabinet.access import Person
from ecabinet.meetings import comment_rules as rules
from ecabinet.meetings.comment_models import CommentDeadline, PaperComment
from ecabinet.meetings.models import Meeting, Paper
from ecabinet.registry.models import Member


def set_deadline(db: Session, meeting: Meeting, closes_at: datetime | None, by: int, now: datetime) -> None:
    """Until when comments are taken; None: until the meeting begins."""
    if closes_at is not None and closes_at > meeting.starts_at:
        raise Invalid({"closes_at": Problem("comments_after_start")})
    deadline = db.get(CommentDeadline, meeting.id)
    if closes_at is None and deadline is not None:
        db.delete(deadline)
    elif closes_at is not None and deadline is not None:
        deadline.closes_at = closes_at
    elif closes_at is not None:
        db.add(CommentDeadline(meeting_id=meeting.id, closes_at=closes_at))
    db.flush()
    until = closes_at.isoformat() if closes_at else None
    audit.record(db, by, "comments_deadline", f"meeting:{meeting.id}", now, closes_at=until)


def closes_at(db: Session, meeting: Meeting) -> datetime | None:
    """Until when comments are taken, if there is such a moment before the meeting begins."""
    deadline = db.get(CommentDeadline, meeting.id)
    return deadline.closes_at if deadline else None


def _check_open(db: Session, meeting: Meeting, now: datetime) -> None:
    rules.check_open(meeting.state, closes_at(db, meeting), now)


def comment(
    db: Session, meeting: Meeting, paper: Paper, said: rules.Words, token: str, by: Person, now: datetime,
    parent: PaperComment | None = None,
) -> PaperComment:  # fmt: skip
    """Comment on a paper, or reply to a comment; sent again with the same token it is the same comment."""
    known = db.scalar(select(PaperComment).where(PaperComment.token == token, PaperComment.member_id == by.member_id))
    if known is not None:
        return known
    _check_open(db, meeting, now)
    rules.check_comment(said)
    if parent is not None:
        rules.check_reply(parent.parent_id is not None, parent.deleted_at is not None)
    author = db.get_one(Member, by.member_id)
    made = PaperComment(
        paper_id=paper.id, parent_id=parent.id if parent else None, member_id=author.id, name=author.full_name,
        unit_name=author.unit.name, page=said.page if parent is None else None, text=said.text, token=token,
        created_at=now,
    )  # fmt: skip
    db.add(made)
    db.flush()
    _record(db, meeting, made, "comment_made", by, now)
    return made


def edit(db: Session, meeting: Meeting, one: PaperComment, said: rules.Words, by: Person, now: datetime) -> None:
    """The author changes a comment."""
    _check_open(db, meeting, now)
    rules.check_own(one.member_id, by.member_id, one.deleted_at is not None, one.verdict is not None)
    rules.check_comment(said)
    one.text, one.edited_at = said.text, now
    if one.parent_id is None:
        one.page = said.page
    _record(db, meeting, one, "comment_edited", by, now)


def delete(db: Session, meeting: Meeting, one: PaperComment, by: Person, now: datetime) -> None:
    """The author deletes a comment: what it said is gone, that it was there is not."""
    _check_open(db, meeting, now)
    rules.check_own(one.member_id, by.member_id, one.deleted_at is not None, one.verdict is not None)
    one.text, one.deleted_at = "", now
    _record(db, meeting, one, "comment_deleted", by, now)


def judge(
    db: Session, meeting: Meeting, one: PaperComment, verdict: rules.Verdict, text: str, by: Person, now: datetime
) -> None:
    """The secretariat says what becomes of a comment; also after the meeting has begun."""
    rules.check_verdict(verdict, text, is_reply=one.parent_id is not None, deleted=one.deleted_at is not None)
    one.verdict, one.verdict_text, one.verdict_by, one.verdict_at = verdict, text, by.member_id, now
    _record(db, meeting, one, "comment_judged", by, now)


def _record(db: Session, meeting: Meeting, one: PaperComment, action: str, by: Person, now: datetime) -> None:
    db.flush()
    audit.record(
        db, by.member_id, action, f"meeting:{meeting.id}", now, comment=one.id, paper=one.paper_id, verdict=one.verdict
    )  # fmt: skip
    changed(db, "agenda", meeting.id)
