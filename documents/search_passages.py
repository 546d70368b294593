"""The passage that is shown of a hit: where the words of the question stand closest, marked as they are written."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
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
_QUESTIONS_KEPT = 64


def passage(pages: Iterable[tuple[int, str]], question: str) -> Passage | None:
    """The best passage of ``(page, text)`` pairs; the beginning of the first page with text when no word is found."""
    sought = _sought(question)
    best: tuple[float, int, str, list[_Mark]] | None = None
    for page, written in pages:
        if best is None and written.strip():
            best = (0.0, page, written, [])
        folded = text.fold(text.lower(written))
        if best is not None and sought.at_most(folded) > best[0]:
            marks = sought.marks(written, folded)
            score = sought.tally(marks).worth
            if score > best[0]:
                best = (score, page, written, marks)
    if best is None:
        return None
    return Passage(best[1], _cut(best[2], best[3], sought))


def marked(written: str, question: str) -> list[Fragment]:
    """All of a text, as a title, with the words asked for."""
    marks = _sought(question).marks(written, text.fold(text.lower(written)))
    return list(_pieces(written, 0, len(written), marks))


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where a term, known by its number, stands: letters ``[start:end]``; ``same``: written exactly as asked."""

    start: int
    end: int
    term: int
    same: bool


class _Sought:
    """The terms of a question, made ready to be looked for in many pages."""

    def __init__(self, terms: list[Term]) -> None:
        # Of terms that are equal without their marks one will do; the longest is looked for first.
        different = {(term.folded, term.prefix): term for term in terms}
        self._terms = sorted(different.values(), key=lambda term: len(term.words), reverse=True)
        self._folded = [term.folded for term in self._terms]
        self._has_marks = [bool(term.marked) for term in self._terms]
        alternatives = "|".join(f"({_pattern(term)})" for term in self._terms)
        self._pattern = re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)") if terms else re.compile(r"(?!)")

    def at_most(self, folded: str) -> float:
        """What a page can be worth at most: quick to tell, and spares the search through most pages."""
        most, often = 0.0, 0
        for words in self._folded:
            found = min(folded.count(word) for word in words)
            most += 2.0 * len(words) if found else 0.0
            often += found
        return _worth(most, often)

    def marks(self, written: str, folded: str) -> list[_Mark]:
        # Who writes without marks means any: then no spelling is nearer than another, and none is looked at.
        exact = text.exact(written) if any(self._has_marks) else written
        found = []
        for match in islice(self._pattern.finditer(folded), _MOST_MARKS):
            number = (match.lastindex or 1) - 1
            start, end = match.span()
            same = not self._has_marks[number] or _is_written(self._terms[number], exact[start:end])
            found.append(_Mark(start, end, number, same))
        return found

    def tally(self, marks: Iterable[_Mark] = ()) -> "_Tally":
        tally = _Tally([len(words) for words in self._folded])
        for mark in marks:
            tally.add(mark)
        return tally


class _Tally:
    """What some marks are worth together: different terms count much more than one of them many times, and a term
    twice where it stands exactly as asked.
    """

    def __init__(self, lengths: list[int]) -> None:
        self._lengths = lengths
        self._same = [0] * len(lengths)
        self._all = [0] * len(lengths)
        self._different = 0
        self._often = 0

    @property
    def worth(self) -> float:
        return _worth(self._different, self._often)

    def add(self, mark: _Mark, often: int = 1) -> None:
        """Count a mark in, or with ``often`` -1 out again."""
        term = mark.term
        before = (self._all[term] > 0) + (self._same[term] > 0)
        self._all[term] += often
        self._same[term] += often * mark.same
        self._often += often
        self._different += self._lengths[term] * ((self._all[term] > 0) + (self._same[term] > 0) - before)


@lru_cache(_QUESTIONS_KEPT)
def _sought(question: str) -> _Sought:
    return _Sought(parse(question).terms())


def _pattern(term: Term) -> str:
    return r"\W+".join(map(re.escape, term.folded)) + (r"\w*" if term.prefix else "")


def _is_written(term: Term, exact: str) -> bool:
    if term.words == (exact,):
        return True
    *words, last = text.WORD.findall(exact)
    return (*words, last[: len(term.words[-1])] if term.prefix else last) == term.words


def _worth(different: float, often: int) -> float:
    return 100.0 * different + min(often, 50)


def _cut(written: str, marks: list[_Mark], sought: _Sought) -> list[Fragment]:
    """About ``PASSAGE_WORDS`` words where the terms stand closest, as fragments; "…" where text was left out."""
    starts = [word.start() for word in text.WORD.finditer(written)]
    first = max(0, _densest([bisect_right(starts, mark.start) - 1 for mark in marks], marks, sought) - PASSAGE_LEAD)
    last = min(first + PASSAGE_WORDS, len(starts)) - 1
    start = starts[first] if first else 0
    end = len(written)
    if last + 1 < len(starts) and (word := text.WORD.match(written, starts[last])):
        end = word.end()
    fragments = [("… ", False)] if first else []
    fragments += _pieces(written, start, end, marks)
    return [*fragments, (" …", False)] if end < len(written) else fragments


def _densest(places: list[int], marks: list[_Mark], sought: _Sought) -> int:
    """The word with which the best window of the marks begins, each at its place among the words; 0 without any."""
    tally, right = sought.tally(), 0
    best, first = 0.0, 0
    for left, place in enumerate(places):
        while right < len(places) and places[right] < place + PASSAGE_WORDS - PASSAGE_LEAD:
            tally.add(marks[right])
            right += 1
        if tally.worth > best:
            best, first = tally.worth, place
        tally.add(marks[left], -1)
    return first


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
