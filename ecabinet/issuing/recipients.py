"""Who is to get a document: units, members, organisations outside, each with a purpose; lists of them. None commits.

Recipients stand beside the document as planned deliveries from the first one chosen, so that choosing among thousands
needs no page that holds them all, and nothing is lost when the page is left.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, literal, null, select, update
from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import Problem
from ecabinet.access import Permission, Person, within
from ecabinet.issuing.delivery_rules import DeliveryStatus, Purpose, RecipientKind, check_outside
from ecabinet.issuing.models import Delivery, ListedRecipient, OutsideOrgan, RecipientList
from ecabinet.office.desk import Seen
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.life_rules import OfficePart, OfficeState
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import MemberStatus, UnitKind

BEFORE_ISSUE = frozenset({
    OfficeState.DRAFT, OfficeState.SUBMITTED, OfficeState.SIGNED, OfficeState.NUMBERED,
})  # fmt: skip
"""States in which the recipients may still be chosen."""
LONGEST_NAME = 200
_COLUMNS = ("office_document_id", "kind", "unit_id", "member_id", "outside_id", "name", "organ_code", "email",
            "purpose", "status", "note")  # fmt: skip


@dataclass(frozen=True)
class Recipient:
    """One recipient: the id of a unit, a member or an organisation outside, and what it is for."""

    kind: RecipientKind
    key: int
    purpose: Purpose


def check_open(seen: Seen) -> OfficeDocument:
    """The document, for who may choose its recipients now: its clerk and its drafter, until it is issued."""
    if not seen.parts & {OfficePart.CLERK, OfficePart.DRAFTER}:
        raise Problem("forbidden")
    if OfficeState(seen.doc.state) not in BEFORE_ISSUE:
        raise Problem("office_state")
    return seen.doc


def plan(db: Session, doc: OfficeDocument, wanted: Sequence[Recipient]) -> int:
    """Add these; who is there already gets the purpose said last. How many are new."""
    added = 0
    for kind in RecipientKind:
        for purpose in Purpose:
            keys = {one.key for one in wanted if one.kind == kind and one.purpose == purpose}
            if keys:
                added += _add(db, doc, kind, _SOURCES[kind].id.in_(sorted(keys)), purpose)
    return added


def plan_units(db: Session, doc: OfficeDocument, path: str, kinds: Sequence[UnitKind], purpose: Purpose) -> int:
    """Add all units below ``path`` of these kinds, of any where none is named."""
    which = within(Unit.path, path) & (Unit.path != path)
    if kinds:
        which &= Unit.kind.in_([kind.value for kind in kinds])
    return _add(db, doc, RecipientKind.UNIT, which, purpose)


def plan_list(db: Session, doc: OfficeDocument, list_id: int) -> int:
    """Add all of a saved list, each with its purpose there."""
    found = db.get(RecipientList, list_id)
    if found is None or found.unit_id != doc.unit_id:
        raise Problem("unknown_choice", field="list")
    return plan(db, doc, [
        Recipient(RecipientKind(one.kind), one.unit_id or one.member_id or one.outside_id or 0, Purpose(one.purpose))
        for one in db.scalars(select(ListedRecipient).where(ListedRecipient.list_id == list_id))
    ])  # fmt: skip


def plan_as(db: Session, doc: OfficeDocument, former_id: int) -> int:
    """Add all who got another document of this unit."""
    got = select(Delivery).where(Delivery.office_document_id == former_id)
    return plan(db, doc, [
        Recipient(RecipientKind(one.kind), one.unit_id or one.member_id or one.outside_id or 0, Purpose(one.purpose))
        for one in db.scalars(got)
    ])  # fmt: skip


_SOURCES: dict[RecipientKind, type[Unit] | type[Member] | type[OutsideOrgan]] = {
    RecipientKind.UNIT: Unit, RecipientKind.MEMBER: Member, RecipientKind.OUTSIDE: OutsideOrgan,
}  # fmt: skip


def _add(db: Session, doc: OfficeDocument, kind: RecipientKind, which: ColumnElement[bool], purpose: Purpose) -> int:
    """One statement, however many there are."""
    column = {"unit": Delivery.unit_id, "member": Delivery.member_id, "outside": Delivery.outside_id}[kind]
    own = Delivery.office_document_id == doc.id
    found = _found(kind, doc).where(which)
    ids = select(found.subquery().c.key)
    planned = Delivery.status == DeliveryStatus.PLANNED
    db.execute(
        update(Delivery).where(own, planned, column.in_(ids)).values(purpose=purpose)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    new = found.subquery()
    there = select(column).where(own, column.is_not(None))
    keys = {name: new.c.key if name == f"{kind}_id" else null() for name in ("unit_id", "member_id", "outside_id")}
    rows = select(
        literal(doc.id), literal(kind.value), keys["unit_id"], keys["member_id"], keys["outside_id"], new.c.name,
        new.c.organ_code, new.c.email, literal(purpose.value), literal(DeliveryStatus.PLANNED.value), literal(""),
    ).where(new.c.key.not_in(there))  # fmt: skip
    before = count(db, doc)
    db.execute(insert(Delivery).from_select(_COLUMNS, rows.order_by(new.c.place), include_defaults=False))
    changed(db, "delivery", doc.id)
    return count(db, doc) - before


def count(db: Session, doc: OfficeDocument) -> int:
    """How many recipients a document has."""
    own = select(func.count()).select_from(Delivery).where(Delivery.office_document_id == doc.id)
    return db.scalar(own) or 0


def _found(kind: RecipientKind, doc: OfficeDocument) -> Any:
    """Those of a kind who can be written to, as columns key, name, organ_code, email, place."""
    if kind == RecipientKind.UNIT:
        return select(
            Unit.id.label("key"), Unit.name.label("name"), func.coalesce(Unit.exchange_code, "").label("organ_code"),
            literal("").label("email"), Unit.path.label("place"),
        ).where(Unit.dissolved_on.is_(None), Unit.id != doc.unit_id)  # fmt: skip
    if kind == RecipientKind.MEMBER:
        return select(
            Member.id.label("key"), Member.full_name.label("name"), literal("").label("organ_code"),
            literal("").label("email"), Member.order_key.label("place"),
        ).where(Member.status == MemberStatus.ACTIVE)  # fmt: skip
    return select(
        OutsideOrgan.id.label("key"), OutsideOrgan.name.label("name"), OutsideOrgan.organ_code.label("organ_code"),
        OutsideOrgan.email.label("email"), OutsideOrgan.name.label("place"),
    ).where(OutsideOrgan.unit_id == doc.unit_id)  # fmt: skip


def unplan(db: Session, doc: OfficeDocument, delivery_ids: Iterable[int] | None) -> None:
    """Take these out again; None: all."""
    gone = delete(Delivery).where(Delivery.office_document_id == doc.id, Delivery.status == DeliveryStatus.PLANNED)
    if delivery_ids is not None:
        gone = gone.where(Delivery.id.in_(list(delivery_ids)))
    db.execute(gone.execution_options(synchronize_session=False))
    changed(db, "delivery", doc.id)


def save_outside(db: Session, unit: Unit, name: str, organ_code: str, email: str) -> OutsideOrgan:
    """An organisation outside, kept for the next time; of one of that name the code and the address are put right."""
    organ = check_outside(name, organ_code, email)
    found = db.scalar(select(OutsideOrgan).where(OutsideOrgan.unit_id == unit.id, OutsideOrgan.name == organ.name))
    if found is None:
        found = OutsideOrgan(unit_id=unit.id, name=organ.name)
        db.add(found)
    found.organ_code, found.email = organ.organ_code, organ.email
    db.flush()
    return found


def save_list(db: Session, doc: OfficeDocument, name: str, person: Person, today: date) -> RecipientList:
    """The recipients of this document as a list of its unit; one of that name is replaced."""
    name = " ".join(name.split())
    if not name:
        raise Problem("missing", field="list_name")
    if len(name) > LONGEST_NAME:
        raise Problem("too_long", field="list_name", limit=LONGEST_NAME)
    person.require(Permission.KEEP_REGISTERS, doc.unit.path)
    kept = db.scalar(select(RecipientList).where(RecipientList.unit_id == doc.unit_id, RecipientList.name == name))
    if kept is None:
        kept = RecipientList(unit_id=doc.unit_id, name=name)
        db.add(kept)
    kept.made_by, kept.made_on = person.member_id, today
    db.flush()
    db.execute(delete(ListedRecipient).where(ListedRecipient.list_id == kept.id))
    rows = select(
        literal(kept.id), Delivery.kind, Delivery.unit_id, Delivery.member_id, Delivery.outside_id, Delivery.purpose
    ).where(Delivery.office_document_id == doc.id)
    columns = ("list_id", "kind", "unit_id", "member_id", "outside_id", "purpose")
    db.execute(insert(ListedRecipient).from_select(columns, rows.order_by(Delivery.id)))
    return kept


def remove_list(db: Session, doc: OfficeDocument, list_id: int, person: Person) -> None:
    """A list that is no longer needed; what was sent by it stays."""
    person.require(Permission.KEEP_REGISTERS, doc.unit.path)
    kept = db.get(RecipientList, list_id)
    if kept is None or kept.unit_id != doc.unit_id:
        raise Problem("unknown_choice", field="list")
    db.execute(delete(ListedRecipient).where(ListedRecipient.list_id == kept.id))
    db.delete(kept)
