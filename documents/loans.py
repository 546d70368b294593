"""Borrowing a document to work on it (mượn để sửa): one at a time, for a time.

As :mod:`documents.operations`: in the caller's transaction. A loan past its end is none.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import Problem
from documents.models import Document, Loan


def loan_of(db: Session, document_id: int, now: datetime) -> Loan | None:
    """Who has the document out at this moment."""
    return db.scalar(select(Loan).where(Loan.document_id == document_id, Loan.until > now))


def require_free(db: Session, document_id: int, holder: str, now: datetime) -> None:
    """Raise ``on_loan`` while somebody other than ``holder`` has the document out."""
    loan = loan_of(db, document_id, now)
    if loan is not None and loan.holder != holder:
        raise Problem("on_loan", who=loan.holder_name)


def lend(db: Session, document: Document, holder: str, holder_name: str, until: datetime, now: datetime) -> Loan:
    """Lend the document out, or longer to the one who has it; refused (``on_loan``) while another has it."""
    _lock(db, document)
    require_free(db, document.id, holder, now)
    loan = db.get(Loan, document.id)
    if loan is None:
        loan = Loan(document_id=document.id)
        db.add(loan)
    if loan.holder != holder:
        loan.since = now
    loan.holder, loan.holder_name, loan.until = holder, holder_name, until
    db.flush()
    changed(db, "document", document.id)
    return loan


def end_loan(db: Session, document: Document, now: datetime, holder: str | None = None) -> Loan:
    """Take it back, only from ``holder`` if given; the loan that was. Refused (``not_on_loan``) when it is not out."""
    _lock(db, document)
    loan = loan_of(db, document.id, now)
    if loan is None or (holder is not None and loan.holder != holder):
        raise Problem("not_on_loan")
    db.delete(loan)
    db.flush()
    changed(db, "document", document.id)
    return loan


def _lock(db: Session, document: Document) -> None:
    # Of two who ask at once the second sees the loan of the first; who adds a version holds the same row.
    db.execute(select(Document.id).where(Document.id == document.id).with_for_update(key_share=True))
