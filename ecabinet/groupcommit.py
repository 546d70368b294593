"""Group commit: what arrives while the disk is busy is written together in the next transaction.

A commit costs one wait for the disk, however many rows it carries. With one commit a ballot a room of 500 waits for
500 disk writes; here it waits for a handful. Nobody hears of a result before the commit that holds it is durable.
"""

import asyncio
import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from documents.database import Database
from documents.errors import Problem

Item = TypeVar("Item")
Result = TypeVar("Result")

ApplyMany = Callable[[Session, Sequence[Item]], Sequence[Result | Problem]]
"""Writes all items in the given transaction; returns a result, or the Problem that refuses it, for each, in order.

It may be called again with an item whose transaction failed: applying the same item twice must have one effect.
"""

RETRY_SECONDS = 10.0

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Entry(Generic[Item, Result]):
    """``future`` belongs to ``loop``, or to no loop: then it is of the kind that threads wait for."""

    item: Item
    future: Future[Result] | asyncio.Future[Result]
    loop: asyncio.AbstractEventLoop | None = None

    def begin(self) -> bool:
        """From here on the item is under way; False when its asker has gone away before."""
        if isinstance(self.future, Future):
            return self.future.set_running_or_notify_cancel()
        return not self.future.cancelled()


class GroupCommit(Generic[Item, Result]):
    """One writing thread in front of ``database``.

    ``max_batch`` items at most go into one transaction; when ``max_waiting`` wait, further ones are refused as busy.
    """

    def __init__(
        self,
        database: Database,
        apply_many: ApplyMany[Item, Result],
        *,
        max_batch: int = 500,
        max_waiting: int = 20_000,
        name: str = "group-commit",
    ) -> None:
        self._database = database
        self._apply_many = apply_many
        self._max_batch = max_batch
        self._max_waiting = max_waiting
        self._waiting: deque[_Entry[Item, Result]] = deque()
        self._wake = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, item: Item) -> Future[Result]:
        """Hand in ``item``; never waits. The future resolves after the durable commit that holds it.

        It raises the :class:`Problem` that refused the item (``busy`` when too many wait, and after :meth:`close`), or
        the exception that the item's own transaction failed with.
        """
        future: Future[Result] = Future()
        try:
            self._queue(_Entry(item, future))
        except Problem as problem:
            future.set_exception(problem)
        return future

    async def commit(self, item: Item) -> Result:
        """The same for an event loop: returns or raises what the future of :meth:`submit` would.

        A whole batch wakes the loop once; a future of threads for each item costs as much as the rest of a ballot.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._queue(_Entry(item, future, loop))
        return await future

    def _queue(self, entry: _Entry[Item, Result]) -> None:
        with self._wake:
            if self._closed:
                raise Problem("busy", "closing")
            if len(self._waiting) >= self._max_waiting:
                raise Problem("busy", f"{len(self._waiting)} waiting")
            if not self._waiting:
                self._wake.notify()
            self._waiting.append(entry)

    def close(self) -> None:
        """Refuse what comes from now on, commit what waits, and return when that is done."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join()

    def _run(self) -> None:
        while batch := self._next_batch():
            batch = [entry for entry in batch if entry.begin()]
            if batch and self._commit(batch) is not None:
                self._commit_one_by_one(batch)

    def _next_batch(self) -> list[_Entry[Item, Result]]:
        """All that waits, up to the limit, as soon as there is any; nothing when closed and drained."""
        with self._wake:
            self._wake.wait_for(lambda: self._waiting or self._closed)
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), self._max_batch))]

    def _commit(self, batch: list[_Entry[Item, Result]]) -> Exception | None:
        """Write and settle ``batch`` in one transaction; or return what went wrong, with no future touched."""
        try:
            with self._database.writing() as db:
                results = self._apply_many(db, [entry.item for entry in batch])
                if len(results) != len(batch):
                    raise RuntimeError(f"{len(results)} results for {len(batch)} items")
        except Exception as error:  # noqa: BLE001  # whatever it is belongs to the futures, not to this thread
            return error
        _settle(batch, results)
        return None

    def _commit_one_by_one(self, batch: list[_Entry[Item, Result]]) -> None:
        """Each item alone, so that only the one at fault fails.

        When it is the database that is at fault each try may wait long: after ``RETRY_SECONDS`` the rest fails too.
        """
        give_up = time.monotonic() + RETRY_SECONDS
        error: Exception | None = None
        for entry in batch:
            if error is None or time.monotonic() < give_up:
                error = self._commit([entry])
            if error is not None:
                log.error("an item could not be committed", exc_info=error)
                _settle([entry], [error])


def _settle(batch: Sequence[_Entry[Item, Result]], outcomes: Sequence[Result | Exception]) -> None:
    """Tell every asker; each event loop is woken once."""
    by_loop: dict[asyncio.AbstractEventLoop | None, list[tuple[_Entry[Item, Result], Result | Exception]]] = {}
    for entry, outcome in zip(batch, outcomes, strict=True):
        by_loop.setdefault(entry.loop, []).append((entry, outcome))
    for loop, settled in by_loop.items():
        if loop is None:
            _tell(settled)
            continue
        # A loop that was closed meanwhile has nobody left to tell.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_tell, settled)


def _tell(settled: Sequence[tuple[_Entry[Item, Result], Result | Exception]]) -> None:
    for entry, outcome in settled:
        if entry.future.done():  # cancelled by an asker that did not wait for the commit under way
            continue
        if isinstance(outcome, Exception):
            entry.future.set_exception(outcome)
        else:
            entry.future.set_result(outcome)
