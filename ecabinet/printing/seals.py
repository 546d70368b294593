"""PDFs signed with the organisation's certificate (PAdES B-B), and what the signatures of a PDF say.

The bytes that were signed are never rewritten: a second signature stands behind the first.
"""

import io
import tempfile
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas

from documents.errors import Problem
from ecabinet import certificates
from ecabinet.certificates import CertificateError, Identity
from ecabinet.clock import ZONE
from ecabinet.config import Config
from ecabinet.printing import pdf_words, texts
from ecabinet.printing.forms import Face
from ecabinet.printing.signed_bytes import nothing_unsigned, range_of

BOX = (240.0, 36.0)
"""Width and height of the visible signature, in points; it stands in the lower margin, where no text is."""
EDGE = (42.0, 12.0)
"""How far it stands from the right and the lower edge of the page."""
VISIBLE = 2
"""So many find room beside each other; further ones stand in the file alone."""
SMALL = Face(8)
RED = Color(0.7, 0.1, 0.1)
FURTHER_SIGNATURES = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING)


class NotAPdf(ValueError):
    """The bytes are no PDF that can be read, so they carry no signature."""


@dataclass(frozen=True)
class Signature:
    """What one signature says, and whether what it signed is still what it signed."""

    holder: str
    issuer: str
    at: datetime | None
    reason: str
    self_made: bool
    unchanged: bool


class SealUnusable(Problem):
    """The organisation's certificate does not sign: the file is gone, another password, expired."""

    def __init__(self, detail: str) -> None:
        super().__init__("seal_unusable", detail)


def identity(config: Config, at: datetime) -> Identity:
    """The organisation's certificate, or the installation's own where none is set; raises :class:`SealUnusable`."""
    try:
        if config.seal_p12:
            found = certificates.read(config.seal_p12, config.seal_password)
        else:
            host = urlsplit(config.public_url).hostname or ""
            found = certificates.kept(config.data_dir / "seal.p12", host, at)
        found.check(at)
    except CertificateError as error:
        raise SealUnusable(str(error)) from error
    return found


def seal(pdf: bytes, config: Config, at: datetime, reason: str, *, visible: bool = True) -> bytes:
    """The PDF signed at ``at`` (aware); visible in the lower margin of its last page.

    Raises :class:`SealUnusable` and :class:`NotAPdf`.
    """
    who = identity(config, at)
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        last = int(writer.root["/Pages"]["/Count"]) - 1
        place = len(writer.prev.embedded_signatures)
        field = f"Seal{place + 1}"
    except (PdfError, ValueError, KeyError, TypeError) as error:
        raise NotAPdf(str(error)) from error
    meta = PdfSignatureMetadata(
        field_name=field, md_algorithm="sha256", reason=texts.line(reason), name=who.holder,
        subfilter=SigSeedSubFilter.PADES,
    )  # fmt: skip
    signer = SimpleSigner.load_pkcs12_data(who.p12, [], who.password)
    with tempfile.NamedTemporaryFile(suffix=".pdf") as picture:
        spec = SigFieldSpec(field, on_page=last)
        style = None
        if visible and place < VISIBLE:
            spec = SigFieldSpec(field, on_page=last, box=_box(writer, last, place))
            picture.write(_appearance(who, at))
            picture.flush()
            style = StaticStampStyle.from_pdf_file(picture.name, border_width=0)
        signing = _Signer(meta, signer, stamp_style=style, new_field_spec=spec)
        signing.at = at.astimezone(ZONE)
        out = signing.sign_pdf(writer)
    return bytes(out.getvalue())


class _Signer(PdfSigner):
    """Signs at a moment that is passed in."""

    at: datetime

    def init_signing_session(self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.at
        return session


def _box(writer: IncrementalPdfFileWriter, page: int, place: int) -> tuple[int, int, int, int]:
    """Where the visible signature stands, from the page's own corner."""
    node: Any = writer.find_page_for_modification(page)[0].get_object()  # type: ignore[no-untyped-call]
    while "/MediaBox" not in node:  # inherited from the tree of pages
        node = node["/Parent"]
    left, bottom, right, _top = (float(edge) for edge in node["/MediaBox"])
    x = max(left, right - EDGE[0] - BOX[0] - place * (BOX[0] + 6))
    return round(x), round(bottom + EDGE[1]), round(x + BOX[0]), round(bottom + EDGE[1] + BOX[1])


def _appearance(who: Identity, at: datetime) -> bytes:
    """What the reader sees of a signature, as a PDF of one small page."""
    pdf_words.register_faces()
    lines = [f"Ký số bởi: {texts.line(who.holder)}", f"Thời gian ký: {at.astimezone(ZONE):%d/%m/%Y %H:%M:%S} +07:00"]
    if who.self_made:
        lines.append("Chứng thư tự tạo của hệ thống, không do tổ chức chứng thực cấp")
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=BOX, invariant=1)
    canvas.setStrokeColor(RED)
    canvas.setFillColor(RED)
    canvas.rect(0.5, 0.5, BOX[0] - 1, BOX[1] - 1)
    for row, line in enumerate(lines):
        size = min(SMALL.size, SMALL.size * (BOX[0] - 10) / pdf_words.width_of(line, SMALL))
        canvas.setFont(pdf_words.font(SMALL), size)
        canvas.drawString(5, BOX[1] - 10.5 - row * 10.5, line)
    canvas.save()
    return out.getvalue()


def verify(pdf: bytes) -> list[Signature]:
    """What each signature of a PDF says, the oldest first; none where nobody signed. Raises :class:`NotAPdf`.

    Whether the certificate was given out by somebody who is trusted is not judged here.
    """
    try:
        signatures = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
        # What stands behind the last signature is covered by none.
        whole = bool(signatures) and max(sum(range_of(signature)[2:]) for signature in signatures) == len(pdf)
        return [_read(pdf, signature, whole) for signature in signatures]
    except Exception as error:  # a changed byte may break anything, in pyHanko or below it
        raise NotAPdf(f"{type(error).__name__}: {error}") from error


def _read(pdf: bytes, signature: EmbeddedPdfSignature, whole: bool) -> Signature:
    certificate = signature.signer_cert
    return Signature(
        holder=_name(certificate.subject),
        issuer=_name(certificate.issuer),
        at=signature.self_reported_timestamp,
        reason=str(signature.sig_object.get("/Reason", "")),
        self_made=certificate.issuer == certificate.subject,
        unchanged=whole and nothing_unsigned(pdf, range_of(signature)) and _unchanged(signature),
    )


def _name(of: Any) -> str:
    """The organisation that a certificate names, else its common name."""
    names = of.native
    return str(names.get("organization_name") or names.get("common_name") or of.human_friendly)


def _unchanged(signature: EmbeddedPdfSignature) -> bool:
    """Whether the signed bytes are the ones signed and nothing came after them but further signatures."""
    # Trust is not asked for: the certificate stands as its own root, nothing is fetched.
    context = ValidationContext(
        trust_roots=[signature.signer_cert], allow_fetching=False, moment=signature.self_reported_timestamp
    )
    try:
        status = validate_pdf_signature(signature, context)
    except (SignatureValidationError, ValueError):
        return False
    if not (status.intact and status.valid):
        return False
    if status.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return True
    level = status.modification_level
    return status.coverage == SignatureCoverageLevel.ENTIRE_REVISION and level in FURTHER_SIGNATURES
