"""A paper with its annotations, and lists of these, to take away; that somebody did is on the audit trail."""

import io
from pathlib import PurePath

from flask import Blueprint, Response, request, send_file
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.annotation_carrying_job import pdf_of
from documents.errors import NotFound, Problem
from documents.media import DOCX, PDF
from documents.models import Document, Version
from ecabinet import audit
from ecabinet.clock import local, now
from ecabinet.fields import asked
from ecabinet.labels import LABELS, label
from ecabinet.reading import exports, note_lists
from ecabinet.reading.desks import Desk, Place, sit
from ecabinet.reading.exports import Layer
from ecabinet.registry.exports import export_response
from ecabinet.web import database, engines, person

bp = Blueprint("annotation_exports", __name__, url_prefix="/papers/<int:document_id>/versions/<int:version_id>/export")


@bp.get("/pdf")
def paper(document_id: int, version_id: int) -> Response:
    """Those who may open the paper: it with the annotations of a ``?layer=`` (mine, shared, all) that they see."""
    layer = _layer()
    with database().reading() as db:
        desk, version = _sit(db, document_id, version_id)
        sha256 = pdf_of(db, version)
        marks = exports.marks_of(exports.threads(db, desk, layer))
    if sha256 is None:
        raise Problem("export_no_pdf")
    stamps = {value: str(words) for value, words in LABELS["annotation_stamp"].items()}
    with exports.paper_with(engines().blobs, sha256, marks, stamps) as file:
        _record("export_annotated_paper", desk, layer, len(marks))
        return send_file(file, PDF, as_attachment=True, download_name=f"{_name(version, layer)}.pdf")


@bp.get("/docx")
def word(document_id: int, version_id: int) -> Response:
    """The same people: the annotations page by page, as a Word file."""
    layer = _layer()
    with database().reading() as db:
        desk, version = _sit(db, document_id, version_id)
        found = exports.threads(db, desk, layer)
        title = _("Bảng ghi chú: %(title)s", title=db.get_one(Document, document_id).title)
        about = _(
            "%(file)s, phiên bản %(number)s · %(layer)s · lập lúc %(at)s",
            file=version.filename, number=version.number, layer=label("annotation_layer", layer), at=local(now()),
        )  # fmt: skip
        content = note_lists.as_word(title, about, exports.lines(found, label))
    _record("export_annotations", desk, layer, len(found))
    return send_file(io.BytesIO(content), DOCX, as_attachment=True, download_name=f"{_name(version, layer)}.docx")


@bp.get("/<any(csv, xlsx):kind>")
def table(document_id: int, version_id: int, kind: str) -> Response:
    """The same people: the annotations as a table."""
    layer = _layer()
    with database().reading() as db:
        desk, version = _sit(db, document_id, version_id)
    return export_response(
        kind, _name(version, layer), note_lists.header(),
        lambda db: note_lists.rows(exports.lines(exports.threads(db, desk, layer), label)),
        action="export_annotations", subject=f"document:{document_id}", about=_about(desk, layer),
    )  # fmt: skip


def _layer() -> Layer:
    given = asked("layer", 10) or Layer.ALL
    if given not in set(Layer):
        raise NotFound(f"layer {given}")
    return Layer(given)


def _sit(db: Session, document_id: int, version_id: int) -> tuple[Desk, Version]:
    place = Place(document_id, version_id, request.args.get("meeting", type=int))
    return sit(db, person(), place), db.get_one(Version, version_id)


def _name(version: Version, layer: Layer) -> str:
    return f"{PurePath(version.filename).stem} - {label('annotation_layer', layer)}"


def _about(desk: Desk, layer: Layer) -> dict[str, str]:
    meeting = {"meeting": str(desk.place.meeting_id)} if desk.place.meeting_id is not None else {}
    return {"version": str(desk.place.version_id), "layer": layer} | meeting


def _record(action: str, desk: Desk, layer: Layer, number: int) -> None:
    """Who took what away, how many and of which layer: never what they say."""
    with database().writing() as db:
        subject = f"document:{desk.place.document_id}"
        audit.record(db, desk.person.member_id, action, subject, now(), annotations=number, **_about(desk, layer))
