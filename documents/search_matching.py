"""One commit's view of a segment: which entries match, and what its words are worth in each."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from documents import text
from documents.search_postings import (
    NONE,
    Numbers,
    Postings,
    beginning,
    field_term,
    forms_of,
    label_term,
    value_term,
    word_term,
    written_form,
)
from documents.search_query import All, Between, Node, Not, Term, Within
from documents.search_ranking import HEAD, Floats, saturated
from documents.search_segments import NO_DAY, Extent, Mask, Segment

CACHE_BYTES = 192 * 2**20
MOST_FORMS = 5000
"""How many words may begin as a beginning*; beyond that the first of them are looked for."""
_DENSE = 6
PLACES = 1 << 32
"""The number of an entry times this, and a place in it, make one number."""

Value = TypeVar("Value")


class Cache:
    """What was decoded, kept until there is too much of it: the longest unused goes first. For several threads."""

    def __init__(self, most_bytes: int = CACHE_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[tuple[object, ...], tuple[object, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[object, ...], make: Callable[[], tuple[Value, int]]) -> Value:
        """The value of the key; ``make`` gives it with its size in bytes."""
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                return cast("Value", known[0])
        value, size = make()
        with self._lock:
            self._bytes += size - self._kept.pop(key, (None, 0))[1]
            self._kept[key] = (value, size)
            while self._bytes > self._most_bytes:
                self._bytes -= self._kept.popitem(last=False)[1][1]
        return value

    def __contains__(self, key: tuple[object, ...]) -> bool:
        with self._lock:
            return key in self._kept


@dataclass(frozen=True, slots=True)
class Weight:
    """What a word is worth in each entry that has it.

    ``numbers`` None: ``values`` stand for all entries of the segment, 0 for those without it.
    """

    having: int
    numbers: Numbers | None
    values: Floats

    def mark(self, mask: Mask) -> None:
        if self.numbers is None:
            np.logical_or(mask, self.values > 0, out=mask)
        else:
            mask[self.numbers] = True

    def add_to(self, scores: Floats, worth: float) -> None:
        if self.numbers is None:
            scores += np.float32(worth) * self.values
        else:
            scores[self.numbers] += np.float32(worth) * self.values


class View:
    """A segment as one commit shows it: without the entries that were deleted since it was written."""

    def __init__(self, segment: Segment, deleted: Iterable[int], cache: Cache) -> None:
        self.segment, self._cache = segment, cache
        self.live = np.ones(len(segment), bool)
        self.live[list(deleted)] = False
        self.count = int(self.live.sum())

    def none(self) -> Mask:
        return np.zeros(len(self.segment), bool)

    def visible(self, labels: frozenset[str]) -> Mask:
        """What is there for somebody with these labels: nothing without any."""

        def make() -> tuple[Mask, int]:
            mask = self.having(map(label_term, labels))
            return mask, mask.nbytes

        return self._cache.get((self.segment.name, labels), make) & self.live

    def having(self, terms: Iterable[bytes]) -> Mask:
        """The entries that have any of these terms."""
        mask = self.none()
        for term in terms:
            mask[self.segment.numbers(term)] = True
        return mask

    def weight(self, word: str, average: float, *, exact: bool = False, prefix: bool = False) -> Weight:
        """Of a word in any of its written forms, or just so; of all words that begin so."""

        def make() -> tuple[Weight, int]:
            weight = self._weight(self._extents(word, exact=exact, prefix=prefix), average)
            return weight, weight.values.nbytes + (0 if weight.numbers is None else weight.numbers.nbytes) + 200

        return self._cache.get((self.segment.name, word, exact, prefix, average), make)

    def _weight(self, extents: list[Extent], average: float) -> Weight:
        often = np.zeros(len(self.segment), np.float32)
        for extent in extents:
            postings = self.segment.read(extent)
            often[postings.numbers] += postings.often + np.float32(HEAD) * postings.in_head
        numbers = np.flatnonzero(often)
        values = saturated(often[numbers], self.segment.table.lengths[numbers], average)
        if len(numbers) * _DENSE < len(often):
            return Weight(len(numbers), numbers, values)
        often[numbers] = values
        return Weight(len(numbers), None, often)

    def _extents(self, word: str, *, exact: bool = False, prefix: bool = False) -> list[Extent]:
        if exact:
            extent = self.segment.extent(word_term(word))
            return [extent] if extent else []
        folded = text.fold(word)
        found = self.segment.extents_from(beginning(folded) if prefix else forms_of(folded))
        return [extent for (_, extent), _ in zip(found, range(MOST_FORMS), strict=False)]

    def matching(self, node: Node, average: float) -> Mask:
        """The entries that a question means, deleted ones included."""
        if isinstance(node, Term):
            return self._with_term(node, average)
        if isinstance(node, Within):
            return _every([self.having([field_term(word)]) for word in node.words])
        if isinstance(node, Between):
            return self.between(node)
        if isinstance(node, Not):
            return ~self.matching(node.node, average)
        masks = (self.matching(each, average) for each in node.nodes)
        if isinstance(node, All):
            return _every(masks)
        mask = self.none()
        for each in masks:
            mask |= each
        return mask

    def between(self, span: Between) -> Mask:
        days = self.segment.table.days
        mask: Mask = days != NO_DAY
        if span.since:
            mask &= days >= span.since.toordinal()
        if span.until:
            mask &= days <= span.until.toordinal()
        return mask

    def _with_term(self, term: Term, average: float) -> Mask:
        masks = []
        for index, word in enumerate(term.folded):
            prefix = term.prefix and index == len(term.words) - 1
            mask = self.none()
            self.weight(word, average, prefix=prefix).mark(mask)
            masks.append(mask)
        every = _every(masks)
        return every if len(masks) == 1 or not every.any() else self._with_phrase(term, every)

    def _with_phrase(self, term: Term, chosen: Mask) -> Mask:
        starts = NONE
        for distance, word in enumerate(term.folded):
            places = self.places(word, chosen, prefix=term.prefix and distance == len(term.words) - 1)
            starts = places if distance == 0 else starts[contains(places, starts + distance)]
        mask = self.none()
        mask[starts // PLACES] = True
        return mask

    def in_head(self, word: str, *, prefix: bool) -> Mask:
        """The entries in whose title or heading a folded word stands."""

        def make() -> tuple[Mask, int]:
            mask = self.none()
            for extent in self._extents(word, prefix=prefix):
                postings = self.segment.read(extent)
                mask[postings.numbers[postings.in_head > 0]] = True
            return mask, mask.nbytes

        return self._cache.get((self.segment.name, "head", word, prefix), make)

    def forms(self, folded: str, chosen: Mask) -> dict[str, int]:
        """How a folded word is written, and in how many of the chosen entries."""
        found = self.segment.extents_from(forms_of(folded))
        counts = {written_form(term): int(chosen[self.segment.read(extent).numbers].sum()) for term, extent in found}
        return {form: count for form, count in counts.items() if count}

    def valued(self, facet: str, values: Iterable[str]) -> Mask:
        """The entries with one of these values of a facet."""
        return self.having(value_term(facet, value) for value in values)

    def counted(self, facet: str, chosen: Mask) -> dict[str, int]:
        """How many of the chosen entries have each value of a facet."""
        names, which = self.segment.values(facet)
        counts = np.bincount(which[chosen], minlength=len(names) + 1)
        return {names[index]: int(counts[index]) for index in np.flatnonzero(counts[:-1])}

    def places(self, word: str, chosen: Mask, *, prefix: bool = False) -> Numbers:
        """Where a folded word stands in the chosen entries: each as ``number * PLACES + place``, ascending."""
        found = [_places_of(self.segment.read(extent, places=True), chosen) for extent in self._extents(word, prefix=prefix)]
        return np.sort(np.concatenate(found)) if found else NONE


def _every(masks: Iterable[Mask]) -> Mask:
    first, *others = masks
    for other in others:
        first = first & other
    return first


def _places_of(postings: Postings, chosen: Mask) -> Numbers:
    which = chosen[postings.numbers]
    often = postings.often.astype(np.int64)
    begin = np.cumsum(often) - often
    counts = often[which]
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    at = np.arange(total) + np.repeat(begin[which] - (ends - counts), counts)
    where: Numbers = np.repeat(postings.numbers[which], counts) * PLACES + postings.places[at]
    return where


def contains(ascending: Numbers, wanted: Numbers) -> NDArray[np.bool_]:
    """For each wanted number whether it is among the ascending ones."""
    if not len(ascending):
        return np.zeros(len(wanted), bool)
    at = np.minimum(np.searchsorted(ascending, wanted), len(ascending) - 1)
    found: NDArray[np.bool_] = ascending[at] == wanted
    return found
