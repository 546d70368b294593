"""Meetings as what can be found: a meeting with the agenda that all have; an item that is not for all by itself."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from documents.search import Entry
from documents.search_query import Field
from ecabinet.access import ancestors, holding_label, meeting_label, member_label, running_label, within
from ecabinet.clock import ZONE, local
from ecabinet.entries import SEPARATOR, EntryKind, itself, key_of
from ecabinet.meetings import agenda_rules, audience_queries
from ecabinet.meetings.models import AgendaItem, Meeting, Paper
from ecabinet.registry.models import Unit

KIND = "meeting"
ITEM = "item"


def seen_labels(meeting: Meeting) -> frozenset[str]:
    """Who sees the meeting, as :func:`ecabinet.meetings.queries.load` decides: those who run it, and the invited once
    they know of it, which their own labels say.
    """
    return frozenset({meeting_label(meeting.id)}) | running_labels(meeting)


def running_labels(meeting: Meeting) -> frozenset[str]:
    """Who runs the meeting: its chair and secretary, and those who hold meetings of its unit."""
    holding = (holding_label(unit_id) for unit_id in ancestors(meeting.unit.path))
    return frozenset({running_label(meeting.id), *holding})


def named(meeting: Meeting) -> str:
    """A meeting among others of the same title."""
    return f"{meeting.title} ({local(meeting.starts_at, '%d/%m/%Y')})"


def meetings_of(db: Session, ids: Iterable[int]) -> dict[int, Meeting]:
    """Meetings with their units and bodies, by id."""
    found = select(Meeting).options(joinedload(Meeting.unit), joinedload(Meeting.body))
    return {meeting.id: meeting for meeting in db.scalars(found.where(Meeting.id.in_(set(ids))))}


def closed_items(db: Session, meetings: Collection[Meeting]) -> dict[int, frozenset[str]]:
    """The items of these meetings that are not for all, and the labels of those whom each is for."""
    return limited_items(db, meetings) | _hidden_items(db, meetings)


def limited_items(db: Session, meetings: Collection[Meeting]) -> dict[int, frozenset[str]]:
    """Of these those for named participants only, who know of them when they know of the meeting."""
    found: dict[int, frozenset[str]] = {}
    for meeting in meetings:
        for item_id in audience_queries.limited(db, meeting.id):
            members = audience_queries.members_for(db, meeting.id, item_id) or set()
            named = map(member_label, members if meeting.announced else ())
            found[item_id] = running_labels(meeting) | frozenset(named)
    return found


def untold_items(db: Session, meetings: Collection[Meeting]) -> set[int]:
    """The items that the minutes for all do not tell of."""
    told = {item_id for meeting in meetings for item_id in audience_queries.in_minutes(db, meeting.id)}
    return _hidden_items(db, meetings).keys() | (limited_items(db, meetings).keys() - told)


def _hidden_items(db: Session, meetings: Collection[Meeting]) -> dict[int, frozenset[str]]:
    agendas = _agendas(db, (meeting.id for meeting in meetings))
    return {
        item_id: running_labels(meeting)
        for meeting in meetings
        for item_id in agenda_rules.hidden_ids([item.line for item in agendas.get(meeting.id, ())])
    }


def _agendas(db: Session, meeting_ids: Iterable[int]) -> dict[int, list[AgendaItem]]:
    found: dict[int, list[AgendaItem]] = defaultdict(list)
    items = select(AgendaItem).options(selectinload(AgendaItem.presenters)).order_by(AgendaItem.position)
    for item in db.scalars(items.where(AgendaItem.meeting_id.in_(set(meeting_ids)))):
        found[item.meeting_id].append(item)
    return found


def _meetings(db: Session, ids: Sequence[int]) -> Iterator[Entry]:
    agendas, found = _agendas(db, ids), meetings_of(db, ids)
    closed = closed_items(db, found.values())
    for meeting in found.values():
        body = meeting.body.name if meeting.body else ""
        items = (_words(item) for item in agendas.get(meeting.id, ()) if item.id not in closed)
        text = SEPARATOR.join(part for part in (meeting.place, body, *items) if part)
        yield _entry(key_of(KIND, meeting.id), meeting, meeting.title, text, seen_labels(meeting))


def _items(db: Session, ids: Sequence[int]) -> Iterator[Entry]:
    items = list(
        db.scalars(
            select(AgendaItem).options(selectinload(AgendaItem.presenters)).where(AgendaItem.id.in_(ids))
        )
    )  # fmt: skip
    of = meetings_of(db, (item.meeting_id for item in items))
    closed = closed_items(db, of.values())
    for item in items:
        if item.id in closed:
            meeting = of[item.meeting_id]
            yield _entry(key_of(ITEM, item.id), meeting, item.title, _words(item), closed[item.id], meeting.title)


def _entry(key: str, meeting: Meeting, title: str, text: str, labels: frozenset[str], heading: str = "") -> Entry:
    return Entry(
        key=key, kind=KIND, title=title, text=text, labels=labels, heading=heading,
        issued_on=meeting.starts_at.astimezone(ZONE).date(), unit=meeting.unit.name, meeting=named(meeting),
        also=((Field.KIND, "phiên họp"), (Field.KIND, "cuộc họp")),
    )  # fmt: skip


def _words(item: AgendaItem) -> str:
    presenters = ", ".join(presenter.name for presenter in item.presenters)
    return SEPARATOR.join(part for part in (item.title, item.description, presenters) if part)


def _items_of(db: Session, meeting_id: int) -> Sequence[int]:
    return db.scalars(select(AgendaItem.id).where(AgendaItem.meeting_id == meeting_id)).all()


def _items_below(db: Session, unit_id: int) -> Sequence[int]:
    return db.scalars(select(AgendaItem.id).where(AgendaItem.meeting_id.in_(below(db, unit_id)))).all()


def below(db: Session, unit_id: int) -> list[int]:
    """The meetings of a unit and of all below it: when one of these is renamed or moved, theirs is to be told anew."""
    path = db.scalar(select(Unit.path).where(Unit.id == unit_id)) or ""
    if not path:
        return []
    return list(db.scalars(select(Meeting.id).join(Unit, Unit.id == Meeting.unit_id).where(within(Unit.path, path))))


def papers_of(db: Session, meeting_id: int) -> list[int]:
    """The documents that lie before a meeting, or wait to."""
    rows = db.execute(
        select(Paper.document_id, Paper.pending_id)
        .join(AgendaItem, AgendaItem.id == Paper.item_id)
        .where(AgendaItem.meeting_id == meeting_id)
    )
    return [number for row in rows for number in row if number is not None]


def meetings_of_papers(db: Session, document_ids: Sequence[int]) -> dict[int, int]:
    """For each document that lies before a meeting, or waits to, the id of that meeting."""
    found: dict[int, int] = {}
    for column in (Paper.pending_id, Paper.document_id):
        rows = db.execute(
            select(column, AgendaItem.meeting_id)
            .join(AgendaItem, AgendaItem.id == Paper.item_id)
            .where(column.in_(document_ids))
        )
        found |= {document_id: meeting_id for document_id, meeting_id in rows if document_id is not None}
    return found


def _pages(_db: Session, ids: Sequence[int]) -> Mapping[int, str]:
    return {number: url_for("meetings.page", meeting_id=number) for number in ids}


def _pages_of_items(db: Session, ids: Sequence[int]) -> Mapping[int, str]:
    rows = db.execute(select(AgendaItem.id, AgendaItem.meeting_id).where(AgendaItem.id.in_(ids)))
    return {number: url_for("meetings.page", meeting_id=meeting_id) for number, meeting_id in rows}


KINDS = (
    EntryKind(KIND, Meeting.id, Meeting.title, _meetings, _pages, {"meeting": itself, "agenda": itself, "unit": below}),
    EntryKind(
        ITEM, AgendaItem.id, AgendaItem.title, _items, _pages_of_items,
        {"item": itself, "meeting": _items_of, "agenda": _items_of, "unit": _items_below},
    ),
)  # fmt: skip
