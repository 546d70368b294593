"""A file as a package to be kept elsewhere: its documents as they are, METS and PREMIS, in one ZIP written while it is
sent. The same state of a file gives the same bytes.
"""

import hashlib
from collections.abc import Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents.blobs import Blobs
from documents.models import Version
from ecabinet.access import Person
from ecabinet.filing import mets, queries
from ecabinet.filing.mets import METS_NAME, PREMIS_NAME, Described, Done, Paper, Sent, fields
from ecabinet.filing.models import FileEvent, OfficeFile
from ecabinet.filing.printed import retention_words
from ecabinet.filing.queries import Line
from ecabinet.filing.seeing import SeenFile
from ecabinet.library.document_queries import names
from ecabinet.minutes.zips import Entry, Written, safe_name, stream

FOLDER = "documents/"


def described(db: Session, person: Person, seen: SeenFile, type_names: dict[str, str]) -> Described:
    """The file with all that this person may read of it, and its history."""
    file = seen.file
    lines = queries.contents(db, seen, person.labels)
    papers = tuple(_paper(line, type_names) for line in lines)
    events = [*_events(db, seen, person, file), *_received(db, lines)]
    at = max([file.created_at, *(one.at for one in events)])
    pages = sum(line.pages or 0 for line in lines)
    return Described(
        key=f"{file.unit.exchange_code or file.unit.code}/{file.year}/{file.notation}", notation=file.notation,
        title=file.title, unit=file.unit.name, unit_code=file.unit.exchange_code or file.unit.code,
        fields=fields(
            *_code(file), ("Title", file.title), ("Maintenance", retention_words(file)), ("Rights", file.rights),
            ("Creator", file.creator or (file.in_charge.full_name[:30] if file.in_charge else "")),
            ("Language", file.language), ("StartDate", file.starts_on), ("EndDate", file.ended_on),
            ("DocTotal", len(lines)), ("PageTotal", pages),
        ),
        starts_on=file.starts_on, ended_on=file.ended_on, language=file.language, rights=file.rights,
        retention=retention_words(file), at=at, papers=papers, events=tuple(sorted(events, key=lambda one: one.at)),
    )  # fmt: skip


def _code(file: OfficeFile) -> tuple[tuple[str, object], ...]:
    return (
        ("FileCode/OrganId", file.unit.exchange_code or file.unit.code),
        ("FileCode/FileCatalog", file.year),
        ("FileCode/FileNotation", file.notation),
    )


def _path(line: Line, version: Version) -> str:
    return f"{FOLDER}{line.number:04d}/{safe_name(version.filename)}"


def _paper(line: Line, type_names: dict[str, str]) -> Paper:
    document, office, version = line.document, line.office, line.version
    code = office.type_code if office is not None else document.type_code or ""
    said = fields(
        ("DocOrdinal", line.number), ("TypeName", type_names.get(code, code)),
        ("CodeNumber", office.code_number if office is not None else ""),
        ("CodeNotation", office.code_notation if office is not None else document.number),
        ("IssuedDate", office.issued_on if office is not None else document.issued_on),
        ("OrganName", office.organ_name if office is not None else document.issuer), ("Subject", document.title),
        ("Language", office.language if office is not None else ""), ("PageAmount", line.pages),
        ("Description", line.entry.remark),
        ("SignerInfo/Position", office.signer_position if office is not None else ""),
        ("SignerInfo/FullName", office.signer_name if office is not None else document.signer),
        ("ArrivalDate", office.arrived_on if office is not None else None),
        ("ArrivalNumber", office.ordinal if office is not None and office.arrived_on is not None else None),
    )  # fmt: skip
    if version is None:
        return Paper(f"document-{line.number}", document.title, said)
    path = _path(line, version)
    return Paper(
        path, document.title, said, path, version.filename, version.media_type, version.sha256, line.pages
    )  # fmt: skip


def _events(db: Session, seen: SeenFile, person: Person, file: OfficeFile) -> Iterator[Done]:
    for event, title in reversed(queries.history(db, seen, person.labels)):
        yield Done("file", _kind(event), event.at, event.member.full_name if event.member else "",
                   " · ".join(part for part in (event.text, title) if part))  # fmt: skip


def _kind(event: FileEvent) -> str:
    return str(event.act).replace("_", " ")


def _received(db: Session, lines: Sequence[Line]) -> Iterator[Done]:
    """When each version came into the house."""
    found = [(line, line.version) for line in lines if line.version is not None]
    who = names(db, [version.created_by for _line, version in found])
    for line, version in found:
        yield Done(_path(line, version), "ingestion", version.created_at, who.get(version.created_by, ""))


def entries_of(about: Described, sizes: dict[str, int]) -> list[Entry]:
    """The files of the package, those of the store; what describes them follows when they are written."""
    return [
        Entry(paper.path, paper.title, "documents", sha256=paper.sha256, size=sizes.get(paper.sha256, 0))
        for paper in about.papers
        if paper.path
    ]


def sizes_of(db: Session, about: Described) -> dict[str, int]:
    """The size of each blob."""
    found = select(Version.sha256, func.max(Version.size)).where(
        Version.sha256.in_({paper.sha256 for paper in about.papers if paper.path})
    )  # fmt: skip
    return {sha256: size for sha256, size in db.execute(found.group_by(Version.sha256))}


def write(about: Described, sizes: dict[str, int], blobs: Blobs) -> Iterator[bytes]:
    """The package, piece by piece."""
    return stream(entries_of(about, sizes), blobs, about.at, lambda written: _describe(about, written))


def _describe(about: Described, written: list[Written]) -> list[Entry]:
    sent = mets.by_path((one.entry.path, one.sha256, one.size) for one in written)
    history = mets.write_premis(about, sent)
    manifest = mets.write_mets(about, sent, Sent(hashlib.sha256(history).hexdigest(), len(history)))
    return [
        Entry(PREMIS_NAME, "PREMIS", "", history, size=len(history)),
        Entry(METS_NAME, "METS", "", manifest, size=len(manifest)),
    ]
