"""Where a mailbox is: its address read into its parts. The password is never part of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from documents.errors import Problem
from ecabinet.mail_server import LOOPBACK

PORTS = {"imap": 143, "imaps": 993}
FOLDER, PROCESSED = "INBOX", "eCabinet"


@dataclass(frozen=True)
class Address:
    """``folder`` is looked into; what was taken out is moved to ``processed``, "": only marked as read. ``ca`` is a
    file of certificates to trust, where the server has one of its own making.
    """

    host: str
    port: int
    tls: Literal["none", "starttls", "implicit"]
    user: str
    folder: str = FOLDER
    processed: str = PROCESSED
    ca: str = ""


def parse(url: str) -> Address:
    """From ``imaps://name@host/INBOX?processed=eCabinet`` or ``imap://name@host?starttls=1``; a password in the clear
    only within this machine. Raises ``mailbox_address``.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        asked = dict(parse_qsl(parts.query, strict_parsing=True, keep_blank_values=True)) if parts.query else {}
    except ValueError as error:
        raise Problem("mailbox_address", str(error), field="address") from error
    starttls = asked.get("starttls", "0") == "1"
    wrong = (
        parts.scheme not in PORTS or not parts.hostname or not parts.username or parts.password is not None
        or asked.keys() - {"starttls", "processed", "ca"} or asked.get("starttls", "0") not in ("0", "1")
        or (parts.scheme == "imap" and not starttls and parts.hostname not in LOOPBACK)
        or (asked.get("ca") and not Path(asked["ca"]).is_file())
    )  # fmt: skip
    folder, processed = unquote(parts.path.strip("/")) or FOLDER, asked.get("processed", PROCESSED)
    if wrong or not all(name.isascii() and name.isprintable() for name in (folder, processed)):
        raise Problem("mailbox_address", field="address")
    tls: Literal["none", "starttls", "implicit"]
    tls = "implicit" if parts.scheme == "imaps" else "starttls" if starttls else "none"
    host, user = parts.hostname or "", unquote(parts.username or "")
    return Address(host, port or PORTS[parts.scheme], tls, user, folder, processed, asked.get("ca", ""))
