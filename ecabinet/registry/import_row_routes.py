"""One refused row of an import: its cells in a form with the fault beside each; taken as mended, or set aside."""

import json
from collections.abc import Mapping

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, NotFound, Problem
from ecabinet import audit
from ecabinet.clock import now
from ecabinet.fields import text
from ecabinet.registry import import_mending, import_queries
from ecabinet.registry.import_models import ImportRow, ImportRun
from ecabinet.registry.import_rules import CELL_CHARACTERS, ROW_FIELDS
from ecabinet.registry.import_words import by_field, for_templates
from ecabinet.web import database, done, engines, fault_texts, person

bp = Blueprint("import_rows", __name__)
bp.context_processor(for_templates)

ALWAYS = ("full_name", "sex", "born_on", "national_id", "card_number", "unit_code")
"""Fields that the form has even if the file has no such column: a row cannot be taken without most of them."""
HALVES = frozenset({"family_name", "given_name"})


@bp.get("/imports/<int:run_id>/rows/<int:number>")
def form(run_id: int, number: int) -> ResponseReturnValue:
    """Who brought the file: the cells of a noted row. They may hold a national id, so the look is on the trail."""
    with database().reading() as db:
        run, row = _load(db, run_id, number)
    if not import_queries.settled(run):
        raise Problem("wrong_state", run.state)
    cells = import_mending.cells_of(run, number, engines().blobs)
    with database().writing() as db:
        audit.record(db, person().member_id, "look_import_row", f"import:{run_id}", now(), row=number)
    return _form(run, row, cells, by_field(row, refused=True))


@bp.get("/imports/<int:run_id>/rows/<int:number>/line")
def line(run_id: int, number: int) -> ResponseReturnValue:
    """The same: the row as it stands in the table, as a fragment."""
    with database().reading() as db:
        run, row = _load(db, run_id, number)
    return render_template("registry/import_line.html", run=run, row=row, settled=import_queries.settled(run))


@bp.post("/imports/<int:run_id>/rows/<int:number>")
def mend(run_id: int, number: int) -> ResponseReturnValue:
    """The same: the row as mended, by the rules of every row."""
    cells = {name: text(name)[:CELL_CHARACTERS] for name in ROW_FIELDS if text(name)}
    try:
        with database().writing() as db:
            run, _row = _load(db, run_id, number)
            import_mending.mend(db, engines().sealer, run, number, cells, person().member_id, now())
    except Invalid as invalid:
        with database().reading() as db:
            run, row = _load(db, run_id, number)
        return make_response(_form(run, row, _sent(), fault_texts(invalid)), 422)
    return _shown(run_id, number, _("Dòng %(number)s đã được nhận.", number=number))


@bp.post("/imports/<int:run_id>/rows/<int:number>/aside")
def set_aside(run_id: int, number: int) -> ResponseReturnValue:
    """The same: leave the row as it is."""
    with database().writing() as db:
        run, _row = _load(db, run_id, number)
        import_mending.set_aside(db, run, number, person().member_id, now())
    return _shown(run_id, number, _("Đã để riêng dòng %(number)s.", number=number))


def _load(db: Session, run_id: int, number: int) -> tuple[ImportRun, ImportRow]:
    run = import_queries.load(db, person(), run_id)
    row = db.get(ImportRow, (run.id, number)) if number < 2**31 else None
    if row is None:
        raise NotFound(f"row {number}")
    return run, row


def _sent() -> dict[str, str]:
    return {name: request.form[name][:CELL_CHARACTERS] for name in ROW_FIELDS if name in request.form}


def _form(run: ImportRun, row: ImportRow, cells: Mapping[str, str], faults: Mapping[str, str]) -> str:
    of_file = set(run.mapping["columns"].values()) | set(ALWAYS) | cells.keys()
    name = "import_mend" if request.headers.get("HX-Request") else "import_mend_page"
    return render_template(
        f"registry/{name}.html", run=run, row=row, cells=cells, faults=faults,
        hints=by_field(row, refused=False), fields=[name for name in ROW_FIELDS if name in of_file - HALVES],
    )  # fmt: skip


def _shown(run_id: int, number: int, message: str) -> ResponseReturnValue:
    """The row in the table as it is now, or the page of the import."""
    if not request.headers.get("HX-Request"):
        return done(f"{url_for('imports.page', run_id=run_id)}#row-{number}", message)
    answer: Response = make_response(line(run_id, number))
    triggers = {"import-changed": True, "toast": {"message": message, "tone": "success"}}
    answer.headers["HX-Trigger"] = json.dumps(triggers)
    return answer
