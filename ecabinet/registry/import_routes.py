"""Pages of imports: bring a file, name its columns, try it, take it, read row by row what became of it."""

import csv
from collections.abc import Iterator
from io import StringIO

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import NotFound, Problem
from ecabinet.clock import now
from ecabinet.fields import asked, text, whole
from ecabinet.member_labels import label
from ecabinet.registry import import_mending, import_queries, imports, member_queries, unit_queries
from ecabinet.registry.exports import export_response
from ecabinet.registry.import_models import ImportRun
from ecabinet.registry.import_queries import Shown, Wanted
from ecabinet.registry.import_rules import ROW_FIELDS, SAMPLE
from ecabinet.registry.import_words import for_templates, why
from ecabinet.registry.member_scope import kept_unit
from ecabinet.registry.models import Unit
from ecabinet.web import database, done, engines, person

bp = Blueprint("imports", __name__)
bp.context_processor(for_templates)


@bp.get("/imports")
def index() -> ResponseReturnValue:
    """Those who keep a registry: their imports, and the form for a new file."""
    with database().reading() as db:
        units = member_queries.kept_units(db, person())
        if not units:
            raise NotFound
        own = select(ImportRun).filter_by(created_by=person().member_id)
        runs = db.scalars(own.order_by(ImportRun.id.desc()).limit(50)).all()
    return render_template("registry/imports.html", units=units, runs=runs)


@bp.post("/imports")
def bring() -> ResponseReturnValue:
    """The same: a file for the subtree of a unit."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Problem("no_file")
    with database().reading() as db:
        unit_id = _chosen_unit(db).id
    seen = imports.look(file.stream)
    file.stream.seek(0)
    blob = engines().blobs.put(file.stream)
    with database().writing() as db:
        run = imports.begin(db, kept_unit(db, unit_id), file.filename, blob, seen, person().member_id, now())
        run_id = run.id
    # the uploading script follows a redirect, and stays where it is on anything else
    return redirect(url_for("imports.page", run_id=run_id), 303)


def _chosen_unit(db: Session) -> Unit:
    """By what was typed, a code or a name; by its id where a script brings the file."""
    if text("unit"):
        return kept_unit(db, whole("unit") or 0)
    return unit_queries.meant(unit_queries.receivers(db, person(), text("in_unit")), "in_unit")


@bp.get("/imports/sample.csv")
def sample() -> ResponseReturnValue:
    """Those who keep a registry: a file to fill in, as spreadsheets write and read it."""
    with database().reading() as db:
        if not member_queries.kept_units(db, person()):
            raise NotFound
    lines = StringIO(newline="")
    csv.writer(lines).writerows(SAMPLE)
    headers = {"Content-Disposition": 'attachment; filename="mau-nhap-doan-vien.csv"'}
    return Response(lines.getvalue().encode("utf-8-sig"), mimetype="text/csv", headers=headers)


@bp.get("/imports/<int:run_id>")
def page(run_id: int) -> ResponseReturnValue:
    """Who brought the file, while they keep the unit's registry: columns, progress, result;
    ``?outcome=&reason=&after=`` chooses among the noted rows.
    """
    with database().reading() as db:
        run = import_queries.load(db, person(), run_id)
        wanted = _wanted()
        noted, summary = import_queries.page(db, run.id, wanted), import_queries.summary(db, run.id)
        unit = db.get_one(Unit, run.unit_id)
    return render_template(
        "registry/import.html", run=run, unit=unit, noted=noted, summary=summary, wanted=wanted, fields=ROW_FIELDS,
        settled=import_queries.settled(run),
    )  # fmt: skip


def _wanted() -> Wanted:
    outcome, after = asked("outcome", 20), asked("after", 10)
    return Wanted(
        outcome if outcome in set(Shown) else "", asked("reason", 60),
        int(after) if after.isascii() and after.isdigit() and int(after) < 2**31 else 0,
    )  # fmt: skip


@bp.get("/imports/<int:run_id>/progress")
def progress(run_id: int) -> ResponseReturnValue:
    """The same: the figures of a run under way, as a fragment; the page once more when it is over."""
    with database().reading() as db:
        run = import_queries.load(db, person(), run_id)
    answer = make_response(render_template("registry/import_progress.html", run=run))
    if import_queries.settled(run):
        answer.headers["HX-Refresh"] = "true"
    return answer


@bp.post("/imports/<int:run_id>/stop")
def stop(run_id: int) -> ResponseReturnValue:
    """The same: stop the worker after the batch under way."""
    with database().writing() as db:
        import_mending.stop(db, import_queries.load(db, person(), run_id), person().member_id, now())
    return done(url_for("imports.page", run_id=run_id), _("Đã dừng. Các dòng đã nhận được giữ nguyên."))


@bp.post("/imports/<int:run_id>/go-on")
def go_on(run_id: int) -> ResponseReturnValue:
    """The same: let a stopped run go on after its last row."""
    with database().writing() as db:
        import_mending.go_on(db, import_queries.load(db, person(), run_id), person().member_id, now())
    return done(url_for("imports.page", run_id=run_id), _("Việc nhập tiếp tục từ dòng đang dở."))


@bp.post("/imports/<int:run_id>/start")
def start(run_id: int) -> ResponseReturnValue:
    """The same: try the file, or take it."""
    with database().writing() as db:
        run = import_queries.load(db, person(), run_id)
        header = range(len(run.mapping["header"]))
        columns = {number: text(f"column-{number}") for number in header if text(f"column-{number}")}
        imports.start(db, run, columns, dry=text("how") != "take", by=person().member_id, now=now())
    return done(url_for("imports.page", run_id=run_id))


@bp.get("/imports/<int:run_id>/result/<kind>")
def result(run_id: int, kind: str) -> ResponseReturnValue:
    """The same: every noted row and why, as a file; chosen as on the page."""
    with database().reading() as db:
        import_queries.load(db, person(), run_id)
    wanted = _wanted()
    header = (_("Dòng"), _("Kết quả"), _("Họ và tên"), _("Lý do"))
    return export_response(
        kind, f"ket-qua-{run_id}", header, lambda db: _result_rows(db, run_id, wanted),
        action="export_import", subject=f"import:{run_id}",
        about={"outcome": wanted.outcome, "reason": wanted.reason},
    )  # fmt: skip


def _result_rows(db: Session, run_id: int, wanted: Wanted) -> Iterator[list[str]]:
    for row in import_queries.every(db, run_id, wanted):
        yield [str(row.number), label("row_shown", import_queries.shown(row)), row.name, why(row)]
