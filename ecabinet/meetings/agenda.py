"""Changes of the agenda. None commits or tells anybody.

Who changes the outline holds the lock of :func:`ecabinet.meetings.queries.load_to_change`: each change is made to what
the one before has left.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from documents.blobs import Blob
from documents.database import changed
from documents.errors import Invalid, NotFound, Problem
from ecabinet.meetings import agenda_rules as rules
from ecabinet.meetings import audience_queries
from ecabinet.meetings.agenda_lines import Typed
from ecabinet.meetings.agenda_rules import Direction, ItemDraft, ItemKind, Line
from ecabinet.meetings.models import AgendaItem, AgendaPresenter, AgendaSetting, AgendaTurn, Meeting, Participant
from ecabinet.meetings.paper_access import relabel
from ecabinet.meetings.rules import MeetingState


@dataclass(frozen=True)
class PaperFile:
    """A file whose bytes are in the blob store already; ``media_type`` was told from its content."""

    title: str
    blob: Blob
    filename: str
    media_type: str


def items_of(db: Session, meeting_id: int) -> list[AgendaItem]:
    """The items of a meeting in order, as rows to change."""
    query = select(AgendaItem).options(selectinload(AgendaItem.presenters)).where(AgendaItem.meeting_id == meeting_id)
    return list(db.scalars(query.order_by(AgendaItem.position)))


def _outline(db: Session, meeting_id: int) -> list[Line]:
    return [item.line for item in items_of(db, meeting_id)]


def add_item(db: Session, meeting: Meeting, title: str, presenter: str, minutes: int | None) -> AgendaItem:
    """A report at the end, at the top level."""
    presenters = (presenter,) if presenter else ()
    return add_items(db, meeting, [Typed(1, ItemDraft(title, minutes, presenters=presenters))])[0]


def add_items(db: Session, meeting: Meeting, typed: Sequence[Typed]) -> list[AgendaItem]:
    """Items at the end, at the depths that their writing suggests as far as a tree allows."""
    present = items_of(db, meeting.id)
    rules.check_count(len(present), len(typed))
    wanted = [(one.depth, one.draft.kind) for one in typed]
    depths = rules.fitted(present[-1].line if present else None, wanted)
    last = present[-1].position if present else 0
    added = []
    for position, (one, depth) in enumerate(zip(typed, depths, strict=True), start=last + 1):
        rules.check_item(one.draft)
        item = AgendaItem(meeting_id=meeting.id, position=position, depth=depth, title="")
        _write(db, meeting, item, one.draft)
        db.add(item)
        added.append(item)
    db.flush()
    changed(db, "agenda", meeting.id)
    return added


def edit_item(db: Session, meeting: Meeting, item: AgendaItem, draft: ItemDraft, now: datetime) -> None:
    """Change an item where it stands. What the room has dealt with cannot be hidden from it afterwards."""
    rules.check_item(draft)
    rules.check_kind(_outline(db, meeting.id), item.id, draft.kind)
    if draft.hidden and not item.hidden and was_open(db, meeting, item):
        raise Invalid({"hidden": Problem("item_was_open")})
    was = item.hidden
    _write(db, meeting, item, draft)
    db.flush()
    if was != item.hidden:
        relabel(db, meeting, now)
    changed(db, "agenda", meeting.id)


def was_open(db: Session, meeting: Meeting, item: AgendaItem) -> bool:
    """Whether the room is at an item or at one below it, or was."""
    outline = _outline(db, meeting.id)
    return _was_open(db, meeting, [outline[n].id for n in rules.branch(outline, item.id)])


def _was_open(db: Session, meeting: Meeting, item_ids: Collection[int]) -> bool:
    """Whether the room is at one of these, or was."""
    turns = select(AgendaTurn.id).where(AgendaTurn.item_id.in_(item_ids)).limit(1)
    return meeting.current_item_id in item_ids or db.scalar(turns) is not None


def _write(db: Session, meeting: Meeting, item: AgendaItem, draft: ItemDraft) -> None:
    item.title, item.minutes, item.kind = draft.title, draft.minutes or 0, draft.kind
    item.description, item.hidden, item.papers_due = draft.description, draft.hidden, draft.papers_due
    if [presenter.name for presenter in item.presenters] == list(draft.presenters):
        return
    invited: dict[str, list[int]] = {}
    people = select(Participant.name, Participant.unit_name, Participant.id).where(
        Participant.meeting_id == meeting.id, Participant.name.in_([name.split(" · ")[0] for name in draft.presenters])
    )
    for name, unit_name, participant_id in db.execute(people):
        for said in (name, f"{name} · {unit_name}"):
            invited.setdefault(said, []).append(participant_id)
    item.presenters = [
        AgendaPresenter(
            position=place,
            # Of two with one name nobody is meant until the unit is said too.
            participant_id=invited[said][0] if len(invited.get(said, ())) == 1 else None,
            name=said.split(" · ")[0] if said in invited else said,
        )
        for place, said in enumerate(draft.presenters, start=1)
    ]


def remove_item(db: Session, item: AgendaItem, now: datetime) -> None:
    """Take an item off the agenda; what stood below it moves up. One that carries papers, votes or speeches, or was
    open, stays: those are on the record.
    """
    meeting = db.get_one(Meeting, item.meeting_id)
    was = _outline(db, meeting.id)
    outline = rules.removed(was, item.id)
    if meeting.current_item_id == item.id:
        raise Problem("item_has_papers")
    db.delete(item)
    try:
        db.flush()
    except IntegrityError as error:
        raise Problem("item_has_papers") from error
    changed(db, "item", item.id)
    _keep(db, meeting, was, outline, now)


def put_item(db: Session, meeting: Meeting, item_id: int, after: int | None, depth: int, now: datetime) -> None:
    """Put an item with all below it behind another one; see :func:`agenda_rules.put`."""
    was = _outline(db, meeting.id)
    _keep(db, meeting, was, rules.put(was, item_id, after, depth), now)


def move_item(db: Session, meeting: Meeting, item_id: int, direction: Direction, now: datetime) -> None:
    """One step of an item with all below it."""
    was = _outline(db, meeting.id)
    _keep(db, meeting, was, rules.moved(was, item_id, direction), now)


def _keep(db: Session, meeting: Meeting, was: Sequence[Line], outline: Sequence[Line], now: datetime) -> None:
    items = {item.id: item for item in items_of(db, meeting.id)}
    before, closed_before = rules.hidden_ids(was), audience_queries.limited(db, meeting.id)
    if not rules.is_tree(outline) or items.keys() != {line.id for line in outline}:
        raise Problem("order_mismatch")
    if _was_open(db, meeting, rules.hidden_ids(outline) - before):
        raise Problem("item_was_open")
    # Two items cannot have one place even for a moment: all step aside first.
    db.execute(update(AgendaItem).where(AgendaItem.meeting_id == meeting.id).values(position=-AgendaItem.position))
    for position, line in enumerate(outline, start=1):
        items[line.id].position, items[line.id].depth = position, line.depth
    db.flush()
    limited = audience_queries.limited(db, meeting.id)
    if _was_open(db, meeting, limited.keys() - closed_before.keys()):
        raise Problem("item_was_open")
    if limited or rules.hidden_ids(outline) != before:
        relabel(db, meeting, now)
    if limited:  # what stands below another item now may be for others
        changed(db, "circle", meeting.id)
    changed(db, "agenda", meeting.id)


def set_numbering(db: Session, meeting: Meeting, numbering: rules.Numbering) -> None:
    """How the items are numbered."""
    setting = setting_of(db, meeting.id)
    setting.numbering = numbering
    db.add(setting)
    changed(db, "agenda", meeting.id)


def setting_of(db: Session, meeting_id: int) -> AgendaSetting:
    """The settings of a meeting's agenda; where there are none yet a new row that is not added."""
    found = db.get(AgendaSetting, meeting_id)
    return found or AgendaSetting(meeting_id=meeting_id, numbering=rules.Numbering.DECIMAL, approves_papers=False)


