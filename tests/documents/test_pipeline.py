"""From an uploaded file to a hit; and what happens when something on the way fails, hangs or is killed."""

import errno
import io
import os
import signal
import subprocess
import sys
import textwrap
import threading
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from documents import operations, pipeline, queries, versions
from documents.blobs import Blobs, FolderBlobs, StoreDown
from documents.blobs_s3 import S3Blobs
from documents.database import Base, Database
from documents.extract import LIMITS
from documents.media import PDF
from documents.models import Document, Job, PageText, Version
from documents.rules import LEASE, MAX_ATTEMPTS, PATIENCE, JobKind, JobState, VersionState
from documents.search import Query, Search, SearchBroken, SearchBusy
from documents.search_postgres import DDL, PostgresSearch
from documents.search_whoosh import WhooshSearch
from tests.factories import hostile

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
LABEL = "unit:1"
PAPER = hostile.paper("Tờ trình về ngân sách", "Hoà bình là quý")


class House:
    """A library with a worker that works when told to."""

    def __init__(self, folder: Path, database: Database, blobs: Blobs, search: Search) -> None:
        self.folder, self.database, self.blobs, self.search = folder, database, blobs, search
        self.now = NOW
        self.changes: list = []
        database.listeners.append(self.changes.extend)
        names = ("document", "document_label", "version", "page_text", "job")
        Base.metadata.create_all(database.engine, tables=[Base.metadata.tables[name] for name in names])

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

    def work(self, most: int = 50) -> int:
        """Do what is due now; how many jobs that were."""
        for done in range(most):
            if not pipeline.run_one(self.database, self.blobs, self.search, self.now):
                return done
        raise AssertionError("the jobs do not end")

    def version(self, version_id: int) -> Version:
        with self.database.reading() as db:
            return db.get_one(Version, version_id)

    def jobs(self, kind: JobKind) -> list[Job]:
        with self.database.reading() as db:
            return list(db.scalars(select(Job).where(Job.kind == kind).order_by(Job.id)))

    def ask(self, question: str, *labels: str) -> list[int]:
        found = self.search.search(Query(question, frozenset(labels or [LABEL])))
        return [queries.document_of(hit.key) for hit in found.hits]


