"""The mailbox of a unit: set by the administrators of the unit. Nothing here commits."""

from datetime import datetime

from sqlalchemy.orm import Session

from documents.errors import Problem
from ecabinet import audit
from ecabinet.access import Permission, Person
from ecabinet.mailbox import addresses
from ecabinet.mailbox.models import Mailbox
from ecabinet.registry.models import Unit
from ecabinet.sealing import Sealer

ADMINISTERS = Permission.MANAGE_ACCOUNTS
LONGEST = 500


def save(
    db: Session, unit: Unit, address: str, password: str, sealer: Sealer, person: Person, now: datetime, *, active: bool
) -> Mailbox:
    """Where it is and how to sign in; without a password the one that is known stays, for the same address only.

    Raises ``mailbox_address`` and ``mailbox_password``.
    """
    person.require(ADMINISTERS, unit.path)
    if len(address) > LONGEST or len(password) > LONGEST:
        raise Problem("too_long", field="address" if len(address) > LONGEST else "password", limit=LONGEST)
    read = addresses.parse(address)
    mailbox = db.get(Mailbox, unit.id)
    known = addresses.parse(mailbox.address) if mailbox is not None else None
    # Else whoever may change the address could have the password handed to a server of their own.
    if not password and (known is None or (known.host, known.port, known.user) != (read.host, read.port, read.user)):
        raise Problem("mailbox_password", field="password")
    if mailbox is None:
        mailbox = Mailbox(unit_id=unit.id)
        db.add(mailbox)
    if password:
        mailbox.password_sealed = sealer.seal(password)
    mailbox.address, mailbox.active, mailbox.fault = address.strip(), active, ""
    mailbox.run_after = mailbox.set_at = now
    mailbox.set_by = person.member_id
    db.flush()
    audit.record(
        db, person.member_id, "mailbox_set", f"unit:{unit.id}", now, address=mailbox.address, active=active,
        password_changed=bool(password),
    )  # fmt: skip
    return mailbox
