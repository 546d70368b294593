"""What is said of an official document: the fields of annex VI with their lengths, read and checked from plain values.

What is too long is refused by the name of its field, never cut.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from documents.errors import Invalid, Problem
from documents.rules import Secrecy
from documents.text import exact, fold, words
from ecabinet.office.numbering_rules import Direction

LENGTHS = {
    "code_number": 11,
    "code_notation": 30,
    "organ_name": 200,
    "subject": 500,
    "language": 30,
    "description": 500,
    "signer_position": 100,
    "signer_name": 50,
    "to_places": 1000,
}
"""The texts, with their maximum length (annex VI of Decree 30)."""
LARGEST = {"page_amount": 999, "issued_amount": 999}
"""The numbers: N3."""
REQUIRED = ("organ_name", "subject", "type_code", "issued_on", "arrived_on")
LAST_DUE = timedelta(days=3660)
_WHOLE = re.compile(r"[0-9]{1,9}")


class Urgency(StrEnum):
    """Độ khẩn."""

    NORMAL = "normal"
    URGENT = "urgent"
    VERY_URGENT = "very_urgent"
    FLASH = "flash"


class Book(StrEnum):
    """The registers: secret documents have their own."""

    INCOMING = "incoming"
    INCOMING_SECRET = "incoming_secret"  # noqa: S105 - a register, no password
    OUTGOING = "outgoing"
    OUTGOING_SECRET = "outgoing_secret"  # noqa: S105 - the same


SECRET_BOOKS = frozenset({Book.INCOMING_SECRET, Book.OUTGOING_SECRET})


def book_of(direction: Direction, secrecy: Secrecy) -> Book:
    """The register that a document stands in."""
    if direction == Direction.INCOMING:
        return Book.INCOMING_SECRET if secrecy == Secrecy.SECRET else Book.INCOMING
    return Book.OUTGOING_SECRET if secrecy == Secrecy.SECRET else Book.OUTGOING


@dataclass(frozen=True)
class Facts:
    """What a clerk says of an incoming document. What is not known is empty or None."""

    code_number: str
    code_notation: str
    type_code: str
    issued_on: date
    organ_name: str
    subject: str
    arrived_on: date
    urgency: Urgency = Urgency.NORMAL
    secrecy: Secrecy = Secrecy.NORMAL
    due_on: date | None = None
    language: str = ""
    page_amount: int | None = None
    issued_amount: int | None = None
    description: str = ""
    signer_position: str = ""
    signer_name: str = ""
    to_places: str = ""


def facts_of(values: Mapping[str, str], types: Collection[str], today: date) -> Facts:
    """Read a form; ``types`` are the codes there are. Raises :class:`Invalid` naming every fault by its field."""
    given = {name: " ".join(values.get(name, "").split()) for name in (*LENGTHS, *LARGEST, "type_code")}
    faults = {name: Problem("too_long", limit=most) for name, most in LENGTHS.items() if len(given[name]) > most}
    for name in ("organ_name", "subject", "type_code"):
        if not given[name]:
            faults[name] = Problem("missing")
    if given["type_code"] and given["type_code"] not in types:
        faults["type_code"] = Problem("no_such_type")
    numbers = {name: _number(given[name], most, name, faults) for name, most in LARGEST.items()}
    days = _days(values, today, faults)
    urgency = _choice(values.get("urgency", ""), Urgency, "urgency", faults)
    secrecy = _choice(values.get("secrecy", ""), Secrecy, "secrecy", faults)
    issued_on, arrived_on = days["issued_on"], days["arrived_on"]
    if faults or issued_on is None or arrived_on is None:
        raise Invalid(faults)
    texts = {name: given[name] for name in LENGTHS}
    return Facts(
        **texts, type_code=given["type_code"], issued_on=issued_on, arrived_on=arrived_on, due_on=days["due_on"],
        urgency=Urgency(urgency), secrecy=Secrecy(secrecy), page_amount=numbers["page_amount"],
        issued_amount=numbers["issued_amount"],
    )  # fmt: skip


def _number(text: str, most: int, name: str, faults: dict[str, Problem]) -> int | None:
    if not text:
        return None
    if not _WHOLE.fullmatch(text) or int(text) > most:
        faults[name] = Problem("not_in_range", low=0, high=most)
        return None
    return int(text)


def _days(values: Mapping[str, str], today: date, faults: dict[str, Problem]) -> dict[str, date | None]:
    days: dict[str, date | None] = {}
    for name in ("issued_on", "arrived_on", "due_on"):
        text = values.get(name, "").strip()
        try:
            days[name] = date.fromisoformat(text) if text else None
        except ValueError:
            days[name], faults[name] = None, Problem("not_a_day")
        if not text and name != "due_on":
            faults[name] = Problem("missing")
    issued, arrived, due = days["issued_on"], days["arrived_on"], days["due_on"]
    if arrived is not None and arrived > today:
        faults["arrived_on"] = Problem("date_to_come")
    if issued is not None and arrived is not None and issued > arrived:
        faults["issued_on"] = Problem("issued_after_arrival")
    if due is not None and arrived is not None and not arrived <= due <= today + LAST_DUE:
        faults["due_on"] = Problem("due_before_arrival" if due < arrived else "task_too_far")
    return days


def _choice(value: str, choices: type[StrEnum], name: str, faults: dict[str, Problem]) -> str:
    first = next(iter(choices))
    if value and value not in list(choices):
        faults[name] = Problem("unknown_choice")
        return first
    return value or first


def code_of(number: str, notation: str) -> str:
    """Number and notation as people write them: "15/QĐ-UBND", "245-CV/TWĐTN-VP".

    Annex VI keeps the two apart and the sign between them not: a notation that has its type before the stroke is the
    Union's and follows a hyphen.
    """
    if not number or not notation:
        return number or notation
    head = notation.partition("/")[0]
    joined = "-" if "/" in notation and "-" not in head and not head.isdigit() else "/"
    return f"{number}{joined}{notation}"


def sameness(number: str, notation: str, organ: str) -> str:
    """Equal for two entries of one paper, however it was typed: figures without leading zeros, no marks, no case.

    Empty where there is no number: papers without one are not told apart by it.
    """
    figures = number.strip().lstrip("0")
    if not figures:
        return ""
    return "|".join((figures, *(re.sub(r"[\W_]+", "", fold(exact(part))) for part in (notation, organ))))


def searched(*texts: str) -> str:
    """The words of these texts as the register's search compares them: without marks, one space between two."""
    return " ".join(fold(word) for text in texts for word in words(text))
