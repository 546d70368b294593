"""What issuing shows on the page of a document: the next step of the clerk, how far it is with its recipients; at the
recipient's, that it was recalled.
"""

from flask import render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet.clock import today
from ecabinet.issuing import numbering, queries
from ecabinet.issuing.models import Delivery
from ecabinet.office.desk import Seen
from ecabinet.office.life_rules import OfficePart, OfficeState
from ecabinet.office.numbering_rules import Direction
from ecabinet.office.panels import Panel

BEFORE = frozenset({OfficeState.DRAFT, OfficeState.SUBMITTED, OfficeState.DISCARDED})


def next_step(db: Session, seen: Seen) -> str:
    """Number, seal, issue: for those who do it."""
    doc = seen.doc
    if doc.direction != Direction.OUTGOING:
        return _recalled(seen)
    if doc.state in BEFORE or not seen.parts & {OfficePart.CLERK, OfficePart.LEADER, OfficePart.DRAFTER}:
        return ""
    dispatch, issuers = numbering.known_of(db, doc.id), numbering.issuers(db, doc.unit_id)
    chosen = next((one for one in issuers if one.id == dispatch.issuer_id), issuers[0] if issuers else None)
    code = numbering.next_code(db, doc, chosen, today(), dispatch.drafter) if chosen and seen.may("number") else ""
    return render_template(
        "issuing/panel.html", seen=seen, doc=doc, dispatch=dispatch, issuers=issuers, chosen=chosen, code=code,
        today=today(), kept=numbering.kept_numbers(db, doc) if seen.may("number") else [],
        progress=queries.progress(db, doc.id) if dispatch.issued_at else None, planned=_planned(db, doc.id),
    )  # fmt: skip


def _planned(db: Session, office_id: int) -> list[str]:
    names = select(Delivery.name).where(Delivery.office_document_id == office_id)
    return list(db.scalars(names.order_by(Delivery.id).limit(4)))


def _recalled(seen: Seen) -> str:
    if seen.doc.recalled_at is None or not seen.may("recall"):
        return ""
    return render_template("issuing/recalled.html", seen=seen, doc=seen.doc)


PANELS = (Panel("issuing", next_step, wide=True),)
