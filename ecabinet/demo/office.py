"""Documents that came to the centre's office: one in each stage, one of them late. Made up, like who signed them."""

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
from ecabinet.office import desk, incoming, routing, series, setting
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import Facts
from ecabinet.office.incoming import File, Registering
from ecabinet.office.life_rules import OfficeState
from ecabinet.office.numbering_rules import Direction, split_code
from ecabinet.office.routing_rules import Order, Report, Role, Whom
from ecabinet.registry.models import Body, Unit
from ecabinet.registry.rules import Sex


@dataclass(frozen=True)
class Came:
    """A letter, how its organ is written, how many days ago it came, how far it is, in how many days it is due."""

    letter: Letter
    organ: str
    type_code: str
    days: int
    state: OfficeState
    due: int | None = None


def letters(now: datetime) -> list[Came]:
    """What came lately, the oldest first."""
    names = Names(random.Random("letters"))
    today = now.astimezone(ZONE).date()

    def letter(ago: int, organ: Sequence[str], code: str, place: str, subject: str, authority: Sequence[str],
               *text: str, title: str = "") -> Letter:  # fmt: skip
        issued_on = today - timedelta(days=ago + 2)
        return Letter(
            organ, code, place, issued_on, subject, text, authority, names.draw(Sex.FEMALE), title
        )  # fmt: skip

    return [
        Came(letter(9, ["BỘ NỘI VỤ"], "2184/BNV-CTTN", "Hà Nội", "góp ý dự thảo Chiến lược phát triển thanh niên",
                    ["KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"], "Kính gửi: Trung ương Đoàn TNCS Hồ Chí Minh",
                    "Bộ Nội vụ gửi dự thảo Chiến lược phát triển thanh niên Việt Nam giai đoạn tới và đề nghị quý cơ "
                    "quan nghiên cứu, góp ý bằng văn bản.",
                    "Sau thời hạn nêu trên, nếu không nhận được văn bản góp ý, Bộ xem như quý cơ quan thống nhất."),
             "Bộ Nội vụ", "CV", 9, OfficeState.ASSIGNED, -2),
        Came(letter(7, ["BỘ TÀI CHÍNH"], "318/QĐ-BTC", "Hà Nội", "Về việc ban hành mẫu báo cáo quyết toán năm",
                    ["KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"], "Căn cứ Luật Ngân sách nhà nước;",
                    "Điều 1. Ban hành kèm theo Quyết định này mẫu báo cáo quyết toán năm áp dụng thống nhất.",
                    "Điều 2. Quyết định này có hiệu lực kể từ ngày ký.", title="QUYẾT ĐỊNH"),
             "Bộ Tài chính", "QĐ", 7, OfficeState.DONE, 5),
        Came(letter(4, ["ỦY BAN NHÂN DÂN", "TỈNH LÀO CAI"], "905/UBND-KGVX", "Lào Cai",
                    "phối hợp tổ chức Trại hè thanh thiếu niên vùng cao", ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"],
                    "Kính gửi: Trung ương Đoàn TNCS Hồ Chí Minh",
                    "Ủy ban nhân dân tỉnh Lào Cai đề nghị Trung ương Đoàn phối hợp tổ chức Trại hè và cử đại biểu dự."),
             "Ủy ban nhân dân tỉnh Lào Cai", "CV", 4, OfficeState.ASSIGNED, 0),
        Came(letter(2, ["BỘ GIÁO DỤC VÀ ĐÀO TẠO"], "67/KH-BGDĐT", "Hà Nội",
                    "Tổ chức Tuần lễ học tập suốt đời", ["KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"],
                    "Bộ Giáo dục và Đào tạo xây dựng Kế hoạch tổ chức Tuần lễ học tập suốt đời như sau:",
                    "1. Mục đích: nâng cao nhận thức của xã hội về học tập suốt đời.", title="KẾ HOẠCH"),
             "Bộ Giáo dục và Đào tạo", "KH", 2, OfficeState.PRESENTED, 8),
        Came(letter(1, ["BỘ Y TẾ"], "4410/BYT-TT", "Hà Nội", "phối hợp vận động hiến máu tình nguyện dịp cuối năm",
                    ["TL. BỘ TRƯỞNG", "CHÁNH VĂN PHÒNG"], "Kính gửi: Trung ương Đoàn TNCS Hồ Chí Minh",
                    "Bộ Y tế đề nghị Trung ương Đoàn chỉ đạo các cấp bộ Đoàn vận động đoàn viên hiến máu tình nguyện."),
             "Bộ Y tế", "CV", 1, OfficeState.REGISTERED),
        Came(letter(0, ["BỘ TƯ PHÁP"], "1523/BTP-PBGDPL", "Hà Nội",
                    "hưởng ứng Ngày Pháp luật trong thanh thiếu niên", ["KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"],
                    "Kính gửi: Trung ương Đoàn TNCS Hồ Chí Minh",
                    "Bộ Tư pháp đề nghị quý cơ quan chỉ đạo tuyên truyền, phổ biến pháp luật trong thanh thiếu niên."),
             "Bộ Tư pháp", "CV", 0, OfficeState.RECEIVED),
    ]  # fmt: skip


