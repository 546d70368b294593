"""Packages as XML: written from values, and values from a tree that is already parsed (:mod:`.package_child`).

Everything inside the envelope bears the prefix ``edXML:``, which readers that look for names with their prefix expect;
the attachments after it bear none.
"""

import base64
import binascii
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from lxml import etree

from documents.errors import Problem
from ecabinet.clock import ZONE
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

NS = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
DS = "http://www.w3.org/2000/09/xmldsig#"
XLINK = "http://www.w3.org/1999/xlink"
ACTOR = "http://schemas.xmlsoap.org/soap/actor/next"
DAY, MOMENT = "%Y/%m/%d", "%Y/%m/%d %H:%M:%S"
HEADER_PATH = f"./{{{NS}}}edXMLEnvelope/{{{NS}}}edXMLHeader/"
"""Where the signature stands."""
_ORGAN = (
    ("OrganId", "organ_id"), ("OrganizationInCharge", "in_charge"), ("OrganName", "name"), ("OrganAdd", "address"),
    ("Email", "email"), ("Telephone", "telephone"), ("Fax", "fax"), ("Website", "website"),
)  # fmt: skip

Element = Any


def write(package: Package) -> Element:
    """The tree of a package; raises :class:`documents.errors.Invalid` for what may not be written."""
    check(package)
    root = etree.Element(_q("edXML"), nsmap={None: NS})
    envelope = etree.SubElement(root, _q("edXMLEnvelope"), nsmap={"edXML": NS})
    header = etree.SubElement(envelope, _q("edXMLHeader"))
    if isinstance(package.said, Header):
        _write_message(header, package.said)
        _write_traces(header, package.said)
    else:
        _write_status(header, package.said)
    # The signature is put in its place by whoever signs.
    etree.SubElement(header, f"{{{DS}}}Signature", nsmap={"ds": DS}, Id="placeholder")
    manifest = etree.SubElement(_add(envelope, "edXMLBody"), _q("Manifest"), version="1.0")
    encoded = etree.SubElement(root, _q("AttachmentEncoded"))
    for one in package.attachments:
        _write_attachment(manifest, encoded, one)
    return root


def _q(name: str) -> str:
    return f"{{{NS}}}{name}"


def _add(parent: Element, name: str, text: str | int | None = None) -> Element:
    made = etree.SubElement(parent, _q(name))
    if text is not None:
        made.text = line(str(text))
    return made


def _write_message(header: Element, said: Header) -> None:
    message = _add(header, "MessageHeader")
    _write_organ(message, "From", said.sender)
    for one in said.to:
        _write_organ(message, "To", one)
    code = _add(message, "Code")
    _add(code, "CodeNumber", said.code_number)
    _add(code, "CodeNotation", said.code_notation)
    promulgation = _add(message, "PromulgationInfo")
    _add(promulgation, "Place", said.place)
    _add(promulgation, "PromulgationDate", f"{said.issued_on:{DAY}}")
    kind = _add(message, "DocumentType")
    _add(kind, "Type", said.type_number)
    _add(kind, "TypeName", said.type_name)
    _add(message, "Subject", said.subject)
    _add(message, "Content", said.content)
    signer = _add(message, "SignerInfo")
    _add(signer, "Competence", said.competence)
    _add(signer, "Position", said.signer_position)
    _add(signer, "FullName", said.signer_name)
    if said.due_on is not None:
        _add(message, "DueDate", f"{said.due_on:{DAY}}")
    places = _add(message, "ToPlaces")
    for place in said.to_places:
        _add(places, "Place", place)
    other = _add(message, "OtherInfo")
    _add(other, "Priority", said.priority)
    for name, amount in (("PromulgationAmount", said.issued_amount), ("PageAmount", said.page_amount)):
        if amount is not None:
            _add(other, name, amount)
    for about in said.response_for:
        _write_reference(message, about)
    _add(message, "SteeringType", said.steering)
    _add(message, "DocumentId", said.document_id)


def _write_organ(parent: Element, name: str, organ: Organ) -> None:
    made = _add(parent, name)
    for tag, field in _ORGAN:
        if getattr(organ, field):
            _add(made, tag, getattr(organ, field))


def _write_reference(parent: Element, about: Reference) -> None:
    made = _add(parent, "ResponseFor")
    _add(made, "OrganId", about.organ_id)
    _add(made, "Code", about.code)
    _add(made, "PromulgationDate", f"{about.issued_on:{DAY}}")
    _add(made, "DocumentId", about.document_id)


def _write_traces(header: Element, said: Header) -> None:
    traces = etree.SubElement(header, _q("TraceHeaderList"), version="1.0", mustUnderstand="1", actor=ACTOR)
    for one in said.traces:
        trace = _add(traces, "TraceHeader")
        _add(trace, "OrganId", one.organ_id)
        _add(trace, "Timestamp", f"{one.at.astimezone(ZONE):{MOMENT}}")
    business = _add(traces, "Bussiness")  # so it is spelt in the regulation
    _add(business, "BussinessDocType", said.business)
    _add(business, "BussinessDocReason", said.reason)
    if said.business in (Business.RECALL, Business.UPDATE):
        for about in said.about:
            _add(business, "DocumentId", about)
    _add(business, "Paper", 0)
    if said.business == Business.REPLACE:
        replaced = _add(business, "ReplacementInfoList")
        for about in said.about:
            _add(_add(replaced, "ReplacementInfo"), "DocumentId", about)


