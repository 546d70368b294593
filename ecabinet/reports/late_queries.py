"""What is late, unit by unit: counted in one question from the index of what is open, nothing kept beside it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from ecabinet.access import within
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import Book
from ecabinet.office.register_filters import LATE, in_state, is_open
from ecabinet.registry.models import Unit


@dataclass(frozen=True)
class UnitOpen:
    """How many registered incoming documents of a unit are open, how many of them late; since when."""

    unit_id: int
    path: str
    name: str
    open: int
    late: int
    since: date | None

    @property
    def in_time(self) -> int:
        """How many are open and not late."""
        return self.open - self.late


def by_unit(db: Session, path: str, today: date) -> list[UnitOpen]:
    """Every unit of a subtree that has something open, most late first. Secret documents are not counted."""
    late = in_state(LATE, today)
    lates = func.sum(case((late, 1), else_=0))
    counted = (
        select(
            OfficeDocument.unit_id.label("unit_id"), func.count().label("open"), lates.label("late"),
            func.min(case((late, OfficeDocument.due_on))).label("since"),
        )
        .where(OfficeDocument.book == Book.INCOMING, is_open(), OfficeDocument.ordinal.is_not(None))
        .where(OfficeDocument.unit_id.in_(select(Unit.id).where(within(Unit.path, path))))
        .group_by(OfficeDocument.unit_id)
        .subquery()
    )  # fmt: skip
    rows = db.execute(
        select(Unit.id, Unit.path, Unit.name, counted.c.open, counted.c.late, counted.c.since)
        .join(counted, counted.c.unit_id == Unit.id)
        .order_by(counted.c.late.desc(), counted.c.open.desc(), Unit.path)
    )
    return [UnitOpen(*row) for row in rows]


def gathered(found: Iterable[UnitOpen], below: Iterable[tuple[int, str, str]]) -> list[UnitOpen]:
    """The same for whole subtrees: ``below`` are ids, paths and names of units, none within another."""
    counted: dict[int, list[UnitOpen]] = {}
    for one in found:
        for part in one.path.split("/"):
            if part:
                counted.setdefault(int(part), []).append(one)
    gathered = [
        UnitOpen(
            unit_id, path, name, sum(one.open for one in there), sum(one.late for one in there),
            min((one.since for one in there if one.since is not None), default=None),
        )
        for unit_id, path, name in below
        if (there := counted.get(unit_id))
    ]  # fmt: skip
    return sorted(gathered, key=lambda one: (-one.late, -one.open, one.path))
