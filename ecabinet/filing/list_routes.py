"""Pages of the list of files: printed, begun as last year, taken from a table; what a file holds, printed, packed."""

import csv
from io import StringIO

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from documents.errors import Problem
from ecabinet import audit
from ecabinet.access import Permission
from ecabinet.clock import now, today
from ecabinet.fields import text, whole
from ecabinet.filing import forms, importing, operations, package, package_reading, printed, seeing
from ecabinet.filing.importing import Outcome
from ecabinet.filing.list_rules import SAMPLE
from ecabinet.filing.seeing import READERS
from ecabinet.messages import sentence
from ecabinet.minutes.zips import safe_name
from ecabinet.office import desk
from ecabinet.registry.models import Unit
from ecabinet.web import database, done, engines, person

bp = Blueprint("file_lists", __name__)

KEEPS = Permission.KEEP_REGISTERS


@bp.get("/office/files/list.<kind>")
def printed_list(kind: str) -> ResponseReturnValue:
    """Those of the office: the list of files (danh mục hồ sơ) as the page shows it, as PDF, Word or a table."""
    with database().reading() as db:
        unit = desk.unit_of(db, person(), request.args.get("unit", type=int), *READERS)
        listing = printed.file_list(db, person(), unit, forms.wanted_of(unit), now())
        unit_id = unit.id
    return forms.send(kind, listing, "export_files", f"unit:{unit_id}", {}, person(), now())


@bp.get("/office/files/<int:file_id>/contents.<kind>")
def contents(file_id: int, kind: str) -> ResponseReturnValue:
    """Those who have to do with it: what is in the file (mục lục văn bản), as far as they may read it."""
    with database().reading() as db:
        seen = seeing.load(db, person(), file_id)
        listing = printed.contents(db, person(), seen, forms.type_names(), now())
    return forms.send(kind, listing, "export_file_contents", f"file:{file_id}", {}, person(), now())


@bp.get("/office/files/<int:file_id>/package.zip")
def packed(file_id: int) -> ResponseReturnValue:
    """Who keeps it: the file with its documents, METS and PREMIS, written while it is sent; the audit trail first."""
    me, at = person(), now()
    with database().reading() as db:
        seen = seeing.load(db, me, file_id)
        if not seen.keeps:
            raise Problem("forbidden")
        about = package.described(db, me, seen, forms.type_names())
        sizes, name = package.sizes_of(db, about), safe_name(f"{seen.file.year}-{seen.file.notation}", "ho-so")
    with database().writing() as db:
        audit.record(db, me.member_id, "file_packed", f"file:{file_id}", at, documents=len(about.papers))
    headers = {"Content-Disposition": f'attachment; filename="ho-so-{name}.zip"'}
    body = package.write(about, sizes, engines().blobs)
    return Response(body, mimetype="application/zip", headers=headers, direct_passthrough=True)


@bp.get("/office/files/check")
def check_page() -> ResponseReturnValue:
    """The signed-in who read in an office: the form to check a package."""
    with database().reading() as db:
        desk.unit_of(db, person(), None, *READERS)
    return render_template("filing/check.html", report=None, fault="")


@bp.post("/office/files/check")
def check() -> ResponseReturnValue:
    """The same people: is a package as it was written? Nothing of it is kept."""
    with database().reading() as db:
        desk.unit_of(db, person(), None, *READERS)
    file = request.files.get("file")
    if file is None or not file.filename:
        return make_response(render_template("filing/check.html", report=None, fault=_("Đồng chí chưa chọn tệp.")), 422)
    try:
        report = package_reading.read_package(file.stream)
    except Problem as refused:
        return make_response(render_template("filing/check.html", report=None, fault=sentence(refused)), 422)
    return render_template("filing/check.html", report=report, fault="")


# ------------------------------------------------------------------ the list of a year


@bp.post("/office/files/as-last-year")
def as_last_year() -> ResponseReturnValue:
    """Clerks: plan for a year what the year before had."""
    year = whole("year") or today().year
    if not 1900 < year < 2200:
        raise Problem("malformed", f"year {year}")
    with database().writing() as db:
        unit = desk.unit_of(db, person(), request.args.get("unit", type=int), KEEPS)
        made, there = operations.as_last_year(db, unit, year, person(), now())
        unit_id = unit.id
    said = _("Đã lập %(made)s hồ sơ dự kiến theo năm trước; %(there)s hồ sơ đã có sẵn.", made=made, there=there)
    return done(url_for("files.index", unit=unit_id, year=year), said)


@bp.get("/office/files/import")
def bring() -> ResponseReturnValue:
    """Clerks: a list of files out of a table."""
    with database().reading() as db:
        unit = desk.unit_of(db, person(), request.args.get("unit", type=int), KEEPS)
        return _import_page(unit, [], "", taken=False)


def _import_page(unit: Unit, outcomes: list[Outcome], fault: str, *, taken: bool) -> str:
    year = whole("year") if request.method == "POST" else request.args.get("year", type=int)
    return render_template(
        "filing/import.html", unit=unit, outcomes=outcomes, fault=fault, taken=taken, year=year or today().year,
        sentence=sentence,
    )  # fmt: skip


class _Tried(Exception):
    pass


@bp.post("/office/files/import")
def take() -> ResponseReturnValue:
    """Clerks: try it (what would be taken, what not and why), or take the good rows."""
    with database().reading() as db:
        unit = desk.unit_of(db, person(), request.args.get("unit", type=int), KEEPS)
    file, outcomes, takes = request.files.get("file"), list[Outcome](), text("how") == "take"
    if file is None or not file.filename:
        return make_response(_import_page(unit, [], _("Đồng chí chưa chọn tệp."), taken=False), 422)
    try:
        table = importing.read_table(file.stream)
        with database().writing() as db:
            here = db.get_one(Unit, unit.id)
            outcomes = importing.take(db, here, whole("year") or today().year, table, person(), now())
            if not takes:
                raise _Tried
    except _Tried:
        takes = False
    except Problem as refused:
        return make_response(_import_page(unit, [], sentence(refused), taken=False), 422)
    return _import_page(unit, outcomes, "", taken=takes)


@bp.get("/office/files/sample.csv")
def sample() -> ResponseReturnValue:
    """Clerks: a table to fill in."""
    with database().reading() as db:
        desk.unit_of(db, person(), None, KEEPS)
    lines = StringIO(newline="")
    csv.writer(lines).writerows(SAMPLE)
    headers = {"Content-Disposition": 'attachment; filename="mau-danh-muc-ho-so.csv"'}
    return Response(lines.getvalue().encode("utf-8-sig"), mimetype="text/csv", headers=headers)
