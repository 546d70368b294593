"""Lists of rounds: those that ask me, those I hold, those that wait for my approval."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from ecabinet.access import Permission, Person, within
from ecabinet.opinions.models import OpinionEvent, OpinionPolicy, OpinionRecipient, OpinionRound
from ecabinet.opinions.rules import EventKind, RoundState
from ecabinet.registry.models import Unit


@dataclass(frozen=True)
class Mine:
    """A round that asks me."""

    round: OpinionRound
    revision: int

    @property
    def waits(self) -> bool:
        """Whether my answer is still wanted."""
        return self.round.state == RoundState.SENT and self.revision == 0


def mine(db: Session, member_id: int, limit: int = 100) -> list[Mine]:
    """The rounds that ask this member: what waits first, by deadline; then the others, the newest first."""
    rows = db.execute(
        select(OpinionRound, OpinionRecipient.revision)
        .join(OpinionRecipient, OpinionRecipient.round_id == OpinionRound.id)
        .options(joinedload(OpinionRound.unit))
        .where(OpinionRecipient.member_id == member_id)
        .order_by(OpinionRound.id.desc())
        .limit(limit)
    )
    found = [Mine(of, revision) for of, revision in rows]
    waiting = sorted((one for one in found if one.waits), key=lambda one: one.round.deadline)
    return waiting + [one for one in found if not one.waits]


def waiting(db: Session, member_id: int) -> list[OpinionRound]:
    """The rounds that wait for this member's answer, by deadline."""
    return list(
        db.scalars(
            select(OpinionRound)
            .join(OpinionRecipient, OpinionRecipient.round_id == OpinionRound.id)
            .where(
                OpinionRecipient.member_id == member_id,
                OpinionRecipient.revision == 0,
                OpinionRound.state == RoundState.SENT,
            )
            .order_by(OpinionRound.deadline)
        )
    )


@dataclass(frozen=True)
class Held:
    """A round as listed for those who hold it: how many were asked, how many have answered."""

    round: OpinionRound
    asked: int
    answered: int


def held(db: Session, person: Person, limit: int = 100) -> list[Held]:
    """The rounds of the units that the person holds meetings of, and those handed on to them; the newest first."""
    conditions: list[ColumnElement[bool]] = [within(Unit.path, path) for path in person.paths(Permission.HOLD_MEETINGS)]
    conditions += [
        and_(within(Unit.path, path), OpinionRound.submitted_by.is_not(None))
        for path in person.paths(Permission.APPROVE)
    ]
    if not conditions:
        return []
    asked = (
        select(
            OpinionRecipient.round_id,
            func.count().label("asked"),
            func.count().filter(OpinionRecipient.revision > 0).label("answered"),
        )
        .group_by(OpinionRecipient.round_id)
        .subquery()
    )
    rows = db.execute(
        select(OpinionRound, func.coalesce(asked.c.asked, 0), func.coalesce(asked.c.answered, 0))
        .join(Unit, Unit.id == OpinionRound.unit_id)
        .outerjoin(asked, asked.c.round_id == OpinionRound.id)
        .options(joinedload(OpinionRound.unit))
        .where(or_(*conditions))
        .order_by(OpinionRound.id.desc())
        .limit(limit)
    )
    return [Held(of, total, answered) for of, total, answered in rows]


def approving(db: Session, person: Person) -> list[OpinionRound]:
    """The rounds that wait for this person's approval; not their own."""
    paths = person.paths(Permission.APPROVE)
    if not paths:
        return []
    return list(
        db.scalars(
            select(OpinionRound)
            .join(Unit, Unit.id == OpinionRound.unit_id)
            .options(joinedload(OpinionRound.unit))
            .where(
                OpinionRound.state == RoundState.SUBMITTED,
                OpinionRound.submitted_by != person.member_id,
                or_(*(within(Unit.path, path) for path in paths)),
            )
            .order_by(OpinionRound.id)
        )
    )


def policies(db: Session, person: Person) -> list[tuple[Unit, bool]]:
    """The units that the person approves for, and whether each wants rounds approved before they go out."""
    paths = person.paths(Permission.APPROVE)
    if not paths:
        return []
    rows = db.execute(
        select(Unit, OpinionPolicy.unit_id)
        .outerjoin(OpinionPolicy, OpinionPolicy.unit_id == Unit.id)
        .where(Unit.path.in_(paths))
        .order_by(Unit.path)
    )
    return [(unit, wanted is not None) for unit, wanted in rows]


def time_left(deadline: datetime, now: datetime) -> tuple[str, int]:
    """How much time is left, in the unit that says most: ("days", 3), ("hours", 5), ("minutes", 40) or ("over", 0)."""
    seconds = (deadline - now).total_seconds()
    if seconds <= 0:
        return "over", 0
    for unit, length in (("days", 86_400), ("hours", 3_600)):
        if seconds >= 2 * length or (unit == "hours" and seconds >= length):
            return unit, int(seconds // length)
    return "minutes", max(int(seconds // 60), 1)


def merged(history: Sequence[OpinionEvent]) -> list[tuple[OpinionEvent, list[str]]]:
    """A history, the newest first, with edits in a row by one person told as one; with what was edited."""
    told: list[tuple[OpinionEvent, list[str]]] = []
    for event in history:
        fields = [str(field) for field in event.details.get("fields", [])]
        last = told[-1] if told else None
        if last is not None and last[0].kind == event.kind == EventKind.EDITED and last[0].member_id == event.member_id:
            last[1].extend(field for field in fields if field not in last[1])
        else:
            told.append((event, fields))
    return told
