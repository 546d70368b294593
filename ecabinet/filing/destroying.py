"""Files whose retention is over: listed, decided by a council's record, destroyed by the bin. None of these commits."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from documents import bin as paper_bin
from documents import holds
from documents.errors import Forbidden, Invalid, NotFound, Problem
from documents.models import Binned, Document, Loan
from documents.queries import may_see
from ecabinet import audit
from ecabinet.access import Permission, Person, member_label
from ecabinet.clock import ZONE
from ecabinet.filing import destroying_rules, seeing
from ecabinet.filing.destroying_rules import DestructionState, Verdict
from ecabinet.filing.gathering import holder_of
from ecabinet.filing.history import record
from ecabinet.filing.life_rules import FileAct, FileState
from ecabinet.filing.models import Destruction, DestructionItem, FileDocument, OfficeFile
from ecabinet.library.keeping import check_reason
from ecabinet.registry.models import Unit

AT_ONCE = 500
LONGEST_TITLE, LONGEST_REASON = 200, 200
DEFAULT_REASON = "Hết thời hạn bảo quản"


def load(db: Session, person: Person, destruction_id: int, *, change: bool = False) -> Destruction:
    """A list of a unit whose archive this person keeps, or that they lead."""
    if change:
        db.execute(select(Destruction.id).where(Destruction.id == destruction_id).with_for_update())
    found = db.get(Destruction, destruction_id, populate_existing=True)
    if found is None or not _has_to_do(person, found.unit):
        raise NotFound(f"destruction {destruction_id}")
    return found


def _has_to_do(person: Person, unit: Unit) -> bool:
    return any(person.may(permission, unit.path) for permission in (Permission.KEEP_ARCHIVE, Permission.ASSIGN))


def items(db: Session, person: Person, destruction: Destruction) -> list[DestructionItem]:
    """The files on a list that this person sees."""
    found = (
        select(DestructionItem)
        .join(OfficeFile, OfficeFile.id == DestructionItem.file_id)
        .join(Unit, Unit.id == OfficeFile.unit_id)
        .where(DestructionItem.destruction_id == destruction.id, seeing.visible_to(person))
    )
    return list(db.scalars(found.order_by(OfficeFile.year, OfficeFile.heading_order, OfficeFile.place)))


def propose(db: Session, unit: Unit, ids: Sequence[int], title: str, person: Person, now: datetime) -> Destruction:
    """Put these on a list: each has been kept as long as it must, and is on no other."""
    if not person.may(Permission.KEEP_ARCHIVE, unit.path):
        raise Forbidden
    title = title.strip()
    if not title or len(title) > LONGEST_TITLE:
        raise Invalid({"title": Problem("too_long", limit=LONGEST_TITLE) if title else Problem("missing")})
    if not ids or len(ids) > AT_ONCE:
        raise Invalid({"files": Problem("too_many_at_once", limit=AT_ONCE) if ids else Problem("missing")})
    today = now.astimezone(ZONE).date()
    destruction = Destruction(
        unit_id=unit.id, title=title, state=DestructionState.PROPOSED, proposed_by=person.member_id, proposed_at=now
    )
    db.add(destruction)
    db.flush()
    for file_id in sorted(set(ids)):
        file = seeing.load_to_change(db, person, file_id).file
        if file.unit_id != unit.id:
            raise Invalid({"files": Problem("files_of_two_units")})
        if not destroying_rules.is_over(FileState(file.state), file.keep_until, today):
            raise Invalid({"files": Problem("file_still_kept", notation=file.notation)})
        if _listed(db, file.id):
            raise Invalid({"files": Problem("file_listed", notation=file.notation)})
        db.add(DestructionItem(destruction_id=destruction.id, file_id=file.id, reason=DEFAULT_REASON))
    db.flush()
    audit.record(
        db, person.member_id, "destruction_proposed", f"destruction:{destruction.id}", now, files=sorted(set(ids))
    )
    return destruction


def _listed(db: Session, file_id: int) -> bool:
    others = select(DestructionItem.file_id).join(Destruction).where(
        DestructionItem.file_id == file_id, Destruction.state == DestructionState.PROPOSED
    )  # fmt: skip
    return db.scalar(others.limit(1)) is not None


def drop(db: Session, destruction: Destruction, reason: str, person: Person, now: datetime) -> None:
    """Give the list up; its files stay."""
    if destruction.state != DestructionState.PROPOSED:
        raise Problem("destruction_state")
    destruction.state = DestructionState.DROPPED
    audit.record(
        db, person.member_id, "destruction_dropped", f"destruction:{destruction.id}", now, reason=check_reason(reason)
    )


def decide(
    db: Session,
    destruction: Destruction,
    record_id: int | None,
    decided_on: date | None,
    verdicts: Mapping[int, str],
    person: Person,
    now: datetime,
) -> list[str]:
    """What the council's record says of each file; the names of documents that stay although their file goes, because
    another file holds them or they are to be kept longer.
    """
    if not person.may(Permission.ASSIGN, destruction.unit.path):
        raise Forbidden
    if destruction.state != DestructionState.PROPOSED:
        raise Problem("destruction_state")
    today = now.astimezone(ZONE).date()
    if decided_on is None or decided_on > today:
        raise Invalid({"decided_on": Problem("not_a_day") if decided_on is None else Problem("day_to_come")})
    if record_id is None or not may_see(db, record_id, person.labels):
        raise Invalid({"record": Problem("no_such_record")})
    listed = list(db.scalars(select(DestructionItem).where(DestructionItem.destruction_id == destruction.id)))
    found = {item.file_id: seeing.load_to_change(db, person, item.file_id) for item in listed}
    over = {key: destroying_rules.is_over(FileState(seen.file.state), seen.file.keep_until, today)
            for key, seen in found.items()}  # fmt: skip
    said = destroying_rules.check_verdicts(over, verdicts)
    destruction.state, destruction.record_id, destruction.decided_on = DestructionState.DECIDED, record_id, decided_on
    destruction.decided_by, destruction.decided_at = person.member_id, now
    holds.hold(db, record_id, f"destruction:{destruction.id}", firm=True)
    audit.record(
        db, person.member_id, "destruction_decided", f"destruction:{destruction.id}", now, record=record_id,
        decided_on=decided_on.isoformat(), destroyed=sorted(key for key, one in said.items() if one == Verdict.DESTROY),
    )  # fmt: skip
    words = f"Danh mục hủy số {destruction.id}, biên bản ngày {decided_on:%d/%m/%Y}"
    stay: list[str] = []
    for item in listed:
        item.verdict = said[item.file_id]
        if item.verdict == Verdict.DESTROY:
            seen = found[item.file_id]
            seen.file.state = seen.after(FileAct.DESTROY)
            stay += _destroy(db, seen.file, words, person, now)
            record(db, seen.file, FileAct.DESTROY, person, now, words)
    return stay


def _destroy(db: Session, file: OfficeFile, words: str, person: Person, now: datetime) -> list[str]:
    today, stay = now.astimezone(ZONE).date(), []
    for line in db.scalars(select(FileDocument).where(FileDocument.file_id == file.id).order_by(FileDocument.id)):
        document = db.get_one(Document, line.document_id)
        holds.release(db, document.id, holder_of(file.id))
        if (
            holds.is_held(db, document.id)
            or paper_bin.is_held(document, today)
            or db.get(Binned, document.id) is not None
        ):
            stay.append(document.title)
            continue
        db.execute(delete(Loan).where(Loan.document_id == document.id))
        paper_bin.throw_away(
            db, document, by=member_label(person.member_id), by_name=person.name, reason=words, until=now, now=now,
            content_only=True,
        )  # fmt: skip
        line.destroyed_at = now
    return stay
