"""The list of members: filtered, in several orders, paged by the key of the last row, never by an offset."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal_column, not_, or_, select, text, tuple_
from sqlalchemy.orm import Session

from documents.text import exact, fold, words
from ecabinet.access import within
from ecabinet.registry.history_models import MemberCount, MemberGrade, MemberPhoto
from ecabinet.registry.member_dates import months_later
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import ListOrder, MemberStatus

PAGE = 50
# Up to here a subtree's members are fetched and sorted; above it an index is walked until a page is full.
SORTED_BELOW = 20_000
CHUNK, LONGEST_WALK = 250, 5_000
UNGRADED = "none"
LACKING_COLUMNS: dict[str, Any] = {
    "card_number": Member.card_number, "national_id": Member.national_id_print, "phone": Member.phone_print,
}  # fmt: skip


@dataclass(frozen=True)
class Filter:
    """Which members, all conditions together: of the subtree at ``path``, of a sex, a status, a name; "" means any.
    ``after`` is the key of the last row seen, as :class:`Page` gave it.

    ``age_from`` and ``age_to`` are completed years on ``today``; ``lacking`` names what is missing (``card_number``,
    ``national_id``, ``phone``, ``photo``); ``grade`` is that of ``grade_year``, or :data:`UNGRADED`; both
    joining days are included.
    """

    unit_id: int
    path: str
    sex: str = ""
    status: str = MemberStatus.ACTIVE.value
    name: str = ""
    after: str = ""
    order: ListOrder = ListOrder.NAME
    today: date | None = None
    age_from: int | None = None
    age_to: int | None = None
    joined_from: date | None = None
    joined_to: date | None = None
    lacking: str = ""
    grade: str = ""
    grade_year: int = 0


@dataclass(frozen=True)
class Page:
    """Rows with id, full_name, sex, born_on, card_number, status, joined_on, unit_name; ``next`` is "" at the end."""

    rows: Sequence[Row[Any]]
    next: str


@dataclass(frozen=True)
class _Phase:
    """One walk along an index: its column, what it is limited to, how its key is read back from an address."""

    number: int
    key: Any
    conditions: tuple[ColumnElement[bool], ...] = ()
    down: bool = False
    read: Callable[[str], Any] = str


def page(db: Session, wanted: Filter, size: int = PAGE) -> Page:
    """A page of the list. A search for one word in the order of names finds given names first, for several the
    beginnings of full names. Where few of many fit, a page may come short: ``next`` then goes on behind what was seen.
    """
    if db.get_bind().dialect.name == "postgresql":
        # A name is common or rare: one plan for all names, which a prepared statement ends with, suits neither.
        db.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
    marked = [word for word in words(wanted.name) if fold(word) != word]
    rows: list[Row[Any]] = []
    for walked, row in enumerate(_rows(db, wanted, CHUNK if marked else size + 1), 1):
        if len(rows) == size or walked > LONGEST_WALK:
            last = rows[-1] if len(rows) == size else row
            return Page(rows, _position_of(last))
        if not marked or _has_marks(row.full_name, marked):
            rows.append(row)
    return Page(rows, "")


def _rows(db: Session, wanted: Filter, chunk: int) -> Iterator[Row[Any]]:
    if wanted.order == ListOrder.UNIT:
        yield from _by_unit(db, wanted, chunk)
        return
    number, key, member_id = _position(wanted.after)
    small = number_below(db, wanted.unit_id) <= SORTED_BELOW
    for phase in _phases(wanted):
        if phase.number < number:
            continue
        start = None
        if phase.number == number and wanted.after:
            try:
                start = (phase.read(key), member_id)
            except ValueError:  # an address written by hand: from the beginning
                start = None
        yield from _walk(db, wanted, phase, start, small, chunk)


def _position_of(row: Row[Any]) -> str:
    return f"{row.phase}:{row.id}:{row.sort_key}"


def _position(after: str) -> tuple[int, str, int]:
    number, _, rest = after.partition(":")
    member_id, _, key = rest.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return 0, "", 0
    if not (member_id.isascii() and member_id.isdigit() and len(member_id) < 18):
        return 0, "", 0
    return int(number), key, int(member_id)


def _phases(wanted: Filter) -> list[_Phase]:
    typed = [fold(word) for word in words(wanted.name)]
    if wanted.order == ListOrder.NAME and typed:
        front, back = _named(typed)
        if len(typed) == 1:
            return [_Phase(0, Member.name_key, (back,)), _Phase(1, Member.search_name, (front, not_(back)))]
        return [_Phase(0, Member.search_name, (front,)), _Phase(1, Member.name_key, (back, not_(front)))]
    named = (or_(*_named(typed)),) if typed else ()
    if wanted.order in (ListOrder.OLDEST, ListOrder.YOUNGEST):
        return [_Phase(0, Member.born_on, named, wanted.order == ListOrder.YOUNGEST, date.fromisoformat)]
    if wanted.order in (ListOrder.JOINED, ListOrder.JOINED_LATE):
        down = wanted.order == ListOrder.JOINED_LATE
        known, unknown = (*named, Member.joined_on.is_not(None)), (*named, Member.joined_on.is_(None))
        # whose day nobody knows come last
        return [_Phase(0, Member.joined_on, known, down, date.fromisoformat), _Phase(1, Member.id, unknown, down, int)]
    if wanted.order == ListOrder.NEWEST:
        return [_Phase(0, Member.id, named, True, int)]
    return [_Phase(0, Member.order_key, named)]


def _named(folded: Sequence[str]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The full name begins so; the given name and those before it do."""
    from_front, from_back = " ".join(folded), " ".join(reversed(folded))
    return _beginning(Member.search_name, from_front), _beginning(Member.name_key, from_back)


