"""Tables of invitations: what people were told, what they answered, who comes in whose place, guests from outside."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from ecabinet.meetings.invitation_rules import AbsenceCategory, SubstitutionState
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.rules import Rsvp
from ecabinet.registry.models import Member

_WAITS = text("state = 'waiting'")


class InvitationSetting(Base):
    """How a meeting invites; one without its row goes by the body's last meeting, or by the defaults.

    ``reminders`` are minutes before the beginning; nobody is reminded from ``quiet_since`` to ``quiet_until`` o'clock.
    """

    __tablename__ = "invitation_setting"
    __table_args__ = (CheckConstraint("quiet_since BETWEEN 0 AND 23 AND quiet_until BETWEEN 0 AND 23", name="quiet"),)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True, autoincrement=False)
    answer_by: Mapped[datetime | None] = mapped_column(Instant)
    note: Mapped[str] = mapped_column(Text)
    signer_position: Mapped[str] = mapped_column(String(100))
    signer_name: Mapped[str] = mapped_column(String(100))
    approves_substitutes: Mapped[bool]
    online: Mapped[bool]
    door_code: Mapped[bool]
    reminders: Mapped[list[int]] = mapped_column(JSON)
    quiet_since: Mapped[int]
    quiet_until: Mapped[int]


class Invitation(Base):
    """What a member was told last of a meeting. It outlives the place in the list: who falls out of it is told so.

    ``uid`` and ``sequence`` are those of the entry in the member's calendar.
    """

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("meeting_id", "member_id"), CheckConstraint("sequence >= 0", name="sequence"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    uid: Mapped[str] = mapped_column(String(60), unique=True)
    sequence: Mapped[int]
    told_at: Mapped[datetime] = mapped_column(Instant)
    title: Mapped[str] = mapped_column(String(300))
    place: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    cancelled: Mapped[bool] = mapped_column(default=False)


class MeetingReminder(Base):
    """A reminder that was sent: ``aim`` is the moment it reminded of, so that a postponed meeting is so anew."""

    __tablename__ = "meeting_reminder"
    __table_args__ = (UniqueConstraint("meeting_id", "kind", "aim"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    kind: Mapped[str] = mapped_column(String(30))
    aim: Mapped[datetime] = mapped_column(Instant)
    at: Mapped[datetime] = mapped_column(Instant)


class InvitationAnswer(Base):
    """An answer as it was given, never changed; the last is the one that counts. ``given_by`` may be the secretary."""

    __tablename__ = "invitation_answer"
    __table_args__ = (
        one_of("rsvp", Rsvp),
        CheckConstraint(
            "category IN ('', " + ", ".join(f"'{category}'" for category in AbsenceCategory) + ")", name="category"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    given_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    rsvp: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(500))
    late: Mapped[bool]


class Substitution(Base):
    """Somebody named to come in another's place. Until approved there is no participant: no vote, not counted."""

    __tablename__ = "substitution"
    __table_args__ = (
        one_of("state", SubstitutionState),
        CheckConstraint("state <> 'refused' OR refusal <> ''", name="refusal"),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided"),
        Index("uq_substitution_waiting", "participant_id", unique=True, sqlite_where=_WAITS, postgresql_where=_WAITS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    name: Mapped[str] = mapped_column(String(100))
    unit_name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20), default=SubstitutionState.WAITING.value)
    reason: Mapped[str] = mapped_column(String(500))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    asked_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    refusal: Mapped[str] = mapped_column(String(500), default="")
    meeting: Mapped[Meeting] = relationship()
    participant: Mapped[Participant] = relationship()
    member: Mapped[Member] = relationship(foreign_keys=member_id)
    decider: Mapped[Member | None] = relationship(foreign_keys=decided_by)


class OutsideGuest(Base):
    """A guest who is in no registry: by name and organisation, let in by the secretary, without any vote.

    ``present`` repeats the last of the visits.
    """

    __tablename__ = "outside_guest"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    organisation: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(100))
    present: Mapped[bool] = mapped_column(default=False)
    added_at: Mapped[datetime] = mapped_column(Instant)
    added_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    removed_at: Mapped[datetime | None] = mapped_column(Instant)


class GuestVisit(Base):
    """One arrival or departure of a guest from outside."""

    __tablename__ = "guest_visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    guest_id: Mapped[int] = mapped_column(ForeignKey("outside_guest.id"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    present: Mapped[bool]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("member.id"))


class AttendanceCorrection(Base):
    """The timeline put right by the secretary: a row declared wrong, or one added later. No row is ever edited."""

    __tablename__ = "attendance_correction"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("(voids_id IS NULL) <> (adds_id IS NULL)", name="one"),
        UniqueConstraint("adds_id"),
        UniqueConstraint("voids_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    reason: Mapped[str] = mapped_column(String(500))
    voids_id: Mapped[int | None] = mapped_column(ForeignKey("attendance.id"))
    adds_id: Mapped[int | None] = mapped_column(ForeignKey("attendance.id"))
