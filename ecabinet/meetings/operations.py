"""Changes of meetings themselves. None commits or tells anybody: the transaction records what changed."""

from datetime import datetime

from sqlalchemy.orm import Session

from documents.database import changed
from ecabinet.access import Person
from ecabinet.meetings import rules, speaker_turns
from ecabinet.meetings.agenda import begin_turn, end_turn
from ecabinet.meetings.attendance import NewCode, add_participant
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.paper_access import relabel
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
    return meeting


def edit_meeting(db: Session, meeting: Meeting, draft: rules.MeetingDraft) -> None:
    """Change what was said of a meeting."""
    rules.check_meeting(draft)
    for field, value in vars(draft).items():
        setattr(meeting, field, value)
    changed(db, "meeting", meeting.id)


def advance(db: Session, meeting: Meeting, state: rules.MeetingState, now: datetime) -> None:
    """Invite, begin or conclude. With the invitations the papers open to the offices above."""
    rules.check_next(rules.MeetingState(meeting.state), state)
    meeting.state = state
    if state == rules.MeetingState.INVITED:
        relabel(db, meeting, now)
    if state == rules.MeetingState.UNDER_WAY:
        begin_turn(db, meeting, now)
    if state == rules.MeetingState.CONCLUDED:
        end_turn(db, meeting, now)
        speaker_turns.close(db, meeting, now)
    changed(db, "meeting", meeting.id)
