"""Reading one's own notes; those of others do not exist."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import NotFound
from documents.text import exact, fold
from ecabinet.notebook.models import Note

MOST = 500


def load(db: Session, member_id: int, note_id: int) -> Note:
    """A note of this member."""
    note = db.get(Note, note_id)
    if note is None or note.member_id != member_id:
        raise NotFound(f"note {note_id}")
    return note


def notes(db: Session, member_id: int, question: str = "", meeting_id: int | None = None) -> list[Note]:
    """This member's notes that hold all the words, marks aside; the last changed first."""
    found = select(Note).where(Note.member_id == member_id)
    for word in fold(exact(question)).split():
        found = found.where(Note.search_text.contains(word, autoescape=True))
    if meeting_id is not None:
        found = found.where(Note.meeting_id == meeting_id)
    return list(db.scalars(found.order_by(Note.updated_at.desc(), Note.id.desc()).limit(MOST)))


def by_key(db: Session, member_id: int, key: str) -> Note:
    """The same by the key that its page made."""
    note = db.scalar(select(Note).where(Note.member_id == member_id, Note.key == key))
    if note is None:
        raise NotFound("note by key")
    return note
