"""The worker: takes what waits to be done; threads of ``serve`` by default, in production a process.

Three loops side by side, because what takes long must keep nothing waiting: papers that are quickly read, those that
are not, and all other tasks in turn. What reads papers is a child process each time: the loops mostly wait for it.
"""

import gc
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from documents.contents import DOCUMENTS, Contents
from documents.database import Change
from documents.indexing import ensure_index
from documents.pipeline import run_one
from documents.rules import Lane
from ecabinet.engines import Engines

IDLE_SECONDS = 1.0

log = logging.getLogger(__name__)

Task = Callable[[Engines, datetime], bool]
"""Does one piece of what waits of its kind; False when nothing does. Features give theirs to the application's list."""


class Paused:
    """A task that is left alone for ``pause`` when it found nothing to do: what it looks through is too much to be
    looked through each second.
    """

    def __init__(self, task: Task, pause: timedelta) -> None:
        self._task, self._pause = task, pause
        self._next: datetime | None = None

    def __call__(self, engines: Engines, now: datetime) -> bool:
        if self._next is not None and now < self._next:
            return False
        found = self._task(engines, now)
        self._next = None if found else now + self._pause
        return found


def index_found(engines: Engines, now: datetime, contents: Contents = DOCUMENTS) -> bool:
    """Bring the index up to what is to be found."""
    return run_one(engines.database, engines.blobs, engines.search, now, lane=Lane.INDEX, contents=contents)


def read_papers(engines: Engines, now: datetime) -> bool:
    """A step of a paper that is quickly done."""
    return run_one(engines.database, engines.blobs, engines.search, now, lane=Lane.QUICK)


def read_slow_papers(engines: Engines, now: datetime) -> bool:
    """A step that takes long: of a large file, recognising letters, printing an office file."""
    return run_one(engines.database, engines.blobs, engines.search, now, lane=Lane.SLOW)


PAPER_TASKS: tuple[Task, ...] = (read_papers, read_slow_papers)
"""Each in a loop of its own."""


def settle() -> None:
    """What a process has loaded by now stays to its end: the collector need not walk over it again and again, which
    costs an import a tenth of its time and the room a pause of some 50 ms now and then.
    """
    gc.collect()
    gc.freeze()


class Worker:
    """Does its tasks in turn, and reads papers beside, until told to stop. A change of one of ``WAKING`` kinds made in
    this process wakes it; others are found within :data:`IDLE_SECONDS`.
    """

    WAKING = frozenset({"version", "import", "identity_check", "mail", "delivery"})

    def __init__(
        self,
        engines: Engines,
        tasks: Sequence[Task],
        contents: Contents = DOCUMENTS,
        beside: Sequence[Task] = PAPER_TASKS,
    ) -> None:
        def check_index(engines: Engines, _now: datetime) -> bool:
            ensure_index(engines.database, engines.search, contents)
            return True

        self._main = _Turns(engines, tasks, first=check_index)
        self._beside = [_Turns(engines, (task,)) for task in beside]
        engines.database.listeners.append(self._hear)

    def run(self) -> None:
        """Work until :meth:`stop`. A fault of the database or a store is logged and waited out, never fatal."""
        threads = [threading.Thread(target=turns.run, name="papers", daemon=True) for turns in self._beside]
        for thread in threads:
            thread.start()
        self._main.run()
        for thread in threads:
            thread.join()

    def stop(self) -> None:
        """Finish what is under way and return from :meth:`run`."""
        self.ask_to_stop()
        self._wake()

    def ask_to_stop(self) -> None:
        """The same for a signal handler, within :data:`IDLE_SECONDS`: no lock is taken, because the thread that the
        signal interrupts may hold it.
        """
        for turns in (self._main, *self._beside):
            turns.closing = True

    def _wake(self) -> None:
        for turns in (self._main, *self._beside):
            turns.wake.set()

    def _hear(self, changes: list[Change]) -> None:
        if any(kind in self.WAKING for kind, _key in changes):
            self._wake()


class _Turns:
    """One piece of each task in turn: a long import does not keep letters waiting, nor the other way round. ``first``
    is done once before, and tried until it is.
    """

    def __init__(self, engines: Engines, tasks: Sequence[Task], first: Task | None = None) -> None:
        self._engines = engines
        self._tasks = tasks
        self._first = first
        self.wake = threading.Event()
        self.closing = False

    def run(self) -> None:
        while not self.closing:
            self.wake.clear()
            if self._first is not None and self._do(self._first):
                self._first = None
            busy = False
            for task in self._tasks:
                busy = self._do(task) or busy
            if not busy:
                self.wake.wait(IDLE_SECONDS)

    def _do(self, task: Task) -> bool:
        if self.closing:
            return False
        try:
            return task(self._engines, datetime.now(UTC))
        except Exception:
            log.exception("the worker could not do a piece of work")
            return False


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
