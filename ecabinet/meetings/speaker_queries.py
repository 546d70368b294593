"""What is read of the floor: who speaks, who waits in which order, and for the minutes who has spoken for how long."""

from collections import Counter, defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from documents.text import exact, fold
from ecabinet.meetings.agenda_queries import is_closed
from ecabinet.meetings.audience_queries import NOBODY
from ecabinet.meetings.audience_rules import Circle
from ecabinet.meetings.models import AgendaItem, Meeting, Participant
from ecabinet.meetings.speaker_lines import Floor, OtherQueue, SpeechLine, TurnLine, UnitTime, WaitingLine
from ecabinet.meetings.speaker_loading import settings_of
from ecabinet.meetings.speaker_models import FloorRequest, FloorTurn
from ecabinet.meetings.speaker_rules import (
    HAS_FLOOR,
    OrderRule,
    RequestState,
    SpeechKind,
    Turn,
    TurnState,
    Waiting,
    in_order,
)
from ecabinet.registry.models import Member


def queue_of(
    db: Session, meeting_id: int, items: tuple[int | None, ...], kind: SpeechKind, rule: OrderRule
) -> list[WaitingLine]:
    """A queue as it is called: those who wait for one of these items with this kind."""
    requests = [r for r in _waiting(db, meeting_id) if r.item_id in items and r.kind == kind]
    turns = [t for t in _turns(db, meeting_id) if t.item_id in items and t.kind == kind]
    return _queue(requests, turns, rule)


def _queue(requests: list[FloorRequest], turns: list[FloorTurn], rule: OrderRule) -> list[WaitingLine]:
    by_id = {request.id: request for request in requests}
    spoken = Counter(turn.participant_id for turn in turns)
    ordered = in_order(
        [Waiting(r.id, r.participant_id, r.unit_id, r.asked_at, r.place) for r in requests],
        [Turn(turn.participant_id, turn.unit_id) for turn in turns],
        rule,
    )
    return [_waiting_line(by_id[one.id], place, spoken[one.participant_id]) for place, one in enumerate(ordered, 1)]


def _waiting_line(request: FloorRequest, place: int, spoken: int) -> WaitingLine:
    person = request.participant
    return WaitingLine(
        id=request.id,
        participant_id=person.id,
        member_id=person.member_id,
        name=person.name,
        unit_name=person.unit_name,
        title=person.title,
        present=person.present,
        kind=SpeechKind(request.kind),
        item_id=request.item_id,
        topic=request.topic,
        asked_at=request.asked_at,
        place=place,
        placed=request.place is not None,
        spoken=spoken,
    )


def _waiting(db: Session, meeting_id: int) -> list[FloorRequest]:
    query = select(FloorRequest).options(joinedload(FloorRequest.participant))
    return list(
        db.scalars(query.where(FloorRequest.meeting_id == meeting_id, FloorRequest.state == RequestState.WAITING))
    )


def _turns(db: Session, meeting_id: int) -> list[FloorTurn]:
    query = select(FloorTurn).options(joinedload(FloorTurn.participant)).where(FloorTurn.meeting_id == meeting_id)
    return list(db.scalars(query.order_by(FloorTurn.began_at, FloorTurn.id)))


def floor_of(db: Session, meeting: Meeting, *, runs: bool = False, circle: Circle = NOBODY) -> Floor:
    """Everything about the floor at this moment, in a handful of queries. ``runs``: as those who run the meeting have
    it; to others, who prepares to speak on an item that is not for their ``circle`` would give it away.
    """
    here = settings_of(db, meeting.id, meeting.current_item_id)
    requests, turns = _waiting(db, meeting.id), _turns(db, meeting.id)
    # Who has asked in general, before any item was open, waits with those of the present item.
    items = (meeting.current_item_id, None)
    queues = {
        kind: _queue(
            [r for r in requests if r.item_id in items and r.kind == kind],
            [t for t in turns if t.item_id in items and t.kind == kind],
            # Points of order are no list to be fair about: they are answered as they come.
            here.rule if kind != SpeechKind.ORDER else OrderRule.FIRST_COME,
        )
        for kind in (SpeechKind.ORDER, SpeechKind.SPEECH, SpeechKind.QUESTION)
    }
    units = _unit_times(turns, here.unit_seconds)
    at_floor = {TurnState(turn.state): turn for turn in turns if turn.state != TurnState.ENDED}
    on_floor = next((turn for state, turn in at_floor.items() if state in HAS_FLOOR), None)
    broken = at_floor.get(TurnState.INTERRUPTED)
    return Floor(
        settings=here,
        turn=_turn_line(on_floor, units) if on_floor is not None else None,
        interrupted=_turn_line(broken, units) if broken is not None else None,
        queues=queues,
        others=[
            other
            for other in _others(db, meeting, [r for r in requests if r.item_id not in items], turns)
            if runs or not is_closed(db, db.get_one(AgendaItem, other.item_id), circle)
        ],
        units=sorted(units.values(), key=lambda unit: unit.left),
    )


