"""A segment of the index: never changed once written, read where it lies, by any number of threads."""

import mmap
import struct
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from whoosh.filedb.filetables import OrderedHashReader
from whoosh.filedb.structfile import BufferFile

from documents import text
from documents.search_postings import NONE, Numbers, Postings, bare, unpack, value_term

TERMS, POSTINGS, TABLE = ".trm", ".pst", ".doc"
EXTENT = struct.Struct("<QII")
"""Of a term: where its postings begin, how many bytes they have, how many entries."""
_LENGTHS = struct.Struct("!ii")
"""What Whoosh writes before each term: its length, and that of what is filed under it."""
NO_DAY = 0
_BESIDE_WORDS = 16
"""More places than there are gaps in an entry."""

Mask = NDArray[np.bool_]
Extent = tuple[int, int, int]


@dataclass(frozen=True)
class Texts:
    """Many short texts in two arrays; a list of them would take many times the memory."""

    ends: NDArray[np.int64]
    letters: NDArray[np.uint8]

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Texts":
        encoded = [each.encode() for each in texts]
        ends = np.cumsum([len(each) for each in encoded], dtype=np.int64)
        return cls(ends, np.frombuffer(b"".join(encoded), np.uint8))

    def save(self, file: BinaryIO) -> None:
        for array in (self.ends, self.letters):
            np.save(file, array, allow_pickle=False)

    @classmethod
    def load(cls, file: BinaryIO) -> "Texts":
        return cls(*(np.load(file, allow_pickle=False) for _ in range(2)))

    def __getitem__(self, number: int) -> str:
        start = int(self.ends[number - 1]) if number else 0
        return self.letters[start : int(self.ends[number])].tobytes().decode()

    def __len__(self) -> int:
        return len(self.ends)

    def __iter__(self) -> Iterator[str]:
        return (self[number] for number in range(len(self)))


@dataclass(frozen=True)
class Table:
    """What is known of each entry besides its terms: how many words it has, how many of them in its head (title and
    heading), its day (``date.toordinal``), its key and title.
    """

    lengths: NDArray[np.int64]
    head_lengths: NDArray[np.int64]
    days: NDArray[np.int64]
    keys: Texts
    titles: Texts

    @classmethod
    def of(
        cls,
        lengths: Sequence[int],
        head_lengths: Sequence[int],
        days: Sequence[int],
        keys: Sequence[str],
        titles: Sequence[str],
    ) -> "Table":
        numbers = [np.array(each, np.int64) for each in (lengths, head_lengths, days)]
        return cls(numbers[0], numbers[1], numbers[2], Texts.of(keys), Texts.of(titles))

    @classmethod
    def joined(cls, tables: Sequence[tuple["Table", Mask]]) -> "Table":
        """The entries of several tables that are still there, in their order."""

        def texts(name: str) -> list[str]:
            return [getattr(table, name)[int(number)] for table, live in tables for number in np.flatnonzero(live)]

        names = ("lengths", "head_lengths", "days")
        numbers = [np.concatenate([getattr(table, name)[live] for table, live in tables]) for name in names]
        return cls(numbers[0], numbers[1], numbers[2], Texts.of(texts("keys")), Texts.of(texts("titles")))

    def __len__(self) -> int:
        return len(self.days)

    @cached_property
    def starts(self) -> NDArray[np.int32] | NDArray[np.int64]:
        """Where each entry begins, and the last one ends, when the places of all are counted through."""
        ends = np.cumsum(np.concatenate(([0], self.lengths + _BESIDE_WORDS)))
        return ends.astype(np.int32) if ends[-1] < 1 << 31 else ends

    def save(self, file: BinaryIO) -> None:
        for array in (self.lengths, self.head_lengths, self.days):
            np.save(file, array, allow_pickle=False)
        self.keys.save(file)
        self.titles.save(file)

    @classmethod
    def load(cls, file: BinaryIO) -> "Table":
        numbers = [np.load(file, allow_pickle=False) for _ in range(3)]
        return cls(numbers[0], numbers[1], numbers[2], Texts.load(file), Texts.load(file))


