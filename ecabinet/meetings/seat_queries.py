"""What is read of seats: the map as it is drawn, with who sits where."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet.meetings import queries, seat_rules, seats
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.room_models import SeatPlan, SeatTaken
from ecabinet.meetings.rules import Rsvp
from ecabinet.meetings.seat_rules import HEAD, SeatState, Spot
from ecabinet.meetings.speaker_models import FloorTurn
from ecabinet.meetings.speaker_rules import HAS_FLOOR


@dataclass(frozen=True)
class Cell:
    """A seat on the map; without a person it is empty. ``short`` fits on it: the last word of the name."""

    spot: Spot
    state: SeatState
    participant_id: int | None = None
    member_id: int | None = None
    name: str = ""
    title: str = ""

    @property
    def short(self) -> str:
        """The given name, with the first letters of the others."""
        *before, last = self.name.split() or [""]
        return " ".join([*("".join(word[:1] for word in before),), last]).strip()


@dataclass(frozen=True)
class SeatMap:
    """The map: the head table, the rows from the front, and how many are shown in each colour."""

    head: list[Cell]
    rows: list[list[Cell]]
    on_screen: bool
    votes: bool

    @property
    def widest(self) -> int:
        """The most seats of a row."""
        return max((len(row) for row in (self.head, *self.rows)), default=0)

    @property
    def cells(self) -> list[Cell]:
        """All seats."""
        return [cell for row in (self.head, *self.rows) for cell in row]

    def count(self, state: str) -> int:
        """How many seats are shown like this."""
        return sum(cell.state == state for cell in self.cells)


def speaking(db: Session, meeting_id: int) -> set[int]:
    """The participants who have the floor."""
    turns = select(FloorTurn.participant_id).where(FloorTurn.meeting_id == meeting_id, FloorTurn.state.in_(HAS_FLOOR))
    return set(db.scalars(turns))


def map_of(db: Session, meeting: Meeting, voted: Collection[int] | None = None) -> SeatMap | None:
    """The map, if one was drawn. ``voted``: the members of whom the one who looks may know that they have voted in the
    vote that is open; None where none is open or it may not be known.
    """
    plan = db.get(SeatPlan, meeting.id)
    if plan is None:
        return None
    turn = speaking(db, meeting.id)
    query = select(SeatTaken, Participant).join(Participant, Participant.id == SeatTaken.participant_id)
    sits = {
        Spot(seat.seat_row, seat.seat_number): person
        for seat, person in db.execute(query.where(SeatTaken.meeting_id == meeting.id))
    }

    def cell(spot: Spot) -> Cell:
        person = sits.get(spot)
        if person is None:
            return Cell(spot, SeatState.EMPTY)
        state = seat_rules.state(
            here=person.present, voted=person.member_id in (voted or ()), speaking=person.id in turn
        )
        return Cell(spot, state, person.id, person.member_id, person.name, person.title)

    rows: dict[int, list[Cell]] = {row: [] for row in range(len(plan.seat_rows) + 1)}
    for spot in seat_rules.spots(plan.head_seats, plan.seat_rows):
        rows[spot.row].append(cell(spot))
    return SeatMap(rows.pop(HEAD), list(rows.values()), plan.on_screen, voted is not None)


def unseated(db: Session, meeting: Meeting) -> list[Participant]:
    """Who is expected and has no seat, as read out."""
    taken = seats.taken(db, meeting.id)
    away = (Rsvp.ABSENT, Rsvp.SUBSTITUTED)
    return [p for p in queries.participants(db, meeting.id) if p.id not in taken and p.rsvp not in away]


def seat_of(db: Session, meeting_id: int, member_id: int) -> Spot | None:
    """Where a member sits."""
    query = select(SeatTaken.seat_row, SeatTaken.seat_number).join(
        Participant, Participant.id == SeatTaken.participant_id
    )
    row = db.execute(query.where(Participant.meeting_id == meeting_id, Participant.member_id == member_id)).first()
    return Spot(*row) if row is not None else None
