"""Rules of operations on units: what may be done to a unit on a day. Plain values only.

Which kind of unit may stand under which is not fixed: the depth of the tree is free.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from documents.errors import Invalid, Problem
from ecabinet.registry.rules import UnitKind

FIRST_DAY = date(1931, 3, 26)
"""From when units stand whose founding day was never written down: the Union's own founding day."""
CODE_LENGTH = 30
NAME_LENGTH = 200
DECISION_LENGTH = 200
ADDRESS_LENGTH = 300
EXCHANGE_CODE_LENGTH = 20
EMAIL_LENGTH = 120
# Offices have several numbers, extensions and short numbers.
_PHONE = re.compile(r"[0-9+][0-9 ().,/;-]{2,29}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
PATH_LENGTH = 200


@dataclass(frozen=True)
class Decision:
    """What every operation rests on: the day it takes effect, the paper that says so, who recorded it and when.

    ``on_day`` is None when the form did not say a day; ``today`` is the day on the office's clock.
    """

    on_day: date | None
    paper: str
    by: int | None
    now: datetime
    today: date

    @property
    def day(self) -> date:
        """The day, after :func:`check_decision` has seen it."""
        if self.on_day is None:
            raise Invalid({"on_day": Problem("not_a_day")})
        return self.on_day


@dataclass(frozen=True)
class Particulars:
    """How a unit is classed, coded and reached; empty text: not known."""

    kind: str
    code: str
    exchange_code: str | None
    address: str
    phone: str
    email: str


@dataclass(frozen=True)
class Standing:
    """A unit as far as the rules look at it. ``first`` is the first day it stood, ``last`` the day of the last
    operation on it.
    """

    id: int
    path: str
    name: str
    first: date
    last: date
    dissolved: bool


def check_decision(decision: Decision, unit: Standing | None = None) -> None:
    """Raise :class:`Invalid`: no day, one to come, before the founding or last operation of ``unit``; no paper."""
    faults = {}
    day = decision.on_day
    if day is None:
        faults["on_day"] = Problem("not_a_day")
    elif day > decision.today:
        faults["on_day"] = Problem("day_to_come")
    elif unit is not None and day < unit.first:
        faults["on_day"] = Problem("before_founding", unit=unit.name, day=written(unit.first))
    elif unit is not None and day < unit.last:
        faults["on_day"] = Problem("before_last_operation", unit=unit.name, day=written(unit.last))
    if fault := text_fault(decision.paper, DECISION_LENGTH):
        faults["paper"] = fault
    if faults:
        raise Invalid(faults)


def check_order(day: date, unit_name: str, last: date | None) -> None:
    """Raise :class:`Invalid` when what happened to or below that unit is later than the operation."""
    if last is not None and day < last:
        raise Invalid({"on_day": Problem("before_last_operation", unit=unit_name, day=written(last))})


def check_stands(unit: Standing) -> None:
    """Raise :class:`Problem` when the unit was dissolved."""
    if unit.dissolved:
        raise Problem("unit_dissolved", unit=unit.name)


def check_not_root(unit: Standing) -> None:
    """Raise :class:`Problem` for the unit at the head: it can be renamed, nothing else."""
    if unit.path.count("/") == 1:
        raise Problem("root_stays")


def check_target(target: Standing, day: date, field: str = "target") -> None:
    """Raise :class:`Invalid` when the unit that receives does not stand on that day."""
    if target.dissolved:
        raise Invalid({field: Problem("unit_dissolved", unit=target.name)})
    if day < target.first:
        raise Invalid({"on_day": Problem("before_founding", unit=target.name, day=written(target.first))})


def check_no_cycle(moving: Collection[int], above_target: Collection[int], field: str = "target") -> None:
    """Raise :class:`Invalid` when one of the moving units is the receiving one or stands, or since that day stood,
    above it.
    """
    if not set(moving).isdisjoint(above_target):
        raise Invalid({field: Problem("unit_below_itself")})


def check_different(unit_id: int, target_id: int, code: str, field: str = "target") -> None:
    """Raise :class:`Invalid` with ``code`` when both are the same unit."""
    if unit_id == target_id:
        raise Invalid({field: Problem(code)})


def check_depth(longest_path: int, old_prefix: str, new_prefix: str, field: str = "target") -> None:
    """Raise :class:`Invalid` when a path would grow longer than is kept."""
    if longest_path - len(old_prefix) + len(new_prefix) > PATH_LENGTH:
        raise Invalid({field: Problem("tree_too_deep")})


def name_faults(name: str, code: str | None, *, code_taken: bool = False) -> dict[str, Problem]:
    """What is wrong with the name and, unless it is None, the code of a unit."""
    faults = {}
    if fault := text_fault(name, NAME_LENGTH):
        faults["name"] = fault
    if code is not None:
        if fault := text_fault(code, CODE_LENGTH):
            faults["code"] = fault
        elif code_taken:
            faults["code"] = Problem("code_taken", taken=code)
    return faults


def particulars_faults(to: Particulars) -> dict[str, Problem]:
    """What is wrong with each, as far as they say it themselves."""
    faults = {}
    if to.kind not in set(UnitKind):
        faults["kind"] = Problem("unknown_kind")
    if fault := text_fault(to.code, CODE_LENGTH):
        faults["code"] = fault
    limits = {"exchange_code": EXCHANGE_CODE_LENGTH, "address": ADDRESS_LENGTH, "email": EMAIL_LENGTH}
    for name, limit in limits.items():
        if len(getattr(to, name) or "") > limit:
            faults[name] = Problem("too_long", limit=limit)
    if to.phone and not _PHONE.fullmatch(to.phone):
        faults["phone"] = Problem("unit_phone_form")
    if to.email and "email" not in faults and not _EMAIL.fullmatch(to.email):
        faults["email"] = Problem("email_form")
    return faults


def text_fault(text: str, limit: int) -> Problem | None:
    """What is wrong with a text that must be there."""
    if not text:
        return Problem("missing")
    return Problem("too_long", limit=limit) if len(text) > limit else None


def written(day: date) -> str:
    """A day as people write it."""
    return day.strftime("%d/%m/%Y")
