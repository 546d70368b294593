"""While there is no index: the search goes on over the titles in the database, by the same access and narrowing."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import queries
from documents.models import Document
from documents.search import Entry, Facet, Hit, Results, Sort
from documents.search_query import parse
from documents.text import exact, fold
from ecabinet.entries import EntryTable
from ecabinet.library import search_entries
from ecabinet.library.search_address import PER_PAGE, Asked

MOST = 500
"""So many titles that fit are looked at, the newest of each kind."""


def search(db: Session, entries: EntryTable, asked: Asked, labels: frozenset[str]) -> Results:
    """What an engine gives, without facets: every word must begin a word of the title, marks aside."""
    understood = parse(asked.question)
    beginnings = [f" {word}" for term in understood.terms() for word in term.folded]
    if not beginnings:
        return Results(0, [], understood=understood)
    keys = entries.titled(db, lambda title: _fits(title, beginnings))[:MOST]
    found = [entry for entry in _open(db, entries, keys, labels) if _chosen(entry, asked)]
    found.sort(key=lambda entry: entry.title if asked.sort == Sort.TITLE else "")
    if asked.sort != Sort.TITLE:
        found.sort(key=lambda entry: str(entry.issued_on or ""), reverse=asked.sort != Sort.OLDEST)
    start = (asked.page - 1) * PER_PAGE
    return Results(len(found), [Hit(one.key, 0.0) for one in found[start : start + PER_PAGE]], understood=understood)


def _fits(title: str, beginnings: Sequence[str]) -> bool:
    folded = " " + fold(exact(title))
    return all(beginning in folded for beginning in beginnings)


def _open(db: Session, entries: EntryTable, keys: Sequence[str], labels: frozenset[str]) -> Iterator[Entry]:
    """Those that these labels open; documents without their texts, which would be much to read."""
    ids = [number for key in keys if (number := queries.document_of(key)) is not None]
    around = search_entries.surroundings(db, ids)
    nowhere = search_entries.Surroundings(None, None)
    for one in db.scalars(select(Document).where(Document.id.in_(ids), queries.open_to(labels))):
        here = around.get(one.id, nowhere)
        yield Entry(
            key=queries.document_key(one.id), kind=one.kind, title=one.title, text="", labels=frozenset(),
            type_code=one.type_code, number=one.number, issuer=one.issuer, issued_on=one.issued_on, unit=here.unit,
            meeting=here.meeting, secrecy=one.secrecy,
        )  # fmt: skip
    others = [key for key in keys if queries.document_of(key) is None]
    yield from (entry for entry in entries.read(db, others) if entry.labels & labels)


def _chosen(entry: Entry, asked: Asked) -> bool:
    day = entry.issued_on
    values = {
        Facet.KIND: entry.kind, Facet.TYPE: entry.type_code, Facet.YEAR: str(day.year) if day else None,
        Facet.ISSUER: entry.issuer, Facet.UNIT: entry.unit, Facet.MEETING: entry.meeting, Facet.SECRECY: entry.secrecy,
    }  # fmt: skip
    if (asked.since or asked.until) and day is None:
        return False
    if day is not None and not ((asked.since or day) <= day <= (asked.until or day)):
        return False
    return all(values[facet] in wanted for facet, wanted in asked.chosen.items())
