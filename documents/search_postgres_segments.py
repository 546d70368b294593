"""Segments of the index whose postings are read from PostgreSQL, in the transaction of the search that needs them."""

import copy
import io
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
from sqlalchemy.orm import Session

from documents.search_matching import Cache
from documents.search_postgres_rows import driver
from documents.search_postings import NONE, Numbers, Postings, unpack
from documents.search_segments import Extent, Segment, Table, Texts

_AHEAD = 500
"""How many terms are fetched at once by who reads all of them."""

_FETCH = """
    SELECT posting.segment, posting.number, posting.{column}
    FROM unnest(%s::bigint[], %s::integer[], %s::integer[]) AS span (segment, first, beyond)
    JOIN search_posting AS posting
    ON posting.segment = span.segment AND posting.number >= span.first AND posting.number < span.beyond
"""

_FETCH_PARTS = """
    SELECT substring(posting.places FROM part.start FOR part.size)
    FROM unnest(%s::integer[], %s::integer[], %s::integer[]) WITH ORDINALITY AS part (number, start, size, place)
    JOIN search_posting AS posting ON posting.segment = %s AND posting.number = part.number
    ORDER BY part.place
"""

Span = tuple[int, int]
"""The numbers of neighbouring terms: the first, and the one beyond the last."""


class RowSegment(Segment):
    """A segment whose postings are read by a shelf; ``on`` gives it one."""

    def __init__(self, identity: int, table: Table, terms: Texts) -> None:
        super().__init__(str(identity), table)
        self.identity, self.terms = identity, terms
        self._shelf: Shelf | None = None
        self._ahead: dict[int, Postings] | None = None

    def on(self, shelf: "Shelf", *, whole: bool = False) -> "RowSegment":
        """The same segment, read in the transaction of this shelf. ``whole``: every term will be, in order."""
        bound = copy.copy(self)
        bound._shelf, bound._ahead = shelf, {} if whole else None
        return bound

    @property
    def shelf(self) -> "Shelf":
        if self._shelf is None:
            raise ValueError("a segment is read in a transaction")
        return self._shelf

    def span(self, beginning: str) -> Span:
        """Of the terms that begin so."""
        first = bisect_left(self.terms, beginning)
        return first, bisect_left(self.terms, beginning + "\U0010ffff", first)

    def span_of(self, term: str) -> Span:
        """Of this term."""
        first = bisect_left(self.terms, term)
        return first, first + (first < len(self.terms) and self.terms[first] == term)

    def extent(self, term: bytes) -> Extent | None:
        first, beyond = self.span_of(term.decode())
        if first == beyond:
            return None
        self.shelf.fetch(lambda segment: segment.span_of(term.decode()))
        return first, beyond, 0

    def extents_from(self, beginning: bytes) -> Iterator[tuple[bytes, Extent]]:
        span = self.span(beginning.decode())
        if self._ahead is None and span[0] < span[1]:
            self.shelf.fetch(lambda segment: segment.span(beginning.decode()))
        for number in range(*span):
            yield self.terms[number].encode(), (number, number + 1, 0)

    def read(self, extent: Extent, places: bool = False) -> Postings:
        number = extent[0]
        if self._ahead is not None:
            if number not in self._ahead:
                self._ahead = self.shelf.several(self.identity, (number, number + _AHEAD))
            return self._ahead[number]
        data = self.shelf.data(self.identity, number)
        if not places:
            return unpack(data[1:])
        forms = self.terms[number].partition("\0")[0] + "\0"
        return _joined(data, self.shelf.places(self.identity, number, self.span(forms)))

    def among(self, extents: Sequence[Extent], chosen: Numbers) -> list[Postings]:
        found = [_some(self.shelf.data(self.identity, number), chosen) for number, _, _ in extents]
        parts = [
            (extent[0], int(first) * width + 1, int(often) * width)
            for extent, (postings, firsts, width) in zip(extents, found, strict=True)
            for first, often in zip(firsts, postings.often, strict=True)
        ]
        pieces = iter(self.shelf.parts(self.identity, parts))
        return [
            replace(postings, places=np.frombuffer(b"".join(islice(pieces, len(firsts))), f"<u{width}"))
            for postings, firsts, width in found
        ]


