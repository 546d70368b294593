"""Who gives numbers in a unit besides the unit itself: its bodies, a congress while it lasts. None of these commits."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import Invalid, NotFound, Problem
from ecabinet import audit
from ecabinet.access import Person
from ecabinet.clock import ZONE
from ecabinet.office import series
from ecabinet.office.models import Issuer
from ecabinet.office.numbering_rules import IssuerKind
from ecabinet.registry.models import Body, Unit

LONGEST_NAME = 200
LONGEST_NOTATION = 30


@dataclass(frozen=True)
class IssuerDraft:
    """What a clerk says of an issuer; the unit itself is set up by the settings of its form."""

    kind: str
    name: str
    notation: str
    body_id: int | None


def open_of(db: Session, unit: Unit) -> list[Issuer]:
    """Who gives numbers in a unit now: the unit first, then by name."""
    own = series.issuer_of(db, unit)
    found = select(Issuer).where(Issuer.unit_id == unit.id, Issuer.closed_on.is_(None), Issuer.id != own.id)
    return [own, *db.scalars(found.order_by(Issuer.name))]


def others_of(db: Session, unit: Unit) -> list[Issuer]:
    """All that were ever set up besides the unit itself, those that give numbers first."""
    found = select(Issuer).where(Issuer.unit_id == unit.id, Issuer.kind != IssuerKind.UNIT)
    return sorted(db.scalars(found), key=lambda one: (one.closed_on is not None, one.name))


def load(db: Session, unit: Unit, issuer_id: int) -> Issuer:
    """One who gives numbers in this unit."""
    found = db.get(Issuer, issuer_id)
    if found is None or found.unit_id != unit.id:
        raise NotFound(f"issuer {issuer_id} of unit {unit.id}")
    return found


def set_up(db: Session, unit: Unit, draft: IssuerDraft, person: Person, now: datetime) -> Issuer:
    """A body, or a congress, gives numbers from now on: series of its own, begun with the first of them."""
    faults = _faults(db, unit, draft)
    same = select(Issuer.id).where(Issuer.unit_id == unit.id, Issuer.name == draft.name)
    if "name" not in faults and db.scalar(same) is not None:
        faults["name"] = Problem("issuer_known")
    if faults:
        raise Invalid(faults)
    made = Issuer(
        unit_id=unit.id, kind=draft.kind, name=draft.name, notation=draft.notation, body_id=draft.body_id
    )  # fmt: skip
    db.add(made)
    db.flush()
    audit.record(
        db, person.member_id, "office_issuer", f"unit:{unit.id}", now, issuer=made.id, kind=draft.kind, name=draft.name
    )
    return made


def _faults(db: Session, unit: Unit, draft: IssuerDraft) -> dict[str, Problem]:
    faults: dict[str, Problem] = {}
    if draft.kind not in {IssuerKind.BODY, IssuerKind.CONGRESS}:
        faults["kind"] = Problem("unknown_choice")
    if not draft.name:
        faults["name"] = Problem("missing")
    for field, value, most in (("name", draft.name, LONGEST_NAME), ("notation", draft.notation, LONGEST_NOTATION)):
        if len(value) > most:
            faults[field] = Problem("too_long", limit=most)
    body = db.get(Body, draft.body_id) if draft.body_id is not None else None
    if draft.kind == IssuerKind.BODY and body is None:
        faults["body_id"] = Problem("missing")
    elif draft.body_id is not None and (body is None or body.unit_id != unit.id):
        faults["body_id"] = Problem("unknown_choice")
    return faults


def close(db: Session, unit: Unit, issuer_id: int, person: Person, now: datetime) -> Issuer:
    """It gives no more numbers: the congress is over. Its series stay as they are."""
    found = load(db, unit, issuer_id)
    if found.kind == IssuerKind.UNIT or found.closed_on is not None:
        raise Problem("office_state", f"issuer {issuer_id}")
    found.closed_on = now.astimezone(ZONE).date()
    audit.record(db, person.member_id, "office_issuer_closed", f"unit:{unit.id}", now, issuer=issuer_id)
    return found
