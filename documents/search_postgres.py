"""The search engine in PostgreSQL: the same segments as the embedded engine's, kept as rows.

PostgreSQL's own full text was left because its ranking opens every text that matches and its counts visit every row:
at 500,000 documents neither is in time. Here a search reads, for each word, one array for each segment, and counts,
facets and scores come out of the arrays (:mod:`documents.search_snapshot`), as they do on files: the same answers.

Segments are never changed; what is deleted from them is noted beside them. A search reads in one transaction of which
the snapshot is one commit. Writers take turns by an advisory lock.
"""

import struct
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from tempfile import TemporaryDirectory

import numpy as np
import psycopg
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from whoosh.filedb.filestore import FileStorage

from documents.database import Database
from documents.search import Query, Read, Results, SearchBroken, SearchBusy
from documents.search_building import Builder, build, merged, to_merge
from documents.search_matching import Cache, View
from documents.search_postgres_rows import DDL, create, deletions, insert, mark, remove, swap
from documents.search_postgres_segments import RowSegment, Shelf, load
from documents.search_postings import key_term
from documents.search_segments import FileSegment
from documents.search_snapshot import Snapshot

__all__ = ["DDL", "PostgresSearch"]

WRITER_SECONDS = 10
WRITER_WORDS = 4_000_000
"""How many words are turned over in memory at once: about 200 MB."""
_WRITER = 7_303_014_210_551_001  # the advisory lock of whoever writes the index; any number used for nothing else


class PostgresSearch:
    """The index in the database of the archive itself; see :class:`documents.search.Search`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._cache = Cache()
        self._lock = threading.Lock()
        self._opened: dict[int, RowSegment] = {}

    def update(self, keys: Iterable[str], read: Read) -> None:
        with self._writing() as db:
            builder = Builder()
            replaced = set(keys)
            for entry in read():
                builder.add(entry)
                replaced.add(entry.key)
            with _naming_damage():
                _delete(db, self._views(db), replaced)
                if len(builder):
                    insert(db, builder.table(), builder.terms())
        self._tidy()

    def rebuild(self, read: Read) -> int:
        with self._writing() as db, TemporaryDirectory(prefix="ecabinet-index-") as folder:
            storage = FileStorage(folder)
            files = [FileSegment(storage, segment) for segment in build(storage, read(), WRITER_WORDS)]
            views = [View(segment, (), Cache(0)) for segment in files]
            with _naming_damage():
                # Readers keep the old tables until this transaction is done.
                create(db, "_new")
                if views:
                    insert(db, *merged(views), suffix="_new")
                swap(db, "_new")
        return sum(view.count for view in views)

    def search(self, query: Query) -> Results:
        with self._reading() as snapshot:
            return snapshot.search(query)

    def suggest(self, beginning: str, labels: frozenset[str], limit: int = 8) -> list[str]:
        with self._reading() as snapshot:
            return snapshot.suggest(beginning, labels, limit)

    def count(self) -> int:
        with self._reading() as snapshot:
            return snapshot.count

    def keys(self) -> Iterator[str]:
        with self._reading() as snapshot:
            keys = list(snapshot.keys())
        yield from keys

    @contextmanager
    def _reading(self) -> Iterator[Snapshot]:
        with _naming_damage(), self.database.reading() as db:
            # One commit for all that is read: what another one merges away meanwhile is still there for this.
            db.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            # Before the first look, so that a rebuild that swaps the tables waits or is waited for.
            db.execute(sql("LOCK TABLE search_segment, search_posting IN ACCESS SHARE MODE"))
            yield Snapshot(("postgresql", 0), self._views(db))

    def _views(self, db: Session, *, whole: bool = False) -> list[View]:
        """What the transaction sees. ``whole``: of the segments every term will be read, in order."""
        deleted = deletions(db)
        with self._lock:
            self._opened = opened = load(db, list(deleted), self._opened)
        shelf = Shelf(db, self._cache, list(opened.values()))
        return [View(opened[each].on(shelf, whole=whole), gone, self._cache) for each, gone in deleted.items()]

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with self.database.writing() as db:
            with _naming_damage():
                db.execute(sql(f"SET LOCAL lock_timeout = '{WRITER_SECONDS}s'"))
                db.execute(sql("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITER})
            yield db

    def _tidy(self) -> None:
        """Make one segment of several small ones; after the commit that brought the last, which is found already."""
        with suppress(SearchBusy), self._writing() as db, _naming_damage():
            views = self._views(db, whole=True)
            while chosen := to_merge([view.count for view in views]):
                several = [views[index] for index in chosen]
                insert(db, *merged(several))
                remove(db, [int(view.segment.name) for view in several])
                views = self._views(db, whole=True)


def _delete(db: Session, views: Sequence[View], keys: set[str]) -> None:
    """Note in each segment which of its entries are no more; one without any left goes as a whole."""
    for view in views:
        gone = [int(number) for key in keys for number in view.segment.numbers(key_term(key)) if view.live[number]]
        if len(gone) == view.count:
            remove(db, [int(view.segment.name)])
        elif gone:
            mark(db, int(view.segment.name), np.concatenate([np.flatnonzero(~view.live), gone]))


@contextmanager
def _naming_damage() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        _name(error.orig, error)
        raise
    except psycopg.Error as error:
        _name(error, error)
        raise DBAPIError.instance("the search", None, error, psycopg.Error) from error
    except (ValueError, struct.error, IndexError, EOFError) as error:
        raise SearchBroken(f"the index in PostgreSQL is damaged: {error!r}") from error


def _name(said: BaseException | None, error: Exception) -> None:
    state = getattr(said, "sqlstate", None)
    if state == "55P03":  # lock_not_available
        raise SearchBusy from error
    if state in {"42P01", "42703", "XX001", "XX002"}:  # no such table or column, damaged data or index
        raise SearchBroken(f"the index in PostgreSQL is missing or damaged: {said}") from error
