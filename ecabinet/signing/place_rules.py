"""Where a paper of the two forms leaves room: number, day, month, signatures. Judged from its letters and their boxes.

Lengths in points, from the lower left corner of the page.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ecabinet.signing.page_lines import Line, Page, lines_of

TEXTS = ("number", "day", "month", "year")
"""The fields that are filled in after the signature."""


class How(StrEnum):
    """How a place was come by."""

    FOUND = "found"
    WRITTEN = "written"
    """The words already stand there: nothing is to be filled in."""
    DEFAULT = "default"
    """Nothing of the form says where; it is where such things usually stand."""


@dataclass(frozen=True)
class Place:
    """A box on a page (from 0); ``size``: of the letters to be written there."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    size: float = 13
    how: How = How.FOUND
    italic: bool = False

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0


@dataclass(frozen=True)
class Places:
    """All places of a paper; of the signers one each, in the order in which they were named."""

    number: Place
    day: Place
    month: Place
    year: Place
    signers: tuple[Place, ...]
    organisation: Place

    @property
    def named(self) -> dict[str, Place]:
        """By the names of the fields that are made there."""
        signers = {f"signer-{count}": place for count, place in enumerate(self.signers, 1)}
        return {"number": self.number, "day": self.day, "month": self.month, "year": self.year} | signers | {
            "organisation": self.organisation
        }  # fmt: skip

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of those for which the paper's own form left no room that was found."""
        return tuple(name for name, place in self.named.items() if place.how is How.DEFAULT)


BLANK = r"[\s.…_·]*"
NUMBER = re.compile(rf"Số(?:\s*:)?(?P<room>{BLANK})(?P<given>\d*)(?P<rest>{BLANK})(?=[-/–])", re.IGNORECASE)
DATE = re.compile(
    rf"ngày(?P<day>{BLANK})(?P<given_day>\d*){BLANK}tháng(?P<month>{BLANK})(?P<given_month>\d*){BLANK}"
    rf"năm(?P<year>{BLANK})(?P<given_year>\d*)",
    re.IGNORECASE,
)
AUTHORITY = re.compile(r"^(TM|KT|TL|TUQ|Q|T/M|K/T)\s*\.")
NAME = re.compile(r"^([^\W\d_]+\.? ){1,5}[^\W\d_]+$")
SIGNATURE = (170.0, 58.0)
LEAST_ROOM = 30.0
"""As high as what is left for a signature, at least."""
MOST_ROOM = 90.0
SEAL = 102.0
"""A round seal is 36 mm wide."""
COVERED = 1 / 3
"""So much of the signature the seal covers, on its left."""


def judge(pages: Sequence[Page], signers: Sequence[str] = ()) -> Places:
    """The places of a paper; ``signers``: their names as the paper writes them. Without names those that stand under
    the last lines of authority are taken for one signer each.
    """
    lines = [line for count, page in enumerate(pages) for line in lines_of(page, count)]
    day, month, year = _date(pages, lines)
    signing = _signers(pages, lines, signers)
    return Places(_number(pages, lines), day, month, year, signing, seal_beside(signing[0]))


def seal_beside(signature: Place) -> Place:
    """The seal's place: it covers a third of the signature, on its left."""
    right = signature.x0 + signature.width * COVERED
    middle = (signature.y0 + signature.y1) / 2
    left, bottom = max(right - SEAL, 0), max(middle - SEAL / 2, 0)
    return replace(signature, x0=left, x1=left + SEAL, y0=bottom, y1=bottom + SEAL)


def _between(line: Line, start: int, end: int, page: Page) -> Place:
    """The room between two letters of a line, as high as the line."""
    letters = line.letters
    x0 = letters[start - 1].x1 if start else letters[0].x0
    size = letters[max(start - 1, 0)].size
    x0 += 0 if end < len(letters) else size / 4
    x1 = letters[end].x0 if end < len(letters) else min(page.width, x0 + 2.3 * size)
    beside = letters[max(start - 1, 0)]
    return Place(line.page, x0, beside.y0, x1, beside.y1, beside.size, italic=beside.italic)


def _number(pages: Sequence[Page], lines: Sequence[Line]) -> Place:
    page = pages[0]
    for line in lines:
        found = NUMBER.search(line.text) if line.page == 0 and line.box[1] > page.height / 2 else None
        if found:
            place = _between(line, found.start("room"), found.end("rest"), page)
            return replace(place, how=How.WRITTEN) if found["given"] else place
    return Place(0, 85, page.height - 132, 85 + 40, page.height - 116, how=How.DEFAULT)


