"""The archive that the benchmark of the search asks: its documents as rows, in the index, and one who may see them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from documents.database import Database
from documents.models import Document, DocumentLabel, PageText, Version
from documents.queries import document_key
from documents.rules import VersionState
from documents.search import Entry
from ecabinet.bench.processes import BenchError
from ecabinet.bench.room import sign_in
from ecabinet.bench.search_corpus import Article, MadeUp, entry
from ecabinet.registry import operations as registry
from ecabinet.registry.models import Unit
from ecabinet.registry.rules import Sex, UnitKind

BATCH = 500


class Archive:
    """The articles of the corpus, and behind them as many made up as make ``count`` documents; numbered from 1."""

    def __init__(self, articles: list[Article], made_up: MadeUp, count: int) -> None:
        self.articles, self.made_up = articles, made_up
        self.count = max(count, len(articles))
        self.numbers = {article.id: number for number, article in enumerate(articles, start=1)}

    def article(self, number: int, edition: int = 0) -> Article:
        """``edition``: those made up have another text in each."""
        return self.articles[number - 1] if number <= len(self.articles) else self.made_up.article(number, edition)

    def entry(self, number: int, edition: int = 0) -> Entry:
        return entry(document_key(number), self.article(number, edition), number)

    def entries(self) -> Iterator[Entry]:
        return map(self.entry, range(1, self.count + 1))


def fill(database: Database, archive: Archive, secret_key: str) -> str:
    """Write the documents into an empty database; the cookie of somebody signed in who may see them all."""
    now = datetime.now(UTC)
    with database.writing() as db:
        if db.scalar(select(func.count()).select_from(Unit)):
            raise BenchError("the database is not empty: give one that is")
        unit = registry.add_unit(db, None, "BENCH", "Đơn vị đo kiểm", UnitKind.CENTRAL)
        reader = registry.add_member(db, unit, "Lãnh đạo", Sex.FEMALE, date(1985, 1, 1), "L")
        db.flush()
        _, [cookie] = sign_in(db, secret_key, [reader], now)
    entries = archive.entries()
    number = 1
    while batch := list(islice(entries, BATCH)):
        with database.writing() as db:
            _insert(db, batch, number, now)
        number += len(batch)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return cookie


def _insert(db: Session, entries: list[Entry], first: int, now: datetime) -> None:
    """Documents and versions get the same ids: in an empty database both count from 1."""
    numbered = list(enumerate(entries, start=first))
    common: dict[str, Any] = {"created_at": now, "created_by": "bench"}
    db.execute(
        insert(Document),
        [
            {"id": n, "title": each.title[:500], "kind": each.kind, "type_code": each.type_code, "number": each.number,
             "issuer": each.issuer, "issued_on": each.issued_on, "last_number": 1, **common}
            for n, each in numbered
        ],
    )  # fmt: skip
    db.execute(
        insert(DocumentLabel), [{"document_id": n, "label": label} for n, each in numbered for label in each.labels]
    )
    db.execute(
        insert(Version),
        [
            {"id": n, "document_id": n, "number": 1, "sha256": f"{n:064}", "size": len(each.text), "page_count": 1,
             "filename": "bench.txt", "media_type": "text/plain", "state": VersionState.READY, **common}
            for n, each in numbered
        ],
    )  # fmt: skip
    db.execute(insert(PageText), [{"version_id": n, "page": 0, "text": each.text} for n, each in numbered])
