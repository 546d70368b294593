"""Whom an item of the agenda is for. None commits or tells anybody."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import Invalid, Problem
from ecabinet import audit
from ecabinet.meetings.agenda import was_open
from ecabinet.meetings.models import AgendaItem, ItemAudience, Meeting, Participant
from ecabinet.meetings.paper_access import relabel


def limit(
    db: Session,
    meeting: Meeting,
    item: AgendaItem,
    people: Collection[int],
    *,
    in_minutes: bool,
    by: int,
    now: datetime,
) -> None:
    """Keep an item, with what stands below it, for these participants and for those who run the meeting; the minutes
    for all tell of it only where ``in_minutes``. What all have dealt with cannot be taken from them afterwards.
    """
    invited = select(Participant.id).where(Participant.meeting_id == meeting.id, Participant.id.in_(people))
    named = set(db.scalars(invited))
    if named != set(people):
        raise Problem("malformed")
    if not named:
        raise Invalid({"people": Problem("nobody_chosen")})
    if not item.limited and was_open(db, meeting, item):
        raise Invalid({"people": Problem("item_was_open")})
    db.execute(delete(ItemAudience).where(ItemAudience.item_id == item.id))
    db.add_all(ItemAudience(item_id=item.id, participant_id=one) for one in named)
    item.limited, item.in_minutes = True, in_minutes
    _tell(db, meeting, now)
    audit.record(db, by, "item_limited", f"item:{item.id}", now, participants=sorted(named), in_minutes=in_minutes)


def open_to_all(db: Session, meeting: Meeting, item: AgendaItem, by: int, now: datetime) -> None:
    """Give an item to everybody invited."""
    if not item.limited:
        return
    db.execute(delete(ItemAudience).where(ItemAudience.item_id == item.id))
    item.limited = item.in_minutes = False
    _tell(db, meeting, now)
    audit.record(db, by, "item_opened_to_all", f"item:{item.id}", now)


def _tell(db: Session, meeting: Meeting, now: datetime) -> None:
    db.flush()
    relabel(db, meeting, now)
    changed(db, "circle", meeting.id)
    changed(db, "agenda", meeting.id)
    changed(db, "polls", meeting.id)