def _write_status(header: Element, said: Status) -> None:
    status = _add(header, "Status")
    _write_reference(status, said.response_for)
    _write_organ(status, "From", said.sender)
    _add(status, "StatusCode", said.code)
    _add(status, "Description", said.description)
    _add(status, "Timestamp", f"{said.at.astimezone(ZONE):{MOMENT}}")
    _add(_add(status, "StaffInfo"), "Staff", said.staff)


def _write_attachment(manifest: Element, encoded: Element, one: Attachment) -> None:
    reference = etree.SubElement(manifest, _q("Reference"), nsmap={"xlink": XLINK})
    reference.set(f"{{{XLINK}}}href", f"cid:{one.content_id}")
    reference.set(f"{{{XLINK}}}type", "simple")
    made = _add(encoded, "Attachment")
    for parent in (reference, made):
        _add(parent, "ContentType", one.media_type)
        _add(parent, "ContentId", one.content_id)
        _add(parent, "Description", one.description)
    _add(made, "ContentTransferEncoded").text = base64.b64encode(one.content).decode()
    for parent in (reference, made):
        _add(parent, "AttachmentName", one.name)


def read(root: Element) -> Package:
    """What a tree says; raises :class:`Problem` with a code of :class:`Fault` for what is not as it should be."""
    if etree.QName(root).localname != "edXML" or etree.QName(root).namespace != NS:
        raise Problem(Fault.STRUCTURE, etree.QName(root).localname, name="edXML")
    envelope = _one(root, "edXMLEnvelope")
    header = _one(envelope, "edXMLHeader")
    status = header.find(_q("Status"))
    package = Package(_read_status(status) if status is not None else _read_header(header), _attachments(root))
    check(package)
    return package


def _one(parent: Element, name: str) -> Element:
    found = parent.findall(_q(name))
    if len(found) != 1:
        raise Problem(Fault.STRUCTURE, f"{len(found)} {name}", name=name)
    return found[0]


def _text(parent: Element, path: str) -> str:
    found = parent.find("/".join(map(_q, path.split("/"))))
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
    return Organ(**{field: _text(parent, tag) for tag, field in _ORGAN})


def _references(parent: Element) -> tuple[Reference, ...]:
    return tuple(
        Reference(_text(one, "OrganId"), _text(one, "Code"), _required_day(one, "PromulgationDate"),
                  _text(one, "DocumentId"))
        for one in parent.findall(_q("ResponseFor"))
    )  # fmt: skip


def _read_header(header: Element) -> Header:
    message, traces = _one(header, "MessageHeader"), _one(header, "TraceHeaderList")
    business = _one(traces, "Bussiness")
    doc_type = _text(business, "BussinessDocType")
    if doc_type not in list(Business):
        raise Problem(Fault.FIELD, doc_type[:40], name="BussinessDocType")
    to = message.findall(_q("To"))
    if len(to) > MOST_RECIPIENTS:
        raise Problem(Fault.FIELD, str(len(to)), name="To")
    about = business.findall(_q("DocumentId"))
    about += business.findall("/".join(map(_q, ("ReplacementInfoList", "ReplacementInfo", "DocumentId"))))
    return Header(
        _organ(_one(message, "From")), tuple(map(_organ, to)), _text(message, "Code/CodeNumber"),
        _text(message, "Code/CodeNotation"), _required_day(message, "PromulgationInfo/PromulgationDate"),
        _text(message, "DocumentType/TypeName"), _text(message, "Subject"), _text(message, "PromulgationInfo/Place"),
        _number(message, "DocumentType/Type") or 0, _text(message, "Content"), _text(message, "SignerInfo/Competence"),
        _text(message, "SignerInfo/Position"), _text(message, "SignerInfo/FullName"), _day(message, "DueDate"),
        _texts(message.findall(f"{_q('ToPlaces')}/{_q('Place')}")), _number(message, "OtherInfo/Priority") or 0,
        _number(message, "OtherInfo/PromulgationAmount"), _number(message, "OtherInfo/PageAmount"),
        _references(message), _number(message, "SteeringType") or 0, Business(doc_type),
        _text(business, "BussinessDocReason"), _texts(about), _traces(traces),
        _text(message, "DocumentId"),
    )  # fmt: skip


def _texts(found: Iterable[Element]) -> tuple[str, ...]:
    return tuple(filter(None, (line(one.text or "") for one in found)))


def _traces(parent: Element) -> tuple[Trace, ...]:
    return tuple(Trace(_text(one, "OrganId"), _moment(one, "Timestamp")) for one in parent.findall(_q("TraceHeader")))


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
    manifests = [one for name in ("Manifest", "edXMLManifest") for one in envelope.iter(_q(name))]
    encoded = root.findall(_q("AttachmentEncoded"))
    if len(manifests) > 1 or len(encoded) > 1:
        raise Problem(Fault.MANIFESTS, f"{len(manifests)} manifests, {len(encoded)} lists of attachments")
    named = [_text(one, "ContentId") for manifest in manifests for one in manifest.findall(_q("Reference"))]
    found = [_attachment(one) for part in encoded for one in part.findall(_q("Attachment"))]
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
