"""The socket side of a request: who is connected, and events whose refusals have names.

The person comes from the session cookie of the connection, never from a message.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from flask import Flask, g
from itsdangerous import BadSignature
from socketio import AsyncServer
from werkzeug.http import parse_cookie

from documents.errors import Problem
from ecabinet.access import Person
from ecabinet.blocks import member_room
from ecabinet.clock import now
from ecabinet.realtime import LOCALES
from ecabinet.web import Services, refusal

log = logging.getLogger(__name__)

Payload = dict[str, Any]
OnEvent = Callable[[str, "Caller", Payload], Awaitable[Payload]]


class Caller:
    """One connected page: who it belongs to, in which language, and the rooms of live pages it is in."""

    def __init__(self, person: Person, token: str, locale: str) -> None:
        self.person = person
        self.token = token
        self.locale = locale
        self.rooms: set[str] = set()


class Sockets:
    """Authenticates connections and dispatches events; features register theirs with :meth:`on`."""

    def __init__(self, sio: AsyncServer, app: Flask) -> None:
        self.sio = sio
        self.app = app
        self.callers: dict[str, Caller] = {}
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
                return self._refusal(problem, caller)
            except Exception:
                # Without an answer the page would wait for one, and could not tell this from a lost connection.
                log.exception("%s failed", event)
                return self._refusal(Problem("server_fault"), caller)

        self.sio.on(event, served)

    def _refusal(self, problem: Problem, caller: Caller | None) -> Payload:
        with self.app.test_request_context():
            g.lang = caller.locale if caller is not None else None
            return refusal(problem)

    async def enter(self, sid: str, caller: Caller, room: str) -> None:
        """Move a page into the room of a live page; it leaves the one it was in."""
        for former in caller.rooms - {room}:
            await self.sio.leave_room(sid, former)
        await self.sio.enter_room(sid, room)
        caller.rooms = {room}

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

    async def drop_ended(self, account_id: int) -> None:
        """Disconnect the pages of an account whose session is over: they would go on hearing what is pushed."""
        for sid, caller in list(self.callers.items()):
            if caller.person.account_id == account_id:
                try:
                    await asyncio.to_thread(self.identify, caller.token)
                except Problem:
                    await self.sio.disconnect(sid)

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


def whole(value: Any) -> int:
    """A positive whole number of a message; anything else is ``malformed``."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**53:
        raise Problem("malformed")
    return value
