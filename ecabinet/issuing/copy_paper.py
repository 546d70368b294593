"""The file of a certified copy: the pages of the issued paper with the words of the copy below them, or on a page of
their own where there is no room. What was issued stays as it is: this is another file.

The pages are put together in a child process with limits (``python -m`` this module).
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pikepdf
import pypdfium2
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from documents import errands
from documents.children import Limits
from documents.errors import Problem
from ecabinet.issuing.copy_rules import WORDS, CopyBlock, pages_of, spoken_date
from ecabinet.printing import pdf_words
from ecabinet.printing.forms import Face

LIMITS = Limits(seconds=60.0)
MOST_BYTES = 512 * 1024**2
PAPER, BLOCK, PAGES, COPY = "paper.pdf", "block.pdf", "pages.pdf", "copy.pdf"
WIDE, HIGH = 595.0, 842.0
MARGIN = 56.0
ROOM = 190.0
"""Points at the foot of a page that the words of the copy need."""


def made(paper: bytes, pages: str, block: CopyBlock) -> bytes:
    """The copy; raises ``not_pages`` and ``not_copied`` where the file does not let itself be worked on."""
    with TemporaryDirectory(prefix="ecabinet-copy-") as name:
        folder = Path(name)
        (folder / PAPER).write_bytes(paper)
        _draw(block, folder / BLOCK)
        _ask({"pages": pages}, folder)
        return (folder / COPY).read_bytes()


def check(paper: bytes, pages: str) -> None:
    """Raise as :func:`made` does, before a copy has its number."""
    with TemporaryDirectory(prefix="ecabinet-copy-") as name:
        folder = Path(name)
        (folder / PAPER).write_bytes(paper)
        _ask({"pages": pages, "check": True}, folder)


def _ask(order: dict[str, Any], folder: Path) -> None:
    try:
        said = errands.ask(__name__, order, folder, LIMITS, MOST_BYTES)
    except errands.ErrandFailed as failed:
        raise Problem("not_copied", failed.reason) from failed
    if not said["made"]:
        raise Problem("not_pages", field="pages", count=said["count"])


def _draw(block: CopyBlock, path: Path) -> None:
    """The organ and the number at the left, place and date at the right, then who signs it (Decree 30, annex I)."""
    pdf_words.register_faces()
    canvas = Canvas(str(path), pagesize=(WIDE, HIGH), invariant=1)
    canvas.setLineWidth(0.6)
    canvas.line(MARGIN, ROOM, WIDE - MARGIN, ROOM)
    left, right = WIDE * 0.28, WIDE * 0.71
    y = _lines(canvas, block.organ.upper(), left, ROOM - 18, 12, bold=True)
    _lines(canvas, f"Số: {block.code}", left, y - 4, 12)
    y = _lines(canvas, WORDS[block.kind], right, ROOM - 18, 13, bold=True)
    y = _lines(canvas, spoken_date(block.dated).capitalize(), right, y - 2, 12, slant=True)
    y = _lines(canvas, block.position.upper(), right, y - 6, 12, bold=True)
    _lines(canvas, block.signer, right, min(y - 52, 62), 13, bold=True)
    canvas.save()


def _lines(
    canvas: Canvas, text: str, x: float, y: float, size: float, *, bold: bool = False, slant: bool = False
) -> float:
    """A text in the middle of ``x``, on as many lines as it needs; where the next one goes."""
    face = pdf_words.font(Face(size, bold=bold, italic=slant))
    canvas.setFont(face, size)
    for line in simpleSplit(pdf_words.known(text), face, size, WIDE * 0.37):
        canvas.drawString(x - stringWidth(line, face, size) / 2, y, line)
        y -= size * 1.25
    return y


def _work(order: dict[str, Any]) -> dict[str, Any]:
    with pikepdf.open(PAPER) as paper:
        count = len(paper.pages)
        try:
            wanted = pages_of(order["pages"], count)
        except Problem:
            return {"made": False, "count": count}
        if order.get("check"):
            return {"made": True, "count": count}
        paper.flatten_annotations("all")  # a signature says nothing of a copy: what it looks like stays
        with pikepdf.new() as taken:
            taken.pages.extend(paper.pages[page] for page in wanted)
            taken.save(PAGES)
    with pikepdf.open(PAGES) as taken, pikepdf.open(BLOCK) as block:
        if _has_room():
            page = taken.pages[-1]
            left, bottom, right, _top = (float(edge) for edge in page.mediabox)
            high = (right - left) * HIGH / WIDE
            page.add_overlay(block.pages[0], pikepdf.Rectangle(left, bottom, right, bottom + high))
        else:
            taken.pages.append(block.pages[0])
        taken.save(COPY)
    return {"made": True, "count": count}


def _has_room() -> bool:
    """Whether the foot of the last page is empty; one without any letters is a scan: nobody knows."""
    with pypdfium2.PdfDocument(PAGES) as taken:
        page = taken[len(taken) - 1]
        text = page.get_textpage()
        feet = [
            text.get_charbox(place)[1] for place in range(text.count_chars()) if text.get_text_range(place, 1).strip()
        ]
        return bool(feet) and min(feet) > (ROOM + MARGIN / 2) * page.get_width() / WIDE


if __name__ == "__main__":
    errands.serve(_work)
