"""Drafts to test with: an official who drafts in the centre's office, colleagues, the leader who signs."""

import io
from dataclasses import replace

from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.rules import Secrecy
from ecabinet.drafting import chain, operations
from ecabinet.drafting.chain import Signed, Submission
from ecabinet.drafting.paper_rules import Authority, Content, Paper
from ecabinet.drafting.papers import Made
from ecabinet.office import desk, series
from ecabinet.office.desk import Seen
from ecabinet.printing.sheets import Form
from ecabinet.registry.models import Unit
from tests.people import NOW, Office

SUBJECT = "tổ chức Tháng Thanh niên năm 2027"
KINDS = {
    "NQ": "Nghị quyết", "QĐ": "Quyết định", "CV": "", "TB": "Thông báo", "KH": "Kế hoạch", "GM": "Giấy mời",
}  # fmt: skip
"""Six types that are drafted day by day; a letter has no name."""
ISSUERS = {Form.UNION: ("Ban Chấp hành Trung ương Đoàn", ""), Form.STATE: ("Sở Nội vụ", "Ủy ban nhân dân tỉnh Nghệ An")}


def content(type_code: str = "CV", **changes: object) -> Content:
    """What a sound draft says."""
    articles = "Điều 1. Ban hành Kế hoạch tổ chức trong toàn Đoàn.\nĐiều 2. Văn phòng chịu trách nhiệm thi hành."
    plain = "I. MỤC ĐÍCH\nPhát huy vai trò xung kích của thanh niên & không phô trương <hình thức>."
    made = Content(
        type_code, SUBJECT, articles if type_code in {"NQ", "QĐ"} else plain,
        grounds="Căn cứ Điều lệ Đoàn;" if type_code in {"NQ", "QĐ"} else "",
        addressees="Các tỉnh, thành đoàn" if type_code == "CV" else "",
        recipients="Như trên\nBan Bí thư (để báo cáo)\nLưu: VT", place="Hà Nội", authority=Authority.BEHALF,
        authority_of="Ban Thường vụ", position="Bí thư",
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def paper(form: Form, type_code: str, **changes: object) -> Paper:
    """The same as a paper of one form."""
    issuer, superior = ISSUERS[form]
    state = "SNV-VP" if type_code == "CV" else f"{type_code}-SNV"
    symbol = state if form == Form.STATE else f"{type_code}/TWĐTN-VP"
    said = content(type_code, superior=superior, **changes)
    return Paper(form, type_code, issuer, symbol, KINDS[type_code], "2026", said, "Nguyễn Văn An")


def blob(letter: str = "a") -> Blob:
    return Blob(letter * 64, 3)


def begun(db: Session, office: Office, *, who: str = "chair", sha: str = "a", **changes: object) -> int:
    """A draft of the centre, with a file whose form has no faults."""
    issuer = series.issuer_of(db, db.get_one(Unit, office.units["centre"]))
    issuer.notation = "TWĐTN"
    said = content(**({"signer_id": office.members["leader"]} | changes))  # type: ignore[arg-type]
    plan = operations.plan_of(db, issuer, said, NOW)
    doc = operations.begin(db, issuer, plan, Made(blob(sha), ()), (), office.person(db, who), NOW)
    return doc.id


def seen(db: Session, office: Office, who: str, office_id: int) -> Seen:
    return desk.load_to_change(db, office.person(db, who), office_id)


def submitted(db: Session, office: Office, *reviewers: str, office_id: int = 0, **changes: object) -> int:
    """One that its drafter has sent on its way."""
    office_id = office_id or begun(db, office, **changes)
    mine = seen(db, office, "chair", office_id)
    source = operations.newest(db, mine.doc)
    what = Submission(source.id, blob("b"), 2, [office.members[name] for name in reviewers])
    chain.submit(db, mine, what, office.person(db, "chair"), NOW)
    return office_id


def sign(db: Session, office: Office, who: str, office_id: int) -> None:
    mine = seen(db, office, who, office_id)
    paper_id = operations.draft_of(db, mine.doc).paper_version_id or 0
    chain.sign(db, mine, Signed(paper_id, blob("c"), "Nguyễn Thị Leader", by_system=False), office.person(db, who), NOW)


SECRET = {"secrecy": Secrecy.SECRET}


def upload(data: bytes, name: str = "du-thao.docx") -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name
