"""Made-up official letters and decisions as PDFs in the form in which they are printed, for papers that come in."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from ecabinet.demo.laws import FONTS

BODY = ParagraphStyle("letter", fontName="BeVietnamPro", fontSize=12, leading=18, alignment=TA_JUSTIFY, spaceAfter=6)
HEAD = ParagraphStyle("letter-head", parent=BODY, fontSize=11, leading=15, alignment=TA_CENTER, spaceAfter=0)
BOLD = ParagraphStyle("letter-bold", parent=HEAD, fontName="BeVietnamPro-Bold")
SMALL = ParagraphStyle("letter-small", parent=BODY, fontSize=9.5, leading=13, alignment=0, spaceAfter=0)
COLUMNS = (78 * mm, 92 * mm)


@dataclass(frozen=True)
class Letter:
    """What is printed. ``organ``: the lines on the left; ``title``: the type in capitals, empty for an official letter,
    whose summary stands under its number.
    """

    organ: Sequence[str]
    code: str
    place: str
    issued_on: date
    subject: str
    text: Sequence[str]
    authority: Sequence[str]
    signer: str
    title: str = ""
    recipients: Sequence[str] = ("Như trên", "Lưu: VT")


def render(letter: Letter) -> io.BytesIO:
    """The letter as a PDF with embedded fonts; the same letter gives the same bytes."""
    registerFont(TTFont("BeVietnamPro", FONTS / "BeVietnamPro-Regular.ttf"))
    registerFont(TTFont("BeVietnamPro-Bold", FONTS / "BeVietnamPro-Bold.ttf"))
    file = io.BytesIO()
    document = SimpleDocTemplate(
        file, pagesize=A4, title=letter.subject, leftMargin=22 * mm, rightMargin=18 * mm, topMargin=18 * mm,
        bottomMargin=18 * mm, invariant=1,
    )  # fmt: skip
    document.build([_heading(letter), Spacer(1, 8 * mm), *_body(letter), Spacer(1, 6 * mm), _ending(letter)])
    file.seek(0)
    return file


def _lines(lines: Sequence[str], style: ParagraphStyle) -> list[Flowable]:
    return [Paragraph(escape(line), style) for line in lines]


def _heading(letter: Letter) -> Table:
    day = letter.issued_on
    left = [*_lines(letter.organ[:-1], HEAD), *_lines(letter.organ[-1:], BOLD), Spacer(1, 4), Paragraph(
        escape(f"Số: {letter.code}"), HEAD)]  # fmt: skip
    if not letter.title:
        left.append(Paragraph(escape(f"V/v {letter.subject}"), HEAD))
    right = [
        *_lines(["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"], BOLD), Spacer(1, 8),
        Paragraph(escape(f"{letter.place}, ngày {day.day:02d} tháng {day.month:02d} năm {day.year}"), HEAD),
    ]  # fmt: skip
    return Table([[left, right]], colWidths=COLUMNS, style=[("VALIGN", (0, 0), (-1, -1), "TOP")])


def _body(letter: Letter) -> list[Flowable]:
    titled = [*_lines([letter.title, letter.subject], BOLD), Spacer(1, 5 * mm)] if letter.title else []
    return [*titled, *_lines(letter.text, BODY)]


def _ending(letter: Letter) -> Table:
    left = _lines(["Nơi nhận:", *(f"- {to};" for to in letter.recipients)], SMALL)
    right = [*_lines(letter.authority, BOLD), Spacer(1, 22 * mm), *_lines([letter.signer], BOLD)]
    return Table([[left, right]], colWidths=COLUMNS, style=[("VALIGN", (0, 0), (-1, -1), "TOP")])
