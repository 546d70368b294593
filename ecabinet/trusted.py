"""Who is trusted to give out certificates, and which certificates were taken back: the files of one folder.

``*.pem``, ``*.crt`` and ``*.cer`` are certificates (PEM or DER; one that vouches for itself is a root, others help to
reach one), ``*.crl`` lists of what was taken back (CRL), ``*.ocsp`` answers about single ones (OCSP, DER).
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from ecabinet.certificates import CertificateError

CERTIFICATES = frozenset({".pem", ".crt", ".cer"})


@dataclass(frozen=True)
class Trust:
    """What the folder says."""

    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[x509.CertificateRevocationList, ...] = field(default=(), repr=False)
    answers: tuple[ocsp.OCSPResponse, ...] = field(default=(), repr=False)

    @property
    def roots(self) -> list[x509.Certificate]:
        """Those that vouch for themselves."""
        return [one for one in self.certificates if one.issuer == one.subject]

    def revoked_at(self, certificate: x509.Certificate, others: Iterable[x509.Certificate] = ()) -> datetime | None:
        """When it was taken back by the one who gave it out; None: not that we know of. ``others``: certificates among
        which its issuer may be, besides the trusted ones.
        """
        issuers = [one for one in (*self.certificates, *others) if one.subject == certificate.issuer]
        found = [when for issuer in issuers for when in self._said(certificate, issuer)]
        return min(found, default=None)

    def _said(self, certificate: x509.Certificate, issuer: x509.Certificate) -> Iterable[datetime]:
        for crl in self.crls:
            # what others list may have the same number by chance
            if crl.issuer == issuer.subject and _signed_by(crl, issuer):
                entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
                if entry is not None:
                    yield entry.revocation_date_utc
        for answer in self.answers:
            if answer.serial_number == certificate.serial_number and _answers_for(answer, issuer):
                when = answer.revocation_time_utc
                if answer.certificate_status is ocsp.OCSPCertStatus.REVOKED and when is not None:
                    yield when

    def written(self) -> dict[str, list[str]]:
        """As plain values, for a child process."""
        return {
            "certificates": [_text(one.public_bytes(Encoding.DER)) for one in self.certificates],
            "crls": [_text(one.public_bytes(Encoding.DER)) for one in self.crls],
            "answers": [_text(one.public_bytes(Encoding.DER)) for one in self.answers],
        }


def from_written(values: dict[str, list[str]]) -> Trust:
    """The other way of :meth:`Trust.written`."""
    return Trust(
        tuple(x509.load_der_x509_certificate(base64.b64decode(one)) for one in values["certificates"]),
        tuple(x509.load_der_x509_crl(base64.b64decode(one)) for one in values["crls"]),
        tuple(ocsp.load_der_ocsp_response(base64.b64decode(one)) for one in values["answers"]),
    )


def read(folder: Path | None) -> Trust:
    """What a folder says, nothing where there is none; raises :class:`CertificateError` with the file at fault."""
    if folder is None:
        return Trust()
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file())
        held = [(path, path.read_bytes()) for path in files]
    except OSError as error:
        raise CertificateError(f"the folder cannot be read: {error.strerror}") from error
    certificates: list[x509.Certificate] = []
    crls: list[x509.CertificateRevocationList] = []
    answers: list[ocsp.OCSPResponse] = []
    for path, data in held:
        try:
            if path.suffix.lower() in CERTIFICATES:
                certificates += _certificates(data)
            elif path.suffix.lower() == ".crl":
                pem = data.startswith(b"-----")
                crls.append(x509.load_pem_x509_crl(data) if pem else x509.load_der_x509_crl(data))
            elif path.suffix.lower() == ".ocsp":
                answers.append(_answer(data))
        except ValueError as error:
            raise CertificateError(f"{path.name} is not what its name says") from error
    return Trust(tuple(certificates), tuple(crls), tuple(answers))


def _certificates(data: bytes) -> list[x509.Certificate]:
    pem = b"-----BEGIN" in data
    return x509.load_pem_x509_certificates(data) if pem else [x509.load_der_x509_certificate(data)]


def _answer(data: bytes) -> ocsp.OCSPResponse:
    answer = ocsp.load_der_ocsp_response(data)
    if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise ValueError("no answer")
    return answer


def _signed_by(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    key = issuer.public_key()
    return isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) and crl.is_signature_valid(key)


def _answers_for(answer: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
    """Whether the answer comes from the issuer, or from one whom the issuer charged with answering."""
    for one in (issuer, *answer.certificates):
        try:
            if one is not issuer:
                one.verify_directly_issued_by(issuer)
                usage = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
                if ExtendedKeyUsageOID.OCSP_SIGNING not in usage:
                    continue
            _verify(answer, one)
        except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
            continue
        return True
    return False


def _verify(answer: ocsp.OCSPResponse, certificate: x509.Certificate) -> None:
    """Raises ``InvalidSignature`` and ValueError."""
    key, algorithm = certificate.public_key(), answer.signature_hash_algorithm or hashes.SHA256()
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(algorithm))
    else:
        raise TypeError("a kind of key that is not known")


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
