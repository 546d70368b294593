"""Remote signing against a real service over HTTP: its yes, its no, its silence and its nonsense."""

import base64
import contextlib
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding

from documents.errors import Problem
from ecabinet.signing import engine
from ecabinet.signing.examining import examine
from ecabinet.signing.services import SHA256, Service, ServiceSigner, certificates_of
from tests.authority import NOW, Answered, issue, key_of, name, root, served, trust
from tests.signing.conftest import SHOWN, Way

TOKEN, CODE = "the-office", "482913"
KEY = key_of("remote")
CERTIFICATE = issue(name(CN="Nguyễn Thị Hằng"), KEY)


class Remote:
    """A service that keeps one key."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.instead: dict[str, Answered] = {}
        self.silent = threading.Event()
        self.waits: set[str] = set()

    def reply(self, path: str, body: bytes, headers: dict[str, str]) -> Answered:
        question, asked = path.removeprefix("/csc/v2/"), json.loads(body)
        self.asked.append((question, asked))
        if question in self.waits:
            self.silent.wait(20)
        if question in self.instead:
            return self.instead[question]
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return said({"error": "access_denied", "error_description": "no such client"}, 401)
        return getattr(self, question.replace("/", "_"))(asked)

    def credentials_info(self, asked: dict[str, Any]) -> Answered:
        if asked["credentialID"] != "hang":
            return said({"error": "invalid_request", "error_description": "no such credential"}, 400)
        chain = [base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in (CERTIFICATE, root())]
        return said({"cert": {"certificates": chain}})

    def credentials_authorize(self, asked: dict[str, Any]) -> Answered:
        if asked["OTP"] != CODE:
            return said({"error": "invalid_otp", "error_description": "wrong code"}, 400)
        return said({"SAD": "allowed:" + asked["hashes"][0]})

    def signatures_signHash(self, asked: dict[str, Any]) -> Answered:
        if asked["SAD"] != "allowed:" + asked["hashes"][0] or asked["hashAlgorithmOID"] != SHA256:
            return said({"error": "invalid_request", "error_description": "not authorised"}, 400)
        digest = base64.b64decode(asked["hashes"][0])
        signature = KEY.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256())))
        return said({"signatures": [base64.b64encode(signature).decode()]})


def said(values: object, status: int = 200) -> Answered:
    return Answered(status, "application/json", json.dumps(values).encode())


@contextlib.contextmanager
def running(remote: Remote, seconds: float = 20, token: str = TOKEN) -> Iterator[Service]:
    with served(remote.reply) as url:
        try:
            yield Service(f"{url}/csc/v2/", token, seconds)
        finally:
            remote.silent.set()


def sign(service: Service, way: Way, code: str = CODE) -> bytes:
    (certificate, *chain) = certificates_of(service, "hang")
    signer = ServiceSigner(service, "hang", certificate, code, tuple(chain))
    return engine.sign(way.ready, "signer-1", signer, SHOWN, "", NOW)


def test_a_hash_and_a_code_go_there_and_a_signature_comes_back(way: Way) -> None:
    remote = Remote()
    with running(remote) as service:
        signed = sign(service, way)
    (found,) = examine(signed, trust()).signatures
    assert (found.holds, found.holder, found.state) == (True, "Nguyễn Thị Hằng", "trusted")
    assert [question for question, _asked in remote.asked] == [
        "credentials/info", "credentials/authorize", "signatures/signHash",
    ]  # fmt: skip
    assert all(len(json.dumps(asked)) < 500 for _question, asked in remote.asked), "the paper itself stays here"


@pytest.mark.parametrize(
    ("question", "instead", "code"),
    [
        ("credentials/authorize", said({"error": "invalid_pin"}, 400), "signing_password"),
        ("credentials/authorize", said({"error": "access_denied", "error_description": "no"}, 403), "service_refused"),
        ("credentials/authorize", said({"error": "server_error"}, 500), "service_failed"),
        ("credentials/authorize", Answered(200, "text/html", b"<p>login</p>"), "service_failed"),
        ("credentials/authorize", Answered(302, "text/html", b"{}"), "service_failed"),
        ("signatures/signHash", said({}), "service_failed"),
        ("signatures/signHash", said({"signatures": []}), "service_failed"),
        ("signatures/signHash", said({"signatures": ["no base64!"]}), "service_failed"),
        ("signatures/signHash", said({"signatures": [base64.b64encode(b"x" * 70).decode()]}), "signature_wrong"),
        ("signatures/signHash", Answered(200, "application/json", b"[" * 300_000), "service_failed"),
        ("credentials/info", said({"cert": {"certificates": ["AAAA"]}}), "service_failed"),
        ("credentials/info", said({"cert": {}}), "service_failed"),
    ],
    ids=["pin", "refused", "fault", "page", "redirect", "nothing", "none", "letters", "another", "flood",
         "no-certificate", "no-list"],
)  # fmt: skip
def test_a_wrong_answer_is_named_and_nothing_is_signed(way: Way, question: str, instead: Answered, code: str) -> None:
    remote = Remote()
    remote.instead[question] = instead
    with running(remote) as service, pytest.raises(Problem, check=lambda problem: problem.code == code):
        sign(service, way)


def test_a_wrong_code_and_a_stranger(way: Way) -> None:
    with running(Remote()) as service, pytest.raises(Problem, match="signing_password"):
        sign(service, way, "000000")
    with running(Remote(), token="") as service, pytest.raises(Problem, match="service_refused"):
        sign(service, way)


def test_silence_ends_and_nobody_there_is_named(way: Way) -> None:
    remote = Remote()
    remote.waits.add("signatures/signHash")
    with running(remote, seconds=0.3) as service, pytest.raises(Problem, match="service_failed"):
        sign(service, way)
    with pytest.raises(Problem, match="service_failed"):
        sign(service, way)
