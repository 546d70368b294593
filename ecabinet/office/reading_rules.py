"""What a paper says of itself, read out of its text: number, date, issuer, type, summary, signer, urgency, due date.

All of it is offered for checking, with the page and the words that it was found in; nothing is taken over unseen. The
text comes from a reader or from a scan, so two columns may stand in one line and spaces anywhere.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from documents.text import exact, fold
from ecabinet.office.document_rules import LENGTHS, Urgency, searched
from ecabinet.office.numbering_rules import split_code

Pages = Sequence[tuple[int, str]]
HEAD_LINES = 45
"""Below these lines of its first page a paper has said what it is."""
LONGEST_PASSAGE = 160

_CODE = re.compile(
    r"(?:^|[\s(])s[ốôố]\s*[:.]?\s*(\d{0,6}\s*[-–/]\s*[^\W\d_][\w&.]*(?:\s?[-–/]\s?[\w&.]+)*"
    r"|\d{1,6}\s*/\s*\d{4}\s*/\s*[\w&.-]+)",
    re.IGNORECASE,
)
_DAY = re.compile(r"ngày\s*(\d{1,2})\s*tháng\s*(\d{1,2})\s*năm\s*(\d{4})", re.IGNORECASE)
_DUE = re.compile(
    r"(?:trước|chậm nhất(?:\s+là)?|đến hết|hạn(?:\s+cuối)?(?:\s+là)?)\s+ngày\s+"
    r"(\d{1,2})\s*(?:[/.-]|tháng)\s*(\d{1,2})\s*(?:[/.-]|năm)\s*(\d{4})",
    re.IGNORECASE,
)
_NATION = re.compile(r"cộng\s+h(?:òa|oà)\s+xã\s+hội\s+chủ\s+nghĩa|độc\s+lập\s*[-–]|đoàn\s+tncs\s+hồ\s+chí\s+minh", re.I)
_BODY = re.compile(r"^(?:căn cứ|thực hiện|kính gửi|điều\s+1|xét|theo|ngày\s+\d|[1I]\s*[.)])", re.IGNORECASE)
_ABOUT = re.compile(r"^\s*v/v\s*:?\s*(.*)", re.IGNORECASE)
_AUTHORITY = re.compile(r"\b(?:TM|KT|TL|TUQ|Q)\s*\.\s*")
_POSITIONS = (
    "CHỦ TỊCH", "BỘ TRƯỞNG", "THỨ TRƯỞNG", "GIÁM ĐỐC", "BÍ THƯ", "CHÁNH VĂN PHÒNG", "TRƯỞNG BAN", "PHÓ BAN",
    "VỤ TRƯỞNG", "CỤC TRƯỞNG", "HIỆU TRƯỞNG", "TRƯỞNG PHÒNG", "CHỦ NHIỆM", "THỦ TƯỚNG", "VIỆN TRƯỞNG",
    "ỦY VIÊN", "UỶ VIÊN",
)  # fmt: skip
_PLACES = {"tỉnh", "phường", "xã", "quận", "huyện", "đoàn", "phố", "khu"}
_OFFICES = {"bộ", "sở", "ban", "vụ", "cục", "phòng", "viện", "trường", "đảng"}
_GOES_ON = ("TỈNH", "THÀNH PHỐ", "PHƯỜNG", "XÃ", "QUẬN", "HUYỆN", "VIỆT NAM", "ĐẶC KHU", "HỒ CHÍ MINH", "TRUNG ƯƠNG")
_NO_DAY = re.compile(r"\bngày\s+tháng\s", re.IGNORECASE)
_URGENT = {
    "HỎA TỐC": Urgency.FLASH, "HOẢ TỐC": Urgency.FLASH, "THƯỢNG KHẨN": Urgency.VERY_URGENT, "KHẨN": Urgency.URGENT,
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A value, the page (from 0) and the words in which it was found; without a page it was said beside the paper."""

    value: str
    page: int | None
    passage: str


