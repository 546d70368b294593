"""What came of what, as the tables of the features say it: asked for many things at once, whichever side they are on.

A meeting leads to its items and minutes, an item to votes, conclusions and resolutions, these to documents, a document
to answers, changes, copies, entries elsewhere and tasks, a task to reports.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ecabinet.meetings.models import AgendaItem
from ecabinet.minutes.models import Conclusion, Minutes, Resolution
from ecabinet.office import links
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.link_models import LinkKind
from ecabinet.tasks.models import Task, TaskEvent, TaskFile
from ecabinet.thread.rules import Edge, Kind, Node
from ecabinet.voting.models import Poll
from ecabinet.voting.rules import PollState

Ids = dict[Kind, set[int]]


def of(db: Session, nodes: Collection[Node]) -> Iterator[Edge]:
    """All edges that begin or end at one of these."""
    ids: Ids = defaultdict(set)
    for node in nodes:
        ids[node.kind].add(node.id)
    yield from _items(db, ids)
    yield from _polls(db, ids)
    yield from _conclusions(db, ids)
    yield from _resolutions(db, ids)
    yield from _minutes(db, ids)
    yield from _tasks(db, ids)
    yield from _reports(db, ids)
    yield from _links(db, nodes)


def _any(ids: Ids, **columns: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    """Rows of which one of these columns, named by the kind it refers to, has one of the ids."""
    return or_(*(column.in_(ids[Kind(kind)]) for kind, column in columns.items()))


def _items(db: Session, ids: Ids) -> Iterator[Edge]:
    if not ids[Kind.MEETING] and not ids[Kind.ITEM]:
        return
    rows = select(AgendaItem.id, AgendaItem.meeting_id).order_by(AgendaItem.position)
    for item, meeting in db.execute(rows.where(_any(ids, meeting=AgendaItem.meeting_id, item=AgendaItem.id))):
        yield Edge(Node(Kind.MEETING, meeting), Node(Kind.ITEM, item), "item")


def _polls(db: Session, ids: Ids) -> Iterator[Edge]:
    wanted = _any(ids, meeting=Poll.meeting_id, item=Poll.item_id, poll=Poll.id)
    for poll, item, meeting in db.execute(select(Poll.id, Poll.item_id, Poll.meeting_id).where(wanted)):
        yield Edge(_of_meeting(item, meeting), Node(Kind.POLL, poll), "poll")


def _of_meeting(item: int | None, meeting: int) -> Node:
    return Node(Kind.ITEM, item) if item is not None else Node(Kind.MEETING, meeting)


def _conclusions(db: Session, ids: Ids) -> Iterator[Edge]:
    wanted = or_(
        _any(ids, meeting=Conclusion.meeting_id, item=Conclusion.item_id, conclusion=Conclusion.id),
        Conclusion.item_id.in_(select(Poll.item_id).where(Poll.id.in_(ids[Kind.POLL]))),
    )
    rows = select(Conclusion.id, Conclusion.item_id, Conclusion.meeting_id).where(wanted).order_by(Conclusion.position)
    yield from _with_votes(db, db.execute(rows).all(), Kind.CONCLUSION)


def _resolutions(db: Session, ids: Ids) -> Iterator[Edge]:
    wanted = or_(
        _any(ids, item=Resolution.item_id, resolution=Resolution.id),
        Resolution.item_id.in_(select(Poll.item_id).where(Poll.id.in_(ids[Kind.POLL]))),
    )
    rows = select(Resolution.id, Resolution.item_id, Resolution.meeting_id).where(wanted)
    yield from _with_votes(db, db.execute(rows).all(), Kind.RESOLUTION)


def _with_votes(db: Session, rows: Collection[Row[int, int | None, int]], kind: Kind) -> Iterator[Edge]:
    """What was concluded at an item came of the item, and of what was voted on there."""
    votes: dict[int, list[int]] = defaultdict(list)
    items = {item for _id, item, _meeting in rows if item is not None}
    for poll in db.scalars(select(Poll).where(Poll.item_id.in_(items), Poll.state != PollState.CANCELLED)):
        votes[poll.item_id or 0].append(poll.id)
    for number, item, meeting in rows:
        made = Node(kind, number)
        yield Edge(_of_meeting(item, meeting), made, kind.value)
        yield from (Edge(Node(Kind.POLL, poll_id), made, kind.value) for poll_id in votes[item or 0])


def _minutes(db: Session, ids: Ids) -> Iterator[Edge]:
    wanted = _any(ids, meeting=Minutes.meeting_id, document=Minutes.document_id)
    rows = select(Minutes.meeting_id, Minutes.document_id).where(wanted)
    for meeting, document in db.execute(rows):
        if document is not None:
            yield Edge(Node(Kind.MEETING, meeting), Node(Kind.DOCUMENT, document), "minutes")


def _tasks(db: Session, ids: Ids) -> Iterator[Edge]:
    sources = (Kind.MEETING, Kind.ITEM, Kind.CONCLUSION, Kind.OFFICE)
    given = [(Task.source_kind == kind.value) & Task.source_id.in_(ids[kind]) for kind in sources if ids[kind]]
    if not given and not ids[Kind.TASK]:
        return
    rows = select(Task.id, Task.source_kind, Task.source_id).where(or_(*given, Task.id.in_(ids[Kind.TASK])))
    for task, kind, source in db.execute(rows.order_by(Task.id)):
        if kind in sources and source is not None:
            yield Edge(Node(Kind(kind), source), Node(Kind.TASK, task), "task")


def _reports(db: Session, ids: Ids) -> Iterator[Edge]:
    wanted = _any(ids, task=TaskEvent.task_id, document=TaskFile.document_id)
    rows = select(TaskEvent.task_id, TaskFile.document_id).join(TaskFile, TaskFile.event_id == TaskEvent.id)
    for task, document in db.execute(rows.where(wanted).order_by(TaskEvent.id)):
        yield Edge(Node(Kind.TASK, task), Node(Kind.DOCUMENT, document), "report")


def _links(db: Session, nodes: Collection[Node]) -> Iterator[Edge]:
    """Every relation says what the first is to the second, so the second was there before."""
    for link in links.around(db, [(LinkKind(kind.value), number) for kind, number in nodes]):
        cause, effect = (link.to_kind, link.to_id), (link.from_kind, link.from_id)
        yield Edge(Node(Kind(cause[0].value), cause[1]), Node(Kind(effect[0].value), effect[1]), link.relation.value)


def plain(db: Session, node: Node) -> Node:
    """A document of the library that stands in a register, or is the draft of a resolution, is that."""
    if node.kind != Kind.DOCUMENT:
        return node
    office = db.scalar(select(OfficeDocument.id).where(OfficeDocument.document_id == node.id))
    if office is not None:
        return Node(Kind.OFFICE, office)
    resolution = db.scalar(select(Resolution.id).where(Resolution.document_id == node.id))
    return Node(Kind.RESOLUTION, resolution) if resolution is not None else node
