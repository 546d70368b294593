"""What people are told of a meeting: the invitation, what changed since, that it is off, and reminders.

Nothing here waits to be called: the worker compares what is so with what each was told last, so that no way of changing
a meeting can forget it, and telling again what was told already does nothing.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from ecabinet.clock import ZONE
from ecabinet.meetings import invitation_rules as inviting
from ecabinet.meetings.invitation_models import Invitation, MeetingReminder
from ecabinet.meetings.invitation_rules import TOLD_IN, Due, Wishes
from ecabinet.meetings.invitations import wishes_of
from ecabinet.meetings.life_models import MeetingStep
from ecabinet.meetings.life_rules import Action
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.rules import MeetingState, Rsvp
from ecabinet.notices.calendar import Event
from ecabinet.notices.operations import tell_all

AT_ONCE = 200
_HERE = and_(Participant.meeting_id == Meeting.id, Participant.member_id == Invitation.member_id)
_DIFFERS = or_(
    Invitation.cancelled,
    Invitation.title != Meeting.title,
    Invitation.place != Meeting.place,
    Invitation.starts_at != Meeting.starts_at,
    Invitation.ends_at != Meeting.ends_at,
)


def _untold() -> Select[Participant]:
    """Who has not been told, or not what is so now."""
    told = and_(Invitation.meeting_id == Participant.meeting_id, Invitation.member_id == Participant.member_id)
    return (
        select(Participant)
        .join(Meeting, Meeting.id == Participant.meeting_id)
        .outerjoin(Invitation, told)
        .where(or_(Invitation.id.is_(None), _DIFFERS))
    )


def _off() -> ColumnElement[bool]:
    """An invitation that no longer holds: the meeting is off, or the place in the list is gone."""
    return and_(~Invitation.cancelled, or_(Meeting.state == MeetingState.CANCELLED, ~exists().where(_HERE)))


def to_tell(db: Session, now: datetime) -> int | None:
    """A meeting of which somebody is to be told something; past meetings are left alone."""
    coming = and_(Meeting.state.in_(TOLD_IN), Meeting.ends_at > now)
    found = db.scalar(_untold().with_only_columns(Meeting.id).where(coming).limit(1))
    if found is None:
        off = select(Meeting.id).join(Invitation, Invitation.meeting_id == Meeting.id)
        known = or_(Meeting.state.in_(TOLD_IN), Meeting.state == MeetingState.CANCELLED)
        found = db.scalar(off.where(_off(), known, Meeting.ends_at > now).limit(1))
    return found


def tell_meeting(db: Session, meeting: Meeting, now: datetime) -> int:
    """Tell some of those who are to be told; how many were."""
    told = 0
    if meeting.state in TOLD_IN:
        people = db.scalars(
            _untold().where(Participant.meeting_id == meeting.id).order_by(Participant.id).limit(AT_ONCE)
        )
        told = _invite(db, meeting, list(people), now)
    gone = (
        select(Invitation)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .where(Invitation.meeting_id == meeting.id, _off())
        .order_by(Invitation.id)
        .limit(AT_ONCE)
    )
    return told + _call_off(db, meeting, list(db.scalars(gone)), now)


def _invite(db: Session, meeting: Meeting, people: Sequence[Participant], now: datetime) -> int:
    ids = [p.member_id for p in people]
    rows = {
        row.member_id: row
        for row in db.scalars(
            select(Invitation).where(Invitation.meeting_id == meeting.id, Invitation.member_id.in_(ids))
        )
    }
    wishes = wishes_of(db, meeting)
    groups: dict[str, list[int]] = {}
    events: dict[int, Event] = {}
    for person in people:
        row = rows.get(person.member_id)
        news = _news(row, meeting)
        if row is not None and row.starts_at != meeting.starts_at:
            news += _because(db, meeting, Action.POSTPONE)
        if row is None:
            row = Invitation(
                meeting_id=meeting.id, member_id=person.member_id, uid=f"{secrets.token_hex(12)}@ecabinet", sequence=-1
            )
            db.add(row)
        row.sequence, row.told_at, row.cancelled = row.sequence + 1, now, False
        row.title, row.place = meeting.title, meeting.place
        row.starts_at, row.ends_at = meeting.starts_at, meeting.ends_at
        events[person.member_id] = event_of(row, meeting, now)
        groups.setdefault(news, []).append(person.member_id)
    for news, members in groups.items():
        subject = f"{'Thay đổi giấy mời' if news else 'Giấy mời'}: {meeting.title}"
        text = _said(meeting, wishes, news)
        tell_all(db, members, subject, text, _link(meeting), now, about=about(meeting.id), events=events)
    return len(people)


def _news(row: Invitation | None, meeting: Meeting) -> str:
    """What is new since somebody was told; empty for a first invitation."""
    if row is None:
        return ""
    if row.cancelled:
        return "Giấy mời có hiệu lực trở lại."
    news = []
    if (row.starts_at, row.ends_at) != (meeting.starts_at, meeting.ends_at):
        news.append(f"Thời gian trước đây: {when(row.starts_at, row.ends_at)}.")
    if row.place != meeting.place:
        news.append(f"Địa điểm trước đây: {row.place or 'chưa có'}.")
    if row.title != meeting.title:
        news.append(f"Tên phiên họp trước đây: {row.title}.")
    return "\n".join(news)


def _said(meeting: Meeting, wishes: Wishes, news: str) -> str:
    lines = [
        f"Kính mời đồng chí dự: {meeting.title}.",
        f"Thời gian: {when(meeting.starts_at, meeting.ends_at)}.\nĐịa điểm: {meeting.place or meeting.unit.name}.",
    ]
    if news:
        lines.insert(0, f"Phiên họp có thay đổi. {news}")
    if wishes.note:
        lines.append(wishes.note)
    if wishes.answer_by is not None:
        lines.append(f"Đề nghị đồng chí trả lời trước {_day(wishes.answer_by)}.")
    return "\n\n".join(lines)


def _because(db: Session, meeting: Meeting, action: Action) -> str:
    """Why it was postponed or cancelled, as whoever did it said."""
    steps = select(MeetingStep.reason).where(MeetingStep.meeting_id == meeting.id, MeetingStep.action == action)
    reason = db.scalar(steps.order_by(MeetingStep.id.desc()).limit(1))
    return f"\nLý do: {reason}" if reason else ""


def _call_off(db: Session, meeting: Meeting, rows: Sequence[Invitation], now: datetime) -> int:
    events = {}
    for row in rows:
        row.sequence, row.told_at, row.cancelled = row.sequence + 1, now, True
        events[row.member_id] = event_of(row, meeting, now)
    off = meeting.state == MeetingState.CANCELLED
    subject = f"{'Hủy phiên họp' if off else 'Thôi mời họp'}: {meeting.title}"
    what = "Phiên họp không tiến hành nữa" if off else "Đồng chí không còn trong danh sách mời của phiên họp"
    text = f"{what}: {meeting.title}, {when(meeting.starts_at, meeting.ends_at)}."
    text += _because(db, meeting, Action.CANCEL) if off else ""
    members = [row.member_id for row in rows]
    tell_all(
        db, members, subject, text, "/" if not off else _link(meeting), now, about=about(meeting.id), events=events
    )
    return len(rows)


def told(db: Session, meeting_id: int) -> set[int]:
    """The members who hold an invitation to a meeting."""
    held = select(Invitation.member_id).where(Invitation.meeting_id == meeting_id, ~Invitation.cancelled)
    return set(db.scalars(held))


def remind(db: Session, meeting: Meeting, now: datetime) -> int:
    """Send the reminders of a meeting that are due; how many people were reminded."""
    wishes = wishes_of(db, meeting)
    reminded = 0
    for due, aim in _due(db, meeting, wishes, now):
        for kind in (due.kind, *due.skipped):
            db.add(MeetingReminder(meeting_id=meeting.id, kind=kind, aim=aim, at=now))
        # Who was told only after the moment of the reminder knows it freshly.
        told = select(Participant.member_id, Participant.rsvp).join(
            Invitation,
            and_(Invitation.meeting_id == Participant.meeting_id, Invitation.member_id == Participant.member_id),
        ).where(Participant.meeting_id == meeting.id, Invitation.told_at < due.at)  # fmt: skip
        rows = db.execute(told).all()
        for rsvp in (Rsvp.PENDING, Rsvp.ACCEPTED):
            members = [member for member, said in rows if said == rsvp and inviting.reminded(Rsvp(said), due.kind)]
            text = _reminder(meeting, wishes, rsvp)
            tell_all(db, members, f"Nhắc họp: {meeting.title}", text, _link(meeting), now)
            reminded += len(members)
    return reminded


def _due(db: Session, meeting: Meeting, wishes: Wishes, now: datetime) -> list[tuple[Due, datetime]]:
    rows = db.execute(
        select(MeetingReminder.kind, MeetingReminder.aim).where(MeetingReminder.meeting_id == meeting.id)
    ).all()
    found = []
    sent = {kind for kind, aim in rows if aim == meeting.starts_at}
    if due := inviting.reminder_due(meeting.starts_at, wishes.reminders, sent, wishes.quiet, now):
        found.append((due, meeting.starts_at))
    if wishes.answer_by is not None:
        sent = {kind for kind, aim in rows if aim == wishes.answer_by}
        if due := inviting.answer_reminder_due(wishes.answer_by, sent, wishes.quiet, now):
            found.append((due, wishes.answer_by))
    return found


def to_remind(db: Session, now: datetime) -> list[int]:
    """Meetings of which a reminder is due."""
    coming = select(Meeting).where(Meeting.state == MeetingState.INVITED, Meeting.starts_at > now)
    return [meeting.id for meeting in db.scalars(coming) if _due(db, meeting, wishes_of(db, meeting), now)]


def _reminder(meeting: Meeting, wishes: Wishes, rsvp: Rsvp) -> str:
    text = (
        f"Phiên họp: {meeting.title}.\n\nThời gian: {when(meeting.starts_at, meeting.ends_at)}.\n"
        f"Địa điểm: {meeting.place or meeting.unit.name}."
    )
    if rsvp != Rsvp.PENDING:
        return text
    by = f" trước {_day(wishes.answer_by)}" if wishes.answer_by is not None else ""
    return f"{text}\n\nĐồng chí chưa trả lời giấy mời. Đề nghị đồng chí trả lời{by}."


def event_of(row: Invitation, meeting: Meeting, now: datetime) -> Event:
    """The entry in the calendar of one invited, as they were told."""
    return Event(
        uid=row.uid, sequence=row.sequence, stamp=now, starts_at=row.starts_at, ends_at=row.ends_at, summary=row.title,
        place=row.place or meeting.unit.name, description=f"{meeting.unit.name}", cancelled=row.cancelled,
    )  # fmt: skip


def about(meeting_id: int) -> str:
    """What letters about a meeting are marked with."""
    return f"meeting:{meeting_id}"


def _link(meeting: Meeting) -> str:
    return f"/meetings/{meeting.id}/invitation"


def _day(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%H:%M ngày %d/%m/%Y")


def when(starts_at: datetime, ends_at: datetime) -> str:
    """From when to when, as it is written."""
    start, end = starts_at.astimezone(ZONE), ends_at.astimezone(ZONE)
    if start.date() == end.date():
        return f"{start:%H:%M}–{end:%H:%M} ngày {start:%d/%m/%Y}"
    return f"từ {start:%H:%M ngày %d/%m/%Y} đến {end:%H:%M ngày %d/%m/%Y}"
