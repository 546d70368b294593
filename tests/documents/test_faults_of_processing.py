"""Whatever goes while a paper is processed (the worker, the disk, the store, the index), nothing is lost or doubled,
and the work goes on by itself once it is back.
"""

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import uuid
from pathlib import Path

import pytest
from sqlalchemy import event

from documents import ocr, office, pipeline, rewrite
from documents.blobs_s3 import S3Blobs
from documents.children import NICE
from documents.rules import LEASE, PATIENCE, JobKind, JobState, Lane, Step, VersionState
from documents.steps import NOT_NEEDED
from tests import services
from tests.documents.house import NOTE, House
from tests.factories import hostile

TEXT = "tờ trình.txt", NOTE
SCAN = "tờ trình.pdf", hostile.paper("Tờ trình về ngân sách", "")
LETTER = "tờ trình.docx", hostile.docx_text("Tờ trình về ngân sách")
KILLED_AT = {
    "check": TEXT,
    "text": TEXT,
    "rewrite": SCAN,
    "pdf": LETTER,
    "preview": SCAN,
    "ocr": SCAN,
    "keep": TEXT,
    "store": TEXT,
    "index": TEXT,
}
WORKER = """
    import resource, sys
    from datetime import datetime
    from pathlib import Path
    from documents import pipeline, processing, rewrite, search_whoosh
    from documents.blobs import FolderBlobs
    from documents.database import Database
    from documents.rules import Step

    folder, where, now = Path(sys.argv[1]), sys.argv[2], datetime.fromisoformat(sys.argv[3])

    def stop_here(*arguments, **options):
        print("here", flush=True)
        sys.stdin.read()

    rewrite.SMALL = 0
    match where:
        case "keep":
            pipeline._keep = stop_here
        case "store":
            processing.store = stop_here
        case "index":
            search_whoosh.WhooshSearch.update = stop_here
        case "small disk":
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))
        case "nowhere":
            pass
        case step:
            pipeline.STEPS[Step(step)] = stop_here
    engines = Database(f"sqlite:///{folder / 'test.sqlite3'}"), FolderBlobs(folder / "blobs")
    search = search_whoosh.WhooshSearch(folder / "index")
    while pipeline.run_one(*engines, search, now, worker="killed"):
        print("did one", flush=True)
"""


