"""How a vote is put, which ballots are taken, who is shown what: each refusal by its name."""

from dataclasses import replace
from itertools import product

import pytest

from documents.errors import Invalid, Problem
from ecabinet.voting import rules
from ecabinet.voting.majorities import MAJORITIES
from ecabinet.voting.rules import (
    Base,
    Candidate,
    Choices,
    Majority,
    Manner,
    PollDraft,
    PollKind,
    PollState,
    Shown,
)

MOTION = PollDraft("Thông qua", None, Majority(1, 2, True, Base.CAST))
ELECTION = replace(
    MOTION,
    kind=PollKind.ELECTION,
    candidates=(Candidate("Trần Thị Mai"), Candidate("Lê Văn Nam"), Candidate("Phạm Thu Hà")),
    choices=Choices(1, 2, 2),
)


@pytest.mark.parametrize(
    ("draft", "field", "code"),
    [
        (replace(MOTION, title=""), "title", "missing"),
        (replace(MOTION, title="x" * 301), "title", "too_long"),
        (replace(MOTION, reference="x" * 301), "reference", "too_long"),
        (replace(MOTION, majority=Majority(0, 2, True, Base.CAST)), "majority", "not_a_fraction"),
        (replace(MOTION, majority=Majority(3, 2, True, Base.CAST)), "majority", "not_a_fraction"),
        (replace(MOTION, majority=Majority(2, 2, True, Base.CAST)), "majority", "more_than_all"),
        (replace(MOTION, labels=("Đồng ý", "", "Khác")), "labels", "missing"),
        (replace(MOTION, labels=("Đồng ý", "Không")), "labels", "missing"),
        (replace(MOTION, labels=("x" * 101, "Không", "Khác")), "labels", "too_long"),
        (replace(MOTION, manner=Manner.SECRET, live_results=True), "live_results", "live_only_named"),
        (replace(MOTION, manner=Manner.HANDS, live_results=True), "live_results", "live_only_named"),
        (replace(ELECTION, candidates=()), "candidates", "no_candidates"),
        (replace(ELECTION, candidates=ELECTION.candidates * 2), "candidates", "candidate_twice"),
        (replace(ELECTION, candidates=(*ELECTION.candidates, Candidate("x" * 101))), "candidates", "too_long"),
        (
            replace(ELECTION, candidates=tuple(Candidate(f"Người {n}") for n in range(201))),
            "candidates",
            "too_many_candidates",
        ),
        (replace(ELECTION, choices=Choices(1, 1, 0)), "seats", "not_in_range"),
        (replace(ELECTION, choices=Choices(1, 2, 4)), "seats", "not_in_range"),
        (replace(ELECTION, choices=Choices(1, 3, 2)), "most", "not_in_range"),
        (replace(ELECTION, choices=Choices(3, 2, 2)), "least", "not_in_range"),
    ],
)
def test_a_vote_that_cannot_be_put_names_the_field(draft: PollDraft, field: str, code: str) -> None:
    with pytest.raises(Invalid) as invalid:
        rules.check_poll(draft)
    assert {name: fault.code for name, fault in invalid.value.faults.items()} == {field: code}


def test_sound_votes_can_be_put() -> None:
    rules.check_poll(MOTION)
    rules.check_poll(ELECTION)
    rules.check_poll(replace(ELECTION, candidates=ELECTION.candidates[:1], choices=Choices(0, 1, 1)))
    # two of one name, told apart by the line below
    same = (Candidate("Lê Văn Nam", "Huế"), Candidate("Lê Văn Nam", "Hà Nội"))
    rules.check_poll(replace(ELECTION, candidates=same))


@pytest.mark.parametrize("key", sorted(MAJORITIES))
def test_every_majority_shipped_can_be_used(key: str) -> None:
    usual = MAJORITIES[key]
    draft = MOTION if usual.kind == PollKind.MOTION else ELECTION
    rules.check_poll(replace(draft, majority=usual.majority, reference=usual.reference))


ELECT_TWO = Choices(1, 2, 2)
BLANK_ALLOWED = Choices(0, 1, 1)


