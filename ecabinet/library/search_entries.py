"""The documents of the archive as what can be found: what the library knows of them, with their unit and meeting."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import queries
from documents.models import Document
from documents.search import Entry
from documents.search_query import Field
from ecabinet.entries import EntryKind
from ecabinet.labels import LABELS
from ecabinet.meetings import entries as meetings
from ecabinet.minutes.models import Minutes, Resolution
from ecabinet.registry.models import Unit
from ecabinet.voting.models import Poll

KIND = "document"
_TYPES = LABELS["document_type"]


@dataclass(frozen=True)
class Surroundings:
    """The unit and the meeting that a document belongs to."""

    unit: str | None
    meeting: str | None


def surroundings(db: Session, ids: Sequence[int]) -> dict[int, Surroundings]:
    """By document that has any: it is its unit's that keeps it, else its meeting's."""
    of = meetings.meetings_of_papers(db, ids)
    for table, column in _KEPT:
        rows = db.execute(select(column, table.meeting_id).where(column.in_(ids)))
        of |= {document_id: meeting_id for document_id, meeting_id in rows if document_id is not None}
    known = meetings.meetings_of(db, of.values())
    found = {
        document_id: Surroundings(known[meeting_id].unit.name, meetings.named(known[meeting_id]))
        for document_id, meeting_id in of.items()
    }
    for document_id, unit in _owners(db, ids).items():
        found[document_id] = Surroundings(unit, found[document_id].meeting if document_id in found else None)
    return found


def _read(db: Session, ids: Sequence[int]) -> Iterator[Entry]:
    around = surroundings(db, ids)
    for entry in queries.entries(db, ids):
        here = around.get(queries.document_of(entry.key) or 0, Surroundings(None, None))
        names = {Field.KIND: LABELS["document"].get(entry.kind), Field.TYPE: _TYPES.get(entry.type_code or "")}
        also = tuple((field, str(name)) for field, name in names.items() if name)
        yield replace(entry, unit=here.unit, meeting=here.meeting, also=(*entry.also, *also))


_KEPT = ((Minutes, Minutes.document_id), (Resolution, Resolution.document_id), (Poll, Poll.record_id))
"""What a meeting brings forth and the archive keeps."""


def _owners(db: Session, ids: Sequence[int]) -> dict[int, str]:
    """The names of the units that keep these documents ("unit:5")."""
    rows = db.execute(select(Document.id, Document.owner).where(Document.id.in_(ids), Document.owner.like("unit:%")))
    of = {document_id: int(owner.removeprefix("unit:")) for document_id, owner in rows if owner}
    names = {key: name for key, name in db.execute(select(Unit.id, Unit.name).where(Unit.id.in_(set(of.values()))))}
    return {document_id: names[unit_id] for document_id, unit_id in of.items() if unit_id in names}


def _of_meeting(db: Session, meeting_id: int) -> list[int]:
    kept = (db.scalars(select(column).where(table.meeting_id == meeting_id)) for table, column in _KEPT)
    return [*meetings.papers_of(db, meeting_id), *(one for some in kept for one in some if one is not None)]


def _below(db: Session, unit_id: int) -> list[int]:
    kept = db.scalars(select(Document.id).where(Document.owner == f"unit:{unit_id}"))
    return [*kept, *(one for meeting_id in meetings.below(db, unit_id) for one in _of_meeting(db, meeting_id))]


def _readers(_db: Session, ids: Sequence[int]) -> Mapping[int, str]:
    return {number: url_for("library.read", document_id=number) for number in ids}


KINDS = (EntryKind(KIND, Document.id, Document.title, _read, _readers, {"meeting": _of_meeting, "unit": _below}),)
"""That a document itself has changed, the library says by itself."""
