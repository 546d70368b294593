"""Each thing broken for real, named by the check, and mended where that can be: on a folder with Whoosh and SQLite, and
on S3 with PostgreSQL.
"""

import io
import shutil
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from documents import check
from documents.blobs import FolderBlobs
from documents.check import Archive, Difference, What
from documents.database import Database
from documents.models import Job, Version
from documents.search import Entry
from documents.search_postgres import PostgresSearch
from documents.search_whoosh import WhooshSearch
from documents.stores import open_blobs
from tests import databases
from tests.documents.house import NOTE, PAPER, House

LATER = datetime.now(UTC) + timedelta(days=2)


@pytest.fixture
def small(tmp_path, migrated_sqlite):
    database = Database(databases.sqlite_copy(migrated_sqlite, tmp_path))
    yield House(tmp_path, database, FolderBlobs(tmp_path / "blobs"), WhooshSearch(tmp_path / "index"))
    database.dispose()


@pytest.fixture
def large(tmp_path, migrated_postgres, s3_server):
    address = f"s3://{s3_server.endpoint}/t-{uuid.uuid4().hex}?secure=0"
    blobs = open_blobs(address, s3_server.access_key, s3_server.secret_key)
    blobs.create_bucket()
    database = Database(migrated_postgres())
    yield House(tmp_path, database, blobs, PostgresSearch(database))
    database.dispose()


@pytest.fixture(params=["small", "large"])
def house(request) -> House:
    return request.getfixturevalue(request.param)


def differences(house: House, **how: object) -> list[Difference]:
    """What the check finds two days from now."""
    return list(check.differences(Archive(house.database, house.blobs, house.search, LATER, **how)))


def kinds(house: House, **how: object) -> list[What]:
    return [one.what for one in differences(house, **how)]


def settle(house: House) -> None:
    house.now = LATER
    house.work()


def overwrite(house: House, sha256: str, content: bytes) -> None:
    """Other bytes in the place of a blob, as a bad disk or a careless hand puts them there."""
    if isinstance(house.blobs, FolderBlobs):
        next(house.blobs.root.rglob(sha256)).write_bytes(content)
    else:
        house.blobs.client.put_object(
            bucket_name=house.blobs.bucket, object_name=f"blobs/{sha256}", data=io.BytesIO(content), length=len(content)
        )


def test_a_sound_archive_has_no_differences(house):
    for title in ("Một", "Hai", "Ba"):
        house.note(title)
    house.work()
    said = []
    assert differences(house, deep=True, say=said.append) == []
    assert said == ["3 entries compared"]


def test_what_is_on_its_way_is_no_difference(house):
    house.note()
    house.work()
    house.note("Tờ trình hai")  # its jobs are waiting
    house.blobs.put(io.BytesIO(b"the row of this upload is still to come"))
    archive = Archive(house.database, house.blobs, house.search, datetime.now(UTC))
    assert list(check.differences(archive)) == []


def test_bytes_that_are_gone_are_named_with_what_needs_them_and_cannot_be_mended(house):
    version = house.version(house.note())
    house.work()
    house.blobs.delete(version.sha256)
    for repair in (False, True):
        (found,) = differences(house, repair=repair)
        assert str(found) == f"blob missing: {version.sha256} nothing in the store; of version:{version.id}"


def test_bytes_that_were_changed_are_named(house):
    version = house.version(house.note())
    house.work()
    overwrite(house, version.sha256, NOTE[::-1])
    assert differences(house) == []  # as long as before: only who reads them sees it
    (found,) = differences(house, deep=True)
    assert str(found) == f"blob damaged: {version.sha256} the bytes are others than were put; of version:{version.id}"
    overwrite(house, version.sha256, NOTE[:-1])
    (found,) = differences(house)
    assert found.detail == f"{len(NOTE) - 1} bytes instead of {len(NOTE)}; of version:{version.id}"


def test_what_was_made_of_a_paper_is_made_again(house):
    version_id = house.add(PAPER)
    house.work()
    made = house.renditions(version_id)
    house.blobs.delete(made["thumbnail"].sha256)
    overwrite(house, made["preview"].sha256, b"rotten")
    assert sorted(kinds(house)) == [What.BLOB_DAMAGED, What.BLOB_MISSING]
    assert all(one.mended for one in differences(house, repair=True))
    settle(house)
    assert differences(house, deep=True, repair=True) == []
    assert house.renditions(version_id).keys() == made.keys()


