"""From an uploaded file to a hit."""

import io
import threading
from datetime import timedelta

import pytest

from documents import indexing, operations, queries, versions
from documents.children import LIMITS
from documents.media import PDF
from documents.models import Document, Version
from documents.rules import LEASE, MAX_ATTEMPTS, JobKind, JobState, VersionState
from documents.search import SearchBroken
from documents.steps import SLICE_SECONDS
from tests.documents.house import LABEL, NOW, PAPER
from tests.factories import hostile


def test_the_grown_up_engines_do_the_same_with_two_workers(big_house):
    ids = [big_house.note(f"Số {number}") for number in range(6)]
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
    assert house.work() == 5  # looked at, read, pictured; the title's index, the text's index
    version = house.version(version_id)
    assert (version.state, version.reason, version.page_count) == (VersionState.READY, None, 2)
    assert house.ask("hoa binh") == [version.document_id]
    with house.database.reading() as db:
        hits = [version.document_id]
        found = queries.found(db, hits, "hoa binh", frozenset([LABEL]))[version.document_id]
        assert queries.found(db, hits, "hoa binh", frozenset(["another"])) == {}
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
    assert house.outcomes(version_id)["text"] == ("failed", "damaged")


def test_labels_and_titles_follow(house):
    version_id = house.note()
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
    version_id = house.note()
    house.work()
    document_id = house.version(version_id).document_id
    with house.database.writing() as db:
        db.delete(db.get_one(Version, version_id))
        db.flush()
        db.delete(db.get_one(Document, document_id))
        operations.request_index(db, document_id, NOW)
    house.work()
    assert house.ask("ngân sách") == []


def test_many_documents_are_indexed_in_one_commit(house, monkeypatch):
    commits = []
    update = house.search.update
    monkeypatch.setattr(house.search, "update", lambda ids, read: (commits.append(len(ids)), update(ids, read)))
    house.search.rebuild(list)
    for number in range(8):
        house.note(f"Số {number}")
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
    ids = [house.note(f"Số {number}") for number in range(5)]
    bad = house.version(ids[2]).document_id
    monkeypatch.setattr(house.search, "update", choosy)
    for _ in range(2 * MAX_ATTEMPTS):
        house.work()
        house.now += timedelta(hours=2)
    assert len(house.ask("ngân sách")) == 4
    assert [job.state for job in house.jobs(JobKind.INDEX)].count(JobState.FAILED) == 2
    assert house.version(ids[2]).state == VersionState.READY


def test_a_broken_index_is_rebuilt_by_the_next_job(house):
    first = house.note()
    house.work()
    for toc in house.search.root.glob("index-*/*.toc"):
        toc.write_bytes(b"")
    with pytest.raises(SearchBroken):
        house.ask("ngân sách")
    second = house.note()
    house.work()
    assert house.ask("ngân sách") == [house.version(first).document_id, house.version(second).document_id]


def test_the_worker_starts_with_a_whole_index(house):
    assert indexing.ensure_index(house.database, house.search)
    assert not indexing.ensure_index(house.database, house.search)
    version_id = house.note()
    house.work()
    house.search.rebuild(list)
    assert indexing.ensure_index(house.database, house.search)
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
    # A slice of a long step, and the page that it began at its very end.
    assert timedelta(seconds=SLICE_SECONDS + LIMITS.seconds) < LEASE
