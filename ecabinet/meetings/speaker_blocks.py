"""The parts of the live pages that show the floor."""

from flask import render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet.blocks import Block, View, Viewer
from ecabinet.meetings import queries, speaker_queries
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.rules import ParticipantRole


def _shown(db: Session, viewer: Viewer, template: str) -> str:
    meeting = db.get_one(Meeting, viewer.meeting_id)
    return render_template(
        f"meetings/blocks/{template}.html",
        meeting=meeting,
        floor=speaker_queries.floor_of(db, meeting, runs=viewer.view == View.CONSOLE, circle=viewer.circle),
        items=queries.agenda(db, meeting, circle=viewer.circle),
    )


def turn(db: Session, viewer: Viewer) -> str:
    """Who speaks now, with the clock, on the meeting page."""
    return _shown(db, viewer, "floor_turn")


def floor(db: Session, viewer: Viewer) -> str:
    """Asking for the floor, and who waits."""
    return _shown(db, viewer, "floor")


def mine(db: Session, viewer: Viewer) -> str:
    """The requests of the member who looks, and whether they may ask at all."""
    meeting = db.get_one(Meeting, viewer.meeting_id)
    me = db.scalar(
        select(Participant).where(Participant.meeting_id == meeting.id, Participant.member_id == viewer.member_id)
    )
    shown = speaker_queries.floor_of(db, meeting, circle=viewer.circle)
    return render_template(
        "meetings/blocks/my_floor.html",
        meeting=meeting,
        may=_may(me, shown.settings.guests_may_speak),
        lines=[line for line in shown.everybody if line.member_id == viewer.member_id],
        speaking=shown.turn is not None and shown.turn.member_id == viewer.member_id,
        refused=speaker_queries.last_refused(db, meeting, me.id) if me is not None else None,
        titles={item.id: item.title for item in queries.agenda(db, meeting, circle=viewer.circle)},
    )


def _may(me: Participant | None, guests_may_speak: bool) -> str:
    if me is None:
        return "outside"
    if me.role == ParticipantRole.GUEST and not guests_may_speak:
        return "guest"
    return "yes" if me.present else "absent"


def console(db: Session, viewer: Viewer) -> str:
    """The floor as the chair runs it: the turn, two queues, one tap."""
    return _shown(db, viewer, "console_speakers")


def alert(db: Session, viewer: Viewer) -> str:
    """A point of order, wherever the chair looks on the console."""
    return _shown(db, viewer, "floor_alert")


def screen(db: Session, viewer: Viewer) -> str:
    """Who speaks, for the whole room."""
    return _shown(db, viewer, "screen_floor")


SHOWN = frozenset({"floor", "agenda", "meeting"})
BLOCKS = (
    Block("floor-turn", View.MEETING, frozenset({"floor", "meeting"}), turn),
    Block("floor", View.MEETING, SHOWN, floor),
    Block("my-floor", View.MEETING, SHOWN | {"attendance"}, mine, personal=True),
    Block("console-speakers", View.CONSOLE, SHOWN | {"attendance"}, console),
    Block("floor-alert", View.CONSOLE, frozenset({"floor"}), alert),
    Block("screen-floor", View.SCREEN, SHOWN, screen),
)
