"""What is read from the library for showing and for indexing."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from documents.models import Document, DocumentLabel, PageText, Version
from documents.search import Entry, Results
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
    for document in db.scalars(select(Document).where(Document.id.in_(document_ids)).order_by(Document.id)):
        version_id = versions.get(document.id)
        pages = pages_of(db, version_id) if version_id else []
        yield Entry(
            key=document_key(document.id),
            title=document.title,
            text="\n".join(text for _, text in pages),
            kind=document.kind,
            labels=frozenset(labels[document.id]),
            type_code=document.type_code,
            number=document.number,
            issuer=document.issuer,
            issued_on=document.issued_on,
        )


@dataclass(frozen=True)
class Found:
    """A hit as it is shown. ``version_id`` is the version to open, None while there is none."""

    document: Document
    version_id: int | None
    passage: Passage | None


def found(db: Session, results: Results, question: str, labels: frozenset[str]) -> list[Found]:
    """Titles and passages of the hits shown, in their order.

    What has meanwhile gone from the database, or been closed to these labels, is left out: the index may be behind.
    """
    open_ones = select(DocumentLabel.document_id).where(DocumentLabel.label.in_(sorted(labels)))
    hits = [number for hit in results.hits if (number := document_of(hit.key)) is not None]
    allowed = set(db.scalars(open_ones.where(DocumentLabel.document_id.in_(hits))))
    ids = [document_id for document_id in hits if document_id in allowed]
    documents = {document.id: document for document in db.scalars(select(Document).where(Document.id.in_(ids)))}
    versions = readable_versions(db, ids)
    shown = []
    for document_id in ids:
        document, version_id = documents.get(document_id), versions.get(document_id)
        if document is None:
            continue
        if version_id is not None:
            shown.append(Found(document, version_id, passage(pages_of(db, version_id), question)))
        else:
            newest = newest_version(db, document_id)
            shown.append(Found(document, newest.id if newest else None, None))
    return shown
