"""Pages of templates: the product's own to download, a unit's own to put in their place."""

import io

from flask import Blueprint, make_response, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from documents.errors import NotFound, Problem
from documents.media import DOCX
from ecabinet.access import Permission
from ecabinet.clock import now, today
from ecabinet.drafting import filling, papers, template_store, templates
from ecabinet.drafting.paper_rules import FIELDS
from ecabinet.drafting.template_rules import TemplateFault
from ecabinet.fields import asked, text
from ecabinet.messages import sentence
from ecabinet.office import desk, series
from ecabinet.web import database, done, engines, person

bp = Blueprint("draft_templates", __name__)

DRAFT, KEEPS = Permission.DRAFT, Permission.KEEP_REGISTERS


@bp.get("/office/templates")
def index() -> ResponseReturnValue:
    """Those who draft: the templates of their unit's form; clerks put in their own."""
    return _page("", [])


def _page(fault: str, faults: list[TemplateFault]) -> str:
    with database().reading() as db:
        unit = desk.unit_of(db, person(), request.args.get("unit", type=int), DRAFT)
        profile = series.profile_of(db, unit)
        return render_template(
            "drafting/templates.html", unit=unit, units=desk.units_of(db, person(), DRAFT), types=papers.kinds(profile),
            own=template_store.of_unit(db, unit, papers.form_of(profile)), keeps=person().may(KEEPS, unit.path),
            fault=fault, faults=faults, fields=sorted(FIELDS), chosen=text("type_code"), form=profile.name,
        )  # fmt: skip


@bp.post("/office/templates")
def put() -> ResponseReturnValue:
    """Clerks: a template of their own for a type, tried out before it is kept."""
    file = request.files.get("file")
    with database().reading() as db:
        unit_id = (unit := desk.unit_of(db, person(), request.args.get("unit", type=int), KEEPS)).id
        profile = series.profile_of(db, unit)
        types, form = papers.kinds(profile), papers.form_of(profile)
    try:
        if file is None or not file.filename:
            raise Problem("missing", field="file")
        if text("type_code") not in types:
            raise Problem("no_such_type", field="type_code")
        content = file.stream.read(template_store.MOST_BYTES + 1)
        template_store.try_out(content, form, text("type_code"), types[text("type_code")], today())
        blob = engines().blobs.put(io.BytesIO(content))
        with database().writing() as db:
            unit = desk.unit_of(db, person(), unit_id, KEEPS)
            template_store.put(db, unit, form, text("type_code"), blob, file.filename, person(), now())
    except filling.BrokenTemplate as broken:
        return make_response(_page(_("Mẫu này chưa dùng được."), broken.faults), 422)
    except Problem as refused:
        return make_response(_page(sentence(refused), []), 422)
    return done(url_for("draft_templates.index", unit=unit_id), _("Đã nhận mẫu, dự thảo mới sẽ dùng mẫu này."))


@bp.get("/office/templates/<int:unit_id>/<type_code>.docx")
def own(unit_id: int, type_code: str) -> ResponseReturnValue:
    """Those who draft: the template that is used for a type; ``?product=1`` the product's own."""
    with database().reading() as db:
        unit = desk.unit_of(db, person(), unit_id, DRAFT)
        profile = series.profile_of(db, unit)
        types, form = papers.kinds(profile), papers.form_of(profile)
        if type_code not in types:
            raise NotFound(f"template of {type_code}")
        kept = template_store.of_unit(db, unit, form).get(type_code)
    if kept is not None and not asked("product", 1):
        content = papers.read(engines().blobs, kept.sha256, kept.size)
    else:
        content = templates.own(form, type_code, types[type_code])
    name = f"mau-{type_code}.docx"
    return send_file(io.BytesIO(content), DOCX, as_attachment=True, download_name=name)


@bp.post("/office/templates/<int:template_id>/end")
def end(template_id: int) -> ResponseReturnValue:
    """Clerks: use the product's own template again."""
    with database().writing() as db:
        unit_id = template_store.end(db, person(), template_id, now()).unit_id
    return done(url_for("draft_templates.index", unit=unit_id), _("Đã dùng lại mẫu có sẵn."))
