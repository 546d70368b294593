"""Telling people of drafts, in Vietnamese as all letters of the house; of a secret one they say nothing of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from ecabinet.access import Person
from ecabinet.notices.operations import tell_all
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import SECRET_BOOKS


def tell(
    db: Session, doc: OfficeDocument, members: set[int], subject: str, words: str, person: Person, now: datetime
) -> None:  # fmt: skip
    """Tell all of these but the one who did it."""
    secret = doc.book in SECRET_BOOKS
    about = "văn bản mật" if secret else doc.subject
    text = "" if secret else "\n".join(part for part in (doc.subject, words) if part)
    tell_all(
        db, members - {person.member_id}, f"{subject}: {about}", text, f"/office/documents/{doc.id}", now,
        about=f"office:{doc.id}",
    )  # fmt: skip
