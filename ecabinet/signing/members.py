"""With what a member signs: brought, confirmed, taken away, and opened for one signature."""

import base64
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import NotFound, Problem
from ecabinet import audit, trusted
from ecabinet.config import Config
from ecabinet.registry.models import Member
from ecabinet.sealing import Sealer
from ecabinet.signing import chains, devices, engine, services, signers
from ecabinet.signing.certificate_rules import Belongs, Kind, belongs
from ecabinet.signing.looks import Appearance
from ecabinet.signing.models import MemberCertificate
from ecabinet.signing.signers import Signer
from ecabinet.trusted import Trust

MOST_BYTES = 64 * 1024
"""No PKCS#12 file with a key and its chain is longer."""


@dataclass(frozen=True)
class Brought:
    """A key that was opened once and found fit, not yet kept."""

    kind: Kind
    certificate: x509.Certificate
    p12: bytes | None = field(default=None, repr=False)
    reference: str = ""


def from_file(p12: bytes, password: str) -> Brought:
    """A PKCS#12 file, opened with its password; raises as :func:`ecabinet.signing.signers.open_file` does."""
    if not p12 or len(p12) > MOST_BYTES:
        raise Problem("certificate_unsuitable", "no such file", field="file")
    return Brought(Kind.FILE, signers.open_file(p12, password).certificate, p12)


def from_elsewhere(config: Config, kind: Kind, reference: str) -> Brought:
    """A key of the device or of the service, by what it is called there."""
    if kind is Kind.DEVICE:
        certificate = devices.certificate_on(_device(config), reference)
    else:
        certificate = services.certificates_of(_service(config), reference)[0]
    return Brought(kind, certificate, reference=reference)


def bring(
    db: Session, member: Member, brought: Brought, sealer: Sealer, trust: Trust, now: datetime
) -> MemberCertificate:
    """Keep it in place of the one before. Raises ``certificate_expired``, ``certificate_early`` and
    ``certificate_revoked``; one that does not name the member is kept, and signs nothing until it is confirmed.
    """
    check(brought.certificate, trust, now)
    held = of_member(db, member.id)
    if held is not None:
        _take_away(held, now)
        db.flush()
    kept = MemberCertificate(
        member_id=member.id, kind=brought.kind, reference=brought.reference, added_at=now,
        sealed=sealed(brought.p12, sealer),
        certificate=brought.certificate.public_bytes(Encoding.DER),
        picture=held.picture if held else None,
        belongs=_belongs(db, member, brought.certificate, sealer),
    )  # fmt: skip
    db.add(kept)
    db.flush()
    audit.record(
        db, member.id, "certificate_brought", f"member:{member.id}", now, kind=kept.kind, belongs=kept.belongs,
        serial=f"{brought.certificate.serial_number:X}", issuer=chains.display(brought.certificate.issuer),
    )  # fmt: skip
    return kept


def _belongs(db: Session, member: Member, certificate: x509.Certificate, sealer: Sealer) -> Belongs | None:
    own = member.national_id_print
    email = str((member.papers or {}).get("email", ""))
    return belongs(
        chains.names(certificate.subject), chains.emails(certificate), member.full_name, email,
        lambda number: own is not None and sealer.fingerprint(number) == own.replace("-", ""),
    )  # fmt: skip


def check(certificate: x509.Certificate, trust: Trust, at: datetime) -> None:
    """Refuse a moment at which the certificate does not hold, and one that was taken back."""
    engine.check_holds(certificate, at)
    if revoked := trust.revoked_at(certificate):
        raise Problem("certificate_revoked", day=f"{revoked:%d/%m/%Y}")


def of_member(db: Session, member_id: int) -> MemberCertificate | None:
    """The certificate that a member signs with now."""
    return db.scalar(
        select(MemberCertificate).where(
            MemberCertificate.member_id == member_id, MemberCertificate.removed_at.is_(None)
        )
    )


def remove(db: Session, member_id: int, now: datetime) -> None:
    """The member signs with it no more: the key is gone, what it was stays."""
    held = of_member(db, member_id)
    if held is None:
        raise NotFound(f"certificate of member {member_id}")
    _take_away(held, now)
    audit.record(db, member_id, "certificate_removed", f"member:{member_id}", now, kind=held.kind)


