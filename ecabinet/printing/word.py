"""A sheet as a Word file (.docx) that people go on writing: styles, real headings, tables, fields.

Lines that the PDF makes even or smaller are left to the program that shows the file. The same sheet and time give
the same bytes.
"""

import io
import zipfile
from datetime import UTC, datetime

from docx import Document
from docx.document import Document as WordFile
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.text.parfmt import ParagraphFormat

from ecabinet.clock import ZONE
from ecabinet.printing import forms, pdf_words, texts, word_blocks, word_frame, word_parts
from ecabinet.printing.forms import Face, Layout
from ecabinet.printing.sheets import Sheet

A4 = (210, 297)


def render(sheet: Sheet, at: datetime) -> bytes:
    """The sheet as a Word file that says it was made at ``at`` (aware)."""
    pdf_words.register_faces()  # measures how long lines are
    document = Document()
    form = forms.layout(sheet)
    _describe(document, sheet, at)
    _style(document, form)
    width = _page(document, sheet, form)
    word_frame.head(document, sheet, width)
    word_frame.title(document, sheet, width)
    for block in sheet.body:
        word_blocks.block(document, block, form, width)
    word_frame.foot(document, sheet, width)
    out = io.BytesIO()
    document.save(out)
    return dated(out, at)


def _describe(document: WordFile, sheet: Sheet, at: datetime) -> None:
    properties = document.core_properties
    # the format allows 255 letters
    properties.title = texts.line(sheet.name)[:255]
    properties.subject = texts.line(sheet.title.summary)[:255]
    properties.author = properties.last_modified_by = texts.line(sheet.head.issuer)[:255]
    properties.comments = ""
    properties.created = properties.modified = at.astimezone(UTC).replace(tzinfo=None)
    word_parts.speak(document, sheet.language)


def _style(document: WordFile, form: Layout) -> None:
    bold = Face(form.body.size, bold=True)
    looks = {
        "Normal": form.body,
        "Title": form.kind,
        "Subtitle": form.summary,
        "Heading 1": bold,
        "Heading 2": bold,
        "Heading 3": Face(form.body.size, bold=True, italic=True),
        "Body Text": form.body,
        "List Paragraph": form.body,
        "Caption": form.caption,
        "Header": form.page_number,
    }
    for name, face in looks.items():
        style = document.styles[name]
        if isinstance(style, ParagraphStyle):
            word_parts.restyle(style, face)
    for name in ("Title", "Subtitle", "Caption", "Header"):
        _paragraphs(document, name).alignment = WD_ALIGN_PARAGRAPH.CENTER
    for name in ("Heading 1", "Heading 2", "Heading 3", "Body Text", "List Paragraph"):
        written = _paragraphs(document, name)
        written.first_line_indent = Mm(10)
        written.left_indent = Mm(0)
        written.space_after = Pt(4)
        if not name.startswith("Heading"):
            written.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY


def _paragraphs(document: WordFile, name: str) -> ParagraphFormat:
    style = document.styles[name]
    if not isinstance(style, ParagraphStyle):
        raise TypeError(f"{name} is no style of paragraphs")
    found: ParagraphFormat = style.paragraph_format
    return found


def _page(document: WordFile, sheet: Sheet, form: Layout) -> int:
    """Paper, margins and headers; gives the width of the text in EMU."""
    section = document.sections[0]
    wide, high = reversed(A4) if sheet.landscape else A4
    section.orientation = WD_ORIENT.LANDSCAPE if sheet.landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(wide), Mm(high)
    top, right, bottom, left = (Mm(side) for side in form.margins)
    section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = top, right, bottom, left
    section.header_distance = Mm(9)
    section.different_first_page_header_footer = True
    word_parts.page_number(section.header, form.page_number)
    section.first_page_header.is_linked_to_previous = False
    if sheet.draft:
        for number, header in enumerate((section.header, section.first_page_header), 1):
            word_parts.watermark(header, number)
    return int(Mm(wide)) - int(left) - int(right)


def dated(file: io.BytesIO, at: datetime) -> bytes:
    """The same file with one date on all its parts: else no two were ever the same."""
    out = io.BytesIO()
    moment = at.astimezone(ZONE)
    stamp = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    with zipfile.ZipFile(file) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as dated:
        for part in parts.infolist():
            dated.writestr(zipfile.ZipInfo(part.filename, stamp), parts.read(part), zipfile.ZIP_DEFLATED)
    return out.getvalue()
