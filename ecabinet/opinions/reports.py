"""The summary of a round: figures by question and option, what was said with each, who has not answered."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ecabinet.opinions import answer_rules, queries
from ecabinet.opinions.answers import asked
from ecabinet.opinions.models import OpinionOption, OpinionRecipient, OpinionRound


@dataclass(frozen=True)
class Said:
    """What one person said to a question."""

    name: str
    title: str
    unit_name: str
    text: str
    at: datetime
    late: bool


@dataclass(frozen=True)
class OptionReport:
    """An option with its figures and those who chose it. ``percent`` is of the answers."""

    label: str
    kind: str
    count: int
    percent: float
    said: list[Said]


@dataclass(frozen=True)
class QuestionReport:
    """A question with its options. ``number`` counts from 1."""

    number: int
    text: str
    options: list[OptionReport]


@dataclass(frozen=True)
class Report:
    """The whole summary; ``silent`` are those who have not answered."""

    round: OpinionRound
    asked: int
    answered: int
    late: int
    questions: list[QuestionReport]
    silent: list[OpinionRecipient]


_NOTHING = answer_rules.Choice(None)
COLOURS = {"for": "for", "against": "against", "other": "abstain"}
"""How the bars of the pages call the kinds of options."""


def report(db: Session, of: OpinionRound) -> Report:
    """The summary as it stands now."""
    people = queries.recipients(db, of.id)
    answers = queries.counting(db, of.id)
    chosen = {recipient_id: queries.choices_of(answer) for recipient_id, answer in answers.items()}
    figures = answer_rules.tally(asked(of), chosen.values())

    def option_report(question_id: int, option: OpinionOption, figure: answer_rules.OptionFigure) -> OptionReport:
        said = [
            Said(
                person.name, person.title, person.unit_name, chosen[person.id][question_id].text,
                answers[person.id].at, answers[person.id].late,
            )
            for person in people
            if person.id in chosen and chosen[person.id].get(question_id, _NOTHING).option == option.id
        ]  # fmt: skip
        return OptionReport(option.label, COLOURS.get(option.kind, ""), figure.count, figure.percent, said)

    questions = [
        QuestionReport(
            number,
            question.text,
            [
                option_report(question.id, option, figure)
                for option, figure in zip(question.options, figures[question.id], strict=True)
            ],
        )
        for number, question in enumerate(of.questions, start=1)
    ]
    return Report(
        of,
        len(people),
        len(answers),
        sum(answer.late for answer in answers.values()),
        questions,
        [person for person in people if person.id not in answers],
    )


def rows(summary: Report, no_answer: str, late: str, local: Callable[[datetime], str]) -> Iterator[list[str]]:
    """The summary as the rows of a list: each option with its figures, then those who chose it; last who is silent.

    ``no_answer`` and ``late`` are the words for these, ``local`` writes a moment.
    """
    for question in summary.questions:
        name = f"{question.number}. {question.text}"
        for option in question.options:
            yield [name, option.label, str(option.count), per_cent(option.percent), "", "", "", "", ""]
            for said in option.said:
                at = f"{local(said.at)} ({late})" if said.late else local(said.at)
                yield [name, option.label, "", "", said.name, said.title, said.unit_name, said.text, at]
    for person in summary.silent:
        yield ["", no_answer, "", "", person.name, person.title, person.unit_name, "", ""]


def per_cent(value: float) -> str:
    """A percentage as people write it: "66,7%"."""
    return f"{value:.1f}%".replace(".", ",")
