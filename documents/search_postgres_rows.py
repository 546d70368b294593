"""The tables of the index in PostgreSQL: one row for a segment with what is known of its entries, one for each of its
terms.

Where a word stands in an entry is kept beside the rest of its postings, and fetched only for phrases and neighbours:
for a frequent word it is most of the bytes.
"""

import io
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from psycopg import Connection
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from documents.search_building import Terms
from documents.search_postings import Numbers, Postings, pack
from documents.search_segments import Table, Texts

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

_BATCH_BYTES = 16_000_000

Row = tuple[int, bytes, bytes]
"""A term's number, its postings without the places but with how many bytes each of them has, and the places."""


def deletions(db: Session) -> dict[int, Numbers]:
    """The segments, and which of the entries of each are deleted."""
    rows = db.execute(sql("SELECT id, deleted FROM search_segment ORDER BY id"))
    return {row.id: np.frombuffer(row.deleted, "<u4") for row in rows}


def mark(db: Session, segment: int, deleted: Numbers) -> None:
    """Say anew which entries of a segment are deleted."""
    values = {"deleted": deleted.astype("<u4").tobytes(), "id": segment}
    db.execute(sql("UPDATE search_segment SET deleted = :deleted WHERE id = :id"), values)


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
    """How many bytes a place has, and the postings without the places; the places."""
    places = postings.places
    width = 2 if not len(places) or int(places.max()) < 1 << 16 else 4
    without = replace(postings, places=np.zeros(len(places), np.uint8))
    return bytes([width]) + pack(without), places.astype(f"<u{width}").tobytes()
