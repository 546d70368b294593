"""Pages of the recipients: the inbox of a unit, one paper in it, what is answered to a recall."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from documents.errors import NotFound, Problem
from ecabinet.clock import now, today
from ecabinet.fields import day_of, text
from ecabinet.issuing import queries, recalling, receiving
from ecabinet.office import desk, forms
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.incoming import Duplicate, Registering
from ecabinet.web import database, done, person

bp = Blueprint("inbox", __name__)


@bp.get("/office/inbox")
def index() -> ResponseReturnValue:
    """The signed-in: what was sent to them; clerks and leaders: what came to their unit from inside."""
    with database().reading() as db:
        units = desk.units_of(db, person(), *receiving.IN_THE_OFFICE)
        asked_for = request.args.get("unit", type=int)
        wanted = units or asked_for is not None
        unit = desk.unit_of(db, person(), asked_for, *receiving.IN_THE_OFFICE) if wanted else None
        secret = unit is not None and desk.keeps_secrets(db, unit.id, person())
        return render_template(
            "issuing/inbox.html", unit=unit, units=units, mine=queries.to_member(db, person().member_id),
            inbox=queries.inbox(db, unit, now(), secret=secret) if unit is not None else None,
        )  # fmt: skip


@bp.get("/office/inbox/of/<int:office_id>")
def of_document(office_id: int) -> ResponseReturnValue:
    """From a notice to one's own delivery of that document, or to the inbox where it is no longer."""
    with database().reading() as db:
        units = [unit.id for unit in desk.units_of(db, person(), *receiving.IN_THE_OFFICE)]
        found = queries.delivery_for(db, person(), office_id, units)
        try:
            receiving.load(db, person(), found or 0)
        except NotFound:
            return redirect(url_for("inbox.index"))
    return redirect(url_for("inbox.page", delivery_id=found))


@bp.get("/office/inbox/<int:delivery_id>")
def page(delivery_id: int) -> ResponseReturnValue:
    """Those whom it reached: what it is, and what may be done with it."""
    _opened(delivery_id)
    return _page(delivery_id, {}, "")


def _opened(delivery_id: int) -> int | None:
    """Keep when it was opened first; the document of the archive in which it is read."""
    with database().reading() as db:
        arrived = receiving.load(db, person(), delivery_id)
        entry, seen_before = arrived.delivery.entry, arrived.delivery.read_at is not None
        document_id = entry.document_id if entry is not None else arrived.dispatch.document_id
    if not seen_before:
        with database().writing() as db:
            receiving.note_reading(db, receiving.load(db, person(), delivery_id, change=True), now())
    return document_id


def _page(delivery_id: int, faults: Mapping[str, str], form: str, duplicates: Sequence[OfficeDocument] = ()) -> str:
    with database().reading() as db:
        arrived = receiving.load(db, person(), delivery_id)
        return render_template(
            "issuing/delivery.html", arrived=arrived, delivery=arrived.delivery, doc=arrived.doc, faults=faults,
            form=form, entered=request.form, duplicates=duplicates, today=today(),
        )  # fmt: skip


@bp.get("/office/inbox/<int:delivery_id>/paper")
def paper(delivery_id: int) -> ResponseReturnValue:
    """The same people: the paper in the reader."""
    return redirect(url_for("library.read", document_id=_opened(delivery_id)))


@bp.post("/office/inbox/<int:delivery_id>/accept")
def accept(delivery_id: int) -> ResponseReturnValue:
    """Clerks of the unit: into the register of what came in, under the next number."""
    how = Registering(bool(text("anyway")), text("reason"))
    try:
        arrived_on, due = day_of(text("arrived_on")), day_of(text("due_on"))
        if arrived_on is None or (text("due_on") and due is None):
            raise Problem("not_a_day", field="due_on" if arrived_on else "arrived_on")
        if arrived_on > today() or (due is not None and due < arrived_on):
            raise Problem("due_before_arrival", field="due_on") if due else Problem("date_to_come", field="arrived_on")
        with database().writing() as db:
            arrived = receiving.load(db, person(), delivery_id, change=True)
            entry = receiving.accept(db, arrived, arrived_on, how, due, person(), now())
    except Duplicate as duplicate:
        return make_response(_page(delivery_id, {}, "accept", duplicate.found), 409)
    except Problem as refused:
        return make_response(_page(delivery_id, forms.faults_of(refused), "accept"), 422)
    said = _("Đã tiếp nhận, số đến %(n)s.", n=entry.ordinal)
    return done(url_for("office.page", office_id=entry.id), said)


@bp.post("/office/inbox/<int:delivery_id>/refuse")
def refuse(delivery_id: int) -> ResponseReturnValue:
    """The same people: back to the issuer, with the reason."""
    try:
        with database().writing() as db:
            arrived = receiving.load(db, person(), delivery_id, change=True)
            receiving.refuse(db, arrived, text("reason"), person(), now())
            unit_id = arrived.delivery.unit_id
    except Problem as refused:
        return make_response(_page(delivery_id, forms.faults_of(refused), "refuse"), 422)
    return done(url_for("inbox.index", unit=unit_id), _("Đã từ chối, có báo nơi gửi."))


@bp.get("/office/documents/<int:office_id>/answer-recall")
def answer_form(office_id: int) -> ResponseReturnValue:
    """Clerks and leaders of a unit whose entry was recalled: give it back, or say why not."""
    return _answer_page(office_id, {}, "")


def _answer_page(office_id: int, faults: Mapping[str, str], form: str) -> str:
    with database().reading() as db:
        seen = desk.load(db, person(), office_id)
        if seen.doc.recalled_at is None or not seen.may("recall"):
            raise NotFound(f"recall of {office_id}")
        return render_template(
            "issuing/answer.html", seen=seen, doc=seen.doc, faults=faults, form=form, entered=request.form,
            status=queries.status_of_entry(db, office_id),
        )  # fmt: skip


@bp.post("/office/documents/<int:office_id>/answer-recall/<any(agree, refuse):action>")
def answer(office_id: int, action: str) -> ResponseReturnValue:
    """The same people."""
    change = recalling.agree if action == "agree" else recalling.refuse
    try:
        with database().writing() as db:
            seen = desk.load_to_change(db, person(), office_id)
            change(db, seen, text("reason"), person(), now())
    except Problem as refused:
        return make_response(_answer_page(office_id, forms.faults_of(refused), action), 422)
    said = _("Đã đồng ý thu hồi.") if action == "agree" else _("Đã trả lời nơi thu hồi, có ghi lý do.")
    return done(url_for("office.page", office_id=office_id), said)
