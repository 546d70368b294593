"""The product's own templates: made from the sheets that papers are printed with, so that both are one form."""

import io
from collections.abc import Iterable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as Written
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit

from ecabinet.drafting.paper_rules import DECIDING, LETTERS, Paper, context_of
from ecabinet.printing import forms, pdf_words, word
from ecabinet.printing.forms import Face
from ecabinet.printing.sheets import Align, Block, Form, Head, Paragraph, Run, Sheet, Signer, Title

MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""The same template gives the same bytes."""
TAG = "{{"
PLACE_SIZE = Pt(13)
"""Both forms: with room for day and month the line is a long one."""
ADDRESSEES, RECIPIENTS = "KINHGUI", "NOINHAN"
"""What marks the lines that are made into loops."""
WIDTH, SLACK = 210, 6
"""Of the page in millimetres; what word processors take for themselves at the edges of a cell, in points."""


def own(form: Form, type_code: str, kind: str) -> bytes:
    """The template of a type in a form; ``kind`` is its name in Vietnamese."""
    letter = type_code in LETTERS
    sheet = Sheet(
        Head(form, "{{ CO_QUAN }}", "{{ CAP_TREN }}", symbol="{{ KY_HIEU }}", place="{{ DIA_DANH }}", year="{{ NAM }}"),
        Title("" if letter else kind, "{{ TRICH_YEU }}"),
        tuple(_body(type_code in DECIDING)),
        addressees=(ADDRESSEES,),
        signers=(Signer("{{ CHUC_VU }}", "{{ NGUOI_KY }}", ("{{ QUYEN_HAN }}",)),),
        recipients=(RECIPIENTS,),
    )
    document = Document(io.BytesIO(word.render(sheet, MADE_AT)))
    for written in list(_paragraphs(document.element.body, document)):
        _loop(written)
    out = io.BytesIO()
    document.save(out)
    return word.dated(out, MADE_AT)


def filled(paper: Paper) -> dict[str, Any]:
    """What a template is filled with; the long lines of the head are broken evenly."""
    pdf_words.register_faces()
    form, context = forms.LAYOUTS[paper.form], context_of(paper)
    _top, right, _bottom, left = form.margins
    width = (WIDTH - left - right) * mm
    head = width * form.left_share - SLACK
    context["CAP_TREN"] = _even(context["CAP_TREN"], form.superior, head)
    context["CO_QUAN"] = _even(context["CO_QUAN"], form.issuer, head)
    if paper.kind:
        context["TRICH_YEU"] = _even(context["TRICH_YEU"], form.summary, width)
    else:
        context["TRICH_YEU"] = _even(f"V/v {context['TRICH_YEU']}", form.letter_summary, head).removeprefix("V/v ")
    return context


def _even(text: str, face: Face, width: float) -> str:
    """The same words with line breaks, so that no line is much shorter than the others."""
    room = width - pdf_words.even(text, face, width)["leftIndent"] * 2
    return "\n".join(simpleSplit(text, pdf_words.font(face), face.size, room))


def _body(decides: bool) -> Iterable[Block]:
    if decides:
        yield Paragraph("{{ THAM_QUYEN }}", Align.CENTER, bold=True)
    yield from (
        Paragraph("{%p for DONG in CAN_CU %}"),
        Paragraph("{{ DONG }}", italic=True),
        Paragraph("{%p endfor %}"),
    )
    if decides:
        yield Paragraph("{{ QUYET }}", Align.CENTER, bold=True)
    yield Paragraph("{%p for DOAN in NOI_DUNG %}")
    yield Paragraph((Run("{{ DOAN.DAU }}", bold=True), Run("{{ DOAN.LOI }}")))
    yield Paragraph("{%p endfor %}")


def _paragraphs(body: object, document: object) -> Iterable[Written]:
    for element in body.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p"):  # type: ignore[attr-defined]
        yield Written(element, document)  # type: ignore[arg-type]


def _loop(written: Written) -> None:
    """Lines that may be missing or many are set between tags of their own."""
    text = written.text
    if TAG in text:  # the indents were measured for the tag, not for what will stand there
        written.paragraph_format.left_indent = written.paragraph_format.right_indent = None
    if text in ("{{ CAP_TREN }}", "{{ QUYEN_HAN }}"):
        _between(written, f"{{%p if {text[3:-3]} %}}", "{%p endif %}")
    elif "{{ DIA_DANH }}" in text:
        for run in written.runs:
            run.font.size = PLACE_SIZE
    elif RECIPIENTS in text:
        _say(written, "{{ DONG }}")
        _between(written, "{%p for DONG in NOI_NHAN %}", "{%p endfor %}")
    elif ADDRESSEES in text:
        _addressees(written)


def _addressees(written: Written) -> None:
    """One stands in the middle, several beneath each other on the left."""
    written.paragraph_format.space_after = Mm(2)
    _say(written, "{{ DONG }}")
    several = Written(deepcopy(written._p), written._parent)
    written._p.addnext(several._p)
    several.alignment = WD_ALIGN_PARAGRAPH.LEFT
    several.paragraph_format.left_indent = Mm(35)
    _between(written, "{%p if KINH_GUI|length == 1 %}", "{%p endif %}")
    _between(written, "{%p for DONG in KINH_GUI %}", "{%p endfor %}")
    _between(several, "{%p if KINH_GUI|length > 1 %}", "{%p endif %}")
    _between(several, "{%p for DONG in KINH_GUI %}", "{%p endfor %}")


def _between(written: Written, before: str, after: str) -> None:
    for tag, add in ((before, written._p.addprevious), (after, written._p.addnext)):
        copy = Written(deepcopy(written._p), written._parent)
        _say(copy, tag)
        add(copy._p)


def _say(written: Written, text: str) -> None:
    """Other words in the looks of the first."""
    first, *others = written.runs
    first.text = text
    for run in others:
        run._r.getparent().remove(run._r)
