"""Documents that come in by themselves: they are received in the name of a clerk, with what was said of them to be
offered in the register. None of these commits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import Problem
from documents.media import PDF
from documents.operations import rename
from ecabinet.access import Permission, Person
from ecabinet.office import desk, incoming
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import LENGTHS
from ecabinet.office.incoming import File
from ecabinet.office.origin_models import OfficeFile, OfficeOrigin, OriginKind
from ecabinet.registry.models import Account, Unit
from ecabinet.registry.queries import person_by_account

SENDER, NOTE = 300, 500


@dataclass(frozen=True)
class Origin:
    """Who sent it, and what they said: ``offered`` by the names of the register's fields."""

    kind: OriginKind
    sender: str
    offered: Mapping[str, str]
    note: str = ""


def receive(db: Session, unit: Unit, files: Sequence[File], origin: Origin, now: datetime) -> OfficeDocument:
    """Receive what came for a unit: the first PDF is the paper, else the first file; the others lie beside it.

    Raises ``no_clerk`` where nobody keeps the registers of the unit.
    """
    paper = next((file for file in files if file.media_type == PDF), files[0])
    version = incoming.receive(db, unit, paper, _clerk(db, unit, now), now, secret=False)
    doc = db.scalars(select(OfficeDocument).where(OfficeDocument.document_id == version.document_id)).one()
    if subject := origin.offered.get("subject", "")[: LENGTHS["subject"]]:  # better than the name of a file
        doc.subject = subject
        rename(db, doc.document, subject, now)
    db.add(OfficeOrigin(
        office_document_id=doc.id, kind=origin.kind, sender=origin.sender[:SENDER], note=origin.note[:NOTE], at=now,
        offered={name: value for name, value in origin.offered.items() if len(value) <= LENGTHS.get(name, NOTE)},
    ))  # fmt: skip
    for position, file in enumerate((file for file in files if file is not paper), 1):
        db.add(OfficeFile(
            office_document_id=doc.id, position=position, filename=file.filename, media_type=file.media_type,
            sha256=file.blob.sha256, size=file.blob.size,
        ))  # fmt: skip
    db.flush()
    return doc


def _clerk(db: Session, unit: Unit, now: datetime) -> Person:
    for _unit, member_id, _name in desk.holders(db, [unit.id], Permission.KEEP_REGISTERS):
        for account_id in db.scalars(select(Account.id).where(Account.member_id == member_id, Account.active)):
            person = person_by_account(db, account_id, now)
            if person is not None and person.may(Permission.KEEP_REGISTERS, unit.path):
                return person
    raise Problem("no_clerk", unit=unit.name)


def of(db: Session, office_id: int) -> tuple[OfficeOrigin | None, Sequence[OfficeFile]]:
    """Where a document came from, and the files beside its paper."""
    files = select(OfficeFile).where(OfficeFile.office_document_id == office_id).order_by(OfficeFile.position)
    return db.get(OfficeOrigin, office_id), db.scalars(files).all()


def offered(db: Session, office_id: int) -> dict[str, str]:
    """What its sender said of it."""
    origin = db.get(OfficeOrigin, office_id)
    return dict(origin.offered) if origin is not None else {}
