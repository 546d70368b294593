"""Changes of conclusions. None commits. The secretariat writes, the chair announces; signed minutes end it."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import NotFound, Problem
from ecabinet import audit
from ecabinet.meetings.models import Meeting
from ecabinet.minutes import rules
from ecabinet.minutes.facts import CONCLUSION
from ecabinet.minutes.models import Conclusion, Minutes
from ecabinet.minutes.rules import ConclusionState
from ecabinet.tasks import queries as tasks


def load(db: Session, meeting: Meeting, conclusion_id: int) -> Conclusion:
    """A conclusion of this meeting."""
    found = db.get(Conclusion, conclusion_id)
    if found is None or found.meeting_id != meeting.id:
        raise NotFound(f"conclusion {conclusion_id} of meeting {meeting.id}")
    return found


def require_unsigned(db: Session, meeting: Meeting) -> None:
    """What signed minutes tell of is not changed any more."""
    state = db.scalar(select(Minutes.state).where(Minutes.meeting_id == meeting.id))
    if state in rules.OVER:
        raise Problem("minutes_signed")


def add(db: Session, meeting: Meeting, item_id: int | None, text: str, by: int, now: datetime) -> Conclusion:
    """Write a conclusion; nobody but those who run the meeting sees it before it is announced."""
    require_unsigned(db, meeting)
    rules.check_text(text, rules.LONGEST_CONCLUSION)
    last = db.scalar(select(func.max(Conclusion.position)).where(Conclusion.meeting_id == meeting.id)) or 0
    made = Conclusion(
        meeting_id=meeting.id, item_id=item_id, position=last + 1, text=text, state=ConclusionState.DRAFT, revision=1,
        written_by=by, written_at=now,
    )  # fmt: skip
    db.add(made)
    db.flush()
    _tell(db, made, "written", by, now)
    return made


def edit(
    db: Session,
    meeting: Meeting,
    one: Conclusion,
    text: str,
    item_id: int | None,
    revision: int,
    by: int,
    now: datetime,
) -> None:
    """Put it differently; ``revision`` is the one that the writer saw: another's change is not written over."""
    require_unsigned(db, meeting)
    rules.check_text(text, rules.LONGEST_CONCLUSION)
    if revision != one.revision:
        raise Problem("changed_meanwhile")
    if (text, item_id) == (one.text, one.item_id):
        return
    one.text, one.item_id, one.written_by, one.written_at = text, item_id, by, now
    one.revision += 1
    _tell(db, one, "edited", by, now, revision=one.revision)


def announce(db: Session, meeting: Meeting, one: Conclusion, by: int, now: datetime) -> None:
    """Show it to the room; said twice it is announced once."""
    require_unsigned(db, meeting)
    if one.state == ConclusionState.ANNOUNCED:
        return
    one.state, one.announced_at = ConclusionState.ANNOUNCED, now
    _tell(db, one, "announced", by, now)


def take_back(db: Session, meeting: Meeting, one: Conclusion, by: int, now: datetime) -> None:
    """Announced by mistake: the room does not see it any more."""
    require_unsigned(db, meeting)
    if one.state != ConclusionState.ANNOUNCED:
        raise Problem("wrong_state")
    one.state, one.announced_at = ConclusionState.DRAFT, None
    _tell(db, one, "taken_back", by, now)


def remove(db: Session, meeting: Meeting, one: Conclusion, by: int, now: datetime) -> None:
    """A draft from which no task was given."""
    require_unsigned(db, meeting)
    if one.state != ConclusionState.DRAFT:
        raise Problem("wrong_state")
    source = (CONCLUSION, one.id)
    if tasks.of_sources(db, [source])[source]:
        raise Problem("conclusion_has_tasks")
    _tell(db, one, "removed", by, now)
    changed(db, "conclusion", one.id)
    db.delete(one)


def move(db: Session, meeting: Meeting, one: Conclusion, step: int) -> None:
    """One place up (-1) or down (+1); at the edge it stays."""
    require_unsigned(db, meeting)
    found = select(Conclusion).where(Conclusion.meeting_id == meeting.id).order_by(Conclusion.position, Conclusion.id)
    order = list(db.scalars(found))
    here = order.index(one)
    there = min(max(here + step, 0), len(order) - 1)
    order.insert(there, order.pop(here))
    for position, each in enumerate(order, 1):
        each.position = position
    changed(db, "conclusions", meeting.id)


def _tell(db: Session, one: Conclusion, what: str, by: int, now: datetime, **details: object) -> None:
    audit.record(db, by, f"conclusion_{what}", f"meeting:{one.meeting_id}", now, conclusion=one.id, **details)
    changed(db, "conclusions", one.meeting_id)
