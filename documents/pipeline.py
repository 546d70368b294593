"""The jobs of the library: taken once, tried again, given up with a reason; a killed worker's job is taken by another.

A handler works outside any transaction and gives back what to store; that is stored in the same transaction that marks
the job done, and only while the claim still holds.
"""

import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Select, and_, delete, insert, or_, select
from sqlalchemy.orm import Session

from documents import queries
from documents.blobs import Blobs, StoreDown, StoreFull, copy_chunks, naming_full_disks
from documents.contents import DOCUMENTS, Contents
from documents.database import Database, changed
from documents.errors import Problem
from documents.extract import LIMITS, Extracted, Limits, extract
from documents.models import Job, PageText, Version
from documents.operations import request_index
from documents.rules import INDEX_BATCH, LEASE, MAX_ATTEMPTS, PATIENCE, JobKind, JobState, VersionState, backoff
from documents.search import Entry, Read, Search, SearchBroken, SearchBusy

log = logging.getLogger(__name__)

Store = Callable[[Session], None]


class BlobDamaged(Problem):
    """The store gave other bytes than were put."""

    def __init__(self, sha256: str) -> None:
        super().__init__("blob_damaged", sha256)


@dataclass(frozen=True)
class Workshop:
    """What a job needs besides its payload."""

    database: Database
    blobs: Blobs
    search: Search
    contents: Contents
    now: datetime
    limits: Limits


def run_one(
    database: Database,
    blobs: Blobs,
    search: Search,
    now: datetime,
    *,
    worker: str = "worker",
    limits: Limits = LIMITS,
    contents: Contents = DOCUMENTS,
) -> bool:
    """Do one job that is due, or several for the index in one go; False when there is none.

    ``worker`` names this worker among all. Raises only when the database fails: the job is free again after its lease.
    """
    with database.reading() as db:
        # A worker with nothing to do asks often: it must not take the write lock from those who vote.
        if db.scalar(_due(now)) is None:
            return False
    with database.writing() as db:
        job = claim_job(db, now, worker)
        claims = [job, *_claim_with(db, job, now)] if job is not None else []
    if job is None:
        return False
    try:
        with naming_full_disks():
            store = _HANDLERS[JobKind(job.kind)](Workshop(database, blobs, search, contents, now, limits), claims)
        with database.writing() as db:
            held = [row for claim in claims if (row := _held(db, claim)) is not None]
            if held:
                store(db)
            for row in held:
                row.state, row.claimed_until = JobState.DONE, None
    except (SearchBusy, StoreDown, StoreFull) as error:
        for claim in claims:
            _put_off(database, claim, now, error)
    except Exception as error:  # whatever a job fails of, the worker lives and the job says why
        log.warning("job %d (%s) failed, attempt %d", job.id, job.kind, job.attempts, exc_info=True)
        for claim in claims:
            _failed(database, claim, now, error)
    return True


def claim_job(db: Session, now: datetime, worker: str) -> Job | None:
    """Take the job that has been due for the longest. Two workers never get the same: SQLite lets one write at a time,
    PostgreSQL skips the rows that another has locked."""
    due = _due(now).with_for_update(skip_locked=True)
    while (job := db.scalar(due)) is not None:
        if job.attempts < MAX_ATTEMPTS:
            job.state, job.attempts = JobState.RUNNING, job.attempts + 1
            job.claimed_by, job.claimed_until = worker, now + LEASE
            return job
        # Its workers died without a word each time: a job that kills workers must not go round for ever.
        _give_up(db, job, "worker_died", "the worker died in the middle")
        db.flush()
    return None


def _claim_with(db: Session, first: Job, now: datetime) -> Sequence[Job]:
    """Other jobs for the index, to be done in the same commit. One that has failed before is tried alone: else it would
    take all others down with it."""
    if first.kind != JobKind.INDEX or first.attempts > 1:
        return []
    fresh = _due(now).where(Job.kind == JobKind.INDEX, Job.attempts == 0, Job.id != first.id)
    jobs = db.scalars(fresh.limit(INDEX_BATCH - 1).with_for_update(skip_locked=True)).all()
    for job in jobs:
        job.state, job.attempts = JobState.RUNNING, 1
        job.claimed_by, job.claimed_until = first.claimed_by, first.claimed_until
    return jobs


def _due(now: datetime) -> Select[Job]:
    waiting = and_(Job.state == JobState.WAITING, Job.run_after <= now)
    abandoned = and_(Job.state == JobState.RUNNING, Job.claimed_until <= now)
    return select(Job).where(or_(waiting, abandoned)).order_by(Job.run_after, Job.id).limit(1)


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


