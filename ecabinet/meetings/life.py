"""The steps of a meeting's life. None commits; each is a dated line of its history and an entry of the audit trail."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import Invalid, Problem
from ecabinet import audit
from ecabinet.access import GRANTS, Permission, ancestors
from ecabinet.clock import local
from ecabinet.meetings import life_rules, speaker_turns
from ecabinet.meetings.agenda import begin_turn, end_turn
from ecabinet.meetings.life_models import MeetingPolicy, MeetingStep
from ecabinet.meetings.life_rules import Action
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.paper_access import relabel
from ecabinet.meetings.rules import LONGEST_MEETING, RUNS_MEETING, MeetingState, Rsvp
from ecabinet.notices.operations import tell_all
from ecabinet.registry.models import Account, Unit, UnitRole


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
    _tell(db, meeting, action, reason, act)
    changed(db, "meeting", meeting.id)


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


def _tell(db: Session, meeting: Meeting, action: Action, reason: str, act: Act) -> None:
    """Who approves hears of what waits for them, who runs the meeting of the answer. The invited hear of another time
    or place, or that it is off, by :mod:`ecabinet.meetings.telling`.
    """
    link = f"/meetings/{meeting.id}/life"
    if action == Action.SUBMIT:
        text = f"{meeting.title}, {local(meeting.starts_at, '%H:%M %d/%m/%Y')}. {meeting.unit.name} trình phê duyệt."
        members = {one for one in _approvers(db, meeting.unit) if one != act.by}
        tell_all(db, members, f"Trình phê duyệt: {meeting.title}", text, link, act.now)
    elif action in (Action.APPROVE, Action.RETURN):
        people = select(Participant.member_id).where(
            Participant.meeting_id == meeting.id, Participant.role.in_(RUNS_MEETING)
        )
        word = "Đã phê duyệt" if action == Action.APPROVE else "Trả lại"
        text = f"{word}: {meeting.title}." + (f" Lý do: {reason}." if reason else "")
        tell_all(
            db, {one for one in db.scalars(people) if one != act.by}, f"{word}: {meeting.title}", text, link, act.now
        )


def _approvers(db: Session, unit: Unit) -> set[int]:
    """Members who approve for the unit by a role of their own; who only stands in finds it on their first page."""
    roles = [role for role, granted in GRANTS.items() if Permission.APPROVE in granted]
    query = select(Account.member_id).join(UnitRole, UnitRole.account_id == Account.id)
    return set(db.scalars(query.where(UnitRole.role.in_(roles), UnitRole.unit_id.in_(ancestors(unit.path)))))
