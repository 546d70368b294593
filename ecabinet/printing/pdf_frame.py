"""What stands around the body of a sheet: its head, its title and its foot, as ReportLab's flowables."""

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer

from ecabinet.printing import forms, texts
from ecabinet.printing.forms import Face, Layout
from ecabinet.printing.pdf_words import INDENT, fitted, rule, side_by_side, width_of, words
from ecabinet.printing.sheets import Align, Sheet, Signer

SIGNING_ROOM = 24 * mm
GAP = 8
"""Between the two columns of the head, in points."""


def head(sheet: Sheet, width: float) -> list[Flowable]:
    """Issuer and number on the left, the form's heading with place and date on the right."""
    form, of = forms.layout(sheet), sheet.head
    first = width * form.left_share
    left_width, right_width = first - GAP, width - first
    left: list[Flowable] = []
    if superior := texts.capitals(of.superior):
        left.append(fitted(superior, form.superior, left_width))
    left.append(fitted(texts.capitals(of.issuer), form.issuer, left_width))
    left.append(words(form.under_issuer, form.issuer) if form.under_issuer else rule("35%"))
    if number := forms.number_line(of):
        left.append(fitted(number, form.number, left_width))
    if summary := forms.letter_summary(sheet.title):
        left.append(fitted(summary, form.letter_summary, left_width))
    right: list[Flowable] = [fitted(line, face, right_width) for line, face in form.heading]
    right.append(rule(min(right_width, width_of(*form.heading[-1]))))
    if place := forms.place_line(of):
        right.append(fitted(place, form.place, right_width))
    return [side_by_side(left, right, (left_width, right_width), GAP), Spacer(0, 12)]


def title(sheet: Sheet, width: float) -> list[Flowable]:
    """Kind and summary in the middle, then whom the paper addresses."""
    form = forms.layout(sheet)
    parts: list[Flowable] = []
    if kind := texts.capitals(sheet.title.kind):
        parts.append(words(kind, form.kind))
        if summary := texts.line(sheet.title.summary):
            parts.append(fitted(summary, form.summary, width))
        parts.append(words(form.under_summary, form.body) if form.under_summary else rule("30%"))
        parts.append(Spacer(0, 8))
    lines = forms.addressees(sheet)
    if len(lines) == 1:
        parts += [words(lines[0], form.body, spaceBefore=6), Spacer(0, 8)]
    elif lines:
        parts += [words(line, form.body, Align.LEFT, leftIndent=INDENT * (3 + (line != lines[0]))) for line in lines]
        parts.append(Spacer(0, 8))
    return parts


def foot(sheet: Sheet, width: float) -> list[Flowable]:
    """Recipients on the left and one signer on the right; or signers in rows of two, recipients beneath."""
    form = forms.layout(sheet)
    receiving: list[Flowable] = []
    if lines := forms.recipients(sheet):
        receiving.append(words("Nơi nhận:", form.recipients_title, Align.LEFT))
        receiving += [words(line, form.recipients, Align.LEFT) for line in lines]
    half = width / 2
    if len(sheet.signers) == 1:
        return [Spacer(0, 10), side_by_side(receiving, _signer(sheet.signers[0], form, half), (half, half))]
    parts: list[Flowable] = []
    for first in range(0, len(sheet.signers), 2):
        pair = [_signer(signer, form, half) for signer in sheet.signers[first : first + 2]]
        parts += [Spacer(0, 10), KeepTogether([side_by_side(pair[0], pair[1] if pair[1:] else [], (half, half))])]
    return parts + ([Spacer(0, 10), KeepTogether(receiving)] if receiving else [])


def _signer(of: Signer, form: Layout, width: float) -> list[Flowable]:
    bold = Face(form.body.size - 1 if form.body.size > 13 else form.body.size, bold=True)
    lines: list[Flowable] = [
        fitted(line, bold, width) for line in map(texts.capitals, (*of.authority, of.position)) if line
    ]
    if of.note:
        lines.append(words(texts.line(of.note), Face(form.cell.size, italic=True)))
    return [*lines, Spacer(0, SIGNING_ROOM), words(texts.line(of.name), bold)]
