"""Rules for the fields of a member. Plain values only; the form and the import ask the same function, :func:`check`.

Nothing is guessed silently: whatever is read otherwise than it was written becomes a finding, and what cannot be read
with certainty is refused by name.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from documents.text import clean, exact, fold
from ecabinet.registry.member_dates import Unreadable, age, parse_date
from ecabinet.registry.rules import Sex

LIMITS = {
    "birth_place": 200, "home_town": 200, "ethnic": 40, "religion": 40, "residence": 300, "living_at": 300,
    "email": 120, "education": 60, "profession": 120, "political": 60, "languages": 120, "computing": 120,
    "occupation": 120, "workplace": 200, "joined_at": 200, "referrer": 100, "book_number": 20, "party_on": 10,
}  # fmt: skip
"""The member's papers and how many characters each may have."""

NAME_LIMIT, CARD_LIMIT = 100, 20
YOUNGEST, OLDEST, LAST_STAY = 16, 30, 35
PARTY_AGE = 18
EARLIEST_BIRTH = date(1900, 1, 1)

PROVINCES = frozenset(
    f"{code:03d}"
    for code in (
        1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40, 42, 44,
        45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83, 84, 86, 87,
        89, 91, 92, 93, 94, 95, 96,
    )
)  # fmt: skip
"""Where a number was first registered; from 100 on it is a country."""

_SPACES = re.compile(r"\s+")
_SEVERAL = re.compile(r"[,;/&+\n]| và ")
_OFFICE = re.compile(
    r"^(chi đoàn|liên chi|đoàn (xã|phường|trường|cơ sở|khối|thanh niên)|ban (chấp|thường|tổ|tuyên)|văn phòng|"
    r"phòng|sở|ubnd|ủy ban|trường|công ty|tỉnh đoàn|thành đoàn|huyện đoàn)(?!\w)"  # whole words: Liên Chiêm is a name
)
# Trường is also a middle name: of three words, each with a capital, it is somebody.
_SOMEBODY = re.compile(r"Đoàn Trường [^\W\d_]+")
_OFFICE_WORDS = frozenset(
    ("chi", "liên", "đoàn", "ban", "văn", "phòng", "sở", "ubnd", "ủy", "trường", "công", "tỉnh", "thành", "huyện")
)
"""The first words of :data:`_OFFICE`."""
_NAME = re.compile(r"[^\W\d_]+(?:['’.-]?[^\W\d_]+)*\.?(?: [^\W\d_]+(?:['’.-]?[^\W\d_]+)*\.?)*")
_SEPARATORS = re.compile(r"[\s.\-()]+")
_FLOAT_TAIL = re.compile(r"(?<=\d)[.,]0+$")
_PHONE = re.compile(r"0(?:[35789]\d{8}|2\d{9})")
_CARD = re.compile(r"[A-Z0-9][A-Z0-9./-]*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_SEXES = {
    "nam": Sex.MALE, "male": Sex.MALE, "m": Sex.MALE, "trai": Sex.MALE, "nu": Sex.FEMALE, "female": Sex.FEMALE,
    "f": Sex.FEMALE, "gai": Sex.FEMALE,
}  # fmt: skip


class Finding(NamedTuple):
    """Something about one field: corrected, or (``refused``) a reason not to take the row."""

    field: str
    code: str
    refused: bool
    values: dict[str, Any]


@dataclass(slots=True)
class Candidate:
    """A member's fields in normal form. Empty text and None: not given."""

    full_name: str = ""
    sex: Sex | None = None
    born_on: date | None = None
    national_id: str = ""
    phone: str = ""
    card_number: str = ""
    joined_on: date | None = None
    papers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Checked:
    """The outcome of :func:`check`."""

    values: Candidate
    findings: list[Finding]

    @property
    def refused(self) -> bool:
        """Whether some field cannot be taken."""
        return any(finding.refused for finding in self.findings)


