"""Operations on units: found, rename, move, merge, split, dissolve. None commits.

Each rests on a :class:`~ecabinet.registry.unit_rules.Decision` and leaves three traces: a dated line in the unit's
timeline (``UnitEvent``), its place and name from that day on (``UnitPlace``), and an entry in the audit trail. Days
before the operation never change.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, or_, select, text, update
from sqlalchemy.orm import Session

from documents.errors import Invalid, Problem
from documents.text import exact, fold
from ecabinet.access import within
from ecabinet.registry import operations, unit_rules
from ecabinet.registry.counts import shift_counts, shift_members
from ecabinet.registry.history_models import Transfer, UnitEvent
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import MemberStatus, TransferState, UnitEventKind, UnitKind
from ecabinet.registry.unit_history import above_since, last_change_below, standing
from ecabinet.registry.unit_rules import Decision, Particulars, Standing
from ecabinet.registry.unit_writing import end, fresh, move_members, put_on_trail, rehang, stand_anew, tell

# Any number that no other advisory lock uses: on PostgreSQL two moves at once could otherwise close a circle.
TREE_LOCK = 7_303_014_210_551_003
BELONGING = (MemberStatus.ACTIVE, MemberStatus.AWAY, MemberStatus.DEFERRED)
"""The members that a unit still has; those who left, grew up or were removed stay in its book."""


@dataclass(frozen=True)
class NewUnit:
    """A unit to be founded."""

    code: str
    name: str
    kind: UnitKind
    address: str = ""
    exchange_code: str | None = None


@dataclass(frozen=True)
class Part:
    """What a split gives to one new unit."""

    unit: NewUnit
    sub_units: Sequence[Unit] = ()
    members: Sequence[Member] = ()


def found(db: Session, parent: Unit, new: NewUnit, decision: Decision) -> Unit:
    """Found a unit below ``parent``."""
    above = _begin(db, parent, decision, dated_after=False)
    unit_rules.check_target(above, decision.day, "parent")
    _check_new(db, new)
    unit_rules.check_depth(0, "", f"{parent.path}{2**31}/", "parent")
    unit = _enter(db, parent, new, decision)
    put_on_trail(db, unit, "unit_founded", decision, parent=parent.id, name=unit.name)
    return unit


def rename(db: Session, unit: Unit, name: str, decision: Decision) -> None:
    """Give a unit another name."""
    _begin(db, unit, decision)
    if faults := unit_rules.name_faults(name, None):
        raise Invalid(faults)
    if name == unit.name:
        raise Invalid({"name": Problem("same_name")})
    before, unit.name, unit.search_name = unit.name, name, fold(exact(name))
    db.flush()
    stand_anew(db, [unit], decision)
    tell(db, [unit], UnitEventKind.RENAMED, decision, before=before, after=name)
    put_on_trail(db, unit, "unit_renamed", decision, before=before, after=name)


def amend(db: Session, unit: Unit, to: Particulars, decision: Decision) -> None:
    """Change how a unit is classed, coded and reached; what it was before stays in its timeline."""
    _begin(db, unit, decision)
    faults = unit_rules.particulars_faults(to)
    for name in ("code", "exchange_code"):
        value, column = getattr(to, name), getattr(Unit, name)
        if name not in faults and value and _taken(db, (column == value) & (Unit.id != unit.id)):
            faults[name] = Problem("code_taken", taken=value)
    if faults:
        raise Invalid(faults)
    changes = {
        name: [getattr(unit, name) or "", value or ""]
        for name, value in vars(to).items()
        if (getattr(unit, name) or "") != (value or "")
    }
    if not changes:
        raise Problem("nothing_changed")
    for name in changes:
        setattr(unit, name, getattr(to, name))
    db.flush()
    tell(db, [unit], UnitEventKind.AMENDED, decision, changes=changes)
    put_on_trail(db, unit, "unit_amended", decision, changes=changes)


def move(db: Session, unit: Unit, parent: Unit, decision: Decision) -> None:
    """Put a unit, with all below it, under another one."""
    facts = _begin(db, unit, decision)
    unit_rules.check_not_root(facts)
    unit_rules.check_different(unit.parent_id or 0, parent.id, "already_there")
    _check_receiver(db, parent, [unit], decision)
    before = db.get_one(Unit, unit.parent_id)
    old_path = unit.path
    rehang(db, [unit], parent, decision)
    shift_counts(db, unit, old_path, unit.path, decision.day)
    names = {"from_unit": before.id, "from_name": before.name, "to_unit": parent.id, "to_name": parent.name}
    tell(db, [unit], UnitEventKind.MOVED, decision, **names)
    put_on_trail(db, unit, "unit_moved", decision, **names)


def merge(db: Session, unit: Unit, survivor: Unit, decision: Decision) -> None:
    """Give all that a unit has to another one; it is dissolved that day and its positions end."""
    facts = _begin(db, unit, decision)
    unit_rules.check_different(unit.id, survivor.id, "unit_into_itself")
    _hand_over(db, facts, unit, survivor, decision)
    end(db, unit, decision)
    names = {"into_unit": survivor.id, "into_name": survivor.name}
    tell(db, [unit], UnitEventKind.MERGED, decision, **names)
    tell(db, [survivor], UnitEventKind.MERGED, decision, from_unit=unit.id, from_name=unit.name)
    put_on_trail(db, unit, "unit_merged", decision, **names)


def split(db: Session, unit: Unit, parts: Sequence[Part], decision: Decision) -> list[Unit]:
    """Found new units beside a unit, each with some of its sub-units and members; it keeps the rest."""
    facts = _begin(db, unit, decision)
    unit_rules.check_not_root(facts)
    parent = db.get_one(Unit, unit.parent_id)
    founded = [_split_off(db, unit, parent, part, decision) for part in parts]
    listed = [{"unit": new.id, "name": new.name} for new in founded]
    tell(db, [unit], UnitEventKind.SPLIT, decision, into=listed)
    for new in founded:
        tell(db, [new], UnitEventKind.SPLIT, decision, from_unit=unit.id, from_name=unit.name)
    put_on_trail(db, unit, "unit_split", decision, into=listed)
    return founded


def dissolve(db: Session, unit: Unit, successor: Unit | None, decision: Decision) -> None:
    """End a unit that is empty, or whose sub-units and members go to a successor."""
    facts = _begin(db, unit, decision)
    if successor is not None:
        unit_rules.check_different(unit.id, successor.id, "unit_into_itself")
        _hand_over(db, facts, unit, successor, decision)
    else:
        _check_can_end(db, facts, decision)
        if _children(db, unit) or db.scalar(select(exists().where(*_belonging_to(unit)))):
            raise Invalid({"target": Problem("unit_not_empty")})
    end(db, unit, decision)
    names = {"into_unit": successor.id, "into_name": successor.name} if successor else {}
    tell(db, [unit], UnitEventKind.DISSOLVED, decision, **names)
    put_on_trail(db, unit, "unit_dissolved", decision, **names)


def _begin(db: Session, unit: Unit, decision: Decision, *, dated_after: bool = True) -> Standing:
    """Take the tree, look at the unit as it is now, ask the first rules."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": TREE_LOCK})
    # What was loaded before the lock may have been moved by the one who held it.
    fresh(db)
    facts = standing(db, unit)
    unit_rules.check_stands(facts)
    unit_rules.check_decision(decision, facts if dated_after else None)
    return facts


