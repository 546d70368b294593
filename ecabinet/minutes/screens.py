"""What the room's screen shows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from documents.database import changed
from ecabinet import audit
from ecabinet.meetings import audience_queries
from ecabinet.meetings.audience_queries import NOBODY
from ecabinet.meetings.audience_rules import Circle
from ecabinet.meetings.models import Meeting
from ecabinet.minutes import facts, queries, rules
from ecabinet.minutes.models import Conclusion, RoomScreen
from ecabinet.minutes.rules import ScreenMode
from ecabinet.voting import queries as voting
from ecabinet.voting.rules import PollState

ROOM_FOR = 420
"""Letters of several conclusions that fit on the screen together."""


@dataclass(frozen=True)
class Showing:
    """The mode that the chair has chosen, and what is shown for it."""

    mode: ScreenMode
    message: str
    conclusions: list[Conclusion]


def choose(db: Session, meeting: Meeting, mode: str, message: str, by: int, now: datetime) -> None:
    """Put something on the screen. A message is kept for the next time."""
    wanted = rules.check_screen(mode, message)
    screen = db.get(RoomScreen, meeting.id)
    if screen is None:
        screen = RoomScreen(meeting_id=meeting.id, mode=ScreenMode.AUTO, message="")
        db.add(screen)
    screen.mode = wanted
    if wanted == ScreenMode.MESSAGE:
        screen.message = message
        audit.record(db, by, "screen_message", f"meeting:{meeting.id}", now, message=message)
    changed(db, "screen", meeting.id)


def announced(db: Session, meeting: Meeting, circle: Circle = NOBODY) -> list[Conclusion]:
    """The conclusions that those of a circle may see: without those of hidden items and of items for others."""
    closed = queries.closed_items(db, meeting, circle)
    return [one for one in facts.conclusions_of(db, meeting.id, announced=True) if one.item_id not in closed]


def chosen(db: Session, meeting_id: int) -> tuple[ScreenMode, str]:
    """What the chair has chosen last, and the message."""
    screen = db.get(RoomScreen, meeting_id)
    return (ScreenMode(screen.mode), screen.message) if screen else (ScreenMode.AUTO, "")


def showing(db: Session, meeting: Meeting) -> Showing:
    """What stands on the screen now. By itself it shows a conclusion from its announcement until the chair goes on: to
    the next item, or to a vote.
    """
    mode, message = chosen(db, meeting.id)
    said = announced(db, meeting)
    if mode == ScreenMode.CONCLUSION:
        return Showing(mode if said else ScreenMode.AUTO, message, _fitting(said))
    if mode == ScreenMode.AUTO and said:
        newest = max(said, key=lambda one: one.announced_at or one.written_at)
        if newest.announced_at is not None and _is_the_last_word(db, meeting, newest.announced_at):
            return Showing(ScreenMode.CONCLUSION, message, [newest])
    return Showing(mode, message, [])


def _fitting(said: list[Conclusion]) -> list[Conclusion]:
    """The last ones, as many as can be read together from the back of the room; the last in any case."""
    shown = said[-1:]
    for one in reversed(said[:-1]):
        if len(one.text) + sum(len(other.text) for other in shown) > ROOM_FOR:
            break
        shown.insert(0, one)
    return shown


def _is_the_last_word(db: Session, meeting: Meeting, announced_at: datetime) -> bool:
    if meeting.current_since is None or announced_at < meeting.current_since:
        return False
    poll = voting.on_the_floor(db, meeting, audience_queries.closed(db, meeting.id, NOBODY))
    if poll is None:
        return True
    return poll.state == PollState.PUBLISHED and poll.published_at is not None and poll.published_at < announced_at
