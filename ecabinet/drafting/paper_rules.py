"""What a draft says, read from its form, and how that stands on paper. Pure.

The words of papers are Vietnamese in each language of the application. What is too long is refused by the name of its
field, never cut.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from documents.errors import Invalid, Problem
from documents.rules import Secrecy
from ecabinet.office.document_rules import Urgency
from ecabinet.printing import forms, texts
from ecabinet.printing.sheets import Align, Block, Form, Head, Paragraph, Run, Sheet, Signer, Title

LETTERS = frozenset({"CV"})
"""Types without a name of their own: the summary stands under the number."""
DECIDING = {"NQ": "QUYẾT NGHỊ:", "QĐ": "QUYẾT ĐỊNH:"}
"""Types whose grounds end in a word of their own, before the articles."""
LENGTHS = {
    "subject": 500, "superior": 200, "drafter": 15, "place": 100, "authority_of": 200, "position": 100,
    "grounds": 10_000, "body": 200_000, "addressees": 2_000, "recipients": 1_000,
}  # fmt: skip
LISTS = ("addressees", "grounds", "recipients")
BLOCKS = (*LISTS, "body")
MOST_LINES = 2_000
_MARK = re.compile(r"(Điều\s+\d+[a-zđ]?\.|[IVXLC]+\.|\d+(?:\.\d+)*\.|[a-zđ]\)|-)(?=\s|$)\s*(.*)", re.DOTALL)
_BOLD = re.compile(r"Điều\s|[IVXLC]+\.")
_WHOLE_BOLD = re.compile(r"[IVXLC]+\.")


class Authority(StrEnum):
    """By which right somebody signs: in their own, on behalf of a body that decides together (TM.), for the head (KT.),
    by order (TL.), mandated (TUQ.), acting in the position (Q.).
    """

    OWN = "own"
    BEHALF = "behalf"
    DEPUTY = "deputy"
    ORDER = "order"
    MANDATE = "mandate"
    ACTING = "acting"


SIGNS = {
    Authority.OWN: "", Authority.BEHALF: "TM.", Authority.DEPUTY: "KT.", Authority.ORDER: "TL.",
    Authority.MANDATE: "TUQ.", Authority.ACTING: "Q.",
}  # fmt: skip


@dataclass(frozen=True)
class Content:
    """What the drafter says. Lists are a line each; of the body each line is a paragraph."""

    type_code: str
    subject: str
    body: str = ""
    grounds: str = ""
    addressees: str = ""
    recipients: str = ""
    superior: str = ""
    drafter: str = ""
    place: str = ""
    authority: Authority = Authority.OWN
    authority_of: str = ""
    position: str = ""
    signer_id: int | None = None
    urgency: Urgency = Urgency.NORMAL
    secrecy: Secrecy = Secrecy.NORMAL
    due_on: date | None = None

    def values(self) -> dict[str, str]:
        """As its form has it."""
        return {name: "" if value is None else str(value) for name, value in asdict(self).items()}


def content_of(values: Mapping[str, str], types: Collection[str], today: date) -> Content:
    """Read the form; ``types`` are those of the profile. Raises :class:`Invalid` naming every fault by its field."""
    faults: dict[str, Problem] = {}
    given: dict[str, Any] = {}
    for name, most in LENGTHS.items():
        text = texts.clean(values.get(name, "")).strip()
        given[name] = text if name in BLOCKS else " ".join(text.split())
        if len(given[name]) > most:
            faults[name] = Problem("too_long", limit=most)
    for name in BLOCKS:
        if given[name].count("\n") > MOST_LINES:
            faults[name] = Problem("too_many_lines", limit=MOST_LINES)
    if not given["subject"]:
        faults["subject"] = Problem("missing")
    given["type_code"] = values.get("type_code", "").strip()
    if given["type_code"] not in types:
        faults["type_code"] = Problem("no_such_type")
    for name, choices in (("authority", Authority), ("urgency", Urgency), ("secrecy", Secrecy)):
        value = values.get(name, "") or next(iter(choices))
        if value not in list(choices):
            faults[name] = Problem("unknown_choice")
        else:
            given[name] = choices(value)
    signed_for = given.get("authority") not in (Authority.OWN, Authority.ACTING, None)
    if signed_for and not given["authority_of"]:
        faults["authority_of"] = Problem("missing")
    given["signer_id"] = _member(values.get("signer_id", ""), faults)
    given["due_on"] = _day(values.get("due_on", ""), today, faults)
    if faults:
        raise Invalid(faults)
    return Content(**given)


def _member(text: str, faults: dict[str, Problem]) -> int | None:
    if text and not re.fullmatch(r"[0-9]{1,15}", text):
        faults["signer_id"] = Problem("no_such_member")
        return None
    return int(text) if text else None


def _day(text: str, today: date, faults: dict[str, Problem]) -> date | None:
    try:
        day = date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        faults["due_on"] = Problem("not_a_day")
        return None
    if day is not None and day < today:
        faults["due_on"] = Problem("task_due_past")
    return day


def lines(text: str) -> tuple[str, ...]:
    """The lines of a field that say something."""
    return tuple(line for line in (" ".join(line.split()) for line in text.split("\n")) if line)


@dataclass(frozen=True)
class Part:
    """A paragraph of the body: ``mark`` is printed bold, whatever it is (Điều 1., a whole heading, nothing)."""

    mark: str
    text: str


def part(line: str) -> Part:
    """How a line of the body is printed: an article's name in bold, a heading of Roman figures as a whole."""
    found = _MARK.fullmatch(line)
    if found is None or not _BOLD.match(line):
        return Part("", line)
    if _WHOLE_BOLD.match(line):
        return Part(line, "")
    return Part(f"{found[1]} ", found[2])


