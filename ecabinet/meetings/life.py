"""The steps of a meeting's life. None commits; each is a dated line of its history and an entry of the audit trail."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import Invalid, Problem
from ecabinet import audit
from ecabinet.access import ancestors
from ecabinet.meetings import life_rules, rules, speaker_turns
from ecabinet.meetings.agenda import begin_turn, end_turn
from ecabinet.meetings.life_models import MeetingNotice, MeetingPolicy, MeetingStep
from ecabinet.meetings.life_rules import Action, NoticeKind
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.paper_access import relabel
from ecabinet.meetings.rules import LONGEST_MEETING, RUNS_MEETING, MeetingState, Rsvp
from ecabinet.registry.models import Unit


@dataclass(frozen=True)
class Act:
    """Who does it (a member's id) and when."""

    by: int | None
    now: datetime


def set_policy(db: Session, unit: Unit, approval: bool | None, act: Act) -> None:
    """Whether meetings of the unit and of all below want approval; None: as the units above have it."""
    policy = db.get(MeetingPolicy, unit.id)
    if approval is None and policy is not None:
        db.delete(policy)
    elif approval is not None:
        policy = policy or MeetingPolicy(unit_id=unit.id)
        policy.approval, policy.set_by, policy.set_at = approval, act.by or 0, act.now
        db.add(policy)
    audit.record(db, act.by, "meeting_policy", f"unit:{unit.id}", act.now, approval=approval)


def needs_approval(db: Session, unit: Unit) -> bool:
    """Whether meetings of this unit are approved before people are invited."""
    settings = select(MeetingPolicy.unit_id, MeetingPolicy.approval).where(
        MeetingPolicy.unit_id.in_(ancestors(unit.path))
    )
    return life_rules.policy_of(unit.path, {unit_id: approval for unit_id, approval in db.execute(settings)})


def take(db: Session, meeting: Meeting, action: Action, act: Act, reason: str = "") -> None:
    """One step. A postponement has its own: :func:`postpone`."""
    if action == Action.POSTPONE:
        raise Problem("malformed")
    wanted = needs_approval(db, meeting.unit) if action in (Action.INVITE, Action.SUBMIT) else False
    state = life_rules.check_step(action, MeetingState(meeting.state), reason=reason, needs_approval=wanted)
    if action == Action.APPROVE:
        life_rules.check_approver(_submitted_by(db, meeting), act.by)
    meeting.state = state
    _begin_or_end(db, meeting, state, act)
    _note(db, meeting, action, act, reason)
    if action in TELLS:
        kind, all_invited = TELLS[action]
        tell(db, meeting, kind, reason, act, all_invited=all_invited)
    changed(db, "meeting", meeting.id)


TELLS = {
    Action.APPROVE: (NoticeKind.APPROVED, False),
    Action.RETURN: (NoticeKind.RETURNED, False),
    Action.CANCEL: (NoticeKind.CANCELLED, True),
}
"""Who is told of a step: those who run the meeting, or all invited."""


def _begin_or_end(db: Session, meeting: Meeting, state: MeetingState, act: Act) -> None:
    """With the invitations the papers open to the offices above; clocks begin and end with the meeting."""
    if state == MeetingState.INVITED:
        relabel(db, meeting, act.now)
    elif state == MeetingState.UNDER_WAY:
        begin_turn(db, meeting, act.now)
    elif state == MeetingState.CONCLUDED:
        end_turn(db, meeting, act.now)
        speaker_turns.close(db, meeting, act.now)


def postpone(
    db: Session, meeting: Meeting, starts_at: datetime | None, ends_at: datetime | None, reason: str, act: Act
) -> None:
    """A new time for those invited: they are told, and answers given for the former time are asked for anew."""
    life_rules.check_step(Action.POSTPONE, MeetingState(meeting.state), reason=reason)
    faults: dict[str, Problem] = {}
    if starts_at is None:
        faults["starts_at"] = Problem("not_a_time")
    elif starts_at == meeting.starts_at and ends_at == meeting.ends_at:
        faults["starts_at"] = Problem("same_time")
    elif starts_at < act.now:
        faults["starts_at"] = Problem("already_over")
    if ends_at is None:
        faults["ends_at"] = Problem("not_a_time")
    elif starts_at is not None and ends_at <= starts_at:
        faults["ends_at"] = Problem("ends_before_start")
    elif starts_at is not None and ends_at - starts_at > LONGEST_MEETING:
        faults["ends_at"] = Problem("meeting_too_long", days=LONGEST_MEETING.days)
    if faults or starts_at is None or ends_at is None:
        raise Invalid(faults)
    was, meeting.starts_at, meeting.ends_at = meeting.starts_at, starts_at, ends_at
    answers = update(Participant).where(
        Participant.meeting_id == meeting.id, Participant.rsvp.in_((Rsvp.ACCEPTED, Rsvp.ABSENT))
    )
    db.execute(answers.values(rsvp=Rsvp.PENDING, reason=""))
    _note(db, meeting, Action.POSTPONE, act, reason, was)
    tell(db, meeting, NoticeKind.POSTPONED, reason, act, all_invited=True)
    changed(db, "meeting", meeting.id)
    changed(db, "attendance", meeting.id)


def _submitted_by(db: Session, meeting: Meeting) -> int | None:
    steps = select(MeetingStep.member_id).where(
        MeetingStep.meeting_id == meeting.id, MeetingStep.action == Action.SUBMIT
    )
    return db.scalar(steps.order_by(MeetingStep.id.desc()).limit(1))


def _note(db: Session, meeting: Meeting, action: Action, act: Act, reason: str, was: datetime | None = None) -> None:
    db.add(
        MeetingStep(
            meeting_id=meeting.id, at=act.now, member_id=act.by, action=action, reason=reason, was_starts_at=was
        )
    )
    details = {"reason": reason} if reason else {}
    if was is not None:
        details |= {"was": was.isoformat(), "starts_at": meeting.starts_at.isoformat()}
    audit.record(db, act.by, f"meeting_{action}", f"meeting:{meeting.id}", act.now, **details)


def tell(db: Session, meeting: Meeting, kind: NoticeKind, reason: str, act: Act, *, all_invited: bool) -> None:
    """A notice for each of these but the one who does it; what was said of the meeting before counts as read."""
    people = select(Participant.member_id).where(Participant.meeting_id == meeting.id)
    if not all_invited:
        people = people.where(Participant.role.in_(RUNS_MEETING))
    _keep(db, meeting, kind, reason, act.now, [member_id for member_id in db.scalars(people) if member_id != act.by])


def _keep(db: Session, meeting: Meeting, kind: NoticeKind, reason: str, now: datetime, members: Iterable[int]) -> None:
    wanted = sorted(set(members))
    older = update(MeetingNotice).where(
        MeetingNotice.meeting_id == meeting.id, MeetingNotice.member_id.in_(wanted), MeetingNotice.read_at.is_(None)
    )
    db.execute(older.values(read_at=now))
    db.add_all(
        MeetingNotice(meeting_id=meeting.id, member_id=member, kind=kind, reason=reason, at=now) for member in wanted
    )
    for member in wanted:
        changed(db, "member", member)


def read_notices(db: Session, member_id: int, now: datetime) -> None:
    """They have read what there was."""
    unread = update(MeetingNotice).where(MeetingNotice.member_id == member_id, MeetingNotice.read_at.is_(None))
    db.execute(unread.values(read_at=now))
    changed(db, "member", member_id)


def told_of_place(db: Session, meeting: Meeting, act: Act) -> None:
    """Another place for those who were invited already."""
    if meeting.state == rules.MeetingState.INVITED:
        tell(db, meeting, NoticeKind.MOVED, meeting.place, act, all_invited=True)
