"""Pages of meetings: today, the meeting on a tablet, the console, the room screen, invitation and attendance."""

import hashlib
from dataclasses import replace

import segno
from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, NotFound, Problem
from ecabinet.access import Permission
from ecabinet.blocks import BlockTable, Rendered, View
from ecabinet.clock import now
from ecabinet.fields import asked, text, whole
from ecabinet.meeting_words import MEETING_LABELS
from ecabinet.meetings import (
    agenda,
    attendance,
    invitations,
    life_forms,
    life_queries,
    operations,
    paper_queries,
    queries,
    timeline,
)
from ecabinet.meetings.attendance_queries import own_substitution
from ecabinet.meetings.invitation_rules import SubstitutionState, category_of
from ecabinet.meetings.models import Participant
from ecabinet.meetings.rules import ROOM_IS_OPEN, AttendanceHow, MeetingState, Rsvp
from ecabinet.once import once
from ecabinet.registry import queries as registry
from ecabinet.registry.models import Member
from ecabinet.web import TwoVersions, database, done, engines, fault_texts, new_code, person, wants_json

bp = Blueprint("meetings", __name__)


@bp.get("/")
def today() -> ResponseReturnValue:
    """The signed-in: the meetings of the day, then what comes."""
    me = person()
    with database().reading() as db:
        return render_template(
            "meetings/today.html",
            meetings=queries.today(db, me, now()),
            upcoming=queries.upcoming(db, me, now()),
            papers_to_submit=paper_queries.to_submit(db, me, now()),
            papers_to_approve=paper_queries.to_approve(db, me, now()),
            may_create=bool(me.paths(Permission.HOLD_MEETINGS)),
            today=now(),
        )


@bp.get("/meetings")
def index() -> ResponseReturnValue:
    """The signed-in: the meetings they are invited to or hold, by filters, page by page."""
    me, wanted = person(), life_forms.read_wanted()
    with database().reading() as db:
        found, more = life_queries.listed(db, me, wanted, now())
        units, rooms = life_queries.choices(db, me)
        return render_template(
            "meetings/index.html",
            meetings=found,
            wanted=wanted,
            more=life_forms.address_of(replace(wanted, after=more)) if more else None,
            units=units,
            rooms=rooms,
            may_create=bool(me.paths(Permission.HOLD_MEETINGS)),
            policies=life_queries.policies(db, me),
        )


@bp.get("/meetings/<int:meeting_id>")
def page(meeting_id: int) -> ResponseReturnValue:
    """The invited and those who run it: the meeting on a tablet."""
    return _live_page(meeting_id, View.MEETING)


