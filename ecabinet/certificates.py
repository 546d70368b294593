"""The certificate with which an organisation signs papers: read from its file, or made by the installation itself."""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

SELF_MADE_YEARS = 20
COMMON_NAME_LIMIT = 64  # RFC 5280


class CertificateError(Exception):
    """The certificate cannot be used; the message says why, in one line."""


@dataclass(frozen=True)
class Identity:
    """A private key with its certificate, as the bytes of a PKCS#12 file."""

    p12: bytes
    password: bytes | None
    certificate: x509.Certificate

    @property
    def holder(self) -> str:
        """The organisation where the certificate names one, else its common name."""
        names = self.certificate.subject
        found = names.get_attributes_for_oid(NameOID.ORGANIZATION_NAME) or names.get_attributes_for_oid(
            NameOID.COMMON_NAME
        )
        return str(found[0].value) if found else names.rfc4514_string()

    @property
    def self_made(self) -> bool:
        """Whether nobody but its holder vouches for it."""
        return self.certificate.issuer == self.certificate.subject

    def check(self, at: datetime) -> None:
        """Refuse a moment at which the certificate does not hold; raises :class:`CertificateError`."""
        if at > self.certificate.not_valid_after_utc:
            raise CertificateError(f"the certificate expired on {self.certificate.not_valid_after_utc:%Y-%m-%d}")
        if at < self.certificate.not_valid_before_utc:
            raise CertificateError(f"the certificate holds only from {self.certificate.not_valid_before_utc:%Y-%m-%d}")


def read(path: Path, password: str) -> Identity:
    """The identity in a PKCS#12 file; raises :class:`CertificateError`."""
    try:
        p12 = path.read_bytes()
    except OSError as error:
        raise CertificateError(f"the file cannot be read: {error.strerror}") from error
    secret = password.encode() or None
    try:
        key, certificate, _others = pkcs12.load_key_and_certificates(p12, secret)
    except ValueError as error:
        raise CertificateError("the password does not open it, or it is no PKCS#12 file") from error
    if key is None or certificate is None:
        raise CertificateError("it holds no private key with its certificate")
    return Identity(p12, secret, certificate)


def kept(path: Path, host: str, at: datetime) -> Identity:
    """The installation's own identity: made at the first use, kept for the next in a file only its owner may read."""
    if not path.exists():
        # Written whole before it gets its name: of two processes that start together one wins and both read that one.
        draft = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(_made(host, at))
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)
        except FileExistsError:
            pass
        except OSError as error:
            raise CertificateError(f"{path.name} cannot be written: {error.strerror}") from error
        finally:
            draft.unlink(missing_ok=True)
    return read(path, "")


def _made(host: str, at: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    # It says of itself what it is, in any viewer.
    tail = " (chứng thư tự tạo)"
    common = f"eCabinet {host}"[: COMMON_NAME_LIMIT - len(tail)] + tail
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=365 * SELF_MADE_YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(b"ecabinet", key, certificate, None, NoEncryption())
