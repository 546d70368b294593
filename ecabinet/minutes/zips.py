"""A ZIP written while it is sent: whatever its size, a few hundred kilobytes of it are in memory."""

import hashlib
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, cast

from documents.blobs import BlobMissing, Blobs
from documents.text import exact, fold
from ecabinet.clock import ZONE

LONGEST_NAME = 80
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """A file of the archive: ``data``, or the blob named by ``sha256``. ``title`` and ``section`` are for the index."""

    path: str
    title: str
    section: str
    data: bytes = b""
    sha256: str = ""
    size: int = 0


@dataclass(frozen=True)
class Written:
    """A file as it was written: ``sha256`` of the bytes sent. Without ``size`` it was not in the store."""

    entry: Entry
    sha256: str
    size: int | None


def safe_name(name: str, fallback: str = "tai-lieu") -> str:
    """A file name that every system takes: plain letters, no separators, no reserved word, the ending kept."""
    plain = _UNSAFE.sub("-", fold(exact(name))).strip("-. ")
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 8:
        stem, dot, ending = plain, "", ""
    stem = stem.strip("-. ")[:LONGEST_NAME].strip("-. ") or fallback
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    return f"{stem}{dot}{ending}"


class Names:
    """Gives each path once: a second file of the same name gets a number."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def unique(self, folder: str, name: str) -> str:
        """A path in the folder that nobody has yet, capitals aside."""
        stem, dot, ending = safe_name(name).rpartition(".")
        if not dot:
            stem, ending = ending, ""
        path, number = f"{folder}{stem}{dot}{ending}", 2
        while path.lower() in self._taken:
            path, number = f"{folder}{stem}-{number}{dot}{ending}", number + 1
        self._taken.add(path.lower())
        return path


class _Sink:
    """What the archive is written to, taken out piece by piece; it cannot be sought in, and the ZIP knows that."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing to do: it is taken as soon as it is written."""

    def take(self) -> Iterator[bytes]:
        pieces, self._pieces = self._pieces, []
        yield from pieces


def stream(
    entries: Iterable[Entry], blobs: Blobs, at: datetime, index: Callable[[list[Written]], list[Entry]]
) -> Iterator[bytes]:
    """The archive, piece by piece; ``index`` makes the last files from what was written."""
    sink, written = _Sink(), list[Written]()
    with zipfile.ZipFile(cast(IO[bytes], sink), "w") as archive:
        for entry in entries:
            yield from _write(archive, sink, entry, blobs, at, written)
        for entry in index(list(written)):
            yield from _write(archive, sink, entry, blobs, at, written)
    yield from sink.take()


def _write(
    archive: zipfile.ZipFile, sink: _Sink, entry: Entry, blobs: Blobs, at: datetime, written: list[Written]
) -> Iterator[bytes]:
    try:
        chunks = blobs.open(entry.sha256) if entry.sha256 else None
    except BlobMissing:
        written.append(Written(entry, entry.sha256, None))
        return
    info = zipfile.ZipInfo(entry.path, at.astimezone(ZONE).timetuple()[:6])
    # Papers are compressed already; lists are not.
    info.compress_type = zipfile.ZIP_STORED if chunks is not None else zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(info, "w", force_zip64=entry.size > 2**31) as file:
            for chunk in chunks if chunks is not None else (entry.data,):
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
                yield from sink.take()
    finally:
        if chunks is not None:
            chunks.close()
    written.append(Written(entry, digest.hexdigest(), size))
