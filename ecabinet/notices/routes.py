"""The page of notices, the bell in the header, and what a member wants."""

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet.clock import now
from ecabinet.fields import text
from ecabinet.notices import operations, queries
from ecabinet.web import database, done, engines, person

bp = Blueprint("notices", __name__)


@bp.app_template_global("unread_notices")
def unread() -> int:
    """For the header: how many notices the signed-in person has not read."""
    if g.get("person") is None or g.get("pushing"):
        return 0
    with database().reading() as db:
        return queries.unread_count(db, person().member_id)


@bp.app_template_global("mail_choice")
def mail_choice() -> dict[str, object]:
    """For the own account's page: whether letters are sent, can be, and where to."""
    with database().reading() as db:
        return {
            "wanted": queries.wants_mail(db, person().member_id),
            "address": queries.own_address(db, person().member_id),
            "configured": engines().config.smtp is not None,
        }


@bp.get("/notices")
def index() -> ResponseReturnValue:
    """The signed-in: what they were told, newest first."""
    with database().reading() as db:
        return render_template("notices/index.html", notices=queries.notices(db, person().member_id))


@bp.post("/notices/<int:notice_id>")
def follow(notice_id: int) -> ResponseReturnValue:
    """Whose notice it is: it counts as read, and what it is about opens."""
    with database().writing() as db:
        notice = queries.load(db, person().member_id, notice_id)
        operations.read(db, person().member_id, now(), notice_id)
        target = notice.link or url_for("notices.index")
    return redirect(target, 303)


@bp.post("/notices/read")
def read_all() -> ResponseReturnValue:
    """The signed-in: all are read."""
    with database().writing() as db:
        operations.read(db, person().member_id, now())
    return done(url_for("notices.index"))


@bp.post("/me/notices")
def choose() -> ResponseReturnValue:
    """The signed-in: whether to get letters too."""
    with database().writing() as db:
        operations.choose(db, person().member_id, by_mail=text("by_mail") == "1")
    return done(url_for("me.page"), _("Đã lưu lựa chọn của đồng chí."))
