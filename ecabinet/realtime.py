"""After each commit, whoever looks on sees it: changes are gathered for a moment, rendered once per audience, and sent.

Ballots of a thousand tablets change one number a thousand times in a second. Sending each would ruin the room, so
changes wait :data:`GATHER_SECONDS` for others of their kind before they are rendered. What is large and only looked at
waits longer: see :data:`UNHURRIED`.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from itertools import product
from math import inf
from time import monotonic

from sqlalchemy.orm import Session

from documents.database import Change, Database
from ecabinet.blocks import Audience, BlockTable, Rendered, View, Viewer, member_room, now_rev

GATHER_SECONDS = 0.12
SENT_SECONDS = 2.0
UNHURRIED = {View.SEATS: 1.0}
"""Views whose pushes gather for so many seconds: a map of a thousand seats goes to a thousand tablets."""
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
        self._later: dict[tuple[int, View], tuple[float, set[str]]] = {}
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
                self._wake.wait_for(lambda: self._waiting or self._closing, timeout=self._rest())
                if self._waiting and not self._closing:
                    self._wake.wait_for(lambda: self._closing, timeout=GATHER_SECONDS)
                changes, self._waiting = list(self._waiting), {}
                closing = self._closing
            try:
                self._publish(changes)
                self._push_later(inf if closing else monotonic())
            except Exception:
                # The commit stands; a page that missed this push is right again at the next one or when it asks.
                log.exception("could not publish %s", changes)
            if closing and not changes:
                return

    def _rest(self) -> float | None:
        """How long there is nothing to do, if nothing happens."""
        due = min((at for at, _kinds in self._later.values()), default=None)
        return None if due is None else max(0.0, due - monotonic())

    def _push_later(self, until: float) -> None:
        """Push to the unhurried views what has gathered for long enough."""
        for (meeting_id, view), (due, kinds) in list(self._later.items()):
            if due <= until:
                del self._later[meeting_id, view]
                self._push_view(meeting_id, view, kinds)

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
        for view in View:
            if not self._table.touches(view, kinds):
                continue
            if view not in UNHURRIED:
                self._push_view(meeting_id, view, kinds)
                continue
            due, gathered = self._later.get((meeting_id, view), (monotonic() + UNHURRIED[view], set()))
            self._later[meeting_id, view] = due, gathered | kinds

    def _push_view(self, meeting_id: int, view: View, kinds: set[str]) -> None:
        for circle, audience in self._audiences(meeting_id, view):
            for locale in LOCALES:
                viewer = Viewer(meeting_id, view, audience, locale, circle=circle)
                if self._anyone_in(viewer.room):
                    self._push_to(viewer, kinds)

    def _audiences(self, meeting_id: int, view: View) -> list[tuple[frozenset[int], Audience]]:
        """Only the meeting page differs by whether one votes and by the items one sees."""
        if view != View.MEETING:
            return [(frozenset(), Audience.OBSERVER)]
        with self._database.reading() as db:
            return list(product(sorted(self._circles(db, meeting_id), key=sorted), Audience))

    def _push_to(self, viewer: Viewer, kinds: set[str]) -> None:
        try:
            self._emit("blocks", self._render(viewer, kinds), viewer.room)
        except Exception:
            # One room's fault is not the others'; this one is right again at the next push or when its pages ask.
            log.exception("could not push %s to %s", kinds, viewer.room)