def read(pages: Pages, types: Mapping[str, str], known: Mapping[str, str]) -> dict[str, Found]:
    """What was found, by the name of its field. ``types``: code → name; ``known``: organs as this office writes them,
    by their folded name.
    """
    if not pages:
        return {}
    first, text = pages[0]
    head = _lines(text)[:HEAD_LINES]
    found: dict[str, Found | None] = {
        **_code(head, first),
        "issued_on": _issued(head, first),
        "organ_name": _organ(head, first, known),
        "urgency": _urgency(head, first),
        **_signed(pages),
    }
    found["due_on"] = _due(pages, found["issued_on"])
    notation = found["code_notation"].value if found.get("code_notation") else ""  # type: ignore[union-attr]
    organ = found["organ_name"].value if found["organ_name"] else ""
    found |= _type(head, first, types, notation, fold(exact(organ)))
    return {
        name: one for name, one in found.items() if one is not None and len(one.value) <= LENGTHS.get(name, 500)
    }  # fmt: skip


def _lines(text: str) -> list[str]:
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", text).splitlines())
    return [line for line in lines if line]


def _at(value: str, page: int, line: str) -> Found:
    return Found(value, page, line if len(line) <= LONGEST_PASSAGE else f"{line[: LONGEST_PASSAGE - 1]}…")


def _code(head: Sequence[str], page: int) -> dict[str, Found | None]:
    for line in head:
        if _BODY.match(line):
            break
        if match := _CODE.search(line):
            code = re.sub(r"\s*([-–/])\s*", r"\1", match[1]).replace("–", "-").rstrip(".,;-/")
            number, notation = split_code(code)
            of_number = _at(number, page, line) if number else None
            return {"code_number": of_number, "code_notation": _at(notation, page, line)}
    return {}


def _day_of(match: re.Match[str]) -> str:
    try:
        return date(int(match[3]), int(match[2]), int(match[1])).isoformat()
    except ValueError:
        return ""


def _issued(head: Sequence[str], page: int) -> Found | None:
    for line in head:
        if re.match(r"căn cứ|kính gửi|thực hiện", line, re.IGNORECASE):
            return None
        if (match := _DAY.search(line)) and (day := _day_of(match)):
            return _at(day, page, line)
    return None


def _due(pages: Pages, issued: Found | None) -> Found | None:
    """The first day by which something is to be done; days before the paper itself are those of other papers."""
    for page, text in pages:
        flat = " ".join(_lines(text))
        if (match := _DUE.search(flat)) and (day := _day_of(match)) and issued is not None and day >= issued.value:
            return _at(day, page, flat[max(0, match.start() - 60) : match.end() + 20])
    return None


def _organ(head: Sequence[str], page: int, known: Mapping[str, str]) -> Found | None:
    """The lines in capitals above the number, those of the nation aside: the last of them, with what it goes on."""
    lines: list[str] = []
    for line in head:
        if _CODE.search(line) or _BODY.match(line) or _DAY.search(line):
            if lines:
                break
            continue
        nation = _NATION.search(line)
        left = (line[: nation.start()] if nation else line).strip(" *-–_")
        if len(left) > 3 and left.isupper():
            lines.append(left)
        elif lines and not nation:
            break
    if not lines:
        return None
    name = lines[-1]
    for line in reversed(lines[:-1]):
        if not name.startswith(_GOES_ON):
            break
        name = f"{line} {name}"
    return _at(known.get(searched(name)) or _in_small_letters(name), page, " / ".join(lines))