def _check_new(db: Session, new: NewUnit) -> None:
    faults = unit_rules.name_faults(new.name, new.code, code_taken=_taken(db, Unit.code == new.code))
    if len(new.address) > unit_rules.ADDRESS_LENGTH:
        faults["address"] = Problem("too_long", limit=unit_rules.ADDRESS_LENGTH)
    if new.exchange_code is not None:
        if len(new.exchange_code) > unit_rules.EXCHANGE_CODE_LENGTH:
            faults["exchange_code"] = Problem("too_long", limit=unit_rules.EXCHANGE_CODE_LENGTH)
        elif _taken(db, Unit.exchange_code == new.exchange_code):
            faults["exchange_code"] = Problem("code_taken", taken=new.exchange_code)
    if faults:
        raise Invalid(faults)


def _taken(db: Session, condition: ColumnElement[bool]) -> bool:
    return bool(db.scalar(select(exists().where(condition))))


def _enter(db: Session, parent: Unit, new: NewUnit, decision: Decision) -> Unit:
    unit = operations.add_unit(db, parent, new.code, new.name, new.kind, decision.day, decision.by, decision.now)
    unit.address, unit.exchange_code = new.address, new.exchange_code
    db.execute(
        update(UnitEvent)
        .where(UnitEvent.unit_id == unit.id)
        .values(decision=decision.paper, details={"under_unit": parent.id, "under_name": parent.name})
    )
    return unit


