"""What a word is worth in the entries of a segment."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from documents.search_ranking import LEVEL, Floats, saturated
from documents.search_segments import Mask

_DENSE = 8
"""In one of so many entries at least: then a value for each entry takes less than their numbers."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What a word is worth in each entry that has it.

    ``numbers`` None: ``values`` stand for all entries of the segment, 0 for those without it. They are kept in one byte
    each: a frequent word has many.
    """

    having: int
    numbers: NDArray[np.int32] | None
    values: NDArray[np.uint8]

    @property
    def nbytes(self) -> int:
        return self.values.nbytes + (0 if self.numbers is None else self.numbers.nbytes) + 100

    def mark(self, mask: Mask) -> None:
        if self.numbers is None:
            np.logical_or(mask, self.values > 0, out=mask)
        else:
            mask[self.numbers] = True

    def add_to(self, scores: Floats, worth: float) -> None:
        if self.numbers is None:
            scores += np.float32(worth * LEVEL) * self.values
        else:
            scores[self.numbers] += np.float32(worth * LEVEL) * self.values


@dataclass(frozen=True, slots=True)
class Worth:
    """What a word is worth in the whole of each entry, and in its head alone."""

    whole: Weight
    head: Weight

    @property
    def nbytes(self) -> int:
        return self.whole.nbytes + self.head.nbytes


Averages = tuple[float, float]
"""How many words an entry has on average, and how many of them in its head."""


def weigh(often: Floats, lengths: NDArray[np.int64], average: float) -> Weight:
    """What a word is worth in each entry that has it so ``often``, of ``lengths`` words."""
    numbers = np.flatnonzero(often).astype(np.int32)
    values = np.rint(saturated(often[numbers], lengths[numbers], average) / LEVEL).clip(1, 255).astype(np.uint8)
    if len(numbers) * _DENSE < len(often):
        return Weight(len(numbers), numbers, values)
    spread = np.zeros(len(often), np.uint8)
    spread[numbers] = values
    return Weight(len(numbers), None, spread)
