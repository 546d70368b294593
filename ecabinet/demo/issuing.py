"""What goes out: of the centre a paper that waits for its number and one issued to the provinces, of a province one to
the centre. Made up, like who signed them.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.blobs import Blob
from ecabinet.access import Person
from ecabinet.clock import ZONE
from ecabinet.demo.letters import Letter, render
from ecabinet.demo.people import Names, signed_in
from ecabinet.engines import Engines
from ecabinet.issuing import numbering, originals, papers, receiving, recipients, sending
from ecabinet.issuing.delivery_rules import Purpose, RecipientKind
from ecabinet.issuing.models import Delivery
from ecabinet.issuing.numbering import Wish
from ecabinet.issuing.originals import Original
from ecabinet.issuing.recipients import Recipient
from ecabinet.office import desk, setting
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.incoming import File, Registering
from ecabinet.registry.models import Unit
from ecabinet.registry.rules import Sex, UnitKind


@dataclass(frozen=True)
class Goes:
    """A letter signed by hand, its type, how many days ago."""

    letter: Letter
    type_code: str
    days: int


def letters(now: datetime) -> list[Goes]:
    """Issued by the centre, signed there, and sent by the province."""
    names, today = Names(random.Random("issued")), now.astimezone(ZONE).date()

    def letter(ago: int, organ: Sequence[str], code: str, place: str, title: str, subject: str, *text: str) -> Letter:
        return Letter(
            organ, code, place, today - timedelta(days=ago), subject, text,
            ["TM. BAN THƯỜNG VỤ", "BÍ THƯ"], names.draw(Sex.MALE), title,
        )  # fmt: skip

    centre, province = ["ĐOÀN TNCS HỒ CHÍ MINH", "BAN CHẤP HÀNH TRUNG ƯƠNG"], ["THÀNH ĐOÀN HÀ NỘI"]
    return [
        Goes(letter(3, centre, "01-HD/TWĐTN-VP", "Hà Nội", "HƯỚNG DẪN", "Tổ chức Tháng Thanh niên năm tới",
                    "1. Các tỉnh, thành đoàn xây dựng kế hoạch và báo cáo trước ngày 15 tháng sau.",
                    "2. Mỗi đơn vị chọn một công trình thanh niên cấp tỉnh."), "HD", 3),
        Goes(letter(0, centre, "    -CTr/TWĐTN-VP", "Hà Nội", "CHƯƠNG TRÌNH", "Công tác đoàn và phong trào quý tới",
                    "Chương trình gồm các nội dung trọng tâm sau đây."), "CTr", 0),
        Goes(letter(1, province, "01/BC-TĐHN", "Hà Nội", "BÁO CÁO", "Kết quả vận động hiến máu tình nguyện",
                    "Thành đoàn báo cáo kết quả vận động hiến máu tình nguyện chín tháng đầu năm."), "BC", 1),
    ]  # fmt: skip


def put(engines: Engines, goes: list[Goes]) -> list[Blob]:
    """The letters as PDFs in the store."""
    return [engines.blobs.put(render(one.letter)) for one in goes]


def make(db: Session, centre: Unit, province: Unit, goes: list[Goes], blobs: list[Blob], now: datetime) -> None:
    """Through the same steps that people take."""
    clerk, below = (signed_in(db, login, now) for login in ("vanthu", "vanthutinh"))
    setting.choose(db, province, setting.Chosen("state", "TĐHN", None, {}), below, now)
    issued, _signed, report = (
        _bring(db, unit, one, blob, person, now)
        for unit, one, blob, person in zip((centre, centre, province), goes, blobs, (clerk, clerk, below), strict=True)
    )
    recipients.plan_units(db, issued, centre.path, [UnitKind.PROVINCE], Purpose.CARRY_OUT)
    _issue(db, issued, goes[0], clerk, "VP", now)
    recipients.plan(db, report, [Recipient(RecipientKind.UNIT, centre.id, Purpose.REPORT)])
    _issue(db, report, goes[2], below, "", now)
    while sending.bring_some(db, now - timedelta(hours=5)):
        pass
    _received(db, issued, province, below, now)


def _bring(db: Session, unit: Unit, one: Goes, blob: Blob, person: Person, now: datetime) -> OfficeDocument:
    said = Original(one.type_code, one.letter.subject, one.letter.signer, "Bí thư", page_amount=1)
    file = File(blob, f"{one.type_code}.pdf", "application/pdf")
    return originals.bring(db, unit, file, said, person, now - timedelta(days=one.days))


def _issue(db: Session, doc: OfficeDocument, one: Goes, person: Person, drafter: str, now: datetime) -> None:
    at = now - timedelta(days=one.days)
    wish = Wish(one.letter.issued_on, drafter=drafter)
    numbering.number(db, desk.load_to_change(db, person, doc.id), wish, person, at)
    dispatch = numbering.dispatch_of(db, doc.id)
    dispatch.filled_version = papers.paper_of(db, doc).id
    sending.issue(db, desk.load_to_change(db, person, doc.id), "", person, at)


def _received(db: Session, doc: OfficeDocument, province: Unit, person: Person, now: datetime) -> None:
    """The province has it in its register."""
    theirs = select(Delivery.id).where(Delivery.office_document_id == doc.id, Delivery.unit_id == province.id)
    arrived = receiving.load(db, person, db.scalars(theirs).one())
    receiving.accept(db, arrived, now.astimezone(ZONE).date(), Registering(), None, person, now)