def _children(db: Session, unit: Unit) -> list[Unit]:
    return list(
        db.scalars(select(Unit).where(Unit.parent_id == unit.id, Unit.dissolved_on.is_(None)).order_by(Unit.id))
    )


def _belonging_to(unit: Unit) -> tuple[ColumnElement[bool], ...]:
    return Member.unit_id == unit.id, Member.status.in_(BELONGING)


def _check_receiver(db: Session, target: Unit, moving: Sequence[Unit], decision: Decision) -> None:
    day = decision.day
    unit_rules.check_target(standing(db, target), day)
    unit_rules.check_no_cycle([unit.id for unit in moving], above_since(db, target.id, day))
    for unit in moving:
        unit_rules.check_order(day, unit.name, standing(db, unit).last)
        longest = db.scalar(select(func.max(func.length(Unit.path))).where(within(Unit.path, unit.path))) or 0
        unit_rules.check_depth(longest, unit.path, f"{target.path}{unit.id}/")


def _check_can_end(db: Session, facts: Standing, decision: Decision) -> None:
    unit_rules.check_not_root(facts)
    unit_rules.check_order(decision.day, facts.name, last_change_below(db, facts.id))
    asked = or_(Transfer.from_unit_id == facts.id, Transfer.to_unit_id == facts.id)
    if _taken(db, asked & (Transfer.state == TransferState.ASKED)):
        raise Problem("transfers_under_way", unit=facts.name)


def _hand_over(db: Session, facts: Standing, unit: Unit, successor: Unit, decision: Decision) -> None:
    _check_can_end(db, facts, decision)
    children = _children(db, unit)
    _check_receiver(db, successor, [unit, *children], decision)
    shift_counts(db, unit, unit.path, successor.path, decision.day)
    rehang(db, children, successor, decision)
    names = {"from_unit": unit.id, "from_name": unit.name, "to_unit": successor.id, "to_name": successor.name}
    tell(db, children, UnitEventKind.MOVED, decision, **names)
    move_members(db, unit, successor, _belonging_to(unit), decision)


def _split_off(db: Session, unit: Unit, parent: Unit, part: Part, decision: Decision) -> Unit:
    if not part.sub_units and not part.members:
        raise Invalid({"members": Problem("nothing_to_split")})
    _check_new(db, part.unit)
    chosen = set(part.sub_units)
    members = {member.id for member in part.members}
    theirs = select(func.count()).where(Member.id.in_(members), *_belonging_to(unit))
    if not chosen <= set(_children(db, unit)) or db.scalar(theirs) != len(members):
        raise Invalid({"members": Problem("not_of_this_unit")})
    new = _enter(db, parent, part.unit, decision)
    _check_receiver(db, new, part.sub_units, decision)
    before = {child.id: child.path for child in part.sub_units}
    rehang(db, part.sub_units, new, decision)
    for child in part.sub_units:
        shift_counts(db, child, before[child.id], child.path, decision.day)
    names = {"from_unit": unit.id, "from_name": unit.name, "to_unit": new.id, "to_name": new.name}
    tell(db, part.sub_units, UnitEventKind.MOVED, decision, **names)
    shift_members(db, members, unit.path, new.path, decision.day)
    move_members(db, unit, new, (Member.id.in_(members),), decision)
    return new
