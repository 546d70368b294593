"""Entries of registers that differ in everything that can be asked for."""

from datetime import timedelta

from sqlalchemy.orm import Session

from documents.models import Document
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import Book, searched
from ecabinet.office.models import Issuer, SeriesNumber
from ecabinet.office.numbering_rules import Direction, IssuerKind
from ecabinet.office.register_filters import OUT
from ecabinet.office.series import Wanted, series_for
from tests.office_people import TODAY
from tests.people import NOW

SUBJECTS = ("hội nghị tổng kết", "hội thi Tháng Thanh niên", "nghị quyết 15/NQ", "Hà Nam", "Hải Phòng năm nay", "")
ORGANS = ("UBND tỉnh Hà Nam", "Bộ Nội vụ", "Văn phòng O'Brien \\ 'x'")
STATES = ("registered", "presented", "assigned", "done", "filed", "voided")
ENTRIES = 90


def write(db: Session, unit_id: int, member_id: int, book: Book) -> None:
    """A register of a unit."""
    out = book in OUT
    direction = Direction.OUTGOING if out else Direction.INCOMING
    issuer = Issuer(unit_id=unit_id, kind=IssuerKind.BODY, name=f"Sổ {book}", notation="S")
    db.add(issuer)
    db.flush()
    series = series_for(db, Wanted(issuer, Direction.INCOMING, TODAY))
    for n in range(1, ENTRIES + 1):
        number = SeriesNumber(series_id=series.id, number=n, state="taken", dated_on=TODAY)
        paper = Document(title="x", kind="incoming", created_at=NOW, created_by="x")
        day, state = TODAY - timedelta(days=n % 7), STATES[n % len(STATES)]
        organ, subject = ORGANS[n % 3], f"{SUBJECTS[n % 5]} {n % 11}"
        db.add(OfficeDocument(
            direction=direction, book=book, unit_id=unit_id, document=paper, number=number, ordinal=n,
            state="issued" if out and state != "voided" else state, arrived_on=None if out else day,
            code_number=str(n % 13), type_code=("QĐ", "CV", "KH")[n // 3 % 3], issued_on=day - timedelta(days=n % 3),
            organ_name=organ, organ_key=searched(organ), subject=subject, created_by=member_id, created_at=NOW,
            searched=searched(organ, subject), due_on=None if n % 4 == 0 else TODAY + timedelta(days=n % 5 - 2),
            ended_on=TODAY if state in ("done", "filed") else None,
        ))  # fmt: skip
    db.flush()
