"""Changes of a round while it is prepared: what it says, its questions, whom it goes to. None commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents.errors import NotFound, Problem
from documents.models import Document
from documents.operations import add_document, set_labels
from documents.versions import add_version
from ecabinet import audit
from ecabinet.access import ancestors, member_label, preparing_label, unit_label
from ecabinet.clock import ZONE
from ecabinet.meetings.agenda import PaperFile
from ecabinet.opinions import rules
from ecabinet.opinions.models import (
    OpinionAddressee,
    OpinionEvent,
    OpinionOption,
    OpinionPaper,
    OpinionQuestion,
    OpinionRound,
)
from ecabinet.registry.models import Body, Member, Unit
from ecabinet.registry.queries import seats_of
from ecabinet.registry.rules import MemberStatus


def create(db: Session, unit: Unit, draft: rules.RoundDraft, by: int, now: datetime) -> OpinionRound:
    """A draft round of a unit."""
    rules.check_round(draft, now)
    if unit.dissolved_on is not None:
        raise Problem("unit_dissolved", unit=unit.name)
    made = OpinionRound(unit_id=unit.id, created_by=by, created_at=now, state=rules.RoundState.DRAFT, **vars(draft))
    made.unit = unit
    db.add(made)
    db.flush()
    note(db, made, rules.EventKind.CREATED, by, now)
    return made


def edit(db: Session, draft: OpinionRound, said: rules.RoundDraft, by: int, now: datetime) -> None:
    """Change what is said of the round as a whole."""
    require_draft(draft)
    rules.check_round(said, now)
    before = {field: getattr(draft, field) for field in vars(said)}
    fields = sorted(field for field, value in vars(said).items() if before[field] != value)
    for field, value in vars(said).items():
        setattr(draft, field, value)
    if fields:
        note(db, draft, rules.EventKind.EDITED, by, now, fields=fields)


def require_draft(draft: OpinionRound) -> None:
    """What was handed on for approval, or went out, is not changed any more."""
    if draft.state != rules.RoundState.DRAFT:
        raise Problem("opinion_not_draft")


def note(
    db: Session, about: OpinionRound, kind: rules.EventKind, by: int | None, now: datetime, reason: str = "",
    **details: object,
) -> None:  # fmt: skip
    """A line of the history, and the same on the audit trail."""
    db.add(OpinionEvent(round_id=about.id, at=now, member_id=by, kind=kind, reason=reason, details=details))
    audit.record(db, by, f"opinion_{kind}", f"opinion:{about.id}", now, reason=reason, **details)


# ------------------------------------------------------------------ questions


def add_question(
    db: Session, draft: OpinionRound, text: str, options: Sequence[rules.OptionDraft], by: int, now: datetime
) -> OpinionQuestion:
    """Append a question with its options."""
    require_draft(draft)
    rules.check_question(text, options)
    of_round = select(func.count(), func.max(OpinionQuestion.position)).where(OpinionQuestion.round_id == draft.id)
    number, last = db.execute(of_round).one()
    if number >= rules.MOST_QUESTIONS:
        raise Problem("opinion_many_questions", limit=rules.MOST_QUESTIONS)
    question = OpinionQuestion(round_id=draft.id, position=(last or 0) + 1, text=text, options=_options(options))
    db.add(question)
    db.flush()
    db.expire(draft, ["questions"])
    note(db, draft, rules.EventKind.EDITED, by, now, fields=["questions"])
    return question


def edit_question(
    db: Session,
    draft: OpinionRound,
    question: OpinionQuestion,
    text: str,
    options: Sequence[rules.OptionDraft],
    by: int,
    now: datetime,
) -> None:
    """Change a question where it stands."""
    require_draft(draft)
    rules.check_question(text, options)
    question.text, question.options = text, _options(options)
    db.flush()
    note(db, draft, rules.EventKind.EDITED, by, now, fields=["questions"])


def _options(options: Sequence[rules.OptionDraft]) -> list[OpinionOption]:
    return [OpinionOption(position=n, **vars(option)) for n, option in enumerate(options, start=1)]


def remove_question(db: Session, draft: OpinionRound, question: OpinionQuestion, by: int, now: datetime) -> None:
    """Take a question out."""
    require_draft(draft)
    db.delete(question)
    db.flush()
    db.expire(draft, ["questions"])
    note(db, draft, rules.EventKind.EDITED, by, now, fields=["questions"])


def move_question(db: Session, draft: OpinionRound, question: OpinionQuestion, up: bool) -> None:
    """One place up or down; at the edge it stays."""
    require_draft(draft)
    order = list(draft.questions)
    here = order.index(question)
    there = min(max(here + (-1 if up else 1), 0), len(order) - 1)
    order.insert(there, order.pop(here))
    for position, each in enumerate(order, start=1):
        each.position = position
    db.flush()
    db.expire(draft, ["questions"])


# ------------------------------------------------------------------ whom it goes to


def address_body(db: Session, draft: OpinionRound, body: Body, by: int, now: datetime) -> None:
    """Ask a body: those who hold a seat with a vote in it on the day on which the round goes out."""
    require_draft(draft)
    known = select(OpinionAddressee.id).where(
        OpinionAddressee.round_id == draft.id, OpinionAddressee.body_id == body.id
    )
    if db.scalar(known) is not None:
        raise Problem("already_invited")
    db.add(OpinionAddressee(round_id=draft.id, body_id=body.id))
    note(db, draft, rules.EventKind.EDITED, by, now, fields=["recipients"], body=body.id)


def address_member(
    db: Session, draft: OpinionRound, member: Member, by: int, now: datetime, *, excluded: bool = False
) -> None:
    """Ask a member, or (``excluded``) leave one out whom a body would bring in."""
    require_draft(draft)
    if member.status != MemberStatus.ACTIVE:
        raise Problem("member_not_active")
    known = db.scalar(
        select(OpinionAddressee).where(OpinionAddressee.round_id == draft.id, OpinionAddressee.member_id == member.id)
    )
    if known is None:
        db.add(OpinionAddressee(round_id=draft.id, member_id=member.id, excluded=excluded))
    elif known.excluded == excluded:
        raise Problem("already_invited")
    else:
        known.excluded = excluded
    db.flush()
    note(db, draft, rules.EventKind.EDITED, by, now, fields=["recipients"], member=member.id, excluded=excluded)


def remove_addressee(db: Session, draft: OpinionRound, addressee: OpinionAddressee, by: int, now: datetime) -> None:
    """Take a body or member off again."""
    require_draft(draft)
    db.delete(addressee)
    db.flush()
    note(db, draft, rules.EventKind.EDITED, by, now, fields=["recipients"])


@dataclass(frozen=True)
class Addressed:
    """Somebody a round goes to, as they are on that day."""

    member_id: int
    name: str
    unit_name: str
    title: str


def addressed(db: Session, of: OpinionRound, day: date) -> list[Addressed]:
    """Whom the round would go to on that day: the seats of its bodies with a vote, in their order, then the members
    chosen; nobody twice, and none of the excluded.
    """
    chosen = list(
        db.scalars(select(OpinionAddressee).where(OpinionAddressee.round_id == of.id).order_by(OpinionAddressee.id))
    )
    out = {one.member_id for one in chosen if one.excluded}
    people: dict[int, Addressed] = {}
    for one in chosen:
        if one.body_id is not None:
            for seat in seats_of(db, one.body_id, day):
                if seat.voting:
                    people.setdefault(seat.member_id, Addressed(seat.member_id, seat.name, seat.unit_name, seat.title))
    for one in chosen:
        if one.member is not None and one.member.status == MemberStatus.ACTIVE:
            member = one.member
            people.setdefault(member.id, Addressed(member.id, member.full_name, member.unit.name, ""))
    return [person for member_id, person in people.items() if member_id not in out]


# ------------------------------------------------------------------ papers


def lay_paper(db: Session, draft: OpinionRound, file: PaperFile, by: int, now: datetime) -> OpinionPaper:
    """Put a file with the round; until it goes out, only those who prepare or approve it may read it."""
    require_draft(draft)
    document = add_document(
        db, title=file.title, kind="opinion", labels=preparing_labels(draft), by=member_label(by), now=now,
        issuer=draft.unit.name, issued_on=now.astimezone(ZONE).date(), owner=unit_label(draft.unit_id),
    )  # fmt: skip
    add_version(
        db, document, file.blob, filename=file.filename, media_type=file.media_type, by=member_label(by), now=now
    )
    paper = OpinionPaper(round_id=draft.id, document_id=document.id)
    db.add(paper)
    db.flush()
    note(db, draft, rules.EventKind.EDITED, by, now, fields=["papers"], document=document.id)
    return paper


def remove_paper(db: Session, draft: OpinionRound, paper: OpinionPaper, by: int, now: datetime) -> None:
    """Take a file away again: the document stays in the archive, open to nobody."""
    require_draft(draft)
    set_labels(db, paper.document, set(), now)
    note(db, draft, rules.EventKind.EDITED, by, now, fields=["papers"], document=paper.document_id)
    db.delete(paper)
    db.flush()


def preparing_labels(of: OpinionRound) -> set[str]:
    """Those who hold or approve rounds of the unit."""
    return {preparing_label(unit_id) for unit_id in ancestors(of.unit.path)}


def papers(db: Session, round_id: int) -> list[Document]:
    """The documents that go with a round, in order."""
    return list(
        db.scalars(
            select(Document)
            .join(OpinionPaper, OpinionPaper.document_id == Document.id)
            .where(OpinionPaper.round_id == round_id)
            .order_by(OpinionPaper.id)
        )
    )


def load_paper(db: Session, draft: OpinionRound, document_id: int) -> OpinionPaper:
    """The paper of this round that is this document."""
    paper = db.scalar(
        select(OpinionPaper).where(OpinionPaper.round_id == draft.id, OpinionPaper.document_id == document_id)
    )
    if paper is None:
        raise NotFound(f"paper {document_id} of round {draft.id}")
    return paper
