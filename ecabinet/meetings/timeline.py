"""Attendance as a timeline: arrivals, departures and corrections as rows that are never edited, and who was here when.

``participant.present`` repeats what the timeline says of now; :func:`present_at` tells it of any moment.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from documents.database import changed
from documents.errors import NotFound, Problem
from ecabinet.access import Person
from ecabinet.audit import record
from ecabinet.meetings import attendance, attendance_rules, rules, speaker_turns
from ecabinet.meetings.attendance_rules import Mark
from ecabinet.meetings.invitation_models import AttendanceCorrection, GuestVisit, OutsideGuest
from ecabinet.meetings.models import Attendance, Meeting, Participant
from ecabinet.meetings.rules import AttendanceHow, Quorum
from ecabinet.registry.models import Member


@dataclass(frozen=True)
class Entry:
    """A row of the timeline as people read it."""

    mark: Mark
    by: str
    recorded_at: datetime
    reason: str = ""
    voided_by: str = ""
    voided_at: datetime | None = None
    voided_why: str = ""


def marks(db: Session, meeting_id: int) -> list[Mark]:
    """The whole timeline of a meeting as plain values, those declared wrong included."""
    voided = select(AttendanceCorrection.voids_id).where(AttendanceCorrection.voids_id == Attendance.id).exists()
    rows = db.execute(
        select(
            Attendance.id, Attendance.participant_id, Attendance.at, Attendance.present, Attendance.how,
            voided.label("voided"),
        )
        .join(Participant, Participant.id == Attendance.participant_id)
        .where(Participant.meeting_id == meeting_id)
        .order_by(Attendance.at, Attendance.id)
    )  # fmt: skip
    return [
        Mark(mark_id, participant_id, at, present, AttendanceHow(how), bool(wrong))
        for mark_id, participant_id, at, present, how, wrong in rows
    ]


def present_at(db: Session, meeting_id: int, at: datetime) -> set[int]:
    """The ids of the participants who were present at a moment, recomputed from the timeline."""
    return attendance_rules.present_at(marks(db, meeting_id), at)


def quorum_at(db: Session, meeting: Meeting, at: datetime) -> Quorum:
    """The quorum of a moment, from the timeline; seats and voting rights are those of now."""
    here = present_at(db, meeting.id, at)
    then = [replace(place, present=place.participant_id in here) for place in attendance.places(db, meeting.id)]
    return rules.quorum(then, meeting.quorum_rule)


def guests_at(db: Session, meeting_id: int, at: datetime) -> set[int]:
    """The ids of the guests from outside who were present at a moment."""
    rows = db.execute(
        select(GuestVisit.guest_id, GuestVisit.present)
        .join(OutsideGuest, OutsideGuest.id == GuestVisit.guest_id)
        .where(OutsideGuest.meeting_id == meeting_id, GuestVisit.at <= at)
        .order_by(GuestVisit.at, GuestVisit.id)
    )
    last = {guest_id: present for guest_id, present in rows}
    return {guest_id for guest_id, present in last.items() if present}


def arrive(db: Session, participant: Participant, how: AttendanceHow, by: Person, now: datetime) -> bool:
    """An arrival. Who takes part from afar and then walks in (or the other way round) stands where they came last."""
    if attendance.record_attendance(db, participant, True, how, by, now):
        return True
    last = attendance_rules.last_marks(_of(db, participant)).get(participant.id)
    moved = last is not None and (last.how == AttendanceHow.ONLINE) != (how == AttendanceHow.ONLINE)
    if moved and participant.meeting.state in rules.ROOM_IS_OPEN:
        db.add(Attendance(participant_id=participant.id, at=now, present=True, how=how, recorded_by=by.member_id))
        _tell(db, participant)
    return moved


def _of(db: Session, participant: Participant) -> list[Mark]:
    db.flush()
    return [mark for mark in marks(db, participant.meeting_id) if mark.participant_id == participant.id]


def add_entry(
    db: Session, participant: Participant, present: bool, at: datetime | None, reason: str, by: Person, now: datetime
) -> Attendance:
    """The secretary puts in what was not recorded at its time, with a reason."""
    moment = attendance_rules.check_correction(at, reason, participant.meeting.starts_at, now)
    _lock(db, participant)
    entry = Attendance(
        participant_id=participant.id, at=moment, present=present, how=AttendanceHow.SECRETARY,
        recorded_by=by.member_id,
    )  # fmt: skip
    db.add(entry)
    db.flush()
    _correct(db, participant, AttendanceCorrection(adds_id=entry.id), reason, by, now)
    return entry


def void_entry(db: Session, participant: Participant, entry_id: int, reason: str, by: Person, now: datetime) -> None:
    """The secretary declares an entry wrong, with a reason: it stays readable and no longer counts."""
    attendance_rules.check_reason(reason)
    _lock(db, participant)
    entry = db.get(Attendance, entry_id)
    if entry is None or entry.participant_id != participant.id:
        raise NotFound(f"entry {entry_id} of participant {participant.id}")
    if db.scalar(select(AttendanceCorrection.id).where(AttendanceCorrection.voids_id == entry_id)) is not None:
        raise Problem("entry_voided")
    _correct(db, participant, AttendanceCorrection(voids_id=entry_id), reason, by, now)


def _lock(db: Session, participant: Participant) -> None:
    """The same lock as arrivals take: of two at once the second sees the first's row."""
    db.flush()
    db.refresh(participant, ["present"], with_for_update={"key_share": True})


