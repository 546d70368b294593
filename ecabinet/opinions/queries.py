"""What is read of rounds. "Is not there" and "is not for you" are one answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from documents.errors import Forbidden, NotFound
from ecabinet.access import Permission, Person
from ecabinet.opinions import answer_rules
from ecabinet.opinions.models import (
    OpinionAddressee,
    OpinionAnswer,
    OpinionChoice,
    OpinionEvent,
    OpinionOption,
    OpinionQuestion,
    OpinionRecipient,
    OpinionRound,
)
from ecabinet.opinions.rules import EventKind, RoundState


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


def chosen_words(db: Session, recipient_id: int) -> list[tuple[str, str]]:
    """The newest answer of one recipient in words: each question with what was chosen and written."""
    rows = db.execute(
        select(OpinionQuestion.text, OpinionOption.label, OpinionChoice.text)
        .join(OpinionChoice, OpinionChoice.question_id == OpinionQuestion.id)
        .join(OpinionOption, OpinionOption.id == OpinionChoice.option_id)
        .join(OpinionAnswer, OpinionAnswer.id == OpinionChoice.answer_id)
        .join(OpinionRecipient, OpinionRecipient.id == OpinionAnswer.recipient_id)
        .where(OpinionRecipient.id == recipient_id, OpinionAnswer.revision == OpinionRecipient.revision)
        .order_by(OpinionQuestion.position)
    )
    return [(question, f"{label}. {said}" if said else label) for question, label, said in rows]


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


def recalled_for(db: Session, of: OpinionRound) -> OpinionEvent | None:
    """Why and when a round was recalled."""
    if of.state != RoundState.RECALLED:
        return None
    return next((event for event in history(db, of.id) if event.kind == EventKind.RECALLED), None)
