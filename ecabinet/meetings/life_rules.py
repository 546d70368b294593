"""The life of a meeting from plain values: each action, from which states, by whom, and to which state it leads."""

from dataclasses import dataclass
from enum import StrEnum

from documents.errors import Invalid, Problem
from ecabinet.meetings.rules import MeetingState


class Action(StrEnum):
    """What is done with a meeting as a whole."""

    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    APPROVE = "approve"
    RETURN = "return"
    INVITE = "invite"
    BEGIN = "begin"
    CONCLUDE = "conclude"
    ARCHIVE = "archive"
    DROP = "drop"
    CANCEL = "cancel"
    POSTPONE = "postpone"


@dataclass(frozen=True)
class Step:
    """``to`` is None where the state stays. ``approves``: for those who approve for the unit, not those who run it."""

    sources: frozenset[MeetingState]
    to: MeetingState | None
    needs_reason: bool = False
    approves: bool = False


_S = MeetingState
STEPS: dict[Action, Step] = {
    Action.SUBMIT: Step(frozenset({_S.DRAFT}), _S.SUBMITTED),
    Action.TAKE_BACK: Step(frozenset({_S.SUBMITTED, _S.APPROVED}), _S.DRAFT),
    Action.APPROVE: Step(frozenset({_S.SUBMITTED}), _S.APPROVED, approves=True),
    Action.RETURN: Step(frozenset({_S.SUBMITTED, _S.APPROVED}), _S.DRAFT, needs_reason=True, approves=True),
    Action.INVITE: Step(frozenset({_S.DRAFT, _S.APPROVED}), _S.INVITED),
    Action.BEGIN: Step(frozenset({_S.INVITED}), _S.UNDER_WAY),
    Action.CONCLUDE: Step(frozenset({_S.UNDER_WAY}), _S.CONCLUDED),
    Action.ARCHIVE: Step(frozenset({_S.CONCLUDED}), _S.ARCHIVED),
    Action.DROP: Step(frozenset({_S.DRAFT, _S.SUBMITTED, _S.APPROVED}), _S.DROPPED, needs_reason=True),
    Action.CANCEL: Step(frozenset({_S.INVITED}), _S.CANCELLED, needs_reason=True),
    Action.POSTPONE: Step(frozenset({_S.INVITED}), None, needs_reason=True),
}

LONGEST_REASON = 500


def check_step(action: Action, state: MeetingState, *, reason: str = "", needs_approval: bool = False) -> MeetingState:
    """The state that follows. Raises ``wrong_state``, ``needs_approval`` for an invitation that a superior has not
    approved, ``approval_not_wanted`` for what nobody asks to see, and :class:`Invalid` for a reason that is missing.
    """
    step = STEPS[action]
    if state not in step.sources:
        raise Problem("wrong_state", f"{action} of a meeting that is {state}")
    if action == Action.INVITE and state == MeetingState.DRAFT and needs_approval:
        raise Problem("needs_approval")
    if action == Action.SUBMIT and not needs_approval:
        raise Problem("approval_not_wanted")
    if step.needs_reason and not reason:
        raise Invalid({"reason": Problem("missing")})
    if len(reason) > LONGEST_REASON:
        raise Invalid({"reason": Problem("too_long", limit=LONGEST_REASON)})
    return step.to or state


def actions(state: MeetingState, *, runs: bool, approves: bool, needs_approval: bool) -> list[Action]:
    """What may be done now by somebody who runs the meeting, approves for its unit, or both; in the order of a life."""
    found = []
    for action, step in STEPS.items():
        if state not in step.sources or not (approves if step.approves else runs):
            continue
        if action == Action.SUBMIT and not needs_approval:
            continue
        if action == Action.INVITE and state == MeetingState.DRAFT and needs_approval:
            continue
        found.append(action)
    return found


def check_approver(submitted_by: int | None, by: int | None) -> None:
    """Nobody approves what they have submitted themselves."""
    if submitted_by is not None and submitted_by == by:
        raise Problem("own_submission")


def policy_of(path: str, settings: dict[int, bool]) -> bool:
    """Whether meetings of the unit with this path want approval: the setting of the nearest unit from it upwards."""
    for unit_id in reversed([int(part) for part in path.split("/") if part]):
        if unit_id in settings:
            return settings[unit_id]
    return False
