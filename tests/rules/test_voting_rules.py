"""Ballots, tallies and verdicts: tables of worked cases, and properties against an independent simple model."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Invalid, Problem
from ecabinet.voting import rules
from ecabinet.voting.rules import Base, Count, Majority, OptionKey, PollState

FOR, AGAINST, ABSTAIN = OptionKey.FOR, OptionKey.AGAINST, OptionKey.ABSTAIN


def counted(votes_for: int, against: int, abstain: int, entitled: int, summoned: int) -> Count:
    return rules.count([FOR] * votes_for + [AGAINST] * against + [ABSTAIN] * abstain, entitled, summoned)


@pytest.mark.parametrize(
    ("votes", "majority", "passed", "denominator"),
    [
        # more than half of all 45 summoned: 23 are enough, 22 are not
        ((23, 5, 2, 40, 45), Majority(1, 2, True, Base.ENTITLED), True, 45),
        ((22, 0, 0, 40, 45), Majority(1, 2, True, Base.ENTITLED), False, 45),
        # exactly half is not more than half, but is "half or more"
        ((20, 20, 0, 40, 45), Majority(1, 2, True, Base.CAST), False, 40),
        ((20, 20, 0, 40, 45), Majority(1, 2, False, Base.CAST), True, 40),
        # two thirds of 15: 10 or more
        ((10, 3, 2, 15, 15), Majority(2, 3, False, Base.ENTITLED), True, 15),
        ((9, 3, 3, 15, 15), Majority(2, 3, False, Base.ENTITLED), False, 15),
        # of those present when it opened, whether or not they voted
        ((16, 0, 0, 31, 45), Majority(1, 2, True, Base.PRESENT), True, 31),
        ((15, 0, 0, 31, 45), Majority(1, 2, True, Base.PRESENT), False, 31),
        # nobody voted: nothing is carried, by whatever rule
        ((0, 0, 0, 31, 45), Majority(1, 2, False, Base.CAST), False, 0),
    ],
)
def test_worked_cases(
    votes: tuple[int, int, int, int, int], majority: Majority, passed: bool, denominator: int
) -> None:
    verdict = rules.verdict(counted(*votes), majority)
    assert (verdict.passed, verdict.numerator, verdict.denominator) == (passed, votes[0], denominator)


majorities = st.builds(
    lambda n, more, strict, base: Majority(n, n + more, strict, base),
    st.integers(1, 50), st.integers(0, 50), st.booleans(), st.sampled_from(Base),
)  # fmt: skip


@given(st.lists(st.sampled_from(OptionKey)), st.integers(0, 30), st.integers(0, 30), majorities)
def test_the_verdict_is_the_fraction_compared_exactly(
    ballots: list[OptionKey], silent: int, absent: int, majority: Majority
) -> None:
    entitled, summoned = len(ballots) + silent, len(ballots) + silent + absent
    verdict = rules.verdict(rules.count(ballots, entitled, summoned), majority)
    base = {Base.VALID: len(ballots), Base.CAST: len(ballots), Base.PRESENT: entitled, Base.ENTITLED: summoned}[
        majority.base
    ]
    share = Fraction(sum(b is FOR for b in ballots), base) if base else None
    needed = Fraction(majority.numerator, majority.denominator)
    assert verdict.passed == (share is not None and (share > needed if majority.strict else share >= needed))


@given(st.lists(st.sampled_from(OptionKey)))
def test_a_tally_loses_and_invents_nothing(ballots: list[OptionKey]) -> None:
    result = rules.count(ballots, len(ballots), len(ballots))
    assert sum(result.votes.values()) == result.cast == len(ballots)
    assert all(result.votes[key] == ballots.count(key) for key in OptionKey)


@pytest.mark.parametrize(
    ("state", "chosen", "entitled", "here", "code"),
    [
        (PollState.OPEN, (1,), False, True, "not_entitled"),
        (PollState.DRAFT, (1,), True, True, "poll_not_open"),
        (PollState.CLOSED, (1,), True, True, "poll_not_open"),
        (PollState.PUBLISHED, (1,), True, True, "poll_not_open"),
        (PollState.CANCELLED, (1,), True, True, "poll_not_open"),
        (PollState.OPEN, (1,), True, False, "not_present"),
        (PollState.OPEN, (), True, True, "nothing_chosen"),
        (PollState.OPEN, (1, 2), True, True, "too_many_chosen"),
        (PollState.OPEN, (9,), True, True, "unknown_option"),
        # who may not vote learns nothing of the state of the vote
        (PollState.CLOSED, (), False, False, "not_entitled"),
    ],
)
def test_a_ballot_is_refused_by_name(
    state: PollState, chosen: tuple[int, ...], entitled: bool, here: bool, code: str
) -> None:
    with pytest.raises(Problem) as refusal:
        rules.check_ballot(state, chosen, {1, 2, 3}, entitled=entitled, here=here)
    assert refusal.value.code == code


def test_a_good_ballot_is_taken() -> None:
    rules.check_ballot(PollState.OPEN, (2,), {1, 2, 3}, entitled=True, here=True)


def test_states_only_go_forward() -> None:
    order = list(PollState)
    for state in PollState:
        for wanted in PollState:
            allowed = wanted in rules.NEXT_STATE[state]
            if allowed:
                rules.check_next(state, wanted)
                assert order.index(wanted) > order.index(state)
            else:
                with pytest.raises(Problem, match="wrong_state"):
                    rules.check_next(state, wanted)


@pytest.mark.parametrize(
    ("title", "majority", "field", "code"),
    [
        ("", Majority(1, 2, True, Base.CAST), "title", "missing"),
        ("x" * 301, Majority(1, 2, True, Base.CAST), "title", "too_long"),
        ("Thông qua", Majority(0, 2, True, Base.CAST), "majority", "not_a_fraction"),
        ("Thông qua", Majority(3, 2, True, Base.CAST), "majority", "not_a_fraction"),
        ("Thông qua", Majority(2, 2, True, Base.CAST), "majority", "more_than_all"),
    ],
)
def test_a_motion_that_cannot_be_put_names_the_field(title: str, majority: Majority, field: str, code: str) -> None:
    with pytest.raises(Invalid) as invalid:
        rules.check_poll(title, majority)
    assert {name: fault.code for name, fault in invalid.value.faults.items()} == {field: code}
