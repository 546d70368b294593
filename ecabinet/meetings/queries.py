"""What is read of meetings. Every loader answers the same for "is not there" and "is not for you"."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from documents.errors import Forbidden, NotFound, Problem
from documents.models import Version
from ecabinet.access import Permission, Person, meeting_label, running_label, within
from ecabinet.blocks import FOR_INVITED, Audience, View, Viewer
from ecabinet.clock import ZONE
from ecabinet.meetings import agenda_queries, audience_queries
from ecabinet.meetings.attendance import places
from ecabinet.meetings.audience_queries import NOBODY
from ecabinet.meetings.audience_rules import Circle
from ecabinet.meetings.models import AgendaItem, Meeting, Paper, Participant
from ecabinet.meetings.rules import CALLED_OFF, RUNS_MEETING, UNANNOUNCED, MeetingState, Quorum, quorum
from ecabinet.registry.models import Unit

agenda = agenda_queries.agenda


@dataclass(frozen=True)
class Seen:
    """A meeting as one person sees it: invited or not, allowed to run it or not."""

    meeting: Meeting
    participant: Participant | None
    manages: bool

    def require_manager(self) -> Meeting:
        """The meeting, for those who run it."""
        if not self.manages:
            raise Forbidden
        return self.meeting

    def require_preparing(self) -> Meeting:
        """The meeting, for those who run it, until it is over: from then on what was decided on stays as it was. What
        a superior looks at to approve it stays as it was submitted.
        """
        meeting = self.require_manager()
        if meeting.over:
            raise Problem("wrong_state", f"meeting {meeting.id} is over")
        if meeting.state == MeetingState.SUBMITTED:
            raise Problem("submitted_already")
        return meeting

    def require_participant(self) -> Participant:
        """The participant, for those invited."""
        if self.participant is None:
            raise Forbidden
        return self.participant


def load(db: Session, person: Person, meeting_id: int) -> Seen:
    """The meeting for those invited to it and those who hold meetings of its unit; for all others it does not exist.

    Until people are invited it exists only for those who prepare it.
    """
    meeting = db.get(Meeting, meeting_id, options=[joinedload(Meeting.unit), joinedload(Meeting.body)])
    if meeting is None:
        raise NotFound(f"meeting {meeting_id}")
    participant = db.scalar(
        select(Participant).where(Participant.meeting_id == meeting_id, Participant.member_id == person.member_id)
    )
    manages = person.may(Permission.HOLD_MEETINGS, meeting.unit.path) or (
        participant is not None and participant.role in RUNS_MEETING
    )
    if not manages and (participant is None or not meeting.announced):
        raise NotFound(f"meeting {meeting_id}")
    return Seen(meeting, participant, manages)


def load_to_change(db: Session, person: Person, meeting_id: int) -> Seen:
    """The same, locked until the transaction ends: of two changes at once the second sees what the first has made.

    Ballots and arrivals do not take this lock, and do not wait for it.
    """
    db.execute(select(Meeting.id).where(Meeting.id == meeting_id).with_for_update(key_share=True))
    seen = load(db, person, meeting_id)
    if seen.meeting.state == MeetingState.ARCHIVED:
        raise Problem("archived")
    return seen


def load_item(db: Session, meeting: Meeting, item_id: int) -> AgendaItem:
    """An item of this meeting."""
    item = db.get(AgendaItem, item_id)
    if item is None or item.meeting_id != meeting.id:
        raise NotFound(f"item {item_id} of meeting {meeting.id}")
    return item


def load_participant(db: Session, meeting: Meeting, participant_id: int) -> Participant:
    """A participant of this meeting."""
    participant = db.get(Participant, participant_id)
    if participant is None or participant.meeting_id != meeting.id:
        raise NotFound(f"participant {participant_id} of meeting {meeting.id}")
    return participant


def by_check_in_code(db: Session, person: Person, code: str) -> tuple[Participant, Seen]:
    """Whose invitation this code is on: for its holder, and for those who run the meeting."""
    participant = db.scalar(select(Participant).where(Participant.check_in_code == code))
    if participant is None:
        raise NotFound("check-in code")
    seen = load(db, person, participant.meeting_id)
    if not seen.manages and participant.member_id != person.member_id:
        raise NotFound("check-in code of somebody else")
    return participant, seen


_INVITED = (
    select(Participant.meeting_id, Participant.role, Meeting.state)
    .join(Meeting, Meeting.id == Participant.meeting_id)
    .where(Participant.member_id == bindparam("member_id"))
)


def labels_of(db: Session, member_id: int) -> set[str]:
    """The labels of the meetings that a member is invited to; a draft's papers are not theirs yet."""
    labels = set()
    for meeting_id, role, state in db.execute(_INVITED, {"member_id": member_id}):
        if role in RUNS_MEETING:
            labels |= {meeting_label(meeting_id), running_label(meeting_id)}
        elif state not in UNANNOUNCED:
            labels.add(meeting_label(meeting_id))
    return labels


def viewer(db: Session, person: Person, meeting_id: int, view: View, locale: str) -> tuple[Viewer, Seen]:
    """As whom a person looks on a live page of a meeting; the console and the room screen are for those who run it."""
    seen = load(db, person, meeting_id)
    if view not in FOR_INVITED:
        seen.require_manager()
    shown = circle(db, seen) if view == View.MEETING else NOBODY
    return Viewer(meeting_id, view, Audience.OBSERVER, locale, person.member_id, shown), seen


def circle(db: Session, seen: Seen) -> Circle:
    """The items that are not for all, and that one who sees the meeting sees."""
    mine = seen.participant.id if seen.participant is not None else None
    return audience_queries.circle(db, seen.meeting.id, mine, runs=seen.manages)


