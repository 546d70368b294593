"""Changes of who waits for the floor, and of its settings. None commits or tells anybody."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import NotFound, Problem
from ecabinet import audit
from ecabinet.access import Person
from ecabinet.meetings import audience_queries
from ecabinet.meetings import speaker_rules as rules
from ecabinet.meetings.agenda_queries import is_closed
from ecabinet.meetings.models import AgendaItem, Meeting, Participant
from ecabinet.meetings.rules import MeetingState, ParticipantRole
from ecabinet.meetings.speaker_loading import settings_of, waiting_of
from ecabinet.meetings.speaker_models import FloorRequest, ItemFloor, MeetingFloor
from ecabinet.meetings.speaker_queries import queue_of


@dataclass(frozen=True)
class Wish:
    """What somebody asks for. ``item_id`` None is the present item, or the meeting in general before any is open."""

    kind: rules.SpeechKind
    item_id: int | None = None
    topic: str = ""


def ask(db: Session, meeting: Meeting, participant: Participant, wish: Wish, now: datetime) -> FloorRequest:
    """Somebody present asks for the floor."""
    # Waits for a departure under way: nobody who has left stands in a queue.
    db.refresh(participant, ["present"], with_for_update={"key_share": True})
    item_id = _item_of(db, meeting, wish)
    circle = audience_queries.circle(db, meeting.id, participant.id)
    if wish.item_id is not None and is_closed(db, db.get_one(AgendaItem, wish.item_id), circle):
        raise NotFound(f"item {wish.item_id} is not for participant {participant.id}")
    settings = settings_of(db, meeting.id, item_id)
    rules.check_may_ask(MeetingState(meeting.state), participant.present, ParticipantRole(participant.role), settings)
    rules.check_list(wish.kind, settings)
    return _add(db, meeting, participant, wish, now, None)


def enter(
    db: Session, meeting: Meeting, participant: Participant, wish: Wish, by: Person, now: datetime
) -> FloorRequest:
    """Those who run the meeting put somebody on the list, from the invitations on: prepared speeches, hands raised."""
    rules.check_entering(MeetingState(meeting.state))
    return _add(db, meeting, participant, wish, now, by.member_id)


def _item_of(db: Session, meeting: Meeting, wish: Wish) -> int | None:
    if wish.item_id is None:
        return meeting.current_item_id
    item = db.get(AgendaItem, wish.item_id)
    if item is None or item.meeting_id != meeting.id:
        raise NotFound(f"item {wish.item_id} of meeting {meeting.id}")
    return item.id


def _add(
    db: Session, meeting: Meeting, participant: Participant, wish: Wish, now: datetime, entered_by: int | None
) -> FloorRequest:
    rules.check_topic(wish.topic)
    so_far = select(func.count()).select_from(FloorRequest).where(FloorRequest.participant_id == participant.id)
    if (db.scalar(so_far) or 0) >= rules.MOST_REQUESTS:
        raise Problem("too_many_requests", limit=rules.MOST_REQUESTS)
    item_id = _item_of(db, meeting, wish)
    _require_first(db, participant, wish.kind, item_id)
    request = FloorRequest(
        meeting_id=meeting.id,
        participant_id=participant.id,
        unit_id=participant.member.unit_id,
        item_id=item_id,
        kind=wish.kind,
        topic=wish.topic,
        state=rules.RequestState.WAITING,
        asked_at=now,
        entered_by=entered_by,
    )
    db.add(request)
    try:
        db.flush()
    except IntegrityError as error:
        raise Problem("already_asked") from error
    _tell(db, request, participant)
    return request


def _require_first(db: Session, participant: Participant, kind: rules.SpeechKind, item_id: int | None) -> None:
    """One open request of a kind for an item; what was asked in general stands for the present item too."""
    known = select(FloorRequest.id).where(
        FloorRequest.participant_id == participant.id,
        FloorRequest.kind == kind,
        FloorRequest.state == rules.RequestState.WAITING,
        FloorRequest.item_id.is_(None) | (FloorRequest.item_id == item_id),
    )
    if db.scalar(known.limit(1)) is not None:
        raise Problem("already_asked")


def withdraw(db: Session, request: FloorRequest, by: Person, now: datetime) -> None:
    """Take one's request back; nobody else's."""
    if request.participant.member_id != by.member_id:
        raise NotFound(f"request {request.id} is somebody else's")
    decide(db, request, rules.RequestState.WITHDRAWN, by.member_id, now)


def refuse(db: Session, request: FloorRequest, reason: str, by: Person, now: datetime) -> None:
    """The chair does not give the floor; the one who asked reads why."""
    rules.check_reason(reason)
    request.reason = reason
    decide(db, request, rules.RequestState.REFUSED, by.member_id, now)
    subject = f"meeting:{request.meeting_id}"
    audit.record(db, by.member_id, "refuse_floor", subject, now, participant=request.participant_id, kind=request.kind)


def decide(db: Session, request: FloorRequest, state: rules.RequestState, by: int | None, now: datetime) -> None:
    """End the waiting of a request that was loaded to be changed."""
    if request.state != rules.RequestState.WAITING:
        raise Problem("request_not_waiting")
    request.state, request.decided_at, request.decided_by = state, now, by
    _tell(db, request, request.participant)


def leave(db: Session, participant: Participant, now: datetime) -> None:
    """Whoever leaves the room is taken off the queues; that is kept."""
    for request in waiting_of(db, participant.id):
        decide(db, request, rules.RequestState.LEFT, None, now)


def arrange(db: Session, meeting: Meeting, request_ids: list[int]) -> None:
    """The chair's order of one queue: those named, as named; then those placed before, and whoever has asked since by
    the rule.

    Ids of requests that wait no longer are passed over: the list may have changed under the chair's finger.
    """
    named = [db.get(FloorRequest, request_id) for request_id in dict.fromkeys(request_ids)]
    if not named or any(request is None or request.meeting_id != meeting.id for request in named):
        raise Problem("queue_changed")
    waiting = [r for r in named if r is not None and r.state == rules.RequestState.WAITING]
    here = (meeting.current_item_id, None)
    if len({(r.kind, None if r.item_id in here else r.item_id) for r in waiting}) != 1:
        raise Problem("queue_changed")
    items = here if waiting[0].item_id in here else (waiting[0].item_id,)
    placed = [
        request for request in _placed(db, meeting, rules.SpeechKind(waiting[0].kind)) if request.item_id in items
    ]
    for place, request in enumerate(dict.fromkeys([*waiting, *placed]), start=1):
        request.place = place
    changed(db, "floor", meeting.id)


def _placed(db: Session, meeting: Meeting, kind: rules.SpeechKind) -> list[FloorRequest]:
    placed = select(FloorRequest).where(
        FloorRequest.meeting_id == meeting.id,
        FloorRequest.kind == kind,
        FloorRequest.state == rules.RequestState.WAITING,
        FloorRequest.place.is_not(None),
    )
    return list(db.scalars(placed.order_by(FloorRequest.place, FloorRequest.id)))


def move(db: Session, meeting: Meeting, request: FloorRequest, direction: str) -> None:
    """One place up or down in its queue; at the edge it stays."""
    here = (meeting.current_item_id, None)
    items = here if request.item_id in here else (request.item_id,)
    kind = rules.SpeechKind(request.kind)
    rule = settings_of(db, meeting.id, request.item_id or meeting.current_item_id).rule
    order = [line.id for line in queue_of(db, meeting.id, items, kind, rule)]
    if request.id not in order:
        raise Problem("request_not_waiting")
    before = order.index(request.id)
    after = min(max(before + (-1 if direction == "up" else 1), 0), len(order) - 1)
    order.insert(after, order.pop(before))
    arrange(db, meeting, order)


def by_rule(db: Session, meeting: Meeting, kind: rules.SpeechKind) -> None:
    """Give up the chair's own order of the queues of this kind."""
    for request in _placed(db, meeting, kind):
        request.place = None
    changed(db, "floor", meeting.id)


