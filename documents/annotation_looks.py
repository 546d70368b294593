"""How annotations look, as operators of a PDF's content streams. Pure: text from plain values.

Programs draw what they do not know how to draw by these, and those that know draw the same by them.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from documents.annotation_marks import Box, Mark, Numbers, around
from documents.annotation_rules import Kind

FINE = 2
"""Digits after the point: a hundredth of a point is finer than any screen or printer."""
UNPRESSED = 0.5
"""The pressure where the pen tells none."""
THIN = 1 / 14
"""The line beneath words, in relation to their height."""
UPRIGHT = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}
"""What turns a look so that it stands upright on a page that is shown turned clockwise by so many degrees."""

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Look:
    """``content`` draws within ``box``; ``multiply``: as a marker on paper, through which the letters are seen."""

    content: str
    box: Box
    multiply: bool = False
    opacity: float = 1.0


def colour(hexadecimal: str) -> Colour:
    """Red, green and blue from 0 to 1."""
    red, green, blue = (int(hexadecimal[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def numbers(values: Iterable[float]) -> str:
    """As PDF writes them: no exponents, no needless digits."""
    return " ".join(f"{value:.{FINE}f}".rstrip("0").rstrip(".") if value else "0" for value in values)


def look(mark: Mark) -> Look | None:
    """Of what is drawn by lines alone; None of what has words."""
    match mark.kind:
        case Kind.INK:
            # A pen that one can see through is a marker.
            return Look(ink(mark), ink_box(mark), multiply=mark.opacity < 1, opacity=mark.opacity)
        case Kind.HIGHLIGHT:
            return Look(_highlight(mark), around(mark.quads), multiply=True, opacity=mark.opacity)
        case Kind.UNDERLINE:
            return Look(_underline(mark), around(mark.quads), opacity=mark.opacity)
        case Kind.NOTE:
            return note(mark)
        case _:
            return None


# ------------------------------------------------------------------ ink


def ink_box(mark: Mark) -> Box:
    """Around the strokes with all their width, whatever the record says of its rectangle."""
    half = mark.width * 1.5 / 2 + 1
    left, low, right, high = around(mark.paths, 3)
    return left - half, low - half, right + half, high + half


def ink(mark: Mark) -> str:
    """Strokes with round ends, as wide as the pen was pressed."""
    lines = [f"{numbers(colour(mark.color))} RG 1 J 1 j"]
    for path in mark.paths:
        lines += _stroke(list(_points(path)), mark.width)
    return "\n".join(lines)


def _points(path: Numbers) -> Iterator[Sequence[float]]:
    whole = len(path) - len(path) % 3
    return (path[place : place + 3] for place in range(0, whole, 3))


def _stroke(points: list[Sequence[float]], width: float) -> Iterator[str]:
    if not points:
        return
    if len(points) == 1:
        points = points * 2  # a dot: a line of no length has round ends
    pressures = {pressure for *_, pressure in points}
    if len(pressures) == 1:
        yield f"{numbers([_wide(width, pressures.pop())])} w {_way(points)} S"
        return
    for first, second in pairwise(points):
        yield f"{numbers([_wide(width, (first[2] + second[2]) / 2)])} w {_way([first, second])} S"


def _wide(width: float, pressure: float) -> float:
    return width * (0.5 + (pressure if pressure > 0 else UNPRESSED))


def _way(points: Sequence[Sequence[float]]) -> str:
    places = [numbers(point[:2]) for point in points]
    return f"{places[0]} m " + " ".join(f"{place} l" for place in places[1:])


# ------------------------------------------------------------------ words that are marked


def corners(quad: Numbers) -> Numbers:
    """Upper left, upper right, lower left, lower right: some programs give the last two the other way round."""
    x1, y1, x2, y2, x3, y3, x4, y4 = quad
    crossed = (x2 - x1) * (x4 - x3) + (y2 - y1) * (y4 - y3) < 0
    return (x1, y1, x2, y2, x4, y4, x3, y3) if crossed else quad


def _highlight(mark: Mark) -> str:
    lines = [f"{numbers(colour(mark.color))} rg"]
    for x1, y1, x2, y2, x3, y3, x4, y4 in map(corners, mark.quads):
        lines.append(_way([(x1, y1), (x2, y2), (x4, y4), (x3, y3)]) + " h f")
    return "\n".join(lines)


def _underline(mark: Mark) -> str:
    lines = [f"{numbers(colour(mark.color))} RG"]
    for x1, y1, _, _, x3, y3, x4, y4 in map(corners, mark.quads):
        high = math.hypot(x1 - x3, y1 - y3)
        wide = max(high * THIN, 0.5)
        up = ((x1 - x3) / high * wide, (y1 - y3) / high * wide) if high else (0.0, 0.0)
        line = [(x3 + up[0], y3 + up[1]), (x4 + up[0], y4 + up[1])]
        lines.append(f"{numbers([wide])} w {_way(line)} S")
    return "\n".join(lines)


# ------------------------------------------------------------------ notes and stamps

STAMPS = {"agree": "#13704a", "disagree": "#b3202e", "opinion": "#8a5200"}
"""A stamp has the colour of what it says, as in the reader."""


def note(mark: Mark) -> Look:
    """A leaf with three lines of writing."""
    x0, y0, x1, y1 = mark.rect
    wide, high = x1 - x0, y1 - y0
    written = [(0.25, 0.72, 0.75), (0.25, 0.5, 0.75), (0.25, 0.28, 0.55)]
    lines = [
        f"{numbers(colour(mark.color))} rg 0.25 0.22 0.1 RG 1 w",
        f"{rounded((0.5, 0.5, wide - 0.5, high - 0.5), 2.5)} B",
        *(_way([(wide * left, high * up), (wide * right, high * up)]) + " S" for left, up, right in written),
    ]
    return Look("\n".join(lines), (0.0, 0.0, wide, high))


def frame(mark: Mark, wide: float, high: float) -> str:
    """Of a stamp, on paper that one can see through; ``/W`` says how much."""
    return f"/W gs 1 g {numbers(stamp_colour(mark))} RG 2 w {rounded((1, 1, wide - 1, high - 1), 5)} B"


def stamp_colour(mark: Mark) -> Colour:
    return colour(STAMPS.get(mark.stamp, mark.color))


def rounded(box: Box, by: float) -> str:
    """The way around a box with rounded corners."""
    x0, y0, x1, y1 = box
    r = max(min(by, (x1 - x0) / 2, (y1 - y0) / 2), 0.0)
    k = r * 0.4477  # a quarter of a circle as a curve
    return " ".join([
        f"{numbers([x0 + r, y0])} m {numbers([x1 - r, y0])} l {numbers([x1 - k, y0, x1, y0 + k, x1, y0 + r])} c",
        f"{numbers([x1, y1 - r])} l {numbers([x1, y1 - k, x1 - k, y1, x1 - r, y1])} c",
        f"{numbers([x0 + r, y1])} l {numbers([x0 + k, y1, x0, y1 - k, x0, y1 - r])} c",
        f"{numbers([x0, y0 + r])} l {numbers([x0, y0 + k, x0 + k, y0, x0 + r, y0])} c h",
    ])  # fmt: skip
