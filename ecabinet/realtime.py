"""After each commit, whoever looks on sees it: changes are gathered for a moment, rendered once per audience, and sent.

Ballots of a thousand tablets change one number a thousand times in a second. Sending each would ruin the room, so
changes wait :data:`GATHER_SECONDS` for others of their kind before they are rendered.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from itertools import product

from sqlalchemy.orm import Session

from documents.database import Change, Database
from ecabinet.blocks import Audience, BlockTable, Rendered, View, Viewer, member_room, now_rev

GATHER_SECONDS = 0.12
SENT_SECONDS = 2.0
LOCALES = ("vi", "en")
SEATING = frozenset({"polls", "attendance"})
"""Kinds of changes that make or take a ballot."""

log = logging.getLogger(__name__)

Emit = Callable[[str, object, str], Future[None] | None]
"""Send an event with its payload to a room: ``emit(event, payload, room)``; what may be waited for until it is sent."""

Resolve = Callable[[Session, Change], Iterable[tuple[int, str]]]
"""Which meetings a change of something else touches: (meeting id, kind) pairs."""


class Publisher:
    """Listens to commits of one database and pushes what they made stale.

    ``render`` gives the stale shared blocks of a viewer; ``voters`` the members of a meeting who have a ballot in the
    vote that runs; ``circles`` tells among whom the meeting page differs, by the items they see; ``anyone_in`` tells
    whether a room can have listeners, to save rendering for nobody.
    """

    def __init__(
        self,
        database: Database,
        table: BlockTable,
        render: Callable[[Viewer, set[str]], list[Rendered]],
        resolve: Resolve,
        voters: Callable[[Session, int], set[int]],
        circles: Callable[[Session, int], Iterable[frozenset[int]]],
        emit: Emit,
        anyone_in: Callable[[str], bool],
    ) -> None:
        self._table = table
        self._render = render
        self._resolve = resolve
        self._voters = voters
        self._circles = circles
        self._emit = emit
        self._anyone_in = anyone_in
        self._waiting: dict[Change, None] = {}
        self._wake = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
        database.listeners.append(self._hear)
        self._database = database

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Send what waits, then stop."""
        self._database.listeners.remove(self._hear)
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join(timeout=5)

    def _hear(self, changes: list[Change]) -> None:
        with self._wake:
            # Who waits for more to gather need not be woken for each: a burst would spend itself on changing threads.
            if not self._waiting:
                self._wake.notify()
            self._waiting.update(dict.fromkeys(changes))

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._waiting or self._closing)
                if not self._waiting:
                    return
                if not self._closing:
                    self._wake.wait_for(lambda: self._closing, timeout=GATHER_SECONDS)
                changes, self._waiting = list(self._waiting), {}
            try:
                self._publish(changes)
            except Exception:
                # The commit stands; a page that missed this push is right again at the next one or when it asks.
                log.exception("could not publish %s", changes)

    def _publish(self, changes: list[Change]) -> None:
        kinds: dict[int, set[str]] = defaultdict(set)
        with self._database.reading() as db:
            for change in changes:
                if change[0] == "member":
                    self._emit("stale", {}, member_room(change[1]))
                    continue
                for meeting_id, kind in self._resolve(db, change):
                    kinds[meeting_id].add(kind)
        for meeting_id, touched in kinds.items():
            if touched & SEATING:
                self._seat(meeting_id)
            self._push(meeting_id, touched)

    def _seat(self, meeting_id: int) -> None:
        """Before a ballot is pushed the rooms are made up of those whom it concerns."""
        with self._database.reading() as db:
            rev = now_rev(db)
            voters = sorted(self._voters(db, meeting_id))
        sent = self._emit("voters", {"meeting": meeting_id, "rev": rev, "voters": voters}, "")
        if sent is not None:
            with suppress(TimeoutError):  # else the rooms would still be asked as they were
                sent.result(timeout=SENT_SECONDS)

    def _push(self, meeting_id: int, kinds: set[str]) -> None:
        with self._database.reading() as db:
            circles = sorted(self._circles(db, meeting_id), key=sorted)
        for view in View:
            if not self._table.touches(view, kinds):
                continue
            for circle, audience, locale in product(circles, Audience, LOCALES):
                viewer = Viewer(meeting_id, view, audience, locale, circle=circle)
                if self._anyone_in(viewer.room):
                    self._push_to(viewer, kinds)

    def _push_to(self, viewer: Viewer, kinds: set[str]) -> None:
        try:
            self._emit("blocks", self._render(viewer, kinds), viewer.room)
        except Exception:
            # One room's fault is not the others'; this one is right again at the next push or when its pages ask.
            log.exception("could not push %s to %s", kinds, viewer.room)
