"""The child process that opens a stranger's package; see :mod:`.opening`.

First a walk that builds nothing looks for what no package has (a DOCTYPE and so any entity, depth, a crowd of
elements); only what passes becomes a tree, is verified, and is read.
"""

import io
import zipfile
import zlib
from pathlib import Path
from typing import Any
from xml.parsers import expat

from lxml import etree

from documents import errands
from documents.errors import Invalid, Problem
from ecabinet.exchange import edxml, edxml_reading, signatures
from ecabinet.exchange.package_rules import Attachment, Fault, Header, check_name
from ecabinet.exchange.package_values import dumped

DEEPEST = 24
MOST_ELEMENTS = 20_000
CHUNK = 1 << 20
UNPACKED = 200 * 1024**2
"""More bytes than this in all zipped attachments is a bomb; so is what grows by more than ``RATIO``."""
RATIO = 200


class _Walk:
    """What expat tells while it reads."""

    def __init__(self) -> None:
        self._depth = self._elements = 0

    def begin(self, _name: str, _attributes: object) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > DEEPEST or self._elements > MOST_ELEMENTS:
            raise Problem(Fault.TOO_DEEP, f"depth {self._depth}, {self._elements} elements")

    def end(self, _name: str) -> None:
        self._depth -= 1

    def doctype(self, *_declared: object) -> None:
        raise Problem(Fault.DOCTYPE)


def look(path: Path) -> None:
    """Refuse what no package has, without building anything of it."""
    walk, reader = _Walk(), expat.ParserCreate()
    reader.StartElementHandler, reader.EndElementHandler = walk.begin, walk.end
    reader.StartDoctypeDeclHandler = reader.EntityDeclHandler = walk.doctype
    reader.UnparsedEntityDeclHandler = walk.doctype
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                reader.Parse(chunk, False)
        reader.Parse(b"", True)
    except expat.ExpatError as error:
        raise Problem(Fault.NOT_XML, str(error)) from error


def unzipped(one: Attachment, room: int) -> bytes:
    """The file of an attachment: many senders pack each of theirs as a zip with one entry, under its own name."""
    if not one.content.startswith(b"PK\x03\x04") or one.name.lower().endswith(".zip"):
        return one.content
    try:
        with zipfile.ZipFile(io.BytesIO(one.content)) as archive:
            entries = archive.infolist()
            if len(entries) != 1 or entries[0].is_dir():
                return one.content  # an office file: it is one itself
            check_name(entries[0].filename)
            if entries[0].file_size > min(room, RATIO * len(one.content)):
                raise Problem(Fault.BOMB, f"{entries[0].file_size} bytes", name=one.name)
            with archive.open(entries[0]) as file:
                content = file.read(entries[0].file_size + 1)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
        raise Problem(Fault.ATTACHMENT, str(error), name=one.name) from error
    if len(content) != entries[0].file_size:
        raise Problem(Fault.BOMB, "it says less than it holds", name=one.name)
    return content


def _open(order: dict[str, Any]) -> dict[str, Any]:
    path = Path(order["path"])
    look(path)
    try:
        root = etree.parse(path, signatures.parser()).getroot()
    except etree.XMLSyntaxError as error:
        raise Problem(Fault.NOT_XML, str(error)) from error
    sender = root.find(f".//{{{edxml.NS}}}From/{{{edxml.NS}}}OrganId")
    organ_id = (sender.text or "").strip() if sender is not None else ""
    signature, covered = signatures.verify(root, order["certificates"].get(organ_id, ""))
    package = edxml_reading.read(covered)
    files, room = [], UNPACKED
    for number, one in enumerate(package.attachments):
        content = unzipped(one, room)
        room -= len(content)
        (path.parent / f"attachment-{number}").write_bytes(content)
        files.append({"name": one.name, "description": one.description})
    kind = "document" if isinstance(package.said, Header) else "status"
    return {"kind": kind, "said": dumped(package.said), "files": files, "signature": signature}


def _work(order: dict[str, Any]) -> dict[str, Any]:
    """The answer, or which refusal it is with what fills its sentence."""
    try:
        return _open(order)
    except Invalid as invalid:
        field, fault = next(iter(invalid.faults.items()))
        return {"refused": Fault.FIELD, "detail": f"{field}: {fault}", "values": {"name": field}}
    except Problem as problem:
        values = {name: value for name, value in problem.values.items() if isinstance(value, str | int)}
        return {"refused": problem.code, "detail": problem.detail[:500], "values": values}


if __name__ == "__main__":
    errands.serve(_work)
