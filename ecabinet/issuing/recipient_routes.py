"""Pages of choosing the recipients, and of issuing to them."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import NotFound, Problem
from ecabinet.clock import now, today
from ecabinet.fields import asked, text, whole
from ecabinet.issuing import numbering, queries, recipients, relating, sending
from ecabinet.issuing.delivery_rules import Purpose, RecipientKind, names_in
from ecabinet.issuing.queries import Wanted
from ecabinet.issuing.recipients import Recipient
from ecabinet.office import desk, forms
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.life_rules import OfficeAct
from ecabinet.registry.queries import members_named
from ecabinet.registry.rules import UnitKind
from ecabinet.web import database, done, person

bp = Blueprint("recipients", __name__)

FOUND = 20
MOST = 200
"""So many are ticked at once."""
SHOWN = 50


@bp.get("/office/documents/<int:office_id>/recipients")
def page(office_id: int) -> ResponseReturnValue:
    """Its clerk and its drafter, until it is issued: who gets it, and for what."""
    return _page(office_id, {}, "")


def _page(office_id: int, faults: Mapping[str, str], form: str) -> str:
    name = asked("name", 100) or text("name")[:100]
    with database().reading() as db:
        seen = desk.load(db, person(), office_id)
        doc = recipients.check_open(seen)
        after = Wanted(after=request.args.get("after", 0, type=int))
        chosen, more = queries.recipients_page(db, office_id, after, SHOWN)
        return render_template(
            "issuing/recipients.html", seen=seen, doc=doc, faults=faults, form=form, entered=request.form, name=name,
            found=_found(db, doc, name), chosen=chosen, more=more, total=recipients.count(db, doc),
            kinds=queries.counts_of_kinds(db, doc.unit.path), lists=queries.lists_of(db, doc.unit_id),
            organs=queries.organs_of(db, doc.unit_id), formers=relating.formers(db, doc),
            named=[unit.name for unit in queries.units_called(db, names_in(doc.to_places)) if unit.id != doc.unit_id],
            dispatch=numbering.known_of(db, office_id), purposes=list(Purpose),
        )  # fmt: skip


def _found(db: Session, doc: OfficeDocument, name: str) -> list[tuple[str, str, str]]:
    """Units everywhere and members of the unit's own subtree with this name: value, name, where."""
    if len(name.strip()) < 2:
        return []
    units = [(f"u{one.id}", one.name, "") for one in queries.units_named(db, name, FOUND) if one.id != doc.unit_id]
    members = members_named(db, name, doc.unit.path, limit=FOUND)
    return [*units, *((f"m{member.id}", member.full_name, of) for member, of in members)]


def _purpose() -> Purpose:
    chosen = text("purpose") or Purpose.CARRY_OUT
    if chosen not in list(Purpose):
        raise Problem("unknown_choice", field="purpose")
    return Purpose(chosen)


def _one(value: str) -> Recipient:
    kinds = {"u": RecipientKind.UNIT, "m": RecipientKind.MEMBER, "o": RecipientKind.OUTSIDE}
    if value[:1] not in kinds or not value[1:].isdigit() or len(value) > 10:
        raise Problem("unknown_choice", field="whom")
    return Recipient(kinds[value[0]], int(value[1:]), _purpose())


def _add(db: Session, doc: OfficeDocument) -> str:
    values = request.form.getlist("whom")[:MOST]
    if not values:
        raise Problem("missing", field="whom")
    return _said(recipients.plan(db, doc, [_one(value) for value in values]))


def _said(added: int) -> str:
    if not added:
        return str(_("Nơi nhận đã có trong danh sách."))
    return str(_("Đã thêm %(num)s nơi nhận.", num=added))


def _group(db: Session, doc: OfficeDocument) -> str:
    kinds = request.form.getlist("kinds")
    if not set(kinds) <= set(UnitKind):
        raise Problem("unknown_choice", field="kinds")
    if not kinds:
        raise Problem("missing", field="kinds")
    chosen = [UnitKind(kind) for kind in kinds]
    return _said(recipients.plan_units(db, doc, doc.unit.path, chosen, _purpose()))


def _outside(db: Session, doc: OfficeDocument) -> str:
    organ = recipients.save_outside(db, doc.unit, text("outside_name"), text("organ_code"), text("email"))
    return _said(recipients.plan(db, doc, [Recipient(RecipientKind.OUTSIDE, organ.id, _purpose())]))


def _former(db: Session, doc: OfficeDocument) -> str:
    allowed = {former.id for _relation, former in relating.formers(db, doc)}
    if (former := whole("former")) not in allowed or former is None:
        raise Problem("unknown_choice", field="former")
    return _said(recipients.plan_as(db, doc, former))


def _remove(db: Session, doc: OfficeDocument) -> str:
    recipients.unplan(db, doc, [int(value) for value in request.form.getlist("delivery")[:MOST] if value.isdigit()])
    return str(_("Đã bỏ khỏi nơi nhận."))


def _clear(db: Session, doc: OfficeDocument) -> str:
    recipients.unplan(db, doc, None)
    return str(_("Đã bỏ tất cả nơi nhận."))


def _save_list(db: Session, doc: OfficeDocument) -> str:
    recipients.save_list(db, doc, text("list_name"), person(), today())
    return str(_("Đã lưu danh sách nơi nhận."))


def _drop_list(db: Session, doc: OfficeDocument) -> str:
    recipients.remove_list(db, doc, whole("list") or 0, person())
    return str(_("Đã xóa danh sách."))


def _as_written(db: Session, doc: OfficeDocument) -> str:
    units = queries.units_called(db, names_in(doc.to_places))
    return _said(recipients.plan(db, doc, [Recipient(RecipientKind.UNIT, unit.id, _purpose()) for unit in units]))


CHANGES: dict[str, Callable[[Session, OfficeDocument], str]] = {
    "add": _add,
    "group": _group,
    "list": lambda db, doc: _said(recipients.plan_list(db, doc, whole("list") or 0)),
    "outside": _outside,
    "former": _former,
    "as_written": _as_written,
    "remove": _remove,
    "clear": _clear,
    "save_list": _save_list,
    "drop_list": _drop_list,
}


@bp.post("/office/documents/<int:office_id>/recipients/<action>")
def change(office_id: int, action: str) -> ResponseReturnValue:
    """The same people: add, take out, keep as a list."""
    if action not in CHANGES:
        raise NotFound(f"act {action}")
    try:
        with database().writing() as db:
            said = CHANGES[action](db, recipients.check_open(desk.load_to_change(db, person(), office_id)))
    except Problem as refused:
        return make_response(_page(office_id, forms.faults_of(refused), action), 422)
    back: dict[str, Any] = {"name": text("name")[:100]} if text("name") and action == "add" else {}
    return done(url_for("recipients.page", office_id=office_id, **back), said)


@bp.post("/office/documents/<int:office_id>/issue")
def issue(office_id: int) -> ResponseReturnValue:
    """Its clerk: it goes out; the worker brings it to each inbox."""
    try:
        with database().writing() as db:
            seen = desk.load_to_change(db, person(), office_id)
            seen.after(OfficeAct.ISSUE)
            sending.issue(db, seen, text("reason"), person(), now())
    except Problem as refused:
        return make_response(_page(office_id, forms.faults_of(refused), "issue"), 422)
    return done(url_for("deliveries.page", office_id=office_id), _("Đã phát hành."))