@dataclass(frozen=True)
class Paper:
    """All that stands on the paper. ``symbol``: what follows the number; ``kind``: the name of the type in Vietnamese,
    empty for a letter; ``year``: of the date, whose day and month are filled in with the number.
    """

    form: Form
    type_code: str
    issuer: str
    symbol: str
    kind: str
    year: str
    content: Content
    signer: str = ""

    @property
    def authority(self) -> str:
        """The line over the position: "TM. BAN THƯỜNG VỤ"; empty for who signs in their own right."""
        sign = SIGNS[self.content.authority]
        over = sign and self.content.authority != Authority.ACTING
        return texts.capitals(f"{sign} {self.content.authority_of}") if over else ""

    @property
    def position(self) -> str:
        """ "BÍ THƯ", "Q. CHỦ TỊCH"."""
        acting = self.content.authority == Authority.ACTING
        return texts.capitals(f"Q. {self.content.position}" if acting else self.content.position)


def sheet_of(paper: Paper) -> Sheet:
    """The paper as :mod:`ecabinet.printing` prints it."""
    said = paper.content
    head = Head(
        paper.form, paper.issuer, said.superior, symbol=paper.symbol, place=said.place, year=paper.year
    )  # fmt: skip
    authority = (paper.authority,) if paper.authority else ()
    return Sheet(
        head, Title(paper.kind, said.subject), _body(paper), addressees=lines(said.addressees),
        signers=(Signer(paper.position, paper.signer, authority),), recipients=lines(said.recipients),
    )  # fmt: skip


def _body(paper: Paper) -> tuple[Block, ...]:
    said, decides = paper.content, DECIDING.get(paper.type_code, "")
    blocks: list[Block] = []
    if decides:
        blocks.append(Paragraph(texts.capitals(paper.issuer), Align.CENTER, bold=True))
    blocks += [Paragraph(line, italic=True) for line in lines(said.grounds)]
    if decides:
        blocks.append(Paragraph(decides, Align.CENTER, bold=True))
    for one in map(part, lines(said.body)):
        blocks.append(Paragraph((Run(one.mark, bold=True), Run(one.text)) if one.mark else one.text))
    return tuple(blocks)


FIELDS = frozenset({
    "CAP_TREN", "CO_QUAN", "KY_HIEU", "DIA_DANH", "NAM", "TEN_LOAI", "TRICH_YEU", "KINH_GUI", "CAN_CU", "THAM_QUYEN",
    "QUYET", "NOI_DUNG", "QUYEN_HAN", "CHUC_VU", "NGUOI_KY", "NOI_NHAN",
})  # fmt: skip
"""What a template may name; of each paragraph of NOI_DUNG its DAU (in bold) and its LOI."""
PARTS = frozenset({"DAU", "LOI"})


def context_of(paper: Paper) -> dict[str, Any]:
    """What a template is filled with: plain values under the names of :data:`FIELDS`."""
    said, sheet = paper.content, sheet_of(paper)
    return {
        "CAP_TREN": texts.capitals(said.superior), "CO_QUAN": texts.capitals(paper.issuer), "KY_HIEU": paper.symbol,
        "DIA_DANH": said.place, "NAM": paper.year, "TEN_LOAI": texts.capitals(paper.kind), "TRICH_YEU": said.subject,
        "KINH_GUI": list(forms.addressees(sheet)), "CAN_CU": list(lines(said.grounds)),
        "THAM_QUYEN": texts.capitals(paper.issuer), "QUYET": DECIDING.get(paper.type_code, ""),
        "NOI_DUNG": [{"DAU": one.mark, "LOI": one.text} for one in map(part, lines(said.body))],
        "QUYEN_HAN": paper.authority, "CHUC_VU": paper.position, "NGUOI_KY": texts.line(paper.signer),
        "NOI_NHAN": list(forms.recipients(sheet)),
    }  # fmt: skip


def kept(content: Content) -> dict[str, str]:
    """Those parts of a content that are kept as they are written."""
    return {name: getattr(content, name) for name in BLOCKS}


NAMES = tuple(field.name for field in fields(Content))
