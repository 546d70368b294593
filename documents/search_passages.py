"""The passage that is shown of a hit: where the words of the question stand closest, marked as they are written."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from documents import text
from documents.search_query import Term, parse

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
    terms = _Terms(parse(question).terms())
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


def marked(written: str, question: str) -> list[Fragment]:
    """All of a text, as a title, with the words asked for."""
    marks = _Terms(parse(question).terms()).marks(written, text.fold(text.lower(written)))
    return list(_pieces(written, 0, len(written), marks))


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
        # Of terms that are equal without their marks one will do; the longest is looked for first.
        different = {(term.folded, term.prefix): term for term in terms}
        self._terms = sorted(different.values(), key=lambda term: len(term.words), reverse=True)
        self._marked = any(term.marked for term in terms)
        alternatives = "|".join(f"({_pattern(term)})" for term in self._terms)
        self._pattern = re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)") if terms else re.compile(r"(?!)")

    def at_most(self, folded: str) -> float:
        """What a page can be worth at most: quick to tell, and spares the search through most pages."""
        most, often = 0.0, 0
        for term in self._terms:
            found = min(folded.count(word) for word in term.folded)
            most += 2.0 * len(term.words) if found else 0.0
            often += found
        return _sum_worth(most, often)

    def marks(self, written: str, folded: str) -> list[_Mark]:
        # Who writes without marks means any: then no spelling is nearer than another, and none is looked at.
        exact = text.exact(written) if self._marked else written
        found = []
        for match in islice(self._pattern.finditer(folded), _MOST_MARKS):
            term = self._terms[(match.lastindex or 1) - 1]
            same = not term.marked or _is_written(term, exact[match.start() : match.end()])
            found.append(_Mark(match.start(), match.end(), term, (2.0 if same else 1.0) * len(term.words)))
        return found


def _pattern(term: Term) -> str:
    return r"\W+".join(map(re.escape, term.folded)) + (r"\w*" if term.prefix else "")


def _is_written(term: Term, exact: str) -> bool:
    *words, last = text.WORD.findall(exact)
    return (*words, last[: len(term.words[-1])] if term.prefix else last) == term.words


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
