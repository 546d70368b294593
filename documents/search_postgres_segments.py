"""Segments of the index as rows: one for the segment with what is known of its entries, one for each of its terms.

Where a word stands in an entry is kept beside the rest of its postings, and fetched only for phrases and neighbours:
for a frequent word it is most of the bytes.
"""

import copy
import io
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from psycopg import Connection
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from documents.search_building import Terms
from documents.search_matching import Cache
from documents.search_postings import NONE, Numbers, Postings, pack, unpack
from documents.search_segments import Extent, Segment, Table, Texts

_DDL = (
    """
    CREATE TABLE search_segment{suffix} (
        id bigint PRIMARY KEY,
        contents bytea NOT NULL,
        deleted bytea NOT NULL DEFAULT ''
    )
    """,
    """
    CREATE TABLE search_posting{suffix} (
        segment bigint NOT NULL,
        number integer NOT NULL,
        data bytea NOT NULL,
        places bytea NOT NULL,
        PRIMARY KEY (segment, number)
    )
    """,
    # As they are: unpacking would take longer than reading.
    "ALTER TABLE search_segment{suffix} ALTER contents SET STORAGE EXTERNAL",
    "ALTER TABLE search_posting{suffix} ALTER data SET STORAGE EXTERNAL, ALTER places SET STORAGE EXTERNAL",
)
DDL = tuple(statement.format(suffix="") for statement in _DDL)
"""What a migration must run on PostgreSQL. No foreign key: the index is derived, and may be behind or ahead."""

_AHEAD = 500
"""How many terms are fetched at once by who reads all of them."""

_FETCH = """
    SELECT posting.segment, posting.number, posting.{column}
    FROM unnest(%s::bigint[], %s::integer[], %s::integer[]) AS span (segment, first, beyond)
    JOIN search_posting AS posting
    ON posting.segment = span.segment AND posting.number >= span.first AND posting.number < span.beyond
"""

_BATCH_BYTES = 16_000_000

Row = tuple[int, bytes, bytes]
"""A term's number, its postings without the places, and these."""
Span = tuple[int, int]
"""The numbers of neighbouring terms: the first, and the one beyond the last."""


class RowSegment(Segment):
    """A segment whose postings are read by a shelf; ``on`` gives it one."""

    def __init__(self, identity: int, table: Table, terms: Texts) -> None:
        super().__init__(str(identity), table)
        self.identity, self.terms = identity, terms
        self._shelf: Shelf | None = None
        self._ahead: dict[int, Postings] | None = None

    def on(self, shelf: "Shelf", *, whole: bool = False) -> "RowSegment":
        """The same segment, read in the transaction of this shelf. ``whole``: every term will be, in order."""
        bound = copy.copy(self)
        bound._shelf, bound._ahead = shelf, {} if whole else None
        return bound

    @property
    def shelf(self) -> "Shelf":
        if self._shelf is None:
            raise ValueError("a segment is read in a transaction")
        return self._shelf

    def span(self, beginning: str) -> Span:
        """Of the terms that begin so."""
        first = bisect_left(self.terms, beginning)
        return first, bisect_left(self.terms, beginning + "\U0010ffff", first)

    def span_of(self, term: str) -> Span:
        """Of this term."""
        first = bisect_left(self.terms, term)
        return first, first + (first < len(self.terms) and self.terms[first] == term)

    def extent(self, term: bytes) -> Extent | None:
        first, beyond = self.span_of(term.decode())
        if first == beyond:
            return None
        self.shelf.fetch(lambda segment: segment.span_of(term.decode()))
        return first, beyond, 0

    def extents_from(self, beginning: bytes) -> Iterator[tuple[bytes, Extent]]:
        span = self.span(beginning.decode())
        if self._ahead is None and span[0] < span[1]:
            self.shelf.fetch(lambda segment: segment.span(beginning.decode()))
        for number in range(*span):
            yield self.terms[number].encode(), (number, number + 1, 0)

    def read(self, extent: Extent, places: bool = False) -> Postings:
        number = extent[0]
        if self._ahead is not None:
            if number not in self._ahead:
                self._ahead = self.shelf.several(self.identity, (number, number + _AHEAD))
            return self._ahead[number]
        postings = unpack(self.shelf.data(self.identity, number))
        if places and len(postings.often):
            forms = self.terms[number].partition("\0")[0] + "\0"
            found = self.shelf.places(self.identity, number, self.span(forms))
            return replace(postings, places=_unpacked(found, int(postings.often.sum(dtype=np.int64))))
        return postings


class Shelf:
    """What one transaction reads of the postings. It fetches a term for all segments at once, those it has not yet."""

    def __init__(self, db: Session, cache: Cache, segments: Sequence[RowSegment]) -> None:
        self._db, self._cache, self._segments = db, cache, segments

    def fetch(self, span_of: Callable[[RowSegment], Span]) -> None:
        spans = []
        for segment in self._segments:
            first, beyond = span_of(segment)
            if first < beyond and ("data", segment.identity, first) not in self._cache:
                spans.append((segment.identity, (first, beyond)))
        self._keep("data", spans)

    def data(self, segment: int, number: int) -> memoryview:
        return self._kept("data", segment, number, (number, number + 1))

    def places(self, segment: int, number: int, forms: Span) -> memoryview:
        """``forms``: the terms beside it, whose places will be asked for too."""
        return self._kept("places", segment, number, forms)

    def several(self, segment: int, span: Span) -> dict[int, Postings]:
        """Whole, and not kept."""
        data = {number: unpack(found) for _, number, found in self._rows("data", [(segment, span)])}
        for _, number, found in self._rows("places", [(segment, span)]):
            if len(data[number].often):
                count = int(data[number].often.sum(dtype=np.int64))
                data[number] = replace(data[number], places=_unpacked(found, count))
        return data

    def _kept(self, column: str, segment: int, number: int, span: Span) -> memoryview:
        def make() -> tuple[memoryview, int]:
            for _, other, found in self._rows(column, [(segment, span)]):
                if other == number:
                    return found, len(found)
                self._put(column, segment, other, found)
            raise ValueError(f"term {number} of segment {segment} is missing")

        return self._cache.get((column, segment, number), make)

    def _keep(self, column: str, spans: Sequence[tuple[int, Span]]) -> None:
        for segment, number, found in self._rows(column, spans) if spans else ():
            self._put(column, segment, number, found)

    def _put(self, column: str, segment: int, number: int, found: memoryview) -> None:
        self._cache.get((column, segment, number), lambda: (found, len(found)))

    def _rows(self, column: str, spans: Sequence[tuple[int, Span]]) -> list[tuple[int, int, memoryview]]:
        segments, firsts, beyonds = zip(*((segment, *span) for segment, span in spans), strict=True)
        with driver(self._db).cursor(binary=True) as cursor:
            rows = cursor.execute(_FETCH.format(column=column), [list(segments), list(firsts), list(beyonds)])
            return [(segment, number, memoryview(found)) for segment, number, found in rows]