def _others(db: Session, meeting: Meeting, requests: list[FloorRequest], turns: list[FloorTurn]) -> list[OtherQueue]:
    by_item: dict[int, list[FloorRequest]] = defaultdict(list)
    for request in requests:
        by_item[request.item_id or 0].append(request)
    agenda = db.execute(
        select(AgendaItem.id, AgendaItem.title)
        .where(AgendaItem.id.in_(by_item))
        .order_by(AgendaItem.position, AgendaItem.id)
    )
    others = []
    for item_id, title in agenda.all() if by_item else []:
        rule = settings_of(db, meeting.id, item_id).rule
        lines = [
            line
            for kind in SpeechKind
            for line in _queue(
                [r for r in by_item[item_id] if r.kind == kind],
                [t for t in turns if t.item_id == item_id and t.kind == kind],
                rule,
            )
        ]
        others.append(OtherQueue(item_id, title, lines))
    return others


def _unit_times(turns: list[FloorTurn], budget: int) -> dict[int, UnitTime]:
    """By unit, where units have a budget. A point of order is nobody's speaking time."""
    if not budget:
        return {}
    used: dict[int, float] = defaultdict(float)
    names: dict[int, str] = {}
    for turn in turns:
        if turn.kind != SpeechKind.ORDER:
            names.setdefault(turn.unit_id, turn.participant.unit_name)
            used[turn.unit_id] += turn.clock.elapsed(turn.began_at) if turn.ended_at is not None else 0.0
    return {unit_id: UnitTime(name, round(used[unit_id]), budget) for unit_id, name in names.items()}


def _turn_line(turn: FloorTurn, units: dict[int, UnitTime]) -> TurnLine:
    person, unit = turn.participant, units.get(turn.unit_id)
    return TurnLine(
        id=turn.id,
        member_id=person.member_id,
        name=person.name,
        unit_name=person.unit_name,
        title=person.title,
        kind=SpeechKind(turn.kind),
        item_id=turn.item_id,
        state=TurnState(turn.state),
        clock=turn.clock,
        budget=unit.left if unit is not None and turn.kind != SpeechKind.ORDER else None,
    )


def speaking(db: Session, meeting_id: int) -> int | None:
    """The participant who has the floor now, for a seat map; the kind of change to follow is ``floor``."""
    return db.scalar(
        select(FloorTurn.participant_id).where(FloorTurn.meeting_id == meeting_id, FloorTurn.state.in_(HAS_FLOOR))
    )


_SPEECHES = (
    select(FloorTurn, Participant, AgendaItem.title, FloorRequest.topic)
    .join(Participant, Participant.id == FloorTurn.participant_id)
    .outerjoin(AgendaItem, AgendaItem.id == FloorTurn.item_id)
    .outerjoin(FloorRequest, FloorRequest.id == FloorTurn.request_id)
    .where(FloorTurn.state == TurnState.ENDED)
    .order_by(FloorTurn.began_at, FloorTurn.id)
)


def speeches(db: Session, meeting_id: int) -> list[SpeechLine]:
    """Who has spoken, in order: name and unit as invited, item, kind, seconds; turns still running are not in it."""
    return [
        SpeechLine(
            id=turn.id,
            name=person.name,
            unit_name=person.unit_name,
            title=person.title,
            item_id=turn.item_id,
            item_title=item or "",
            kind=SpeechKind(turn.kind),
            topic=topic or "",
            began_at=turn.began_at,
            ended_at=turn.ended_at,
            seconds=round(turn.clock.elapsed(turn.ended_at)),
            limit=turn.clock.limit,
            called=turn.request_id is None,
        )
        for turn, person, item, topic in db.execute(_SPEECHES.where(FloorTurn.meeting_id == meeting_id))
        if turn.ended_at is not None
    ]


def unheard(db: Session, meeting_id: int) -> list[FloorRequest]:
    """Requests that ended without the floor: withdrawn, refused, left or over, in the order of their end."""
    query = select(FloorRequest).options(joinedload(FloorRequest.participant))
    heard = (RequestState.WAITING, RequestState.GIVEN)
    return list(
        db.scalars(
            query.where(FloorRequest.meeting_id == meeting_id, FloorRequest.state.not_in(heard)).order_by(
                FloorRequest.decided_at, FloorRequest.id
            )
        )
    )


def last_refused(db: Session, meeting: Meeting, participant_id: int) -> FloorRequest | None:
    """The newest request of somebody for the present item, when it was refused: they are to read why."""
    newest = db.scalar(
        select(FloorRequest)
        .where(FloorRequest.participant_id == participant_id, FloorRequest.item_id == meeting.current_item_id)
        .order_by(FloorRequest.id.desc())
        .limit(1)
    )
    return newest if newest is not None and newest.state == RequestState.REFUSED else None


def people_named(db: Session, meeting_id: int, name: str, limit: int = 12) -> list[Participant]:
    """People of the meeting whose name contains this, marks aside; those present first. Nobody for no name."""
    folded = fold(exact(name.strip()))
    if not folded:
        return []
    return list(
        db.scalars(
            select(Participant)
            .join(Member, Member.id == Participant.member_id)
            .where(Participant.meeting_id == meeting_id, Member.search_name.contains(folded, autoescape=True))
            .order_by(Participant.present.desc(), Participant.rank, Participant.id)
            .limit(limit)
        )
    )
