"""The one process image: Socket.IO on ASGI with Flask in a thread pool beside it, no monkey patching."""

import asyncio
import logging
from concurrent.futures import Future
from typing import Any, cast

import socketio
from a2wsgi import WSGIMiddleware

from documents.database import Change
from ecabinet.app import BLOCKS, ENTRIES, TASKS, Renderer, admit, create_app, keep_findable, resolve
from ecabinet.config import Config
from ecabinet.engines import open_engines
from ecabinet.fanout import make_server, make_speaker
from ecabinet.gathering import Gathering
from ecabinet.meetings import live as meeting_live
from ecabinet.meetings import speaker_live
from ecabinet.meetings.audience_queries import all_circles
from ecabinet.reading import live as reading_live
from ecabinet.reading.annotating import open_annotation_box
from ecabinet.reading.following_live import Leading
from ecabinet.realtime import Publisher
from ecabinet.shared_pages import SharedPages
from ecabinet.sockets import Sockets, rechecks
from ecabinet.voting import live as voting_live
from ecabinet.voting.casting import open_box
from ecabinet.voting.queries import with_a_ballot
from ecabinet.worker import Worker, WorkerThread, settle

WSGI_THREADS = 16

log = logging.getLogger(__name__)


class Process:
    """Everything one serving process runs; :attr:`application` is what the ASGI server calls."""

    def __init__(self, config: Config) -> None:
        self.engines = open_engines(config)
        self.box = open_box(self.engines.database, self.engines.sealer)
        self.app = create_app(self.engines, self.box)
        self.sio = make_server(config.bus_url)
        self.renderer = Renderer(self.app, self.engines)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._speaking = asyncio.Lock()
        self._looking: asyncio.Task[None] | None = None
        self._shares_rooms = not config.bus_url.startswith("memory:")
        self.sockets = sockets = Sockets(self.sio, self.app)
        self.sio.manager.orders.update(sockets.orders)
        self.engines.database.listeners.append(self._give_orders)
        meeting_live.register(sockets, admit, SharedPages(self.renderer.page).page)
        speaker_live.register(sockets)
        self.leading = Leading(sockets)
        self.annotation_box = open_annotation_box(self.engines.database)
        self.papers = reading_live.Papers(sockets, self.annotation_box, self.app.extensions["ecabinet.pace"])
        voting_live.register(sockets, self.box)
        self.publisher = Publisher(
            self.engines.database,
            BLOCKS,
            self.renderer.stale,
            resolve,
            with_a_ballot,
            all_circles,
            self._emit,
            self._anyone_in,
        )
        self.worker = WorkerThread(Worker(self.engines, TASKS, ENTRIES)) if config.worker == "thread" else None
        self.application: Any = socketio.ASGIApp(
            self.sio,
            other_asgi_app=Gathering(cast(Any, WSGIMiddleware(cast(Any, self.app), workers=WSGI_THREADS))),
            on_startup=self._start,
            on_shutdown=self._stop,
        )
        settle()

    async def _start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._looking = self._loop.create_task(self.sockets.keep_looking())
        self.publisher.start()
        if self.worker is not None:
            self.worker.start()

    async def _stop(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
        # In threads: closing waits for what is under way, and that may need this loop to send.
        if self.worker is not None:
            await asyncio.to_thread(self.worker.close)
        await asyncio.to_thread(self.box.close)
        await asyncio.to_thread(self.annotation_box.close)
        await asyncio.to_thread(self.publisher.close)
        self.engines.database.dispose()

    def _give_orders(self, changes: list[Change]) -> None:
        for name, order in orders(changes).items():
            self._emit(name, order, "")

    def _emit(self, event: str, payload: object, room: str) -> Future[None] | None:
        if self._loop is None:
            return None
        return asyncio.run_coroutine_threadsafe(self._say(event, payload, room), self._loop)

    async def _say(self, event: str, payload: object, room: str) -> None:
        # One after the other: what goes to the bus over two connections at once may arrive in either order.
        async with self._speaking:
            await self.sio.emit(event, payload, room=room)

    def _anyone_in(self, room: str) -> bool:
        # With a shared bus the room may have its people in another process.
        return self._shares_rooms or next(self.sio.manager.get_participants("/", room), None) is not None


def orders(changes: list[Change]) -> dict[str, dict[str, Any]]:
    """What follows from changes for every serving process, by the name of the order."""
    found = {"recheck": rechecks(changes), "papers": reading_live.order(changes)}
    return {name: order for name, order in found.items() if order is not None}


class WorkerProcess:
    """A worker in a process of its own. Where there is a shared bus, what it changes is pushed to the rooms too."""

    def __init__(self, config: Config) -> None:
        self.engines = engines = open_engines(config)
        keep_findable(engines.database)
        self.worker = Worker(engines, TASKS, ENTRIES)
        self._publisher: Publisher | None = None
        if not config.bus_url.startswith("memory:"):
            self._box = open_box(engines.database, engines.sealer)
            renderer = Renderer(create_app(engines, self._box), engines)
            self._speaker = make_speaker(config.bus_url)
            self._publisher = Publisher(
                engines.database,
                BLOCKS,
                renderer.stale,
                resolve,
                with_a_ballot,
                all_circles,
                self._emit,
                lambda _room: True,
            )
            engines.database.listeners.append(self._give_orders)
        settle()

    def run(self) -> None:
        """Work until :meth:`Worker.stop`."""
        if self._publisher is None:
            self.worker.run()
            return
        self._publisher.start()
        self.worker.run()
        self._publisher.close()
        self._box.close()

    def _give_orders(self, changes: list[Change]) -> None:
        for name, order in orders(changes).items():
            self._emit(name, order, "")

    def _emit(self, event: str, payload: object, room: str) -> None:
        self._speaker.emit(event, payload, namespace="/", room=room)
