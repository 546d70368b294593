"""Answering from one commit of the index: never changed, used by any number of threads at once."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from documents import text
from documents.search import FACET_VALUES, Facet, Hit, Query, Results, Sort
from documents.search_matching import View, common
from documents.search_postings import NONE, Numbers
from documents.search_query import Between, Node, Understood, parse, plain
from documents.search_ranking import EXACT, HEAD, PAIR, PAIRS_LOOKED_AT, Floats, paired, rarity
from documents.search_segments import NO_DAY, Mask, title_key
from documents.search_words import better
from documents.search_worth import Weight

_SUGGESTED_FROM = 200
_SPELLED_BY = 4


@dataclass(frozen=True)
class _Found:
    """What matches in one view, and how it is divided by each facet."""

    view: View
    mask: Mask
    facets: dict[Facet, Counter[str]]


Place = tuple[float, int, int]
"""A hit before its key is looked up: what it is worth, in which view, under which number."""


class Snapshot:
    """``shows`` names the commit."""

    def __init__(self, shows: tuple[str, int], views: list[View]) -> None:
        self.shows, self.views = shows, views
        self.count = sum(view.count for view in views)
        self._entries = sum(len(view.segment) for view in views)
        self._averages = (
            self._mean([view.segment.total_length for view in views]),
            self._mean([view.segment.total_head_length for view in views]),
        )

    def _mean(self, lengths: list[int]) -> float:
        # In steps of a tenth, so that what was computed with it lasts for many commits.
        return float(1.1 ** round(math.log(max(1.0, sum(lengths) / max(1, self._entries)), 1.1)))

    def keys(self) -> Iterator[str]:
        for view in self.views:
            for number in np.flatnonzero(view.live):
                yield view.segment.table.keys[int(number)]

    def search(self, query: Query) -> Results:
        understood = plain(query.text) if query.any_word else parse(query.text)
        if not query.labels or not (understood.node or query.filters):
            return Results(0, [], understood=understood)
        results = self._answer(understood, query)
        if results.total or not query.else_any or (any_word := understood.any_word()) is None:
            return results
        some = self._answer(any_word, query)
        said = replace(results, some_words=True, total=some.total, hits=some.hits, facets=some.facets)
        return said if some.total else results

    def _answer(self, understood: Understood, query: Query) -> Results:
        found = [self._found(view, understood.node, query) for view in self.views]
        total = sum(int(each.mask.sum()) for each in found)
        places = self._best(found, understood, query)[query.offset :][: query.limit]
        hits = [Hit(self.views[view].segment.table.keys[number], score) for score, view, number in places]
        better_asked = self._better(understood, query) if not total else None
        return Results(total, hits, _counted(found) if query.facets else {}, understood, better_asked)

    def _found(self, view: View, node: Node | None, query: Query) -> _Found:
        matching = view.visible(query.labels)
        if node:
            matching &= view.matching(node, self._averages)
        filters = query.filters
        if filters.since or filters.until:
            matching &= view.between(Between(filters.since, filters.until))
        chosen = {facet: view.valued(facet, values) for facet, values in filters.chosen().items()}
        every = _all_of(matching, chosen.values())
        facets: dict[Facet, Counter[str]] = {}
        if query.facets:
            numbers = np.flatnonzero(every)
            for facet in Facet:
                others = [mask for other, mask in chosen.items() if other != facet]
                among = np.flatnonzero(_all_of(matching, others)) if facet in chosen else numbers
                facets[facet] = Counter(view.counted(facet, among))
        return _Found(view, every, facets)

    def _best(self, found: Sequence[_Found], understood: Understood, query: Query) -> list[Place]:
        """At least those asked for, in order."""
        wanted = query.offset + query.limit
        by_day = query.sort is Sort.NEWEST or (query.sort is Sort.RELEVANCE and not understood.terms())
        if query.sort is Sort.TITLE:
            return self._by_title(found, wanted)
        if by_day or query.sort is Sort.OLDEST:
            ranked = ((each, _by_day(each.view, newest=by_day)) for each in found)
            return [(0.0, view, number) for _, view, number in _tops(ranked, wanted)]
        scores = self._scores(found, understood)
        places = _tops(zip(found, scores, strict=True), max(wanted, PAIRS_LOOKED_AT))
        return self._with_neighbours(places[:PAIRS_LOOKED_AT], understood) + places[PAIRS_LOOKED_AT:]

    def _by_title(self, found: Sequence[_Found], wanted: int) -> list[Place]:
        titles: list[tuple[tuple[str, str], int, int]] = []
        for index, each in enumerate(found):
            segment = each.view.segment
            for _, number in _top(each.mask, -segment.title_ranks(), wanted):
                titles.append((title_key(segment.table.titles[number]), index, number))
        return [(0.0, view, number) for _, view, number in sorted(titles)]

    def _scores(self, found: Sequence[_Found], understood: Understood) -> list[Floats]:
        scores = [np.zeros(len(each.view.segment), np.float32) for each in found]
        asked: dict[tuple[str, bool, bool], tuple[float, float]] = {}
        for term in understood.terms():
            for index, word in enumerate(term.words):
                prefix = term.prefix and index == len(term.words) - 1
                asked[text.fold(word), False, prefix] = (1.0, HEAD)
                if text.fold(word) != word and not prefix:
                    asked[word, True, False] = (EXACT, 0.0)
        for (word, exact, prefix), (in_whole, in_head) in asked.items():
            worths = [each.view.worth(word, self._averages, exact=exact, prefix=prefix) for each in found]
            self._add(scores, [worth.whole for worth in worths], in_whole)
            if in_head:
                self._add(scores, [worth.head for worth in worths], in_head)
        return scores

    def _add(self, scores: list[Floats], weights: list[Weight], worth: float) -> None:
        rare = worth * rarity(sum(weight.having for weight in weights), self._entries)
        for weight, sums in zip(weights, scores, strict=True):
            weight.add_to(sums, rare)

    def _with_neighbours(self, places: list[Place], understood: Understood) -> list[Place]:
        """The best hits put in order once more, with what neighbours in the question are worth that are so there."""
        pairs = [(text.fold(first), text.fold(second)) for first, second in understood.neighbours()]
        if not pairs or len(places) < 2:
            return places
        bonus: dict[tuple[int, int], float] = {}
        for index in {view for _, view, _ in places}:
            numbers = np.array(sorted(number for _, of_view, number in places if of_view == index), np.int64)
            worth = self._pairs_worth(self.views[index], numbers, pairs)
            bonus |= {(index, int(number)): float(more) for number, more in zip(numbers, worth, strict=True)}
        ordered = [(score + bonus[view, number], view, number) for score, view, number in places]
        return sorted(ordered, key=lambda place: (-place[0], place[1:]))

    def _pairs_worth(self, view: View, numbers: Numbers, pairs: list[tuple[str, str]]) -> Floats:
        """For each of these entries."""
        worth = np.zeros(len(numbers), np.float32)
        places = {word: view.places(word, numbers) for word in {word for pair in pairs for word in pair}}
        for first, second in dict.fromkeys(pairs):
            here = common(places[first] + 1, places[second])
            if len(here):
                at = np.searchsorted(numbers, view.entries(here))
                often = np.bincount(at, minlength=len(numbers)).astype(np.float32)
                rare = (self._rarity(first) + self._rarity(second)) / 2
                worth += np.float32(PAIR * rare) * paired(often)
        return worth

    def _rarity(self, folded: str) -> float:
        having = sum(view.worth(folded, self._averages).whole.having for view in self.views)
        return rarity(having, self._entries)

    def suggest(self, beginning: str, labels: frozenset[str], limit: int) -> list[str]:
        words = text.words(beginning)
        finished = beginning[-1:].isspace()
        # One letter begins far too many words to look them all up; the titles that the others leave are looked at.
        looked_up = words[:-1] if words and len(words[-1]) < 2 and not finished else words
        if not looked_up:
            return []
        titles: dict[str, str] = {}
        for view in self.views:
            mask = view.visible(labels)
            for index, word in enumerate(looked_up):
                mask &= view.in_head(text.fold(word), prefix=index == len(words) - 1 and not finished)
            for title in _short_titles(view, mask):
                if _stand_in(words, title, finished=finished):
                    titles.setdefault(text.fold(text.exact(title)), title)
        start = text.fold(" ".join(words))
        order = sorted(titles, key=lambda key: (not key.startswith(start), len(key), key))
        return [titles[key] for key in order[:limit]]

    def _better(self, understood: Understood, query: Query) -> str | None:
        """Another spelling of a question that found nothing."""
        visible = [(view, view.visible(query.labels)) for view in self.views]
        # Hundreds of words are looked up: the largest segments know nearly all there are.
        largest = sorted(visible, key=lambda seen: seen[0].count)[-_SPELLED_BY:]

        def forms(folded: str) -> Counter[str]:
            return sum((Counter(view.forms(folded, mask)) for view, mask in largest), Counter())

        for question in better(understood, forms):
            node = parse(question).node
            if node and any((view.matching(node, self._averages) & mask).any() for view, mask in visible):
                return question
        return None


def _all_of(mask: Mask, others: Iterable[Mask]) -> Mask:
    for other in others:
        mask = mask & other
    return mask


def _counted(found: Sequence[_Found]) -> dict[Facet, list[tuple[str, int]]]:
    counted = {}
    for facet in Facet:
        counts = sum((each.facets[facet] for each in found), Counter[str]())
        counted[facet] = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:FACET_VALUES]
    return counted


def _by_day(view: View, *, newest: bool) -> NDArray[np.int64]:
    days = view.segment.table.days
    return days if newest else np.where(days == NO_DAY, np.iinfo(np.int64).min, -days)


def _tops(ranked: Iterable[tuple[_Found, NDArray[Any]]], wanted: int) -> list[Place]:
    """The best so many of all views, those worth the same in their order in the index."""
    places: list[Place] = []
    for index, (found, worth) in enumerate(ranked):
        places += [(value, index, number) for value, number in _top(found.mask, worth, wanted)]
    return sorted(places, key=lambda place: (-place[0], place[1:]))[:wanted]


def _top(mask: Mask, worth: NDArray[Any], wanted: int) -> list[tuple[float, int]]:
    """The best so many of one view, each with what it is worth."""
    numbers = np.flatnonzero(mask) if wanted else NONE
    values = worth[numbers]
    if wanted < len(numbers):
        # All that are worth as much as the last one wanted: which of them come first is decided by their order.
        least = np.partition(values, len(values) - wanted)[len(values) - wanted]
        numbers, values = numbers[values >= least], values[values >= least]
    order = np.argsort(-values, kind="stable")[:wanted]
    return [(float(values[at]), int(numbers[at])) for at in order]


def _short_titles(view: View, mask: Mask) -> Iterator[str]:
    titles = view.segment.table.titles
    numbers = np.flatnonzero(mask)
    if len(numbers) > _SUGGESTED_FROM:
        sizes = np.diff(titles.ends, prepend=0)[numbers]
        numbers = numbers[np.argpartition(sizes, _SUGGESTED_FROM)[:_SUGGESTED_FROM]]
    return (titles[int(number)] for number in numbers)


def _stand_in(words: list[str], title: str, *, finished: bool) -> bool:
    """Whether it is in the title that the words stand, and not in the heading only."""
    there = [text.fold(word) for word in text.words(title)]
    *whole, last = [text.fold(word) for word in words]
    return set(whole) <= set(there) and any(word == last if finished else word.startswith(last) for word in there)
