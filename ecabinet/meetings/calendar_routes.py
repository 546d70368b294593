"""Calendars: one's own meetings under a secret address that calendar programs ask, and one meeting as a file."""

from collections.abc import Sequence

from flask import Blueprint, Response, current_app, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from documents.errors import NotFound
from ecabinet.clock import now
from ecabinet.meetings import calendar_feed, queries
from ecabinet.meetings.calendar_feed import Feed
from ecabinet.meetings.door_rules import feed_code
from ecabinet.notices import operations
from ecabinet.notices import queries as notices
from ecabinet.notices.calendar import Method, render
from ecabinet.web import database, done, engines, person, public

bp = Blueprint("calendars", __name__)


@bp.app_template_global("calendar_address")
def address() -> str:
    """For the own account's page: the secret address of one's calendar."""
    with database().reading() as db:
        number = notices.feed_number(db, person().member_id)
    code = feed_code(engines().config.secret_key, person().member_id, number)
    return engines().config.public_url + url_for("calendars.feed", code=code)


@bp.get("/calendar/<code>.ics")
@public
def feed(code: str) -> ResponseReturnValue:
    """Whoever has the secret address: the meetings of the member it belongs to and what other features know of their
    days, while their account is open.
    """
    feeds: Sequence[Feed] = current_app.extensions.get("ecabinet.feeds", ())
    with database().reading() as db:
        member_id = calendar_feed.member_of(db, engines().config.secret_key, code)
        events = calendar_feed.events(db, member_id, now(), _link())
        for other in feeds:
            events += other(db, member_id, now(), engines().config.public_url)
    return _file(render(events, Method.PUBLISH, name="eCabinet"), "ecabinet.ics")


@bp.get("/meetings/<int:meeting_id>/invitation.ics")
def one(meeting_id: int) -> ResponseReturnValue:
    """The invited: the meeting as a file for their calendar."""
    with database().reading() as db:
        seen = queries.load(db, person(), meeting_id)
        seen.require_participant()
        event = calendar_feed.event(db, person().member_id, seen.meeting, _link())
    if event is None:
        raise NotFound("not told of yet")
    return _file(render([event], Method.PUBLISH), f"phien-hop-{meeting_id}.ics")


@bp.post("/me/calendar")
def renew() -> ResponseReturnValue:
    """The signed-in: another secret address; the former one opens nothing any more."""
    with database().writing() as db:
        operations.renew_feed(db, person().member_id)
    return done(url_for("me.page") + "#calendar", _("Đã đổi địa chỉ lịch. Địa chỉ cũ không dùng được nữa."))


def _link() -> str:
    return engines().config.public_url + "/meetings/{id}/invitation"


def _file(content: str, name: str) -> Response:
    response = Response(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
