"""The worker: claim a job, run it, mark it done; a thread of ``serve`` by default, in production a process."""

import logging
import threading
from datetime import UTC, datetime

from documents.database import Change
from documents.pipeline import ensure_index, run_one
from ecabinet.engines import Engines

IDLE_SECONDS = 1.0

log = logging.getLogger(__name__)


class Worker:
    """Runs jobs until told to stop. Jobs made in this process wake it; others are found within :data:`IDLE_SECONDS`."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._wake = threading.Event()
        self._closing = threading.Event()
        engines.database.listeners.append(self._hear)

    def run(self) -> None:
        """Work until :meth:`stop`. A fault of the database or a store is logged and waited out, never fatal."""
        index_checked = False
        while not self._closing.is_set():
            self._wake.clear()
            try:
                if not index_checked:
                    ensure_index(self._engines.database, self._engines.search)
                    index_checked = True
                busy = run_one(self._engines.database, self._engines.blobs, self._engines.search, datetime.now(UTC))
            except Exception:
                log.exception("the worker could not take a job")
                busy = False
            if not busy:
                self._wake.wait(IDLE_SECONDS)

    def stop(self) -> None:
        """Finish the job under way and return from :meth:`run`."""
        self._closing.set()
        self._wake.set()

    def _hear(self, changes: list[Change]) -> None:
        if any(kind == "version" for kind, _key in changes):
            self._wake.set()


class WorkerThread:
    """A worker beside the server, in its process."""

    def __init__(self, engines: Engines) -> None:
        self._worker = Worker(engines)
        self._thread = threading.Thread(target=self._worker.run, name="worker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stop after the job under way; one that takes longer is taken up again at the next start."""
        self._worker.stop()
        self._thread.join(timeout=10)
