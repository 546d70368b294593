"""What the worker does for invitations: tells people of meetings and their changes, and reminds them."""

from datetime import datetime, timedelta

from sqlalchemy import select

from ecabinet.engines import Engines
from ecabinet.meetings import telling
from ecabinet.meetings.models import Meeting

TELL_EVERY = timedelta(seconds=2)
REMIND_EVERY = timedelta(seconds=20)
"""Between two looks that found nothing: a look goes through all meetings to come."""


def tell_some(engines: Engines, now: datetime) -> bool:
    """A task as :data:`ecabinet.worker.Task` says: tells some of those to be told of one meeting."""
    with engines.database.reading() as db:  # no write lock: SQLite has only one
        meeting_id = telling.to_tell(db, now)
    if meeting_id is None:
        return False
    with engines.database.writing() as db:
        # Locked, so that no two workers tell the same.
        meeting = db.scalars(select(Meeting).where(Meeting.id == meeting_id).with_for_update()).one()
        return telling.tell_meeting(db, meeting, now) > 0


def remind_some(engines: Engines, now: datetime) -> bool:
    """A task as :data:`ecabinet.worker.Task` says: sends the reminders of one meeting."""
    with engines.database.reading() as db:
        due = telling.to_remind(db, now)
    if not due:
        return False
    with engines.database.writing() as db:
        meeting = db.scalars(select(Meeting).where(Meeting.id == due[0]).with_for_update()).one()
        telling.remind(db, meeting, now)
    return True
