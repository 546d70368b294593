"""Files to test with: of the centre's office, with papers of its register in them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.models import Document
from documents.operations import add_document
from documents.retention_rules import Retention
from documents.rules import Secrecy
from documents.versions import add_version
from ecabinet.access import member_label, office_label, unit_label
from ecabinet.filing import gathering, handing_over, operations, seeing
from ecabinet.filing.file_rules import FileFacts
from ecabinet.filing.gathering import Gathered
from ecabinet.filing.models import OfficeFile
from ecabinet.filing.seeing import SeenFile
from ecabinet.office.document_models import OfficeDocument
from ecabinet.registry.models import Unit
from tests.office_people import TODAY, registered, staffed
from tests.people import NOW, Office

YEAR = TODAY.year


def file_facts(**changes: object) -> FileFacts:
    """A sound file of this year's list."""
    values: dict[str, object] = {
        "year": YEAR, "notation": "01.TH", "title": "Hồ sơ Tháng Thanh niên", "retention": Retention.YEARS_10,
        "heading": "I. Tổng hợp",
    }  # fmt: skip
    return FileFacts(**(values | changes))  # type: ignore[arg-type]


def planned(db: Session, office: Office, **changes: object) -> int:
    """A file on the centre's list."""
    unit = db.get_one(Unit, office.units["centre"])
    return operations.plan(db, unit, file_facts(**changes), office.person(db, "first"), NOW).id


def file_seen(db: Session, office: Office, who: str, file_id: int) -> SeenFile:
    return seeing.load_to_change(db, office.person(db, who), file_id)


def do(db: Session, office: Office, who: str, file_id: int, act: str, *said: object) -> None:
    """One of the acts of :mod:`ecabinet.filing.operations`, by this person."""
    getattr(operations, act)(db, file_seen(db, office, who, file_id), *said, office.person(db, who), NOW)


def gather(db: Session, office: Office, file_id: int, *ids: int, who: str = "first") -> Gathered:
    return gathering.add(db, file_seen(db, office, who, file_id), ids, office.person(db, who), NOW)


def document_of(db: Session, office_id: int) -> int:
    """The library's document of an entry of the register."""
    return db.get_one(OfficeDocument, office_id).document_id


def in_archive(db: Session, office: Office, title: str = "Báo cáo năm", sha: str = "e", **changes: object) -> int:
    """A document of the centre's archive, for its offices."""
    centre = office.units["centre"]
    labels = (
        {office_label(centre)} if changes.pop("closed", False) is False else {member_label(office.members["chair"])}
    )
    document = add_document(
        db, title=title, kind="archive", labels=labels, by=member_label(office.members["first"]), now=NOW,
        owner=unit_label(centre), **changes,
    )  # type: ignore[arg-type]  # fmt: skip
    add_version(
        db, document, Blob(sha * 64, 3), filename=f"{title}.pdf", media_type="application/pdf",
        by=member_label(office.members["first"]), now=NOW,
    )  # fmt: skip
    return document.id


def checked(db: Session, office: Office, *, notation: str = "01.TH", sha: str = "a", **changes: object) -> int:
    """A file in order, with one registered paper and one of the archive."""
    file_id = planned(db, office, notation=notation, **changes)
    paper = document_of(db, registered(db, office, sha=sha, code_number=notation[:2]))
    gather(db, office, file_id, paper, in_archive(db, office, sha=chr(ord(sha) + 4)))
    do(db, office, "first", file_id, "close", TODAY)
    do(db, office, "first", file_id, "check")
    return file_id


def handed(db: Session, office: Office, *ids: int, who: str = "first") -> int:
    """The hand-over of these files."""
    return handing_over.hand_over(db, ids, "", office.person(db, who), NOW).id


def accepted(db: Session, office: Office, **changes: object) -> int:
    """A file that the archive has."""
    file_id = checked(db, office, **changes)
    handed(db, office, file_id)
    handing_over.accept(db, file_seen(db, office, "administrator", file_id), office.person(db, "administrator"), NOW)
    return file_id


def state_of(db: Session, file_id: int) -> str:
    return db.scalars(select(OfficeFile.state).where(OfficeFile.id == file_id)).one()


__all__ = ["NOW", "TODAY", "Document", "Secrecy", "staffed"]
