"""Pages of rooms: those of the unit, the calendar, and the room of a meeting."""

from datetime import date, timedelta

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, Problem
from ecabinet import clock
from ecabinet.access import Permission
from ecabinet.clock import now
from ecabinet.fields import asked, text, whole
from ecabinet.meetings import queries, room_queries, room_rules, rooms
from ecabinet.meetings.life import Act
from ecabinet.meetings.life_forms import id_asked, month_of, week_of, week_text
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.room_models import Room
from ecabinet.registry.models import Unit
from ecabinet.registry.queries import units_where
from ecabinet.web import database, done, fault_texts, person

bp = Blueprint("rooms", __name__)


def _act() -> Act:
    return Act(person().member_id, now())


def _draft() -> room_rules.RoomDraft:
    return room_rules.RoomDraft(
        text("name"),
        whole("capacity"),
        text("equipment"),
        whole("head_seats", 0),
        room_rules.read_rows(text("seat_rows")),
    )


def _index(db: Session, values: dict[str, str], faults: dict[str, str], editing: Room | None = None) -> str:
    me = person()
    if not me.paths(Permission.HOLD_MEETINGS):
        raise Problem("forbidden")
    return render_template(
        "meetings/rooms.html",
        rooms=[room for room in room_queries.rooms_seen(db, me) if me.may(Permission.HOLD_MEETINGS, room.unit.path)],
        units=units_where(db, me, Permission.HOLD_MEETINGS),
        rows_text=room_rules.rows_text,
        editing=editing,
        values=values,
        faults=faults,
    )


@bp.get("/rooms")
def index() -> ResponseReturnValue:
    """Those who hold meetings of some unit: its rooms."""
    with database().reading() as db:
        return _index(db, {"head_seats": "5"}, {})


@bp.post("/rooms")
def create() -> ResponseReturnValue:
    """Those who hold meetings of the chosen unit."""
    try:
        with database().writing() as db:
            unit = db.get(Unit, whole("unit") or 0)
            if unit is None or not person().may(Permission.HOLD_MEETINGS, unit.path):
                raise Invalid({"unit": Problem("no_such_unit")})
            rooms.save_room(db, unit, None, _draft(), _act())
    except Invalid as invalid:
        with database().reading() as db:
            return make_response(_index(db, request.form.to_dict(), fault_texts(invalid)), 422)
    return done(url_for("rooms.index"), _("Đã thêm phòng họp."))


@bp.get("/rooms/<int:room_id>")
def edit(room_id: int) -> ResponseReturnValue:
    """Those who keep the rooms of its unit."""
    with database().reading() as db:
        room = room_queries.load(db, person(), room_id)
        values = {
            "name": room.name, "capacity": str(room.capacity), "equipment": room.equipment,
            "head_seats": str(room.head_seats), "seat_rows": room_rules.rows_text(room.seat_rows),
        }  # fmt: skip
        return _index(db, values, {}, room)


@bp.post("/rooms/<int:room_id>")
def save(room_id: int) -> ResponseReturnValue:
    """Those who keep the rooms of its unit."""
    try:
        with database().writing() as db:
            room = room_queries.load(db, person(), room_id)
            rooms.save_room(db, room.unit, room, _draft(), _act())
    except Invalid as invalid:
        with database().reading() as db:
            room = room_queries.load(db, person(), room_id)
            return make_response(_index(db, request.form.to_dict(), fault_texts(invalid), room), 422)
    return done(url_for("rooms.index"), _("Đã lưu."))


@bp.post("/rooms/<int:room_id>/close")
def close(room_id: int) -> ResponseReturnValue:
    """Those who keep the rooms of its unit: out of use, or into use again."""
    with database().writing() as db:
        rooms.close_room(db, room_queries.load(db, person(), room_id), closed=text("closed") == "1", act=_act())
    return done(url_for("rooms.index"), _("Đã lưu."))


@bp.get("/rooms/calendar")
def calendar() -> ResponseReturnValue:
    """The signed-in: a week or a month of the meetings they see, and of what takes the rooms they see."""
    month = month_of(asked("month", 7))
    begin, end = _month_span(month) if month else _week_span(week_of(asked("week", 8)))
    room_id, unit_id = id_asked("room"), id_asked("unit")
    with database().reading() as db:
        days = room_queries.calendar(db, person(), begin, end, room_id=room_id, unit_id=unit_id)
        seen = room_queries.rooms_seen(db, person())
    return render_template(
        "meetings/calendar.html",
        days=days,
        month=month,
        rooms=[room for room in seen if not room.closed or any(e.room_id == room.id for d in days.values() for e in d)],
        by="unit" if asked("by", 4) == "unit" else "room",
        room_id=room_id,
        unit_id=unit_id,
        today=clock.today(),
        week_text=week_text,
        day=timedelta(days=1),
    )


def _week_span(monday: date | None) -> tuple[date, date]:
    today = clock.today()
    monday = monday or today - timedelta(days=today.weekday())
    return monday, monday + timedelta(days=7)


def _month_span(first: date) -> tuple[date, date]:
    """Whole weeks around a month."""
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first - timedelta(days=first.weekday()), last + timedelta(days=7 - last.weekday())


def _room_of(db: Session, meeting: Meeting, room_id: int | None) -> Room:
    found = next((room for room in room_queries.rooms_of_meeting(db, meeting) if room.id == room_id), None)
    if found is None:
        raise Invalid({"room": Problem("no_such_room")})
    return found


def _meeting_room(db: Session, meeting: Meeting, values: dict[str, str], faults: dict[str, str]) -> str:
    booking = room_queries.booking_of(db, meeting.id)
    open_rooms = room_queries.rooms_of_meeting(db, meeting)
    against = {
        room.id: room_queries.shown(db, person(), room_queries.conflicts(db, meeting, room)) for room in open_rooms[:40]
    }
    return render_template(
        "meetings/room.html",
        meeting=meeting,
        booking=booking,
        rooms=open_rooms,
        against=against,
        week=week_text(meeting.starts_at.astimezone(clock.ZONE).date()),
        expected=sum(p.rsvp not in ("absent", "substituted") for p in queries.participants(db, meeting.id)),
        values=values,
        faults=faults,
    )


@bp.get("/meetings/<int:meeting_id>/room")
def of_meeting(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: its room, and what stands against each."""
    with database().reading() as db:
        return _meeting_room(db, queries.load(db, person(), meeting_id).require_manager(), {}, {})


@bp.post("/meetings/<int:meeting_id>/room")
def book(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: book a room, with a reason where something stands against it."""
    try:
        with database().writing() as db:
            meeting = queries.load_to_change(db, person(), meeting_id).require_preparing()
            rooms.book(db, meeting, _room_of(db, meeting, whole("room")), text("reason"), _act())
    except Invalid as invalid:
        with database().reading() as db:
            meeting = queries.load(db, person(), meeting_id).require_manager()
            return make_response(_meeting_room(db, meeting, request.form.to_dict(), fault_texts(invalid)), 422)
    return done(url_for("rooms.of_meeting", meeting_id=meeting_id), _("Đã đặt phòng."))


@bp.post("/meetings/<int:meeting_id>/room/free")
def free(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: it needs no room any more."""
    with database().writing() as db:
        rooms.free(db, queries.load_to_change(db, person(), meeting_id).require_preparing(), _act())
    return done(url_for("rooms.of_meeting", meeting_id=meeting_id), _("Đã trả phòng."))
