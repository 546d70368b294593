"""From what a draft says to its file: the paper as plain values, the Word file made of it, the PDF that is signed."""

import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import office
from documents.blobs import Blob, Blobs
from documents.errors import Problem
from documents.media import DOCX, PDF
from documents.models import Version
from documents.rules import Secrecy
from ecabinet.clock import now
from ecabinet.drafting import filling, form_rules, templates
from ecabinet.drafting.form_lines import Laid
from ecabinet.drafting.form_rules import Fault
from ecabinet.drafting.models import DraftTemplate, OfficeDraft
from ecabinet.drafting.paper_rules import BLOCKS, LETTERS, Authority, Content, Paper, sheet_of
from ecabinet.office import series
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import Urgency
from ecabinet.office.models import Issuer
from ecabinet.office.numbering_rules import Direction, IssuerKind, Profile, split_code, written
from ecabinet.printing import pdf
from ecabinet.printing.sheets import Form
from ecabinet.signing import places, prepare
from ecabinet.upload_words import UPLOAD_LABELS

OUT = Direction.OUTGOING


def kinds(profile: Profile) -> dict[str, str]:
    """The types of a profile with their names in Vietnamese, whoever reads."""
    with force_locale("vi"):
        names = {code: str(name) for code, name in UPLOAD_LABELS["document_type"].items()}
    return {code: names.get(code, code) for code in profile.types}


def form_of(profile: Profile) -> Form:
    """The form of paper that a profile writes in."""
    return Form(profile.name)


def symbol_of(profile: Profile, issuer: Issuer, type_code: str, drafter: str) -> str:
    """What follows the number: "CV/TWĐTN-VP"; empty while the issuer has no letters."""
    try:
        rule = profile.rule_for(OUT, type_code, IssuerKind(issuer.kind))
        number = written(rule.form, profile.digits, 1, type=type_code, organ=issuer.notation, drafter=drafter)
    except Problem:
        return ""
    return split_code(number)[1]


@dataclass(frozen=True)
class Plan:
    """A paper that is to be made, and the unit's own template for it, if there is one."""

    paper: Paper
    template: DraftTemplate | None


def plan(db: Session, issuer: Issuer, content: Content, signer: str, today: date) -> Plan:
    """What a paper of this issuer with this content says."""
    profile = series.profile_of(db, issuer.unit)
    form = form_of(profile)
    kind = "" if content.type_code in LETTERS else kinds(profile)[content.type_code]
    symbol = symbol_of(profile, issuer, content.type_code, content.drafter)
    paper = Paper(form, content.type_code, issuer.name, symbol, kind, str(today.year), content, signer)
    return Plan(paper, template_of(db, issuer, form, content.type_code))


def template_of(db: Session, issuer: Issuer, form: Form, type_code: str) -> DraftTemplate | None:
    """The unit's own template of a type, where it has one."""
    return db.scalar(
        select(DraftTemplate).where(
            DraftTemplate.unit_id == issuer.unit_id, DraftTemplate.form == form,
            DraftTemplate.type_code == type_code, DraftTemplate.ended_at.is_(None),
        )
    )  # fmt: skip


def content_of(doc: OfficeDocument, draft: OfficeDraft) -> Content:
    """What a draft says, as its form has it."""
    return Content(
        doc.type_code, doc.subject, **{name: str(draft.content.get(name, "")) for name in BLOCKS},
        superior=draft.superior, drafter=draft.drafter, place=draft.place, authority=Authority(draft.authority),
        authority_of=draft.authority_of, position=doc.signer_position, signer_id=draft.signer_id,
        urgency=Urgency(doc.urgency), secrecy=Secrecy(doc.secrecy), due_on=doc.due_on,
    )  # fmt: skip


def paper_of(db: Session, doc: OfficeDocument, draft: OfficeDraft, today: date) -> Paper:
    """The paper of a draft."""
    return plan(db, draft.issuer, content_of(doc, draft), doc.signer_name, today).paper


@dataclass(frozen=True)
class Made:
    """A file in the store, and what is the matter with its form."""

    blob: Blob
    faults: tuple[Fault, ...]


def make(blobs: Blobs, what: Plan) -> Made:
    """The Word file of a paper; slow, so outside of transactions. Raises :class:`.filling.BrokenTemplate`."""
    paper = what.paper
    if what.template is not None:
        template = read(blobs, what.template.sha256, what.template.size)
    else:
        template = templates.own(paper.form, paper.type_code, paper.kind)
    file = filling.fill(template, templates.filled(paper))
    return Made(blobs.put(io.BytesIO(file)), form_rules.check(filling.read(file), paper))


def read(blobs: Blobs, sha256: str, size: int) -> bytes:
    """The bytes of a file in the store."""
    return b"".join(blobs.open(sha256, 0, size))


def check(file: bytes, media_type: str, paper: Paper) -> tuple[Fault, ...]:
    """The faults of a file's form; raises ``file_unreadable``, ``pdf_unreadable`` and ``draft_kind``."""
    return form_rules.check(laid(file, media_type), paper)


def laid(file: bytes, media_type: str) -> Laid:
    """What stands in a file."""
    if media_type not in (DOCX, PDF):
        raise Problem("draft_kind", media_type, field="file")
    return filling.read(file, media_type)


@dataclass(frozen=True)
class Signable:
    """A PDF with its fields, ready to be signed."""

    pdf: bytes
    pages: int


@dataclass(frozen=True)
class Source:
    """What is to be signed, before it is a PDF; ``untouched``: nobody has changed what was made from the fields."""

    version_id: int
    sha256: str
    size: int
    media_type: str
    untouched: bool
    paper: Paper


def source_of(db: Session, doc: OfficeDocument, draft: OfficeDraft, version: Version, today: date) -> Source:
    """A version of a draft as what is to be signed."""
    untouched = version.id == draft.made_version_id
    paper = paper_of(db, doc, draft, today)
    return Source(version.id, version.sha256, version.size, version.media_type, untouched, paper)


def signable(blobs: Blobs, source: Source) -> Signable:
    """The PDF of what is submitted, with the places of number, date and signatures; slow. What was uploaded as a PDF is
    taken as it is; a Word file is converted, or, where no program for that is here and nobody has changed it, printed
    from the fields. Raises as :mod:`documents.office` and :mod:`ecabinet.signing` do.
    """
    if source.media_type == PDF:
        printed = read(blobs, source.sha256, source.size)
    elif office.available() is None and source.untouched:
        printed = pdf.render(sheet_of(source.paper), now())
    else:
        printed = _converted(read(blobs, source.sha256, source.size))
    ready = prepare.prepare(printed, places.find(printed, [source.paper.signer]))
    with pikepdf.open(io.BytesIO(ready)) as document:
        return Signable(ready, len(document.pages))


def _converted(file: bytes) -> bytes:
    with TemporaryDirectory(prefix="ecabinet-draft-") as name:
        source, target = Path(name) / "draft.docx", Path(name) / "draft.pdf"
        source.write_bytes(file)
        office.to_pdf(source, target)
        return target.read_bytes()
