"""Whether a paper has the components of its form: what is missing or wrong, and where. Pure.

It reads what stands on the paper, not what the fields say: a draft is changed in a word processor. Components are those
of Decree 30/2020, article 8, and of the Union's HD 29-HD/TWĐTN-VP.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from documents.text import exact, fold
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
class Line:
    """A line or paragraph of the paper: ``page`` (from 1) where pages are known, ``number`` of the paragraph on the
    paper, or of the line on its page. ``side``: "left" or "right" where it stands in a column. What is not known of its
    looks is None.
    """

    text: str
    number: int
    page: int | None = None
    side: str = ""
    bold: bool | None = None
    italic: bool | None = None
    size: float | None = None
    font: str | None = None


@dataclass(frozen=True)
class Laid:
    """What stands on a paper; ``margins`` (top, right, bottom, left, in millimetres) where they are written down."""

    lines: tuple[Line, ...]
    margins: tuple[float, float, float, float] | None = None


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
    page = _Reading(laid.lines)
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


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _loose(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(exact(text)))


class _Reading:
    """The lines of a paper, asked for words that may run over several of them, in a column or across."""

    def __init__(self, found: Sequence[Line]) -> None:
        self.lines = [line for line in found if _plain(line.text)]

    def find(self, wanted: str, *, loose: bool = False, last: bool = False) -> Line | None:
        """The line in which these words begin: letter by letter, or (``loose``) marks, case and signs aside."""
        as_asked = _loose if loose else _plain
        words = as_asked(wanted)
        for column in self._columns():
            at, starts = 0, []
            for line in column:
                starts.append(at)
                at += len(as_asked(line.text)) + (0 if loose else 1)
            text = ("" if loose else " ").join(as_asked(line.text) for line in column)
            place = text.rfind(words) if last else text.find(words)
            if words and place >= 0:
                return next(
                    line for line, start in reversed(list(zip(column, starts, strict=True))) if start <= place
                )  # fmt: skip
        return None

    def _columns(self) -> Iterable[list[Line]]:
        yield self.lines
        for side in ("left", "right"):
            yield [line for line in self.lines if line.side == side]

    def match(self, pattern: re.Pattern[str]) -> tuple[Line, re.Match[str]] | None:
        for line in self.lines:
            if found := pattern.match(_plain(line.text)):
                return line, found
        return None


def _fault(component: Component, what: What, line: Line | None = None, wanted: str = "") -> Fault:
    if line is None:
        return Fault(component, what, wanted=wanted[:SHOWN])
    return Fault(component, what, line.page, line.number, _plain(line.text)[:SHOWN], wanted[:SHOWN])


def _words(page: _Reading, component: Component, wanted: str, *, last: bool = False) -> list[Fault]:
    """Words that have to stand there as they are."""
    if not _plain(wanted) or page.find(wanted, last=last):
        return []
    near = page.find(wanted, loose=True, last=last)
    return [_fault(component, What.WRONG if near else What.MISSING, near, wanted)]


def _heading(page: _Reading, form: Form) -> list[Fault]:
    faults = [fault for words, _face in LAYOUTS[form].heading for fault in _words(page, Component.HEADING, words)]
    if faults:
        for other, layout in LAYOUTS.items():
            strange = page.find(layout.heading[0][0]) if other != form else None
            if strange is not None:
                return [_fault(Component.HEADING, What.WRONG, strange, LAYOUTS[form].heading[0][0])]
    return faults


def _issuer(page: _Reading, paper: Paper) -> list[Fault]:
    faults = [
        fault
        for name in (paper.content.superior, paper.issuer)
        for fault in _words(page, Component.ISSUER, name.upper())
    ]
    beneath = LAYOUTS[paper.form].under_issuer
    if beneath and not any(_plain(line.text) == beneath for line in page.lines):
        faults.append(_fault(Component.ISSUER, What.MISSING, wanted=beneath))
    return faults


def _number(page: _Reading, paper: Paper) -> list[Fault]:
    wanted = f"Số:     {LAYOUTS[paper.form].joint}{paper.symbol}"
    found = page.match(_NUMBER)
    if found is None:
        return [_fault(Component.NUMBER, What.MISSING, wanted=wanted)]
    line, match = found
    joint = _plain(line.text)[match.start("symbol") - 1]
    right = match["symbol"] == paper.symbol and joint == LAYOUTS[paper.form].joint
    return [] if right else [_fault(Component.NUMBER, What.WRONG, line, wanted)]


def _place(page: _Reading, paper: Paper) -> list[Fault]:
    wanted = f"{paper.content.place}, ngày     tháng     năm {paper.year}"
    found = page.match(_PLACE)
    if found is None:
        return [_fault(Component.PLACE, What.MISSING, wanted=wanted)]
    line, match = found
    day, month, year = (re.sub(r"\D", "", match[name]) for name in ("day", "month", "year"))
    right = match["place"].strip() == _plain(paper.content.place) and year == paper.year
    right = right and len(day) != 1 and not (len(month) == 1 and month in "12") and bool(paper.content.place)
    return [] if right else [_fault(Component.PLACE, What.WRONG, line, wanted)]


def _title(page: _Reading, paper: Paper) -> list[Fault]:
    summary = paper.content.subject
    if not paper.kind:
        return _words(page, Component.SUMMARY, f"V/v {summary}")
    kind = paper.kind.upper()
    named = next((line for line in page.lines if _plain(line.text) == kind), None)
    faults = [] if named else _words(page, Component.KIND, kind) or [_fault(Component.KIND, What.MISSING, wanted=kind)]
    if named is not None and named.bold is False:
        faults.append(_fault(Component.KIND, What.HINT, named))
    return faults + _words(page, Component.SUMMARY, summary)


def _addressees(page: _Reading, paper: Paper) -> list[Fault]:
    wanted = lines(paper.content.addressees)
    if not wanted or any(_plain(line.text).startswith("Kính gửi") for line in page.lines):
        return [fault for one in wanted for fault in _words(page, Component.ADDRESSEE, one.strip("-;. "))]
    return [_fault(Component.ADDRESSEE, What.MISSING, wanted=f"Kính gửi: {wanted[0]}")]


def _body(page: _Reading, paper: Paper) -> list[Fault]:
    running = [line for line in page.lines if not line.side and len(_plain(line.text)) >= RUNNING]
    title = {_loose(paper.content.subject), _loose(paper.kind), _loose(paper.issuer)}
    if not [line for line in running if _loose(line.text) not in title]:
        return [_fault(Component.BODY, What.MISSING)]
    articles = [(line, int(found[1])) for line in page.lines if (found := _ARTICLE.match(_plain(line.text)))]
    if not articles:
        return [_fault(Component.BODY, What.HINT, wanted="Điều 1.")] if paper.type_code in DECIDING else []
    wrong = [line for (_before, one), (line, number) in pairwise(articles) if number != one + 1]
    if articles[0][1] != 1:
        wrong.insert(0, articles[0][0])
    return [_fault(Component.BODY, What.WRONG, line) for line in wrong]


def _signer(page: _Reading, paper: Paper) -> list[Fault]:
    faults: list[Fault] = []
    if paper.authority:
        faults += _words(page, Component.AUTHORITY, paper.authority, last=True)
    elif strange := page.match(_SIGN):
        faults.append(_fault(Component.AUTHORITY, What.WRONG, strange[0]))
    for component, words in ((Component.POSITION, paper.position), (Component.SIGNER, paper.signer)):
        faults += _words(page, component, words, last=True) if words else [_fault(component, What.MISSING)]
    return faults


def _recipients(page: _Reading, paper: Paper) -> list[Fault]:
    place = next((n for n, line in enumerate(page.lines) if _loose(line.text).startswith("noinhan")), None)
    if place is None:
        return [_fault(Component.RECIPIENTS, What.MISSING, wanted="Nơi nhận:")]
    title = page.lines[place]
    if not _plain(title.text).startswith("Nơi nhận:"):
        return [_fault(Component.RECIPIENTS, What.WRONG, title, "Nơi nhận:")]
    listed = [line for line in page.lines[place:] if _plain(line.text).startswith(("-", "–", "•"))]
    if not listed:
        return [_fault(Component.RECIPIENTS, What.MISSING, title, "- Lưu: VT.")]
    missing = [
        _fault(Component.RECIPIENTS, What.MISSING, title, wanted)
        for wanted in lines(paper.content.recipients)
        if page.find(wanted.strip("-;. "), loose=True) is None
    ]
    kept = any(_loose(line.text).startswith("luu") for line in listed)
    return missing if missing or kept else [_fault(Component.RECIPIENTS, What.HINT, title, "- Lưu: VT.")]


def _order(page: _Reading, paper: Paper) -> list[Fault]:
    """The title stands before the signature, and the issuer before the title."""
    wanted = [(Component.ISSUER, paper.issuer.upper(), False), (Component.SUMMARY, paper.content.subject, False),
              (Component.SIGNER, paper.signer, True)]  # fmt: skip
    found = [(component, page.find(words, last=last)) for component, words, last in wanted if _plain(words)]
    standing = [(component, line) for component, line in found if line is not None]
    place = {id(line): number for number, line in enumerate(page.lines)}
    return [
        _fault(component, What.ORDER, line)
        for (_, before), (component, line) in pairwise(standing)
        if place[id(line)] < place[id(before)]
    ]


def _looks(laid: Laid, page: _Reading, form: Form) -> list[Fault]:
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
