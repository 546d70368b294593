"""Passkeys (WebAuthn): registering one, signing in with one. A passkey that asked for finger or PIN is two factors."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import webauthn
from cbor2 import CBORDecodeError
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from documents.errors import NotFound, Problem
from ecabinet.registry.account_models import Passkey
from ecabinet.registry.account_rules import PASSKEYS
from ecabinet.registry.models import Account

BROKEN = (
    WebAuthnException,
    CBORDecodeError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    RecursionError,
)
"""What the library raises for answers that no browser sends: its own errors for wrong ones, these for garbage."""

Credential = dict[str, Any]


@dataclass(frozen=True)
class Party:
    """Whom passkeys are made for: the host name and origin under which people reach the application."""

    host: str
    origin: str

    @classmethod
    def of(cls, public_url: str) -> "Party":
        parts = urlsplit(public_url)
        return cls(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")


def passkeys_of(db: Session, account_id: int) -> Sequence[Passkey]:
    """The passkeys of an account, the oldest first."""
    return db.scalars(select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id)).all()


def registration_options(db: Session, account: Account, party: Party) -> tuple[Credential, bytes]:
    """What the browser is asked to make a passkey with, and the challenge to remember."""
    known = [PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in passkeys_of(db, account.id)]
    options = webauthn.generate_registration_options(
        rp_id=party.host,
        rp_name="eCabinet",
        user_id=f"account-{account.id}".encode(),
        user_name=account.login,
        user_display_name=account.member.full_name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=known,
    )
    return json.loads(webauthn.options_to_json(options)), options.challenge


def register(
    db: Session, account_id: int, credential: Credential, challenge: bytes, party: Party, name: str, now: datetime
) -> Passkey:
    """Keep a new passkey; raises :class:`Problem` ``passkey_refused`` when the answer does not hold."""
    if (db.scalar(select(func.count()).where(Passkey.account_id == account_id)) or 0) >= PASSKEYS:
        raise Problem("too_many_passkeys", limit=PASSKEYS)
    try:
        verified = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except BROKEN as error:
        raise Problem("passkey_refused", str(error)) from error
    passkey = Passkey(
        account_id=account_id,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        name=name,
        created_at=now,
    )
    db.add(passkey)
    try:
        db.flush()
    except IntegrityError as error:
        raise Problem("passkey_refused", "it is known already") from error
    return passkey


def sign_in_options(party: Party) -> tuple[Credential, bytes]:
    """What the browser is asked to sign with any passkey made here, and the challenge to remember."""
    options = webauthn.generate_authentication_options(
        rp_id=party.host, user_verification=UserVerificationRequirement.REQUIRED
    )
    return json.loads(webauthn.options_to_json(options)), options.challenge


def verify(db: Session, credential: Credential, challenge: bytes, party: Party, now: datetime) -> Account:
    """The account whose passkey signed the challenge; raises :class:`Problem` ``passkey_refused``."""
    try:
        found = select(Passkey).where(Passkey.credential_id == webauthn.base64url_to_bytes(credential["id"]))
        passkey = db.scalar(found.with_for_update())
        if passkey is None:
            raise Problem("passkey_refused", "unknown")
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except BROKEN as error:
        raise Problem("passkey_refused", str(error)) from error
    account = db.get_one(Account, passkey.account_id)
    if not account.may_sign_in:
        raise Problem("passkey_refused", "the account is closed")
    passkey.sign_count = verified.new_sign_count
    passkey.last_used_at = now
    return account


def remove(db: Session, account_id: int, passkey_id: int) -> None:
    """Forget a passkey; one of somebody else is not there."""
    passkey = db.get(Passkey, passkey_id)
    if passkey is None or passkey.account_id != account_id:
        raise NotFound
    db.delete(passkey)