class Shelf:
    """What one transaction reads of the postings. It fetches a term for all segments at once, those it has not yet."""

    def __init__(self, db: Session, cache: Cache, segments: Sequence[RowSegment]) -> None:
        self._db, self._cache, self._segments = db, cache, segments

    def fetch(self, span_of: Callable[[RowSegment], Span]) -> None:
        spans = []
        for segment in self._segments:
            first, beyond = span_of(segment)
            if first < beyond and ("data", segment.identity, first) not in self._cache:
                spans.append((segment.identity, (first, beyond)))
        self._keep("data", spans)

    def data(self, segment: int, number: int) -> memoryview:
        return self._kept("data", segment, number, (number, number + 1))

    def places(self, segment: int, number: int, forms: Span) -> memoryview:
        """``forms``: the terms beside it, whose places will be asked for too."""
        return self._kept("places", segment, number, forms)

    def parts(self, segment: int, parts: Sequence[tuple[int, int, int]]) -> list[bytes]:
        """Of the places of terms: the term's number, the first byte, from 1, and how many. Not kept."""
        if not parts:
            return []
        numbers, starts, sizes = map(list, zip(*parts, strict=True))
        with driver(self._db).cursor(binary=True) as cursor:
            return [piece for (piece,) in cursor.execute(_FETCH_PARTS, [numbers, starts, sizes, segment])]

    def several(self, segment: int, span: Span) -> dict[int, Postings]:
        """Whole, and not kept."""
        data, places = (self._rows(column, [(segment, span)]) for column in ("data", "places"))
        with_number = {number: found for _, number, found in places}
        return {number: _joined(found, with_number[number]) for _, number, found in data}

    def _kept(self, column: str, segment: int, number: int, span: Span) -> memoryview:
        def make() -> tuple[memoryview, int]:
            rows = {other: found for _, other, found in self._rows(column, [(segment, span)])}
            wanted = rows.pop(number, None)
            for other, found in rows.items():
                self._put(column, segment, other, found)
            if wanted is None:
                raise ValueError(f"term {number} of segment {segment} is missing")
            return wanted, len(wanted)

        return self._cache.get((column, segment, number), make)

    def _keep(self, column: str, spans: Sequence[tuple[int, Span]]) -> None:
        for segment, number, found in self._rows(column, spans) if spans else ():
            self._put(column, segment, number, found)

    def _put(self, column: str, segment: int, number: int, found: memoryview) -> None:
        self._cache.get((column, segment, number), lambda: (found, len(found)))

    def _rows(self, column: str, spans: Sequence[tuple[int, Span]]) -> list[tuple[int, int, memoryview]]:
        segments, firsts, beyonds = zip(*((segment, *span) for segment, span in spans), strict=True)
        with driver(self._db).cursor(binary=True) as cursor:
            rows = cursor.execute(_FETCH.format(column=column), [list(segments), list(firsts), list(beyonds)])
            return [(segment, number, memoryview(found)) for segment, number, found in rows]


def load(db: Session, ids: Sequence[int], opened: Mapping[int, RowSegment]) -> dict[int, RowSegment]:
    """The segments of these ids; those opened already are not read again."""
    known = {identity: opened[identity] for identity in ids if identity in opened}
    missing = [identity for identity in ids if identity not in known]
    if missing:
        with driver(db).cursor(binary=True) as cursor:
            rows = cursor.execute("SELECT id, contents FROM search_segment WHERE id = ANY(%s)", [missing])
            known |= {identity: _opened(identity, contents) for identity, contents in rows}
    return {identity: known[identity] for identity in ids}


def _opened(identity: int, contents: bytes) -> RowSegment:
    file = io.BytesIO(contents)
    return RowSegment(identity, Table.load(file), Texts.load(file))


def _some(data: memoryview, chosen: Numbers) -> tuple[Postings, Numbers, int]:
    """Of a few entries: the postings without places, where these begin for each, and how many bytes a place has."""
    postings = unpack(data[1:])
    at = np.minimum(np.searchsorted(postings.numbers, chosen), len(postings.numbers) - 1)
    at = at[postings.numbers[at] == chosen]
    often = postings.often[at].astype(np.int64)
    firsts = np.cumsum(postings.often, dtype=np.int64)[at] - often
    return Postings(postings.numbers[at], often, postings.in_head[at], NONE), firsts, data[0]


def _joined(data: memoryview, places: memoryview) -> Postings:
    return replace(unpack(data[1:]), places=np.frombuffer(places, f"<u{data[0]}"))