def put(engines: Engines, came: list[Came]) -> list[Blob]:
    """The letters as PDFs in the store."""
    return [engines.blobs.put(render(one.letter)) for one in came]


def make(db: Session, centre: Unit, body: Body, came: list[Came], blobs: list[Blob], now: datetime) -> None:
    """The office of the centre writes in the form of the Union, keeps secrets, and has these letters."""
    clerk, leader, official = (signed_in(db, login, now) for login in ("vanthu", "lanhdao", "chuyenvien"))
    chosen = setting.Chosen("union", "TWĐTN", body.id, {})
    setting.choose(db, centre, chosen, clerk, now)
    setting.entrust(db, centre, {clerk.member_id}, leader, now)
    issuer = series.issuer_of(db, centre)
    first_day = (now - timedelta(days=came[0].days)).astimezone(ZONE).date()
    numbers = series.series_for(db, series.Wanted(issuer, Direction.INCOMING, first_day))
    series.set_last(db, numbers, 1245, series.Act(clerk.member_id, now, "Nối sổ giấy của năm"))
    for one, blob in zip(came, blobs, strict=True):
        at = now - timedelta(days=one.days)
        name = f"{one.letter.code.replace('/', '-')}.pdf"
        version = incoming.receive(db, centre, File(blob, name, "application/pdf"), clerk, at, secret=False)
        found = select(OfficeDocument.id).where(OfficeDocument.document_id == version.document_id)
        _bring_to(db, db.scalars(found).one(), one, (clerk, leader, official), at)


def _bring_to(db: Session, office_id: int, one: Came, people: tuple[Person, Person, Person], at: datetime) -> None:
    """Through the same steps that people take, as far as it is."""
    clerk, leader, official = people
    if one.state == OfficeState.RECEIVED:
        return
    incoming.register(db, desk.load(db, clerk, office_id), _facts(one, at), Registering(), clerk, at)
    if one.state == OfficeState.REGISTERED:
        return
    routing.present(db, desk.load(db, clerk, office_id), leader.member_id, "", clerk, at)
    if one.state == OfficeState.PRESENTED:
        return
    due_on = at.astimezone(ZONE).date() + timedelta(days=one.days + (one.due or 0))
    order = Order([Whom(Role.LEAD, official.member_id)], "Đồng chí nghiên cứu, tham mưu văn bản trả lời.", due_on)
    routing.assign(db, desk.load(db, leader, office_id), order, leader, at)
    routing.report(db, desk.load(db, official, office_id), Report("Đang lấy ý kiến các ban.", 40), official, at)
    if one.state == OfficeState.DONE:
        said = Report("Đã phổ biến mẫu báo cáo đến các đơn vị.")
        routing.finish(db, desk.load(db, official, office_id), said, official, at)


def _facts(one: Came, at: datetime) -> Facts:
    number, notation = split_code(one.letter.code)
    return Facts(
        number, notation, one.type_code, one.letter.issued_on, one.organ, one.letter.subject[:1].upper()
        + one.letter.subject[1:], at.astimezone(ZONE).date(), signer_name=one.letter.signer,
        signer_position=one.letter.authority[-1].capitalize(), page_amount=1,
    )  # fmt: skip
