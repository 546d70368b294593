"""Pages of drafts: what waits, a new one from a type or from what it answers, its fields and its file."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Problem
from documents.media import media_type
from documents.rules import clean_note
from ecabinet.access import Permission
from ecabinet.clock import now, today
from ecabinet.drafting import operations, panels, papers, queries, sources
from ecabinet.drafting.operations import Upload, draft_of
from ecabinet.drafting.paper_rules import Content, content_of
from ecabinet.drafting.sources import Source
from ecabinet.fields import asked, text, whole
from ecabinet.messages import sentence
from ecabinet.office import desk, forms, series
from ecabinet.office.desk import Seen
from ecabinet.office.life_rules import OfficeAct
from ecabinet.registry.models import Unit
from ecabinet.web import database, done, engines, person

bp = Blueprint("drafts", __name__)

DRAFT = Permission.DRAFT
OFTEN = ("CV", "TB", "KH", "BC", "TTr", "QĐ", "NQ", "KL", "GM", "HD")
"""The types that are drafted day by day come first."""


@bp.get("/office/drafts")
def index() -> ResponseReturnValue:
    """The signed-in: the drafts that wait for them, and their own."""
    with database().reading() as db:
        units = desk.units_of(db, person(), DRAFT)
        waits = queries.desk_of(db, person())
        return render_template(
            "drafting/index.html", desk=waits, units=units, unit=units[0] if units else None, today=today()
        )  # fmt: skip


@bp.get("/office/drafts/new")
def new() -> ResponseReturnValue:
    """Those who draft in a unit: which type; then its fields, filled in from what it begins from."""
    with database().reading() as db:
        source, unit = _begun(db)
        types = papers.kinds(series.profile_of(db, unit))
        chosen = asked("type", 20) or next((one for one in source.types if one in types), "")
        if chosen not in types and not request.args.get("source"):
            first = [code for code in OFTEN if code in types]
            units = desk.units_of(db, person(), DRAFT)
            return render_template(
                "drafting/types.html", unit=unit, units=units, first=first, types=types,
                others=[code for code in types if code not in OFTEN],
            )  # fmt: skip
        values = {"type_code": chosen if chosen in types else "CV", **_defaults(db, unit), **source.values}
        return _form(db, unit, values, {}, source=source)


def _begun(db: Session) -> tuple[Source, Unit]:
    """What it begins from, and the unit that drafts it."""
    written = asked("source", 40)
    if not written:
        unit = desk.unit_of(db, person(), request.args.get("unit", type=int), DRAFT)
        return Source(unit, "", {}, ()), unit
    source = sources.load(db, person(), written)
    person().require(DRAFT, source.unit.path)
    return source, source.unit


def _defaults(db: Session, unit: Unit) -> dict[str, str]:
    above = db.get(Unit, unit.parent_id) if unit.parent_id else None
    place = unit.address.rsplit(",", 1)[-1].strip()
    return {"superior": above.name if above else "", "place": place, "recipients": sources.FILED}


def _form(
    db: Session, unit: Unit, values: Mapping[str, Any], faults: Mapping[str, str], seen: Seen | None = None,
    source: Source | None = None,
) -> str:  # fmt: skip
    signer = str(values.get("signer_id", ""))
    keep = {int(signer)} if signer.isdigit() and len(signer) < 16 else set()
    return render_template(
        "drafting/form.html", unit=unit, values=values, faults=faults, seen=seen, source=source, today=today(),
        types=papers.kinds(series.profile_of(db, unit)), issuers=queries.issuers(db, unit),
        people=queries.colleagues(db, unit, today(), keep), by_hand=seen is not None and _by_hand(db, seen),
    )  # fmt: skip


def _by_hand(db: Session, seen: Seen) -> bool:
    """Whether somebody changed the file since it was made from the fields."""
    return draft_of(db, seen.doc).made_version_id != operations.newest(db, seen.doc).id


@bp.post("/office/drafts/new")
def begin() -> ResponseReturnValue:
    """The same people: keep the draft, and make its file."""
    try:
        with database().reading() as db:
            source, unit = _begun(db)
            plan = _plan(db, unit)
        made = papers.make(engines().blobs, plan)
        with database().writing() as db:
            issuer = operations.issuer_in(db, db.get_one(Unit, unit.id), whole("issuer"))
            doc = operations.begin(db, issuer, plan, made, source.origins, person(), now())
            office_id = doc.id
    except Problem as refused:
        faults = _faults(refused)
        with database().reading() as db:
            source, unit = _begun(db)
            return make_response(_form(db, unit, request.form, faults, source=source), 422)
    return done(url_for("office.page", office_id=office_id), _("Đã lập dự thảo."))


def _plan(db: Session, unit: Unit) -> papers.Plan:
    types = papers.kinds(series.profile_of(db, unit))
    content = _titled(db, unit, content_of(request.form, types, today()))
    return operations.plan_of(db, operations.issuer_in(db, unit, whole("issuer")), content, now())


def _titled(db: Session, unit: Unit, content: Content) -> Content:
    """The signer's position is what they hold, unless something else was written."""
    if content.position or content.signer_id is None:
        return content
    titles = queries.titles_of(db, [content.signer_id], today())
    return Content(**{**vars(content), "position": titles.get(content.signer_id, "")[:100]})


