"""Pages of a series of meetings: its days, and what is changed from one of them on."""

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, NotFound
from ecabinet.clock import local, now
from ecabinet.fields import text, whole
from ecabinet.meetings import queries, series
from ecabinet.meetings.life import Act
from ecabinet.meetings.life_forms import clock_time
from ecabinet.meetings.life_models import SeriesMeeting
from ecabinet.web import database, done, fault_texts, person

bp = Blueprint("series", __name__)


def _load(db: Session, meeting_id: int, *, to_change: bool = False) -> SeriesMeeting:
    load = queries.load_to_change if to_change else queries.load
    load(db, person(), meeting_id).require_manager()
    found = db.get(SeriesMeeting, meeting_id)
    if found is None:
        raise NotFound(f"series of meeting {meeting_id}")
    return found


def _page(db: Session, of: SeriesMeeting, values: dict[str, str], faults: dict[str, str]) -> str:
    meeting = of.meeting
    minutes = int((meeting.ends_at - meeting.starts_at).total_seconds()) // 60
    present = {
        "title": meeting.title, "place": meeting.place, "at": local(meeting.starts_at, "%H:%M"),
        "minutes": str(minutes), "days": "0",
    }  # fmt: skip
    return render_template(
        "meetings/series.html",
        meeting=meeting,
        rule=series.rule_of(of.series),
        lines=series.lines(db, of),
        values=present | values,
        faults=faults,
    )


@bp.get("/meetings/<int:meeting_id>/series")
def page(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting, which is one of a series."""
    with database().reading() as db:
        return _page(db, _load(db, meeting_id), {}, {})


@bp.post("/meetings/<int:meeting_id>/series")
def change(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: another title, time or place of it and those that follow."""
    said = series.Change(text("title"), text("place"), clock_time("at"), whole("minutes"), whole("days", 0) or 0)
    try:
        with database().writing() as db:
            of = _load(db, meeting_id, to_change=True)
            changed, stayed = series.change_following(
                db, of, said, text("conflict_reason"), Act(person().member_id, now())
            )
    except Invalid as invalid:
        with database().reading() as db:
            page = _page(db, _load(db, meeting_id), request.form.to_dict(), fault_texts(invalid))
            return make_response(page, 422)
    words = _("Đã sửa %(n)s phiên họp.", n=changed)
    if stayed:
        words += " " + _("%(n)s phiên đã mời, đã trình hoặc đã họp giữ nguyên.", n=stayed)
    return done(url_for("series.page", meeting_id=meeting_id), words)


@bp.post("/meetings/<int:meeting_id>/series/drop")
def drop(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: it and those that follow are not held."""
    try:
        with database().writing() as db:
            of = _load(db, meeting_id, to_change=True)
            dropped = series.drop_following(db, of, text("reason"), Act(person().member_id, now()))
    except Invalid as invalid:
        with database().reading() as db:
            page = _page(db, _load(db, meeting_id), request.form.to_dict(), fault_texts(invalid))
            return make_response(page, 422)
    return done(url_for("series.page", meeting_id=meeting_id), _("%(n)s phiên họp không tổ chức nữa.", n=dropped))
