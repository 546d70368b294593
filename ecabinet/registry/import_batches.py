"""A batch of rows on its way into the registry: checked and sealed first, then taken in one transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ARRAY, ColumnElement, String, any_, bindparam, insert, or_, select, text
from sqlalchemy.orm import Session

from documents.errors import Problem
from ecabinet import audit
from ecabinet.access import ancestors
from ecabinet.registry import members
from ecabinet.registry.history_models import MemberEvent
from ecabinet.registry.import_models import ImportRow, ImportRun
from ecabinet.registry.member_counts import Tally
from ecabinet.registry.member_rules import Candidate, Finding, check, name_key, search_name
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.name_order import order_key
from ecabinet.registry.rules import MemberEventKind, MemberStatus, RowOutcome
from ecabinet.sealing import Sealer

MEMBER_COLUMNS = (
    "id", "unit_id", "full_name", "search_name", "name_key", "order_key", "sex", "born_on", "card_number", "status",
    "joined_on", "national_id_sealed", "national_id_print", "phone_sealed", "phone_print", "papers",
)  # fmt: skip
EVENT_COLUMNS = ("member_id", "kind", "on_day", "decision", "details", "recorded_by", "recorded_at")


@dataclass(slots=True)
class Prepared:
    """A row that was read: what it says, what was found, its protected numbers sealed."""

    values: Candidate
    findings: list[Finding]
    unit_code: str
    searched: str = ""
    national_id: tuple[bytes | None, str | None] = (None, None)
    phone: tuple[bytes | None, str | None] = (None, None)

    @property
    def refused(self) -> bool:
        return any(finding.refused for finding in self.findings)


@dataclass(frozen=True)
class Place:
    """A unit as an import knows it."""

    id: int
    path: str
    dissolved: bool


@dataclass(slots=True)
class Outcome:
    """How the rows of a batch fared."""

    taken: int = 0
    corrected: int = 0
    unchanged: int = 0
    refused: int = 0


def prepare(raw: Sequence[Mapping[str, str]], sealer: Sealer, today: date) -> list[Prepared]:
    """Check and seal rows: touches no database, so that it may run in another process."""
    return [_prepared(row, sealer, today) for row in raw]


def _prepared(row: Mapping[str, str], sealer: Sealer, today: date) -> Prepared:
    checked = check(row, today)
    values = checked.values
    prepared = Prepared(values, checked.findings, row.get("unit_code", "").strip())
    if not values.national_id and not values.card_number and not prepared.refused:
        prepared.findings.append(Finding("card_number", "no_key", True, {}))
    if not prepared.refused:
        prepared.searched = search_name(values.full_name)
        prepared.national_id = _sealed(sealer, values.national_id)
        prepared.phone = _sealed(sealer, values.phone)
    return prepared


def _sealed(sealer: Sealer, number: str) -> tuple[bytes | None, str | None]:
    return (sealer.seal(number), sealer.fingerprint(number)) if number else (None, None)


class Batch:
    """One transaction's worth of an import. ``first`` is the number of its first row, counted from 1."""

    def __init__(
        self, db: Session, sealer: Sealer, run: ImportRun, places: Mapping[str, Place], now: datetime, today: date
    ) -> None:
        self._db, self._sealer, self._run, self._places = db, sealer, run, places
        self._now, self._today = now, today
        self._outcome = Outcome()
        self._rows: list[dict[str, Any]] = []
        self._new: list[tuple[Prepared, Place]] = []
        self._seen: set[str] = set()

    def take(self, prepared: Sequence[Prepared], first: int) -> Outcome:
        """Take what is new, mend what differs, leave what is the same, refuse the rest by name."""
        known = _Known(self._db, prepared)
        for number, row in enumerate(prepared, first):
            self._take_one(number, row, known)
        if not self._run.dry and self._new:
            self._insert()
        if self._rows:
            self._db.execute(insert(ImportRow), self._rows)
        if not self._run.dry:
            audit.record(
                self._db, self._run.created_by, "import_batch", f"import:{self._run.id}", self._now,
                first=first, rows=len(prepared), taken=self._outcome.taken, corrected=self._outcome.corrected,
            )  # fmt: skip
        return self._outcome

    def _take_one(self, number: int, row: Prepared, known: "_Known") -> None:
        place = self._place(row)
        member = None if row.refused or place is None else self._match(row, known, place)
        if row.refused or place is None:
            self._refuse(number, row)
        elif member is not None:
            self._compare(number, row, member)
        else:
            self._new.append((row, place))
            if row.findings:
                self._note(number, row, RowOutcome.CORRECTED)
            self._outcome.corrected += bool(row.findings)
            self._outcome.taken += not row.findings

    def _place(self, row: Prepared) -> Place | None:
        place = self._places.get(row.unit_code)
        if place is None or place.dissolved:
            row.findings.append(
                Finding(
                    "unit_code", "unit_unknown" if place is None else "unit_dissolved", True, {"unit": row.unit_code}
                )
            )
            return None
        return place

    def _match(self, row: Prepared, known: "_Known", place: Place) -> Member | None:
        """The member that the row is about, if the registry has them; what stands against the row becomes a finding."""
        keys = {key for key in (row.national_id[1], f"card {row.values.card_number}") if key and key != "card "}
        by_id, by_card = known.by_print.get(row.national_id[1] or ""), known.by_card.get(row.values.card_number)
        member = by_id or by_card
        fault = ""
        if by_id is not None and by_card is not None and by_id is not by_card:
            fault = "matches_two"
        elif member is not None and member.unit_id != place.id:
            fault = "in_another_unit"
        elif (
            by_id is None and by_card is not None and by_card.national_id_print and row.national_id[1]
        ):  # the card of somebody with another number
            fault = "card_taken"
        elif member is None and keys & self._seen:
            fault = "twice_in_file"
        elif member is None and not row.values.card_number:
            fault = "no_card"
        if fault:
            row.findings.append(Finding("national_id" if by_id else "card_number", fault, True, {}))
        self._seen |= keys
        return None if fault else member

    def _compare(self, number: int, row: Prepared, member: Member) -> None:
        values = row.values
        # what the file leaves empty stays as it is
        values.papers = member.papers | values.papers
        values.joined_on = values.joined_on or member.joined_on
        same = (
            (member.full_name, member.sex, member.born_on, member.joined_on)
            == (values.full_name, values.sex, values.born_on, values.joined_on)
            and (not values.card_number or member.card_number == values.card_number)
            and row.national_id[1] in (None, member.national_id_print)
            and row.phone[1] in (None, member.phone_print)
            and member.papers == values.papers
        )
        if same:
            self._outcome.unchanged += 1
            return
        try:
            if not self._run.dry:
                act = members.Act(self._today, "", self._run.created_by, self._now)
                members.correct(self._db, self._sealer, member, values, act)
        except Problem as refused:
            row.findings.append(Finding(refused.field or "", refused.code, True, refused.values))
            self._refuse(number, row)
            return
        row.findings.append(Finding("", "updated", False, {}))
        self._outcome.corrected += 1
        self._note(number, row, RowOutcome.CORRECTED)

    def _refuse(self, number: int, row: Prepared) -> None:
        self._outcome.refused += 1
        self._note(number, row, RowOutcome.REFUSED)

    def _note(self, number: int, row: Prepared, outcome: RowOutcome) -> None:
        findings = [[f.field, f.code, f.refused, f.values] for f in row.findings]
        self._rows.append(
            {"run_id": self._run.id, "number": number, "outcome": outcome.value, "name": row.values.full_name[:100],
             "findings": findings}
        )  # fmt: skip

    def _insert(self) -> None:
        tally = Tally()
        people, events = [], []
        for member_id, (row, place) in zip(_new_ids(self._db, len(self._new)), self._new, strict=True):
            values = row.values
            assert values.sex is not None and values.born_on is not None  # noqa: S101, PT018 - checked rows have both
            people.append((
                member_id, place.id, values.full_name, row.searched, name_key(row.searched),
                order_key(values.full_name), values.sex.value, values.born_on, values.card_number,
                MemberStatus.ACTIVE.value, values.joined_on, *row.national_id, *row.phone, values.papers,
            ))  # fmt: skip
            events.append((
                member_id, MemberEventKind.ENTERED.value, self._today, "", {"import": self._run.id},
                self._run.created_by, self._now,
            ))  # fmt: skip
            tally.member(place.path, values.sex.value, values.born_on.year, 1)
            tally.movement(ancestors(place.path), MemberEventKind.ENTERED, self._today)
        _bulk(self._db, Member, MEMBER_COLUMNS, people)
        _bulk(self._db, MemberEvent, EVENT_COLUMNS, events)
        tally.write(self._db)