def worker(house: House, where: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", textwrap.dedent(WORKER), str(house.folder), where, house.now.isoformat()]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def whole(house: House, version_id: int) -> None:
    """The paper is as if nothing had happened: everything once."""
    version = house.version(version_id)
    assert (version.state, version.reason) == (VersionState.READY, None)
    assert list(house.steps(version_id)) == list(Step)
    assert {state for state, _reason in house.outcomes(version_id).values()} <= {"done", "skipped"}
    assert house.ask("ngân sách") == [version.document_id]
    steps, jobs = house.steps(version_id).values(), house.jobs(JobKind.EXTRACT)
    assert {job.state for job in jobs} == {JobState.DONE}
    needed = sum(row.reason != NOT_NEEDED for row in steps)
    assert needed <= len(jobs) <= needed + 1  # writing it anew may have been tried and brought nothing


@pytest.mark.parametrize("where", KILLED_AT)
def test_a_worker_killed_in_any_step_loses_and_doubles_nothing(house, where, monkeypatch):
    for program in (ocr, office):
        monkeypatch.setattr(program, "available", lambda: None)
    monkeypatch.setattr(rewrite, "SMALL", 0)
    filename, data = KILLED_AT[where]
    version_id = house.add(data, filename)
    with worker(house, where) as killed:
        while killed.stdout.readline() != b"here\n":
            pass
        os.kill(killed.pid, signal.SIGKILL)
    house.work()
    house.now += LEASE
    house.work()
    whole(house, version_id)
    assert len(house.texts(version_id)) == 1


def test_a_worker_killed_again_and_again_gets_there(house):
    """Killed a moment after each piece of work, wherever that finds it."""
    version_id = house.add(hostile.paper("Tờ trình về ngân sách"))
    for _ in range(4):
        with worker(house, "nowhere") as killed:
            killed.stdout.readline()
            os.kill(killed.pid, signal.SIGKILL)
        house.now += LEASE
    house.work()
    whole(house, version_id)
    assert set(house.renditions(version_id)) >= {"preview", "thumbnail"}


def test_the_child_of_a_killed_worker_goes_with_it(house):
    house.add(hostile.endless_text())
    with worker(house, "nowhere") as killed:
        services.wait_until(lambda: _reader_of(killed.pid) is not None, "the child that reads")
        child = _reader_of(killed.pid)
        os.kill(killed.pid, signal.SIGKILL)
    services.wait_until(lambda: _state(child) in {"", "Z"}, "the end of the child")


def _reader_of(worker: int) -> int | None:
    """The child that reads, once it has taken its limits upon itself."""
    for pid in map(int, Path(f"/proc/{worker}/task/{worker}/children").read_text().split()):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            reads = b"extract_child" in Path(f"/proc/{pid}/cmdline").read_bytes()
            if reads and os.getpriority(os.PRIO_PROCESS, pid) >= NICE:
                return pid
    return None


def _state(pid: int) -> str:
    """Of a process; empty when there is none."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return ""


def test_a_full_disk_is_waited_out(house):
    version_id = house.add("Tờ trình về ngân sách\n".encode() * 100_000, "dài.txt")
    with worker(house, "small disk") as small:
        small.wait()
    (job,) = house.jobs(JobKind.EXTRACT)
    assert (job.state, job.attempts, job.run_after) == (JobState.WAITING, 0, house.now + PATIENCE)
    assert "store_full" in job.error
    assert house.version(version_id).state == VersionState.WAITING
    house.now += PATIENCE
    house.work()
    whole(house, version_id)


def test_a_full_database_is_waited_out(house):
    version_id = house.add("Tờ trình về ngân sách\n".encode() * 20_000, "dài.txt")
    # What it is now and a little more: claims and states still fit, the text does not.
    with house.database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one() + 10

    def bound(connection, _record):
        connection.execute(f"PRAGMA max_page_count = {pages}")

    house.database.engine.dispose()
    event.listen(house.database.engine, "connect", bound)
    house.work()
    assert house.outcomes(version_id)["text"] == ("running", None)
    job = house.jobs(JobKind.EXTRACT)[-1]
    assert (job.state, job.attempts) == (JobState.WAITING, 0)
    assert house.texts(version_id) == {}
    event.remove(house.database.engine, "connect", bound)
    house.database.engine.dispose()
    house.now += PATIENCE
    house.work()
    whole(house, version_id)


@pytest.fixture
def switched_s3():
    with services.folder("s3") as path, contextlib.ExitStack() as stack:
        try:
            server = services.SwitchedS3(path)
        except services.Unavailable as reason:
            pytest.skip(str(reason))
        stack.callback(server.off)
        yield server


def test_a_store_that_goes_away_is_waited_for(house, switched_s3):
    server = switched_s3.on()
    house.blobs = S3Blobs(server.endpoint, f"t-{uuid.uuid4().hex}", server.access_key, server.secret_key, secure=False)
    house.blobs.create_bucket()
    version_id = house.add(hostile.paper("Tờ trình về ngân sách"))
    while "text" not in house.outcomes(version_id):
        house.work_once()
    switched_s3.off()
    house.work()
    job = house.jobs(JobKind.EXTRACT)[-1]
    assert (job.state, job.attempts) == (JobState.WAITING, 0)
    assert "store_down" in job.error
    switched_s3.on()
    house.now += PATIENCE
    house.work()
    whole(house, version_id)
    assert set(house.renditions(version_id)) == {"preview", "thumbnail"}


HOLDER = """
    import fcntl, sys
    with open(sys.argv[1], "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        print("held", flush=True)
        sys.stdin.read()
"""


def test_an_index_that_another_holds_is_waited_for(house, monkeypatch):
    house.search.rebuild(list)
    monkeypatch.setattr("documents.search_whoosh.WRITER_SECONDS", 0.1)
    version_id = house.note()
    command = [sys.executable, "-c", textwrap.dedent(HOLDER), str(house.search.root / "writer.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        house.work()
        assert house.version(version_id).state == VersionState.READY
        assert {(job.state, job.attempts) for job in house.jobs(JobKind.INDEX)} == {(JobState.WAITING, 0)}
        os.kill(holder.pid, signal.SIGKILL)  # the lock goes with it
    house.now += PATIENCE
    house.work()
    whole(house, version_id)


def test_while_one_waits_for_the_store_others_go_on(house):
    """A paper whose bytes are gone does not keep back one that is there, in whichever lane."""
    lost, there = house.note("Mất"), house.add(b"another", "b.txt")
    house.blobs.delete(house.version(lost).sha256)
    while house.work_once(Lane.QUICK) or house.work_once(Lane.SLOW):
        pass
    assert house.version(there).state == VersionState.READY
    assert pipeline.processing.step_to_do(house.steps(there)) is None
