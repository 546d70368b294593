"""What people do with the floor, the same over a socket and by a plain form: named, with values from either.

``take_part`` is for those in the room and acts on their own requests; ``run`` is for those who run the meeting.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from documents.errors import Problem
from ecabinet.access import Person
from ecabinet.meetings import queries, speaker_turns, speakers
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.speaker_loading import load_request, load_turn
from ecabinet.meetings.speaker_models import FloorRequest, FloorTurn
from ecabinet.meetings.speaker_rules import SpeechKind

MOST_IDS = 1000
LONGEST_TEXT = 1000


class Said:
    """Values of a form or of a message; what is of the wrong kind is ``malformed``."""

    def __init__(self, values: Mapping[str, Any], lists: Mapping[str, Sequence[Any]]) -> None:
        self._values = values
        self._lists = lists

    def number(self, name: str) -> int | None:
        """A whole number from 1 up; None when it was not said."""
        value = self._values.get(name)
        return None if value in (None, "") else _whole(value)

    def needed(self, name: str) -> int:
        """A whole number that must be there."""
        value = self.number(name)
        if value is None:
            raise Problem("malformed", f"{name} is missing")
        return value

    def numbers(self, name: str) -> list[int]:
        """A list of whole numbers."""
        values = self._lists.get(name, [])
        if len(values) > MOST_IDS:
            raise Problem("malformed")
        return [_whole(value) for value in values]

    def text(self, name: str) -> str:
        """A line of text without control characters; empty when it was not said."""
        value = self._values.get(name, "")
        if not isinstance(value, str) or len(value) > LONGEST_TEXT:
            raise Problem("malformed")
        return "".join(c for c in value.strip() if c.isprintable())

    def kind(self) -> SpeechKind:
        """What the floor is asked for; a speech unless said otherwise."""
        try:
            return SpeechKind(self.text("kind") or SpeechKind.SPEECH)
        except ValueError as error:
            raise Problem("malformed") from error

    def wish(self) -> speakers.Wish:
        """What somebody asks for."""
        return speakers.Wish(self.kind(), self.number("item"), self.text("topic"))


def _whole(value: Any) -> int:
    if isinstance(value, str) and len(value) < 16 and value.isascii() and value.isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**53:
        raise Problem("malformed")
    return value


def take_part(db: Session, person: Person, meeting_id: int, action: str, said: Said, now: datetime) -> None:
    """``ask`` {kind, item, topic}, ``withdraw`` {request}: by the one invited, for nobody else."""
    seen = queries.load_to_change(db, person, meeting_id)
    participant = seen.require_participant()
    if action == "ask":
        speakers.ask(db, seen.meeting, participant, said.wish(), now)
    elif action == "withdraw":
        speakers.withdraw(db, load_request(db, seen.meeting, said.needed("request")), person, now)
    else:
        raise Problem("malformed")


def run(db: Session, person: Person, meeting_id: int, action: str, said: Said, now: datetime) -> None:
    """One of :data:`RUN`, by those who run the meeting."""
    meeting = queries.load_to_change(db, person, meeting_id).require_manager()
    if action not in RUN:
        raise Problem("malformed")
    RUN[action](db, meeting, person, said, now)


def _give(db: Session, meeting: Meeting, by: Person, said: Said, now: datetime) -> None:
    speaker_turns.give(db, meeting, _request(db, meeting, said), by, now, said.number("ending"))


def _call(db: Session, meeting: Meeting, by: Person, said: Said, now: datetime) -> None:
    participant = queries.load_participant(db, meeting, said.needed("participant"))
    speaker_turns.call(db, meeting, participant, said.kind(), by, now, said.number("ending"))


def _enter(db: Session, meeting: Meeting, by: Person, said: Said, now: datetime) -> None:
    participant = queries.load_participant(db, meeting, said.needed("participant"))
    speakers.enter(db, meeting, participant, said.wish(), by, now)


def _refuse(db: Session, meeting: Meeting, by: Person, said: Said, now: datetime) -> None:
    speakers.refuse(db, _request(db, meeting, said), said.text("reason"), by, now)


def _arrange(db: Session, meeting: Meeting, by: Person, said: Said, now: datetime) -> None:
    speakers.arrange(db, meeting, said.numbers("order"))


def _move(db: Session, meeting: Meeting, by: Person, said: Said, now: datetime) -> None:
    direction = said.text("direction")
    if direction not in ("up", "down"):
        raise Problem("malformed")
    speakers.move(db, meeting, _request(db, meeting, said), direction)


def _by_rule(db: Session, meeting: Meeting, by: Person, said: Said, now: datetime) -> None:
    speakers.by_rule(db, meeting, said.kind())


def _list(db: Session, meeting: Meeting, by: Person, said: Said, now: datetime) -> None:
    item_id = said.number("item")
    if item_id is not None:
        queries.load_item(db, meeting, item_id)
    speakers.open_list(db, meeting, item_id, said.text("open") == "1")


def _pause(db: Session, meeting: Meeting, by: Person, said: Said, now: datetime) -> None:
    speaker_turns.pause(db, _turn(db, meeting, said), now)


def _resume(db: Session, meeting: Meeting, by: Person, said: Said, now: datetime) -> None:
    speaker_turns.resume(db, _turn(db, meeting, said), now)


def _end(db: Session, meeting: Meeting, by: Person, said: Said, now: datetime) -> None:
    speaker_turns.end(db, _turn(db, meeting, said), now)


def _extend(db: Session, meeting: Meeting, by: Person, said: Said, now: datetime) -> None:
    speaker_turns.extend(db, _turn(db, meeting, said), said.number("seconds"))


def _request(db: Session, meeting: Meeting, said: Said) -> FloorRequest:
    return load_request(db, meeting, said.needed("request"))


def _turn(db: Session, meeting: Meeting, said: Said) -> FloorTurn:
    return load_turn(db, meeting, said.needed("turn"))


RUN: dict[str, Callable[[Session, Meeting, Person, Said, datetime], None]] = {
    "give": _give,
    "call": _call,
    "enter": _enter,
    "refuse": _refuse,
    "arrange": _arrange,
    "move": _move,
    "by_rule": _by_rule,
    "list": _list,
    "pause": _pause,
    "resume": _resume,
    "end": _end,
    "extend": _extend,
}
"""What those who run the meeting do: ``give`` {request, ending}, ``call`` {participant, kind, ending}, ``enter``
{participant, kind, item, topic}, ``refuse`` {request, reason}, ``arrange`` {order}, ``move`` {request, direction},
``by_rule`` {kind}, ``list`` {item, open}, ``pause``, ``resume``, ``end`` {turn}, ``extend`` {turn, seconds}."""
