"""Pages on which a meeting is prepared: its particulars, agenda and papers, and who is invited."""

from datetime import datetime

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, Problem
from ecabinet.access import Permission, Person
from ecabinet.clock import ZONE, now
from ecabinet.fields import asked, moment, text, whole
from ecabinet.meetings import attendance, life, operations, queries, room_queries, rooms, rules
from ecabinet.meetings.models import Meeting
from ecabinet.registry import queries as registry
from ecabinet.registry.models import Body, Member, Unit
from ecabinet.web import database, done, fault_texts, new_code, person

bp = Blueprint("preparing", __name__)

QUORUMS = (("1/2", "1/2"), ("2/3", "2/3"), ("3/4", "3/4"), ("1/1", "1/1"))


def _draft() -> rules.MeetingDraft:
    """What the form says of a meeting."""
    numerator, denominator = _fraction("quorum")
    units = _fraction("quorum_units") if text("quorum_units") else (None, None)
    return rules.MeetingDraft(
        title=text("title"),
        place=text("place"),
        starts_at=moment("starts_at"),
        ends_at=moment("ends_at"),
        quorum_numerator=numerator,
        quorum_denominator=denominator,
        quorum_units_numerator=units[0],
        quorum_units_denominator=units[1],
    )


def _fraction(name: str) -> tuple[int, int]:
    """A fraction as "2/3"; what is none becomes 0/0, which no rule allows."""
    above, _slash, below = text(name).partition("/")
    sound = all(part.isdecimal() and len(part) < 4 for part in (above, below))
    return (int(above), int(below)) if sound else (0, 0)


def _form(db: Session, meeting: Meeting | None, values: dict[str, str], faults: dict[str, str]) -> str:
    bodies = registry.bodies_below(db, person().paths(Permission.HOLD_MEETINGS)) if meeting is None else []
    return render_template(
        "meetings/form.html", meeting=meeting, bodies=bodies, values=values, faults=faults, quorums=QUORUMS
    )


def _said(at: datetime | None) -> str:
    return at.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M") if at else ""


@bp.get("/meetings/new")
def new() -> ResponseReturnValue:
    """Those who hold meetings of some unit."""
    _require_holder(person())
    start = now().astimezone(ZONE).replace(hour=8, minute=0, second=0, microsecond=0)
    values = {"quorum": "2/3", "starts_at": _said(start), "ends_at": _said(start.replace(hour=11, minute=30))}
    with database().reading() as db:
        return _form(db, None, values, {})


def _require_holder(me: Person) -> None:
    if not me.paths(Permission.HOLD_MEETINGS):
        raise Problem("forbidden")


@bp.post("/meetings/new")
def create() -> ResponseReturnValue:
    """Those who hold meetings of the unit of the chosen body; the body is invited at once."""
    me = person()
    try:
        with database().writing() as db:
            body, unit = _chosen_body(db, me, whole("body"))
            meeting = operations.create_meeting(db, me, unit, body, _draft(), new_code)
            attendance.invite_body(db, meeting, body, new_code)
            attendance.propose_chair(db, meeting)
            meeting_id = meeting.id
    except Invalid as invalid:
        with database().reading() as db:
            return make_response(_form(db, None, request.form.to_dict(), fault_texts(invalid)), 422)
    return done(url_for("agenda.edit", meeting_id=meeting_id))


def _chosen_body(db: Session, me: Person, body_id: int | None) -> tuple[Body, Unit]:
    body = db.get(Body, body_id) if body_id else None
    if body is None or not me.may(Permission.HOLD_MEETINGS, body.unit.path):
        raise Invalid({"body": Problem("no_such_unit")})
    return body, body.unit


