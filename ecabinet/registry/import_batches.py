"""A batch of rows on its way into the registry: what was made ready is taken in one transaction."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, cast

from sqlalchemy import ARRAY, ColumnElement, func, insert, or_, select, text
from sqlalchemy.orm import Session

from documents.errors import Problem
from ecabinet import audit
from ecabinet.access import ancestors
from ecabinet.registry import members
from ecabinet.registry.history_models import MemberEvent
from ecabinet.registry.import_models import ImportRow, ImportRun
from ecabinet.registry.import_rows import Prepared
from ecabinet.registry.import_writing import Writing, numbers_table
from ecabinet.registry.member_counts import Tally
from ecabinet.registry.member_rules import Finding
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import ImportState, MemberEventKind, RowOutcome
from ecabinet.sealing import Sealer

SQLITE_CACHE_KIB = 64 * 1024


@dataclass(frozen=True)
class Place:
    """A unit as an import knows it."""

    id: int
    path: str
    dissolved: bool

    @cached_property
    def above(self) -> tuple[int, ...]:
        """Itself and the units above it, from the root."""
        return ancestors(self.path)


@dataclass(slots=True)
class Outcome:
    """How the rows of a batch fared."""

    taken: int = 0
    corrected: int = 0
    unchanged: int = 0
    refused: int = 0


class Batch:
    """One transaction's worth of an import. ``first`` is the number of its first row, counted from 1."""

    def __init__(
        self, db: Session, sealer: Sealer, run: ImportRun, places: Mapping[str, Place], now: datetime, today: date
    ) -> None:
        self._db, self._sealer, self._run, self._places = db, sealer, run, places
        self._now, self._today = now, today
        self._outcome = Outcome()
        self._rows: list[dict[str, Any]] = []
        self._writing = Writing(db, run.id, run.created_by, now, today)
        self._known: list[tuple[int, Prepared, Member]] = []
        self._new: list[tuple[Prepared, Place]] = []
        self._seen: set[str] = set()

    def take(self, prepared: Sequence[Prepared], first: int) -> Outcome:
        """Take what is new, mend what differs, leave what is the same, refuse the rest by name."""
        known = _Known(self._db, self._run, prepared)
        try:
            for number, row in enumerate(prepared, first):
                self._take_one(number, row, known)
            self._writing.finish()
        finally:
            self._writing.close()
        # Only now: while the new ones are on their way nothing else can be asked of the database.
        for number, row, member in self._known:
            self._compare(number, row, member)
        if not self._run.dry and self._new:
            self._count()
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
        member = None if place is None else self._match(row, known, place)
        if place is None or (row.findings and row.refused):
            self._refuse(number, row)
        elif member is not None:
            self._known.append((number, row, member))
        else:
            self._new.append((row, place))
            if not self._run.dry:
                self._writing.add((place.id, *row.columns()))
            if row.findings:
                self._note(number, row, RowOutcome.CORRECTED)
                self._outcome.corrected += 1
            else:
                self._outcome.taken += 1

    def _place(self, row: Prepared) -> Place | None:
        """Where the row puts its member; None, with the finding that says so, where it puts nobody anywhere."""
        place = self._places.get(row.unit_code)
        if place is not None and not place.dissolved:
            return None if row.findings and row.refused else place
        code = "unit_unknown" if place is None else "unit_dissolved"
        row.findings.append(Finding("unit_code", code, True, {"unit": row.unit_code}))
        return None

    def _match(self, row: Prepared, known: "_Known", place: Place) -> Member | None:
        """The member that the row is about, if the registry has them; what stands against the row becomes a finding."""
        by_id = known.by_print.get(row.national_id_print) if row.national_id_print else None
        by_card = known.by_card.get(row.card_number) if row.card_number else None
        member, about = by_id or by_card, "national_id" if by_id else "card_number"
        fault = ""
        if member is None:
            about = self._met(row)
            fault = "twice_in_file" if about else ""
        elif by_id is not None and by_card is not None and by_id is not by_card:
            fault = "matches_two"
        elif member.id in known.of_this_run:
            fault = "twice_in_file"
        elif member.unit_id != place.id:
            fault = "in_another_unit"
        elif by_id is None and member.national_id_print and row.national_id_print:
            fault = "card_taken"  # the card of somebody with another number
        if fault:
            row.findings.append(Finding(about, fault, True, {}))
        return None if fault else member

    def _met(self, row: Prepared) -> str:
        """The field by which an earlier row of the batch was about the same person. A print is longer than any card
        number.
        """
        met = ""
        for name, key in (("card_number", row.card_number), ("national_id", row.national_id_print)):
            if key is not None:
                met = name if key in self._seen else met
                self._seen.add(key)
        return met

    def _compare(self, number: int, row: Prepared, member: Member) -> None:
        values = row.values
        # what the file leaves empty stays as it is
        values.papers = member.papers | values.papers
        values.joined_on = values.joined_on or member.joined_on
        same = (
            (member.full_name, member.sex, member.born_on, member.joined_on)
            == (values.full_name, values.sex, values.born_on, values.joined_on)
            and (not values.card_number or member.card_number == values.card_number)
            and row.national_id_print in (None, member.national_id_print)
            and row.phone_print in (None, member.phone_print)
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
            {"run_id": self._run.id, "number": number, "outcome": outcome.value, "name": row.full_name[:100],
             "findings": findings}
        )  # fmt: skip

    def _count(self) -> None:
        tally = Tally()
        for (path, sex, born), number in Counter(
            (place.path, row.sex, row.born_on[:4]) for row, place in self._new
        ).items():
            tally.member(path, sex, int(born), number)
        for above, number in Counter(place.above for _row, place in self._new).items():
            tally.movement(above, MemberEventKind.ENTERED, self._today, number)
        tally.write(self._db)