class _Known:
    """The members whom the rows of a batch may be about."""

    def __init__(self, db: Session, prepared: Sequence[Prepared]) -> None:
        prints = [row.national_id[1] for row in prepared if row.national_id[1]]
        cards = [row.values.card_number for row in prepared if row.values.card_number]
        found = db.scalars(
            select(Member).where(
                or_(_one_of(db, Member.national_id_print, prints), _one_of(db, Member.card_number, cards))
            )
        ).all()
        self.by_print = {member.national_id_print: member for member in found if member.national_id_print}
        self.by_card = {member.card_number: member for member in found}


def _one_of(db: Session, column: Any, values: list[str]) -> ColumnElement[bool]:
    """One parameter for a thousand values, where the database has arrays."""
    if db.get_bind().dialect.name == "postgresql":
        return cast(ColumnElement[bool], column == any_(bindparam(None, values, ARRAY(String))))
    return cast(ColumnElement[bool], column.in_(values))


def places_of(db: Session, unit: Unit) -> dict[str, Place]:
    """The units of a subtree by code; the empty code is the unit itself."""
    rows = db.execute(
        select(Unit.code, Unit.id, Unit.path, Unit.dissolved_on).where(Unit.path.startswith(unit.path, autoescape=True))
    )
    places = {code: Place(unit_id, path, dissolved is not None) for code, unit_id, path, dissolved in rows}
    return places | {"": places[unit.code]}


def _new_ids(db: Session, number: int) -> list[int]:
    if db.get_bind().dialect.name == "postgresql":
        ids = text("SELECT nextval(pg_get_serial_sequence('member', 'id')) FROM generate_series(1, :number)")
        return list(db.scalars(ids, {"number": number}))
    # SQLite has one writer at a time, and this is it
    last = db.scalar(text("SELECT COALESCE(MAX(id), 0) FROM member")) or 0
    return list(range(last + 1, last + 1 + number))


def _bulk(
    db: Session, table: type[Member | MemberEvent], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """COPY where the database has it: five times as fast as inserts."""
    if db.get_bind().dialect.name != "postgresql":
        db.connection().execute(insert(table), [dict(zip(columns, row, strict=True)) for row in rows])
        return
    driver = db.connection().connection.driver_connection
    assert driver is not None  # noqa: S101 - a checked-out connection has one
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {table.__tablename__} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row([json.dumps(cell, ensure_ascii=False) if type(cell) is dict else cell for cell in row])
