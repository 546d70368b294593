"""What was done with a file: a line of its history and of the audit trail for each act."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from documents.database import changed
from ecabinet import audit
from ecabinet.access import Person
from ecabinet.filing.life_rules import FileAct
from ecabinet.filing.models import FileEvent, OfficeFile


def record(
    db: Session,
    file: OfficeFile,
    act: FileAct,
    person: Person | None,
    now: datetime,
    text: str = "",
    *,
    document_id: int | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """A line of its history and of the audit trail; the search follows."""
    by = person.member_id if person is not None else None
    event = FileEvent(
        file_id=file.id, at=now, by=by, act=act, text=text, document_id=document_id, details=details or {}
    )  # fmt: skip
    db.add(event)
    db.flush()
    said = {} if file.secret else {"notation": file.notation, "year": file.year}
    said |= {"document": document_id} if document_id is not None else {}
    said |= {"reason": text} if text else {}
    audit.record(db, by, f"file_{act}", f"file:{file.id}", now, state=str(file.state), **said)
    changed(db, "file", file.id)