def open_list(db: Session, meeting: Meeting, item_id: int | None, is_open: bool) -> None:
    """Close the list of an item, or of the whole meeting where none is named; opened, it is open in both."""
    if item_id is None or is_open:
        _floor_row(db, meeting).list_open = is_open
    if item_id is not None:
        _item_row(db, item_id).list_open = is_open
    changed(db, "floor", meeting.id)


def save_settings(db: Session, meeting: Meeting, settings: rules.FloorSettings, by: Person, now: datetime) -> None:
    """How the floor of this meeting is given from now on; turns that have begun keep their limits."""
    row = _floor_row(db, meeting)
    for name, value in vars(settings).items():
        setattr(row, name, value)
    audit.record(db, by.member_id, "floor_settings", f"meeting:{meeting.id}", now, **vars(settings))
    changed(db, "floor", meeting.id)


def save_item_settings(
    db: Session,
    meeting: Meeting,
    item: AgendaItem,
    rule: rules.OrderRule | None,
    speech_seconds: int | None,
    question_seconds: int | None,
) -> None:
    """What is different for one item; None is as in the meeting."""
    optional = {"speech_seconds": speech_seconds, "question_seconds": question_seconds}
    rules.check_settings(optional, optional=frozenset(optional))
    row = _item_row(db, item.id)
    row.rule, row.speech_seconds, row.question_seconds = rule, speech_seconds, question_seconds
    changed(db, "floor", meeting.id)


def copy_settings(db: Session, source_id: int, meeting: Meeting) -> None:
    """The floor of a meeting prepared from another is given as there; that one's items are not this one's."""
    if db.get(MeetingFloor, source_id) is not None:
        settings = replace(settings_of(db, source_id), list_open=True)
        for name, value in vars(settings).items():
            setattr(_floor_row(db, meeting), name, value)


def _floor_row(db: Session, meeting: Meeting) -> MeetingFloor:
    """The meeting's settings, made with the defaults when they are first changed; the meeting is locked by then."""
    row = db.get(MeetingFloor, meeting.id)
    if row is None:
        row = MeetingFloor(meeting_id=meeting.id, **vars(rules.FloorSettings()))
        db.add(row)
    return row


def _item_row(db: Session, item_id: int) -> ItemFloor:
    row = db.get(ItemFloor, item_id)
    if row is None:
        row = ItemFloor(item_id=item_id, list_open=True)
        db.add(row)
    return row


def _tell(db: Session, request: FloorRequest, participant: Participant) -> None:
    changed(db, "floor", request.meeting_id)
    changed(db, "member", participant.member_id)
