"""The way to the signature: submitted, seen by each in turn, signed; sent back, withdrawn. None of these commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.errors import Invalid, Problem
from documents.media import PDF
from documents.models import Version
from documents.versions import add_version, restore
from ecabinet.access import Permission, Person, member_label
from ecabinet.drafting import rounds
from ecabinet.drafting.form_rules import needs_reason
from ecabinet.drafting.models import OfficeDraft
from ecabinet.drafting.operations import draft_of, faults_of, newest
from ecabinet.drafting.paper_rules import SIGNS, Authority
from ecabinet.drafting.queries import titles_of
from ecabinet.drafting.telling import tell
from ecabinet.issuing import numbering
from ecabinet.office import desk
from ecabinet.office.chain_models import ChainStep, Outcome, StepKind
from ecabinet.office.desk import Seen
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import SECRET_BOOKS
from ecabinet.office.incoming import record
from ecabinet.office.life_rules import OfficeAct, OfficePart, OfficeState
from ecabinet.office.models import SecretKeeper
from ecabinet.office.numbering_rules import LONGEST_REASON, check_reason

MOST_REVIEWERS = 8
BACK = "Trở lại dự thảo"


@dataclass(frozen=True)
class Submission:
    """What is submitted: the version that was checked and converted, the PDF of it, who sees it before it is signed,
    why although its form has faults.
    """

    source_id: int
    paper: Blob
    pages: int
    reviewers: Sequence[int]
    reason: str = ""


def submit(db: Session, seen: Seen, what: Submission, person: Person, now: datetime) -> None:
    """Send it on its way. Raises ``form_faults`` where its form has faults and no reason is given."""
    doc, draft = seen.doc, draft_of(db, seen.doc)
    state = seen.after(OfficeAct.SUBMIT)
    version = newest(db, doc)
    if version.id != what.source_id:
        raise Problem("changed_meanwhile")
    check(draft, version, what.reviewers, what.reason)
    reviewers = rounds.active(db, what.reviewers, "reviewers")
    signer = rounds.active(db, [draft.signer_id or 0], "signer_id")[0]
    draft.source_version_id, draft.reason = version.id, what.reason.strip()
    draft.paper_version_id = _add(db, doc, what.paper, person, now).id
    before = select(func.max(ChainStep.position)).where(ChainStep.office_document_id == doc.id)
    draft.chain_from = (db.scalar(before) or 0) + 1
    titles = titles_of(db, [one.id for one in reviewers], now.date())
    for count, member in enumerate([*reviewers, signer]):
        signs = count == len(reviewers)
        db.add(ChainStep(
            office_document_id=doc.id, position=draft.chain_from + count, member_id=member.id, name=member.full_name,
            kind=StepKind.SIGN if signs else StepKind.REVIEW,
            title=doc.signer_position if signs else titles.get(member.id, "")[:100],
            authority=f"{SIGNS[Authority(draft.authority)]} {draft.authority_of}".strip() if signs else "",
        ))  # fmt: skip
    doc.state, doc.page_amount = state, min(what.pages, 999)
    db.flush()
    about: dict[str, Any] = {"chain": [one.full_name for one in (*reviewers, signer)], "version": version.number}
    if what.reason:
        about["faults"] = len(faults_of(draft))
    record(db, doc, OfficeAct.SUBMIT, person, now, draft.reason, about)
    _tell_turn(db, doc, draft, person, now)


def check(draft: OfficeDraft, version: Version, reviewers: Sequence[int], reason: str) -> None:
    """Whether it can be submitted so; asked before its PDF is made, and again."""
    faults: dict[str, Problem] = {}
    if draft.signer_id is None:
        faults["signer_id"] = Problem("draft_no_signer")
    if len(reviewers) > MOST_REVIEWERS or len(set(reviewers)) < len(reviewers) or draft.signer_id in reviewers:
        faults["reviewers"] = Problem("chain_twice", limit=MOST_REVIEWERS)
    if draft.checked_version_id != version.id:
        faults["reason"] = Problem("form_unchecked")
    elif needs_reason(faults_of(draft)) and not reason.strip():
        faults["reason"] = Problem("form_faults")
    if len(reason) > LONGEST_REASON:
        faults["reason"] = Problem("too_long", limit=LONGEST_REASON)
    if faults:
        raise Invalid(faults)


def _add(db: Session, doc: OfficeDocument, blob: Blob, person: Person, now: datetime) -> Version:
    return add_version(
        db, doc.document, blob, filename=f"van-ban-{doc.id}.pdf", media_type=PDF, by=member_label(person.member_id),
        now=now,
    )  # fmt: skip


def present(db: Session, doc: OfficeDocument, draft: OfficeDraft) -> list[ChainStep]:
    """The steps of the present submission, in their order."""
    return [step for step in desk.chain(db, doc.id) if step.position >= draft.chain_from]


def turn(db: Session, doc: OfficeDocument) -> ChainStep | None:
    """The step whose turn it is."""
    if doc.state != OfficeState.SUBMITTED:
        return None
    return next((step for step in desk.chain(db, doc.id) if step.outcome is None), None)


def _tell_turn(db: Session, doc: OfficeDocument, draft: OfficeDraft, person: Person, now: datetime) -> None:
    step = turn(db, doc)
    if step is not None:
        asked = "Văn bản trình đồng chí ký" if step.kind == StepKind.SIGN else "Văn bản trình đồng chí xem xét"
        tell(db, doc, {step.member_id}, asked, draft.reason, person, now)


def approve(db: Session, seen: Seen, text: str, person: Person, now: datetime) -> None:
    """One who looks at it before it is signed lets it go on."""
    doc, draft = seen.doc, draft_of(db, seen.doc)
    doc.state = seen.after(OfficeAct.APPROVE)
    step = _mine(db, doc, StepKind.REVIEW)
    if len(text) > LONGEST_REASON:
        raise Invalid({"text": Problem("too_long", limit=LONGEST_REASON)})
    step.outcome, step.acted_at = Outcome.APPROVED, now
    db.flush()
    record(db, doc, OfficeAct.APPROVE, person, now, text)
    tell(db, doc, {doc.created_by}, "Văn bản được đồng ý, chuyển tiếp", text, person, now)
    _tell_turn(db, doc, draft, person, now)


def _mine(db: Session, doc: OfficeDocument, kind: StepKind) -> ChainStep:
    step = turn(db, doc)
    if step is None or step.kind != kind:
        raise Problem("office_state", f"not a step to {kind}")
    return step


def send_back(db: Session, seen: Seen, reason: str, person: Person, now: datetime) -> None:
    """Back to the drafter, with the reason: by the one whose turn it is, a leader of the unit, or its clerk."""
    doc, draft = seen.doc, draft_of(db, seen.doc)
    doc.state, reason = seen.after(OfficeAct.SEND_BACK), check_reason(reason)
    everybody = {doc.created_by, *(step.member_id for step in present(db, doc, draft) if step.outcome is not None)}
    if OfficePart.SIGNER in seen.parts:
        step = next(step for step in desk.chain(db, doc.id) if step.outcome is None)
        step.outcome, step.acted_at = Outcome.SENT_BACK, now
    _return(db, doc, draft, person, now)
    record(db, doc, OfficeAct.SEND_BACK, person, now, reason)
    tell(db, doc, everybody, "Văn bản trình ký bị trả lại", reason, person, now)


def withdraw(db: Session, seen: Seen, reason: str, person: Person, now: datetime) -> None:
    """The drafter takes it back; whoever had it is told."""
    doc, draft = seen.doc, draft_of(db, seen.doc)
    doc.state, reason = seen.after(OfficeAct.WITHDRAW), check_reason(reason)
    step = next((one for one in desk.chain(db, doc.id) if one.outcome is None), None)
    everybody = {one.member_id for one in present(db, doc, draft) if one.outcome is not None or one is step}
    _return(db, doc, draft, person, now)
    record(db, doc, OfficeAct.WITHDRAW, person, now, reason)
    tell(db, doc, everybody, "Văn bản trình ký đã được rút lại", reason, person, now)


def _return(db: Session, doc: OfficeDocument, draft: OfficeDraft, person: Person, now: datetime) -> None:
    """It is a draft again, with what was submitted as its newest version; steps not taken are no more."""
    for step in desk.chain(db, doc.id):
        if step.outcome is None:
            db.delete(step)
    db.flush()
    source = db.get_one(Version, draft.source_version_id)
    version = newest(db, doc)
    if version.sha256 != source.sha256:
        version = restore(db, doc.document, source, BACK, member_label(person.member_id), now)
    if draft.made_version_id == source.id:
        draft.made_version_id = version.id
    draft.checked_version_id, draft.paper_version_id = version.id, None


@dataclass(frozen=True)
class Signed:
    """The signed PDF; ``holder`` as its certificate names them, ``by_system``: it is the installation's own."""

    paper_id: int
    pdf: Blob
    holder: str
    by_system: bool