# The same from plain columns: asked for every tablet that joins.
_LOOKS_ON = (
    select(
        Meeting.state,
        Unit.path,
        Participant.role,
        Participant.id,
        select(AgendaItem.id).where(AgendaItem.meeting_id == Meeting.id, AgendaItem.limited).exists(),
    )
    .select_from(Meeting)
    .join(Unit, Unit.id == Meeting.unit_id)
    .outerjoin(Participant, (Participant.meeting_id == Meeting.id) & (Participant.member_id == bindparam("member_id")))
    .where(Meeting.id == bindparam("meeting_id"))
)


def looks_on(db: Session, person: Person, meeting_id: int, view: View) -> Circle:
    """The circle in which :func:`viewer` lets the person look on; raises where it does not."""
    row = db.execute(_LOOKS_ON, {"member_id": person.member_id, "meeting_id": meeting_id}).first()
    if row is None:
        raise NotFound(f"meeting {meeting_id}")
    state, path, role, participant_id, any_limited = row
    manages = person.may(Permission.HOLD_MEETINGS, path) or role in RUNS_MEETING
    if not manages and (role is None or state in UNANNOUNCED):
        raise NotFound(f"meeting {meeting_id}")
    if not manages and view not in FOR_INVITED:
        raise Forbidden
    if view != View.MEETING or not any_limited:
        return NOBODY
    return audience_queries.circle(db, meeting_id, participant_id, runs=manages)


def runs(db: Session, person: Person, meeting: Meeting) -> bool:
    """Whether the person runs the meeting: as its chair or secretary, or because they hold meetings of its unit."""
    role = select(Participant.role).where(
        Participant.meeting_id == meeting.id, Participant.member_id == person.member_id
    )
    return person.may(Permission.HOLD_MEETINGS, meeting.unit.path) or db.scalar(role) in RUNS_MEETING


def visible(person: Person) -> list[Any]:
    """SQL over meetings with their units: those that exist for the person."""
    own = select(Participant.meeting_id).where(Participant.member_id == person.member_id)
    invited = Meeting.id.in_(own) & Meeting.state.not_in(UNANNOUNCED)
    running = Meeting.id.in_(own.where(Participant.role.in_(RUNS_MEETING)))
    held = [within(Unit.path, path) for path in person.paths(Permission.HOLD_MEETINGS)]
    return [or_(invited, running, *held)]


def today(db: Session, person: Person, now: datetime) -> list[Seen]:
    """The meetings of this day, by the office's clock, that the person is invited to or runs."""
    start = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    of_today = (Meeting.starts_at < start + timedelta(days=1), Meeting.ends_at >= start)
    return listed(db, person, *of_today, Meeting.state.not_in(CALLED_OFF))


def upcoming(db: Session, person: Person, now: datetime, limit: int = 10) -> list[Seen]:
    """The next meetings after this day."""
    tomorrow = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return listed(db, person, Meeting.starts_at >= tomorrow, Meeting.state.not_in(CALLED_OFF), limit=limit)


def listed(db: Session, person: Person, *conditions: Any, limit: int = 50, newest_first: bool = False) -> list[Seen]:
    """Meetings that the person sees, by their beginning and id."""
    order = Meeting.starts_at.desc() if newest_first else Meeting.starts_at
    query = select(Meeting).join(Unit, Unit.id == Meeting.unit_id).where(*visible(person), *conditions)
    meetings = list(db.scalars(query.options(joinedload(Meeting.unit)).order_by(order, Meeting.id).limit(limit)))
    own = {
        p.meeting_id: p
        for p in db.scalars(
            select(Participant).where(
                Participant.member_id == person.member_id, Participant.meeting_id.in_([m.id for m in meetings])
            )
        )
    }
    return [Seen(m, own.get(m.id), _manages(person, m, own.get(m.id))) for m in meetings]


def _manages(person: Person, meeting: Meeting, participant: Participant | None) -> bool:
    return person.may(Permission.HOLD_MEETINGS, meeting.unit.path) or (
        participant is not None and participant.role in RUNS_MEETING
    )


def participants(db: Session, meeting_id: int) -> list[Participant]:
    """All invited, as read out: by rank, each substitute right after the one represented."""
    found = list(db.scalars(select(Participant).where(Participant.meeting_id == meeting_id)))
    return sorted(found, key=lambda p: (p.rank, p.represents_id or p.id, p.represents_id is not None))


def quorum_shown(db: Session, meeting: Meeting) -> Quorum:
    """The same for showing: several blocks of one page ask, and it is computed once for all of its reading."""
    known: dict[int, Quorum] = db.info.setdefault("quorum", {})
    if meeting.id not in known:
        known[meeting.id] = quorum_of(db, meeting)
    return known[meeting.id]


def quorum_of(db: Session, meeting: Meeting) -> Quorum:
    """The quorum at this moment."""
    return quorum(places(db, meeting.id), meeting.quorum_rule)


def present_count(db: Session, meeting_id: int) -> int:
    """How many are in the room, guests included."""
    return (
        db.scalar(
            select(func.count())
            .select_from(Participant)
            .where(Participant.meeting_id == meeting_id, Participant.present)
        )
        or 0
    )


def meetings_of_version(db: Session, version_id: int) -> list[int]:
    """The meetings that a version's document lies before."""
    return list(
        db.scalars(
            select(AgendaItem.meeting_id)
            .join(Paper, Paper.item_id == AgendaItem.id)
            .join(Version, or_(Version.document_id == Paper.document_id, Version.document_id == Paper.pending_id))
            .where(Version.id == version_id)
            .distinct()
        )
    )
