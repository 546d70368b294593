"""The two sides of a benchmark as processes: a server on one core, the tablets on another."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

START_SECONDS = 60.0
STOP_SECONDS = 15.0


class BenchError(Exception):
    """The benchmark cannot go on; the message says why."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pin(pid: int, core: int) -> None:
    """Keep a process to one of the cores that we may use; a machine with a single one shares it."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(pid, {cores[core % len(cores)]})


class Server:
    """A serving process pinned to the first core, listening on ``port`` of 127.0.0.1."""

    def __init__(self, command: list[str], env: dict[str, str], port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)  # noqa: S603  # our own command
        pin(self._process.pid, 0)
        deadline = time.monotonic() + START_SECONDS
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise BenchError(f"the server did not start: {' '.join(command)}")
            time.sleep(0.05)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def pss_kib(self) -> int:
        """Proportional memory of the process: what it shares with others is counted in part."""
        for line in Path(f"/proc/{self._process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
        raise BenchError("no figure for the server's memory")

    def memory_mb(self, what: str) -> int:
        """``VmRSS``: what the process has in memory now; ``VmHWM``: the most it ever had."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith(f"{what}:"):
                return int(line.split()[1]) // 1024
        raise BenchError("no figure for the server's memory")

    def kill(self) -> None:
        """SIGKILL: nothing is put in order."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Tablets:
    """The load client: official Socket.IO clients in one Node process on the last core; ``script`` beside this file."""

    def __init__(self, script: str = "load_client.js") -> None:
        self._process = subprocess.Popen(  # noqa: S603  # our own script
            ["node", "--max-old-space-size=4096", str(Path(__file__).with_name(script))],  # noqa: S607  # as found on PATH
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        pin(self._process.pid, -1)

    def order(self, do: str, **details: Any) -> dict[str, Any]:
        """Have something done; returns what the client reports when it is through."""
        if self._process.stdin is None or self._process.stdout is None:
            raise BenchError("the load client has no pipes")
        self._process.stdin.write(json.dumps({"do": do, **details}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise BenchError(f"the load client ended during {do}")
        report: dict[str, Any] = json.loads(line)
        return report

    def close(self) -> None:
        # Ends at the end of its input, which this closes.
        self._process.communicate(timeout=STOP_SECONDS)


@contextmanager
def http(port: int) -> Iterator[HTTPConnection]:
    """A connection that is kept open."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        yield connection
    finally:
        connection.close()


def application_env(folder: Path, port: int, secret_key: str, database_url: str | None) -> dict[str, str]:
    """The environment of a serving process of its own: nothing of the caller's installation leaks into it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV") if name in os.environ}
    own = {"DATA_DIR": str(folder), "HOST": "127.0.0.1", "PORT": str(port), "WORKER": "off", "SECRET_KEY": secret_key}
    if database_url is not None:
        own["DATABASE_URL"] = database_url
    return {**kept, **own, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def run_command(env: dict[str, str], command: str) -> None:
    """One of the application's own commands, to its end."""
    done = subprocess.run(  # noqa: S603  # our own command line
        [sys.executable, "-m", "ecabinet", command], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BenchError(f"{command} failed: {done.stderr[-500:]}")
