"""An office that issues: signed papers, their numbers, their recipients."""

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.database import Database
from documents.rules import Secrecy
from ecabinet.access import Person
from ecabinet.config import Config
from ecabinet.demo.letters import Letter, render
from ecabinet.engines import Engines, open_engines
from ecabinet.issuing import following, numbering, originals, papers, recipients, sending
from ecabinet.issuing.delivery_rules import Purpose, RecipientKind
from ecabinet.issuing.models import Delivery
from ecabinet.issuing.numbering import Wish
from ecabinet.issuing.originals import Original
from ecabinet.issuing.recipients import Recipient
from ecabinet.office import desk, setting
from ecabinet.office.desk import Seen
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.incoming import File
from ecabinet.registry.models import Unit
from ecabinet.signing import places, prepare
from tests.office_people import TODAY, staffed
from tests.people import NOW, Office

LATER = NOW + timedelta(hours=1)


class Issuing:
    """The office of the centre with its engines; each step of a paper as the clerk takes it."""

    def __init__(self, database: Database, folder: Path) -> None:
        url = database.url.render_as_string(hide_password=False)
        made = open_engines(Config.from_env({"DATA_DIR": str(folder), "DATABASE_URL": url, "WORKER": "off"}))
        made.database.dispose()
        self.engines: Engines = replace(made, database=database)
        self.database = database
        following.keep_told(database)
        with database.writing() as db:
            self.office: Office = staffed(db)
            centre = db.get_one(Unit, self.office.units["centre"])
            chosen = setting.Chosen("state", "TWĐTN", None, {})
            setting.choose(db, centre, chosen, self.office.person(db, "leader"), NOW)

    def person(self, db: Session, who: str = "first") -> Person:
        return self.office.person(db, who)

    def clerk(self) -> Person:
        with self.database.reading() as db:
            return self.person(db)

    def seen(self, db: Session, office_id: int, who: str = "first") -> Seen:
        return desk.load_to_change(db, self.person(db, who), office_id)

    def doc(self, office_id: int) -> OfficeDocument:
        with self.database.reading() as db:
            return db.get_one(OfficeDocument, office_id)

    def put(self, content: bytes) -> Blob:
        return self.engines.blobs.put(io.BytesIO(content))

    def signed(self, *, paper: bytes = b"", **said: object) -> int:
        """A paper signed by hand and scanned."""
        values: dict[str, object] = {
            "type_code": "QĐ", "subject": "Về việc khen thưởng", "signer_name": "Nguyễn Văn Bí", "signer_position":
            "Bí thư",
        } | said  # fmt: skip
        blob = self.put(paper or f"%PDF-1.4 {values['subject']}".encode())
        with self.database.writing() as db:
            unit = db.get_one(Unit, self.office.units["centre"])
            file = File(blob, "quyet-dinh.pdf", "application/pdf")
            return originals.bring(db, unit, file, Original(**values), self.person(db), NOW).id  # type: ignore[arg-type]

    def numbered(self, **said: object) -> int:
        office_id = self.signed(**said)
        self.number(office_id)
        return office_id

    def number(self, office_id: int, **wish: object) -> None:
        with self.database.writing() as db:
            asked = Wish(**({"dated": TODAY} | wish))  # type: ignore[arg-type]
            numbering.number(db, self.seen(db, office_id), asked, self.person(db), NOW)
        papers.fill(self.engines, office_id, self.clerk(), NOW)

    def to_unit(self, name: str, purpose: Purpose = Purpose.CARRY_OUT) -> Recipient:
        return Recipient(RecipientKind.UNIT, self.office.units[name], purpose)

    def to_member(self, name: str, purpose: Purpose = Purpose.KNOW) -> Recipient:
        return Recipient(RecipientKind.MEMBER, self.office.members[name], purpose)

    def plan(self, office_id: int, *wanted: Recipient) -> None:
        with self.database.writing() as db:
            recipients.plan(db, self.seen(db, office_id).doc, wanted)

    def issue(self, office_id: int, *wanted: Recipient, reason: str = "") -> None:
        self.plan(office_id, *wanted)
        with self.database.writing() as db:
            sending.issue(db, self.seen(db, office_id), reason, self.person(db), NOW)

    def deliver(self) -> None:
        while sending.deliver_piece(self.database, LATER):
            pass

    def issued(self, *wanted: Recipient, **said: object) -> int:
        """One that has reached these; to Huế where nobody is named."""
        office_id = self.numbered(**said)
        self.issue(office_id, *(wanted or [self.to_unit("hue")]))
        self.deliver()
        return office_id

    def deliveries(self, office_id: int) -> list[Delivery]:
        with self.database.reading() as db:
            found = select(Delivery).where(Delivery.office_document_id == office_id)
            return list(db.scalars(found.order_by(Delivery.id)))

    def entrust(self, unit: str, *names: str) -> None:
        with self.database.writing() as db:
            members = {self.office.members[name] for name in names}
            setting.entrust(db, db.get_one(Unit, self.office.units[unit]), members, self.person(db, "leader"), NOW)

    def secret(self, *wanted: Recipient) -> int:
        """A secret one."""
        return self.issued(*wanted, secrecy=Secrecy.SECRET)


def form_paper() -> bytes:
    """A letter in its form, made ready for its number and the organisation's signature."""
    letter = Letter(
        ["TRUNG ƯƠNG ĐOÀN"], "        /QĐ-TWĐTN", "Hà Nội", TODAY, "Về việc khen thưởng", ["Điều 1. Khen thưởng."],
        ["BÍ THƯ"], "Nguyễn Văn Bí", "QUYẾT ĐỊNH",
    )  # fmt: skip
    pdf = render(letter).read()
    return prepare.prepare(pdf, places.find(pdf, ["Nguyễn Văn Bí"]))
