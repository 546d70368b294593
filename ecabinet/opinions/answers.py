"""Answering a round. None commits."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import Problem
from ecabinet import audit
from ecabinet.opinions import answer_rules, notices
from ecabinet.opinions.answer_rules import Choice
from ecabinet.opinions.models import OpinionAnswer, OpinionChoice, OpinionRecipient, OpinionRound
from ecabinet.opinions.notices import Notify
from ecabinet.opinions.rounds import close, unanswered
from ecabinet.opinions.rules import CloseHow, RoundState


def asked(of: OpinionRound) -> list[answer_rules.Asked]:
    """The questions as the rules take them."""
    return [
        answer_rules.Asked(question.id, {option.id: option.needs_text for option in question.options})
        for question in of.questions
    ]


def answer(
    db: Session,
    of: OpinionRound,
    recipient: OpinionRecipient,
    choices: Mapping[int, Choice],
    token: str,
    revision: int,
    now: datetime,
    notify: Notify,
) -> OpinionAnswer:
    """Answer, or correct an answer given before; ``revision`` is the one that the page was made from. Sent again with
    the same token it is the same answer. The caller holds the lock of the round, so two last answers close it once.
    """
    known = db.scalar(
        select(OpinionAnswer).where(OpinionAnswer.recipient_id == recipient.id, OpinionAnswer.token == token)
    )
    if known is not None:
        return known
    late = answer_rules.check_open(RoundState(of.state), of.deadline, of.late_days, now)
    if revision != recipient.revision:
        raise Problem("opinion_answered_elsewhere")
    answer_rules.check_answer(asked(of), choices)
    recipient.revision += 1
    recipient.seen_at = recipient.seen_at or now
    made = OpinionAnswer(recipient_id=recipient.id, revision=recipient.revision, token=token[:64], at=now, late=late)
    made.choices = [
        OpinionChoice(question_id=question_id, option_id=choice.option, text=choice.text)
        for question_id, choice in choices.items()
    ]
    db.add(made)
    db.flush()
    audit.record(
        db, recipient.member_id, "opinion_answered", f"opinion:{of.id}", now, revision=made.revision, late=late
    )
    notices.read(db, recipient.member_id, now, of.id)
    if of.close_when_all and unanswered(db, of) == 0:
        close(db, of, CloseHow.ALL_ANSWERED, None, now, notify)
    return made


def see(db: Session, recipient: OpinionRecipient, now: datetime) -> None:
    """They have opened the round."""
    if recipient.seen_at is None:
        recipient.seen_at = now
    notices.read(db, recipient.member_id, now, recipient.round_id)
