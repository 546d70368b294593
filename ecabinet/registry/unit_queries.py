"""What is shown of units, and to whom: the units above one's own, and the subtrees whose registry one keeps."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from documents.errors import NotFound, Problem
from documents.text import exact, fold
from ecabinet.access import Permission, Person, ancestors, within
from ecabinet.registry.history_models import MemberCount
from ecabinet.registry.models import Body, Unit

PAGE = 100
FOUND = 50


@dataclass(frozen=True)
class Node:
    """A unit in the tree: how many stand directly below it, how many members it has with all below."""

    id: int
    name: str
    code: str
    kind: str
    path: str
    dissolved: bool
    below: int
    members: int


@dataclass(frozen=True)
class Branch:
    """A node with what is open below it; ``children`` is None while it is closed. ``more``: the code to go on after."""

    node: Node
    children: list["Branch"] | None = None
    more: str = ""


@dataclass(frozen=True)
class Figures:
    """The members of a unit with all below it."""

    total: int
    women: int
    below: int


def visible(person: Person, unit: Any = Unit) -> ColumnElement[bool]:
    """SQL: this person may see the unit."""
    managed = [within(unit.path, path) for path in person.paths(Permission.MANAGE_REGISTRY)]
    return or_(unit.id.in_(ancestors(person.unit_path)), *managed)


def load(db: Session, person: Person, unit_id: int) -> Unit:
    """The unit; raises :class:`NotFound` also when it is not for this person."""
    unit = db.scalar(select(Unit).where(Unit.id == unit_id, visible(person)))
    if unit is None:
        raise NotFound(f"unit {unit_id}")
    return unit


def above(db: Session, person: Person, unit: Unit) -> list[tuple[Unit, bool]]:
    """The units from the root down to this one, itself left out, and whether the person may open them."""
    rows = db.execute(
        select(Unit, visible(person)).where(Unit.id.in_(ancestors(unit.path)[:-1])).order_by(func.length(Unit.path))
    )
    return [(one, bool(seen)) for one, seen in rows]


def roots(db: Session, person: Person) -> list[Node]:
    """Where the tree begins for this person: visible units with nothing visible above."""
    chain = ancestors(person.unit_path)
    managed = person.paths(Permission.MANAGE_REGISTRY)
    ids = {chain[0]}
    for path in managed:
        line = ancestors(path)
        parent_path = path[: -len(f"{line[-1]}/")]
        covered = any(parent_path.startswith(other) for other in managed)
        if len(line) == 1 or not (covered or line[-2] in chain):
            ids.add(line[-1])
    return _nodes(db, person, [Unit.id.in_(ids)])


def children(db: Session, person: Person, unit_id: int, after: str = "", limit: int = PAGE) -> tuple[list[Node], str]:
    """A page of the units directly below, by code, and the code to go on after ("" at the end)."""
    nodes = _nodes(db, person, [Unit.parent_id == unit_id, Unit.code > after], limit + 1)
    return nodes[:limit], nodes[limit - 1].code if len(nodes) > limit else ""


def branch(db: Session, person: Person, node: Node, opened: Collection[int]) -> Branch:
    """A node with all that is open below it."""
    if node.id not in opened:
        return Branch(node)
    below, more = children(db, person, node.id)
    return Branch(node, [branch(db, person, child, opened) for child in below], more)


def node(db: Session, person: Person, unit_id: int) -> Node:
    """One unit as it stands in the tree; raises :class:`NotFound`."""
    found = _nodes(db, person, [Unit.id == unit_id])
    if not found:
        raise NotFound(f"unit {unit_id}")
    return found[0]


def search(db: Session, person: Person, text: str) -> list[tuple[Unit, str]]:
    """Visible units by code, or by part of the name, marks aside; each with the name of the unit above."""
    parent = aliased(Unit)
    rows = db.execute(
        select(Unit, parent.name)
        .outerjoin(parent, parent.id == Unit.parent_id)
        .where(visible(person), or_(Unit.code == text, _named(text)))
        .order_by(Unit.dissolved_on.is_not(None), Unit.search_name, Unit.id)
        .limit(FOUND)
    )
    return [(unit, name or "") for unit, name in rows]


def receivers(db: Session, person: Person, text: str, limit: int = 10) -> Sequence[Unit]:
    """Units that stand and whose registry this person keeps: the one with that code, or those named so."""
    managed = [within(Unit.path, path) for path in person.paths(Permission.MANAGE_REGISTRY)]
    if not managed or not text:
        return []
    mine = select(Unit).where(or_(*managed), Unit.dissolved_on.is_(None))
    by_code = db.scalars(mine.where(Unit.code == text)).all()
    return by_code or db.scalars(mine.where(_named(text)).order_by(Unit.search_name, Unit.id).limit(limit)).all()


def destinations(db: Session, text: str, limit: int = 10) -> Sequence[Unit]:
    """Units that stand, wherever: the one with that code, or those named so."""
    if not text:
        return []
    standing = select(Unit).where(Unit.dissolved_on.is_(None))
    by_code = db.scalars(standing.where(Unit.code == text)).all()
    return by_code or db.scalars(standing.where(_named(text)).order_by(Unit.search_name, Unit.id).limit(limit)).all()


def meant(found: Sequence[Unit], field: str) -> Unit:
    """The one unit that was meant by what somebody typed into a field; raises when it was none, or may be several."""
    if not found:
        raise Problem("no_such_unit_code", field=field)
    if len(found) > 1:
        listed = ", ".join(f"{unit.code} ({unit.name})" for unit in found)
        raise Problem("unit_ambiguous", field=field, units=listed)
    return found[0]


def figures(db: Session, unit: Unit) -> Figures:
    """Read from the counts that are kept, never counted from members."""
    rows = db.execute(
        select(MemberCount.sex, func.sum(MemberCount.number))
        .where(MemberCount.unit_id == unit.id)
        .group_by(MemberCount.sex)
    )
    by_sex = {sex: int(number) for sex, number in rows}
    below = db.scalar(select(func.count()).where(Unit.parent_id == unit.id, Unit.dissolved_on.is_(None)))
    return Figures(sum(by_sex.values()), by_sex.get("female", 0), below or 0)


def bodies(db: Session, unit: Unit) -> Sequence[Body]:
    """The bodies of a unit."""
    return db.scalars(select(Body).where(Body.unit_id == unit.id).order_by(Body.id)).all()


def _named(text: str) -> ColumnElement[bool]:
    return Unit.search_name.contains(fold(exact(text)), autoescape=True)


def _nodes(db: Session, person: Person, where: Sequence[ColumnElement[bool]], limit: int | None = None) -> list[Node]:
    under = aliased(Unit)
    below = (
        select(func.count())
        .where(under.parent_id == Unit.id, under.dissolved_on.is_(None), visible(person, under))
        .scalar_subquery()
    )
    rows = db.execute(
        select(Unit, below).where(visible(person), Unit.dissolved_on.is_(None), *where).order_by(Unit.code).limit(limit)
    ).all()
    members = _members(db, [unit.id for unit, _below in rows])
    return [
        Node(
            unit.id, unit.name, unit.code, unit.kind, unit.path, unit.dissolved_on is not None, below,
            members.get(unit.id, 0),
        )
        for unit, below in rows
    ]  # fmt: skip


def _members(db: Session, unit_ids: Sequence[int]) -> dict[int, int]:
    rows = db.execute(
        select(MemberCount.unit_id, func.sum(MemberCount.number))
        .where(MemberCount.unit_id.in_(unit_ids))
        .group_by(MemberCount.unit_id)
    )
    return {unit_id: int(number) for unit_id, number in rows}
