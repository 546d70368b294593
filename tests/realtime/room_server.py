"""A small application on the fan-out server, run as a process of its own by the tests: one room, everybody in it.

Prints the port it listens on as its first line. Its handlers are what the tests need to make things happen.
"""

import argparse
import asyncio
import socket
from typing import Any

import socketio
import uvicorn

from ecabinet.fanout import UVICORN_OPTIONS, RoomServer, make_server

ROOM = "room"


def register(server: RoomServer, gone: list[str]) -> None:
    async def connect(sid: str, environ: dict[str, Any], auth: Any = None) -> bool | None:
        if auth == {"refuse": True}:
            return False
        await server.enter_room(sid, ROOM)
        return None

    async def disconnect(sid: str, reason: str) -> None:
        gone.append(reason)

    async def say(sid: str, message: dict[str, Any]) -> int:
        """Repeat ``message["text"]`` to the room: ``times`` over, numbered; ``others`` leaves the sender out."""
        for number in range(message.get("times", 1)):
            said = {"n": number, "text": message["text"] * message.get("length", 1)}
            await server.emit("said", said, room=ROOM, skip_sid=sid if message.get("others") else None)
            if message.get("pause"):
                await asyncio.sleep(message["pause"])
        return len(message["text"])

    async def state(sid: str) -> dict[str, Any]:
        """How many connections there are, how many of them are written to directly, and why others ended."""
        tablets = [tablet for tablet in server.eio.sockets.values() if not tablet.closed]
        direct = sum(1 for tablet in tablets if tablet.wire is not None)
        waiting = max((tablet.queue.qsize() for tablet in tablets), default=0)
        return {"connections": len(tablets), "direct": direct, "waiting": waiting, "gone": gone}

    async def dismiss(sid: str) -> None:
        await server.disconnect(sid)

    for handler in (connect, disconnect, say, state, dismiss):
        server.on(handler.__name__, handler)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bus", default="memory:")
    parser.add_argument("--heartbeat", type=int)
    options = parser.parse_args()
    server = make_server(options.bus)
    if options.heartbeat:
        server.eio.ping_interval = server.eio.ping_timeout = options.heartbeat
    register(server, [])
    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(listening.getsockname()[1], flush=True)  # noqa: T201  # the tests read it
    config = uvicorn.Config(socketio.ASGIApp(server), log_level="warning", lifespan="off", **UVICORN_OPTIONS)
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
