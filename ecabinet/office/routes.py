"""Pages of official documents: what waits, the register, one document with what may be done with it."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import NotFound, Problem
from documents.media import PDF
from documents.queries import newest_version
from ecabinet.access import Permission
from ecabinet.clock import now, today
from ecabinet.fields import day, text, whole
from ecabinet.office import desk, desk_queries, forms, incoming, panels, register_queries, routing, stamping, stamps
from ecabinet.office.desk import Seen
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.life_rules import OfficeAct, OfficeState, is_late
from ecabinet.office.numbering_rules import Direction
from ecabinet.office.routing_rules import Report
from ecabinet.office.stamp_rules import PLACES
from ecabinet.web import database, done, engines, person
from ecabinet.workdays import queries as workdays

bp = Blueprint("office", __name__)

SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""The copy is a stranger's paper still: it runs nothing."""


@bp.get("/office")
def index() -> ResponseReturnValue:
    """The signed-in: what waits for them; those of an office what waits in it, late first."""
    with database().reading() as db:
        units = desk.units_of(db, person(), *desk.READERS)
        wanted = request.args.get("unit", type=int)
        unit = desk.unit_of(db, person(), wanted, *desk.READERS) if units or wanted is not None else None
        secret = unit is not None and desk.keeps_secrets(db, unit.id, person())
        return render_template(
            "office/index.html", unit=unit, units=units, mine=desk_queries.mine(db, person(), today()),
            piles=desk_queries.piles(db, unit, today(), secret=secret) if unit is not None else [],
            keeps=unit is not None and person().may(Permission.KEEP_REGISTERS, unit.path), today=today(),
        )  # fmt: skip


def _late(doc: OfficeDocument) -> bool:
    return is_late(OfficeState(doc.state), doc.due_on, today())


@bp.get("/office/documents/<int:office_id>")
def page(office_id: int) -> ResponseReturnValue:
    """Those who have to do with it: the document, what they may do with it, its history."""
    with database().reading() as db:
        return _page(db, desk.load(db, person(), office_id))


@bp.get("/office/of/<int:document_id>")
def of_document(document_id: int) -> ResponseReturnValue:
    """The same people: from a paper of the archive to its place in the register."""
    with database().reading() as db:
        found = db.scalar(select(OfficeDocument.id).where(OfficeDocument.document_id == document_id))
        seen = desk.load(db, person(), found or 0)
    return redirect(url_for("office.page", office_id=seen.doc.id))


