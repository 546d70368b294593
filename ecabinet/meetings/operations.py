"""Changes of meetings themselves. None commits or tells anybody: the transaction records what changed."""

from datetime import datetime

from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import Invalid, Problem
from ecabinet.access import Person
from ecabinet.meetings import life, life_rules, rules
from ecabinet.meetings.attendance import NewCode, add_participant
from ecabinet.meetings.models import Meeting
from ecabinet.registry.models import Body, Member, Unit


def create_meeting(
    db: Session, person: Person, unit: Unit, body: Body | None, draft: rules.MeetingDraft, new_code: NewCode
) -> Meeting:
    """A draft meeting of a unit; whoever creates it is its secretary."""
    rules.check_meeting(draft)
    meeting = Meeting(unit_id=unit.id, body_id=body.id if body else None, state=rules.MeetingState.DRAFT, **vars(draft))
    db.add(meeting)
    db.flush()
    member = db.get_one(Member, person.member_id)
    add_participant(db, meeting, member, rules.ParticipantRole.SECRETARY, new_code)
    changed(db, "meeting", meeting.id)
    return meeting


def edit_meeting(db: Session, meeting: Meeting, draft: rules.MeetingDraft) -> bool:
    """Change what was said of a meeting; answers whether its time has changed.

    What a superior has approved is taken back first; the time that people were invited for is only ever postponed.
    """
    rules.check_meeting(draft)
    if meeting.state == rules.MeetingState.APPROVED:
        raise Problem("approved_already")
    times = (draft.starts_at, draft.ends_at) != (meeting.starts_at, meeting.ends_at)
    if times and meeting.state == rules.MeetingState.INVITED:
        raise Invalid({"starts_at": Problem("postpone_instead")})
    for field, value in vars(draft).items():
        setattr(meeting, field, value)
    changed(db, "meeting", meeting.id)
    return times


ACTION_TO: dict[rules.MeetingState, life_rules.Action] = {
    step.to: action
    for action, step in life_rules.STEPS.items()
    if step.to is not None and step.to != rules.MeetingState.DRAFT
}
"""What leads to a state; back to a draft there are several ways."""


def advance(db: Session, meeting: Meeting, state: rules.MeetingState, now: datetime, by: int | None = None) -> None:
    """Bring the meeting to a state that follows its own."""
    life.take(db, meeting, ACTION_TO[state], life.Act(by, now))
