"""Rounds of opinions to test with: drafted, sent, answered."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from documents.database import Database
from documents.errors import NotFound
from ecabinet.opinions import answers, drafting, queries, rounds
from ecabinet.opinions.answer_rules import Choice
from ecabinet.opinions.models import OpinionAnswer, OpinionRecipient, OpinionRound
from ecabinet.opinions.rules import DEFAULT_OPTIONS, NoticeKind, RoundDraft
from ecabinet.registry.models import Body, Unit
from tests.people import NOW, Office, make_office

DEADLINE = NOW + timedelta(days=3)


@dataclass
class Told:
    """A ``notify`` that remembers."""

    heard: list[tuple[NoticeKind, frozenset[int]]] = field(default_factory=list)

    def __call__(
        self, db: Session, about: OpinionRound, members: Iterable[int], kind: NoticeKind, now: datetime
    ) -> None:
        self.heard.append((kind, frozenset(members)))

    def last(self) -> tuple[NoticeKind, frozenset[int]]:
        return self.heard[-1]


def said(**changes: object) -> RoundDraft:
    """A sound draft."""
    values: dict[str, object] = {"title": "Dự thảo quy chế", "body": "Kính đề nghị cho ý kiến.", "deadline": DEADLINE}
    return RoundDraft(**(values | changes))  # type: ignore[arg-type]


def make_round(
    db: Session, office: Office, *, sent: bool = True, at: datetime = NOW, notify: Told | None = None, **changes: object
) -> OpinionRound:
    """A round of the centre to its committee of four, with one question; prepared by the secretary."""
    secretary = office.members["secretary"]
    made = drafting.create(db, db.get_one(Unit, office.units["centre"]), said(**changes), secretary, at)
    drafting.add_question(db, made, "Đồng chí có đồng ý với dự thảo không?", DEFAULT_OPTIONS, secretary, at)
    drafting.address_body(db, made, db.get_one(Body, office.body), secretary, at)
    db.flush()
    if sent:
        rounds.send(db, made, secretary, at, notify or Told())
    return made


def recipient(db: Session, office: Office, of: OpinionRound, name: str) -> OpinionRecipient:
    """Somebody's place among those asked."""
    return db.query(OpinionRecipient).filter_by(round_id=of.id, member_id=office.members[name]).one()


def options(of: OpinionRound) -> list[int]:
    """The options of the first question: for, against, other."""
    return [option.id for option in of.questions[0].options]


def give(
    db: Session, office: Office, of: OpinionRound, name: str, option: int = 0, text: str = "", *,
    at: datetime = NOW, token: str = "", revision: int | None = None, notify: Told | None = None,
) -> OpinionAnswer:  # fmt: skip
    """Answer the first question with the option of that number."""
    who = recipient(db, office, of, name)
    choices = {of.questions[0].id: Choice(options(of)[option], text)}
    told = who.revision if revision is None else revision
    return answers.answer(db, of, who, choices, token or f"{name}-{told}-{at}", told, at, notify or Told())


@dataclass
class Room:
    """An office, and who does what in it."""

    db: Session
    office: Office

    def id(self, name: str) -> int:
        return self.office.members[name]

    def round(self, **changes: object) -> OpinionRound:
        return make_round(self.db, self.office, **changes)  # type: ignore[arg-type]

    def asked(self, of: OpinionRound) -> list[str]:
        names = {member: name for name, member in self.office.members.items()}
        return [names[one.member_id] for one in queries.recipients(self.db, of.id)]

    def seen(self, name: str, of: OpinionRound) -> queries.Seen | None:
        try:
            return queries.load(self.db, self.office.person(self.db, name), of.id)
        except NotFound:
            return None

    def kinds(self, of: OpinionRound) -> list[str]:
        return [event.kind for event in reversed(queries.history(self.db, of.id))]


@contextmanager
def in_room(database: Database) -> Iterator[Room]:
    """One transaction with an office."""
    with database.writing() as db:
        yield Room(db, make_office(db))
