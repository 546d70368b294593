"""A connection to a mailbox: what is unread in it, one letter, and where it goes when it was taken."""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ecabinet.mailbox.addresses import Address

SECONDS = 30.0
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class MailboxDown(Exception):
    """The mailbox cannot be used now; ``fault`` says why."""

    def __init__(self, fault: str, said: str = "") -> None:
        super().__init__(f"{fault}: {said}")
        self.fault = fault


class Connection:
    """An open mailbox. Its methods raise :class:`imaplib.IMAP4.error` and :class:`OSError`."""

    def __init__(self, server: imaplib.IMAP4, address: Address) -> None:
        self._server = server
        self._address = address
        # What a server can is often more after the sign-in than before; imaplib has asked before.
        _answer, found = server.capability()
        self._can = (found[0] or b"").decode("ascii", "replace").upper().split() if found else []

    def unread(self) -> list[str]:
        """The letters that nobody has read yet, the oldest first."""
        _answer, found = self._server.uid("SEARCH", "UNSEEN")
        return [uid.decode() for uid in (found[0] or b"").split()] if found else []

    def size(self, uid: str) -> int:
        """How many bytes a letter has, as the server says."""
        _answer, found = self._server.uid("FETCH", uid, "(RFC822.SIZE)")
        match = _SIZE.search(b" ".join(one if isinstance(one, bytes) else one[0] for one in found if one))
        return int(match[1]) if match else 0

    def head(self, uid: str) -> bytes:
        """The headers of a letter; it stays unread."""
        return self._fetched(uid, "(BODY.PEEK[HEADER])")

    def letter(self, uid: str) -> bytes:
        """All of a letter; it stays unread."""
        return self._fetched(uid, "(BODY.PEEK[])")

    def _fetched(self, uid: str, what: str) -> bytes:
        _answer, found = self._server.uid("FETCH", uid, what)
        return next((one[1] for one in found if isinstance(one, tuple)), b"")

    def taken(self, uid: str) -> None:
        """It is in the house: moved to the folder for these, or marked as read."""
        self._server.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)")
        folder = self._address.processed
        if not folder:
            return
        if "MOVE" in self._can:
            self._ok(self._server.uid("MOVE", uid, _quoted(folder)), folder)
            return
        self._ok(self._server.uid("COPY", uid, _quoted(folder)), folder)
        self._server.uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in self._can:  # else what others have deleted would go too
            self._server.uid("EXPUNGE", uid)

    def refused(self, uid: str) -> None:
        """It stays where it is, read and flagged: somebody should look."""
        self._server.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen \Flagged)")

    def make_folder(self) -> None:
        """The folder for what was taken, if it is not there."""
        if self._address.processed:
            self._server.create(_quoted(self._address.processed))  # that it is there already is as good

    def _ok(self, answer: tuple[str, object], folder: str) -> None:
        if answer[0] != "OK":
            raise imaplib.IMAP4.error(f"cannot move to {folder}")


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


@contextmanager
def connected(address: Address, password: str, seconds: float = SECONDS) -> Iterator[Connection]:
    """The folder opened; raises :class:`MailboxDown` when it cannot be, or when the connection breaks."""
    server: imaplib.IMAP4 | None = None
    fault = "mailbox_unreachable"
    try:
        server = _open(address, seconds)
        fault = "mailbox_sign_in"
        server.login(address.user, password)
        fault = "mailbox_folder"
        if server.select(_quoted(address.folder))[0] != "OK":
            raise MailboxDown(fault)
        fault = "mailbox_lost"
        connection = Connection(server, address)
        connection.make_folder()
        yield connection
    except (imaplib.IMAP4.error, OSError) as error:
        lost = isinstance(error, OSError | imaplib.IMAP4.abort) and fault != "mailbox_lost"
        raise MailboxDown("mailbox_unreachable" if lost else fault, type(error).__name__) from error
    finally:
        if server is not None:
            with suppress(imaplib.IMAP4.error, OSError):
                server.logout()
            with suppress(OSError):  # a connection that was lost is still open on our side
                server.shutdown()


def _open(address: Address, seconds: float) -> imaplib.IMAP4:
    context = ssl.create_default_context(cafile=address.ca or None)
    if address.tls == "implicit":
        return imaplib.IMAP4_SSL(address.host, address.port, ssl_context=context, timeout=seconds)
    server = imaplib.IMAP4(address.host, address.port, timeout=seconds)
    if address.tls == "starttls":
        try:
            server.starttls(context)
        except BaseException:
            server.shutdown()
            raise
    return server
