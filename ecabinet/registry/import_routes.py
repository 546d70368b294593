"""Pages of imports: bring a file, name its columns, try it, take it, read row by row what became of it."""

from collections.abc import Iterator

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import NotFound, Problem
from ecabinet import audit
from ecabinet.access import Permission
from ecabinet.clock import now
from ecabinet.fields import text, whole
from ecabinet.member_labels import label
from ecabinet.messages import sentence
from ecabinet.registry import exports, imports, member_queries
from ecabinet.registry.import_models import ImportRow, ImportRun
from ecabinet.registry.import_rules import ROW_FIELDS
from ecabinet.registry.models import Unit
from ecabinet.web import database, done, engines, person

bp = Blueprint("imports", __name__)

SHOWN = 100


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
        unit_id = _unit(db, whole("unit") or 0).id
    seen = imports.look(file.stream)
    file.stream.seek(0)
    blob = engines().blobs.put(file.stream)
    with database().writing() as db:
        run = imports.begin(db, _unit(db, unit_id), file.filename, blob, seen, person().member_id, now())
        run_id = run.id
    # the uploading script follows a redirect, and stays where it is on anything else
    return redirect(url_for("imports.page", run_id=run_id), 303)


@bp.get("/imports/<int:run_id>")
def page(run_id: int) -> ResponseReturnValue:
    """Who brought the file, while they keep the unit's registry: columns, progress, result."""
    with database().reading() as db:
        run = _run(db, run_id)
        notes = db.scalars(select(ImportRow).filter_by(run_id=run.id).order_by(ImportRow.number).limit(SHOWN)).all()
        unit = db.get_one(Unit, run.unit_id)
    return render_template(
        "registry/import.html", run=run, unit=unit, notes=notes, fields=ROW_FIELDS, why=why, shown=SHOWN
    )


@bp.post("/imports/<int:run_id>/start")
def start(run_id: int) -> ResponseReturnValue:
    """The same: try the file, or take it."""
    with database().writing() as db:
        run = _run(db, run_id)
        header = range(len(run.mapping["header"]))
        columns = {number: text(f"column-{number}") for number in header if text(f"column-{number}")}
        imports.start(db, run, columns, dry=text("how") != "take", by=person().member_id, now=now())
    return done(url_for("imports.page", run_id=run_id))


@bp.get("/imports/<int:run_id>/result/<kind>")
def result(run_id: int, kind: str) -> ResponseReturnValue:
    """The same: every row that was corrected or refused and why, as a file."""
    if kind not in exports.MEDIA_TYPES:
        raise NotFound
    with database().writing() as db:
        run = _run(db, run_id)
        audit.record(db, person().member_id, "export_import", f"import:{run.id}", now(), kind=kind)
    header = [_("Dòng"), _("Kết quả"), _("Họ và tên"), _("Lý do")]
    with database().reading() as db:
        file = exports.write(kind, header, _result_rows(db, run_id))
    return send_file(file, exports.MEDIA_TYPES[kind], as_attachment=True, download_name=f"ket-qua-{run_id}.{kind}")


def _result_rows(db: Session, run_id: int) -> Iterator[list[str]]:
    notes = select(ImportRow).filter_by(run_id=run_id).order_by(ImportRow.number)
    for row in db.scalars(notes.execution_options(yield_per=1000)):
        yield [str(row.number), label("row_outcome", row.outcome), row.name, why(row)]


def why(row: ImportRow) -> str:
    """What was found in a row, in the reader's words."""
    said = []
    for field, code, _refused, values in row.findings:
        words = sentence(Problem(code, **values))
        said.append(f"{label('field', field)}: {words}" if field else words)
    return " ".join(said)


def _unit(db: Session, unit_id: int) -> Unit:
    unit = db.get(Unit, unit_id) if unit_id < 2**31 else None
    if unit is None or not person().may(Permission.MANAGE_REGISTRY, unit.path):
        raise NotFound
    return unit


def _run(db: Session, run_id: int) -> ImportRun:
    run = db.get(ImportRun, run_id) if run_id < 2**31 else None
    if run is None or run.created_by != person().member_id:
        raise NotFound
    _unit(db, run.unit_id)
    return run
