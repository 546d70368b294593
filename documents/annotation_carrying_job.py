"""The job that carries annotations over to a version whose text is out; see :mod:`documents.annotation_carrying`.

Versions follow each other: one waits until those before it have been read, and is asked for again by the one before.
"""

import logging
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import annotation_carrying as carrying
from documents import media, processing
from documents.annotation_marks import Mark
from documents.annotation_places import Side, places
from documents.blobs import Blobs, copy_chunks
from documents.children import Limits
from documents.database import Database
from documents.errands import ErrandFailed
from documents.jobs import Handler, Store, TakesLong, nothing
from documents.models import Job, PageText, Version
from documents.rules import MAX_ATTEMPTS, Lane, RenditionKind, VersionState

log = logging.getLogger(__name__)

SECONDS = 150.0
"""A thousand pages on a machine that does much else take this long; what is not done by then is tried later. Less than
the lease of a job.
"""


@dataclass(frozen=True)
class Source:
    """The PDF that people annotate of a version, and the texts of its pages."""

    version: Version
    sha256: str | None
    texts: Mapping[int, str]


@dataclass(frozen=True)
class Order:
    """What is to be carried: from where to where, and at which change each annotation was."""

    former: Source
    version: Source
    marks: Sequence[Mark]
    read: Mapping[str, int]


def handler(database: Database, blobs: Blobs, limits: Limits, lane: Lane | None, now: datetime) -> Handler:
    """How such a job is done."""

    def run(claims: Sequence[Job]) -> Store:
        (job,) = claims
        with database.reading() as db:
            version = db.get(Version, job.payload["version_id"])
            if version is None or not all(
                _is_read(db, one) for one in (version, *carrying.versions_before(db, version))
            ):
                return nothing
            order = _order(db, version)
        last = job.attempts >= MAX_ATTEMPTS
        found = _places(blobs, order, limits, lane, last=last) if order is not None else {}

        def store(db: Session) -> None:
            if order is not None:
                carrying.store(db, order.former.version, version, order.read, found, now)
            following = carrying.next_version(db, version)
            if following is not None and _is_read(db, following):
                carrying.ask_for(db, following, now)

        return store

    return Handler(run)


def _is_read(db: Session, version: Version) -> bool:
    """Whether all its steps are over, the letters of scans recognised."""
    steps = processing.steps_of(db, version.id)
    return version.state not in carrying.UNREAD and (not steps or processing.step_to_do(steps) is None)


def _order(db: Session, version: Version) -> Order | None:
    """None where there is nothing to carry, or nothing to carry it from or to."""
    readable = (one for one in carrying.versions_before(db, version) if one.state == VersionState.READY)
    former = next(readable, None)
    if former is None or version.state != VersionState.READY:
        return None
    waiting = carrying.to_carry(db, former, version)
    marks = [carrying.mark_of(one) for one in waiting if one.parent_id is None]
    read = {one.id: one.seq for one in waiting}
    return Order(_source(db, former), _source(db, version), marks, read) if waiting else None


def _source(db: Session, version: Version) -> Source:
    texts = db.execute(select(PageText.page, PageText.text).where(PageText.version_id == version.id))
    return Source(version, pdf_of(db, version), {page: text for page, text in texts})


def pdf_of(db: Session, version: Version) -> str | None:
    """The sha256 of the PDF that people read of a version: the file itself, or what was made of it."""
    if version.media_type == media.PDF:
        return version.sha256
    made = processing.rendition_of(db, version.id, RenditionKind.PDF)
    return made.sha256 if made is not None else None


def _places(blobs: Blobs, order: Order, limits: Limits, lane: Lane | None, *, last: bool) -> dict[str, Mark]:
    """Where they belong; nowhere what cannot be read. What took too long is tried again, when there may be less else to
    do, until the ``last`` attempt.
    """
    if order.former.sha256 is None or order.version.sha256 is None:
        return {}
    if order.former.sha256 == order.version.sha256:
        return {mark.id: mark for mark in order.marks if mark.placed}
    with tempfile.TemporaryDirectory(prefix="ecabinet-") as folder:
        old, new = (
            Side(_copy(blobs, source.sha256, Path(folder) / name), source.texts)
            for source, name in ((order.former, "old.pdf"), (order.version, "new.pdf"))
            if source.sha256 is not None
        )
        if lane != Lane.QUICK:
            limits = replace(limits, seconds=max(limits.seconds, SECONDS))
        try:
            return places(old, new, order.marks, limits)
        except ErrandFailed as failed:
            if lane == Lane.QUICK and failed.reason == "timeout":
                raise TakesLong from failed
            if failed.reason == "timeout" and not last:
                raise
            log.warning("version %d could not be read for its annotations: %s", order.version.version.id, failed.reason)
            return {}


def _copy(blobs: Blobs, sha256: str, path: Path) -> Path:
    with path.open("wb") as file:
        copy_chunks(blobs.open(sha256), file)
    return path
