"""The kept figures of a unit's subtree: members by sex, age and sub-unit, movements by month."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ecabinet.registry.history_models import MemberCount, MovementCount
from ecabinet.registry.member_dates import months_later
from ecabinet.registry.models import Unit
from ecabinet.registry.rules import Sex

COMING = ("admitted", "entered", "moved_in", "came_back", "resumed")
GOING = ("moved_out", "stayed_away", "deferred", "grew_up", "removed")
"""Movements that add to, or take from, the members who count."""
AGE_BANDS = ((0, 15), (16, 18), (19, 22), (23, 26), (27, 30), (31, 35), (36, 150))


@dataclass(frozen=True)
class Dashboard:
    """The figures of a unit's subtree: kept, never counted when looked at."""

    total: int
    by_sex: dict[str, int]
    by_age: list[tuple[int, int, dict[str, int]]]
    below: list[tuple[int, str, int]]
    months: list[tuple[date, dict[str, int]]] = field(default_factory=list)

    @property
    def flows(self) -> list[tuple[date, int, int]]:
        """Month by month how many came to count and how many ceased to."""
        return [
            (month, sum(kinds.get(kind, 0) for kind in COMING), sum(kinds.get(kind, 0) for kind in GOING))
            for month, kinds in self.months
        ]


def dashboard(db: Session, unit: Unit, today: date) -> Dashboard:
    """By sex, age band (low, high, by sex), sub-unit (id, name, number), and the movements of twelve months. Ages are
    those that the year of birth gives.
    """
    counted = db.execute(
        select(MemberCount.sex, MemberCount.born, MemberCount.number).where(MemberCount.unit_id == unit.id)
    ).all()
    by_sex = {sex.value: 0 for sex in Sex}
    by_age = {band: dict.fromkeys(by_sex, 0) for band in AGE_BANDS}
    for sex, born, number in counted:
        by_sex[sex] += number
        years = min(max(today.year - born, 0), 150)
        by_age[next(band for band in AGE_BANDS if band[0] <= years <= band[1])][sex] += number
    left_out = {(0, 15), (36, 150)}  # shown where there is somebody
    return Dashboard(
        total=sum(by_sex.values()),
        by_sex=by_sex,
        by_age=[(*band, sexes) for band, sexes in by_age.items() if band not in left_out or any(sexes.values())],
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
