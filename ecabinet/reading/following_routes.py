"""Who may lead the room, as the chair says it."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet.clock import now
from ecabinet.fields import text, whole
from ecabinet.meetings import queries
from ecabinet.reading import following
from ecabinet.web import database, done, person

bp = Blueprint("following", __name__)


@bp.post("/meetings/<int:meeting_id>/leaders")
def set_leaders(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: who else may lead, somebody named and whoever presents."""
    with database().writing() as db:
        meeting = queries.load_to_change(db, person(), meeting_id).require_manager()
        named = queries.load_participant(db, meeting, whole("named") or 0) if text("named") else None
        following.set_leaders(db, meeting, named, bool(text("presenters_lead")), person().member_id, now())
    return done(url_for("meetings.console", meeting_id=meeting_id), _("Đã lưu."))
