"""Who may do what with a paper, when, and what is late."""

from datetime import UTC, datetime, timedelta

import pytest

from documents.errors import Invalid, Problem
from ecabinet.meetings import paper_rules as rules
from ecabinet.meetings.paper_rules import PaperAct, PaperState, Part

DUE = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
EVERY_STATE = frozenset(PaperState)
TABLE: dict[PaperAct, tuple[set[Part], frozenset[PaperState]]] = {
    PaperAct.SUBMIT: ({Part.RUNS, Part.RESPONSIBLE}, EVERY_STATE),
    PaperAct.APPROVE: ({Part.RUNS, Part.APPROVES}, frozenset({PaperState.SUBMITTED})),
    PaperAct.RETURN: ({Part.RUNS, Part.APPROVES}, frozenset({PaperState.SUBMITTED})),
    PaperAct.WITHDRAW: ({Part.RUNS, Part.RESPONSIBLE}, EVERY_STATE - {PaperState.AWAITED, PaperState.WITHDRAWN}),
    PaperAct.CHANGE: ({Part.RUNS}, EVERY_STATE),
    PaperAct.REMOVE: ({Part.RUNS}, frozenset({PaperState.AWAITED})),
}


@pytest.mark.parametrize("act", list(PaperAct))
@pytest.mark.parametrize("state", list(PaperState))
@pytest.mark.parametrize("part", list(Part))
def test_who_may_do_what_and_when(act: PaperAct, state: PaperState, part: Part) -> None:
    by, when = TABLE[act]
    allowed = part in by and state in when
    assert rules.may(act, state, frozenset({part})) is allowed
    if allowed:
        rules.require(act, state, frozenset({part}))
        return
    with pytest.raises(Problem) as refusal:
        rules.require(act, state, frozenset({part}))
    assert refusal.value.code == ("wrong_state" if part in by else "forbidden")


@pytest.mark.parametrize(
    ("due", "submitted", "now", "late"),
    [
        (None, None, DUE, False),
        (DUE, None, DUE, False),
        (DUE, None, DUE + SECOND, True),
        (DUE, DUE, DUE + SECOND, False),
        (DUE, DUE + SECOND, DUE + SECOND, True),
    ],
)
def test_late(due: datetime | None, submitted: datetime | None, now: datetime, late: bool) -> None:
    assert rules.is_late(due, submitted, now) is late


@pytest.mark.parametrize("reason", ["", "x" * 501])
def test_a_return_and_a_withdrawal_have_a_reason(reason: str) -> None:
    with pytest.raises(Invalid):
        rules.check_reason(reason)
