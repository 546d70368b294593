"""Rows of an import made ready for the registry: checked, their protected numbers sealed. No database is touched, so
that a process of its own can do it.
"""

import contextlib
import itertools
from collections.abc import Generator, Mapping, Sequence
from datetime import date
from typing import IO, Any, NamedTuple

import orjson

from ecabinet.registry.import_csv import Damaged
from ecabinet.registry.import_files import Form, rows
from ecabinet.registry.import_rules import named
from ecabinet.registry.member_rules import Candidate, Finding, check, name_key, search_name
from ecabinet.registry.name_order import order_key
from ecabinet.registry.rules import MemberStatus, Sex
from ecabinet.sealing import Sealer


class Prepared(NamedTuple):
    """A row that was read, as the table ``member`` wants it: days in ISO form, papers as JSON. Of a refused row there
    is no more than its unit, its name and what was found.
    """

    unit_code: str
    findings: list[Finding]
    full_name: str
    sex: str = ""
    born_on: str = ""
    joined_on: str | None = None
    card_number: str | None = None
    national_id: str = ""
    phone: str = ""
    papers: str = "{}"
    search_name: str = ""
    name_key: str = ""
    order_key: str = ""
    national_id_sealed: bytes | None = None
    national_id_print: str | None = None
    phone_sealed: bytes | None = None
    phone_print: str | None = None

    @property
    def refused(self) -> bool:
        """Whether the row cannot be taken."""
        return any(finding.refused for finding in self.findings)

    @property
    def values(self) -> Candidate:
        """The fields as :func:`~ecabinet.registry.member_rules.check` left them."""
        return Candidate(
            full_name=self.full_name,
            sex=Sex(self.sex) if self.sex else None,
            born_on=date.fromisoformat(self.born_on) if self.born_on else None,
            national_id=self.national_id,
            phone=self.phone,
            card_number=self.card_number or "",
            joined_on=date.fromisoformat(self.joined_on) if self.joined_on else None,
            papers=orjson.loads(self.papers),
        )

    def columns(self) -> tuple[str | bytes | None, ...]:
        """The values of :data:`COLUMNS`."""
        return (
            self.full_name, self.search_name, self.name_key, self.order_key, self.sex, self.born_on, self.card_number,
            _ACTIVE, self.joined_on, self.national_id_sealed, self.national_id_print, self.phone_sealed,
            self.phone_print, self.papers,
        )  # fmt: skip

    def plain(self) -> tuple[Any, ...]:
        """As nothing but plain values, for :meth:`of_plain`."""
        return (self.unit_code, [tuple(finding) for finding in self.findings] or None, *self[2:])

    @classmethod
    def of_plain(cls, values: tuple[Any, ...]) -> "Prepared":
        """The row that :meth:`plain` gave."""
        unit_code, findings, *rest = values
        return cls(unit_code, [Finding(*finding) for finding in findings or ()], *rest)


COLUMNS = (
    "full_name", "search_name", "name_key", "order_key", "sex", "born_on", "card_number", "status", "joined_on",
    "national_id_sealed", "national_id_print", "phone_sealed", "phone_print", "papers",
)  # fmt: skip
"""What of a new member the row itself says."""

_ACTIVE = MemberStatus.ACTIVE.value


def batches(
    file: IO[bytes], form: Form, columns: Mapping[int, str], skip: int, size: int, sealer: Sealer, today: date
) -> Generator[list[Prepared], None, None]:
    """The rows of a file below its header but for the first ``skip``, ``size`` at a time."""
    with contextlib.closing(rows(file, form)) as source:
        wanted = itertools.islice(source, 1 + skip, None)
        while taken := list(itertools.islice(wanted, size)):
            yield [
                _damaged(row) if isinstance(row, Damaged) else _prepared(named(row, columns), sealer, today)
                for row in taken
            ]


def prepare(raw: Sequence[Mapping[str, str]], sealer: Sealer, today: date) -> list[Prepared]:
    """Check and seal rows."""
    return [_prepared(row, sealer, today) for row in raw]


def _damaged(row: Damaged) -> Prepared:
    return Prepared("", [Finding("", row.code, True, {})], "")


def _prepared(row: Mapping[str, str], sealer: Sealer, today: date) -> Prepared:
    checked = check(row, today)
    values, findings = checked.values, checked.findings
    unit_code = row.get("unit_code", "").strip()
    if not values.national_id and not values.card_number and not checked.refused:
        findings.append(Finding("card_number", "no_key", True, {}))
    if findings and checked.refused:
        return Prepared(unit_code, findings, values.full_name)
    assert values.sex is not None and values.born_on is not None  # noqa: S101, PT018 - checked rows have both
    searched = search_name(values.full_name)
    id_sealed, id_print = _sealed(sealer, values.national_id)
    phone_sealed, phone_print = _sealed(sealer, values.phone)
    return Prepared(
        unit_code, findings, values.full_name, values.sex.value, values.born_on.isoformat(),
        values.joined_on.isoformat() if values.joined_on else None, values.card_number or None, values.national_id,
        values.phone, orjson.dumps(values.papers).decode(), searched, name_key(searched), order_key(values.full_name),
        id_sealed, id_print, phone_sealed, phone_print,
    )  # fmt: skip


def _sealed(sealer: Sealer, number: str) -> tuple[bytes | None, str | None]:
    return (sealer.seal(number), sealer.fingerprint(number)) if number else (None, None)
