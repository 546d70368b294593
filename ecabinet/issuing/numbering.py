"""The number of an outgoing document: which series, how it is written, what the register says then. None commits."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import Invalid, Problem
from documents.operations import rename
from documents.rules import Secrecy
from ecabinet.access import Person
from ecabinet.issuing.models import Dispatch
from ecabinet.office import incoming, series
from ecabinet.office.desk import Seen
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import SECRET_BOOKS, book_of, sameness, searched
from ecabinet.office.incoming import record
from ecabinet.office.life_rules import OfficeAct
from ecabinet.office.models import Issuer, NumberSeries, SeriesNumber
from ecabinet.office.numbering_rules import Direction, IssuerKind, NumberState, split_code, written
from ecabinet.office.series import Act, Wanted

OUT = Direction.OUTGOING
LONGEST_DRAFTER = 30


@dataclass(frozen=True)
class Wish:
    """What the clerk asks for: the date of the document, who issues it, the letters of the drafting unit, a number
    that was kept for it; ``reason`` where the date does not belong to the series.
    """

    dated: date
    issuer_id: int | None = None
    drafter: str = ""
    reserved_id: int | None = None
    reason: str = ""


def dispatch_of(db: Session, office_id: int) -> Dispatch:
    """What issuing knows of a document, made at the first time."""
    found = db.get(Dispatch, office_id)
    if found is None:
        found = Dispatch(office_document_id=office_id, drafter="", on_paper=False, copy_pages="")
        db.add(found)
        db.flush()
    return found


def known_of(db: Session, office_id: int) -> Dispatch:
    """The same for showing: one that there is not yet is not written down."""
    blank = Dispatch(office_document_id=office_id, drafter="", on_paper=False, copy_pages="")
    return db.get(Dispatch, office_id) or blank


def expect(db: Session, office_id: int, issuer_id: int | None, drafter: str = "") -> None:
    """Whoever drafted it says who issues it; the clerk sees it offered with the number."""
    dispatch = dispatch_of(db, office_id)
    dispatch.issuer_id, dispatch.drafter = issuer_id, drafter.strip()[:LONGEST_DRAFTER]


def number(db: Session, seen: Seen, wish: Wish, person: Person, now: datetime) -> None:
    """Give it the next number of its series, or one that was kept; date, notation and register follow.

    Raises as :func:`.series.take` does, ``number_lacks`` where letters of the notation are missing,
    ``number_elsewhere`` for a kept number of another series; all by their field.
    """
    doc, state = seen.doc, seen.after(OfficeAct.NUMBER)
    if len(wish.drafter) > LONGEST_DRAFTER:
        raise Problem("too_long", field="drafter", limit=LONGEST_DRAFTER)
    issuer = _issuer(db, doc, wish.issuer_id)
    held = series.series_for(db, _wanted(doc, issuer, wish.dated))
    taken = _take(db, held, wish, Act(person.member_id, now, wish.reason))
    code = code_of(db, doc, issuer, taken.number, wish.drafter)
    expect(db, doc.id, issuer.id, wish.drafter)
    doc.number_id, doc.ordinal, doc.state, doc.issued_on = taken.id, taken.number, state, wish.dated
    _write(db, doc, issuer, code, now)
    said: dict[str, Any] = {"number": taken.number, "series": held.id, "code": code}
    record(db, doc, OfficeAct.NUMBER, person, now, wish.reason, said)


def void(db: Session, seen: Seen, reason: str, person: Person, now: datetime) -> None:
    """It will not go out: its number is void for ever, with the reason; the signed paper stays."""
    incoming.void(db, seen, reason, person, now)


def issuers(db: Session, unit_id: int) -> list[Issuer]:
    """Who gives numbers in a unit now, the unit itself first."""
    found = db.scalars(select(Issuer).where(Issuer.unit_id == unit_id, Issuer.closed_on.is_(None))).all()
    return sorted(found, key=lambda one: (one.kind != IssuerKind.UNIT, one.name))


def kept_numbers(db: Session, doc: OfficeDocument) -> list[SeriesNumber]:
    """The numbers that are kept for somebody in the series of this type, in the office of this unit."""
    kept = (
        select(SeriesNumber)
        .join(NumberSeries, NumberSeries.id == SeriesNumber.series_id)
        .join(Issuer, Issuer.id == NumberSeries.issuer_id)
        .where(Issuer.unit_id == doc.unit_id, NumberSeries.direction == OUT)
        .where(NumberSeries.type_code.in_(["", doc.type_code]), NumberSeries.secret == (doc.book in SECRET_BOOKS))
        .where(SeriesNumber.state == NumberState.RESERVED)
    )
    return list(db.scalars(kept.order_by(SeriesNumber.number)))


def code_of(db: Session, doc: OfficeDocument, issuer: Issuer, count: int, drafter: str) -> str:
    """A number with its notation, as the form of the unit writes it."""
    profile = series.profile_of(db, doc.unit)
    rule = profile.rule_for(OUT, doc.type_code, IssuerKind(issuer.kind))
    parts = {"type": doc.type_code, "organ": issuer.notation, "drafter": drafter.strip()}
    return written(rule.form, profile.digits, count, **parts)


def next_code(db: Session, doc: OfficeDocument, issuer: Issuer, dated: date, drafter: str) -> str:
    """What it would be called if it took its number now; "" where the form cannot say. Takes nothing, locks nothing."""
    try:
        profile = series.profile_of(db, doc.unit)
        rule = profile.rule_for(OUT, doc.type_code, IssuerKind(issuer.kind))
        held = db.scalar(
            select(NumberSeries)
            .where(NumberSeries.issuer_id == issuer.id, NumberSeries.rule == rule.name)
            .where(NumberSeries.type_code == rule.series_type(doc.type_code))
            .where(NumberSeries.secret == (doc.book in SECRET_BOOKS))
            .where((NumberSeries.starts_on.is_(None)) | (NumberSeries.starts_on <= dated))
            .where((NumberSeries.ends_on.is_(None)) | (NumberSeries.ends_on >= dated))
        )
        released = None if held is None else db.scalar(
            select(SeriesNumber.number).where(SeriesNumber.series_id == held.id)
            .where(SeriesNumber.state == NumberState.RELEASED).order_by(SeriesNumber.number).limit(1)
        )  # fmt: skip
        return code_of(db, doc, issuer, released or (held.next_number if held else 1), drafter)
    except Problem:
        return ""


def _issuer(db: Session, doc: OfficeDocument, issuer_id: int | None) -> Issuer:
    if issuer_id is None:
        return series.issuer_of(db, doc.unit)
    issuer = db.get(Issuer, issuer_id)
    if issuer is None or issuer.unit_id != doc.unit_id or issuer.closed_on is not None:
        raise Problem("unknown_choice", field="issuer")
    return issuer


def _wanted(doc: OfficeDocument, issuer: Issuer, dated: date) -> Wanted:
    return Wanted(issuer, OUT, dated, doc.type_code, doc.book in SECRET_BOOKS)


def _take(db: Session, held: NumberSeries, wish: Wish, act: Act) -> SeriesNumber:
    if wish.reserved_id is None:
        return series.take(db, held, wish.dated, act)
    kept = db.get(SeriesNumber, wish.reserved_id)
    if kept is None or kept.series_id != held.id:
        raise Invalid({"reserved": Problem("number_elsewhere")})
    series.use(db, kept, wish.dated, act)
    return kept


def _write(db: Session, doc: OfficeDocument, issuer: Issuer, code: str, now: datetime) -> None:
    """The line of the register, and what the archive says of the paper."""
    secrecy = Secrecy(doc.secrecy)
    doc.code, doc.book = code, book_of(OUT, secrecy)
    doc.code_number, doc.code_notation = split_code(code)
    doc.organ_name = issuer.name[:200]
    doc.organ_key = searched(doc.organ_name)[:200]
    doc.sameness = sameness(doc.code_number, doc.code_notation, doc.organ_name)
    doc.searched = searched(code, doc.organ_name, doc.subject, doc.signer_name, doc.to_places, doc.description)
    kept = doc.document
    kept.type_code, kept.number, kept.issuer = doc.type_code or None, code, doc.organ_name
    kept.issued_on, kept.signer, kept.secrecy = doc.issued_on, doc.signer_name or None, secrecy
    rename(db, kept, doc.subject, now)
