"""Words, lines and columns as ReportLab's flowables, in the serif face of the papers."""

import functools
import threading
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT, TA_RIGHT
from reportlab.lib.fonts import addMapping
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import getFont, registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, HRFlowable
from reportlab.platypus import Paragraph as Words
from reportlab.platypus import Table as Grid

from ecabinet.printing import texts
from ecabinet.printing.forms import Face
from ecabinet.printing.sheets import Align, Run, Text

FACES = Path(__file__).parent / "faces"
FAMILY = "eCabinetSerif"
STYLES = {"Regular": (0, 0), "Bold": (1, 0), "Italic": (0, 1), "BoldItalic": (1, 1)}
ALIGN = {Align.LEFT: TA_LEFT, Align.CENTER: TA_CENTER, Align.RIGHT: TA_RIGHT, Align.JUSTIFY: TA_JUSTIFY}
SIDES = ("LEFT", "RIGHT", "TOP", "BOTTOM")
INDENT = 10 * mm
LEADING = 1.25
SPLIT_FROM = 36
"""A row is broken only where this much of it (points) fits on each page: nothing shorter is ever torn."""
LACKING = "?"
REGISTERING = threading.Lock()
LEAST_SIZE = 12
"""Lines of the head that are a little too long for their column get smaller letters, never smaller than these."""


def register_faces() -> None:
    """Make the serif face known to ReportLab, once a process."""
    # Two at once would each make fonts of the same names, and a paper under way would be drawn with both.
    with REGISTERING:
        _register_faces()


@functools.cache
def _register_faces() -> None:
    for style, (bold, italic) in STYLES.items():
        registerFont(TTFont(f"{FAMILY}-{style}", FACES / f"{FAMILY}-{style}.ttf"))
        addMapping(FAMILY, bold, italic, f"{FAMILY}-{style}")


def font(face: Face) -> str:
    """The registered name of a face's style."""
    return f"{FAMILY}-{next(name for name, style in STYLES.items() if style == (face.bold, face.italic))}"


def words(text: Text, face: Face, align: Align = Align.CENTER, **more: Any) -> Words:
    """A paragraph of one face; ``more`` is of ReportLab's ParagraphStyle."""
    style = ParagraphStyle(
        "words",
        fontName=font(face),
        fontSize=face.size,
        leading=face.size * LEADING,
        alignment=ALIGN[align],
        **more,
    )
    return Words("".join(_marked(run, face) for run in texts.runs(text)), style)


def _marked(run: Run, face: Face) -> str:
    """ReportLab's markup of a run: what was typed is escaped, so that it is never taken for markup."""
    text = escape(known(run.text)).replace("\n", "<br/>")
    for tag, wanted in (
        ("b", run.bold and not face.bold),
        ("i", run.italic and not face.italic),
        ("u", run.underline or face.underline),
    ):
        if wanted:
            text = f"<{tag}>{text}</{tag}>"
    return text


def known(text: str) -> str:
    """The text with a sign in place of each letter that the face lacks: a reader sees that something stood there."""
    letters = getFont(f"{FAMILY}-Regular").face.charToGlyph
    return "".join(letter if ord(letter) in letters or letter == "\n" else LACKING for letter in text)


def rule(width: float | str) -> HRFlowable:
    """A thin line in the middle; ``width`` in points or per cent."""
    return HRFlowable(width=width, thickness=0.6, color=colors.black, spaceBefore=4, spaceAfter=4, hAlign="CENTER")


def side_by_side(
    left: Sequence[Flowable], right: Sequence[Flowable], widths: tuple[float, float], gap: float = 0
) -> Grid:
    """Two columns without lines, their contents in the middle; where they are higher than a page they are broken."""
    plain = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("ALIGN", (0, 0), (-1, -1), "CENTER"),
        *[(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in SIDES],
    ]
    cells, columns = [list(left), [], list(right)], [widths[0], gap, widths[1]]
    return Grid([cells], colWidths=columns, style=plain, splitInRow=SPLIT_FROM)


def width_of(text: str, face: Face) -> float:
    """How long a line is, in points."""
    return float(stringWidth(text, font(face), face.size))


def fitting(text: str, face: Face, width: float) -> Face:
    """The face in which a line fits its column (points): letters a little smaller, where that is enough."""
    for size in (face.size, face.size - 0.5, face.size - 1, face.size - 1.5, face.size - 2):
        smaller = Face(size, face.bold, face.italic, face.underline)
        if size >= min(LEAST_SIZE, face.size) and width_of(text, smaller) <= width:
            return smaller
    return face


def fitted(text: str, face: Face, width: float) -> Words:
    """The text in the middle of a column: in one line where letters of 12 points can do it, else in even lines."""
    smaller = fitting(text, face, width)
    one_line = width_of(text, smaller) <= width
    return words(text, smaller) if one_line else words(text, face, **even(text, face, width))


def even(text: str, face: Face, width: float) -> dict[str, Any]:
    """Indents (points) that make the lines of a text about as long as each other: no lone word on the last."""
    lines = len(simpleSplit(text, font(face), face.size, width))
    narrow = width
    while lines > 1 and narrow > width / 2 and len(simpleSplit(text, font(face), face.size, narrow - 4)) == lines:
        narrow -= 4
    return {"leftIndent": (width - narrow) / 2, "rightIndent": (width - narrow) / 2}
