"""What the search page shows: the hits with their words marked, what they can be narrowed to, members by right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from documents import queries
from documents.search import Entry, Facet, Results
from documents.search_passages import Fragment, marked, passage
from documents.search_query import All, Term, Understood
from ecabinet.access import Person
from ecabinet.entries import EntryTable
from ecabinet.library import search_entries
from ecabinet.library.search_address import Asked
from ecabinet.registry import member_queries
from ecabinet.registry.member_list import Filter

MEMBERS = 5
MEMBER_WORDS = 6


@dataclass(frozen=True)
class Shown:
    """A hit on the page. ``page`` counts from 1, None for what has no pages; ``picture`` is the version that there is a
    small picture of.
    """

    key: str
    kind: str
    title: list[Fragment]
    place: str
    number: str | None
    issued_on: date | None
    issuer: str | None
    meeting: str | None
    fragments: list[Fragment]
    document_id: int | None = None
    page: int | None = None
    picture: int | None = None


def shown(db: Session, entries: EntryTable, keys: Sequence[str], asked: Asked, labels: frozenset[str]) -> list[Shown]:
    """The hits of these keys in their order. What the database no longer has, or no longer shows to these labels, is
    left out: the index may be behind.
    """
    documents = [number for key in keys if (number := queries.document_of(key)) is not None]
    others = [key for key in keys if queries.document_of(key) is None]
    places = entries.places(db, keys)
    lines = {entry.key: _of_entry(entry, places, asked) for entry in entries.read(db, others) if entry.labels & labels}
    lines |= {line.key: line for line in _of_documents(db, documents, places, asked, labels)}
    return [lines[key] for key in keys if key in lines]


def _of_entry(entry: Entry, places: dict[str, str], asked: Asked) -> Shown:
    found = passage([(0, entry.text)], asked.question)
    return Shown(
        entry.key, entry.kind, marked(entry.title, asked.question), places[entry.key], entry.number, entry.issued_on,
        entry.issuer, entry.meeting, found.fragments if found else [],
    )  # fmt: skip


def _of_documents(
    db: Session, ids: Sequence[int], places: dict[str, str], asked: Asked, labels: frozenset[str]
) -> Iterable[Shown]:
    around = search_entries.surroundings(db, ids)
    for document_id, found in queries.found(db, ids, asked.question, labels).items():
        document, key, best = found.document, queries.document_key(document_id), found.passage
        yield Shown(
            key=key,
            kind=document.kind,
            title=marked(document.title, asked.question),
            place=places[key],
            number=document.number,
            issued_on=document.issued_on,
            issuer=document.issuer,
            meeting=around[document_id].meeting if document_id in around else None,
            fragments=best.fragments if best else [],
            document_id=document_id,
            page=best.page + 1 if best else None,
            picture=found.version_id if found.pictured else None,
        )


@dataclass(frozen=True)
class Choice:
    """One value that the hits can be narrowed to, with how many it leaves."""

    value: str
    count: int
    chosen: bool


def choices(results: Results, asked: Asked) -> dict[Facet, list[Choice]]:
    """What there is to choose from; a facet of one value that is not chosen says nothing. What is chosen is there even
    where it leaves nothing.
    """
    found: dict[Facet, list[Choice]] = {}
    for facet in Facet:
        counted, chosen = results.facets.get(facet, []), asked.chosen.get(facet, ())
        lines = [Choice(value, count, value in chosen) for value, count in counted]
        lines += [Choice(value, 0, True) for value in chosen if value not in dict(counted)]
        if facet == Facet.YEAR:
            lines.sort(key=lambda line: line.value, reverse=True)
        if len(lines) > 1 or chosen:
            found[facet] = lines
    return found


@dataclass(frozen=True)
class Named:
    """A member of a registry that the person keeps."""

    id: int
    name: str
    unit: str
    born_on: date | None


def members(db: Session, person: Person, asked: Asked, understood: Understood) -> list[Named]:
    """Members by their name, for those only who keep their registry: they are not in the index."""
    if asked.narrowed or asked.page > 1 or not _may_be_a_name(understood):
        return []
    found: dict[int, Named] = {}
    for unit in member_queries.kept_units(db, person):
        wanted = Filter(unit.id, unit.path, status="", name=asked.question)
        for row in member_queries.page(db, wanted, MEMBERS).rows:
            found[row.id] = Named(row.id, row.full_name, row.unit_name, row.born_on)
    return list(found.values())[:MEMBERS]


def _may_be_a_name(understood: Understood) -> bool:
    node = understood.node
    terms = node.nodes if isinstance(node, All) else (node,)
    return len(terms) <= MEMBER_WORDS and all(
        isinstance(term, Term) and len(term.words) == 1 and term.words[0].isalpha() for term in terms
    )
