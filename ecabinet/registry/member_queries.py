"""What is read of members: lists paged by key, names with and without marks, timelines, the figures of a unit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, literal_column, not_, or_, select, tuple_
from sqlalchemy.orm import Session

from documents.text import exact, fold, words
from ecabinet.access import Permission, Person, within
from ecabinet.registry.history_models import Due, MemberCount, MemberEvent, MovementCount, Transfer
from ecabinet.registry.member_dates import months_later
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import MemberStatus, Sex, TransferState

PAGE = 50
# Up to here a subtree's members are fetched and sorted; above it the index of names is walked until a page is full.
SORTED_BELOW = 20_000
CHUNK, LONGEST_WALK = 250, 5_000
AGE_BANDS = ((0, 15), (16, 18), (19, 22), (23, 26), (27, 30), (31, 35), (36, 150))


@dataclass(frozen=True)
class Filter:
    """Which members: of the subtree at ``path``, of a sex, a status, a name; "" means any. ``after`` is the key of the
    last row seen, as :class:`Page` gave it.
    """

    unit_id: int
    path: str
    sex: str = ""
    status: str = MemberStatus.ACTIVE.value
    name: str = ""
    after: str = ""


@dataclass(frozen=True)
class Page:
    """Rows with id, full_name, sex, born_on, card_number, status, joined_on, unit_name; ``next`` is "" at the end."""

    rows: Sequence[Row[Any]]
    next: str


@dataclass(frozen=True)
class _Phase:
    """One walk along an index: its column, what it is limited to."""

    number: int
    key: Any
    conditions: tuple[ColumnElement[bool], ...] = ()


def page(db: Session, wanted: Filter, size: int = PAGE) -> Page:
    """A page of the list, by given name; a search for one word finds given names first, for several the beginnings of
    full names.
    """
    typed = words(wanted.name)
    phases = _phases(typed) if typed else [_Phase(0, Member.name_key)]
    marked = [word for word in typed if fold(word) != word]
    number, key, member_id = _position(wanted.after)
    small = number_below(db, wanted.unit_id) <= SORTED_BELOW
    rows: list[Row[Any]] = []
    walked = 0
    for phase in phases:
        if phase.number < number:
            continue
        start = (key, member_id) if phase.number == number and wanted.after else None
        for row in _walk(db, wanted, phase, start, small, CHUNK if marked else size + 1):
            walked += 1
            if len(rows) == size or walked > LONGEST_WALK:
                last = rows[-1] if len(rows) == size else row
                return Page(rows, f"{last.phase}:{last.id}:{last.sort_key}")
            if not marked or _has_marks(row.full_name, marked):
                rows.append(row)
    return Page(rows, "")


def _position(after: str) -> tuple[int, str, int]:
    number, _, rest = after.partition(":")
    member_id, _, key = rest.partition(":")
    if not (number in ("0", "1") and member_id.isascii() and member_id.isdigit() and len(member_id) < 18):
        return 0, "", 0
    return int(number), key, int(member_id)


def _phases(typed: Sequence[str]) -> list[_Phase]:
    folded = [fold(word) for word in typed]
    from_front, from_back = " ".join(folded), " ".join(reversed(folded))
    front = _beginning(Member.search_name, from_front)
    back = _beginning(Member.name_key, from_back)
    if len(folded) == 1:
        return [_Phase(0, Member.name_key, (back,)), _Phase(1, Member.search_name, (front, not_(back)))]
    return [_Phase(0, Member.search_name, (front,)), _Phase(1, Member.name_key, (back, not_(front)))]


def _beginning(column: Any, prefix: str) -> ColumnElement[bool]:
    """A range of the index, on both databases: the columns sort by bytes."""
    return and_(column >= prefix, column < prefix + "\U0010ffff")


def _walk(
    db: Session, wanted: Filter, phase: _Phase, start: tuple[str, int] | None, small: bool, chunk: int
) -> Iterator[Row[Any]]:
    while True:
        rows = db.execute(_statement(wanted, phase, start, small, chunk)).all()
        yield from rows
        if len(rows) < chunk:
            return
        start = (rows[-1].sort_key, rows[-1].id)


def _statement(wanted: Filter, phase: _Phase, start: tuple[str, int] | None, small: bool, limit: int) -> Any:
    # "+ 0" keeps both planners from collecting a large subtree through the index of units and sorting it.
    unit_of_member = Member.unit_id == Unit.id if small else Unit.id == Member.unit_id + 0
    statement = (
        select(
            Member.id, Member.full_name, Member.sex, Member.born_on, Member.card_number, Member.status,
            Member.joined_on, Unit.name.label("unit_name"), phase.key.label("sort_key"),
            literal_column(str(phase.number)).label("phase"),
        )
        .join(Unit, unit_of_member)
        .where(within(Unit.path, wanted.path), *phase.conditions)
        .order_by(phase.key, Member.id)
        .limit(limit)
    )  # fmt: skip
    if wanted.sex:
        statement = statement.where(Member.sex == wanted.sex)
    if wanted.status:
        # written out, so that the partial index of those who are not active is seen to serve
        statement = statement.where(Member.status == literal_column(f"'{MemberStatus(wanted.status).value}'"))
    if start is not None:
        statement = statement.where(tuple_(phase.key, Member.id) > start)
    return statement


def _has_marks(full_name: str, marked: Sequence[str]) -> bool:
    own = exact(full_name).split()
    return all(any(word.startswith(wanted) for word in own) for wanted in marked)


def number_below(db: Session, unit_id: int) -> int:
    """How many active members the subtree of a unit has, as counted."""
    return db.scalar(select(func.coalesce(func.sum(MemberCount.number), 0)).filter_by(unit_id=unit_id)) or 0


def by_number(db: Session, fingerprint: str, paths: Sequence[str]) -> list[int]:
    """The members of these subtrees whose national id or phone has this fingerprint."""
    if not paths:
        return []
    return list(
        db.scalars(
            select(Member.id)
            .join(Unit, Unit.id == Member.unit_id)
            .where(
                or_(Member.national_id_print == fingerprint, Member.phone_print == fingerprint),
                or_(*(within(Unit.path, path) for path in paths)),
            )
            .limit(PAGE)
        )
    )


def kept_units(db: Session, person: Person) -> list[Unit]:
    """The units on which the person was given the registry: where the role was given, not all below."""
    paths = person.paths(Permission.MANAGE_REGISTRY)
    return list(db.scalars(select(Unit).where(Unit.path.in_(paths)).order_by(Unit.path))) if paths else []


def timeline(db: Session, member_id: int) -> list[MemberEvent]:
    """The newest first."""
    newest_first = (MemberEvent.on_day.desc(), MemberEvent.id.desc())
    return list(db.scalars(select(MemberEvent).filter_by(member_id=member_id).order_by(*newest_first).limit(500)))


def dues(db: Session, member_id: int) -> list[Due]:
    """The dues of the last two years, the newest first."""
    return list(db.scalars(select(Due).filter_by(member_id=member_id).order_by(Due.month.desc()).limit(24)))


def open_transfers(db: Session, person: Person) -> list[Transfer]:
    """Transfers under way from or to the units where the person keeps the registry."""
    paths = person.paths(Permission.MANAGE_REGISTRY)
    if not paths:
        return []
    own = select(Unit.id).where(or_(*(within(Unit.path, path) for path in paths)))
    return list(
        db.scalars(
            select(Transfer)
            .where(
                Transfer.state == TransferState.ASKED.value,
                or_(Transfer.from_unit_id.in_(own), Transfer.to_unit_id.in_(own)),
            )
            .order_by(Transfer.id)
            .limit(100)
        )
    )


@dataclass(frozen=True)
class Dashboard:
    """The figures of a unit's subtree: kept, never counted when looked at."""

    total: int
    by_sex: dict[str, int]
    by_age: list[tuple[int, int, int]]
    below: list[tuple[int, str, int]]
    months: list[tuple[date, dict[str, int]]] = field(default_factory=list)