def _faults(refused: Problem) -> dict[str, str]:
    """By field; a template that cannot be filled in is said at the type."""
    if refused.code == "template_broken":
        return {"type_code": sentence(refused)}
    return forms.faults_of(refused)


@bp.get("/office/drafts/<int:office_id>/edit")
def edit(office_id: int) -> ResponseReturnValue:
    """The drafter, as long as it is a draft: its fields."""
    with database().reading() as db:
        seen = _load(db, office_id)
        draft = draft_of(db, seen.doc)
        values = papers.content_of(seen.doc, draft).values() | {"issuer": draft.issuer_id}
        return _form(db, seen.doc.unit, values, {}, seen)


def _load(db: Session, office_id: int, *, change: bool = False) -> Seen:
    seen = (desk.load_to_change if change else desk.load)(db, person(), office_id)
    draft_of(db, seen.doc)
    seen.after(OfficeAct.EDIT)
    return seen


@bp.post("/office/drafts/<int:office_id>/edit")
def save(office_id: int) -> ResponseReturnValue:
    """The same: keep them; the file is made anew unless somebody changed it by hand and wants to keep that."""
    try:
        with database().reading() as db:
            seen = _load(db, office_id)
            plan = _plan(db, seen.doc.unit)
            anew = not _by_hand(db, seen) or bool(text("anew"))
        made = papers.make(engines().blobs, plan) if anew else None
        with database().writing() as db:
            seen = _load(db, office_id, change=True)
            issuer = operations.issuer_in(db, seen.doc.unit, whole("issuer"))
            operations.write(db, seen, issuer, plan, made, person(), now())
    except Problem as refused:
        faults = _faults(refused)
        with database().reading() as db:
            seen = _load(db, office_id)
            return make_response(_form(db, seen.doc.unit, request.form, faults, seen), 422)
    return done(url_for("office.page", office_id=office_id), _("Đã lưu dự thảo."))


@bp.post("/office/drafts/<int:office_id>/out")
def take_out(office_id: int) -> ResponseReturnValue:
    """The drafter: the file to work on in a word processor, lent until it is back."""
    with database().writing() as db:
        version = operations.take_out(db, _load(db, office_id, change=True), person(), now())
        document_id, version_id = version.document_id, version.id
    return redirect(url_for("library.content", document_id=document_id, version_id=version_id, download=1), 303)


@bp.post("/office/drafts/<int:office_id>/file")
def put(office_id: int) -> ResponseReturnValue:
    """The drafter: the file as it is now, the next version; its form is checked at once."""
    file = request.files.get("file")
    with database().reading() as db:  # a stranger's file is not even stored
        seen = _load(db, office_id)
        paper = papers.paper_of(db, seen.doc, draft_of(db, seen.doc), today())
    try:
        if file is None or not file.filename:
            raise Problem("missing", field="file")
        kind = media_type(file.stream)
        file.stream.seek(0)
        blob = engines().blobs.put(file.stream)
        faults = papers.check(papers.read(engines().blobs, blob.sha256, blob.size), kind, paper)
        given = Upload(blob, file.filename, kind, clean_note(text("note")))
        with database().writing() as db:
            operations.put(db, _load(db, office_id, change=True), given, faults, person(), now())
    except Problem as refused:
        return panels.refused(office_id, "file", forms.faults_of(refused))
    return done(url_for("office.page", office_id=office_id), _("Đã nhận phiên bản mới, thể thức đã được kiểm tra."))


@bp.post("/office/drafts/<int:office_id>/check")
def check(office_id: int) -> ResponseReturnValue:
    """The drafter: look at the form of the newest version again."""
    with database().reading() as db:
        seen = _load(db, office_id)
        version = operations.newest(db, seen.doc)
        paper = papers.paper_of(db, seen.doc, draft_of(db, seen.doc), today())
    file = papers.read(engines().blobs, version.sha256, version.size)
    faults = papers.check(file, version.media_type, paper)
    with database().writing() as db:
        operations.checked(db, _load(db, office_id, change=True), version.id, faults)
    return done(url_for("office.page", office_id=office_id), _("Đã kiểm tra thể thức."))
