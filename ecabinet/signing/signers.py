"""Who makes a signature: one protocol for a file (PKCS#12), a device (PKCS#11) and a service elsewhere."""

from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from documents.errors import Problem

Keys = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Signer(Protocol):
    """A certificate with whatever signs for it. Signatures are SHA-256 with RSA (PKCS#1 v1.5) or ECDSA (DER)."""

    @property
    def certificate(self) -> x509.Certificate: ...

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """The certificates between it and a root, as far as they are known."""

    def sign(self, data: bytes) -> bytes:
        """The signature over the data. May take as long as a person looks for a telephone; raises a Problem."""


class FileSigner:
    """A key out of a PKCS#12 file, opened for this one signing."""

    def __init__(self, key: Keys, certificate: x509.Certificate, chain: tuple[x509.Certificate, ...] = ()) -> None:
        self._key = key
        self.certificate = certificate
        self.chain = chain

    def sign(self, data: bytes) -> bytes:
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


def open_file(p12: bytes, password: str) -> FileSigner:
    """The signer in a PKCS#12 file; raises ``signing_password`` (or no such file) and ``certificate_unsuitable``."""
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(p12, password.encode() or None)
    except ValueError as error:
        raise Problem("signing_password", str(error), field="password") from error
    if not isinstance(key, Keys) or certificate is None:
        raise Problem("certificate_unsuitable", "no private key of RSA or ECDSA", field="file")
    return FileSigner(key, certificate, tuple(others))
