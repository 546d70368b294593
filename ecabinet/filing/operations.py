"""Files planned, described, and taken through their life. None of these commits; each is on the audit trail."""

from dataclasses import asdict, replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents.errors import Forbidden, Invalid, Problem
from ecabinet.access import Permission, Person
from ecabinet.clock import ZONE
from ecabinet.filing import gathering
from ecabinet.filing.file_rules import FileFacts, natural, searched
from ecabinet.filing.history import record
from ecabinet.filing.life_rules import BEGINNING, FileAct, FileState, hand_over_by
from ecabinet.filing.models import FileDocument, FileReader, OfficeFile
from ecabinet.filing.seeing import SeenFile
from ecabinet.library.keeping import check_reason
from ecabinet.office.desk import keeps_secrets
from ecabinet.office.models import SecretKeeper
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import MemberStatus

_SAID = tuple(FileFacts.__dataclass_fields__)
MOST_READERS = 50


def plan(db: Session, unit: Unit, facts: FileFacts, person: Person, now: datetime) -> OfficeFile:
    """A new file of the unit's list of that year."""
    if not person.may(Permission.KEEP_REGISTERS, unit.path):
        raise Forbidden
    if facts.secret and not keeps_secrets(db, unit.id, person):
        raise Invalid({"secret": Problem("not_secret_keeper")})
    # Two clerks with the same list: the second waits here, and then finds what the first has written.
    db.execute(select(Unit.id).where(Unit.id == unit.id).with_for_update(key_share=True))
    file = OfficeFile(unit_id=unit.id, state=BEGINNING, created_by=person.member_id, created_at=now)
    file.unit = unit
    _write(db, file, facts)
    db.add(file)
    db.flush()
    record(db, file, FileAct.PLAN, person, now)
    return file


def describe(db: Session, seen: SeenFile, facts: FileFacts, person: Person, now: datetime) -> None:
    """Say anew what it is. What is secret stays so, and what is not cannot become it: its documents were seen."""
    file = seen.file
    seen.after(FileAct.DESCRIBE)
    if facts.secret != file.secret:
        raise Invalid({"secret": Problem("file_secrecy_fixed")})
    if file.state == FileState.CLOSED and facts.ended_on != file.ended_on:
        raise Invalid({"ended_on": Problem("file_end_fixed")})
    before = {name: getattr(file, name) for name in _SAID}
    _write(db, file, facts)
    details = {name: [_plain(was), _plain(getattr(file, name))] for name, was in before.items()
               if was != getattr(file, name)}  # fmt: skip
    if details:
        record(db, file, FileAct.DESCRIBE, person, now, details={"changed": details})


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def _write(db: Session, file: OfficeFile, facts: FileFacts) -> None:
    taken = select(OfficeFile.id).where(
        OfficeFile.unit_id == file.unit_id, OfficeFile.year == facts.year, OfficeFile.notation == facts.notation,
        OfficeFile.state != FileState.DROPPED, OfficeFile.id != (file.id or 0),
    )  # fmt: skip
    if db.scalar(taken) is not None:
        raise Invalid({"notation": Problem("notation_taken", notation=facts.notation, year=facts.year)})
    if facts.in_charge_id is not None and facts.in_charge_id != file.in_charge_id:
        _check_in_charge(db, file.unit, facts)
    order = file.heading_order
    if file.id is None or facts.heading != file.heading or facts.year != file.year:
        order = _heading_order(db, file.unit_id, facts.year, facts.heading)
    for name, value in asdict(facts).items():
        setattr(file, name, value)
    file.heading_order, file.place = order, natural(facts.notation)
    file.searched = searched(facts.notation, facts.title, facts.heading, facts.remark, facts.creator)


def _check_in_charge(db: Session, unit: Unit, facts: FileFacts) -> None:
    member = db.get(Member, facts.in_charge_id)
    if member is None:
        raise Invalid({"in_charge": Problem("no_such_member")})
    if member.status != MemberStatus.ACTIVE or not member.unit.path.startswith(unit.path):
        raise Invalid({"in_charge": Problem("assign_left", name=member.full_name, unit=unit.name)})
    if facts.secret and db.get(SecretKeeper, (unit.id, member.id)) is None:
        raise Invalid({"in_charge": Problem("file_charge_secret")})


def _heading_order(db: Session, unit_id: int, year: int, heading: str) -> int:
    """Where a heading stands in the list of a year: where it stands already, else behind all others."""
    of_year = select(OfficeFile.heading, func.max(OfficeFile.heading_order)).where(
        OfficeFile.unit_id == unit_id, OfficeFile.year == year
    )  # fmt: skip
    orders = {name: order for name, order in db.execute(of_year.group_by(OfficeFile.heading))}
    return orders[heading] if heading in orders else max(orders.values(), default=0) + 1


