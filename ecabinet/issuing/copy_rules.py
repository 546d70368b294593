"""Certified copies from plain values: which pages, which words. Pure."""

import re
from dataclasses import dataclass
from datetime import date

from documents.errors import Problem
from ecabinet.issuing.delivery_rules import CopyKind

WORDS = {CopyKind.WHOLE: "SAO Y", CopyKind.OF_A_COPY: "SAO LỤC", CopyKind.EXTRACT: "TRÍCH SAO"}
"""Words of papers: Vietnamese, whoever reads."""
LONGEST_PAGES = 100
_SPAN = re.compile(r"(\d{1,5})(?:\s*-\s*(\d{1,5}))?")


@dataclass(frozen=True)
class CopyBlock:
    """What stands below a copy: who made it, its number, when, who signed it."""

    kind: CopyKind
    organ: str
    code: str
    dated: date
    position: str
    signer: str


def check_pages(text: str, kind: CopyKind) -> str:
    """The pages of an extract as they are kept; a copy of the whole has none. Raises ``missing``, ``not_pages``."""
    text = text.strip()
    if kind != CopyKind.EXTRACT:
        return ""
    if not text:
        raise Problem("missing", field="pages")
    if len(text) > LONGEST_PAGES:
        raise Problem("too_long", field="pages", limit=LONGEST_PAGES)
    pages_of(text, 99_999)
    return text


def pages_of(text: str, count: int) -> list[int]:
    """The pages that "1-3, 5" names, from 0, in their order, of a paper of ``count``; all of them for "".

    Raises ``not_pages`` for what is no such list, for a span that runs backwards and for pages there are not.
    """
    if not text:
        return list(range(count))
    found: dict[int, None] = {}
    for part in text.split(","):
        match = _SPAN.fullmatch(part.strip())
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= last <= max(count, 1):
            raise Problem("not_pages", field="pages", count=count)
        found |= dict.fromkeys(range(first - 1, last))
    return list(found)


def spoken_date(day: date) -> str:
    """As papers write it: "ngày 05 tháng 02 năm 2026"."""
    month = f"{day.month:02}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"
