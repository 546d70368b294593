"""``python -m ecabinet bench annotate --tablets N --cuts K``: a room draws on one paper while its connections break.

Connections are cut without a word at random moments; some of the cuts are the server itself, killed with SIGKILL and
started again. In the end the database is held against what each pen wanted and against what each screen shows.
"""

import argparse
import hashlib
import json
import random
import secrets
import sys
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select

from documents.annotation_models import Annotation
from documents.blobs import Blob
from documents.database import Database
from documents.models import Version
from ecabinet.access import Person, meeting_label, member_label
from ecabinet.bench.processes import BenchError, Server, Tablets, application_env, free_port, run_command
from ecabinet.bench.room import Room, make_room
from ecabinet.config import Config
from ecabinet.meetings import papers
from ecabinet.meetings.agenda import PaperFile
from ecabinet.meetings.models import AgendaItem, Meeting, Participant
from ecabinet.registry.models import Member

COMMAND = [sys.executable, "-m", "ecabinet.bench.server"]
CUTS_A_KILL = 50
"""Of so many cuts one is the server's death, and one at least."""
DELIVERIES_A_SECOND = 15_000
"""No more is asked of the one process that plays all tablets: it shares the machine with the server."""
LEAST_MS = 5_000
CUT_MS = 60
KILL_MS = 4_000
CHANGES = 4
"""For each so many annotations one is changed, deleted, taken back or brought back."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this benchmark, beside those of the vote."""
    parser.add_argument("--cuts", type=int, default=0, help="cut so many connections at random (annotate)")
    parser.add_argument("--annotations", type=int, default=1000, help="how many are drawn (annotate, 1000)")


def run(options: argparse.Namespace) -> None:
    """Measure and print."""
    print(json.dumps(measure(options.tablets, options.annotations, options.cuts, options.database)), flush=True)


def measure(tablets: int, annotations: int, cuts: int, database_url: str | None) -> dict[str, Any]:
    """Seat ``tablets`` members around a paper and have them draw; the figures by their names."""
    with TemporaryDirectory(prefix="ecabinet-bench-") as name, ExitStack() as stack:
        port, secret_key = free_port(), secrets.token_hex(32)
        env = application_env(Path(name), port, secret_key, database_url)
        run_command(env, "migrate")
        database = Database(Config.from_env(env).database_url)
        stack.callback(database.dispose)
        desk = Table(database, make_room(database, secret_key, tablets, votes=0), env, port)
        stack.callback(desk.close)
        figures = desk.figures(annotations, cuts)
        return {
            "bench": "annotate", "tablets": tablets, "annotations": annotations, "cuts": cuts, **figures,
            "database": database.url.get_backend_name(),
        }  # fmt: skip


class Table:
    """A paper of the meeting, the server, and the tablets around it."""

    def __init__(self, database: Database, room: Room, env: dict[str, str], port: int) -> None:
        self._database, self._room, self._env, self._port = database, room, env, port
        self._document_id, self._version_id = _lay_paper(database, room)
        self._random = random.Random()
        self._server = Server(COMMAND, env, port)
        self._client = Tablets("annotate_client.js")

    def figures(self, annotations: int, cuts: int) -> dict[str, Any]:
        """Everything in its order."""
        place = {"document": self._document_id, "version": self._version_id, "meeting": self._room.meeting_id}
        path = f"/papers/{self._document_id}/versions/{self._version_id}/annotations"
        opened = self._client.order("open", url=self._server.url, path=path, place=place, cookies=self._room.cookies)
        if opened["opened"] != len(self._room.cookies):
            raise BenchError(f"only {opened['opened']} of {len(self._room.cookies)} tablets opened the paper")
        drawn = self._draw(annotations, cuts)
        if not drawn.pop("finished"):
            raise BenchError(f"not every change was acknowledged: {drawn['refused']}")
        if drawn["refused"]:
            raise BenchError(f"changes were refused: {drawn['refused']}")
        settled = self._client.order("settle")
        return self._compared(settled["wanted"], settled["screens"]) | drawn

    def _draw(self, annotations: int, cuts: int) -> dict[str, Any]:
        kills = min(cuts, max(1, cuts // CUTS_A_KILL)) if cuts else 0
        changes = annotations // CHANGES
        deliveries = (annotations + changes) * len(self._room.cookies)
        over = max(LEAST_MS, deliveries * 1000 // DELIVERIES_A_SECOND, cuts * CUT_MS) + kills * KILL_MS
        plan = {"annotations": annotations, "changes": changes, "over": over, "cuts": cuts - kills}
        with ThreadPoolExecutor(1) as pool:
            drawing = pool.submit(self._client.order, "draw", **plan)
            started = time.monotonic()
            for moment in sorted(self._random.uniform(0, over / 1000) for _ in range(kills)):
                time.sleep(max(0.0, started + moment - time.monotonic()))
                self._server.kill()
                self._server = Server(COMMAND, self._env, self._port)
            return drawing.result() | {"kills": kills}

    def _compared(self, wanted: dict[str, int], screens: list[str]) -> dict[str, Any]:
        """``lost``: what a pen was told is kept, and is not, or not in its last form; ``doubled``: what nobody drew, or
        more often than drawn; ``diverged``: screens that differ from what the database has for them.
        """
        with self._database.reading() as db:
            rows = db.scalars(select(Annotation).where(Annotation.version_id == self._version_id)).all()
            members = db.scalars(select(Member.id).where(Member.full_name.startswith("Đại biểu")).order_by(Member.id))
            expected = _screens(rows, meeting_label(self._room.meeting_id), list(members))
        revisions = {row.id: row.rev for row in rows}
        texts = [row.body["text"] for row in rows if not row.deleted]
        return {
            "lost": sum(revisions.get(key, 0) < rev for key, rev in wanted.items()),
            "doubled": sum(rev > wanted.get(key, 0) for key, rev in revisions.items()) + len(texts) - len(set(texts)),
            "diverged": sum(shown != right for shown, right in zip(screens, expected, strict=True)),
        }

    def close(self) -> None:
        self._client.close()
        self._server.close()


def _screens(rows: Any, layer: str, members: list[int]) -> list[str]:
    """What each member's tablet should show, as the client hashes it: what is shared, and their own."""
    shared: list[str] = []
    own: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.deleted:
            continue
        line = f"{row.id} {row.rev} {row.body['text']}"
        if layer in row.labels:
            shared.append(line)
        else:
            own[row.author].append(line)
    return [
        hashlib.sha256("\n".join(sorted(shared + own[member_label(member)])).encode()).hexdigest() for member in members
    ]


def _lay_paper(database: Database, room: Room) -> tuple[int, int]:
    """A paper of three pages before the meeting, laid by its first participant; nobody looks into its file."""
    with database.writing() as db:
        meeting = db.get_one(Meeting, room.meeting_id)
        item = db.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.id).limit(1)).one()
        someone = db.scalars(select(Participant).where(Participant.meeting_id == meeting.id).limit(1)).one()
        by = Person(0, someone.member_id, someone.name, meeting.unit.path, (), frozenset())
        file = PaperFile("Tài liệu đo kiểm", Blob("0" * 64, 1), "do-kiem.pdf", "application/pdf")
        paper = papers.lay_paper(db, meeting, item, file, by, datetime.now(UTC))
        version = db.scalars(select(Version).where(Version.document_id == paper.document_id)).one()
        version.page_count = 3
        return version.document_id, version.id