def _page(
    db: Session, seen: Seen, form: str = "", faults: Mapping[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    doc, version = seen.doc, newest_version(db, seen.doc.document_id)
    template = "office/outgoing.html" if doc.direction == Direction.OUTGOING else "office/document.html"
    shown = render_template(
        template, panels=panels.shown(db, seen), seen=seen, doc=doc, late=_late(doc),
        picture=stamps.pictured(db, version),
        printable=doc.ordinal is not None and version is not None and version.media_type == PDF,
        today=today(), form=form, history=register_queries.history(db, doc.id), faults=faults or {},
        entered=request.form, places=list(PLACES),
        stamp=stamps.stamp_of(doc, [one.name for one in seen.assignments]), leaders=desk.leaders(db, doc.unit),
    )  # fmt: skip
    return make_response(shown, status)


def _acts() -> dict[OfficeAct, tuple[Callable[[Session, Seen], None], str]]:
    """What is done with a press of a button on the page, and what is said then."""
    who, at = person(), now()
    return {
        OfficeAct.PRESENT: (
            lambda db, seen: routing.present(db, seen, whole("leader") or 0, text("text"), who, at),
            _("Đã trình lãnh đạo."),
        ),
        OfficeAct.RETURN: (
            lambda db, seen: routing.send_back(db, seen, text("reason"), who, at), _("Đã trả lại văn thư."),
        ),
        OfficeAct.PROGRESS: (
            lambda db, seen: routing.report(db, seen, Report(text("text"), whole("percent")), who, at),
            _("Đã ghi báo cáo tiến độ."),
        ),
        OfficeAct.FINISH: (
            lambda db, seen: routing.finish(db, seen, Report(text("text")), who, at), _("Đã báo cáo giải quyết xong."),
        ),
        OfficeAct.REOPEN: (
            lambda db, seen: routing.reopen(db, seen, text("reason"), day("due_on"), who, at),
            _("Đã yêu cầu giải quyết tiếp."),
        ),
        OfficeAct.FILE: (lambda db, seen: routing.file(db, seen, text("text"), who, at), _("Đã lưu hồ sơ.")),
        OfficeAct.VOID: (
            lambda db, seen: incoming.void(db, seen, text("reason"), who, at), _("Đã hủy số đến, có ghi lý do."),
        ),
        OfficeAct.DISCARD: (
            lambda db, seen: incoming.discard(db, seen, text("reason"), who, at), _("Đã ghi là không đăng ký."),
        ),
    }  # fmt: skip


@bp.post("/office/documents/<int:office_id>/do/<action>")
def act(office_id: int, action: str) -> ResponseReturnValue:
    """By the table of :mod:`.life_rules`, to those who have to do with it."""
    acts = _acts()
    if action not in acts:
        raise NotFound(f"act {action}")
    change, said = acts[OfficeAct(action)]
    try:
        with database().writing() as db:
            change(db, desk.load_to_change(db, person(), office_id))
    except Problem as refused:
        faults = forms.faults_of(refused)
        with database().reading() as db:
            return _page(db, desk.load(db, person(), office_id), action, faults, 422)
    return done(url_for("office.page", office_id=office_id), said)


@bp.get("/office/documents/<int:office_id>/stamped.pdf")
def stamped(office_id: int) -> ResponseReturnValue:
    """Those who have to do with it: a copy to print with the incoming stamp; the paper itself stays as it came."""
    with database().reading() as db:
        seen = desk.load(db, person(), office_id)
        version = newest_version(db, seen.doc.document_id)
        stamp = stamps.stamp_of(seen.doc, [one.name for one in seen.assignments])
    if version is None or version.media_type != PDF or stamp is None:
        raise NotFound(f"a stamped copy of office document {office_id}")
    copy = stamping.copy_of(engines().blobs.open(version.sha256, 0, version.size), stamp)
    headers = {"Content-Disposition": f'inline; filename="den-{stamp.number}.pdf"', "Content-Security-Policy": SANDBOX}
    return Response(copy, mimetype=PDF, headers=headers)


@bp.post("/office/documents/<int:office_id>/stamp")
def move_stamp(office_id: int) -> ResponseReturnValue:
    """The clerk: where the incoming stamp lies over the first page."""
    with database().writing() as db:
        incoming.move_stamp(db, desk.load_to_change(db, person(), office_id), text("place"), person(), now())
    return done(url_for("office.page", office_id=office_id), _("Đã dời dấu đến."))


@bp.get("/office/documents/<int:office_id>/assign")
def assign(office_id: int) -> ResponseReturnValue:
    """The leader: to whom, with which instruction, by when."""
    with database().reading() as db:
        seen = desk.load(db, person(), office_id)
        seen.after(OfficeAct.ASSIGN)
        return _assign_page(db, seen, {}, {})


def _assign_page(db: Session, seen: Seen, faults: Mapping[str, str], values: Mapping[str, str]) -> str:
    name = values.get("name", "")[:100]
    chosen = forms.chosen(seen.assignments, request.form)
    return render_template(
        "office/assign.html", seen=seen, doc=seen.doc, faults=faults, values=values, name=name, today=today(),
        chosen=chosen, choices=forms.choices(db, seen, name, set(chosen)),
    )  # fmt: skip


@bp.post("/office/documents/<int:office_id>/assign")
def give(office_id: int) -> ResponseReturnValue:
    """The same people: give it to those chosen; or look for more, with what is chosen so far."""
    if text("find"):
        with database().reading() as db:
            seen = desk.load(db, person(), office_id)
            seen.after(OfficeAct.ASSIGN)
            return _assign_page(db, seen, {}, request.form.to_dict())
    try:
        with database().writing() as db:
            seen = desk.load_to_change(db, person(), office_id)
            order = forms.read_order(request.form, workdays.load(db), today())
            routing.assign(db, seen, order, person(), now())
    except Problem as refused:
        faults = forms.faults_of(refused)
        with database().reading() as db:
            seen = desk.load(db, person(), office_id)
            return make_response(_assign_page(db, seen, faults, request.form.to_dict()), 422)
    return done(url_for("office.page", office_id=office_id), _("Đã giao."))
