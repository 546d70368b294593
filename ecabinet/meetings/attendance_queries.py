"""What is read of attendance and answers: who stands as what, by unit, and the lists that are taken away."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ecabinet.clock import local
from ecabinet.meetings import invitations, queries, timeline
from ecabinet.meetings.attendance_rules import Counted, Mark, Standing, counts, last_marks, standing
from ecabinet.meetings.invitation_models import AttendanceCorrection, InvitationAnswer, OutsideGuest, Substitution
from ecabinet.meetings.invitation_rules import SubstitutionState
from ecabinet.meetings.models import Attendance as DbAttendance
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.rules import AttendanceHow, MeetingState, ParticipantRole, Rsvp
from ecabinet.registry.export_lists import Words

HEADER = (
    _("TT"), _("Họ và tên"), _("Chức vụ"), _("Đơn vị"), _("Vai trò"), _("Tình trạng"), _("Lý do"), _("Đến lúc"),
    _("Rời lúc"), _("Cách ghi nhận"), _("Sửa đổi"),
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One in the list of a meeting with as what they stand, and since when."""

    person: Participant
    standing: Standing
    last: Mark | None

    @property
    def unit(self) -> str:
        """The unit they are counted with."""
        return self.person.unit_name


@dataclass(frozen=True)
class Attendance:
    """The whole list: everybody, how many of which standing, by unit; guests from outside stand apart."""

    lines: list[Line]
    all: Counted
    units: list[Counted]
    guests: list[OutsideGuest]


def attendance_of(db: Session, meeting: Meeting) -> Attendance:
    """Who stands as what now. Kept for all blocks of one page."""
    known: dict[int, Attendance] = db.info.setdefault("attendance_list", {})
    if meeting.id not in known:
        last = last_marks(timeline.marks(db, meeting.id))
        lines = [
            Line(p, standing(Rsvp(p.rsvp), last.get(p.id), MeetingState(meeting.state)), last.get(p.id))
            for p in queries.participants(db, meeting.id)
        ]
        total, units = counts((line.unit, line.standing) for line in lines)
        known[meeting.id] = Attendance(lines, total, units, outside_guests(db, meeting.id))
    return known[meeting.id]


def own_standing(db: Session, meeting: Meeting, participant: Participant) -> dict[str, object]:
    """For a member's own page: as what they stand, a substitute they proposed, whether they may take part from afar."""
    last = db.execute(
        select(DbAttendance.id, DbAttendance.at, DbAttendance.present, DbAttendance.how)
        .where(DbAttendance.participant_id == participant.id)
        .where(~select(AttendanceCorrection.id).where(AttendanceCorrection.voids_id == DbAttendance.id).exists())
        .order_by(DbAttendance.at.desc(), DbAttendance.id.desc())
        .limit(1)
    ).first()
    mark = Mark(last.id, participant.id, last.at, last.present, AttendanceHow(last.how)) if last is not None else None
    return {
        "standing": standing(Rsvp(participant.rsvp), mark, MeetingState(meeting.state)),
        "proposed": own_substitution(db, participant),
        "online": invitations.wishes_of(db, meeting).online,
    }


def outside_guests(db: Session, meeting_id: int) -> list[OutsideGuest]:
    """Guests from outside, in the order in which they were added; for the minutes too."""
    listed = select(OutsideGuest).where(OutsideGuest.meeting_id == meeting_id, OutsideGuest.removed_at.is_(None))
    return list(db.scalars(listed.order_by(OutsideGuest.id)))


def substitutions(db: Session, meeting_id: int) -> list[Substitution]:
    """Every substitute proposed for a meeting with what became of it, the newest first."""
    return list(
        db.scalars(
            select(Substitution)
            .where(Substitution.meeting_id == meeting_id)
            .options(joinedload(Substitution.participant), joinedload(Substitution.decider))
            .order_by(Substitution.id.desc())
        )
    )


def own_substitution(db: Session, participant: Participant) -> Substitution | None:
    """The last substitute that somebody proposed, unless they took it back."""
    last = db.scalar(
        select(Substitution)
        .where(Substitution.participant_id == participant.id)
        .order_by(Substitution.id.desc())
        .limit(1)
    )
    return last if last is not None and last.state != SubstitutionState.WITHDRAWN else None


def last_answers(db: Session, meeting_id: int) -> dict[int, InvitationAnswer]:
    """Participant → their last answer: when, by whom, whether late."""
    rows = db.scalars(
        select(InvitationAnswer)
        .join(Participant, Participant.id == InvitationAnswer.participant_id)
        .where(Participant.meeting_id == meeting_id)
        .order_by(InvitationAnswer.id)
    )
    return {row.participant_id: row for row in rows}


def rows(db: Session, meeting: Meeting, words: Words) -> Iterator[list[str]]:
    """The list as it is taken away: one line each, with first arrival, last departure and corrections."""
    found = attendance_of(db, meeting)
    entries = timeline.entries(db, meeting.id)
    for number, line in enumerate(found.lines, 1):
        p, own = line.person, entries.get(line.person.id, [])
        came = [e.mark.at for e in own if e.mark.present and not e.mark.voided]
        left = [e.mark.at for e in own if not e.mark.present and not e.mark.voided]
        corrections = [e.reason or e.voided_why for e in own if e.reason or e.voided_why]
        yield [
            str(number), p.name, p.title, p.unit_name, words("role", p.role), words("standing", line.standing),
            p.reason, _said(min(came, default=None)),
            _said(max(left, default=None)) if line.standing == Standing.LEFT else "",
            words("attendance_how", line.last.how) if line.last else "", "; ".join(corrections),
        ]  # fmt: skip
    for number, guest in enumerate(found.guests, len(found.lines) + 1):
        state = Standing.IN_ROOM if guest.present else Standing.INVITED
        yield [
            str(number), guest.name, guest.title, guest.organisation, words("role", ParticipantRole.GUEST),
            words("standing", state), "", "", "", "", "",
        ]  # fmt: skip


def _said(at: datetime | None) -> str:
    return local(at, "%H:%M %d/%m/%Y") if at else ""
