"""Official papers that a meeting brings forth (minutes, records, invitations): their head, and where they are kept."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.models import Document
from documents.operations import add_document
from documents.versions import add_version
from ecabinet.access import (
    ancestors,
    meeting_label,
    member_label,
    office_label,
    preparing_label,
    running_label,
    unit_label,
)
from ecabinet.meetings import audience_queries
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.printing.sheets import Form, Head, Signer
from ecabinet.registry.models import Unit

PDF = "application/pdf"


def head_of(db: Session, unit: Unit, symbol: str, on: date | None) -> Head:
    """The head of a paper of a unit of the Union; its number is given when it is registered."""
    above = db.get(Unit, unit.parent_id) if unit.parent_id else None
    place = unit.address.rsplit(",", 1)[-1].strip()
    return Head(Form.UNION, unit.name.upper(), above.name.upper() if above else "", symbol=symbol, place=place, on=on)


def signed_by(position: str, participant: Participant | None, note: str = "(Ký, ghi rõ họ tên)") -> Signer:
    """Room for the signature of somebody of the meeting."""
    return Signer(position, participant.name if participant else "", note=note)


def keep(
    db: Session,
    meeting: Meeting,
    title: str,
    kind: str,
    blob: Blob,
    filename: str,
    by: str,
    now: datetime,
    *,
    item_id: int | None = None,
) -> Document:
    """Keep a paper of the meeting in the archive: for those invited, and for the offices above; one about an item for
    named participants for these, and for those who prepare the unit's meetings.
    """
    above = ancestors(meeting.unit.path)
    members = audience_queries.members_for(db, meeting.id, item_id)
    if members is None:
        labels = {meeting_label(meeting.id), *map(office_label, above)}
    else:
        labels = {running_label(meeting.id), *map(preparing_label, above), *map(member_label, members)}
    document = add_document(
        db, title=title, kind=kind, labels=labels, by=by, now=now, issuer=meeting.unit.name, issued_on=now.date(),
        owner=unit_label(meeting.unit_id),
    )  # fmt: skip
    add_version(db, document, blob, filename=filename, media_type=PDF, by=by, now=now)
    return document
