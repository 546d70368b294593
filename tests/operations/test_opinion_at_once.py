"""Several people at the same moment: the last two answers, an answer and the closing, two workers."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from types import SimpleNamespace
from typing import cast

from sqlalchemy import select

from documents.database import Database
from documents.errors import Problem
from ecabinet.engines import Engines
from ecabinet.opinions import answers, queries, rounds
from ecabinet.opinions.answer_rules import Choice
from ecabinet.opinions.models import OpinionAnswer, OpinionReminder, OpinionRound
from ecabinet.opinions.rules import CloseHow, RoundState
from ecabinet.opinions.tasks import RoundTask
from tests.opinion_people import DEADLINE, Told, give, make_round
from tests.people import NOW, SEATS, Office, make_office


def prepared(database: Database, answered: tuple[str, ...] = ()) -> tuple[Office, int]:
    """A round that is out, with some answers."""
    with database.writing() as db:
        office = make_office(db)
        of = make_round(db, office)
        for name in answered:
            give(db, office, of, name)
        return office, of.id


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do these at the same moment; what each returned, or the code with which it was refused."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return act()
        except Problem as problem:
            return problem.code

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def answering(database: Database, office: Office, round_id: int, name: str, token: str = "") -> Callable[[], object]:
    def act() -> object:
        with database.writing() as db:
            seen = queries.load_to_change(db, office.person(db, name), round_id)
            question = seen.round.questions[0]
            choices = {question.id: Choice(question.options[0].id)}
            who = seen.require_recipient()
            answers.answer(db, seen.round, who, choices, token or name, 0, NOW, Told())
        return "answered"

    return act


def test_the_last_two_answers_close_the_round_once(database: Database) -> None:
    office, round_id = prepared(database, SEATS[:2])
    both = [answering(database, office, round_id, name) for name in SEATS[2:]]
    assert at_once(*both) == ["answered", "answered"]
    with database.reading() as db:
        of = db.get_one(OpinionRound, round_id)
        assert (of.state, of.closed_how) == (RoundState.CLOSED, CloseHow.ALL_ANSWERED)
        closings = [event for event in queries.history(db, round_id) if event.kind == "closed"]
        assert len(closings) == 1


def test_one_answer_sent_from_two_devices(database: Database) -> None:
    office, round_id = prepared(database)
    same = [answering(database, office, round_id, "first", "one token") for _n in range(2)]
    assert at_once(*same) == ["answered", "answered"]
    other = [answering(database, office, round_id, "second", f"token {n}") for n in range(2)]
    assert sorted(map(str, at_once(*other))) == ["answered", "opinion_answered_elsewhere"]
    with database.reading() as db:
        assert len(db.scalars(select(OpinionAnswer)).all()) == 2


def test_an_answer_and_the_closing(database: Database) -> None:
    office, round_id = prepared(database)

    def close() -> object:
        with database.writing() as db:
            of = queries.load_to_change(db, office.person(db, "secretary"), round_id).require_manager()
            rounds.close(db, of, CloseHow.HAND, office.members["secretary"], NOW, Told())
        return "closed"

    answered, closed = at_once(answering(database, office, round_id, "first"), close)
    assert closed == "closed"
    with database.reading() as db:
        kept = len(db.scalars(select(OpinionAnswer)).all())
    assert (answered, kept) in (("answered", 1), ("opinion_closed", 0))


def test_two_workers_remind_once(database: Database) -> None:
    _office, round_id = prepared(database)
    engines = cast(Engines, SimpleNamespace(database=database))
    at, told = DEADLINE - timedelta(hours=1), Told()
    task = RoundTask(told)
    results = at_once(lambda: task(engines, at), lambda: task(engines, at))
    assert True in results
    with database.reading() as db:
        assert len(db.scalars(select(OpinionReminder).where(OpinionReminder.round_id == round_id)).all()) == 1
    assert len(told.heard) == 1
    assert task(engines, DEADLINE)
    assert not task(engines, DEADLINE + timedelta(days=9))
    with database.reading() as db:
        assert db.get_one(OpinionRound, round_id).closed_how == CloseHow.DEADLINE
