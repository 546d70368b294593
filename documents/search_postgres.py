"""The search engine in PostgreSQL: one table with a GIN index over the same words that the embedded engine keeps.

The words are cut and folded by :mod:`documents.text` and handed over as ready ``tsvector`` and ``tsquery`` values, so
no configuration of the server has a say in what matches. Phrases are looked up in the folded text, because a tsvector
knows no places beyond the 16,383rd.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from documents import text
from documents.database import Database
from documents.search import Entry, Hit, Query, Read, Results, SearchBroken, SearchBusy
from documents.search_query import parse

log = logging.getLogger(__name__)

DDL = (
    """
    CREATE TABLE search_entry (
        document_id integer PRIMARY KEY,
        kind text NOT NULL,
        type_code text,
        issued_on date,
        labels text[] NOT NULL,
        words tsvector NOT NULL,
        folded text NOT NULL
    )
    """,
    "CREATE INDEX ix_search_entry_words ON search_entry USING gin (words)",
    "CREATE INDEX ix_search_entry_labels ON search_entry USING gin (labels)",
)
"""What a migration must run on PostgreSQL. No foreign key: the index is derived, and may be behind or ahead."""

_WRITER = 7_303_014_210_551_001  # the advisory lock of whoever writes the index; any number used for nothing else
WRITER_SECONDS = 10

_LAST_PLACE = 16_383
_PLACES_KEPT = 255
_VECTOR_BYTES = 1_000_000

_PUT = """
    INSERT INTO {table} (document_id, kind, type_code, issued_on, labels, words, folded)
    VALUES (:document_id, :kind, :type_code, :issued_on, :labels, CAST(:words AS tsvector), :folded)
    ON CONFLICT (document_id) DO UPDATE SET kind = excluded.kind, type_code = excluded.type_code,
        issued_on = excluded.issued_on, labels = excluded.labels, words = excluded.words, folded = excluded.folded
"""

_FIND = """
    WITH matching AS MATERIALIZED (
        SELECT document_id, CAST({score} AS double precision) AS score
        FROM search_entry
        WHERE words @@ CAST(:all AS tsquery) AND labels && CAST(:labels AS text[]) {filters}
    )
    SELECT counted.total, shown.document_id, shown.score
    FROM (SELECT count(*) AS total FROM matching) AS counted
    LEFT JOIN (
        SELECT document_id, score FROM matching ORDER BY score DESC, document_id LIMIT :limit OFFSET :offset
    ) AS shown ON true
    ORDER BY shown.score DESC, shown.document_id
