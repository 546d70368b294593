"""Letters out of a mailbox into the register: each is written down in the transaction that receives it, and only then
moved on the server. One that was killed between finds it known, and moves it.
"""

import logging
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Select, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents.database import Database, changed
from documents.errors import Problem
from ecabinet.engines import Engines
from ecabinet.mailbox import addresses, imap
from ecabinet.mailbox.addresses import Address
from ecabinet.mailbox.imap import Connection, MailboxDown, connected
from ecabinet.mailbox.letters import Letter, check_size, open_letter
from ecabinet.mailbox.models import LetterState, Mailbox, MailboxLetter
from ecabinet.office import origins
from ecabinet.office.incoming import File
from ecabinet.office.origin_models import OriginKind
from ecabinet.office.origins import Origin
from ecabinet.registry.models import Unit

EVERY = timedelta(minutes=1)
LEASE = timedelta(minutes=10)
"""While somebody looks into a mailbox nobody else does; longer than :data:`AT_ONCE` letters may take."""
AT_ONCE = 10

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Claimed:
    """A mailbox that is ours to look into."""

    unit_id: int
    address: Address
    password: str


class FetchTask:
    """Looks into one mailbox that is due; ``between`` is called when a letter is in the database but not moved yet."""

    def __init__(self, seconds: float = imap.SECONDS, between: Callable[[], None] = lambda: None) -> None:
        self._seconds = seconds
        self._between = between

    def __call__(self, engines: Engines, now: datetime) -> bool:
        """A task as :data:`ecabinet.worker.Task` says."""
        with engines.database.reading() as db:
            if db.scalar(_due(now).limit(1)) is None:
                return False
        claimed = _claim(engines, now)
        if claimed is None:
            return False
        fault, more = "", False
        try:
            with connected(claimed.address, claimed.password, self._seconds) as connection:
                more = self._fetch(engines, claimed.unit_id, connection, now)
        except MailboxDown as down:
            log.warning("the mailbox of unit %d cannot be used: %s", claimed.unit_id, down)
            fault = down.fault
        except Problem as problem:  # nobody is there to receive, or no room: the letters wait where they are
            fault = problem.code
        _settle(engines.database, claimed.unit_id, fault, now if more else now + EVERY, now)
        return more

    def _fetch(self, engines: Engines, unit_id: int, connection: Connection, now: datetime) -> bool:
        """Some letters; whether there are more."""
        unread = connection.unread()
        for uid in unread[:AT_ONCE]:
            with tempfile.TemporaryDirectory(prefix="letter-") as folder:
                letter = _letter(connection, uid, Path(folder))
                state = _known(engines.database, unit_id, letter.key) or _write(engines, unit_id, letter, now)
            self._between()
            if state == LetterState.RECEIVED:
                connection.taken(uid)
            else:
                connection.refused(uid)
        return len(unread) > AT_ONCE


def _due(now: datetime) -> Select[Mailbox]:
    return select(Mailbox).where(Mailbox.active, Mailbox.run_after <= now).order_by(Mailbox.run_after)


def _claim(engines: Engines, now: datetime) -> Claimed | None:
    with engines.database.writing() as db:
        mailbox = db.scalar(_due(now).limit(1).with_for_update(skip_locked=True))
        if mailbox is None:
            return None
        mailbox.run_after = now + LEASE
        password = engines.sealer.open(mailbox.password_sealed)
        return Claimed(mailbox.unit_id, addresses.parse(mailbox.address), password)


def _settle(database: Database, unit_id: int, fault: str, again: datetime, now: datetime) -> None:
    with database.writing() as db:
        db.execute(
            update(Mailbox).where(Mailbox.unit_id == unit_id)
            .values(run_after=again, looked_at=now, fault=fault[:40]).execution_options(synchronize_session=False)
        )  # fmt: skip


def _letter(connection: Connection, uid: str, folder: Path) -> Letter:
    path = folder / "letter.eml"
    try:
        check_size(connection.size(uid))
    except Problem as refused:
        path.write_bytes(connection.head(uid))
        head = open_letter(path)
        return Letter(head.key, head.sender, head.subject, head.sent_at, (), refused.code)
    path.write_bytes(connection.letter(uid))
    return open_letter(path)


def _known(database: Database, unit_id: int, key: str) -> str | None:
    """What became of a letter that was here before."""
    with database.reading() as db:
        wanted = select(MailboxLetter.state).where(MailboxLetter.unit_id == unit_id, MailboxLetter.key == key)
        return db.scalar(wanted)


def _write(engines: Engines, unit_id: int, letter: Letter, now: datetime) -> str:
    """Receive it, or write down why not; its files are in the store before. Raises what is no fault of the letter."""
    files = [] if letter.fault else [_kept(engines, one.path, one.name, one.media_type) for one in letter.files]
    try:
        with engines.database.writing() as db:
            row = MailboxLetter(
                unit_id=unit_id, key=letter.key, sender=letter.sender, subject=letter.subject, sent_at=letter.sent_at,
                at=now, state=LetterState.REFUSED if letter.fault else LetterState.RECEIVED, fault=letter.fault,
            )  # fmt: skip
            db.add(row)
            db.flush()
            if not letter.fault:
                row.office_document_id = _receive(db, unit_id, files, letter, now)
            changed(db, "exchange", unit_id)
            return row.state
    except IntegrityError:  # another worker was first
        return _known(engines.database, unit_id, letter.key) or LetterState.REFUSED


def _receive(db: Session, unit_id: int, files: list[File], letter: Letter, now: datetime) -> int:
    offered = {"subject": letter.subject, "organ_name": _name(letter.sender)}
    origin = Origin(OriginKind.MAIL, letter.sender, {name: text for name, text in offered.items() if text})
    return origins.receive(db, db.get_one(Unit, unit_id), files, origin, now).id


def _name(sender: str) -> str:
    """The name of a sender without the address; an address alone is no name of an organisation."""
    name = sender.partition(" <")[0]
    return "" if "@" in name else name[:200]


def _kept(engines: Engines, path: Path, name: str, kind: str) -> File:
    with path.open("rb") as file:
        return File(engines.blobs.put(file), name, kind)
