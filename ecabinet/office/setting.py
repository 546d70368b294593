"""What a unit decides about its office: its profile with what is otherwise here, its letters, who keeps what is secret.

None of these commits; each is on the audit trail.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import Problem
from documents.operations import set_labels
from ecabinet import audit
from ecabinet.access import Permission, Person
from ecabinet.office import desk, series
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import SECRET_BOOKS
from ecabinet.office.models import OfficeSetting, SecretKeeper
from ecabinet.office.numbering_rules import Every, Profile, check_form
from ecabinet.office.profiles import PROFILES
from ecabinet.registry.models import Body, Member, Unit

LONGEST_NOTATION = 30


@dataclass(frozen=True)
class Chosen:
    """``changes`` name every rule with its form and period; what is as in the profile is left out when it is kept."""

    profile: str
    notation: str
    body_id: int | None
    changes: Mapping[str, Mapping[str, str]]


def changes_of(form: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Rule → form and period, from the fields "form-<rule>" and "period-<rule>"."""
    changes: dict[str, dict[str, str]] = {}
    for field, value in form.items():
        what, _, rule = field.partition("-")
        if rule and what in {"form", "period"}:
            changes.setdefault(rule, {})[what] = value.strip()
    return changes


def own(db: Session, unit: Unit) -> OfficeSetting | None:
    """What the unit itself has chosen."""
    return db.get(OfficeSetting, unit.id)


def choose(db: Session, unit: Unit, chosen: Chosen, person: Person, now: datetime) -> None:
    """The unit writes in this form from now on, and so do those below that chose none; numbers given stay."""
    if chosen.profile not in PROFILES:
        raise Problem("unknown_choice", field="profile")
    if len(chosen.notation) > LONGEST_NOTATION:
        raise Problem("too_long", field="notation", limit=LONGEST_NOTATION)
    body = db.get(Body, chosen.body_id) if chosen.body_id is not None else None
    if chosen.body_id is not None and (body is None or body.unit_id != unit.id):
        raise Problem("unknown_choice", field="body")
    kept = own(db, unit)
    # What was written of another profile is no change of this one.
    changes = _changes(PROFILES[chosen.profile], chosen.changes) if kept and kept.profile == chosen.profile else {}
    if kept is None:
        kept = OfficeSetting(unit_id=unit.id)
        db.add(kept)
    kept.profile, kept.changes, kept.set_by, kept.set_at = chosen.profile, changes, person.member_id, now
    issuer = series.issuer_of(db, unit)
    issuer.notation, issuer.body_id = chosen.notation, chosen.body_id
    about = {"profile": chosen.profile, "changes": changes, "notation": chosen.notation, "body": chosen.body_id}
    audit.record(db, person.member_id, "office_setting", f"unit:{unit.id}", now, **about)


def _changes(profile: Profile, changes: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, Any]]:
    kept: dict[str, dict[str, Any]] = {}
    for rule in profile.rules:
        given = changes.get(rule.name, {})
        form, period = given.get("form") or rule.form, given.get("period") or rule.period
        if period not in list(Every):
            raise Problem("unknown_choice", field=f"period-{rule.name}")
        try:
            check_form(form)
        except Problem as fault:
            raise Problem(fault.code, field=f"form-{rule.name}") from fault
        differs = {"form": form} if form != rule.form else {}
        differs |= {"period": period} if period != rule.period else {}
        if differs:
            kept[rule.name] = differs
    return kept


def keepers(db: Session, unit: Unit) -> list[tuple[int, str]]:
    """Who keeps the secret documents of the unit, in the order of their names."""
    rows = db.execute(
        select(Member.id, Member.full_name)
        .join(SecretKeeper, SecretKeeper.member_id == Member.id)
        .where(SecretKeeper.unit_id == unit.id)
        .order_by(Member.order_key)
    )
    return [(member_id, name) for member_id, name in rows]


def entrust(db: Session, unit: Unit, wanted: set[int], person: Person, now: datetime) -> None:
    """These clerks keep the secret documents from now on; what there is opens to them, and closes to the others."""
    clerks = {member_id for _, member_id, _ in desk.holders(db, [unit.id], Permission.KEEP_REGISTERS)}
    if not wanted <= clerks:
        raise Problem("not_a_clerk")
    before = {member_id for member_id, _name in keepers(db, unit)}
    for member_id in before - wanted:
        db.delete(db.get_one(SecretKeeper, (unit.id, member_id)))
    db.add_all(SecretKeeper(unit_id=unit.id, member_id=one, since=now, by=person.member_id) for one in wanted - before)
    db.flush()
    secret = select(OfficeDocument).where(OfficeDocument.unit_id == unit.id, OfficeDocument.book.in_(SECRET_BOOKS))
    for doc in db.scalars(secret):
        set_labels(db, doc.document, desk.labels_of(db, doc), now)
    audit.record(db, person.member_id, "office_entrust", f"unit:{unit.id}", now, keepers=sorted(wanted))
