"""Office files are zips of XML: opened within limits, read as a stream, never unpacked to a disk.

A part counts for what it unpacks to, not for what the zip says of it. Nothing that declares a document type is parsed:
no office program writes one, and entities live there.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.parsers import expat

from documents.readers.report import End, Report

CHUNK = 1 << 16
DEPTH = 1000
_TRICK = re.compile(r"^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)|[\x00-\x1f]")


class Event(NamedTuple):
    """``kind``: start, end or text. ``name`` without its namespace, or the text; so are the names of ``attributes``."""

    kind: str
    name: str
    attributes: dict[str, str]


class Relation(NamedTuple):
    kind: str
    target: str


class Package:
    """An office file; a context. Raises :class:`End` for what is unsafe, encrypted or too large."""

    def __init__(self, path: Path, report: Report) -> None:
        self._zip = zipfile.ZipFile(path)
        self._left = report.limits.unpacked
        self._infos = {info.filename: info for info in self._zip.infolist()}
        if any(_TRICK.search(info.orig_filename) for info in self._infos.values()):
            raise End("unsafe_content")
        if any(info.flag_bits & 1 for info in self._infos.values()):
            raise End("encrypted")

    def __enter__(self) -> "Package":
        return self

    def __exit__(self, *_error: object) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return name in self._infos

    def main(self, usual: str) -> str:
        """The part that all others hang on; ``usual`` is its name where the file does not say."""
        return next((part for part in self.related("", "officeDocument")), usual)

    def relations(self, part: str) -> dict[str, Relation]:
        """What a part names, by id; the last word of the kind only, as its beginning differs between two standards."""
        folder, _, name = part.rpartition("/")
        own = posixpath.join(folder, "_rels", f"{name}.rels")
        found: dict[str, Relation] = {}
        if own in self:
            for event in self.events(own):
                if event.name == "Relationship" and event.kind == "start":
                    said = event.attributes
                    if said.get("TargetMode") != "External":
                        kind = said["Type"].rpartition("/")[2]
                        found[said["Id"]] = Relation(kind, _resolved(folder, said["Target"]))
        return found

    def related(self, part: str, *kinds: str) -> list[str]:
        """The parts of these kinds that a part names and the file has, kind by kind."""
        named = self.relations(part).values()
        targets = [relation.target for kind in kinds for relation in named if relation.kind == kind]
        return [target for target in dict.fromkeys(targets) if target in self]

    def data(self, name: str) -> Iterator[bytes]:
        """The bytes of a part; raises KeyError when there is none."""
        with self._zip.open(self._infos[name]) as part:
            while chunk := part.read(CHUNK):
                self._left -= len(chunk)
                if self._left < 0:
                    raise End("too_large_to_read")
                yield chunk

    def events(self, name: str) -> Iterator[Event]:
        """The XML of a part as it is read."""
        parsed = _Parsed()
        for chunk in self.data(name):
            yield from parsed.feed(chunk, last=False)
            parsed.check()
        yield from parsed.feed(b"", last=True)
        parsed.check()


def _resolved(folder: str, target: str) -> str:
    return posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target))


_NOTHING: dict[str, str] = {}


class _Local(dict[str, str]):
    """Names without their namespaces: a file has few, and uses them a million times."""

    def __missing__(self, name: str) -> str:
        self[name] = name.rpartition(" ")[2]
        return self[name]


class _Parsed:
    def __init__(self) -> None:
        self._events: list[Event] = []
        self._local = _Local()
        self._depth = 0
        self._fault: Exception | None = None
        self._parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse

    def feed(self, chunk: bytes, *, last: bool) -> list[Event]:
        """What this piece holds, up to a fault if there is one; then :meth:`check` raises it."""
        self._events = []
        try:
            self._parser.Parse(chunk, last)
        except (expat.ExpatError, End) as fault:
            self._fault = fault
        return self._events

    def check(self) -> None:
        if self._fault is not None:
            raise self._fault

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEPTH:
            raise End("damaged")
        plain = {self._local[key]: value for key, value in attributes.items()} if attributes else attributes
        self._events.append(Event("start", self._local[name], plain))

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._events.append(Event("end", self._local[name], _NOTHING))

    def _text(self, data: str) -> None:
        self._events.append(Event("text", data, _NOTHING))


def _refuse(*_declaration: Any) -> None:
    raise End("unsafe_content")
