"""Changes of who is invited, what they answer and who is here. None commits or tells anybody."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import Problem
from ecabinet.access import Person
from ecabinet.clock import ZONE
from ecabinet.meetings import rules, speaker_turns
from ecabinet.meetings.models import Attendance, Meeting, Participant
from ecabinet.meetings.paper_access import relabel
from ecabinet.registry.models import Body, Member
from ecabinet.registry.queries import Seat, seats_of
from ecabinet.registry.rules import MemberStatus

NewCode = Callable[[], str]


def invite_body(db: Session, meeting: Meeting, body: Body, new_code: NewCode) -> int:
    """Invite a body as it stands on the meeting's day; how many were added. Who was invited stays as invited."""
    seats = seats_of(db, body.id, meeting.starts_at.astimezone(ZONE).date())
    invited = {p.member_id: p for p in db.scalars(select(Participant).where(Participant.meeting_id == meeting.id))}
    added = 0
    for rank, seat in enumerate(seats, start=1):
        known = invited.get(seat.member_id)
        if known is None:
            _add_seat(db, meeting, seat, rank, new_code)
            added += 1
        elif known.represents_id is None and not known.voting:
            # Who prepared the meeting, or was a guest before, may hold a seat in the body too.
            if known.role == rules.ParticipantRole.GUEST:
                known.role = rules.ParticipantRole.DELEGATE
            known.voting, known.title, known.rank = seat.voting, seat.title, rank
            known.weight = seat.weight
    changed(db, "attendance", meeting.id)
    return added


def propose_chair(db: Session, meeting: Meeting) -> None:
    """Who stands first among the seats chairs, unless somebody does: to be changed by those who prepare the meeting."""
    db.flush()
    here = select(Participant).where(Participant.meeting_id == meeting.id)
    if db.scalar(here.where(Participant.role == rules.ParticipantRole.CHAIR).limit(1)) is not None:
        return
    seats = here.where(Participant.voting, Participant.represents_id.is_(None))
    first = db.scalar(seats.order_by(Participant.rank, Participant.id).limit(1))
    if first is not None:
        set_role(db, first, rules.ParticipantRole.CHAIR)


def remove(db: Session, participant: Participant, now: datetime) -> None:
    """Take somebody off the list, with the substitute they named; raises ``invited_takes_part`` once either has come,
    voted, asked for the floor or been heard. Who has got an invitation is told by the worker that it no longer holds.
    """
    meeting = participant.meeting
    meeting_id = meeting.id
    if participant.role == rules.ParticipantRole.SUBSTITUTE:
        raise Problem("wrong_state")
    here = select(Participant).where(or_(Participant.id == participant.id, Participant.represents_id == participant.id))
    gone = list(db.scalars(here.order_by(Participant.represents_id.is_(None)).with_for_update()))
    if any(one.present for one in gone):
        raise Problem("invited_takes_part")
    try:
        for one in gone:  # the substitute first
            db.delete(one)
            db.flush()
    except IntegrityError as error:
        raise Problem("invited_takes_part") from error
    for one in gone:
        changed(db, "member", one.member_id)
        changed(db, "seat", one.member_id)
    relabel(db, meeting, now)
    changed(db, "attendance", meeting_id)
    changed(db, "agenda", meeting_id)
    changed(db, "seats", meeting_id)


def invite_guest(db: Session, meeting: Meeting, member: Member, new_code: NewCode) -> Participant:
    """Invite someone from outside the body: a guest has no vote."""
    _require_active(member)
    guest = add_participant(db, meeting, member, rules.ParticipantRole.GUEST, new_code)
    changed(db, "attendance", meeting.id)
    return guest


def set_role(db: Session, participant: Participant, role: rules.ParticipantRole) -> None:
    """Make someone chair, secretary or delegate of this meeting."""
    if rules.ParticipantRole.SUBSTITUTE in (role, participant.role):
        raise Problem("wrong_state")
    if role == rules.ParticipantRole.GUEST and participant.voting:
        raise Problem("seat_is_no_guest")
    participant.role = role
    changed(db, "attendance", participant.meeting_id)
    changed(db, "member", participant.member_id)
    changed(db, "seat", participant.member_id)


def set_scrutineer(db: Session, participant: Participant, *, chosen: bool) -> None:
    """Make someone a scrutineer (ban kiểm phiếu) of this meeting, or no longer."""
    participant.scrutineer = chosen
    changed(db, "attendance", participant.meeting_id)
    changed(db, "member", participant.member_id)


def answer(db: Session, participant: Participant, rsvp: rules.Rsvp, reason: str) -> None:
    """Accept, or be absent with a reason. A substitute named before falls away unless already here."""
    rules.check_rsvp(rsvp, reason, rules.MeetingState(participant.meeting.state))
    _withdraw_substitute(db, participant)
    participant.rsvp = rsvp
    participant.reason = reason if rsvp == rules.Rsvp.ABSENT else ""
    changed(db, "attendance", participant.meeting_id)
    changed(db, "member", participant.member_id)


