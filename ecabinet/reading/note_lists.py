"""Lists of annotations, page by page: rows of a table, and a Word file."""

import io
from collections.abc import Iterable, Iterator
from itertools import groupby

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from flask_babel import gettext as _

from ecabinet.printing.texts import clean
from ecabinet.reading.exports import Line

FACE = "Times New Roman"
QUIET = RGBColor(0x55, 0x55, 0x55)


def header() -> tuple[str, ...]:
    """The titles of a table's columns."""
    return (
        _("Trang"),
        _("Người ghi"),
        _("Loại"),
        _("Đoạn được đánh dấu"),
        _("Nội dung"),
        _("Trả lời"),
        _("Thời gian"),
    )


def rows(lines: Iterable[Line]) -> Iterator[list[str]]:
    """The cells of a table."""
    for line in lines:
        yield [_page(line), line.author, line.kind, line.quote, line.text, "\n".join(line.replies), line.at]


def _page(line: Line) -> str:
    return str(line.page) if line.placed else _("Chưa đặt được (trang cũ %(page)s)", page=line.page)


def as_word(title: str, about: str, lines: Iterable[Line]) -> bytes:
    """A Word file: a heading for each page, under it who wrote what about which words."""
    paper = docx.Document()
    style = paper.styles["Normal"]
    style.font.name, style.font.size = FACE, Pt(13)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FACE)
    page = paper.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    paper.core_properties.title, paper.core_properties.author = clean(title)[:255], ""
    paper.add_heading(clean(title), level=1)
    paper.add_paragraph().add_run(clean(about)).italic = True
    empty = True
    for heading, found in groupby(_in_order(lines), key=_heading):
        paper.add_heading(heading, level=2)
        for line in found:
            _add(paper, line)
            empty = False
    if empty:
        paper.add_paragraph(_("Chưa có ghi chú nào."))
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _in_order(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (not line.placed, line.page))


def _heading(line: Line) -> str:
    if line.placed:
        return str(_("Trang %(page)s", page=line.page))
    return str(_("Chưa đặt được vào phiên bản này (trang cũ %(page)s)", page=line.page))


def _add(paper: Document, line: Line) -> None:
    head = paper.add_paragraph()
    head.paragraph_format.keep_with_next = True
    head.paragraph_format.space_before, head.paragraph_format.space_after = Pt(8), Pt(0)
    head.add_run(clean(line.author)).bold = True
    about = head.add_run(f" · {line.kind} · {line.at}")
    about.font.size, about.font.color.rgb = Pt(11), QUIET
    said = [paper.add_paragraph(f"“{clean(line.quote)}”", style="Quote")] if line.quote else []
    said += [paper.add_paragraph(part) for part in clean(line.text).split("\n") if part]
    said += [paper.add_paragraph(clean(reply), style="List Bullet") for reply in line.replies]
    for paragraph in said:
        paragraph.paragraph_format.space_after = Pt(2)
