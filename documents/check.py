"""Whether database, blobs and index still agree; what differs is named, and mended only when asked.

Nothing here stops anybody from working: what changes while this runs is looked at a second time before it is named.
Of blobs and their rows a few are in memory at a time; of the index, the keys.
"""

import hashlib
import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from sqlalchemy import ColumnElement, Select, Table, func, null, select

from documents.blob_rows import blob_tables, referring, used
from documents.blobs import BlobLocked, BlobMissing, Blobs, Stored
from documents.contents import DOCUMENTS, Contents
from documents.database import Database
from documents.indexing import keys_of, rebuild_index
from documents.models import Job, Rendition, Version, VersionStep
from documents.operations import enqueue, request_entries
from documents.rules import JobKind, JobState, RenditionKind, Step, VersionState
from documents.search import Search, SearchBroken

GRACE = timedelta(days=1)
"""Blobs put more lately than this are let alone: the row that will refer to them may be on its way."""
BATCH = 1000
_MADE_BY = {
    RenditionKind.STREAMING: Step.REWRITE,
    RenditionKind.PDF: Step.PDF,
    RenditionKind.THUMBNAIL: Step.PREVIEW,
    RenditionKind.PREVIEW: Step.PREVIEW,
}


class What(StrEnum):
    """What differs."""

    BLOB_MISSING = "blob missing"
    BLOB_DAMAGED = "blob damaged"
    BLOB_UNUSED = "blob unused"
    NOT_PROCESSED = "not processed"
    INDEX_BROKEN = "index broken"
    NOT_IN_INDEX = "not in the index"
    ONLY_IN_INDEX = "only in the index"


@dataclass(frozen=True)
class Difference:
    """``subject`` is the sha256 of a blob, the key of an entry or a row, ``detail`` says more, for the operator."""

    what: What
    subject: str
    detail: str = ""
    mended: bool = False

    def __str__(self) -> str:
        said = " ".join(part for part in (f"{self.what}:", self.subject, self.detail) if part)
        return f"{said} (mended)" if self.mended else said


@dataclass(frozen=True)
class Archive:
    """What is compared. ``deep``: every blob is read and hashed; ``repair``: what can be mended is."""

    database: Database
    blobs: Blobs
    search: Search
    now: datetime
    contents: Contents = DOCUMENTS
    deep: bool = False
    repair: bool = False
    say: Callable[[str], None] = lambda _line: None


def differences(archive: Archive) -> Iterator[Difference]:
    """All that differs, as it is found; ``archive.say`` hears of the progress."""
    yield from _blobs(archive)
    yield from _unprocessed(archive)
    yield from _index(archive)


# ------------------------------------------------------------------ blobs


@dataclass(frozen=True)
class _Wanted:
    """A blob that rows refer to; ``size`` where they say it."""

    sha256: str
    size: int | None


def _blobs(archive: Archive) -> Iterator[Difference]:
    for number, (wanted, stored) in enumerate(_side_by_side(archive), 1):
        if wanted is None:
            yield from _unused(archive, stored) if stored is not None else ()
        elif stored is None or archive.deep or wanted.size not in (None, stored.size):
            yield from _unsound(archive, wanted)
        if number % BATCH == 0:
            archive.say(f"{number} blobs compared")


def _side_by_side(archive: Archive) -> Iterator[tuple[_Wanted | None, Stored | None]]:
    """Both lists, which have one order, with what is the same beside each other."""
    all_wanted, all_stored = _wanted(archive.database), archive.blobs.stored()
    wanted, stored = next(all_wanted, None), next(all_stored, None)
    while wanted is not None or stored is not None:
        only_stored = wanted is None or (stored is not None and stored.sha256 < wanted.sha256)
        only_wanted = stored is None or (wanted is not None and wanted.sha256 < stored.sha256)
        yield None if only_stored else wanted, None if only_wanted else stored
        wanted = wanted if only_stored else next(all_wanted, None)
        stored = stored if only_wanted else next(all_stored, None)


def _wanted(database: Database) -> Iterator[_Wanted]:
    per_table = (_wanted_by(database, table) for table in blob_tables())
    for sha256, rows in groupby(heapq.merge(*per_table, key=lambda one: one.sha256), key=lambda one: one.sha256):
        yield _Wanted(sha256, max((row.size for row in rows if row.size is not None), default=None))


def _wanted_by(database: Database, table: Table) -> Iterator[_Wanted]:
    # In small readings: one long transaction would keep SQLite from clearing its log for as long as all this takes.
    last = ""
    query = (
        select(table.c.sha256, func.max(table.c.size) if "size" in table.c else null())
        .group_by(table.c.sha256)
        .order_by(table.c.sha256)
        .limit(BATCH)
    )
    while True:
        with database.reading() as db:
            rows = db.execute(query.where(table.c.sha256 > last)).all()
        yield from (_Wanted(sha256, stated) for sha256, stated in rows)
        if len(rows) < BATCH:
            return
        last = rows[-1][0]


