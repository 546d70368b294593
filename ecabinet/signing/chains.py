"""Certificates: whom they name, and whether anybody who is trusted vouches for them at a moment."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError
from pyhanko_certvalidator.path import ValidationPath

from ecabinet.signing.reports import State
from ecabinet.trusted import Trust

OIDS = {
    "common_name": NameOID.COMMON_NAME,
    "organisation": NameOID.ORGANIZATION_NAME,
    "title": NameOID.TITLE,
    "email": NameOID.EMAIL_ADDRESS,
    "user_id": NameOID.USER_ID,
    "serial": NameOID.SERIAL_NUMBER,
}


def certificate_of(found: asn1.Certificate) -> x509.Certificate:
    """The same certificate as the other library has it; ValueError where it is none."""
    return x509.load_der_x509_certificate(found.dump())


def asn1_of(found: x509.Certificate) -> asn1.Certificate:
    """The other way."""
    return asn1.Certificate.load(found.public_bytes(Encoding.DER))


def names(of: x509.Name) -> dict[str, str]:
    """What a name says by the names of :data:`OIDS`; empty what it does not say."""
    found = {key: of.get_attributes_for_oid(oid) for key, oid in OIDS.items()}
    return {key: str(values[0].value) if values else "" for key, values in found.items()}


def emails(certificate: x509.Certificate) -> list[str]:
    """The addresses that a certificate names beside its subject."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return names.get_values_for_type(x509.RFC822Name)


def display(of: x509.Name) -> str:
    """How a person is told of a name."""
    said = names(of)
    return said["common_name"] or said["organisation"] or of.rfc4514_string()


def state_of(
    certificate: x509.Certificate,
    others: Sequence[x509.Certificate],
    at: datetime | None,
    trust: Trust,
    *,
    proved: bool,
) -> tuple[State, datetime | None]:
    """A certificate at the moment of signing, and when it was taken back. ``proved``: a trusted service states the
    moment; what the signer alone says of it does not save a certificate that was taken back later.
    """
    path = path_to(certificate, others, at, trust)
    chain = [certificate_of(one) for one in path.iter_certs(include_root=False)] if path else [certificate]
    revoked = min(filter(None, (trust.revoked_at(one, others) for one in chain)), default=None)
    if revoked and not (proved and at and at < revoked):
        return State.REVOKED, revoked
    if at and at > certificate.not_valid_after_utc:
        return State.EXPIRED, revoked
    if at and at < certificate.not_valid_before_utc:
        return State.EARLY, revoked
    if path:
        return State.TRUSTED, revoked
    return (State.SELF_MADE if certificate.issuer == certificate.subject else State.UNKNOWN), revoked


def path_to(
    certificate: x509.Certificate, others: Sequence[x509.Certificate], at: datetime | None, trust: Trust
) -> ValidationPath | None:
    """The way from a certificate to a trusted root, as it held at the moment; None: there is none."""
    if not trust.certificates:
        return None
    context = context_of(trust, at, others)
    validator = CertificateValidator(asn1_of(certificate), validation_context=context)
    try:
        return asyncio.run(validator.async_validate_path())
    except (PathError, ValidationError, ValueError):
        return None


def context_of(trust: Trust, at: datetime | None, others: Sequence[x509.Certificate] = ()) -> ValidationContext:
    """What pyHanko is to trust; nothing is fetched, and what was taken back is judged by :meth:`Trust.revoked_at`."""
    known: list[Any] = [asn1_of(one) for one in (*trust.certificates, *others)]
    roots = [asn1_of(one) for one in trust.roots]
    return ValidationContext(trust_roots=roots, other_certs=known, allow_fetching=False, moment=at)
