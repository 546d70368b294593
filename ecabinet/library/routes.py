"""Pages of the archive: the reader, and the bytes of a paper."""

from urllib.parse import quote

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import ContentRange
from werkzeug.http import dump_options_header, http_date

from documents.errors import NotFound
from documents.models import Document, Version
from documents.queries import newest_version
from documents.text import exact, fold
from ecabinet.fields import asked
from ecabinet.library import document_access
from ecabinet.messages import code_sentence
from ecabinet.web import database, engines, person

bp = Blueprint("library", __name__)

LONGEST_BACK = 2000
SHOWN_IN_PLACE = frozenset({"application/pdf", "image/png", "image/jpeg", "text/plain"})


def _load(db: Session, document_id: int) -> tuple[Document, Version]:
    """The document with the version asked for, else its newest, for those who see it."""
    document, asked_for = db.get(Document, document_id), request.args.get("version", type=int)
    version = db.get(Version, asked_for) if asked_for is not None else newest_version(db, document_id)
    if document is None or version is None or not document_access.opens(db, document_id, person()):
        raise NotFound(f"document {document_id}")
    if version.document_id != document_id:
        raise NotFound(f"version {version.id} of document {document_id}")
    return document, version


def _back_to_search(question: str) -> str:
    """To the results that somebody came from; only ever to a page of the search, whatever the address says."""
    back, search = asked("back", LONGEST_BACK), url_for("search.page")
    return back if back.startswith(f"{search}?") else url_for("search.page", q=question or None)


@bp.get("/papers/<int:document_id>")
def read(document_id: int) -> ResponseReturnValue:
    """Those whose labels open it: the reader, at a page (counted from 1), with the words searched for."""
    meeting_id, round_id = request.args.get("meeting", type=int), request.args.get("opinion", type=int)
    question = asked("q", 300)
    with database().reading() as db:
        document, version = _load(db, document_id)
        back = (
            url_for("meetings.page", meeting_id=meeting_id)
            if meeting_id
            else url_for("opinions.page", round_id=round_id)
            if round_id
            else _back_to_search(question)
        )
        return render_template(
            "library/reader.html",
            title=document.title,
            version=version,
            reason=code_sentence(version.reason) if version.reason else "",
            content_url=url_for("library.content", document_id=document_id, version_id=version.id),
            page=max(request.args.get("page", 1, type=int), 1) if "page" in request.args else None,
            query=question,
            back_url=back,
        )


@bp.get("/papers/<int:document_id>/versions/<int:version_id>/content")
def content(document_id: int, version_id: int) -> ResponseReturnValue:
    """Those whose labels open it: the bytes of one version, whole or a range of them. ``?download=1`` saves it."""
    with database().reading() as db:
        if not document_access.opens(db, document_id, person()):
            raise NotFound(f"document {document_id}")
        version = db.get(Version, version_id)
        if version is None or version.document_id != document_id:
            raise NotFound(f"version {version_id}")
    return _send(version)


def _send(version: Version) -> Response:
    etag = version.sha256
    if request.if_none_match.contains(etag):
        return Response(status=304, headers={"ETag": f'"{etag}"'})
    span = _span(version, etag)
    if span is None:
        return Response(status=416, headers={"Content-Range": f"bytes */{version.size}"})
    start, end = span
    partial = (start, end) != (0, version.size)
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": f'"{etag}"',
        "Last-Modified": http_date(version.created_at),
        "Content-Length": str(end - start),
        "Content-Disposition": _disposition(version),
        # Only for this person's browser, and asked for again each time: access may have been taken away.
        "Cache-Control": "private, no-cache",
        # The bytes are somebody's upload: whatever they are, they run nothing.
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }
    if partial:
        headers["Content-Range"] = str(ContentRange("bytes", start, end, version.size))
    mimetype = version.media_type if version.media_type in SHOWN_IN_PLACE else "application/octet-stream"
    body = engines().blobs.open(version.sha256, start, end) if request.method != "HEAD" else None
    return Response(body, status=206 if partial else 200, headers=headers, mimetype=mimetype, direct_passthrough=True)


def _span(version: Version, etag: str) -> tuple[int, int] | None:
    """The part asked for; all of it where the question makes no sense; None where there is no such part.

    A part of an older copy is not continued with bytes of this one (If-Range).
    """
    asked, older = request.range, request.if_range
    another = (older.etag is not None and older.etag != etag) or older.date is not None
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1 or another:
        return 0, version.size
    return asked.range_for_length(version.size)


def _disposition(version: Version) -> str:
    """How the browser should take it, with the name in plain letters and, for the browsers that can, as it is."""
    kind = "inline" if version.media_type in SHOWN_IN_PLACE and "download" not in request.args else "attachment"
    plain = fold(exact(version.filename)).encode("ascii", "replace").decode()
    return dump_options_header(kind, {"filename": plain, "filename*": f"UTF-8''{quote(version.filename, safe='')}"})
