"""What a package says: its parts with the lengths of annex VI, the codes of QCVN 102:2016, what is refused. Pure."""

import re
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum

from documents.errors import Invalid, Problem

MOST_BYTES = 64 * 1024**2
"""The longest package that is read or written."""
MOST_ATTACHMENTS = 50
MOST_RECIPIENTS = 200
_ORGAN = re.compile(r"[0-9]{3}(\.[0-9]{2,3}){2}\.[A-Z][0-9]{2}")
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME_NOT = re.compile(r"[/\\\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")

LENGTHS = {
    "code_number": 11, "code_notation": 30, "place": 50, "type_name": 100, "subject": 500, "content": 500,
    "competence": 100, "signer_position": 100, "signer_name": 50, "reason": 500, "document_id": 100,
}  # fmt: skip
"""Texts of a header: as annex VI of Decree 30/2020 where it has them."""
ORGAN_LENGTHS = {
    "organ_id": 13, "name": 200, "in_charge": 200, "address": 250, "email": 100, "telephone": 20, "fax": 20,
    "website": 100,
}  # fmt: skip
TO_PLACES = 1000
FILE_NAME = 200


class Business(StrEnum):
    """What a package does with its document (BussinessDocType)."""

    NEW = "0"
    RECALL = "1"
    UPDATE = "2"
    REPLACE = "3"


class StatusCode(StrEnum):
    """What a recipient says back."""

    ARRIVED = "01"
    REFUSED = "02"
    RECEIVED = "03"
    ASSIGNED = "04"
    IN_PROGRESS = "05"
    DONE = "06"
    RECALL_ASKED = "13"
    RECALL_AGREED = "15"
    RECALL_REFUSED = "16"


class Signature(StrEnum):
    """What was found out about the signature of a package. One that was altered after signing is refused."""

    NONE = "none"
    UNKNOWN = "unknown"
    VALID = "valid"
    EXPIRED = "expired"


class Fault(StrEnum):
    """Why a package is refused: each is a code of :class:`Problem`."""

    TOO_LARGE = "package_too_large"
    NOT_XML = "package_not_xml"
    DOCTYPE = "package_doctype"
    TOO_DEEP = "package_too_deep"
    STRUCTURE = "package_structure"
    FIELD = "package_field"
    MANIFESTS = "package_manifests"
    MANIFEST = "package_manifest"
    ATTACHMENT = "package_attachment"
    NAME = "package_name"
    BOMB = "package_bomb"
    ALTERED = "package_altered"
    LENGTH = "package_length"
    DIGEST = "package_digest"
    SLOW = "package_slow"
    SENDER = "package_sender"
    NOT_OURS = "package_not_ours"
    EMPTY = "package_empty"
    UNKNOWN_DOCUMENT = "package_unknown_document"


@dataclass(frozen=True)
class Organ:
    """An organisation as a package names it; ``organ_id`` like ``000.00.00.H41``."""

    organ_id: str
    name: str
    in_charge: str = ""
    address: str = ""
    email: str = ""
    telephone: str = ""
    fax: str = ""
    website: str = ""


@dataclass(frozen=True)
class Reference:
    """Another document that a package speaks of."""

    organ_id: str
    code: str
    issued_on: date
    document_id: str


@dataclass(frozen=True)
class Trace:
    """An organisation that had the package in its hands; ``at`` is aware."""

    organ_id: str
    at: datetime


@dataclass(frozen=True)
class Header:
    """A package with a document, or that recalls, updates or replaces one (``about`` are their ids)."""

    sender: Organ
    to: tuple[Organ, ...]
    code_number: str
    code_notation: str
    issued_on: date
    type_name: str
    subject: str
    place: str = ""
    type_number: int = 0
    content: str = ""
    competence: str = ""
    signer_position: str = ""
    signer_name: str = ""
    due_on: date | None = None
    to_places: tuple[str, ...] = ()
    priority: int = 0
    issued_amount: int | None = None
    page_amount: int | None = None
    response_for: tuple[Reference, ...] = ()
    steering: int = 0
    business: Business = Business.NEW
    reason: str = ""
    about: tuple[str, ...] = ()
    traces: tuple[Trace, ...] = ()
    document_id: str = ""

    @property
    def code(self) -> str:
        """Number and notation as the id of the document has them."""
        return "/".join(part for part in (self.code_number, self.code_notation) if part)


