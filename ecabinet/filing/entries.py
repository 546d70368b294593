"""Files as what can be found: by title and notation, by those whose :mod:`.seeing` says so."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from documents.search import Entry
from documents.search_query import Field
from ecabinet.access import within
from ecabinet.entries import SEPARATOR, EntryKind, itself, key_of
from ecabinet.filing.life_rules import FileState
from ecabinet.filing.models import FileDocument, FileReader, OfficeFile
from ecabinet.filing.seeing import labels_of
from ecabinet.office.models import SecretKeeper
from ecabinet.registry.models import Unit

KIND = "file"


def _read(db: Session, ids: Sequence[int]) -> Iterator[Entry]:
    found = select(OfficeFile).where(OfficeFile.id.in_(ids), OfficeFile.state != FileState.DROPPED)
    files = list(db.scalars(found.options(joinedload(OfficeFile.unit), joinedload(OfficeFile.in_charge))))
    readers: dict[int, set[int]] = defaultdict(set)
    for file_id, member_id in db.execute(
        select(FileReader.file_id, FileReader.member_id).where(FileReader.file_id.in_(ids))
    ):
        readers[file_id].add(member_id)
    keepers: dict[int, set[int]] = defaultdict(set)
    units = {file.unit_id for file in files if file.secret}
    trusted = select(SecretKeeper.unit_id, SecretKeeper.member_id).where(SecretKeeper.unit_id.in_(units))
    for unit_id, member_id in db.execute(trusted):
        keepers[unit_id].add(member_id)
    for file in files:
        said = (file.heading, file.remark, file.creator, file.in_charge.full_name if file.in_charge else "")
        yield Entry(
            key=key_of(KIND, file.id),
            kind=KIND,
            title=file.title,
            text=SEPARATOR.join(part for part in said if part),
            labels=labels_of(file, readers[file.id], keepers[file.unit_id]),
            number=file.notation,
            issued_on=file.ended_on or file.starts_on,
            unit=file.unit.name,
            also=((Field.KIND, "hồ sơ"),),
        )


def _places(_db: Session, ids: Sequence[int]) -> Mapping[int, str]:
    return {number: url_for("files.page", file_id=number) for number in ids}


def _below(db: Session, unit_id: int) -> list[int]:
    path = db.scalar(select(Unit.path).where(Unit.id == unit_id)) or ""
    inside = select(OfficeFile.id).join(Unit, Unit.id == OfficeFile.unit_id)
    return list(db.scalars(inside.where(within(Unit.path, path)))) if path else []


def _secret_ones(db: Session, document_id: int) -> list[int]:
    """Whom a secret document is entrusted to has changed, and so who finds its files."""
    held = select(FileDocument.file_id).join(OfficeFile, OfficeFile.id == FileDocument.file_id)
    return list(db.scalars(held.where(FileDocument.document_id == document_id, OfficeFile.secret)))


KINDS = (
    EntryKind(
        KIND,
        OfficeFile.id,
        OfficeFile.title,
        _read,
        _places,
        {"file": itself, "unit": _below, "document": _secret_ones},
    ),
)
