"""The floor as pages and minutes show it: plain values, read by the queries."""

from dataclasses import dataclass
from datetime import datetime

from ecabinet.meetings.speaker_rules import Clock, FloorSettings, SpeechKind, TurnState


@dataclass(frozen=True)
class WaitingLine:
    """Somebody in a queue. ``place`` counts from 1; ``spoken`` is how often they have spoken in this queue before."""

    id: int
    participant_id: int
    member_id: int
    name: str
    unit_name: str
    title: str
    present: bool
    kind: SpeechKind
    item_id: int | None
    topic: str
    asked_at: datetime
    place: int
    placed: bool
    spoken: int


@dataclass(frozen=True)
class TurnLine:
    """A turn at the floor with its clock; ``budget`` is what the unit had left of its time when it began, or None."""

    id: int
    member_id: int
    name: str
    unit_name: str
    title: str
    kind: SpeechKind
    item_id: int | None
    state: TurnState
    clock: Clock
    budget: int | None


@dataclass(frozen=True)
class UnitTime:
    """The time of a unit: seconds used by turns that are over, and its budget."""

    name: str
    used: int
    budget: int

    @property
    def left(self) -> int:
        """What is left of the budget; below zero when it was exceeded."""
        return self.budget - self.used


@dataclass(frozen=True)
class OtherQueue:
    """Those who wait for another item than the present one."""

    item_id: int
    title: str
    lines: list[WaitingLine]


@dataclass(frozen=True)
class Floor:
    """The floor of a meeting at this moment, for every page that shows it."""

    settings: FloorSettings
    turn: TurnLine | None
    interrupted: TurnLine | None
    queues: dict[SpeechKind, list[WaitingLine]]
    others: list[OtherQueue]
    units: list[UnitTime]

    @property
    def waiting(self) -> int:
        """How many wait for the present item."""
        return sum(len(lines) for lines in self.queues.values())

    @property
    def everybody(self) -> list[WaitingLine]:
        """All who wait, those for other items too."""
        return [line for lines in (*self.queues.values(), *(other.lines for other in self.others)) for line in lines]


@dataclass(frozen=True)
class SpeechLine:
    """A turn that is over, for the minutes. ``seconds`` without pauses; ``called`` without having asked."""

    id: int
    name: str
    unit_name: str
    title: str
    item_id: int | None
    item_title: str
    kind: SpeechKind
    topic: str
    began_at: datetime
    ended_at: datetime
    seconds: int
    limit: int
    called: bool
