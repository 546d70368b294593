"""What a document that goes out does to an earlier one: takes its place, changes it, corrects it. None commits."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import Problem
from ecabinet.access import Permission, Person
from ecabinet.issuing.delivery_rules import DeliveryStatus
from ecabinet.issuing.models import Delivery
from ecabinet.notices.operations import tell_all
from ecabinet.office import desk, life_rules, links
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import SECRET_BOOKS
from ecabinet.office.incoming import record
from ecabinet.office.life_rules import OfficeAct, OfficePart, OfficeState
from ecabinet.office.link_models import LinkKind, Relation
from ecabinet.office.links import Link
from ecabinet.office.numbering_rules import Direction

CLERK = frozenset({OfficePart.CLERK})
ACTS = {
    Relation.REPLACES: OfficeAct.REPLACE,
    Relation.AMENDS: OfficeAct.AMEND,
    Relation.CORRECTS: OfficeAct.CORRECT,
}
SAID = {
    Relation.REPLACES: "Văn bản đã được thay thế",
    Relation.AMENDS: "Văn bản đã được sửa đổi, bổ sung",
    Relation.CORRECTS: "Văn bản đã được đính chính",
}


def formers(db: Session, doc: OfficeDocument) -> list[tuple[Relation, OfficeDocument]]:
    """The earlier documents of this office that it replaces, amends or corrects."""
    found = [
        (link.relation, db.get(OfficeDocument, link.to_id))
        for link in links.of(db, LinkKind.OFFICE, doc.id)
        if link.from_id == doc.id and link.from_kind == link.to_kind == LinkKind.OFFICE and link.relation in ACTS
    ]
    return [(relation, former) for relation, former in found if former is not None and former.unit_id == doc.unit_id]


def apply(db: Session, doc: OfficeDocument, person: Person, now: datetime) -> None:
    """At its issue: the earlier document is what it then is, and all who got that are told.

    Raises ``former_not_issued`` naming one that cannot be changed any more.
    """
    for relation, former in formers(db, doc):
        act = ACTS[relation]
        try:
            state = life_rules.after(Direction.OUTGOING, act, OfficeState(former.state), CLERK)
        except Problem as refused:
            raise Problem("former_not_issued", field="recipients", paper=former.code or former.subject) from refused
        former.state = state
        record(db, former, act, person, now, "", {"to": doc.code, "by": doc.id})
        _tell(db, doc, former, SAID[relation], now)


def _tell(db: Session, doc: OfficeDocument, former: OfficeDocument, said: str, now: datetime) -> None:
    got = list(db.scalars(
        select(Delivery).where(Delivery.office_document_id == former.id, Delivery.status != DeliveryStatus.PLANNED)
    ))  # fmt: skip
    secret = former.book in SECRET_BOOKS
    members = {one.member_id for one in got if one.member_id is not None}
    if not secret:  # of a secret one the keepers see it in their own inbox, with the new document
        units = [one.unit_id for one in got if one.unit_id is not None]
        members |= {member for _u, member, _n in desk.holders(db, units, Permission.KEEP_REGISTERS)}
    about = "văn bản mật" if secret else f"{former.code} {former.subject}"
    text = "" if secret else f"Bằng văn bản {doc.code}: {doc.subject}"
    link = f"/office/inbox/of/{former.id}"
    tell_all(db, members, f"{said}: {about}", text, link, now, about=f"office:{former.id}")


def carry(db: Session, delivery: Delivery, entry: OfficeDocument, person: Person, now: datetime) -> None:
    """A recipient's entries are related as the documents are: the new one replaces the one they have."""
    for relation, former in formers(db, delivery.document):
        theirs = db.scalar(
            select(Delivery.entry_id)
            .where(Delivery.office_document_id == former.id, Delivery.unit_id == delivery.unit_id)
        )  # fmt: skip
        if theirs is not None:
            link = Link(LinkKind.OFFICE, entry.id, relation, LinkKind.OFFICE, theirs)
            links.add(db, link, person.member_id, now)