def _take_away(held: MemberCertificate, now: datetime) -> None:
    held.removed_at, held.sealed = now, None


def put_picture(db: Session, member_id: int, picture: bytes | None, sealer: Sealer, now: datetime) -> None:
    """The picture of the hand-written signature, sealed like the key; None: none."""
    held = of_member(db, member_id)
    if held is None:
        raise NotFound(f"certificate of member {member_id}")
    held.picture = sealed(picture, sealer)
    audit.record(db, member_id, "signature_picture", f"member:{member_id}", now, kept=picture is not None)


def confirm(db: Session, held: MemberCertificate, by: int, reason: str, now: datetime) -> None:
    """An administrator says that a certificate which does not name the member is the member's all the same."""
    if held.belongs is not None or held.removed_at is not None:
        raise Problem("wrong_state")
    if by == held.member_id:
        raise Problem("own_certificate")
    if not reason:
        raise Problem("missing", field="reason")
    held.belongs, held.confirmed_by, held.reason = Belongs.CONFIRMED, by, reason
    audit.record(db, by, "certificate_confirmed", f"member:{held.member_id}", now, reason=reason)


@dataclass(frozen=True)
class Ready:
    """What a member signs with, read from the database; opened outside of any transaction."""

    kind: Kind
    certificate: x509.Certificate
    reference: str
    name: str
    p12: bytes | None = field(default=None, repr=False)
    picture: bytes | None = field(default=None, repr=False)

    def open(self, secret: str, config: Config, at: datetime) -> Signer:
        """The signer, with the password, the PIN or the code. Raises ``signing_password``, ``certificate_expired``,
        ``certificate_early``, ``certificate_revoked``, ``device_failed`` and ``service_failed``.
        """
        check(self.certificate, trusted.read(config.trust_certs), at)
        if self.kind is Kind.DEVICE:
            return devices.DeviceSigner(_device(config), self.reference, self.certificate, secret)
        if self.kind is Kind.SERVICE:
            return services.ServiceSigner(_service(config), self.reference, self.certificate, secret)
        return signers.open_file(self.p12 or b"", secret)

    def appearance(self, organisation: str = "", title: str = "") -> Appearance:
        """What the paper shows of it."""
        return Appearance(self.name, organisation, title, self.picture)


def ready(db: Session, member_id: int, sealer: Sealer) -> Ready:
    """What a member signs with; raises ``no_certificate`` and ``certificate_of_another``."""
    held = of_member(db, member_id)
    if held is None:
        raise Problem("no_certificate")
    certificate = x509.load_der_x509_certificate(held.certificate)
    if held.belongs is None:
        raise Problem("certificate_of_another", holder=chains.display(certificate.subject))
    name = db.get_one(Member, member_id).full_name
    p12, picture = opened(held.sealed, sealer), opened(held.picture, sealer)
    return Ready(Kind(held.kind), certificate, held.reference, name, p12, picture)


def opened(kept: bytes | None, sealer: Sealer) -> bytes | None:
    """Bytes that were sealed."""
    return base64.b64decode(sealer.open(kept)) if kept else None


def sealed(data: bytes | None, sealer: Sealer) -> bytes | None:
    """Bytes to be kept."""
    return sealer.seal(base64.b64encode(data).decode("ascii")) if data else None


def record(db: Session, member_id: int | None, subject: str, signed: bytes, signer: Signer, now: datetime) -> None:
    """The line of the audit trail that every signing leaves; ``member_id``: who pressed the button, ``subject``: what
    was signed, such as "office:12".
    """
    audit.record(
        db, member_id, "signed", subject, now, sha256=engine.fingerprint(signed), size=len(signed),
        holder=chains.display(signer.certificate.subject), serial=f"{signer.certificate.serial_number:X}",
    )  # fmt: skip


def _device(config: Config) -> devices.Device:
    if config.pkcs11_module is None:
        raise Problem("device_failed", "PKCS11_MODULE is not set")
    return devices.Device(config.pkcs11_module, config.pkcs11_token)


def _service(config: Config) -> services.Service:
    if not config.signing_url:
        raise Problem("service_failed", "SIGNING_URL is not set")
    return services.Service(config.signing_url, config.signing_token)
