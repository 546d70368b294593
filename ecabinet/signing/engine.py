"""A signature put into a paper: PAdES, behind the bytes that are there, which stay as they are."""

import asyncio
import hashlib
import io
import tempfile
from datetime import datetime

from asn1crypto.algos import SignedDigestAlgorithm
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_cms import Signer as CmsSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator.registry import SimpleCertificateStore

from documents.errors import Problem
from ecabinet.clock import ZONE
from ecabinet.config import Config
from ecabinet.printing import seals, texts
from ecabinet.signing import chains, devices, looks, signers, verifying
from ecabinet.signing.chains import asn1_of
from ecabinet.signing.looks import Appearance
from ecabinet.signing.place_rules import Place
from ecabinet.signing.places import Unreadable
from ecabinet.signing.prepare import ORGANISATION
from ecabinet.signing.signers import Signer
from ecabinet.signing.stamper import Stamper


def sign(
    pdf: bytes, field: str, signer: Signer, appearance: Appearance | None, reason: str, at: datetime,
    tsa: TimeStamper | None = None, place: Place | None = None,
) -> bytes:  # fmt: skip
    """The paper signed in one of its fields (made at ``place`` where it has none of that name) at ``at``.

    The first signature of a paper that was prepared allows only that its fields are filled in and signed. Raises
    ``field_missing``, ``already_signed`` (that field), ``signed_pdf_altered``, ``signed_and_closed``,
    ``certificate_expired``, ``certificate_early``, ``certificate_unsuitable``, ``tsa_failed``, what the signer raises,
    and ``pdf_unreadable``.
    """
    check_holds(signer.certificate, at)
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        spec = _field(writer, field, place)
        before = writer.prev.embedded_signatures
    except (PdfError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(str(error)) from error
    if any(_closed(signature, spec is None) for signature in before):
        raise Problem("signed_and_closed")
    if before and verifying.altered(pdf):
        raise Problem("signed_pdf_altered")
    meta = PdfSignatureMetadata(
        field_name=field, md_algorithm="sha256", reason=texts.line(reason) or None, subfilter=SigSeedSubFilter.PADES,
        name=appearance.name if appearance else None, certify=not before and spec is None,
        docmdp_permissions=MDPPerm.FILL_FORMS,
    )  # fmt: skip
    return _put_in(writer, _PdfSigner(meta, _Cms(signer), timestamper=tsa, new_field_spec=spec), appearance, place, at)


def _put_in(
    writer: IncrementalPdfFileWriter, signing: "_PdfSigner", shown: Appearance | None, place: Place | None, at: datetime
) -> bytes:
    signing.at = at.astimezone(ZONE)
    with tempfile.NamedTemporaryFile(suffix=".pdf") as picture:
        box = _box(writer, signing.signature_meta.field_name, place)
        if shown and box:
            signing.stamp_style = looks.style(looks.drawn(shown, box[0], box[1], at), picture.name)
        try:
            return bytes(signing.sign_pdf(writer).getvalue())
        except TimestampRequestError as error:
            raise Problem("tsa_failed", str(error)) from error
        except SigningError as error:
            raise Unreadable(str(error)) from error


def seal(pdf: bytes, config: Config, at: datetime, reason: str = "", place: Place | None = None) -> bytes:
    """The paper with the organisation's signature in its field; raises as :func:`sign` does, and ``seal_unusable``."""
    signer = organisation(config, at)
    name = chains.names(signer.certificate.subject)["organisation"] or chains.display(signer.certificate.subject)
    picture = looks.checked_picture(config.seal_picture.read_bytes()) if config.seal_picture else None
    shown = Appearance(name, organisation=name, picture=picture, seal=True)
    return sign(pdf, ORGANISATION, signer, shown, reason, at, timestamper(config), place)


def organisation(config: Config, at: datetime) -> Signer:
    """The organisation's signer: a key of the device, a file, or the installation's own; raises ``seal_unusable``."""
    if config.pkcs11_module and config.seal_label:
        device = devices.Device(config.pkcs11_module, config.pkcs11_token)
        certificate = devices.certificate_on(device, config.seal_label)
        return devices.DeviceSigner(device, config.seal_label, certificate, config.seal_password)
    who = seals.identity(config, at)
    return signers.open_file(who.p12, (who.password or b"").decode())


def timestamper(config: Config) -> TimeStamper | None:
    """The timestamps of the installation, None where no service is set."""
    return Stamper(config.tsa_url) if config.tsa_url else None


def check_holds(certificate: x509.Certificate, at: datetime) -> None:
    """Refuse a moment at which the certificate does not hold."""
    if at > certificate.not_valid_after_utc:
        raise Problem("certificate_expired", day=f"{certificate.not_valid_after_utc.astimezone(ZONE):%d/%m/%Y}")
    if at < certificate.not_valid_before_utc:
        raise Problem("certificate_early", day=f"{certificate.not_valid_before_utc.astimezone(ZONE):%d/%m/%Y}")


def _closed(signature: EmbeddedPdfSignature, prepared: bool) -> bool:
    """Whether an earlier signature would not survive another one: it allows no change, or no field that is new."""
    level = signature.docmdp_level
    return level is MDPPerm.NO_CHANGES or (level is not None and not prepared)


def fingerprint(pdf: bytes) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(pdf).hexdigest()


def _field(writer: IncrementalPdfFileWriter, field: str, place: Place | None) -> SigFieldSpec | None:
    """How to make the field, None where it is there and free."""
    found = {name: value for name, value, _reference in enumerate_sig_fields(writer)}
    if field in found:
        if found[field] is not None:
            raise Problem("already_signed", field)
        return None
    if place is None:
        raise Problem("field_missing", field, field=field)
    box = tuple(round(edge) for edge in (place.x0, place.y0, place.x1, place.y1))
    return SigFieldSpec(field, on_page=place.page, box=box)  # type: ignore[arg-type]


def _box(writer: IncrementalPdfFileWriter, field: str | None, place: Place | None) -> tuple[float, float] | None:
    """Width and height of the field; None where it is not to be seen."""
    for name, _value, reference in enumerate_sig_fields(writer):
        if name == field:
            left, bottom, right, top = (float(edge) for edge in reference.get_object()["/Rect"])
            return (right - left, top - bottom) if right - left > 1 and top - bottom > 1 else None
    return (round(place.width), round(place.height)) if place else None


class _PdfSigner(PdfSigner):
    """Signs at a moment that is passed in."""

    at: datetime

    def init_signing_session(self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.at
        return session


class _Cms(CmsSigner):
    """Any :class:`Signer` as pyHanko wants it; what it gives is checked before it is put into a paper."""

    def __init__(self, signer: Signer) -> None:
        key = signer.certificate.public_key()
        if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            raise Problem("certificate_unsuitable", type(key).__name__)
        self._signer = signer
        self._key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey = key
        mechanism = "sha256_rsa" if isinstance(key, rsa.RSAPublicKey) else "sha256_ecdsa"
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(map(asn1_of, signer.chain))
        super().__init__(
            signing_cert=asn1_of(signer.certificate), cert_registry=store,
            signature_mechanism=SignedDigestAlgorithm({"algorithm": mechanism}),
        )  # fmt: skip

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:  # how much room it takes: ECDSA's two numbers, with what is written around them
            return bytes(self._key.key_size // 8 * 2 + 16)
        # in a thread of its own: it may wait for a person, and pyHanko's devices run loops themselves
        signature = await asyncio.to_thread(self._signer.sign, data)
        try:
            if isinstance(self._key, rsa.RSAPublicKey):
                self._key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
            else:
                self._key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as error:
            raise Problem("signature_wrong") from error
        return signature
