"""Pages of numbers: the series of a unit, numbers kept for somebody, given back, void."""

from collections.abc import Mapping, Sequence
from datetime import date

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import NotFound, Problem
from ecabinet.access import Permission
from ecabinet.clock import now, today
from ecabinet.fields import day, text, whole
from ecabinet.office import desk, forms, issuers, series
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.models import Issuer, NumberEvent, NumberSeries, SeriesNumber
from ecabinet.office.numbering_rules import Direction, NumberState
from ecabinet.office.series import Act
from ecabinet.registry.models import Unit
from ecabinet.web import database, done, person

bp = Blueprint("numbers", __name__)

KEEPS = Permission.KEEP_REGISTERS
SHOWN = 200


def _unit(db: Session) -> Unit:
    return desk.unit_of(db, person(), request.args.get("unit", type=int), KEEPS)


@bp.get("/office/numbers")
def index() -> ResponseReturnValue:
    """Clerks: the series of a unit with their last numbers, and the numbers that are not simply taken."""
    return _page({}, "")


def _page(faults: Mapping[str, str], form: str) -> str:
    with database().reading() as db:
        unit = _unit(db)
        secret = desk.keeps_secrets(db, unit.id, person())
        own = select(NumberSeries).join(Issuer, Issuer.id == NumberSeries.issuer_id).where(Issuer.unit_id == unit.id)
        if not secret:
            own = own.where(NumberSeries.secret.is_(False))
        rows = db.scalars(
            own.order_by(NumberSeries.period.desc(), NumberSeries.direction, NumberSeries.type_code)
        ).all()
        odd = select(SeriesNumber).where(
            SeriesNumber.series_id.in_([one.id for one in rows]), SeriesNumber.state != NumberState.TAKEN
        )  # fmt: skip
        numbers = db.scalars(odd.order_by(SeriesNumber.id.desc()).limit(SHOWN)).all()
        profile = series.profile_of(db, unit)
        return render_template(
            "office/numbers.html", unit=unit, units=desk.units_of(db, person(), KEEPS), series=rows, numbers=numbers,
            events=_last_events(db, numbers), profile=profile, labels=forms.rule_labels(profile), today=today(),
            faults=faults, form=form, entered=request.form, types=profile.types, secret=secret,
            issuers=_issuers(db, unit),
        )  # fmt: skip


def _issuers(db: Session, unit: Unit) -> list[tuple[object, str]]:
    """Whose series can be named; the unit's own by nothing."""
    others = [(one.id, one.name) for one in issuers.others_of(db, unit) if one.closed_on is None]
    return [("", unit.name), *others]


def _last_events(db: Session, numbers: Sequence[SeriesNumber]) -> dict[int, NumberEvent]:
    ids = [number.id for number in numbers]
    events = db.scalars(select(NumberEvent).where(NumberEvent.number_id.in_(ids)).order_by(NumberEvent.id))
    return {event.number_id: event for event in events}


@bp.post("/office/numbers/reserve")
def reserve() -> ResponseReturnValue:
    """Clerks: keep the next number of a series for somebody."""
    try:
        with database().writing() as db:
            unit = _unit(db)
            number = series.reserve(
                db, _series_asked(db, unit), text("for_whom"), day("until") or _no_day("until"), _act()
            )  # fmt: skip
            said = _("Đã giữ số %(n)s.", n=number.number)
    except Problem as refused:
        return make_response(_page(forms.faults_of(refused), "reserve"), 422)
    return done(url_for("numbers.index", unit=unit.id), said)


def _series_asked(db: Session, unit: Unit) -> NumberSeries:
    secret = bool(text("secret"))
    if secret and not desk.keeps_secrets(db, unit.id, person()):
        raise Problem("not_secret_keeper", field="secret")
    type_code = text("type_code")
    direction = Direction.OUTGOING if type_code else Direction.INCOMING
    chosen = whole("issuer")
    issuer = issuers.load(db, unit, chosen) if chosen is not None else series.issuer_of(db, unit)
    return series.series_for(db, series.Wanted(issuer, direction, today(), type_code, secret))


def _no_day(field: str) -> date:
    raise Problem("not_a_day", field=field)


def _act() -> Act:
    return Act(person().member_id, now(), text("reason"))


@bp.post("/office/numbers/<int:number_id>/<action>")
def act(number_id: int, action: str) -> ResponseReturnValue:
    """Clerks: give back a number kept for somebody, or make it void, with the reason."""
    if action not in {"release", "void"}:
        raise NotFound(f"act {action}")
    try:
        with database().writing() as db:
            unit = _unit(db)
            number = _load(db, unit, number_id)
            change = series.release if action == "release" else series.void
            change(db, number, _act())
    except Problem as refused:
        return make_response(_page(forms.faults_of(refused), f"{action}-{number_id}"), 422)
    return done(url_for("numbers.index", unit=unit.id), _("Đã ghi vào sổ số."))


def _load(db: Session, unit: Unit, number_id: int) -> SeriesNumber:
    """A number of the unit that no document bears; its series is locked."""
    number = db.get(SeriesNumber, number_id)
    if number is None or number.series.issuer.unit_id != unit.id:
        raise NotFound(f"number {number_id}")
    if number.series.secret and not desk.keeps_secrets(db, unit.id, person()):
        raise NotFound(f"number {number_id}")
    series.lock(db, number.series_id)
    db.refresh(number)
    if db.scalar(select(OfficeDocument.id).where(OfficeDocument.number_id == number_id)) is not None:
        raise Problem("number_borne", field="reason")
    return number


@bp.post("/office/numbers/last")
def last() -> ResponseReturnValue:
    """Clerks of an office that comes with numbers given elsewhere: the last of a series there."""
    try:
        with database().writing() as db:
            unit = _unit(db)
            number = whole("last")
            if number is None:
                raise Problem("not_in_range", field="last", low=0, high=9_999_998)
            series.set_last(db, _series_asked(db, unit), number, _act())
    except Problem as refused:
        return make_response(_page(forms.faults_of(refused), "last"), 422)
    return done(url_for("numbers.index", unit=unit.id), _("Dãy số tiếp tục từ số %(n)s.", n=number + 1))