def check(raw: Mapping[str, str], today: date) -> Checked:
    """Read a member's fields as somebody wrote them; ``today`` is the day by the office's clock."""
    found: list[Finding] = []
    values = Candidate()
    values.full_name = _name(_tidy(raw, "full_name", found), found)
    values.sex = _sex(_tidy(raw, "sex", found), found)
    values.born_on = _day(raw, "born_on", today, found)
    values.joined_on = _day(raw, "joined_on", today, found)
    values.phone = _phone(_tidy(raw, "phone", found), found)
    values.card_number = _card(_tidy(raw, "card_number", found), found)
    values.national_id = _national_id(_tidy(raw, "national_id", found), values, found)
    _check_days(values, today, found)
    _read_papers(raw, values, today, found)
    if values.sex is None and not any(finding.field == "sex" for finding in found):
        found.append(_refused("sex", "missing"))
    return Checked(values, found)


def _refused(name: str, code: str, **values: str | int) -> Finding:
    return Finding(name, code, True, values)


def _corrected(name: str, code: str, **values: str | int) -> Finding:
    return Finding(name, code, False, values)


def _tidy(raw: Mapping[str, str], name: str, found: list[Finding]) -> str:
    written = raw.get(name, "")
    if not written:
        return ""
    text = written.strip(" ")
    if text.isprintable() and "  " not in text:
        # nearly every cell: what is printable holds nothing for clean() to drop
        return text if text.isascii() or unicodedata.is_normalized("NFC", text) else clean(text)
    tidied = _SPACES.sub(" ", clean(text)).strip()
    if name == "full_name" and "\n" in text.strip():
        return clean(text).strip()  # several names, one a line: told apart below
    if tidied:
        found.append(_corrected(name, "tidied"))
    return tidied


def _name(text: str, found: list[Finding]) -> str:
    words = text.split(" ")
    if len(text) <= NAME_LIMIT and all(map(_plain, words)) and not _begins_office(words[0]):
        return text  # nearly every name
    if not text:
        found.append(_refused("full_name", "missing"))
    elif len(text) > NAME_LIMIT:
        found.append(_refused("full_name", "too_long", limit=NAME_LIMIT))
    elif _SEVERAL.search(text):
        found.append(_refused("full_name", "several_names"))
    elif _OFFICE.match(exact(text)) and not _SOMEBODY.fullmatch(text):
        found.append(_refused("full_name", "office_as_name"))
    elif not _NAME.fullmatch(text):
        found.append(_refused("full_name", "name_letters"))
    elif text.isupper() or text.islower():
        found.append(_corrected("full_name", "recased"))
        return " ".join(word.capitalize() for word in text.split())
    return text


@lru_cache(maxsize=65536)
def _plain(word: str) -> bool:
    """Whether nothing in a word of a name needs a second look: letters only, the first one large."""
    return len(word) > 1 and word.isalpha() and word[0].isupper() and word[1:].islower()


@lru_cache(maxsize=65536)
def _begins_office(word: str) -> bool:
    return exact(word) in _OFFICE_WORDS


def _sex(text: str, found: list[Finding]) -> Sex | None:
    if not text:
        return None
    sex = _sex_of(text)
    if sex is None:
        found.append(_refused("sex", "sex_unknown"))
    return sex


@lru_cache(maxsize=1024)
def _sex_of(text: str) -> Sex | None:
    return _SEXES.get(fold(exact(text)))


def _day(raw: Mapping[str, str], name: str, today: date, found: list[Finding]) -> date | None:
    text = _tidy(raw, name, found)
    if not text:
        if name == "born_on":
            found.append(_refused(name, "missing"))
        return None
    try:
        day, correction = parse_date(text, today.year)
    except Unreadable as fault:
        found.append(_refused(name, fault.code))
        return None
    if correction:
        found.append(_corrected(name, correction, read=day.strftime("%d/%m/%Y")))
    return day


def _check_days(values: Candidate, today: date, found: list[Finding]) -> None:
    born, joined = values.born_on, values.joined_on
    if born is not None and born > today:
        found.append(_refused("born_on", "born_in_future"))
    elif born is not None and born < EARLIEST_BIRTH:
        found.append(_refused("born_on", "born_too_early"))
    elif joined is not None and joined > today:
        found.append(_refused("joined_on", "in_future"))
    elif born is not None and joined is not None and not YOUNGEST <= age(born, joined) <= OLDEST:
        found.append(_refused("joined_on", "joined_at_age", low=YOUNGEST, high=OLDEST, age=age(born, joined)))