def _date(pages: Sequence[Page], lines: Sequence[Line]) -> tuple[Place, Place, Place]:
    page = pages[0]
    for line in lines:
        found = DATE.search(line.text) if line.page == 0 and line.box[1] > page.height / 2 else None
        if found:
            return tuple(  # type: ignore[return-value]
                replace(
                    _between(line, found.start(name), _end_of_room(line, found.end(f"given_{name}")), page),
                    how=How.WRITTEN if found[f"given_{name}"] else How.FOUND,
                )
                for name in ("day", "month", "year")
            )
    day = Place(0, page.width * 0.62, page.height - 132, page.width * 0.62 + 20, page.height - 116, how=How.DEFAULT)
    # without a line for the date nobody knows whether the year is missing: it stands in the paper
    return day, replace(day, x0=day.x0 + 56, x1=day.x1 + 56), replace(day, how=How.WRITTEN)


def _end_of_room(line: Line, start: int) -> int:
    while start < len(line.letters) and re.fullmatch(BLANK, line.letters[start].text):
        start += 1
    return start


def _signers(pages: Sequence[Page], lines: Sequence[Line], names: Sequence[str]) -> tuple[Place, ...]:
    found = [_over(line, lines) for line in _unnamed(pages, lines)] if not names else []
    places: list[Place] = []
    for name in names:
        line = _last_with(lines, name)
        places.append(_over(line, lines) if line else _default(pages, lines, len(places)))
    return tuple(places or found) or (_default(pages, lines, 0),)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _last_with(lines: Sequence[Line], name: str) -> Line | None:
    """The last line that ends with a name: it may have a title of learning before it."""
    wanted = _folded(name)
    fitting = [line for line in lines if wanted and _folded(line.text).endswith(wanted)]
    return next((line for line in reversed(fitting) if len(_folded(line.text)) < len(wanted) + 12), None)


def _unnamed(pages: Sequence[Page], lines: Sequence[Line]) -> list[Line]:
    """The lines that look like names under the last lines of authority."""
    heads = [line for line in lines if AUTHORITY.match(line.text)]
    if not heads:
        return []
    last = heads[-1]
    together = [head for head in heads if head.page == last.page and abs(head.box[1] - last.box[1]) < 6]
    names = (next((line for line in lines if _is_name_under(line, head, lines)), None) for head in together)
    return [line for line in names if line]


def _is_name_under(line: Line, head: Line, lines: Sequence[Line]) -> bool:
    under = line.page == head.page and line.box[3] <= head.box[1] and _overlap(line.box, head.box)
    return under and bool(NAME.match(line.text)) and _room_above(line, lines) >= LEAST_ROOM


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2]


def _room_above(line: Line, lines: Sequence[Line]) -> float:
    """How much is free over a line, as wide as a signature."""
    box = line.box
    middle = (box[0] + box[2]) / 2
    column = (middle - SIGNATURE[0] / 3, 0.0, middle + SIGNATURE[0] / 3, 0.0)
    above = [
        other.box[1] for other in lines
        if other.page == line.page and other.box[1] >= box[3] - 1 and _overlap(other.box, column)
    ]  # fmt: skip
    return min(above, default=box[3] + MOST_ROOM) - box[3]


def _over(line: Line, lines: Sequence[Line]) -> Place:
    """The room for the signature over a name, in the middle."""
    box = line.box
    room = _room_above(line, lines)
    height = min(max(room - 4, 24.0), SIGNATURE[1])
    middle, bottom = (box[0] + box[2]) / 2, box[3] + max((min(room, MOST_ROOM) - height) / 2, 1)
    return Place(line.page, middle - SIGNATURE[0] / 2, bottom, middle + SIGNATURE[0] / 2, bottom + height, 9)


def _default(pages: Sequence[Page], lines: Sequence[Line], count: int) -> Place:
    """On the right under the last line of the paper, where there is room, else at the lower edge; a second signer
    stands on the left.
    """
    last = len(pages) - 1
    page = pages[last]
    lowest = min((line.box[1] for line in lines if line.page == last), default=page.height)
    bottom = lowest - SIGNATURE[1] - 12 if lowest - SIGNATURE[1] > 40 else 14.0
    left = page.width - 60 - SIGNATURE[0] if count % 2 == 0 else 85.0
    bottom = max(bottom - (count // 2) * (SIGNATURE[1] + 6), 14.0)
    return Place(last, left, bottom, left + SIGNATURE[0], bottom + SIGNATURE[1], 9, How.DEFAULT)
