"""Where the bytes of the papers lie: a folder, or a bucket of MinIO or any other S3.

A blob is known by the sha256 of its content and is never changed; names, owners and types live in the database. ``put``
comes before the transaction that refers to the blob: bytes without a row are harmless, a row without its bytes is not.
So what nothing refers to may be about to be: it is deleted only when it was put some time ago (``delete`` with
``before``), and to put the same bytes again makes them young.
"""

import contextlib
import errno
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Protocol

from documents.errors import Problem

CHUNK = 256 * 1024
_DAY = 24 * 3600
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Blob:
    """``size`` in bytes, ``sha256`` in lower-case hexadecimal."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Stored:
    """A blob as the store lists it; ``put_at``: when its bytes were last put."""

    sha256: str
    size: int
    put_at: datetime


class BlobMissing(Problem):
    """The store does not have these bytes."""

    def __init__(self, sha256: str) -> None:
        super().__init__("blob_missing", sha256)


class BlobLocked(Problem):
    """The store keeps these bytes for a time (retention lock) and deletes them for nobody."""

    def __init__(self, detail: str) -> None:
        super().__init__("blob_locked", detail)


class StoreFull(Problem):
    """There is no room left for the bytes; nothing was kept of them."""

    def __init__(self, detail: str = "") -> None:
        super().__init__("store_full", detail)


class StoreDown(Problem):
    """The store cannot be used now; ``detail`` says why, for the operator."""

    def __init__(self, detail: str) -> None:
        super().__init__("store_down", detail)


class Chunks(Protocol):
    """Bytes to be iterated over once; ``close`` lets go of the file or the connection and may be called twice."""

    def __iter__(self) -> Iterator[bytes]: ...
    def __next__(self) -> bytes: ...
    def close(self) -> None: ...


class Blobs(Protocol):
    """A store of immutable bytes. Every method may raise :class:`StoreDown`."""

    def put(self, stream: IO[bytes], *, lock: bool = True) -> Blob:
        """Keep the stream from where it stands to its end; durable on return. Raises :class:`StoreFull`.

        ``lock=False``: bytes of passing use that are like no others; a store that locks what it is given locks all but
        these.
        """

    def open(self, sha256: str, start: int = 0, end: int | None = None) -> Chunks:
        """The bytes ``[start:end]``, clipped like a slice. Raises :class:`BlobMissing` at once, not while iterating."""

    def size(self, sha256: str) -> int:
        """Size in bytes. Raises :class:`BlobMissing`."""

    def exists(self, sha256: str) -> bool: ...

    def delete(self, sha256: str, before: datetime | None = None) -> bool:
        """Forget the bytes, in all their copies; False when they are not there, or were put at ``before`` or later.
        Raises :class:`BlobLocked`.
        """

    def stored(self) -> Iterator[Stored]:
        """All blobs, by their sha256 in order; nothing else that may lie in the store."""

    def link(self, sha256: str, seconds: int, media_type: str, filename: str) -> str | None:
        """An address from which anybody can download the bytes for so long, as a file of that name and type; None where
        the store gives no such addresses.
        """

    def check(self) -> None:
        """Raise :class:`StoreDown` with one clear ``detail`` when the store cannot be used as it is set up."""


def is_sha256(value: str) -> bool:
    return _SHA256.fullmatch(value) is not None


def clip(size: int, start: int, end: int | None) -> tuple[int, int]:
    """The slice ``[start:end]`` of something ``size`` long as a pair with ``0 <= start <= end <= size``."""
    stop = size if end is None else min(max(end, 0), size)
    return min(max(start, 0), stop), stop


def copy_hashed(source: IO[bytes], target: IO[bytes]) -> Blob:
    """Copy to the end of ``source``, hashing on the way."""
    return copy_chunks(iter(lambda: source.read(CHUNK), b""), target)


def copy_chunks(chunks: Iterable[bytes], target: IO[bytes]) -> Blob:
    """Write the chunks one after the other, hashing on the way."""
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        target.write(chunk)
        size += len(chunk)
    return Blob(digest.hexdigest(), size)


class FolderBlobs:
    """Files below one folder: ``ab/cd/abcd…``. A file appears whole, by renaming, or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, stream: IO[bytes], *, lock: bool = True) -> Blob:
        with naming_full_disks():
            incoming = self.root / "incoming"
            incoming.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=incoming)
            try:
                with os.fdopen(handle, "wb") as file:
                    blob = copy_hashed(stream, file)
                    file.flush()
                    os.fsync(file.fileno())
                self._settle(Path(name), blob)
            finally:
                Path(name).unlink(missing_ok=True)
        return blob

    def _settle(self, incoming: Path, blob: Blob) -> None:
        # Also over the same bytes: what has rotted is whole again, and young, so that no cleaner takes it.
        target = self._path(blob.sha256)
        new_folders = [folder for folder in (target.parent.parent, target.parent) if not folder.exists()]
        target.parent.mkdir(parents=True, exist_ok=True)
        incoming.replace(target)
        # The name must survive a power cut like the bytes: sync the folder it is in, and those just made above it.
        for folder in (target.parent, *(folder.parent for folder in reversed(new_folders))):
            sync_folder(folder)

    def open(self, sha256: str, start: int = 0, end: int | None = None) -> Chunks:
        try:
            file = self._path(sha256).open("rb")
        except FileNotFoundError:
            raise BlobMissing(sha256) from None
        start, end = clip(os.fstat(file.fileno()).st_size, start, end)
        file.seek(start)
        return _FileChunks(file, end - start)

    def size(self, sha256: str) -> int:
        try:
            return self._path(sha256).stat().st_size
        except FileNotFoundError:
            raise BlobMissing(sha256) from None

    def exists(self, sha256: str) -> bool:
        return is_sha256(sha256) and self._path(sha256).exists()

    def delete(self, sha256: str, before: datetime | None = None) -> bool:
        if not self.exists(sha256):
            return False
        # Taken aside first: whoever puts the same bytes from here on writes a new file, whoever did so just before made
        # this one young, and it is laid back.
        path, aside = self._path(sha256), self.root / "incoming" / f"{sha256}.gone"
        aside.parent.mkdir(exist_ok=True)
        try:
            if before is not None and _changed_at(path) >= before:
                return False
            path.rename(aside)
        except FileNotFoundError:
            return False
        if before is not None and _changed_at(aside) >= before:
            aside.rename(path)
            return False
        aside.unlink()
        return True

    def stored(self) -> Iterator[Stored]:
        for outer in _sorted(self.root):
            for inner in _sorted(outer) if len(outer.name) == 2 else ():
                for path in _sorted(inner):
                    if is_sha256(path.name):
                        with contextlib.suppress(FileNotFoundError):  # deleted since its name was read
                            yield Stored(path.name, path.stat().st_size, _changed_at(path))

    def link(self, sha256: str, seconds: int, media_type: str, filename: str) -> str | None:
        return None

    def check(self) -> None:
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.root):
                pass
            for left in self.root.glob("incoming/*"):  # of uploads in the middle of which the power went
                if left.stat().st_mtime < time.time() - _DAY:
                    left.unlink(missing_ok=True)
        except OSError as error:
            raise StoreDown(f"cannot write to the folder {self.root}: {error.strerror}") from error

    def _path(self, sha256: str) -> Path:
        if not is_sha256(sha256):
            raise BlobMissing(sha256)
        return self.root / sha256[:2] / sha256[2:4] / sha256


def _sorted(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _changed_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


class _FileChunks:
    def __init__(self, file: IO[bytes], length: int) -> None:
        self._file = file
        self._left = length

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk = b"" if self._file.closed else self._file.read(min(CHUNK, self._left))
        if not chunk:
            self.close()
            raise StopIteration
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        self._file.close()


@contextlib.contextmanager
def naming_full_disks() -> Iterator[None]:
    """Turn the system's "no space left" into :class:`StoreFull`."""
    try:
        yield
    except OSError as error:
        if is_full_disk(error):
            raise StoreFull(str(error)) from error
        raise


def is_full_disk(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
