"""What an operation on units writes: paths, the history, the dated lines, the audit trail. None commits."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from documents.database import changed
from ecabinet import audit
from ecabinet.access import within
from ecabinet.registry.history_models import MemberEvent, UnitEvent, UnitPlace
from ecabinet.registry.models import Body, Member, Position, Term, Unit
from ecabinet.registry.rules import MemberEventKind, UnitEventKind
from ecabinet.registry.unit_rules import Decision


def fresh(db: Session) -> None:
    """Units are read again when next looked at: a statement changed them behind the session's back."""
    db.flush()
    for row in list(db.identity_map.values()):
        if isinstance(row, Unit):
            db.expire(row)


def rehang(db: Session, units: Sequence[Unit], parent: Unit, decision: Decision) -> None:
    """Put units, each with its subtree in one statement, below ``parent`` from that day on."""
    for unit in units:
        old, new = unit.path, f"{parent.path}{unit.id}/"
        unit.parent_id = parent.id
        db.flush()
        db.execute(
            update(Unit)
            .where(within(Unit.path, old))
            .values(path=new + func.substr(Unit.path, len(old) + 1))
            .execution_options(synchronize_session=False)
        )
    fresh(db)
    stand_anew(db, units, decision)


def stand_anew(db: Session, units: Sequence[Unit], decision: Decision) -> None:
    """Write the present name and place of units into the history, from that day on."""
    _close_places(db, units, decision)
    if units:
        db.execute(
            insert(UnitPlace),
            [
                {"unit_id": unit.id, "parent_id": unit.parent_id, "name": unit.name, "from_day": decision.day}
                for unit in units
            ],
        )


def _close_places(db: Session, units: Sequence[Unit], decision: Decision) -> None:
    open_now = (UnitPlace.unit_id.in_([unit.id for unit in units]), UnitPlace.until_day.is_(None))
    # A place taken the same day was never held for a whole day: the last word of a day is what counts for it.
    db.execute(delete(UnitPlace).where(*open_now, UnitPlace.from_day == decision.day))
    db.execute(update(UnitPlace).where(*open_now).values(until_day=decision.day))


def move_members(db: Session, unit: Unit, to: Unit, which: Sequence[ColumnElement[bool]], decision: Decision) -> None:
    """Enter members of ``unit`` into another one, with a line in the timeline of each; counts are the caller's."""
    line = {
        "kind": MemberEventKind.MOVED_IN.value,
        "on_day": decision.day,
        "decision": decision.paper,
        "details": {"from": unit.name},
        "recorded_by": decision.by,
        "recorded_at": decision.now,
    }
    moved = list(db.scalars(select(Member.id).where(*which)))
    if moved:
        db.execute(insert(MemberEvent), [line | {"member_id": member_id} for member_id in moved])
        db.execute(update(Member).where(*which).values(unit_id=to.id))


def end(db: Session, unit: Unit, decision: Decision) -> None:
    """Dissolve an emptied unit: the day before was its last, and that of its terms and positions."""
    unit.dissolved_on = decision.day
    db.flush()
    _close_places(db, [unit], decision)
    terms = select(Term.id).join(Body, Body.id == Term.body_id).where(Body.unit_id == unit.id)
    last = decision.day - timedelta(days=1)
    for model, mine in ((Position, Position.term_id.in_(terms)), (Term, Term.id.in_(terms))):
        # What would have begun later never begins.
        db.execute(delete(model).where(mine, model.starts_on > last).execution_options(synchronize_session="fetch"))
        running = or_(model.ends_on.is_(None), model.ends_on > last)
        db.execute(
            update(model).where(mine, running).values(ends_on=last).execution_options(synchronize_session="fetch")
        )


def tell(db: Session, units: Sequence[Unit], kind: UnitEventKind, decision: Decision, **details: Any) -> None:
    """A line in the timeline of each of these units."""
    line = {
        "kind": kind.value,
        "on_day": decision.day,
        "decision": decision.paper,
        "details": details,
        "recorded_by": decision.by,
        "recorded_at": decision.now,
    }
    if units:
        db.execute(insert(UnitEvent), [line | {"unit_id": unit.id} for unit in units])
    for unit in units:
        changed(db, "unit", unit.id)


def put_on_trail(db: Session, unit: Unit, action: str, decision: Decision, **details: Any) -> None:
    """An entry in the audit trail."""
    on_paper = {"on_day": decision.day.isoformat(), "decision": decision.paper}
    audit.record(db, decision.by, action, f"unit:{unit.id}", decision.now, **on_paper, **details)
