"""What the signatures of a file say: of any PDF that is brought, and of those that are kept here."""

import io
from contextlib import closing
from pathlib import PurePath

from flask import Blueprint, Response, render_template, request, send_file
from flask.typing import ResponseReturnValue

from documents.errors import Invalid, NotFound, Problem
from documents.media import PDF
from documents.models import Version
from documents.queries import newest_version
from ecabinet import trusted
from ecabinet.config import MIB
from ecabinet.library import document_access
from ecabinet.signing import verifying
from ecabinet.signing.reports import Report
from ecabinet.web import database, engines, fault_texts, person

bp = Blueprint("signatures", __name__, url_prefix="/signatures")
MOST_BYTES = 100 * MIB


@bp.get("")
def page() -> ResponseReturnValue:
    """Everybody who has signed in: bring a PDF, see what its signatures say."""
    return render_template("signing/check.html", report=None, faults={})


@bp.post("")
def check() -> ResponseReturnValue:
    """The same: the report; nothing of the file is kept."""
    try:
        name, pdf = _brought()
        return render_template("signing/check.html", report=_report(pdf), name=name, faults={})
    except Problem as problem:
        return render_template("signing/check.html", report=None, faults=fault_texts(Invalid({"file": problem}))), 422


@bp.post("/signed/<int:number>")
def signed_of_brought(number: int) -> ResponseReturnValue:
    """The same: the file as it was when the signature of that number (from 1) was made."""
    name, pdf = _brought()
    return _signed(pdf, name, number)


@bp.get("/versions/<int:version_id>")
def of_version(version_id: int) -> ResponseReturnValue:
    """Those who may read the document: what the signatures of one of its versions say."""
    version, pdf = _version(version_id)
    return render_template("signing/version.html", report=_report(pdf), version=version)


@bp.get("/documents/<int:document_id>")
def of_document(document_id: int) -> ResponseReturnValue:
    """The same, of the newest version of a document."""
    with database().reading() as db:
        version = newest_version(db, document_id)
    if version is None:
        raise NotFound(f"document {document_id}")
    return of_version(version.id)


@bp.get("/versions/<int:version_id>/signed/<int:number>")
def signed_of_version(version_id: int, number: int) -> ResponseReturnValue:
    """The same: the file as it was when the signature of that number was made."""
    version, pdf = _version(version_id)
    return _signed(pdf, version.filename, number)


def _brought() -> tuple[str, bytes]:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Problem("missing", field="file")
    with closing(file):
        pdf = file.stream.read(MOST_BYTES + 1)
    if len(pdf) > MOST_BYTES:
        raise Problem("too_large", field="file", limit=MOST_BYTES // MIB)
    return file.filename, pdf


def _version(version_id: int) -> tuple[Version, bytes]:
    with database().reading() as db:
        version = db.get(Version, version_id)
        if version is None or not document_access.opens(db, version.document_id, person()):
            raise NotFound(f"version {version_id}")
    if version.media_type != PDF or version.size > MOST_BYTES:
        raise Problem("not_a_pdf")
    with closing(engines().blobs.open(version.sha256)) as chunks:
        return version, b"".join(chunks)


def _report(pdf: bytes) -> Report:
    return verifying.verify(pdf, trusted.read(engines().config.trust_certs))


def _signed(pdf: bytes, name: str, number: int) -> Response:
    signatures = verifying.verify(pdf).signatures
    if not 1 <= number <= len(signatures) or not signatures[number - 1].end:
        raise NotFound(f"signature {number}")
    data = io.BytesIO(pdf[: signatures[number - 1].end])
    return send_file(data, PDF, as_attachment=True, download_name=f"{PurePath(name).stem}-{number}.pdf")
