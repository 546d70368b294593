"""Whether a paper has the components of its form: what is missing or wrong, and where. Pure.

It reads what stands on the paper, not what the fields say: a draft is changed in a word processor. Components are those
of Decree 30/2020, article 8, and of the Union's HD 29-HD/TWĐTN-VP.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from ecabinet.drafting.form_lines import Laid, Line, Reading, loosely, plain
from ecabinet.drafting.paper_rules import DECIDING, Paper, lines
from ecabinet.printing.forms import LAYOUTS
from ecabinet.printing.sheets import Form


class Component(StrEnum):
    """What a paper consists of, in the order in which it is read; the last two are looks."""

    HEADING = "heading"
    ISSUER = "issuer"
    NUMBER = "number"
    PLACE = "place"
    KIND = "kind"
    SUMMARY = "summary"
    ADDRESSEE = "addressee"
    BODY = "body"
    AUTHORITY = "authority"
    POSITION = "position"
    SIGNER = "signer"
    RECIPIENTS = "recipients"
    FONT = "font"
    MARGINS = "margins"


class What(StrEnum):
    """What is the matter with it."""

    MISSING = "missing"
    WRONG = "wrong"
    ORDER = "order"
    HINT = "hint"


@dataclass(frozen=True)
class Fault:
    """Something about one component; a hint needs no reason. ``found`` and ``wanted`` are words of the paper."""

    component: Component
    what: What
    page: int | None = None
    number: int | None = None
    found: str = ""
    wanted: str = ""


MARGINS = {
    Form.STATE: ((20, 25), (15, 20), (20, 25), (30, 35)),
    Form.UNION: ((20, 25), (15, 20), (20, 25), (30, 35)),
}
"""Least and most of the top, right, bottom and left margin, in millimetres."""
FONT = "Times New Roman"
BODY_SIZES = (13.0, 14.0)
SLACK = 1.0
RUNNING = 20
"""So many letters make a line running text."""
SHOWN = 120
_NUMBER = re.compile(r"^Số\s*:?\s*(?P<given>[0-9…._\s]*)[-/–]\s*(?P<symbol>\S.*)$")
_PLACE = re.compile(r"^(?P<place>[^,]+),\s*ngày(?P<day>[\s\d…._]*)tháng(?P<month>[\s\d…._]*)năm(?P<year>[\s\d…._]*)$")
_ARTICLE = re.compile(r"^Điều\s+(\d+)[a-zđ]?\s*[.:]")
_SIGN = re.compile(r"^(TM|KT|TL|TUQ)\b\.?\s")


def check(laid: Laid, paper: Paper) -> tuple[Fault, ...]:
    """All faults, in the order of the components; hints last."""
    page = Reading(laid.lines)
    found = [
        *_heading(page, paper.form), *_issuer(page, paper), *_number(page, paper), *_place(page, paper),
        *_title(page, paper), *_addressees(page, paper), *_body(page, paper), *_signer(page, paper),
        *_recipients(page, paper), *_order(page, paper), *_looks(laid, page, paper.form),
    ]  # fmt: skip
    order = list(Component)
    return tuple(sorted(found, key=lambda fault: (fault.what == What.HINT, order.index(fault.component))))


def needs_reason(faults: Iterable[Fault]) -> bool:
    """Whether a paper with these faults is submitted only with a reason."""
    return any(fault.what != What.HINT for fault in faults)


def _fault(component: Component, what: What, line: Line | None = None, wanted: str = "") -> Fault:
    if line is None:
        return Fault(component, what, wanted=wanted[:SHOWN])
    return Fault(component, what, line.page, line.number, plain(line.text)[:SHOWN], wanted[:SHOWN])


def _words(page: Reading, component: Component, wanted: str, *, last: bool = False) -> list[Fault]:
    """Words that have to stand there as they are."""
    if not plain(wanted) or page.find(wanted, last=last):
        return []
    near = page.find(wanted, loose=True, last=last)
    return [_fault(component, What.WRONG if near else What.MISSING, near, wanted)]


def _heading(page: Reading, form: Form) -> list[Fault]:
    faults = [fault for words, _face in LAYOUTS[form].heading for fault in _words(page, Component.HEADING, words)]
    if faults:
        for other, layout in LAYOUTS.items():
            strange = page.find(layout.heading[0][0]) if other != form else None
            if strange is not None:
                return [_fault(Component.HEADING, What.WRONG, strange, LAYOUTS[form].heading[0][0])]
    return faults


def _issuer(page: Reading, paper: Paper) -> list[Fault]:
    faults = [
        fault
        for name in (paper.content.superior, paper.issuer)
        for fault in _words(page, Component.ISSUER, name.upper())
    ]
    beneath = LAYOUTS[paper.form].under_issuer
    if beneath and not any(plain(line.text) == beneath for line in page.lines):
        faults.append(_fault(Component.ISSUER, What.MISSING, wanted=beneath))
    return faults


def _number(page: Reading, paper: Paper) -> list[Fault]:
    wanted = f"Số:     {LAYOUTS[paper.form].joint}{paper.symbol}"
    found = page.match(_NUMBER)
    if found is None:
        return [_fault(Component.NUMBER, What.MISSING, wanted=wanted)]
    line, match = found
    joint = plain(line.text)[match.start("symbol") - 1]
    right = match["symbol"] == paper.symbol and joint == LAYOUTS[paper.form].joint
    return [] if right else [_fault(Component.NUMBER, What.WRONG, line, wanted)]


def _place(page: Reading, paper: Paper) -> list[Fault]:
    wanted = f"{paper.content.place}, ngày     tháng     năm {paper.year}"
    found = page.match(_PLACE)
    if found is None:
        return [_fault(Component.PLACE, What.MISSING, wanted=wanted)]
    line, match = found
    day, month, year = (re.sub(r"\D", "", match[name]) for name in ("day", "month", "year"))
    right = match["place"].strip() == plain(paper.content.place) and year == paper.year
    right = right and len(day) != 1 and not (len(month) == 1 and month in "12") and bool(paper.content.place)
    return [] if right else [_fault(Component.PLACE, What.WRONG, line, wanted)]


def _title(page: Reading, paper: Paper) -> list[Fault]:
    summary = paper.content.subject
    if not paper.kind:
        return _words(page, Component.SUMMARY, f"V/v {summary}")
    kind = paper.kind.upper()
    named = next((line for line in page.lines if plain(line.text) == kind), None)
    faults = [] if named else _words(page, Component.KIND, kind) or [_fault(Component.KIND, What.MISSING, wanted=kind)]
    if named is not None and named.bold is False:
        faults.append(_fault(Component.KIND, What.HINT, named))
    return faults + _words(page, Component.SUMMARY, summary)


def _addressees(page: Reading, paper: Paper) -> list[Fault]:
    wanted = lines(paper.content.addressees)
    if not wanted or any(plain(line.text).startswith("Kính gửi") for line in page.lines):
        return [fault for one in wanted for fault in _words(page, Component.ADDRESSEE, one.strip("-;. "))]
    return [_fault(Component.ADDRESSEE, What.MISSING, wanted=f"Kính gửi: {wanted[0]}")]


def _body(page: Reading, paper: Paper) -> list[Fault]:
    running = [line for line in page.lines if not line.side and len(plain(line.text)) >= RUNNING]
    title = {loosely(paper.content.subject), loosely(paper.kind), loosely(paper.issuer)}
    if not [line for line in running if loosely(line.text) not in title]:
        return [_fault(Component.BODY, What.MISSING)]
    articles = [(line, int(found[1])) for line in page.lines if (found := _ARTICLE.match(plain(line.text)))]
    if not articles:
        return [_fault(Component.BODY, What.HINT, wanted="Điều 1.")] if paper.type_code in DECIDING else []
    wrong = [line for (_before, one), (line, number) in pairwise(articles) if number != one + 1]
    if articles[0][1] != 1:
        wrong.insert(0, articles[0][0])
    return [_fault(Component.BODY, What.WRONG, line) for line in wrong]


def _signer(page: Reading, paper: Paper) -> list[Fault]:
    faults: list[Fault] = []
    if paper.authority:
        faults += _words(page, Component.AUTHORITY, paper.authority, last=True)
    elif strange := page.match(_SIGN):
        faults.append(_fault(Component.AUTHORITY, What.WRONG, strange[0]))
    for component, words in ((Component.POSITION, paper.position), (Component.SIGNER, paper.signer)):
        faults += _words(page, component, words, last=True) if words else [_fault(component, What.MISSING)]
    return faults


def _recipients(page: Reading, paper: Paper) -> list[Fault]:
    place = next((n for n, line in enumerate(page.lines) if loosely(line.text).startswith("noinhan")), None)
    if place is None:
        return [_fault(Component.RECIPIENTS, What.MISSING, wanted="Nơi nhận:")]
    title = page.lines[place]
    if not plain(title.text).startswith("Nơi nhận:"):
        return [_fault(Component.RECIPIENTS, What.WRONG, title, "Nơi nhận:")]
    listed = [line for line in page.lines[place:] if plain(line.text).startswith(("-", "–", "•"))]
    if not listed:
        return [_fault(Component.RECIPIENTS, What.MISSING, title, "- Lưu: VT.")]
    missing = [
        _fault(Component.RECIPIENTS, What.MISSING, title, wanted)
        for wanted in lines(paper.content.recipients)
        if page.find(wanted.strip("-;. "), loose=True) is None
    ]
    kept = any(loosely(line.text).startswith("luu") for line in listed)
    return missing if missing or kept else [_fault(Component.RECIPIENTS, What.HINT, title, "- Lưu: VT.")]


def _order(page: Reading, paper: Paper) -> list[Fault]:
    """The title stands before the signature, and the issuer before the title."""
    wanted = [(Component.ISSUER, paper.issuer.upper(), False), (Component.SUMMARY, paper.content.subject, False),
              (Component.SIGNER, paper.signer, True)]  # fmt: skip
    found = [(component, page.find(words, last=last)) for component, words, last in wanted if plain(words)]
    standing = [(component, line) for component, line in found if line is not None]
    place = {id(line): number for number, line in enumerate(page.lines)}
    return [
        _fault(component, What.ORDER, line)
        for (_, before), (component, line) in pairwise(standing)
        if place[id(line)] < place[id(before)]
    ]


def _looks(laid: Laid, page: Reading, form: Form) -> list[Fault]:
    faults = []
    strange = next((line for line in page.lines if line.font and line.font != FONT), None)
    if strange is not None:
        faults.append(_fault(Component.FONT, What.HINT, strange, FONT))
    least, most = BODY_SIZES
    body = (line for line in page.lines if not line.side and len(line.text) >= 4 * RUNNING and line.size)
    odd = next((line for line in body if line.page is None and not least <= (line.size or 0) <= most), None)
    if odd is not None:
        faults.append(_fault(Component.FONT, What.HINT, odd, f"{least:g}–{most:g}"))
    if laid.margins is not None:
        ranges = zip(laid.margins, MARGINS[form], strict=True)
        if any(not low - SLACK <= margin <= high + SLACK for margin, (low, high) in ranges):
            wanted = " · ".join(f"{low}–{high}" for low, high in MARGINS[form])
            said = " · ".join(f"{margin:.0f}" for margin in laid.margins)
            faults.append(Fault(Component.MARGINS, What.HINT, found=said, wanted=wanted))
    return faults
