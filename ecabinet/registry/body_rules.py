"""Rules of bodies: terms that do not overlap, positions that lie within them. Plain values only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from documents.errors import Invalid, Problem
from ecabinet.registry.unit_rules import NAME_LENGTH, text_fault, written

TERM_LENGTH = 50
TITLE_LENGTH = 100
RANKS = (1, 9999)
WEIGHTS = (1, 1_000)


@dataclass(frozen=True)
class Span:
    """From a day to a day, both included; open at the end while ``until`` is None."""

    name: str
    begins: date
    until: date | None

    def meets(self, other: "Span") -> bool:
        """Whether some day lies in both."""
        return (self.until is None or other.begins <= self.until) and (
            other.until is None or self.begins <= other.until
        )

    def holds(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.begins <= day and (self.until is None or day <= self.until)

    @property
    def text(self) -> str:
        """As people write it."""
        return f"{written(self.begins)} – {written(self.until) if self.until else '…'}"


@dataclass(frozen=True)
class Days:
    """The days that a form says; None for a first day that is no date, or an end that is open."""

    begins: date | None
    until: date | None
    until_is_a_day: bool = True


def check_body(name: str, *, kind_known: bool, taken: bool) -> None:
    """Raise :class:`Invalid`: no name, one that the unit's bodies have already, an unknown kind."""
    faults = {}
    if fault := text_fault(name, NAME_LENGTH):
        faults["name"] = fault
    elif taken:
        faults["name"] = Problem("body_exists")
    if not kind_known:
        faults["kind"] = Problem("unknown_kind")
    if faults:
        raise Invalid(faults)


def check_term(name: str, days: Days, others: Iterable[Span]) -> Span:
    """The term as it will be; raises :class:`Invalid` when it overlaps another one of the body or has its name."""
    faults = {}
    others = list(others)
    if fault := text_fault(name, TERM_LENGTH):
        faults["name"] = fault
    elif name in {other.name for other in others}:
        faults["name"] = Problem("term_exists")
    term = _span(name, days, faults)
    if term is not None:
        for other in others:
            if term.meets(other):
                faults["starts_on"] = Problem("terms_overlap", term=f"{other.name} ({other.text})")
    if faults or term is None:
        raise Invalid(faults)
    return term


def check_position(
    title: str, rank: int | None, days: Days, term: Span, held: Iterable[Span], weight: int | None = 1
) -> Span:
    """The position as it will be; raises :class:`Invalid` when it leaves its term, or the member holds the same one in
    that time. ``held`` are the positions of the member in this body; ``weight`` is what its vote counts.
    """
    faults = {}
    if fault := text_fault(title, TITLE_LENGTH):
        faults["title"] = fault
    if rank is None or not RANKS[0] <= rank <= RANKS[1]:
        faults["rank"] = Problem("not_in_range", low=RANKS[0], high=RANKS[1])
    if weight is None or not WEIGHTS[0] <= weight <= WEIGHTS[1]:
        faults["weight"] = Problem("not_in_range", low=WEIGHTS[0], high=WEIGHTS[1])
    position = _span(title, days, faults)
    if position is not None:
        position = Span(title, position.begins, position.until or term.until)
        if not term.holds(position.begins):
            faults["starts_on"] = Problem("outside_the_term", term=term.text)
        elif term.until is not None and position.until is not None and position.until > term.until:
            faults["ends_on"] = Problem("outside_the_term", term=term.text)
        elif any(other.name.casefold() == title.casefold() and position.meets(other) for other in held):
            faults["member"] = Problem("seat_held_already")
    if faults or position is None:
        raise Invalid(faults)
    return position


def check_end_of_term(day: date | None, term: Span, latest_begin: date | None) -> date:
    """The last day; raises :class:`Invalid` unless it lies in the term and no position begins after it."""
    if day is None:
        raise Invalid({"ends_on": Problem("not_a_day")})
    if day < term.begins:
        raise Invalid({"ends_on": Problem("ends_before_it_starts")})
    if latest_begin is not None and latest_begin > day:
        raise Invalid({"ends_on": Problem("positions_begin_later")})
    return day


def check_end_of_position(day: date | None, position: Span, term: Span) -> date:
    """The last day; raises :class:`Invalid` unless it lies in the position's own time and in the term."""
    if day is None:
        raise Invalid({"ends_on": Problem("not_a_day")})
    if day < position.begins:
        raise Invalid({"ends_on": Problem("ends_before_it_starts")})
    if not term.holds(day):
        raise Invalid({"ends_on": Problem("outside_the_term", term=term.text)})
    return day


def _span(name: str, days: Days, faults: dict[str, Problem]) -> Span | None:
    if not days.until_is_a_day:
        faults["ends_on"] = Problem("not_a_day")
    if days.begins is None:
        faults["starts_on"] = Problem("not_a_day")
        return None
    if days.until is not None and days.until < days.begins:
        faults["ends_on"] = Problem("ends_before_it_starts")
        return None
    return Span(name, days.begins, days.until)
