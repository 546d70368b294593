"""What the worker does for rounds: reminders, and their closing at the deadline."""

from datetime import datetime

from ecabinet.engines import Engines
from ecabinet.opinions import notices, rounds
from ecabinet.opinions.notices import Notify


class RoundTask:
    """One round in a piece; ``notify`` tells people, by notices and letters unless something else is given."""

    def __init__(self, notify: Notify = notices.tell) -> None:
        self._notify = notify

    def __call__(self, engines: Engines, now: datetime) -> bool:
        """A task as :data:`ecabinet.worker.Task` says."""
        # Asked each second: looking costs no write lock, which SQLite has only one of.
        with engines.database.reading() as db:
            if not rounds.due(db, now):
                return False
        with engines.database.writing() as db:
            return rounds.tend(db, now, self._notify)
