"""What is read of rounds. "Is not there" and "is not for you" are one answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from documents.errors import Forbidden, NotFound
from ecabinet.access import Permission, Person, within
from ecabinet.opinions import answer_rules
from ecabinet.opinions.models import (
    OpinionAddressee,
    OpinionAnswer,
    OpinionEvent,
    OpinionQuestion,
    OpinionRecipient,
    OpinionRound,
)
from ecabinet.opinions.rules import RoundState
from ecabinet.registry.models import Unit


@dataclass(frozen=True)
class Seen:
    """A round as one person sees it: asked or not, holding it or not, its superior or not."""

    round: OpinionRound
    recipient: OpinionRecipient | None
    manages: bool
    approves: bool

    def require_manager(self) -> OpinionRound:
        """The round, for those who hold it."""
        if not self.manages:
            raise Forbidden
        return self.round

    def require_approver(self) -> OpinionRound:
        """The round, for a superior."""
        if not self.approves:
            raise Forbidden
        return self.round

    def require_office(self) -> OpinionRound:
        """The round, for those who hold it or approve it."""
        if not (self.manages or self.approves):
            raise Forbidden
        return self.round

    def require_recipient(self) -> OpinionRecipient:
        """The one asked: nobody answers in another's place."""
        if self.recipient is None:
            raise Forbidden
        return self.recipient

    def require_report(self) -> OpinionRound:
        """The round, for those who may read its report: the office, and those asked once it is shared with them."""
        if self.round.state == RoundState.REPORTED and self.round.shared and self.recipient is not None:
            return self.round
        return self.require_office()


def load(db: Session, person: Person, round_id: int) -> Seen:
    """The round for those asked, for those who hold meetings of its unit, and, once it was handed on, for those who
    approve what goes out from it; for all others it does not exist.
    """
    options = [
        joinedload(OpinionRound.unit),
        selectinload(OpinionRound.questions).selectinload(OpinionQuestion.options),
    ]
    of = db.get(OpinionRound, round_id, options=options)
    if of is None:
        raise NotFound(f"round {round_id}")
    recipient = db.scalar(
        select(OpinionRecipient).where(
            OpinionRecipient.round_id == round_id, OpinionRecipient.member_id == person.member_id
        )
    )
    manages = person.may(Permission.HOLD_MEETINGS, of.unit.path)
    approves = of.submitted_by is not None and person.may(Permission.APPROVE, of.unit.path)
    if not manages and not approves and recipient is None:
        raise NotFound(f"round {round_id}")
    return Seen(of, recipient, manages, approves)


def load_to_change(db: Session, person: Person, round_id: int) -> Seen:
    """The same, locked until the transaction ends: of two changes at once the second sees what the first has made."""
    db.execute(select(OpinionRound.id).where(OpinionRound.id == round_id).with_for_update(key_share=True))
    return load(db, person, round_id)


def load_question(db: Session, of: OpinionRound, question_id: int) -> OpinionQuestion:
    """A question of this round."""
    for question in of.questions:
        if question.id == question_id:
            return question
    raise NotFound(f"question {question_id} of round {of.id}")


def load_addressee(db: Session, of: OpinionRound, addressee_id: int) -> OpinionAddressee:
    """A line of whom this round is to go to."""
    addressee = db.get(OpinionAddressee, addressee_id)
    if addressee is None or addressee.round_id != of.id:
        raise NotFound(f"addressee {addressee_id} of round {of.id}")
    return addressee


def addressees(db: Session, of: OpinionRound) -> list[OpinionAddressee]:
    """Whom this round is to go to, as chosen."""
    chosen = select(OpinionAddressee).where(OpinionAddressee.round_id == of.id).order_by(OpinionAddressee.id)
    return list(db.scalars(chosen.options(joinedload(OpinionAddressee.body), joinedload(OpinionAddressee.member))))


# ------------------------------------------------------------------ lists


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


# ------------------------------------------------------------------ answers


def recipients(db: Session, round_id: int) -> list[OpinionRecipient]:
    """Who was asked, in their order."""
    return list(
        db.scalars(
            select(OpinionRecipient).where(OpinionRecipient.round_id == round_id).order_by(OpinionRecipient.rank)
        )
    )


def answers_of(db: Session, recipient_id: int) -> list[OpinionAnswer]:
    """All answers of one recipient, the newest first."""
    return list(
        db.scalars(
            select(OpinionAnswer)
            .where(OpinionAnswer.recipient_id == recipient_id)
            .options(selectinload(OpinionAnswer.choices))
            .order_by(OpinionAnswer.revision.desc())
        )
    )


def counting(db: Session, round_id: int) -> dict[int, OpinionAnswer]:
    """Recipient id → the answer that counts."""
    found = db.scalars(
        select(OpinionAnswer)
        .join(
            OpinionRecipient,
            and_(
                OpinionRecipient.id == OpinionAnswer.recipient_id,
                OpinionRecipient.revision == OpinionAnswer.revision,
            ),
        )
        .where(OpinionRecipient.round_id == round_id)
        .options(selectinload(OpinionAnswer.choices))
    )
    return {answer.recipient_id: answer for answer in found}


def choices_of(answer: OpinionAnswer) -> dict[int, answer_rules.Choice]:
    """What an answer says, as the rules take it."""
    return {choice.question_id: answer_rules.Choice(choice.option_id, choice.text) for choice in answer.choices}


def history(db: Session, round_id: int) -> Sequence[OpinionEvent]:
    """The history of a round, the newest first."""
    return db.scalars(
        select(OpinionEvent)
        .where(OpinionEvent.round_id == round_id)
        .options(joinedload(OpinionEvent.member))
        .order_by(OpinionEvent.id.desc())
    ).all()


def time_left(deadline: datetime, now: datetime) -> tuple[str, int]:
    """How much time is left, in the unit that says most: ("days", 3), ("hours", 5), ("minutes", 40) or ("over", 0)."""
    seconds = (deadline - now).total_seconds()
    if seconds <= 0:
        return "over", 0
    for unit, length in (("days", 86_400), ("hours", 3_600)):
        if seconds >= 2 * length or (unit == "hours" and seconds >= length):
            return unit, int(seconds // length)
    return "minutes", max(int(seconds // 60), 1)
