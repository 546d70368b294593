"""A real IMAP server on a free port of the loopback address, with STARTTLS; letters are put into it as delivered."""

import contextlib
import imaplib
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests import services
from tests.mail_service import PASSWORD, certificate
from tests.services import free_ports

USER = "vanthu"


@dataclass
class ImapServer:
    """What listens; it forgets its letters when it ends."""

    port: int
    ca: Path
    process: subprocess.Popen[bytes]

    def address(self, user: str = USER, **asked: str) -> str:
        more = "".join(f"&{name}={value}" for name, value in asked.items())
        return f"imap://{user}@127.0.0.1:{self.port}/INBOX?starttls=1&ca={self.ca}{more}"

    @contextlib.contextmanager
    def open(self) -> Iterator[imaplib.IMAP4]:
        server = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        try:
            server.starttls(ssl.create_default_context(cafile=str(self.ca)))
            server.login(USER, PASSWORD)
            yield server
        finally:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                server.logout()
            with contextlib.suppress(OSError):
                server.shutdown()

    def deliver(self, *letters: bytes) -> None:
        with self.open() as server:
            for letter in letters:
                assert server.append("INBOX", "", "", letter)[0] == "OK"

    def count(self, folder: str, criterion: str = "ALL") -> int:
        """How many letters of a kind are in a folder; none where it is not there."""
        with self.open() as server:
            if server.select(folder, readonly=True)[0] != "OK":
                return 0
            return len(server.search(None, criterion)[1][0].split())

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def imap_server(folder: Path, port: int = 0) -> Iterator[ImapServer]:
    """A server with one mailbox, of :data:`USER`; empty but for the greeting that it is born with, if any."""
    port = port or free_ports(1)[0]
    public, _context = certificate(folder)
    command = [
        str(Path(sys.executable).with_name("pymap")), "--host", "127.0.0.1", "--port", str(port), "--cert", str(public),
        "--key", str(folder / "mail.key"), "dict", "--demo-user", USER, "--demo-password", PASSWORD,
    ]  # fmt: skip
    with services.running(command, folder / "imap.log", stop=signal.SIGKILL) as process:
        services.wait_until(lambda: _listens(port), "pymap", process)
        yield ImapServer(port, public, process)


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