class Segment(ABC):
    """A segment wherever it is kept: what is known of its entries, and the postings of its terms."""

    def __init__(self, name: str, table: Table) -> None:
        self.name, self.table = name, table
        self.total_length, self.total_head_length = int(table.lengths.sum()), int(table.head_lengths.sum())
        self._values: dict[str, tuple[list[str], NDArray[np.int32]]] = {}
        self._title_ranks: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.table)

    @abstractmethod
    def extent(self, term: bytes) -> Extent | None:
        """Where the postings of the term are; None: it has none."""

    @abstractmethod
    def extents_from(self, beginning: bytes) -> Iterator[tuple[bytes, Extent]]:
        """The terms that begin so, in order."""

    @abstractmethod
    def read(self, extent: Extent, places: bool = False) -> Postings:
        """The postings; ``places`` says whether where the term stands is wanted too."""

    def among(self, extents: Sequence[Extent], chosen: Numbers) -> list[Postings] | None:
        """The postings, with places, of a few entries only; None where to read all of them is as good."""
        return None

    def postings(self, term: bytes) -> Postings:
        extent = self.extent(term)
        return self.read(extent) if extent else bare(NONE)

    def numbers(self, term: bytes) -> Numbers:
        return self.postings(term).numbers

    def title_ranks(self) -> NDArray[np.int64]:
        """For each entry which place its title has in alphabetical order."""
        if self._title_ranks is None:
            keys = [title_key(title) for title in self.table.titles]
            ranks = np.empty(len(keys), np.int64)
            ranks[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(len(keys))
            self._title_ranks = ranks
        return self._title_ranks

    def values(self, facet: str) -> tuple[list[str], NDArray[np.int32]]:
        """The values of a facet, and for each entry which of them it has, one more than the last: none."""
        known = self._values.get(facet)
        if known is None:
            found = list(self.extents_from(value_term(facet)))
            which = np.full(len(self), len(found), np.int32)
            for index, (_, extent) in enumerate(found):
                which[self.read(extent).numbers] = index
            names = [term.partition(b"\0")[2].decode() for term, _ in found]
            known = self._values[facet] = (names, which)
        return known


class _Terms:
    """The terms of a file that Whoosh wrote, each with its extent.

    Whoosh finds them by some hundred calls for each; a question of thirty words in ten segments asks for a thousand.
    """

    def __init__(self, data: bytes) -> None:
        reader = OrderedHashReader(BufferFile(data), len(data))
        width, at = reader.indexsize, reader.indexbase
        self._data, self._end = data, reader.endofdata
        self._positions = np.frombuffer(data, f">u{width}", reader.indexlen, at).astype(np.int64).data

    def extents_from(self, beginning: bytes) -> Iterator[tuple[bytes, Extent]]:
        """The terms that begin so, in order."""
        at = bisect_left(self._positions, beginning, key=self._term_at)
        if at == len(self._positions):
            return
        position = self._positions[at]
        while position < self._end:
            term = self._term_at(position)
            if not term.startswith(beginning):
                return
            extent = position + _LENGTHS.size + len(term)
            yield term, EXTENT.unpack_from(self._data, extent)
            position = extent + EXTENT.size

    def _term_at(self, position: int) -> bytes:
        length, _ = _LENGTHS.unpack_from(self._data, position)
        start = position + _LENGTHS.size
        return self._data[start : start + length]


class FileSegment(Segment):
    """The files of one segment, opened."""

    def __init__(self, storage: Any, segment: Any) -> None:
        folder = Path(storage.folder)
        with (folder / segment.make_filename(TABLE)).open("rb") as file:
            super().__init__(segment.segment_id(), Table.load(file))
        terms = (folder / segment.make_filename(TERMS)).read_bytes()
        self._terms = _Terms(terms)
        self._postings = _mapped(folder / segment.make_filename(POSTINGS))

    def extent(self, term: bytes) -> Extent | None:
        return next((extent for found, extent in self._terms.extents_from(term) if found == term), None)

    def extents_from(self, beginning: bytes) -> Iterator[tuple[bytes, Extent]]:
        return self._terms.extents_from(beginning)

    def read(self, extent: Extent, places: bool = False) -> Postings:
        start, size, _ = extent
        return unpack(self._postings[start : start + size])


def title_key(title: str) -> tuple[str, str]:
    """By letters first, by marks where these are equal."""
    exact = text.exact(title)
    return text.fold(exact), exact


def _mapped(path: Path) -> memoryview:
    with path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
