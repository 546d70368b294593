"""The demonstration's leader has a key to sign with; its password is the account's."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet.registry.models import Account, Unit
from ecabinet.sealing import Sealer
from ecabinet.signing import members
from ecabinet.trusted import Trust

LOGIN = "lanhdao"


def make(db: Session, centre: Unit, sealer: Sealer, password: str, now: datetime) -> None:
    """A certificate of the leader's own making: the pages say so."""
    member = db.scalars(select(Account).where(Account.login == LOGIN)).one().member
    p12 = key_file(member.full_name, centre.name, password, now)
    members.bring(db, member, members.from_file(p12, password), sealer, Trust(), now)


def key_file(holder: str, organisation: str, password: str, now: datetime) -> bytes:
    """A PKCS#12 file with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    said = ((NameOID.COMMON_NAME, holder), (NameOID.ORGANIZATION_NAME, organisation[:64]))
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in said])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
    builder = builder.not_valid_after(now + timedelta(days=3 * 365)).add_extension(usage, critical=True)
    certificate = builder.sign(key, hashes.SHA256())
    locked = BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(b"demo", key, certificate, None, locked)
