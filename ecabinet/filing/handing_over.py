"""From the office to the archive: files handed over together, each accepted or returned. None of these commits."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import holds
from documents.errors import Invalid, Problem
from documents.models import Document, DocumentLabel
from documents.operations import set_labels
from documents.retention_rules import kept_until
from ecabinet.access import Permission, Person, ancestors, archive_label, unit_label
from ecabinet.clock import ZONE
from ecabinet.filing import seeing
from ecabinet.filing.gathering import holder_of
from ecabinet.filing.history import record
from ecabinet.filing.life_rules import FileAct, FileState
from ecabinet.filing.models import FileDocument, OfficeFile, Transfer
from ecabinet.filing.seeing import SeenFile
from ecabinet.library.keeping import check_reason
from ecabinet.notices.operations import tell_all
from ecabinet.office import desk

AT_ONCE = 500
LONGEST_NOTE = 500


def hand_over(db: Session, ids: Sequence[int], note: str, person: Person, now: datetime) -> Transfer:
    """Give these files, all of one unit and all in order, to its archive."""
    if not ids or len(ids) > AT_ONCE:
        raise Invalid({"files": Problem("missing") if not ids else Problem("too_many_at_once", limit=AT_ONCE)})
    if len(note) > LONGEST_NOTE:
        raise Invalid({"note": Problem("too_long", limit=LONGEST_NOTE)})
    found = [seeing.load_to_change(db, person, file_id) for file_id in sorted(set(ids))]
    if len({seen.file.unit_id for seen in found}) > 1:
        raise Invalid({"files": Problem("files_of_two_units")})
    states = [seen.after(FileAct.HAND_OVER) for seen in found]
    unit = found[0].file.unit
    transfer = Transfer(unit_id=unit.id, at=now, given_by=person.member_id, note=note)
    db.add(transfer)
    db.flush()
    for seen, state in zip(found, states, strict=True):
        seen.file.state, seen.file.transfer_id = state, transfer.id
        record(db, seen.file, FileAct.HAND_OVER, person, now, details={"transfer": transfer.id})
    keepers = {member_id for _unit, member_id, _name in desk.holders(db, [unit.id], Permission.KEEP_ARCHIVE)}
    tell_all(
        db, keepers - {person.member_id}, f"Hồ sơ nộp lưu: {unit.name}", f"{person.name} nộp {len(found)} hồ sơ.",
        f"/office/files/transfers/{transfer.id}", now, about=f"transfer:{transfer.id}",
    )  # fmt: skip
    return transfer


def accept(db: Session, seen: SeenFile, person: Person, now: datetime) -> None:
    """The archive has it: from now on its keepers read what is in it, nothing of it is changed or thrown away, and
    it is kept as long as its retention says.
    """
    file, state = seen.file, seen.after(FileAct.ACCEPT)
    today = now.astimezone(ZONE).date()
    until = kept_until(file.retention, file.keep_years, file.ended_on)
    file.state, file.accepted_on = state, today
    file.keep_until = None if until == date.max else until
    inside = select(Document).join(FileDocument, FileDocument.document_id == Document.id)
    for document in db.scalars(inside.where(FileDocument.file_id == file.id).order_by(Document.id)):
        _keep(db, file, document, now)
    record(db, file, FileAct.ACCEPT, person, now, details={"transfer": file.transfer_id})
    _tell_when_settled(db, file, person, now)


def _keep(db: Session, file: OfficeFile, document: Document, now: datetime) -> None:
    holds.hold(db, document.id, holder_of(file.id), firm=True)
    ours = unit_label(file.unit_id)
    if document.owner not in {None, ours}:  # another unit's: it is in our file, and stays theirs
        return
    document.owner = ours
    if not file.secret:
        labels = set(db.scalars(select(DocumentLabel.label).where(DocumentLabel.document_id == document.id)))
        set_labels(db, document, labels | {archive_label(one) for one in ancestors(file.unit.path)}, now)
    until = kept_until(file.retention, file.keep_years, file.ended_on)
    before = kept_until(document.retention, document.keep_years, document.closed_on)
    if before is None or (until is not None and before < until):
        document.retention, document.closed_on = file.retention, file.ended_on
        document.keep_years = file.keep_years


def send_back(db: Session, seen: SeenFile, reason: str, person: Person, now: datetime) -> None:
    """The archive does not take it as it is: it is put right and checked again."""
    file, state = seen.file, seen.after(FileAct.RETURN)
    reason, transfer = check_reason(reason), file.transfer
    file.state, file.transfer_id = state, None
    record(db, file, FileAct.RETURN, person, now, reason, details={"transfer": transfer.id if transfer else None})
    if transfer is not None:
        about = file.notation if file.secret else f"{file.notation} {file.title}"
        tell_all(
            db, {transfer.given_by, file.in_charge_id or transfer.given_by} - {person.member_id},
            f"Lưu trữ trả lại hồ sơ {about}", "" if file.secret else reason, f"/office/files/{file.id}", now,
            about=f"file:{file.id}",
        )  # fmt: skip


def _tell_when_settled(db: Session, file: OfficeFile, person: Person, now: datetime) -> None:
    transfer = file.transfer
    waits = select(OfficeFile.id).where(
        OfficeFile.transfer_id == file.transfer_id, OfficeFile.state == FileState.HANDED_OVER
    )
    db.flush()
    if transfer is None or db.scalar(waits.limit(1)) is not None or transfer.given_by == person.member_id:
        return
    tell_all(
        db, {transfer.given_by}, "Lưu trữ đã nhận hồ sơ", f"Biên bản giao nhận số {transfer.id}.",
        f"/office/files/transfers/{transfer.id}", now, about=f"transfer:{transfer.id}",
    )  # fmt: skip
