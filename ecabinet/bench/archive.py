"""``python -m ecabinet bench archive``: large files go into the archive over HTTP while the server's memory is watched;
then one PDF of very many pages. One line of JSON says how the server bore it.
"""

import argparse
import json
import random
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select

from documents.database import Database
from documents.models import Job, PageText, Version
from documents.rules import JobState, VersionState
from ecabinet.access import Role
from ecabinet.bench.processes import BenchError, Server, application_env, free_port, http, run_command
from ecabinet.bench.room import CSRF, sign_in
from ecabinet.config import MIB, Config
from ecabinet.registry import operations as registry
from ecabinet.registry.rules import Sex, UnitKind

BOUNDARY = "----------------------ecabinet"
LINES = 40
WATCH_SECONDS = 0.2
MOST_SECONDS = 3600.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``bench archive``."""
    parser.add_argument("--files", type=int, default=100, help="archive: how many large files go in (100)")
    parser.add_argument("--mb", type=int, help="archive: how large each is (50); reader: how large the paper is (100)")
    parser.add_argument("--pages", type=int, help="archive: pages of the one long PDF (10,000); reader: (500)")


def run(options: argparse.Namespace) -> None:
    """Measure and print."""
    print(json.dumps(measure(options.files, options.mb or 50, options.pages or 10_000)), flush=True)


def measure(files: int, mb: int, pages: int) -> dict[str, Any]:
    """Start a server of its own with its worker, put everything in, wait until all is processed; the figures."""
    with TemporaryDirectory(prefix="ecabinet-bench-") as name, open_desk(Path(name)) as desk:
        desk.put("warm-up.pdf", long_pdf(1))
        desk.wait()
        figures = {"bench": "archive", "files": files, "mb": mb} | desk.many_large(files, mb)
        return figures | desk.one_long(pages)


@contextmanager
def open_desk(folder: Path) -> Iterator["Desk"]:
    """A server of its own with its worker, its data in this folder, and the desk of one who keeps the archive."""
    with ExitStack() as stack:
        port, secret_key = free_port(), secrets.token_hex(32)
        env = application_env(folder, port, secret_key, None) | {"WORKER": "thread"}
        run_command(env, "migrate")
        database = Database(Config.from_env(env).database_url)
        stack.callback(database.dispose)
        unit_id, cookie = _keeper(database, secret_key)
        server = stack.enter_context(closing(Server([sys.executable, "-m", "ecabinet", "serve"], env, port)))
        yield Desk(server, database, unit_id, cookie)


def _keeper(database: Database, secret_key: str) -> tuple[int, str]:
    """A unit, and the session cookie of one who keeps its archive."""
    with database.writing() as db:
        unit = registry.add_unit(db, None, "BENCH", "Đơn vị đo kiểm", UnitKind.CENTRAL)
        member = registry.add_member(db, unit, "Văn thư", Sex.FEMALE, date(1985, 1, 1), "V")
        db.flush()
        accounts, cookies = sign_in(db, secret_key, [member], datetime.now(UTC))
        registry.grant(db, accounts[0], Role.CLERK, unit)
        return unit.id, cookies[0]


class Desk:
    """Who puts files in, and looks at the server meanwhile."""

    def __init__(self, server: Server, database: Database, unit_id: int, cookie: str) -> None:
        self.server, self.database, self.cookie = server, database, cookie
        self._unit_id = unit_id

    def many_large(self, files: int, mb: int) -> dict[str, Any]:
        """Memory before, after and at its highest; seconds until the last is in, and until all are processed."""
        before, started = self.server.memory_mb("VmRSS"), time.monotonic()
        for number in range(files):
            self.put(f"{number}.pdf", heavy_pdf(mb * MIB, number))
        put_in = time.monotonic() - started
        self.wait()
        return {
            "rss_before_mb": before, "rss_after_mb": self.server.memory_mb("VmRSS"),
            "rss_peak_mb": self.server.memory_mb("VmHWM"), "put_in_s": round(put_in, 1),
            "s": round(time.monotonic() - started, 1), "ready": self._ready(),
        }  # fmt: skip

    def one_long(self, pages: int) -> dict[str, Any]:
        """Seconds from the upload of the long PDF to the end of its processing."""
        started = time.monotonic()
        self.put("long.pdf", long_pdf(pages))
        self.wait()
        with self.database.reading() as db:
            newest = select(func.max(Version.id)).scalar_subquery()
            read = db.scalar(select(func.count()).select_from(PageText).where(PageText.version_id == newest))
        return {"pages": pages, "pages_read": read, "pages_s": round(time.monotonic() - started, 1)}

    def put(self, filename: str, content: Iterator[bytes]) -> None:
        """One file by the plain form."""
        head = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="unit"\r\n\r\n{self._unit_id}\r\n'
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n'
            "Content-Type: application/pdf\r\n\r\n"
        ).encode()
        body = b"".join((head, *content, f"\r\n--{BOUNDARY}--\r\n".encode()))
        headers = {
            "Cookie": self.cookie, "X-CSRF-Token": CSRF, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"
        }  # fmt: skip
        with http(self.server.port) as connection:
            connection.request("POST", "/archive/new", body, headers)
            status = connection.getresponse().status
        if status != 303:
            raise BenchError(f"{filename} was answered with {status}")

    def wait(self) -> None:
        """Until no job is left."""
        deadline = time.monotonic() + MOST_SECONDS
        open_jobs = select(func.count()).select_from(Job).where(Job.state.in_((JobState.WAITING, JobState.RUNNING)))
        while time.monotonic() < deadline:
            with self.database.reading() as db:
                if not db.scalar(open_jobs):
                    return
            time.sleep(WATCH_SECONDS)
        raise BenchError("the processing does not end")

    def _ready(self) -> int:
        with self.database.reading() as db:
            return db.scalar(select(func.count()).where(Version.state == VersionState.READY)) or 0


def heavy_pdf(size: int, seed: int) -> Iterator[bytes]:
    """A page with a line of text and a grey picture of about ``size`` bytes that no packing makes smaller."""
    side = int(size**0.5)
    drawing = b"BT /F 12 Tf 72 700 Td (Picture number %d) Tj ET q 400 0 0 400 72 200 cm /I Do Q" % seed
    picture = b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
    page += b" /Resources << /Font << /F 3 0 R >> /XObject << /I 6 0 R >> >> >>"
    noise = random.Random(seed).randbytes(side * side)
    return _pdf([page, _stream(b"", drawing), _stream(picture % (side, side), noise)], [4])


def long_pdf(pages: int) -> Iterator[bytes]:
    """So many pages of text."""
    bodies: list[bytes] = []
    kids: list[int] = []
    for number in range(pages):
        lines = b" T* ".join(b"(Page %d, line %d of what is written here) Tj" % (number, line) for line in range(LINES))
        kids.append(4 + len(bodies))
        page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >>"
        text = _stream(b"", b"BT /F 10 Tf 14 TL 72 780 Td " + lines + b" ET")
        bodies += [page + b" /Contents %d 0 R >>" % (kids[-1] + 1), text]
    return _pdf(bodies, kids)


def _stream(entries: bytes, data: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(data), data)


def _pdf(bodies: list[bytes], kids: list[int]) -> Iterator[bytes]:
    """A PDF in pieces; ``bodies`` are its objects from number 4 on, ``kids`` the numbers of its pages."""
    tree = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    place, places = 9, []
    yield b"%PDF-1.7\n"
    for number, body in enumerate([b"<< /Type /Catalog /Pages 2 0 R >>", tree, font, *bodies], 1):
        written = b"%d 0 obj\n%s\nendobj\n" % (number, body)
        places.append(b"%010d 00000 n \n" % place)
        place += len(written)
        yield written
    yield b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(places) + 1, b"".join(places))
    yield b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, place)
