"""The parts of a sheet's body in a Word file. Widths are in EMU."""

import io

import segno
from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_BREAK
from docx.shared import Mm, Pt

from ecabinet.printing import forms, texts, word_parts
from ecabinet.printing.forms import Face, Layout
from ecabinet.printing.sheets import Align, Block, Code, Facts, Heading, Items, PageBreak, Paragraph, Table
from ecabinet.printing.word_frame import ALIGN, line, write


def block(document: Document, of: Block, form: Layout, width: int) -> None:
    """One part of the body."""
    match of:
        case Paragraph():
            _paragraph(document, of, form)
        case Heading():
            write(document.add_paragraph(style=f"Heading {min(max(of.level, 1), 3)}"), texts.line(of.text))
        case Items():
            for item in forms.items(of):
                write(document.add_paragraph(style="List Paragraph"), item)
        case Facts():
            for name, value in of.lines:
                write(document.add_paragraph(style="Body Text"), forms.fact(name, value))
        case Table():
            _table(document, of, form, width)
        case Code():
            _code(document, of, form)
        case PageBreak():
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _paragraph(document: Document, of: Paragraph, form: Layout) -> None:
    paragraph = document.add_paragraph(style="Body Text")
    if of.align is not Align.JUSTIFY:
        paragraph.alignment = ALIGN[of.align]
    if not of.indent or of.align in (Align.CENTER, Align.RIGHT):
        paragraph.paragraph_format.first_line_indent = Mm(0)
    write(paragraph, of.text, Face(form.body.size, of.bold, of.italic))


def _table(document: Document, of: Table, form: Layout, width: int) -> None:
    if of.caption:
        write(document.add_paragraph(style="Caption"), texts.line(of.caption)).paragraph_format.keep_with_next = True
    table = document.add_table(len(of.rows) + 1 if of.rows else 2, len(of.columns), "Table Grid")
    shares = sum(column.share for column in of.columns)
    word_parts.fix_widths(table, [int(width * column.share / shares) for column in of.columns])
    rows = iter(table.rows)
    first = next(rows)
    word_parts.header_row(first)
    for cell, column in zip(first.cells, of.columns, strict=True):
        line(cell, texts.line(column.title), Face(form.cell.size, bold=True))
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    for row, values in zip(rows, of.rows, strict=False):
        for cell, value, column in zip(row.cells, values, of.columns, strict=True):
            line(cell, value, form.cell, column.align)
    if not of.rows:
        cells = table.rows[1].cells
        line(cells[0].merge(cells[-1]), texts.line(of.empty), Face(form.cell.size, italic=True))
    document.add_paragraph().paragraph_format.line_spacing = Pt(8)


def _code(document: Document, of: Code, form: Layout) -> None:
    picture = io.BytesIO()
    segno.make(of.data, error="m", micro=False).save(picture, kind="png", scale=8, border=4)
    picture.seek(0)
    paragraph = document.add_paragraph()
    paragraph.alignment = ALIGN[Align.CENTER]
    paragraph.paragraph_format.keep_with_next = bool(of.caption)
    paragraph.add_run().add_picture(picture, width=Mm(of.size))
    if of.caption:
        line(document, texts.line(of.caption), Face(form.cell.size, italic=True))
