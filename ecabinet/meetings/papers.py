"""Changes of papers: asked for, submitted, approved or returned, withdrawn. None commits; each is on the audit trail,
which is also the paper's history.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.database import changed
from documents.errors import Invalid, Problem
from documents.loans import require_free
from documents.models import Document
from documents.operations import add_document, rename, set_labels
from documents.queries import newest_version
from documents.versions import add_version
from ecabinet import audit
from ecabinet.access import Person, member_label, unit_label
from ecabinet.clock import ZONE
from ecabinet.meetings import agenda_rules, paper_rules
from ecabinet.meetings.agenda import PaperFile, items_of, setting_of
from ecabinet.meetings.models import AgendaItem, Meeting, Paper
from ecabinet.meetings.paper_access import relabel_paper, working_labels
from ecabinet.meetings.paper_rules import PaperState
from ecabinet.meetings.rules import MeetingState
from ecabinet.registry.models import Member


def lay_paper(db: Session, meeting: Meeting, item: AgendaItem, file: PaperFile, by: Person, now: datetime) -> Paper:
    """Lay a file before the meeting as a new paper of this item; not (``archived``) when that is closed for good."""
    paper = _new(db, meeting, item, file.title, None)
    submit(db, meeting, paper, file, by, now)
    return paper


def ask_paper(
    db: Session, meeting: Meeting, item: AgendaItem, title: str, responsible: Member | None, by: Person, now: datetime
) -> Paper:
    """A paper that somebody is to submit; they find it on their page of the day."""
    paper = _new(db, meeting, item, title, responsible)
    _record(db, meeting, paper, "asked", by, now, responsible=paper.responsible_id)
    return paper


def _new(db: Session, meeting: Meeting, item: AgendaItem, title: str, responsible: Member | None) -> Paper:
    _require_unarchived(meeting)
    _check_title(title)
    present = db.scalars(select(Paper.position).where(Paper.item_id == item.id)).all()
    if len(present) >= paper_rules.MOST_PAPERS:
        raise Problem("too_many_papers", limit=paper_rules.MOST_PAPERS)
    paper = Paper(
        item_id=item.id, item=item, position=max(present, default=0) + 1, title=title, state=PaperState.AWAITED,
        responsible_id=responsible.id if responsible else None,
    )  # fmt: skip
    db.add(paper)
    db.flush()
    return paper


def _require_unarchived(meeting: Meeting) -> None:
    # The callers ask too; but what is closed for good must not hang on each of them remembering it.
    if meeting.state == MeetingState.ARCHIVED:
        raise Problem("archived")


def _check_title(title: str) -> None:
    if not title:
        raise Invalid({"title": Problem("missing")})
    if len(title) > 500:
        raise Invalid({"title": Problem("too_long", limit=500)})


def change_paper(
    db: Session, meeting: Meeting, paper: Paper, title: str, responsible: Member | None, by: Person, now: datetime
) -> None:
    """Another title, another person responsible."""
    _require_unarchived(meeting)
    _check_title(title)
    paper.title, paper.responsible_id = title, responsible.id if responsible else None
    for document in (paper.document, paper.pending):
        if document is not None and document.title != title:
            rename(db, document, title, now)
    _relabel(db, meeting, paper, now)
    _record(db, meeting, paper, "changed", by, now, responsible=paper.responsible_id)


def submit(
    db: Session,
    meeting: Meeting,
    paper: Paper,
    file: PaperFile,
    by: Person,
    now: datetime,
    *,
    note: str = "",
    restored_from: int | None = None,
) -> None:
    """A file for this paper: its first, or a version that replaces the one before, in the same place.

    Where the meeting approves papers the file waits as a document of its own: readers keep what they have until then.
    """
    _require_unarchived(meeting)
    if paper.document_id is not None:
        require_free(db, paper.document_id, member_label(by.member_id), now)
    waits = setting_of(db, meeting.id).approves_papers
    target = paper.pending if waits else paper.document
    if target is None:
        target = _document(db, meeting, paper, by, now)
    add_version(
        db, target, file.blob, filename=file.filename, media_type=file.media_type, by=member_label(by.member_id),
        now=now, note=note, restored_from=restored_from,
    )  # fmt: skip
    if waits:
        paper.pending_id, paper.pending, paper.state = target.id, target, PaperState.SUBMITTED
    else:
        _drop_pending(db, paper, now)
        paper.document_id, paper.document, paper.state = target.id, target, PaperState.APPROVED
    paper.submitted_at, paper.reason = now, ""
    db.flush()
    _relabel(db, meeting, paper, now)
    _record(db, meeting, paper, "submitted", by, now, document=target.id, version=target.last_number)


def _document(db: Session, meeting: Meeting, paper: Paper, by: Person, now: datetime) -> Document:
    return add_document(
        db,
        title=paper.title,
        kind="paper",
        labels=working_labels(meeting, paper),
        by=member_label(by.member_id),
        now=now,
        issuer=meeting.unit.name,
        issued_on=now.astimezone(ZONE).date(),
        owner=unit_label(meeting.unit_id),
    )


def approve(db: Session, meeting: Meeting, paper: Paper, by: Person, now: datetime) -> None:
    """What was submitted lies before the meeting: as the paper, or as its next version."""
    _require_unarchived(meeting)
    waiting = paper.pending
    newest = newest_version(db, waiting.id) if waiting is not None else None
    if waiting is None or newest is None:
        raise Problem("wrong_state", f"paper {paper.id} has nothing to approve")
    if paper.document is None:
        paper.document_id, paper.document = waiting.id, waiting
        paper.pending_id = paper.pending = None
    else:
        # The same bytes again: what readers open must never have been open to them before it was approved.
        blob = Blob(newest.sha256, newest.size)
        add_version(
            db, paper.document, blob, filename=newest.filename, media_type=newest.media_type, by=newest.created_by,
            now=now, note=newest.note, restored_from=newest.restored_from,
        )  # fmt: skip
        _drop_pending(db, paper, now)
    paper.state, paper.reason = PaperState.APPROVED, ""
    db.flush()
    _relabel(db, meeting, paper, now)
    _record(db, meeting, paper, "approved", by, now)


def _drop_pending(db: Session, paper: Paper, now: datetime) -> None:
    """What waited is replaced; its rows stay, and nobody finds them."""
    if paper.pending is not None:
        set_labels(db, paper.pending, set(), now)
        paper.pending_id = paper.pending = None


def send_back(db: Session, meeting: Meeting, paper: Paper, reason: str, by: Person, now: datetime) -> None:
    """Not as it is: back to the one responsible, with the reason. What readers have had before stays theirs."""
    _require_unarchived(meeting)
    paper_rules.check_reason(reason)
    paper.state, paper.reason = PaperState.RETURNED, reason
    _record(db, meeting, paper, "returned", by, now, reason=reason)


def withdraw(db: Session, meeting: Meeting, paper: Paper, reason: str, by: Person, now: datetime) -> None:
    """Kept and marked, and no longer before the meeting."""
    _require_unarchived(meeting)
    paper_rules.check_reason(reason)
    paper.state, paper.reason = PaperState.WITHDRAWN, reason
    _relabel(db, meeting, paper, now)
    _record(db, meeting, paper, "withdrawn", by, now, reason=reason)


def remove(db: Session, meeting: Meeting, paper: Paper, by: Person, now: datetime) -> None:
    """A paper that was asked for by mistake."""
    _require_unarchived(meeting)
    _record(db, meeting, paper, "removed", by, now)
    db.delete(paper)
    db.flush()


def move_paper(db: Session, meeting: Meeting, paper: Paper, step: int) -> None:
    """One place up (-1) or down (1) among the papers of its item; at the edge it stays."""
    order = list(db.scalars(select(Paper).where(Paper.item_id == paper.item_id).order_by(Paper.position, Paper.id)))
    here = order.index(paper)
    there = min(max(here + step, 0), len(order) - 1)
    order.insert(there, order.pop(here))
    for position, one in enumerate(order, start=1):
        one.position = position
    changed(db, "agenda", meeting.id)


def set_approval(db: Session, meeting: Meeting, wanted: bool, by: Person, now: datetime) -> None:
    """Whether papers are approved before the meeting has them. Ending it lays what waits before the meeting."""
    setting = setting_of(db, meeting.id)
    setting.approves_papers = wanted
    db.add(setting)
    db.flush()
    if not wanted:
        ids = [item.id for item in items_of(db, meeting.id)]
        waiting = select(Paper).where(Paper.item_id.in_(ids), Paper.state == PaperState.SUBMITTED)
        for paper in db.scalars(waiting.order_by(Paper.id)).all():
            approve(db, meeting, paper, by, now)
    changed(db, "agenda", meeting.id)


def _relabel(db: Session, meeting: Meeting, paper: Paper, now: datetime) -> None:
    outline = [item.line for item in items_of(db, meeting.id)]
    relabel_paper(db, meeting, paper, now, hidden=paper.item_id in agenda_rules.hidden_ids(outline))


def _record(
    db: Session, meeting: Meeting, paper: Paper, action: str, by: Person, now: datetime, **details: object
) -> None:
    audit.record(db, by.member_id, f"paper_{action}", f"paper:{paper.id}", now, **details)
    changed(db, "agenda", meeting.id)
    if paper.responsible_id is not None:
        changed(db, "member", paper.responsible_id)
