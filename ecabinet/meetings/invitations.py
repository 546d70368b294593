"""Changes of invitations: how a meeting invites, answers with their history, substitutes to approve, outside guests.

None commits or sends: what people are told is written beside it, and the worker sends it.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import Invalid, NotFound, Problem
from ecabinet.access import Person
from ecabinet.audit import record
from ecabinet.meetings import attendance, rules
from ecabinet.meetings import invitation_rules as inviting
from ecabinet.meetings.attendance import NewCode
from ecabinet.meetings.invitation_models import (
    GuestVisit,
    InvitationAnswer,
    InvitationSetting,
    OutsideGuest,
    Substitution,
)
from ecabinet.meetings.invitation_rules import AbsenceCategory, SubstitutionState, Wishes
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.rules import ParticipantRole, Rsvp
from ecabinet.notices.operations import tell, tell_all
from ecabinet.registry.models import Member
from ecabinet.registry.rules import MemberStatus

FIELDS = tuple(name for name in Wishes.__dataclass_fields__ if name != "reminders")


def wishes_of(db: Session, meeting: Meeting) -> Wishes:
    """How a meeting invites: as was said, else as the body's last meeting did (but for its day and note), else as
    usual.
    """
    row = db.get(InvitationSetting, meeting.id)
    if row is not None:
        return _wishes(row)
    if meeting.body_id is None:
        return Wishes()
    last = db.scalar(
        select(InvitationSetting)
        .join(Meeting, Meeting.id == InvitationSetting.meeting_id)
        .where(Meeting.body_id == meeting.body_id, Meeting.starts_at < meeting.starts_at)
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        .limit(1)
    )
    if last is None:
        return Wishes()
    return Wishes(**(vars(_wishes(last)) | {"answer_by": None, "note": ""}))


def _wishes(row: InvitationSetting) -> Wishes:
    return Wishes(**{name: getattr(row, name) for name in FIELDS}, reminders=tuple(row.reminders))


def save_wishes(db: Session, meeting: Meeting, wishes: Wishes, *, answer_by_readable: bool = True) -> None:
    """How this meeting invites from now on."""
    inviting.check_wishes(wishes, meeting.starts_at, answer_by_readable=answer_by_readable)
    row = db.get(InvitationSetting, meeting.id)
    if row is None:
        row = InvitationSetting(meeting_id=meeting.id)
        db.add(row)
    for name in FIELDS:
        setattr(row, name, getattr(wishes, name))
    row.reminders = sorted(set(wishes.reminders), reverse=True)
    changed(db, "meeting", meeting.id)


def answer(
    db: Session,
    participant: Participant,
    rsvp: Rsvp,
    category: AbsenceCategory | None,
    words: str,
    by: Person,
    now: datetime,
) -> None:
    """An answer, by the invited or by the secretary for them. A substitute proposed before falls away."""
    reason = inviting.absence_reason(category, words) if rsvp == Rsvp.ABSENT else ""
    attendance.answer(db, participant, rsvp, reason)
    _withdraw(db, participant, by, now)
    _note(db, participant, rsvp, category, words if rsvp == Rsvp.ABSENT else "", by, now)


def _note(
    db: Session,
    participant: Participant,
    rsvp: Rsvp,
    category: AbsenceCategory | None,
    words: str,
    by: Person,
    now: datetime,
) -> None:
    late = inviting.is_late(wishes_of(db, participant.meeting).answer_by, now)
    db.add(
        InvitationAnswer(
            participant_id=participant.id, at=now, given_by=by.member_id, rsvp=rsvp,
            category=category.value if category is not None and rsvp == Rsvp.ABSENT else "", reason=words, late=late,
        )
    )  # fmt: skip


def _withdraw(db: Session, participant: Participant, by: Person, now: datetime) -> None:
    waiting = update(Substitution).where(
        Substitution.participant_id == participant.id, Substitution.state == SubstitutionState.WAITING
    )
    db.execute(waiting.values(state=SubstitutionState.WITHDRAWN, decided_at=now, decided_by=by.member_id))


def send_substitute(
    db: Session,
    participant: Participant,
    member: Member,
    reason: str,
    by: Person,
    now: datetime,
    new_code: NewCode,
    *,
    by_manager: bool = False,
) -> Substitution:
    """Name somebody to come in one's place. Where the meeting wants it approved, or the day to answer by is over, it
    waits for the chair or the secretary, and nothing else changes until then.
    """
    wishes = wishes_of(db, participant.meeting)
    waits = not by_manager and (wishes.approves_substitutes or inviting.is_late(wishes.answer_by, now))
    _check_substitute(db, participant, member, reason)
    _withdraw(db, participant, by, now)
    named = Substitution(
        meeting_id=participant.meeting_id, participant_id=participant.id, member_id=member.id, name=member.full_name,
        unit_name=member.unit.name, state=SubstitutionState.WAITING, reason=reason, asked_at=now,
        asked_by=by.member_id, refusal="", participant=participant, member=member, meeting=participant.meeting,
    )  # fmt: skip
    db.add(named)
    if waits:
        db.flush()
        _tell_those_who_decide(db, named, now)
        changed(db, "attendance", participant.meeting_id)
        changed(db, "member", participant.member_id)
    else:
        _let_come(db, named, by, now, new_code)
    return named


def _check_substitute(db: Session, participant: Participant, member: Member, reason: str) -> None:
    """What would be refused later is refused now, not when the chair has agreed."""
    rules.check_rsvp(Rsvp.SUBSTITUTED, reason, rules.MeetingState(participant.meeting.state))
    if participant.role == ParticipantRole.SUBSTITUTE:
        raise Problem("substitute_of_substitute")
    if member.status != MemberStatus.ACTIVE:
        raise Problem("no_such_member")
    known = db.scalar(
        select(Participant.id).where(
            Participant.meeting_id == participant.meeting_id,
            Participant.member_id == member.id,
            Participant.represents_id.is_distinct_from(participant.id),
        )
    )
    if known is not None:
        raise Problem("already_invited", field="substitute")


def _let_come(db: Session, named: Substitution, by: Person, now: datetime, new_code: NewCode) -> None:
    named.state, named.decided_at, named.decided_by = SubstitutionState.APPROVED, now, by.member_id
    attendance.send_substitute(db, named.participant, named.member, named.reason, new_code)
    _note(db, named.participant, Rsvp.SUBSTITUTED, None, named.reason, by, now)


def decide(
    db: Session, named: Substitution, *, agreed: bool, refusal: str, by: Person, now: datetime, new_code: NewCode
) -> None:
    """The chair or the secretary approves a substitute, or refuses with a reason. Nobody decides on their own."""
    if named.state != SubstitutionState.WAITING:
        raise Problem("wrong_state")
    if named.participant.member_id == by.member_id:
        raise Problem("not_yourself")
    meeting = named.meeting
    if agreed:
        _let_come(db, named, by, now, new_code)
        said = f"Đồng chí {named.name} được dự thay đồng chí tại phiên họp."
    else:
        inviting.check_refusal(refusal)
        named.state, named.refusal = SubstitutionState.REFUSED, refusal
        named.decided_at, named.decided_by = now, by.member_id
        said = f"Việc cử đồng chí {named.name} dự thay không được đồng ý. Lý do: {refusal}"
    record(db, by.member_id, "substitute_approved" if agreed else "substitute_refused", f"meeting:{meeting.id}", now,
           participant=named.participant_id, substitute=named.member_id)  # fmt: skip
    link = f"/meetings/{meeting.id}/invitation"
    tell(db, named.participant.member_id, f"Dự thay: {meeting.title}", said, link, now)
    changed(db, "attendance", meeting.id)
    changed(db, "member", named.participant.member_id)


def _tell_those_who_decide(db: Session, named: Substitution, now: datetime) -> None:
    running = db.scalars(
        select(Participant.member_id).where(
            Participant.meeting_id == named.meeting_id,
            Participant.role.in_(rules.RUNS_MEETING),
            Participant.member_id != named.participant.member_id,
        )
    ).all()
    said = f"Đồng chí {named.participant.name} đề nghị để đồng chí {named.name} ({named.unit_name}) dự thay."
    link = f"/meetings/{named.meeting_id}/invitations"
    tell_all(db, running, f"Chờ duyệt dự thay: {named.meeting.title}", said, link, now)


def add_guest(
    db: Session, meeting: Meeting, name: str, organisation: str, title: str, by: Person, now: datetime
) -> OutsideGuest:
    """A guest who is in no registry."""
    faults: dict[str, Problem] = {}
    for field, value, limit in (("name", name, 100), ("organisation", organisation, 200), ("title", title, 100)):
        if not value and field != "title":
            faults[f"guest_{field}"] = Problem("missing")
        elif len(value) > limit:
            faults[f"guest_{field}"] = Problem("too_long", limit=limit)
    if faults:
        raise Invalid(faults)
    guest = OutsideGuest(
        meeting_id=meeting.id, name=name, organisation=organisation, title=title, present=False, added_at=now,
        added_by=by.member_id,
    )  # fmt: skip
    db.add(guest)
    db.flush()
    changed(db, "attendance", meeting.id)
    return guest


def load_guest(db: Session, meeting: Meeting, guest_id: int) -> OutsideGuest:
    """A guest from outside of this meeting."""
    guest = db.get(OutsideGuest, guest_id)
    if guest is None or guest.meeting_id != meeting.id or guest.removed_at is not None:
        raise NotFound(f"guest {guest_id} of meeting {meeting.id}")
    return guest


def remove_guest(db: Session, guest: OutsideGuest, now: datetime) -> None:
    """Strike a guest from the list; one who has been in the room stays in it."""
    if db.scalar(select(GuestVisit.id).where(GuestVisit.guest_id == guest.id).limit(1)) is not None:
        raise Problem("guest_came")
    guest.removed_at = now
    changed(db, "attendance", guest.meeting_id)


def record_guest(db: Session, meeting: Meeting, guest: OutsideGuest, present: bool, by: Person, now: datetime) -> bool:
    """The secretary lets a guest in or sees them off; saying again what is so changes nothing and answers False."""
    db.flush()
    db.refresh(guest, ["present"], with_for_update={"key_share": True})
    if guest.present == present:
        return False
    if meeting.state not in rules.ROOM_IS_OPEN:
        raise Problem("wrong_state")
    guest.present = present
    db.add(GuestVisit(guest_id=guest.id, at=now, present=present, recorded_by=by.member_id))
    changed(db, "attendance", meeting.id)
    return True
