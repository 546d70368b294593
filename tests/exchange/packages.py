"""Packages to test with."""

from datetime import UTC, date, datetime

from ecabinet.certificates import Identity, kept
from ecabinet.exchange import edxml, signatures
from ecabinet.exchange.package_rules import (
    Attachment,
    Business,
    Header,
    Organ,
    Package,
    Reference,
    Status,
    StatusCode,
    Trace,
    document_id,
)

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)
SENDER = Organ("000.00.00.H41", "Ủy ban nhân dân tỉnh Nghệ An", email="vp@nghean.example")
OURS = Organ("000.00.00.G22", "Trung ương Đoàn")
ID = document_id(SENDER.organ_id, DAY, "15/QĐ-UBND")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"


def header(**changes: object) -> Header:
    """A sound header of a new document."""
    values: dict[str, object] = {
        "sender": SENDER, "to": (OURS,), "code_number": "15", "code_notation": "QĐ-UBND", "issued_on": DAY,
        "type_name": "Quyết định", "type_number": 2, "subject": "Về việc tổ chức Tháng Thanh niên",
        "place": "Nghệ An", "signer_position": "Chủ tịch", "signer_name": "Nguyễn Văn An",
        "due_on": date(2026, 12, 15), "to_places": ("Trung ương Đoàn", "Lưu: VT"), "priority": 1, "page_amount": 2,
        "traces": (Trace(SENDER.organ_id, AT),), "document_id": ID,
    }  # fmt: skip
    return Header(**(values | changes))  # type: ignore[arg-type]


def attachment(name: str = "quyet-dinh.pdf", content: bytes = PDF, content_id: str = "file-1") -> Attachment:
    return Attachment(content_id, name, "application/pdf", content, "Văn bản")


def package(*attachments: Attachment, **changes: object) -> Package:
    return Package(header(**changes), attachments or (attachment(),))


def recall(business: Business = Business.RECALL, **changes: object) -> Package:
    """One that speaks of the usual document."""
    return Package(header(business=business, about=(ID,), reason="Ban hành nhầm", **changes))


def status(code: StatusCode, about: str = ID, sender: Organ = OURS) -> Package:
    organ, _day, named = about.split(",", 2)
    return Package(Status(Reference(organ, named, DAY, about), sender, code, AT, "", "Trần Thị Bình"))


def unsigned(one: Package) -> bytes:
    return bytes(edxml.etree.tostring(edxml.write(one), xml_declaration=True, encoding="UTF-8"))


def signed(one: Package, identity: Identity) -> bytes:
    return signatures.sign(edxml.write(one), identity)


def identity(folder: object, name: str = "partner") -> Identity:
    """A certificate of its own making."""
    return kept(folder / f"{name}.p12", name, datetime.now(UTC))  # type: ignore[operator]
