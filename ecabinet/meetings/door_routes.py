"""Arriving by code: the changing one at the door scanned by one's phone, or one's own scanned by the secretary."""

from datetime import datetime

import segno
from flask import Blueprint, Response, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from documents.errors import Problem
from ecabinet.clock import local, now
from ecabinet.fields import text
from ecabinet.meetings import attendance, invitations, queries, timeline
from ecabinet.meetings.door_rules import PASS_SECONDS, door_code, meeting_of
from ecabinet.meetings.rules import ROOM_IS_OPEN, AttendanceHow
from ecabinet.messages import sentence
from ecabinet.web import HEADERS, database, done, engines, person, public

bp = Blueprint("door", __name__)

CAMERA = HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)")


@bp.get("/meetings/<int:meeting_id>/door.svg")
def code(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: the code to show at the door now."""
    with database().reading() as db:
        meeting = queries.load(db, person(), meeting_id).require_manager()
        if meeting.state not in ROOM_IS_OPEN or not invitations.wishes_of(db, meeting).door_code:
            raise Problem("wrong_state")
    shown = door_code(engines().config.secret_key, meeting_id, now())
    address = engines().config.public_url + url_for("door.scanned", code=shown)
    svg = segno.make(address, error="m").svg_inline(scale=8, dark="#0b2545", light="#fff")
    return Response(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1), mimetype="image/svg+xml")


@bp.get("/d/<code>")
@public
def scanned(code: str) -> ResponseReturnValue:
    """Whoever scans the code at the door; those not signed in are asked to first, and the scan is kept meanwhile."""
    meeting_id = meeting_of(engines().config.secret_key, code, now())
    if meeting_id is not None:
        session["door"] = [meeting_id, int(now().timestamp()) + PASS_SECONDS]
    if g.get("person") is None:
        return redirect(url_for("registry.login", next=url_for("door.scanned", code=code)), 303)
    if meeting_id is None:
        meeting_id = _passed(now())
    if meeting_id is None:
        raise Problem("door_code_old")
    with database().reading() as db:
        seen = queries.load(db, person(), meeting_id)
        return render_template("meetings/door.html", meeting=seen.meeting, me=seen.require_participant())


def _passed(at: datetime) -> int | None:
    """The meeting whose door this browser scanned a moment ago."""
    kept = session.get("door")
    if not isinstance(kept, list) or len(kept) != 2 or kept[1] < at.timestamp():
        return None
    return int(kept[0])


@bp.post("/meetings/<int:meeting_id>/door")
def enter(meeting_id: int) -> ResponseReturnValue:
    """The invited who have just scanned the code at the door: that is recorded as their arrival."""
    if _passed(now()) != meeting_id:
        raise Problem("door_code_old")
    with database().writing() as db:
        participant = queries.load(db, person(), meeting_id).require_participant()
        timeline.arrive(db, participant, AttendanceHow.DOOR, person(), now())
    session.pop("door", None)
    return done(url_for("meetings.page", meeting_id=meeting_id))


@bp.get("/meetings/<int:meeting_id>/scan")
def scanner(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: a device at the door that reads the codes on invitations."""
    with database().reading() as db:
        meeting = queries.load(db, person(), meeting_id).require_manager()
        response = make_response(render_template("meetings/scan.html", meeting=meeting, answer=None))
    # Only here: the camera reads codes, in the browser; no picture leaves it.
    response.headers["Permissions-Policy"] = CAMERA
    return response


@bp.post("/meetings/<int:meeting_id>/scan")
def scan(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: record who holds the code that was read."""
    given = text("code").rstrip("/").rpartition("/")[2]
    answer: dict[str, object]
    try:
        with database().writing() as db:
            meeting = queries.load(db, person(), meeting_id).require_manager()
            participant = attendance.by_code(db, meeting, given)
            came = timeline.arrive(db, participant, AttendanceHow.QR, person(), now())
            answer = {
                "ok": True, "came": came, "name": participant.name, "unit": participant.unit_name,
                "title": participant.title, "at": local(now(), "%H:%M:%S"),
            }  # fmt: skip
    except Problem as problem:
        if problem.code not in ("door_code_unknown", "wrong_state"):
            raise
        answer = {"ok": False, "message": sentence(problem)}
    template = "meetings/scan_answer.html" if request.headers.get("HX-Request") else "meetings/scan.html"
    response = make_response(render_template(template, meeting=meeting, answer=answer))
    response.headers["Permissions-Policy"] = CAMERA
    return response