@pytest.mark.parametrize(
    ("state", "chosen", "choices", "entitled", "here", "code"),
    [
        (PollState.OPEN, (1,), rules.ONE_OPTION, False, True, "not_entitled"),
        (PollState.DRAFT, (1,), rules.ONE_OPTION, True, True, "poll_not_open"),
        (PollState.CLOSED, (1,), rules.ONE_OPTION, True, True, "poll_not_open"),
        (PollState.PUBLISHED, (1,), rules.ONE_OPTION, True, True, "poll_not_open"),
        (PollState.CANCELLED, (1,), rules.ONE_OPTION, True, True, "poll_not_open"),
        (PollState.OPEN, (1,), rules.ONE_OPTION, True, False, "not_present"),
        (PollState.OPEN, (), rules.ONE_OPTION, True, True, "nothing_chosen"),
        (PollState.OPEN, (1, 2), rules.ONE_OPTION, True, True, "too_many_chosen"),
        (PollState.OPEN, (9,), rules.ONE_OPTION, True, True, "unknown_option"),
        (PollState.OPEN, (1, 2, 3), ELECT_TWO, True, True, "too_many_chosen"),
        (PollState.OPEN, (1,), Choices(2, 2, 2), True, True, "too_few_chosen"),
        (PollState.OPEN, (1, 1), ELECT_TWO, True, True, "chosen_twice"),
        (PollState.OPEN, (1, 9), ELECT_TWO, True, True, "unknown_option"),
        # who may not vote learns nothing of the state of the vote
        (PollState.CLOSED, (), rules.ONE_OPTION, False, False, "not_entitled"),
    ],
)
def test_a_ballot_is_refused_by_name(
    state: PollState, chosen: tuple[int, ...], choices: Choices, entitled: bool, here: bool, code: str
) -> None:
    with pytest.raises(Problem) as refusal:
        rules.check_ballot(state, chosen, {1, 2, 3}, entitled=entitled, here=here, choices=choices)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("chosen", "choices"), [((2,), rules.ONE_OPTION), ((1, 3), ELECT_TWO), ((3,), ELECT_TWO), ((), BLANK_ALLOWED)]
)
def test_a_good_ballot_is_taken(chosen: tuple[int, ...], choices: Choices) -> None:
    rules.check_ballot(PollState.OPEN, chosen, {1, 2, 3}, entitled=True, here=True, choices=choices)


def test_states_only_go_forward() -> None:
    order = list(PollState)
    for state, wanted in product(PollState, PollState):
        if wanted in rules.NEXT_STATE[state]:
            rules.check_next(state, wanted)
            assert order.index(wanted) > order.index(state)
        else:
            with pytest.raises(Problem, match="wrong_state"):
                rules.check_next(state, wanted)


def seen(state: PollState, manner: Manner, *, runs_it: bool = False, live: bool = False, progress: bool = False) -> str:
    """What is shown, by the first letters."""
    shown = rules.shown(state, manner, runs_it=runs_it, live_results=live, shows_progress=progress)
    return "".join(sorted(one.value[0] for one in shown))


@pytest.mark.parametrize(
    ("state", "manner", "options", "shown"),
    [
        # while it is open nobody sees totals, not even those who run it; how many have voted is a permission of its own
        (PollState.OPEN, Manner.NAMED, {}, ""),
        (PollState.OPEN, Manner.NAMED, {"progress": True}, "p"),
        (PollState.OPEN, Manner.NAMED, {"runs_it": True}, "p"),
        (PollState.OPEN, Manner.SECRET, {"runs_it": True, "progress": True}, "p"),
        # live results are for named votes, and for everybody
        (PollState.OPEN, Manner.NAMED, {"live": True}, "pt"),
        (PollState.OPEN, Manner.SECRET, {"live": True}, ""),
        # closed and not yet published: those who run it
        (PollState.CLOSED, Manner.NAMED, {"progress": True, "live": True}, ""),
        (PollState.CLOSED, Manner.NAMED, {"runs_it": True}, "npt"),
        (PollState.CLOSED, Manner.SECRET, {"runs_it": True}, "pt"),
        # published: the room; of a secret vote never who
        (PollState.PUBLISHED, Manner.NAMED, {}, "npt"),
        (PollState.PUBLISHED, Manner.SECRET, {}, "pt"),
        (PollState.PUBLISHED, Manner.SECRET, {"runs_it": True}, "pt"),
        (PollState.PUBLISHED, Manner.HANDS, {}, "pt"),
        (PollState.DRAFT, Manner.NAMED, {"runs_it": True}, ""),
        (PollState.CANCELLED, Manner.NAMED, {"runs_it": True}, ""),
    ],
)
def test_who_sees_what_and_when(state: PollState, manner: Manner, options: dict[str, bool], shown: str) -> None:
    assert seen(state, manner, **options) == shown


def test_never_a_name_of_a_secret_vote() -> None:
    for state, runs_it, live, progress in product(PollState, *[(False, True)] * 3):
        shown = rules.shown(state, Manner.SECRET, runs_it=runs_it, live_results=live, shows_progress=progress)
        assert Shown.NAMES not in shown


@pytest.mark.parametrize(
    ("state", "kind", "number", "vacant", "decision", "code"),
    [
        (PollState.CLOSED, PollKind.ELECTION, 1, 1, "NQ", "wrong_state"),
        (PollState.PUBLISHED, PollKind.MOTION, 1, 1, "NQ", "wrong_state"),
        (PollState.PUBLISHED, PollKind.ELECTION, 2, 1, "NQ", "no_third_round"),
        (PollState.PUBLISHED, PollKind.ELECTION, 1, 0, "NQ", "no_seat_vacant"),
        (PollState.PUBLISHED, PollKind.ELECTION, 1, 1, "", "missing"),
        (PollState.PUBLISHED, PollKind.ELECTION, 1, 1, "x" * 301, "too_long"),
    ],
)
def test_a_second_round_only_by_decision(
    state: PollState, kind: PollKind, number: int, vacant: int, decision: str, code: str
) -> None:
    with pytest.raises(Problem) as refusal:
        rules.check_second_round(state, kind, number, vacant, decision)
    assert refusal.value.code == code
    rules.check_second_round(PollState.PUBLISHED, PollKind.ELECTION, 1, 1, "Biểu quyết ngày 22/11")
