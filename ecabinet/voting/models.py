"""Tables of voting. The database itself refuses a second ballot of the same voter."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from ecabinet.meetings.models import Meeting
from ecabinet.voting import rules

_OPEN = text("state = 'open'")


class Poll(Base):
    """A named vote on a motion. Its configuration is frozen once it is open; the quorum figures are those at that
    moment.
    """

    __tablename__ = "poll"
    __table_args__ = (
        one_of("state", rules.PollState),
        one_of("majority_base", rules.Base),
        CheckConstraint("majority_numerator > 0 AND majority_numerator <= majority_denominator", name="majority"),
        CheckConstraint("state <> 'cancelled' OR cancel_reason <> ''", name="cancel_reason"),
        Index("uq_poll_meeting_id_open", "meeting_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    title: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(20), default=rules.PollState.DRAFT.value)
    majority_numerator: Mapped[int] = mapped_column(default=1)
    majority_denominator: Mapped[int] = mapped_column(default=2)
    majority_strict: Mapped[bool] = mapped_column(default=True)
    majority_base: Mapped[str] = mapped_column(String(20), default=rules.Base.ENTITLED.value)
    reference: Mapped[str] = mapped_column(String(300), default="")
    needs_quorum: Mapped[bool] = mapped_column(default=True)
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    quorum_present: Mapped[int | None]
    quorum_summoned: Mapped[int | None]
    cancel_reason: Mapped[str] = mapped_column(String(300), default="")
    meeting: Mapped[Meeting] = relationship()
    options: Mapped[list["PollOption"]] = relationship(order_by="PollOption.position")

    @property
    def majority(self) -> rules.Majority:
        """The rule as the pure rules take it."""
        return rules.Majority(
            self.majority_numerator, self.majority_denominator, self.majority_strict, rules.Base(self.majority_base)
        )


class PollOption(Base):
    """One thing that can be chosen: what it means, and the words on the button."""

    __tablename__ = "poll_option"
    __table_args__ = (one_of("key", rules.OptionKey), UniqueConstraint("poll_id", "key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(60))

    @property
    def kind(self) -> str:
        """The name by which the page's macros colour it."""
        return self.key


class Voter(Base):
    """The snapshot of who is entitled, taken when the vote opens. ``seat_id`` is the participant represented."""

    __tablename__ = "voter"
    __table_args__ = (UniqueConstraint("poll_id", "seat_id"),)

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    seat_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))


class Ballot(Base):
    """A named ballot. ``token`` is made by the tablet: the same ballot sent again is known by it; ``options`` are
    option ids.
    """

    __tablename__ = "ballot"
    __table_args__ = (UniqueConstraint("poll_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    options: Mapped[list[int]] = mapped_column(JSON)
    token: Mapped[str] = mapped_column(String(64))
    receipt: Mapped[str] = mapped_column(String(20), unique=True)
    cast_at: Mapped[datetime] = mapped_column(Instant)
