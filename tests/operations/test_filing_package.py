"""The package of a file: METS and PREMIS say what is in it, byte for byte; what could do harm is refused."""

import hashlib
import io
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from lxml import etree

from documents.blobs import FolderBlobs
from documents.database import Database
from documents.errors import Problem
from documents.models import Version
from ecabinet.filing import mets, package, package_reading, seeing
from ecabinet.filing.mets import ANNEX, EAD, METS, PREMIS, XLINK
from ecabinet.filing.package_reading import Fault, read_package
from tests.filing_people import do, document_of, gather, in_archive, planned
from tests.office_people import TODAY, registered, staffed
from tests.people import NOW, Office

TYPES = {"QĐ": "Quyết định"}
PAPERS = (b"%PDF-1.7 the decision", "Báo cáo có dấu".encode() * 1000)
M, X = f"{{{METS}}}", f"{{{XLINK}}}"


@dataclass
class Packed:
    """A file with two papers, and its package."""

    database: Database
    office: Office
    blobs: FolderBlobs
    file_id: int

    def write(self, who: str = "first") -> bytes:
        with self.database.reading() as db:
            person = self.office.person(db, who)
            about = package.described(db, person, seeing.load(db, person, self.file_id), TYPES)
            return b"".join(package.write(about, package.sizes_of(db, about), self.blobs))


@pytest.fixture
def packed(database: Database, tmp_path: Path) -> Packed:
    blobs = FolderBlobs(tmp_path / "blobs")
    put = [blobs.put(io.BytesIO(content)) for content in PAPERS]
    with database.writing() as db:
        office = staffed(db)
        file_id = planned(db, office, rights="Hạn chế", in_charge_id=office.members["chair"])
        ids = [document_of(db, registered(db, office)), in_archive(db, office, "Báo cáo \x01 <&> của Đoàn")]
        for document_id, blob in zip(ids, put, strict=True):
            version = db.query(Version).filter_by(document_id=document_id).one()
            version.sha256, version.size, version.page_count = blob.sha256, blob.size, 3
        hidden = in_archive(db, office, "Chỉ người phụ trách", sha="f", closed=True)
        gather(db, office, file_id, *ids)
        gather(db, office, file_id, hidden, who="chair")
        do(db, office, "first", file_id, "close", TODAY)
    return Packed(database, office, blobs, file_id)


def tree(content: bytes, name: str) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return etree.fromstring(archive.read(name))


def test_the_same_state_gives_the_same_bytes_and_reads_back_whole(packed: Packed) -> None:
    content = packed.write()
    assert packed.write() == content
    report = read_package(io.BytesIO(content))
    assert report.differences == []
    assert [one.sha256 for one in report.files] == [hashlib.sha256(paper).hexdigest() for paper in PAPERS]
    assert report.files[0].path == "documents/0001/quyet-dinh.pdf"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for one, paper in zip(report.files, PAPERS, strict=True):
            assert archive.read(one.path) == paper
    with packed.database.writing() as db:
        do(db, packed.office, "first", packed.file_id, "check")
    assert packed.write() != content


def test_mets_has_what_it_must_have(packed: Packed) -> None:
    content = packed.write()
    root = tree(content, "mets.xml")
    assert [child.tag.removeprefix(M) for child in root] == [
        "metsHdr", "dmdSec", "dmdSec", "dmdSec", "dmdSec", "amdSec", "fileSec", "structMap",
    ]  # fmt: skip
    assert (root.get("OBJID"), root.get("LABEL")) == ("TW/2026/01.TH", "Hồ sơ Tháng Thanh niên")
    ids = {one.get("ID") for one in root.iter() if one.get("ID")}
    for one in root.iter(f"{M}div", f"{M}fptr"):
        assert {*one.get("DMDID", "").split(), *one.get("FILEID", "").split(), *one.get("ADMID", "").split()} <= ids
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for one in root.iter(f"{M}file", f"{M}mdRef"):
            place = one if one.tag == f"{M}mdRef" else one.find(f"{M}FLocat")
            assert place is not None
            held = archive.read(place.get(f"{X}href", ""))
            assert (one.get("CHECKSUM"), one.get("SIZE")) == (hashlib.sha256(held).hexdigest(), str(len(held)))
    fields = {child.tag.removeprefix(f"{{{ANNEX}}}"): child.text for child in root.iter() if ANNEX in str(child.tag)}
    assert fields["OrganId"] == "TW"
    assert (fields["FileCatalog"], fields["FileNotation"], fields["Maintenance"]) == ("2026", "01.TH", "10 năm")
    assert (fields["DocTotal"], fields["PageTotal"], fields["Rights"]) == ("2", "6", "Hạn chế")
    assert root.findtext(f".//{{{EAD}}}unitid") == "01.TH"
    assert "Chỉ người phụ trách" not in etree.tostring(root, encoding="unicode")


