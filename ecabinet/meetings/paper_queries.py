"""What is read of papers by those who work on them: one with its history, what I must submit, what waits for me."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from documents.errors import NotFound
from documents.models import Version
from ecabinet.access import Permission, Person, within
from ecabinet.audit import AuditEntry
from ecabinet.meetings import agenda_queries, audience_queries, paper_rules, queries
from ecabinet.meetings.models import AgendaItem, Meeting, Paper, Participant
from ecabinet.meetings.paper_rules import PaperState, Part
from ecabinet.meetings.rules import OVER, RUNS_MEETING
from ecabinet.registry.models import Member, Unit


@dataclass(frozen=True)
class Work:
    """A paper as somebody has to do with it. ``item`` is empty for one who is not to know of it."""

    paper: Paper
    meeting: Meeting
    parts: frozenset[Part]
    item: str
    late: bool

    @property
    def state(self) -> PaperState:
        """Its state as the rules take it."""
        return PaperState(self.paper.state)

    def may(self, act: str) -> bool:
        """Whether this person may do this now; never after the meeting is over."""
        return not self.meeting.over and paper_rules.may(paper_rules.PaperAct(act), self.state, self.parts)


def load(db: Session, person: Person, meeting_id: int, paper_id: int, now: datetime, *, change: bool = False) -> Work:
    """A paper for those who run the meeting, approve papers of its unit, or are to submit it; for all others it is not
    there. ``change``: the meeting locked until the transaction ends.
    """
    if change:
        db.execute(select(Meeting.id).where(Meeting.id == meeting_id).with_for_update(key_share=True))
    paper = db.get(Paper, paper_id, options=[joinedload(Paper.item), joinedload(Paper.responsible)])
    if paper is None or paper.item.meeting_id != meeting_id:
        raise NotFound(f"paper {paper_id} of meeting {meeting_id}")
    return _work(db, person, paper, now)


def _work(db: Session, person: Person, paper: Paper, now: datetime) -> Work:
    meeting = db.get_one(Meeting, paper.item.meeting_id, options=[joinedload(Meeting.unit)])
    parts = set()
    try:
        if queries.load(db, person, meeting.id).manages:
            parts.add(Part.RUNS)
    except NotFound:
        pass  # one who is to submit or to approve need not be invited
    if person.may(Permission.APPROVE, meeting.unit.path):
        parts.add(Part.APPROVES)
    if paper.responsible_id == person.member_id:
        parts.add(Part.RESPONSIBLE)
    if not parts:
        raise NotFound(f"paper {paper.id}")
    mine = select(Participant.id).where(Participant.meeting_id == meeting.id, Participant.member_id == person.member_id)
    circle = audience_queries.circle(db, meeting.id, db.scalar(mine))
    knows = bool(parts - {Part.RESPONSIBLE}) or not agenda_queries.is_closed(db, paper.item, circle)
    late = paper_rules.is_late(paper.item.papers_due, paper.submitted_at, now)
    return Work(paper, meeting, frozenset(parts), paper.item.title if knows else "", late)


@dataclass(frozen=True)
class Happened:
    """One line of a paper's history."""

    at: datetime
    name: str
    action: str
    details: dict[str, Any]


def history(db: Session, paper: Paper) -> list[Happened]:
    """What happened to a paper, by whom and when, newest first."""
    rows = db.execute(
        select(AuditEntry, Member.full_name)
        .outerjoin(Member, Member.id == AuditEntry.member_id)
        .where(AuditEntry.subject == f"paper:{paper.id}", AuditEntry.action.like("paper\\_%", escape="\\"))
        .order_by(AuditEntry.id.desc())
    )
    return [Happened(entry.at, name or "", entry.action.removeprefix("paper_"), entry.details) for entry, name in rows]


def versions(db: Session, paper: Paper) -> list[Version]:
    """Its files, newest first: those before the meeting, and those that wait."""
    documents = [one for one in (paper.document_id, paper.pending_id) if one is not None]
    query = select(Version).where(Version.document_id.in_(documents))
    return list(db.scalars(query.order_by(Version.created_at.desc(), Version.id.desc())))


def to_submit(db: Session, person: Person, now: datetime) -> list[Work]:
    """The papers that this person is to submit, or to submit again, the most urgent first."""
    mine = _papers_of_meetings_to_come().where(
        Paper.responsible_id == person.member_id, Paper.state.in_((PaperState.AWAITED, PaperState.RETURNED))
    )
    return _listed(db, person, mine, now)


def to_approve(db: Session, person: Person, now: datetime) -> list[Work]:
    """The papers that wait for the approval of this person: as one who runs the meeting, or approves for its unit."""
    running = select(Participant.meeting_id).where(
        Participant.member_id == person.member_id, Participant.role.in_(RUNS_MEETING)
    )
    paths = {*person.paths(Permission.APPROVE), *person.paths(Permission.HOLD_MEETINGS)}
    theirs = or_(Meeting.id.in_(running), *(within(Unit.path, path) for path in sorted(paths)))
    return _listed(db, person, _papers_of_meetings_to_come().where(Paper.state == PaperState.SUBMITTED, theirs), now)


def _papers_of_meetings_to_come() -> Any:
    return (
        select(Paper)
        .join(AgendaItem, AgendaItem.id == Paper.item_id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .join(Unit, Unit.id == Meeting.unit_id)
        .options(joinedload(Paper.item), joinedload(Paper.responsible))
        .where(Meeting.state.not_in(OVER))
        .order_by(AgendaItem.papers_due.is_(None), AgendaItem.papers_due, Meeting.starts_at, Paper.id)
        .limit(50)
    )


def _listed(db: Session, person: Person, papers: Any, now: datetime) -> list[Work]:
    return [_work(db, person, paper, now) for paper in db.scalars(papers)]
