"""Plain-text laws as PDFs, so that the archive has real papers to find."""

import io
import re
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path

from fontpkg_be_vietnam_pro import __file__ as font_module
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate

FONTS = Path(font_module).parent / "files"
NUMBER = re.compile(r"^(?:Luật số|Số):\s*(\d+/\d+/QH\s?\d+)", re.MULTILINE)
DAY = re.compile(r"ngày (\d+) tháng (\d+) năm (\d{4})")
HEADING = re.compile(r"^(?:Chương|Mục|Phần|Điều)\s+[\dIVXLC]+")

PROPER_NAMES = ("Quốc hội", "Hội đồng nhân dân", "Việt Nam", "Tổ quốc")
"""Titles are printed in capitals; these words keep theirs."""

BODY = ParagraphStyle("body", fontName="BeVietnamPro", fontSize=10.5, leading=15, alignment=TA_JUSTIFY, spaceAfter=4)
HEAD = ParagraphStyle("head", parent=BODY, fontName="BeVietnamPro-Bold", spaceBefore=8)
TITLE = ParagraphStyle("title", parent=HEAD, fontSize=13, leading=18, alignment=TA_CENTER)


@dataclass(frozen=True)
class Law:
    """A law as its text tells of itself."""

    title: str
    number: str
    issued_on: date
    text: str


def read_law(path: Path) -> Law:
    """Read number, date and title out of the head of the text; raises ValueError where one is not there."""
    text = path.read_text(encoding="utf-8")
    number, day = NUMBER.search(text), DAY.search(text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if number is None or day is None or "LUẬT" not in lines:
        raise ValueError(f"{path.name} does not begin as a law does")
    name = lines[lines.index("LUẬT") + 1].capitalize().rpartition(" về ")[2]
    for proper in PROPER_NAMES:
        name = name.replace(proper.lower(), proper)
    year, month, date_ = int(day[3]), int(day[2]), int(day[1])
    return Law(f"Luật {name[0].upper()}{name[1:]}", number[1].replace(" ", ""), date(year, month, date_), text)


def render(law: Law) -> io.BytesIO:
    """The law as a PDF with embedded fonts; the same text gives the same bytes."""
    registerFont(TTFont("BeVietnamPro", FONTS / "BeVietnamPro-Regular.ttf"))
    registerFont(TTFont("BeVietnamPro-Bold", FONTS / "BeVietnamPro-Bold.ttf"))
    file = io.BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=A4,
        title=law.title,
        leftMargin=25 * mm,
        rightMargin=20 * mm,
        topMargin=20 * mm,
        bottomMargin=20 * mm,
        invariant=1,
    )
    lines = (line.strip() for line in law.text.splitlines())
    document.build([Paragraph(escape(line), _style(line)) for line in lines if line])
    file.seek(0)
    return file


def _style(line: str) -> ParagraphStyle:
    if line.isupper() and len(line) < 90:
        return TITLE
    return HEAD if HEADING.match(line) else BODY
