"""A worker asked to stop by a signal, wherever the signal finds it."""

from threading import Thread

from documents.database import Database
from ecabinet.worker import Task, Worker


class _Nothing:
    """Engines without anything to do."""

    def __init__(self, database: Database) -> None:
        self.database = database


def test_a_signal_handler_never_waits_for_a_lock_of_the_thread_it_interrupts(database: Database) -> None:
    worker = Worker(_Nothing(database), (), beside=())  # type: ignore[arg-type]
    # The main thread is interrupted while it holds the lock of its event: the handler must come back all the same.
    with worker._main.wake._cond:  # type: ignore[attr-defined]
        handler = Thread(target=worker.ask_to_stop, daemon=True)
        handler.start()
        handler.join(timeout=90)
        assert not handler.is_alive()
    worker.run()  # returns at once


def test_from_another_thread_it_stops_without_waiting(database: Database) -> None:
    waits: list[Task] = [lambda _engines, _now: False]
    worker = Worker(_Nothing(database), waits, beside=waits)  # type: ignore[arg-type]
    running = Thread(target=worker.run, daemon=True)
    running.start()
    worker.stop()
    running.join(timeout=90)
    assert not running.is_alive()