def _in_small_letters(name: str) -> str:
    """A name printed in capitals as it is written in a sentence: "Ủy ban nhân dân tỉnh Lào Cai", "Bộ Xây dựng"."""
    words = name.lower().split()
    written: list[str] = []
    place = False
    for number, word in enumerate(words):
        before, earlier = ["", "", *words[:number]][:-3:-1]
        office = before in _OFFICES and earlier not in {"ủy", "uỷ"}
        both = before == "và" and words[0] in _OFFICES
        starts = number == 0 or place or office or both or (before == "phố" and earlier == "thành")
        written.append(word[:1].upper() + word[1:] if starts else word)
        place = place or word in _PLACES
    return " ".join(written)


def _type(
    head: Sequence[str], page: int, types: Mapping[str, str], notation: str, organ: str
) -> dict[str, Found | None]:
    """The type as it stands in capitals over the summary, or first in the notation; what has neither is a letter."""
    names = {name.upper(): code for code, name in types.items()}
    for number, line in enumerate(head):
        if line.upper() == line and line.strip(" *:") in names:
            summary = _joined(head[number + 1 :], organ)
            about = _at(summary, page, summary) if summary else None
            return {"type_code": _at(names[line.strip(" *:")], page, line), "subject": about}
    letters = _about(head, page)
    first = next((part for part in re.split(r"[-/]", notation) if not part.isdigit()), "")
    if first in types:
        line = next((line for line in head if notation in line), notation)
        return {"type_code": _at(first, page, line), "subject": letters}
    if "CV" in types and (letters or any(line.lower().startswith("kính gửi") for line in head)):
        line = letters.passage if letters else "Kính gửi"
        return {"type_code": _at("CV", page, line), "subject": letters}
    return {"subject": letters}


def _about(head: Sequence[str], page: int) -> Found | None:
    for number, line in enumerate(head):
        if match := _ABOUT.match(line):
            summary = _joined([match[1], *head[number + 1 :]])
            return _at(summary, page, summary) if summary else None
    return None


def _joined(lines: Sequence[str], organ: str = "") -> str:
    """The lines of a summary, up to the body, which may begin with the issuer, or to what says something else."""
    kept: list[str] = []
    for line in lines:
        separator = not line.strip("-–_*= ")
        if any(pattern.search(line) for pattern in (_BODY, _DAY, _NO_DAY, _NATION)) or (separator and kept):
            break
        begins = organ and fold(exact(line)).startswith(organ)
        if kept and (begins or (line.isupper() and not kept[-1].isupper())):
            break
        if not separator:
            kept.append(line)
    summary = " ".join(kept).strip()
    return _in_small_letters(summary) if summary.isupper() else summary[:1].upper() + summary[1:]


def _urgency(head: Sequence[str], page: int) -> Found | None:
    for line in head[:15]:
        for words, urgency in _URGENT.items():
            if line.strip(" :") == words or line.startswith(f"{words} "):
                return _at(urgency, page, line)
    return None


def _signed(pages: Pages) -> dict[str, Found | None]:
    """Position and name of who signed, on the last page that has both: annexes may follow."""
    for page, text in reversed(pages):
        lines = _lines(text)
        for number in range(len(lines) - 1, -1, -1):
            position = _position(lines[number])
            if not position:
                continue
            after = [(name, line) for line in lines[number + 1 :] for name in _names(line)]
            if after:
                name, line = after[-1]
                return {"signer_position": _at(position, page, lines[number]), "signer_name": _at(name, page, line)}
    return {}


def _position(line: str) -> str:
    bare = _AUTHORITY.sub("", line).strip()
    if not bare.isupper() or not any(word in bare for word in _POSITIONS):
        return ""
    return _in_small_letters(bare)


def _names(line: str) -> Iterator[str]:
    """The name of a person at the end of a line; in the list of recipients only after its last sentence."""
    tail = line
    if line.startswith(("-", "+", "–")):
        cut = max(line.rfind(". "), line.rfind("; "))
        if cut < 0:
            return
        tail = line[cut + 2 :]
    words = tail.split()
    if 2 <= len(words) <= 5 and all(w[:1].isupper() and w[1:].islower() and w.isalpha() for w in words):
        yield " ".join(words)
