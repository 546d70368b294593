"""Members and movements counted for each unit and all above it, gathered first and written in a few statements."""

from collections import Counter
from datetime import date
from typing import Any

from sqlalchemy import delete, extract, func, insert, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session, aliased

from ecabinet.access import ancestors
from ecabinet.registry.history_models import MemberCount, MovementCount
from ecabinet.registry.member_dates import month_of
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import MemberEventKind, MemberStatus


class Tally:
    """Changes of counts, for one member or a thousand; :meth:`write` belongs to the transaction of the change itself.

    Rows are written in one order everywhere: two transactions that raise the same counts wait for each other, they do
    not lock each other out.
    """

    def __init__(self) -> None:
        self._members: Counter[tuple[str, str, int]] = Counter()
        self._movements: Counter[tuple[tuple[int, ...], date, str]] = Counter()

    def member(self, unit_path: str, sex: str, born: int, by: int) -> None:
        """One more (or, by −1, one fewer) active member of the unit with this path."""
        self._members[unit_path, sex, born] += by

    def movement(self, unit_ids: tuple[int, ...], kind: MemberEventKind, on_day: date, by: int = 1) -> None:
        """Something happened to a member, or to so many, as these units see it."""
        self._movements[unit_ids, month_of(on_day), kind.value] += by

    def write(self, db: Session) -> None:
        """Raise and lower; what comes to nothing is left alone."""
        counted: Counter[tuple[int, str, int]] = Counter()
        for (path, sex, born), number in self._members.items():
            for unit_id in ancestors(path):
                counted[unit_id, sex, born] += number
        moved: Counter[tuple[int, date, str]] = Counter()
        for (unit_ids, month, kind), number in self._movements.items():
            for unit_id in unit_ids:
                moved[unit_id, month, kind] += number
        members = [(*key, number) for key, number in sorted(counted.items()) if number]
        _lower(db, [row for row in members if row[-1] < 0])
        _raise(db, MemberCount, ("unit_id", "sex", "born"), [row for row in members if row[-1] > 0])
        movements = [(*key, number) for key, number in sorted(moved.items()) if number]
        _raise(db, MovementCount, ("unit_id", "month", "kind"), movements)


def _raise(
    db: Session, table: type[MemberCount | MovementCount], key: tuple[str, ...], rows: list[tuple[Any, ...]]
) -> None:
    if not rows:
        return
    columns = (*key, "number")
    if db.get_bind().dialect.name == "postgresql":
        # One statement for all rows: an import raises thousands of counts with each batch. Their values hold no comma.
        lists = {
            name: ",".join(map(str, values)) for name, values in zip(columns, zip(*rows, strict=True), strict=True)
        }
        db.execute(_RAISE[table], lists)
        return
    statement = sqlite.insert(table)
    db.connection().execute(
        statement.on_conflict_do_update(index_elements=key, set_={"number": table.number + statement.excluded.number}),
        [dict(zip(columns, row, strict=True)) for row in rows],
    )


_RAISE = {
    MemberCount: text(
        "INSERT INTO member_count (unit_id, sex, born, number) SELECT * FROM unnest("
        "CAST(string_to_array(:unit_id, ',') AS integer[]), string_to_array(:sex, ','), "
        "CAST(string_to_array(:born, ',') AS integer[]), CAST(string_to_array(:number, ',') AS integer[])) "
        "ON CONFLICT (unit_id, sex, born) DO UPDATE SET number = member_count.number + excluded.number"
    ),
    MovementCount: text(
        "INSERT INTO movement_count (unit_id, month, kind, number) SELECT * FROM unnest("
        "CAST(string_to_array(:unit_id, ',') AS integer[]), CAST(string_to_array(:month, ',') AS date[]), "
        "string_to_array(:kind, ','), CAST(string_to_array(:number, ',') AS integer[])) "
        "ON CONFLICT (unit_id, month, kind) DO UPDATE SET number = movement_count.number + excluded.number"
    ),
}


def _lower(db: Session, rows: list[tuple[int, str, int, int]]) -> None:
    # A row that is lowered is there: an insert with a negative number would break the constraint first.
    for unit_id, sex, born, number in rows:
        db.query(MemberCount).filter_by(unit_id=unit_id, sex=sex, born=born).update(
            {MemberCount.number: MemberCount.number + number}, synchronize_session=False
        )


def recount(db: Session) -> int:
    """Count all active members anew, for a check of the counts; the number of rows that were wrong."""
    above = aliased(Unit)
    born = extract("year", Member.born_on)
    counted = (
        select(above.id, Member.sex, born, func.count())
        .select_from(Member)
        .join(Unit, Unit.id == Member.unit_id)
        .join(above, Unit.path.startswith(above.path))
        .where(Member.status == MemberStatus.ACTIVE)
        .group_by(above.id, Member.sex, born)
    )
    right = {(unit_id, sex, int(year)): number for unit_id, sex, year, number in db.execute(counted)}
    kept = {
        (unit_id, sex, year): number
        for unit_id, sex, year, number in db.execute(
            select(MemberCount.unit_id, MemberCount.sex, MemberCount.born, MemberCount.number).where(
                MemberCount.number > 0
            )
        )
    }
    wrong = {key for key in right.keys() | kept.keys() if right.get(key, 0) != kept.get(key, 0)}
    if wrong:
        db.execute(delete(MemberCount))
        rows = [{"unit_id": key[0], "sex": key[1], "born": key[2], "number": n} for key, n in sorted(right.items())]
        if rows:
            db.execute(insert(MemberCount), rows)
    return len(wrong)
