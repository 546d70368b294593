"""The life of official documents as tables: the states, what can be done in each, by whom, and where it leads. Pure.

What takes a document through its table is elsewhere: those that come in :mod:`.incoming` and :mod:`.routing`, those
that go out the packages of drafting and issuing.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from ecabinet import lives
from ecabinet.lives import Step
from ecabinet.office.numbering_rules import Direction
from ecabinet.workdays.rules import WorkDays


class OfficeState(StrEnum):
    """Where a document stands. Late is no state: it is computed from the due date and the day."""

    RECEIVED = "received"
    REGISTERED = "registered"
    PRESENTED = "presented"
    ASSIGNED = "assigned"
    DONE = "done"
    FILED = "filed"
    VOIDED = "voided"
    DISCARDED = "discarded"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    SIGNED = "signed"
    NUMBERED = "numbered"
    ISSUED = "issued"
    RECALLED = "recalled"
    REPLACED = "replaced"


class OfficePart(StrEnum):
    """What somebody is to a document: the clerk of its unit, a leader there, the one it was presented to, who is in
    charge of it, who takes part, who is only informed; of an outgoing one its drafter, and the signer: the one of its
    chain whose turn it is.
    """

    CLERK = "clerk"
    LEADER = "leader"
    LEAD = "lead"
    HELPER = "helper"
    INFORMED = "informed"
    DRAFTER = "drafter"
    SIGNER = "signer"


class OfficeAct(StrEnum):
    """What can be done with a document. That it was received is no step of the tables: it is where they begin."""

    RECEIVE = "receive"
    REGISTER = "register"
    DISCARD = "discard"
    CORRECT = "correct"
    PRESENT = "present"
    RETURN = "return"
    ASSIGN = "assign"
    PROGRESS = "progress"
    FINISH = "finish"
    REOPEN = "reopen"
    FILE = "file"
    VOID = "void"
    EDIT = "edit"
    COMMENT = "comment"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    SIGN = "sign"
    NUMBER = "number"
    SEAL = "seal"
    ISSUE = "issue"
    RECALL = "recall"
    REPLACE = "replace"
    AMEND = "amend"
    COPY = "copy"


_S, _P = OfficeState, OfficePart


OfficeStep = Step[OfficeState, OfficePart]


def _step(states: set[OfficeState], by: set[OfficePart], to: OfficeState | None = None) -> OfficeStep:
    return Step(frozenset(states), frozenset(by), to)


INCOMING: dict[OfficeAct, OfficeStep] = {
    OfficeAct.REGISTER: _step({_S.RECEIVED}, {_P.CLERK}, _S.REGISTERED),
    OfficeAct.DISCARD: _step({_S.RECEIVED}, {_P.CLERK}, _S.DISCARDED),
    OfficeAct.CORRECT: _step({_S.REGISTERED, _S.PRESENTED, _S.ASSIGNED}, {_P.CLERK}),
    OfficeAct.PRESENT: _step({_S.REGISTERED, _S.PRESENTED}, {_P.CLERK}, _S.PRESENTED),
    OfficeAct.RETURN: _step({_S.PRESENTED}, {_P.LEADER}, _S.REGISTERED),
    OfficeAct.ASSIGN: _step({_S.REGISTERED, _S.PRESENTED, _S.ASSIGNED}, {_P.LEADER}, _S.ASSIGNED),
    OfficeAct.PROGRESS: _step({_S.ASSIGNED}, {_P.LEAD, _P.HELPER}),
    OfficeAct.FINISH: _step({_S.ASSIGNED}, {_P.LEAD, _P.LEADER}, _S.DONE),
    OfficeAct.REOPEN: _step({_S.DONE}, {_P.LEADER}, _S.ASSIGNED),
    OfficeAct.FILE: _step({_S.REGISTERED, _S.DONE}, {_P.CLERK}, _S.FILED),
    OfficeAct.VOID: _step({_S.REGISTERED, _S.PRESENTED}, {_P.CLERK}, _S.VOIDED),
    OfficeAct.RECALL: _step(
        {_S.REGISTERED, _S.PRESENTED, _S.ASSIGNED, _S.DONE, _S.FILED}, {_P.CLERK, _P.LEADER}, _S.RECALLED
    ),
}
"""Văn bản đến: received → registered → presented → assigned → done → filed; or given back to who issued it."""

OUTGOING: dict[OfficeAct, OfficeStep] = {
    OfficeAct.EDIT: _step({_S.DRAFT}, {_P.DRAFTER}),
    OfficeAct.COMMENT: _step({_S.DRAFT, _S.SUBMITTED}, {_P.DRAFTER, _P.HELPER, _P.SIGNER, _P.LEADER}),
    OfficeAct.DISCARD: _step({_S.DRAFT}, {_P.DRAFTER}, _S.DISCARDED),
    OfficeAct.SUBMIT: _step({_S.DRAFT}, {_P.DRAFTER}, _S.SUBMITTED),
    OfficeAct.WITHDRAW: _step({_S.SUBMITTED}, {_P.DRAFTER}, _S.DRAFT),
    OfficeAct.APPROVE: _step({_S.SUBMITTED}, {_P.SIGNER}),
    OfficeAct.SEND_BACK: _step({_S.SUBMITTED}, {_P.SIGNER, _P.LEADER, _P.CLERK}, _S.DRAFT),
    OfficeAct.SIGN: _step({_S.SUBMITTED}, {_P.SIGNER}, _S.SIGNED),
    OfficeAct.NUMBER: _step({_S.SIGNED}, {_P.CLERK}, _S.NUMBERED),
    OfficeAct.SEAL: _step({_S.NUMBERED}, {_P.CLERK}),
    OfficeAct.ISSUE: _step({_S.NUMBERED}, {_P.CLERK}, _S.ISSUED),
    OfficeAct.AMEND: _step({_S.ISSUED}, {_P.CLERK}),
    OfficeAct.CORRECT: _step({_S.ISSUED}, {_P.CLERK}),
    OfficeAct.COPY: _step({_S.ISSUED}, {_P.CLERK}),
    OfficeAct.RECALL: _step({_S.ISSUED}, {_P.CLERK, _P.LEADER}, _S.RECALLED),
    OfficeAct.REPLACE: _step({_S.ISSUED}, {_P.CLERK}, _S.REPLACED),
    OfficeAct.FILE: _step({_S.ISSUED, _S.RECALLED, _S.REPLACED}, {_P.CLERK}, _S.FILED),
    OfficeAct.VOID: _step({_S.NUMBERED}, {_P.CLERK}, _S.VOIDED),
}
"""Văn bản đi: draft → submitted → signed → numbered → issued → filed."""

TABLES: Mapping[Direction, dict[OfficeAct, OfficeStep]] = {Direction.INCOMING: INCOMING, Direction.OUTGOING: OUTGOING}
BEGINNING: Mapping[Direction, OfficeState] = {
    Direction.INCOMING: OfficeState.RECEIVED,
    Direction.OUTGOING: OfficeState.DRAFT,
}
WAITING = frozenset({_S.RECEIVED, _S.REGISTERED, _S.PRESENTED, _S.ASSIGNED})
"""An incoming document of which something is still to be done, by somebody."""
NUMBERLESS = frozenset({_S.RECEIVED, _S.DISCARDED, _S.DRAFT, _S.SUBMITTED, _S.SIGNED})
"""States in which a document bears no number."""


def may(direction: Direction, act: OfficeAct, state: OfficeState, parts: frozenset[OfficePart]) -> bool:
    """Whether somebody with these parts may do this now."""
    return lives.may(TABLES[direction], act, state, parts)


def after(direction: Direction, act: OfficeAct, state: OfficeState, parts: frozenset[OfficePart]) -> OfficeState:
    """The state that the act leads to; raises ``forbidden`` for the wrong person, ``office_state`` out of turn."""
    return lives.after(TABLES[direction], act, state, parts, "office_state")


def is_late(state: OfficeState, due_on: date | None, today: date) -> bool:
    """Whether its due date has passed while something is still to be done."""
    return state in WAITING and due_on is not None and due_on < today


def is_slow(state: OfficeState, arrived_on: date | None, today: date, days: WorkDays) -> bool:
    """Whether it should have been presented by now: on the day that it came or the next working day."""
    return state == OfficeState.REGISTERED and arrived_on is not None and today > days.next(arrived_on)
