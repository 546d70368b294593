"""The embedded search engine: Whoosh 2.7.4 keeps the commits and the dictionary of terms, the rest is arrays.

Whoosh's own searcher miscounts, ignores empty filters and is slow, and its writer takes minutes for what numpy does in
seconds; so of Whoosh are the table of contents, the segments with what was deleted from them, and the terms on disk.
The postings (:mod:`documents.search_postings`) are read where they lie. The folder holds one index beside the next:
``CURRENT`` names the one in use and is replaced as a whole when a rebuild is done. Any number of processes read;
writers take turns by a lock that the system lets go of when its holder dies.
"""

import contextlib
import fcntl
import os
import shutil
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from whoosh.fields import Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import BufferFile
from whoosh.index import TOC, clean_files

from documents.blobs import is_full_disk, sync_folder
from documents.search import Query, Read, Results, SearchBroken, SearchBusy
from documents.search_building import NAME, build, merged, to_merge, write
from documents.search_matching import Cache, View
from documents.search_postings import key_term
from documents.search_segments import FileSegment
from documents.search_snapshot import Snapshot

SCHEMA_VERSION = "3"
"""Raised when the form changes: an index of another version is rebuilt, never misread."""

WRITER_SECONDS = 10.0
WRITER_WORDS = 4_000_000
"""How many words are turned over in memory at once: about 200 MB."""
_CURRENT = "CURRENT"


