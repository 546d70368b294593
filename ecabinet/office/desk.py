"""Who has to do with a document of the office, and as what. "Is not there" and "is not for you" are one answer.

Secret documents are for those entrusted with them, those they are presented to, and those named in their assignment or
their way to the signature. A draft is for its drafter, its chain and those asked for comments, until it is submitted.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from documents.errors import Forbidden, NotFound, Problem
from ecabinet.access import ARCHIVE, GRANTS, Permission, Person, ancestors, member_label, office_label
from ecabinet.office import life_rules
from ecabinet.office.chain_models import ChainStep, Consulted
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import SECRET_BOOKS
from ecabinet.office.life_rules import OfficeAct, OfficePart, OfficeState
from ecabinet.office.models import SecretKeeper
from ecabinet.office.numbering_rules import Direction
from ecabinet.office.routing_models import Assignment
from ecabinet.office.routing_rules import Role
from ecabinet.registry.models import Account, Member, Unit, UnitRole
from ecabinet.registry.queries import units_where
from ecabinet.registry.rules import MemberStatus
from ecabinet.tasks import queries as tasks

TASK_SOURCE = "office"
"""The kind of source of the tasks given from documents: those who do them read the document, unless it is secret."""
OF_THE_OFFICE = (Permission.KEEP_REGISTERS, Permission.ASSIGN)
"""Who has a place in the office of a unit, and answers for what is given to it."""
WITH_WHAT_WAS_RECALLED = frozenset({OfficeAct.FILE, OfficeAct.RETURN, OfficeAct.RECALL})
"""All that is still done with a copy that its issuer has taken back."""
UNSEEN = frozenset({OfficeState.DRAFT, OfficeState.DISCARDED})
"""States in which an outgoing document is none of the office's business yet, or no longer."""
READERS = (*OF_THE_OFFICE, Permission.READ_PAPERS)
"""Who reads the register of a unit."""
PARTS = {Role.LEAD: OfficePart.LEAD, Role.HELP: OfficePart.HELPER, Role.INFO: OfficePart.INFORMED}


@dataclass(frozen=True)
class Seen:
    """A document as one person has to do with it; ``mine`` are the assignments that are theirs to fulfil."""

    doc: OfficeDocument
    parts: frozenset[OfficePart]
    assignments: list[Assignment]
    mine: list[Assignment]

    def may(self, act: str) -> bool:
        """Whether this person may do this now."""
        if self._frozen(OfficeAct(act)):
            return False
        return life_rules.may(Direction(self.doc.direction), OfficeAct(act), OfficeState(self.doc.state), self.parts)

    def after(self, act: OfficeAct) -> OfficeState:
        """The state that it leads to; raises as :func:`.life_rules.after` does, and ``recalled``."""
        if self._frozen(act):
            raise Problem("recalled")
        return life_rules.after(Direction(self.doc.direction), act, OfficeState(self.doc.state), self.parts)

    def _frozen(self, act: OfficeAct) -> bool:
        return self.doc.recalled_at is not None and act not in WITH_WHAT_WAS_RECALLED


def load(db: Session, person: Person, office_id: int) -> Seen:
    """A document for those who have to do with it; for all others it does not exist."""
    doc = db.get(OfficeDocument, office_id, options=[joinedload(OfficeDocument.unit)], populate_existing=True)
    if doc is None:
        raise NotFound(f"office document {office_id}")
    assignments = live_assignments(db, office_id)
    mine = [one for one in assignments if _is_theirs(person, one)]
    parts = frozenset({*_parts(db, person, doc), *(PARTS[Role(one.role)] for one in mine)})
    if not parts:
        raise NotFound(f"office document {office_id}")
    return Seen(doc, parts, assignments, mine)


def load_to_change(db: Session, person: Person, office_id: int) -> Seen:
    """The same, locked until the transaction ends."""
    db.execute(select(OfficeDocument.id).where(OfficeDocument.id == office_id).with_for_update())
    return load(db, person, office_id)


def live_assignments(db: Session, office_id: int) -> list[Assignment]:
    """To whom a document is given now: who is in charge first."""
    found = select(Assignment).where(
        Assignment.office_document_id == office_id, Assignment.withdrawn_at.is_(None)
    )  # fmt: skip
    order = list(Role)
    rows = db.scalars(found.options(joinedload(Assignment.unit)))
    return sorted(rows, key=lambda one: (order.index(Role(one.role)), one.id))


def _is_theirs(person: Person, one: Assignment) -> bool:
    if one.unit is not None:
        return any(person.may(permission, one.unit.path) for permission in OF_THE_OFFICE)
    return one.member_id == person.member_id


def _parts(db: Session, person: Person, doc: OfficeDocument) -> set[OfficePart]:
    outgoing = doc.direction == Direction.OUTGOING
    parts = _parts_of_drafting(db, person, doc) if outgoing else set()
    if outgoing and doc.state in UNSEEN:
        return parts
    path, secret = doc.unit.path, doc.book in SECRET_BOOKS
    if person.may(Permission.KEEP_REGISTERS, path) and (not secret or keeps_secrets(db, doc.unit_id, person)):
        parts.add(OfficePart.CLERK)
    if person.may(Permission.ASSIGN, path) and (not secret or doc.presented_to == person.member_id):
        parts.add(OfficePart.LEADER)
    if not secret and (person.may(Permission.READ_PAPERS, path) or tasks.has_a_part(db, person, TASK_SOURCE, doc.id)):
        parts.add(OfficePart.INFORMED)
    return parts


