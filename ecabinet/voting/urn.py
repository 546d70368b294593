"""The urn of a secret vote: what lies in it while the vote is open, and how it is emptied.

While the vote is open a ballot lies in the urn sealed under the key of this vote, all ballots of one length, under a
name that is a keyed hash of the voter's own token. On closing the urn is emptied in one transaction: contents and
receipts are shuffled apart from each other and written anew, the sealed ballots and the key are deleted. What is left
says who has voted, what the ballots say and which receipts there are, and nothing says which belongs to which: no
key, no time, and no order of rows, since the rows were written by that one transaction in the order of random keys.

The key of the vote is itself sealed under the server's secret, which is not in the database: a copy of the database,
taken at any time, opens nothing. docs/secret-ballots.md says what an operator with full access could still do.
"""

import hashlib
import hmac
import json
import logging
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from documents.database import Database
from documents.errors import Problem
from ecabinet.sealing import Sealer, Unsealable
from ecabinet.voting.models import SecretBallot, SecretReceipt, Urn, UrnSlip
from ecabinet.voting.receipts import receipt_from

log = logging.getLogger(__name__)

KEY_BYTES = 32
NONCE_BYTES = 12


@dataclass(frozen=True)
class Folded:
    """A ballot ready for the urn: its name there, sealed, and for the roll a proof that knows the token again."""

    name: str
    sealed: bytes
    receipt: str


class Key:
    """The key of one open secret vote."""

    def __init__(self, poll_id: int, secret: bytes) -> None:
        self._poll_id = poll_id
        self._secret = secret
        self._cipher = AESGCM(secret)

    def fold(self, member_id: int, token: str, options: Sequence[int], room: int) -> Folded:
        """Seal a ballot; ``room`` is the length that every ballot of this vote is filled up to."""
        receipt = secret_receipt(self._poll_id, member_id, token)
        said = json.dumps([receipt, *options]).encode().ljust(room)
        nonce = os.urandom(NONCE_BYTES)
        return Folded(self.name(member_id, token), nonce + self._cipher.encrypt(nonce, said, None), receipt)

    def name(self, member_id: int, token: str) -> str:
        """Under which a ballot lies in the urn: found again only by whoever knows the token."""
        return hmac.digest(self._secret, f"{self._poll_id} {member_id} {token}".encode(), hashlib.sha256).hex()

    def unfold(self, sealed: bytes) -> tuple[str, tuple[int, ...]]:
        """Receipt and options of a sealed ballot."""
        receipt, *options = json.loads(self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None))
        return receipt, tuple(options)


def room_for(option_count: int) -> int:
    """The length of a ballot that chooses every option, so that none is told by its length."""
    return 32 + 14 * option_count


def proof_of(poll_id: int, member_id: int, token: str) -> str:
    """What the roll keeps of a token: enough to know it again, too little to find it."""
    return hashlib.sha256(f"proof {poll_id} {member_id} {token}".encode()).hexdigest()


def secret_receipt(poll_id: int, member_id: int, token: str) -> str:
    """The receipt follows from the token alone, so that a ballot sent again gets the same one and none is kept with
    the voter's name.
    """
    return receipt_from(hashlib.sha256(f"receipt {poll_id} {member_id} {token}".encode()).digest())


def set_up(db: Session, poll_id: int, sealer: Sealer) -> None:
    """An empty urn for a vote that opens."""
    db.add(Urn(poll_id=poll_id, key=sealer.seal(secrets.token_hex(KEY_BYTES))))


def key_of(db: Session, poll_id: int, sealer: Sealer) -> Key | None:
    """The key of an open secret vote; None when the urn was emptied. Raises ``urn_unreadable`` when the server's secret
    is another one than at the opening: nothing is taken or emptied then, and nothing lost.
    """
    sealed = db.scalar(select(Urn.key).where(Urn.poll_id == poll_id))
    if sealed is None:
        return None
    try:
        return Key(poll_id, bytes.fromhex(sealer.open(sealed)))
    except Unsealable as error:
        raise Problem("urn_unreadable") from error


def empty(db: Session, poll_id: int, sealer: Sealer) -> None:
    """Shuffle and write out what lies in the urn, and destroy the urn with its key. The poll is locked by the caller:
    no ballot is under way.
    """
    key = key_of(db, poll_id, sealer)
    if key is None:
        return
    sealed = db.scalars(select(UrnSlip.sealed).where(UrnSlip.poll_id == poll_id)).all()
    unfolded = [key.unfold(one) for one in sealed]
    if unfolded:
        # The keys are random, so their order is a shuffle; the receipts are hashes and have an order of their own.
        ballots = sorted((secrets.token_hex(16), sorted(options)) for _receipt, options in unfolded)
        receipts = sorted(receipt for receipt, _options in unfolded)
        db.execute(insert(SecretBallot), [{"key": k, "poll_id": poll_id, "options": o} for k, o in ballots])
        db.execute(insert(SecretReceipt), [{"receipt": receipt, "poll_id": poll_id} for receipt in receipts])
    db.execute(delete(UrnSlip).where(UrnSlip.poll_id == poll_id))
    db.execute(delete(Urn).where(Urn.poll_id == poll_id))


def scrub(database: Database) -> None:
    """After an urn was emptied: have the database drop what the deleted rows left on the disk. They are sealed, and
    their key was itself sealed and deleted with them; this shortens the time in which all of it could still be found.
    """
    try:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if database.is_sqlite:
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
            else:
                connection.execute(text("VACUUM urn, urn_slip"))
    except DBAPIError:
        # The vote is closed and its urn empty; an account without the right to vacuum changes nothing of that.
        log.exception("what an emptied urn left on the disk was not cleared away")
