"""Tables of comments on papers (góp ý)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from ecabinet.meetings.comment_rules import Verdict
from ecabinet.meetings.models import Paper


class CommentDeadline(Base):
    """Until when comments on the papers of a meeting are taken; without it until the meeting begins."""

    __tablename__ = "comment_deadline"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    closes_at: Mapped[datetime] = mapped_column(Instant)


class PaperComment(Base):
    """What somebody invited says about a paper, or (``parent_id``) replies to a comment. A deleted one stays as a
    tombstone without its text.
    """

    __tablename__ = "paper_comment"
    __table_args__ = (
        one_of("verdict", Verdict),
        UniqueConstraint("member_id", "token"),
        CheckConstraint("page IS NULL OR page >= 1", name="page"),
        CheckConstraint("parent_id IS NULL OR verdict IS NULL", name="reply"),
        CheckConstraint("(deleted_at IS NULL) = (text <> '')", name="deleted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("paper.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("paper_comment.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    name: Mapped[str] = mapped_column(String(100))
    unit_name: Mapped[str] = mapped_column(String(200))
    page: Mapped[int | None]
    text: Mapped[str] = mapped_column(Text)
    token: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Instant)
    edited_at: Mapped[datetime | None] = mapped_column(Instant)
    deleted_at: Mapped[datetime | None] = mapped_column(Instant)
    verdict: Mapped[str | None] = mapped_column(String(20))
    verdict_text: Mapped[str] = mapped_column(Text, default="")
    verdict_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    verdict_at: Mapped[datetime | None] = mapped_column(Instant)
    paper: Mapped[Paper] = relationship()
