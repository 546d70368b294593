"""Rows of the floor for those who change them, locked until the transaction ends, and the settings that hold."""

from dataclasses import replace
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from documents.errors import NotFound
from ecabinet.meetings.models import AgendaItem, Meeting
from ecabinet.meetings.speaker_models import FloorRequest, FloorTurn, ItemFloor, MeetingFloor
from ecabinet.meetings.speaker_rules import FloorSettings, OrderRule, RequestState, TurnState

Row = TypeVar("Row", FloorRequest, FloorTurn)


def settings_of(db: Session, meeting_id: int, item_id: int | None = None) -> FloorSettings:
    """How the floor is given: by the meeting's settings, with what is different for the item."""
    row = db.get(MeetingFloor, meeting_id)
    found = FloorSettings()
    if row is not None:
        found = FloorSettings(
            rule=OrderRule(row.rule),
            list_open=row.list_open,
            guests_may_speak=row.guests_may_speak,
            speech_seconds=row.speech_seconds,
            question_seconds=row.question_seconds,
            order_seconds=row.order_seconds,
            warn_seconds=row.warn_seconds,
            unit_seconds=row.unit_seconds,
        )
    item = db.get(ItemFloor, item_id) if item_id is not None else None
    return _for_item(found, item) if item is not None else found


def _for_item(settings: FloorSettings, item: ItemFloor) -> FloorSettings:
    return replace(
        settings,
        rule=OrderRule(item.rule) if item.rule else settings.rule,
        list_open=settings.list_open and item.list_open,
        speech_seconds=settings.speech_seconds if item.speech_seconds is None else item.speech_seconds,
        question_seconds=settings.question_seconds if item.question_seconds is None else item.question_seconds,
    )


def load_request(db: Session, meeting: Meeting, request_id: int) -> FloorRequest:
    """A request of this meeting, locked until the transaction ends."""
    request = db.scalar(_locked(select(FloorRequest).where(FloorRequest.id == request_id)))
    if request is None or request.meeting_id != meeting.id:
        raise NotFound(f"request {request_id} of meeting {meeting.id}")
    return request


def load_turn(db: Session, meeting: Meeting, turn_id: int) -> FloorTurn:
    """A turn of this meeting, locked until the transaction ends."""
    turn = db.scalar(_locked(select(FloorTurn).where(FloorTurn.id == turn_id)))
    if turn is None or turn.meeting_id != meeting.id:
        raise NotFound(f"turn {turn_id} of meeting {meeting.id}")
    return turn


def open_turns(db: Session, meeting_id: int) -> list[FloorTurn]:
    """The turn that has the floor and the one interrupted by it, locked."""
    of_meeting = select(FloorTurn).where(FloorTurn.meeting_id == meeting_id, FloorTurn.state != TurnState.ENDED)
    return list(db.scalars(_locked(of_meeting.order_by(FloorTurn.id.desc()))))


def waiting_of(db: Session, participant_id: int) -> list[FloorRequest]:
    """What somebody waits for, locked."""
    own = select(FloorRequest).where(
        FloorRequest.participant_id == participant_id, FloorRequest.state == RequestState.WAITING
    )
    return list(db.scalars(_locked(own.order_by(FloorRequest.id))))


def _locked(query: Select[Row]) -> Select[Row]:
    # What another transaction has just made of it counts, not what this one has read before.
    return query.with_for_update(key_share=True).execution_options(populate_existing=True)


def item_rows(db: Session, meeting_id: int) -> dict[int, ItemFloor]:
    """What is different for items of the meeting, by item."""
    rows = select(ItemFloor).join(AgendaItem, AgendaItem.id == ItemFloor.item_id)
    return {row.item_id: row for row in db.scalars(rows.where(AgendaItem.meeting_id == meeting_id))}
