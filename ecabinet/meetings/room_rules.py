"""Rooms from plain values: what may be said of one, and what stands against a meeting in it at a time."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from documents.errors import Invalid, Problem

MOST_ROWS = 40
MOST_IN_ROW = 60
MOST_PLACES = 5000
LONGEST_NAME = 120
LONGEST_EQUIPMENT = 500
LONGEST_REASON = 300
MANY, MANY_SHARE = 2, 4
"""So many of the invited elsewhere are many: at least two, and a quarter."""

_TIMES = re.compile(r"\s*[x×*]\s*")
_ROW = re.compile(r"(\d{1,2})(?:x(\d{1,2}))?")


class ConflictKind(StrEnum):
    """What stands against a meeting in a room at a time."""

    ROOM = "room"
    CHAIR = "chair"
    MEMBERS = "members"
    TOO_SMALL = "too_small"


@dataclass(frozen=True)
class RoomDraft:
    """What is said of a room; ``seat_rows`` is None when it could not be read, ``capacity`` when it was no number."""

    name: str
    capacity: int | None
    equipment: str = ""
    head_seats: int | None = 0
    seat_rows: tuple[int, ...] | None = ()


def check_room(draft: RoomDraft) -> None:
    """Raise :class:`Invalid` naming every fault by its field."""
    faults: dict[str, Problem] = {}
    if not draft.name:
        faults["name"] = Problem("missing")
    elif len(draft.name) > LONGEST_NAME:
        faults["name"] = Problem("too_long", limit=LONGEST_NAME)
    if draft.capacity is None or not 1 <= draft.capacity <= MOST_PLACES:
        faults["capacity"] = Problem("not_in_range", low=1, high=MOST_PLACES)
    if len(draft.equipment) > LONGEST_EQUIPMENT:
        faults["equipment"] = Problem("too_long", limit=LONGEST_EQUIPMENT)
    faults |= seat_faults(draft.head_seats, draft.seat_rows)
    if faults:
        raise Invalid(faults)


def seat_faults(head_seats: int | None, seat_rows: tuple[int, ...] | None) -> dict[str, Problem]:
    """What is wrong with the seats of a room, by field."""
    faults: dict[str, Problem] = {}
    if head_seats is None or not 0 <= head_seats <= MOST_IN_ROW:
        faults["head_seats"] = Problem("not_in_range", low=0, high=MOST_IN_ROW)
    if seat_rows is None or len(seat_rows) > MOST_ROWS or not all(1 <= seats <= MOST_IN_ROW for seats in seat_rows):
        faults["seat_rows"] = Problem("bad_seat_rows", most=MOST_IN_ROW, rows=MOST_ROWS)
    return faults


def read_rows(text: str) -> tuple[int, ...] | None:
    """Seats of the rows from the front, as written ("10, 12, 12" or "2x10, 12"); None for anything else."""
    rows: list[int] = []
    for part in filter(None, re.split(r"[,;\s]+", _TIMES.sub("x", text))):
        found = _ROW.fullmatch(part)
        if found is None:
            return None
        rows += [int(found[2])] * int(found[1]) if found[2] else [int(found[1])]
        if len(rows) > MOST_ROWS:
            return None
    return tuple(rows)


def rows_text(rows: Iterable[int]) -> str:
    """The same the other way round."""
    groups: list[list[int]] = []
    for seats in rows:
        if groups and groups[-1][1] == seats:
            groups[-1][0] += 1
        else:
            groups.append([1, seats])
    return ", ".join(f"{count}x{seats}" if count > 1 else str(seats) for count, seats in groups)


@dataclass(frozen=True)
class Other:
    """Another meeting at the same time: its room, and who is expected there."""

    meeting_id: int
    room_id: int | None
    members: frozenset[int]


@dataclass(frozen=True)
class Conflict:
    """What stands against it: the other meeting (None where it is the room itself), and how many people are meant."""

    kind: ConflictKind
    meeting_id: int | None
    people: int = 0


@dataclass(frozen=True)
class Planned:
    """A meeting as far as others stand against it; ``expected`` are those invited who have not said they are absent."""

    room_id: int | None
    capacity: int | None
    expected: frozenset[int]
    chairs: frozenset[int]


def overlap(one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> bool:
    """Whether two spans share a moment; one that begins when the other ends does not."""
    return one[0] < other[1] and other[0] < one[1]


def conflicts(planned: Planned, others: Iterable[Other]) -> list[Conflict]:
    """What stands against a meeting, the room first."""
    found: list[Conflict] = []
    if planned.capacity is not None and len(planned.expected) > planned.capacity:
        found.append(Conflict(ConflictKind.TOO_SMALL, None, len(planned.expected) - planned.capacity))
    for other in others:
        if planned.room_id is not None and other.room_id == planned.room_id:
            found.append(Conflict(ConflictKind.ROOM, other.meeting_id))
        if planned.chairs & other.members:
            found.append(Conflict(ConflictKind.CHAIR, other.meeting_id))
        elsewhere = len(planned.expected & other.members)
        if elsewhere >= MANY and elsewhere * MANY_SHARE >= len(planned.expected):
            found.append(Conflict(ConflictKind.MEMBERS, other.meeting_id, elsewhere))
    return sorted(found, key=lambda one: list(ConflictKind).index(one.kind))
