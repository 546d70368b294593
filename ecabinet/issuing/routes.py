"""Pages of what goes out: what waits for the clerk, the number, the organisation's signature, void, recall, copies."""

from collections.abc import Mapping

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import NotFound, Problem
from documents.media import PDF, media_type
from ecabinet.access import Permission
from ecabinet.clock import now, today
from ecabinet.fields import day, text, whole
from ecabinet.issuing import numbering, originals, papers, queries, recalling
from ecabinet.issuing.copy_rules import check_pages
from ecabinet.issuing.delivery_rules import CopyKind
from ecabinet.issuing.numbering import Wish
from ecabinet.issuing.originals import CopyWish
from ecabinet.office import desk, forms, series
from ecabinet.office.desk import Seen
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.incoming import File
from ecabinet.office.life_rules import OfficeAct
from ecabinet.registry.models import Unit
from ecabinet.web import database, done, engines, person

bp = Blueprint("issuing", __name__)

KEEPS = Permission.KEEP_REGISTERS
REASONS = {"recall": OfficeAct.RECALL, "void": OfficeAct.VOID}


@bp.app_context_processor
def _counts() -> dict[str, object]:
    """For the tabs of the office: how many wait in the inbox of a unit."""

    def inbox_waiting(unit: Unit) -> int:
        with database().reading() as db:
            return queries.waiting_count(db, unit.id, secret=desk.keeps_secrets(db, unit.id, person()))

    return {"inbox_waiting": inbox_waiting}


@bp.get("/office/outgoing")
def index() -> ResponseReturnValue:
    """Clerks: what waits for a number, for the organisation's signature, to be issued, to be followed."""
    with database().reading() as db:
        unit = desk.unit_of(db, person(), request.args.get("unit", type=int), KEEPS)
        secret = desk.keeps_secrets(db, unit.id, person())
        return render_template(
            "issuing/index.html", unit=unit, units=desk.units_of(db, person(), KEEPS),
            piles=queries.piles(db, unit, secret=secret),
        )  # fmt: skip


@bp.get("/office/outgoing/new")
def new() -> ResponseReturnValue:
    """Clerks: a paper that was signed by hand."""
    return _new_page({})


def _new_page(faults: Mapping[str, str]) -> str:
    with database().reading() as db:
        unit = desk.unit_of(db, person(), request.args.get("unit", type=int), KEEPS)
        secret = desk.keeps_secrets(db, unit.id, person())
        return render_template(
            "issuing/new.html", unit=unit, types=series.profile_of(db, unit).types, faults=faults, secret=secret
        )


@bp.post("/office/outgoing/new")
def bring() -> ResponseReturnValue:
    """The same people: the scan, and what the register will say of it."""
    with database().reading() as db:  # a stranger's file is not even stored
        unit = desk.unit_of(db, person(), request.args.get("unit", type=int), KEEPS)
        types = series.profile_of(db, unit).types
    file = request.files.get("file")
    try:
        said = originals.original_of(request.form, types)
        if file is None or not file.filename:
            raise Problem("no_file", field="file")
        kind = media_type(file.stream)
        if kind != PDF:
            raise Problem("not_a_pdf", field="file")
        file.stream.seek(0)
        blob = engines().blobs.put(file.stream)
        with database().writing() as db:
            own = db.get_one(Unit, unit.id)
            doc = originals.bring(db, own, File(blob, file.filename, kind), said, person(), now())
    except Problem as refused:
        return make_response(_new_page(forms.faults_of(refused)), 422)
    return done(url_for("office.page", office_id=doc.id), _("Đã nhập văn bản ký giấy. Đồng chí lấy số."))


def load(db: Session, office_id: int, act: OfficeAct, *, change: bool = False) -> Seen:
    """An outgoing document with which this person may do that now."""
    seen = (desk.load_to_change if change else desk.load)(db, person(), office_id)
    seen.after(act)
    return seen


@bp.get("/office/documents/<int:office_id>/number")
def number_form(office_id: int) -> ResponseReturnValue:
    """Clerks: the number of a signed document, its date, who issues it."""
    return _number_page(office_id, {})


def _number_page(office_id: int, faults: Mapping[str, str]) -> str:
    with database().reading() as db:
        seen = load(db, office_id, OfficeAct.NUMBER)
        return render_template(
            "issuing/number.html", seen=seen, doc=seen.doc, faults=faults, entered=request.form, today=today(),
            dispatch=numbering.known_of(db, office_id), issuers=numbering.issuers(db, seen.doc.unit_id),
            kept=numbering.kept_numbers(db, seen.doc),
        )  # fmt: skip


def _wish() -> Wish:
    dated = day("dated_on")
    if dated is None:
        raise Problem("not_a_day", field="dated_on")
    return Wish(dated, whole("issuer"), text("drafter"), whole("reserved"), text("reason"))


