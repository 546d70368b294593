"""The archive of a unit: what is put in, who finds it there, what is newest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.errors import NotFound
from documents.models import Document, DocumentLabel, Version
from documents.operations import add_document
from documents.rules import Secrecy
from documents.upload_rules import title_of
from documents.versions import add_version
from ecabinet import audit
from ecabinet.access import Permission, Person, ancestors, member_label, office_label, unit_label
from ecabinet.library.archive_rules import Facts
from ecabinet.registry.models import Unit

KIND = "archive"
PER_PAGE = 20
YEARS = 10
LOOKED_AT = 500
"""The newest documents whose types and years are offered; counting all would cost more than the page."""


@dataclass(frozen=True)
class File:
    """Bytes that are in the store already; ``media_type`` by their content."""

    blob: Blob
    filename: str
    media_type: str


def load_unit(db: Session, person: Person, unit_id: int) -> Unit:
    """A unit whose archive this person keeps; any other is not there."""
    unit = db.get(Unit, unit_id)
    if unit is None or not person.may(Permission.KEEP_ARCHIVE, unit.path):
        raise NotFound(f"archive of unit {unit_id}")
    return unit


def labels_of(unit: Unit, secrecy: Secrecy, by: str) -> set[str]:
    """Who put it in, the offices of the unit and above it; of what is not secret the people of the unit too."""
    labels = {by, *(office_label(unit_id) for unit_id in ancestors(unit.path))}
    return labels if secrecy == Secrecy.SECRET else labels | {unit_label(unit.id)}


def put_in(db: Session, unit: Unit, facts: Facts, file: File, person: Person, now: datetime) -> Version:
    """A new document of the unit's archive with its first version."""
    by = member_label(person.member_id)
    document = add_document(
        db, title=facts.title or title_of(file.filename), kind=KIND, labels=labels_of(unit, facts.secrecy, by), by=by,
        now=now, type_code=facts.type_code, number=facts.number, issuer=facts.issuer, issued_on=facts.issued_on,
        owner=unit_label(unit.id),
    )  # fmt: skip
    document.signer, document.secrecy = facts.signer, facts.secrecy
    version = add_version(db, document, file.blob, filename=file.filename, media_type=file.media_type, by=by, now=now)
    audit.record(db, person.member_id, "document_put_in", f"document:{document.id}", now, unit=unit.id)
    return version


def newest(db: Session, labels: frozenset[str], before: int | None) -> Sequence[Document]:
    """The documents open to these labels that came last, one more than a page; those before the id ``before``."""
    query = _open_to(labels).order_by(Document.id.desc()).limit(PER_PAGE + 1)
    return db.scalars(query.where(Document.id < before) if before is not None else query).all()


@dataclass(frozen=True)
class Offered:
    """What the newest documents are: types, kinds and years, to search by."""

    types: list[str]
    kinds: list[str]
    years: list[int]


def offered(db: Session, labels: frozenset[str]) -> Offered:
    """Of the newest :data:`LOOKED_AT` documents open to these labels."""
    found = db.scalars(_open_to(labels).order_by(Document.id.desc()).limit(LOOKED_AT)).all()
    return Offered(
        sorted({document.type_code for document in found if document.type_code}),
        sorted({document.kind for document in found}),
        sorted({document.issued_on.year for document in found if document.issued_on}, reverse=True)[:YEARS],
    )


def _open_to(labels: frozenset[str]) -> Select[Document]:
    opened = select(DocumentLabel.document_id).where(DocumentLabel.label.in_(sorted(labels)))
    return select(Document).where(Document.id.in_(opened))
