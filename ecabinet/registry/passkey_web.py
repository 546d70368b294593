"""The web side of a passkey exchange: the answer's JSON, and the challenge remembered between question and answer.

The challenge stands in the signed session cookie for a few minutes and is taken out by the answer.
"""

import json
from datetime import datetime

from flask import request, session
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from documents.errors import Problem
from ecabinet.registry.account_rules import SECOND_STEP_LENGTH
from ecabinet.registry.passkeys import Credential

MOST_BYTES = 64 * 1024


def remember(challenge: bytes, at: datetime) -> None:
    """Keep the challenge of the question."""
    session["challenge"] = {"value": bytes_to_base64url(challenge), "at": at.timestamp()}


def remembered(at: datetime) -> bytes:
    """The challenge of the question, once; raises :class:`Problem` when there was none or it is too long ago."""
    kept = session.pop("challenge", None)
    if kept is None or not 0 <= at.timestamp() - kept["at"] < SECOND_STEP_LENGTH.total_seconds():
        raise Problem("passkey_refused", "no challenge")
    return base64url_to_bytes(kept["value"])


def credential() -> Credential:
    """What the browser's authenticator answered: the form field ``credential``, JSON."""
    if (request.content_length or 0) > MOST_BYTES:
        raise Problem("malformed", "too large for a credential")
    given = request.form.get("credential", "")
    try:
        parsed = json.loads(given)
    except (ValueError, RecursionError) as error:
        raise Problem("malformed", "not JSON") from error
    if not isinstance(parsed, dict):
        raise Problem("malformed", "not a credential")
    return parsed
