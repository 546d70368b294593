"""A sheet as a PDF: A4, embedded serif face, text that can be copied and searched.

The same sheet and time give the same bytes.
"""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    ActionFlowable,
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    PageBreak,
    PageTemplate,
)
from reportlab.platypus import Paragraph as Words

from ecabinet.clock import ZONE
from ecabinet.printing import forms, pdf_blocks, pdf_frame, pdf_words, texts
from ecabinet.printing.sheets import Heading, Paragraph, Sheet

PALE = Color(0.5, 0.5, 0.5, alpha=0.22)
LAST_WORDS = 1500
"""A last paragraph of up to so many letters goes over the page with the signature, which never stands alone."""


def render(sheet: Sheet, at: datetime) -> bytes:
    """The sheet as a PDF that says it was made at ``at`` (aware)."""
    pdf_words.register_faces()
    out = io.BytesIO()
    _Paper(out, sheet, at).build(_story(sheet, _width(sheet)))
    return out.getvalue()


def render_all(sheets: Sequence[tuple[str, Sheet]], at: datetime) -> bytes:
    """Several sheets of one form in one PDF, each from a page of its own with page numbers of its own and a bookmark.

    Far quicker than each by itself: the face is put in once. Raises ValueError for none, or for different layouts.
    """
    layouts = {(sheet.head.form, sheet.landscape, sheet.draft) for _name, sheet in sheets}
    if len(layouts) != 1:
        raise ValueError("a file needs sheets, all of one layout")
    pdf_words.register_faces()
    out = io.BytesIO()
    story: list[Flowable] = []
    for number, (_name, sheet) in enumerate(sheets):
        if number:
            story += [ActionFlowable(("nextSheet",)), PageBreak()]
        story += _story(sheet, _width(sheet))
    _Paper(out, sheets[0][1], at, [name for name, _sheet in sheets]).build(story)
    return out.getvalue()


def _size(sheet: Sheet) -> tuple[float, float]:
    width, height = landscape(A4) if sheet.landscape else A4
    return float(width), float(height)


def _width(sheet: Sheet) -> float:
    _top, right, _bottom, left = forms.layout(sheet).margins
    return _size(sheet)[0] - float((left + right) * mm)


def _story(sheet: Sheet, width: float) -> list[Flowable]:
    form = forms.layout(sheet)
    body = pdf_blocks.body(sheet.body, form, width)
    foot = pdf_frame.foot(sheet, width)
    if foot and sheet.body and _short(sheet.body[-1]):
        last = body.pop()
        while body and isinstance(sheet.body[len(body) - 1], Heading):  # which would stand alone at the foot
            last = [*(part for part in body.pop() if not isinstance(part, CondPageBreak)), *last]
        foot = [KeepTogether([*last, *foot[:2]]), *foot[2:]]
    parts = [part for parts in body for part in parts]
    return [*pdf_frame.head(sheet, width), *pdf_frame.title(sheet, width), *parts, *foot]


def _short(block: object) -> bool:
    return isinstance(block, Paragraph) and sum(len(run.text) for run in texts.runs(block.text)) <= LAST_WORDS


class _Paper(BaseDocTemplate):  # type: ignore[misc]  # ReportLab ships no types
    """A4 with the form's margins, page numbers from the second page on, and the mark of a draft."""

    def __init__(self, out: io.BytesIO, sheet: Sheet, at: datetime, names: Sequence[str] = ()) -> None:
        self._sheet = sheet
        self._names = list(names)
        self._begins = 1
        self._form = forms.layout(sheet)
        self._date = at.astimezone(ZONE).strftime("D:%Y%m%d%H%M%S+07'00'")
        self._depth = -1
        top, right, bottom, left = self._form.margins
        super().__init__(
            out,
            pagesize=_size(sheet),
            title=texts.line(sheet.name),
            author=texts.line(sheet.head.issuer),
            subject=texts.line(sheet.title.summary),
            creator="eCabinet",
            lang=sheet.language,
            invariant=1,
        )
        wide, high = _size(sheet)
        frame = Frame(
            left * mm, bottom * mm, wide - (left + right) * mm, high - (top + bottom) * mm,
            leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
        )  # fmt: skip
        self.addPageTemplates(PageTemplate(frames=[frame], onPage=self._furnish))

    def _furnish(self, canvas: Canvas, document: Any) -> None:
        """What stands on a page besides its text."""
        if document.page == 1:
            canvas.setDateFormatter(lambda *_moment: self._date)
            canvas.setViewerPreference("DisplayDocTitle", "true")
        if self._names and document.page == self._begins:
            key = f"sheet-{document.page}"
            canvas.bookmarkPage(key)
            canvas.addOutlineEntry(texts.line(self._names.pop(0)), key, 0)
            self._depth = 0
        wide, high = _size(self._sheet)
        canvas.saveState()
        if self._sheet.draft:
            canvas.saveState()
            canvas.translate(wide / 2, high / 2)
            canvas.rotate(45)
            canvas.setFont(f"{pdf_words.FAMILY}-Bold", 96)
            canvas.setFillColor(PALE)
            canvas.drawCentredString(0, -30, forms.DRAFT)
            canvas.restoreState()
        if document.page > self._begins:
            face = self._form.page_number
            canvas.setFont(pdf_words.font(face), face.size)
            canvas.drawCentredString(wide / 2, high - 13 * mm, str(document.page - self._begins + 1))
        canvas.restoreState()

    def handle_nextSheet(self) -> None:  # noqa: N802 - ReportLab's name for the action "nextSheet"
        """The page that comes is the first of the next sheet."""
        self._begins = self.page + 1

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 - ReportLab's name
        """Headings become the bookmarks of the file."""
        if isinstance(flowable, Words) and hasattr(flowable, "outline"):
            text, level = flowable.outline
            # a bookmark may stand at most one step below the one before it
            self._depth = min(level - 1, self._depth + 1)
            key = f"heading-{self.seq.nextf('heading')}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(text, key, self._depth)
