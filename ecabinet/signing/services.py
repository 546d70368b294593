"""Keys that a service elsewhere keeps (remote signing): it gets a hash and a code, and gives a signature back.

Three questions of the interface of the Cloud Signature Consortium (CSC), JSON over HTTP POST: ``credentials/info``,
``credentials/authorize``, ``signatures/signHash``; ``docs/office-signing.md`` has them word by word.
"""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from documents.errors import Problem

SHA256 = "2.16.840.1.101.3.4.2.1"
ALGORITHMS = {"rsa": "1.2.840.113549.1.1.11", "ec": "1.2.840.10045.4.3.2"}
CONNECT_SECONDS = 5.0
MOST_BYTES = 256 * 1024


@dataclass(frozen=True)
class Service:
    """Where it is, and how we say who we are. ``seconds``: so long it may take to answer (a person is asked there)."""

    url: str
    token: str = field(default="", repr=False)
    seconds: float = 60.0

    def ask(self, question: str, body: dict[str, Any]) -> dict[str, Any]:
        """One answer; raises ``signing_password`` (the code), ``service_refused`` and ``service_failed``."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            with requests.post(
                f"{self.url.rstrip('/')}/{question}", json=body, headers=headers, stream=True, allow_redirects=False,
                timeout=(CONNECT_SECONDS, self.seconds),
            ) as response:  # fmt: skip
                data = response.raw.read(MOST_BYTES + 1, decode_content=True)
                status = response.status_code
        except (requests.RequestException, OSError) as error:
            raise Problem("service_failed", f"{question}: {type(error).__name__}") from error
        return _answer(question, status, data)


def _answer(question: str, status: int, data: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(data) if len(data) <= MOST_BYTES else None
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise Problem("service_failed", f"{question}: {status}, no answer")
    if status == 200:
        return answer
    error = str(answer.get("error", ""))[:100]
    if error in ("invalid_otp", "invalid_pin"):
        raise Problem("signing_password", error, field="password")
    code = "service_refused" if 400 <= status < 500 else "service_failed"
    raise Problem(code, f"{question}: {status} {error}", said=str(answer.get("error_description", error))[:200])


def certificates_of(service: Service, credential: str) -> tuple[x509.Certificate, ...]:
    """A credential's certificate and what stands behind it; raises as :meth:`Service.ask` does."""
    answer = service.ask("credentials/info", {"credentialID": credential, "certificates": "chain"})
    try:
        return tuple(
            x509.load_der_x509_certificate(base64.b64decode(one, validate=True))
            for one in (answer["cert"]["certificates"][0], *answer["cert"]["certificates"][1:10])
        )
    except (KeyError, IndexError, TypeError, ValueError, binascii.Error) as error:
        raise Problem("service_failed", "credentials/info: no certificate") from error


@dataclass(frozen=True)
class ServiceSigner:
    """A key of a service, authorised with a code for this one hash."""

    service: Service
    credential: str
    certificate: x509.Certificate
    code: str = field(repr=False)
    chain: tuple[x509.Certificate, ...] = ()

    def sign(self, data: bytes) -> bytes:
        hashes = [base64.b64encode(hashlib.sha256(data).digest()).decode("ascii")]
        asked = {"credentialID": self.credential, "hashes": hashes, "hashAlgorithmOID": SHA256}
        allowed = self.service.ask("credentials/authorize", asked | {"numSignatures": 1, "OTP": self.code})
        kind = "rsa" if isinstance(self.certificate.public_key(), rsa.RSAPublicKey) else "ec"
        answer = self.service.ask(
            "signatures/signHash", asked | {"SAD": allowed.get("SAD", ""), "signAlgo": ALGORITHMS[kind]}
        )
        try:
            (signature,) = answer["signatures"]
            return base64.b64decode(signature, validate=True)
        except (KeyError, TypeError, ValueError, binascii.Error) as error:
            raise Problem("service_failed", "signatures/signHash: no signature") from error
