"""Letters on their way: claimed in one transaction, handed in outside any, marked in another.

A letter is handed in once. When a worker is killed between the server's "accepted" and the mark, another hands in the
same letter with the same Message-ID after the claim has run out: mail servers and programs show it once.
"""

import logging
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from time import monotonic

from sqlalchemy import Select, and_, or_, select, update
from sqlalchemy.orm import Session

from documents.database import Database
from ecabinet.engines import Engines
from ecabinet.mail_server import MailServer
from ecabinet.notices.letters import compose
from ecabinet.notices.models import Mail
from ecabinet.notices.rules import (
    AT_ONCE,
    CLAIM,
    OF_THE_SERVER,
    REST,
    SERVER_SECONDS,
    TRIES,
    Fault,
    MailState,
    fault_of_answer,
    try_again,
)

log = logging.getLogger(__name__)


class NotSent(Exception):
    """A letter did not get through; ``fault`` says why. Nothing of it may hold an address: it is logged."""

    def __init__(self, fault: Fault, said: str = "") -> None:
        super().__init__(f"{fault}: {said}" if said else str(fault))
        self.fault = fault


class MailTask:
    """Hands in what waits, a few letters over one connection in a piece; ``seconds`` each answer is waited for."""

    def __init__(self, seconds: float = SERVER_SECONDS) -> None:
        self._seconds = seconds
        self._rests_until: datetime | None = None

    def __call__(self, engines: Engines, now: datetime) -> bool:
        """A task as :data:`ecabinet.worker.Task` says."""
        if self._rests_until is not None and now < self._rests_until:
            return False
        database, server = engines.database, engines.config.smtp
        with database.reading() as db:
            if db.scalar(_due(now).limit(1)) is None:
                return False
        if server is None:
            return _give_up(database, now)
        with database.writing() as db:
            letters = claim(db, now)
        self._rests_until = None
        for letter, fault in self._hand_in(letters, server, engines):
            settle(database, letter, fault, now)
            if fault in OF_THE_SERVER:
                self._rests_until = now + REST
        return bool(letters)

    def _hand_in(
        self, letters: Sequence[Mail], server: MailServer, engines: Engines
    ) -> Iterator[tuple[Mail, Fault | None]]:
        """Each letter with what became of it; a fault of the server is that of all that follow."""
        began = monotonic()
        waiting = list(letters)
        try:
            with connected(server, engines.config.smtp_password, self._seconds) as smtp:
                while waiting and monotonic() - began < CLAIM.total_seconds() / 2:
                    fault = _handed_in(smtp, waiting[0], server, engines.config.public_url)
                    yield waiting.pop(0), fault
        except NotSent as error:
            log.warning("the mail server cannot be used (%s); %d letters wait", error, len(waiting))
            yield from ((letter, error.fault) for letter in waiting)
        else:  # too slow for all of them while our claim holds
            yield from ((letter, Fault.LATER) for letter in waiting)


def _due(now: datetime) -> Select[Mail]:
    waiting = and_(Mail.state == MailState.WAITING, Mail.run_after <= now)
    abandoned = and_(Mail.state == MailState.SENDING, Mail.claimed_until <= now)
    return select(Mail).where(or_(waiting, abandoned)).order_by(Mail.run_after, Mail.id)


def claim(db: Session, now: datetime) -> Sequence[Mail]:
    """Take letters that are due. Two workers never get the same: SQLite lets one write at a time, PostgreSQL skips what
    another has locked.
    """
    letters = db.scalars(_due(now).limit(AT_ONCE).with_for_update(skip_locked=True)).all()
    taken = []
    for letter in letters:
        if letter.attempts > len(TRIES):  # its workers died without a word each time
            letter.state, letter.fault, letter.claimed_until = MailState.FAILED, Fault.UNREACHABLE, None
            continue
        letter.state, letter.claimed_until, letter.attempts = MailState.SENDING, now + CLAIM, letter.attempts + 1
        taken.append(letter)
    return taken


def settle(database: Database, letter: Mail, fault: Fault | None, now: datetime) -> None:
    """Write down what became of a claimed letter, unless another worker has taken it over since."""
    again = try_again(fault, letter.attempts, now) if fault is not None else None
    state = MailState.SENT if fault is None else MailState.WAITING if again else MailState.FAILED
    ours = (Mail.id == letter.id, Mail.state == MailState.SENDING, Mail.claimed_until == letter.claimed_until)
    values = {
        "state": state, "fault": fault or "", "claimed_until": None,
        "run_after": again or letter.run_after, "sent_at": now if fault is None else None,
    }  # fmt: skip
    with database.writing() as db:
        db.execute(update(Mail).where(*ours).values(**values).execution_options(synchronize_session=False))


def _give_up(database: Database, now: datetime) -> bool:
    """Nobody configured a server: letters do not pile up to be sent in a flood years later."""
    with database.writing() as db:
        db.execute(
            update(Mail)
            .where(Mail.state.in_([MailState.WAITING, MailState.SENDING]), Mail.run_after <= now)
            .values(state=MailState.FAILED, fault=Fault.NO_SERVER, claimed_until=None)
            .execution_options(synchronize_session=False)
        )
    return True


@contextmanager
def connected(server: MailServer, password: str, seconds: float) -> Iterator[smtplib.SMTP]:
    """A connection signed in to the server; raises :class:`NotSent` when there is none, or when it breaks."""
    smtp: smtplib.SMTP | None = None
    try:
        smtp = _open(server, password, seconds)
        yield smtp
    except smtplib.SMTPAuthenticationError as error:
        raise NotSent(Fault.SIGN_IN, str(error.smtp_code)) from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(Fault.UNREACHABLE, type(error).__name__) from error
    finally:
        if smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            smtp.close()


def _open(server: MailServer, password: str, seconds: float) -> smtplib.SMTP:
    context = ssl.create_default_context(cafile=server.ca or None)
    smtp: smtplib.SMTP
    if server.tls == "implicit":
        smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=seconds, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=seconds)
    try:
        if server.tls == "starttls":
            smtp.starttls(context=context)
        if server.user:
            smtp.login(server.user, password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _handed_in(smtp: smtplib.SMTP, letter: Mail, server: MailServer, public_url: str) -> Fault | None:
    """One letter over an open connection. A broken connection is raised: it is not this letter's fault."""
    try:
        message = compose(letter, server, public_url)
        smtp.send_message(message, from_addr=server.sender, to_addrs=[letter.address])
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        if code == 421:  # it closes the connection
            raise
        log.warning("mail %d: the server does not take the address (%d)", letter.id, code)
        return fault_of_answer(code)
    except smtplib.SMTPResponseException as error:
        if error.smtp_code == 421 or isinstance(error, smtplib.SMTPSenderRefused):
            raise  # nobody's letter would get through
        log.warning("mail %d: the server does not take the letter (%d)", letter.id, error.smtp_code)
        return Fault.LATER if fault_of_answer(error.smtp_code) == Fault.LATER else Fault.REJECTED
    except (ValueError, smtplib.SMTPNotSupportedError):  # an address that cannot be written in a header
        log.warning("mail %d cannot be written", letter.id)
        return Fault.REFUSED
    return None
