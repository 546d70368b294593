"""Finding a passage of an old paper again in a new one, by its own words and those around it. Pure.

Words are compared folded (without marks, đ as d) and small edits are tolerated; a passage that could be meant in two
places is found in none.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import NamedTuple

import numpy
from numpy.typing import NDArray

from documents.annotation_marks import Box
from documents.compare import matches

AROUND = (12, 80)
"""Words before and after a passage that tell it from others like it; more of them where few do not."""
SEED = 3
"""So many words in a row lead to where a passage may be."""
COMMON = 200
"""Rows of words that are in more places than this lead nowhere."""
TRIED = 8
SLACK = 8
"""Words put in or taken out before the passage, among those around it."""
SAME_PLACE = 3.0
"""Points by which words of an unchanged page may differ."""
LONG = 2000
"""Words of a passage that vote for its place."""
EDITS = 400
"""Beyond so many words changed in a passage it is another."""


Places = NDArray[numpy.int64]


class Word(NamedTuple):
    """A folded word, where it is on its page, and from where to where in the page's text."""

    form: str
    page: int
    box: Box
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Sheet:
    """A page: its visible box in points, by how many degrees it is shown turned, its words in the order of its text.

    ``texts`` are the words of a page that is a picture, recognised, so that nobody knows where on it they are.
    """

    number: int
    box: Box
    turn: int = 0
    text: str = ""
    words: Sequence[Word] = ()
    texts: Sequence[str] = ()


class Paper:
    """The words of a paper's pages, one after the other, and where each row of some of them is."""

    def __init__(self, sheets: Iterable[Sheet]) -> None:
        self.sheets = {sheet.number: sheet for sheet in sheets}
        self.words: list[Word] = []
        self.first: dict[int, int] = {}
        for number in sorted(self.sheets):
            self.first[number] = len(self.words)
            self.words += self.sheets[number].words
        self.forms = [word.form for word in self.words]

    def of_page(self, number: int) -> range:
        """Places of the words of a page."""
        first = self.first.get(number, len(self.words))
        return range(first, first + len(self.sheets[number].words) if number in self.sheets else first)

    @cached_property
    def _numbered(self) -> dict[str, int]:
        """A number for each word that there is."""
        return {form: number for number, form in enumerate(dict.fromkeys(self.forms))}

    @cached_property
    def _rows(self) -> dict[int, tuple[Places, Places]]:
        """By how many words: the keys of all rows in order, and where each stands."""
        return {}

    def rows(self, row: Sequence[str]) -> list[int]:
        """Where these words stand in a row."""
        numbers = [self._numbered.get(form, -1) for form in row]
        if -1 in numbers or len(row) > len(self.forms):
            return []
        if len(row) not in self._rows:
            self._rows[len(row)] = self._all_rows(len(row))
        keys, places = self._rows[len(row)]
        key = sum(number * len(self._numbered) ** power for power, number in enumerate(numbers))
        first, end = numpy.searchsorted(keys, [key, key + 1])
        return [int(place) for place in places[first:end][: COMMON + 1]]

    def _all_rows(self, length: int) -> tuple[Places, Places]:
        numbers = numpy.fromiter((self._numbered[form] for form in self.forms), numpy.int64, len(self.forms))
        end = len(numbers) - length + 1
        parts = (numbers[power : end + power] * len(self._numbered) ** power for power in range(length))
        keys = numpy.sum(list(parts), axis=0)
        places = numpy.argsort(keys, kind="stable")
        return keys[places], places


@dataclass(frozen=True)
class Passage:
    """Words of the old paper, from ``first`` to before ``end``."""

    first: int
    end: int

    def __len__(self) -> int:
        return self.end - self.first


@dataclass(frozen=True)
class Found:
    """The same in the new one. ``pairs``: places of words that stayed, old and new; ``told``: how many words of it and
    around it speak for this place.
    """

    first: int
    end: int
    pairs: Sequence[tuple[int, int]] = field(repr=False)
    own: float = 0.0
    around: float = 0.0
    told: int = 0


def find(old: Paper, new: Paper, passage: Passage) -> Found | None:
    """Where a passage is in the new paper; None where it is gone, or could be in two places."""
    if not len(passage) or not new.words:
        return None
    best: list[Found] = []
    for around in AROUND:
        best = _best(old, new, passage, around)
        if len(best) <= 1:
            return best[0] if best else None
    in_place = [found for found in best if _same_place(old, new, found)]
    return in_place[0] if len(in_place) == 1 else None


