"""What the centre's official drafts: one on which colleagues are asked for comments, one that waits for the leader's
signature. Made up.
"""

import io
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from documents.blobs import Blobs
from ecabinet.access import Person
from ecabinet.clock import ZONE
from ecabinet.demo.people import signed_in
from ecabinet.drafting import chain, operations, papers, rounds
from ecabinet.drafting.chain import Submission
from ecabinet.drafting.paper_rules import Authority, Content, sheet_of
from ecabinet.office import desk, series
from ecabinet.office.document_models import OfficeDocument
from ecabinet.printing import pdf
from ecabinet.registry.models import Unit
from ecabinet.signing import places, prepare

DRAFTED = (
    Content(
        "KH", "Tổ chức Tháng Thanh niên năm tới", place="Hà Nội", position="Bí thư",
        authority=Authority.BEHALF, authority_of="Ban Thường vụ",
        grounds="Căn cứ Chương trình công tác năm của Ban Chấp hành Trung ương Đoàn,",
        body="I. Mục đích\nTạo môi trường để đoàn viên, thanh niên rèn luyện và cống hiến.\nII. Nội dung\n"
             "Mỗi tỉnh, thành đoàn đảm nhận ít nhất một công trình thanh niên.",
        recipients="Các tỉnh, thành đoàn\nLưu: VT",
    ),
    Content(
        "CV", "đăng ký công trình thanh niên cấp tỉnh", place="Hà Nội", position="Chánh Văn phòng", drafter="VP",
        authority=Authority.ORDER, authority_of="Ban Bí thư",
        addressees="Các tỉnh, thành đoàn", body="Đề nghị các tỉnh, thành đoàn đăng ký công trình trước ngày 15.",
        recipients="Như trên\nLưu: VT",
    ),
)  # fmt: skip
"""The first goes round, the second has been submitted."""


def make(db: Session, blobs: Blobs, centre: Unit, now: datetime) -> None:
    """Through the same steps that people take."""
    official, leader, clerk = (signed_in(db, login, now) for login in ("chuyenvien", "lanhdao", "vanthu"))
    going_round, submitted = (_begin(db, blobs, centre, one, official, leader, now) for one in DRAFTED)
    seen = desk.load_to_change(db, official, going_round.id)
    until = now.astimezone(ZONE).date() + timedelta(days=3)
    rounds.ask(db, seen, {leader.member_id, clerk.member_id}, until, official, now)
    said = "Đề nghị bổ sung thời hạn báo cáo kết quả."
    rounds.comment(db, desk.load_to_change(db, clerk, going_round.id), said, clerk, now)
    _submit(db, blobs, submitted, official, now)


def _begin(
    db: Session, blobs: Blobs, centre: Unit, one: Content, official: Person, leader: Person, now: datetime
) -> OfficeDocument:  # fmt: skip
    content = replace(one, signer_id=leader.member_id)
    issuer = series.issuer_of(db, centre)
    plan = papers.plan(db, issuer, content, leader.name, now.astimezone(ZONE).date())
    return operations.begin(db, issuer, plan, papers.make(blobs, plan), (), official, now)


def _submit(db: Session, blobs: Blobs, doc: OfficeDocument, official: Person, now: datetime) -> None:
    """The PDF is printed from the fields, which is quicker than by another program."""
    draft, version = operations.draft_of(db, doc), operations.newest(db, doc)
    paper = papers.paper_of(db, doc, draft, now.astimezone(ZONE).date())
    printed = pdf.render(sheet_of(paper), now)
    ready = prepare.prepare(printed, places.find(printed, [paper.signer]))
    what = Submission(version.id, blobs.put(io.BytesIO(ready)), 1, ())
    chain.submit(db, desk.load_to_change(db, official, doc.id), what, official, now)