def _parts_of_drafting(db: Session, person: Person, doc: OfficeDocument) -> set[OfficePart]:
    parts = {OfficePart.DRAFTER} if doc.created_by == person.member_id else set()
    steps = chain(db, doc.id)
    turn = next((step for step in steps if step.outcome is None), None)
    if turn is not None and turn.member_id == person.member_id and doc.state == OfficeState.SUBMITTED:
        parts.add(OfficePart.SIGNER)
    if person.member_id in {step.member_id for step in steps} | consulted(db, doc.id):
        parts.add(OfficePart.HELPER)
    return parts


def chain(db: Session, office_id: int) -> list[ChainStep]:
    """Those through whose hands a draft goes before it is signed, in their order."""
    found = select(ChainStep).where(ChainStep.office_document_id == office_id)
    return list(db.scalars(found.order_by(ChainStep.position)))


def consulted(db: Session, office_id: int) -> set[int]:
    """The members who were ever asked for comments."""
    return set(db.scalars(select(Consulted.member_id).where(Consulted.office_document_id == office_id)))


def keeps_secrets(db: Session, unit_id: int, person: Person) -> bool:
    """Whether this person is entrusted with the secret documents of a unit."""
    return db.get(SecretKeeper, (unit_id, person.member_id)) is not None


def unit_of(db: Session, person: Person, unit_id: int | None, *permissions: Permission) -> Unit:
    """A unit in whose office this person has one of these permissions; without an id the first such unit."""
    if unit_id is None:
        found = units_of(db, person, *permissions)
        if not found:
            raise Forbidden
        return found[0]
    unit = db.get(Unit, unit_id)
    if unit is None or not any(person.may(permission, unit.path) for permission in permissions):
        raise NotFound(f"office of unit {unit_id}")
    return unit


def units_of(db: Session, person: Person, *permissions: Permission) -> list[Unit]:
    """The units on which a role of this person allows one of these, from the top down."""
    found = {unit.id: unit for permission in permissions for unit in units_where(db, person, permission)}
    return sorted(found.values(), key=lambda unit: unit.path)


def holders(db: Session, unit_ids: Iterable[int], permission: Permission) -> list[tuple[int, int, str]]:
    """Unit, member and name of those who have a role of these very units that allows it."""
    roles = [role for role, granted in GRANTS.items() if permission in granted]
    rows = db.execute(
        select(UnitRole.unit_id, Member.id, Member.full_name)
        .join(Account, Account.id == UnitRole.account_id)
        .join(Member, Member.id == Account.member_id)
        .where(UnitRole.unit_id.in_(sorted(unit_ids)), UnitRole.role.in_(roles), Account.active)
        .where(Member.status == MemberStatus.ACTIVE)
        .order_by(Member.search_name)
    )
    return [(unit_id, member_id, name) for unit_id, member_id, name in rows]


def leaders(db: Session, unit: Unit) -> list[tuple[int, str]]:
    """The leaders to whom the documents of a unit are presented: its own, else those of the nearest unit above."""
    above = ancestors(unit.path)
    by_unit: dict[int, dict[int, str]] = {}
    for unit_id, member_id, name in holders(db, above, Permission.ASSIGN):
        by_unit.setdefault(unit_id, {})[member_id] = name
    nearest = next((by_unit[unit_id] for unit_id in reversed(above) if unit_id in by_unit), {})
    return list(nearest.items())


def labels_of(db: Session, doc: OfficeDocument) -> set[str]:
    """Who finds and opens its paper: what :func:`load` decides, as labels; and the archive that has it."""
    found = _labels_of_office(db, doc)
    return found | {one.label for one in doc.document.labels if one.label.startswith(ARCHIVE)}


def _labels_of_office(db: Session, doc: OfficeDocument) -> set[str]:
    assignments = live_assignments(db, doc.id)
    members = {doc.presented_to, *(one.member_id for one in assignments)}
    if doc.direction == Direction.OUTGOING:
        members |= {doc.created_by, *(step.member_id for step in chain(db, doc.id)), *consulted(db, doc.id)}
    labels = {member_label(one) for one in members if one is not None}
    if doc.direction == Direction.OUTGOING and doc.state in UNSEEN:
        return labels
    if doc.book in SECRET_BOOKS:
        keepers = db.scalars(select(SecretKeeper.member_id).where(SecretKeeper.unit_id == doc.unit_id))
        return labels | {member_label(one) for one in keepers}
    paths = [doc.unit.path, *(one.unit.path for one in assignments if one.unit is not None)]
    labels |= tasks.labels_of_source(db, TASK_SOURCE, doc.id)
    return labels | {office_label(unit_id) for path in paths for unit_id in ancestors(path)}
