"""Tallies, verdicts and elections: tables of worked cases, and properties against an independent simple model."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Invalid
from ecabinet.voting import tally_rules
from ecabinet.voting.rules import ONE_OPTION, Base, Choices, Majority, PollKind
from ecabinet.voting.tally_rules import Count, Figures, HandCount, Slip

FOR, AGAINST, ABSTAIN = 1, 2, 3
MOTION, ELECTION = PollKind.MOTION, PollKind.ELECTION


def motion(votes: Sequence[int], room: Figures) -> Count:
    return tally_rules.count(MOTION, [Slip((option,)) for option in votes], [FOR, AGAINST, ABSTAIN], ONE_OPTION, room)


def of_room(present: int, summoned: int, members: int | None = None) -> Figures:
    return Figures(present, present, summoned, summoned if members is None else members)


@pytest.mark.parametrize(
    ("votes", "room", "majority", "passed", "denominator"),
    [
        # more than half of all 45 summoned: 23 are enough, 22 are not
        ((23, 5, 2), of_room(40, 45), Majority(1, 2, True, Base.ENTITLED), True, 45),
        ((22, 0, 0), of_room(40, 45), Majority(1, 2, True, Base.ENTITLED), False, 45),
        # exactly half is not more than half, but is "half or more"
        ((20, 20, 0), of_room(40, 45), Majority(1, 2, True, Base.CAST), False, 40),
        ((20, 20, 0), of_room(40, 45), Majority(1, 2, False, Base.CAST), True, 40),
        # two thirds of 15: 10 or more
        ((10, 3, 2), of_room(15, 15), Majority(2, 3, False, Base.ENTITLED), True, 15),
        ((9, 3, 3), of_room(15, 15), Majority(2, 3, False, Base.ENTITLED), False, 15),
        # of those present when it opened, whether or not they voted
        ((16, 0, 0), of_room(31, 45), Majority(1, 2, True, Base.PRESENT), True, 31),
        ((15, 0, 0), of_room(31, 45), Majority(1, 2, True, Base.ISSUED), False, 31),
        # two thirds of the whole body of 51, of whom only 45 were summoned
        ((34, 0, 0), of_room(40, 45, 51), Majority(2, 3, False, Base.MEMBERS), True, 51),
        ((33, 0, 0), of_room(40, 45, 51), Majority(2, 3, False, Base.MEMBERS), False, 51),
        # nobody voted: nothing is carried, by whatever rule
        ((0, 0, 0), of_room(31, 45), Majority(1, 2, False, Base.CAST), False, 0),
    ],
)
def test_motions(votes: Sequence[int], room: Figures, majority: Majority, passed: bool, denominator: int) -> None:
    ballots = [option for option, number in zip((FOR, AGAINST, ABSTAIN), votes, strict=True) for _ in range(number)]
    verdict = tally_rules.verdict(motion(ballots, room), FOR, majority)
    assert (verdict.passed, verdict.numerator, verdict.denominator) == (passed, votes[0], denominator)


BODY = Choices(1, 3, 3)
HALF_OF_RETURNED = Majority(1, 2, True, Base.CAST)


def election(votes: dict[int, int], cast: int, seats: int) -> tally_rules.Elected:
    """As counted from ``cast`` ballots returned, valid or not."""
    return tally_rules.elected(Count(votes, cast, cast, 0, of_room(cast, cast)), HALF_OF_RETURNED, seats)


@pytest.mark.parametrize(
    ("votes", "cast", "seats", "elected", "tied", "vacant"),
    [
        # the two with most votes, both over half of 100
        ({1: 80, 2: 70, 3: 60}, 100, 2, [1, 2], [], 0),
        # only those over half: exactly half is not
        ({1: 80, 2: 50, 3: 49}, 100, 2, [1], [], 1),
        # 51 of 100 returned, 98 valid: returned counts
        ({1: 50, 2: 51}, 100, 2, [2], [], 1),
        # two stand equal for the last seat: neither has it
        ({1: 90, 2: 60, 3: 60}, 100, 2, [1], [2, 3], 1),
        # equal, but both have a seat
        ({1: 60, 2: 60, 3: 10}, 100, 2, [1, 2], [], 0),
        # equal and below the majority is no tie
        ({1: 90, 2: 40, 3: 40}, 100, 2, [1], [], 1),
        ({1: 0}, 0, 1, [], [], 1),
    ],
)
def test_elections(
    votes: dict[int, int], cast: int, seats: int, elected: list[int], tied: list[int], vacant: int
) -> None:
    outcome = election(votes, cast, seats)
    assert sorted(one.option for one in outcome.standings if one.elected) == elected
    assert sorted(one.option for one in outcome.standings if one.tied) == tied
    assert outcome.vacant == vacant


@pytest.mark.parametrize(
    ("kind", "chosen", "offered", "choices", "valid"),
    [
        (MOTION, (1,), [1, 2, 3], ONE_OPTION, True),
        (MOTION, (), [1, 2, 3], ONE_OPTION, False),
        (MOTION, (1, 2), [1, 2, 3], ONE_OPTION, False),
        (ELECTION, (1, 2, 3), [1, 2, 3, 4], BODY, True),
        # fewer than the seats is valid, more is not
        (ELECTION, (1,), [1, 2, 3, 4], BODY, True),
        (ELECTION, (1, 2, 3, 4), [1, 2, 3, 4], BODY, False),
        # off the list
        (ELECTION, (9,), [1, 2, 3, 4], BODY, False),
        (ELECTION, (1, 1), [1, 2, 3, 4], BODY, False),
        # blank is invalid, unless the list has one name: then it is a vote against
        (ELECTION, (), [1, 2, 3, 4], BODY, False),
        (ELECTION, (), [1], Choices(0, 1, 1), True),
    ],
)
def test_validity(kind: PollKind, chosen: tuple[int, ...], offered: list[int], choices: Choices, valid: bool) -> None:
    assert tally_rules.is_valid(kind, chosen, offered, choices) is valid


def test_weights_are_summed() -> None:
    slips = [Slip((FOR,), 5), Slip((AGAINST,), 2), Slip((9,), 3)]
    counted = tally_rules.count(MOTION, slips, [FOR, AGAINST, ABSTAIN], ONE_OPTION, of_room(10, 12))
    assert (counted.votes, counted.cast, counted.valid, counted.invalid) == ({FOR: 5, AGAINST: 2, ABSTAIN: 0}, 10, 7, 3)


majorities = st.builds(
    lambda n, more, strict, base: Majority(n, n + more, strict, base),
    st.integers(1, 50), st.integers(0, 50), st.booleans(), st.sampled_from(Base),
)  # fmt: skip


@given(st.lists(st.sampled_from([FOR, AGAINST, ABSTAIN])), st.integers(0, 30), st.integers(0, 30), majorities)
def test_the_verdict_is_the_fraction_compared_exactly(
    ballots: list[int], silent: int, absent: int, majority: Majority
) -> None:
    present, summoned = len(ballots) + silent, len(ballots) + silent + absent
    room = Figures(present, present, summoned, summoned + 1)
    base = {
        Base.VALID: len(ballots), Base.CAST: len(ballots), Base.ISSUED: present, Base.PRESENT: present,
        Base.ENTITLED: summoned, Base.MEMBERS: summoned + 1,
    }[majority.base]  # fmt: skip
    verdict = tally_rules.verdict(motion(ballots, room), FOR, majority)
    share = Fraction(ballots.count(FOR), base) if base else None
    needed = Fraction(majority.numerator, majority.denominator)
    assert verdict.passed == (share is not None and (share > needed if majority.strict else share >= needed))


@st.composite
def elections(draw: st.DrawFn) -> tuple[list[Slip], list[int], Choices, Majority]:
    offered = list(range(1, draw(st.integers(1, 6)) + 1))
    seats = draw(st.integers(1, len(offered)))
    most = draw(st.integers(1, seats))
    slip = st.builds(Slip, st.lists(st.integers(1, 8), max_size=7).map(tuple), st.integers(1, 3))
    return draw(st.lists(slip, max_size=25)), offered, Choices(0, most, seats), draw(majorities)


@given(elections())
def test_an_election_against_a_simple_model(case: tuple[list[Slip], list[int], Choices, Majority]) -> None:
    slips, offered, choices, majority = case
    room = Figures(90, 90, 95, 99)
    outcome = tally_rules.elected(tally_rules.count(ELECTION, slips, offered, choices, room), majority, choices.seats)
    # The model: a bag of names for each ballot that counts, seats given one group of equals after another.
    good = [
        s for s in slips
        if set(s.options) <= set(offered) and len(s.options) == len(set(s.options)) <= choices.most
        and (s.options or len(offered) == 1)
    ]  # fmt: skip
    votes = {name: sum(s.weight for s in good if name in s.options) for name in offered}
    base = {
        Base.VALID: sum(s.weight for s in good), Base.CAST: sum(s.weight for s in slips), Base.ISSUED: 90,
        Base.PRESENT: 90, Base.ENTITLED: 95, Base.MEMBERS: 99,
    }[majority.base]  # fmt: skip
    left, chosen = choices.seats, set()
    for number in sorted(set(votes.values()), reverse=True):
        group = {name for name in offered if votes[name] == number}
        share = Fraction(number, base) if base else Fraction(-1)
        needed = Fraction(majority.numerator, majority.denominator)
        if len(group) > left or not (share > needed if majority.strict else share >= needed) or not base:
            break
        chosen |= group
        left -= len(group)
    assert {one.option for one in outcome.standings if one.elected} == chosen
    assert outcome.vacant == choices.seats - len(chosen) >= 0
    assert {one.option: one.votes for one in outcome.standings} == votes


@given(st.lists(st.lists(st.integers(1, 5), max_size=4).map(tuple)))
def test_a_tally_loses_and_invents_nothing(ballots: list[tuple[int, ...]]) -> None:
    choices = Choices(0, 2, 2)
    counted = tally_rules.count(ELECTION, map(Slip, ballots), [1, 2, 3], choices, of_room(9, 9))
    assert counted.cast == counted.valid + counted.invalid == len(ballots)
    good = [ballot for ballot in ballots if tally_rules.is_valid(ELECTION, ballot, [1, 2, 3], choices)]
    assert all(counted.votes[name] == sum(name in ballot for ballot in good) for name in (1, 2, 3))


@pytest.mark.parametrize(
    ("kind", "said", "field", "code"),
    [
        (MOTION, HandCount(10, 11, 0, {1: 5, 2: 5, 3: 1}), "cast", "more_returned_than_issued"),
        (MOTION, HandCount(10, 9, 10, {1: 0, 2: 0, 3: 0}), "invalid", "more_invalid_than_returned"),
        (MOTION, HandCount(10, 9, 0, {1: 5, 2: 3, 3: 0}), "votes", "votes_do_not_add_up"),
        (MOTION, HandCount(None, 9, 0, {1: 5, 2: 3, 3: 1}), "issued", "not_in_range"),
        (MOTION, HandCount(10, 9, 0, {1: -1, 2: 9, 3: 1}), "votes-1", "not_in_range"),
        (MOTION, HandCount(13, 9, 0, {1: 5, 2: 3, 3: 1}), "issued", "not_in_range"),
        (ELECTION, HandCount(10, 10, 2, {1: 9, 2: 0, 3: 0}), "votes", "more_votes_than_ballots"),
        (ELECTION, HandCount(10, 10, 0, {1: 10, 2: 10, 3: 1}), "votes", "more_votes_than_ballots"),
    ],
)
def test_a_count_by_hand_that_cannot_be_true(kind: PollKind, said: HandCount, field: str, code: str) -> None:
    with pytest.raises(Invalid) as invalid:
        tally_rules.check_hand_count(kind, said, most=2 if kind == ELECTION else 1, room=of_room(12, 15))
    assert invalid.value.faults[field].code == code


def test_a_count_by_hand_stands_as_it_was_said() -> None:
    said = HandCount(10, 9, 1, {1: 5, 2: 3, 3: 0})
    counted = tally_rules.check_hand_count(MOTION, said, 1, of_room(12, 15))
    assert (counted.votes, counted.cast, counted.valid, counted.invalid) == ({1: 5, 2: 3, 3: 0}, 9, 8, 1)
    assert counted.room == Figures(10, 12, 15, 15)
