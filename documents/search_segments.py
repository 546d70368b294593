"""One segment of a Whoosh index: what goes into its fields, which entries match, what they are worth (BM25)."""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from whoosh.fields import FieldType
from whoosh.formats import Existence, Positions
from whoosh.reading import TermNotFound

from documents import text
from documents.search_query import Term

EXACT_WEIGHT = 2.0
TITLE_WEIGHT = 1.5
GAP = 100
"""Places between two parts of an entry, more than a phrase has words."""
_K1, _B = 1.2, 0.75

Posting = tuple[bytes, int, float, bytes]


class Words(FieldType):  # type: ignore[misc]
    """Which words are there: whole values (labels, kinds), or the words of a title in both forms."""

    def __init__(self) -> None:
        super().__init__(Existence(), None)

    def index(self, value: Sequence[str], **_options: Any) -> Iterator[Posting]:
        """A list holds whole values, a tuple texts to be cut into words."""
        found = set(value) if isinstance(value, list) else {form for part in value for form in _both_forms(part)}
        for word in found:
            yield word.encode(), 1, 1.0, b""


class Places(FieldType):  # type: ignore[misc]
    """The places of each word of several texts, in exact and folded form at the same place."""

    def __init__(self) -> None:
        super().__init__(Positions(), None, scorable=True)

    def index(self, value: tuple[str, ...], **_options: Any) -> Iterator[Posting]:
        places: dict[str, list[int]] = {}
        start = 0
        for part in value:
            exact = text.words(part)
            for place, (word, plain) in enumerate(zip(exact, map(text.fold, exact), strict=True), start):
                places.setdefault(plain, []).append(place)
                if plain != word:
                    places.setdefault(word, []).append(place)
            start += len(exact) + GAP
        for word, where in places.items():
            yield word.encode(), len(where), float(len(where)), self.format.encode(where)


def _both_forms(part: str) -> Iterator[str]:
    for word in text.words(part):
        yield word
        yield text.fold(word)


class Segment:
    """A segment as one commit shows it. Entries are known by their number in the segment; lists are ascending."""

    def __init__(self, leaf: Any) -> None:
        self.leaf = leaf
        self.count: int = leaf.doc_count_all()
        self._with_value: dict[tuple[str, str], frozenset[int]] = {}

    def frequency(self, field: str, word: str) -> int:
        """In how many entries the word is, deleted ones included until the segment is merged."""
        return int(self.leaf.doc_frequency(field, word))

    def length(self, number: int) -> int:
        return int(self.leaf.doc_field_length(number, "body"))

    def total_length(self) -> int:
        return int(self.leaf.field_length("body"))

    def with_all(self, words: Iterable[str]) -> list[int]:
        """The entries that have all these words, the rarest looked up first."""
        numbers: list[int] | None = None
        for word in sorted(words, key=lambda word: self.frequency("body", word)):
            numbers = list(self.weights("body", word, numbers))
            if not numbers:
                return []
        return numbers or []

    def with_any(self, field: str, values: Iterable[str], numbers: list[int]) -> list[int]:
        """Those of the entries that have at least one of these values: none when there are no values."""
        allowed = frozenset[int]().union(*(self._having(field, value) for value in values))
        return [number for number in numbers if number in allowed]

    def with_phrase(self, words: Sequence[str], numbers: list[int]) -> list[int]:
        """Those of the entries in which the words follow each other."""
        starts: dict[int, set[int]] = {}
        for distance, word in enumerate(words):
            here = {number: {place - distance for place in places} for number, places in self._places(word, numbers)}
            starts = here if distance == 0 else {n: starts[n] & places for n, places in here.items() if n in starts}
            numbers = [number for number in numbers if starts.get(number)]
        return numbers

    def weights(self, field: str, word: str, numbers: list[int] | None = None) -> dict[int, float]:
        """How often the word is in each entry, or in each of these entries that has it at all."""
        return {matcher.id(): matcher.weight() for matcher in self._postings(field, word, numbers)}

    def _places(self, word: str, numbers: list[int]) -> Iterator[tuple[int, list[int]]]:
        for matcher in self._postings("body", word, numbers):
            yield matcher.id(), matcher.value_as("positions")

    def _having(self, field: str, value: str) -> frozenset[int]:
        key = (field, value)
        if key not in self._with_value:
            self._with_value[key] = frozenset(self.weights(field, value))
        return self._with_value[key]

    def _postings(self, field: str, word: str, numbers: list[int] | None) -> Iterator[Any]:
        """The matcher, standing at one wanted entry after the other."""
        try:
            matcher = self.leaf.postings(field, word)
        except TermNotFound:
            return
        if numbers is None:
            while matcher.is_active():
                yield matcher
                matcher.next()
            return
        for number in numbers:
            if matcher.is_active() and matcher.id() < number:
                matcher.skip_to(number)
            if not matcher.is_active():
                return
            if matcher.id() == number:
                yield matcher


class Statistics:
    """What the scores need of the whole index: how rare each word is, and how long entries are on average."""

    def __init__(self, segments: list[Segment], terms: list[Term]) -> None:
        self._segments = segments
        self._count = sum(segment.count for segment in segments)
        self.average_length = max(1.0, sum(segment.total_length() for segment in segments) / max(1, self._count))
        words = {word for term in terms for word in (*term.folded, *term.marked)}
        self.rarity = {word: self._rarity(word) for word in words}

    def _rarity(self, word: str) -> float:
        entries = sum(segment.frequency("body", word) for segment in self._segments)
        return math.log(self._count / (entries + 1)) + 1 if entries < self._count else 1.0


def score(segment: Segment, numbers: list[int], terms: list[Term], statistics: Statistics) -> dict[int, float]:
    """BM25 of the folded words, which all these entries have, and more for exact ones and for those in the title."""
    scores = dict.fromkeys(numbers, 0.0)
    norms = {n: _K1 * (1 - _B + _B * segment.length(n) / statistics.average_length) for n in numbers}
    folded = {word for term in terms for word in term.folded}
    marked = {word for term in terms for word in term.marked}
    for words, weight in ((folded, 1.0), (marked, EXACT_WEIGHT)):
        for word in words:
            worth = weight * statistics.rarity[word]
            for number, often in segment.weights("body", word, numbers).items():
                scores[number] += worth * often * (_K1 + 1) / (often + norms[number])
            for number in segment.weights("title", word, numbers):
                scores[number] += TITLE_WEIGHT * worth
    return scores
