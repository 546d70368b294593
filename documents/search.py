"""Searching: what every engine takes and gives. How questions are understood: :mod:`documents.search_query`.

Each word must be in the entry in its folded form; words written with marks weigh more where they stand exactly so.
Access labels are part of the question: a reader without labels finds nothing and is told of nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from documents import text
from documents.errors import Problem
from documents.search_query import Field, Understood

FACET_VALUES = 50


class Facet(StrEnum):
    """By what the hits are counted and may be narrowed."""

    KIND = "kind"
    TYPE = "type"
    YEAR = "year"
    ISSUER = "issuer"
    UNIT = "unit"
    MEETING = "meeting"
    SECRECY = "secrecy"


@dataclass(frozen=True)
class Entry:
    """One thing as it is indexed. ``key`` says what and which ("document:12", "task:3"); the engines do not read it.

    ``text`` is all its pages joined by line feeds; ``heading`` what stands above it, as the chapter above an article.
    ``also`` are other names of the values of its fields: ``((Field.TYPE, "Nghị quyết"),)`` beside the code "NQ".
    """

    key: str
    kind: str
    title: str
    text: str
    labels: frozenset[str]
    heading: str = ""
    type_code: str | None = None
    number: str | None = None
    issuer: str | None = None
    signer: str | None = None
    issued_on: date | None = None
    unit: str | None = None
    meeting: str | None = None
    secrecy: str | None = None
    also: tuple[tuple[Field, str], ...] = ()

    def head(self) -> tuple[str, ...]:
        """What stands above the text, where a word counts more."""
        return tuple(part for part in (self.title, self.heading) if part)

    def parts(self) -> tuple[str, ...]:
        """What is searched, the head first. A phrase does not run from one part into the next."""
        return (*self.head(), *(part for part in (self.number, self.issuer, self.signer, self.text) if part))

    def values(self) -> dict[Field, str]:
        """Its fields that have a value."""
        all_fields = {
            Field.KIND: self.kind,
            Field.TYPE: self.type_code,
            Field.NUMBER: self.number,
            Field.ISSUER: self.issuer,
            Field.SIGNER: self.signer,
            Field.UNIT: self.unit,
            Field.MEETING: self.meeting,
            Field.SECRECY: self.secrecy,
        }
        return {name: value for name, value in all_fields.items() if value}

    def field_words(self) -> frozenset[str]:
        """What ``loai:NQ`` and the like look for: the folded words of each field, as "type:nq"."""
        named = (*self.values().items(), *self.also)
        return frozenset(word for name, value in named for word in text.field_words(name, value))

    def facets(self) -> dict[Facet, str]:
        """By what it is counted."""
        values = {str(name): value for name, value in self.values().items()}
        if self.issued_on:
            values[Facet.YEAR] = str(self.issued_on.year)
        return {facet: values[facet] for facet in Facet if facet in values}


@dataclass(frozen=True)
class Filters:
    """What hits are narrowed to, by whole values; empty means any. ``since`` and ``until``: days, both included."""

    kinds: frozenset[str] = frozenset()
    type_codes: frozenset[str] = frozenset()
    issuers: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    meetings: frozenset[str] = frozenset()
    secrecies: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    since: date | None = None
    until: date | None = None

    def chosen(self) -> dict[Facet, frozenset[str]]:
        """The values chosen of each facet that is narrowed at all; years as text."""
        every = {
            Facet.KIND: self.kinds,
            Facet.TYPE: self.type_codes,
            Facet.YEAR: frozenset(map(str, self.years)),
            Facet.ISSUER: self.issuers,
            Facet.UNIT: self.units,
            Facet.MEETING: self.meetings,
            Facet.SECRECY: self.secrecies,
        }
        return {facet: values for facet, values in every.items() if values}

    def __bool__(self) -> bool:
        return self != Filters()


class Sort(StrEnum):
    """Entries without a day come last by day. A question without words is answered by day, the newest first."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"
    TITLE = "title"


@dataclass(frozen=True)
class Query:
    """A question of a reader who carries ``labels``.

    ``any_word``: the text is taken as plain words, of which any may be found; for measuring the ranking. A question
    without words shows everything that ``filters`` leave, and nothing where there are none.
    ``else_any``: where nothing has all the words of a question of words alone, any of them may be found.
    """

    text: str
    labels: frozenset[str]
    filters: Filters = Filters()
    sort: Sort = Sort.RELEVANCE
    limit: int = 10
    offset: int = 0
    any_word: bool = False
    else_any: bool = False
    facets: bool = True


@dataclass(frozen=True)
class Hit:
    key: str
    score: float


@dataclass(frozen=True)
class Results:
    """``total`` counts all that match and may be seen; ``hits`` are those asked for, best first.

    ``facets`` count what matches and may be seen, by value, the most frequent first, at most ``FACET_VALUES`` of each.
    A facet that is narrowed itself is counted without its own narrowing: what one would get by choosing otherwise.
    ``did_you_mean`` is a better spelled question that would find something, for one that finds nothing. ``some_words``:
    nothing has all the words, these have some of them.
    """

    total: int
    hits: list[Hit]
    facets: Mapping[Facet, list[tuple[str, int]]] = field(default_factory=dict)
    understood: Understood = field(default_factory=Understood)
    did_you_mean: str | None = None
    some_words: bool = False


class SearchBroken(Problem):
    """The index is missing, damaged or of another make; it must be rebuilt from the database. ``detail`` says why."""

    def __init__(self, detail: str) -> None:
        super().__init__("search_broken", detail)


class SearchBusy(Problem):
    """Somebody else is writing the index for long, as a rebuild does; try again later."""

    def __init__(self) -> None:
        super().__init__("search_busy", "another writer holds the index")


Read = Callable[[], Iterable[Entry]]
"""Reads entries when it is called. Engines call it while they hold the writer's lock, so that of two writers the later
one has also read later: an old text never overwrites a new one."""


class Search(Protocol):
    """An index of entries, safe to use from several threads and processes at once."""

    def update(self, keys: Iterable[str], read: Read) -> None:
        """Replace the entries of these keys by what ``read`` gives; one that it does not give is removed.

        Durable on return. Raises :class:`SearchBroken` and :class:`SearchBusy`.
        """

    def rebuild(self, read: Read) -> int:
        """Build anew from all entries, beside the old index, which answers until the swap; the number of entries."""

    def search(self, query: Query) -> Results:
        """Any text is answered: see :func:`documents.search_query.parse`. Raises :class:`SearchBroken`."""

    def suggest(self, beginning: str, labels: frozenset[str], limit: int = 8) -> list[str]:
        """Titles, each once, in which all these words stand, the last of which may be unfinished; best first.

        Only of entries that these labels show. Raises :class:`SearchBroken`.
        """

    def count(self) -> int:
        """How many entries are in the index. Raises :class:`SearchBroken`."""

    def keys(self) -> Iterator[str]:
        """The keys of all entries in the index, in any order. Raises :class:`SearchBroken`."""
