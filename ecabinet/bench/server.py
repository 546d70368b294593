"""The served application with one event more, ``present``: what a presenter's pointer or pen will send to the room.

It measures how fast the server can speak to a room, which coalesced tallies never ask of it. Run by the benchmark only:
``python -m ecabinet.bench.server``, with the application's settings in the environment.
"""

import logging
from typing import Any

import uvicorn

from ecabinet.asgi import Process
from ecabinet.config import Config
from ecabinet.fanout import UVICORN_OPTIONS


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    config = Config.from_env()
    process = Process(config)

    async def on_present(sid: str, data: dict[str, Any]) -> dict[str, Any]:
        # Asked each time: a tablet changes its room when a vote opens and closes.
        for room in [room for room in process.sio.rooms(sid) if room.startswith("meeting:")]:
            await process.sio.emit("present", data, room=room, skip_sid=sid)
        return {"ok": True}

    process.sio.on("present", on_present)
    uvicorn.run(
        process.application, host=config.host, port=config.port, log_level="warning", backlog=4096, **UVICORN_OPTIONS
    )


if __name__ == "__main__":
    main()
