"""The parts of the live pages that show the meeting itself."""

from flask import g, render_template
from sqlalchemy.orm import Session

from ecabinet import clock
from ecabinet.blocks import Block, View, Viewer
from ecabinet.meetings import agenda_queries, agenda_rules, attendance_queries, audience_queries, queries
from ecabinet.meetings.agenda import setting_of
from ecabinet.meetings.agenda_queries import ItemLine
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
    items = queries.agenda(db, meeting, circle=viewer.circle)
    return render_template("meetings/blocks/agenda.html", meeting=meeting, items=items)


def stage(db: Session, viewer: Viewer) -> str:
    """The present item with its papers, in the middle of the meeting page."""
    meeting = _meeting(db, viewer)
    items = queries.agenda(db, meeting, circle=viewer.circle)
    elsewhere = meeting.current_item_id in audience_queries.closed(db, meeting.id, viewer.circle)
    return render_template(
        "meetings/blocks/stage.html", meeting=meeting, items=items, for_others=elsewhere, **_at(items)
    )


def _at(items: list[ItemLine]) -> dict[str, object]:
    """The present item, what it stands under, and the first that follows it."""
    here = next((n for n, item in enumerate(items) if item.current), None)
    if here is None:
        return {"item": None, "above": [], "following": None}
    above: list[ItemLine] = []
    for item in reversed(items[:here]):
        if item.depth < (above[-1] if above else items[here]).depth:
            above.append(item)
    return {"item": items[here], "above": above[::-1], "following": next(iter(items[here + 1 :]), None)}


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
        **(attendance_queries.own_standing(db, meeting, mine) if mine is not None else {}),
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
    """The agenda on the chair's console: one tap opens an item; its clock, and the course of the day."""
    meeting, at = _meeting(db, viewer), clock.now()
    items = queries.agenda(db, meeting, runs=True, now=at)
    before = agenda_queries.before_break(db, meeting) if any(item.current and item.is_break for item in items) else None
    return render_template(
        "meetings/blocks/console_agenda.html",
        meeting=meeting,
        items=items,
        day=agenda_queries.day_of(db, meeting, at),
        at=at,
        before=next((item for item in items if item.id == before), None),
        break_minutes=agenda_rules.BREAK_MINUTES,
        **_at(items),
    )


def agenda_editor(db: Session, viewer: Viewer) -> str:
    """The whole agenda with its papers as those who run the meeting build it."""
    meeting, at = _meeting(db, viewer), clock.now()
    return render_template(
        "meetings/blocks/agenda_editor.html",
        meeting=meeting,
        items=queries.agenda(db, meeting, runs=True, now=at),
        setting=setting_of(db, meeting.id),
        ends_at=agenda_queries.planned_end(db, meeting),
        values=g.get("agenda_values", {}),
        faults=g.get("agenda_faults", {}),
    )


def screen_head(db: Session, viewer: Viewer) -> str:
    """The head of the room screen."""
    meeting = _meeting(db, viewer)
    return render_template(
        "meetings/blocks/screen_head.html", meeting=meeting, quorum=queries.quorum_shown(db, meeting)
    )


BLOCKS = (
    Block("meeting-bar", View.MEETING, frozenset({"meeting", "attendance"}), bar),
    Block("agenda", View.MEETING, frozenset({"agenda", "meeting"}), agenda),
    Block("stage-item", View.MEETING, frozenset({"agenda", "meeting"}), stage),
    Block("quorum", View.MEETING, frozenset({"attendance", "meeting"}), quorum),
    Block("now", View.MEETING, frozenset({"attendance", "meeting"}), now, personal=True),
    Block("meeting-bar", View.CONSOLE, frozenset({"meeting", "attendance"}), bar),
    Block("console-agenda", View.CONSOLE, frozenset({"agenda", "meeting"}), console_agenda),
    Block("console-quorum", View.CONSOLE, frozenset({"attendance", "meeting"}), quorum),
    Block("screen-head", View.SCREEN, frozenset({"meeting", "attendance"}), screen_head),
    Block("agenda-editor", View.AGENDA, frozenset({"agenda", "meeting"}), agenda_editor),
)
