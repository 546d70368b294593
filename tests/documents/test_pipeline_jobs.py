"""Jobs taken once, tried again, given up with a reason; and what a worker's death costs."""

import errno
from datetime import timedelta

import pytest

from documents import operations, pipeline, rules, steps
from documents.blobs import StoreDown
from documents.database import Base, Database
from documents.extract import Extracted
from documents.media import TEXT
from documents.models import Job
from documents.rules import LEASE, MAX_ATTEMPTS, PATIENCE, JobKind, JobState, Lane, Step, VersionState
from documents.search import SearchBusy
from documents.steps import Outcome
from tests.documents.house import NOTE, NOW


def test_two_workers_never_take_the_same_job(house):
    house.note()
    with house.database.writing() as db:
        first = house.taking.claim(db, NOW, "one")
        second = house.taking.claim(db, NOW, "two")
        assert {first.kind, second.kind} == {JobKind.EXTRACT, JobKind.INDEX}
        assert house.taking.claim(db, NOW, "three") is None


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_claims_made_at_once_are_different(house, store, request):
    database = house.database if store == "sqlite" else postgres(request)
    with database.writing() as db:
        for number in range(6):
            operations.enqueue(db, JobKind.INDEX, {"document_id": number}, NOW)
    with database.writing() as one:
        first = house.taking.claim(one, NOW, "one")
        if store == "postgres":  # a second claim while the first is not committed: its row is skipped
            with database.writing() as two:
                assert house.taking.claim(two, NOW, "two").id not in {first.id, None}
    taken = []
    while True:
        with database.writing() as db:
            job = house.taking.claim(db, NOW, "rest")
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
    version_id = house.note()
    with house.database.writing() as db:
        while house.taking.claim(db, NOW, "dead"):
            pass
    assert house.work() == 0
    house.now = NOW + LEASE
    assert house.work() == 4
    assert house.version(version_id).state == VersionState.READY


def test_a_worker_that_comes_back_late_changes_nothing(house, monkeypatch):
    version_id = house.note()
    house.search.rebuild(list)

    def overtaken(_at):
        with house.database.writing() as db:
            assert house.taking.claim(db, NOW + LEASE, "other", Lane.QUICK) is not None
        return Outcome(extracted=Extracted(TEXT, {0: "text of the late one"}, 1))

    monkeypatch.setitem(pipeline.STEPS, Step.TEXT, overtaken)
    house.work()
    assert house.texts(version_id) == {}
    job = house.jobs(JobKind.EXTRACT)[-1]
    assert (job.state, job.claimed_by, job.attempts) == (JobState.RUNNING, "other", 2)


def test_a_job_that_kills_every_worker_is_given_up(house):
    version_id = house.note()
    for _ in range(MAX_ATTEMPTS):
        with house.database.writing() as db:
            assert house.taking.claim(db, house.now, "dying")
            while house.taking.claim(db, house.now, "dying"):
                pass
        house.now += LEASE
    house.work()
    version = house.version(version_id)
    assert (version.state, version.reason) == (VersionState.FAILED, "worker_died")
    assert house.jobs(JobKind.EXTRACT)[0].state == JobState.FAILED
    house.again(version_id)
    house.work()
    assert house.version(version_id).state == VersionState.READY


def test_a_failing_job_is_tried_again_and_given_up_with_a_reason(house):
    version_id = house.note()
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
    bad, good = house.note(), house.add(b"another matter", "b.txt")
    house.blobs.delete(house.version(bad).sha256)
    house.work()
    assert house.version(good).state == VersionState.READY


def test_other_bytes_than_were_put_are_noticed(house):
    version_id = house.note()
    version = house.version(version_id)
    next(house.blobs.root.rglob(version.sha256)).write_bytes(NOTE + b"%")
    for _ in range(MAX_ATTEMPTS):
        house.work()
        house.now += timedelta(hours=2)
    assert house.version(version_id).reason == "blob_damaged"


@pytest.mark.parametrize(
    "trouble",
    [StoreDown("away"), SearchBusy(), OSError(errno.ENOSPC, "No space left on device")],
    ids=["store", "index", "disk"],
)
def test_waiting_for_a_store_costs_no_attempt(house, trouble, monkeypatch):
    version_id = house.note()

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
    version_id = house.note()
    house.work()
    assert house.version(version_id).state == VersionState.READY


def test_a_quick_worker_leaves_what_takes_long_to_the_slow_one(house, monkeypatch):
    giant, small = house.note("Dài"), house.note("Ngắn")
    ask = pipeline.STEPS[Step.TEXT]

    def long(at):
        # What a step says that was stopped by the short time of the quick ones.
        return steps.failed("timeout") if at.version.id == giant and at.limits.seconds < 60 else ask(at)

    monkeypatch.setitem(pipeline.STEPS, Step.TEXT, long)
    house.work(lane=Lane.QUICK)
    assert house.outcomes(small)["text"] == ("done", None)
    assert house.outcomes(giant)["text"] == ("running", None)
    assert house.version(giant).state == VersionState.WAITING
    assert house.work(lane=Lane.QUICK) == 0
    assert house.work_once(Lane.SLOW)
    assert house.outcomes(giant)["text"] == ("done", None)
    assert {job.attempts for job in house.jobs(JobKind.EXTRACT) if job.state == JobState.DONE} == {1}


def test_a_large_file_does_not_even_begin_among_the_quick(house, monkeypatch):
    monkeypatch.setattr(rules, "QUICK_BYTES", len(NOTE))
    version_id = house.add(NOTE + b"!", "lớn.txt")
    house.work(lane=Lane.QUICK)
    assert house.steps(version_id) == {}
    house.work(lane=Lane.SLOW)
    assert house.version(version_id).state == VersionState.READY
    assert house.work(lane=Lane.INDEX) == 1  # both of its changes in one commit


def test_between_two_steps_of_a_giant_the_others_have_their_turn(house):
    first, second = house.note("Một"), house.note("Hai")
    house.search.rebuild(list)
    seen = []
    while house.work_once(Lane.QUICK):
        seen.append((len(house.steps(first)), len(house.steps(second))))
    assert seen == [(1, 0), (1, 1), (len(Step), 1), (len(Step), len(Step))]
