"""The worker: takes what waits to be done, one piece after the other; a thread of ``serve`` by default, in production a
process.
"""

import gc
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from documents.contents import DOCUMENTS, Contents
from documents.database import Change
from documents.pipeline import ensure_index, run_one
from ecabinet.engines import Engines

IDLE_SECONDS = 1.0

log = logging.getLogger(__name__)

Task = Callable[[Engines, datetime], bool]
"""Does one piece of what waits of its kind; False when nothing does. Features give theirs to the application's list."""


def read_papers(engines: Engines, now: datetime, contents: Contents = DOCUMENTS) -> bool:
    """The jobs of the content library: read a paper, index what is to be found."""
    return run_one(engines.database, engines.blobs, engines.search, now, contents=contents)


def settle() -> None:
    """What a process has loaded by now stays to its end: the collector need not walk over it again and again, which
    costs an import a tenth of its time and the room a pause of some 50 ms now and then.
    """
    gc.collect()
    gc.freeze()


class Worker:
    """Does its tasks in turn until told to stop. A change of one of ``WAKING`` kinds made in this process wakes it;
    others are found within :data:`IDLE_SECONDS`.
    """

    WAKING = frozenset({"version", "import", "identity_check", "mail"})

    def __init__(self, engines: Engines, tasks: Sequence[Task], contents: Contents = DOCUMENTS) -> None:
        self._engines = engines
        self._tasks = tasks
        self._contents = contents
        self._wake = threading.Event()
        self._closing = False
        engines.database.listeners.append(self._hear)

    def run(self) -> None:
        """Work until :meth:`stop`. A fault of the database or a store is logged and waited out, never fatal."""
        index_checked = False
        while not self._closing:
            self._wake.clear()
            busy = False
            if not index_checked:
                index_checked = self._do(self._check_index)
            for task in self._tasks:
                # One piece of each kind in turn: a long import does not keep papers waiting, nor the other way round.
                busy = self._do(partial(self._run, task)) or busy
            if not busy:
                self._wake.wait(IDLE_SECONDS)

    def stop(self) -> None:
        """Finish what is under way and return from :meth:`run`."""
        self.ask_to_stop()
        self._wake.set()

    def ask_to_stop(self) -> None:
        """The same for a signal handler, within :data:`IDLE_SECONDS`: no lock is taken, because the thread that the
        signal interrupts may hold it.
        """
        self._closing = True

    def _run(self, task: Task) -> bool:
        return task(self._engines, datetime.now(UTC))

    def _check_index(self) -> bool:
        ensure_index(self._engines.database, self._engines.search, self._contents)
        return True

    def _do(self, piece: Callable[[], bool]) -> bool:
        if self._closing:
            return False
        try:
            return piece()
        except Exception:
            log.exception("the worker could not do a piece of work")
            return False

    def _hear(self, changes: list[Change]) -> None:
        if any(kind in self.WAKING for kind, _key in changes):
            self._wake.set()


class WorkerThread:
    """A worker beside the server, in its process."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._thread = threading.Thread(target=worker.run, name="worker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stop after the work under way; what takes longer is taken up again at the next start."""
        self._worker.stop()
        self._thread.join(timeout=10)
