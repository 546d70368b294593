"""What is read of files for showing: the list of a unit, paged by key; the contents and the history of one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session, aliased, joinedload

from documents.models import Document, Version
from documents.queries import open_to
from documents.text import fold, words
from ecabinet.access import Person
from ecabinet.filing.life_rules import AWAITED, WARNED_DAYS, FilePart, FileState
from ecabinet.filing.models import FileDocument, FileEvent, FileReader, OfficeFile
from ecabinet.filing.seeing import SeenFile, visible_to
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.link_models import LinkKind
from ecabinet.office.links import around
from ecabinet.registry.models import Unit

PAGE = 50
DUE = "due"
"""Beside the states: what must go to the archive soon, or is late."""
OVER = "over"
"""The same: what the archive has kept as long as it must."""
OFFERED = 60
NEAR_LINKS = 2
_POSITION = re.compile(r"([0-9]{1,4})\.([0-9]{1,6})\.([0-9]{1,12})/(.{0,60})")


@dataclass(frozen=True)
class Wanted:
    """Which files of a list, all conditions together; "" and None mean any. ``after`` is the key of the last seen."""

    unit_id: int
    year: int | None
    today: date
    state: str = ""
    words: str = ""
    in_charge: int | None = None
    after: str = ""


@dataclass(frozen=True)
class Totals:
    """How many documents and pages a file has, as far as the one who asks may know of them."""

    documents: int = 0
    pages: int = 0


@dataclass(frozen=True)
class FilePage:
    """A page of the list; ``next`` is "" at its end."""

    files: Sequence[OfficeFile]
    totals: dict[int, Totals]
    next: str


def page(db: Session, person: Person, wanted: Wanted, size: int = PAGE) -> FilePage:
    """A page of a unit's files; of several years the newest first."""
    found = list(db.scalars(_files(person, wanted).limit(size + 1)))
    following = key_of(found[size - 1]) if len(found) > size else ""
    files = found[:size]
    return FilePage(files, totals(db, [file.id for file in files], person.labels), following)


def every(db: Session, person: Person, wanted: Wanted, limit: int) -> list[OfficeFile]:
    """The same, all at once, for paper."""
    return list(db.scalars(_files(person, wanted).limit(limit)))


def mine(db: Session, person: Person, limit: int = 200) -> list[OfficeFile]:
    """The files that somebody without a place in an office has to do with: in charge of, or named as a reader."""
    named = select(FileReader.file_id).where(FileReader.member_id == person.member_id)
    theirs = or_(OfficeFile.in_charge_id == person.member_id, OfficeFile.id.in_(named))
    found = select(OfficeFile).where(theirs, OfficeFile.state != FileState.DROPPED).options(joinedload(OfficeFile.unit))
    return list(db.scalars(found.order_by(OfficeFile.year.desc(), OfficeFile.place, OfficeFile.id).limit(limit)))


def key_of(file: OfficeFile) -> str:
    """Where a file stands in a list."""
    return f"{file.year}.{file.heading_order}.{file.id}/{file.place}"


def _files(person: Person, wanted: Wanted) -> Select[OfficeFile]:
    found = select(OfficeFile).join(Unit, Unit.id == OfficeFile.unit_id).where(*_conditions(wanted), visible_to(person))
    if (match := _POSITION.fullmatch(wanted.after)) is not None:  # else an address written by hand: from the beginning
        year, order, number = (literal(int(match[place])) for place in (1, 2, 3))
        here = tuple_(-year, order, literal(match[4], OfficeFile.place.type), number)
        found = found.where(
            tuple_(-OfficeFile.year, OfficeFile.heading_order, OfficeFile.place, OfficeFile.id) > here
        )  # fmt: skip
    order_by = (-OfficeFile.year, OfficeFile.heading_order, OfficeFile.place, OfficeFile.id)
    return found.order_by(*order_by).options(joinedload(OfficeFile.in_charge), joinedload(OfficeFile.unit))


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    yield OfficeFile.unit_id == wanted.unit_id
    if wanted.year is not None:
        yield OfficeFile.year == wanted.year
    if wanted.state == DUE:
        yield OfficeFile.state.in_([state.value for state in AWAITED])
        yield OfficeFile.due_on <= wanted.today + timedelta(days=WARNED_DAYS)
    elif wanted.state == OVER:
        yield OfficeFile.state == FileState.ACCEPTED
        yield OfficeFile.keep_until < wanted.today
    elif wanted.state:
        yield OfficeFile.state == wanted.state
    else:
        yield OfficeFile.state != FileState.DROPPED
    if wanted.in_charge is not None:
        yield OfficeFile.in_charge_id == wanted.in_charge
    for word in words(wanted.words):
        yield OfficeFile.searched.contains(fold(word), autoescape=True)