@dataclass(frozen=True)
class Status:
    """What became of a document at a recipient."""

    response_for: Reference
    sender: Organ
    code: StatusCode
    at: datetime
    description: str = ""
    staff: str = ""


@dataclass(frozen=True)
class Attachment:
    """A file in a package."""

    content_id: str
    name: str
    media_type: str
    content: bytes = field(repr=False)
    description: str = ""


@dataclass(frozen=True)
class Package:
    """All of it."""

    said: Header | Status
    attachments: tuple[Attachment, ...] = ()


def line(text: str) -> str:
    """A text as it travels: in one line, without what XML cannot write."""
    return " ".join(_UNWRITABLE.sub("", text).split())


def document_id(organ_id: str, issued_on: date, code: str) -> str:
    """ "OrganId,yyyy/MM/dd,số/ký hiệu"."""
    return f"{organ_id},{issued_on:%Y/%m/%d},{code}"


def is_organ(code: str) -> bool:
    """Whether this is written as the codes of organisations are."""
    return len(code) <= ORGAN_LENGTHS["organ_id"] and _ORGAN.fullmatch(code) is not None


def check(package: Package) -> None:
    """Refuse what annex VI and QCVN 102 do not allow: :class:`Invalid` names every field at fault."""
    said = package.said
    faults = _header_faults(said) if isinstance(said, Header) else _status_faults(said)
    if len(package.attachments) > MOST_ATTACHMENTS:
        faults["attachments"] = Problem("package_too_many", limit=MOST_ATTACHMENTS)
    for one in package.attachments:
        check_name(one.name)
    if faults:
        raise Invalid(faults)


def check_name(name: str) -> None:
    """Refuse names with a path in them, of nothing but dots, or with signs that hide what they are."""
    if not name.strip(" .") or len(name) > FILE_NAME or _NAME_NOT.search(name):
        raise Problem(Fault.NAME, name=line(name)[:60])


def _header_faults(said: Header) -> dict[str, Problem]:
    faults = {
        name: Problem("too_long", limit=most) for name, most in LENGTHS.items() if len(getattr(said, name)) > most
    }
    faults |= _organ_faults("sender", said.sender)
    for one in said.to:
        faults |= _organ_faults("to", one)
    for name in ("subject", "type_name", "document_id"):
        if not getattr(said, name):
            faults[name] = Problem("missing")
    if not said.to:
        faults["to"] = Problem("missing")
    if len(said.to) > MOST_RECIPIENTS:
        faults["to"] = Problem("package_too_many", limit=MOST_RECIPIENTS)
    if sum(map(len, said.to_places)) > TO_PLACES:
        faults["to_places"] = Problem("too_long", limit=TO_PLACES)
    for name, most in (("page_amount", 999), ("issued_amount", 999), ("type_number", 99), ("priority", 9)):
        if not 0 <= (getattr(said, name) or 0) <= most:
            faults[name] = Problem("not_in_range", low=0, high=most)
    if said.business != Business.NEW and not said.about:
        faults["about"] = Problem("missing")
    return faults


def _status_faults(said: Status) -> dict[str, Problem]:
    faults = _organ_faults("sender", said.sender)
    if len(said.description) > LENGTHS["reason"]:
        faults["description"] = Problem("too_long", limit=LENGTHS["reason"])
    if not said.response_for.document_id:
        faults["document_id"] = Problem("missing")
    return faults


def _organ_faults(of: str, organ: Organ) -> dict[str, Problem]:
    if not is_organ(organ.organ_id):
        return {of: Problem("organ_id", organ=organ.organ_id[:20])}
    long = [one.name for one in fields(organ) if len(getattr(organ, one.name)) > ORGAN_LENGTHS[one.name]]
    if long:
        return {of: Problem("too_long", limit=ORGAN_LENGTHS[long[0]])}
    return {} if organ.name else {of: Problem("missing")}


TYPES = (
    "NQ", "QĐ", "CT", "QC", "QyĐ", "TC", "TB", "HD", "CTr", "KH", "PA", "ĐA", "DA", "BC", "BB", "TTr", "HĐ", "CV", "CĐ",
)  # fmt: skip
"""Our codes of types in the order in which packages count them, from 1: 18 is công văn."""


def type_number(code: str) -> int:
    """How packages count a type; 0 for one that they have no number for."""
    return TYPES.index(code) + 1 if code in TYPES else 0
