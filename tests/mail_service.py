"""A real mail server on a free port of the loopback address: it keeps what it takes, refuses or dawdles when told."""

import asyncio
import contextlib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.services import free_ports

PASSWORD = "mat-khau-thu"


@dataclass
class Inbox:
    """What the server took, in order; ``answers`` has what it says to an address instead of taking it."""

    port: int
    answers: dict[str, str] = field(default_factory=dict)
    said_to_letters: str = "250 OK"
    slow: float = 0
    envelopes: list[tuple[str, EmailMessage]] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        """The Message-IDs of all that was taken."""
        return [str(message["Message-ID"]) for _to, message in self.envelopes]

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.slow)
        if self.said_to_letters.startswith("250"):
            message = message_from_bytes(cast(bytes, envelope.content), policy=policy.default)
            self.envelopes += [(to, cast(EmailMessage, message)) for to in envelope.rcpt_tos]
        return self.said_to_letters


@contextlib.contextmanager
def mail_server(*, port: int = 0, tls: ssl.SSLContext | None = None, **more: Any) -> Iterator[Inbox]:
    """A server that takes letters until the block ends; with ``tls`` it wants STARTTLS, and a name with PASSWORD."""
    inbox = Inbox(port or free_ports(1)[0])
    if tls is not None:
        more |= {"tls_context": tls, "require_starttls": True, "auth_required": True, "authenticator": _authenticate}
    controller = Controller(inbox, hostname="127.0.0.1", port=inbox.port, **more)
    controller.start()
    try:
        yield inbox
    finally:
        controller.stop()


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    known = isinstance(data, LoginPassword) and data.login == b"vanphong" and data.password == PASSWORD.encode()
    return AuthResult(success=known, handled=False)


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate of its own for 127.0.0.1: the file to trust, and what the server shows."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "mail.pem", folder / "mail.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context
