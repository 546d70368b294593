"""What is read from the library for showing and for indexing."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from documents.models import Document, DocumentLabel, PageText, Rendition, Version
from documents.rules import RenditionKind
from documents.search import Entry
from documents.search_passages import Passage, passage

BATCH = 50
_DOCUMENT = "document"


def document_key(document_id: int) -> str:
    """What a document is called in the search index."""
    return f"{_DOCUMENT}:{document_id}"


def document_of(key: str) -> int | None:
    """The id of the document of this key; None for the key of anything else."""
    what, _, number = key.partition(":")
    return int(number) if what == _DOCUMENT else None


def newest_version(db: Session, document_id: int) -> Version | None:
    return db.scalar(select(Version).where(Version.document_id == document_id).order_by(Version.number.desc()).limit(1))


def open_to(labels: frozenset[str]) -> ColumnElement[bool]:
    """SQL over a few documents: those that one of these labels opens. Each is asked for its labels, as what a label
    opens may be the whole archive.
    """
    return exists().where(DocumentLabel.document_id == Document.id, DocumentLabel.label.in_(sorted(labels)))


def may_see(db: Session, document_id: int, labels: frozenset[str]) -> bool:
    """Whether a person with these labels may find and open the document."""
    return bool(
        db.scalar(
            select(exists().where(DocumentLabel.document_id == document_id, DocumentLabel.label.in_(sorted(labels))))
        )
    )


def count_documents(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(Document)) or 0


def pages_of(db: Session, version_id: int) -> list[tuple[int, str]]:
    """The texts of a version as ``(page, text)``, in order."""
    rows = db.execute(
        select(PageText.page, PageText.text).where(PageText.version_id == version_id).order_by(PageText.page)
    )
    return [(page, text) for page, text in rows]


def readable_versions(db: Session, document_ids: Sequence[int]) -> dict[int, int]:
    """For each document the id of its newest version that has text: that is the one which is searched."""
    rows = db.execute(
        select(Version.document_id, Version.id)
        .where(Version.document_id.in_(document_ids), exists().where(PageText.version_id == Version.id))
        .order_by(Version.number)
    )
    return {row.document_id: row.id for row in rows}


def entries(db: Session, document_ids: Sequence[int] | None = None) -> Iterator[Entry]:
    """What the index should hold of these documents, or of all; a few of them at a time in memory."""
    if document_ids is None:
        document_ids = db.scalars(select(Document.id).order_by(Document.id)).all()
    for start in range(0, len(document_ids), BATCH):
        yield from _entries(db, document_ids[start : start + BATCH])
        db.expunge_all()


def _entries(db: Session, document_ids: Sequence[int]) -> Iterator[Entry]:
    labels: dict[int, set[str]] = defaultdict(set)
    for document_id, label in db.execute(
        select(DocumentLabel.document_id, DocumentLabel.label).where(DocumentLabel.document_id.in_(document_ids))
    ):
        labels[document_id].add(label)
    versions = readable_versions(db, document_ids)
    texts: dict[int | None, list[str]] = defaultdict(list)
    pages = select(PageText.version_id, PageText.text).where(PageText.version_id.in_(versions.values()))
    for version_id, text in db.execute(pages.order_by(PageText.version_id, PageText.page)):
        texts[version_id].append(text)
    for document in db.scalars(select(Document).where(Document.id.in_(document_ids)).order_by(Document.id)):
        yield Entry(
            key=document_key(document.id),
            title=document.title,
            text="\n".join(texts[versions.get(document.id)]),
            kind=document.kind,
            labels=frozenset(labels[document.id]),
            type_code=document.type_code,
            number=document.number,
            issuer=document.issuer,
            issued_on=document.issued_on,
        )


@dataclass(frozen=True)
class Found:
    """A document as a hit. ``version_id`` is the version to open, None while there is none; ``pictured``: there is a
    small picture of that version.
    """

    document: Document
    version_id: int | None
    passage: Passage | None
    pictured: bool


def found(db: Session, document_ids: Sequence[int], question: str, labels: frozenset[str]) -> dict[int, Found]:
    """These documents with the passages to show, by id; a few questions to the database, however many they are.

    What has meanwhile gone from the database, or been closed to these labels, is left out: the index may be behind.
    """
    documents = db.scalars(select(Document).where(Document.id.in_(document_ids), open_to(labels))).all()
    ids = [document.id for document in documents]
    versions = readable_versions(db, ids)
    passages = _passages(db, list(versions.values()), question)
    newest = select(Version.document_id, func.max(Version.id)).group_by(Version.document_id)
    rows = db.execute(newest.where(Version.document_id.in_([one for one in ids if one not in versions])))
    versions |= {document_id: version_id for document_id, version_id in rows}
    pictures = set(
        db.scalars(
            select(Rendition.version_id).where(
                Rendition.version_id.in_(versions.values()), Rendition.kind == RenditionKind.THUMBNAIL
            )
        )
    )
    return {
        document.id: Found(document, version_id, passages.get(version_id or 0), version_id in pictures)
        for document in documents
        for version_id in (versions.get(document.id),)
    }


def _passages(db: Session, version_ids: Sequence[int], question: str) -> dict[int, Passage | None]:
    texts = (
        select(PageText.version_id, PageText.page, PageText.text)
        .where(PageText.version_id.in_(version_ids))
        .order_by(PageText.version_id, PageText.page)
        # A few pages at a time in memory: there are documents of ten thousand.
        .execution_options(yield_per=BATCH)
    )
    return {
        version_id: passage(((row.page, row.text) for row in rows), question)
        for version_id, rows in groupby(db.execute(texts), key=lambda row: row.version_id)
    }
