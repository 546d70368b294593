"""Pages of the seat map: drawn by the secretary, looked at by the invited."""

from collections.abc import Callable

from flask import Blueprint, current_app, g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, Problem
from ecabinet.blocks import BlockTable, View
from ecabinet.fields import text, whole
from ecabinet.meetings import queries, room_queries, room_rules, seats
from ecabinet.meetings import seat_queries as shown
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.seat_rules import SeatOrder, Spot
from ecabinet.voting import seat_queries
from ecabinet.web import database, done, engines, fault_texts, person

bp = Blueprint("seats", __name__)


@bp.get("/meetings/<int:meeting_id>/seats")
def page(meeting_id: int) -> ResponseReturnValue:
    """The invited: the map with their own seat; those who run the meeting draw it."""
    with database().reading() as db:
        seen = queries.load(db, person(), meeting_id)
        if seen.manages:
            return _editor(db, seen.meeting, {}, {})
        locale = str(g.get("lang") or engines().config.locale)
        viewer, _seen = queries.viewer(db, person(), meeting_id, View.SEATS, locale)
        table: BlockTable = current_app.extensions["ecabinet.blocks"]
        blocks = {block["id"]: block for block in table.page(db, viewer)}
        return render_template("meetings/seats.html", meeting=seen.meeting, blocks=blocks, view=View.SEATS)


def _editor(db: Session, meeting: Meeting, values: dict[str, str], faults: dict[str, str]) -> str:
    drawn = seat_queries.map_of(db, meeting, runs_it=True)
    booking = room_queries.booking_of(db, meeting.id)
    present = {"head_seats": "5", "seat_rows": ""}
    if drawn is not None:
        rows = room_rules.rows_text(len(row) for row in drawn.rows)
        present = {"head_seats": str(len(drawn.head)), "seat_rows": rows}
    return render_template(
        "meetings/seats_edit.html",
        meeting=meeting,
        map=drawn,
        room=booking.room if booking is not None else None,
        unseated=shown.unseated(db, meeting),
        people=queries.participants(db, meeting.id),
        orders=list(SeatOrder),
        values=present | values,
        faults=faults,
    )


def _change(meeting_id: int, change: Callable[[Session, Meeting], str]) -> ResponseReturnValue:
    """Those who run the meeting, also while it goes on."""
    try:
        with database().writing() as db:
            said = change(db, queries.load_to_change(db, person(), meeting_id).require_preparing())
    except Invalid as invalid:
        with database().reading() as db:
            meeting = queries.load(db, person(), meeting_id).require_manager()
            return make_response(_editor(db, meeting, request.form.to_dict(), fault_texts(invalid)), 422)
    return done(url_for("seats.page", meeting_id=meeting_id), said)


@bp.post("/meetings/<int:meeting_id>/seats/draw")
def draw(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: the seats as written, or as the booked room has them."""

    def change(db: Session, meeting: Meeting) -> str:
        booking = room_queries.booking_of(db, meeting.id)
        if text("room") == "1" and booking is not None:
            seats.draw_room(db, meeting, booking.room)
        else:
            seats.draw(db, meeting, whole("head_seats", 0), room_rules.read_rows(text("seat_rows")))
        return str(_("Đã vẽ sơ đồ chỗ ngồi."))

    return _change(meeting_id, change)


@bp.post("/meetings/<int:meeting_id>/seats/fill")
def fill(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: everybody gets a seat in an order; without one all stand up."""
    order = text("order")
    if order and order not in set(SeatOrder):
        raise Problem("malformed")

    def change(db: Session, meeting: Meeting) -> str:
        if not order:
            seats.clear(db, meeting)
            return str(_("Đã bỏ xếp chỗ."))
        left = seats.fill(db, meeting, SeatOrder(order))
        if left:
            return str(_("Đã xếp chỗ, còn %(n)s người chưa có ghế.", n=left))
        return str(_("Đã xếp chỗ cho mọi người."))

    return _change(meeting_id, change)


@bp.post("/meetings/<int:meeting_id>/seats/put")
def put(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: somebody on a seat "row-number"; without one off the map."""
    row, _dash, number = text("seat").partition("-")
    if text("seat") and not all(part.isascii() and part.isdecimal() and len(part) < 4 for part in (row, number)):
        raise Problem("malformed")

    def change(db: Session, meeting: Meeting) -> str:
        participant = queries.load_participant(db, meeting, whole("participant") or 0)
        seats.put(db, meeting, participant, Spot(int(row), int(number)) if text("seat") else None)
        return ""

    return _change(meeting_id, change)


@bp.post("/meetings/<int:meeting_id>/seats/screen")
def screen(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: show the map on the room screen, or no longer."""
    on_screen = text("on_screen") == "1"

    def change(db: Session, meeting: Meeting) -> str:
        seats.show(db, meeting, on_screen=on_screen)
        return str(_("Màn hình phòng họp hiện sơ đồ.") if on_screen else _("Màn hình phòng họp thôi hiện sơ đồ."))

    return _change(meeting_id, change)