@bp.get("/meetings/<int:meeting_id>/console")
def console(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: the chair's console."""
    return _live_page(meeting_id, View.CONSOLE)


@bp.get("/meetings/<int:meeting_id>/screen")
def screen(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: what the projector shows."""
    return _live_page(meeting_id, View.SCREEN)


def _live_page(meeting_id: int, view: View) -> ResponseReturnValue:
    with database().reading() as db:
        viewer, seen = queries.viewer(db, person(), meeting_id, view, str(_locale()))
        blocks = {block["id"]: block for block in _table().page(db, viewer)}
        return render_template(f"meetings/{view}.html", meeting=seen.meeting, seen=seen, blocks=blocks, view=view)


@bp.get("/meetings/<int:meeting_id>/blocks")
def blocks(meeting_id: int) -> ResponseReturnValue:
    """As the page itself: its present blocks, for pages without a socket and after a reconnect; 304 when nothing
    changed.
    """
    try:
        view = View(request.args.get("view", View.MEETING))
    except ValueError as error:
        raise NotFound from error
    with database().reading() as db:
        viewer, _seen = queries.viewer(db, person(), meeting_id, view, str(_locale()))
        rendered = _table().page(db, viewer)
    return _with_etag(rendered)


def _with_etag(rendered: list[Rendered]) -> Response:
    response = jsonify(rendered)
    response.set_etag(hashlib.sha256("".join(block["html"] for block in rendered).encode()).hexdigest())
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response


def _table() -> BlockTable:
    table: BlockTable = current_app.extensions["ecabinet.blocks"]
    return table


def _locale() -> str:
    return g.get("lang") or engines().config.locale


@bp.post("/meetings/<int:meeting_id>/enter")
def enter(meeting_id: int) -> ResponseReturnValue:
    """The invited: enter the room; that is recorded as their arrival."""
    with database().writing() as db:
        seen = queries.load(db, person(), meeting_id)
        if seen.participant is not None and seen.meeting.state in ROOM_IS_OPEN:
            timeline.arrive(db, seen.participant, AttendanceHow.SELF, person(), now())
    return done(url_for("meetings.page", meeting_id=meeting_id))


@bp.post("/meetings/<int:meeting_id>/leave")
def leave(meeting_id: int) -> ResponseReturnValue:
    """The invited: leave the room."""
    with database().writing() as db:
        participant = queries.load(db, person(), meeting_id).require_participant()
        attendance.record_attendance(db, participant, False, AttendanceHow.SELF, person(), now())
    return done(url_for("meetings.today"))


@bp.get("/meetings/<int:meeting_id>/invitation")
def invitation(meeting_id: int) -> ResponseReturnValue:
    """The invited: their invitation with its QR code, and the answer to it."""
    with database().reading() as db:
        return _invitation(db, meeting_id, {}, {})


def _invitation(db: Session, meeting_id: int, values: dict[str, str], faults: dict[str, str]) -> ResponseReturnValue:
    seen = queries.load(db, person(), meeting_id)
    participant = seen.require_participant()
    found = (
        registry.members_named(db, values["substitute_name"], seen.meeting.unit.path)
        if values.get("substitute_name")
        else []
    )
    people = {p.id: p for p in queries.participants(db, meeting_id)}
    return render_template(
        "meetings/invitation.html",
        meeting=seen.meeting,
        me=participant,
        items=queries.agenda(db, seen.meeting, circle=queries.circle(db, seen)),
        substitute=next((p for p in people.values() if p.represents_id == participant.id), None),
        represented=people.get(participant.represents_id or 0),
        proposed=own_substitution(db, participant),
        wishes=invitations.wishes_of(db, seen.meeting),
        now=now(),
        found=found,
        values=values,
        faults=faults,
    )


@bp.post("/meetings/<int:meeting_id>/rsvp")
@once
def rsvp(meeting_id: int) -> ResponseReturnValue:
    """The invited: accept, or be absent with a reason."""
    reason = text("reason")
    try:
        with database().writing() as db:
            participant = queries.load_to_change(db, person(), meeting_id).require_participant()
            _check_known(participant)
            category = category_of(text("category"))
            invitations.answer(db, participant, _answer_of(text("answer")), category, reason, person(), now())
    except Invalid as invalid:
        if wants_json():
            raise
        with database().reading() as db:
            values = {"reason": reason, "category": text("category")}
            return make_response(_invitation(db, meeting_id, values, fault_texts(invalid)), 422)
    return done(url_for("meetings.invitation", meeting_id=meeting_id), _("Đã ghi nhận trả lời của đồng chí."))


def _check_known(participant: Participant) -> None:
    """An answer that a script sends builds on the one that its page showed (``known``)."""
    if wants_json() and request.form.get("known") not in (None, participant.rsvp):
        theirs = [(_("Trả lời"), str(MEETING_LABELS["rsvp"][participant.rsvp])), (_("Lý do"), participant.reason)]
        raise TwoVersions("answered_elsewhere", theirs, {"known": participant.rsvp})


def _answer_of(value: str) -> Rsvp:
    if value not in (Rsvp.ACCEPTED, Rsvp.ABSENT):
        raise Problem("malformed")
    return Rsvp(value)


@bp.get("/meetings/<int:meeting_id>/substitute")
def find_substitute(meeting_id: int) -> ResponseReturnValue:
    """The invited: members of the unit by name, to send one of them."""
    with database().reading() as db:
        return _invitation(db, meeting_id, {"substitute_name": asked("substitute_name", 100)}, {})


@bp.post("/meetings/<int:meeting_id>/substitute")
def send_substitute(meeting_id: int) -> ResponseReturnValue:
    """The invited: send a substitute, with a reason or without."""
    reason = text("substitute_reason")
    try:
        with database().writing() as db:
            seen = queries.load_to_change(db, person(), meeting_id)
            member = db.get(Member, whole("member") or 0)
            if member is None or not member.unit.path.startswith(seen.meeting.unit.path):
                raise Problem("no_such_member")
            named = invitations.send_substitute(
                db, seen.require_participant(), member, reason, person(), now(), new_code, by_manager=seen.manages
            )
            waits = named.state == SubstitutionState.WAITING
    except Invalid as invalid:
        values = {"substitute_name": text("substitute_name"), "substitute_reason": reason}
        with database().reading() as db:
            faults = {f"substitute_{field}": said for field, said in fault_texts(invalid).items()}
            return make_response(_invitation(db, meeting_id, values, faults), 422)
    said = _("Đã đề nghị, chờ chủ trì hoặc thư ký duyệt.") if waits else _("Đã cử người dự thay.")
    return done(url_for("meetings.invitation", meeting_id=meeting_id), said)


@bp.get("/c/<code>")
def check_in(code: str) -> ResponseReturnValue:
    """The holder of the invitation and those who run the meeting: what scanning its QR code opens."""
    with database().reading() as db:
        participant, seen = queries.by_check_in_code(db, person(), code)
        return render_template(
            "meetings/check_in.html", meeting=seen.meeting, guest=participant, code=code, manages=seen.manages
        )


@bp.post("/c/<code>")
def confirm_check_in(code: str) -> ResponseReturnValue:
    """The same people: record the arrival by QR code."""
    with database().writing() as db:
        participant, seen = queries.by_check_in_code(db, person(), code)
        timeline.arrive(db, participant, AttendanceHow.QR, person(), now())
        own = participant.member_id == person().member_id
        target = (
            url_for("meetings.page", meeting_id=seen.meeting.id) if own else url_for("meetings.check_in", code=code)
        )
    return redirect(target, 303)


@bp.get("/c/<code>/qr.svg")
def check_in_qr(code: str) -> ResponseReturnValue:
    """The same people: the QR code of an invitation."""
    with database().reading() as db:
        queries.by_check_in_code(db, person(), code)
    address = engines().config.public_url + url_for("meetings.check_in", code=code)
    svg = segno.make(address, error="m").svg_inline(scale=8, dark="#0b2545", light="#fff")
    return Response(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1), mimetype="image/svg+xml")


@bp.post("/meetings/<int:meeting_id>/attendance/<int:participant_id>")
def record_attendance(meeting_id: int, participant_id: int) -> ResponseReturnValue:
    """Those who run the meeting: record somebody's arrival or departure."""
    with database().writing() as db:
        meeting = queries.load(db, person(), meeting_id).require_manager()
        participant = queries.load_participant(db, meeting, participant_id)
        if text("present") == "1":
            timeline.arrive(db, participant, AttendanceHow.SECRETARY, person(), now())
        else:
            attendance.record_attendance(db, participant, False, AttendanceHow.SECRETARY, person(), now())
    return done(url_for("meetings.console", meeting_id=meeting_id))


@bp.post("/meetings/<int:meeting_id>/state")
def advance(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: send the invitations, begin. Its end concerns the votes, and stands with them."""
    with database().writing() as db:
        meeting = queries.load_to_change(db, person(), meeting_id).require_preparing()
        wanted = text("state")
        if wanted not in (MeetingState.INVITED, MeetingState.UNDER_WAY):
            raise Problem("malformed")
        operations.advance(db, meeting, MeetingState(wanted), now(), person().member_id)
    back = "preparing.people" if wanted == MeetingState.INVITED else "meetings.console"
    return done(url_for(back, meeting_id=meeting_id), _("Đã gửi giấy mời.") if wanted == MeetingState.INVITED else "")


@bp.post("/meetings/<int:meeting_id>/current/<int:item_id>")
def go_to_item(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Those who run the meeting: open an agenda item for the room."""
    with database().writing() as db:
        meeting = queries.load_to_change(db, person(), meeting_id).require_preparing()
        agenda.go_to_item(db, meeting, item_id, now())
    return done(url_for("meetings.console", meeting_id=meeting_id))
