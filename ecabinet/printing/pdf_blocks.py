"""The parts of a sheet's body as ReportLab's flowables."""

from collections.abc import Sequence
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether
from reportlab.platypus import PageBreak as NewPage
from reportlab.platypus import Paragraph as Words
from reportlab.platypus import Table as Grid

from ecabinet.printing import forms, texts
from ecabinet.printing.forms import Face, Layout
from ecabinet.printing.pdf_code import QrCode
from ecabinet.printing.pdf_words import INDENT, SIDES, SPLIT_FROM, words
from ecabinet.printing.sheets import Align, Block, Code, Facts, Heading, Items, PageBreak, Paragraph, Table, Text

OPENING = 36
"""Of running text so much (points, two lines) is enough to begin on a page."""
MOST_KEPT = 300
"""More than this (points) is not kept together: it would leave the foot of a page empty."""


def body(blocks: Sequence[Block], form: Layout, width: float) -> list[list[Flowable]]:
    """Each part of the body; headings and captions go to the next page with what they stand over."""
    made: list[list[Flowable]] = []
    below = 0.0
    for of in reversed(blocks):
        parts = block(of, form, width)
        if isinstance(of, Heading):
            below += _height(parts, width)
        elif parts:
            below = _opening(of, parts, width)
        if isinstance(of, Heading | Table):
            parts.insert(0, CondPageBreak(min(below, MOST_KEPT)))
        made.append(parts)
    return made[::-1]


def _opening(of: Block, parts: list[Flowable], width: float) -> float:
    """How much of a part has to stand on the page on which it begins."""
    match of:
        case Table():
            *caption, grid = parts
            grid.wrap(width, A4[1])
            # ReportLab keeps what it measured under this name only: the header and the first row
            return _height(caption, width) + float(sum(grid._rowHeights[:2]))
        case Code():
            return float(of.size * mm) + OPENING
        case PageBreak():
            return 0
        case _:
            return min(_height(parts[:1], width), OPENING)


def _height(parts: Sequence[Flowable], width: float) -> float:
    return float(sum(part.wrap(width, A4[1])[1] + part.getSpaceBefore() + part.getSpaceAfter() for part in parts))


def block(of: Block, form: Layout, width: float) -> list[Flowable]:  # noqa: PLR0911 - one answer a kind
    """One part of the body."""
    match of:
        case Paragraph():
            face = Face(form.body.size, of.bold, of.italic)
            indent = INDENT if of.indent and of.align in (Align.JUSTIFY, Align.LEFT) else 0
            return [words(of.text, face, of.align, firstLineIndent=indent, spaceAfter=6)]
        case Heading():
            return [_heading(of, form)]
        case Items():
            return [_running(item, form) for item in forms.items(of)]
        case Facts():
            return [_running(forms.fact(name, value), form) for name, value in of.lines]
        case Table():
            return _table(of, form, width)
        case Code():
            return _code(of, form)
        case PageBreak():
            return [NewPage()]


def _running(text: Text, form: Layout) -> Words:
    return words(text, form.body, Align.JUSTIFY, firstLineIndent=INDENT, spaceAfter=4)


def _heading(of: Heading, form: Layout) -> Words:
    face = Face(form.body.size, bold=True, italic=of.level >= 3)
    made = words(of.text, face, Align.LEFT, firstLineIndent=INDENT, spaceBefore=6, spaceAfter=4)
    made.outline = (texts.line(of.text), of.level)
    return made


def _table(of: Table, form: Layout, width: float) -> list[Flowable]:
    bold = Face(form.cell.size, bold=True)
    shares = sum(column.share for column in of.columns)
    cells = [[words(column.title, bold) for column in of.columns]]
    cells += [
        [words(cell, form.cell, column.align) for cell, column in zip(row, of.columns, strict=True)] for row in of.rows
    ]
    style: list[tuple[Any, ...]] = [
        ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
        ("VALIGN", (0, 0), (-1, 0), "MIDDLE"),
        ("VALIGN", (0, 1), (-1, -1), "TOP"),
        *[(f"{side}PADDING", (0, 0), (-1, -1), 3) for side in SIDES],
    ]
    if not of.rows:
        cells.append([words(of.empty, Face(form.cell.size, italic=True)), *[""] * (len(of.columns) - 1)])
        style.append(("SPAN", (0, 1), (-1, 1)))
    grid = Grid(
        cells,
        colWidths=[width * column.share / shares for column in of.columns],
        style=style,
        repeatRows=1,
        splitInRow=SPLIT_FROM,
        spaceBefore=4,
        spaceAfter=10,
    )
    caption = [words(of.caption, form.caption, spaceBefore=4)] if of.caption else []
    return [*caption, grid]


def _code(of: Code, form: Layout) -> list[Flowable]:
    side = of.size * mm
    caption = [words(of.caption, Face(form.cell.size, italic=True), spaceAfter=6)] if of.caption else []
    return [KeepTogether([Grid([[QrCode(of.data, side)]], colWidths=[side]), *caption])]
