"""Seats of a meeting from plain values: which there are, who is put where, and in which colour each is shown."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from documents.errors import Problem

HEAD = 0
"""The row of the head table."""


class SeatOrder(StrEnum):
    """In which order people are put on seats."""

    RANK = "rank"
    NAME = "name"
    UNIT = "unit"


class SeatState(StrEnum):
    """How a seat is shown; the later of two that hold wins."""

    EMPTY = "empty"
    ABSENT = "absent"
    PRESENT = "present"
    VOTED = "voted"
    SPEAKING = "speaking"


@dataclass(frozen=True, order=True)
class Spot:
    """A seat: row 0 is the head table, 1 the front row; seats from 1, from the left."""

    row: int
    number: int


@dataclass(frozen=True)
class Sitter:
    """Somebody to be seated. ``head``: at the head table if there is room. ``name_key`` and ``unit`` sort."""

    id: int
    rank: int
    name_key: str
    unit: str
    head: bool = False
    guest: bool = False


def spots(head_seats: int, seat_rows: Sequence[int]) -> list[Spot]:
    """All seats, the head table first, then row by row from the front."""
    rows = [head_seats, *seat_rows]
    return [Spot(row, number) for row, seats in enumerate(rows) for number in range(1, seats + 1)]


def fill(people: Sequence[Sitter], head_seats: int, seat_rows: Sequence[int], order: SeatOrder) -> dict[int, Spot]:
    """A seat for each as far as there are any: the chair in the middle of the head table, the others row by row from
    the front, guests behind all.
    """
    keys = {
        SeatOrder.RANK: lambda one: (one.guest, one.rank, one.id),
        SeatOrder.NAME: lambda one: (one.guest, one.name_key, one.id),
        SeatOrder.UNIT: lambda one: (one.guest, one.unit, one.rank, one.id),
    }
    at_head = sorted((one for one in people if one.head), key=lambda one: (one.rank, one.id))[:head_seats]
    seated = dict(zip((one.id for one in at_head), _from_the_middle(head_seats), strict=False))
    others = sorted((one for one in people if one.id not in seated), key=keys[order])
    rows = [spot for spot in spots(0, seat_rows)]
    return seated | dict(zip((one.id for one in others), rows, strict=False))


def _from_the_middle(seats: int) -> list[Spot]:
    middle = (seats + 1) / 2
    return [Spot(HEAD, n) for n in sorted(range(1, seats + 1), key=lambda n: (abs(n - middle), n))]


def placed(taken: Mapping[int, Spot], participant_id: int, to: Spot | None, there: Collection[Spot]) -> dict[int, Spot]:
    """Who sits where after somebody was put on a seat (None: off the map). Who sat there takes the seat that becomes
    free, or stands up.
    """
    if to is not None and to not in there:
        raise Problem("no_such_seat")
    after = dict(taken)
    was = after.pop(participant_id, None)
    if to is None:
        return after
    other = next((one for one, spot in after.items() if spot == to), None)
    if other is not None:
        after.pop(other)
        if was is not None:
            after[other] = was
    after[participant_id] = to
    return after


def kept(taken: Mapping[int, Spot], there: Collection[Spot]) -> dict[int, Spot]:
    """Who still has a seat when the room is drawn anew."""
    return {one: spot for one, spot in taken.items() if spot in there}


def state(*, here: bool, voted: bool, speaking: bool) -> SeatState:
    """How the seat of somebody is shown. ``voted`` only where the one who looks may know that they have voted."""
    if speaking:
        return SeatState.SPEAKING
    if voted:
        return SeatState.VOTED
    return SeatState.PRESENT if here else SeatState.ABSENT
