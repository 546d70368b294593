"""The embedded search engine: Whoosh 2.7.4 keeps the postings, the counting and scoring are ours.

Whoosh's own searcher miscounts and ignores empty filters, so only its writer and its postings are used. The folder
holds one index beside the next: ``CURRENT`` names the one in use and is replaced as a whole when a rebuild is done. Any
number of processes read; writers take turns by a lock that the system lets go of when its holder dies.
"""

import contextlib
import fcntl
import heapq
import os
import shutil
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from whoosh.fields import ID, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import BufferFile
from whoosh.index import TOC, FileIndex

from documents.blobs import is_full_disk, sync_folder
from documents.search import Entry, Hit, Query, Read, Results, SearchBroken, SearchBusy
from documents.search_query import Term, parse
from documents.search_segments import Places, Segment, Statistics, Words, score

SCHEMA_VERSION = "1"
"""Raised when the fields change: an index of another version is rebuilt, never misread."""

WRITER_SECONDS = 10.0
WRITER_MB = 256
_NAME = "MAIN"
_CURRENT = "CURRENT"


def _schema() -> Schema:
    return Schema(
        id=ID(stored=True, unique=True), body=Places(), title=Words(), label=Words(), kind=Words(), type=Words()
    )


class WhooshSearch:
    """An index in a folder that is ours alone; see :class:`documents.search.Search`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._snapshot: _Snapshot | None = None

    def update(self, keys: Iterable[str], read: Read) -> None:
        with self._writing():
            storage = self._storage(self._current())
            entries = list(read())
            with _naming_damage():
                writer = FileIndex(storage, schema=_schema(), indexname=_NAME).writer(limitmb=WRITER_MB)
                with _cancelled_on_error(writer):
                    for key in {*keys, *(entry.key for entry in entries)}:
                        writer.delete_by_term("id", key)
                    for entry in entries:
                        writer.add_document(**_fields(entry))
                    writer.commit()

    def rebuild(self, read: Read) -> int:
        with self._writing():
            folder = f"index-{time.time_ns()}"
            (self.root / folder).mkdir()
            count = 0
            try:
                writer = FileIndex.create(self._storage(folder), _schema(), _NAME).writer(limitmb=WRITER_MB)
                with _cancelled_on_error(writer):
                    for entry in read():
                        writer.add_document(**_fields(entry))
                        count += 1
                    writer.commit()
            except BaseException:
                shutil.rmtree(self.root / folder, ignore_errors=True)
                raise
            self._put_in_use(folder)
        return count

    def search(self, query: Query) -> Results:
        understood = parse(query.text)
        terms = understood.terms()
        if not terms or not query.labels:
            return Results(0, [])
        with self._lock:
            return self._fresh().search(terms, query)

    def suggest(self, beginning: str, labels: frozenset[str], limit: int = 8) -> list[str]:
        return []

    def count(self) -> int:
        with self._lock:
            return self._fresh().count

    def keys(self) -> Iterator[str]:
        with self._lock:
            yield from [str(stored["id"]) for stored in self._fresh().reader.all_stored_fields()]

    def _fresh(self) -> "_Snapshot":
        """What the newest commit shows."""
        while True:
            shows = self._newest()
            if self._snapshot is not None and self._snapshot.shows == shows:
                return self._snapshot
            try:
                with _naming_damage():
                    opened = _Snapshot(self._storage(shows[0]), shows)
            except SearchBroken:
                if self._newest() == shows:
                    raise
                continue  # a writer removed the files while they were being opened: there is a newer commit
            if self._snapshot is not None:
                self._snapshot.close()
            self._snapshot = opened
            return opened

    def _newest(self) -> tuple[str, int]:
        folder = self._current()
        return folder, TOC._latest_generation(self._storage(folder), _NAME)

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
        return _DurableStorage(str(self.root / folder))

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


class _Snapshot:
    """One commit, never changed. Not for several threads at once: Whoosh's files have one position each."""

    def __init__(self, storage: FileStorage, shows: tuple[str, int]) -> None:
        self.shows = shows
        self.reader: Any = FileIndex(storage, schema=_schema(), indexname=_NAME).reader()
        self.segments = [(Segment(leaf), offset) for leaf, offset in self.reader.leaf_readers()]
        self.count: int = self.reader.doc_count()

    def close(self) -> None:
        self.reader.close()

    def search(self, terms: list[Term], query: Query) -> Results:
        with _naming_damage():
            statistics = Statistics([segment for segment, _ in self.segments], terms)
            total, best = 0, []
            for segment, offset in self.segments:
                matching = self._matching(segment, terms, query)
                total += len(matching)
                scores = score(segment, matching, terms, statistics)
                best += [(-scores[number], self._key(offset + number)) for number in self._top(scores, query)]
            shown = heapq.nsmallest(query.offset + query.limit, best)[query.offset :]
            return Results(total, [Hit(key, -negative) for negative, key in shown])

    def _top(self, scores: dict[int, float], query: Query) -> list[int]:
        # Equal scores are ordered by the document's id, which is not the order in the segment: keep all equals.
        wanted = heapq.nlargest(query.offset + query.limit, scores.values())
        return [number for number, value in scores.items() if wanted and value >= wanted[-1]]

    def _matching(self, segment: Segment, terms: list[Term], query: Query) -> list[int]:
        numbers = segment.with_all(sorted({word for term in terms for word in term.folded}))
        for field, values in (
            ("label", query.labels),
            ("kind", query.filters.kinds),
            ("type", query.filters.type_codes),
        ):
            if values or field == "label":
                numbers = segment.with_any(field, values, numbers)
        for term in terms:
            if len(term.words) > 1:
                numbers = segment.with_phrase(term.folded, numbers)
        return numbers

    def _key(self, number: int) -> str:
        return str(self.reader.stored_fields(number)["id"])


def _fields(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.key,
        "body": entry.parts(),
        "title": (entry.title,),
        "label": sorted(entry.labels),
        "kind": [entry.kind],
        "type": [entry.type_code] if entry.type_code else None,
    }


class _DurableStorage(FileStorage):  # type: ignore[misc]
    """Files that are on the disk before the table of contents names them: Whoosh itself never syncs."""

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        # Whoosh renames one file only: the new table of contents, when all else is written and closed.
        for name in self.list():
            if name == oldname or name.startswith(f"{_NAME}_"):
                with Path(self.folder, name).open("rb") as file:
                    os.fsync(file.fileno())
        super().rename_file(oldname, newname, safe)
        sync_folder(Path(self.folder))

    def open_file(self, name: str, **options: Any) -> Any:
        # Whoosh forgets to close a table of contents that it cannot read.
        if name.endswith(".toc"):
            return BufferFile(memoryview(Path(self.folder, name).read_bytes()), name=name, **options)
        return super().open_file(name, **options)


@contextlib.contextmanager
def _cancelled_on_error(writer: Any) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with contextlib.suppress(Exception):
            writer.cancel()
        raise


@contextlib.contextmanager
def _naming_damage() -> Iterator[None]:
    """Whoosh has no error of its own for damaged files: it raises whatever they lead to."""
    try:
        yield
    except Exception as error:
        if isinstance(error, MemoryError) or is_full_disk(error):
            raise
        raise SearchBroken(f"the index is damaged: {error!r}") from error
