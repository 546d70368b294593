"""What is said of a file: the fields of annex VI of Decree 30 with their lengths, read and checked from plain values.

What is too long is refused by the name of its field, never cut.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from documents.errors import Invalid, Problem
from documents.retention_rules import MOST_YEARS, Retention
from documents.text import exact, fold

LENGTHS = {
    "notation": 20, "heading": 200, "title": 500, "rights": 30, "creator": 30, "language": 50, "keep_words": 100,
    "remark": 500,
}  # fmt: skip
"""The texts, with their maximum length; heading, words of an own retention and remark are ours."""
REQUIRED = ("notation", "title", "retention")
LANGUAGE = "Tiếng Việt"
FIRST_YEAR, LAST_YEAR = 1900, 2200
MOST_PAGES = 9999
_DAY = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class FileFacts:
    """What is not known is empty or None; ``keep_years`` and ``keep_words`` only where the retention is "other"."""

    year: int
    notation: str
    title: str
    retention: Retention
    heading: str = ""
    keep_years: int | None = None
    keep_words: str = ""
    rights: str = ""
    creator: str = ""
    language: str = LANGUAGE
    starts_on: date | None = None
    ended_on: date | None = None
    remark: str = ""
    secret: bool = False
    in_charge_id: int | None = None


def facts_of(values: Mapping[str, str]) -> FileFacts:
    """Read a form or a row of a list; raises :class:`Invalid` with every fault by its field."""
    given = {name: _line(values.get(name, "")) for name in (*LENGTHS, "year", "retention", "keep_years")}
    faults = {name: Problem("too_long", limit=limit) for name, limit in LENGTHS.items() if len(given[name]) > limit}
    faults |= {name: Problem("missing") for name in REQUIRED if not given[name]}
    year = _whole(given["year"], FIRST_YEAR, LAST_YEAR)
    if year is None:
        faults["year"] = Problem("not_in_range", low=FIRST_YEAR, high=LAST_YEAR)
    if given["retention"] and given["retention"] not in list(Retention):
        faults["retention"] = Problem("unknown_choice")
    other = given["retention"] == Retention.OTHER
    keep_years = _whole(given["keep_years"], 1, MOST_YEARS) if other else None
    if other and keep_years is None and (given["keep_years"] or not given["keep_words"]):
        faults["keep_years"] = Problem("not_in_range", low=1, high=MOST_YEARS)
    days = {name: _day(values.get(name, ""), name, faults) for name in ("starts_on", "ended_on")}
    starts, ends = days["starts_on"], days["ended_on"]
    if starts and ends and ends < starts:
        faults["ended_on"] = Problem("ends_before_it_starts")
    if faults or year is None:
        raise Invalid(faults)
    charge = values.get("in_charge", "").strip()
    return FileFacts(
        year, given["notation"], given["title"], Retention(given["retention"]), given["heading"], keep_years,
        given["keep_words"] if other else "", given["rights"], given["creator"], given["language"] or LANGUAGE,
        starts, ends, given["remark"], values.get("secret", "") in {"1", "secret"},
        int(charge) if charge.isascii() and charge.isdigit() and len(charge) < 16 else None,
    )  # fmt: skip


def _line(value: str) -> str:
    return " ".join("".join(c for c in value if c.isprintable() or c in "\n\t").split())


def _whole(value: str, low: int, high: int) -> int | None:
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 6 else -1
    return number if low <= number <= high else None


def _day(value: str, name: str, faults: dict[str, Problem]) -> date | None:
    value = value.strip()
    if not value:
        return None
    try:
        if _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    faults[name] = Problem("not_a_day")
    return None


def searched(*parts: str) -> str:
    """What a list of files is searched in: without marks and capitals."""
    return " ".join(fold(exact(part)) for part in parts if part)


def natural(notation: str) -> str:
    """A notation so that text sorts as people count: "2.VP" before "10.VP"."""
    return re.sub(r"[0-9]+", lambda found: found[0].zfill(6)[-12:], fold(exact(notation)))[:60]
