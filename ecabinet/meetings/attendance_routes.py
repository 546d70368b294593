"""Pages of attendance: the list with its counts, everybody's timeline and its corrections, and the list as a file."""

from collections.abc import Callable

from flask import Blueprint, current_app, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Forbidden, Invalid, Problem
from ecabinet.blocks import Audience, View, Viewer
from ecabinet.clock import local, now
from ecabinet.fields import asked, moment, moment_of, text
from ecabinet.meetings import attendance_blocks, attendance_queries, invitations, queries, timeline
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.rules import AttendanceHow
from ecabinet.registry.exports import export_response
from ecabinet.web import database, done, fault_texts, person

bp = Blueprint("attendance", __name__)


@bp.get("/meetings/<int:meeting_id>/attendance")
def page(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: who is here, live, with counts by unit; ``?at=`` tells it of any moment."""
    with database().reading() as db:
        meeting = queries.load(db, person(), meeting_id).require_manager()
        viewer = Viewer(meeting_id, View.CONSOLE, Audience.OBSERVER, "", person().member_id)
        at = moment_of(asked("at", 20))
        return render_template(
            "meetings/attendance.html",
            meeting=meeting,
            people=attendance_blocks.people(db, viewer),
            units=attendance_blocks.units(db, viewer),
            at=at,
            at_value=local(at or now(), "%Y-%m-%dT%H:%M"),
            then=timeline.quorum_at(db, meeting, at) if at else None,
            then_present=len(timeline.present_at(db, meeting_id, at)) if at else 0,
            then_guests=len(timeline.guests_at(db, meeting_id, at)) if at else 0,
        )


@bp.get("/meetings/<int:meeting_id>/attendance/<int:participant_id>")
def one(meeting_id: int, participant_id: int) -> ResponseReturnValue:
    """Those who run the meeting, and whose it is: the timeline of one."""
    with database().reading() as db:
        return _one(db, meeting_id, participant_id, {})


def _one(db: Session, meeting_id: int, participant_id: int, faults: dict[str, str]) -> str:
    seen = queries.load(db, person(), meeting_id)
    participant = queries.load_participant(db, seen.meeting, participant_id)
    if not seen.manages and participant.member_id != person().member_id:
        raise Forbidden
    found = attendance_queries.attendance_of(db, seen.meeting)
    return render_template(
        "meetings/attendance_one.html",
        meeting=seen.meeting,
        line=next(line for line in found.lines if line.person.id == participant_id),
        entries=timeline.entries(db, meeting_id, participant_id).get(participant_id, []),
        manages=seen.manages,
        values=request.form,
        faults=faults,
        now=now(),
    )


def _corrected(
    meeting_id: int, participant_id: int, change: Callable[[Session, Participant], object]
) -> ResponseReturnValue:
    try:
        with database().writing() as db:
            meeting = queries.load(db, person(), meeting_id).require_manager()
            change(db, queries.load_participant(db, meeting, participant_id))
    except Invalid as invalid:
        with database().reading() as db:
            return make_response(_one(db, meeting_id, participant_id, fault_texts(invalid)), 422)
    target = url_for("attendance.one", meeting_id=meeting_id, participant_id=participant_id)
    return done(target, _("Đã sửa điểm danh."))


@bp.post("/meetings/<int:meeting_id>/attendance/<int:participant_id>/entries")
def add_entry(meeting_id: int, participant_id: int) -> ResponseReturnValue:
    """Those who run the meeting: put in what was not recorded at its time, with a reason."""
    return _corrected(
        meeting_id,
        participant_id,
        lambda db, participant: timeline.add_entry(
            db, participant, text("present") == "1", moment("at"), text("reason"), person(), now()
        ),
    )


@bp.post("/meetings/<int:meeting_id>/attendance/<int:participant_id>/entries/<int:entry_id>/void")
def void_entry(meeting_id: int, participant_id: int, entry_id: int) -> ResponseReturnValue:
    """Those who run the meeting: declare an entry wrong, with a reason."""
    return _corrected(
        meeting_id,
        participant_id,
        lambda db, participant: timeline.void_entry(db, participant, entry_id, text("reason"), person(), now()),
    )


@bp.get("/meetings/<int:meeting_id>/attendance/export/<kind>")
def export(meeting_id: int, kind: str) -> ResponseReturnValue:
    """Those who run the meeting: the list of attendance as CSV or a workbook; who took it is on the audit trail."""
    with database().reading() as db:
        meeting = queries.load(db, person(), meeting_id).require_manager()
        rows = list(attendance_queries.rows(db, meeting, _label))
    return export_response(
        kind, f"diem-danh-{meeting_id}", attendance_queries.HEADER, lambda _db: rows, "attendance_export",
        f"meeting:{meeting_id}", {},
    )  # fmt: skip


def _label(kind: str, value: str) -> str:
    """The words for a value: the application's, which stands above the meetings."""
    return str(current_app.jinja_env.globals["label"](kind, value))  # type: ignore[operator]


@bp.post("/meetings/<int:meeting_id>/online")
def enter_online(meeting_id: int) -> ResponseReturnValue:
    """The invited, where the meeting is held online too: take part from afar."""
    with database().writing() as db:
        seen = queries.load(db, person(), meeting_id)
        if not invitations.wishes_of(db, seen.meeting).online:
            raise Problem("not_online")
        timeline.arrive(db, seen.require_participant(), AttendanceHow.ONLINE, person(), now())
    return done(url_for("meetings.page", meeting_id=meeting_id))


@bp.post("/meetings/<int:meeting_id>/outside-guests/<int:guest_id>/attendance")
def record_guest(meeting_id: int, guest_id: int) -> ResponseReturnValue:
    """Those who run the meeting: a guest from outside comes or goes."""

    def change(db: Session, meeting: Meeting) -> None:
        guest = invitations.load_guest(db, meeting, guest_id)
        invitations.record_guest(db, meeting, guest, text("present") == "1", person(), now())

    with database().writing() as db:
        change(db, queries.load(db, person(), meeting_id).require_manager())
    return done(url_for("attendance.page", meeting_id=meeting_id))
