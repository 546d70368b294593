"""Words of annotations drawn in letters that go along in the file: free text and stamps, upright as the page is shown.

Loaded in the child process only.
"""

import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import fontpkg_be_vietnam_pro
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from documents.annotation_looks import colour, stamp_colour
from documents.annotation_marks import Mark
from documents.annotation_rules import Kind

FACES = {"plain": "BeVietnamPro-Regular", "bold": "BeVietnamPro-SemiBold"}
LACKING = "?"
MARGIN = 2.0
LEADING = 1.25
LEAST_SIZE = 3.0
WORD_SIZE, NAME_SIZE = 15.0, 8.0
"""Of a stamp, where they fit; in the reader it is as large as they need."""


def draw(marks: Iterable[Mark], turned: Mapping[int, int], stamps: Mapping[str, str]) -> bytes:
    """A PDF with a page for each mark, as large as the mark is when it is shown; ``turned`` says of pages by how many
    degrees they are, ``stamps`` the word of each kind of stamp.
    """
    for face in FACES.values():
        pdfmetrics.registerFont(TTFont(face, _file(face)))
    out = io.BytesIO()
    canvas = Canvas(out, pageCompression=0, initialFontName=FACES["plain"])
    for mark in marks:
        width, height = shown_size(mark, turned.get(mark.page, 0))
        canvas.setPageSize((width, height))
        canvas.setFillColorRGB(*(stamp_colour(mark) if mark.kind == Kind.STAMP else colour(mark.color)))
        if mark.kind == Kind.STAMP:
            _stamp(canvas, stamps.get(mark.stamp, mark.stamp), mark.author_name, width, height)
        else:
            _text(canvas, mark, width, height)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _file(face: str) -> Path:
    return Path(fontpkg_be_vietnam_pro.__file__).parent / "files" / f"{face}.ttf"


def shown_size(mark: Mark, turn: int) -> tuple[float, float]:
    """Width and height as the reader sees it; never nothing."""
    x0, y0, x1, y1 = mark.rect
    wide, high = max(x1 - x0, 1.0), max(y1 - y0, 1.0)
    return (high, wide) if turn % 180 else (wide, high)


def _text(canvas: Canvas, mark: Mark, width: float, height: float) -> None:
    """Lines broken where the frame ends, from the top down; what does not fit is cut off, as on the screen."""
    face, size = FACES["plain"], mark.size
    top = height - MARGIN - size
    for written in known(mark.text).split("\n"):
        for line in simpleSplit(written, face, size, max(width - 2 * MARGIN, size)) or [""]:
            if top < -size:
                return
            canvas.setFont(face, size)
            canvas.drawString(MARGIN, top, line)
            top -= LEADING * size


def _stamp(canvas: Canvas, word: str, name: str, width: float, height: float) -> None:
    """The word, and beneath it who says so."""
    for words, face, size, up in ((word, FACES["bold"], WORD_SIZE, 0.5), (name, FACES["plain"], NAME_SIZE, 0.18)):
        canvas.setFont(face, _fitting(words, face, size, width - 4 * MARGIN))
        canvas.drawCentredString(width / 2, height * up, known(words))


def _fitting(words: str, face: str, size: float, room: float) -> float:
    wide = pdfmetrics.stringWidth(known(words), face, size) or 1.0
    return max(min(size, size * room / wide), LEAST_SIZE)


def known(text: str) -> str:
    """The text with a sign in place of each letter that the face lacks: a reader sees that something stood there."""
    letters = pdfmetrics.getFont(FACES["plain"]).face.charToGlyph
    return "".join(letter if ord(letter) in letters or letter == "\n" else LACKING for letter in text)