def _beginning(column: Any, prefix: str) -> ColumnElement[bool]:
    """A range of the index, on both databases: the columns sort by bytes."""
    return and_(column >= prefix, column < prefix + "\U0010ffff")


def _walk(
    db: Session, wanted: Filter, phase: _Phase, start: tuple[Any, int] | None, small: bool, chunk: int
) -> Iterator[Row[Any]]:
    # "+ 0" keeps both planners from collecting a large subtree through the index of units and sorting it. Of those with
    # a name there are few enough: the planner chooses between the two.
    unit_of_member = Member.unit_id == Unit.id if small or wanted.name else Unit.id == Member.unit_id + 0
    place = tuple_(phase.key, Member.id)
    order = (phase.key.desc(), Member.id.desc()) if phase.down else (phase.key, Member.id)
    statement = _chosen(wanted, phase.key, phase.number, unit_of_member)
    statement = statement.where(within(Unit.path, wanted.path), *phase.conditions).order_by(*order).limit(chunk)
    while True:
        further = statement if start is None else statement.where(place < start if phase.down else place > start)
        rows = db.execute(further).all()
        yield from rows
        if len(rows) < chunk:
            return
        start = (rows[-1].sort_key, rows[-1].id)


def _by_unit(db: Session, wanted: Filter, chunk: int) -> Iterator[Row[Any]]:
    """By the name of the unit, then by their own: a unit at a time at first, ever more of them while few fit. The
    number of a position is the unit's id.
    """
    unit_id, key, member_id = _position(wanted.after)
    units = list(
        db.scalars(
            select(Unit.id).where(within(Unit.path, wanted.path)).order_by(Unit.search_name, Unit.id)
        )
    )  # fmt: skip
    begin = units.index(unit_id) if wanted.after and unit_id in units else 0
    after = (key, member_id) if begin or units[:1] == [unit_id] else None
    typed = [fold(word) for word in words(wanted.name)]
    statement = _chosen(wanted, Member.order_key, Member.unit_id, Member.unit_id == Unit.id)
    if typed:
        statement = statement.where(or_(*_named(typed)))
    statement = statement.order_by(Unit.search_name, Unit.id, Member.order_key, Member.id).limit(chunk)
    at_once = 1
    while begin < len(units):
        some = units[begin : begin + at_once]
        further = statement.where(Member.unit_id.in_(some))
        if after is not None:
            further = further.where(
                or_(Member.unit_id != units[begin], tuple_(Member.order_key, Member.id) > after)
            )  # fmt: skip
        rows = db.execute(further).all()
        yield from rows
        if len(rows) == chunk:
            begin, after = units.index(rows[-1].phase), (rows[-1].sort_key, rows[-1].id)
        else:
            begin, after, at_once = begin + len(some), None, min(at_once * 8, 512)


def _chosen(wanted: Filter, key: Any, number: Any, unit_of_member: ColumnElement[bool]) -> Select[Any]:
    phase = literal_column(str(number)) if isinstance(number, int) else number
    return (
        select(
            Member.id, Member.full_name, Member.sex, Member.born_on, Member.card_number, Member.status,
            Member.joined_on, Unit.name.label("unit_name"), key.label("sort_key"), phase.label("phase"),
        )
        .join(Unit, unit_of_member)
        .where(*_conditions(wanted))
    )  # fmt: skip


def _conditions(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    if wanted.sex:
        yield Member.sex == wanted.sex
    if wanted.status:
        # written out, so that the partial index of those who are not active is seen to serve
        yield Member.status == literal_column(f"'{MemberStatus(wanted.status).value}'")
    if wanted.today is not None and wanted.age_from is not None:
        yield Member.born_on <= months_later(wanted.today, -12 * wanted.age_from)
    if wanted.today is not None and wanted.age_to is not None:
        yield Member.born_on > months_later(wanted.today, -12 * (wanted.age_to + 1))
    if wanted.joined_from is not None:
        yield Member.joined_on >= wanted.joined_from
    if wanted.joined_to is not None:
        yield Member.joined_on <= wanted.joined_to
    if wanted.lacking == "photo":
        yield ~select(MemberPhoto.member_id).where(MemberPhoto.member_id == Member.id).exists()
    elif wanted.lacking:
        yield LACKING_COLUMNS[wanted.lacking].is_(None)
    if wanted.grade:
        graded = select(MemberGrade.year).where(
            MemberGrade.member_id == Member.id, MemberGrade.year == wanted.grade_year
        )
        yield ~graded.exists() if wanted.grade == UNGRADED else graded.where(MemberGrade.grade == wanted.grade).exists()


def number_below(db: Session, unit_id: int) -> int:
    """How many active members the subtree of a unit has, as counted."""
    return db.scalar(select(func.coalesce(func.sum(MemberCount.number), 0)).filter_by(unit_id=unit_id)) or 0


def _has_marks(full_name: str, marked: Sequence[str]) -> bool:
    own = exact(full_name).split()
    return all(any(word.startswith(wanted) for word in own) for wanted in marked)
