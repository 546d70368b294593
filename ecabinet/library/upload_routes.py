"""Uploads in pieces: begun by a form, sent from where they stand, finished once; each only for the one who began it.

``POST /uploads`` answers with the id and the place to go on from; ``PATCH`` with ``Upload-Offset`` sends the bytes from
there on, ``HEAD`` tells the place, ``POST …/finish`` hands the whole over. All of it can be repeated when an answer was
lost.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents import upload_parts, uploads
from documents.blobs import Blob, is_sha256
from documents.errors import Invalid, Problem
from documents.models import Version
from documents.upload_models import Upload
from documents.upload_rules import MOST_CHUNK
from ecabinet.access import member_label
from ecabinet.clock import now
from ecabinet.fields import text
from ecabinet.library import processing_queries
from ecabinet.library.upload_targets import said_of, target_of
from ecabinet.messages import code_sentence
from ecabinet.web import database, done, engines, fault_texts, person, refusal

bp = Blueprint("uploads", __name__)

LONGEST_FINGERPRINT = 100
_WHOLE = re.compile(r"[0-9]{1,18}")


@bp.post("/uploads")
def begin() -> ResponseReturnValue:
    """Those who may put a file there: ``name``, ``size``, ``destination`` and the fields of its form; if the sender
    knows them ``fingerprint`` and ``sha256``.
    """
    wanted = _wanted()
    try:
        with database().writing() as db:
            fields = target_of(wanted.destination).check(db, person(), request.form, now())
            wanted = replace(wanted, fields=fields)
            upload = uploads.begin(db, wanted, _me(), now(), most=engines().config.max_upload)
    except Invalid as invalid:
        return jsonify(refusal(invalid) | {"faults": fault_texts(invalid)}), 422
    return jsonify({"ok": True, "id": upload.id, "offset": upload.received, "chunk": MOST_CHUNK}), 201


@bp.app_template_global("uploads_left")
def left(destination: str) -> Sequence[Upload]:
    """What the signed-in person has not finished; of a whole meeting by the beginning that its destinations share."""
    with database().reading() as db:
        return uploads.unfinished(db, _me(), destination)


def _wanted() -> uploads.Wanted:
    sha256 = text("sha256").lower()
    if sha256 and not is_sha256(sha256):
        raise Problem("malformed", "sha256")
    return uploads.Wanted(
        text("name"), _whole(text("size")), text("destination"),
        fingerprint=text("fingerprint")[:LONGEST_FINGERPRINT] or None, sha256=sha256 or None,
    )  # fmt: skip


@bp.get("/uploads/<int:upload_id>")
def show(upload_id: int) -> ResponseReturnValue:
    """Its owner: what has become of it, as a fragment that asks again while there is something to wait for. The headers
    alone (``HEAD``) say where to go on.
    """
    with database().reading() as db:
        upload = uploads.mine(db, upload_id, _me())
        version = db.get(Version, upload.version_id) if upload.version_id is not None else None
        status = processing_queries.status(db, version, keeps=False) if version is not None else None
        reason = code_sentence(version.reason) if version is not None and version.reason else ""
        page = render_template("library/upload_state.html", upload=upload, status=status, reason=reason)
    return _at(upload.received, page, upload.size)


@bp.patch("/uploads/<int:upload_id>")
def receive(upload_id: int) -> ResponseReturnValue:
    """Its owner: the bytes from ``Upload-Offset`` on, durable when this is answered with the place to go on from."""
    start, length = _whole(request.headers.get("Upload-Offset", "")), request.content_length
    if length is None:
        raise Problem("malformed", "without Content-Length")
    place = upload_parts.receive(database(), engines().blobs, upload_id, _me(), start, length, request.stream, now())
    return _at(place)


@bp.post("/uploads/<int:upload_id>/finish")
def finish(upload_id: int) -> ResponseReturnValue:
    """Its owner: all bytes are here, it goes where it was to go; asked again, it has gone there already."""
    who, at = person(), now()

    def deliver(db: Session, upload: Upload, blob: Blob, kind: str) -> Version:
        return target_of(upload.destination).deliver(db, who, upload, blob, kind, at)

    upload = upload_parts.finish(database(), engines().blobs, upload_id, _me(), deliver)
    with database().reading() as db:
        version = db.get(Version, upload.version_id)
        said = said_of(db, who, upload.destination, version) if version is not None else ""
    return jsonify({"ok": True, "id": upload.id, "version": upload.version_id, "message": said})


@bp.post("/uploads/<int:upload_id>/cancel")
def cancel(upload_id: int) -> ResponseReturnValue:
    """Its owner: give it up, unless it is finished."""
    with database().writing() as db:
        upload = uploads.mine(db, upload_id, _me(), change=True)
        uploads.discard(db, upload)
    return done(target_of(upload.destination).page(), _("Đã bỏ tệp tải dở."))


def _at(place: int, page: str = "", size: int | None = None) -> ResponseReturnValue:
    response = make_response(page, 200 if page else 204)
    response.headers["Upload-Offset"] = str(place)
    if size is not None:
        response.headers["Upload-Length"] = str(size)
    return response


def _whole(value: str) -> int:
    if not _WHOLE.fullmatch(value):
        raise Problem("malformed", f"not a whole number: {value[:40]!r}")
    return int(value)


def _me() -> str:
    return member_label(person().member_id)
