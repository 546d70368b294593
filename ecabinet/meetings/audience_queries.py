"""What is read of items for named participants only."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet.meetings.agenda_rules import Line, hidden_ids
from ecabinet.meetings.audience_rules import Circle, audiences, circle_of, circles
from ecabinet.meetings.models import AgendaItem, ItemAudience, Participant
from ecabinet.meetings.rules import RUNS_MEETING

NOBODY: Circle = frozenset()
"""The circle of those who see what all see."""


def limited(db: Session, meeting_id: int) -> dict[int, frozenset[int]]:
    """By item that is not for all: the participants whom it is for, those who run the meeting among them."""
    if db.get_bind().get_execution_options().get("ecabinet_writes"):
        return _limited(db, meeting_id)
    # Each block of a page asks: for reading it is read once.
    kept: dict[int, dict[int, frozenset[int]]] = db.info.setdefault("limited", {})
    if meeting_id not in kept:
        kept[meeting_id] = _limited(db, meeting_id)
    return kept[meeting_id]


def _limited(db: Session, meeting_id: int) -> dict[int, frozenset[int]]:
    outline = select(AgendaItem.id, AgendaItem.depth, AgendaItem.limited).where(AgendaItem.meeting_id == meeting_id)
    items = db.execute(outline.order_by(AgendaItem.position)).all()
    chosen: dict[int, set[int]] = {item_id: set() for item_id, _depth, is_limited in items if is_limited}
    if not chosen:
        return {}
    named = select(ItemAudience.item_id, ItemAudience.participant_id).where(ItemAudience.item_id.in_(chosen))
    for item_id, participant_id in db.execute(named):
        chosen[item_id].add(participant_id)
    run = select(Participant.id).where(Participant.meeting_id == meeting_id, Participant.role.in_(RUNS_MEETING))
    return audiences(
        [Line(item_id, depth) for item_id, depth, _limited in items],
        {item_id: frozenset(people) for item_id, people in chosen.items()},
        frozenset(db.scalars(run)),
    )


def circle(db: Session, meeting_id: int, participant_id: int | None, *, runs: bool = False) -> Circle:
    """The limited items that somebody sees; ``runs``: one who runs the meeting, and sees all."""
    found = limited(db, meeting_id)
    return frozenset(found) if runs else circle_of(found, participant_id)


def all_circles(db: Session, meeting_id: int) -> frozenset[Circle]:
    """The circles of a meeting: a live page is rendered once for each."""
    return circles(limited(db, meeting_id))


def closed(db: Session, meeting_id: int, seen: Circle) -> frozenset[int]:
    """The limited items that those of a circle do not see."""
    return frozenset(limited(db, meeting_id)) - seen


def in_minutes(db: Session, meeting_id: int) -> Circle:
    """The limited items that the minutes for all tell of: those said to, with what stands below them."""
    items = db.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting_id).order_by(AgendaItem.position))
    found = limited(db, meeting_id)
    told = [Line(one.id, one.depth, hidden=one.limited and not one.in_minutes) for one in items]
    return frozenset(found) - hidden_ids(told)


def chosen_for(db: Session, item_id: int) -> set[int]:
    """The participants named for an item."""
    return set(db.scalars(select(ItemAudience.participant_id).where(ItemAudience.item_id == item_id)))


def members_for(db: Session, meeting_id: int, item_id: int | None) -> set[int] | None:
    """The members whom an item is for; None for all."""
    people = limited(db, meeting_id).get(item_id or 0)
    if people is None:
        return None
    return set(db.scalars(select(Participant.member_id).where(Participant.id.in_(people))))
