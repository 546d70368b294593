"""The socket side of a request: who is connected, and events whose refusals have names.

The person comes from the session cookie of the connection, never from a message.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

from flask import Flask, g
from itsdangerous import BadSignature
from socketio import AsyncServer
from sqlalchemy.orm import Session
from werkzeug.http import parse_cookie

from documents.database import Change
from documents.errors import Problem
from ecabinet.access import Person
from ecabinet.blocks import Audience, View, Viewer, member_room, now_rev
from ecabinet.clock import now
from ecabinet.realtime import LOCALES
from ecabinet.web import Services, refusal

log = logging.getLogger(__name__)

Payload = dict[str, Any]
OnEvent = Callable[[str, "Caller", Payload], Awaitable[Payload]]
Admit = Callable[[Session, Person, int, View, str], Viewer]
"""As whom a person looks on a live page of a meeting: ``admit(db, person, meeting_id, view, locale)``; raises a
:class:`Problem` when the page is not theirs."""

RECHECK_SECONDS = 60.0
RECHECKED_TOGETHER = 20


class Caller:
    """One connected page: who it belongs to, in which language, which live page it shows, and for which meeting it
    reads. ``rooms``: what else it hears, a room for each feature.
    """

    def __init__(self, person: Person, token: str, locale: str) -> None:
        self.person = person
        self.token = token
        self.locale = locale
        self.viewer: Viewer | None = None
        self.reads: int | None = None
        self.rooms: dict[str, str] = {}


class Sockets:
    """Authenticates connections and dispatches events; features register theirs with :meth:`on`.

    ``again`` is called for each page whose standing was asked anew: features take it out of rooms that are no longer
    its own.
    """

    def __init__(self, sio: AsyncServer, app: Flask) -> None:
        self.sio = sio
        self.app = app
        self.admit: Admit | None = None
        self.again: list[Callable[[str, Caller], Awaitable[None]]] = []
        self.callers: dict[str, Caller] = {}
        self._voters: dict[int, tuple[int, frozenset[int]]] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        # Made once: a room of tablets that connects at once makes the server derive the key a thousand times.
        self._signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        sio.on("connect", self._connect)
        sio.on("disconnect", self._disconnect)

    @property
    def services(self) -> Services:
        """The services of the application behind."""
        found: Services = self.app.extensions["ecabinet"]
        return found

    def on(self, event: str, handler: OnEvent) -> None:
        """Serve an event: the answer is its acknowledgement; a :class:`Problem` becomes a named refusal."""

        async def served(sid: str, data: Any = None) -> Payload:
            caller = self.callers.get(sid)
            try:
                if caller is None:
                    raise Problem("signed_out")
                if not isinstance(data, dict):
                    raise Problem("malformed")
                return await handler(sid, caller, data)
            except Problem as problem:
                return self.refusal(problem, caller)
            except Exception:
                # Without an answer the page would wait for one, and could not tell this from a lost connection.
                log.exception("%s failed", event)
                return self.refusal(Problem("server_fault"), caller)

        self.sio.on(event, served)

    def refusal(self, problem: Problem, caller: Caller | None) -> Payload:
        """A refusal in the caller's language."""
        with self.app.test_request_context():
            g.lang = caller.locale if caller is not None else None
            return refusal(problem)

    def enter(self, sid: str, caller: Caller, viewer: Viewer | None) -> None:
        """Move a page into the room of a live page, or into none; it leaves the one it was in."""
        former = caller.viewer.room if caller.viewer is not None else None
        caller.viewer = viewer
        if sid in self.callers:  # else it went away meanwhile
            self.sio.manager.move(sid, former, viewer.room if viewer is not None else None)

    def place(self, sid: str, caller: Caller, feature: str, room: str | None) -> None:
        """Move a page into a feature's room, or into none; it leaves that feature's former one."""
        former = caller.rooms.pop(feature, None)
        if sid not in self.callers:
            return  # it went away meanwhile
        if room is not None:
            caller.rooms[feature] = room
        self.sio.manager.move(sid, former, room)

    async def _connect(self, sid: str, environ: dict[str, Any], _auth: Any = None) -> bool:
        session = self._session(environ.get("HTTP_COOKIE", ""))
        token = session.get("token")
        if not isinstance(token, str):
            return False
        try:
            person = await asyncio.to_thread(self.identify, token)
        except Problem:
            return False
        locale = session.get("lang")
        self.callers[sid] = Caller(person, token, locale if locale in LOCALES else self.services.engines.config.locale)
        await self.sio.enter_room(sid, member_room(person.member_id))
        return True

    async def _disconnect(self, sid: str, _reason: str = "") -> None:
        self.callers.pop(sid, None)

    @property
    def orders(self) -> dict[str, Callable[[Any], None]]:
        """What the processes of an installation tell each other over the bus."""
        return {"recheck": self._recheck, "voters": self._seat}

    def seated(self, viewer: Viewer, rev: int) -> Viewer:
        """The viewer as the room stands, where that is known from later than ``rev``."""
        known, voters = self._voters.get(viewer.meeting_id, (0, frozenset()))
        return _among(viewer, voters) if known > rev else viewer

    def _seat(self, order: Payload) -> None:
        """Who has a ballot in the vote that runs: their pages hear another form of it than all others."""
        meeting_id, rev = order["meeting"], order["rev"]
        if rev < self._voters.get(meeting_id, (0, frozenset()))[0]:
            return
        self._voters[meeting_id] = rev, frozenset(order["voters"])
        for sid, caller in self.callers.items():
            if caller.viewer is not None and caller.viewer.meeting_id == meeting_id:
                self.enter(sid, caller, _among(caller.viewer, self._voters[meeting_id][1]))

    def _recheck(self, order: Payload) -> None:
        """Of these accounts and members a session has ended or a right was lost; in these meetings an item is for
        others than before.
        """
        accounts, members, meetings = set(order["accounts"]), set(order["members"]), set(order["meetings"])
        self._begin(
            self._look_again(
                [
                    sid
                    for sid, caller in self.callers.items()
                    if caller.person.account_id in accounts
                    or caller.person.member_id in members
                    or (caller.viewer is not None and caller.viewer.meeting_id in meetings)
                    or caller.reads in meetings
                ]
            )
        )

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def keep_looking(self) -> None:
        """Ask every page anew within :data:`RECHECK_SECONDS`, for what ends by the clock and for orders that were lost
        with the bus.
        """
        while True:
            sids = list(self.callers)
            groups = [sids[n : n + RECHECKED_TOGETHER] for n in range(0, len(sids), RECHECKED_TOGETHER)] or [[]]
            for group in groups:
                await asyncio.sleep(RECHECK_SECONDS / len(groups))
                await self._look_again(group)

    async def _look_again(self, sids: Sequence[str]) -> None:
        """Disconnect pages whose session is over; take those out of their rooms that may no longer look on."""
        asked = {sid: (caller, caller.viewer) for sid in sids if (caller := self.callers.get(sid)) is not None}
        try:
            found = await asyncio.to_thread(
                lambda: {sid: self._standing(caller, viewer) for sid, (caller, viewer) in asked.items()}
            )
        except Exception:
            # A database that is away is no reason to throw anybody out; it is asked again in a minute.
            log.exception("could not ask who may still be connected")
            return
        for sid, (person, viewer) in found.items():
            caller, former = asked[sid]
            if person is None:
                await self.sio.disconnect(sid)
            elif caller.viewer == former:  # else it went to another page meanwhile, and was asked there
                caller.person = person
                self.enter(sid, caller, viewer)
                if former is not None and (viewer is None or viewer.circle != former.circle):
                    await self.sio.emit("stale", {}, room=sid)
            if sid in self.callers:
                for look_again in self.again:
                    await look_again(sid, caller)

    def _standing(self, caller: Caller, viewer: Viewer | None) -> tuple[Person | None, Viewer | None]:
        try:
            person = self.identify(caller.token)
        except Problem:
            return None, None
        if viewer is None or self.admit is None:
            return person, viewer
        try:
            with self.services.engines.database.reading() as db:
                rev = now_rev(db)
                admitted = self.admit(db, person, viewer.meeting_id, viewer.view, viewer.locale)
            return person, self.seated(admitted, rev)
        except Problem:
            return person, None

    def identify(self, token: str) -> Person:
        """Who holds this session token now; raises ``signed_out`` when nobody does any more."""
        with self.services.engines.database.reading() as db:
            person = self.services.identify(db, token, now())
        if person is None:
            raise Problem("signed_out")
        return person

    def _session(self, cookies: str) -> Payload:
        value = parse_cookie(cookies).get(self.app.config["SESSION_COOKIE_NAME"])
        if value is None or self._signer is None:
            return {}
        try:
            lifetime = int(self.app.permanent_session_lifetime.total_seconds())
            session: Payload = self._signer.loads(value, max_age=lifetime)
        except BadSignature:
            return {}
        return session


def rechecks(changes: Sequence[Change]) -> Payload | None:
    """The order to look again that follows from changes, None when there is no ground: ``account`` is the id of one
    whose sessions or roles were cut, ``seat`` the id of a member who lost a place or a role in a meeting, ``circle``
    the id of a meeting of which an item is for others than before.
    """
    accounts = [key for kind, key in changes if kind == "account"]
    members = [key for kind, key in changes if kind == "seat"]
    meetings = [key for kind, key in changes if kind == "circle"]
    found = {"accounts": accounts, "members": members, "meetings": meetings}
    return found if any(found.values()) else None


def _among(viewer: Viewer, voters: frozenset[int]) -> Viewer:
    votes = viewer.view == View.MEETING and viewer.member_id in voters
    return replace(viewer, audience=Audience.VOTER if votes else Audience.OBSERVER)


def whole(value: Any) -> int:
    """A positive whole number of a message; anything else is ``malformed``."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**53:
        raise Problem("malformed")
    return value
