"""Leading the room through the papers: turning pages, giving it up, and who else may."""

from datetime import datetime

from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import Problem
from documents.models import Version
from ecabinet import audit
from ecabinet.blocks import now_rev
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.reading.following_models import LeadSetting, RoomPlace
from ecabinet.reading.following_rules import Shown


def show(db: Session, meeting: Meeting, version: Version, shown: Shown, member_id: int, now: datetime) -> RoomPlace:
    """The room goes to this place; the meeting is locked. Whoever leads goes on, all others must say that they take the
    lead: a message that was under way must not take it back.
    """
    place = db.get(RoomPlace, meeting.id, populate_existing=True)
    if not shown.begins and (place is None or place.by_id != member_id):
        raise Problem("lead_taken" if place is not None else "lead_over")
    where = (version.id, shown.spot.page, shown.region, member_id)
    if place is None:
        place = RoomPlace(meeting_id=meeting.id, turn=0)
        db.add(place)
    elif (place.version_id, place.page, place.region, place.by_id) == where:
        return place
    turned = (place.version_id, place.page, place.by_id) != (version.id, shown.spot.page, member_id)
    place.version_id, place.page, place.region, place.by_id = where
    place.at = now
    if turned:
        place.turn = max(now_rev(db), (place.turn or 0) + 1)
        changed(db, "led", meeting.id)
    db.flush()
    return place


def stop(db: Session, meeting: Meeting) -> int:
    """Nobody leads any more; the revision of that."""
    place = db.get(RoomPlace, meeting.id, populate_existing=True)
    if place is None:
        return now_rev(db)
    after = max(now_rev(db), place.turn + 1)
    db.delete(place)
    db.flush()
    changed(db, "led", meeting.id)
    return after


def set_leaders(
    db: Session, meeting: Meeting, named: Participant | None, presenters_lead: bool, member_id: int, now: datetime
) -> None:
    """Who may lead beside those who run the meeting. Whoever leads and may no longer is asked at the next turn."""
    setting = db.get(LeadSetting, meeting.id)
    if setting is None:
        setting = LeadSetting(meeting_id=meeting.id)
        db.add(setting)
    setting.presenters_lead = presenters_lead
    setting.named_id = named.id if named is not None else None
    audit.record(
        db, member_id, "set_leaders", f"meeting:{meeting.id}", now,
        named=named.name if named is not None else "", presenters_lead=presenters_lead,
    )  # fmt: skip
    changed(db, "led", meeting.id)