def test_bytes_that_nothing_refers_to_are_named_and_removed(house):
    house.note()
    house.work()
    blob = house.blobs.put(io.BytesIO(b"of an upload that was given up"))
    (found,) = differences(house)
    assert (found.what, found.subject, found.mended) == (What.BLOB_UNUSED, blob.sha256, False)
    assert house.blobs.exists(blob.sha256)
    assert kinds(house, repair=True) == [What.BLOB_UNUSED]
    assert not house.blobs.exists(blob.sha256)
    assert differences(house) == []


def test_bytes_under_a_lock_are_named_and_stay(large, s3_server):
    address = f"s3://{s3_server.endpoint}/t-{uuid.uuid4().hex}?secure=0&lock_days=9"
    large.blobs = open_blobs(address, s3_server.access_key, s3_server.secret_key)
    large.blobs.create_bucket()
    blob = large.blobs.put(io.BytesIO(b"locked"))
    (found,) = differences(large, repair=True)
    assert not found.mended
    assert "locked: " in found.detail
    assert large.blobs.exists(blob.sha256)


def test_the_index_is_compared_both_ways(house):
    kept = house.version(house.note()).document_id
    lost = house.version(house.note("Tờ trình hai")).document_id
    house.work()
    gone = Entry(key="document:999", title="Không còn", text="", kind="paper", labels=frozenset(["unit:1"]))
    house.search.update([f"document:{lost}"], lambda: [])
    house.search.update([gone.key], lambda: [gone])
    found = differences(house)
    assert {(one.what, one.subject) for one in found} == {
        (What.NOT_IN_INDEX, f"document:{lost}"),
        (What.ONLY_IN_INDEX, gone.key),
    }
    assert all(one.mended for one in differences(house, repair=True))
    assert differences(house) == []  # now it is on its way
    settle(house)
    assert differences(house) == []
    assert sorted(house.ask("hoa binh")) == [kept, lost]
    assert set(house.search.keys()) == {f"document:{kept}", f"document:{lost}"}


def test_a_broken_index_is_named_and_built_anew(small):
    document = small.version(small.note()).document_id
    small.work()
    shutil.rmtree(small.folder / "index")
    broken = replace_search(small)
    assert kinds(broken) == [What.INDEX_BROKEN]
    assert kinds(broken, repair=True) == [What.INDEX_BROKEN]
    assert differences(broken) == []
    assert broken.ask("hoa binh") == [document]


def replace_search(house: House) -> House:
    """As another process opens it."""
    house.search = WhooshSearch(house.folder / "index")
    return house


def test_a_version_for_which_nobody_will_come_is_named_and_read(house):
    version_id = house.note()
    with house.database.writing() as db:
        db.execute(delete(Job))
    found = differences(house)
    assert Difference(What.NOT_PROCESSED, f"version:{version_id}", "no job is there for it") in found
    differences(house, repair=True)
    settle(house)
    assert house.version(version_id).state == "ready"
    assert differences(house) == []


def test_many_blobs_are_compared_a_few_at_a_time(small, monkeypatch):
    monkeypatch.setattr(check, "BATCH", 7)
    first = small.version(small.note())
    small.work()
    blobs = [small.blobs.put(io.BytesIO(f"blob {number}".encode())) for number in range(30)]
    row = {"document_id": first.document_id, "filename": "a", "media_type": "b", "state": "ready", "created_by": "x"}
    with small.database.writing() as db:
        for number, blob in enumerate(blobs[:20], 2):
            db.add(Version(number=number, sha256=blob.sha256, size=blob.size, created_at=LATER, **row))
    for blob in blobs[15:25]:
        small.blobs.delete(blob.sha256)
    found = differences(small)
    assert {one.subject for one in found if one.what == What.BLOB_MISSING} == {one.sha256 for one in blobs[15:20]}
    assert {one.subject for one in found if one.what == What.BLOB_UNUSED} == {one.sha256 for one in blobs[25:]}
    assert len(found) == 10
