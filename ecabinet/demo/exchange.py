"""What came by itself: a package of another organisation, signed, which waits for its number. Made up."""

import random
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select

from ecabinet.access import Role
from ecabinet.clock import ZONE
from ecabinet.demo.letters import Letter, render
from ecabinet.demo.people import Names
from ecabinet.engines import Engines
from ecabinet.exchange import inbox, outbox, partners
from ecabinet.exchange.models import ExchangePartner
from ecabinet.exchange.package_rules import Attachment, Header, Organ, Package, Trace, document_id, type_number
from ecabinet.exchange.partners import Draft
from ecabinet.meetings.persons import person_of
from ecabinet.printing import seals
from ecabinet.registry.models import Unit, UnitRole
from ecabinet.registry.rules import Sex

OURS = "000.00.00.G22"
SENDER = Organ("000.00.00.H41", "Ủy ban nhân dân tỉnh Nghệ An")
CODE = ("312", "KH-UBND")
SUBJECT = "Kế hoạch phối hợp tổ chức Tháng Thanh niên"


def make(engines: Engines, centre: Unit, now: datetime) -> None:
    """The code of the centre, one partner (without an address: nothing leaves a demonstration), and what it sent. The
    partner signs with the installation's own certificate, for want of another.
    """
    certificate = seals.identity(engines.config, now).certificate.public_bytes(Encoding.PEM).decode()
    with engines.database.writing() as db:
        administrators = select(UnitRole.account_id).where(
            UnitRole.unit_id == centre.id, UnitRole.role == Role.ADMINISTRATOR
        )  # fmt: skip
        person = person_of(db, db.scalars(administrators).one(), now)
        if person is None:
            raise LookupError("the administrator of the demonstration")
        partners.set_organ(db, centre, OURS, person, now)
        draft = Draft(SENDER.name, SENDER.organ_id, certificate=certificate)
        partner: ExchangePartner = partners.save(db, centre, None, draft, engines.sealer, person, now)
        partner_id = partner.id
    blob = outbox.packed(engines, _package(Organ(OURS, centre.name), now), now)
    inbox.take(engines, centre.id, blob, partner_id, now)


def _package(to: Organ, now: datetime) -> Package:
    signer = Names(random.Random("exchange")).draw(Sex.MALE)
    issued_on = now.astimezone(ZONE).date() - timedelta(days=1)
    letter = Letter(
        ["ỦY BAN NHÂN DÂN", "TỈNH NGHỆ AN"], "/".join(CODE), "Nghệ An", issued_on, SUBJECT,
        ["Ủy ban nhân dân tỉnh phối hợp với Trung ương Đoàn tổ chức Tháng Thanh niên trên địa bàn tỉnh."],
        ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"], signer, "KẾ HOẠCH",
    )  # fmt: skip
    header = Header(
        SENDER, (to,), *CODE, issued_on, "Kế hoạch", SUBJECT, place="Nghệ An", type_number=type_number("KH"),
        signer_position="Chủ tịch", signer_name=signer, due_on=issued_on + timedelta(days=10),
        to_places=(to.name, "Lưu: VT"), priority=1, page_amount=1, traces=(Trace(SENDER.organ_id, now),),
        document_id=document_id(SENDER.organ_id, issued_on, "/".join(CODE)),
    )  # fmt: skip
    paper = Attachment("file-1", "ke-hoach-312.pdf", "application/pdf", render(letter).read())
    budget = Attachment("file-2", "du-toan.txt", "text/plain", "Dự toán kinh phí: theo thông báo sau.".encode())
    return Package(header, (paper, budget))