@bp.post("/office/documents/<int:office_id>/number")
def number(office_id: int) -> ResponseReturnValue:
    """The same people: take it, and write it into the paper."""
    try:
        with database().writing() as db:
            seen = load(db, office_id, OfficeAct.NUMBER, change=True)
            numbering.number(db, seen, _wish(), person(), now())
            code = seen.doc.code
    except Problem as refused:
        return make_response(_number_page(office_id, forms.faults_of(refused)), 422)
    papers.fill(engines(), office_id, person(), now())
    return done(url_for("office.page", office_id=office_id), _("Đã lấy số %(code)s.", code=code))


@bp.post("/office/documents/<int:office_id>/fill")
def fill(office_id: int) -> ResponseReturnValue:
    """The same people: what was left undone when its number was taken."""
    with database().reading() as db:
        load(db, office_id, OfficeAct.SEAL)
    papers.fill(engines(), office_id, person(), now())
    return done(url_for("office.page", office_id=office_id), _("Đã ghi số, ngày vào văn bản."))


@bp.post("/office/documents/<int:office_id>/seal")
def seal(office_id: int) -> ResponseReturnValue:
    """The same people: the organisation's signature."""
    papers.seal(engines(), office_id, person(), now())
    return done(url_for("office.page", office_id=office_id), _("Đã ký số của cơ quan."))


@bp.get("/office/documents/<int:office_id>/<any(recall, void):action>")
def reason_form(office_id: int, action: str) -> ResponseReturnValue:
    """Clerks, a recall also leaders: why it is taken back, or its number void."""
    return _reason_page(office_id, action, {})


def _reason_page(office_id: int, action: str, faults: Mapping[str, str]) -> str:
    with database().reading() as db:
        seen = load(db, office_id, REASONS[action])
        if seen.doc.direction != numbering.OUT:
            raise NotFound(f"outgoing document {office_id}")
        return render_template(
            "issuing/reason.html", seen=seen, doc=seen.doc, action=action, faults=faults, entered=request.form,
            progress=queries.progress(db, office_id),
        )  # fmt: skip


@bp.post("/office/documents/<int:office_id>/<any(recall, void):action>")
def with_reason(office_id: int, action: str) -> ResponseReturnValue:
    """The same people."""
    change = recalling.recall if action == "recall" else numbering.void
    try:
        with database().writing() as db:
            seen = load(db, office_id, REASONS[action], change=True)
            if seen.doc.direction != numbering.OUT:
                raise NotFound(f"outgoing document {office_id}")
            change(db, seen, text("reason"), person(), now())
    except Problem as refused:
        return make_response(_reason_page(office_id, action, forms.faults_of(refused)), 422)
    said = _("Đã thu hồi và báo cho nơi nhận.") if action == "recall" else _("Đã hủy số, có ghi lý do.")
    return done(url_for("office.page", office_id=office_id), said)


@bp.get("/office/documents/<int:office_id>/copy")
def copy_form(office_id: int) -> ResponseReturnValue:
    """Clerks: a certified copy of an issued document."""
    return _copy_page(office_id, {})


def _copy_page(office_id: int, faults: Mapping[str, str]) -> str:
    with database().reading() as db:
        seen = load(db, office_id, OfficeAct.COPY)
        code = _next_copy(db, seen.doc)
        return render_template(
            "issuing/copy.html", seen=seen, doc=seen.doc, faults=faults, entered=request.form, today=today(),
            issuers=numbering.issuers(db, seen.doc.unit_id), code=code,
        )  # fmt: skip


def _next_copy(db: Session, doc: OfficeDocument) -> str:
    """What a copy would be called now; "" where nothing was ever numbered here."""
    found = numbering.issuers(db, doc.unit_id)
    like = OfficeDocument(unit_id=doc.unit_id, book=doc.book, type_code=CopyKind.WHOLE)
    like.unit = doc.unit
    return numbering.next_code(db, like, found[0], today(), "") if found else ""


@bp.post("/office/documents/<int:office_id>/copy")
def copy(office_id: int) -> ResponseReturnValue:
    """The same people: it gets its number and its file at once."""
    kind = text("kind")
    try:
        if kind not in list(CopyKind):
            raise Problem("unknown_choice", field="kind")
        wish = CopyWish(CopyKind(kind), text("pages"), text("signer_name"), text("signer_position"), _wish())
        with database().reading() as db:
            load(db, office_id, OfficeAct.COPY)
        papers.check_copy(engines(), office_id, check_pages(wish.pages, wish.kind))
        with database().writing() as db:
            seen = load(db, office_id, OfficeAct.COPY, change=True)
            made = originals.begin_copy(db, seen, wish, person(), now()).id
    except Problem as refused:
        return make_response(_copy_page(office_id, forms.faults_of(refused)), 422)
    papers.fill(engines(), made, person(), now())
    return done(url_for("office.page", office_id=made), _("Đã lập bản sao. Đồng chí ký số của cơ quan rồi phát hành."))