@pytest.fixture
def house(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    yield House(tmp_path, database, FolderBlobs(tmp_path / "blobs"), WhooshSearch(tmp_path / "index"))
    database.dispose()


@pytest.fixture
def big_house(tmp_path, postgres_url, s3_server):
    """PostgreSQL, S3 and the search in PostgreSQL."""
    database = Database(postgres_url)
    with database.writing() as db:
        for statement in DDL:
            db.execute(text(statement))
    blobs = S3Blobs(
        s3_server.endpoint, f"t-{uuid.uuid4().hex}", s3_server.access_key, s3_server.secret_key, secure=False
    )
    blobs.create_bucket()
    yield House(tmp_path, database, blobs, PostgresSearch(database))
    database.dispose()


def test_the_grown_up_engines_do_the_same_with_two_workers(big_house):
    ids = [big_house.add(PAPER, title=f"Số {number}") for number in range(6)]
    bad = big_house.add(b"%PDF-1.7\nbroken", title="Hỏng")
    done: list[int] = []
    workers = [threading.Thread(target=lambda: done.append(big_house.work())) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    big_house.work()
    assert {big_house.version(each).state for each in ids} == {VersionState.READY}
    assert big_house.version(bad).reason == "damaged"
    assert sorted(big_house.ask("hoa binh")) == sorted(big_house.version(each).document_id for each in ids)
    assert big_house.ask("hỏng") == [big_house.version(bad).document_id]
    assert {job.attempts for kind in JobKind for job in big_house.jobs(kind)} == {1}


def test_a_paper_becomes_findable_at_its_page(house):
    version_id = house.add(PAPER)
    assert house.version(version_id).state == VersionState.WAITING
    assert house.work() == 3  # the title's index, the text, the text's index
    version = house.version(version_id)
    assert (version.state, version.reason, version.page_count) == (VersionState.READY, None, 2)
    assert house.ask("hoa binh") == [version.document_id]
    with house.database.reading() as db:
        results = house.search.search(Query("hoa binh", frozenset([LABEL])))
        (found,) = queries.found(db, results, "hoa binh", frozenset([LABEL]))
        assert queries.found(db, results, "hoa binh", frozenset(["another"])) == []
    assert (found.document.title, found.version_id, found.passage.page) == ("Tờ trình", version_id, 1)
    assert [word for word, hit in found.passage.fragments if hit] == ["Hoà", "bình"]
    assert ("version", version_id) in house.changes


def test_a_second_version_takes_over_when_it_is_read(house):
    first = house.add(PAPER)
    house.work()
    document_id = house.version(first).document_id
    blob = house.blobs.put(io.BytesIO(hostile.paper("Bản sửa đổi")))
    with house.database.writing() as db:
        document = db.get_one(Document, document_id)
        second = versions.add_version(db, document, blob, filename="b.pdf", media_type=PDF, by="member:2", now=NOW)
        assert (second.number, document.last_number) == (2, 2)
    assert house.ask("hoa binh") == [document_id]
    house.work()
    assert house.ask("hoa binh") == []
    assert house.ask("sửa đổi") == [document_id]


def test_a_paper_that_cannot_be_read_stays_and_says_why(house):
    version_id = house.add(b"%PDF-1.7\nbroken")
    house.work()
    version = house.version(version_id)
    assert (version.state, version.reason) == (VersionState.FAILED, "damaged")
    assert b"".join(house.blobs.open(version.sha256)) == b"%PDF-1.7\nbroken"
    assert house.ask("tờ trình") == [version.document_id]
    assert {job.state for job in house.jobs(JobKind.EXTRACT)} == {JobState.DONE}


def test_labels_and_titles_follow(house):
    version_id = house.add(PAPER)
    house.work()
    with house.database.writing() as db:
        document = db.get_one(Document, house.version(version_id).document_id)
        operations.set_labels(db, document, ["meeting:3", "unit:2"], NOW)
        operations.rename(db, document, "Đề án\n mới", NOW)
        assert document.title == "Đề án mới"
        assert queries.may_see(db, document.id, frozenset(["meeting:3"]))
        assert not queries.may_see(db, document.id, frozenset([LABEL]))
        assert not queries.may_see(db, document.id, frozenset())
    house.work()
    assert house.ask("ngân sách") == []
    assert house.ask("đề án", "unit:2") == house.ask("ngân sách", "meeting:3") == [document.id]


def test_a_document_that_is_gone_leaves_the_index(house):
    version_id = house.add(PAPER)
    house.work()
    document_id = house.version(version_id).document_id
    with house.database.writing() as db:
        db.delete(db.get_one(Version, version_id))
        db.flush()
        db.delete(db.get_one(Document, document_id))
        operations.request_index(db, document_id, NOW)
    house.work()
    assert house.ask("ngân sách") == []


def test_two_workers_never_take_the_same_job(house):
    house.add(PAPER)
    with house.database.writing() as db:
        first = pipeline.claim_job(db, NOW, "one")
        second = pipeline.claim_job(db, NOW, "two")
        assert {first.kind, second.kind} == {JobKind.EXTRACT, JobKind.INDEX}
        assert pipeline.claim_job(db, NOW, "three") is None


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_claims_made_at_once_are_different(house, store, request):
    database = house.database if store == "sqlite" else postgres(request)
    with database.writing() as db:
        for number in range(6):
            operations.enqueue(db, JobKind.INDEX, {"document_id": number}, NOW)
    with database.writing() as one:
        first = pipeline.claim_job(one, NOW, "one")
        if store == "postgres":  # a second claim while the first is not committed: its row is skipped
            with database.writing() as two:
                assert pipeline.claim_job(two, NOW, "two").id not in {first.id, None}
    taken = []
    while True:
        with database.writing() as db:
            job = pipeline.claim_job(db, NOW, "rest")
            if job is None:
                break
            taken.append(job.id)
    assert len(set(taken)) == len(taken) == (4 if store == "postgres" else 5)
    assert first.id not in taken


def postgres(request) -> Database:
    database = Database(request.getfixturevalue("postgres_url"))
    request.addfinalizer(database.dispose)
    Base.metadata.create_all(database.engine, tables=[Base.metadata.tables["job"]])
    return database


def test_a_dead_workers_job_is_taken_after_its_lease(house):
    version_id = house.add(PAPER)
    with house.database.writing() as db:
        while pipeline.claim_job(db, NOW, "dead"):
            pass
    assert house.work() == 0
    house.now = NOW + LEASE
    assert house.work() == 3
    assert house.version(version_id).state == VersionState.READY


def test_a_worker_that_comes_back_late_changes_nothing(house):
    version_id = house.add(PAPER)
    house.search.rebuild(list)

    def overtaken(_path, filename, limits):
        late = NOW + LEASE
        with house.database.writing() as db:
            assert pipeline.claim_job(db, late, "other") is not None
        return pipeline.Extracted(PDF, {0: "text of the late one"}, 1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "extract", overtaken)
        while house.version(version_id).state == VersionState.WAITING:
            assert pipeline.run_one(house.database, house.blobs, house.search, house.now)
    with house.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(PageText)) == 0
    (job,) = house.jobs(JobKind.EXTRACT)
    assert (job.state, job.claimed_by, job.attempts) == (JobState.RUNNING, "other", 2)


WORKER = """
    import sys
    from datetime import datetime, UTC
    from pathlib import Path
    from documents import pipeline
    from documents.blobs import FolderBlobs
    from documents.database import Database
    from documents.search_whoosh import WhooshSearch

    folder = Path(sys.argv[1])
    real = getattr(pipeline, sys.argv[2])
    def stop_here(*arguments, **options):
        print("here", flush=True)
        sys.stdin.read()
    setattr(pipeline, sys.argv[2], stop_here)
    while pipeline.run_one(Database(f"sqlite:///{folder / 'test.sqlite3'}"), FolderBlobs(folder / "blobs"),
                           WhooshSearch(folder / "index"), datetime.fromisoformat(sys.argv[3]), worker="killed"):
        pass
"""


@pytest.mark.parametrize("step", ["extract", "_store_text", "copy_chunks"])
def test_a_worker_killed_in_the_middle_loses_nothing(house, step):
    version_id = house.add(PAPER)
    command = [sys.executable, "-c", textwrap.dedent(WORKER), str(house.folder), step, NOW.isoformat()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdout.readline() == b"here\n"
        os.kill(worker.pid, signal.SIGKILL)
    assert house.version(version_id).state == VersionState.PROCESSING
    assert house.work() == 0
    house.now = NOW + LEASE
    assert house.work() == 2
    assert house.version(version_id).state == VersionState.READY
    assert house.ask("ngân sách") == [house.version(version_id).document_id]


def test_a_job_that_kills_every_worker_is_given_up(house):
    version_id = house.add(PAPER)
    for _ in range(MAX_ATTEMPTS):
        with house.database.writing() as db:
            assert pipeline.claim_job(db, house.now, "dying")
            while pipeline.claim_job(db, house.now, "dying"):
                pass
        house.now += LEASE
    house.work()
    version = house.version(version_id)
    assert (version.state, version.reason) == (VersionState.FAILED, "worker_died")
    assert house.jobs(JobKind.EXTRACT)[0].state == JobState.FAILED
    with house.database.writing() as db:
        operations.read_again(db, db.get_one(Version, version_id), house.now)
    house.work()
    assert house.version(version_id).state == VersionState.READY


def test_a_failing_job_is_tried_again_and_given_up_with_a_reason(house):
    version_id = house.add(PAPER)
    house.blobs.delete(house.version(version_id).sha256)
    pauses = []
    for _ in range(MAX_ATTEMPTS):
        house.work()
        (job,) = house.jobs(JobKind.EXTRACT)
        pauses.append(job.run_after - house.now)
        if job.state == JobState.WAITING:
            assert house.version(version_id).state == VersionState.WAITING
            house.now = job.run_after
    assert pauses[:4] == [timedelta(seconds=pause) for pause in (10, 40, 160, 640)]
    assert (job.state, job.attempts) == (JobState.FAILED, MAX_ATTEMPTS)
    assert "blob_missing" in job.error
    version = house.version(version_id)
    assert (version.state, version.reason) == (VersionState.FAILED, "blob_missing")
    house.now += timedelta(days=1)
    assert house.work() == 0


def test_other_jobs_do_not_wait_behind_a_failing_one(house):
    bad, good = house.add(PAPER), house.add(hostile.paper("Việc khác"), title="Khác")
    house.blobs.delete(house.version(bad).sha256)
    house.work()
    assert house.version(good).state == VersionState.READY


def test_many_documents_are_indexed_in_one_commit(house, monkeypatch):
    commits = []
    update = house.search.update
    monkeypatch.setattr(house.search, "update", lambda ids, read: (commits.append(len(ids)), update(ids, read)))
    house.search.rebuild(list)
    for number in range(8):
        house.add(PAPER, title=f"Số {number}")
    house.work()
    assert commits == [8, 8]
    assert len(house.ask("ngân sách")) == 8


def test_one_that_cannot_be_indexed_does_not_hold_up_the_others(house, monkeypatch):
    update = house.search.update

    def choosy(ids, read):
        if queries.document_key(bad) in ids:
            raise ValueError("indigestible")
        update(ids, read)

    house.search.rebuild(list)
    versions = [house.add(PAPER, title=f"Số {number}") for number in range(5)]
    bad = house.version(versions[2]).document_id
    monkeypatch.setattr(house.search, "update", choosy)
    for _ in range(2 * MAX_ATTEMPTS):
        house.work()
        house.now += timedelta(hours=2)
    assert len(house.ask("ngân sách")) == 4
    assert [job.state for job in house.jobs(JobKind.INDEX)].count(JobState.FAILED) == 2
    assert house.version(versions[2]).state == VersionState.READY


def test_other_bytes_than_were_put_are_noticed(house):
    version_id = house.add(PAPER)
    version = house.version(version_id)
    next(house.blobs.root.rglob(version.sha256)).write_bytes(PAPER + b"%")
    for _ in range(MAX_ATTEMPTS):
        house.work()
        house.now += timedelta(hours=2)
    assert house.version(version_id).reason == "blob_damaged"


@pytest.mark.parametrize("trouble", [StoreDown("away"), SearchBusy(), OSError(errno.ENOSPC, "No space left on device")])
def test_waiting_for_a_store_costs_no_attempt(house, trouble, monkeypatch):
    version_id = house.add(PAPER)

    def down(*_arguments):
        raise trouble

    with monkeypatch.context() as patch:
        patch.setattr(house.blobs, "open", down)
        patch.setattr(house.search, "update", down)
        for _ in range(3 * MAX_ATTEMPTS):
            house.work()
            house.now += PATIENCE
    assert {job.attempts for job in house.jobs(JobKind.EXTRACT)} == {0}
    house.work()
    assert house.version(version_id).state == VersionState.READY
    assert house.ask("ngân sách")


def test_a_job_of_an_unknown_kind_does_not_stop_the_worker(house):
    with house.database.writing() as db:
        db.add(Job(kind="no such thing", payload={}, run_after=NOW, created_at=NOW))
    assert house.work() == 1
    version_id = house.add(PAPER)
    house.work()
    assert house.version(version_id).state == VersionState.READY


def test_a_broken_index_is_rebuilt_by_the_next_job(house):
    first = house.add(PAPER)
    house.work()
    for toc in house.search.root.glob("index-*/*.toc"):
        toc.write_bytes(b"")
    with pytest.raises(SearchBroken):
        house.ask("ngân sách")
    second = house.add(PAPER)
    house.work()
    assert house.ask("ngân sách") == [house.version(first).document_id, house.version(second).document_id]


def test_the_worker_starts_with_a_whole_index(house):
    assert pipeline.ensure_index(house.database, house.search)
    assert not pipeline.ensure_index(house.database, house.search)
    version_id = house.add(PAPER)
    house.work()
    house.search.rebuild(list)
    assert pipeline.ensure_index(house.database, house.search)
    assert house.ask("ngân sách") == [house.version(version_id).document_id]


def test_a_rolled_back_upload_leaves_no_job(house):
    def fail_after_adding():
        with house.database.writing() as db:
            operations.add_document(db, title="Bỏ", kind="paper", labels=[], by="member:1", now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_adding()
    assert house.work() == 0


def test_the_limits_fit_into_the_lease():
    assert timedelta(seconds=2 * LIMITS.seconds) < LEASE
