"""Pages of what a unit decides about its office: the form it writes in, who gives numbers, who keeps what is secret."""

from collections.abc import Mapping

from flask import Blueprint, g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import Problem
from ecabinet.access import Permission
from ecabinet.clock import now
from ecabinet.fields import text, whole
from ecabinet.office import desk, forms, issuers, series, setting
from ecabinet.office.issuers import IssuerDraft
from ecabinet.office.models import Issuer
from ecabinet.office.profiles import PROFILES
from ecabinet.registry.models import Body, Unit
from ecabinet.web import database, done, person

bp = Blueprint("office_settings", __name__)

KEEPS = Permission.KEEP_REGISTERS


def _unit(db: Session, *permissions: Permission) -> Unit:
    return desk.unit_of(db, person(), request.args.get("unit", type=int), *permissions)


@bp.get("/office/settings")
def page() -> ResponseReturnValue:
    """Those of the office: the form that the unit writes in, whose terms count, who keeps what is secret."""
    return _page({})


def _page(faults: Mapping[str, str], form: str = "") -> str:
    with database().reading() as db:
        unit = _unit(db, *desk.OF_THE_OFFICE)
        profile, own = series.profile_of(db, unit), setting.own(db, unit)
        issuer = db.scalar(select(Issuer).where(Issuer.unit_id == unit.id, Issuer.kind == "unit"))
        return render_template(
            "office/settings.html", unit=unit, units=desk.units_of(db, person(), *desk.OF_THE_OFFICE), profile=profile,
            own=own,
            profiles=[(one.name, one.label[g.lang]) for one in PROFILES.values()], issuer=issuer, faults=faults,
            labels=forms.rule_labels(profile), bodies=_bodies(db, unit),
            keepers=setting.keepers(db, unit), clerks=desk.holders(db, [unit.id], KEEPS), values=request.form,
            entrusts=person().may(Permission.ASSIGN, unit.path), others=issuers.others_of(db, unit), form=form,
        )  # fmt: skip


def _bodies(db: Session, unit: Unit) -> list[tuple[int, str]]:
    rows = db.execute(select(Body.id, Body.name).where(Body.unit_id == unit.id).order_by(Body.id))
    return [(body_id, name) for body_id, name in rows]


@bp.post("/office/settings")
def save() -> ResponseReturnValue:
    """Clerks: choose the profile, and what of it is otherwise here."""
    try:
        with database().writing() as db:
            unit = _unit(db, KEEPS)
            chosen = setting.Chosen(text("profile"), text("notation"), whole("body"), setting.changes_of(request.form))
            setting.choose(db, unit, chosen, person(), now())
    except Problem as refused:
        return make_response(_page(forms.faults_of(refused)), 422)
    return done(url_for("office_settings.page", unit=unit.id), _("Đã ghi thể thức và cách đánh số."))


@bp.post("/office/settings/keepers")
def entrust() -> ResponseReturnValue:
    """Leaders: who keeps the secret documents of the unit, from now on these and no others."""
    with database().writing() as db:
        unit = _unit(db, Permission.ASSIGN)
        wanted = {int(value) for value in request.form.getlist("keeper") if value.isascii() and value.isdigit()}
        setting.entrust(db, unit, wanted, person(), now())
    return done(url_for("office_settings.page", unit=unit.id), _("Đã ghi người được giao quản lý văn bản mật."))


@bp.post("/office/settings/issuers")
def add_issuer() -> ResponseReturnValue:
    """Clerks: a body of the unit, or a congress, gives numbers from now on."""
    draft = IssuerDraft(text("kind"), text("name"), text("notation"), whole("body_id"))
    try:
        with database().writing() as db:
            unit = _unit(db, KEEPS)
            issuers.set_up(db, unit, draft, person(), now())
    except Problem as refused:
        return make_response(_page(forms.faults_of(refused), "issuer"), 422)
    return done(url_for("office_settings.page", unit=unit.id), _("%(name)s cấp số từ nay.", name=draft.name))


@bp.post("/office/settings/issuers/<int:issuer_id>/close")
def close_issuer(issuer_id: int) -> ResponseReturnValue:
    """Clerks: it gives no more numbers, as a congress that is over."""
    with database().writing() as db:
        unit = _unit(db, KEEPS)
        closed = issuers.close(db, unit, issuer_id, person(), now())
    return done(url_for("office_settings.page", unit=unit.id), _("%(name)s thôi cấp số.", name=closed.name))
