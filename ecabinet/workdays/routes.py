"""The page of the days off, for those who administer the whole house."""

from collections.abc import Mapping

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Forbidden, Invalid, NotFound
from ecabinet.access import Permission, ancestors
from ecabinet.clock import now, today
from ecabinet.fields import day, day_of, text
from ecabinet.web import database, done, fault_texts, person
from ecabinet.workdays import operations, queries
from ecabinet.workdays.rules import check_holiday

bp = Blueprint("workdays", __name__)


@bp.app_template_global("keeps_workdays")
def keeps() -> bool:
    """Whether the days off are this person's to set: they hold for all units, so for who administers a topmost one."""
    return any(len(ancestors(path)) == 1 for path in person().paths(Permission.MANAGE_ACCOUNTS))


def _require() -> None:
    if not keeps():
        raise Forbidden


def _page(db: Session, faults: Mapping[str, str], status: int = 200) -> ResponseReturnValue:
    known = queries.holidays(db)
    entered = {one.day for one in known}
    missing = {
        year: number
        for year, days in queries.public().items()
        if (number := sum(one.day not in entered for one in days)) and year >= today().year
    }
    shown = render_template(
        "workdays/index.html", holidays=known, faults=faults, values=request.form, missing=missing, today=today()
    )
    return make_response(shown, status)


@bp.get("/workdays")
def index() -> ResponseReturnValue:
    """Administrators of the whole house: the days off and the days worked in their place."""
    _require()
    with database().reading() as db:
        return _page(db, {})


@bp.post("/workdays")
def put() -> ResponseReturnValue:
    """The same people: enter a day, or put right what is said of it."""
    _require()
    try:
        holiday = check_holiday(text("name"), day("day"), text("kind"))
        with database().writing() as db:
            operations.put(db, holiday, person().member_id, now())
    except Invalid as invalid:
        with database().reading() as db:
            return _page(db, fault_texts(invalid), 422)
    return done(url_for("workdays.index"), _("Đã lưu ngày %(day)s.", day=holiday.day.strftime("%d/%m/%Y")))


@bp.post("/workdays/public/<int:year>")
def put_public(year: int) -> ResponseReturnValue:
    """The same people: enter the public holidays of a year as far as they are announced."""
    _require()
    with database().writing() as db:
        number = operations.put_public(db, year, person().member_id, now())
    return done(url_for("workdays.index"), _("Đã thêm %(n)s ngày của năm %(year)s.", n=number, year=year))


@bp.post("/workdays/<written>/remove")
def remove(written: str) -> ResponseReturnValue:
    """The same people: strike a day out."""
    _require()
    wanted = day_of(written)
    if wanted is None:
        raise NotFound(f"holiday {written!r}")
    with database().writing() as db:
        operations.remove(db, wanted, person().member_id, now())
    return done(url_for("workdays.index"), _("Đã xóa."))
