"""An office that exchanges packages: its code, a partner, and a receiver of the partner that really listens."""

import contextlib
import hashlib
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select

from documents.database import Database
from ecabinet.certificates import Identity
from ecabinet.exchange import inbox, outbox, partners
from ecabinet.exchange.inbox import Taken
from ecabinet.exchange.models import ExchangeMessage
from ecabinet.exchange.package_rules import Package
from ecabinet.exchange.partners import Draft
from ecabinet.exchange.sending import SendTask
from ecabinet.issuing import recipients
from ecabinet.issuing.delivery_rules import Purpose, RecipientKind
from ecabinet.issuing.recipients import Recipient
from ecabinet.registry.models import Unit
from tests.exchange.packages import OURS, SENDER, identity, signed
from tests.issuing_people import Issuing
from tests.people import NOW

TOKEN = "what-they-gave-us"


@dataclass
class Receiver:
    """What a partner's receiver got; ``answers`` are what it does with the next packages, then it takes them."""

    port: int = 0
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/exchange/receive"


@contextlib.contextmanager
def receiver() -> Iterator[Receiver]:
    """One on a free port of this machine."""
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.got.append((dict(self.headers), body))
            how = state.answers.pop(0) if state.answers else "taken"
            if how == "hangs":
                state.released.wait(20)
            elif how == "lost":
                self.connection.shutdown(socket.SHUT_RDWR)
            elif how == "redirects":
                self._say(307, {}, {"Location": state.url})
            elif how == "nonsense":
                self._say(200, "taken")
            elif how == "twice":
                self._say(200, {"ok": True})
                self._say(500, {"ok": False})
            elif how.isdigit():
                self._say(int(how), {"ok": False, "error": "package_name", "message": "Tên tệp"})
            else:
                self._say(200, {"ok": True, "status": "01"})

        def _say(self, status: int, said: object, headers: dict[str, str] | None = None) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        state.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


class Exchange(Issuing):
    """The centre, with the code of :data:`OURS`, and the partner :data:`SENDER` with its certificate."""

    def __init__(self, database: Database, folder: Path, url: str = "http://127.0.0.1:9/exchange/receive") -> None:
        super().__init__(database, folder)
        self.identity: Identity = identity(folder)
        with database.writing() as db:
            centre = db.get_one(Unit, self.office.units["centre"])
            admin = self.person(db, "administrator")
            partners.set_organ(db, centre, OURS.organ_id, admin, NOW)
            draft = Draft(SENDER.name, SENDER.organ_id, url, TOKEN, pem(self.identity))
            partner = partners.save(db, centre, None, draft, self.engines.sealer, admin, NOW)
            self.partner, self.unit = partner.id, centre.id

    def to_partner(self, name: str = SENDER.name, code: str = SENDER.organ_id) -> Recipient:
        with self.database.writing() as db:
            organ = recipients.save_outside(db, db.get_one(Unit, self.unit), name, code, "")
            return Recipient(RecipientKind.OUTSIDE, organ.id, Purpose.CARRY_OUT)

    def comes(self, package: Package, now: datetime = NOW, *, by_hand: bool = False) -> Taken:
        """A package of the partner arrives."""
        blob = self.put(signed(package, self.identity))
        return inbox.take(self.engines, self.unit, blob, None if by_hand else self.partner, now)

    def fill(self, now: datetime = NOW) -> None:
        """All that there is to say stands in the outbox."""
        while outbox.fill(self.engines, now):
            pass

    def send(self, now: datetime = NOW, seconds: float = 20) -> None:
        """All that is due is posted."""
        task = SendTask(seconds)
        while task(self.engines, now):
            pass

    def messages(self, direction: str) -> list[ExchangeMessage]:
        with self.database.reading() as db:
            wanted = select(ExchangeMessage).where(ExchangeMessage.direction == direction)
            return list(db.scalars(wanted.order_by(ExchangeMessage.id)))


def pem(one: Identity) -> str:
    return one.certificate.public_bytes(Encoding.PEM).decode()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
