"""What is read for following the chair: who may lead, which paper of the meeting is shown, and to whom."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from documents.errors import Forbidden, NotFound, Problem
from documents.models import Version
from documents.processing import rendition_of
from documents.queries import may_see
from documents.rules import RenditionKind
from ecabinet.access import Person
from ecabinet.meetings import agenda_rules, audience_queries, queries
from ecabinet.meetings.audience_rules import Circle
from ecabinet.meetings.models import AgendaItem, AgendaPresenter, Meeting, Paper
from ecabinet.meetings.paper_rules import PaperState
from ecabinet.meetings.queries import Seen
from ecabinet.meetings.rules import ROOM_IS_OPEN
from ecabinet.reading.following_models import LeadSetting, RoomPlace
from ecabinet.reading.following_rules import Spot, may_lead


@dataclass(frozen=True)
class Reach:
    """In which circles of a meeting a paper is there, and in which not."""

    meeting_id: int
    shown: frozenset[Circle]
    closed: frozenset[Circle]


@dataclass(frozen=True)
class Presented:
    """What is being shown, for telling those who look elsewhere. ``page`` counts from 1."""

    document_id: int
    version_id: int
    title: str
    page: int
    name: str


def room(meeting_id: int, circle: Circle) -> str:
    """The room of those who follow in a meeting and see the same of it."""
    return f"led:{meeting_id}" + "".join(f":{item}" for item in sorted(circle))


def load_leader(db: Session, person: Person, meeting_id: int) -> Seen:
    """The meeting, locked, for those who may lead it now."""
    seen = queries.load_to_change(db, person, meeting_id)
    if not leads(db, seen):
        raise Forbidden
    if not is_open(seen.meeting):
        raise Problem("wrong_state", f"meeting {meeting_id} is {seen.meeting.state}")
    return seen


def is_open(meeting: Meeting) -> bool:
    """Whether anybody can be led now."""
    return meeting.state in ROOM_IS_OPEN


def leads(db: Session, seen: Seen) -> bool:
    """Whether this person may lead the room, if it is open."""
    setting, me = db.get(LeadSetting, seen.meeting.id), seen.participant
    presents = select(AgendaPresenter.id).where(
        AgendaPresenter.item_id == seen.meeting.current_item_id,
        AgendaPresenter.participant_id == (me.id if me is not None else None),
    )
    return may_lead(
        runs=seen.manages,
        named=me is not None and setting is not None and setting.named_id == me.id,
        presents=me is not None and db.scalar(presents.limit(1)) is not None,
        presenters_lead=setting is not None and setting.presenters_lead,
    )


def load_page(db: Session, person: Person, meeting: Meeting, spot: Spot) -> Version:
    """The version of a paper of this meeting that the person may open, with the page there."""
    version = db.get(Version, spot.version)
    lies = select(Paper.id).join(AgendaItem, AgendaItem.id == Paper.item_id)
    lies = lies.where(AgendaItem.meeting_id == meeting.id, Paper.document_id == spot.document)
    if version is None or version.document_id != spot.document or db.scalar(lies.limit(1)) is None:
        raise NotFound(f"version {spot.version} of document {spot.document} in meeting {meeting.id}")
    if not may_see(db, spot.document, person.labels):
        raise NotFound(f"document {spot.document}")
    made = rendition_of(db, version.id, RenditionKind.PDF)
    pages = made.pages if made is not None and made.pages else version.page_count
    if pages and spot.page >= pages:
        raise Problem("no_such_page")
    return version


def reach(db: Session, meeting_id: int, document_id: int) -> Reach:
    """Who in the meeting has a paper before them."""
    outline = db.scalars(
        select(AgendaItem).where(AgendaItem.meeting_id == meeting_id).order_by(AgendaItem.position)
    ).all()
    hidden = agenda_rules.hidden_ids([item.line for item in outline])
    items = set(
        db.scalars(
            select(Paper.item_id)
            .join(AgendaItem, AgendaItem.id == Paper.item_id)
            .where(AgendaItem.meeting_id == meeting_id, Paper.document_id == document_id)
            .where(Paper.state != PaperState.WITHDRAWN)
        )
    )
    limited = audience_queries.limited(db, meeting_id)
    circles = audience_queries.all_circles(db, meeting_id)
    shown = {circle for circle in circles if any(one not in limited or one in circle for one in items - hidden)}
    return Reach(meeting_id, frozenset(shown), circles - shown)


def place_of(db: Session, meeting: Meeting) -> RoomPlace | None:
    """Where the room is; None while nobody leads or the room is not open."""
    if not is_open(meeting):
        return None
    together = [joinedload(RoomPlace.version), joinedload(RoomPlace.by)]
    return db.get(RoomPlace, meeting.id, options=together)


def told(place: RoomPlace) -> dict[str, Any]:
    """A place as it travels; the pointer is known to the leader's process alone."""
    return {
        "meeting": place.meeting_id, "document": place.version.document_id, "version": place.version_id,
        "page": place.page, "region": place.region, "pointer": None,
        "by": place.by_id, "name": place.by.full_name, "turn": place.turn,
    }  # fmt: skip


def withheld(told: dict[str, Any]) -> dict[str, Any]:
    """The same for those whom the paper is not for: that somebody leads, and nothing of what."""
    return {key: told[key] for key in ("meeting", "by", "name", "turn")} | {"closed": True}


def presented(db: Session, meeting: Meeting, circle: Circle) -> Presented | None:
    """What is being shown to those of a circle."""
    place = place_of(db, meeting)
    if place is None or circle not in reach(db, meeting.id, place.version.document_id).shown:
        return None
    return shown_paper(db, place)


def shown_paper(db: Session, place: RoomPlace) -> Presented:
    """A place as it is told in words."""
    title = db.scalar(
        select(Paper.title)
        .join(AgendaItem, AgendaItem.id == Paper.item_id)
        .where(AgendaItem.meeting_id == place.meeting_id, Paper.document_id == place.version.document_id)
        .order_by(AgendaItem.position, Paper.position)
        .limit(1)
    )
    return Presented(place.version.document_id, place.version_id, title or "", place.page + 1, place.by.full_name)
