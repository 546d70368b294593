"""What a document belongs to elsewhere holds it: it is not thrown away while it does, and where the hold is firm it
gets no new version either.

As :mod:`documents.operations`: in the caller's transaction. Holders are the caller's words, for example ``"file:12"``.
"""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from documents.errors import Problem
from documents.models import Hold


def hold(db: Session, document_id: int, holder: str, *, firm: bool = False) -> None:
    """Hold it from now on, or hold it more firmly."""
    kept = db.get(Hold, (document_id, holder))
    if kept is None:
        kept = Hold(document_id=document_id, holder=holder)
        db.add(kept)
    kept.firm = firm
    db.flush()


def release(db: Session, document_id: int, holder: str) -> None:
    """Hold it no longer."""
    db.execute(delete(Hold).where(Hold.document_id == document_id, Hold.holder == holder))


def is_held(db: Session, document_id: int) -> bool:
    """Whether anything holds it."""
    return db.scalar(select(Hold.document_id).where(Hold.document_id == document_id).limit(1)) is not None


def require_loose(db: Session, document_id: int, *, firm: bool = False) -> None:
    """Raise ``held`` while something holds it; ``firm``: ``held_firmly``, only where a hold is firm."""
    found = select(Hold.document_id).where(Hold.document_id == document_id)
    if db.scalar((found.where(Hold.firm) if firm else found).limit(1)) is not None:
        raise Problem("held_firmly" if firm else "held")
