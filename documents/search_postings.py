"""Where a term stands: arrays that are read where they lie in the file, and the terms under which they are filed."""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from documents import text

Numbers = NDArray[np.int64]
"""Entries by their number in the segment, ascending."""

_HEAD = struct.Struct("<IIBBBB")
_TYPES = {1: "<u1", 2: "<u2", 4: "<u4"}


def word_term(word: str) -> bytes:
    """The written forms of a folded word lie side by side, so that one look finds them all."""
    return forms_of(text.fold(word)) + word.encode()


def forms_of(folded: str) -> bytes:
    return b"w" + folded.encode() + b"\0"


def beginning(folded: str) -> bytes:
    return b"w" + folded.encode()


def written_form(term: bytes) -> str:
    """The word of a :func:`word_term`."""
    return term.partition(b"\0")[2].decode()


def key_term(key: str) -> bytes:
    return b"k" + key.encode()


def label_term(label: str) -> bytes:
    return b"l" + label.encode()


def field_term(word: str) -> bytes:
    return b"f" + word.encode()


def value_term(facet: str, value: str = "") -> bytes:
    return b"v" + facet.encode() + b"\0" + value.encode()


@dataclass(frozen=True, slots=True)
class Postings:
    """The entries with a term, how often each has it, how often of that in its head (title and heading), and at which
    places, entry after entry. ``often`` and ``places`` are empty for terms that are no words: labels, keys, values.
    """

    numbers: Numbers
    often: Numbers
    in_head: Numbers
    places: Numbers

    def of(self, chosen: NDArray[np.bool_]) -> "Postings":
        """Only these of the entries."""
        if chosen.all():
            return self
        places = self.places[np.repeat(chosen, self.often)] if len(self.often) else self.places
        often, in_head = (array[chosen] if len(array) else array for array in (self.often, self.in_head))
        return Postings(self.numbers[chosen], often, in_head, places)


NONE = np.empty(0, np.int64)


def bare(numbers: Numbers) -> Postings:
    return Postings(numbers, NONE, NONE, NONE)


def pack(postings: Postings) -> bytes:
    """Each array in as few bytes as its greatest value needs."""
    steps = np.diff(postings.numbers, prepend=0)
    widths, parts = [], []
    for array in (steps, postings.often, postings.in_head, postings.places):
        width = _width(array)
        widths.append(width)
        if width:
            parts.append(array.astype(_TYPES[width]).tobytes())
    return _HEAD.pack(len(postings.numbers), len(postings.places), *widths) + b"".join(parts)


def _width(array: Numbers) -> int:
    most = int(array.max()) if len(array) else 0
    return 0 if most == 0 else 1 if most < 1 << 8 else 2 if most < 1 << 16 else 4


def unpack(data: memoryview) -> Postings:
    """Raises ValueError or struct.error for what :func:`pack` has not written."""
    entries, places, *widths = _HEAD.unpack_from(data)
    arrays, start = [], _HEAD.size
    counted = entries if places else 0
    for width, length in zip(widths, (entries, counted, counted, places), strict=True):
        if width:
            arrays.append(np.frombuffer(data, _TYPES[width], length, start))
            start += width * length
        else:
            arrays.append(np.zeros(length, np.uint8))
    return Postings(np.cumsum(arrays[0], dtype=np.int64), *arrays[1:])