def test_premis_tells_the_history(packed: Packed) -> None:
    root = tree(packed.write(), "premis.xml")
    p = f"{{{PREMIS}}}"
    kinds = [one.findtext(f"{p}eventType") for one in root.iter(f"{p}event")]
    assert kinds.count("fixity check") == 2
    assert kinds.count("ingestion") == 2
    assert [kind for kind in kinds if kind in {"plan", "gather", "close"}] == ["plan", "gather", "gather", "close"]
    agents = {one.findtext(f"{p}agentName") for one in root.iter(f"{p}agent")}
    assert agents == {"Nguyễn Thị First"}
    outcomes = {one.findtext(f".//{p}eventOutcome") for one in root.iter(f"{p}event")}
    assert "pass" in outcomes


def test_bytes_that_the_store_has_lost_are_told_of(packed: Packed) -> None:
    lost = hashlib.sha256(PAPERS[0]).hexdigest()
    packed.blobs.delete(lost)
    content = packed.write()
    assert b"missing" in etree.tostring(tree(content, "premis.xml"))
    report = read_package(io.BytesIO(content))
    assert [(one.fault, one.where) for one in report.differences] == [(Fault.MISSING, "documents/0001/quyet-dinh.pdf")]


def test_the_file_of_another_unit_is_not_there(packed: Packed) -> None:
    with pytest.raises(Problem, match="not_found"):
        packed.write("stranger")


# ------------------------------------------------------------------ changed and hostile packages

Change = Callable[[dict[str, bytes]], None]


@pytest.fixture(scope="module")
def members() -> dict[str, bytes]:
    """The members of a sound package."""
    paper = mets.Paper("documents/0001/a.pdf", "A", (("Subject", "A"),), "documents/0001/a.pdf", "a.pdf",
                       "application/pdf", hashlib.sha256(b"abc").hexdigest(), 1)  # fmt: skip
    about = mets.Described("TW/2026/01", "01", "Hồ sơ", "Trung ương Đoàn", "TW", (("Title", "Hồ sơ"),), TODAY, TODAY,
                           "Tiếng Việt", "", "10 năm", NOW, (paper,),
                           (mets.Done("file", "plan", NOW, "Nguyễn Văn An"),))  # fmt: skip
    sent = {paper.path: mets.Sent(paper.sha256, 3)}
    premis = mets.write_premis(about, sent)
    manifest = mets.write_mets(about, sent, mets.Sent(hashlib.sha256(premis).hexdigest(), len(premis)))
    return {paper.path: b"abc", "premis.xml": premis, "mets.xml": manifest}


def zipped(members: dict[str, bytes]) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return io.BytesIO(file.getvalue())


def replaced(name: str, old: bytes, new: bytes) -> Change:
    def change(members: dict[str, bytes]) -> None:
        assert old in members[name]
        members[name] = members[name].replace(old, new)

    return change


def put(name: str, content: bytes) -> Change:
    def change(members: dict[str, bytes]) -> None:
        members[name] = content

    return change


def without(name: str) -> Change:
    def change(members: dict[str, bytes]) -> None:
        del members[name]

    return change


