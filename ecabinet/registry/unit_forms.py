"""What the forms of the operations on units say, turned into the operations' own values."""

from collections.abc import Callable

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import Invalid, Problem
from ecabinet.clock import now, today
from ecabinet.fields import day, text
from ecabinet.registry import unit_queries, unit_rules, units
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import UnitKind
from ecabinet.registry.unit_rules import Decision, Particulars
from ecabinet.registry.units import NewUnit, Part
from ecabinet.web import person

DECIDED_ABOVE = frozenset({"move", "merge", "split", "dissolve"})
"""What changes a unit's place is decided by those who keep the registry of the unit above it."""


MOST_PARTS = 1000


def decision() -> Decision:
    """What every operation rests on."""
    return Decision(day("on_day"), text("paper"), person().member_id, now(), today())


def carry_out(db: Session, operation: str, unit: Unit) -> Unit:
    """Do it, and give the unit to show next. What is wrong with the form itself is told all at once."""
    faults: dict[str, Problem] = {}
    checks: list[Callable[[], object]] = [lambda: unit_rules.check_decision(decision())]
    if operation in {"found", "split"}:
        checks.append(_new_unit)
    if operation in {"move", "merge"}:
        checks.append(lambda: _target(db))
    for check in checks:
        try:
            check()
        except Invalid as invalid:
            faults |= invalid.faults
    if faults:
        raise Invalid(faults)
    return OPERATIONS[operation](db, unit)


def found(db: Session, unit: Unit) -> Unit:
    """A unit below this one."""
    return units.found(db, unit, _new_unit(), decision())


def rename(db: Session, unit: Unit) -> Unit:
    """Another name."""
    units.rename(db, unit, text("name"), decision())
    return unit


def amend(db: Session, unit: Unit) -> Unit:
    """How it is classed, coded and reached."""
    told = {name: text(name) for name in ("kind", "code", "address", "phone", "email")}
    units.amend(db, unit, Particulars(exchange_code=text("exchange_code") or None, **told), decision())
    return unit


def move(db: Session, unit: Unit) -> Unit:
    """Under another unit."""
    units.move(db, unit, _target(db), decision())
    return unit


def merge(db: Session, unit: Unit) -> Unit:
    """Into another unit, which is shown next."""
    survivor = _target(db)
    units.merge(db, unit, survivor, decision())
    return survivor


def split(db: Session, unit: Unit) -> Unit:
    """A new unit with some sub-units and members."""
    part = Part(_new_unit(), _sub_units(db, unit), _members(db, unit))
    return units.split(db, unit, [part], decision())[0]


def dissolve(db: Session, unit: Unit) -> Unit:
    """Ended, with or without a successor."""
    units.dissolve(db, unit, _target(db) if text("target") else None, decision())
    return unit


OPERATIONS: dict[str, Callable[[Session, Unit], Unit]] = {
    "found": found, "rename": rename, "amend": amend, "move": move, "merge": merge, "split": split,
    "dissolve": dissolve,
}  # fmt: skip


def _new_unit() -> NewUnit:
    faults = unit_rules.name_faults(text("name"), text("code"))
    if text("kind") not in set(UnitKind):
        faults["kind"] = Problem("unknown_kind")
    if faults:
        raise Invalid(faults)
    return NewUnit(text("code"), text("name"), UnitKind(text("kind")), text("address"), text("exchange_code") or None)


def _target(db: Session) -> Unit:
    """The unit meant by a code or a name, among those whose registry the person keeps."""
    meant = unit_queries.receivers(db, person(), text("target"))
    if not meant:
        raise Invalid({"target": Problem("unit_not_found" if text("target") else "missing")})
    if len(meant) > 1:
        listed = ", ".join(f"{unit.code} ({unit.name})" for unit in meant)
        raise Invalid({"target": Problem("unit_ambiguous", units=listed)})
    return meant[0]


def _sub_units(db: Session, unit: Unit) -> list[Unit]:
    ids = [
        int(value)
        for value in request.form.getlist("sub_unit")
        if value.isascii() and value.isdigit() and len(value) < 10
    ]
    return list(db.scalars(select(Unit).where(Unit.id.in_(ids[:MOST_PARTS]), Unit.parent_id == unit.id)))


def _members(db: Session, unit: Unit) -> list[Member]:
    cards = list(dict.fromkeys(text("cards").split()))
    if not cards:
        return []
    found = db.scalars(select(Member).where(Member.card_number.in_(cards), Member.unit_id == unit.id)).all()
    if unknown := sorted(set(cards) - {member.card_number for member in found}):
        raise Invalid({"cards": Problem("cards_unknown", cards=", ".join(unknown[:20]))})
    return list(found)
