"""Pages of files: the list of a unit, one file with what is in it, what may be done with it."""

from collections.abc import Callable, Mapping

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, NotFound, Problem
from documents.retention_rules import Retention
from ecabinet.access import Permission
from ecabinet.clock import now, today
from ecabinet.fields import asked, day, text, whole
from ecabinet.filing import forms, gathering, handing_over, operations, printed, queries, seeing
from ecabinet.filing.file_rules import facts_of
from ecabinet.filing.life_rules import FileAct, FileState, nearness
from ecabinet.filing.models import OfficeFile
from ecabinet.filing.queries import DUE, Wanted
from ecabinet.filing.seeing import READERS, SeenFile
from ecabinet.office import desk
from ecabinet.registry.models import Unit
from ecabinet.registry.queries import members_named
from ecabinet.web import database, done, person

bp = Blueprint("files", __name__)
bp.add_app_template_global(printed.retention_words, "retention_words")

KEEPS = Permission.KEEP_REGISTERS


def _near(file: OfficeFile) -> str:
    return nearness(FileState(file.state), file.due_on, today()) or ""


@bp.get("/office/files")
def index() -> ResponseReturnValue:
    """Those of the office, and the archive's keepers: the list of files of a year, filtered. Others: their own."""
    with database().reading() as db:
        if "unit" not in request.args and not desk.units_of(db, person(), *READERS):
            files = queries.mine(db, person())
            counted = queries.totals(db, [file.id for file in files], person().labels)
            return render_template("filing/mine.html", files=files, totals=counted, near=_near)
        unit = desk.unit_of(db, person(), request.args.get("unit", type=int), *READERS)
        wanted = forms.wanted_of(unit)
        address = {name: value for name, value in request.args.items() if value and name not in {"after", "unit"}}
        pressing = queries.page(db, person(), Wanted(unit.id, None, today(), state=DUE), 6)
        return render_template(
            "filing/index.html", unit=unit, units=desk.units_of(db, person(), *READERS), wanted=wanted,
            page=queries.page(db, person(), wanted), address=address | {"unit": unit.id}, near=_near,
            years=queries.years(db, unit.id, today()), pressing=pressing, today=today(),
            keeps=person().may(KEEPS, unit.path), archives=person().may(Permission.KEEP_ARCHIVE, unit.path),
        )  # fmt: skip


# ------------------------------------------------------------------ the form


@bp.get("/office/files/new")
def new() -> ResponseReturnValue:
    """Clerks: a new file of the list."""
    with database().reading() as db:
        unit = desk.unit_of(db, person(), request.args.get("unit", type=int), KEEPS)
        year = asked("year", 4)
        values = {"year": year if year.isdigit() else str(today().year), "retention": Retention.YEARS_10.value}
        return _form(db, unit, None, values, {})


def _form(
    db: Session, unit: Unit, file: OfficeFile | None, values: Mapping[str, str], faults: Mapping[str, str]
) -> str:
    year = values.get("year", "")
    return render_template(
        "filing/form.html", unit=unit, file=file, values=values, faults=faults, retentions=list(Retention),
        staff=forms.staff(db, unit, file.in_charge if file is not None else None),
        headings=queries.headings(db, unit.id, int(year)) if year.isdigit() and len(year) == 4 else [],
        entrusted=desk.keeps_secrets(db, unit.id, person()),
    )  # fmt: skip


@bp.post("/office/files/new")
def create() -> ResponseReturnValue:
    """Clerks: put it on the list."""
    unit_id = request.args.get("unit", type=int)
    with database().reading() as db:
        unit_id = desk.unit_of(db, person(), unit_id, KEEPS).id
    try:
        with database().writing() as db:
            unit = db.get_one(Unit, unit_id)
            file_id = operations.plan(db, unit, facts_of(request.form.to_dict()), person(), now()).id
    except Invalid as refused:
        with database().reading() as db:
            shown = _form(db, db.get_one(Unit, unit_id), None, request.form.to_dict(), forms.faults_of(refused))
            return make_response(shown, 422)
    return done(url_for("files.page", file_id=file_id), _("Đã thêm vào danh mục."))


@bp.get("/office/files/<int:file_id>/edit")
def edit(file_id: int) -> ResponseReturnValue:
    """The clerk, and who is in charge: what the file is."""
    with database().reading() as db:
        seen = seeing.load(db, person(), file_id)
        seen.after(FileAct.DESCRIBE)
        return _form(db, seen.file.unit, seen.file, forms.values_of(seen.file), {})


@bp.post("/office/files/<int:file_id>/edit")
def save(file_id: int) -> ResponseReturnValue:
    """The same people: say anew what it is."""
    try:
        with database().writing() as db:
            seen = seeing.load_to_change(db, person(), file_id)
            seen.after(FileAct.DESCRIBE)
            operations.describe(db, seen, facts_of(request.form.to_dict()), person(), now())
    except Invalid as refused:
        with database().reading() as db:
            file = seeing.load(db, person(), file_id).file
            shown = _form(db, file.unit, file, request.form.to_dict(), forms.faults_of(refused))
            return make_response(shown, 422)
    return done(url_for("files.page", file_id=file_id), _("Đã lưu."))


