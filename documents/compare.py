"""What differs between two texts: which pages, and in them which words. The work is bounded, whatever the texts are.

The shortest way from one sequence to the other (Myers, "An O(ND) difference algorithm", 1986): the work grows with the
number of differences, and beyond so many of them it is given up: then everything has changed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

MOST_EDITS = 800
"""Words or pages taken out and put in, together, up to which it is worth to show what stayed."""
MOST_WORDS = 20_000
"""Words of one page that are compared."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class PagePair:
    """A page (from 0) of the old text and the one that stands in its place in the new; None where there is none."""

    old: int | None
    new: int | None
    same: bool


class Change(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True)
class Piece:
    """A piece of text as written."""

    change: Change
    text: str


def pair_pages(old: Sequence[Item], new: Sequence[Item]) -> list[PagePair]:
    """Which pages stand in each other's place. A page put in between moves the others, it does not change them."""
    pairs: list[PagePair] = []
    here, there = 0, 0
    for first, second in [*(matches(old, new) or []), (len(old), len(new))]:
        length = max(first - here, second - there)
        pairs += [
            PagePair(here + n if here + n < first else None, there + n if there + n < second else None, same=False)
            for n in range(length)
        ]
        if first < len(old):
            pairs.append(PagePair(first, second, same=True))
        here, there = first + 1, second + 1
    return pairs


def compare_words(old: str, new: str) -> list[Piece]:
    """One page beside the other, word by word, white space aside; pieces of one kind run together."""
    before, after = (re.findall(r"\S+\s*", text) for text in (old, new))
    same: list[tuple[int, int]] | None = None
    if max(len(before), len(after)) <= MOST_WORDS:
        same = matches([word.rstrip() for word in before], [word.rstrip() for word in after])
    pieces: list[Piece] = []
    here, there = 0, 0
    for first, second in [*(same or []), (len(before), len(after))]:
        _add(pieces, Change.GONE, before[here:first])
        _add(pieces, Change.NEW, after[there:second])
        _add(pieces, Change.SAME, after[second : second + 1])
        here, there = first + 1, second + 1
    return pieces


def _add(pieces: list[Piece], change: Change, words: Sequence[str]) -> None:
    text = "".join(words)
    if text and pieces and pieces[-1].change == change:
        text = pieces.pop().text + text
    if text:
        pieces.append(Piece(change, text))


def matches(old: Sequence[Item], new: Sequence[Item], most: int = MOST_EDITS) -> list[tuple[int, int]] | None:
    """The places ``(in old, in new)`` of what stays, in order; None when more than ``most`` edits lie between them."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    middle = _middle(old[start : len(old) - end], new[start : len(new) - end], most)
    if middle is None:
        return None
    head = [(place, place) for place in range(start)]
    tail = [(len(old) - place, len(new) - place) for place in range(end, 0, -1)]
    return [*head, *((start + x, start + y) for x, y in middle), *tail]


def _middle(old: Sequence[Item], new: Sequence[Item], most: int) -> list[tuple[int, int]] | None:
    """Diagonal ``k`` holds the points with x - y = k; ``reached[k]`` is the furthest x on it after ``edits`` edits."""
    reached = {1: 0}
    history: list[dict[int, int]] = []
    for edits in range(most + 1):
        history.append(dict(reached))
        for k in range(-edits, edits + 1, 2):
            x = reached[k + 1] if _comes_from_above(reached, k, edits) else reached[k - 1] + 1
            while x < len(old) and x - k < len(new) and old[x] == new[x - k]:
                x += 1
            reached[k] = x
            if x >= len(old) and x - k >= len(new):
                return _way_back(history, len(old), len(new))
    return None


def _comes_from_above(reached: dict[int, int], k: int, edits: int) -> bool:
    return k == -edits or (k != edits and reached[k - 1] < reached[k + 1])


def _way_back(history: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for edits in range(len(history) - 1, -1, -1):
        reached, k = history[edits], x - y
        before = k + 1 if _comes_from_above(reached, k, edits) else k - 1
        came_x = reached[before]
        came_y = came_x - before
        while x > max(came_x, 0) and y > max(came_y, 0):
            x, y = x - 1, y - 1
            kept.append((x, y))
        x, y = came_x, came_y
    return kept[::-1]
