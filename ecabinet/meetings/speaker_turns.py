"""Changes of who has the floor: given, paused, ended. None commits or tells anybody."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import Problem
from ecabinet.access import Person
from ecabinet.meetings import speakers
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.rules import MeetingState
from ecabinet.meetings.speaker_loading import open_turns, settings_of
from ecabinet.meetings.speaker_models import FloorRequest, FloorTurn
from ecabinet.meetings.speaker_rules import (
    HAS_FLOOR,
    RequestState,
    SpeechKind,
    TurnState,
    check_extension,
)


def give(
    db: Session, meeting: Meeting, request: FloorRequest, by: Person, now: datetime, ending: int | None = None
) -> FloorTurn:
    """Give the floor to somebody who waits. ``ending`` is the turn that the chair saw running and ends with it.

    A point of order interrupts the speech under way, whose clock stands still until it is over.
    """
    _require_present(db, meeting, request.participant)
    speakers.decide(db, request, RequestState.GIVEN, by.member_id, now)
    item_id = request.item_id if request.item_id is not None else meeting.current_item_id
    return _begin(db, meeting, request.participant, SpeechKind(request.kind), item_id, request.id, by, now, ending)


def call(
    db: Session,
    meeting: Meeting,
    participant: Participant,
    kind: SpeechKind,
    by: Person,
    now: datetime,
    ending: int | None = None,
) -> FloorTurn:
    """Give the floor to somebody by name; a guest too, for that is the chair's leave. Who waits is not asked again."""
    _require_present(db, meeting, participant)
    waiting = db.scalar(
        select(FloorRequest)
        .where(
            FloorRequest.participant_id == participant.id,
            FloorRequest.kind == kind,
            FloorRequest.state == RequestState.WAITING,
            FloorRequest.item_id.is_(None) | (FloorRequest.item_id == meeting.current_item_id),
        )
        .order_by(FloorRequest.id)
        .limit(1)
    )
    if waiting is not None:
        return give(db, meeting, waiting, by, now, ending)
    return _begin(db, meeting, participant, kind, meeting.current_item_id, None, by, now, ending)


def _require_present(db: Session, meeting: Meeting, participant: Participant) -> None:
    if meeting.state != MeetingState.UNDER_WAY:
        raise Problem("meeting_not_under_way")
    db.refresh(participant, ["present"], with_for_update={"key_share": True})
    if not participant.present:
        raise Problem("speaker_absent", name=participant.name)


def _begin(
    db: Session,
    meeting: Meeting,
    participant: Participant,
    kind: SpeechKind,
    item_id: int | None,
    request_id: int | None,
    by: Person,
    now: datetime,
    ending: int | None,
) -> FloorTurn:
    _make_room(db, meeting, kind, now, ending)
    settings = settings_of(db, meeting.id, item_id)
    turn = FloorTurn(
        meeting_id=meeting.id,
        participant_id=participant.id,
        unit_id=participant.member.unit_id,
        item_id=item_id,
        request_id=request_id,
        kind=kind,
        state=TurnState.RUNNING,
        began_at=now,
        limit_seconds=settings.limit_of(kind),
        warn_seconds=settings.warn_seconds,
        given_by=by.member_id,
    )
    db.add(turn)
    try:
        db.flush()
    except IntegrityError as error:
        raise Problem("floor_taken") from error
    _tell(db, turn, participant)
    return turn


def _make_room(db: Session, meeting: Meeting, kind: SpeechKind, now: datetime, ending: int | None) -> None:
    for turn in open_turns(db, meeting.id):
        if turn.id == ending and turn.state in HAS_FLOOR:
            end(db, turn, now)
    on_floor = next((turn for turn in open_turns(db, meeting.id) if turn.state in HAS_FLOOR), None)
    if on_floor is None:
        return
    if kind != SpeechKind.ORDER or on_floor.kind == SpeechKind.ORDER:
        raise Problem("floor_taken")
    on_floor.state, on_floor.paused_at = TurnState.INTERRUPTED, on_floor.paused_at or now
    db.flush()


def pause(db: Session, turn: FloorTurn, now: datetime) -> None:
    """Stop the clock; the floor stays given."""
    _require(turn, TurnState.RUNNING)
    turn.state, turn.paused_at = TurnState.PAUSED, max(now, turn.began_at)
    _tell(db, turn, turn.participant)


def resume(db: Session, turn: FloorTurn, now: datetime) -> None:
    """Let the clock go on."""
    _require(turn, TurnState.PAUSED)
    turn.paused_seconds = turn.clock.ended(now).paused_seconds
    turn.state, turn.paused_at = TurnState.RUNNING, None
    _tell(db, turn, turn.participant)


def extend(db: Session, turn: FloorTurn, seconds: int | None) -> None:
    """Extra time, given by the chair to a turn that is not over."""
    if turn.state == TurnState.ENDED:
        raise Problem("turn_over")
    turn.extra_seconds += check_extension(seconds, turn.clock.limit)
    _tell(db, turn, turn.participant)


def end(db: Session, turn: FloorTurn, now: datetime) -> None:
    """The turn is over; a speech that it had interrupted has the floor again, its clock standing until resumed."""
    if turn.state == TurnState.ENDED:
        raise Problem("turn_over")
    had_floor = turn.state in HAS_FLOOR
    over = turn.clock.ended(now)
    turn.paused_seconds, turn.paused_at, turn.ended_at = over.paused_seconds, None, over.ended_at
    turn.state = TurnState.ENDED
    _tell(db, turn, turn.participant)
    db.flush()
    interrupted = next((t for t in open_turns(db, turn.meeting_id) if t.state == TurnState.INTERRUPTED), None)
    if had_floor and interrupted is not None:
        interrupted.state = TurnState.PAUSED
        db.flush()


def leave(db: Session, participant: Participant, now: datetime) -> None:
    """Somebody has left the room: they wait no longer, and a turn of theirs is over."""
    speakers.leave(db, participant, now)
    for turn in open_turns(db, participant.meeting_id):
        if turn.participant_id == participant.id and turn.state != TurnState.ENDED:
            end(db, turn, now)


def close(db: Session, meeting: Meeting, now: datetime) -> None:
    """The meeting is over: so is the turn under way, and nobody waits any more."""
    for turn in open_turns(db, meeting.id):
        if turn.state != TurnState.ENDED:
            end(db, turn, now)
    waiting = select(FloorRequest).where(
        FloorRequest.meeting_id == meeting.id, FloorRequest.state == RequestState.WAITING
    )
    for request in db.scalars(waiting.with_for_update(key_share=True)):
        speakers.decide(db, request, RequestState.OVER, None, now)


def _require(turn: FloorTurn, state: TurnState) -> None:
    if turn.state == TurnState.ENDED:
        raise Problem("turn_over")
    if turn.state != state:
        raise Problem("wrong_state")


def _tell(db: Session, turn: FloorTurn, participant: Participant) -> None:
    changed(db, "floor", turn.meeting_id)
    changed(db, "member", participant.member_id)
