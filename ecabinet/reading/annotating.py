"""Taking changes of annotations: each is made or refused by name, and those that can be made are.

What arrives over sockets together is committed together, as ballots are; a plain request does the same by itself. Who
writes, and what is open to them, is asked anew in the transaction that writes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from documents import annotation_queries, annotation_rules, annotations
from documents.annotation_models import Annotation
from documents.annotation_rules import MOST_CHANGES, Change
from documents.database import Database
from documents.errors import Problem
from ecabinet.access import Person, member_label
from ecabinet.groupcommit import GroupCommit
from ecabinet.meetings.persons import identify
from ecabinet.reading import records
from ecabinet.reading.desks import Desk, Place, sit
from ecabinet.reading.records import Record


@dataclass(frozen=True)
class Batch:
    """Changes as they arrive over a socket; whose they are comes from the token of its session."""

    # Neither may reach a log, not even in an error's message: a private note is nobody's but its author's.
    token: str = field(repr=False)
    place: Place
    changes: Sequence[Any] = field(repr=False)
    at: datetime


@dataclass(frozen=True)
class Outcome:
    """What became of one change. ``current``: how the annotation stands, for an author who did not know."""

    id: str | None
    rev: int = 0
    seq: int = 0
    problem: Problem | None = None
    current: Record | None = None


@dataclass(frozen=True)
class Taken:
    """What became of a batch; ``seq``: how many changes the version has had since."""

    seq: int
    outcomes: list[Outcome]


def changes_of(data: dict[str, Any]) -> list[Any]:
    """The changes that a message asks for; what each of them is, is for the rules to say."""
    changes = data.get("changes")
    if not isinstance(changes, list):
        raise Problem("malformed")
    if len(changes) > MOST_CHANGES:
        raise Problem("too_many_changes", limit=MOST_CHANGES)
    return changes


def answer(taken: Taken, refusal: Callable[[Problem], dict[str, Any]]) -> dict[str, Any]:
    """What the tablet is told, with the refusals in words."""
    return {"ok": True, "seq": taken.seq, "results": [_result(one, refusal) for one in taken.outcomes]}


def _result(one: Outcome, refusal: Callable[[Problem], dict[str, Any]]) -> dict[str, Any]:
    if one.problem is None:
        return {"id": one.id, "ok": True, "rev": one.rev, "seq": one.seq}
    current = {"current": one.current} if one.current is not None else {}
    return {"id": one.id} | refusal(one.problem) | current


def take(db: Session, desk: Desk, changes: Sequence[Any], now: datetime) -> Taken:
    """Make the changes of one author at one place, in their order."""
    annotations.lock(db, [desk.place.version_id])
    return _take(db, desk, changes, now)


def _take(db: Session, desk: Desk, changes: Sequence[Any], now: datetime) -> Taken:
    given = (one.get("id") for one in changes if isinstance(one, dict))
    known = annotations.standing(db, {key for key in given if annotation_rules.is_id(key)})
    outcomes = [_take_one(db, desk, given, known, now) for given in changes]
    return Taken(annotation_queries.seq_of(db, desk.place.version_id), outcomes)


def _take_one(db: Session, desk: Desk, given: Any, known: dict[str, Annotation], now: datetime) -> Outcome:
    key = given.get("id") if isinstance(given, dict) else None
    try:
        change = annotation_rules.read_change(given, desk.place.version_id, desk.pages)
        meant = _meant(db, desk, given, change, known.get(change.id), now)
        done = annotations.put(db, desk.place.version_id, meant, desk.reader, now, known)
    except Problem as problem:
        current = known.get(key) if problem.code in _BEHIND and isinstance(key, str) else None
        return Outcome(
            key if isinstance(key, str) else None,
            problem=problem,
            current=records.record(current) if current is not None else None,
        )
    return Outcome(done.id, done.rev, done.seq)


_BEHIND = frozenset({"old_revision"})
"""Refusals that only the author of the annotation gets, who is told how it stands."""


def _meant(db: Session, desk: Desk, given: Record, change: Change, stands: Annotation | None, now: datetime) -> Change:
    """The change with those who are to see it; a reply's audience is that of its note."""
    if given.get("author") not in (None, desk.person.member_id):
        raise Problem("annotation_of_another")
    if change.content is None or change.content.parent is not None:
        return change
    mine = stands is not None and stands.author == member_label(desk.person.member_id)
    known = stands.labels if stands is not None and mine else frozenset[str]()
    meant = records.audience(db, desk, given, change.content, known, now)
    return replace(change, content=replace(change.content, audience=frozenset(meant)))


def take_many(db: Session, batches: Sequence[Batch]) -> list[Taken | Problem]:
    """The same for batches of several authors, in one transaction; a whole one is refused where its author may not be.

    Applying a batch again has no further effect: its changes are found made.
    """
    # All that will be held, held at once and in one order: two groups that take turns would wait for each other.
    annotations.lock(db, [batch.place.version_id for batch in batches])
    people: dict[str, Person | None] = {}
    desks: dict[tuple[str, Place], Desk | Problem] = {}
    taken: list[Taken | Problem] = []
    for batch in batches:
        if batch.token not in people:
            people[batch.token] = identify(db, batch.token, batch.at)
        desk = desks.get((batch.token, batch.place)) or _desk(db, people[batch.token], batch.place)
        desks[batch.token, batch.place] = desk
        taken.append(desk if isinstance(desk, Problem) else _take(db, desk, batch.changes, batch.at))
    return taken


def _desk(db: Session, person: Person | None, place: Place) -> Desk | Problem:
    if person is None:
        return Problem("signed_out")
    try:
        return sit(db, person, place)
    except Problem as problem:
        return problem


AnnotationBox = GroupCommit[Batch, Taken]
"""Where changes go in from sockets: resolved after the durable commit."""


def open_annotation_box(database: Database) -> AnnotationBox:
    """The one of this process. A few batches at a time: no ballot waits for what fifty tablets drew in a tunnel."""
    return GroupCommit(database, take_many, max_batch=8, max_waiting=5_000, name="annotations")
