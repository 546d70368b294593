"""The life of a file as a table: the states, what can be done in each, by whom, and where it leads. Pure."""

from datetime import date, timedelta
from enum import StrEnum

from documents.retention_rules import years_before
from ecabinet import lives
from ecabinet.lives import Step

WARNED_DAYS = 30
"""So many days before it must be in the archive those who keep a file are told."""


class FileState(StrEnum):
    """Where a file stands. That its hand-over is late is no state: it is computed from the end of the work."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    CHECKED = "checked"
    HANDED_OVER = "handed_over"
    ACCEPTED = "accepted"
    DROPPED = "dropped"
    DESTROYED = "destroyed"


class FilePart(StrEnum):
    """What somebody is to a file: the clerk of its unit, who is in charge of it, a leader there, who keeps the unit's
    archive, or somebody who only looks into it.
    """

    CLERK = "clerk"
    CHARGE = "charge"
    LEADER = "leader"
    ARCHIVIST = "archivist"
    READER = "reader"


class FileAct(StrEnum):
    """What can be done with a file."""

    PLAN = "plan"
    DESCRIBE = "describe"
    GATHER = "gather"
    TAKE_OUT = "take_out"
    OPEN = "open"
    CLOSE = "close"
    REOPEN = "reopen"
    CHECK = "check"
    HAND_OVER = "hand_over"
    ACCEPT = "accept"
    RETURN = "return"
    DROP = "drop"
    DESTROY = "destroy"


_S, _P = FileState, FilePart
_KEEPING = frozenset({_P.CLERK, _P.CHARGE})
_AT_WORK = frozenset({_S.PLANNED, _S.OPEN})

TABLE: dict[FileAct, Step[FileState, FilePart]] = {
    FileAct.DESCRIBE: Step(_AT_WORK | {_S.CLOSED}, _KEEPING),
    FileAct.GATHER: Step(_AT_WORK, _KEEPING, _S.OPEN),
    FileAct.TAKE_OUT: Step(_AT_WORK, _KEEPING),
    FileAct.OPEN: Step(frozenset({_S.PLANNED}), _KEEPING, _S.OPEN),
    FileAct.CLOSE: Step(frozenset({_S.OPEN}), _KEEPING, _S.CLOSED),
    FileAct.REOPEN: Step(frozenset({_S.CLOSED, _S.CHECKED}), _KEEPING, _S.OPEN, reasoned=True),
    FileAct.CHECK: Step(frozenset({_S.CLOSED}), frozenset({_P.CLERK, _P.LEADER}), _S.CHECKED),
    FileAct.HAND_OVER: Step(frozenset({_S.CHECKED}), _KEEPING, _S.HANDED_OVER),
    FileAct.ACCEPT: Step(frozenset({_S.HANDED_OVER}), frozenset({_P.ARCHIVIST}), _S.ACCEPTED),
    FileAct.RETURN: Step(frozenset({_S.HANDED_OVER}), frozenset({_P.ARCHIVIST}), _S.CLOSED, reasoned=True),
    FileAct.DROP: Step(frozenset({_S.PLANNED}), frozenset({_P.CLERK}), _S.DROPPED, reasoned=True),
    FileAct.DESTROY: Step(frozenset({_S.ACCEPTED}), frozenset({_P.LEADER}), _S.DESTROYED, reasoned=True),
}
"""Planned → open → closed → checked → handed over → accepted."""
BEGINNING = FileState.PLANNED
AWAITED = frozenset({FileState.CLOSED, FileState.CHECKED})
"""The work has ended, and the archive does not have it yet."""
OVER = frozenset({FileState.DROPPED, FileState.DESTROYED})


def may(act: FileAct, state: FileState, parts: frozenset[FilePart]) -> bool:
    """Whether somebody with these parts may do this now."""
    return lives.may(TABLE, act, state, parts)


def after(act: FileAct, state: FileState, parts: frozenset[FilePart]) -> FileState:
    """The state that the act leads to; raises ``forbidden`` for the wrong person, ``file_state`` out of turn."""
    return lives.after(TABLE, act, state, parts, "file_state")


def hand_over_by(ended_on: date) -> date:
    """The last day on which a file must be in the archive: a year after the work's end."""
    return years_before(ended_on, -1)


class Nearness(StrEnum):
    """How near the hand-over is."""

    SOON = "soon"
    LATE = "late"


def nearness(state: FileState, due_on: date | None, today: date) -> Nearness | None:
    """Whether a file is soon to be handed over, or late; None where nothing presses."""
    if state not in AWAITED or due_on is None:
        return None
    if due_on < today:
        return Nearness.LATE
    return Nearness.SOON if due_on <= today + timedelta(days=WARNED_DAYS) else None
