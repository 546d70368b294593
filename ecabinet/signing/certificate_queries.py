"""Certificates of members for display."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import Session

from documents.errors import NotFound
from ecabinet.access import Permission, Person
from ecabinet.registry.models import Member, Unit
from ecabinet.signing import chains
from ecabinet.signing.models import MemberCertificate
from ecabinet.signing.reports import State
from ecabinet.trusted import Trust

SOON = timedelta(days=30)


@dataclass(frozen=True)
class Shown:
    """What is told of a certificate."""

    holder: str
    organisation: str
    issuer: str
    serial: str
    valid_from: datetime
    valid_to: datetime
    state: State
    ends_soon: bool


def shown(held: MemberCertificate, now: datetime, trust: Trust) -> Shown:
    """A certificate as it is now."""
    certificate = x509.load_der_x509_certificate(held.certificate)
    subject = chains.names(certificate.subject)
    return Shown(
        chains.display(certificate.subject), subject["organisation"], chains.display(certificate.issuer),
        f"{certificate.serial_number:X}", certificate.not_valid_before_utc, certificate.not_valid_after_utc,
        chains.state_of(certificate, (), now, trust, proved=False)[0],
        now < certificate.not_valid_after_utc < now + SOON,
    )  # fmt: skip


def waiting(db: Session, person: Person) -> list[tuple[MemberCertificate, Member, Shown]]:
    """Certificates of the members in one's charge that do not name them."""
    found = db.execute(_waiting(person).order_by(MemberCertificate.added_at)).all()
    return [(held, member, shown(held, held.added_at, Trust())) for held, member in found]


def one_waiting(db: Session, person: Person, certificate_id: int) -> MemberCertificate:
    """One of them, locked; raises :class:`NotFound`."""
    found: MemberCertificate | None = db.scalar(
        _waiting(person).where(MemberCertificate.id == certificate_id).with_for_update()
    )
    if found is None:
        raise NotFound(f"certificate {certificate_id}")
    return found


def _waiting(person: Person) -> Select[MemberCertificate, Member]:
    paths = person.paths(Permission.MANAGE_ACCOUNTS)
    charge = or_(false(), *(Unit.path.startswith(path, autoescape=True) for path in paths))
    return (
        select(MemberCertificate, Member)
        .join(Member, Member.id == MemberCertificate.member_id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(MemberCertificate.belongs.is_(None), MemberCertificate.removed_at.is_(None), charge)
    )
