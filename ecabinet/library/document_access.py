"""Who sees a document of the archive, and who keeps it. "Is not there" and "is not for you" are one answer.

A document is seen by those who carry one of its labels. Of these, its keepers are those who keep the archive of its
unit, and who laid it. One in the bin is seen by its keepers alone.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, false, literal, or_, select
from sqlalchemy.orm import Session

from documents.errors import Forbidden, NotFound, Problem
from documents.loans import loan_of
from documents.models import Binned, Document, DocumentLabel, Loan
from documents.queries import may_see
from documents.rules import IN_BIN
from ecabinet.access import Permission, Person, member_label, within
from ecabinet.library.document_uses import Use, uses_of
from ecabinet.meetings import paper_queries
from ecabinet.meetings.paper_queries import Work
from ecabinet.meetings.paper_rules import PaperAct
from ecabinet.registry.models import Unit

_UNIT = "unit:"
OF_THE_OFFICE = "outgoing"
"""What the office sends out gets its versions there, by the rules of drafting and signing, and nowhere else."""


@dataclass(frozen=True)
class Seen:
    """A document as one person sees it. ``uses`` are all that refers to it, also what this person does not see;
    ``work`` is its paper as this person has to do with it, where it is one.
    """

    document: Document
    unit: Unit | None
    binned: Binned | None
    loan: Loan | None
    uses: list[Use]
    work: Work | None
    keeps: bool
    breaks: bool

    @property
    def may_edit(self) -> bool:
        """Whether this person may say what it is."""
        return self.keeps and self.binned is None

    @property
    def may_change(self) -> bool:
        """Whether this person may give it a new version: of a paper by the rules of its meeting, of what else came of
        one nobody, of any other its keepers.
        """
        if self.work is not None:
            return self.binned is None and self.work.may(PaperAct.SUBMIT)
        return self.may_edit and not self.uses and self.document.kind != OF_THE_OFFICE

    def require_edit(self) -> Document:
        """The document, for its keepers."""
        if not self.may_edit:
            raise Problem("in_bin") if self.binned is not None else Forbidden
        return self.document

    def require_change(self) -> Document:
        """The document, for those who may give it a new version."""
        if self.binned is not None:
            raise Problem("in_bin")
        if not self.may_change:
            self.require_unused()
            raise Forbidden
        return self.document

    def require_unused(self) -> None:
        """Raise where something refers to the document: what a meeting had before it stays as it was."""
        if any(use.over for use in self.uses):
            raise Problem("used_and_over")
        if self.uses:
            raise Problem("used_elsewhere")


def opens(db: Session, document_id: int, person: Person) -> bool:
    """Whether this person may read a document, be it in the bin."""
    if may_see(db, document_id, person.labels):
        return True
    document = db.get(Document, document_id)
    return document is not None and _in_bin_for(db, document, person)


def load(db: Session, person: Person, document_id: int, now: datetime, *, change: bool = False) -> Seen:
    """A document for those who see it; ``change``: locked until the transaction ends, with its meeting."""
    uses = uses_of(db, document_id)
    # The meeting first, as whoever changes its papers does: two locks taken in two orders wait for each other.
    work = _work(db, person, uses, now, change=change)
    if change:
        db.execute(select(Document.id).where(Document.id == document_id).with_for_update(key_share=True))
    document = db.get(Document, document_id)
    if document is None or not opens(db, document_id, person):
        raise NotFound(f"document {document_id}")
    unit = _unit_of(db, document)
    return Seen(
        document=document,
        unit=unit,
        binned=db.get(Binned, document_id),
        loan=loan_of(db, document_id, now),
        uses=uses,
        work=work,
        keeps=_keeps(document, unit, person),
        breaks=unit is not None and person.may(Permission.BREAK_LOANS, unit.path),
    )


def _work(db: Session, person: Person, uses: list[Use], now: datetime, *, change: bool) -> Work | None:
    papers = [use for use in uses if use.paper_id is not None]
    if len(papers) != 1 or len(uses) != 1 or papers[0].paper_id is None or papers[0].meeting_id is None:
        return None
    try:
        return paper_queries.load(db, person, papers[0].meeting_id, papers[0].paper_id, now, change=change)
    except NotFound:
        return None


def _unit_of(db: Session, document: Document) -> Unit | None:
    owner = document.owner or ""
    return db.get(Unit, int(owner.removeprefix(_UNIT))) if owner.startswith(_UNIT) else None


def _keeps(document: Document, unit: Unit | None, person: Person) -> bool:
    laid = document.created_by == member_label(person.member_id)
    return laid or (unit is not None and person.may(Permission.KEEP_ARCHIVE, unit.path))


def _in_bin_for(db: Session, document: Document, person: Person) -> bool:
    in_bin = frozenset(IN_BIN + label for label in person.labels)
    return _keeps(document, _unit_of(db, document), person) and may_see(db, document.id, in_bin)


def kept_by(person: Person) -> ColumnElement[bool]:
    """SQL over documents: those of which the person is a keeper, if they see them."""
    paths = person.paths(Permission.KEEP_ARCHIVE)
    units = select(literal(_UNIT) + cast(Unit.id, String)).where(or_(false(), *(within(Unit.path, p) for p in paths)))
    return or_(Document.created_by == member_label(person.member_id), Document.owner.in_(units))


def labelled(person: Person, before: str = "") -> ColumnElement[bool]:
    """SQL over documents: those that carry a label of the person, with ``before`` standing before it."""
    labels = sorted(before + label for label in person.labels)
    return Document.id.in_(select(DocumentLabel.document_id).where(DocumentLabel.label.in_(labels)))
