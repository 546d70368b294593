"""The jobs of the library: taken once, tried again, given up with a reason; a killed worker's job is taken by another.

A handler works outside any transaction and gives back what to store; that is stored in the same transaction that marks
the job done, and only while the claim still holds.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, delete, or_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from documents.blobs import StoreDown, StoreFull, naming_full_disks
from documents.database import Database
from documents.errors import Busy, Problem
from documents.models import Job
from documents.rules import LEASE, MAX_ATTEMPTS, PATIENCE, JobKind, JobState, Lane, backoff
from documents.search import SearchBusy

log = logging.getLogger(__name__)

Store = Callable[[Session], None]


class TakesLong(Exception):
    """Raised by a handler: the job belongs among the slow ones."""


def nothing(_db: Session) -> None:
    """What to store when the job is about something that is no longer there."""


@dataclass(frozen=True)
class Handler:
    """How a kind of job is done: ``run`` does up to ``together`` claims in one go; in a transaction of their own
    ``put_back`` marks what a job is about when it has to wait, ``given_up`` when it is not tried again, and why.
    """

    run: Callable[[Sequence[Job]], Store]
    put_back: Callable[[Session, Job], None] = lambda _db, _job: None
    given_up: Callable[[Session, Job, str], None] = lambda _db, _job, _reason: None
    together: int = 1


class Jobs:
    """The jobs in one database and how each kind is done."""

    def __init__(self, database: Database, handlers: Mapping[str, Handler]) -> None:
        self._database = database
        self._handlers = handlers

    def run_one(self, now: datetime, *, worker: str, lane: Lane | None = None) -> bool:
        """Do one job of the lane (or of all) that is due, or several in one go; False when there is none.

        ``worker`` names this worker among all. Raises only when the database fails: the job is free again after its
        lease.
        """
        with self._database.reading() as db:
            # A worker with nothing to do asks often: it must not take the write lock from those who vote.
            if db.scalar(_due(now, lane)) is None:
                return False
        with self._database.writing() as db:
            job = self.claim(db, now, worker, lane)
            claims = [job, *self._claim_with(db, job, now)] if job is not None else []
        if not claims:
            return False
        try:
            self._do(claims)
        except TakesLong:
            for claim in claims:
                self._put_off(claim, now, "takes long", slow=True)
        except Exception as error:  # whatever a job fails of, the worker lives and the job says why
            if _has_to_wait(error):
                log.warning("job %d (%s) has to wait: %s", claims[0].id, claims[0].kind, error)
                for claim in claims:
                    self._put_off(claim, now + PATIENCE, str(error))
            else:
                log.warning("job %d (%s) failed", claims[0].id, claims[0].kind, exc_info=True)
                for claim in claims:
                    self._failed(claim, now, error)
        return True

    def claim(self, db: Session, now: datetime, worker: str, lane: Lane | None = None) -> Job | None:
        """Take the job that has been due for the longest. Two workers never get the same: SQLite lets one write at a
        time, PostgreSQL skips the rows that another has locked.
        """
        due = _due(now, lane).with_for_update(skip_locked=True)
        while (job := db.scalar(due)) is not None:
            if job.attempts < MAX_ATTEMPTS:
                _take(job, worker, now + LEASE)
                return job
            # Its workers died without a word each time: a job that kills workers must not go round for ever.
            self._give_up(db, job, "worker_died", "the worker died in the middle")
            db.flush()
        return None

    def _claim_with(self, db: Session, first: Job, now: datetime) -> Sequence[Job]:
        """Others of the kind, to be done in the same go. One that has failed before is tried alone: else it would take
        all others down with it.
        """
        handler = self._handlers.get(first.kind)
        if handler is None or handler.together == 1 or first.attempts > 1:
            return []
        fresh = _due(now).where(Job.kind == first.kind, Job.attempts == 0, Job.id != first.id)
        jobs = db.scalars(fresh.limit(handler.together - 1).with_for_update(skip_locked=True)).all()
        for job in jobs:
            _take(job, first.claimed_by, first.claimed_until)
        return jobs

    def _do(self, claims: list[Job]) -> None:
        with naming_full_disks():
            store = self._handlers[claims[0].kind].run(claims)
        with self._database.writing() as db:
            held = [row for claim in claims if (row := _held(db, claim)) is not None]
            if held:
                store(db)
            for row in held:
                row.state, row.claimed_until = JobState.DONE, None

    def _put_off(self, claim: Job, until: datetime, why: str, *, slow: bool = False) -> None:
        """Not the job's fault, and the attempt does not count."""
        with self._database.writing() as db:
            job = _held(db, claim)
            if job is not None:
                job.attempts -= 1
                job.slow = job.slow or slow
                self._wait(db, job, until, why)

    def _failed(self, claim: Job, now: datetime, error: Exception) -> None:
        with self._database.writing() as db:
            job = _held(db, claim)
            if job is None:
                return
            if job.attempts < MAX_ATTEMPTS:
                self._wait(db, job, now + backoff(job.attempts), repr(error))
            else:
                self._give_up(db, job, error.code if isinstance(error, Problem) else "gave_up", repr(error))

    def _wait(self, db: Session, job: Job, until: datetime, error: str) -> None:
        job.state, job.run_after, job.claimed_until, job.error = JobState.WAITING, until, None, error[:2000]
        if (handler := self._handlers.get(job.kind)) is not None:
            handler.put_back(db, job)

    def _give_up(self, db: Session, job: Job, reason: str, error: str) -> None:
        job.state, job.claimed_until, job.error = JobState.FAILED, None, error[:2000]
        if (handler := self._handlers.get(job.kind)) is not None:
            handler.given_up(db, job, reason)