def _phone(text: str, found: list[Finding]) -> str:
    if not text:
        return ""
    digits = _SEPARATORS.sub("", _FLOAT_TAIL.sub("", text))
    if digits.startswith("+84"):
        digits = "0" + digits[3:].removeprefix("0")
    elif digits.startswith("84") and len(digits) == 11:
        digits = "0" + digits[2:]
    elif len(digits) == 9 and digits[0] in "35789":
        digits = "0" + digits
        found.append(_corrected("phone", "zeros_restored"))
    if not _PHONE.fullmatch(digits) or not digits.isascii():
        found.append(_refused("phone", "phone_form"))
        return ""
    return digits


def _card(text: str, found: list[Finding]) -> str:
    card = text.upper()
    if card and (len(card) > CARD_LIMIT or not _CARD.fullmatch(card)):
        found.append(_refused("card_number", "card_form", limit=CARD_LIMIT))
        return ""
    return card


def _national_id(text: str, values: Candidate, found: list[Finding]) -> str:
    """Twelve digits: place (3), century and sex (1), year of birth (2), six more."""
    if not text:
        return ""
    digits = _SEPARATORS.sub("", _FLOAT_TAIL.sub("", text)) if len(text) != 12 else text
    if not digits.isascii() or not digits.isdigit():
        found.append(_refused("national_id", "id_digits"))
        return ""
    if len(digits) == 9:
        found.append(_refused("national_id", "id_old"))
        return ""
    if len(digits) in (10, 11):
        digits = digits.zfill(12)
        found.append(_corrected("national_id", "zeros_restored"))
    if len(digits) != 12:
        found.append(_refused("national_id", "id_length", length=len(digits)))
        return ""
    fault = _id_fault(digits, values)
    if fault:
        found.append(_refused("national_id", fault))
        return ""
    if values.sex is None and not any(finding.field == "sex" for finding in found):
        values.sex = Sex.FEMALE if int(digits[3]) % 2 else Sex.MALE
        found.append(_corrected("sex", "sex_from_id"))
    return digits


def _id_fault(digits: str, values: Candidate) -> str:
    if digits[:3] not in PROVINCES and not "100" < digits[:3] < "400":
        return "id_province"
    century, female = divmod(int(digits[3]), 2)
    if values.sex is not None and (values.sex == Sex.FEMALE) != bool(female):
        return "id_sex"
    if values.born_on is not None and values.born_on.year != 1900 + 100 * century + int(digits[4:6]):
        return "id_year"
    return ""


def _read_papers(raw: Mapping[str, str], values: Candidate, today: date, found: list[Finding]) -> None:
    for name in raw:
        if name not in LIMITS:
            continue
        text = _tidy(raw, name, found)
        if not text:
            continue
        if name == "party_on":
            day = _party_day(raw, values, today, found)
            if day:
                values.papers[name] = day
        elif len(text) > LIMITS[name]:
            found.append(_refused(name, "too_long", limit=LIMITS[name]))
        elif name == "email" and not _EMAIL.fullmatch(text):
            found.append(_refused(name, "email_form"))
        else:
            values.papers[name] = text


def _party_day(raw: Mapping[str, str], values: Candidate, today: date, found: list[Finding]) -> str:
    day = _day(raw, "party_on", today, found)
    if day is None:
        return ""
    if day > today:
        found.append(_refused("party_on", "in_future"))
    elif values.born_on is not None and age(values.born_on, day) < PARTY_AGE:
        found.append(_refused("party_on", "party_age", low=PARTY_AGE))
    return day.isoformat()


@lru_cache(maxsize=65536)
def _word_folded(word: str) -> str:
    return fold(exact(word))


def search_name(full_name: str) -> str:
    """The name folded for search without marks."""
    return " ".join([_word_folded(word) for word in full_name.split()])


def name_key(searched: str) -> str:
    """The folded words from the last to the first: lists are read by given name, and "ngoc lan" is a prefix of it."""
    return " ".join(reversed(searched.split()))