def as_last_year(db: Session, unit: Unit, year: int, person: Person, now: datetime) -> tuple[int, int]:
    """Plan for a year what the year before had, in its order; how many were taken, and how many were there already."""
    before = select(OfficeFile).where(
        OfficeFile.unit_id == unit.id, OfficeFile.year == year - 1, OfficeFile.state != FileState.DROPPED
    )
    made = there = 0
    trusted = keeps_secrets(db, unit.id, person)
    for old in db.scalars(before.order_by(OfficeFile.heading_order, OfficeFile.place, OfficeFile.id)):
        if old.secret and not trusted:
            continue
        facts = FileFacts(**{name: getattr(old, name) for name in FileFacts.__dataclass_fields__})
        charge = old.in_charge if old.in_charge and old.in_charge.status == MemberStatus.ACTIVE else None
        stays = charge is not None and charge.unit.path.startswith(unit.path)
        facts = replace(
            facts, year=year, title=facts.title.replace(str(year - 1), str(year)), starts_on=None, ended_on=None,
            in_charge_id=charge.id if charge is not None and stays else None,
            notation=facts.notation.replace(str(year - 1), str(year)),
        )  # fmt: skip
        try:
            plan(db, unit, facts, person, now)
            made += 1
        except Invalid as refused:
            if refused.faults.keys() != {"notation"}:
                raise
            there += 1
    return made, there


# ------------------------------------------------------------------ the life of a file


def begin(db: Session, seen: SeenFile, person: Person, now: datetime) -> None:
    """Work on it begins."""
    file = seen.file
    file.state = seen.after(FileAct.OPEN)
    file.starts_on = file.starts_on or _day(now)
    record(db, file, FileAct.OPEN, person, now)


def close(db: Session, seen: SeenFile, ended_on: date | None, person: Person, now: datetime) -> None:
    """The work ended on that day; within a year of it the file goes to the archive."""
    file, state = seen.file, seen.after(FileAct.CLOSE)
    if ended_on is None:
        raise Invalid({"ended_on": Problem("not_a_day")})
    if ended_on > _day(now):
        raise Invalid({"ended_on": Problem("day_to_come")})
    if file.starts_on is not None and ended_on < file.starts_on:
        raise Invalid({"ended_on": Problem("ends_before_it_starts")})
    if waiting := gathering.at_work(db, file.id, person.labels):
        raise Invalid({"ended_on": Problem("file_at_work", titles="; ".join(waiting))})
    file.state, file.ended_on, file.due_on, file.reminded = state, ended_on, hand_over_by(ended_on), None
    file.starts_on = file.starts_on or min(file.created_at.astimezone(ZONE).date(), ended_on)
    record(db, file, FileAct.CLOSE, person, now, details={"ended_on": ended_on.isoformat()})


def reopen(db: Session, seen: SeenFile, reason: str, person: Person, now: datetime) -> None:
    """There is more to be done."""
    file, state = seen.file, seen.after(FileAct.REOPEN)
    reason = check_reason(reason)
    file.state, file.ended_on, file.due_on, file.reminded = state, None, None, None
    record(db, file, FileAct.REOPEN, person, now, reason)


def check(db: Session, seen: SeenFile, person: Person, now: datetime) -> None:
    """It is in order: whole, in order, described."""
    file, state = seen.file, seen.after(FileAct.CHECK)
    if db.scalar(select(FileDocument.id).where(FileDocument.file_id == file.id).limit(1)) is None:
        raise Problem("file_empty")
    if waiting := gathering.at_work(db, file.id, person.labels):  # taken up again since it was closed
        raise Problem("file_at_work", titles="; ".join(waiting))
    file.state = state
    record(db, file, FileAct.CHECK, person, now)


def drop(db: Session, seen: SeenFile, reason: str, person: Person, now: datetime) -> None:
    """Planned, but there will be no such file: it leaves the list, its line and the reason stay on record."""
    file, state = seen.file, seen.after(FileAct.DROP)
    reason = check_reason(reason)
    if db.scalar(select(FileDocument.id).where(FileDocument.file_id == file.id).limit(1)) is not None:
        raise Problem("file_not_empty")
    file.state = state
    record(db, file, FileAct.DROP, person, now, reason)


def set_readers(db: Session, seen: SeenFile, wanted: set[int], person: Person, now: datetime) -> None:
    """Exactly these may look into it besides the office; each reads of what is in it what they may read anyway."""
    file = seen.file
    if not seen.may(FileAct.DESCRIBE):
        seen.after(FileAct.DESCRIBE)
    if len(wanted) > MOST_READERS:
        raise Invalid({"readers": Problem("assign_too_many", limit=MOST_READERS)})
    active = set(db.scalars(select(Member.id).where(Member.id.in_(wanted), Member.status == MemberStatus.ACTIVE)))
    if active != wanted:
        raise Invalid({"readers": Problem("no_such_member")})
    before = {one.member_id: one for one in db.scalars(select(FileReader).where(FileReader.file_id == file.id))}
    for member_id, row in before.items():
        if member_id not in wanted:
            db.delete(row)
    db.add_all(FileReader(file_id=file.id, member_id=one) for one in sorted(wanted - before.keys()))
    db.flush()
    if wanted != before.keys():
        record(db, file, FileAct.DESCRIBE, person, now, details={"readers": sorted(wanted)})


def _day(now: datetime) -> date:
    return now.astimezone(ZONE).date()
