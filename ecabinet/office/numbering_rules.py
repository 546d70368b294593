"""Rules of numbers from plain values: how a number is written, which period it counts in, what may become of it, which
dates it bears. A series is a counter of one issuer, one rule, one type, one secrecy and one period.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from documents.errors import Problem

LONGEST_FORM = 60
LONGEST_NUMBER = 60
LONGEST_REASON = 500
LAST_ORDINAL = 9_999_999
_PART = re.compile(r"\{(\w+)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
PARTS = frozenset({"n", "type", "organ", "drafter"})


class Direction(StrEnum):
    """Whether a document comes in or goes out."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"


class Every(StrEnum):
    """After what a series begins anew."""

    YEAR = "year"
    TERM = "term"
    ONCE = "once"


class IssuerKind(StrEnum):
    """Who gives numbers: a unit itself, a body of it, a congress."""

    UNIT = "unit"
    BODY = "body"
    CONGRESS = "congress"


@dataclass(frozen=True)
class Rule:
    """How some documents are numbered. ``types`` are its own; without any it takes what no other rule names. ``each``:
    every type has a series of its own; ``issuer``: only for issuers of that kind.
    """

    name: str
    direction: Direction
    period: Every
    form: str
    label: Mapping[str, str]
    types: frozenset[str] = frozenset()
    each: bool = False
    issuer: IssuerKind | None = None

    def series_type(self, type_code: str) -> str:
        """The type that its series is for; empty where all of the rule share one."""
        return type_code if self.each else ""

    def fits(self, direction: Direction, type_code: str, issuer: IssuerKind) -> bool:
        """Whether the rule is for such a document; the order of the rules decides between two that are."""
        if self.direction != direction or (self.issuer is not None and self.issuer != issuer):
            return False
        return not self.types or type_code in self.types


@dataclass(frozen=True)
class Profile:
    """The form and numbering of one kind of offices. ``digits``: a number with fewer is filled up with zeros."""

    name: str
    label: Mapping[str, str]
    digits: int
    types: tuple[str, ...]
    rules: tuple[Rule, ...]
    default: bool = False

    def rule_for(self, direction: Direction, type_code: str, issuer: IssuerKind) -> Rule:
        """The first rule that fits; raises ``no_such_type`` for a type that the profile does not know."""
        if direction == Direction.OUTGOING and type_code not in self.types:
            raise Problem("no_such_type", field="type_code")
        for rule in self.rules:
            if rule.fits(direction, type_code, issuer):
                return rule
        raise Problem("no_such_type", field="type_code")

    def rule(self, name: str) -> Rule:
        """The rule of this name."""
        for rule in self.rules:
            if rule.name == name:
                return rule
        raise Problem("no_such_type", name)

    def changed(self, changes: Mapping[str, Mapping[str, Any]]) -> "Profile":
        """The profile as a unit has changed it: rule → what of it is otherwise (``form``, ``period``, ``each``)."""
        return replace(self, rules=tuple(_changed(rule, changes.get(rule.name, {})) for rule in self.rules))


def _changed(rule: Rule, change: Mapping[str, Any]) -> Rule:
    if not change:
        return rule
    return replace(
        rule,
        form=check_form(str(change.get("form", rule.form))),
        period=Every(change.get("period", rule.period)),
        each=bool(change.get("each", rule.each)),
    )


def check_form(form: str) -> str:
    """A form of numbers as it is kept; raises ``number_form`` for one that names no number or an unknown part."""
    named = _PART.findall(form)
    plain = _PART.sub("", _OPTIONAL.sub(r"\1", form))
    if "n" not in named or not set(named) <= PARTS or set(plain) & set("{}[]") or len(form) > LONGEST_FORM:
        raise Problem("number_form", field="form")
    return form


def written(form: str, digits: int, number: int, **parts: str) -> str:
    """A number as it stands on the paper; raises ``number_lacks`` naming the part that it cannot do without."""
    given = {name: parts.get(name, "") for name in PARTS} | {"n": str(number).zfill(digits)}

    def optional(match: re.Match[str]) -> str:
        return match[1] if all(given[name] for name in _PART.findall(match[1])) else ""

    form = _OPTIONAL.sub(optional, form)
    for name in _PART.findall(form):
        if not given[name]:
            raise Problem("number_lacks", field=name, part=name)
    text = _PART.sub(lambda match: given[match[1]], form)
    if len(text) > LONGEST_NUMBER:
        raise Problem("too_long", field="number", limit=LONGEST_NUMBER)
    return text


def split_code(code: str) -> tuple[str, str]:
    """A written number as annex VI has it: CodeNumber, the figures it begins with, and CodeNotation, all after them."""
    match = re.fullmatch(r"(\d*)\s*[-/]?\s*(.*)", code.strip(), re.DOTALL)
    return (match[1], match[2]) if match else ("", code)


