"""What the worker tidies by itself: jobs that are over."""

from datetime import datetime, timedelta

from documents.jobs import tidy
from ecabinet.engines import Engines

EVERY = timedelta(hours=1)


def tidy_some(engines: Engines, now: datetime) -> bool:
    """A task as :data:`ecabinet.worker.Task` says: some rows."""
    return tidy(engines.database, now)
