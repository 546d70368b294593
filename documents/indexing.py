"""The search index kept up to the database: a few entries at a time, or all of it anew."""

import logging
from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from documents import queries
from documents.contents import DOCUMENTS, Contents
from documents.database import Database, changed
from documents.jobs import Handler, Store
from documents.models import Job
from documents.rules import INDEX_BATCH
from documents.search import Entry, Read, Search, SearchBroken, SearchBusy

log = logging.getLogger(__name__)


def handler(database: Database, search: Search, contents: Contents = DOCUMENTS) -> Handler:
    """How jobs ``{"keys": […]}`` or ``{"document_id": …}`` are done: many in one commit of the index."""

    def run(claims: Sequence[Job]) -> Store:
        keys = list({key: None for job in claims for key in keys_of(job)})
        try:
            search.update(keys, reader(database, contents, keys))
        except SearchBroken as error:
            log.warning("%s: rebuilding the index", error)
            rebuild_index(database, search, contents)

        def store(db: Session) -> None:
            for document_id in filter(None, map(queries.document_of, keys)):
                changed(db, "document", document_id)

        return store

    return Handler(run, together=INDEX_BATCH)


def keys_of(job: Job) -> list[str]:
    """The keys of the entries that a job brings up to date."""
    keys: list[str] | None = job.payload.get("keys")
    return [queries.document_key(job.payload["document_id"])] if keys is None else keys


def reader(database: Database, contents: Contents = DOCUMENTS, keys: Sequence[str] | None = None) -> Read:
    """Reads the entries of these keys, or of all, when the engine asks for them."""

    def read() -> Iterator[Entry]:
        with database.reading() as db:
            yield from contents.read(db, keys)

    return read


def rebuild_index(database: Database, search: Search, contents: Contents = DOCUMENTS) -> int:
    """Build the whole index anew from the database; the number of entries in it."""
    return search.rebuild(reader(database, contents))


def ensure_index(database: Database, search: Search, contents: Contents = DOCUMENTS) -> bool:
    """At the start of a worker: rebuild an index that is missing, broken, or empty beside a full database.

    True when it was rebuilt here; another worker may be doing so already.
    """
    with database.reading() as db:
        there_are = contents.count(db)
    try:
        if search.count() or not there_are:
            return False
    except SearchBroken as error:
        log.warning("%s: rebuilding the index", error)
    try:
        rebuild_index(database, search, contents)
    except SearchBusy:
        return False
    return True