class _Known:
    """The members whom the rows of a batch may be about. ``of_this_run`` are the ids of those whom an earlier batch of
    the same file entered: a row about them is there twice, unless somebody mends it by hand when the run is over.
    """

    def __init__(self, db: Session, run: ImportRun, prepared: Sequence[Prepared]) -> None:
        prints = [row.national_id_print for row in prepared if row.national_id_print]
        cards = [row.card_number for row in prepared if row.card_number]
        found = db.scalars(
            select(Member).where(
                or_(_one_of(db, Member.national_id_print, prints), _one_of(db, Member.card_number, cards))
            )
        ).all()
        self.by_print = {member.national_id_print: member for member in found if member.national_id_print}
        self.by_card = {member.card_number: member for member in found if member.card_number}
        going = found and run.state == ImportState.RUNNING
        self.of_this_run = _entered_by(db, run.id, [member.id for member in found]) if going else set()


def _entered_by(db: Session, run_id: int, ids: Sequence[int]) -> set[int]:
    entered = select(MemberEvent.member_id).where(
        MemberEvent.member_id.in_(select(numbers_table(db.connection(), ids).c.value)),
        MemberEvent.kind == MemberEventKind.ENTERED.value,
        MemberEvent.details["import"].as_integer() == run_id,
    )
    return set(db.scalars(entered))


def _one_of(db: Session, column: Any, values: Sequence[str]) -> ColumnElement[bool]:
    """One parameter for thousands of values. Fingerprints and card numbers hold no comma."""
    if db.get_bind().dialect.name == "postgresql":
        given = func.string_to_array(",".join(values), ",").cast(ARRAY(column.type))
        return cast(ColumnElement[bool], column == func.any(given))
    each = func.json_each(json.dumps(values)).table_valued("value")
    return cast(ColumnElement[bool], column.in_(select(each.c.value)))


def places_of(db: Session, unit: Unit) -> dict[str, Place]:
    """The units of a subtree by code; the empty code is the unit itself."""
    rows = db.execute(
        select(Unit.code, Unit.id, Unit.path, Unit.dissolved_on).where(Unit.path.startswith(unit.path, autoescape=True))
    )
    places = {code: Place(unit_id, path, dissolved is not None) for code, unit_id, path, dissolved in rows}
    return places | {"": places[unit.code]}


def hasten(db: Session) -> None:
    """Let the transaction of a batch be quick.

    PostgreSQL need not wait for the disk at its end: what a crash of the server takes with it, at most the last
    batches, it takes together with ``rows_done``, which lies in the same transactions; they are done again. SQLite
    needs room in memory for the leaves of the indexes, which a batch meets all over; the connection keeps it.
    """
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("SET LOCAL synchronous_commit = off"))
    else:
        db.execute(text(f"PRAGMA cache_size = -{SQLITE_CACHE_KIB}"))
