"""Rules of written opinions from plain values: the life of a round and its forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from documents.errors import Invalid, Problem


class RoundState(StrEnum):
    """The life of a round of opinions."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    SENT = "sent"
    CLOSED = "closed"
    REPORTED = "reported"
    RECALLED = "recalled"


class Action(StrEnum):
    """What can be done with a round as a whole."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    RETURN = "return"
    SEND = "send"
    EXTEND = "extend"
    CLOSE = "close"
    REPORT = "report"
    RECALL = "recall"


@dataclass(frozen=True)
class Step:
    """An action of the life cycle: from which states, to which, and whether it needs a reason."""

    before: frozenset[RoundState]
    after: RoundState
    reason: bool = False


class CloseHow(StrEnum):
    """What closed a round."""

    DEADLINE = "deadline"
    ALL_ANSWERED = "all_answered"
    HAND = "hand"


class EventKind(StrEnum):
    """Lines of the history of a round."""

    CREATED = "created"
    EDITED = "edited"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"
    RETURNED = "returned"
    SENT = "sent"
    REMINDED = "reminded"
    EXTENDED = "extended"
    CLOSED = "closed"
    REPORTED = "reported"
    RECALLED = "recalled"


class NoticeKind(StrEnum):
    """What a member is told about a round."""

    ASKED = "asked"
    REMINDED = "reminded"
    OVERDUE = "overdue"
    EXTENDED = "extended"
    RECALLED = "recalled"
    REPORTED = "reported"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    CLOSED = "closed"


_S = RoundState
STEPS: Mapping[Action, Step] = {
    Action.SUBMIT: Step(frozenset({_S.DRAFT}), _S.SUBMITTED),
    Action.WITHDRAW: Step(frozenset({_S.SUBMITTED, _S.APPROVED}), _S.DRAFT),
    Action.APPROVE: Step(frozenset({_S.SUBMITTED}), _S.APPROVED),
    Action.RETURN: Step(frozenset({_S.SUBMITTED}), _S.DRAFT, reason=True),
    Action.SEND: Step(frozenset({_S.DRAFT, _S.APPROVED}), _S.SENT),
    # A round that its deadline has closed opens again when it gets a later one.
    Action.EXTEND: Step(frozenset({_S.SENT, _S.CLOSED}), _S.SENT, reason=True),
    Action.CLOSE: Step(frozenset({_S.SENT}), _S.CLOSED),
    Action.REPORT: Step(frozenset({_S.CLOSED}), _S.REPORTED),
    Action.RECALL: Step(frozenset({_S.DRAFT, _S.SUBMITTED, _S.APPROVED, _S.SENT, _S.CLOSED}), _S.RECALLED, reason=True),
}
BY_SUPERIOR = frozenset({Action.APPROVE, Action.RETURN})
"""What a superior decides; all else is done by those who hold the round."""

WITH_RECIPIENTS = frozenset({_S.SENT, _S.CLOSED, _S.REPORTED})
"""When the papers lie open to the recipients."""

LONGEST_REASON = 500
LONGEST_TEXT = 5000
MOST_OPTIONS = 8
MOST_QUESTIONS = 30
MOST_LATE_DAYS = 30
LONGEST_ROUND = timedelta(days=366)


def check_step(action: Action, state: RoundState, reason: str = "", *, needs_approval: bool = False) -> RoundState:
    """The state that the action leads to; raises ``wrong_state``, ``needs_approval`` or names a missing reason."""
    step = STEPS[action]
    if state not in step.before:
        raise Problem("wrong_state", f"{action} of a round that is {state}")
    if action == Action.SEND and needs_approval and state != RoundState.APPROVED:
        raise Problem("opinion_needs_approval")
    if action == Action.SUBMIT and not needs_approval:
        raise Problem("opinion_needs_no_approval")
    if step.reason:
        check_reason(reason)
    return step.after


def check_reason(reason: str) -> None:
    """A reason must be there and fit."""
    if not reason:
        raise Invalid({"reason": Problem("missing")})
    if len(reason) > LONGEST_REASON:
        raise Invalid({"reason": Problem("too_long", limit=LONGEST_REASON)})


def check_superior(submitted_by: int | None, by: int) -> None:
    """Four eyes: nobody approves, or gives back, what they handed on themselves."""
    if by == submitted_by:
        raise Problem("not_yourself")


def check_conclusion(text: str) -> None:
    """What a report concludes is free, within bounds."""
    if len(text) > LONGEST_TEXT:
        raise Invalid({"conclusion": Problem("too_long", limit=LONGEST_TEXT)})


# ------------------------------------------------------------------ the form


class OptionKind(StrEnum):
    """What choosing an option means: its colour; the words are free."""

    FOR = "for"
    AGAINST = "against"
    OTHER = "other"
    PLAIN = "plain"


@dataclass(frozen=True)
class OptionDraft:
    """An option as entered; ``needs_text``: whoever chooses it says why."""

    label: str
    needs_text: bool = False
    kind: OptionKind = OptionKind.PLAIN


@dataclass(frozen=True)
class RoundDraft:
    """What is said of a round as a whole. ``late_days``: for how long after the deadline answers are still taken, as
    late ones; 0 refuses them.
    """

    title: str
    body: str
    deadline: datetime | None
    late_days: int | None = 0
    close_when_all: bool = True
    asks_approval: bool = False


def check_round(draft: RoundDraft, now: datetime) -> None:
    """Raise :class:`Invalid` naming every fault by its field."""
    faults: dict[str, Problem] = {}
    if not draft.title:
        faults["title"] = Problem("missing")
    elif len(draft.title) > 300:
        faults["title"] = Problem("too_long", limit=300)
    if len(draft.body) > LONGEST_TEXT:
        faults["body"] = Problem("too_long", limit=LONGEST_TEXT)
    if (fault := _deadline_fault(draft.deadline, now)) is not None:
        faults["deadline"] = fault
    if draft.late_days is None or not 0 <= draft.late_days <= MOST_LATE_DAYS:
        faults["late_days"] = Problem("not_in_range", low=0, high=MOST_LATE_DAYS)
    if faults:
        raise Invalid(faults)


def _deadline_fault(deadline: datetime | None, now: datetime) -> Problem | None:
    if deadline is None:
        return Problem("not_a_time")
    if deadline <= now:
        return Problem("already_over")
    if deadline - now > LONGEST_ROUND:
        return Problem("opinion_too_long", days=LONGEST_ROUND.days)
    return None


def check_extension(deadline: datetime | None, present: datetime, now: datetime, reason: str) -> datetime:
    """The new deadline: to come, and later than the present one; with a reason."""
    faults: dict[str, Problem] = {}
    fault = _deadline_fault(deadline, now)
    if fault is None and deadline is not None and deadline <= present:
        fault = Problem("opinion_not_later")
    if fault is not None:
        faults["deadline"] = fault
    if not reason:
        faults["reason"] = Problem("missing")
    elif len(reason) > LONGEST_REASON:
        faults["reason"] = Problem("too_long", limit=LONGEST_REASON)
    if faults or deadline is None:
        raise Invalid(faults)
    return deadline


DEFAULT_OPTIONS = (
    OptionDraft("Đồng ý", False, OptionKind.FOR),
    OptionDraft("Không đồng ý", False, OptionKind.AGAINST),
    OptionDraft("Ý kiến khác", True, OptionKind.OTHER),
)


def option(label: str, needs_text: bool) -> OptionDraft:
    """An option as entered; the usual words have their usual meaning, all others none."""
    usual = {given.label.casefold(): given.kind for given in DEFAULT_OPTIONS}
    return OptionDraft(label, needs_text, usual.get(label.casefold(), OptionKind.PLAIN))


def check_question(text: str, options: Sequence[OptionDraft]) -> None:
    """A question has a text and at least two options that differ."""
    faults: dict[str, Problem] = {}
    if not text:
        faults["text"] = Problem("missing")
    elif len(text) > 1000:
        faults["text"] = Problem("too_long", limit=1000)
    labels = [option.label.casefold() for option in options]
    if not 2 <= len(options) <= MOST_OPTIONS:
        faults["options"] = Problem("opinion_few_options", low=2, high=MOST_OPTIONS)
    elif len(set(labels)) < len(labels):
        faults["options"] = Problem("opinion_same_options")
    elif any(len(option.label) > 200 for option in options):
        faults["options"] = Problem("too_long", limit=200)
    if faults:
        raise Invalid(faults)


def check_ready(questions: int, recipients: int, deadline: datetime, now: datetime) -> None:
    """Before it is submitted or sent: there is something to ask, somebody to ask, and time to answer."""
    if not questions:
        raise Problem("opinion_no_question")
    if not recipients:
        raise Problem("opinion_no_recipient")
    if deadline <= now:
        raise Problem("opinion_deadline_over")
