"""Where number, date and signatures of a PDF go, found by its words; read in a child process with limits
(``python -m`` this module).
"""

import ctypes
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pypdfium2

from documents import errands
from documents.children import Limits
from documents.errors import Problem
from ecabinet.signing.page_lines import DEPTH, HEIGHT, Letter, Page
from ecabinet.signing.place_rules import How, Place, Places, judge

__all__ = ["How", "Place", "Places", "Unreadable", "find"]

LIMITS = Limits(seconds=30.0, pages=300)
PAPER = "paper.pdf"
raw = pypdfium2.raw


class Unreadable(Problem):
    """The bytes are no PDF that can be read within the limits."""

    def __init__(self, detail: str) -> None:
        super().__init__("pdf_unreadable", detail)


def find(pdf: bytes, signers: Sequence[str] = ()) -> Places:
    """The places of a paper; ``signers``: their names as the paper writes them, in the order of signing. What is not
    found gets a sensible place and is named in :attr:`Places.missing`. Raises :class:`Unreadable`.
    """
    with tempfile.TemporaryDirectory(prefix="ecabinet-places-") as name:
        folder = Path(name)
        (folder / PAPER).write_bytes(pdf)
        try:
            said = errands.ask(__name__, {"signers": list(signers)}, folder, LIMITS, 0)
        except errands.ErrandFailed as failed:
            raise Unreadable(failed.reason) from failed
    number, day, month, year, organisation = (
        _place(said[field]) for field in ("number", "day", "month", "year", "organisation")
    )
    return Places(number, day, month, year, tuple(map(_place, said["signers"])), organisation)


def _place(values: dict[str, Any]) -> Place:
    return Place(**(values | {"how": How(values["how"])}))


def _find(order: dict[str, Any]) -> dict[str, Any]:
    with pypdfium2.PdfDocument(Path(PAPER)) as document:
        # of a very long paper its first pages
        pages = [_page(document[count]) for count in range(min(len(document), LIMITS.pages))]
    return asdict(judge(pages, order["signers"]))


def _page(page: Any) -> Page:
    width, height = page.get_size()
    text = page.get_textpage()
    return Page(width, height, tuple(filter(None, (_letter(text, place) for place in range(text.count_chars())))))


def _letter(text: Any, place: int) -> Letter | None:
    """A letter with its box; None for what PDFium made up between words, and for signs that stand for nothing."""
    code = raw.FPDFText_GetUnicode(text, place)
    if code < 32 or 0xD800 <= code < 0xE000 or raw.FPDFText_IsGenerated(text, place) == 1:
        return None
    box = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(text, place, ctypes.byref(box))
    name = ctypes.create_string_buffer(100)
    raw.FPDFText_GetFontInfo(text, place, name, len(name), ctypes.byref(ctypes.c_int()))
    italic = b"Italic" in name.value or b"Oblique" in name.value
    size = raw.FPDFText_GetFontSize(text, place)
    # some writers keep the size in the matrix, and say 1
    size = size if size > 4 else (box.top - box.bottom) / 1.15
    x, base = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(text, place, ctypes.byref(x), ctypes.byref(base))
    # Faces differ in how high and deep they claim to be; the line on which they stand is what a number shares.
    bottom = base.value - DEPTH * size
    return Letter(chr(code), box.left, bottom, box.right, bottom + HEIGHT * size, size, italic)


if __name__ == "__main__":
    errands.serve(_find)
