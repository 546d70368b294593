"""Packages read from a tree that is already parsed (:mod:`.package_child`), as ours and other writers have them."""

import base64
import binascii
from collections.abc import Iterable
from datetime import UTC, date, datetime

from lxml import etree

from documents.errors import Problem
from ecabinet.clock import ZONE
from ecabinet.exchange.edxml import DAY, MOMENT, NS, ORGAN, Element, q
from ecabinet.exchange.package_rules import (
    MOST_ATTACHMENTS,
    MOST_RECIPIENTS,
    Attachment,
    Business,
    Fault,
    Header,
    Organ,
    Package,
    Reference,
    Status,
    StatusCode,
    Trace,
    check,
    check_name,
    line,
)


def read(root: Element) -> Package:
    """What a tree says; raises :class:`Problem` with a code of :class:`Fault` for what is not as it should be."""
    if etree.QName(root).localname != "edXML" or etree.QName(root).namespace != NS:
        raise Problem(Fault.STRUCTURE, etree.QName(root).localname, name="edXML")
    envelope = _one(root, "edXMLEnvelope")
    header = _one(envelope, "edXMLHeader")
    status = header.find(q("Status"))
    package = Package(_read_status(status) if status is not None else _read_header(header), _attachments(root))
    check(package)
    return package


def _one(parent: Element, name: str) -> Element:
    found = parent.findall(q(name))
    if len(found) != 1:
        raise Problem(Fault.STRUCTURE, f"{len(found)} {name}", name=name)
    return found[0]


def _text(parent: Element, path: str) -> str:
    found = parent.find("/".join(map(q, path.split("/"))))
    return line(found.text or "") if found is not None else ""


def _day(parent: Element, path: str) -> date | None:
    text = _text(parent, path)
    if not text:
        return None
    try:
        return datetime.strptime(text[:10].replace("-", "/"), DAY).replace(tzinfo=UTC).date()
    except ValueError as error:
        raise Problem(Fault.FIELD, text, name=path) from error


def _required_day(parent: Element, path: str) -> date:
    found = _day(parent, path)
    if found is None:
        raise Problem(Fault.FIELD, "missing", name=path)
    return found


def _moment(parent: Element, path: str) -> datetime:
    text = _text(parent, path)
    try:
        return datetime.strptime(text, MOMENT).replace(tzinfo=ZONE).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Problem(Fault.FIELD, text, name=path) from error


def _number(parent: Element, path: str) -> int | None:
    text = _text(parent, path)
    if text and not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Problem(Fault.FIELD, text[:40], name=path)
    return int(text) if text else None


def _organ(parent: Element) -> Organ:
    return Organ(**{field: _text(parent, tag) for tag, field in ORGAN})


def _references(parent: Element) -> tuple[Reference, ...]:
    return tuple(
        Reference(_text(one, "OrganId"), _text(one, "Code"), _required_day(one, "PromulgationDate"),
                  _text(one, "DocumentId"))
        for one in parent.findall(q("ResponseFor"))
    )  # fmt: skip


def _read_header(header: Element) -> Header:
    message, traces = _one(header, "MessageHeader"), _one(header, "TraceHeaderList")
    business = _one(traces, "Bussiness")
    doc_type = _text(business, "BussinessDocType")
    if doc_type not in list(Business):
        raise Problem(Fault.FIELD, doc_type[:40], name="BussinessDocType")
    to = message.findall(q("To"))
    if len(to) > MOST_RECIPIENTS:
        raise Problem(Fault.FIELD, str(len(to)), name="To")
    about = business.findall(q("DocumentId"))
    about += business.findall("/".join(map(q, ("ReplacementInfoList", "ReplacementInfo", "DocumentId"))))
    return Header(
        _organ(_one(message, "From")), tuple(map(_organ, to)), _text(message, "Code/CodeNumber"),
        _text(message, "Code/CodeNotation"), _required_day(message, "PromulgationInfo/PromulgationDate"),
        _text(message, "DocumentType/TypeName"), _text(message, "Subject"), _text(message, "PromulgationInfo/Place"),
        _number(message, "DocumentType/Type") or 0, _text(message, "Content"), _text(message, "SignerInfo/Competence"),
        _text(message, "SignerInfo/Position"), _text(message, "SignerInfo/FullName"), _day(message, "DueDate"),
        _texts(message.findall(f"{q('ToPlaces')}/{q('Place')}")), _number(message, "OtherInfo/Priority") or 0,
        _number(message, "OtherInfo/PromulgationAmount"), _number(message, "OtherInfo/PageAmount"),
        _references(message), _number(message, "SteeringType") or 0, Business(doc_type),
        _text(business, "BussinessDocReason"), _texts(about), _traces(traces),
        _text(message, "DocumentId"),
    )  # fmt: skip


def _texts(found: Iterable[Element]) -> tuple[str, ...]:
    return tuple(filter(None, (line(one.text or "") for one in found)))


def _traces(parent: Element) -> tuple[Trace, ...]:
    return tuple(Trace(_text(one, "OrganId"), _moment(one, "Timestamp")) for one in parent.findall(q("TraceHeader")))


def _read_status(status: Element) -> Status:
    about, code = _references(status), _text(status, "StatusCode")
    if len(about) != 1:
        raise Problem(Fault.STRUCTURE, f"{len(about)} ResponseFor", name="ResponseFor")
    if code not in list(StatusCode):
        raise Problem(Fault.FIELD, code[:40], name="StatusCode")
    return Status(
        about[0], _organ(_one(status, "From")), StatusCode(code), _moment(status, "Timestamp"),
        _text(status, "Description"), _text(status, "StaffInfo/Staff"),
    )  # fmt: skip


def _attachments(root: Element) -> tuple[Attachment, ...]:
    envelope = _one(root, "edXMLEnvelope")
    manifests = [one for name in ("Manifest", "edXMLManifest") for one in envelope.iter(q(name))]
    encoded = root.findall(q("AttachmentEncoded"))
    if len(manifests) > 1 or len(encoded) > 1:
        raise Problem(Fault.MANIFESTS, f"{len(manifests)} manifests, {len(encoded)} lists of attachments")
    named = [_text(one, "ContentId") for manifest in manifests for one in manifest.findall(q("Reference"))]
    found = [_attachment(one) for part in encoded for one in part.findall(q("Attachment"))]
    if len(found) > MOST_ATTACHMENTS:
        raise Problem(Fault.ATTACHMENT, f"{len(found)} attachments", name=str(len(found)))
    ids = [one.content_id for one in found]
    if sorted(map(_bare, named)) != sorted(ids) or len(set(ids)) != len(ids):
        raise Problem(Fault.MANIFEST, f"{named[:5]} and {ids[:5]}")
    return tuple(found)


def _bare(content_id: str) -> str:
    return content_id.removeprefix("cid:")


def _attachment(part: Element) -> Attachment:
    name = _text(part, "AttachmentName")
    check_name(name)
    try:
        content = base64.b64decode("".join((_one(part, "ContentTransferEncoded").text or "").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Problem(Fault.ATTACHMENT, str(error), name=name) from error
    if not content:
        raise Problem(Fault.ATTACHMENT, "no bytes", name=name)
    return Attachment(
        _bare(_text(part, "ContentId")), name, _text(part, "ContentType"), content, _text(part, "Description")
    )  # fmt: skip
