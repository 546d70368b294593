"""From an uploaded file to one that is found, opens at once and has a picture: a step at a time, each stored when done.

A job says only which version it is about: what it does is the first step that has not ended, and in the transaction
that stores the outcome the job of the next step is made. So a killed worker costs no more than the step it was at, each
step has attempts of its own, and between two steps of a giant all others have their turn.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from time import monotonic

from sqlalchemy import update

from documents import annotation_carrying_job, indexing, processing
from documents.blobs import Blobs, copy_chunks
from documents.children import LIMITS, Limits
from documents.contents import DOCUMENTS, Contents
from documents.database import Database, changed
from documents.errors import Problem
from documents.extract import Reason
from documents.jobs import Handler, Jobs, Store, TakesLong, nothing
from documents.models import Job, Rendition, Version, VersionStep
from documents.processing import Begun
from documents.rules import QUICK_SECONDS, JobKind, Lane, RenditionKind, Step, is_slow
from documents.search import Search
from documents.steps import STEPS, Material, Outcome

SAY_SECONDS = 1.0
"""Progress is written no more often than this."""


class BlobDamaged(Problem):
    """The store gave other bytes than were put."""

    def __init__(self, sha256: str) -> None:
        super().__init__("blob_damaged", sha256)


@dataclass(frozen=True)
class Workshop:
    """What the steps of a version need besides the file."""

    database: Database
    blobs: Blobs
    now: datetime
    limits: Limits = LIMITS
    lane: Lane | None = None


def run_one(
    database: Database,
    blobs: Blobs,
    search: Search,
    now: datetime,
    *,
    worker: str = "worker",
    limits: Limits = LIMITS,
    lane: Lane | None = None,
    contents: Contents = DOCUMENTS,
) -> bool:
    """Do one job that is due, or several for the index in one go; False when there is none. ``lane``: only of these."""
    if lane == Lane.QUICK:
        limits = replace(limits, seconds=min(limits.seconds, QUICK_SECONDS))
    shop = Workshop(database, blobs, now, limits, lane)
    return jobs(shop, search, contents).run_one(now, worker=worker, lane=lane)


def jobs(shop: Workshop, search: Search, contents: Contents = DOCUMENTS) -> Jobs:
    """The library's jobs and how they are done."""
    steps = Handler(
        lambda claims: _process(shop, claims),
        processing.put_back,
        lambda db, job, reason: processing.give_up(db, job, reason, shop.now),
    )
    index = indexing.handler(shop.database, search, contents)
    carry = annotation_carrying_job.handler(shop.database, shop.blobs, shop.limits, shop.lane, shop.now)
    return Jobs(shop.database, {JobKind.EXTRACT: steps, JobKind.INDEX: index, JobKind.CARRY: carry})


def _process(shop: Workshop, claims: Sequence[Job]) -> Store:
    """Do the step of a version whose turn it is."""
    (job,) = claims
    with shop.database.writing() as db:
        version = db.get(Version, job.payload["version_id"])
        step = processing.step_to_do(processing.steps_of(db, version.id)) if version is not None else None
        if version is None or step is None:
            return nothing
        if shop.lane == Lane.QUICK and is_slow(step, version.size):
            raise TakesLong
        begun = processing.begin(db, version, step, shop.now)
    with tempfile.TemporaryDirectory(prefix="ecabinet-") as folder:
        outcome = STEPS[step](_material(shop, version, step, begun, Path(folder)))
        if shop.lane == Lane.QUICK and Reason.TIMEOUT in (outcome.reason, *outcome.notes):
            raise TakesLong
        made = list(_keep(shop.blobs, version.id, outcome))
    return lambda db: processing.store(db, version.id, step, begun, outcome, made, shop.now)


def _material(shop: Workshop, version: Version, step: Step, begun: Begun, folder: Path) -> Material:
    def rendition(kind: RenditionKind) -> Path | None:
        with shop.database.reading() as db:
            found = processing.rendition_of(db, version.id, kind)
        return _copy(shop.blobs, found.sha256, folder / kind) if found is not None else None

    return Material(
        version=version,
        path=_copy(shop.blobs, version.sha256, folder / "file"),
        notes=begun.notes,
        limits=shop.limits,
        rendition=rendition,
        without_text=begun.without_text,
        say=_speaker(shop.database, version.id, step, begun.done),
    )


def _copy(blobs: Blobs, sha256: str, path: Path) -> Path:
    with path.open("wb") as file:
        if copy_chunks(blobs.open(sha256), file).sha256 != sha256:
            raise BlobDamaged(sha256)
    return path


def _speaker(database: Database, version_id: int, step: Step, before: int) -> Callable[[int], None]:
    """Writes how far a step is, now and then."""
    said = monotonic()
    row = update(VersionStep).where(VersionStep.version_id == version_id, VersionStep.step == step)

    def say(done: int) -> None:
        nonlocal said
        if monotonic() - said >= SAY_SECONDS:
            said = monotonic()
            with database.writing() as db:
                db.execute(row.values(done=before + done))
                changed(db, "version", version_id)

    return say


def _keep(blobs: Blobs, version_id: int, outcome: Outcome) -> Iterator[Rendition]:
    """Put what was made into the store; the rows to write."""
    for made in outcome.made:
        with made.path.open("rb") as file:
            blob = blobs.put(file)
        yield Rendition(
            version_id=version_id,
            kind=made.kind,
            sha256=blob.sha256,
            size=blob.size,
            media_type=made.media_type,
            pages=made.pages,
        )
