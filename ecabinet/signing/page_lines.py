"""The letters of a page put together to lines, columns apart. Lengths in points, from the lower left corner."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

DEPTH, HEIGHT = 0.25, 1.2
"""A line of letters: how far it reaches below the line on which they stand, and its whole height, in sizes."""
COLUMN_GAP = 5.0
"""So many widths of a letter between two letters part two columns."""


@dataclass(frozen=True)
class Letter:
    """One letter with its accents, its box and its size."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    italic: bool = False


@dataclass(frozen=True)
class Page:
    """The letters of a page in the order of reading."""

    width: float
    height: float
    letters: tuple[Letter, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Line:
    """Letters that stand beside each other without a gap as wide as between columns."""

    page: int
    letters: tuple[Letter, ...]

    @property
    def text(self) -> str:
        return "".join(letter.text for letter in self.letters)

    @property
    def box(self) -> tuple[float, float, float, float]:
        return (
            min(letter.x0 for letter in self.letters), min(letter.y0 for letter in self.letters),
            max(letter.x1 for letter in self.letters), max(letter.y1 for letter in self.letters),
        )  # fmt: skip


def lines_of(page: Page, count: int) -> Iterator[Line]:
    """The lines of a page, columns apart, from the top."""
    rows: list[list[Letter]] = []
    for letter in sorted(_joined(page.letters), key=lambda one: -one.y0):
        middle = (letter.y0 + letter.y1) / 2
        row = next((row for row in reversed(rows[-3:]) if row[0].y0 < middle < row[0].y1), None)
        if row is None:
            rows.append([letter])
        else:
            row.append(letter)
    for row in rows:
        row.sort(key=lambda one: one.x0)
        yield from (Line(count, tuple(part)) for part in _columns(row))


def _joined(letters: Sequence[Letter]) -> Iterator[Letter]:
    """Letters with the accents that follow them as signs of their own."""
    waiting: Letter | None = None
    for letter in letters:
        if waiting and letter.text and unicodedata.combining(letter.text[0]):
            waiting = replace(waiting, text=unicodedata.normalize("NFC", waiting.text + letter.text))
            continue
        if waiting:
            yield waiting
        waiting = replace(letter, text=unicodedata.normalize("NFC", letter.text)) if letter.text.strip() else None
    if waiting:
        yield waiting


def _columns(row: list[Letter]) -> Iterator[list[Letter]]:
    """A row parted where columns part, with one blank wherever words part."""
    part: list[Letter] = []
    for letter in row:
        gap = letter.x0 - part[-1].x1 if part else 0
        if part and gap > COLUMN_GAP * letter.size and not _leaves_room(part, letter):
            yield part
            part = []
        elif part and gap > 0.12 * letter.size:
            part.append(replace(letter, text=" ", x0=part[-1].x1, x1=letter.x0))
        part.append(letter)
    if part:
        yield part


def _leaves_room(part: list[Letter], after: Letter) -> bool:
    """Whether the gap is one to be filled in, however wide: behind "Số:", "ngày", "tháng"."""
    before = "".join(letter.text for letter in part[-6:]).rstrip(" :").lower()
    return before.endswith(("số", "ngày", "tháng")) and after.x0 - part[-1].x1 < 12 * after.size
