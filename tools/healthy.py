"""Is the process of this container well? Exit code 0 when it is; for the health checks of docker-compose.yml.

Usage: python tools/healthy.py app      the server answers a page
       python tools/healthy.py worker   the worker runs and its database answers
"""

import os
import sys
import urllib.request
from pathlib import Path

from sqlalchemy import text

from documents.database import Database
from ecabinet.config import Config

SECONDS = 5


def app() -> bool:
    """Whether the server answers with a page, signed in or not."""
    port = int(os.environ.get("PORT") or 8080)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=SECONDS) as answer:
        return bool(answer.status == 200)


def worker() -> bool:
    """Whether the first process of the container is the worker, and its database answers."""
    if b"worker" not in Path("/proc/1/cmdline").read_bytes().split(b"\0"):
        return False
    database = Database(Config.from_env().database_url)
    with database.reading() as db:
        return db.scalar(text("SELECT 1")) == 1


if __name__ == "__main__":
    raise SystemExit(0 if {"app": app, "worker": worker}[sys.argv[1]]() else 1)
