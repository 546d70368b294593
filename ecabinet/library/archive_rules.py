"""What is said of a document when it is put into the archive, read from plain values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from documents.errors import Invalid, Problem
from documents.rules import TITLE_CHARACTERS, Secrecy

LONGEST = {"title": TITLE_CHARACTERS, "number": 60, "issuer": 300, "signer": 200}


@dataclass(frozen=True)
class Facts:
    """``title`` may be empty: then the file's name says it. What is not known is None."""

    title: str
    type_code: str | None
    number: str | None
    issuer: str | None
    issued_on: date | None
    signer: str | None
    secrecy: Secrecy

    def as_json(self) -> dict[str, Any]:
        """As it is kept beside an upload; :func:`facts_of` reads it again."""
        return asdict(self) | {"issued_on": self.issued_on.isoformat() if self.issued_on else ""}


def facts_of(values: Mapping[str, str | None], types: frozenset[str]) -> Facts:
    """Read a form, or what was kept of one; ``types`` are the codes there are. Raises :class:`Invalid`."""
    given = {name: (values.get(name) or "").strip() for name in ("type_code", "issued_on", "secrecy", *LONGEST)}
    faults = {name: Problem("too_long", limit=limit) for name, limit in LONGEST.items() if len(given[name]) > limit}
    if given["type_code"] and given["type_code"] not in types:
        faults["type_code"] = Problem("unknown_choice")
    if (given["secrecy"] or Secrecy.NORMAL) not in set(Secrecy):
        faults["secrecy"] = Problem("unknown_choice")
    issued_on = None
    try:
        issued_on = date.fromisoformat(given["issued_on"]) if given["issued_on"] else None
    except ValueError:
        faults["issued_on"] = Problem("not_a_day")
    if faults:
        raise Invalid(faults)
    return Facts(
        given["title"], given["type_code"] or None, given["number"] or None, given["issuer"] or None, issued_on,
        given["signer"] or None, Secrecy(given["secrecy"] or Secrecy.NORMAL),
    )  # fmt: skip