def go_to_item(db: Session, meeting: Meeting, item_id: int, now: datetime) -> None:
    """The chair opens an item: every screen shows it as the present one, and its clock runs.

    Raises ``meeting_not_under_way`` before the meeting begins, when nobody is counted yet, and after its end.
    """
    item = db.get(AgendaItem, item_id)
    if item is None or item.meeting_id != meeting.id:
        raise NotFound(f"item {item_id} of meeting {meeting.id}")
    if item.id in rules.hidden_ids(_outline(db, meeting.id)):
        raise Problem("item_hidden")
    if meeting.state != MeetingState.UNDER_WAY:
        raise Problem("meeting_not_under_way")
    if meeting.current_item_id == item.id:
        return
    meeting.current_item_id, meeting.current_since = item.id, now
    end_turn(db, meeting, now)
    db.add(AgendaTurn(meeting_id=meeting.id, item_id=item.id, began_at=now))
    db.flush()
    changed(db, "agenda", meeting.id)


def begin_turn(db: Session, meeting: Meeting, now: datetime) -> None:
    """The meeting begins: an item that an earlier release showed before the beginning is open from now on."""
    if meeting.current_item_id is not None:
        meeting.current_since = now
        db.add(AgendaTurn(meeting_id=meeting.id, item_id=meeting.current_item_id, began_at=now))
        changed(db, "agenda", meeting.id)


def end_turn(db: Session, meeting: Meeting, now: datetime) -> None:
    """The item that is open ends, if there is one."""
    turn = db.scalar(select(AgendaTurn).where(AgendaTurn.meeting_id == meeting.id, AgendaTurn.ended_at.is_(None)))
    if turn is not None:
        turn.ended_at = max(now, turn.began_at)
        db.flush()
        changed(db, "agenda", meeting.id)


def take_break(db: Session, meeting: Meeting, title: str, minutes: int | None, now: datetime) -> None:
    """A break of so many minutes from now, behind the item that is open; during a break, so many minutes more."""
    if meeting.state != MeetingState.UNDER_WAY:
        raise Problem("meeting_not_under_way")
    if minutes is None or not 1 <= minutes <= rules.LONGEST_MINUTES:
        raise Invalid({"minutes": Problem("not_in_range", low=1, high=rules.LONGEST_MINUTES)})
    current = db.get(AgendaItem, meeting.current_item_id) if meeting.current_item_id is not None else None
    if current is not None and current.kind == ItemKind.BREAK:
        current.minutes = min(current.minutes + minutes, rules.LONGEST_MINUTES)
        changed(db, "agenda", meeting.id)
        return
    added = add_items(db, meeting, [Typed(1, ItemDraft(title, minutes, ItemKind.BREAK))])[0]
    if current is not None:
        outline = _outline(db, meeting.id)
        places = rules.branch(outline, current.id)
        put_item(db, meeting, added.id, outline[places[-1]].id, current.depth, now)
    go_to_item(db, meeting, added.id, now)


def require_no_break(db: Session, meeting: Meeting) -> None:
    """Raise ``vote_during_break`` while the meeting has a break."""
    current = db.get(AgendaItem, meeting.current_item_id) if meeting.current_item_id is not None else None
    if current is not None and current.kind == ItemKind.BREAK and meeting.state == MeetingState.UNDER_WAY:
        raise Problem("vote_during_break")
