"""What every blob store does, run on a folder and on a real S3 server."""

import errno
import hashlib
import io
import os
import random
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from documents.blobs import BlobMissing, Blobs, FolderBlobs, StoreDown, StoreFull
from documents.blobs_s3 import S3Blobs
from documents.stores import open_blobs

NOWHERE = "0" * 64


@pytest.fixture
def folder_blobs(tmp_path):
    return open_blobs(f"file:{tmp_path / 'blobs'}")


@pytest.fixture
def s3_blobs(s3_server):
    store = open_blobs(
        f"s3://{s3_server.endpoint}/test-{uuid.uuid4().hex}?secure=0", s3_server.access_key, s3_server.secret_key
    )
    assert isinstance(store, S3Blobs)
    store.create_bucket()
    return store


@pytest.fixture(params=["folder", "s3"])
def blobs(request) -> Blobs:
    return request.getfixturevalue(f"{request.param}_blobs")


@pytest.fixture(params=["folder", "s3"])
def address(request, tmp_path) -> list[str]:
    """What another process opens a store of the same kind with."""
    if request.param == "folder":
        return [f"file:{tmp_path / 'blobs'}"]
    store, server = request.getfixturevalue("s3_blobs"), request.getfixturevalue("s3_server")
    return [f"s3://{server.endpoint}/{store.bucket}?secure=0", server.access_key, server.secret_key]


def put(blobs, content: bytes):
    return blobs.put(io.BytesIO(content))


def content(blobs, sha256, *span) -> bytes:
    return b"".join(blobs.open(sha256, *span))


def test_what_is_put_comes_back_under_its_sha256(blobs):
    data = random.Random(1).randbytes(700_001)
    blob = put(blobs, data)
    assert blob.sha256 == hashlib.sha256(data).hexdigest()
    assert blob.size == blobs.size(blob.sha256) == len(data)
    assert blobs.exists(blob.sha256)
    assert content(blobs, blob.sha256) == data


def test_the_stream_is_kept_from_where_it_stands(blobs):
    stream = io.BytesIO(b"skipped|kept")
    stream.seek(8)
    assert content(blobs, blobs.put(stream).sha256) == b"kept"


def test_the_same_bytes_twice_are_one_blob(blobs):
    assert put(blobs, b"twice") == put(blobs, b"twice")
    assert content(blobs, put(blobs, b"twice").sha256) == b"twice"


def test_nothing_is_a_blob_too(blobs):
    blob = put(blobs, b"")
    assert blob.size == 0
    assert content(blobs, blob.sha256) == b""


@pytest.mark.parametrize(
    "span", [(0, 5), (3,), (3, 3), (2, 4), (0, 99), (9, 10), (10,), (99,), (99, 120), (5, 2), (-4, 3), (0, -1)]
)
def test_ranges_are_clipped_like_slices(blobs, span):
    blob = put(blobs, b"0123456789")
    start, end = max(span[0], 0), max(span[1], 0) if len(span) > 1 else None
    assert content(blobs, blob.sha256, *span) == b"0123456789"[start:end]


def test_a_range_far_inside_a_large_blob(blobs):
    data = random.Random(2).randbytes(12_000_000)  # more than one part of a multipart upload
    blob = put(blobs, data)
    assert content(blobs, blob.sha256, 7_000_000, 7_600_000) == data[7_000_000:7_600_000]
    assert hashlib.sha256(content(blobs, blob.sha256)).hexdigest() == blob.sha256


def test_large_blobs_come_in_pieces(blobs):
    blob = put(blobs, bytes(3_000_000))
    assert max(len(chunk) for chunk in blobs.open(blob.sha256)) < 1_000_000


def test_a_reader_may_leave_in_the_middle(blobs):
    blob = put(blobs, bytes(3_000_000))
    chunks = blobs.open(blob.sha256)
    next(chunks)
    chunks.close()
    chunks.close()
    assert list(chunks) == []


@pytest.mark.parametrize("name", [NOWHERE, "", "../../etc/passwd", "A" * 64, NOWHERE + "\n"])
def test_a_missing_blob_has_a_named_error(blobs, name):
    assert not blobs.exists(name)
    with pytest.raises(BlobMissing):
        blobs.size(name)
    with pytest.raises(BlobMissing):
        blobs.open(name)
    blobs.delete(name)


def test_a_deleted_blob_is_gone_and_can_come_back(blobs):
    blob = put(blobs, b"gone")
    blobs.delete(blob.sha256)
    assert not blobs.exists(blob.sha256)
    with pytest.raises(BlobMissing):
        blobs.open(blob.sha256)
    assert content(blobs, put(blobs, b"gone").sha256) == b"gone"


def test_deleting_says_whether_there_was_anything(blobs):
    blob = put(blobs, b"once")
    assert blobs.delete(blob.sha256)
    assert not blobs.delete(blob.sha256)


def test_what_was_put_lately_is_not_deleted_as_old(blobs):
    blob = put(blobs, b"young")
    an_hour = timedelta(hours=1)
    assert not blobs.delete(blob.sha256, before=datetime.now(UTC) - an_hour)
    assert content(blobs, blob.sha256) == b"young"
    assert blobs.delete(blob.sha256, before=datetime.now(UTC) + an_hour)
    assert not blobs.exists(blob.sha256)


