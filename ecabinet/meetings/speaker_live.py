"""Socket events of the floor."""

import asyncio
from typing import Any

from documents.errors import Problem
from ecabinet.clock import now
from ecabinet.meetings.speaker_actions import Said, run, take_part
from ecabinet.sockets import Caller, Payload, Sockets, whole


def register(sockets: Sockets) -> None:
    """``floor`` {meeting, do, …} by those in the room, ``run_floor`` {meeting, do, …} by those who run the meeting: the
    same as the forms, see :mod:`ecabinet.meetings.speaker_actions`. ``clock`` {}: the server's time, for page clocks.
    """

    def act(deed: Any, caller: Caller, data: Payload) -> None:
        # The page may have been connected for long: who it belongs to, and as what, is asked anew.
        caller.person = sockets.identify(caller.token)
        action = data.get("do")
        if not isinstance(action, str):
            raise Problem("malformed")
        lists = {name: value for name, value in data.items() if isinstance(value, list)}
        with sockets.services.engines.database.writing() as db:
            deed(db, caller.person, whole(data.get("meeting")), action, Said(data, lists), now())

    async def on_floor(_sid: str, caller: Caller, data: Payload) -> Payload:
        await asyncio.to_thread(act, take_part, caller, data)
        return {"ok": True}

    async def on_run_floor(_sid: str, caller: Caller, data: Payload) -> Payload:
        await asyncio.to_thread(act, run, caller, data)
        return {"ok": True}

    async def on_clock(_sid: str, _caller: Caller, _data: Payload) -> Payload:
        return {"ok": True, "now": now().isoformat()}

    sockets.on("floor", on_floor)
    sockets.on("run_floor", on_run_floor)
    sockets.on("clock", on_clock)
