"""The parts of the live pages that tell which paper the room is led through."""

from flask import render_template
from sqlalchemy.orm import Session

from ecabinet.blocks import Block, View, Viewer
from ecabinet.meetings import queries
from ecabinet.meetings.models import Meeting
from ecabinet.reading import following_queries
from ecabinet.reading.following_models import LeadSetting


def presented(db: Session, viewer: Viewer) -> str:
    """What is being shown, with the way to follow."""
    meeting = db.get_one(Meeting, viewer.meeting_id)
    return render_template(
        "reading/blocks/led.html",
        meeting=meeting,
        presented=following_queries.presented(db, meeting, viewer.circle),
    )


def console(db: Session, viewer: Viewer) -> str:
    """What is being shown, and who else may lead."""
    meeting = db.get_one(Meeting, viewer.meeting_id)
    place = following_queries.place_of(db, meeting)
    return render_template(
        "reading/blocks/console_lead.html",
        meeting=meeting,
        presented=following_queries.shown_paper(db, place) if place is not None else None,
        setting=db.get(LeadSetting, meeting.id),
        people=queries.participants(db, meeting.id),
    )


SHOWN = frozenset({"led", "agenda", "meeting"})
BLOCKS = (
    Block("led", View.MEETING, SHOWN, presented),
    Block("console-lead", View.CONSOLE, SHOWN | {"attendance"}, console),
)