def send_substitute(
    db: Session, participant: Participant, member: Member, reason: str, new_code: NewCode
) -> Participant:
    """Send another member in one's place; with the body's leave the substitute votes for the one represented."""
    rules.check_rsvp(rules.Rsvp.SUBSTITUTED, reason, rules.MeetingState(participant.meeting.state))
    if participant.role == rules.ParticipantRole.SUBSTITUTE:
        raise Problem("substitute_of_substitute")
    _require_active(member)
    invited = db.scalar(
        select(Participant).where(Participant.meeting_id == participant.meeting_id, Participant.member_id == member.id)
    )
    if invited is not None and invited.represents_id != participant.id:
        raise Problem("already_invited", field="substitute")
    if invited is None:
        _withdraw_substitute(db, participant)
        invited = add_participant(db, participant.meeting, member, rules.ParticipantRole.SUBSTITUTE, new_code)
    body = participant.meeting.body
    invited.represents_id = participant.id
    invited.rank = participant.rank
    invited.voting = participant.voting and (body is None or body.substitutes_vote)
    invited.weight = participant.weight
    participant.rsvp, participant.reason = rules.Rsvp.SUBSTITUTED, reason
    changed(db, "attendance", participant.meeting_id)
    changed(db, "member", participant.member_id)
    return invited


def record_attendance(
    db: Session, participant: Participant, present: bool, how: rules.AttendanceHow, by: Person, now: datetime
) -> bool:
    """Record an arrival or a departure; saying again what is so already changes nothing and answers False."""
    # Two taps at once are two transactions: the second waits here and then finds the first one's arrival.
    db.flush()
    db.refresh(participant, ["present"], with_for_update={"key_share": True})
    if participant.present == present:
        return False
    if participant.meeting.state not in rules.ROOM_IS_OPEN:
        raise Problem("wrong_state")
    participant.present = present
    if not present:
        speaker_turns.leave(db, participant, now)
    db.add(Attendance(participant_id=participant.id, at=now, present=present, how=how, recorded_by=by.member_id))
    changed(db, "attendance", participant.meeting_id)
    changed(db, "member", participant.member_id)
    return True


def by_code(db: Session, meeting: Meeting, code: str) -> Participant:
    """Whose invitation of this meeting the code is on; raises ``door_code_unknown``."""
    found = db.scalar(select(Participant).where(Participant.check_in_code == code))
    if found is None or found.meeting_id != meeting.id:
        raise Problem("door_code_unknown")
    return found


def _require_active(member: Member) -> None:
    if member.status != MemberStatus.ACTIVE:
        raise Problem("no_such_member")


def _withdraw_substitute(db: Session, participant: Participant) -> None:
    for substitute in db.scalars(select(Participant).where(Participant.represents_id == participant.id)):
        came = db.scalar(select(func.count()).select_from(Attendance).where(Attendance.participant_id == substitute.id))
        if came:
            raise Problem("substitute_came")
        db.delete(substitute)
        db.flush()
        changed(db, "seat", substitute.member_id)


def _add_seat(db: Session, meeting: Meeting, seat: Seat, rank: int, new_code: NewCode) -> None:
    participant = Participant(
        meeting_id=meeting.id,
        member_id=seat.member_id,
        name=seat.name,
        unit_name=seat.unit_name,
        title=seat.title,
        rank=rank,
        role=rules.ParticipantRole.DELEGATE,
        voting=seat.voting,
        weight=seat.weight,
        rsvp=rules.Rsvp.PENDING,
        check_in_code=new_code(),
    )
    db.add(participant)


def add_participant(
    db: Session, meeting: Meeting, member: Member, role: rules.ParticipantRole, new_code: NewCode
) -> Participant:
    """Add one who does not come from the body: no vote, below all seats; raises ``already_invited``."""
    known = db.scalar(
        select(Participant.id).where(Participant.meeting_id == meeting.id, Participant.member_id == member.id)
    )
    if known is not None:
        raise Problem("already_invited", field="member")
    participant = Participant(
        meeting_id=meeting.id,
        member_id=member.id,
        name=member.full_name,
        unit_name=member.unit.name,
        title="",
        rank=1000,
        role=role,
        voting=False,
        rsvp=rules.Rsvp.PENDING,
        check_in_code=new_code(),
    )
    db.add(participant)
    db.flush()
    return participant


# Plain columns: making objects of a thousand participants takes longer than deciding from them.
_PLACES = select(
    Participant.id,
    Participant.member_id,
    Participant.represents_id,
    Participant.role,
    Participant.rsvp,
    Participant.voting,
    Participant.present,
    Participant.weight,
    Participant.unit_name,
).where(Participant.meeting_id == bindparam("meeting_id"))


def places(db: Session, meeting_id: int) -> list[rules.Place]:
    """All invited, as the plain values that the rules of quorum and entitlement decide from."""
    return [
        rules.Place(
            participant_id=participant_id,
            member_id=member_id,
            seat_id=represents_id or participant_id,
            role=rules.ParticipantRole(role),
            rsvp=rules.Rsvp(rsvp),
            voting=voting,
            present=present,
            weight=weight,
            unit=unit,
        )
        for participant_id, member_id, represents_id, role, rsvp, voting, present, weight, unit in db.execute(
            _PLACES, {"meeting_id": meeting_id}
        )
    ]
