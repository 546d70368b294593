"""Uploads in pieces on both databases and both stores: gone on, repeated, finished once, cleared away."""

import hashlib
import io
import random
import threading
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents import uploads
from documents.blobs import Blob, BlobLocked, Blobs, FolderBlobs
from documents.blobs_s3 import S3Blobs
from documents.database import Database
from documents.errors import NotFound, Problem
from documents.models import Document, Version
from documents.operations import add_document
from documents.stores import open_blobs
from documents.upload_models import Upload, UploadPart
from documents.upload_parts import clear_away, finish, receive
from documents.upload_rules import KEPT, LEAST_CHUNK, MIB, UploadState
from documents.uploads import Wanted
from documents.versions import add_version
from tests import databases
from tests.services import S3

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ME, OTHER = "member:1", "member:2"
CONTENT = b"%PDF-1.7\n" + random.Random(5).randbytes(3 * LEAST_CHUNK)
MOST = 100 * MIB


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return open_blobs(f"file:{tmp_path / 'blobs'}")


@pytest.fixture
def s3_blobs(s3_server: S3) -> S3Blobs:
    """A store that locks what it is given for three days."""
    address = f"s3://{s3_server.endpoint}/test-{uuid.uuid4().hex}?secure=0&lock_days=3"
    store = open_blobs(address, s3_server.access_key, s3_server.secret_key)
    assert isinstance(store, S3Blobs)
    store.create_bucket()
    return store


def begin(database: Database, owner: str = ME, content: bytes = CONTENT, **wanted: str | None) -> int:
    about = {"filename": "Báo cáo.pdf", "destination": "archive", "fingerprint": "1-abc"} | wanted
    with database.writing() as db:
        return uploads.begin(db, Wanted(size=len(content), **about), owner, NOW, most=MOST).id  # type: ignore[arg-type]


def send(database: Database, blobs: Blobs, upload: int, start: int, data: bytes, owner: str = ME) -> int:
    return receive(database, blobs, upload, owner, start, len(data), io.BytesIO(data), NOW)


def send_all(database: Database, blobs: Blobs, upload: int, content: bytes = CONTENT) -> None:
    for start in range(0, len(content), LEAST_CHUNK):
        send(database, blobs, upload, start, content[start : start + LEAST_CHUNK])


def deliver(db: Session, upload: Upload, blob: Blob, kind: str) -> Version:
    document = add_document(db, title="Báo cáo", kind="paper", labels=[], by=upload.owner, now=NOW)
    return add_version(db, document, blob, filename=upload.filename, media_type=kind, by=upload.owner, now=NOW)


def rows(database: Database, table: type) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


def whole(database: Database, blobs: Blobs) -> bytes:
    with database.reading() as db:
        return b"".join(blobs.open(db.scalars(select(Version)).one().sha256))


def check_life_of_an_upload(database: Database, blobs: Blobs) -> None:
    upload = begin(database, sha256=hashlib.sha256(CONTENT).hexdigest())
    send_all(database, blobs, upload)
    with database.reading() as db:
        parts = [part.sha256 for part in uploads.parts(db, upload)]
    assert len(parts) == 4
    done = finish(database, blobs, upload, ME, deliver)
    with database.reading() as db:
        version = db.get_one(Version, done.version_id)
    assert (version.media_type, version.filename, version.size) == ("application/pdf", "Báo cáo.pdf", len(CONTENT))
    assert whole(database, blobs) == CONTENT
    assert clear_away(database, blobs, NOW)
    assert not any(blobs.exists(part) for part in parts)
    assert not clear_away(database, blobs, NOW)


def test_the_pieces_become_one_blob_and_one_version(database: Database, blobs: Blobs) -> None:
    check_life_of_an_upload(database, blobs)


def test_the_same_on_s3(migrated_sqlite: Path, tmp_path: Path, s3_blobs: Blobs) -> None:
    database = Database(databases.sqlite_copy(migrated_sqlite, tmp_path))
    check_life_of_an_upload(database, s3_blobs)
    database.dispose()


def test_the_same_file_goes_on_where_it_stands(database: Database, blobs: Blobs) -> None:
    upload = begin(database)
    send(database, blobs, upload, 0, CONTENT[:LEAST_CHUNK])
    assert begin(database) == upload
    with database.reading() as db:
        assert [one.received for one in uploads.unfinished(db, ME, "archive")] == [LEAST_CHUNK]
        assert uploads.unfinished(db, OTHER, "archive") == uploads.unfinished(db, ME, "item") == []


