"""The seats on the live pages. On the meeting page only one's own: the map is a page of its own."""

from flask import render_template
from sqlalchemy.orm import Session

from ecabinet.blocks import Block, View, Viewer
from ecabinet.meetings import seat_queries as seats
from ecabinet.meetings.models import Meeting
from ecabinet.voting import seat_queries


def console(db: Session, viewer: Viewer) -> str:
    """The map for those who run the meeting."""
    meeting = db.get_one(Meeting, viewer.meeting_id)
    return render_template(
        "voting/blocks/console_seats.html", meeting=meeting, map=seat_queries.map_of(db, meeting, runs_it=True)
    )


def screen(db: Session, viewer: Viewer) -> str:
    """The map for the room, where the secretary shows it."""
    meeting = db.get_one(Meeting, viewer.meeting_id)
    shown = seat_queries.map_of(db, meeting, runs_it=False)
    if shown is not None and not shown.on_screen:
        shown = None
    return render_template("voting/blocks/screen_seats.html", meeting=meeting, map=shown)


def mine(db: Session, viewer: Viewer) -> str:
    """Where the member who looks sits."""
    meeting = db.get_one(Meeting, viewer.meeting_id)
    spot = seats.seat_of(db, meeting.id, viewer.member_id) if viewer.member_id is not None else None
    return render_template("voting/blocks/my_seat.html", meeting=meeting, spot=spot)


def own(db: Session, viewer: Viewer) -> str:
    """Where the member who looks sits, above the map."""
    spot = seats.seat_of(db, viewer.meeting_id, viewer.member_id) if viewer.member_id is not None else None
    return render_template("voting/blocks/seats_own.html", spot=spot)


def tablet(db: Session, viewer: Viewer) -> str:
    """The map for the invited. What is pushed is the same for all: the page marks one's own seat on it."""
    meeting = db.get_one(Meeting, viewer.meeting_id)
    spot = seats.seat_of(db, meeting.id, viewer.member_id) if viewer.member_id is not None else None
    shown = seat_queries.map_of(db, meeting, runs_it=False)
    return render_template("voting/blocks/seats_map.html", map=shown, mine=spot)


LIVE = frozenset({"seats", "attendance", "floor", "progress", "polls"})
BLOCKS = (
    Block("console-seats", View.CONSOLE, LIVE, console),
    Block("screen-seats", View.SCREEN, LIVE, screen),
    Block("seats-own", View.SEATS, frozenset({"seats"}), own, personal=True),
    Block("seats-map", View.SEATS, LIVE, tablet),
    Block("my-seat", View.MEETING, frozenset({"seats"}), mine, personal=True),
)
