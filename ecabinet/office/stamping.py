"""A copy of a paper to print, with the incoming stamp on its first page: made when it is asked for and kept nowhere.

The paper comes from strangers, so the copy is made in a child process with limits (``python -m`` this module).
"""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pikepdf
from reportlab.lib.colors import Color, HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from documents import errands
from documents.children import Limits
from documents.errors import Problem
from ecabinet.office.stamp_rules import HEIGHT, WIDTH, Stamp
from ecabinet.printing.pdf_words import FAMILY, register_faces

LIMITS = Limits(seconds=30.0)
MOST_BYTES = 512 * 1024**2
PAPER, STAMP, COPY = "paper.pdf", "stamp.pdf", "copy.pdf"
BOLD = f"{FAMILY}-Bold"
RED, BLUE, GROUND = HexColor("#c8102e"), HexColor("#1d3f8f"), Color(1, 1, 1, 0.72)


def copy_of(paper: Iterable[bytes], stamp: Stamp) -> bytes:
    """The copy of a PDF; raises ``not_stamped`` where the file does not let itself be worked on."""
    with TemporaryDirectory(prefix="ecabinet-stamp-") as name:
        folder = Path(name)
        with (folder / PAPER).open("wb") as file:
            file.writelines(paper)
        _draw(stamp, folder / STAMP)
        try:
            errands.ask(__name__, {"x": stamp.x, "y": stamp.y}, folder, LIMITS, MOST_BYTES)
        except errands.ErrandFailed as failed:
            raise Problem("not_stamped", failed.reason) from failed
        return (folder / COPY).read_bytes()


def _draw(stamp: Stamp, path: Path) -> None:
    register_faces()
    canvas = Canvas(str(path), pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.setStrokeColor(RED)
    canvas.setFillColor(GROUND)
    canvas.setLineWidth(2)
    canvas.roundRect(1, 1, WIDTH - 2, HEIGHT - 2, 4, fill=1)
    for x1, y1, x2, y2 in ((0, 32, WIDTH, 32), (88, 32, 88, 98), (0, 98, WIDTH, 98)):
        canvas.line(x1, HEIGHT - y1, x2, HEIGHT - y2)
    _say(canvas, stamp.unit, WIDTH / 2, 22, 15, middle=True)
    _say(canvas, "ĐẾN", 44, 76, 30, middle=True)
    for label, said, x, y in (
        ("Số:", stamp.number, 98, 60), ("Ngày:", f"{stamp.arrived_on:%d/%m/%Y}", 98, 88),
        ("Chuyển:", stamp.receivers, 8, 121),
    ):  # fmt: skip
        _say(canvas, label, x, y, 17)
        _say(canvas, said, x + stringWidth(f"{label} ", BOLD, 17), y, 17, color=BLUE)
    canvas.save()


def _say(
    canvas: Canvas, words: str, x: float, y: float, size: float, *, middle: bool = False, color: Color = RED
) -> None:
    """Words within the stamp: smaller where they are longer than the room there is."""
    room = WIDTH - 12 if middle else WIDTH - x - 6
    size = min(size, size * room / max(stringWidth(words, BOLD, size), 1))
    canvas.setFillColor(color)
    canvas.setFont(BOLD, size)
    (canvas.drawCentredString if middle else canvas.drawString)(x, HEIGHT - y, words)


def _lay(order: dict[str, Any]) -> dict[str, Any]:
    with pikepdf.open(PAPER) as paper, pikepdf.open(STAMP) as stamp:
        page = paper.pages[0]
        left, bottom, right, top = (float(edge) for edge in page.mediabox)
        wide, high = right - left, top - bottom
        x, y = left + wide * order["x"] / 1000, top - high * order["y"] / 1000
        place = pikepdf.Rectangle(x, y - wide * HEIGHT / 1000, x + wide * WIDTH / 1000, y)
        page.add_overlay(stamp.pages[0], place)
        paper.save(COPY)
    return {}


if __name__ == "__main__":
    errands.serve(_lay)
