"""The signatures of a PDF examined; of what may be hostile in a child process, for which
:mod:`ecabinet.signing.verifying` asks.
"""

import io
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography import x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import DocumentTimestampStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from documents import errands
from ecabinet.printing.signed_bytes import nothing_unsigned, range_of
from ecabinet.signing import chains, shown
from ecabinet.signing.place_rules import TEXTS
from ecabinet.signing.places import PAPER
from ecabinet.signing.reports import Fault, Report, Signature, Stamp
from ecabinet.signing.verifying import TRUST
from ecabinet.trusted import Trust, from_written

ALLOWED = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING)
LAST_WORDS = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF(?:\r\n|\n|\r)?\Z")
BROKEN = (
    PdfError,
    SignatureValidationError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    AssertionError,
)
"""What pyHanko raises about a signature of which something is missing or wrong."""


def _answer(_order: dict[str, Any]) -> dict[str, Any]:
    logging.disable()  # pyHanko tells its log of what is wrong with a file; the report tells the reader
    trust = from_written(json.loads(Path(TRUST).read_text(encoding="ascii")))
    return examine(Path(PAPER).read_bytes(), trust).written()


def examine(pdf: bytes, trust: Trust) -> Report:
    """The report on a file; raises whatever a reader raises about a file that is no PDF."""
    reader = PdfFileReader(io.BytesIO(pdf))
    found = [_signature(pdf, reader, name, field, trust) for name, field in _fields(reader)]
    found.sort(key=lambda one: one.end)
    covered = max((one.end for one in found), default=len(pdf))
    # What stands behind the last signature is covered by none: an update of the file is judged, all else is a fault.
    tail = covered != len(pdf) and not _ends_with_update(pdf, covered)
    checked = [replace(one, fault=Fault.BEHIND) if tail and one.fault is None else one for one in found]
    named = [_with_later(one, checked) for one in checked]
    return Report(tuple(shown.judged(pdf, one) for one in named), len(pdf), shown.page_count(pdf))


def _fields(reader: PdfFileReader) -> Iterator[tuple[str, Any]]:
    """Each signed field by its name, signatures that are none among them."""
    for name, value, reference in enumerate_sig_fields(reader):
        if value is not None:
            yield str(name), reference.get_object()


def _ends_with_update(pdf: bytes, covered: int) -> bool:
    """Whether the file ends as an update does whose table stands behind the first ``covered`` bytes."""
    end = LAST_WORDS.search(pdf, max(covered, len(pdf) - 2048))
    return end is not None and covered <= int(end[1]) < end.start()


def _signature(pdf: bytes, reader: PdfFileReader, name: str, field: Any, trust: Trust) -> Signature:
    try:
        embedded = EmbeddedPdfSignature(reader, field, name)
        certificate = chains.certificate_of(embedded.signer_cert)
        others = [chains.certificate_of(one) for one in embedded.other_embedded_certs]
        said = _said(embedded, certificate, name)
    except BROKEN:
        return Signature(name, fault=Fault.UNREADABLE)
    try:
        status = _status(embedded, trust)
        fault, filled = _judged(pdf, embedded, status)
    except BROKEN:
        return replace(said, fault=Fault.UNREADABLE)
    stamp = _stamp(status)
    proved = bool(stamp and stamp.trusted)
    at = stamp.at if stamp and proved else said.said_at
    state, revoked = chains.state_of(certificate, others, at, trust, proved=proved)
    values = {one: _value(reader, one) for one in filled}
    return replace(
        said, fault=fault, filled=values, whole=said.end == len(pdf), stamp=stamp, state=state, revoked_at=revoked
    )


def _said(embedded: EmbeddedPdfSignature, certificate: x509.Certificate, name: str) -> Signature:
    """What it says of itself."""
    of = chains.names(certificate.subject)
    return Signature(
        field=name,
        holder=of["common_name"] or of["organisation"] or certificate.subject.rfc4514_string(),
        organisation=of["organisation"],
        title=of["title"],
        issuer=chains.display(certificate.issuer),
        serial=f"{certificate.serial_number:X}",
        said_at=embedded.self_reported_timestamp,
        reason=str(embedded.sig_object.get("/Reason", ""))[:500],
        end=sum(range_of(embedded)[2:]),
        valid_from=certificate.not_valid_before_utc,
        valid_to=certificate.not_valid_after_utc,
        is_stamp=embedded.sig_object_type == "/DocTimeStamp",
    )


def _status(embedded: EmbeddedPdfSignature, trust: Trust) -> Any:
    """What pyHanko says of it. Trust in the signer is asked for elsewhere: here its certificate is its own root."""
    at = embedded.self_reported_timestamp
    own = ValidationContext(trust_roots=[embedded.signer_cert], allow_fetching=False, moment=at)
    if embedded.sig_object_type == "/DocTimeStamp":
        return validate_pdf_timestamp(embedded, chains.context_of(trust, at))
    return validate_pdf_signature(embedded, own, chains.context_of(trust, at))


def _stamp(status: Any) -> Stamp | None:
    """The moment that a service states, where its statement is whole."""
    said = status if isinstance(status, DocumentTimestampStatus) else status.timestamp_validity
    if said is None or not (said.intact and said.valid):
        return None
    by = chains.display(chains.certificate_of(said.signing_cert).subject)
    return Stamp(said.timestamp, by, bool(said.trusted))


def _judged(pdf: bytes, embedded: EmbeddedPdfSignature, status: Any) -> tuple[Fault | None, tuple[str, ...]]:
    """What is wrong with it, and the fields that were filled in since."""
    if len(embedded.byte_range) != 4 or not nothing_unsigned(pdf, range_of(embedded)):
        return Fault.COVERAGE, ()
    if not (status.intact and status.valid):
        return (Fault.FORGED if status.intact else Fault.BYTES), ()
    if status.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return None, ()
    if status.coverage != SignatureCoverageLevel.ENTIRE_REVISION:
        return Fault.COVERAGE, ()
    result: Any = embedded.diff_result
    allowed = isinstance(result, DiffResult) and result.modification_level in ALLOWED
    if not allowed or getattr(status, "docmdp_ok", None) is False:
        return Fault.CONTENT, ()
    return None, tuple(sorted(result.changed_form_fields, key=_as_papers_say))


def _as_papers_say(name: str) -> tuple[int, str]:
    """The order of the form: number, day, month, year; other fields by their names."""
    return (TEXTS.index(name) if name in TEXTS else len(TEXTS), name)


def _value(reader: PdfFileReader, name: str) -> str:
    """What a text field says now; nothing of a signature."""
    for reference in reader.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        if field.get("/T") == name and field.get("/FT") != "/Sig":
            return str(field.get("/V", ""))[:200]
    return ""


def _with_later(one: Signature, found: list[Signature]) -> Signature:
    """With the names of those who signed since; their fields are none that were filled in."""
    signed = {other.field for other in found}
    later = tuple(other.field for other in found if other.end > one.end)
    return replace(one, later=later, filled={name: value for name, value in one.filled.items() if name not in signed})


if __name__ == "__main__":
    errands.serve(_answer)
