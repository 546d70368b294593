"""What stood where on a day: the history of the tree of units."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from ecabinet.registry.history_models import UnitEvent, UnitPlace
from ecabinet.registry.models import Unit
from ecabinet.registry.unit_rules import Standing


@dataclass(frozen=True)
class Stood:
    """A unit as it was called on a day."""

    unit_id: int
    name: str


def _on(day: date, place: Any = UnitPlace) -> ColumnElement[bool]:
    return and_(place.from_day <= day, or_(place.until_day.is_(None), place.until_day > day))


def above_on(db: Session, unit_id: int, day: date) -> list[Stood]:
    """The chain of units from the root down to this one on that day, itself included, with the names of that day; empty
    when it did not stand.
    """
    chain = (
        select(UnitPlace.unit_id, UnitPlace.parent_id, UnitPlace.name, literal(0).label("height"))
        .where(UnitPlace.unit_id == unit_id, _on(day))
        .cte("chain", recursive=True)
    )
    chain = chain.union_all(
        select(UnitPlace.unit_id, UnitPlace.parent_id, UnitPlace.name, chain.c.height + 1)
        .join(chain, UnitPlace.unit_id == chain.c.parent_id)
        .where(_on(day))
    )
    rows = db.execute(select(chain.c.unit_id, chain.c.name).order_by(chain.c.height.desc()))
    return [Stood(*row) for row in rows]


def below_on(db: Session, unit_id: int, day: date) -> list[Stood]:
    """The units that stood directly below this one on that day, by name."""
    rows = db.execute(
        select(UnitPlace.unit_id, UnitPlace.name)
        .where(UnitPlace.parent_id == unit_id, _on(day))
        .order_by(UnitPlace.name, UnitPlace.unit_id)
    )
    return [Stood(*row) for row in rows]


def above_since(db: Session, unit_id: int, day: date) -> frozenset[int]:
    """The unit and all that stand, or at any time since that day stood, above it."""
    since = or_(UnitPlace.until_day.is_(None), UnitPlace.until_day > day)
    up = (
        select(UnitPlace.parent_id)
        .where(UnitPlace.unit_id == unit_id, since, UnitPlace.parent_id.is_not(None))
        .cte("up", recursive=True)
    )
    up = up.union(
        select(UnitPlace.parent_id)
        .join(up, UnitPlace.unit_id == up.c.parent_id)
        .where(since, UnitPlace.parent_id.is_not(None))
    )
    return frozenset({unit_id, *db.scalars(select(up.c.parent_id))})


def timeline(db: Session, unit_id: int) -> list[UnitEvent]:
    """All that happened to a unit, the newest first."""
    return list(
        db.scalars(
            select(UnitEvent).where(UnitEvent.unit_id == unit_id).order_by(UnitEvent.on_day.desc(), UnitEvent.id.desc())
        )
    )


def standing(db: Session, unit: Unit) -> Standing:
    """A unit as far as the rules look at it."""
    first, place = db.execute(
        select(func.min(UnitPlace.from_day), func.max(UnitPlace.from_day)).where(UnitPlace.unit_id == unit.id)
    ).one()
    event = db.scalar(select(func.max(UnitEvent.on_day)).where(UnitEvent.unit_id == unit.id))
    days = [day for day in (place, event, unit.founded_on) if day is not None]
    return Standing(
        id=unit.id,
        path=unit.path,
        name=unit.name,
        first=first or min(days, default=date.min),
        last=max(days, default=date.min),
        dissolved=unit.dissolved_on is not None,
    )


def last_change_below(db: Session, unit_id: int) -> date | None:
    """The day on which a unit last came to stand directly below this one, was renamed there, or left it."""
    came, left = db.execute(
        select(func.max(UnitPlace.from_day), func.max(UnitPlace.until_day)).where(UnitPlace.parent_id == unit_id)
    ).one()
    return max((day for day in (came, left) if day is not None), default=None)
