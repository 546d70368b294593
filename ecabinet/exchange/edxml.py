"""Packages written as XML; they are read in :mod:`.edxml_reading`.

Everything inside the envelope bears the prefix ``edXML:``, which readers that look for names with their prefix expect;
the attachments after it bear none.
"""

import base64
from typing import Any

from lxml import etree

from ecabinet.clock import ZONE
from ecabinet.exchange.package_rules import (
    Attachment,
    Business,
    Header,
    Organ,
    Package,
    Reference,
    Status,
    check,
    line,
)

NS = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
DS = "http://www.w3.org/2000/09/xmldsig#"
XLINK = "http://www.w3.org/1999/xlink"
ACTOR = "http://schemas.xmlsoap.org/soap/actor/next"
DAY, MOMENT = "%Y/%m/%d", "%Y/%m/%d %H:%M:%S"
HEADER_PATH = f"./{{{NS}}}edXMLEnvelope/{{{NS}}}edXMLHeader/"
"""Where the signature stands."""
ORGAN = (
    ("OrganId", "organ_id"), ("OrganizationInCharge", "in_charge"), ("OrganName", "name"), ("OrganAdd", "address"),
    ("Email", "email"), ("Telephone", "telephone"), ("Fax", "fax"), ("Website", "website"),
)  # fmt: skip

Element = Any


def write(package: Package) -> Element:
    """The tree of a package; raises :class:`documents.errors.Invalid` for what may not be written."""
    check(package)
    root = etree.Element(q("edXML"), nsmap={None: NS})
    envelope = etree.SubElement(root, q("edXMLEnvelope"), nsmap={"edXML": NS})
    header = etree.SubElement(envelope, q("edXMLHeader"))
    if isinstance(package.said, Header):
        _write_message(header, package.said)
        _write_traces(header, package.said)
    else:
        _write_status(header, package.said)
    # The signature is put in its place by whoever signs.
    etree.SubElement(header, f"{{{DS}}}Signature", nsmap={"ds": DS}, Id="placeholder")
    manifest = etree.SubElement(_add(envelope, "edXMLBody"), q("Manifest"), version="1.0")
    encoded = etree.SubElement(root, q("AttachmentEncoded"))
    for one in package.attachments:
        _write_attachment(manifest, encoded, one)
    return root


def q(name: str) -> str:
    """A name as the parser has it."""
    return f"{{{NS}}}{name}"


def _add(parent: Element, name: str, text: str | int | None = None) -> Element:
    made = etree.SubElement(parent, q(name))
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
    for tag, field in ORGAN:
        if getattr(organ, field):
            _add(made, tag, getattr(organ, field))


def _write_reference(parent: Element, about: Reference) -> None:
    made = _add(parent, "ResponseFor")
    _add(made, "OrganId", about.organ_id)
    _add(made, "Code", about.code)
    _add(made, "PromulgationDate", f"{about.issued_on:{DAY}}")
    _add(made, "DocumentId", about.document_id)


def _write_traces(header: Element, said: Header) -> None:
    traces = etree.SubElement(header, q("TraceHeaderList"), version="1.0", mustUnderstand="1", actor=ACTOR)
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
    reference = etree.SubElement(manifest, q("Reference"), nsmap={"xlink": XLINK})
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