def test_another_file_person_or_place_is_another_upload(database: Database) -> None:
    others: list[dict[str, Any]] = [
        {}, {"owner": OTHER}, {"fingerprint": "2-abc"}, {"fingerprint": None}, {"fingerprint": None},
        {"destination": "item:1:2"}, {"filename": "Khác.pdf"}, {"content": CONTENT + b"."},
    ]  # fmt: skip
    assert len({begin(database, **other) for other in others}) == len(others)


def test_repeated_and_overlapping_pieces_are_answered_with_the_place(database: Database, blobs: Blobs) -> None:
    upload = begin(database)
    first = CONTENT[:LEAST_CHUNK]
    assert send(database, blobs, upload, 0, first) == LEAST_CHUNK
    assert send(database, blobs, upload, 0, first) == LEAST_CHUNK
    assert send(database, blobs, upload, 10, CONTENT[10 : 2 * LEAST_CHUNK]) == LEAST_CHUNK
    with pytest.raises(Problem, match="upload_gap"):
        send(database, blobs, upload, LEAST_CHUNK + 1, first)
    assert rows(database, UploadPart) == 1


def test_of_two_who_send_the_same_piece_at_once_one_is_taken(database: Database, tmp_path: Path) -> None:
    """Both were told to begin there; both wait in the store for each other before either row is written."""
    meet = threading.Barrier(2, timeout=120)

    class Meeting(FolderBlobs):
        def put(self, stream: object, *, lock: bool = True) -> Blob:
            blob = super().put(stream, lock=lock)  # type: ignore[arg-type]
            meet.wait()
            return blob

    store, upload, places = Meeting(tmp_path / "blobs"), begin(database), []
    piece = CONTENT[:LEAST_CHUNK]
    both = [threading.Thread(target=lambda: places.append(send(database, store, upload, 0, piece))) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert places == [LEAST_CHUNK] * 2
    assert rows(database, UploadPart) == 1
    assert len([path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]) == 1


def test_of_a_store_that_locks_only_the_whole_stays_locked(database: Database, s3_blobs: S3Blobs) -> None:
    """What is given up leaves nothing behind, what is finished only the whole, which nobody deletes."""
    left, upload = begin(database, filename="Bỏ dở.pdf"), begin(database)
    send(database, s3_blobs, left, 0, CONTENT[:LEAST_CHUNK])
    with database.writing() as db:
        uploads.discard(db, uploads.mine(db, left, ME, change=True))
    send_all(database, s3_blobs, upload)
    finish(database, s3_blobs, upload, ME, deliver)
    while clear_away(database, s3_blobs, NOW):
        pass
    (whole,) = s3_blobs.stored()
    assert whole.sha256 == hashlib.sha256(CONTENT).hexdigest()
    with pytest.raises(BlobLocked):
        s3_blobs.delete(whole.sha256)


def test_a_piece_that_breaks_off_is_not_kept(database: Database, blobs: FolderBlobs) -> None:
    upload = begin(database)
    with pytest.raises(Problem, match="upload_broken_off"):
        receive(database, blobs, upload, ME, 0, LEAST_CHUNK, io.BytesIO(CONTENT[:1000]), NOW)
    assert [path for path in blobs.root.rglob("*") if path.is_file()] == []
    assert send(database, blobs, upload, 0, CONTENT[:LEAST_CHUNK]) == LEAST_CHUNK


def test_finished_again_it_is_the_same_version(database: Database, blobs: Blobs) -> None:
    upload = begin(database)
    send_all(database, blobs, upload)
    first = finish(database, blobs, upload, ME, deliver).version_id
    assert finish(database, blobs, upload, ME, deliver).version_id == first
    while clear_away(database, blobs, NOW):
        pass
    assert finish(database, blobs, upload, ME, deliver).version_id == first
    assert send(database, blobs, upload, 0, CONTENT[:LEAST_CHUNK]) == len(CONTENT)
    assert rows(database, Document) == 1
    assert begin(database) != upload  # the same file once more is a new one


def test_finished_by_another_process_in_the_middle(database: Database, tmp_path: Path) -> None:
    """The other has finished and its parts are gone when this one begins to read them."""
    upload = begin(database)
    plain = FolderBlobs(tmp_path / "blobs")
    send_all(database, plain, upload)

    class Late(FolderBlobs):
        def open(self, *span: object) -> object:  # type: ignore[override]
            finish(database, plain, upload, ME, deliver)
            clear_away(database, plain, NOW)
            return super().open(*span)  # type: ignore[arg-type]

    done = finish(database, Late(tmp_path / "blobs"), upload, ME, deliver)
    assert done.version_id is not None
    assert rows(database, Version) == 1


def test_it_is_not_finished_before_its_last_byte(database: Database, blobs: Blobs) -> None:
    upload = begin(database)
    send(database, blobs, upload, 0, CONTENT[:LEAST_CHUNK])
    with pytest.raises(Problem, match="upload_unfinished"):
        finish(database, blobs, upload, ME, deliver)


def test_other_bytes_than_announced_are_given_up(database: Database, blobs: FolderBlobs) -> None:
    upload = begin(database, sha256="0" * 64)
    send_all(database, blobs, upload)
    with pytest.raises(Problem, match="upload_damaged"):
        finish(database, blobs, upload, ME, deliver)
    while clear_away(database, blobs, NOW):
        pass
    assert rows(database, Upload) == rows(database, Version) == 0
    assert [path for path in blobs.root.rglob("*") if path.is_file()] == []


def test_refused_at_the_end_it_can_be_finished_later(database: Database, blobs: Blobs) -> None:
    upload = begin(database)
    send_all(database, blobs, upload)

    def refuse(*_: object) -> Version:
        raise Problem("wrong_state")

    with pytest.raises(Problem, match="wrong_state"):
        finish(database, blobs, upload, ME, refuse)
    assert finish(database, blobs, upload, ME, deliver).state == UploadState.FINISHED


def test_for_all_others_it_is_not_there(database: Database, blobs: Blobs) -> None:
    upload = begin(database)
    for attempt in (
        lambda: send(database, blobs, upload, 0, CONTENT[:LEAST_CHUNK], OTHER),
        lambda: finish(database, blobs, upload, OTHER, deliver),
        lambda: begin_and_read(database, upload, OTHER),
    ):
        with pytest.raises(NotFound):
            attempt()


def begin_and_read(database: Database, upload: int, owner: str) -> Upload:
    with database.reading() as db:
        return uploads.mine(db, upload, owner)


def test_what_was_given_up_is_gone_with_its_bytes(database: Database, blobs: FolderBlobs) -> None:
    upload = begin(database)
    send(database, blobs, upload, 0, CONTENT[:LEAST_CHUNK])
    with database.writing() as db:
        uploads.discard(db, uploads.mine(db, upload, ME))
    with pytest.raises(NotFound):
        begin_and_read(database, upload, ME)
    assert begin(database) != upload
    while clear_away(database, blobs, NOW):
        pass
    assert rows(database, UploadPart) == 0
    assert [path for path in blobs.root.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("finished", [False, True], ids=["unfinished", "finished"])
def test_after_some_days_it_is_forgotten(database: Database, blobs: Blobs, finished: bool) -> None:
    upload = begin(database)
    send_all(database, blobs, upload)
    if finished:
        finish(database, blobs, upload, ME, deliver)
    for later, left in ((KEPT - timedelta(seconds=1), 1), (KEPT, 0)):
        while clear_away(database, blobs, NOW + later):
            pass
        assert rows(database, Upload) == left
    assert rows(database, UploadPart) == 0
    assert rows(database, Version) == finished


def test_a_paper_of_the_same_bytes_outlives_the_upload(database: Database, blobs: Blobs) -> None:
    """One piece that is the whole file: the bytes of the piece and of the paper are two blobs."""
    content = CONTENT[:LEAST_CHUNK]
    upload = begin(database, content=content)
    send(database, blobs, upload, 0, content)
    finish(database, blobs, upload, ME, deliver)
    while clear_away(database, blobs, NOW + KEPT):
        pass
    assert whole(database, blobs) == content


def test_so_much_at_once_and_no_more(database: Database) -> None:
    with database.writing() as db:
        for number in range(20):
            uploads.begin(db, Wanted(f"{number}.pdf", MIB, "archive"), ME, NOW, most=MIB)
        with pytest.raises(Problem, match="uploads_too_large"):
            uploads.begin(db, Wanted("1.pdf", 1, "archive"), ME, NOW, most=MIB)
        uploads.begin(db, Wanted("1.pdf", 1, "archive"), OTHER, NOW, most=MIB)