# ------------------------------------------------------------------ one file


@bp.get("/office/files/<int:file_id>")
def page(file_id: int) -> ResponseReturnValue:
    """Those who have to do with it: the file, as much of what is in it as they may read, what they may do."""
    with database().reading() as db:
        return _page(db, seeing.load(db, person(), file_id), "", {})


def _page(db: Session, seen: SeenFile, form: str, faults: Mapping[str, str]) -> str:
    lines = queries.contents(db, seen, person().labels)
    named = asked("reader", 100)
    return render_template(
        "filing/file.html", seen=seen, file=seen.file, lines=lines, pages=sum(line.pages or 0 for line in lines),
        history=queries.history(db, seen, person().labels), readers=queries.readers(db, seen.file.id),
        found=members_named(db, named, seen.file.unit.path) if named and seen.may(FileAct.DESCRIBE) else [],
        named=named, form=form, faults=faults, entered=request.form, near=_near(seen.file), today=today(),
        span=printed.span(seen.file),
    )  # fmt: skip


def _acts() -> dict[str, tuple[Callable[[Session, SeenFile], object], str]]:
    """What is done with a press of a button on the page, and what is said then."""
    who, at = person(), now()
    return {
        FileAct.OPEN: (lambda db, seen: operations.begin(db, seen, who, at), _("Đã mở hồ sơ.")),
        FileAct.CLOSE: (
            lambda db, seen: operations.close(db, seen, day("ended_on"), who, at), _("Đã kết thúc hồ sơ."),
        ),
        FileAct.REOPEN: (lambda db, seen: operations.reopen(db, seen, text("reason"), who, at), _("Đã mở lại hồ sơ.")),
        FileAct.CHECK: (lambda db, seen: operations.check(db, seen, who, at), _("Đã kiểm tra hồ sơ.")),
        FileAct.DROP: (
            lambda db, seen: operations.drop(db, seen, text("reason"), who, at), _("Đã bỏ khỏi danh mục."),
        ),
        FileAct.HAND_OVER: (
            lambda db, seen: handing_over.hand_over(db, [seen.file.id], text("note"), who, at),
            _("Đã nộp lưu trữ, chờ lưu trữ nhận."),
        ),
        FileAct.ACCEPT: (lambda db, seen: handing_over.accept(db, seen, who, at), _("Lưu trữ đã nhận hồ sơ.")),
        FileAct.RETURN: (
            lambda db, seen: handing_over.send_back(db, seen, text("reason"), who, at), _("Đã trả lại hồ sơ."),
        ),
    }  # fmt: skip


@bp.post("/office/files/<int:file_id>/do/<action>")
def act(file_id: int, action: str) -> ResponseReturnValue:
    """By the table of :mod:`.life_rules`, to those who have to do with it."""
    acts = _acts()
    if action not in acts:
        raise NotFound(f"act {action}")
    change, said = acts[action]
    try:
        with database().writing() as db:
            change(db, seeing.load_to_change(db, person(), file_id))
    except Problem as refused:
        if not isinstance(refused, Invalid) and refused.code not in {"file_empty", "file_not_empty", "file_at_work"}:
            raise
        with database().reading() as db:
            shown = _page(db, seeing.load(db, person(), file_id), action, forms.faults_of(refused))
            return make_response(shown, 422)
    return done(url_for("files.page", file_id=file_id), said)


@bp.post("/office/files/<int:file_id>/readers")
def readers(file_id: int) -> ResponseReturnValue:
    """The clerk, and who is in charge: who else may look into it."""
    chosen = {int(one) for one in request.form.getlist("reader") if one.isascii() and one.isdigit() and len(one) < 16}
    with database().writing() as db:
        operations.set_readers(db, seeing.load_to_change(db, person(), file_id), chosen, person(), now())
    return done(url_for("files.page", file_id=file_id), _("Đã ghi những người được xem hồ sơ."))


@bp.post("/office/files/<int:file_id>/documents/<int:document_id>")
def arrange(file_id: int, document_id: int) -> ResponseReturnValue:
    """The same people: a document's place in the file, a remark on it, or out with it."""
    what = text("do")
    with database().writing() as db:
        seen = seeing.load_to_change(db, person(), file_id)
        line = gathering.line_of(db, seen, person(), document_id)
        if what in {"up", "down"}:
            gathering.move(db, seen, line, person(), up=what == "up", now=now())
        elif what == "note":
            gathering.note(db, seen, line, text("remark"), whole("pages"), person(), now())
        elif what == "take_out":
            gathering.take_out(db, seen, line, person(), now())
        else:
            raise Problem("malformed", what)
    return done(url_for("files.page", file_id=file_id, _anchor="contents"), _("Đã ghi."))
