"""Documents of the past year in the offices of a few provinces, done in time, late, or still open: what reports and
dashboards show.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.blobs import Blob
from ecabinet.access import Person
from ecabinet.clock import ZONE
from ecabinet.demo.letters import Letter, render
from ecabinet.demo.people import signed_in
from ecabinet.engines import Engines
from ecabinet.office import desk, incoming, routing
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import Facts
from ecabinet.office.incoming import File, Registering
from ecabinet.office.numbering_rules import split_code
from ecabinet.office.routing_rules import Order, Report, Role, Whom
from ecabinet.registry.models import Unit

SUBJECTS = (
    ("CV", "phối hợp tổ chức Ngày hội Thanh niên khởi nghiệp"), ("KH", "tuyển quân năm tới"),
    ("CV", "cử đại biểu dự hội nghị tổng kết công tác hè"), ("TB", "kết luận của Thường trực Tỉnh ủy"),
    ("QĐ", "thành lập Ban Chỉ đạo hè"), ("CV", "góp ý dự thảo chương trình phát triển thanh niên"),
)  # fmt: skip
TOOK = (4, 12, None, 7, 9, 15, None, 3, 6)
"""Days to done, in turn; None: it is open still."""
ALLOWED = 10
PROVINCES, MONTHS = 3, 8


@dataclass(frozen=True)
class Past:
    """A letter to a province: when it came, how many days it took."""

    letter: Letter
    type_code: str
    province: int
    came: date
    took: int | None


def letters(now: datetime) -> list[Past]:
    """What came, the oldest first."""
    today = now.astimezone(ZONE).date()
    found = []
    for n in range(PROVINCES * MONTHS):
        type_code, subject = SUBJECTS[n % len(SUBJECTS)]
        came = today - timedelta(days=14 + 42 * (MONTHS - 1 - n // PROVINCES) + n % PROVINCES)
        code = f"{120 + 7 * n}/{'UBND-VX' if type_code == 'CV' else f'{type_code}-UBND'}"
        letter = Letter(
            ["ỦY BAN NHÂN DÂN TỈNH"], code, "Việt Nam", came - timedelta(days=2), subject,
            [f"Ủy ban nhân dân tỉnh đề nghị Tỉnh đoàn {subject}."], ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], "Lê Minh Tâm",
        )  # fmt: skip
        found.append(Past(letter, type_code, n % PROVINCES, came, TOOK[n % len(TOOK)]))
    return found


def put(engines: Engines, past: Sequence[Past]) -> list[Blob]:
    """The letters as PDFs in the store."""
    return [engines.blobs.put(render(one.letter)) for one in past]


def make(db: Session, provinces: Sequence[Unit], past: Sequence[Past], blobs: Sequence[Blob], now: datetime) -> None:
    """Each through the steps that people take, on its day."""
    clerk, leader = signed_in(db, "vanthu", now), signed_in(db, "lanhdao", now)
    for one, blob in zip(past, blobs, strict=True):
        at = datetime.combine(one.came, now.astimezone(ZONE).timetz())
        name = f"{one.letter.code.replace('/', '-')}.pdf"
        unit = provinces[one.province]
        version = incoming.receive(db, unit, File(blob, name, "application/pdf"), clerk, at, secret=False)
        found = select(OfficeDocument.id).where(OfficeDocument.document_id == version.document_id)
        _through(db, db.scalars(found).one(), one, (clerk, leader), at)


def _through(db: Session, office_id: int, one: Past, people: tuple[Person, Person], at: datetime) -> None:
    clerk, leader = people
    number, notation = split_code(one.letter.code)
    facts = Facts(
        number, notation, one.type_code, one.letter.issued_on, "Ủy ban nhân dân tỉnh", one.letter.subject, one.came,
        signer_name=one.letter.signer, signer_position="Phó Chủ tịch", page_amount=1,
    )  # fmt: skip
    incoming.register(db, desk.load(db, clerk, office_id), facts, Registering(), clerk, at)
    seen = desk.load(db, leader, office_id)
    whom = [Whom(Role.LEAD, None, seen.doc.unit_id)]
    routing.assign(db, seen, Order(whom, "Giao Văn phòng tham mưu.", one.came + timedelta(days=ALLOWED)), leader, at)
    if one.took is not None:
        done_at = at + timedelta(days=one.took)
        routing.finish(db, desk.load(db, leader, office_id), Report("Đã thực hiện."), leader, done_at)
        routing.file(db, desk.load(db, clerk, office_id), "", clerk, done_at)
