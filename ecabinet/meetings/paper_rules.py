"""Rules of papers from plain values: their states, who may do what with them, what is late."""

from datetime import datetime
from enum import StrEnum

from documents.errors import Forbidden, Invalid, Problem


class PaperState(StrEnum):
    """What became of what was last submitted; where a meeting does not approve papers, submitting approves."""

    AWAITED = "awaited"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class Part(StrEnum):
    """What somebody has to do with a paper besides reading it."""

    RUNS = "runs"
    APPROVES = "approves"
    RESPONSIBLE = "responsible"


class PaperAct(StrEnum):
    """What can be done with a paper."""

    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    WITHDRAW = "withdraw"
    CHANGE = "change"
    REMOVE = "remove"


ALLOWED: dict[PaperAct, frozenset[PaperState]] = {
    PaperAct.SUBMIT: frozenset(PaperState),
    PaperAct.APPROVE: frozenset({PaperState.SUBMITTED}),
    PaperAct.RETURN: frozenset({PaperState.SUBMITTED}),
    PaperAct.WITHDRAW: frozenset({PaperState.SUBMITTED, PaperState.APPROVED, PaperState.RETURNED}),
    PaperAct.CHANGE: frozenset(PaperState),
    # What was submitted once is on the record: it is withdrawn, not removed.
    PaperAct.REMOVE: frozenset({PaperState.AWAITED}),
}
"""In which states something can be done."""

DOERS: dict[PaperAct, frozenset[Part]] = {
    PaperAct.SUBMIT: frozenset({Part.RUNS, Part.RESPONSIBLE}),
    PaperAct.APPROVE: frozenset({Part.RUNS, Part.APPROVES}),
    PaperAct.RETURN: frozenset({Part.RUNS, Part.APPROVES}),
    PaperAct.WITHDRAW: frozenset({Part.RUNS, Part.RESPONSIBLE}),
    PaperAct.CHANGE: frozenset({Part.RUNS}),
    PaperAct.REMOVE: frozenset({Part.RUNS}),
}
"""By whom."""

LONGEST_REASON = 500
MOST_PAPERS = 50
"""Under one item."""


def may(act: PaperAct, state: PaperState, parts: frozenset[Part]) -> bool:
    """Whether somebody with these parts may do this in this state."""
    return bool(DOERS[act] & parts) and state in ALLOWED[act]


def require(act: PaperAct, state: PaperState, parts: frozenset[Part]) -> None:
    """Raise unless allowed: ``forbidden`` by whom, ``wrong_state`` by when."""
    if not DOERS[act] & parts:
        raise Forbidden(f"{act} by {sorted(parts)}")
    if state not in ALLOWED[act]:
        raise Problem("wrong_state", f"{act} of a paper that is {state}")


def check_reason(reason: str) -> None:
    """Who returns or withdraws a paper says why."""
    if not reason:
        raise Invalid({"reason": Problem("missing")})
    if len(reason) > LONGEST_REASON:
        raise Invalid({"reason": Problem("too_long", limit=LONGEST_REASON)})


def is_late(due: datetime | None, submitted_at: datetime | None, now: datetime) -> bool:
    """Whether it came after its deadline, or has not come though that is over."""
    return due is not None and (submitted_at or now) > due
