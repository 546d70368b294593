"""What a hit is worth. Every number that the order of hits depends on stands here.

BM25 over syllables, with three additions: the head (title and heading) is ranked once more by itself, where a word is
rare and the text short; a word that stands exactly as asked, with its marks, counts beside its folded form; and, as
most Vietnamese words are two syllables, neighbours in the question that are neighbours in the text count again, for the
best hits by the first two.
"""

import numpy as np
from numpy.typing import NDArray

K1, B = 1.4, 0.9
LEVEL = (K1 + 1) / 255
"""What a word is worth in an entry is kept in so many steps."""
HEAD = 0.7
"""What a word in the title or the heading is worth there, beside being one of the whole."""
EXACT = 1.0
"""What a word with its marks as asked is worth beside its folded form."""
PAIR = 2.0
"""What two neighbours are worth beside the words themselves."""
PAIRS_LOOKED_AT = 100
"""In how many of the best hits neighbours are looked for."""

Floats = NDArray[np.float32]


def rarity(having: int, count: int) -> float:
    """Of a word that ``having`` of ``count`` entries have."""
    return float(np.log1p((count - having + 0.5) / (having + 0.5)))


def saturated(often: Floats, lengths: NDArray[np.int64], average: float) -> Floats:
    """BM25 without the rarity: the tenth time says less than the first, and less in a long entry."""
    norm = (K1 * (1 - B) + K1 * B / average * lengths).astype(np.float32)
    return (often * np.float32(K1 + 1) / (often + norm)).astype(np.float32)


def paired(often: Floats) -> Floats:
    """The same for neighbours, which seldom stand together often."""
    return often / (often + np.float32(1.0))
