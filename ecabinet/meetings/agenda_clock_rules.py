"""Planned against actual time of an agenda, from plain values. Times of day are aware; lengths are in seconds.

An item takes as long as planned for it, or as all below it together, whichever is more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

NEARLY_OVER = 0.2
"""The last part of an item's time, shown as such."""


@dataclass(frozen=True)
class Slot:
    """An item with its own planned length, the time it was open before, and since when it is open now."""

    id: int
    depth: int
    planned: int
    spent: float = 0.0
    since: datetime | None = None


@dataclass(frozen=True)
class ItemTime:
    """The clock of an item with all below it. While one of these is open, ``counts_from`` is the moment from which the
    time spent counts; else ``spent`` is final so far.
    """

    planned: int
    spent: float
    counts_from: datetime | None = None
    begun: bool = False

    @property
    def ends_at(self) -> datetime | None:
        """When the planned time of an open item is over."""
        return self.counts_from + timedelta(seconds=self.planned) if self.counts_from is not None else None


@dataclass(frozen=True)
class Day:
    """When the agenda is expected to end: at ``holds_until`` as long as the open item keeps to its time, and never
    sooner than ``rest`` seconds from now.
    """

    planned_end: datetime
    holds_until: datetime
    rest: float

    def expected_end(self, now: datetime) -> datetime:
        """As seen at this moment."""
        return max(self.holds_until, now + timedelta(seconds=self.rest))

    def behind(self, now: datetime) -> int:
        """Whole minutes behind the plan; below zero ahead of it."""
        return round((self.expected_end(now) - self.planned_end).total_seconds() / 60)


def times(slots: Sequence[Slot]) -> dict[int, ItemTime]:
    """The clock of each item."""
    return {node.slot.id: node.time for root in _trees(slots) for node in root.walk()}


def planned_total(slots: Sequence[Slot]) -> int:
    """The length of the whole agenda."""
    return sum(root.planned for root in _trees(slots))


def begins(slots: Sequence[Slot], starts_at: datetime) -> dict[int, datetime]:
    """When each item begins by the plan; nothing where nothing is planned."""
    if not planned_total(slots):
        return {}
    found: dict[int, datetime] = {}

    def place(nodes: Sequence[_Node], at: datetime) -> None:
        for node in nodes:
            found[node.slot.id] = at
            place(node.below, at)
            at += timedelta(seconds=node.planned)

    place(_trees(slots), starts_at)
    return found


def day(slots: Sequence[Slot], starts_at: datetime, now: datetime) -> Day | None:
    """The course of the day; None where nothing is planned."""
    roots = _trees(slots)
    total = sum(root.planned for root in roots)
    if not total:
        return None
    planned_end = starts_at + timedelta(seconds=total)
    current = next((n for n, slot in enumerate(slots) if slot.since is not None), None)
    if current is None:
        rest = sum(root.ahead() for root in roots)
        return Day(planned_end, starts_at + timedelta(seconds=rest), rest)
    running, rest = 0.0, 0.0
    for root in roots:
        most, least = root.remaining(current, now)
        running, rest = running + most, rest + least
    return Day(planned_end, now + timedelta(seconds=running), rest)


@dataclass(frozen=True)
class _Node:
    place: int
    slot: Slot
    below: tuple["_Node", ...]

    def walk(self) -> list["_Node"]:
        return [self, *(node for child in self.below for node in child.walk())]

    @property
    def planned(self) -> int:
        return max(self.slot.planned, sum(child.planned for child in self.below))

    @property
    def time(self) -> ItemTime:
        nodes = self.walk()
        spent = sum(node.slot.spent for node in nodes)
        since = next((node.slot.since for node in nodes if node.slot.since is not None), None)
        from_ = since - timedelta(seconds=spent) if since is not None else None
        return ItemTime(self.planned, spent, from_, since is not None or spent > 0)

    def ahead(self) -> float:
        """What is still to come of an item that is not open."""
        return max(self.planned - sum(node.slot.spent for node in self.walk()), 0.0)

    def remaining(self, current: int, now: datetime) -> tuple[float, float]:
        """Seconds still to come when the open item keeps to its time, and at the least."""
        time, last = self.time, self.walk()[-1].place
        if time.counts_from is None:
            # Behind the open item it is to come; before it, it is over, unless it was passed over.
            left = 0.0 if last < current and time.begun else self.ahead()
            return left, left
        parts = [child.remaining(current, now) for child in self.below]
        kept = self.planned - (now - time.counts_from).total_seconds()
        return max(kept, sum(most for most, _least in parts)), sum(least for _most, least in parts)


def _trees(slots: Sequence[Slot]) -> list[_Node]:
    def below(start: int, end: int) -> list[_Node]:
        found = []
        while start < end:
            stop = start + 1
            while stop < end and slots[stop].depth > slots[start].depth:
                stop += 1
            found.append(_Node(start, slots[start], tuple(below(start + 1, stop))))
            start = stop
        return found

    return below(0, len(slots))
