"""The life of a thing as a table: what can be done with it, in which states, by whom, and where it leads. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from documents.errors import Problem

Act = TypeVar("Act", bound=StrEnum)
State = TypeVar("State", bound=StrEnum)
Part = TypeVar("Part", bound=StrEnum)


@dataclass(frozen=True)
class Step(Generic[State, Part]):
    """From which states, by whom, to which state; ``to`` None leaves it as it is. ``reasoned``: not without words."""

    states: frozenset[State]
    by: frozenset[Part]
    to: State | None = None
    reasoned: bool = False


Table = Mapping[Act, Step[State, Part]]


def may(table: Table[Act, State, Part], act: Act, state: State, parts: frozenset[Part]) -> bool:
    """Whether somebody with these parts may do this now."""
    step = table.get(act)
    return step is not None and state in step.states and bool(step.by & parts)


def after(table: Table[Act, State, Part], act: Act, state: State, parts: frozenset[Part], out_of_turn: str) -> State:
    """The state that the act leads to; raises ``forbidden`` for the wrong person, ``out_of_turn`` in another state."""
    step = table.get(act)
    if step is None or not step.by & parts:
        raise Problem("forbidden")
    if state not in step.states:
        raise Problem(out_of_turn, f"{act} in {state}")
    return step.to or state
