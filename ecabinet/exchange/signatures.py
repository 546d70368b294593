"""XML signatures of packages: enveloped, over the whole of it, in canonical form; made and verified by signxml."""

import base64
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidCertificate, SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from documents.errors import Problem
from ecabinet.certificates import Identity
from ecabinet.exchange.edxml import DS, HEADER_PATH
from ecabinet.exchange.package_rules import Fault, Signature

ACCEPTED = frozenset(one for one in SignatureMethod if one.name in {
    "RSA_SHA256", "RSA_SHA384", "RSA_SHA512", "ECDSA_SHA256", "ECDSA_SHA384", "ECDSA_SHA512", "SHA256_RSA_MGF1",
})  # fmt: skip
FAULTS = (SignXMLException, etree.LxmlError, ValueError, UnsupportedAlgorithm)
"""What a signature that somebody has written by hand may bring about."""


def parser() -> Any:
    """A parser that fetches nothing, expands nothing, and takes long texts: attachments are such."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)


class _Signer(XMLSigner):
    """One that copies trees with long texts."""

    parser = property(lambda _self: parser())


def sign(root: Any, identity: Identity) -> bytes:
    """The package with the organisation's signature where its place is kept, as it travels."""
    key, certificate, _chain = pkcs12.load_key_and_certificates(identity.p12, identity.password)
    if certificate is None or not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise Problem("seal_unusable", "neither RSA nor ECDSA")
    elliptic = isinstance(key, ec.EllipticCurvePrivateKey)
    signer = _Signer(
        signature_algorithm=SignatureMethod.ECDSA_SHA256 if elliptic else SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    signed: bytes = etree.tostring(
        signer.sign(root, key=key, cert=[certificate]), xml_declaration=True, encoding="UTF-8"
    )  # fmt: skip
    return signed


def verify(root: Any, pinned: str) -> tuple[Signature, Any]:
    """What the signature is worth, and the tree that it covers: nothing else may be read.

    ``pinned`` is the certificate (PEM) that the sender has given to us, "" where there is none. Raises ``altered``.
    """
    signatures = list(root.iter(f"{{{DS}}}Signature"))
    if not signatures or (len(signatures) == 1 and len(signatures[0]) == 0):
        return Signature.NONE, root
    if len(signatures) > 1:
        raise Problem(Fault.ALTERED, "more than one signature")
    if pinned:
        certificate = x509.load_pem_x509_certificate(pinned.encode())
        for state, at in ((Signature.VALID, None), (Signature.EXPIRED, certificate.not_valid_before_utc)):
            try:
                return state, _signed(root, certificate, at)
            except InvalidCertificate:
                continue
            except FAULTS:
                break
    try:
        stranger = _embedded(signatures[0])
        return Signature.UNKNOWN, _signed(root, stranger, stranger.not_valid_before_utc)
    except FAULTS as error:
        raise Problem(Fault.ALTERED, type(error).__name__) from error


def _signed(root: Any, certificate: x509.Certificate, at: datetime | None) -> Any:
    expected = SignatureConfiguration(
        location=HEADER_PATH, signature_methods=ACCEPTED, verification_time=at, ignore_ambiguous_key_info=False
    )
    found = XMLVerifier().verify(root, x509_cert=certificate, parser=parser(), expect_config=expected)
    covered = found.signed_xml  # type: ignore[union-attr]
    if covered is None or covered.tag != root.tag:
        raise Problem(Fault.ALTERED, "a part of it only is signed")
    return covered


def _embedded(signature: Any) -> x509.Certificate:
    """The certificate that a signature brings with it: it proves that nothing was changed, not who signed."""
    found = signature.find(f".//{{{DS}}}X509Certificate")
    if found is None or not found.text:
        raise ValueError("no certificate")
    return x509.load_der_x509_certificate(base64.b64decode(found.text))
