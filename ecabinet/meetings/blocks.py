"""The parts of the live pages that show the meeting itself."""

from flask import render_template
from sqlalchemy.orm import Session

from ecabinet.blocks import Block, View, Viewer
from ecabinet.meetings import queries
from ecabinet.meetings.models import Meeting


def _meeting(db: Session, viewer: Viewer) -> Meeting:
    return db.get_one(Meeting, viewer.meeting_id)


def bar(db: Session, viewer: Viewer) -> str:
    """Title, state and quorum, at the head of the meeting page and of the console."""
    meeting = _meeting(db, viewer)
    return render_template(
        "meetings/blocks/bar.html", meeting=meeting, quorum=queries.quorum_shown(db, meeting), view=viewer.view
    )


def agenda(db: Session, viewer: Viewer) -> str:
    """The agenda with its papers, for reading."""
    meeting = _meeting(db, viewer)
    return render_template("meetings/blocks/agenda.html", meeting=meeting, items=queries.agenda(db, meeting))


def stage(db: Session, viewer: Viewer) -> str:
    """The present item with its papers, in the middle of the meeting page."""
    meeting = _meeting(db, viewer)
    items = queries.agenda(db, meeting)
    current = next((item for item in items if item.current), None)
    return render_template("meetings/blocks/stage.html", meeting=meeting, item=current, items=items)


def now(db: Session, viewer: Viewer) -> str:
    """What concerns the member who looks: invitation, attendance."""
    meeting = _meeting(db, viewer)
    people = queries.participants(db, meeting.id)
    mine = next((p for p in people if p.member_id == viewer.member_id), None)
    by_id = {p.id: p for p in people}
    return render_template(
        "meetings/blocks/now.html",
        meeting=meeting,
        me=mine,
        represented=by_id.get(mine.represents_id) if mine is not None and mine.represents_id else None,
        substitute=next((p for p in people if mine is not None and p.represents_id == mine.id), None),
    )


def quorum(db: Session, viewer: Viewer) -> str:
    """The quorum in figures, with its threshold."""
    meeting = _meeting(db, viewer)
    return render_template(
        "meetings/blocks/quorum.html",
        quorum=queries.quorum_shown(db, meeting),
        present=queries.present_count(db, meeting.id),
        id="console-quorum" if viewer.view == View.CONSOLE else "quorum",
    )


def console_agenda(db: Session, viewer: Viewer) -> str:
    """The agenda on the chair's console: one tap opens an item."""
    meeting = _meeting(db, viewer)
    return render_template("meetings/blocks/console_agenda.html", meeting=meeting, items=queries.agenda(db, meeting))


def console_people(db: Session, viewer: Viewer) -> str:
    """Who is here, on the console: one tap records an arrival or a departure."""
    meeting = _meeting(db, viewer)
    return render_template(
        "meetings/blocks/console_people.html", meeting=meeting, people=queries.participants(db, meeting.id)
    )


def screen_head(db: Session, viewer: Viewer) -> str:
    """The head of the room screen."""
    meeting = _meeting(db, viewer)
    return render_template(
        "meetings/blocks/screen_head.html", meeting=meeting, quorum=queries.quorum_shown(db, meeting)
    )


BLOCKS = (
    Block("meeting-bar", View.MEETING, frozenset({"meeting", "attendance"}), bar),
    Block("agenda", View.MEETING, frozenset({"agenda"}), agenda),
    Block("stage-item", View.MEETING, frozenset({"agenda", "meeting"}), stage),
    Block("quorum", View.MEETING, frozenset({"attendance", "meeting"}), quorum),
    Block("now", View.MEETING, frozenset({"attendance", "meeting"}), now, personal=True),
    Block("meeting-bar", View.CONSOLE, frozenset({"meeting", "attendance"}), bar),
    Block("console-agenda", View.CONSOLE, frozenset({"agenda"}), console_agenda),
    Block("console-quorum", View.CONSOLE, frozenset({"attendance", "meeting"}), quorum),
    Block("console-people", View.CONSOLE, frozenset({"attendance", "meeting"}), console_people),
    Block("screen-head", View.SCREEN, frozenset({"meeting", "attendance"}), screen_head),
)
