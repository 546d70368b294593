"""The life of a meeting: each action from each state, by whom, with which reason, and the setting of units."""

import pytest

from documents.errors import Invalid, Problem
from ecabinet.meetings.life_rules import STEPS, Action, actions, check_approver, check_step, policy_of
from ecabinet.meetings.rules import OVER, PLANNED, UNANNOUNCED, MeetingState

S, A = MeetingState, Action

LEADS = {
    (S.DRAFT, A.SUBMIT): S.SUBMITTED,
    (S.DRAFT, A.INVITE): S.INVITED,
    (S.DRAFT, A.DROP): S.DROPPED,
    (S.SUBMITTED, A.TAKE_BACK): S.DRAFT,
    (S.SUBMITTED, A.APPROVE): S.APPROVED,
    (S.SUBMITTED, A.RETURN): S.DRAFT,
    (S.SUBMITTED, A.DROP): S.DROPPED,
    (S.APPROVED, A.TAKE_BACK): S.DRAFT,
    (S.APPROVED, A.RETURN): S.DRAFT,
    (S.APPROVED, A.INVITE): S.INVITED,
    (S.APPROVED, A.DROP): S.DROPPED,
    (S.INVITED, A.BEGIN): S.UNDER_WAY,
    (S.INVITED, A.CANCEL): S.CANCELLED,
    (S.INVITED, A.POSTPONE): S.INVITED,
    (S.UNDER_WAY, A.CONCLUDE): S.CONCLUDED,
    (S.CONCLUDED, A.ARCHIVE): S.ARCHIVED,
}


@pytest.mark.parametrize("state", MeetingState)
@pytest.mark.parametrize("action", Action)
def test_every_action_from_every_state(state: MeetingState, action: Action) -> None:
    wants = action == A.SUBMIT
    if (state, action) in LEADS:
        assert check_step(action, state, reason="vì bão", needs_approval=wants) == LEADS[state, action]
    else:
        with pytest.raises(Problem, match="wrong_state"):
            check_step(action, state, reason="vì bão", needs_approval=wants)


@pytest.mark.parametrize("action", [action for action, step in STEPS.items() if step.needs_reason])
@pytest.mark.parametrize(("reason", "code"), [("", "missing"), ("x" * 501, "too_long")])
def test_what_needs_a_reason(action: Action, reason: str, code: str) -> None:
    state = min(STEPS[action].sources)
    with pytest.raises(Invalid) as refusal:
        check_step(action, state, reason=reason)
    assert refusal.value.faults["reason"].code == code


def test_an_invitation_waits_for_approval_where_the_unit_wants_it() -> None:
    with pytest.raises(Problem, match="needs_approval"):
        check_step(A.INVITE, S.DRAFT, needs_approval=True)
    assert check_step(A.INVITE, S.APPROVED, needs_approval=True) == S.INVITED
    with pytest.raises(Problem, match="approval_not_wanted"):
        check_step(A.SUBMIT, S.DRAFT, needs_approval=False)


@pytest.mark.parametrize(
    ("state", "wants", "runs", "approves", "wanted"),
    [
        (S.DRAFT, False, True, False, [A.INVITE, A.DROP]),
        (S.DRAFT, True, True, False, [A.SUBMIT, A.DROP]),
        (S.DRAFT, True, False, True, []),
        (S.SUBMITTED, True, True, False, [A.TAKE_BACK, A.DROP]),
        (S.SUBMITTED, True, False, True, [A.APPROVE, A.RETURN]),
        (S.SUBMITTED, True, True, True, [A.TAKE_BACK, A.APPROVE, A.RETURN, A.DROP]),
        (S.APPROVED, True, True, False, [A.TAKE_BACK, A.INVITE, A.DROP]),
        (S.APPROVED, True, False, True, [A.RETURN]),
        (S.INVITED, True, True, False, [A.BEGIN, A.CANCEL, A.POSTPONE]),
        (S.UNDER_WAY, True, True, False, [A.CONCLUDE]),
        (S.CONCLUDED, True, True, False, [A.ARCHIVE]),
        (S.ARCHIVED, True, True, True, []),
        (S.CANCELLED, True, True, True, []),
        (S.DROPPED, True, True, True, []),
        (S.INVITED, True, False, False, []),
    ],
)
def test_what_each_may_do(state: MeetingState, wants: bool, runs: bool, approves: bool, wanted: list[Action]) -> None:
    assert actions(state, runs=runs, approves=approves, needs_approval=wants) == wanted


def test_nobody_approves_their_own() -> None:
    check_approver(7, 8)
    check_approver(None, 8)
    with pytest.raises(Problem, match="own_submission"):
        check_approver(7, 7)


@pytest.mark.parametrize(
    ("path", "settings", "wanted"),
    [
        ("1/5/9/", {}, False),
        ("1/5/9/", {1: True}, True),
        ("1/5/9/", {1: True, 5: False}, False),
        ("1/5/9/", {1: False, 9: True}, True),
        ("1/5/9/", {15: True, 59: True}, False),
        ("1/", {5: True}, False),
    ],
)
def test_the_nearest_unit_decides(path: str, settings: dict[int, bool], wanted: bool) -> None:
    assert policy_of(path, settings) is wanted


def test_every_state_has_its_place() -> None:
    assert PLANNED | OVER | {S.UNDER_WAY} == set(MeetingState)
    assert not PLANNED & OVER
    assert {S.DRAFT, S.SUBMITTED, S.APPROVED, S.DROPPED} == UNANNOUNCED
