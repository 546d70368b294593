"""What is read of the agenda: items with numbers, clocks and papers; the course of the day; turns for the minutes."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from documents.models import Version
from ecabinet.meetings import agenda_clock_rules, agenda_rules, audience_queries, paper_rules
from ecabinet.meetings.agenda_clock_rules import Day, ItemTime, Slot
from ecabinet.meetings.agenda_rules import ItemKind, Numbering
from ecabinet.meetings.audience_queries import NOBODY
from ecabinet.meetings.audience_rules import Circle
from ecabinet.meetings.models import AgendaItem, AgendaSetting, AgendaTurn, Meeting, Paper
from ecabinet.meetings.paper_rules import PaperState
from ecabinet.meetings.rules import MeetingState
from ecabinet.registry.models import Member


@dataclass(frozen=True)
class PaperLine:
    """A paper under its item, as readers have it: ``id`` is its document, with the newest version and what became of
    its text. ``replaced_at``: when that version took the place of another.
    """

    id: int
    title: str
    version_id: int
    state: str
    reason: str | None
    pages: int | None
    number: int
    replaced_at: datetime | None


@dataclass(frozen=True)
class WorkLine:
    """A paper as those who run the meeting have it, awaited and withdrawn ones too."""

    id: int
    title: str
    state: PaperState
    reason: str
    responsible: str
    submitted_at: datetime | None
    late: bool
    shown: PaperLine | None
    version: int


@dataclass(frozen=True)
class ItemLine:
    """An agenda item. ``number`` stands beside its title, ``full`` names it anywhere; both are empty for a break and
    for what is hidden. ``hidden`` is by itself or with an item above it, ``hides`` by itself; ``begins`` by the plan.
    ``work`` is empty except for those who run the meeting; ``limited``: not for all who are invited.
    """

    id: int
    depth: int
    number: str
    full: str
    kind: ItemKind
    title: str
    description: str
    presenters: list[str]
    minutes: int
    hides: bool
    hidden: bool
    limited: bool
    papers_due: datetime | None
    current: bool
    time: ItemTime
    begins: datetime | None = None
    papers: list[PaperLine] = field(default_factory=list)
    work: list[WorkLine] = field(default_factory=list)

    @property
    def presenter(self) -> str:
        """All who present it."""
        return ", ".join(self.presenters)

    @property
    def is_break(self) -> bool:
        """Whether nothing is dealt with under it."""
        return self.kind == ItemKind.BREAK


def agenda(
    db: Session, meeting: Meeting, *, runs: bool = False, circle: Circle = NOBODY, now: datetime | None = None
) -> list[ItemLine]:
    """The agenda in order, as all have it: what is hidden is not in it, nor what is limited except to ``circle``.
    ``runs``: as those who run the meeting have it, with ``now`` for what is late.
    """
    if db.get_bind().get_execution_options().get("ecabinet_writes"):
        return _agenda(db, meeting, runs, circle, now)
    # Half the blocks of a page show it: for reading it is read once.
    kept: dict[tuple[int, bool, Circle], list[ItemLine]] = db.info.setdefault("agenda", {})
    if (meeting.id, runs, circle) not in kept:
        kept[meeting.id, runs, circle] = _agenda(db, meeting, runs, circle, now)
    return kept[meeting.id, runs, circle]


def _agenda(db: Session, meeting: Meeting, runs: bool, circle: Circle, now: datetime | None) -> list[ItemLine]:
    items = list(
        db.scalars(
            select(AgendaItem)
            .options(selectinload(AgendaItem.presenters))
            .where(AgendaItem.meeting_id == meeting.id)
            .order_by(AgendaItem.position)
        )
    )
    outline = [item.line for item in items]
    hidden = agenda_rules.hidden_ids(outline)
    limited = audience_queries.limited(db, meeting.id)
    # What not all see has no number, so that all count the same.
    counted = [replace(line, hidden=line.hidden or line.id in limited) for line in outline]
    numbers = agenda_rules.numbers(counted, numbering_of(db, meeting.id))
    timed = slots(db, meeting.id, items)
    times = agenda_clock_rules.times(timed)
    begins = agenda_clock_rules.begins([slot for slot in timed if slot.id not in hidden], meeting.starts_at)
    closed = hidden | audience_queries.closed(db, meeting.id, circle)
    shown = items if runs else [item for item in items if item.id not in closed]
    papers, work = _papers(db, shown, now if runs else None)
    return [
        ItemLine(
            id=item.id, depth=item.depth, number=numbers[item.id].label, full=numbers[item.id].full,
            kind=ItemKind(item.kind), title=item.title, description=item.description,
            presenters=[presenter.name for presenter in item.presenters], minutes=item.minutes,
            hides=item.hidden, hidden=item.id in hidden, limited=item.id in limited, papers_due=item.papers_due,
            current=item.id == meeting.current_item_id, time=times[item.id],
            begins=begins.get(item.id), papers=papers[item.id], work=work[item.id],
        )
        for item in shown
    ]  # fmt: skip


def numbering_of(db: Session, meeting_id: int) -> Numbering:
    """How the items of a meeting are numbered."""
    found = db.scalar(select(AgendaSetting.numbering).where(AgendaSetting.meeting_id == meeting_id))
    return Numbering(found) if found else Numbering.DECIMAL


def slots(db: Session, meeting_id: int, items: list[AgendaItem]) -> list[Slot]:
    """The items with their planned length and the time they have been open, as the rules of the clock take them."""
    spent: dict[int, float] = defaultdict(float)
    since: dict[int, datetime] = {}
    for turn in db.scalars(select(AgendaTurn).where(AgendaTurn.meeting_id == meeting_id)):
        if turn.ended_at is None:
            since[turn.item_id] = turn.began_at
        else:
            spent[turn.item_id] += (turn.ended_at - turn.began_at).total_seconds()
    return [Slot(item.id, item.depth, item.minutes * 60, spent[item.id], since.get(item.id)) for item in items]


def _shown_slots(db: Session, meeting: Meeting) -> list[Slot]:
    items = list(
        db.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.id).order_by(AgendaItem.position))
    )
    hidden = agenda_rules.hidden_ids([item.line for item in items])
    return slots(db, meeting.id, [item for item in items if item.id not in hidden])


def planned_end(db: Session, meeting: Meeting) -> datetime | None:
    """When the agenda ends by its plan; None where nothing is planned."""
    total = agenda_clock_rules.planned_total(_shown_slots(db, meeting))
    return meeting.starts_at + timedelta(seconds=total) if total else None


def day_of(db: Session, meeting: Meeting, now: datetime) -> Day | None:
    """The course of a meeting that is under way; None where nothing is planned or it takes more than a day."""
    if meeting.state != MeetingState.UNDER_WAY or (meeting.ends_at - meeting.starts_at).days:
        return None
    return agenda_clock_rules.day(_shown_slots(db, meeting), meeting.starts_at, now)


def is_closed(db: Session, item: AgendaItem, circle: Circle = NOBODY) -> bool:
    """Whether those of a circle do not know of an item: it is hidden, or for others."""
    if item.id in audience_queries.closed(db, item.meeting_id, circle):
        return True
    items = db.scalars(select(AgendaItem).where(AgendaItem.meeting_id == item.meeting_id).order_by(AgendaItem.position))
    return item.id in agenda_rules.hidden_ids([one.line for one in items])


_PAPERS = (
    select(Paper, Version, Member.full_name)
    .outerjoin(Version, Version.document_id == Paper.document_id)
    .outerjoin(Member, Member.id == Paper.responsible_id)
    .order_by(Paper.position, Paper.id, Version.number)
)


def _papers(
    db: Session, items: list[AgendaItem], now: datetime | None
) -> tuple[dict[int, list[PaperLine]], dict[int, list[WorkLine]]]:
    """By item: what readers have and, where ``now`` is given, what those who run the meeting have."""
    due = {item.id: item.papers_due for item in items}
    found: dict[int, tuple[Paper, Version | None, str]] = {}
    for paper, version, responsible in db.execute(_PAPERS.where(Paper.item_id.in_(due))):
        found[paper.id] = (paper, version, responsible or "")  # the last row is the newest version
    shown: dict[int, list[PaperLine]] = {item_id: [] for item_id in due}
    work: dict[int, list[WorkLine]] = {item_id: [] for item_id in due}
    for paper, newest, responsible in found.values():
        line = _line(paper, newest) if newest is not None else None
        if line is not None and paper.state != PaperState.WITHDRAWN:
            shown[paper.item_id].append(line)
        if now is not None:
            late = paper_rules.is_late(due[paper.item_id], paper.submitted_at, now)
            work[paper.item_id].append(
                WorkLine(
                    paper.id, paper.title, PaperState(paper.state), paper.reason, responsible, paper.submitted_at,
                    late, line, line.number if line else 0,
                )
            )  # fmt: skip
    return shown, work


def _line(paper: Paper, version: Version) -> PaperLine:
    return PaperLine(
        version.document_id, paper.title, version.id, version.state, version.reason, version.page_count, version.number,
        version.created_at if version.number > 1 else None,
    )  # fmt: skip


@dataclass(frozen=True)
class TurnLine:
    """An item was open. ``planned``: its minutes, 0 for none."""

    item_id: int
    number: str
    title: str
    kind: ItemKind
    presenters: list[str]
    planned: int
    began_at: datetime
    ended_at: datetime | None


def turns(db: Session, meeting_id: int) -> list[TurnLine]:
    """What was open from when to when, in order: for the minutes. Only what all have seen is ever open."""
    lines = {line.id: line for line in agenda(db, db.get_one(Meeting, meeting_id), runs=True)}
    query = select(AgendaTurn).where(AgendaTurn.meeting_id == meeting_id).order_by(AgendaTurn.began_at, AgendaTurn.id)
    return [
        TurnLine(
            turn.item_id, lines[turn.item_id].full, lines[turn.item_id].title, lines[turn.item_id].kind,
            lines[turn.item_id].presenters, lines[turn.item_id].minutes, turn.began_at, turn.ended_at,
        )
        for turn in db.scalars(query)
    ]  # fmt: skip


def before_break(db: Session, meeting: Meeting) -> int | None:
    """The item that was open before the present one."""
    query = select(AgendaTurn.item_id).where(
        AgendaTurn.meeting_id == meeting.id, AgendaTurn.item_id != meeting.current_item_id
    )
    return db.scalar(query.order_by(AgendaTurn.began_at.desc(), AgendaTurn.id.desc()).limit(1))
