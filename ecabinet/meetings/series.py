"""Series of meetings. None commits. Each meeting is one like any other; what holds them together is the series' row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import Invalid, Problem
from ecabinet import audit
from ecabinet.clock import ZONE
from ecabinet.meetings import life, meeting_dates_rules, rooms
from ecabinet.meetings.life import Act
from ecabinet.meetings.life_models import MeetingSeries, SeriesMeeting
from ecabinet.meetings.life_rules import Action
from ecabinet.meetings.meeting_dates_rules import Recurrence
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.room_models import RoomBooking
from ecabinet.meetings.rules import LONGEST_MEETING, MeetingState
from ecabinet.registry.models import Unit

Make = Callable[[datetime], Meeting]
"""Makes the draft that begins at a moment."""


def begin(db: Session, unit: Unit, rule: Recurrence, at: time, make: Make, act: Act) -> MeetingSeries:
    """All meetings of a series, as drafts."""
    meeting_dates_rules.check_recurrence(rule)
    series = MeetingSeries(
        unit_id=unit.id, rule=meeting_dates_rules.written(rule), made_by=act.by or 0, made_at=act.now
    )
    db.add(series)
    db.flush()
    days = meeting_dates_rules.days(rule)
    for day in days:
        meeting = make(meeting_dates_rules.moments(day, at, 0, ZONE)[0])
        db.add(SeriesMeeting(meeting_id=meeting.id, series_id=series.id, day=day))
    audit.record(db, act.by, "series_begun", f"meeting_series:{series.id}", act.now, meetings=len(days))
    db.flush()
    return series


@dataclass(frozen=True)
class Change:
    """What becomes of meetings of a series: ``at`` is the clock time of the beginning, None when it was none; the day
    of each moves by ``days``.
    """

    title: str
    place: str
    at: time | None
    minutes: int | None
    days: int = 0


LONGEST_SHIFT = 31


def check_change(change: Change) -> None:
    """Raise :class:`Invalid` naming every fault by its field."""
    faults: dict[str, Problem] = {}
    if not change.title:
        faults["title"] = Problem("missing")
    elif len(change.title) > 300:
        faults["title"] = Problem("too_long", limit=300)
    if len(change.place) > 200:
        faults["place"] = Problem("too_long", limit=200)
    if change.at is None:
        faults["at"] = Problem("not_a_time")
    longest = int(LONGEST_MEETING.total_seconds()) // 60
    if change.minutes is None or not 1 <= change.minutes <= longest:
        faults["minutes"] = Problem("not_in_range", low=1, high=longest)
    if abs(change.days) > LONGEST_SHIFT:
        faults["days"] = Problem("not_in_range", low=-LONGEST_SHIFT, high=LONGEST_SHIFT)
    if faults:
        raise Invalid(faults)


def change_following(db: Session, of: SeriesMeeting, change: Change, reason: str, act: Act) -> tuple[int, int]:
    """Change this meeting and those that follow it, as far as they are drafts: how many were changed, and how many
    stayed because people are invited or a superior has them. A room that is taken then is refused with its day.
    """
    check_change(change)
    following = _following(db, of)
    drafts = [meeting for meeting in following if meeting.state == MeetingState.DRAFT]
    if not drafts:
        raise Problem("series_none_left")
    for meeting in drafts:
        _change(db, meeting, change)
    db.flush()
    for meeting in drafts:
        rooms.recheck(db, meeting, reason, act)
        changed(db, "meeting", meeting.id)
    audit.record(
        db, act.by, "series_changed", f"meeting_series:{of.series_id}", act.now,
        since=of.day.isoformat(), meetings=[meeting.id for meeting in drafts],
    )  # fmt: skip
    return len(drafts), len(following) - len(drafts)


def _change(db: Session, meeting: Meeting, change: Change) -> None:
    day = meeting.starts_at.astimezone(ZONE).date() + timedelta(days=change.days)
    at, minutes = change.at or time(), change.minutes or 1
    meeting.starts_at, meeting.ends_at = meeting_dates_rules.moments(day, at, minutes, ZONE)
    # A room that was booked for one keeps being its place.
    if db.get(RoomBooking, meeting.id) is None:
        meeting.place = change.place
    meeting.title = change.title


def drop_following(db: Session, of: SeriesMeeting, reason: str, act: Act) -> int:
    """Give up this meeting and those that follow it, as far as nobody is invited yet; how many."""
    drafts = [m for m in _following(db, of) if m.state in (MeetingState.DRAFT, MeetingState.APPROVED)]
    if not drafts:
        raise Problem("series_none_left")
    for meeting in drafts:
        life.take(db, meeting, Action.DROP, act, reason)
    return len(drafts)


def _following(db: Session, of: SeriesMeeting) -> list[Meeting]:
    """This meeting and the later ones, by the day that the rule gave; locked."""
    query = select(Meeting).join(SeriesMeeting, SeriesMeeting.meeting_id == Meeting.id)
    later = query.where(SeriesMeeting.series_id == of.series_id, SeriesMeeting.day >= of.day)
    return list(db.scalars(later.order_by(SeriesMeeting.day).with_for_update(key_share=True, of=Meeting)))


@dataclass(frozen=True)
class Line:
    """A meeting of a series in a list."""

    meeting: Meeting
    day: date
    this: bool


def lines(db: Session, of: SeriesMeeting) -> list[Line]:
    """All meetings of the series, by day."""
    query = select(SeriesMeeting, Meeting).join(Meeting, Meeting.id == SeriesMeeting.meeting_id)
    rows = db.execute(query.where(SeriesMeeting.series_id == of.series_id).order_by(SeriesMeeting.day))
    return [Line(meeting, row.day, row.meeting_id == of.meeting_id) for row, meeting in rows]


def rule_of(series: MeetingSeries) -> Recurrence:
    """The rule of a series."""
    return meeting_dates_rules.read(series.rule)
