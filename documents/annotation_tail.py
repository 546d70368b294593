"""What is added to a PDF after its last byte (an incremental update): new objects, and old ones in a newer form.

The bytes before stay what they were, so a signature over them still holds, and a paper of 100 MB costs no more than its
table and the pages that are touched. Loaded in the child process only.
"""

import hashlib
import io
import re
from collections.abc import Iterator
from typing import IO, cast

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    StreamObject,
)

_TABLE = re.compile(rb"\s*xref\b")
_STREAM = re.compile(rb"\s*\d+\s+\d+\s+obj\b.*?/XRef\b", re.DOTALL)
_LOOK = 4096


class Unfit(Exception):
    """The file's own table is not where it says: nothing can be added behind it."""


class Tail:
    """Objects to follow those of ``reader``, which reads from ``file`` of ``size`` bytes. Raises :class:`Unfit`."""

    def __init__(self, reader: PdfReader, file: IO[bytes], size: int) -> None:
        self._reader = reader
        self._size = size
        self._previous = int(reader._startxref)
        self._in_streams = not _has_table(file, self._previous)
        self._next = max(_numbers(reader), default=0) + 1
        self._objects: dict[tuple[int, int], PdfObject] = {}
        self._adopted: dict[tuple[int, int], IndirectObject] = {}

    def add(self, found: PdfObject) -> IndirectObject:
        """A new object; what refers to it."""
        reference = IndirectObject(self._next, 0, self._reader)
        self._objects[self._next, 0] = found
        self._next += 1
        return reference

    def replace(self, reference: IndirectObject, found: PdfObject) -> None:
        """An object of the file in its newer form."""
        self._objects[reference.idnum, reference.generation] = found

    def adopt(self, found: PdfObject) -> PdfObject:
        """A copy of what another file holds, with all that it refers to."""
        if isinstance(found, IndirectObject):
            key = (id(found.pdf), found.idnum)
            if key not in self._adopted:
                self._adopted[key] = self.add(NullObject())  # known before its parts are: they may refer back to it
                copy = self.adopt(cast(PdfObject, found.get_object()))
                self.replace(self._adopted[key], copy)
            return self._adopted[key]
        if isinstance(found, StreamObject):
            stream = StreamObject()
            stream.update({key: self.adopt(value) for key, value in found.items() if key != "/Length"})
            stream._data = found._data
            return stream if "/Filter" in stream else stream.flate_encode()
        if isinstance(found, DictionaryObject):
            return DictionaryObject({key: self.adopt(found.raw_get(key)) for key in found})
        if isinstance(found, ArrayObject):
            return ArrayObject(self.adopt(value) for value in list.__iter__(found))
        return found

    def write(self, out: IO[bytes]) -> None:
        """The bytes that follow the file's own."""
        body = io.BytesIO()
        body.write(b"\n")
        places = dict(self._bodies(body))
        start = self._size + body.tell()
        digest = hashlib.sha256(body.getvalue()).digest()[:16]
        out.write(body.getvalue())
        trailer = self._trailer(digest)
        write_places = self._write_stream if self._in_streams else self._write_table
        write_places(out, trailer, places, start)
        out.write(b"\nstartxref\n%d\n%%%%EOF\n" % start)

    def _bodies(self, body: IO[bytes]) -> Iterator[tuple[tuple[int, int], int]]:
        # Private of pypdf: its writer adds nothing to encrypted files, and takes in the whole of the others.
        encryption = self._reader._encryption
        for (number, generation), found in sorted(self._objects.items()):
            yield (number, generation), self._size + body.tell()
            written = encryption.encrypt_object(found, number, generation) if encryption is not None else found
            body.write(b"%d %d obj\n" % (number, generation))
            written.write_to_stream(body)
            body.write(b"\nendobj\n")

    def _trailer(self, digest: bytes) -> DictionaryObject:
        old = self._reader.trailer
        trailer = DictionaryObject({NameObject(key): old.raw_get(key) for key in _KEPT if key in old})
        trailer[NameObject("/Prev")] = NumberObject(self._previous)
        if "/ID" in old:
            first = cast(ArrayObject, old["/ID"])[0]
            trailer[NameObject("/ID")] = ArrayObject([ByteStringObject(first.original_bytes), ByteStringObject(digest)])
        return trailer

    def _write_table(
        self, out: IO[bytes], trailer: DictionaryObject, places: dict[tuple[int, int], int], _start: int
    ) -> None:
        out.write(b"xref\n")
        for run in _runs(sorted(places)):
            out.write(b"%d %d\n" % (run[0][0], len(run)))
            for key in run:
                out.write(b"%010d %05d n\r\n" % (places[key], key[1]))
        trailer[NameObject("/Size")] = NumberObject(self._next)
        out.write(b"trailer\n")
        trailer.write_to_stream(out)

    def _write_stream(
        self, out: IO[bytes], trailer: DictionaryObject, places: dict[tuple[int, int], int], start: int
    ) -> None:
        number, self._next = self._next, self._next + 1
        places |= {(number, 0): start}
        runs = list(_runs(sorted(places)))
        rows = b"".join(
            b"\x01" + places[key].to_bytes(8, "big") + key[1].to_bytes(2, "big") for run in runs for key in run
        )
        index = [value for run in runs for value in (run[0][0], len(run))]
        table = StreamObject()
        table.update(trailer)
        table[NameObject("/Type")] = NameObject("/XRef")
        table[NameObject("/Size")] = NumberObject(self._next)
        table[NameObject("/W")] = ArrayObject(map(NumberObject, (1, 8, 2)))
        table[NameObject("/Index")] = ArrayObject(map(NumberObject, index))
        table._data = rows
        out.write(b"%d 0 obj\n" % number)
        table.write_to_stream(out)
        out.write(b"\nendobj")


_KEPT = ("/Root", "/Info", "/Encrypt")


def _has_table(file: IO[bytes], place: int) -> bool:
    """Whether the file's newest table is in the open; else it is a stream."""
    file.seek(0)
    header = file.read(5)
    file.seek(max(place, 0))
    there = file.read(_LOOK)
    in_the_open = _TABLE.match(there) is not None
    if header != b"%PDF-" or not (in_the_open or _STREAM.match(there)):
        raise Unfit
    return in_the_open


def _numbers(reader: PdfReader) -> Iterator[int]:
    for table in reader.xref.values():
        yield from table
    yield from reader.xref_objStm
    yield int(cast(int, reader.trailer.get("/Size", 1))) - 1


def _runs(keys: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Objects whose numbers follow each other."""
    run: list[tuple[int, int]] = []
    for key in keys:
        if run and key[0] != run[-1][0] + 1:
            yield run
            run = []
        run.append(key)
    if run:
        yield run
