"""``python -m ecabinet bench vote``: a room of tablets votes; one line of JSON says how the server bore it.

Three votes, each by every tablet: within one second (delays, deliveries, the final count on every screen), all at once
(durable ballots a second), and within one second again while pages are fetched. Then the chair leads all through a
paper.
"""

import argparse
import json
import secrets
import sys
import threading
import time
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from documents.database import Database
from ecabinet.bench import vote_kill
from ecabinet.bench.processes import BenchError, Server, Tablets, application_env, free_port, http, run_command
from ecabinet.bench.room import CSRF, Room, Vote, make_room, receipts_and_voters
from ecabinet.config import Config

SETTLE_SECONDS = 2.5
PAGE_PAUSE = 0.02
REFERENCE = Path(__file__).resolve().parents[2] / "tests" / "bench" / "reference_server.js"
REFERENCE_KEYS = (
    "connect_ms",
    "ballots_per_s",
    "ack_p50_ms",
    "ack_p99_ms",
    "delivery_p99_ms",
    "final_ms",
    "delivered_per_s",
    "kib_per_tablet",
    "page_p95_ms",
    "presenter_p99_ms",
    "lost",
    "doubled",
)
STREAM = {"seconds": 4}


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``bench``: what is measured, and those of the vote."""
    parser.add_argument("what", choices=["vote", "registry", "search", "archive", "reader", "annotate", "office"])
    parser.add_argument("--tablets", type=int, default=500, help="how many tablets vote (500)")
    parser.add_argument("--database", help="an empty database to use instead of SQLite in a temporary folder")
    parser.add_argument("--kill", type=int, help="kill the server so many times in the middle of a vote, instead")
    parser.add_argument("--reference", action="store_true", help="measure the reference server in Node beside it")


def run(options: argparse.Namespace) -> None:
    """Measure and print."""
    if options.kill is not None:
        print(json.dumps(vote_kill.measure(options.kill, options.tablets, options.database)), flush=True)
        return
    figures = measure(options.tablets, options.database)
    if options.reference:
        reference = measure_reference(options.tablets)
        figures["ratio"] = {
            "ack_p99": round(figures["ack_p99_ms"] / reference["ack_p99_ms"], 2),
            "ballots_per_s": round(figures["ballots_per_s"] / reference["ballots_per_s"], 2),
            "delivered_per_s": round(figures["delivered_per_s"] / reference["delivered_per_s"], 2),
        }
        figures["reference"] = {name: reference[name] for name in REFERENCE_KEYS}
    print(json.dumps(figures), flush=True)


def measure(tablets: int, database_url: str | None) -> dict[str, Any]:
    """Start a server of its own, seat ``tablets`` members, have them vote; the figures by their names."""
    return _measure(tablets, database_url, [sys.executable, "-m", "ecabinet.bench.server"])


def measure_reference(tablets: int) -> dict[str, Any]:
    """The same with the reference server, on SQLite."""
    if not (REFERENCE.parent / "node_modules").is_dir():
        raise BenchError(f"the reference server needs its libraries: npm ci --prefix {REFERENCE.parent}")
    return _measure(tablets, None, ["node", str(REFERENCE)])


def _measure(tablets: int, database_url: str | None, command: list[str]) -> dict[str, Any]:
    with TemporaryDirectory(prefix="ecabinet-bench-") as name, ExitStack() as stack:
        port, secret_key = free_port(), secrets.token_hex(32)
        env = application_env(Path(name), port, secret_key, database_url)
        run_command(env, "migrate")
        database = Database(Config.from_env(env).database_url)
        stack.callback(database.dispose)
        env["DATABASE"] = database.url.database or ""
        room = make_room(database, secret_key, tablets, votes=3)
        server = stack.enter_context(closing(Server(command, env, port)))
        client = stack.enter_context(closing(Tablets()))
        session = Session(server, client, room, database)
        return {"bench": "vote", "tablets": tablets, **session.figures(), "database": database.url.get_backend_name()}


class Session:
    """One run against one server."""

    def __init__(self, server: Server, client: Tablets, room: Room, database: Database) -> None:
        self.server = server
        self.client = client
        self.room = room
        self.database = database
        self.lost = 0
        self.doubled = 0

    def figures(self) -> dict[str, Any]:
        """Everything in its order."""
        self._warm_up()
        before = self.server.pss_kib()
        connected = self.client.order(
            "connect", url=self.server.url, meeting=self.room.meeting_id, cookies=self.room.cookies
        )
        if connected["connected"] != len(self.room.cookies):
            raise BenchError(f"only {connected['connected']} of {len(self.room.cookies)} tablets joined")
        time.sleep(SETTLE_SECONDS)
        memory = (self.server.pss_kib() - before) / len(self.room.cookies)
        spread = self._vote(self.room.votes[0], over=1000)
        at_once = self._vote(self.room.votes[1], over=0)
        with Pages(self.server, self.room) as pages:
            beside = self._vote(self.room.votes[2], over=1000)
        steady, flat_out = self._lead(hz=30), self._lead(window=20)
        return {
            "connected": connected["connected"],
            "connect_ms": connected["connect_ms"],
            "ballots_per_s": at_once["ballots_per_s"],
            **{key: spread[key] for key in ("ack_p50_ms", "ack_p95_ms", "ack_p99_ms", "delivery_p99_ms", "final_ms")},
            "delivered_per_s": flat_out["delivered_per_s"],
            "kib_per_tablet": round(memory, 1),
            "page_p95_ms": pages.p95_ms(),
            "lost": self.lost,
            "doubled": self.doubled,
            "acked": spread["acked"] + at_once["acked"] + beside["acked"],
            "at_once_ack_p99_ms": at_once["ack_p99_ms"],
            "at_once_final_ms": at_once["final_ms"],
            "beside_pages_ack_p99_ms": beside["ack_p99_ms"],
            "presenter_p99_ms": steady["present_p99_ms"],
            "presenter_complete": steady["received"] == steady["expected"],
            "page_turn_p99_ms": steady["turn_p99_ms"],
            "drops": sum(part["drops"] for part in (spread, at_once, beside, steady, flat_out)),
        }

    def _warm_up(self) -> None:
        """Templates are compiled and statements cached before anything is measured."""
        with http(self.server.port) as connection:
            for cookie in self.room.cookies[:5]:
                connection.request("GET", f"/meetings/{self.room.meeting_id}", headers={"Cookie": cookie})
                answer = connection.getresponse()
                if answer.status != 200:
                    raise BenchError(f"the meeting page answered {answer.status}")
                answer.read()

    def _vote(self, vote: Vote, over: int) -> dict[str, Any]:
        self._act(vote, "open")
        shown = self.client.order("see", block="ballot-slot", text=f"poll-{vote.poll_id}-open")
        if shown["seen"] != len(self.room.cookies):
            raise BenchError(f"only {shown['seen']} tablets were shown the ballot")
        result = self.client.order("burst", poll=vote.poll_id, options=vote.options, over=over, block="vote-progress")
        self._act(vote, "close")
        standing, voters = receipts_and_voters(self.database, vote.poll_id)
        self.lost += len(set(result["receipts"]) - set(standing))
        self.doubled += len(standing) - voters
        if result["refused"]:
            raise BenchError(f"ballots were refused: {result['refused']}")
        return result

    def _lead(self, **how: int) -> dict[str, Any]:
        followed = self.client.order("follow", meeting=self.room.meeting_id)
        if followed["following"] != len(self.room.cookies):
            raise BenchError(f"only {followed['following']} tablets follow")
        led = self.client.order("stream", **STREAM, paper=self.room.paper, **how)
        if led["refused"]:
            raise BenchError(f"leading was refused: {led['refused']}")
        return led

    def _act(self, vote: Vote, action: str) -> None:
        headers = {"Cookie": self.room.secretary, "X-CSRF-Token": CSRF, "Accept": "application/json"}
        with http(self.server.port) as connection:
            connection.request("POST", f"/polls/{vote.poll_id}/{action}", headers=headers)
            answer = connection.getresponse()
            if answer.status != 200:
                raise BenchError(f"{action} answered {answer.status}: {answer.read().decode()[:200]}")


class Pages:
    """Somebody opens the meeting page again and again while this is entered."""

    def __init__(self, server: Server, room: Room) -> None:
        self._server = server
        self._room = room
        self._seconds: list[float] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._fetch)

    def __enter__(self) -> "Pages":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()

    def _fetch(self) -> None:
        with http(self._server.port) as connection:
            number = 0
            while not self._stop.wait(PAGE_PAUSE):
                cookie = self._room.cookies[number % len(self._room.cookies)]
                start = time.perf_counter()
                connection.request("GET", f"/meetings/{self._room.meeting_id}", headers={"Cookie": cookie})
                connection.getresponse().read()
                self._seconds.append(time.perf_counter() - start)
                number += 1

    def p95_ms(self) -> float | None:
        """The delay that 95 of 100 pages did not exceed; None when none was fetched."""
        ordered = sorted(self._seconds)
        return round(ordered[int(0.95 * (len(ordered) - 1))] * 1000, 1) if ordered else None
