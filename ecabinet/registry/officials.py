"""Operations on the files of officials, and their export for the national database of civil servants."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import Problem
from ecabinet import audit
from ecabinet.access import within
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.official_models import Official, OfficialRecord
from ecabinet.registry.official_rules import Mapped, check_record, mapping


def open_file(db: Session, member: Member, staff_code: str, by: int, now: datetime) -> Official:
    """Make a member an official; one file for each, one staff code for one file."""
    if not staff_code or len(staff_code) > 30:
        raise Problem("missing" if not staff_code else "too_long", field="staff_code", limit=30)
    if db.get(Official, member.id) is not None:
        raise Problem("official_already")
    if db.scalar(select(Official.member_id).where(Official.staff_code == staff_code)) is not None:
        raise Problem("staff_code_taken", field="staff_code")
    official = Official(member_id=member.id, staff_code=staff_code, opened_at=now)
    db.add(official)
    db.flush()
    audit.record(db, by, "official_opened", f"member:{member.id}", now, staff_code=staff_code)
    changed(db, "member", member.id)
    return official


def add_record(
    db: Session,
    official: Official,
    kind: str,
    raw: Mapping[str, str],
    days: tuple[date | None, date | None],
    by: int,
    now: datetime,
) -> OfficialRecord:
    """Enter a record (``days`` from–until); raises :class:`documents.errors.Invalid` by field."""
    from_day, until_day = days
    values = check_record(kind, raw, from_day, until_day, now.date())
    assert from_day is not None  # noqa: S101 - checked above
    record = OfficialRecord(
        member_id=official.member_id, kind=kind, from_day=from_day, until_day=until_day, values=values,
        recorded_by=by, recorded_at=now,
    )  # fmt: skip
    db.add(record)
    db.flush()
    audit.record(db, by, "official_record_added", f"member:{official.member_id}", now, kind=kind, record=record.id)
    return record


def strike(db: Session, record: OfficialRecord, by: int, now: datetime) -> None:
    """Take a wrong record out of the file; it stays in the database with when and by whom."""
    if record.struck_at is not None:
        return
    record.struck_at, record.struck_by = now, by
    audit.record(db, by, "official_record_struck", f"member:{record.member_id}", now, record=record.id)


def records_of(db: Session, member_id: int) -> dict[str, list[OfficialRecord]]:
    """The standing records by kind, newest first; every kind of the mapping is there."""
    found: dict[str, list[OfficialRecord]] = {kind: [] for kind in mapping().kinds}
    rows = select(OfficialRecord).where(OfficialRecord.member_id == member_id, OfficialRecord.struck_at.is_(None))
    for record in db.scalars(rows.order_by(OfficialRecord.from_day.desc(), OfficialRecord.id)):
        found.setdefault(record.kind, []).append(record)
    return found


def export(db: Session, path: str) -> Iterator[str]:
    """The officials of a subtree as JSON lines, one each; docs/officials-export.md describes the format."""
    known = mapping()
    rows = db.execute(
        select(Official, Member, Unit.code)
        .join(Member, Member.id == Official.member_id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(within(Unit.path, path))
        .order_by(Official.staff_code)
    )
    for official, member, unit_code in rows:
        line = {"PHIEN_BAN": known.version, "MA_CAN_BO": official.staff_code, known.organisation_field: unit_code}
        line |= _person(known, member)
        records = records_of(db, member.id)
        lists = {kind.code: [_record(known, record) for record in records[name]] for name, kind in known.kinds.items()}
        yield json.dumps(line | lists, ensure_ascii=False) + "\n"


def _person(known: Mapped, member: Member) -> dict[str, Any]:
    values = {}
    for name, code in known.person.items():
        value = getattr(member, name)
        text = value.isoformat() if isinstance(value, date) else value
        values[code] = known.person_codes.get(name, {}).get(text, text)
    return values


def _record(known: Mapped, record: OfficialRecord) -> dict[str, Any]:
    fields = {
        field.code: field.exported(record.values.get(field.name, "")) for field in known.kinds[record.kind].fields
    }
    until = record.until_day.isoformat() if record.until_day else None
    return {"TU_NGAY": record.from_day.isoformat(), "DEN_NGAY": until} | fields