class WhooshSearch:
    """An index in a folder that is ours alone; see :class:`documents.search.Search`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._cache = Cache()
        self._snapshot: Snapshot | None = None
        self._synced: set[str] = set()

    def update(self, keys: Iterable[str], read: Read) -> None:
        with self._writing():
            snapshot = self._fresh()
            entries = list(read())
            storage = self._storage(snapshot.shows[0])
            with _naming_damage():
                segments = self._without(snapshot, storage, {*keys, *(entry.key for entry in entries)})
                segments += build(storage, entries, WRITER_WORDS)
                self._commit(storage, self._merged(storage, segments), snapshot.shows[1] + 1)

    def rebuild(self, read: Read) -> int:
        with self._writing():
            folder = f"index-{time.time_ns()}"
            (self.root / folder).mkdir()
            storage = self._storage(folder)
            try:
                segments = list(build(storage, read(), WRITER_WORDS))
                if len(segments) > 1:
                    segments = [write(storage, *merged([self._opened(storage, segment) for segment in segments]))]
                self._commit(storage, segments, 0)
            except BaseException:
                shutil.rmtree(self.root / folder, ignore_errors=True)
                raise
            self._put_in_use(folder)
        return sum(segment.doc_count_all() for segment in segments)

    def search(self, query: Query) -> Results:
        with _naming_damage():
            return self._fresh().search(query)

    def suggest(self, beginning: str, labels: frozenset[str], limit: int = 8) -> list[str]:
        with _naming_damage():
            return self._fresh().suggest(beginning, labels, limit)

    def count(self) -> int:
        return self._fresh().count

    def keys(self) -> Iterator[str]:
        with _naming_damage():
            yield from self._fresh().keys()

    def _without(self, snapshot: Snapshot, storage: "_DurableStorage", keys: set[str]) -> list[Any]:
        """The segments of the newest commit, with the entries of these keys deleted."""
        segments = list(TOC.read(storage, NAME).segments)
        for segment, view in zip(segments, snapshot.views, strict=True):
            for key in keys:
                for number in view.segment.numbers(key_term(key)):
                    segment.delete_document(int(number))
        return [segment for segment in segments if segment.deleted_count() < segment.doc_count_all()]

    def _merged(self, storage: "_DurableStorage", segments: list[Any]) -> list[Any]:
        while chosen := to_merge([segment.doc_count_all() - segment.deleted_count() for segment in segments]):
            one = write(storage, *merged([self._opened(storage, segments[index]) for index in chosen]))
            segments = [segment for index, segment in enumerate(segments) if index not in chosen] + [one]
        return segments

    def _opened(self, storage: "_DurableStorage", segment: Any) -> View:
        known = {view.segment.name: view.segment for view in self._snapshot.views} if self._snapshot else {}
        opened = known.get(segment.segment_id()) or FileSegment(storage, segment)
        return View(opened, segment.deleted_docs(), self._cache)

    def _commit(self, storage: "_DurableStorage", segments: list[Any], generation: int) -> None:
        TOC(Schema(), segments, generation).write(storage, NAME)
        clean_files(storage, NAME, generation, segments)

    def _fresh(self) -> Snapshot:
        """What the newest commit shows."""
        with self._lock:
            while True:
                shows = self._newest()
                if self._snapshot is not None and self._snapshot.shows == shows:
                    return self._snapshot
                try:
                    with _naming_damage():
                        storage = self._storage(shows[0])
                        segments = TOC.read(storage, NAME, shows[1]).segments
                        views = [self._opened(storage, segment) for segment in segments]
                except SearchBroken:
                    if self._newest() == shows:
                        raise
                    continue  # a writer removed the files while they were being opened: there is a newer commit
                self._snapshot = Snapshot(shows, views)
                return self._snapshot

    def _newest(self) -> tuple[str, int]:
        folder = self._current()
        return folder, TOC._latest_generation(self._storage(folder), NAME)

    def _current(self) -> str:
        try:
            words = (self.root / _CURRENT).read_text(encoding="ascii").split()
        except FileNotFoundError:
            raise SearchBroken(f"there is no index in {self.root}") from None
        if len(words) != 2 or Path(words[1]).name != words[1]:
            raise SearchBroken(f"{self.root / _CURRENT} is damaged")
        if words[0] != SCHEMA_VERSION:
            raise SearchBroken(f"the index is of version {words[0]}, not {SCHEMA_VERSION}")
        return words[1]

    def _put_in_use(self, folder: str) -> None:
        new = self.root / f"{_CURRENT}.new"
        with new.open("w", encoding="ascii") as file:
            file.write(f"{SCHEMA_VERSION} {folder}\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.root / _CURRENT)
        sync_folder(self.root)
        for other in self.root.glob("index-*"):
            if other.name != folder:
                shutil.rmtree(other, ignore_errors=True)

    def _storage(self, folder: str) -> "_DurableStorage":
        return _DurableStorage(self.root / folder, self._synced)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "writer.lock").open("w") as file:
            deadline = time.monotonic() + WRITER_SECONDS
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise SearchBusy from None
                    time.sleep(0.02)
            yield


class _DurableStorage(FileStorage):  # type: ignore[misc]
    """Files that are on the disk before the table of contents names them: Whoosh itself never syncs.

    ``synced`` names the files that this process has seen to the disk: never changed, they need it once.
    """

    def __init__(self, folder: Path, synced: set[str]) -> None:
        super().__init__(str(folder))
        self._synced = synced

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        # Whoosh renames one file only: the new table of contents, when all else is written and closed.
        files = {name for name in self.list() if name.startswith(f"{NAME}_")}
        for name in {oldname, *files} - self._synced:
            with Path(self.folder, name).open("rb") as file:
                os.fsync(file.fileno())
        self._synced &= files
        self._synced |= files
        super().rename_file(oldname, newname, safe)
        sync_folder(Path(self.folder))

    def open_file(self, name: str, **options: Any) -> Any:
        # Whoosh forgets to close a table of contents that it cannot read.
        if name.endswith(".toc"):
            return BufferFile(memoryview(Path(self.folder, name).read_bytes()), name=name, **options)
        return super().open_file(name, **options)


@contextlib.contextmanager
def _naming_damage() -> Iterator[None]:
    """Whoosh has no error of its own for damaged files: it raises whatever they lead to."""
    try:
        yield
    except Exception as error:
        if isinstance(error, SearchBroken | MemoryError) or is_full_disk(error):
            raise
        raise SearchBroken(f"the index is damaged: {error!r}") from error
