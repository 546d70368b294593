"""The code of a unit and the organisations it exchanges with: set by the administrators of the unit. None commits."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import Invalid, NotFound, Problem
from ecabinet import audit
from ecabinet.access import Permission, Person
from ecabinet.exchange.exchange_rules import check_url
from ecabinet.exchange.models import ExchangeOrgan, ExchangePartner
from ecabinet.exchange.package_rules import is_organ, line
from ecabinet.registry.models import Unit
from ecabinet.sealing import Sealer

ADMINISTERS = Permission.MANAGE_ACCOUNTS
LONGEST = {"name": 200, "url": 500, "token": 500, "certificate": 10_000}


@dataclass(frozen=True)
class Draft:
    """A partner as its form says it; an empty ``token`` keeps the one that is known."""

    name: str
    organ_code: str
    url: str = ""
    token: str = ""
    certificate: str = ""
    active: bool = True


def set_organ(db: Session, unit: Unit, code: str, person: Person, now: datetime) -> None:
    """The code by which others know this unit; raises ``organ_code`` and ``organ_code_taken``."""
    person.require(ADMINISTERS, unit.path)
    code = code.strip()
    if not is_organ(code):
        raise Problem("organ_id", field="organ_code", organ=code[:20])
    taken = select(ExchangeOrgan.unit_id).where(ExchangeOrgan.organ_code == code, ExchangeOrgan.unit_id != unit.id)
    if db.scalar(taken) is not None:
        raise Problem("organ_code_taken", field="organ_code")
    organ = db.get(ExchangeOrgan, unit.id)
    if organ is None:
        organ = ExchangeOrgan(unit_id=unit.id)
        db.add(organ)
    organ.organ_code, organ.name, organ.set_by, organ.set_at = code, unit.name[:200], person.member_id, now
    db.flush()
    audit.record(db, person.member_id, "exchange_code_set", f"unit:{unit.id}", now, code=code)


def save(
    db: Session,
    unit: Unit,
    partner: ExchangePartner | None,
    draft: Draft,
    sealer: Sealer,
    person: Person,
    now: datetime,
) -> ExchangePartner:
    """A new partner, or one that was changed; raises :class:`Invalid` naming every fault."""
    person.require(ADMINISTERS, unit.path)
    _check(db, unit, partner, draft)
    if partner is None:
        partner = ExchangePartner(unit_id=unit.id)
        db.add(partner)
    partner.name, partner.organ_code, partner.url = line(draft.name), draft.organ_code.strip(), draft.url.strip()
    partner.certificate, partner.active = draft.certificate.strip(), draft.active
    partner.set_by, partner.set_at = person.member_id, now
    if draft.token:
        partner.token_sealed = sealer.seal(draft.token)
    db.flush()
    audit.record(
        db, person.member_id, "exchange_partner_set", f"exchange_partner:{partner.id}", now, code=partner.organ_code,
        url=partner.url, active=partner.active, token_changed=bool(draft.token),
    )  # fmt: skip
    return partner


def _check(db: Session, unit: Unit, partner: ExchangePartner | None, draft: Draft) -> None:
    faults = {
        name: Problem("too_long", limit=most) for name, most in LONGEST.items() if len(getattr(draft, name)) > most
    }
    if not line(draft.name):
        faults["name"] = Problem("missing")
    code = draft.organ_code.strip()
    if not is_organ(code):
        faults["organ_code"] = Problem("organ_id", organ=code[:20])
    same = select(ExchangePartner.id).where(ExchangePartner.unit_id == unit.id, ExchangePartner.organ_code == code)
    if db.scalar(same.where(ExchangePartner.id != (partner.id if partner else 0))) is not None:
        faults["organ_code"] = Problem("partner_known")
    if draft.url.strip():
        try:
            check_url(draft.url.strip())
        except Problem as fault:
            faults["url"] = fault
    if draft.token and not draft.token.isascii():
        faults["token"] = Problem("partner_token_ascii")
    if draft.certificate.strip():
        try:
            x509.load_pem_x509_certificate(draft.certificate.strip().encode())
        except ValueError:
            faults["certificate"] = Problem("partner_certificate")
    if faults:
        raise Invalid(faults)


def new_token(db: Session, partner: ExchangePartner, sealer: Sealer, person: Person, now: datetime) -> str:
    """What this partner has to say to us from now on: shown once, kept only as its fingerprint."""
    person.require(ADMINISTERS, partner.unit.path)
    token = secrets.token_urlsafe(32)
    partner.token_print = sealer.fingerprint(token)
    audit.record(db, person.member_id, "exchange_token_made", f"exchange_partner:{partner.id}", now)
    return token


def by_token(db: Session, token: str, sealer: Sealer) -> ExchangePartner:
    """Whose token this is; raises ``partner_unknown``."""
    wanted = select(ExchangePartner).where(ExchangePartner.token_print == sealer.fingerprint(token))
    partner = db.scalar(wanted.where(ExchangePartner.active)) if token else None
    if partner is None:
        raise Problem("partner_unknown")
    return partner


def load(db: Session, person: Person, partner_id: int) -> ExchangePartner:
    """A partner for those who administer its unit; for others it does not exist."""
    partner = db.get(ExchangePartner, partner_id)
    if partner is None or not person.may(ADMINISTERS, partner.unit.path):
        raise NotFound(f"exchange partner {partner_id}")
    return partner


def of_unit(db: Session, unit_id: int) -> Sequence[ExchangePartner]:
    """The partners of a unit, by name."""
    found = select(ExchangePartner).where(ExchangePartner.unit_id == unit_id)
    return db.scalars(found.order_by(ExchangePartner.name)).all()


def certificates(db: Session, unit_id: int) -> dict[str, str]:
    """What the partners of a unit sign with, by their codes."""
    return {one.organ_code: one.certificate for one in of_unit(db, unit_id) if one.certificate}