PAPER = "documents/0001/a.pdf"


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        pytest.param(put(PAPER, b"abd"), {Fault.CHANGED}, id="changed"),
        pytest.param(without(PAPER), {Fault.MISSING}, id="missing"),
        pytest.param(put("documents/0002/b.pdf", b"x"), {Fault.EXTRA}, id="extra"),
        pytest.param(replaced("mets.xml", b'SIZE="3"', b'SIZE="4"'), {Fault.SIZE}, id="size"),
        pytest.param(replaced("mets.xml", b'FILEID="file-1"', b'FILEID="file-9"'), {Fault.REFERENCE}, id="reference"),
        pytest.param(replaced("mets.xml", b"fileSec", b"filesec"), {Fault.INCOMPLETE}, id="no-section"),
        pytest.param(
            replaced("mets.xml", b'CHECKSUMTYPE="SHA-256">', b'CHECKSUMTYPE="MD5">'),
            {Fault.INCOMPLETE, Fault.EXTRA, Fault.MISSING}, id="weak-hash",
        ),
        pytest.param(
            replaced("premis.xml", hashlib.sha256(b"abc").hexdigest().encode(), b"0" * 64),
            {Fault.CHANGED, Fault.PREMIS}, id="premis",
        ),
    ],
)  # fmt: skip
def test_what_differs_is_named(members: dict[str, bytes], change: Change, faults: set[Fault]) -> None:
    assert read_package(zipped(dict(members))).differences == []
    mine = dict(members)
    change(mine)
    assert {one.fault for one in read_package(zipped(mine)).differences} == faults


DTD = b'<!DOCTYPE mets [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(put("../etc/passwd", b"x"), "package_hostile", id="upwards"),
        pytest.param(put("/etc/passwd", b"x"), "package_hostile", id="absolute"),
        pytest.param(put("documents\\..\\x", b"x"), "package_hostile", id="backslash"),
        pytest.param(put("C:/x", b"x"), "package_hostile", id="drive"),
        pytest.param(put(PAPER.upper(), b"x"), "package_hostile", id="twice"),
        pytest.param(put(PAPER, b"\0" * 5_000_000), "package_hostile", id="bomb"),
        pytest.param(replaced("mets.xml", b"<mets:mets ", DTD + b"<mets:mets "), "package_hostile", id="entities"),
        pytest.param(without("mets.xml"), "package_broken", id="no-mets"),
        pytest.param(without("premis.xml"), "package_broken", id="no-premis"),
        pytest.param(put("mets.xml", b"<mets"), "package_broken", id="no-xml"),
        pytest.param(put("mets.xml", b"<html/>"), "package_broken", id="other-xml"),
    ],
)
def test_what_is_no_package_or_could_do_harm_is_refused(members: dict[str, bytes], change: Change, code: str) -> None:
    mine = dict(members)
    change(mine)
    with pytest.raises(Problem, match=code):
        read_package(zipped(mine))


def broken_zips(members: dict[str, bytes]) -> Iterator[bytes]:
    whole = zipped(members).getvalue()
    yield b""
    yield b"PK\x03\x04 but no more"
    yield whole[: len(whole) // 2]
    yield whole.replace(b"abc", b"abd", 1) if b"abc" in whole else whole[:-30]
    lying = bytearray(whole)  # a directory that declares another size than there is
    place = whole.rindex(b"PK\x01\x02")
    lying[place + 24 : place + 28] = struct.pack("<L", 3)
    yield bytes(lying)


def test_a_damaged_zip_is_refused_or_its_damage_named(members: dict[str, bytes]) -> None:
    for content in broken_zips(members):
        assert outcome(content) in {"package_broken", "package_hostile", "differs"}


def outcome(content: bytes) -> str:
    try:
        return "differs" if read_package(io.BytesIO(content)).differences else "whole"
    except Problem as refused:
        return refused.code


def test_too_large_is_refused_before_anything_is_unpacked(members: dict[str, bytes]) -> None:
    with pytest.raises(Problem, match="package_hostile"):
        read_package(zipped(members), most_bytes=100)
    many = {f"x{number}": b"" for number in range(package_reading.MOST_MEMBERS + 1)}
    with pytest.raises(Problem, match="package_hostile"):
        read_package(zipped(many))