def dashboard(db: Session, unit: Unit, today: date) -> Dashboard:
    """By sex, age band (low, high, number), sub-unit (id, name, number), and the movements of twelve months."""
    counted = db.execute(
        select(MemberCount.sex, MemberCount.born, MemberCount.number).where(MemberCount.unit_id == unit.id)
    ).all()
    by_sex = {sex.value: 0 for sex in Sex}
    by_age = dict.fromkeys(AGE_BANDS, 0)
    for sex, born, number in counted:
        by_sex[sex] += number
        years = min(max(today.year - born, 0), 150)
        by_age[next(band for band in AGE_BANDS if band[0] <= years <= band[1])] += number
    return Dashboard(
        total=sum(by_sex.values()),
        by_sex=by_sex,
        by_age=[(low, high, number) for (low, high), number in by_age.items()],
        below=children(db, unit.id),
        months=_months(db, unit.id, today),
    )


def children(db: Session, unit_id: int) -> list[tuple[int, str, int]]:
    """The units right below with their numbers of members: a page of the tree."""
    numbers = func.coalesce(func.sum(MemberCount.number), 0)
    rows = db.execute(
        select(Unit.id, Unit.name, numbers)
        .outerjoin(MemberCount, MemberCount.unit_id == Unit.id)
        .where(Unit.parent_id == unit_id, Unit.dissolved_on.is_(None))
        .group_by(Unit.id, Unit.name)
        .order_by(numbers.desc(), Unit.id)
        .limit(200)
    )
    return [(child_id, name, int(number)) for child_id, name, number in rows]


def _months(db: Session, unit_id: int, today: date) -> list[tuple[date, dict[str, int]]]:
    first = months_later(today.replace(day=1), -11)
    months: dict[date, dict[str, int]] = {months_later(first, n): {} for n in range(12)}
    rows = db.execute(
        select(MovementCount.month, MovementCount.kind, MovementCount.number).where(
            MovementCount.unit_id == unit_id, MovementCount.month >= first
        )
    )
    for month, kind, number in rows:
        if month in months:
            months[month][kind] = number
    return list(months.items())
