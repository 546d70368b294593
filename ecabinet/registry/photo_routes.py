"""The photo of a member: shown, brought, taken away."""

from contextlib import closing

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from documents.errors import NotFound, Problem
from ecabinet.clock import now
from ecabinet.registry import photos
from ecabinet.registry.history_models import MemberPhoto
from ecabinet.registry.member_scope import kept_member, seen_member
from ecabinet.web import database, done, engines, person

bp = Blueprint("photos", __name__)


@bp.get("/members/<int:member_id>/photo")
def show(member_id: int) -> ResponseReturnValue:
    """Those who keep the registry of the member's unit; the member."""
    with database().reading() as db:
        member, _keeps = seen_member(db, member_id)
        photo = db.get(MemberPhoto, member.id)
    if photo is None:
        raise NotFound(f"photo of member {member_id}")
    # asked for again each time: whoever may no longer see the member is not shown a copy
    headers = {"ETag": f'"{photo.sha256}"', "Cache-Control": "private, no-cache", "Content-Length": str(photo.size)}
    if request.if_none_match.contains(photo.sha256):
        return Response(status=304, headers=headers)
    return Response(engines().blobs.open(photo.sha256), headers=headers, mimetype="image/jpeg")


@bp.post("/members/<int:member_id>/photo")
def bring(member_id: int) -> ResponseReturnValue:
    """Those who keep the registry of the member's unit: a photo in place of the one before."""
    with database().reading() as db:
        kept_member(db, member_id)
    file = request.files.get("photo")
    if file is None or not file.filename:
        raise Problem("missing", field="photo")
    with closing(file):
        blob = engines().blobs.put(photos.prepare(file.stream))
    with database().writing() as db:
        unused = photos.put(db, kept_member(db, member_id), blob, person().member_id, now())
    _forget(unused)
    return done(url_for("members.page", member_id=member_id), _("Đã lưu ảnh."))


@bp.post("/members/<int:member_id>/photo/remove")
def remove(member_id: int) -> ResponseReturnValue:
    """The same: no photo."""
    with database().writing() as db:
        unused = photos.remove(db, kept_member(db, member_id), person().member_id, now())
    _forget(unused)
    return done(url_for("members.page", member_id=member_id), _("Đã bỏ ảnh."))


def _forget(sha256: str) -> None:
    if sha256:
        engines().blobs.delete(sha256)
