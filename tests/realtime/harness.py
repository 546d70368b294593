"""Real server processes and official JavaScript clients for the tests of the live side."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PATIENCE = 90.0

Report = dict[str, Any]


class RoomServerProcess:
    """A running ``room_server.py``; ``url`` is where it listens, ``errors()`` what it wrote to stderr."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._stderr = (folder / f"room-server-{id(self)}.log").open("w+", encoding="utf-8")
        command = [sys.executable, "-m", "tests.realtime.room_server", *arguments]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=self._stderr, text=True)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"

    def errors(self) -> str:
        self._stderr.seek(0)
        return self._stderr.read()

    def close(self) -> None:
        # It holds nothing worth a farewell; how it stops when asked to has a test of its own.
        self.process.kill()
        self.process.communicate(timeout=PATIENCE)
        self._stderr.close()


class Clients:
    """One Node process with any number of clients by name. All that happens is kept in ``reports``, in its order."""

    def __init__(self, node: str) -> None:
        self.reports: list[Report] = []
        self._changed = threading.Condition()
        self._node = subprocess.Popen(
            [node, str(HERE / "clients.js")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._node.stdout is not None
        for line in self._node.stdout:
            with self._changed:
                self.reports.append(json.loads(line))
                self._changed.notify_all()

    def order(self, do: str, name: str, **more: Any) -> None:
        assert self._node.stdin is not None
        self._node.stdin.write(json.dumps({"do": do, "name": name, **more}) + "\n")
        self._node.stdin.flush()

    def open(self, name: str, url: str, *transports: str, wait: bool = True, **options: Any) -> None:
        """Connect; ``transports`` as in the client's option, WebSocket when none is given."""
        self.order("open", name, url=url, options={"transports": list(transports or ["websocket"]), **options})
        if wait:
            self.until(lambda: bool(self.of(name, "connect")), f"{name} connects")

    def call(self, name: str, event: str, data: Any = None) -> Any:
        """Emit and wait for the acknowledgement; returns what it carries."""
        before = len(self.of(name, "ack"))
        self.order("emit", name, event=event, data=data)
        self.until(lambda: len(self.of(name, "ack")) > before, f"{name} gets the ack of {event}")
        return self.of(name, "ack")[-1].get("data")

    def of(self, name: str, what: str) -> list[Report]:
        return [report for report in list(self.reports) if report["name"] == name and report["what"] == what]

    def heard(self, name: str) -> list[Any]:
        """The data of all events that ``name`` received, in order."""
        return [report["data"] for report in self.of(name, "event")]

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until ``condition`` holds; it is asked at each report and, as it may ask a server, now and then."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, f"not in {PATIENCE} s: {what}; last reports: {self.reports[-5:]}"
            with self._changed:
                self._changed.wait(timeout=0.05)

    def close(self) -> None:
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.close()
        self._node.wait(timeout=PATIENCE)
        self._reader.join(timeout=PATIENCE)
        self._node.stdout.close()