def test_all_blobs_are_listed_in_order_and_nothing_else(blobs):
    before = datetime.now(UTC) - timedelta(seconds=2)
    kept = {put(blobs, bytes([number]) * number).sha256: number for number in range(5)}
    found = list(blobs.stored())
    assert [one.sha256 for one in found] == sorted(kept)
    assert {one.sha256: one.size for one in found} == kept
    assert all(before <= one.put_at <= datetime.now(UTC) + timedelta(seconds=2) for one in found)


def test_a_store_that_has_kept_nothing_lists_nothing(blobs):
    assert list(blobs.stored()) == []


MEASURED = """
import hashlib, resource, sys
from documents.stores import open_blobs

class Generated:
    left = 120_000_000
    def read(self, size=-1):
        size = min(size, self.left)
        self.left -= size
        return (self.left.to_bytes(8, "big") * (size // 8 + 1))[:size]

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

blobs = open_blobs(*sys.argv[1:])
blobs.check()
before, source = peak(), Generated()
blob = blobs.put(source)
digest = hashlib.sha256()
for chunk in blobs.open(blob.sha256):
    digest.update(chunk)
assert blob.size == 120_000_000 and digest.hexdigest() == blob.sha256
print(peak() - before)
"""


def test_a_large_file_goes_in_and_out_in_little_memory(request, address):
    """In a process of its own, because what a process has once taken up it never shows less of."""
    run = subprocess.run([sys.executable, "-c", MEASURED, *address], capture_output=True, text=True, check=True)
    assert int(run.stdout) < 60_000_000


class BreaksOff(io.BytesIO):
    def read(self, size=-1, /):
        if self.tell() > 400_000:
            raise ConnectionResetError("the browser went away")
        return super().read(size)


def test_an_upload_that_breaks_off_leaves_nothing(blobs):
    data = bytes(900_000)
    with pytest.raises(ConnectionResetError):
        blobs.put(BreaksOff(data))
    assert not blobs.exists(hashlib.sha256(data).hexdigest())


class FullDisk(io.BytesIO):
    def read(self, size=-1, /):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_has_a_named_error(blobs):
    with pytest.raises(StoreFull):
        blobs.put(FullDisk(b"x"))


def test_a_working_store_passes_its_check(blobs):
    blobs.check()


def test_what_is_put_while_it_is_cleaned_away_as_old_is_there_afterwards(folder_blobs):
    """Whoever comes first: the cleaner must not take what an upload has just been told is kept."""
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    blob = put(folder_blobs, b"old and new")
    path = next(folder_blobs.root.rglob(blob.sha256))
    with ThreadPoolExecutor(2) as both:
        for _ in range(150):
            os.utime(path, (1, 1))
            cleaned = both.submit(folder_blobs.delete, blob.sha256, an_hour_ago)
            both.submit(put, folder_blobs, b"old and new").result()
            cleaned.result()
            assert content(folder_blobs, blob.sha256) == b"old and new"


def test_a_folder_gives_no_links(folder_blobs):
    assert folder_blobs.link(put(folder_blobs, b"x").sha256, 60, "text/plain", "a.txt") is None


def test_a_folder_does_not_list_what_is_no_blob(folder_blobs):
    blob = put(folder_blobs, b"x")
    (folder_blobs.root / "incoming" / NOWHERE).write_bytes(b"half")
    (folder_blobs.root / blob.sha256[:2] / "note").mkdir()
    (folder_blobs.root / "note").write_text("left by somebody")
    assert [one.sha256 for one in folder_blobs.stored()] == [blob.sha256]


def test_the_folder_keeps_no_leftovers(folder_blobs, monkeypatch):
    put(folder_blobs, b"kept")
    put(folder_blobs, b"kept")

    def full(_handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("documents.blobs.os.fsync", full)
    with pytest.raises(StoreFull):
        put(folder_blobs, b"does not fit")
    assert [path.read_bytes() for path in folder_blobs.root.rglob("*") if path.is_file()] == [b"kept"]


@pytest.mark.parametrize("torn", [b"who", b"whoLe"])
def test_a_torn_file_is_replaced_by_the_next_upload(folder_blobs, torn):
    blob = put(folder_blobs, b"whole")
    path = next(path for path in folder_blobs.root.rglob(blob.sha256))
    path.write_bytes(torn)
    assert content(folder_blobs, put(folder_blobs, b"whole").sha256) == b"whole"


def test_what_a_power_cut_left_is_swept_after_a_day(folder_blobs):
    put(folder_blobs, b"kept")
    old, new = (folder_blobs.root / "incoming" / name for name in ("old", "new"))
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(old, (1, 1))
    folder_blobs.check()
    assert not old.exists()
    assert new.exists()


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreDown, match="cannot write to the folder"):
        FolderBlobs(tmp_path / "file" / "blobs").check()


@pytest.mark.parametrize("url", ["", "blobs", "http://x/y", "file:", "s3://host", "s3:///bucket", "s3://host/a/b"])
def test_an_address_that_is_no_store_is_refused(url):
    with pytest.raises(ValueError, match="not the address of a blob store"):
        open_blobs(url)


def test_a_relative_folder_is_allowed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blobs = open_blobs("file:blobs")
    assert content(blobs, put(blobs, b"x").sha256) == b"x"
    assert Path("blobs").is_dir()
