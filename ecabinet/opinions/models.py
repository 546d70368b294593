"""Tables of written opinions."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from documents.models import Document
from ecabinet.notices.reminder_rules import Reminder
from ecabinet.opinions.rules import CloseHow, EventKind, OptionKind, RoundState
from ecabinet.registry.models import Body, Member, Unit


class OpinionPolicy(Base):
    """A unit wants rounds of its own, and of all units below, approved before they go out."""

    __tablename__ = "opinion_policy"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    set_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    set_at: Mapped[datetime] = mapped_column(Instant)


class OpinionRound(Base):
    """A round of written opinions (lấy ý kiến bằng phiếu). ``since`` is the moment from which the present deadline
    holds: when it went out, or was extended; ``wake_at`` is when the worker looks at it again.
    """

    __tablename__ = "opinion_round"
    __table_args__ = (
        one_of("state", RoundState),
        one_of("closed_how", CloseHow),
        CheckConstraint("late_days >= 0", name="late_days"),
        CheckConstraint("state NOT IN ('sent', 'closed', 'reported') OR since IS NOT NULL", name="since"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    title: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(20), default=RoundState.DRAFT.value)
    deadline: Mapped[datetime] = mapped_column(Instant)
    late_days: Mapped[int] = mapped_column(default=0)
    close_when_all: Mapped[bool] = mapped_column(default=True)
    asks_approval: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    since: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_how: Mapped[str | None] = mapped_column(String(20))
    wake_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    conclusion: Mapped[str] = mapped_column(Text, default="")
    shared: Mapped[bool] = mapped_column(default=False)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    unit: Mapped[Unit] = relationship()
    questions: Mapped[list["OpinionQuestion"]] = relationship(order_by="OpinionQuestion.position")


class OpinionQuestion(Base):
    """One question of a round, in its place."""

    __tablename__ = "opinion_question"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("opinion_round.id"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(String(1000))
    options: Mapped[list["OpinionOption"]] = relationship(
        order_by="OpinionOption.position", cascade="all, delete-orphan"
    )


class OpinionOption(Base):
    """One thing that can be chosen; ``needs_text``: whoever chooses it says why."""

    __tablename__ = "opinion_option"
    __table_args__ = (one_of("kind", OptionKind),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("opinion_question.id"), index=True)
    position: Mapped[int]
    label: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    needs_text: Mapped[bool] = mapped_column(default=False)


class OpinionPaper(Base):
    """A document that goes with the round."""

    __tablename__ = "opinion_paper"
    __table_args__ = (UniqueConstraint("round_id", "document_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("opinion_round.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    document: Mapped[Document] = relationship()


class OpinionAddressee(Base):
    """Who is to be asked, as chosen while the round is prepared: a body as it will stand when the round goes out, or a
    member; ``excluded``: this member not, whatever bodies say.
    """

    __tablename__ = "opinion_addressee"
    __table_args__ = (
        CheckConstraint("(body_id IS NULL) <> (member_id IS NULL)", name="one"),
        CheckConstraint("NOT excluded OR member_id IS NOT NULL", name="excluded"),
        UniqueConstraint("round_id", "body_id"),
        UniqueConstraint("round_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("opinion_round.id"))
    body_id: Mapped[int | None] = mapped_column(ForeignKey("body.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    excluded: Mapped[bool] = mapped_column(default=False)
    body: Mapped[Body | None] = relationship()
    member: Mapped[Member | None] = relationship()


class OpinionRecipient(Base):
    """Somebody who was asked, with name, unit and position as they were then. ``revision`` is the number of their
    answer that counts; 0: none yet.
    """

    __tablename__ = "opinion_recipient"
    __table_args__ = (UniqueConstraint("round_id", "member_id"), CheckConstraint("revision >= 0", name="revision"))

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("opinion_round.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    unit_name: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(100), default="")
    rank: Mapped[int]
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    revision: Mapped[int] = mapped_column(default=0)
    round: Mapped[OpinionRound] = relationship()


class OpinionAnswer(Base):
    """An answer, or a correction of it: none is ever changed, the highest ``revision`` counts. ``token`` is made by the
    page: the same answer sent again is known by it.
    """

    __tablename__ = "opinion_answer"
    __table_args__ = (
        UniqueConstraint("recipient_id", "revision"),
        UniqueConstraint("recipient_id", "token"),
        CheckConstraint("revision > 0", name="revision"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("opinion_recipient.id"))
    revision: Mapped[int]
    token: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)
    late: Mapped[bool] = mapped_column(default=False)
    choices: Mapped[list["OpinionChoice"]] = relationship()


class OpinionChoice(Base):
    """What an answer says to one question."""

    __tablename__ = "opinion_choice"

    answer_id: Mapped[int] = mapped_column(ForeignKey("opinion_answer.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("opinion_question.id"), primary_key=True)
    option_id: Mapped[int] = mapped_column(ForeignKey("opinion_option.id"), index=True)
    text: Mapped[str] = mapped_column(Text, default="")


class OpinionReminder(Base):
    """A reminder that went out; one of each kind for each deadline. Those sent by hand are in the history only."""

    __tablename__ = "opinion_reminder"
    __table_args__ = (one_of("kind", Reminder), UniqueConstraint("round_id", "kind", "deadline"))

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("opinion_round.id"))
    kind: Mapped[str] = mapped_column(String(20))
    deadline: Mapped[datetime] = mapped_column(Instant)
    at: Mapped[datetime] = mapped_column(Instant)


class OpinionEvent(Base):
    """A line of the history of a round; ``member_id`` is None where the clock did it."""

    __tablename__ = "opinion_event"
    __table_args__ = (one_of("kind", EventKind),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("opinion_round.id"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    kind: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(500), default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    member: Mapped[Member | None] = relationship()
