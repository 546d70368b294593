"""A library with a worker that works when it is told to."""

import io
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from documents import operations, pipeline, processing, versions
from documents.blobs import Blobs
from documents.database import Base, Database
from documents.jobs import Jobs
from documents.media import PDF
from documents.models import Job, PageText, Rendition, Version, VersionStep
from documents.queries import document_of
from documents.rules import JobKind, Lane, Step
from documents.search import Query, Search
from tests.factories import hostile

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
LABEL = "unit:1"
PAPER = hostile.paper("Tờ trình về ngân sách", "Hoà bình là quý")
NOTE = "Tờ trình về ngân sách\nHoà bình là quý".encode()


class House:
    """``now`` is its clock; ``changes`` is what the listeners heard."""

    def __init__(self, folder: Path, database: Database, blobs: Blobs, search: Search) -> None:
        self.folder, self.database, self.blobs, self.search = folder, database, blobs, search
        self.now = NOW
        self.changes: list = []
        database.listeners.append(self.changes.extend)
        ours = {
            mapper.local_table for mapper in Base.registry.mappers if mapper.class_.__module__.startswith("documents.")
        }
        Base.metadata.create_all(database.engine, tables=list(ours))

    def add(self, data: bytes, filename: str = "tờ trình.pdf", title: str = "Tờ trình") -> int:
        """Upload a first version; its id."""
        blob = self.blobs.put(io.BytesIO(data))
        with self.database.writing() as db:
            document = operations.add_document(
                db, title=title, kind="paper", labels=[LABEL], by="member:1", now=self.now
            )
            return versions.add_version(
                db, document, blob, filename=filename, media_type=PDF, by="member:1", now=self.now
            ).id

    def note(self, title: str = "Tờ trình") -> int:
        """The same as plain text, which is done in no time."""
        return self.add(NOTE, "tờ trình.txt", title)

    def work(self, most: int = 200, lane: Lane | None = None) -> int:
        """Do what is due now; how many jobs that were."""
        for done in range(most):
            if not self.work_once(lane):
                return done
        raise AssertionError("the jobs do not end")

    def work_once(self, lane: Lane | None = None) -> bool:
        return pipeline.run_one(self.database, self.blobs, self.search, self.now, lane=lane)

    def work_later(self) -> None:
        """Do all there is, with every pause waited out."""
        while (due := self._next()) is not None:
            self.now = max(self.now, due)
            self.work()

    def _next(self) -> datetime | None:
        with self.database.reading() as db:
            rows = db.execute(select(Job.state, Job.run_after, Job.claimed_until)).all()
        open_jobs = {"waiting": lambda row: row.run_after, "running": lambda row: row.claimed_until}
        return min((open_jobs[row.state](row) for row in rows if row.state in open_jobs), default=None)

    @property
    def taking(self) -> Jobs:
        """Its jobs, to be claimed by hand."""
        return pipeline.jobs(pipeline.Workshop(self.database, self.blobs, self.now), self.search)

    def version(self, version_id: int) -> Version:
        with self.database.reading() as db:
            return db.get_one(Version, version_id)

    def steps(self, version_id: int) -> dict[Step, VersionStep]:
        with self.database.reading() as db:
            return processing.steps_of(db, version_id)

    def outcomes(self, version_id: int) -> dict[str, tuple[str, str | None]]:
        """Step → (state, reason)."""
        return {str(step): (row.state, row.reason) for step, row in self.steps(version_id).items()}

    def renditions(self, version_id: int) -> dict[str, Rendition]:
        with self.database.reading() as db:
            rows = db.scalars(select(Rendition).where(Rendition.version_id == version_id))
            return {row.kind: row for row in rows}

    def texts(self, version_id: int) -> dict[int, str]:
        with self.database.reading() as db:
            rows = db.execute(select(PageText.page, PageText.text).where(PageText.version_id == version_id))
            return {page: text for page, text in rows}

    def jobs(self, kind: JobKind) -> list[Job]:
        with self.database.reading() as db:
            return list(db.scalars(select(Job).where(Job.kind == kind).order_by(Job.id)))

    def ask(self, question: str, *labels: str) -> list[int]:
        found = self.search.search(Query(question, frozenset(labels or [LABEL])))
        return [number for hit in found.hits if (number := document_of(hit.key)) is not None]

    def again(self, version_id: int) -> None:
        """An operator has it processed once more."""
        with self.database.writing() as db:
            processing.process_again(db, db.get_one(Version, version_id), self.now)
