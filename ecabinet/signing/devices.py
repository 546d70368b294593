"""Keys that never leave a device (PKCS#11): an HSM of the office, a token put into the server.

Needs the extra ``pkcs11`` (python-pkcs11); without it a device is refused by name.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509

from documents.errors import Problem
from ecabinet.signing.chains import asn1_of

try:
    import pkcs11
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
except ImportError:
    pkcs11 = None


@dataclass(frozen=True)
class Device:
    """A library that speaks PKCS#11, and the label of the token behind it."""

    library: Path
    token: str


@dataclass(frozen=True)
class DeviceSigner:
    """A key by its label, opened with a PIN for each signature."""

    device: Device
    label: str
    certificate: x509.Certificate
    pin: str = field(repr=False)
    chain: tuple[x509.Certificate, ...] = ()

    def sign(self, data: bytes) -> bytes:
        """Raises ``signing_password`` (the PIN) and ``device_failed``."""
        with _session(self.device, self.pin) as session:
            own = asn1_of(self.certificate)
            # hashed here: many devices sign hashes only
            signer = PKCS11Signer(session, signing_cert=own, key_label=self.label, use_raw_mechanism=True)
            return asyncio.run(signer.async_sign_raw(data, "sha256"))


def certificate_on(device: Device, label: str) -> x509.Certificate:
    """The certificate that a device holds under a label; raises ``device_failed``, and ``certificate_missing`` where
    it holds none.
    """
    with _session(device, None) as session:
        wanted = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE, pkcs11.Attribute.LABEL: label}
        found = [bytes(one[pkcs11.Attribute.VALUE]) for one in session.get_objects(wanted)]
    if len(found) != 1:
        raise Problem("certificate_missing", label, field="reference")
    return x509.load_der_x509_certificate(found[0])


@contextmanager
def _session(device: Device, pin: str | None) -> Iterator[Any]:
    if pkcs11 is None:
        raise Problem("device_failed", "python-pkcs11 is not installed")
    wrong = (pkcs11.exceptions.PinIncorrect, pkcs11.exceptions.PinInvalid, pkcs11.exceptions.PinLenRange)
    try:
        with open_pkcs11_session(
            str(device.library), token_criteria=TokenCriteria(label=device.token), user_pin=pin
        ) as session:
            yield session
    except wrong as error:
        raise Problem("signing_password", type(error).__name__, field="password") from error
    except (pkcs11.PKCS11Error, pkcs11.exceptions.PinLocked, RuntimeError, OSError, ValueError) as error:
        raise Problem("device_failed", f"{type(error).__name__}: {error}") from error