def years(db: Session, unit_id: int, today: date) -> list[int]:
    """The years that the unit has a list of, this one and the next among them, the latest first."""
    found = db.scalars(select(OfficeFile.year).where(OfficeFile.unit_id == unit_id).distinct())
    return sorted({*found, today.year, today.year + 1}, reverse=True)


def headings(db: Session, unit_id: int, year: int) -> list[str]:
    """The headings of a list, in its order."""
    found = select(OfficeFile.heading).where(
        OfficeFile.unit_id == unit_id, OfficeFile.year == year, OfficeFile.heading != ""
    )  # fmt: skip
    return list(db.scalars(found.group_by(OfficeFile.heading).order_by(func.min(OfficeFile.heading_order))))


def totals(db: Session, ids: Sequence[int], labels: frozenset[str]) -> dict[int, Totals]:
    """Documents and pages of each file, of what these labels open alone: a count tells of nothing else."""
    newest = _newest()
    pages = func.sum(func.coalesce(FileDocument.pages, Version.page_count, 0))
    rows = db.execute(
        select(FileDocument.file_id, func.count(FileDocument.id), pages)
        .join(Document, Document.id == FileDocument.document_id)
        .outerjoin(Version, and_(Version.document_id == Document.id, Version.id == newest))
        .where(FileDocument.file_id.in_(ids), open_to(labels))
        .group_by(FileDocument.file_id)
    )
    found = {file_id: Totals(documents, int(number or 0)) for file_id, documents, number in rows}
    return {file_id: found.get(file_id, Totals()) for file_id in ids}


def _newest() -> ScalarSelect[int]:
    other = aliased(Version)
    return select(func.max(other.id)).where(other.document_id == Document.id).correlate(Document).scalar_subquery()


@dataclass(frozen=True)
class Line:
    """A document in a file: its place there, what the register says of it where it stands in one, its newest version.
    ``page`` is that on which it begins, counted through the file.
    """

    number: int
    entry: FileDocument
    document: Document
    office: OfficeDocument | None
    version: Version | None
    pages: int | None
    page: int


def contents(db: Session, seen: SeenFile, labels: frozenset[str]) -> list[Line]:
    """What of a file these labels open, in its order; those who keep it see the names of what was destroyed too."""
    gone = FileDocument.destroyed_at.is_not(None)
    keeps = bool(seen.parts & {FilePart.CLERK, FilePart.ARCHIVIST, FilePart.LEADER})
    rows = db.execute(
        select(FileDocument, Document, OfficeDocument, Version)
        .join(Document, Document.id == FileDocument.document_id)
        .outerjoin(OfficeDocument, OfficeDocument.document_id == Document.id)
        .outerjoin(Version, and_(Version.document_id == Document.id, Version.id == _newest()))
        .where(FileDocument.file_id == seen.file.id, or_(open_to(labels), gone) if keeps else open_to(labels))
        .order_by(FileDocument.position, FileDocument.id)
    )
    lines: list[Line] = []
    page = 1
    for number, (entry, document, office, version) in enumerate(rows, 1):
        pages = entry.pages if entry.pages is not None else version.page_count if version is not None else None
        lines.append(Line(number, entry, document, office, version, pages, page))
        page += pages or 0
    return lines


