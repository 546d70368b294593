"""Searching: what every engine takes and gives, and what they share: cutting the question, choosing the passage.

Each word must be in the entry in its folded form; words written with marks weigh more where they stand exactly so.
Access labels are part of the question: a reader without labels finds nothing and is told of nothing.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Protocol

from documents import text
from documents.errors import Problem

MAX_TERMS = 32
MAX_QUESTION = 1000


@dataclass(frozen=True)
class Entry:
    """One document as it is indexed; ``text`` is all its pages joined by line feeds."""

    document_id: int
    title: str
    text: str
    kind: str
    labels: frozenset[str]
    type_code: str | None = None
    number: str | None = None
    issuer: str | None = None
    issued_on: date | None = None

    def parts(self) -> tuple[str, ...]:
        """What is searched, the title first. A phrase does not run from one part into the next."""
        return tuple(part for part in (self.title, self.number, self.issuer, self.text) if part)


@dataclass(frozen=True)
class Query:
    """A question of a reader who carries ``labels``. ``kinds`` and ``type_codes``: empty means any."""

    text: str
    labels: frozenset[str]
    kinds: frozenset[str] = frozenset()
    type_codes: frozenset[str] = frozenset()
    limit: int = 10
    offset: int = 0


@dataclass(frozen=True)
class Hit:
    document_id: int
    score: float


@dataclass(frozen=True)
class Results:
    """``total`` counts all that match and may be seen; ``hits`` are those asked for, best first."""

    total: int
    hits: list[Hit]


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

    def update(self, document_ids: Iterable[int], read: Read) -> None:
        """Replace the entries of these documents by what ``read`` gives; one that it does not give is removed.

        Durable on return. Raises :class:`SearchBroken` and :class:`SearchBusy`.
        """

    def rebuild(self, read: Read) -> int:
        """Build anew from all entries, beside the old index, which answers until the swap; the number of entries."""

    def search(self, query: Query) -> Results:
        """Nothing for a question without a word in it. Raises :class:`SearchBroken`."""

    def count(self) -> int:
        """How many documents are in the index. Raises :class:`SearchBroken`."""


@dataclass(frozen=True)
class Term:
    """A word, or a phrase when there are several; in exact form."""

    words: tuple[str, ...]

    @property
    def folded(self) -> tuple[str, ...]:
        return tuple(text.fold(word) for word in self.words)

    @property
    def marked(self) -> tuple[str, ...]:
        """The words written with marks: only these can stand more exactly than folded."""
        return tuple(word for word in self.words if text.fold(word) != word)


_PARTS = re.compile(r'["“”„«»]([^"“”„«»]*)["“”„«»]|([^"“”„«»]+)')


def parse(question: str) -> list[Term]:
    """The words of a question and its "phrases", all of which must be found; each once."""
    terms: dict[Term, None] = {}
    for found in _PARTS.finditer(question[:MAX_QUESTION]):
        if found[1] is not None:
            phrase = tuple(text.words(found[1]))
            if phrase:
                terms[Term(phrase)] = None
        else:
            terms |= {Term((word,)): None for word in text.words(found[2])}
    return list(terms)[:MAX_TERMS]


Fragment = tuple[str, bool]
"""A piece of text as written, and whether it is one of the words asked for."""


@dataclass(frozen=True)
class Passage:
    """The best place: ``page`` from 0, ``fragments`` in order; the reader opens here."""

    page: int
    fragments: list[Fragment]


PASSAGE_WORDS = 40
PASSAGE_LEAD = 6
_MOST_MARKS = 200


def passage(pages: Iterable[tuple[int, str]], question: str) -> Passage | None:
    """The best passage of ``(page, text)`` pairs; the beginning of the first page with text when no word is found."""
    terms = _Terms(parse(question))
    best: tuple[float, int, str, list[_Mark]] | None = None
    for page, written in pages:
        if best is None and written.strip():
            best = (0.0, page, written, [])
        folded = text.fold(text.lower(written))
        if best is not None and terms.at_most(folded) > best[0]:
            marks = terms.marks(written, folded)
            score = _worth(marks)
            if score > best[0]:
                best = (score, page, written, marks)
    if best is None:
        return None
    return Passage(best[1], _cut(best[2], best[3]))


@dataclass(frozen=True)
class _Mark:
    """Where a term stands: letters ``[start:end]``; worth 2 when written exactly as asked, 1 when only folded."""

    start: int
    end: int
    term: Term
    worth: float


class _Terms:
    """The terms of a question, made ready to be looked for in many pages."""

    def __init__(self, terms: list[Term]) -> None:
        self._by_words = {term.folded: term for term in terms}
        ordered = sorted(self._by_words, key=len, reverse=True)
        alternatives = "|".join(r"\W+".join(map(re.escape, words)) for words in ordered)
        self._pattern = re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)") if terms else re.compile(r"(?!)")

    def at_most(self, folded: str) -> float:
        """What a page can be worth at most: quick to tell, and spares the search through most pages."""
        most, often = 0.0, 0
        for words in self._by_words:
            found = min(folded.count(word) for word in words)
            most += 2.0 * len(words) if found else 0.0
            often += found
        return _sum_worth(most, often)

    def marks(self, written: str, folded: str) -> list[_Mark]:
        exact = text.exact(written)
        found = []
        for match in islice(self._pattern.finditer(folded), _MOST_MARKS):
            term = self._by_words[tuple(text.WORD.findall(match[0]))]
            # Who writes without marks means any: then no spelling is nearer than another.
            same = not term.marked or tuple(text.WORD.findall(exact[match.start() : match.end()])) == term.words
            found.append(_Mark(match.start(), match.end(), term, (2.0 if same else 1.0) * len(term.words)))
        return found


def _worth(marks: list[_Mark]) -> float:
    """Different terms count much more than one of them many times."""
    best: dict[Term, float] = {}
    for mark in marks:
        best[mark.term] = max(best.get(mark.term, 0.0), mark.worth)
    return _sum_worth(sum(best.values()), len(marks))


def _sum_worth(different: float, often: int) -> float:
    return 100.0 * different + min(often, 50)


def _cut(written: str, marks: list[_Mark]) -> list[Fragment]:
    """About ``PASSAGE_WORDS`` words where the terms stand closest, as fragments; "…" where text was left out."""
    words = list(text.WORD.finditer(written))
    starts = {word.start(): index for index, word in enumerate(words)}
    first = 0
    if marks:
        windows = [
            [
                other
                for other in marks[index:]
                if starts[other.start] < starts[mark.start] + PASSAGE_WORDS - PASSAGE_LEAD
            ]
            for index, mark in enumerate(marks)
        ]
        first = max(0, starts[max(windows, key=_worth)[0].start] - PASSAGE_LEAD)
    last = min(first + PASSAGE_WORDS, len(words)) - 1
    start = words[first].start() if first else 0
    end = words[last].end() if last + 1 < len(words) else len(written)
    fragments = [("… ", False)] if first else []
    fragments += _pieces(written, start, end, marks)
    return [*fragments, (" …", False)] if end < len(written) else fragments


def _pieces(written: str, start: int, end: int, marks: list[_Mark]) -> Iterator[Fragment]:
    place = start
    for mark in marks:
        if mark.start >= start and mark.end <= end:
            if mark.start > place:
                yield _spaced(written[place : mark.start]), False
            yield _spaced(written[mark.start : mark.end]), True
            place = mark.end
    if place < end:
        yield _spaced(written[place:end]), False


def _spaced(piece: str) -> str:
    return re.sub(r"\s+", " ", piece)
