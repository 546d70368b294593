"""Rules of tasks from plain values: the states, who may do what, lateness, the forms."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from documents.errors import Invalid, Problem
from ecabinet import lives
from ecabinet.clock import ZONE
from ecabinet.lives import Step

LONGEST_TEXT = 5000
LONGEST_TITLE = 500
WORK_ENDS = time(17)
LAST_DAY = timedelta(days=3660)
"""No deadline lies further ahead than this."""


class TaskState(StrEnum):
    """The life of a task. Overdue is no state: it is computed from the deadline and the day."""

    GIVEN = "given"
    ACCEPTED = "accepted"
    REPORTED = "reported"
    RETURNED = "returned"
    DONE = "done"
    CANCELLED = "cancelled"


AWAITED = frozenset({TaskState.GIVEN, TaskState.ACCEPTED, TaskState.RETURNED})
"""Those who do it are still to report."""

FINAL = frozenset({TaskState.DONE, TaskState.CANCELLED})
OPEN = frozenset(TaskState) - FINAL


class Priority(StrEnum):
    """How much a task presses."""

    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Part(StrEnum):
    """What somebody is in a task."""

    GIVER = "giver"
    OWNER = "owner"
    HELPER = "helper"


class TaskAct(StrEnum):
    """What can be done with a task."""

    ACCEPT = "accept"
    PROGRESS = "progress"
    REPORT = "report"
    APPROVE = "approve"
    RETURN = "return"
    CANCEL = "cancel"
    ASK_EXTENSION = "ask_extension"
    GRANT = "grant"
    REFUSE = "refuse"
    EXTEND = "extend"
    ATTACH = "attach"
    REASSIGN = "reassign"


_WORKING = frozenset({TaskState.ACCEPTED, TaskState.RETURNED})
_OWNER, _GIVER = frozenset({Part.OWNER}), frozenset({Part.GIVER})
STEPS: dict[TaskAct, Step[TaskState, Part]] = {
    TaskAct.ACCEPT: Step(frozenset({TaskState.GIVEN}), _OWNER, TaskState.ACCEPTED),
    TaskAct.PROGRESS: Step(_WORKING, _OWNER | {Part.HELPER}),
    TaskAct.REPORT: Step(_WORKING, _OWNER, TaskState.REPORTED),
    TaskAct.APPROVE: Step(frozenset({TaskState.REPORTED}), _GIVER, TaskState.DONE),
    TaskAct.RETURN: Step(frozenset({TaskState.REPORTED}), _GIVER, TaskState.RETURNED),
    TaskAct.CANCEL: Step(OPEN, _GIVER, TaskState.CANCELLED),
    TaskAct.ASK_EXTENSION: Step(_WORKING | {TaskState.GIVEN}, _OWNER),
    TaskAct.GRANT: Step(OPEN, _GIVER),
    TaskAct.REFUSE: Step(OPEN, _GIVER),
    TaskAct.EXTEND: Step(OPEN, _GIVER),
    TaskAct.ATTACH: Step(OPEN, frozenset(Part)),
    TaskAct.REASSIGN: Step(OPEN, _GIVER, TaskState.GIVEN),
}
NEEDS_ASKED = frozenset({TaskAct.GRANT, TaskAct.REFUSE})
"""Answers to an extension that was asked for."""
NEEDS_TEXT = frozenset(TaskAct) - {
    TaskAct.ACCEPT, TaskAct.PROGRESS, TaskAct.APPROVE, TaskAct.GRANT, TaskAct.ATTACH,
}  # fmt: skip
NEEDS_DAY = frozenset({TaskAct.ASK_EXTENSION, TaskAct.EXTEND})


def may(act: TaskAct, state: TaskState, parts: frozenset[Part], *, asked: bool) -> bool:
    """Whether somebody with these parts may do this now; ``asked``: whether an extension waits for its answer."""
    return (asked or act not in NEEDS_ASKED) and lives.may(STEPS, act, state, parts)


def after(act: TaskAct, state: TaskState, parts: frozenset[Part], *, asked: bool) -> TaskState:
    """The state that the act leads to. Raises ``forbidden`` for the wrong person, ``wrong_state`` at the wrong time."""
    following = lives.after(STEPS, act, state, parts, "wrong_state")
    if act in NEEDS_ASKED and not asked:
        raise Problem("wrong_state")
    return following


@dataclass(frozen=True)
class Said:
    """What comes with an act: words, progress in per cent, a new deadline."""

    text: str = ""
    percent: int | None = None
    due_on: date | None = None


def check_said(act: TaskAct, said: Said, due_on: date, today: date) -> None:
    """Raise :class:`Invalid` naming every fault by its field; ``due_on`` is the present deadline."""
    faults: dict[str, Problem] = {}
    if act in NEEDS_TEXT and not said.text:
        faults["text"] = Problem("missing")
    elif len(said.text) > LONGEST_TEXT:
        faults["text"] = Problem("too_long", limit=LONGEST_TEXT)
    if act == TaskAct.PROGRESS and (said.percent is None or not 0 <= said.percent <= 100):
        faults["percent"] = Problem("not_in_range", low=0, high=100)
    if act in NEEDS_DAY:
        if said.due_on is None:
            faults["due_on"] = Problem("not_a_day")
        elif said.due_on <= due_on:
            faults["due_on"] = Problem("task_not_later")
        elif said.due_on > today + LAST_DAY:
            faults["due_on"] = Problem("task_too_far")
    if faults:
        raise Invalid(faults)


@dataclass(frozen=True)
class TaskDraft:
    """What somebody says of a task: exactly one owner, a member or a unit."""

    title: str
    due_on: date | None
    owner_member: int | None = None
    owner_unit: int | None = None
    details: str = ""
    priority: Priority = Priority.NORMAL
    helper_members: tuple[int, ...] = ()
    helper_units: tuple[int, ...] = ()


def check_draft(draft: TaskDraft, today: date) -> date:
    """The deadline, which may be today; raises :class:`Invalid` naming every fault by its field."""
    faults: dict[str, Problem] = {}
    if not draft.title:
        faults["title"] = Problem("missing")
    elif len(draft.title) > LONGEST_TITLE:
        faults["title"] = Problem("too_long", limit=LONGEST_TITLE)
    if len(draft.details) > LONGEST_TEXT:
        faults["details"] = Problem("too_long", limit=LONGEST_TEXT)
    if draft.due_on is None:
        faults["due_on"] = Problem("not_a_day")
    elif draft.due_on < today:
        faults["due_on"] = Problem("task_due_past")
    elif draft.due_on > today + LAST_DAY:
        faults["due_on"] = Problem("task_too_far")
    if (draft.owner_member is None) == (draft.owner_unit is None):
        faults["owner"] = Problem("task_owner")
    if faults or draft.due_on is None:
        raise Invalid(faults)
    return draft.due_on


def deadline(due_on: date) -> datetime:
    """The moment by which a task is due: the end of that working day, from which its reminders are reckoned. Late it is
    from the next day on.
    """
    return datetime.combine(due_on, WORK_ENDS, ZONE)


def is_late(state: TaskState, due_on: date, reported_on: date | None, today: date) -> bool:
    """Whether the deadline has passed without a report: what was reported in time waits for its giver alone."""
    if state in FINAL:
        return False
    if state == TaskState.REPORTED and reported_on is not None:
        return reported_on > due_on
    return today > due_on
