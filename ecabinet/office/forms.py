"""What the forms of assigning say, read as values: whom a document can be given to, and what was chosen."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import Invalid, Problem
from documents.text import exact, fold
from ecabinet.access import GRANTS, within
from ecabinet.fields import day_of
from ecabinet.messages import sentence
from ecabinet.office.desk import Seen
from ecabinet.office.document_rules import SECRET_BOOKS
from ecabinet.office.numbering_rules import Profile
from ecabinet.office.routing_models import Assignment
from ecabinet.office.routing_rules import Order, Role, Whom
from ecabinet.registry.models import Account, Member, Unit, UnitRole
from ecabinet.registry.queries import members_named
from ecabinet.registry.rules import MemberStatus
from ecabinet.workdays.rules import WorkDays, due_in

OFFERED = 40
FOUND = 20
_WHO = re.compile(r"role-([mu])([0-9]{1,15})")


@dataclass(frozen=True)
class Choice:
    """A member ("m12") or a unit ("u5") that a document can be given to."""

    value: str
    name: str
    note: str = ""


def faults_of(problem: Problem) -> dict[str, str]:
    """Field → sentence, for the form that is shown again; raises what belongs to no field."""
    if isinstance(problem, Invalid):
        return {field: sentence(fault) for field, fault in problem.faults.items()}
    if problem.field is None:
        raise problem
    return {problem.field: sentence(problem)}


def read_order(form: Mapping[str, str], days: WorkDays, today: date) -> Order:
    """The decision that the form describes: a field "role-m12" for each who was shown."""
    whom = []
    for field, value in form.items():
        match = _WHO.fullmatch(field)
        if match is None or not value:
            continue
        if value not in list(Role):
            raise Invalid({"whom": Problem("unknown_choice")})
        number = int(match[2])
        whom.append(Whom(Role(value), number, None) if match[1] == "m" else Whom(Role(value), None, number))
    return Order(whom, form.get("instruction", "").strip(), read_due(form, days, today))


def read_due(form: Mapping[str, str], days: WorkDays, today: date) -> date | None:
    """A due date, or in so many working days; None for neither. Raises :class:`Invalid` for what is none."""
    due, number = form.get("due_on", "").strip(), form.get("due_in", "").strip()
    if due and day_of(due) is None:
        raise Invalid({"due_on": Problem("not_a_day")})
    if due or not number:
        return day_of(due)
    try:
        return due_in(days, today, int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0)
    except Problem as refused:
        raise Invalid({"due_in": refused}) from refused


def chosen(assignments: Iterable[Assignment], form: Mapping[str, str]) -> dict[str, str]:
    """Value → role, of those chosen in the form, else of those who have it now."""
    if form:
        return {
            field.removeprefix("role-"): value for field, value in form.items() if _WHO.fullmatch(field) and value
        }  # fmt: skip
    return {f"m{one.member_id}" if one.member_id else f"u{one.unit_id}": one.role for one in assignments}


def choices(
    db: Session, seen: Seen, name: str, keep: Collection[str] = (), *, within_unit: Unit | None = None
) -> list[Choice]:  # fmt: skip
    """Those who were chosen already, those who have a place in the document's unit (or in ``within_unit``), the units
    below it; with a name those who bear it. A secret document is offered to people only.
    """
    unit, secret = within_unit or seen.doc.unit, seen.doc.book in SECRET_BOOKS
    found = _kept(db, keep)
    if name.strip():
        members = [Choice(f"m{m.id}", m.full_name, of) for m, of in members_named(db, name, unit.path, limit=FOUND)]
        units = [] if secret else _units_named(db, unit, name)
        return _once([*found, *members, *units])
    below = select(Unit).where(Unit.parent_id == unit.id, Unit.dissolved_on.is_(None)).order_by(Unit.name)
    units = [] if secret else [Choice(f"u{one.id}", one.name) for one in db.scalars(below.limit(OFFERED))]
    return _once([*found, *_staff(db, unit), *units])


def _staff(db: Session, unit: Unit) -> list[Choice]:
    """Those of the unit who have an account with a role on it: they work there."""
    rows = db.execute(
        select(Member.id, Member.full_name)
        .join(Account, Account.member_id == Member.id)
        .join(UnitRole, UnitRole.account_id == Account.id)
        .where(UnitRole.unit_id == unit.id, UnitRole.role.in_(list(GRANTS)), Account.active)
        .where(Member.status == MemberStatus.ACTIVE)
        .order_by(Member.order_key)
        .distinct()
        .add_columns(Member.order_key)
        .limit(OFFERED)
    )
    return [Choice(f"m{row[0]}", row[1], unit.name) for row in rows]


def _units_named(db: Session, unit: Unit, name: str) -> list[Choice]:
    wanted = fold(exact(name.strip()))
    below = select(Unit).where(within(Unit.path, unit.path), Unit.dissolved_on.is_(None))
    rows = db.scalars(below.where(Unit.search_name.contains(wanted, autoescape=True)).order_by(Unit.path).limit(FOUND))
    return [Choice(f"u{one.id}", one.name) for one in rows]


def _kept(db: Session, values: Collection[str]) -> list[Choice]:
    members = [int(value[1:]) for value in values if value.startswith("m")]
    units = [int(value[1:]) for value in values if value.startswith("u")]
    rows = db.execute(select(Member.id, Member.full_name, Unit.name).join(Unit).where(Member.id.in_(members)))
    names = [Choice(f"m{key}", name, of) for key, name, of in rows]
    return [*names, *(Choice(f"u{one.id}", one.name) for one in db.scalars(select(Unit).where(Unit.id.in_(units))))]


def _once(found: list[Choice]) -> list[Choice]:
    return list({choice.value: choice for choice in found}.values())


def rule_labels(profile: Profile) -> dict[str, str]:
    """The rules of a profile in the reader's language."""
    return {rule.name: rule.label[g.lang] for rule in profile.rules}
