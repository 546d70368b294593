"""``python -m ecabinet bench vote --kill K``: the server is killed with SIGKILL in the middle of K votes.

The middle is certain on any machine: some ballots are acknowledged before, and one at least is cast after it only. The
clients reconnect by themselves and send again what was not acknowledged. Afterwards each vote is closed and
published, and its list of ballots is counted again by tools/recount.py. Named and secret votes take turns.
"""

import json
import random
import secrets
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from documents.database import Database
from ecabinet.bench.processes import BenchError, Server, Tablets, application_env, free_port, http, run_command
from ecabinet.bench.room import (
    CSRF,
    Room,
    Vote,
    make_room,
    receipts_and_voters,
    secret_receipts_and_ballots,
)
from ecabinet.config import Config
from ecabinet.voting.rules import Manner

BURST_MS = 600
LEAST_TABLETS = 2
COMMAND = [sys.executable, "-m", "ecabinet.bench.server"]
RECOUNT = Path(__file__).resolve().parents[2] / "tools" / "recount.py"
MANNERS = (Manner.SECRET, Manner.NAMED)


def measure(kills: int, tablets: int, database_url: str | None) -> dict[str, Any]:
    """Kill the server in each of ``kills`` votes; the figures by their names."""
    if tablets < LEAST_TABLETS:
        raise BenchError(f"--kill needs {LEAST_TABLETS} tablets: one that votes before, one that votes after")
    with TemporaryDirectory(prefix="ecabinet-bench-") as name, ExitStack() as stack:
        port, secret_key = free_port(), secrets.token_hex(32)
        env = application_env(Path(name), port, secret_key, database_url)
        run_command(env, "migrate")
        database = Database(Config.from_env(env).database_url)
        stack.callback(database.dispose)
        room = make_room(database, secret_key, tablets, kills, MANNERS)
        siege = Siege(env, port, room, database, Path(name))
        stack.callback(siege.close)
        for vote in room.votes:
            siege.hold(vote)
        return {"bench": "vote-kill", "kills": kills, "tablets": tablets, **siege.figures}


class Siege:
    """A server that is killed and started again, and the tablets that outlast it."""

    def __init__(self, env: dict[str, str], port: int, room: Room, database: Database, folder: Path) -> None:
        self._env, self._port, self._room, self._database, self._folder = env, port, room, database, folder
        self._server = Server(COMMAND, env, port)
        self._client = Tablets()
        self._random = random.Random()
        self._client.order("connect", url=self._server.url, meeting=room.meeting_id, cookies=room.cookies)
        self.figures: dict[str, Any] = {
            "acked": 0, "lost": 0, "doubled": 0, "recount_equal": True, "reconnects": 0,
            "database": database.url.get_backend_name(),
        }  # fmt: skip

    def hold(self, vote: Vote) -> None:
        """One vote, in the middle of which the server dies; then it is closed, published and counted again."""
        self._act(vote, "open")
        first = self._random.randrange(1, len(self._room.cookies))
        begun = self._client.order("outlast", poll=vote.poll_id, options=vote.options, over=BURST_MS, first=first)
        self._server.kill()
        if begun["acked"] < first:
            raise BenchError(f"only {begun['acked']} ballots were acknowledged before the server was killed")
        self._server = Server(COMMAND, self._env, self._port)
        report = self._client.order("outlasted")
        if not report["finished"] or report["refused"]:
            raise BenchError(f"not every tablet was acknowledged: {report['refused'] or 'they waited too long'}")
        self._act(vote, "close")
        self._act(vote, "publish")
        self._count(vote, report)

    def _count(self, vote: Vote, report: dict[str, Any]) -> None:
        standing, voters = receipts_and_voters(self._database, vote.poll_id)
        doubled = len(standing) - voters
        if not standing:
            standing, ballots, marked = secret_receipts_and_ballots(self._database, vote.poll_id)
            doubled = ballots - marked
        acked = set(report["receipts"])
        figures = self.figures
        figures["acked"] += len(acked)
        figures["lost"] += len(acked - set(standing))
        figures["doubled"] += abs(doubled) + report["changed"] + len(standing) - len(set(standing))
        figures["reconnects"] += report["reconnects"]
        figures["recount_equal"] &= self._recounts(vote, sorted(acked))

    def _recounts(self, vote: Vote, receipts: list[str]) -> bool:
        with http(self._port) as connection:
            connection.request("GET", f"/polls/{vote.poll_id}/ballots.json", headers={"Cookie": self._room.secretary})
            answer = connection.getresponse()
            listed = answer.read()
        if answer.status != 200:
            raise BenchError(f"the list of ballots answered {answer.status}")
        if len(json.loads(listed)["ballots"]) != len(receipts):
            return False
        file = self._folder / f"{vote.poll_id}.json"
        file.write_bytes(listed)
        done = subprocess.run(  # noqa: S603  # our own script
            [sys.executable, "-I", str(RECOUNT), str(file), *receipts], capture_output=True, check=False
        )
        return done.returncode == 0

    def _act(self, vote: Vote, action: str) -> None:
        headers = {"Cookie": self._room.secretary, "X-CSRF-Token": CSRF, "Accept": "application/json"}
        with http(self._port) as connection:
            connection.request("POST", f"/polls/{vote.poll_id}/{action}", headers=headers)
            answer = connection.getresponse()
            if answer.status != 200:
                raise BenchError(f"{action} answered {answer.status}: {answer.read().decode()[:200]}")

    def close(self) -> None:
        self._client.close()
        self._server.close()
