"""What the worker tidies by itself: jobs that are over."""

from datetime import UTC, datetime, timedelta

from documents.jobs import tidy
from ecabinet.engines import Engines

EVERY = timedelta(hours=1)


class TidyTask:
    """A task as :data:`ecabinet.worker.Task` says: some rows at a time, until there are none for an hour."""

    def __init__(self) -> None:
        self._next = datetime.min.replace(tzinfo=UTC)

    def __call__(self, engines: Engines, now: datetime) -> bool:
        if now < self._next:
            return False
        if tidy(engines.database, now):
            return True
        self._next = now + EVERY
        return False