def history(db: Session, seen: SeenFile, labels: frozenset[str]) -> list[tuple[FileEvent, str]]:
    """What was done with a file, newest first, with the name of the document; of one that these labels do not open
    nothing is said.
    """
    events = list(
        db.scalars(
            select(FileEvent)
            .where(FileEvent.file_id == seen.file.id)
            .options(joinedload(FileEvent.member))
            .order_by(FileEvent.id.desc())
        )
    )
    ids = {event.document_id for event in events if event.document_id is not None}
    named = select(Document.id, Document.title).where(Document.id.in_(ids), open_to(labels))
    titles = {document_id: title for document_id, title in db.execute(named)}
    return [
        (event, titles.get(event.document_id or 0, ""))
        for event in events
        if event.document_id is None or event.document_id in titles
    ]


def readers(db: Session, file_id: int) -> list[FileReader]:
    """Those named beside the office."""
    found = select(FileReader).where(FileReader.file_id == file_id).options(joinedload(FileReader.member))
    return sorted(db.scalars(found), key=lambda one: one.member.order_key)


def files_of(db: Session, person: Person, document_id: int) -> list[OfficeFile]:
    """The files that a document is in, as far as this person sees them."""
    found = (
        select(OfficeFile)
        .join(Unit, Unit.id == OfficeFile.unit_id)
        .join(FileDocument, FileDocument.file_id == OfficeFile.id)
        .where(FileDocument.document_id == document_id, visible_to(person))
    )
    return list(db.scalars(found.order_by(OfficeFile.year.desc(), OfficeFile.place)))


@dataclass(frozen=True)
class Offer:
    """Files that a document may go into: first those of the documents that it has to do with."""

    near: list[OfficeFile]
    others: list[OfficeFile]


def offer(db: Session, person: Person, unit: Unit, document_id: int | None, *, secret: bool, today: date) -> Offer:
    """The open files of a unit for a document: the same file as what it answers or came from, then those of whom this
    person is in charge, then the others of this year and the last.
    """
    open_ones = (
        select(OfficeFile)
        .join(Unit, Unit.id == OfficeFile.unit_id)
        .where(OfficeFile.unit_id == unit.id, visible_to(person), OfficeFile.state.in_(_TAKES_MORE))
    )
    if secret:
        open_ones = open_ones.where(OfficeFile.secret)
    near: list[OfficeFile] = []
    if document_id is not None and (linked := _linked(db, document_id)):
        inside = select(FileDocument.file_id).where(FileDocument.document_id.in_(linked))
        near = list(db.scalars(open_ones.where(OfficeFile.id.in_(inside)).order_by(OfficeFile.id.desc()).limit(5)))
    mine = (OfficeFile.in_charge_id == person.member_id).desc()
    recent = open_ones.where(OfficeFile.year >= today.year - 1, OfficeFile.id.not_in([one.id for one in near]))
    order = (mine, OfficeFile.year.desc(), OfficeFile.heading_order, OfficeFile.place)
    return Offer(near, list(db.scalars(recent.order_by(*order).limit(OFFERED))))


_TAKES_MORE = (FileState.PLANNED, FileState.OPEN)


def _linked(db: Session, document_id: int) -> set[int]:
    """The documents that this one answers, replaces, came from …, and what these have to do with in turn."""
    start = db.scalar(select(OfficeDocument.id).where(OfficeDocument.document_id == document_id))
    if start is None:
        return set()
    known, edge = {start}, {start}
    documents: set[int] = set()
    for _step in range(NEAR_LINKS):
        found = around(db, [(LinkKind.OFFICE, one) for one in sorted(edge)])
        ends = [end for link in found for end in ((link.from_kind, link.from_id), (link.to_kind, link.to_id))]
        documents |= {key for kind, key in ends if kind == LinkKind.DOCUMENT}
        edge = {key for kind, key in ends if kind == LinkKind.OFFICE} - known
        known |= edge
    rows = db.scalars(select(OfficeDocument.document_id).where(OfficeDocument.id.in_(known - {start})))
    return documents | set(rows)
