"""Hiding and showing what is shared with a meeting."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.database import changed
from ecabinet import audit
from ecabinet.meetings.models import Meeting
from ecabinet.reading.models import HiddenLayer


def hide(db: Session, meeting: Meeting, hidden: bool, by: int, now: datetime) -> None:
    """For the whole meeting, on all of its papers; the one who runs it decides. What stands so already stays so."""
    row = db.get(HiddenLayer, meeting.id)
    if (row is not None) == hidden:
        return
    if row is None:
        db.add(HiddenLayer(meeting_id=meeting.id, since=now))
    else:
        db.delete(row)
    audit.record(db, by, "hide_shared_layer" if hidden else "show_shared_layer", f"meeting:{meeting.id}", now)
    changed(db, "shared_layer", meeting.id)


def hidden_of(db: Session, meeting_ids: Collection[int]) -> set[int]:
    """Those of these meetings whose shared layer is hidden."""
    return set(db.scalars(select(HiddenLayer.meeting_id).where(HiddenLayer.meeting_id.in_(meeting_ids))))
