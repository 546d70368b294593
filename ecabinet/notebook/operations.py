"""Changes of notes. None commits. Nothing of them goes on the audit trail: they are nobody else's business."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents.errors import NotFound, Problem
from documents.text import exact, fold
from ecabinet.meetings.models import AgendaItem, Meeting
from ecabinet.notebook import rules
from ecabinet.notebook.models import Note


@dataclass(frozen=True)
class Place:
    """What a new note is about: a meeting, an item of it, or nothing."""

    meeting: Meeting | None = None
    item: AgendaItem | None = None

    @property
    def words(self) -> str:
        """As the note keeps it."""
        names = [self.meeting.title if self.meeting else "", self.item.title if self.item else ""]
        return " · ".join(name for name in names if name)


def save(
    db: Session, member_id: int, key: str, title: str, text: str, revision: int, place: Place, now: datetime
) -> Note | None:
    """Keep what a page says of a note, known by its ``key``; ``revision`` is the one that the page has read, 0 for a
    new note. None while there is nothing to keep. Raises :class:`~ecabinet.notebook.rules.Conflict`.
    """
    rules.check_note(title, text)
    note = db.scalar(select(Note).where(Note.member_id == member_id, Note.key == key).with_for_update())
    if note is None:
        return _begin(db, member_id, key, title, text, revision, place, now)
    said, present = _whole(title, text), _whole(note.title, note.text)
    rules.check_revision(revision, note.revision, said, present)
    if said != present:
        note.title, note.text, note.updated_at = title, text, now
        note.search_text = fold(exact(said))
        note.revision += 1
        db.flush()
    return note


def _begin(
    db: Session, member_id: int, key: str, title: str, text: str, revision: int, place: Place, now: datetime
) -> Note | None:
    if revision:
        raise NotFound("a note that was deleted elsewhere")
    if not (title or text.strip()):
        return None
    note = Note(
        member_id=member_id, key=key, title=title, text=text, search_text=fold(exact(_whole(title, text))),
        meeting_id=place.meeting.id if place.meeting else None, item_id=place.item.id if place.item else None,
        about=place.words, created_at=now, updated_at=now, revision=1,
    )  # fmt: skip
    db.add(note)
    try:
        db.flush()
    except IntegrityError as error:
        # Two first saves of one page at the same moment: the page tries again and finds the note.
        raise Problem("busy") from error
    return note


def _whole(title: str, text: str) -> str:
    return f"{title}\n{text}"


def remove(db: Session, note: Note) -> None:
    """Throw a note away."""
    db.delete(note)
    db.flush()
