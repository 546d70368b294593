"""The whole set of processes that docker-compose.yml describes, started by hand on free ports of this machine.

PostgreSQL, an S3 store with its bucket, Redis, the migrations, as many application processes as asked for
(without a worker of their own) and one worker.
"""

import contextlib
import os
import secrets
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests import services

ROOT = Path(__file__).resolve().parents[2]
BUCKET = "ecabinet"
SERVERS_VARIABLES = ("DATABASE_URL", "BLOBS_URL", "SEARCH_URL", "BUS_URL", "PUBLIC_URL", "HOST", "PORT", "LOCALE")


@dataclass(frozen=True)
class Stack:
    """A running stack; ``urls`` are those of the application processes, ``environment`` is what they share."""

    urls: Sequence[str]
    environment: dict[str, str]
    logs: Path

    def ecabinet(self, *arguments: str) -> str:
        """Run a command of the command line against the stack; what it printed. Raises when it fails."""
        return ecabinet(self.environment, *arguments)


def ecabinet(environment: dict[str, str], *arguments: str) -> str:
    """Run ``python -m ecabinet …`` to its end; raises :class:`AssertionError` with its output when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "ecabinet", *arguments], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"ecabinet {' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


@contextlib.contextmanager
def stack(folder: Path, prepare: Sequence[Sequence[str]] = (("migrate",),), applications: int = 2) -> Iterator[Stack]:
    """Start everything, run the ``prepare`` commands before the application, and stop everything at the end."""
    with contextlib.ExitStack() as running:
        postgres = running.enter_context(services.postgres())
        s3 = running.enter_context(services.s3())
        redis = running.enter_context(services.redis_server())
        s3.client().make_bucket(bucket_name=BUCKET)
        environment = shared_environment(folder, postgres, s3, redis)
        Path(environment["DATA_DIR"]).mkdir()  # as the volume of the compose file is there before the application
        for arguments in prepare:
            ecabinet(environment, *arguments)
        urls = [running.enter_context(application(environment, folder)) for _ in range(applications)]
        running.enter_context(worker(environment, folder))
        yield Stack(urls, environment, folder)


def shared_environment(
    folder: Path, postgres: services.Postgres, s3: services.S3, redis: services.Redis
) -> dict[str, str]:
    """The settings of docker-compose.yml with the addresses of these servers, and nothing of our own settings."""
    inherited = {name: value for name, value in os.environ.items() if name not in SERVERS_VARIABLES}
    return inherited | {
        "DATA_DIR": str(folder / "data"),
        "DATABASE_URL": postgres.new_database(),
        "BLOBS_URL": f"s3://{s3.endpoint}/{BUCKET}?secure=0",
        "S3_ACCESS_KEY": s3.access_key,
        "S3_SECRET_KEY": s3.secret_key,
        "SEARCH_URL": "postgresql:",
        "BUS_URL": redis.url,
        "SECRET_KEY": secrets.token_hex(32),
        "REGISTRY_KEY": secrets.token_hex(32),
        "WORKER": "off",
        "PYTHONUTF8": "1",
    }


@contextlib.contextmanager
def application(environment: dict[str, str], logs: Path, port: int | None = None) -> Iterator[str]:
    """One application process, on a free port unless one is named; yields its address once it answers."""
    with services.first_that_starts(lambda: _application(environment, logs, port)) as url:
        yield url


@contextlib.contextmanager
def _application(environment: dict[str, str], logs: Path, port: int | None) -> Iterator[str]:
    port = port or services.free_ports(1)[0]
    url = f"http://127.0.0.1:{port}"
    own = environment | {"HOST": "127.0.0.1", "PORT": str(port), "PUBLIC_URL": url}
    command = [sys.executable, "-m", "ecabinet", "serve"]
    with services.running(command, logs / f"serve-{port}.log", env=own, cwd=ROOT) as process:
        services.wait_until(lambda: answers(url), f"ecabinet serve (log: {logs / f'serve-{port}.log'})", process)
        yield url


@contextlib.contextmanager
def worker(environment: dict[str, str], logs: Path) -> Iterator[subprocess.Popen[bytes]]:
    """One worker process; it is at work once it takes a job, which is for the test to see."""
    command = [sys.executable, "-m", "ecabinet", "worker"]
    with services.running(command, logs / "worker.log", env=environment, cwd=ROOT) as process:
        yield process


def answers(url: str) -> bool:
    """Whether a server answers there, with whatever page."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
