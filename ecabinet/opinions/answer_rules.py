"""What an answer must be, when it is taken, and the figures of all. Plain values only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from documents.errors import Invalid, Problem
from ecabinet.clock import ZONE
from ecabinet.opinions.rules import LONGEST_TEXT, RoundState


@dataclass(frozen=True)
class Asked:
    """A question as answers are checked against it: which options it has, and which of them need words."""

    id: int
    options: Mapping[int, bool]


@dataclass(frozen=True)
class Choice:
    """What somebody says to one question."""

    option: int | None
    text: str = ""


def closes_at(deadline: datetime, late_days: int) -> datetime:
    """From when on nothing is taken any more."""
    return deadline + timedelta(days=late_days)


def check_open(state: RoundState, deadline: datetime, late_days: int, now: datetime) -> bool:
    """Whether an answer given now is late; raises by name when none is taken."""
    if state == RoundState.RECALLED:
        raise Problem("opinion_recalled")
    # The worker closes a moment after the hour; what comes in between is late all the same.
    if state != RoundState.SENT or now > closes_at(deadline, late_days):
        over = now > deadline
        raise Problem("opinion_over" if over else "opinion_closed", deadline=local_text(deadline))
    return now > deadline


def local_text(at: datetime) -> str:
    """A moment as sentences name it."""
    return at.astimezone(ZONE).strftime("%H:%M %d/%m/%Y")


def check_answer(questions: Sequence[Asked], choices: Mapping[int, Choice]) -> None:
    """Every question has its option, with words where the option needs them; faults by ``question-<id>`` and
    ``text-<id>``.
    """
    faults: dict[str, Problem] = {}
    for question in questions:
        choice = choices.get(question.id, Choice(None))
        if choice.option is None:
            faults[f"question-{question.id}"] = Problem("nothing_chosen")
        elif choice.option not in question.options:
            faults[f"question-{question.id}"] = Problem("unknown_option")
        elif question.options[choice.option] and not choice.text:
            faults[f"text-{question.id}"] = Problem("opinion_needs_words")
        if len(choice.text) > LONGEST_TEXT:
            faults[f"text-{question.id}"] = Problem("too_long", limit=LONGEST_TEXT)
    if faults:
        raise Invalid(faults)


@dataclass(frozen=True)
class OptionFigure:
    """How many chose an option; per cent of those who answered."""

    option: int
    count: int
    percent: float


def tally(questions: Sequence[Asked], answers: Iterable[Mapping[int, Choice]]) -> dict[int, list[OptionFigure]]:
    """Question id → its options in order with their figures, over the answers that count."""
    counts = {question.id: dict.fromkeys(question.options, 0) for question in questions}
    given = 0
    for answer in answers:
        given += 1
        for question_id, choice in answer.items():
            if choice.option is not None and question_id in counts and choice.option in counts[question_id]:
                counts[question_id][choice.option] += 1
    return {
        question_id: [OptionFigure(option, n, 100 * n / given if given else 0.0) for option, n in options.items()]
        for question_id, options in counts.items()
    }