@bp.get("/meetings/<int:meeting_id>/edit")
def edit(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting."""
    with database().reading() as db:
        meeting = queries.load(db, person(), meeting_id).require_manager()
        values = {
            "title": meeting.title,
            "place": meeting.place,
            "starts_at": _said(meeting.starts_at),
            "ends_at": _said(meeting.ends_at),
            "quorum": f"{meeting.quorum_numerator}/{meeting.quorum_denominator}",
            "quorum_units": f"{units[0]}/{units[1]}" if (units := meeting.quorum_rule.units) else "",
        }
        return _form(db, meeting, values, {})


@bp.post("/meetings/<int:meeting_id>/edit")
def save(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting."""
    try:
        with database().writing() as db:
            meeting = queries.load_to_change(db, person(), meeting_id).require_preparing()
            if operations.edit_meeting(db, meeting, _draft()):
                rooms.recheck(db, meeting, text("conflict_reason"), life.Act(person().member_id, now()))
    except Invalid as invalid:
        with database().reading() as db:
            meeting = queries.load(db, person(), meeting_id).require_manager()
            return make_response(_form(db, meeting, request.form.to_dict(), fault_texts(invalid)), 422)
    return done(url_for("preparing.edit", meeting_id=meeting_id), _("Đã lưu."))


@bp.get("/meetings/<int:meeting_id>/people")
def people(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: who is invited; ?name= looks for members to invite as guests."""
    with database().reading() as db:
        meeting = queries.load(db, person(), meeting_id).require_manager()
        name = asked("name", 100)
        found = registry.members_named(db, name, meeting.unit.path) if name else []
        return render_template(
            "meetings/people.html",
            meeting=meeting,
            people=queries.participants(db, meeting_id),
            bodies=registry.bodies_below(db, (meeting.unit.path,)),
            name=name,
            found=found,
            clashes=room_queries.elsewhere(db, person(), meeting),
            found_clashes=room_queries.elsewhere(db, person(), meeting, [member.id for member, _unit in found]),
            roles=[role for role in rules.ParticipantRole if role != rules.ParticipantRole.SUBSTITUTE],
        )


@bp.post("/meetings/<int:meeting_id>/people")
def invite_body(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: invite a body as it stands on the meeting's day."""
    with database().writing() as db:
        meeting = queries.load_to_change(db, person(), meeting_id).require_preparing()
        body = db.get(Body, whole("body") or 0)
        if body is None or not body.unit.path.startswith(meeting.unit.path):
            raise Problem("no_such_unit")
        added = attendance.invite_body(db, meeting, body, new_code)
        attendance.propose_chair(db, meeting)
    return done(
        url_for("preparing.people", meeting_id=meeting_id), _("Đã thêm %(n)s đồng chí vào danh sách mời.", n=added)
    )


@bp.post("/meetings/<int:meeting_id>/guests")
def invite_guest(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: invite a member of the unit's subtree as a guest."""
    with database().writing() as db:
        meeting = queries.load_to_change(db, person(), meeting_id).require_preparing()
        member = db.get(Member, whole("member") or 0)
        if member is None or not member.unit.path.startswith(meeting.unit.path):
            raise Problem("no_such_member")
        attendance.invite_guest(db, meeting, member, new_code)
    return done(url_for("preparing.people", meeting_id=meeting_id))


@bp.post("/meetings/<int:meeting_id>/people/<int:participant_id>/scrutineer")
def set_scrutineer(meeting_id: int, participant_id: int) -> ResponseReturnValue:
    """Those who run the meeting: who counts the votes with them, and sees counts before they are published."""
    with database().writing() as db:
        meeting = queries.load_to_change(db, person(), meeting_id).require_preparing()
        participant = queries.load_participant(db, meeting, participant_id)
        attendance.set_scrutineer(db, participant, chosen=text("scrutineer") == "1")
    return done(url_for("preparing.people", meeting_id=meeting_id))


@bp.post("/meetings/<int:meeting_id>/people/<int:participant_id>/remove")
def remove(meeting_id: int, participant_id: int) -> ResponseReturnValue:
    """Those who run the meeting: invite somebody no longer; not oneself, who would lose the page."""
    with database().writing() as db:
        meeting = queries.load_to_change(db, person(), meeting_id).require_preparing()
        participant = queries.load_participant(db, meeting, participant_id)
        if participant.member_id == person().member_id:
            raise Problem("not_yourself_off")
        attendance.remove(db, participant, now())
    return done(url_for("preparing.people", meeting_id=meeting_id), _("Đã đưa ra khỏi danh sách mời."))


@bp.post("/meetings/<int:meeting_id>/people/<int:participant_id>/role")
def set_role(meeting_id: int, participant_id: int) -> ResponseReturnValue:
    """Those who run the meeting: who chairs, who is secretary."""
    with database().writing() as db:
        meeting = queries.load_to_change(db, person(), meeting_id).require_preparing()
        wanted = text("role")
        if wanted not in set(rules.ParticipantRole):
            raise Problem("malformed")
        attendance.set_role(db, queries.load_participant(db, meeting, participant_id), rules.ParticipantRole(wanted))
    return done(url_for("preparing.people", meeting_id=meeting_id))
