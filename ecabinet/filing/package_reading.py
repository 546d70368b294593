"""A package of a file read back: every byte is checked against what METS and PREMIS say. Nothing of it is believed
before: what is no package, or could harm who unpacks it, is refused.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO

from lxml import etree

from documents.errors import Problem
from ecabinet.filing.mets import METS, METS_NAME, PREMIS, PREMIS_NAME, SHA256, XLINK

MIB = 1024 * 1024
MOST_MEMBERS = 20_000
MOST_XML = 64 * MIB
MOST_BYTES = 64 * 1024 * MIB
MOST_RATIO = 200
RATIO_FROM = MIB
CHUNK = 256 * 1024
_LINK = 0o120000
_ENCRYPTED = 0x1
_M, _P, _X = f"{{{METS}}}", f"{{{PREMIS}}}", f"{{{XLINK}}}"


class Fault(StrEnum):
    """How a package differs from what it says of itself."""

    MISSING = "missing"
    EXTRA = "extra"
    CHANGED = "changed"
    SIZE = "size"
    PREMIS = "premis"
    REFERENCE = "reference"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True)
class Difference:
    """One fault, and where."""

    fault: Fault
    where: str


@dataclass(frozen=True)
class Named:
    """A file as METS names it."""

    path: str
    sha256: str
    size: int


@dataclass
class Report:
    """What was found: the file's name, its documents, every difference; none: all is as it was written."""

    key: str
    title: str
    files: list[Named] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)

    def say(self, fault: Fault, where: str) -> None:
        """Note a difference."""
        self.differences.append(Difference(fault, where))


def read_package(file: IO[bytes], most_bytes: int = MOST_BYTES) -> Report:
    """Check a package. Raises ``package_broken`` for what cannot be read as one, ``package_hostile`` for what nobody
    should unpack.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = _members(archive, most_bytes)
            manifest = _xml(archive, members, METS_NAME)
            report = _structure(manifest, members)
            history = _xml(archive, members, PREMIS_NAME)
            _check_bytes(archive, members, report, manifest)
            _check_premis(history, report)
            return report
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as broken:
        raise Problem("package_broken", repr(broken)) from broken


def _members(archive: zipfile.ZipFile, most_bytes: int) -> dict[str, zipfile.ZipInfo]:
    """By their directory, before anything is unpacked; zipfile never gives out more than it declares."""
    found = archive.infolist()
    if len(found) > MOST_MEMBERS or sum(one.file_size for one in found) > most_bytes:
        raise Problem("package_hostile", "too large")
    members: dict[str, zipfile.ZipInfo] = {}
    seen: set[str] = set()
    for one in found:
        name = one.filename
        parts = name.split("/")
        if (
            name.startswith("/")
            or "\\" in name
            or ":" in name
            or ".." in parts
            or "" in parts
            or not name.isprintable()
        ):
            raise Problem("package_hostile", f"path {name!r}")
        if (one.external_attr >> 16) & 0o170000 == _LINK or one.flag_bits & _ENCRYPTED:
            raise Problem("package_hostile", f"link or secret {name!r}")
        if name.lower() in seen:
            raise Problem("package_hostile", f"twice {name!r}")
        if one.file_size > RATIO_FROM and one.file_size > MOST_RATIO * max(one.compress_size, 1):
            raise Problem("package_hostile", f"bomb {name!r}")
        seen.add(name.lower())
        members[name] = one
    return members


def _xml(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str) -> etree._Element:
    if name not in members:
        raise Problem("package_broken", f"without {name}")
    if members[name].file_size > MOST_XML:
        raise Problem("package_hostile", f"large {name}")
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(archive.read(members[name]), parser)
    except etree.XMLSyntaxError as fault:
        raise Problem("package_broken", str(fault)) from fault
    if root.getroottree().docinfo.doctype:  # where entities are declared
        raise Problem("package_hostile", f"document type in {name}")
    return root


def _structure(root: etree._Element, members: dict[str, zipfile.ZipInfo]) -> Report:
    if root.tag != f"{_M}mets" or not root.get("OBJID"):
        raise Problem("package_broken", "no METS")
    report = Report(root.get("OBJID", ""), root.get("LABEL", ""))
    for needed in ("metsHdr", "dmdSec", "amdSec", "fileSec", "structMap"):
        if root.find(f"{_M}{needed}") is None:
            report.say(Fault.INCOMPLETE, needed)
    for one in root.iter(f"{_M}file"):
        place = one.find(f"{_M}FLocat")
        path = place.get(f"{_X}href", "") if place is not None else ""
        size = one.get("SIZE", "")
        if not path or one.get("CHECKSUMTYPE") != SHA256 or not size.isdigit():
            report.say(Fault.INCOMPLETE, one.get("ID", "file"))
            continue
        report.files.append(Named(path, one.get("CHECKSUM", ""), int(size)))
    _check_references(root, report)
    known = {one.path for one in report.files} | {METS_NAME, PREMIS_NAME}
    for path in sorted(members.keys() - known):
        report.say(Fault.EXTRA, path)
    return report


def _check_references(root: etree._Element, report: Report) -> None:
    ids = {one.get("ID") for one in root.iter() if isinstance(one.tag, str) and one.get("ID")}
    for name, what in (("div", "DMDID"), ("div", "ADMID"), ("fptr", "FILEID")):
        for one in root.iter(f"{_M}{name}"):
            for wanted in one.get(what, "").split():
                if wanted not in ids:
                    report.say(Fault.REFERENCE, wanted)


def _check_bytes(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], report: Report, root: etree._Element
) -> None:
    wanted = list(report.files)
    for one in root.iter(f"{_M}mdRef"):
        size = one.get("SIZE", "")
        wanted.append(
            Named(one.get(f"{_X}href", ""), one.get("CHECKSUM", ""), int(size) if size.isdigit() else -1)
        )  # fmt: skip
    for named in wanted:
        if named.path not in members:
            report.say(Fault.MISSING, named.path)
            continue
        digest, size = hashlib.sha256(), 0
        for chunk in _chunks(archive, members[named.path]):
            digest.update(chunk)
            size += len(chunk)
        if digest.hexdigest() != named.sha256:
            report.say(Fault.CHANGED, named.path)
        elif size != named.size:
            report.say(Fault.SIZE, named.path)


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _check_premis(root: etree._Element, report: Report) -> None:
    """That PREMIS says the same of each file as METS."""
    said: dict[str, str] = {}
    for one in root.iter(f"{_P}object"):
        key = one.findtext(f"{_P}objectIdentifier/{_P}objectIdentifierValue", "")
        said[key] = one.findtext(f"{_P}objectCharacteristics/{_P}fixity/{_P}messageDigest", "")
    for named in report.files:
        if said.pop(named.path, "") != named.sha256:
            report.say(Fault.PREMIS, named.path)
    for path in sorted(said):
        report.say(Fault.MISSING, path)
