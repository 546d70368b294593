"""Tables of voting. The database itself refuses a second ballot of the same voter.

A named ballot stands in ``ballot``. Of a secret vote the database holds apart: who has voted (``marked``), what is in
the urn while the vote is open (``slip``, sealed), and after closing the shuffled contents (``secret_ballot``) and the
shuffled receipts (``secret_receipt``). See :mod:`ecabinet.voting.urn`.
"""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from ecabinet.meetings.models import Meeting
from ecabinet.voting import rules

_OPEN = text("state = 'open'")
_STANDS = text("state <> 'cancelled'")


class Poll(Base):
    """A vote: a motion or an election. Its configuration is frozen once it is open; the figures of the room are those
    at that moment.
    """

    __tablename__ = "poll"
    __table_args__ = (
        one_of("state", rules.PollState),
        one_of("majority_base", rules.Base),
        one_of("kind", rules.PollKind),
        one_of("manner", rules.Manner),
        CheckConstraint("majority_numerator > 0 AND majority_numerator <= majority_denominator", name="majority"),
        CheckConstraint("state <> 'cancelled' OR cancel_reason <> ''", name="cancel_reason"),
        CheckConstraint("least >= 0 AND most >= least AND most >= 1 AND seats >= 0", name="choices"),
        CheckConstraint("round IN (1, 2) AND (round = 1 OR decision <> '')", name="round"),
        CheckConstraint("NOT live_results OR manner = 'named'", name="live_results"),
        Index("uq_poll_meeting_id_open", "meeting_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        # One run follows another at most once, unless that one was cancelled.
        Index("uq_poll_previous_id", "previous_id", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    title: Mapped[str] = mapped_column(String(300))
    kind: Mapped[str] = mapped_column(String(10), default=rules.PollKind.MOTION.value)
    manner: Mapped[str] = mapped_column(String(10), default=rules.Manner.NAMED.value)
    state: Mapped[str] = mapped_column(String(20), default=rules.PollState.DRAFT.value)
    majority_numerator: Mapped[int] = mapped_column(default=1)
    majority_denominator: Mapped[int] = mapped_column(default=2)
    majority_strict: Mapped[bool] = mapped_column(default=True)
    majority_base: Mapped[str] = mapped_column(String(20), default=rules.Base.ENTITLED.value)
    reference: Mapped[str] = mapped_column(String(300), default="")
    least: Mapped[int] = mapped_column(default=1)
    most: Mapped[int] = mapped_column(default=1)
    seats: Mapped[int] = mapped_column(default=0)
    cross_out: Mapped[bool] = mapped_column(default=False)
    needs_quorum: Mapped[bool] = mapped_column(default=True)
    live_results: Mapped[bool] = mapped_column(default=False)
    shows_progress: Mapped[bool] = mapped_column(default=True)
    round: Mapped[int] = mapped_column(default=1)
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("poll.id"))
    decision: Mapped[str] = mapped_column(String(300), default="")
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    quorum_present: Mapped[int | None]
    quorum_summoned: Mapped[int | None]
    quorum_units_present: Mapped[int | None]
    quorum_units_summoned: Mapped[int | None]
    votes_present: Mapped[int | None]
    votes_summoned: Mapped[int | None]
    votes_members: Mapped[int | None]
    hand_issued: Mapped[int | None]
    hand_cast: Mapped[int | None]
    hand_invalid: Mapped[int | None]
    cancel_reason: Mapped[str] = mapped_column(String(300), default="")
    record_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    meeting: Mapped[Meeting] = relationship()
    options: Mapped[list["PollOption"]] = relationship(order_by="PollOption.position", cascade="all, delete-orphan")

    @property
    def majority(self) -> rules.Majority:
        """The rule as the pure rules take it."""
        return rules.Majority(
            self.majority_numerator, self.majority_denominator, self.majority_strict, rules.Base(self.majority_base)
        )

    @property
    def choices(self) -> rules.Choices:
        """How many options a ballot may choose, as the pure rules take it."""
        return rules.Choices(self.least, self.most, self.seats)


class PollOption(Base):
    """One thing that can be chosen: what it means, and the words on the button. ``hand_votes``: entered by hand."""

    __tablename__ = "poll_option"
    __table_args__ = (
        one_of("key", rules.OptionKey),
        UniqueConstraint("poll_id", "position"),
        CheckConstraint("hand_votes IS NULL OR hand_votes >= 0", name="hand_votes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(100))
    note: Mapped[str] = mapped_column(String(200), default="")
    hand_votes: Mapped[int | None]

    @property
    def kind(self) -> str:
        """The name by which the page's macros colour it."""
        return self.key


class Voter(Base):
    """The snapshot of who is entitled, taken when the vote opens. ``seat_id`` is the participant represented."""

    __tablename__ = "voter"
    __table_args__ = (UniqueConstraint("poll_id", "seat_id"), CheckConstraint("weight > 0", name="weight"))

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    seat_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    weight: Mapped[int] = mapped_column(default=1)


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


class Urn(Base):
    """The key of an open secret vote, sealed under the server's own; deleted when the urn is emptied."""

    __tablename__ = "urn"

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary)


class UrnSlip(Base):
    """A ballot in the urn: sealed, all of one length, under a name that only the voter's tablet can derive."""

    __tablename__ = "urn_slip"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Marked(Base):
    """Who has voted in a secret vote, as on the roll beside the urn: no time, no ballot. ``proof`` knows the tablet's
    token again without holding it.
    """

    __tablename__ = "marked"

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    proof: Mapped[str] = mapped_column(String(64))


class SecretBallot(Base):
    """What one ballot of a closed secret vote says, under a random key, written in the order of these keys."""

    __tablename__ = "secret_ballot"

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), index=True)
    options: Mapped[list[int]] = mapped_column(JSON)


class SecretReceipt(Base):
    """The receipt of some ballot of a closed secret vote: which one, nothing says."""

    __tablename__ = "secret_receipt"

    receipt: Mapped[str] = mapped_column(String(20), primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), index=True)
