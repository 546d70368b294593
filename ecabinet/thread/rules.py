"""What a thread is made of, and how it is walked. Plain values only."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

MOST = 300
"""A thread shows so many things to each side; what lies beyond is shown from one of them."""


class Kind(StrEnum):
    """What can be part of a thread; ids are those of the kind's own table (of ``office`` the register's)."""

    MEETING = "meeting"
    ITEM = "item"
    POLL = "poll"
    CONCLUSION = "conclusion"
    RESOLUTION = "resolution"
    OFFICE = "office"
    TASK = "task"
    DOCUMENT = "document"


class Node(NamedTuple):
    """One thing."""

    kind: Kind
    id: int


class Edge(NamedTuple):
    """What came of what, and as what (a word of the list ``thread_relation``)."""

    cause: Node
    effect: Node
    relation: str


@dataclass(frozen=True)
class Step:
    """A thing on the way, ``level`` steps from the one that was asked about, by the relation that led to it first."""

    node: Node
    relation: str
    level: int


@dataclass(frozen=True)
class Side:
    """What was found to one side, in the order of the way; ``cut``: there was more than :data:`MOST`."""

    steps: tuple[Step, ...]
    cut: bool = False


def walk(
    start: Node,
    edges: Callable[[Collection[Node]], Iterable[Edge]],
    visible: Callable[[Collection[Node]], Collection[Node]],
    *,
    back: bool,
) -> Side:
    """Everything that can be reached from ``start`` against the edges (``back``) or along them, nearest first.

    ``edges`` gives the edges of things, asked once a level; no way leads through what is not ``visible``. Circles end
    where they began.
    """
    known, level, steps = {start}, [start], list[Step]()
    distance = 0
    while level:
        distance += 1
        found: dict[Node, str] = {}
        here = set(level)
        for edge in edges(level):
            at, to = (edge.effect, edge.cause) if back else (edge.cause, edge.effect)
            if at in here and to not in known:
                found.setdefault(to, edge.relation)
        shown = visible(found)
        level = [node for node in found if node in shown]
        known |= set(found)
        steps += [Step(node, found[node], distance) for node in level]
        if len(steps) >= MOST:
            return Side(tuple(steps[:MOST]), len(steps) > MOST or bool(level))
    return Side(tuple(steps))