"""


class PostgresSearch:
    """The index in the database of the archive itself; see :class:`documents.search.Search`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def update(self, keys: Iterable[str], read: Read) -> None:
        with self._writing() as db:
            entries = list(read())
            gone = sorted(map(_number, set(keys) - {entry.key for entry in entries}))
            db.execute(sql("DELETE FROM search_entry WHERE document_id = ANY(:gone)"), {"gone": gone})
            _put(db, "search_entry", entries)

    def rebuild(self, read: Read) -> int:
        with self._writing() as db:
            if db.scalar(sql("SELECT to_regclass('search_entry')")) is None:
                for statement in DDL:
                    db.execute(sql(statement))
            # Readers keep the old table until this transaction is done.
            db.execute(sql("CREATE TABLE search_entry_new (LIKE search_entry INCLUDING ALL)"))
            count, entries = 0, iter(read())
            while batch := list(islice(entries, 50)):
                _put(db, "search_entry_new", batch)
                count += len(batch)
            db.execute(sql("DROP TABLE search_entry"))
            db.execute(sql("ALTER TABLE search_entry_new RENAME TO search_entry"))
        return count

    def search(self, query: Query) -> Results:
        terms = parse(query.text).terms()
        if not terms or not query.labels:
            return Results(0, [])
        folded = sorted({word for term in terms for word in term.folded})
        marked = sorted({word for term in terms for word in term.marked})
        phrases = [f" {' '.join(term.folded)} " for term in terms if len(term.words) > 1]
        statement, values = _question(query, folded, marked, phrases)
        with _naming_damage(), self.database.reading() as db:
            rows = db.execute(sql(statement), values).all()
        hits = [Hit(f"document:{row.document_id}", row.score) for row in rows if row.document_id is not None]
        return Results(rows[0].total, hits)

    def count(self) -> int:
        with _naming_damage(), self.database.reading() as db:
            return int(db.scalar(sql("SELECT count(*) FROM search_entry")) or 0)

    def suggest(self, beginning: str, labels: frozenset[str], limit: int = 8) -> list[str]:
        return []

    def keys(self) -> Iterator[str]:
        with _naming_damage(), self.database.reading() as db:
            yield from [f"document:{number}" for number in db.scalars(sql("SELECT document_id FROM search_entry"))]

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with _naming_damage(), self.database.writing() as db:
            db.execute(sql(f"SET LOCAL lock_timeout = '{WRITER_SECONDS}s'"))
            db.execute(sql("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITER})
            yield db


def _question(
    query: Query, folded: Sequence[str], marked: Sequence[str], phrases: Sequence[str]
) -> tuple[str, dict[str, Any]]:
    """The statement and its values. Only fixed pieces go into the statement, never anything a reader wrote."""
    # Weights of D (text) and A (title); 1: the longer the entry, the less a word in it says.
    score = "ts_rank('{0.1, 0.2, 0.4, 1.0}', words, CAST(:all AS tsquery), 1)"
    values: dict[str, Any] = {
        "all": " & ".join(map(_quoted, folded)),
        "labels": sorted(query.labels),
        "limit": query.limit,
        "offset": query.offset,
    }
    filters = ""
    if marked:
        score += " + 2 * ts_rank('{0.1, 0.2, 0.4, 1.0}', words, CAST(:exact AS tsquery), 1)"
        values["exact"] = " | ".join(map(_quoted, marked))
    for column, wanted in (("kind", query.filters.kinds), ("type_code", query.filters.type_codes)):
        if wanted:
            filters += f" AND {column} = ANY(:{column})"
            values[column] = sorted(wanted)
    for number, phrase in enumerate(phrases):
        filters += f" AND strpos(folded, :phrase{number}) > 0"
        values[f"phrase{number}"] = phrase
    return _FIND.format(score=score, filters=filters), values


def _number(key: str) -> int:
    return int(key.rpartition(":")[2])


def _put(db: Session, table: str, entries: Sequence[Entry]) -> None:
    if entries:
        db.execute(sql(_PUT.format(table=table)), [_row(entry) for entry in entries])


def _row(entry: Entry) -> dict[str, Any]:
    parts = [text.words(part) for part in entry.parts()]
    return {
        "document_id": _number(entry.key),
        "kind": entry.kind,
        "type_code": entry.type_code,
        "issued_on": entry.issued_on,
        "labels": sorted(entry.labels),
        "words": _vector(parts, entry.key),
        # "|" is in no word: a phrase does not run from one part into the next.
        "folded": " " + " | ".join(" ".join(map(text.fold, part)) for part in parts) + " ",
    }


def _vector(parts: Sequence[Sequence[str]], key: str) -> str:
    """Each word in both forms with its places, those of the title (the first part) of weight A."""
    places: dict[str, list[str]] = {}
    place = 0
    for part, written in enumerate(parts):
        for word in written:
            place = min(place + 1, _LAST_PLACE)
            for form in {word, text.fold(word)}:
                where = places.setdefault(form, [])
                if len(where) < _PLACES_KEPT:
                    where.append(f"{place}A" if part == 0 else str(place))
    bare = sum(len(word.encode()) + 4 for word in places)
    if bare > _VECTOR_BYTES:
        log.warning("%s has too many different words to be indexed whole", key)
        places = dict(islice(places.items(), _VECTOR_BYTES * len(places) // bare // 2))
    elif bare + sum(2 * len(where) for where in places.values()) > _VECTOR_BYTES:
        return " ".join(map(_quoted, places))
    return " ".join(f"{_quoted(word)}:{','.join(where)}" for word, where in places.items())


def _quoted(word: str) -> str:
    return f"'{word}'"  # a word has neither quotes nor backslashes: it is letters, digits and "_"


@contextmanager
def _naming_damage() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state == "55P03":  # lock_not_available
            raise SearchBusy from error
        if state in {"42P01", "42703", "XX001", "XX002"}:  # no such table or column, damaged data or index
            raise SearchBroken(f"the table search_entry is missing or damaged: {error.orig}") from error
        raise