def _put_off(database: Database, claim: Job, now: datetime, error: Exception) -> None:
    """What the job needs is down or busy: that is not its fault, and the attempt does not count."""
    log.warning("job %d (%s) has to wait: %s", claim.id, claim.kind, error)
    with database.writing() as db:
        job = _held(db, claim)
        if job is not None:
            job.attempts -= 1
            _wait(db, job, now + PATIENCE, str(error))


def _failed(database: Database, claim: Job, now: datetime, error: Exception) -> None:
    with database.writing() as db:
        job = _held(db, claim)
        if job is None:
            return
        if job.attempts < MAX_ATTEMPTS:
            _wait(db, job, now + backoff(job.attempts), repr(error))
        else:
            _give_up(db, job, error.code if isinstance(error, Problem) else "gave_up", repr(error))


def _wait(db: Session, job: Job, until: datetime, error: str) -> None:
    job.state, job.run_after, job.claimed_until, job.error = JobState.WAITING, until, None, error[:2000]
    _mark_version(db, job, VersionState.WAITING, None)


def _give_up(db: Session, job: Job, reason: str, error: str) -> None:
    job.state, job.claimed_until, job.error = JobState.FAILED, None, error[:2000]
    _mark_version(db, job, VersionState.FAILED, reason)


def _mark_version(db: Session, job: Job, state: VersionState, reason: str | None) -> None:
    if job.kind == JobKind.EXTRACT:
        version = db.get(Version, job.payload["version_id"])
        if version is not None:
            version.state, version.reason = state, reason
            changed(db, "version", version.id)


def _extract(shop: Workshop, claims: Sequence[Job]) -> Store:
    """Read the text of a version and ask for its document to be indexed."""
    (job,) = claims
    with shop.database.writing() as db:
        version = db.get(Version, job.payload["version_id"])
        if version is None:
            return _nothing
        _mark_version(db, job, VersionState.PROCESSING, None)
    with tempfile.TemporaryDirectory(prefix="ecabinet-") as folder:
        path = Path(folder) / "file"
        with path.open("wb") as file:
            copy = copy_chunks(shop.blobs.open(version.sha256), file)
        if copy.sha256 != version.sha256:
            raise BlobDamaged(version.sha256)
        outcome = extract(path, version.filename, shop.limits)
    return lambda db: _store_text(db, version.id, outcome, shop.now)


def _store_text(db: Session, version_id: int, outcome: Extracted, now: datetime) -> None:
    version = db.get_one(Version, version_id)
    db.execute(delete(PageText).where(PageText.version_id == version_id))
    if outcome.pages:
        rows = [{"version_id": version_id, "page": page, "text": text} for page, text in outcome.pages.items()]
        db.execute(insert(PageText), rows)
    version.state, version.reason, version.page_count = outcome.state, outcome.reason, outcome.page_count
    request_index(db, version.document_id, now)
    changed(db, "version", version_id)


def _index(shop: Workshop, claims: Sequence[Job]) -> Store:
    keys = list({key: None for job in claims for key in _keys(job)})
    try:
        shop.search.update(keys, reader(shop.database, shop.contents, keys))
    except SearchBroken as error:
        log.warning("%s: rebuilding the index", error)
        rebuild_index(shop.database, shop.search, shop.contents)

    def store(db: Session) -> None:
        for document_id in filter(None, map(queries.document_of, keys)):
            changed(db, "document", document_id)

    return store


def _keys(job: Job) -> list[str]:
    keys: list[str] | None = job.payload.get("keys")
    return [queries.document_key(job.payload["document_id"])] if keys is None else keys


def _nothing(db: Session) -> None:
    """The job is about something that is no longer there."""


Handler = Callable[[Workshop, Sequence[Job]], Store]
_HANDLERS: dict[JobKind, Handler] = {
    JobKind.EXTRACT: _extract,
    JobKind.INDEX: _index,
}


def reader(database: Database, contents: Contents = DOCUMENTS, keys: Sequence[str] | None = None) -> Read:
    """Reads the entries of these keys, or of all, when the engine asks for them."""

    def read() -> Iterator[Entry]:
        with database.reading() as db:
            yield from contents.read(db, keys)

    return read


def rebuild_index(database: Database, search: Search, contents: Contents = DOCUMENTS) -> int:
    """Build the whole index anew from the database; the number of entries in it."""
    return search.rebuild(reader(database, contents))


def ensure_index(database: Database, search: Search, contents: Contents = DOCUMENTS) -> bool:
    """At the start of a worker: rebuild an index that is missing, broken, or empty beside a full database.

    True when it was rebuilt here; another worker may be doing so already.
    """
    with database.reading() as db:
        there_are = contents.count(db)
    try:
        if search.count() or not there_are:
            return False
    except SearchBroken as error:
        log.warning("%s: rebuilding the index", error)
    try:
        rebuild_index(database, search, contents)
    except SearchBusy:
        return False
    return True
