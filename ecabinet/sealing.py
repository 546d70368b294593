"""Personal data sealed at rest: unreadable without the key, findable only by exact match through a keyed hash.

AES-256-GCM with a fresh nonce for each value; the fingerprint is the first half of an HMAC-SHA256 under a key of its
own, so that a stolen table can neither be read nor be tried against a list of all possible numbers. 128 bits never meet
by chance, and an index of millions is half as large.
"""

import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
PRINT_BYTES = 16


class Unsealable(Exception):
    """A sealed value does not open: another key, or somebody changed it."""


class Sealer:
    """Seals and opens short texts under one secret of the installation."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._cipher = AESGCM(_derived(secret, b"ecabinet sealing"))
        self._mac = _derived(secret, b"ecabinet fingerprint")

    def __reduce__(self) -> tuple[type["Sealer"], tuple[str]]:
        # a cipher cannot be handed to another process of ours, the secret can
        return Sealer, (self._secret,)

    def seal(self, text: str) -> bytes:
        """A different result each time, also for the same text."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode(), None)

    def open(self, sealed: bytes) -> str:
        """The text; raises :class:`Unsealable`."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None).decode()
        except InvalidTag as error:
            raise Unsealable from error

    def fingerprint(self, text: str) -> str:
        """The same for the same text: 32 hexadecimal digits to look it up by."""
        return hmac.digest(self._mac, text.encode(), "sha256")[:PRINT_BYTES].hex()


def _derived(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())