def _best(old: Paper, new: Paper, passage: Passage, around: int) -> list[Found]:
    """Those that cannot be told apart."""
    start, end = max(passage.first - around, 0), min(passage.end + around, len(old.words))
    candidates: dict[int, Found] = {}
    for shift in _shifts(old, new, passage, start, end):
        found = _look(old, new, passage, (start, end), shift)
        if found is not None and _is_it(found, len(passage)):
            known = candidates.get(found.first)
            if known is None or known.told < found.told:
                candidates[found.first] = found
    if not candidates:
        return []
    most = max(found.told for found in candidates.values())
    # One word more or less may be chance.
    return [found for found in candidates.values() if found.told >= most - 1]


def _is_it(found: Found, length: int) -> bool:
    """Whether enough of it is there: of a few words all, and some of those around; a long passage proves itself."""
    if length <= SEED:
        return found.own == 1 and found.around >= 0.3
    return (found.own >= 0.5 and found.around >= 0.5) or (found.own >= 0.8 and (length >= 8 or found.around >= 0.25))


def _shifts(old: Paper, new: Paper, passage: Passage, start: int, end: int) -> Iterator[int]:
    """By how many places the passage may have moved, the likeliest first."""
    stayed = next(_stayed(old, new, passage), None)
    if stayed is not None:
        yield stayed
    votes: Counter[int] = Counter()
    length = min(SEED, end - start)
    for place in range(start, min(end, start + LONG) - length + 1):
        rows = new.rows(old.forms[place : place + length])
        if len(rows) <= COMMON:
            votes.update(row - place for row in rows)
    near: Counter[int] = Counter()
    for shift, count in votes.items():
        near[shift] = sum(votes[shift + step] for step in range(-SLACK, SLACK + 1)) + count
    tried: list[int] = []
    for shift, _ in islice(near.most_common(), TRIED * 4 * SLACK):
        if all(abs(shift - other) > SLACK for other in tried):
            tried.append(shift)
            yield shift
        if len(tried) == TRIED:
            return


def _stayed(old: Paper, new: Paper, passage: Passage) -> Iterator[int]:
    """Where nothing has changed on the page its first word is at the same place."""
    word = old.words[passage.first]
    for place in new.of_page(word.page):
        if new.forms[place] == word.form and _near(word.box, new.words[place].box):
            yield place - passage.first


def _look(old: Paper, new: Paper, passage: Passage, span: tuple[int, int], shift: int) -> Found | None:
    """The passage and the words around it laid beside those of the new paper there."""
    start, end = span
    from_ = max(start + shift - SLACK, 0)
    to = max(min(end + shift + SLACK, len(new.words)), from_)
    same = matches(old.forms[start:end], new.forms[from_:to], most=min(end - start, EDITS) + 2 * SLACK) or []
    pairs = _tight([(start + here, from_ + there) for here, there in same], old, new)
    own = [pair for pair in pairs if passage.first <= pair[0] < passage.end]
    if not own:
        return None
    first, last = _edges(passage, pairs, own)
    beside = end - start - len(passage)
    return Found(
        first=first,
        end=last,
        pairs=own,
        own=len(own) / len(passage),
        around=(len(pairs) - len(own)) / beside if beside else 0.0,
        told=len(pairs),
    )


def _tight(pairs: list[tuple[int, int]], old: Paper, new: Paper) -> list[tuple[int, int]]:
    """Of equal words the one beside its neighbour: the last words of a passage may come again in the next sentence, and
    as many words would stay if it ended there.
    """
    for step, order in ((-1, range(len(pairs) - 2, -1, -1)), (1, range(1, len(pairs)))):
        for at in order:
            (here, there), (beside, stays) = pairs[at], pairs[at - step]
            closer = stays + here - beside
            if (closer - there) * step < 0 <= closer < len(new.forms) and new.forms[closer] == old.forms[here]:
                pairs[at] = (here, closer)
    return pairs


def _edges(passage: Passage, pairs: Sequence[tuple[int, int]], own: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """From where to where it is now: also where its first or last words were replaced, as the neighbours tell."""
    first, end = own[0][1], own[-1][1] + 1
    there = dict(pairs)
    before, after = there.get(passage.first - 1), there.get(passage.end)
    if own[0][0] > passage.first and before is not None and first - before - 1 <= own[0][0] - passage.first + SEED:
        first = before + 1
    if own[-1][0] < passage.end - 1 and after is not None and after - end <= passage.end - 1 - own[-1][0] + SEED:
        end = after
    return first, end


def _same_place(old: Paper, new: Paper, found: Found) -> bool:
    here, there = (paper.words[place] for paper, place in zip((old, new), found.pairs[0], strict=True))
    return here.page == there.page and _near(here.box, there.box)


def _near(one: Box, other: Box) -> bool:
    return all(abs(a - b) <= SAME_PLACE for a, b in zip(one, other, strict=True))