def deletions(db: Session) -> dict[int, Numbers]:
    """The segments, and which of the entries of each are deleted."""
    rows = db.execute(sql("SELECT id, deleted FROM search_segment ORDER BY id"))
    return {row.id: np.frombuffer(row.deleted, "<u4") for row in rows}


def mark(db: Session, segment: int, deleted: Numbers) -> None:
    """Say anew which entries of a segment are deleted."""
    values = {"deleted": deleted.astype("<u4").tobytes(), "id": segment}
    db.execute(sql("UPDATE search_segment SET deleted = :deleted WHERE id = :id"), values)


def load(db: Session, ids: Sequence[int], opened: Mapping[int, RowSegment]) -> dict[int, RowSegment]:
    """The segments of these ids; those opened already are not read again."""
    known = {identity: opened[identity] for identity in ids if identity in opened}
    missing = [identity for identity in ids if identity not in known]
    if missing:
        with driver(db).cursor(binary=True) as cursor:
            rows = cursor.execute("SELECT id, contents FROM search_segment WHERE id = ANY(%s)", [missing])
            known |= {identity: _opened(identity, contents) for identity, contents in rows}
    return {identity: known[identity] for identity in ids}


def _opened(identity: int, contents: bytes) -> RowSegment:
    file = io.BytesIO(contents)
    return RowSegment(identity, Table.load(file), Texts.load(file))


def insert(db: Session, table: Table, terms: Terms, suffix: str = "") -> None:
    """A new segment of these entries and terms, the terms in order."""
    identity = time.time_ns()  # never used again: processes keep what they have read of a segment by it
    names: list[str] = []
    for batch in _batches(terms, names):
        _copy(db, f"search_posting{suffix}", [(identity, *row) for row in batch])
    file = io.BytesIO()
    table.save(file)
    Texts.of(names).save(file)
    statement = sql(f"INSERT INTO search_segment{suffix} (id, contents) VALUES (:id, :contents)")  # noqa: S608  # fixed
    db.execute(statement, {"id": identity, "contents": file.getvalue()})


def _batches(terms: Terms, names: list[str]) -> Iterator[list[Row]]:
    """Rows of several terms: who gives the terms may read them by the connection that will copy the rows."""
    batch: list[Row] = []
    size = 0
    for term, postings in terms:
        batch.append((len(names), *_packed(postings)))
        names.append(term.decode())
        size += len(batch[-1][1]) + len(batch[-1][2])
        if size > _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _copy(db: Session, table: str, rows: Iterable[tuple[int, int, bytes, bytes]]) -> None:
    into = f"COPY {table} (segment, number, data, places) FROM STDIN WITH (FORMAT BINARY)"
    with driver(db).cursor() as cursor, cursor.copy(into) as copying:
        copying.set_types(["int8", "int4", "bytea", "bytea"])
        for row in rows:
            copying.write_row(row)


def remove(db: Session, ids: Sequence[int]) -> None:
    db.execute(sql("DELETE FROM search_posting WHERE segment = ANY(:ids)"), {"ids": list(ids)})
    db.execute(sql("DELETE FROM search_segment WHERE id = ANY(:ids)"), {"ids": list(ids)})


def create(db: Session, suffix: str) -> None:
    """Empty tables beside those in use."""
    for statement in _DDL:
        db.execute(sql(statement.format(suffix=suffix)))


def swap(db: Session, suffix: str) -> None:
    """Put the tables with the suffix in the place of those in use."""
    db.execute(sql(f"ANALYZE search_posting{suffix} (segment, number)"))
    for table in ("search_segment", "search_posting"):
        db.execute(sql(f"DROP TABLE IF EXISTS {table}"))
        db.execute(sql(f"ALTER TABLE {table}{suffix} RENAME TO {table}"))


def driver(db: Session) -> Connection[tuple[Any, ...]]:
    """The driver's connection: SQLAlchemy neither copies nor fetches in binary form."""
    connection: Connection[tuple[Any, ...]] = db.connection().connection.driver_connection  # type: ignore[assignment]
    return connection


def _packed(postings: Postings) -> tuple[bytes, bytes]:
    """The postings without the places, and these."""
    places = postings.places
    width = 2 if not len(places) or int(places.max()) < 1 << 16 else 4
    without = replace(postings, places=np.zeros(len(places), np.uint8))
    return pack(without), places.astype(f"<u{width}").tobytes()


def _unpacked(places: memoryview, count: int) -> Numbers:
    return np.frombuffer(places, f"<u{len(places) // count}") if count else NONE