def to_sign(db: Session, seen: Seen) -> tuple[ChainStep, Version]:
    """The step and the PDF that is to be signed; raises as :func:`sign` does."""
    seen.after(OfficeAct.SIGN)
    step = _mine(db, seen.doc, StepKind.SIGN)
    version = db.get_one(Version, draft_of(db, seen.doc).paper_version_id)
    return step, version


def sign(db: Session, seen: Seen, signed: Signed, person: Person, now: datetime) -> None:
    """The last of the chain has signed: it waits for its number."""
    doc, draft = seen.doc, draft_of(db, seen.doc)
    state = seen.after(OfficeAct.SIGN)
    step, version = to_sign(db, seen)
    if version.id != signed.paper_id:
        raise Problem("changed_meanwhile")
    draft.paper_version_id = _add(db, doc, signed.pdf, person, now).id
    step.outcome, step.acted_at = Outcome.SIGNED, now
    doc.state, doc.signer_name, doc.signer_position = state, step.name, step.title
    db.flush()
    numbering.expect(db, doc.id, draft.issuer_id, draft.drafter)
    about = {"certificate": signed.holder, "by_system": signed.by_system}
    record(db, doc, OfficeAct.SIGN, person, now, details=about)
    everybody = {doc.created_by, *(one.member_id for one in present(db, doc, draft)), *_clerks(db, doc)}
    tell(db, doc, everybody, "Văn bản đã ký, chờ lấy số", "", person, now)


def _clerks(db: Session, doc: OfficeDocument) -> set[int]:
    if doc.book in SECRET_BOOKS:
        return set(db.scalars(select(SecretKeeper.member_id).where(SecretKeeper.unit_id == doc.unit_id)))
    return {member for _unit, member, _name in desk.holders(db, [doc.unit_id], Permission.KEEP_REGISTERS)}
