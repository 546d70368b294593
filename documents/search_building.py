"""Writing segments: from entries, and from other segments. Memory is bounded by the builder's size."""

import heapq
import math
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import W3Codec, W3Segment
from whoosh.filedb.filetables import OrderedHashWriter
from whoosh.filedb.structfile import StructFile

from documents import text
from documents.search import Entry
from documents.search_matching import View
from documents.search_postings import (
    NONE,
    Postings,
    bare,
    field_term,
    key_term,
    label_term,
    pack,
    value_term,
    word_term,
)
from documents.search_segments import EXTENT, NO_DAY, POSTINGS, TABLE, TERMS, Extent, Segment, Table

NAME = "MAIN"
"""Of the index among those that Whoosh could keep in one folder."""
GAP = 1
"""Places without a word between two parts of an entry: no phrase runs across them."""

Storage = Any
Terms = Iterable[tuple[bytes, Postings]]


class _Numbered(dict[str, int]):
    """Words by the order in which they turned up."""

    def __missing__(self, word: str) -> int:
        self[word] = number = len(self)
        return number


class Builder:
    """Entries in memory until they become a segment; ``words`` tells how many words they have."""

    def __init__(self) -> None:
        self.words = 0
        self._numbered = _Numbered()
        self._stream = array("I")
        # Of each part of an entry: number of the entry, first place, whether it is the head, number of words.
        self._parts: list[tuple[int, int, bool, int]] = []
        self._bare: dict[bytes, list[int]] = defaultdict(list)
        self._lengths: list[int] = []
        self._head_lengths: list[int] = []
        self._days: list[int] = []
        self._keys: list[str] = []
        self._titles: list[str] = []

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, entry: Entry) -> None:
        number, place, length, head_length = len(self), 0, 0, 0
        for index, part in enumerate(entry.parts()):
            words = text.words(part)
            in_head = index < len(entry.head())
            self._stream.extend(map(self._numbered.__getitem__, words))
            self._parts.append((number, place, in_head, len(words)))
            place += len(words) + GAP
            length += len(words)
            head_length += len(words) * in_head
        for term in _bare_terms(entry):
            self._bare[term].append(number)
        self._lengths.append(length)
        self._head_lengths.append(head_length)
        self.words += length
        self._days.append(entry.issued_on.toordinal() if entry.issued_on else NO_DAY)
        self._keys.append(entry.key)
        self._titles.append(entry.title)

    def table(self) -> Table:
        return Table.of(self._lengths, self._head_lengths, self._days, self._keys, self._titles)

    def terms(self) -> Terms:
        bare_terms = ((term, bare(np.array(self._bare[term], np.int64))) for term in sorted(self._bare))
        return heapq.merge(bare_terms, self._word_terms(), key=itemgetter(0))

    def _word_terms(self) -> Iterator[tuple[bytes, Postings]]:
        """The stream of words turned over: for each word, in the order of the terms, where it stands."""
        stream = np.frombuffer(self._stream, np.uint32) if self._stream else np.empty(0, np.uint32)
        order = np.argsort(stream, kind="stable")
        numbers, starts, in_head, counts = np.array(self._parts, np.int64).reshape(-1, 4).T
        begun = np.cumsum(counts) - counts
        entry = np.repeat(numbers, counts)[order]
        place = (np.arange(len(stream)) + np.repeat(starts - begun, counts))[order]
        head = np.repeat(in_head, counts)[order]
        word = stream[order]
        # One posting for each word in each entry: where either changes, the next begins.
        first = np.flatnonzero(np.diff(word, prepend=-1) | np.diff(entry, prepend=-1)) if len(word) else NONE
        often = np.diff(first, append=len(word))
        heads = np.add.reduceat(head, first) if len(first) else NONE
        bounds = np.searchsorted(word[first], np.arange(len(self._numbered) + 1))
        words = list(self._numbered)
        terms = [word_term(each) for each in words]
        for index in sorted(range(len(words)), key=terms.__getitem__):
            chosen = slice(bounds[index], bounds[index + 1])
            begin = first[chosen.start]
            end = first[chosen.stop] if chosen.stop < len(first) else len(word)
            yield terms[index], Postings(entry[first[chosen]], often[chosen], heads[chosen], place[begin:end])


def _bare_terms(entry: Entry) -> Iterator[bytes]:
    yield key_term(entry.key)
    yield from map(label_term, entry.labels)
    yield from map(field_term, entry.field_words())
    for facet, value in entry.facets().items():
        yield value_term(facet, value)


def write(storage: Storage, table: Table, terms: Terms) -> W3Segment:
    """A new segment of these entries and terms, the terms in order."""
    segment = W3Segment(W3Codec(), NAME)
    offset = 0
    folder = Path(storage.folder)
    with (
        (folder / segment.make_filename(POSTINGS)).open("wb") as file,
        (folder / segment.make_filename(TERMS)).open("wb") as index,
    ):
        dictionary = OrderedHashWriter(StructFile(index))
        for term, postings in terms:
            data = pack(postings)
            file.write(data)
            dictionary.add(term, EXTENT.pack(offset, len(data), len(postings.numbers)))
            offset += len(data)
        dictionary.close()
    with (Path(storage.folder) / segment.make_filename(TABLE)).open("wb") as file:
        table.save(file)
    segment.set_doc_count(len(table))
    return segment


def merged(views: Sequence[View]) -> tuple[Table, Terms]:
    """What a segment of the entries of several that are still there is made of, in their order."""
    moved, count = [], 0
    for view in views:
        moved.append(np.where(view.live, np.cumsum(view.live) - 1 + count, -1))
        count += view.count
    table = Table.joined([(view.segment.table, view.live) for view in views])
    return table, _merged([view.segment for view in views], moved)


def _numbered(index: int, segment: Segment) -> Iterator[tuple[bytes, int, Extent]]:
    return ((term, index, extent) for term, extent in segment.extents_from(b""))


def _merged(segments: list[Segment], moved: list[NDArray[np.int64]]) -> Terms:
    streams = [_numbered(index, segment) for index, segment in enumerate(segments)]
    for term, found in groupby(heapq.merge(*streams), key=itemgetter(0)):
        parts = []
        for _, index, extent in found:
            postings = segments[index].read(extent, places=True)
            numbers = moved[index][postings.numbers]
            kept = Postings(numbers, postings.often, postings.in_head, postings.places).of(numbers >= 0)
            if len(kept.numbers):
                parts.append(kept)
        if len(parts) == 1:
            yield term, parts[0]
        elif parts:
            arrays = ("numbers", "often", "in_head", "places")
            yield term, Postings(*(np.concatenate([getattr(part, name) for part in parts]) for name in arrays))


MERGED_AT_ONCE = 8


def to_merge(counts: Sequence[int]) -> list[int]:
    """Which of the segments with so many entries should become one: eight of about the same size, the smallest first.

    So an entry is written again only as often as its segment becomes eight times larger.
    """
    sizes = defaultdict(list)
    for index, count in enumerate(counts):
        sizes[int(math.log(max(count, 1), MERGED_AT_ONCE))].append(index)
    return next((found for _, found in sorted(sizes.items()) if len(found) >= MERGED_AT_ONCE), [])


def build(storage: Storage, entries: Iterable[Entry], most_words: int) -> Iterator[W3Segment]:
    """Segments of at most about so many words each."""
    builder = Builder()
    for entry in entries:
        builder.add(entry)
        if builder.words >= most_words:
            yield write(storage, builder.table(), builder.terms())
            builder = Builder()
    if len(builder):
        yield write(storage, builder.table(), builder.terms())
