"""Passkeys without a browser: an authenticator in software, honest or not. The real one is in tests/e2e."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select, update
from webauthn.helpers import bytes_to_base64url

from ecabinet.registry.account_models import Passkey
from ecabinet.registry.models import Account
from ecabinet.registry.rules import FAILURES_PER_LOGIN
from tests.people import PASSWORD
from tests.web.conftest import CSRF, Asker, Site

ORIGIN = "http://127.0.0.1:8080"
PRESENT, VERIFIED, ATTESTED = 1, 4, 64


@dataclass
class Authenticator:
    """One passkey. What it claims can be changed."""

    origin: str = ORIGIN
    host: str = "127.0.0.1"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def made(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to navigator.credentials.create()."""
        point = self.key.public_key().public_numbers()
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})
        data = self._data(self.flags | ATTESTED) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer("webauthn.create", options["challenge"], attestationObject=bytes_to_base64url(attestation))

    def signed(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to navigator.credentials.get()."""
        self.count += 1
        data = self._data(self.flags)
        client = self._client("webauthn.get", options["challenge"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            "webauthn.get",
            options["challenge"],
            authenticatorData=bytes_to_base64url(data),
            signature=bytes_to_base64url(signature),
        )

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, kind: str, challenge: str, **response: str) -> dict[str, Any]:
        name = bytes_to_base64url(self.id)
        client = bytes_to_base64url(self._client(kind, challenge))
        return {"id": name, "rawId": name, "type": "public-key", "response": response | {"clientDataJSON": client}}


def send(asker: Asker, path: str, credential: object, **fields: str):  # type: ignore[no-untyped-def]
    form = fields | {"credential": credential if isinstance(credential, str) else json.dumps(credential)}
    return asker.post(path, form, Accept="application/json")


def add(site: Site, authenticator: Authenticator, name: str = "first"):  # type: ignore[no-untyped-def]
    asker = site.as_(name)
    options = asker.post("/me/passkeys/options", {"passkey_password": PASSWORD}, Accept="application/json").get_json()
    return send(asker, "/me/passkeys", authenticator.made(options), name="Máy của tôi")


def challenged(site: Site) -> tuple[Asker, dict[str, Any]]:
    asker = site.anybody()
    return asker, asker.post("/login/passkey/options").get_json()


@pytest.fixture
def mine(site: Site) -> Authenticator:
    authenticator = Authenticator()
    assert add(site, authenticator).status_code == 200
    return authenticator


def test_it_signs_in_past_the_second_step_and_lands_inside(site: Site, mine: Authenticator) -> None:
    for target, goes in (("/search", "/search"), ("https://evil.example/", "/")):
        asker, options = challenged(site)
        answer = send(asker, "/login/passkey", mine.signed(options), next=target)
        assert answer.get_json() == {"ok": True, "url": goes}
        assert asker.get("/me").status_code == 200


def test_the_password_is_asked_for_before_one_is_added(site: Site) -> None:
    for password in ("sai", ""):
        answer = site.as_("first").post("/me/passkeys/options", {"passkey_password": password})
        assert answer.status_code == 409
    options = {"challenge": "AAAA"}
    assert send(site.as_("first"), "/me/passkeys", Authenticator().made(options)).status_code == 409


@pytest.mark.parametrize(
    "lie", [{"origin": "https://evil.example"}, {"host": "evil.example"}, {"flags": PRESENT}, {"flags": VERIFIED}]
)
def test_one_made_or_used_elsewhere_or_without_its_owner_is_refused(
    site: Site, mine: Authenticator, lie: dict[str, Any]
) -> None:
    assert add(site, Authenticator(**lie)).status_code == 409
    for name, value in lie.items():
        setattr(mine, name, value)
    asker, options = challenged(site)
    assert send(asker, "/login/passkey", mine.signed(options)).status_code == 409
    assert asker.get("/me").status_code == 303


def test_a_challenge_is_answered_once_and_only_by_the_browser_it_was_given_to(site: Site, mine: Authenticator) -> None:
    asker, options = challenged(site)
    signed = mine.signed(options)
    assert send(challenged(site)[0], "/login/passkey", signed).status_code == 409
    assert send(site.anybody(), "/login/passkey", signed).status_code == 409
    assert send(asker, "/login/passkey", signed).status_code == 200
    with asker.client.session_transaction() as session:
        session["csrf"] = CSRF  # the session after signing in is a fresh one
    assert send(asker, "/login/passkey", signed).status_code == 409


def test_a_challenge_is_soon_over(site: Site, mine: Authenticator) -> None:
    asker, options = challenged(site)
    with asker.client.session_transaction() as session:
        session["challenge"] = session["challenge"] | {"at": session["challenge"]["at"] - 301}
    assert send(asker, "/login/passkey", mine.signed(options)).status_code == 409


def test_a_copy_that_counts_from_before_is_refused(site: Site, mine: Authenticator) -> None:
    with site.database.writing() as db:
        db.execute(update(Passkey).values(sign_count=5))
    asker, options = challenged(site)
    assert send(asker, "/login/passkey", mine.signed(options)).status_code == 409


def test_another_key_under_the_same_name_is_refused(site: Site, mine: Authenticator) -> None:
    asker, options = challenged(site)
    assert send(asker, "/login/passkey", Authenticator(id=mine.id).signed(options)).status_code == 409
    assert add(site, Authenticator(id=mine.id), "second").status_code == 409


def test_a_closed_account_stays_closed(site: Site, mine: Authenticator) -> None:
    with site.database.writing() as db:
        db.execute(update(Account).where(Account.login == "first").values(active=False))
    asker, options = challenged(site)
    assert send(asker, "/login/passkey", mine.signed(options)).status_code == 409


def test_only_the_owner_removes_it(site: Site, mine: Authenticator) -> None:
    with site.database.reading() as db:
        key = db.scalars(select(Passkey.id)).one()
    assert site.as_("second").post(f"/me/passkeys/{key}/remove").status_code == 404
    assert site.as_("first").post(f"/me/passkeys/{key}/remove").status_code == 303
    assert site.as_("first").post(f"/me/passkeys/{key}/remove").status_code == 404
    asker, options = challenged(site)
    assert send(asker, "/login/passkey", mine.signed(options)).status_code == 409


GARBAGE = (
    "", "not json", "[]", "null", "{}", '{"id": 1}', '{"id": "AAAA"}', '{"id": "%%%", "response": []}',
    '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {"clientDataJSON": "AAAA"}}', "[" * 5000,
    "x" * 70_000,
)  # fmt: skip


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_is_refused_by_name(site: Site, garbage: str) -> None:
    asker, _options = challenged(site)
    assert send(asker, "/login/passkey", garbage).status_code in (400, 409)
    asker = site.as_("first")
    asker.post("/me/passkeys/options", {"passkey_password": PASSWORD})
    assert send(asker, "/me/passkeys", garbage).status_code in (400, 409)


def test_guessing_is_throttled_for_that_passkey_and_nobody_else(site: Site, mine: Authenticator) -> None:
    stranger = Authenticator()
    for _ in range(FAILURES_PER_LOGIN):
        asker, options = challenged(site)
        assert send(asker, "/login/passkey", stranger.signed(options)).status_code == 409
    asker, options = challenged(site)
    assert send(asker, "/login/passkey", stranger.signed(options)).status_code == 429
    asker, options = challenged(site)
    assert send(asker, "/login/passkey", mine.signed(options)).status_code == 200
