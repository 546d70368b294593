"""Links between documents, and to what they came from. None commits; who may see either end is decided at that end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select, tuple_
from sqlalchemy.orm import Session

from documents.database import changed
from ecabinet.office.link_models import LinkKind, OfficeLink, Relation


@dataclass(frozen=True)
class Link:
    """What the first is to the second."""

    from_kind: LinkKind
    from_id: int
    relation: Relation
    to_kind: LinkKind
    to_id: int


def add(db: Session, link: Link, by: int | None, now: datetime) -> None:
    """Write it down; one that is there stays as it was."""
    if link not in _kept(db, OfficeLink.from_kind == link.from_kind, OfficeLink.from_id == link.from_id):
        db.add(OfficeLink(
            from_kind=link.from_kind, from_id=link.from_id, relation=link.relation, to_kind=link.to_kind,
            to_id=link.to_id, by=by, at=now,
        ))  # fmt: skip
        db.flush()
    for kind, key in ((link.from_kind, link.from_id), (link.to_kind, link.to_id)):
        if kind == LinkKind.OFFICE:
            changed(db, "office", key)


def of(db: Session, kind: LinkKind, key: int) -> list[Link]:
    """All links of one thing, those that begin there and those that end there, the oldest first."""
    return around(db, [(kind, key)])


def around(db: Session, things: Iterable[tuple[LinkKind, int]]) -> list[Link]:
    """All links of any of these, asked for at once."""
    wanted = sorted({(kind.value, key) for kind, key in things})
    begins = tuple_(OfficeLink.from_kind, OfficeLink.from_id).in_(wanted)
    ends = tuple_(OfficeLink.to_kind, OfficeLink.to_id).in_(wanted)
    return _kept(db, or_(begins, ends)) if wanted else []


def _kept(db: Session, *conditions: object) -> list[Link]:
    rows = db.scalars(select(OfficeLink).where(and_(*conditions)).order_by(OfficeLink.id))  # type: ignore[arg-type]
    return [
        Link(LinkKind(row.from_kind), row.from_id, Relation(row.relation), LinkKind(row.to_kind), row.to_id)
        for row in rows
    ]
