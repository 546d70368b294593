"""Pages for the administrators of a unit: its code, the organisations that it exchanges packages with."""

from collections.abc import Mapping

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Problem
from ecabinet.clock import now
from ecabinet.exchange import partners
from ecabinet.exchange.models import ExchangeOrgan
from ecabinet.exchange.partners import ADMINISTERS, Draft
from ecabinet.fields import text
from ecabinet.office import desk, forms
from ecabinet.registry.models import Unit
from ecabinet.web import database, done, engines, person

bp = Blueprint("partners", __name__)


def _unit(db: Session) -> Unit:
    return desk.unit_of(db, person(), request.args.get("unit", type=int), ADMINISTERS)


@bp.get("/office/exchange/partners")
def index() -> ResponseReturnValue:
    """Administrators of a unit: with whom it exchanges packages."""
    with database().reading() as db:
        return _page(db, _unit(db), {})


def _page(
    db: Session, unit: Unit, faults: Mapping[str, str], form: str = "", token: tuple[str, str] | None = None
) -> str:
    return render_template(
        "exchange/partners.html", unit=unit, units=desk.units_of(db, person(), ADMINISTERS), faults=faults, form=form,
        organ=db.get(ExchangeOrgan, unit.id), partners=partners.of_unit(db, unit.id), values=request.form, token=token,
        address=engines().config.public_url + url_for("exchange.receive"),
    )  # fmt: skip


@bp.post("/office/exchange/code")
def set_code() -> ResponseReturnValue:
    """The same people: the code by which others know the unit."""
    try:
        with database().writing() as db:
            unit = _unit(db)
            partners.set_organ(db, unit, text("organ_code"), person(), now())
    except Problem as refused:
        return _again(refused, "code")
    return done(url_for("partners.index", unit=unit.id), _("Đã ghi mã định danh."))


@bp.post("/office/exchange/partners")
def add() -> ResponseReturnValue:
    """The same people: a new partner."""
    try:
        with database().writing() as db:
            unit = _unit(db)
            partners.save(db, unit, None, _draft(active=True), engines().sealer, person(), now())
    except Problem as refused:
        return _again(refused, "new")
    return done(url_for("partners.index", unit=unit.id), _("Đã thêm cơ quan liên thông."))


@bp.post("/office/exchange/partners/<int:partner_id>")
def save(partner_id: int) -> ResponseReturnValue:
    """The same people: a partner put right, or let rest."""
    try:
        with database().writing() as db:
            partner = partners.load(db, person(), partner_id)
            draft = _draft(active=bool(text("active")))
            partners.save(db, partner.unit, partner, draft, engines().sealer, person(), now())
            back = url_for("partners.index", unit=partner.unit_id)
    except Problem as refused:
        return _again(refused, str(partner_id), partner_id)
    return done(back, _("Đã ghi lại."))


def _draft(*, active: bool) -> Draft:
    names = ("name", "organ_code", "url", "token", "certificate")
    return Draft(**{name: text(name) for name in names}, active=active)


@bp.post("/office/exchange/partners/<int:partner_id>/token")
def token(partner_id: int) -> ResponseReturnValue:
    """The same people: a new token for a partner to come with, shown this once."""
    with database().writing() as db:
        partner = partners.load(db, person(), partner_id)
        made = partners.new_token(db, partner, engines().sealer, person(), now())
        return _page(db, partner.unit, {}, token=(partner.name, made))


def _again(refused: Problem, form: str, partner_id: int | None = None) -> ResponseReturnValue:
    faults = forms.faults_of(refused)
    with database().reading() as db:
        unit = partners.load(db, person(), partner_id).unit if partner_id is not None else _unit(db)
        return make_response(_page(db, unit, faults, form), 422)
