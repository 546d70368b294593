"""What the worker does for uploads: the bytes of those that are finished, given up or forgotten are cleared away."""

from datetime import datetime

from documents.upload_parts import clear_away
from ecabinet.engines import Engines


def clear_uploads(engines: Engines, now: datetime) -> bool:
    """A task as :data:`ecabinet.worker.Task` says."""
    return clear_away(engines.database, engines.blobs, now)
