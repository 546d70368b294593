"""What is shown of bodies: their terms with all positions, and who could be appointed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet.access import within
from ecabinet.registry.body_rules import Span
from ecabinet.registry.models import Body, Member, Position, Term, Unit
from ecabinet.registry.queries import members_named


@dataclass(frozen=True)
class Held:
    """A position as it is listed."""

    id: int
    member_name: str
    unit_name: str
    title: str
    rank: int
    voting: bool
    weight: int
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True)
class TermShown:
    """A term with its positions, in the order in which they are read out."""

    id: int
    name: str
    starts_on: date
    ends_on: date | None
    positions: list[Held]

    def holds(self, day: date) -> bool:
        """Whether the term runs on that day."""
        return Span(self.name, self.starts_on, self.ends_on).holds(day)


def terms(db: Session, body: Body) -> list[TermShown]:
    """All terms of a body, the newest first."""
    found = db.scalars(select(Term).where(Term.body_id == body.id).order_by(Term.starts_on.desc())).all()
    held: dict[int, list[Held]] = {term.id: [] for term in found}
    rows = db.execute(
        select(Position, Member.full_name, Unit.name)
        .join(Member, Member.id == Position.member_id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(Position.term_id.in_(held))
        .order_by(Position.rank, Member.full_name, Position.starts_on)
    )
    for position, name, unit_name in rows:
        held[position.term_id].append(
            Held(
                position.id, name, unit_name, position.title, position.rank, position.voting, position.weight,
                position.starts_on, position.ends_on,
            )
        )  # fmt: skip
    return [TermShown(term.id, term.name, term.starts_on, term.ends_on, held[term.id]) for term in found]


def candidates(db: Session, body: Body, text: str) -> Sequence[Member]:
    """Whom a card number or a name means, within the unit of the body and below."""
    by_card = db.scalars(
        select(Member)
        .join(Unit, Unit.id == Member.unit_id)
        .where(Member.card_number == text, within(Unit.path, body.unit.path))
    ).all()
    return by_card or [member for member, _unit_name in members_named(db, text, body.unit.path)]
