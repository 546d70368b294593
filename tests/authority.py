"""An authority that gives certificates out, takes them back, and stamps times: all real, all made here."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

from ecabinet.signing.signers import FileSigner
from ecabinet.trusted import Trust

NOW = datetime.now(UTC).replace(microsecond=0)
PASSWORD = "bí mật của khóa"
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
OIDS = {
    "CN": NameOID.COMMON_NAME, "O": NameOID.ORGANIZATION_NAME, "UID": NameOID.USER_ID, "T": NameOID.TITLE,
    "E": NameOID.EMAIL_ADDRESS, "SN": NameOID.SERIAL_NUMBER,
}  # fmt: skip


@cache
def key_of(whose: str) -> ec.EllipticCurvePrivateKey:
    """The same key for the same name, as long as the tests run."""
    return ec.generate_private_key(ec.SECP256R1())


def name(**said: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(OIDS[key], value) for key, value in said.items()])


ROOT_NAME = name(CN="Cơ quan chứng thực thử nghiệm", O="Ban Cơ yếu thử nghiệm")


def _usage(signs_others: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_others, content_commitment=not signs_others, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=signs_others, crl_sign=signs_others,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def issue(
    subject: x509.Name, key: Key, start: timedelta = timedelta(days=-30), end: timedelta = timedelta(days=300),
    purpose: x509.ObjectIdentifier | None = None, emails: tuple[str, ...] = (), issuer: str = "root",
) -> x509.Certificate:  # fmt: skip
    """A certificate of the authority (``issuer="own"``: of its holder), from and to so long from now."""
    own = issuer == "own"
    signing: Key = key if own else key_of("root")
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject if own else ROOT_NAME)
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(NOW + start).not_valid_after(NOW + end)
    builder = builder.add_extension(_usage(False), critical=True)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    if purpose:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
    if emails:
        names = x509.SubjectAlternativeName([x509.RFC822Name(one) for one in emails])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(signing, hashes.SHA256())


@cache
def root() -> x509.Certificate:
    """Of the authority itself."""
    key = key_of("root")
    builder = x509.CertificateBuilder().subject_name(ROOT_NAME).issuer_name(ROOT_NAME).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW - timedelta(days=3000))
    builder = builder.not_valid_after(NOW + timedelta(days=3000)).add_extension(_usage(True), critical=True)
    return builder.add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True).sign(
        key, hashes.SHA256()
    )


def signer(holder: str = "Nguyễn Văn An", organisation: str = "Trung ương Đoàn", **when: timedelta) -> FileSigner:
    """Somebody who signs."""
    key = key_of(holder)
    return FileSigner(key, issue(name(CN=holder, O=organisation), key, **when))


def p12(certificate: x509.Certificate, key: Key, password: str = PASSWORD) -> bytes:
    """The file that a person gets from the authority."""
    locked = BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(b"key", key, certificate, [root()], locked)


def crl(*revoked: tuple[x509.Certificate, datetime], by: str = "root") -> x509.CertificateRevocationList:
    """What the authority says it took back, and when."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(ROOT_NAME)
    builder = builder.last_update(NOW - timedelta(hours=1)).next_update(NOW + timedelta(days=7))
    for certificate, when in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(when)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(key_of(by), hashes.SHA256())


def answer(certificate: x509.Certificate, revoked: datetime | None, by: str = "root") -> ocsp.OCSPResponse:
    """What the authority answers about one certificate (OCSP)."""
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=certificate, issuer=root(), algorithm=hashes.SHA256(), this_update=NOW - timedelta(hours=1),
        cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
        next_update=NOW + timedelta(days=1), revocation_time=revoked, revocation_reason=None,
    )  # fmt: skip
    answering = root() if by == "root" else issue(ROOT_NAME, key_of(by))
    return builder.responder_id(ocsp.OCSPResponderEncoding.NAME, answering).sign(key_of(by), hashes.SHA256())


def trust(*crls: x509.CertificateRevocationList, answers: tuple[ocsp.OCSPResponse, ...] = ()) -> Trust:
    """Of an office that trusts the authority."""
    return Trust((root(),), crls, answers)


# ------------------------------------------------------------------ servers


@dataclass
class Answered:
    """A server's answer: status, kind of content, bytes."""

    status: int
    media_type: str
    data: bytes


@contextlib.contextmanager
def served(reply: Callable[[str, bytes, dict[str, str]], Answered]) -> Iterator[str]:
    """The address of a server that answers every POST by ``reply(path, body, headers)``."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            said = reply(self.path, body, dict(self.headers))
            self.send_response(said.status)
            self.send_header("Content-Type", said.media_type)
            self.send_header("Content-Length", str(len(said.data)))
            self.end_headers()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(said.data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@cache
def _stamping_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def stamping_certificate() -> x509.Certificate:
    """Of the service for timestamps."""
    subject = name(CN="Dịch vụ dấu thời gian thử nghiệm")
    return issue(subject, _stamping_key(), purpose=ExtendedKeyUsageOID.TIME_STAMPING)


@contextlib.contextmanager
def stamps(at: datetime | None = None) -> Iterator[str]:
    """The address of a service for timestamps (RFC 3161): pyHanko's, over HTTP."""
    private = _stamping_key().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    own = asn1.Certificate.load(stamping_certificate().public_bytes(Encoding.DER))
    service = DummyTimeStamper(own, keys.PrivateKeyInfo.load(private), fixed_dt=at)

    def reply(_path: str, body: bytes, _headers: dict[str, str]) -> Answered:
        said = service.request_tsa_response(tsp.TimeStampReq.load(body)).dump()
        return Answered(200, "application/timestamp-reply", said)

    with served(reply) as url:
        yield url