def _unused(archive: Archive, stored: Stored) -> Iterator[Difference]:
    before = archive.now - GRACE
    with archive.database.reading() as db:
        if stored.put_at >= before or used(db, [stored.sha256]):
            return
    detail, mended = f"{stored.size} bytes, put on {stored.put_at:%Y-%m-%d}", False
    if archive.repair:
        try:
            mended = archive.blobs.delete(stored.sha256, before)
        except BlobLocked as locked:
            detail = f"{detail}; locked: {locked.detail}"
    yield Difference(What.BLOB_UNUSED, stored.sha256, detail, mended)


def _unsound(archive: Archive, wanted: _Wanted) -> Iterator[Difference]:
    try:
        what, detail = What.BLOB_DAMAGED, _damage(archive, wanted)
    except BlobMissing:
        what, detail = What.BLOB_MISSING, "nothing in the store"
    with archive.database.reading() as db:
        if not detail or not used(db, [wanted.sha256]):
            return
        of = referring(db, wanted.sha256)
    mended = archive.repair and _make_renditions_again(archive, wanted.sha256, of)
    yield Difference(what, wanted.sha256, f"{detail}; of {', '.join(of)}", mended)


def _damage(archive: Archive, wanted: _Wanted) -> str:
    size = archive.blobs.size(wanted.sha256)
    if wanted.size not in (None, size):
        return f"{size} bytes instead of {wanted.size}"
    if not archive.deep:
        return ""
    digest = hashlib.sha256()
    for chunk in archive.blobs.open(wanted.sha256):
        digest.update(chunk)
    return "" if digest.hexdigest() == wanted.sha256 else "the bytes are others than were put"


def _make_renditions_again(archive: Archive, sha256: str, of: Sequence[str]) -> bool:
    """What was made of a version can be made again, as long as the version itself is there."""
    with archive.database.writing() as db:
        for rendition in db.scalars(select(Rendition).where(Rendition.sha256 == sha256)).all():
            made_by = _MADE_BY[RenditionKind(rendition.kind)]
            step = db.get(VersionStep, (rendition.version_id, made_by))
            for row in filter(None, (rendition, step)):
                db.delete(row)
            enqueue(db, JobKind.EXTRACT, {"version_id": rendition.version_id}, archive.now)
    return all(name.startswith(f"{Rendition.__tablename__}:") for name in of)


# ------------------------------------------------------------------ what waits for nobody


def _unprocessed(archive: Archive) -> Iterator[Difference]:
    """Versions that wait to be read, for which nobody will come."""
    waiting: ColumnElement[bool] = Version.state.in_((VersionState.WAITING, VersionState.PROCESSING))
    with archive.database.reading() as db:
        versions = db.scalars(select(Version.id).where(waiting).order_by(Version.id)).all()
        awaited = {job.payload["version_id"] for job in db.scalars(_open_jobs(JobKind.EXTRACT))}
    for version_id in versions:
        if version_id not in awaited:
            if archive.repair:
                with archive.database.writing() as db:
                    enqueue(db, JobKind.EXTRACT, {"version_id": version_id}, archive.now)
            yield Difference(What.NOT_PROCESSED, f"version:{version_id}", "no job is there for it", archive.repair)


def _open_jobs(kind: JobKind) -> Select[Job]:
    open_ones = select(Job).where(Job.kind == kind, Job.state.in_((JobState.WAITING, JobState.RUNNING)))
    return open_ones.execution_options(yield_per=BATCH)


# ------------------------------------------------------------------ index


def _index(archive: Archive) -> Iterator[Difference]:
    try:
        indexed, wanted = set(archive.search.keys()), _contents(archive, None)
        archive.say(f"{len(wanted)} entries compared")
        # The second look: what has come or gone since the first, and what is waiting for the worker, is not lost.
        odd = sorted((indexed ^ wanted) - _awaited(archive.database))
        indexed, wanted = (set(archive.search.keys()), _contents(archive, odd)) if odd else (set(), set())
    except SearchBroken as broken:
        if archive.repair:
            rebuild_index(archive.database, archive.search, archive.contents)
        yield Difference(What.INDEX_BROKEN, "", broken.detail, archive.repair)
        return
    odd = [key for key in odd if (key in indexed) != (key in wanted)]
    if archive.repair:
        with archive.database.writing() as db:
            for start in range(0, len(odd), BATCH):
                request_entries(db, odd[start : start + BATCH], archive.now)
    for key in odd:
        yield Difference(What.NOT_IN_INDEX if key in wanted else What.ONLY_IN_INDEX, key, mended=archive.repair)


def _contents(archive: Archive, keys: Sequence[str] | None) -> set[str]:
    with archive.database.reading() as db:
        return {entry.key for entry in archive.contents.read(db, keys)}


def _awaited(database: Database) -> set[str]:
    """The keys that are about to be brought up to date."""
    with database.reading() as db:
        jobs = db.scalars(_open_jobs(JobKind.INDEX))
        return {key for job in jobs for key in keys_of(job)}
