"""Live parts of attendance: the list with its filters, the counts by unit, the code at the door."""

from flask import render_template
from sqlalchemy.orm import Session

from ecabinet.blocks import Block, View, Viewer
from ecabinet.meetings import attendance_queries, invitations
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.rules import ROOM_IS_OPEN


def people(db: Session, viewer: Viewer) -> str:
    """Who is here, on the console: one tap records an arrival or a departure."""
    meeting = db.get_one(Meeting, viewer.meeting_id)
    found = attendance_queries.attendance_of(db, meeting)
    return render_template("meetings/blocks/console_people.html", meeting=meeting, found=found)


def units(db: Session, viewer: Viewer) -> str:
    """How many of each unit are here."""
    meeting = db.get_one(Meeting, viewer.meeting_id)
    found = attendance_queries.attendance_of(db, meeting)
    return render_template("meetings/blocks/attendance_units.html", meeting=meeting, found=found)


def door(db: Session, viewer: Viewer) -> str:
    """The code at the door, on the room's screen: large until the meeting begins, then small in the corner."""
    meeting = db.get_one(Meeting, viewer.meeting_id)
    shown = meeting.state in ROOM_IS_OPEN and invitations.wishes_of(db, meeting).door_code
    return render_template("meetings/blocks/screen_door.html", meeting=meeting, shown=shown)


BLOCKS = (
    Block("console-people", View.CONSOLE, frozenset({"attendance", "meeting"}), people),
    Block("attendance-units", View.CONSOLE, frozenset({"attendance", "meeting"}), units),
    Block("screen-door", View.SCREEN, frozenset({"meeting"}), door),
)
