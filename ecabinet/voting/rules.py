"""Rules of voting from plain values: what may be cast, the tally, the verdict.

A verdict is decided in whole numbers (votes × denominator against numerator × base), so no rounding can turn it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from documents.errors import Invalid, Problem


class PollState(StrEnum):
    """draft → open → closed → published; a run may be cancelled, with a reason, before it is published."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


NEXT_STATE: dict[PollState, frozenset[PollState]] = {
    PollState.DRAFT: frozenset({PollState.OPEN, PollState.CANCELLED}),
    PollState.OPEN: frozenset({PollState.CLOSED, PollState.CANCELLED}),
    PollState.CLOSED: frozenset({PollState.PUBLISHED, PollState.CANCELLED}),
    PollState.PUBLISHED: frozenset(),
    PollState.CANCELLED: frozenset(),
}


class OptionKey(StrEnum):
    """What an option of a motion means; its label is free."""

    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"


class Base(StrEnum):
    """Of what the majority is a fraction."""

    VALID = "valid"
    CAST = "cast"
    PRESENT = "present"
    ENTITLED = "entitled"


@dataclass(frozen=True)
class Majority:
    """A fraction of a base. ``strict``: more than the fraction; otherwise the fraction itself is enough."""

    numerator: int
    denominator: int
    strict: bool
    base: Base


@dataclass(frozen=True)
class Count:
    """What the ballots say. ``entitled``: voters in the snapshot (all present when the vote opened); ``summoned``: all
    seats.
    """

    votes: dict[OptionKey, int]
    cast: int
    entitled: int
    summoned: int


@dataclass(frozen=True)
class Verdict:
    """The outcome and what it was decided from: ``numerator`` votes of ``denominator`` under ``majority``."""

    passed: bool
    numerator: int
    denominator: int
    majority: Majority


def check_poll(title: str, majority: Majority) -> None:
    """Raise :class:`Invalid` when a motion cannot be put like this."""
    faults: dict[str, Problem] = {}
    if not title:
        faults["title"] = Problem("missing")
    elif len(title) > 300:
        faults["title"] = Problem("too_long", limit=300)
    if not 0 < majority.numerator <= majority.denominator <= 100:
        faults["majority"] = Problem("not_a_fraction")
    elif majority.strict and majority.numerator == majority.denominator:
        faults["majority"] = Problem("more_than_all")
    if faults:
        raise Invalid(faults)


def check_next(state: PollState, wanted: PollState) -> None:
    """Raise :class:`Problem` unless the state may follow."""
    if wanted not in NEXT_STATE[state]:
        raise Problem("wrong_state")


def check_ballot(
    state: PollState, chosen: Sequence[int], on_offer: Collection[int], *, entitled: bool, here: bool
) -> None:
    """Raise the named reason why a ballot of a motion cannot be taken.

    The order is what the voter should hear first.
    """
    if not entitled:
        raise Problem("not_entitled")
    if state != PollState.OPEN:
        raise Problem("poll_not_open")
    if not here:
        raise Problem("not_present")
    if not chosen:
        raise Problem("nothing_chosen")
    if len(chosen) > 1:
        raise Problem("too_many_chosen")
    if chosen[0] not in on_offer:
        raise Problem("unknown_option")


def count(ballots: Iterable[OptionKey], entitled: int, summoned: int) -> Count:
    """Tally the ballots of a motion, one option each."""
    votes = Counter(ballots)
    return Count({key: votes[key] for key in OptionKey}, sum(votes.values()), entitled, summoned)


def base_of(counted: Count, base: Base) -> int:
    """The denominator. In a motion every ballot on the list of options is valid."""
    return {
        Base.VALID: counted.cast,
        Base.CAST: counted.cast,
        Base.PRESENT: counted.entitled,
        Base.ENTITLED: counted.summoned,
    }[base]


def verdict(counted: Count, majority: Majority) -> Verdict:
    """Whether the motion is carried: its votes "for" against the fraction of the base.

    Of an empty base nothing is carried.
    """
    votes = counted.votes[OptionKey.FOR]
    base = base_of(counted, majority.base)
    have, need = votes * majority.denominator, majority.numerator * base
    passed = base > 0 and (have > need if majority.strict else have >= need)
    return Verdict(passed, votes, base, majority)