@dataclass(frozen=True)
class Period:
    """The days that a series counts in, both included; open where there is no such day."""

    key: str
    starts_on: date | None
    ends_on: date | None

    def holds(self, day: date) -> bool:
        """Whether the day lies within."""
        return (self.starts_on is None or day >= self.starts_on) and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True)
class TermDays:
    """A term of a body: ``starts_on`` is the day after its congress."""

    id: int
    starts_on: date
    ends_on: date | None


ONCE = Period("once", None, None)


def period_of(every: Every, day: date, terms: Iterable[TermDays] = ()) -> Period:
    """The period in which a day lies; raises ``no_term`` where the body had none that day.

    A term whose end nobody wrote down ends the day before the next begins.
    """
    if every == Every.ONCE:
        return ONCE
    if every == Every.YEAR:
        return Period(str(day.year), date(day.year, 1, 1), date(day.year, 12, 31))
    ordered = sorted(terms, key=lambda term: term.starts_on)
    for number, term in reversed(list(enumerate(ordered))):
        if term.starts_on <= day:
            following = ordered[number + 1].starts_on - timedelta(days=1) if number + 1 < len(ordered) else None
            ends = min((end for end in (term.ends_on, following) if end is not None), default=None)
            if ends is None or day <= ends:
                return Period(f"term:{term.id}", term.starts_on, ends)
            break
    raise Problem("no_term", field="dated_on", day=day.strftime("%d/%m/%Y"))


class Remark(StrEnum):
    """What is out of the ordinary about a date, and is kept with the number."""

    BACKDATED = "backdated"
    OUTSIDE = "outside"
    CLOSED = "closed"


def remarks_on(dated: date, period: Period, today: date, last_dated: date | None, reason: str) -> list[Remark]:
    """What to keep on record of a date. Raises ``date_to_come`` for one after today; ``date_outside`` for one of
    another period, ``period_over`` for a number of a period that has ended, both unless a reason is given: then they
    are exceptions.
    """
    if dated > today:
        raise Problem("date_to_come", field="dated_on")
    if not period.holds(dated) and not reason:
        raise Problem("date_outside", field="dated_on", day=dated.strftime("%d/%m/%Y"), period=spoken(period))
    over = period.ends_on is not None and period.ends_on < today
    if over and not reason:
        raise Problem("period_over", field="dated_on", period=spoken(period))
    found = {
        Remark.BACKDATED: last_dated is not None and dated < last_dated,
        Remark.OUTSIDE: not period.holds(dated),
        Remark.CLOSED: over,
    }
    return [remark for remark, true in found.items() if true]


def spoken(period: Period) -> str:
    """A period in figures that every language reads."""
    if period.starts_on is None:
        return ""
    if period.key.isdigit():
        return period.key
    return (
        f"{period.starts_on:%d/%m/%Y}–{period.ends_on:%d/%m/%Y}" if period.ends_on else f"{period.starts_on:%d/%m/%Y}–"
    )


class NumberState(StrEnum):
    """What has become of a number. There is none that is on no record."""

    RESERVED = "reserved"
    TAKEN = "taken"
    RELEASED = "released"
    VOID = "void"


class NumberAct(StrEnum):
    """What is done with a number."""

    TAKE = "take"
    RESERVE = "reserve"
    USE = "use"
    RELEASE = "release"
    EXPIRE = "expire"
    VOID = "void"


@dataclass(frozen=True)
class Step:
    """From which states to which; ``None`` among the first: also a number that there has not been yet."""

    states: frozenset[NumberState | None]
    to: NumberState


NUMBER_STEPS: dict[NumberAct, Step] = {
    NumberAct.TAKE: Step(frozenset({None, NumberState.RELEASED}), NumberState.TAKEN),
    NumberAct.RESERVE: Step(frozenset({None, NumberState.RELEASED}), NumberState.RESERVED),
    NumberAct.USE: Step(frozenset({NumberState.RESERVED}), NumberState.TAKEN),
    NumberAct.RELEASE: Step(frozenset({NumberState.RESERVED, NumberState.TAKEN}), NumberState.RELEASED),
    NumberAct.EXPIRE: Step(frozenset({NumberState.RESERVED}), NumberState.RELEASED),
    NumberAct.VOID: Step(frozenset({NumberState.RESERVED, NumberState.TAKEN}), NumberState.VOID),
}


def after(act: NumberAct, state: NumberState | None) -> NumberState:
    """The state that the act leads to; raises ``number_state`` where it cannot be done."""
    step = NUMBER_STEPS[act]
    if state not in step.states:
        raise Problem("number_state", f"{act} from {state}")
    return step.to


def check_reason(reason: str) -> str:
    """The reason as it is kept; raises ``missing`` or ``too_long``."""
    if not reason.strip():
        raise Problem("missing", field="reason")
    if len(reason) > LONGEST_REASON:
        raise Problem("too_long", field="reason", limit=LONGEST_REASON)
    return reason.strip()