def _correct(
    db: Session, participant: Participant, correction: AttendanceCorrection, reason: str, by: Person, now: datetime
) -> None:
    correction.participant_id, correction.reason = participant.id, reason
    correction.made_at, correction.made_by = now, by.member_id
    db.add(correction)
    db.flush()
    present = bool(attendance_rules.present_at(_of(db, participant)))
    if participant.present and not present:
        speaker_turns.leave(db, participant, now)
    participant.present = present
    record(db, by.member_id, "attendance_corrected", f"meeting:{participant.meeting_id}", now,
           participant=participant.id, voids=correction.voids_id, adds=correction.adds_id)  # fmt: skip
    _tell(db, participant)


def _tell(db: Session, participant: Participant) -> None:
    changed(db, "attendance", participant.meeting_id)
    changed(db, "member", participant.member_id)


def entries(db: Session, meeting_id: int, participant_id: int | None = None) -> dict[int, list[Entry]]:
    """Participant → their timeline with who recorded what when, oldest first; of one participant or of all."""
    adds, voids = aliased(AttendanceCorrection), aliased(AttendanceCorrection)
    by, voider = aliased(Member), aliased(Member)
    query = (
        select(Attendance, by.full_name, adds, voids, voider.full_name)
        .join(Participant, Participant.id == Attendance.participant_id)
        .join(by, by.id == Attendance.recorded_by)
        .outerjoin(adds, adds.adds_id == Attendance.id)
        .outerjoin(voids, voids.voids_id == Attendance.id)
        .outerjoin(voider, voider.id == voids.made_by)
        .where(Participant.meeting_id == meeting_id)
        .order_by(Attendance.at, Attendance.id)
    )
    if participant_id is not None:
        query = query.where(Participant.id == participant_id)
    found: dict[int, list[Entry]] = defaultdict(list)
    for row, name, added, void, void_name in db.execute(query):
        mark = Mark(row.id, row.participant_id, row.at, row.present, AttendanceHow(row.how), void is not None)
        found[row.participant_id].append(
            Entry(
                mark, name, added.made_at if added is not None else row.at,
                added.reason if added is not None else "", void_name or "",
                void.made_at if void is not None else None, void.reason if void is not None else "",
            )
        )  # fmt: skip
    return dict(found)
