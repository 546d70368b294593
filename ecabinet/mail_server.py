"""Where letters are handed in: SMTP_URL read into its parts. The password is never part of it."""

from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

PORTS = {"smtp": 25, "smtps": 465}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class MailServerError(ValueError):
    """The address of the server is wrong; the message says in what, without repeating secrets."""


@dataclass(frozen=True)
class MailServer:
    """The office's server. ``ca`` is a file of certificates to trust, where it has one of its own making."""

    host: str
    port: int
    tls: Literal["none", "starttls", "implicit"]
    user: str
    sender_name: str
    sender: str
    ca: str = ""


def parse(url: str, sender: str) -> MailServer:
    """From ``smtp://user@host:587?starttls=1`` or ``smtps://host`` and ``"Văn phòng <vp@doan.vn>"``.

    Raises :class:`MailServerError`.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise MailServerError(f"not an address ({error})") from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise MailServerError("expected smtp://user@host:port?starttls=1 or smtps://user@host:port")
    if parts.password is not None:
        raise MailServerError("it must not hold the password: set SMTP_PASSWORD")
    if parts.path not in ("", "/"):
        raise MailServerError("nothing may stand after the port but ?starttls=1 and &ca=file")
    asked = _asked(parts.query)
    starttls = asked.get("starttls", "0")
    if starttls not in ("0", "1") or (parts.scheme == "smtps" and starttls == "1"):
        raise MailServerError("starttls is 0 or 1, and only for smtp://")
    tls: Literal["none", "starttls", "implicit"]
    tls = "implicit" if parts.scheme == "smtps" else "starttls" if starttls == "1" else "none"
    if parts.username and tls == "none" and parts.hostname not in LOOPBACK:
        raise MailServerError("a password would travel in the clear: use smtps:// or ?starttls=1")
    if asked.get("ca") and not Path(asked["ca"]).is_file():
        raise MailServerError(f"there is no file {asked['ca']!r} of certificates")
    name, address = parseaddr(sender)
    if "@" not in address or any(c.isspace() for c in address):
        raise MailServerError('MAIL_FROM must name who sends: "Văn phòng <vanphong@example.vn>"')
    return MailServer(
        parts.hostname, port or PORTS[parts.scheme], tls, unquote(parts.username or ""), name, address,
        asked.get("ca", ""),
    )  # fmt: skip


def _asked(query: str) -> dict[str, str]:
    try:
        asked = dict(parse_qsl(query, strict_parsing=True)) if query else {}
    except ValueError as error:
        raise MailServerError("what follows the question mark is starttls=1 and ca=file") from error
    if asked.keys() - {"starttls", "ca"}:
        raise MailServerError("what follows the question mark is starttls=1 and ca=file")
    return asked
