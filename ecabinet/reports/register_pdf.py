"""A printed register as a PDF: a cover, then its lines on A4 across, the header again on each page.

Drawn page by page in a child process (``python -m`` this module): the lines come from a file, one at a time, so that
neither the server's memory nor its other work knows how long a register is. Lengths are in points.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from documents import errands
from documents.children import Limits
from documents.errors import Problem
from ecabinet.printing import texts
from ecabinet.printing.pdf_words import FAMILY, known, register_faces

LIMITS = Limits(seconds=300.0, memory=2 * 1024**3)
MOST_BYTES = 512 * 1024**2
LINES, MADE = "lines.jsonl", "register.pdf"
WIDE, HIGH = landscape(A4)
LEFT, RIGHT, TOP, BOTTOM = 20 * mm, 12 * mm, 16 * mm, 14 * mm
SIZE, LEADING, PAD = 9.5, 11.5, 2.5
MOST_LINES = 30
"""A cell longer than this is cut, with a sign that it was: a line of the register has to fit its page."""
REGULAR, BOLD, ITALIC = (f"{FAMILY}-{style}" for style in ("Regular", "Bold", "Italic"))


@dataclass(frozen=True)
class Book:
    """What is printed around the lines. ``cover``: texts with their sizes, from the top down; "" leaves room."""

    title: str
    cover: tuple[tuple[str, float], ...]
    columns: tuple[tuple[str, float], ...]
    empty: str
    foot: str


def make(book: Book, rows: Iterable[Sequence[str]], into: IO[bytes]) -> int:
    """Write the PDF into a file; the number of its pages. Raises ``register_not_printed`` where it is too long."""
    with TemporaryDirectory(prefix="ecabinet-register-") as name:
        folder = Path(name)
        with (folder / LINES).open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(list(row), ensure_ascii=False) + "\n" for row in rows)
        try:
            answer = errands.ask(__name__, asdict(book), folder, LIMITS, MOST_BYTES)
        except errands.ErrandFailed as failed:
            raise Problem("register_not_printed", failed.reason) from failed
        with (folder / MADE).open("rb") as made:
            while part := made.read(1024**2):
                into.write(part)
        return int(answer["pages"])


def _draw(order: dict[str, Any]) -> dict[str, Any]:
    register_faces()
    canvas = Canvas(MADE, pagesize=(WIDE, HIGH), invariant=1, pageCompression=1)
    canvas.setTitle(texts.line(order["title"]))
    canvas.setAuthor(texts.line(order["cover"][0][0]))
    _cover(canvas, order)
    sheet = _Sheet(canvas, order)
    with Path(LINES).open(encoding="utf-8") as file:
        for line in file:
            sheet.line(json.loads(line))
    sheet.end()
    canvas.save()
    return {"pages": sheet.page}


def _cover(canvas: Canvas, order: dict[str, Any]) -> None:
    canvas.rect(14 * mm, 12 * mm, WIDE - 28 * mm, HIGH - 24 * mm)
    canvas.rect(15.5 * mm, 13.5 * mm, WIDE - 31 * mm, HIGH - 27 * mm)
    y = HIGH - 34 * mm
    for said, size in order["cover"]:
        bold = size >= 14
        for part in _split(said, BOLD if bold else REGULAR, size, WIDE - 70 * mm) or [""]:
            canvas.setFont(BOLD if bold else REGULAR, size)
            canvas.drawCentredString(WIDE / 2, y, part)
            y -= size * 1.5
    canvas.showPage()


def _split(text: str, font: str, size: float, width: float) -> list[str]:
    """The lines of a text; what has no space is broken at a stroke or a hyphen, else anywhere."""
    parts = simpleSplit(known(texts.line(text)), font, size, width)
    return [piece for part in parts for piece in _pieces(part, font, size, width)]


def _pieces(text: str, font: str, size: float, width: float) -> Iterator[str]:
    while text and stringWidth(text, font, size) > width:
        fits = next(n for n in range(len(text), 0, -1) if n == 1 or stringWidth(text[:n], font, size) <= width)
        fits = max(text.rfind("/", 0, fits), text.rfind("-", 0, fits)) + 1 or fits  # as in 2184/BNV-CTTN
        yield text[:fits]
        text = text[fits:]
    if text:
        yield text


class _Sheet:
    """The pages of lines: a cursor that goes down and begins a new page where the next line does not fit."""

    def __init__(self, canvas: Canvas, order: dict[str, Any]) -> None:
        self._canvas, self._order = canvas, order
        shares = sum(share for _title, share in order["columns"])
        room = WIDE - LEFT - RIGHT
        self._widths = [room * share / shares for _title, share in order["columns"]]
        self.page = 1
        self._y = 0.0
        self._lines = 0

    def line(self, cells: Sequence[str]) -> None:
        parts = [self._cell(text, width) for text, width in zip(cells, self._widths, strict=True)]
        high = max(len(part) for part in parts) * LEADING + 2 * PAD
        if self._y - high < BOTTOM:
            self._begin()
        self._row(parts, high, REGULAR)
        self._lines += 1

    def _cell(self, text: str, width: float) -> list[str]:
        lines = _split(text, REGULAR, SIZE, width - 2 * PAD) or [""]
        return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], "…"]

    def _row(self, parts: Sequence[Sequence[str]], high: float, font: str, *, middle: bool = False) -> None:
        x, canvas = LEFT, self._canvas
        for part, width in zip(parts, self._widths, strict=True):
            canvas.rect(x, self._y - high, width, high)
            canvas.setFont(font, SIZE)
            y = self._y - PAD - SIZE
            for piece in part:
                (canvas.drawCentredString if middle else canvas.drawString)(
                    x + (width / 2 if middle else PAD), y, piece
                )
                y -= LEADING
            x += width
        self._y -= high

    def _begin(self) -> None:
        """The next page, with the header of its columns; a second line counts them, as in the printed books."""
        if self._y:
            self._canvas.showPage()
        self.page += 1
        self._canvas.setLineWidth(0.5)
        self._canvas.setFont(REGULAR, SIZE)
        self._canvas.drawCentredString(WIDE / 2, HIGH - 10 * mm, str(self.page - 1))
        self._canvas.setFont(ITALIC, 8)
        self._canvas.drawString(LEFT, HIGH - 10 * mm, known(self._order["foot"]))
        self._y = HIGH - TOP
        heads = [
            _split(title, BOLD, SIZE, width - 2 * PAD)
            for (title, _share), width in zip(self._order["columns"], self._widths, strict=True)
        ]
        high = max(len(part) for part in heads) * LEADING + 2 * PAD
        self._row(heads, high, BOLD, middle=True)
        counted = [[f"({n})"] for n in range(1, len(heads) + 1)]
        self._row(counted, LEADING + 2 * PAD, ITALIC, middle=True)

    def end(self) -> None:
        """A register without lines says so."""
        if not self._lines:
            self._begin()
            self._canvas.setFont(ITALIC, 12)
            self._canvas.drawCentredString(WIDE / 2, self._y - 24, known(self._order["empty"]))
        self._canvas.showPage()


if __name__ == "__main__":
    errands.serve(_draw)
