"""The parts of the live pages that show conclusions, and what the chair has put on the room's screen."""

from flask import render_template
from sqlalchemy.orm import Session

from ecabinet.blocks import Block, View, Viewer
from ecabinet.meetings import queries as meetings
from ecabinet.meetings.models import Meeting
from ecabinet.minutes import facts, screens
from ecabinet.minutes.rules import ScreenMode


def conclusions(db: Session, viewer: Viewer) -> str:
    """What was concluded so far, on the meeting page."""
    meeting = db.get_one(Meeting, viewer.meeting_id)
    lines = screens.announced(db, meeting, viewer.circle)
    return render_template("minutes/blocks/conclusions.html", meeting=meeting, lines=lines)


def console_conclusions(db: Session, viewer: Viewer) -> str:
    """All conclusions, for those who run the meeting: to announce and to take back."""
    meeting = db.get_one(Meeting, viewer.meeting_id)
    lines = facts.conclusions_of(db, meeting.id)
    return render_template("minutes/blocks/console_conclusions.html", meeting=meeting, lines=lines)


def console_screen(db: Session, viewer: Viewer) -> str:
    """What the room's screen shows, and what it could."""
    mode, message = screens.chosen(db, viewer.meeting_id)
    return render_template(
        "minutes/blocks/console_screen.html",
        meeting=db.get_one(Meeting, viewer.meeting_id), mode=mode, message=message, modes=list(ScreenMode),
    )  # fmt: skip


def screen_mode(db: Session, viewer: Viewer) -> str:
    """What the chair has put on the screen; empty while it follows the room, and the parts beneath show through."""
    meeting = db.get_one(Meeting, viewer.meeting_id)
    shown = screens.showing(db, meeting)
    items = meetings.agenda(db, meeting) if shown.mode == ScreenMode.AGENDA else []
    return render_template("minutes/blocks/screen_mode.html", meeting=meeting, shown=shown, items=items)


BLOCKS = (
    Block("conclusions", View.MEETING, frozenset({"conclusions", "agenda", "meeting"}), conclusions),
    Block("console-conclusions", View.CONSOLE, frozenset({"conclusions", "agenda"}), console_conclusions),
    Block("console-screen", View.CONSOLE, frozenset({"screen"}), console_screen),
    Block(
        "screen-mode", View.SCREEN, frozenset({"screen", "conclusions", "agenda", "meeting", "polls"}), screen_mode
    ),
)  # fmt: skip
