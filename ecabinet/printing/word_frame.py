"""What stands around the body of a sheet: its head, its title and its foot, in a Word file. Widths are in EMU."""

from collections.abc import Sequence

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Length, Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from ecabinet.printing import forms, texts, word_parts
from ecabinet.printing.forms import Face, Layout
from ecabinet.printing.pdf_words import even, fitting
from ecabinet.printing.sheets import Align, Sheet, Signer, Text

ALIGN = {
    Align.LEFT: WD_ALIGN_PARAGRAPH.LEFT,
    Align.CENTER: WD_ALIGN_PARAGRAPH.CENTER,
    Align.RIGHT: WD_ALIGN_PARAGRAPH.RIGHT,
    Align.JUSTIFY: WD_ALIGN_PARAGRAPH.JUSTIFY,
}
SIGNING_ROOM = Mm(24)


def write(paragraph: Paragraph, text: Text, face: Face | None = None) -> Paragraph:
    """Put a text into a paragraph; without a face it looks as the paragraph's style says."""
    for run in texts.runs(text):
        words = paragraph.add_run(run.text)
        if face is not None:
            words.font.size = Pt(face.size)
        if run.bold or (face is not None and face.bold):
            words.bold = True
        if run.italic or (face is not None and face.italic):
            words.italic = True
        if run.underline or (face is not None and face.underline):
            words.underline = True
    return paragraph


def line(where: Document | _Cell, text: Text, face: Face, align: Align = Align.CENTER) -> Paragraph:
    """A new paragraph of one face. A cell's first, empty paragraph is used up before another is made."""
    unused = isinstance(where, _Cell) and len(where.paragraphs) == 1 and not where.paragraphs[0].runs
    paragraph = where.paragraphs[0] if unused else where.add_paragraph()
    paragraph.alignment = ALIGN[align]
    return write(paragraph, text, face)


def _fitted(cell: _Cell, text: str, face: Face, width: int) -> Paragraph:
    """A new paragraph with letters a little smaller where that keeps it in one line, else with even lines."""
    room = Length(width).pt - 2
    smaller = fitting(text, face, room)
    return _evened(line(cell, text, smaller), text, smaller, room)


def _evened(paragraph: Paragraph, text: str, face: Face, room: float) -> Paragraph:
    indents = even(text, face, room)
    if indents["leftIndent"]:
        paragraph.paragraph_format.left_indent = Pt(indents["leftIndent"])
        paragraph.paragraph_format.right_indent = Pt(indents["rightIndent"])
    return paragraph


def two_columns(document: Document, widths: Sequence[int], rows: int = 1) -> Table:
    """A table without lines; its rows stay whole."""
    table: Table = document.add_table(rows, 2)
    word_parts.fix_widths(table, list(widths))
    word_parts.without_padding(table)
    for row in table.rows:
        word_parts.whole(row)
    return table


def head(document: Document, sheet: Sheet, width: int) -> None:
    """Issuer and number on the left, the form's heading with place and date on the right."""
    form, of = forms.layout(sheet), sheet.head
    first = int(width * form.left_share)
    left, right = two_columns(document, (first, width - first)).rows[0].cells
    if superior := texts.capitals(of.superior):
        _fitted(left, superior, form.superior, first)
    _fitted(left, texts.capitals(of.issuer), form.issuer, first)
    if form.under_issuer:
        line(left, form.under_issuer, form.issuer)
    else:
        word_parts.line_beneath(left.add_paragraph(), Length(int(first * 0.32)))
    if number := forms.number_line(of):
        line(left, number, form.number)
    if summary := forms.letter_summary(sheet.title):
        _fitted(left, summary, form.letter_summary, first)
    for words, face in form.heading:
        _fitted(right, words, face, width - first)
    word_parts.line_beneath(right.add_paragraph(), Length(int((width - first) * 0.2)))
    if place := forms.place_line(of):
        _fitted(right, place, form.place, width - first)
    document.add_paragraph()


def title(document: Document, sheet: Sheet, width: int) -> None:
    """Kind and summary in the middle, then whom the paper addresses."""
    form = forms.layout(sheet)
    if kind := texts.capitals(sheet.title.kind):
        write(document.add_paragraph(style="Title"), kind)
        if summary := texts.line(sheet.title.summary):
            written = write(document.add_paragraph(style="Subtitle"), summary)
            _evened(written, summary, form.summary, Length(width).pt - 2)
        if form.under_summary:
            line(document, form.under_summary, form.body)
        else:
            word_parts.line_beneath(document.add_paragraph(), Length(int(width * 0.36)))
        document.paragraphs[-1].paragraph_format.space_after = Pt(8)
    lines = forms.addressees(sheet)
    for place, words in enumerate(lines):
        addressed = line(document, words, form.body, Align.LEFT if lines[1:] else Align.CENTER)
        if lines[1:]:
            addressed.paragraph_format.left_indent = Mm(40 if place else 30)
        if place == len(lines) - 1:
            addressed.paragraph_format.space_after = Pt(8)


def foot(document: Document, sheet: Sheet, width: int) -> None:
    """Recipients on the left and one signer on the right; or signers in rows of two, recipients beneath."""
    form = forms.layout(sheet)
    halves = (width // 2, width // 2)
    if sheet.signers or sheet.recipients:
        document.add_paragraph().paragraph_format.keep_with_next = True
    if len(sheet.signers) == 1:
        left, right = two_columns(document, halves).rows[0].cells
        _recipients(left, sheet, form)
        _signer(right, sheet.signers[0], form)
        return
    if sheet.signers:
        table = two_columns(document, halves, (len(sheet.signers) + 1) // 2)
        for place, signer in enumerate(sheet.signers):
            _signer(table.rows[place // 2].cells[place % 2], signer, form)
        document.add_paragraph()
    _recipients(document, sheet, form)


def _recipients(where: Document | _Cell, sheet: Sheet, form: Layout) -> None:
    if lines := forms.recipients(sheet):
        line(where, "Nơi nhận:", form.recipients_title, Align.LEFT)
        for words in lines:
            line(where, words, form.recipients, Align.LEFT)


def _signer(cell: _Cell, of: Signer, form: Layout) -> None:
    bold = Face(form.body.size - 1, bold=True)
    for words in map(texts.capitals, (*of.authority, of.position)):
        if words:
            _fitted(cell, words, bold, cell.width or 0)
    if of.note:
        line(cell, texts.line(of.note), Face(form.cell.size, italic=True))
    line(cell, texts.line(of.name), bold).paragraph_format.space_before = SIGNING_ROOM
