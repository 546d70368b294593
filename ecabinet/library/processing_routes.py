"""Pages of how a paper is processed: how far it is, its picture, and having done again what failed."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from documents.errors import NotFound
from documents.models import Document
from documents.processing import process_again
from documents.rules import RenditionKind
from ecabinet import audit
from ecabinet.clock import now
from ecabinet.library import processing_queries, sending
from ecabinet.web import database, done, person

bp = Blueprint("processing", __name__)


@bp.get("/papers/<int:document_id>/versions/<int:version_id>/processing")
def page(document_id: int, version_id: int) -> ResponseReturnValue:
    """Those who may read it: its steps, asked for again by the page while they go on."""
    with database().reading() as db:
        version = processing_queries.load(db, person(), document_id, version_id)
        keeps = processing_queries.keeps(db, person(), document_id, now())
        status = processing_queries.status(db, version, keeps=keeps)
        title = db.get_one(Document, document_id).title
    template = {"line": "processing_line", "card": "processing_card"}.get(request.args.get("as", ""), "processing")
    return render_template(f"library/{template}.html", status=status, title=title)


@bp.post("/papers/<int:document_id>/versions/<int:version_id>/processing")
def repeat(document_id: int, version_id: int) -> ResponseReturnValue:
    """Those who keep it: do once more what failed, or what a program was missing for."""
    with database().writing() as db:
        version = processing_queries.load(db, person(), document_id, version_id)
        if not processing_queries.keeps(db, person(), document_id, now()):
            raise NotFound(f"document {document_id}")
        process_again(db, version, now())
        audit.record(
            db, person().member_id, "processed_again", f"document:{document_id}", now(), version=version.number
        )
    page = url_for("processing.page", document_id=document_id, version_id=version_id)
    return done(page, _("Tài liệu được xử lý lại."))


@bp.get("/papers/<int:document_id>/versions/<int:version_id>/preview")
def preview(document_id: int, version_id: int) -> ResponseReturnValue:
    """Those who may read it: its first page as a picture, ``?size=small`` a smaller one."""
    small = request.args.get("size") == "small"
    with database().reading() as db:
        version = processing_queries.load(db, person(), document_id, version_id)
        kind = RenditionKind.THUMBNAIL if small else RenditionKind.PREVIEW
        picture = sending.picture(db, version, kind)
    if picture is None:
        raise NotFound(f"no picture of version {version_id}")
    return sending.send(picture)