def _take(job: Job, worker: str | None, until: datetime | None) -> None:
    job.state, job.attempts = JobState.RUNNING, job.attempts + 1
    job.claimed_by, job.claimed_until = worker, until


def _due(now: datetime, lane: Lane | None = None) -> Select[Job]:
    waiting = and_(Job.state == JobState.WAITING, Job.run_after <= now)
    abandoned = and_(Job.state == JobState.RUNNING, Job.claimed_until <= now)
    due = select(Job).where(or_(waiting, abandoned)).order_by(Job.run_after, Job.id).limit(1)
    match lane:
        case None:
            return due
        case Lane.INDEX:
            return due.where(Job.kind == JobKind.INDEX)
        case _:
            return due.where(Job.kind != JobKind.INDEX, Job.slow.is_(lane == Lane.SLOW))


def _held(db: Session, claim: Job) -> Job | None:
    """The job's row, locked, unless another worker has taken it over since this claim."""
    return db.scalar(
        select(Job)
        .where(
            Job.id == claim.id,
            Job.state == JobState.RUNNING,
            Job.claimed_by == claim.claimed_by,
            Job.claimed_until == claim.claimed_until,
        )
        .with_for_update()
    )


def _has_to_wait(error: Exception) -> bool:
    """What the job needs is down, busy or full."""
    if isinstance(error, OperationalError):
        return "is full" in str(error.orig) or getattr(error.orig, "sqlstate", None) == DISK_FULL
    return isinstance(error, Busy | SearchBusy | StoreDown | StoreFull)


DISK_FULL = "53100"
"""PostgreSQL's code for a full disk."""

DONE_KEPT = timedelta(days=7)
FAILED_KEPT = timedelta(days=90)
"""For so long an operator finds what was done, and why something was not; what became of it stands elsewhere."""
_TIDIED = 1000


def tidy(database: Database, now: datetime) -> bool:
    """Remove some of the jobs that have been over for long; False when there are none."""
    done = and_(Job.state == JobState.DONE, Job.run_after < now - DONE_KEPT)
    failed = and_(Job.state == JobState.FAILED, Job.run_after < now - FAILED_KEPT)
    old = select(Job.id).where(or_(done, failed)).limit(_TIDIED)
    with database.reading() as db:  # no write lock: SQLite has only one
        ids = db.scalars(old).all()
    if ids:
        with database.writing() as db:
            db.execute(delete(Job).where(Job.id.in_(ids)).execution_options(synchronize_session=False))
    return bool(ids)
