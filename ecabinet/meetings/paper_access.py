"""Who finds and opens the papers of a meeting: their access labels, from the state of paper, item and meeting."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from documents.operations import set_labels
from ecabinet.access import ancestors, meeting_label, member_label, office_label, preparing_label, running_label
from ecabinet.meetings import agenda_rules, audience_queries
from ecabinet.meetings.models import AgendaItem, Meeting, Paper
from ecabinet.meetings.paper_rules import PaperState


def reading_labels(meeting: Meeting, paper: Paper) -> set[str]:
    """A paper that lies before the meeting: for the invited and the offices above; of a draft only for those who
    prepare it; always for the one responsible.
    """
    labels = {meeting_label(meeting.id)} | _responsible(paper)
    if meeting.announced:
        labels |= {office_label(unit_id) for unit_id in ancestors(meeting.unit.path)}
    return labels


def limited_labels(meeting: Meeting, paper: Paper, members: set[int]) -> set[str]:
    """A paper under an item for named participants: for their members, and for those who prepare the meeting."""
    labels = working_labels(meeting, paper)
    return labels | {member_label(member_id) for member_id in members} if meeting.announced else labels


def working_labels(meeting: Meeting, paper: Paper) -> set[str]:
    """One that is not for the meeting (yet): for those who run it, who hold or approve the unit's meetings, and the one
    responsible.
    """
    labels = {running_label(meeting.id)} | _responsible(paper)
    return labels | {preparing_label(unit_id) for unit_id in ancestors(meeting.unit.path)}


def _responsible(paper: Paper) -> set[str]:
    return {member_label(paper.responsible_id)} if paper.responsible_id is not None else set()


def relabel(db: Session, meeting: Meeting, now: datetime) -> None:
    """Give every paper of the meeting the labels that it should have."""
    items = db.scalars(
        select(AgendaItem).where(AgendaItem.meeting_id == meeting.id).order_by(AgendaItem.position)
    ).all()
    hidden = agenda_rules.hidden_ids([item.line for item in items])
    papers = select(Paper).options(joinedload(Paper.document), joinedload(Paper.pending))
    for paper in db.scalars(papers.where(Paper.item_id.in_([item.id for item in items]))):
        relabel_paper(db, meeting, paper, now, hidden=paper.item_id in hidden)


def relabel_paper(db: Session, meeting: Meeting, paper: Paper, now: datetime, *, hidden: bool) -> None:
    """The same for one paper; ``hidden``: whether its item is."""
    closed = hidden or paper.state == PaperState.WITHDRAWN
    members = audience_queries.members_for(db, meeting.id, paper.item_id)
    if paper.document is not None:
        if closed:
            labels = working_labels(meeting, paper)
        elif members is not None:
            labels = limited_labels(meeting, paper, members)
        else:
            labels = reading_labels(meeting, paper)
        set_labels(db, paper.document, labels, now)
    if paper.pending is not None:
        set_labels(db, paper.pending, working_labels(meeting, paper), now)
