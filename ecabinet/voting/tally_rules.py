"""Counting, from plain values: which ballots are valid, what each option has, whether it is enough.

A majority is decided in whole numbers (votes × denominator against numerator × base), so no rounding can turn it.
Every figure is a sum of weights; where all weigh 1 it is a number of heads.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from documents.errors import Invalid, Problem
from ecabinet.voting.rules import Base, Choices, Majority, PollKind


@dataclass(frozen=True)
class Slip:
    """One ballot as it is counted: the options chosen, and its weight."""

    options: tuple[int, ...]
    weight: int = 1


@dataclass(frozen=True)
class Figures:
    """The room when the vote opened: ballots issued (the entitled), seats present, seats summoned, seats of the
    body.
    """

    issued: int
    present: int
    summoned: int
    members: int


@dataclass(frozen=True)
class Count:
    """What the ballots say: votes by option, ballots returned, of them valid and invalid, and the room's figures."""

    votes: dict[int, int]
    cast: int
    valid: int
    invalid: int
    room: Figures


@dataclass(frozen=True)
class Verdict:
    """The outcome and what it was decided from: ``numerator`` votes of ``denominator`` under ``majority``."""

    passed: bool
    numerator: int
    denominator: int
    majority: Majority


@dataclass(frozen=True)
class Standing:
    """A candidate's outcome. ``place`` counts from 1; equal votes share a place. ``tied``: enough votes, but more
    candidates stand equal than seats are left, which only the body can decide.
    """

    option: int
    votes: int
    place: int
    reached: bool
    elected: bool
    tied: bool


@dataclass(frozen=True)
class Elected:
    """The outcome of an election: every candidate by rank, and how many seats stay empty."""

    standings: list[Standing]
    vacant: int
    denominator: int
    majority: Majority


def is_valid(kind: PollKind, chosen: Sequence[int], on_offer: Collection[int], choices: Choices) -> bool:
    """Whether a ballot counts for its options.

    Of an election: too many choices or a name that is not on the list make it invalid, and so does a blank one unless
    the list has a single name; fewer choices than seats are valid [election regulations of the Union].
    """
    if len(set(chosen)) < len(chosen) or not set(chosen) <= set(on_offer):
        return False
    if kind == PollKind.MOTION:
        return len(chosen) == 1
    return len(chosen) <= choices.most and (bool(chosen) or len(on_offer) == 1)


def count(kind: PollKind, slips: Iterable[Slip], on_offer: Sequence[int], choices: Choices, room: Figures) -> Count:
    """Tally the ballots."""
    votes: Counter[int] = Counter()
    cast = valid = 0
    for slip in slips:
        cast += slip.weight
        if is_valid(kind, slip.options, on_offer, choices):
            valid += slip.weight
            for option in slip.options:
                votes[option] += slip.weight
    return Count({option: votes[option] for option in on_offer}, cast, valid, cast - valid, room)


def base_of(counted: Count, base: Base) -> int:
    """The denominator."""
    return {
        Base.VALID: counted.valid,
        Base.CAST: counted.cast,
        Base.ISSUED: counted.room.issued,
        Base.PRESENT: counted.room.present,
        Base.ENTITLED: counted.room.summoned,
        Base.MEMBERS: counted.room.members,
    }[base]


def enough(votes: int, base: int, majority: Majority) -> bool:
    """Whether these votes are the majority of that base. Of an empty base nothing is."""
    have, need = votes * majority.denominator, majority.numerator * base
    return base > 0 and (have > need if majority.strict else have >= need)


def verdict(counted: Count, in_favour: int, majority: Majority) -> Verdict:
    """Whether a motion is carried: the votes of the option ``in_favour`` against the fraction of the base."""
    votes, base = counted.votes[in_favour], base_of(counted, majority.base)
    return Verdict(enough(votes, base, majority), votes, base, majority)


def elected(counted: Count, majority: Majority, seats: int) -> Elected:
    """Who is elected: those with the majority, by votes, as long as there are seats.

    Where the last seats fall on candidates with equal votes, more of them than seats, none of those is elected.
    """
    base = base_of(counted, majority.base)
    standings = []
    for option, votes in sorted(counted.votes.items(), key=lambda pair: -pair[1]):
        ahead = sum(other > votes for other in counted.votes.values())
        equal = sum(other == votes for other in counted.votes.values())
        reached = enough(votes, base, majority)
        fits, some_fit = ahead + equal <= seats, ahead < seats
        standings.append(
            Standing(option, votes, ahead + 1, reached, reached and fits, reached and some_fit and not fits)
        )
    return Elected(standings, seats - sum(one.elected for one in standings), base, majority)


@dataclass(frozen=True)
class HandCount:
    """Counts entered by hand: ballots (or hands) asked for, given, invalid, and the votes of each option."""

    issued: int | None
    cast: int | None
    invalid: int | None
    votes: Mapping[int, int | None]


def check_hand_count(kind: PollKind, said: HandCount, most: int, room: Figures) -> Count:
    """The count that was entered, or :class:`Invalid` naming what cannot be true of this room.

    Nobody but the entitled (``room.issued``) was given a ballot; how many of them were is said by the count.
    """
    faults = {
        name: Problem("not_in_range", low=0, high=room.issued)
        for name, number in _entries(said).items()
        if number is None or not 0 <= number <= room.issued
    }
    if faults:
        raise Invalid(faults)
    issued, cast, invalid = said.issued or 0, said.cast or 0, said.invalid or 0
    votes = {option: number or 0 for option, number in said.votes.items()}
    valid = cast - invalid
    if cast > issued:
        faults["cast"] = Problem("more_returned_than_issued")
    if valid < 0:
        faults["invalid"] = Problem("more_invalid_than_returned")
    elif kind == PollKind.MOTION and sum(votes.values()) != valid:
        faults["votes"] = Problem("votes_do_not_add_up", total=sum(votes.values()), valid=valid)
    elif any(number > valid for number in votes.values()) or sum(votes.values()) > valid * most:
        faults["votes"] = Problem("more_votes_than_ballots", valid=valid)
    if faults:
        raise Invalid(faults)
    return Count(votes, cast, valid, invalid, replace(room, issued=issued))


def _entries(said: HandCount) -> dict[str, int | None]:
    """Every number of the form by the name of its field."""
    votes = {f"votes-{option}": number for option, number in said.votes.items()}
    return {"issued": said.issued, "cast": said.cast, "invalid": said.invalid, **votes}
