"""The served application without the brake on those who lead a room: the benchmark measures how fast it can speak to
one, which messages summed up to 30 a second would never ask of it. Run by the benchmark only:
``python -m ecabinet.bench.server``, with the application's settings in the environment.
"""

import logging

import uvicorn

from ecabinet.asgi import Process
from ecabinet.config import Config
from ecabinet.fanout import UVICORN_OPTIONS


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    config = Config.from_env()
    process = Process(config)
    process.leading.gap = 0.0
    uvicorn.run(
        process.application, host=config.host, port=config.port, log_level="warning", backlog=4096, **UVICORN_OPTIONS
    )


if __name__ == "__main__":
    main()
