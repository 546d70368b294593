"""Files of the centre's office: the list of the year, two with documents, one that must go to the archive soon."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.models import Document
from documents.retention_rules import Retention
from ecabinet.access import Person
from ecabinet.clock import ZONE
from ecabinet.demo.people import signed_in
from ecabinet.filing import gathering, operations, seeing
from ecabinet.filing.file_rules import FileFacts
from ecabinet.office.document_models import OfficeDocument
from ecabinet.registry.models import Unit

GENERAL, YOUTH, FINANCE = "I. Tổng hợp", "II. Công tác thanh niên", "III. Tài chính"
_R = Retention
LIST = (
    ("01.TH", GENERAL, "Hồ sơ hội nghị Ban Chấp hành năm {year}", _R.FOR_EVER),
    ("02.TH", GENERAL, "Hồ sơ xây dựng chương trình công tác năm {year}", _R.YEARS_20),
    ("03.TN", YOUTH, "Hồ sơ góp ý Chiến lược phát triển thanh niên Việt Nam", _R.YEARS_50),
    ("04.TN", YOUTH, "Hồ sơ tổ chức các hoạt động hè năm {year}", _R.YEARS_10),
    ("05.TC", FINANCE, "Hồ sơ quyết toán kinh phí năm {year}", _R.YEARS_20),
)
WITH_DOCUMENTS = {"03.TN": "2184/BNV-CTTN", "05.TC": "318/QĐ-BTC"}
"""What of the demonstration's letters goes where."""
NEARLY_A_YEAR = timedelta(days=350)


def make(db: Session, centre: Unit, now: datetime) -> None:
    """By the clerk, with the official in charge of what is at work."""
    clerk, official = (signed_in(db, login, now) for login in ("vanthu", "chuyenvien"))
    year = now.astimezone(ZONE).year
    for notation, heading, title, retention in LIST:
        charge = official.member_id if notation in WITH_DOCUMENTS else None
        facts = FileFacts(
            year, notation, title.format(year=year), retention, heading, creator="Văn phòng", in_charge_id=charge
        )  # fmt: skip
        file_id = operations.plan(db, centre, facts, clerk, now).id
        if notation in WITH_DOCUMENTS:
            wanted = select(OfficeDocument.document_id).where(OfficeDocument.code == WITH_DOCUMENTS[notation])
            _gather(db, file_id, list(db.scalars(wanted)), clerk, now)
    _last_years(db, centre, clerk, year, now)


def _last_years(db: Session, centre: Unit, clerk: Person, year: int, now: datetime) -> None:
    """A file whose work ended almost a year ago: its hand-over presses."""
    ended = (now - NEARLY_A_YEAR).astimezone(ZONE).date()
    facts = FileFacts(
        ended.year, "09.TH", f"Hồ sơ phổ biến, giáo dục pháp luật năm {ended.year}", Retention.YEARS_10, GENERAL,
        creator="Văn phòng", starts_on=ended.replace(month=1, day=1),
    )  # fmt: skip
    file_id = operations.plan(db, centre, facts, clerk, now).id
    laws = select(Document.id).where(Document.kind == "law").order_by(Document.id).limit(3)
    _gather(db, file_id, list(db.scalars(laws)), clerk, now)
    operations.close(db, seeing.load(db, clerk, file_id), ended, clerk, now)


def _gather(db: Session, file_id: int, ids: list[int], clerk: Person, now: datetime) -> None:
    gathering.add(db, seeing.load(db, clerk, file_id), ids, clerk, now)
