"""The thread of one thing for one reader: what they may open, in the words and with the places of its own pages."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from documents.errors import NotFound
from documents.models import Document
from documents.queries import open_to
from ecabinet.access import Person
from ecabinet.entries import EntryTable, key_of
from ecabinet.meetings import entries as meetings
from ecabinet.meetings.models import AgendaItem
from ecabinet.minutes.models import Resolution
from ecabinet.office.document_models import OfficeDocument
from ecabinet.tasks.models import Task
from ecabinet.thread import edges, rules
from ecabinet.thread.rules import Kind, Node, Side, Step

BY_ENTRY = frozenset({Kind.MEETING, Kind.POLL, Kind.CONCLUSION, Kind.TASK})
"""Kinds of which each is something that the search finds: it knows their words, and who may read them."""


@dataclass(frozen=True)
class Thing:
    """What is said of a thing. ``state`` is a word of the list of states of its kind, "" where there is none."""

    node: Node
    title: str
    note: str
    on: date | None
    place: str
    state: str = ""


@dataclass(frozen=True)
class Line:
    """A thing at its place in the thread."""

    step: Step
    thing: Thing


@dataclass(frozen=True)
class Thread:
    """``before``: what it came from, the first of all first; ``after``: what came of it, nearest first."""

    start: Thing
    before: tuple[Line, ...]
    after: tuple[Line, ...]
    cut: bool

    @property
    def bare(self) -> bool:
        """Whether there is nothing but the thing itself."""
        return not self.before and not self.after


def thread(db: Session, table: EntryTable, person: Person, wanted: Node) -> Thread:
    """The thread of a thing; raises :class:`NotFound` where it is not there for this person.

    The session is for this alone: reading what is found empties it.
    """
    start = edges.plain(db, wanted)
    things = {thing.node: thing for thing in _things(db, table, person, [start])}
    if start not in things:
        raise NotFound(f"{start.kind} {start.id}")

    def visible(nodes: Collection[Node]) -> Collection[Node]:
        things.update({thing.node: thing for thing in _things(db, table, person, nodes)})
        return [node for node in nodes if node in things]

    before = rules.walk(start, partial(edges.of, db), visible, back=True)
    after = rules.walk(start, partial(edges.of, db), visible, back=False)

    def lines(side: Side) -> list[Line]:
        return [Line(step, things[step.node]) for step in side.steps]

    return Thread(things[start], tuple(reversed(lines(before))), tuple(lines(after)), before.cut or after.cut)


def _things(db: Session, table: EntryTable, person: Person, nodes: Collection[Node]) -> Iterator[Thing]:
    ids = {kind: [node.id for node in nodes if node.kind == kind] for kind in Kind}
    keys = [key_of(kind.value, number) for kind in sorted(BY_ENTRY) for number in ids[kind]]
    yield from _by_entry(db, table, person, keys)
    for kind, read in _READ.items():
        if ids[kind]:
            yield from read(db, person, ids[kind])


def _by_entry(db: Session, table: EntryTable, person: Person, keys: list[str]) -> Iterator[Thing]:
    if not keys:
        return
    entries = [entry for entry in table.read(db, keys) if entry.labels & person.labels]
    places = table.places(db, [entry.key for entry in entries])
    tasks = [int(entry.key.partition(":")[2]) for entry in entries if entry.kind == Kind.TASK]
    states = {number: state for number, state in db.execute(select(Task.id, Task.state).where(Task.id.in_(tasks)))}
    for entry in entries:
        kind, _, number = entry.key.partition(":")
        node = Node(Kind(kind), int(number))
        state = states.get(node.id, "") if node.kind == Kind.TASK else ""
        yield Thing(node, entry.title, entry.meeting or entry.unit or "", entry.issued_on, places[entry.key], state)


def _items(db: Session, person: Person, ids: list[int]) -> Iterator[Thing]:
    items = list(db.scalars(select(AgendaItem).where(AgendaItem.id.in_(ids))))
    of = meetings.meetings_of(db, (item.meeting_id for item in items))
    closed = meetings.closed_items(db, of.values())
    for item in items:
        meeting = of[item.meeting_id]
        if closed.get(item.id, meetings.seen_labels(meeting)) & person.labels:
            place = url_for("meetings.page", meeting_id=meeting.id)
            yield Thing(Node(Kind.ITEM, item.id), item.title, meetings.named(meeting), None, place)


def _office(db: Session, person: Person, ids: list[int]) -> Iterator[Thing]:
    rows = select(OfficeDocument).join(Document, Document.id == OfficeDocument.document_id)
    fitting = rows.where(OfficeDocument.id.in_(ids), open_to(person.labels)).options(joinedload(OfficeDocument.unit))
    for doc in db.scalars(fitting):
        note = " · ".join(part for part in (doc.code, doc.unit.name) if part)
        place = url_for("office.page", office_id=doc.id)
        day = doc.issued_on or doc.arrived_on or doc.created_at.date()
        yield Thing(Node(Kind.OFFICE, doc.id), doc.subject, note, day, place, doc.state)


def _documents(db: Session, person: Person, ids: list[int]) -> Iterator[Thing]:
    for document in db.scalars(select(Document).where(Document.id.in_(ids), open_to(person.labels))):
        place = url_for("library.read", document_id=document.id)
        day = document.issued_on or document.created_at.date()
        yield Thing(Node(Kind.DOCUMENT, document.id), document.title, document.number or "", day, place)


def _resolutions(db: Session, person: Person, ids: list[int]) -> Iterator[Thing]:
    found = list(db.scalars(select(Resolution).where(Resolution.id.in_(ids))))
    of = meetings.meetings_of(db, (one.meeting_id for one in found))
    for one in found:
        meeting = of[one.meeting_id]
        if meetings.running_labels(meeting) & person.labels:
            place = url_for("resolutions.page", meeting_id=one.meeting_id, item_id=one.item_id)
            yield Thing(Node(Kind.RESOLUTION, one.id), one.summary, meeting.title, one.changed_at.date(), place)


_READ: dict[Kind, Callable[[Session, Person, list[int]], Iterator[Thing]]] = {
    Kind.ITEM: _items, Kind.OFFICE: _office, Kind.DOCUMENT: _documents, Kind.RESOLUTION: _resolutions,
}  # fmt: skip
