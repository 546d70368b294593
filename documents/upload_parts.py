"""The bytes of uploads in pieces: each piece is a blob of the store until the whole is one.

Any process can take the next piece, any can finish, and at no time is more than one piece of it in memory. A piece is
kept behind a few random bytes of its own: its sha256 is then no other blob's, and clearing it away can never take the
bytes of a paper.
"""

import bisect
import contextlib
import hashlib
import io
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import IO, Protocol, cast

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.orm import Session

from documents import uploads
from documents.blobs import CHUNK, Blob, BlobLocked, BlobMissing, Blobs
from documents.database import Database
from documents.errors import Problem
from documents.media import media_type
from documents.models import Version
from documents.upload_models import Upload, UploadPart
from documents.upload_rules import KEPT, UploadState, takes

MARK = 32

Deliver = Callable[[Session, Upload, Blob, str], Version]
"""Makes the version of a whole upload, in the given transaction, from its blob and media type."""


class Readable(Protocol):
    """What a request's body is, and all that is asked of it."""

    def read(self, size: int = -1, /) -> bytes: ...


def receive(
    database: Database, blobs: Blobs, upload_id: int, owner: str, start: int, length: int, body: Readable, now: datetime
) -> int:
    """Keep ``length`` bytes from ``start`` on; durable on return. Gives the number of bytes that are here now, which
    says where to go on, also when these had been here before.
    """
    with database.reading() as db:
        upload = uploads.mine(db, upload_id, owner)
    if not takes(upload.size, upload.received, start, length):
        return upload.received
    # Only the whole is worth a lock: pieces of uploads that come to nothing must not lie there for years.
    part = blobs.put(cast(IO[bytes], _Piece(body, length)), lock=False)
    with database.writing() as db:
        taken = uploads.add_part(db, upload, start, length, part.sha256, now)
    if taken:
        return start + length
    blobs.delete(part.sha256)
    with database.reading() as db:
        return uploads.mine(db, upload_id, owner).received


def finish(database: Database, blobs: Blobs, upload_id: int, owner: str, deliver: Deliver) -> Upload:
    """Make the whole one blob and hand it over, once: asked again, it gives the same. Raises ``upload_unfinished``
    while bytes are missing, ``upload_damaged`` when they are not those announced.
    """
    with database.reading() as db:
        upload, parts = uploads.mine(db, upload_id, owner), uploads.parts(db, upload_id)
    if upload.state == UploadState.FINISHED:
        return upload
    if upload.received != upload.size:
        raise Problem("upload_unfinished", f"{upload.received} of {upload.size}")
    try:
        blob, kind = _keep_whole(blobs, parts, upload)
    except BlobMissing:
        # Another answer to the same question has finished meanwhile, and the parts are cleared away already.
        with database.reading() as db:
            upload = uploads.mine(db, upload_id, owner)
        if upload.state == UploadState.FINISHED:
            return upload
        raise
    except Problem as problem:
        if problem.code == "upload_damaged":
            with database.writing() as db:
                uploads.discard(db, uploads.mine(db, upload_id, owner, change=True))
        raise
    with database.writing() as db:
        upload = uploads.mine(db, upload_id, owner, change=True)
        if upload.state == UploadState.RECEIVING:
            version = deliver(db, upload, blob, kind)
            upload.state, upload.version_id = UploadState.FINISHED, version.id
    return upload


def _keep_whole(blobs: Blobs, parts: Sequence[UploadPart], upload: Upload) -> tuple[Blob, str]:
    whole = io.BufferedReader(_Whole(blobs, parts, upload.size), CHUNK)
    kind = media_type(whole)
    return blobs.put(cast(IO[bytes], _Checked(whole, upload.sha256)) if upload.sha256 else whole), kind


def clear_away(database: Database, blobs: Blobs, now: datetime) -> bool:
    """Remove the bytes of one upload that is finished, given up or forgotten; False when there is none. Killed in the
    middle, it is done again.
    """
    forgotten = Upload.touched_at <= now - KEPT
    finished = (Upload.state == UploadState.FINISHED) & exists().where(UploadPart.upload_id == Upload.id)
    with database.reading() as db:
        found = db.scalar(
            select(Upload).where(or_(Upload.state == UploadState.DISCARDED, finished, forgotten)).limit(1)
        )
        parts = uploads.parts(db, found.id) if found is not None else []
    if found is None:
        return False
    if found.state == UploadState.RECEIVING:
        # First closed, if nobody has touched it since: a part that comes now must not come to nothing.
        close = update(Upload).where(Upload.id == found.id, forgotten, Upload.state == UploadState.RECEIVING)
        with database.writing() as db:
            db.execute(close.values(state=UploadState.DISCARDED).execution_options(synchronize_session=False))
        return True
    for part in parts:
        # A bucket may lock by default whatever it is given: it is a blob then that nothing refers to.
        with contextlib.suppress(BlobLocked):
            blobs.delete(part.sha256)
    with database.writing() as db:
        db.execute(delete(UploadPart).where(UploadPart.upload_id == found.id))
        if found.state == UploadState.DISCARDED or found.touched_at <= now - KEPT:
            db.execute(delete(Upload).where(Upload.id == found.id))
    return True


class _Piece:
    """A part as it is kept: its mark, then ``length`` bytes of the body. Raises when the body ends before."""

    def __init__(self, body: Readable, length: int) -> None:
        self._body, self._left = body, length
        self._mark = secrets.token_bytes(MARK)

    def read(self, size: int) -> bytes:
        if self._mark:
            mark, self._mark = self._mark, b""
            return mark
        data = self._body.read(min(size, self._left))
        if self._left and not data:
            raise Problem("upload_broken_off", f"{self._left} bytes before the end")
        self._left -= len(data)
        return data


class _Whole(io.RawIOBase):
    """The parts one after the other, as a file to read and to seek in; one part at a time in memory."""

    def __init__(self, blobs: Blobs, parts: Sequence[UploadPart], size: int) -> None:
        self._blobs, self._parts, self._size = blobs, parts, size
        self._starts = [part.start for part in parts]
        self._place, self._held, self._bytes = 0, -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        return self._place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._place >= self._size:
            return 0
        index = bisect.bisect_right(self._starts, self._place) - 1
        if index != self._held:
            self._held, self._bytes = index, b"".join(self._blobs.open(self._parts[index].sha256, MARK))
        begin = self._place - self._starts[index]
        data = self._bytes[begin : begin + len(buffer)]
        if not data:
            raise BlobMissing(self._parts[index].sha256)
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)


class _Checked:
    """A stream that raises at its end when it was not what was announced: the store then keeps nothing of it."""

    def __init__(self, stream: Readable, sha256: str) -> None:
        self._stream, self._sha256, self._digest = stream, sha256, hashlib.sha256()

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._digest.update(data)
        if not data and self._digest.hexdigest() != self._sha256:
            raise Problem("upload_damaged", self._sha256)
        return data
