"""One commit's view of a segment: which entries match, and what its words are worth in each."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from documents import text
from documents.search_postings import (
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
from documents.search_segments import NO_DAY, Extent, Mask, Segment
from documents.search_worth import Averages, Worth, weigh

CACHE_BYTES = 256 * 2**20
MOST_FORMS = 5000
"""How many words may begin as a beginning*; beyond that the first of them are looked for."""
_SELDOM = 16

Places = NDArray[np.int32] | NDArray[np.int64]

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

    def worth(self, word: str, averages: Averages, *, exact: bool = False, prefix: bool = False) -> Worth:
        """Of a word in any of its written forms, or just so; of all words that begin so."""

        def make() -> tuple[Worth, int]:
            worth = self._worth(self._extents(word, exact=exact, prefix=prefix), averages)
            return worth, worth.nbytes

        return self._cache.get((self.segment.name, word, exact, prefix, averages), make)

    def _worth(self, extents: list[Extent], averages: Averages) -> Worth:
        often = np.zeros(len(self.segment), np.float32)
        in_head = np.zeros(len(self.segment), np.float32)
        for extent in extents:
            postings = self.segment.read(extent)
            in_head[postings.numbers] += postings.in_head
            often[postings.numbers] += postings.often
        often += in_head
        table = self.segment.table
        return Worth(weigh(often, table.lengths, averages[0]), weigh(in_head, table.head_lengths, averages[1]))

    def _extents(self, word: str, *, exact: bool = False, prefix: bool = False) -> list[Extent]:
        if exact and not prefix:
            extent = self.segment.extent(word_term(word))
            return [extent] if extent else []
        folded = text.fold(word)
        found = self.segment.extents_from(beginning(folded) if prefix else forms_of(folded))
        if exact:
            found = (each for each in found if written_form(each[0]).startswith(word))
        return [extent for (_, extent), _ in zip(found, range(MOST_FORMS), strict=False)]

    def matching(self, node: Node, averages: Averages) -> Mask:
        """The entries that a question means, deleted ones included."""
        if isinstance(node, Term):
            return self._with_term(node, averages)
        if isinstance(node, Within):
            return _every([self.having([field_term(word)]) for word in node.words])
        if isinstance(node, Between):
            return self.between(node)
        if isinstance(node, Not):
            return ~self.matching(node.node, averages)
        masks = (self.matching(each, averages) for each in node.nodes)
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

    def _with_term(self, term: Term, averages: Averages) -> Mask:
        masks = []
        for index, word in enumerate(term.sought):
            prefix = term.prefix and index == len(term.words) - 1
            mask = self.none()
            self.worth(word, averages, exact=term.exact, prefix=prefix).whole.mark(mask)
            masks.append(mask)
        every = _every(masks)
        return every & self._with_phrase(term) if len(masks) > 1 and every.any() else every

    def _with_phrase(self, term: Term) -> Mask:
        def make() -> tuple[Mask, int]:
            starts = self._where(term.sought[0], exact=term.exact)
            for distance, word in enumerate(term.sought[1:], 1):
                prefix = term.prefix and distance == len(term.words) - 1
                starts = common(starts + 1, self._where(word, exact=term.exact, prefix=prefix))
            mask = self.none()
            mask[self.entries(starts)] = True
            return mask, mask.nbytes

        return self._cache.get((self.segment.name, "phrase", term.sought, term.exact, term.prefix), make)

    def _where(self, word: str, *, exact: bool = False, prefix: bool = False) -> Places:
        """All the places of a word, ascending, counted through all entries of the segment."""

        def make() -> tuple[Places, int]:
            starts = self.segment.table.starts
            extents = self._extents(word, exact=exact, prefix=prefix)
            found = [_places(self.segment.read(extent, places=True), starts) for extent in extents]
            places: Places = np.concatenate([np.empty(0, starts.dtype), *found])
            places.sort()
            return places, places.nbytes

        return self._cache.get((self.segment.name, "where", word, exact, prefix), make)

    def places(self, word: str, chosen: Numbers) -> Places:
        """The places of a folded word in the chosen entries."""
        starts = self.segment.table.starts
        few = self.segment.among(self._extents(word), chosen)
        if few is not None:
            return np.sort(np.concatenate([np.empty(0, starts.dtype), *(_places(each, starts) for each in few)]))
        places = self._where(word)
        begin, end = np.searchsorted(places, starts[chosen]), np.searchsorted(places, starts[chosen + 1])
        counts = end - begin
        found: Places = places[np.arange(counts.sum()) + np.repeat(begin - (np.cumsum(counts) - counts), counts)]
        return found

    def entries(self, places: Places) -> Numbers:
        """The entries that these places are in."""
        return np.searchsorted(self.segment.table.starts, places, "right") - 1

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

    def counted(self, facet: str, chosen: Numbers) -> dict[str, int]:
        """How many of the chosen entries have each value of a facet."""
        names, which = self.segment.values(facet)
        counts = np.bincount(which[chosen], minlength=len(names) + 1)
        return {names[index]: int(counts[index]) for index in np.flatnonzero(counts[:-1])}


def _places(postings: Postings, starts: Places) -> Places:
    places: Places = np.repeat(starts[postings.numbers], postings.often) + postings.places.astype(starts.dtype)
    return places


def _every(masks: Iterable[Mask]) -> Mask:
    first, *others = masks
    for other in others:
        first = first & other
    return first


def common(some: Places, others: Places) -> Places:
    """What is in both of two ascending arrays without doubles, ascending."""
    few, many = sorted((some, others), key=len)
    if len(few) * _SELDOM < len(many):
        at = np.searchsorted(many, few)
        at[at == len(many)] = 0
        found: Places = few[many[at] == few]
        return found
    both = np.concatenate((few, many))
    both.sort()
    twice: Places = both[:-1][both[1:] == both[:-1]]
    return twice
