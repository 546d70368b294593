"""One's own certificate, and those that do not name their member and wait for an administrator."""

from contextlib import closing

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from documents.errors import Invalid, NotFound, Problem
from ecabinet import trusted
from ecabinet.access import Permission
from ecabinet.clock import now
from ecabinet.fields import brief, text
from ecabinet.registry.models import Member
from ecabinet.signing import certificate_queries, looks, members, unlocking
from ecabinet.signing.certificate_rules import Kind
from ecabinet.signing.members import Brought
from ecabinet.web import database, done, engines, fault_texts, person

bp = Blueprint("certificates", __name__)
MOST_PICTURE = 2 * 1024**2
FIELDS = {"device_failed": "reference", "service_failed": "reference", "service_refused": "reference"}


@bp.get("/me/certificate")
def own() -> ResponseReturnValue:
    """The signed-in person: with what they sign."""
    return _own({})


def _own(faults: dict[str, str]) -> str:
    config = engines().config
    with database().reading() as db:
        held = members.of_member(db, person().member_id)
        shown = certificate_queries.shown(held, now(), trusted.read(config.trust_certs)) if held else None
    elsewhere = [
        kind for kind, there in ((Kind.DEVICE, config.pkcs11_module), (Kind.SERVICE, config.signing_url)) if there
    ]
    return render_template("signing/own.html", held=held, shown=shown, elsewhere=elsewhere, faults=faults)


@bp.post("/me/certificate")
def bring() -> ResponseReturnValue:
    """The same: a PKCS#12 file in place of what there was."""
    try:
        file = request.files.get("file")
        if file is None or not file.filename:
            raise Problem("missing", field="file")
        with closing(file):
            p12 = file.stream.read(members.MOST_BYTES + 1)
        brought = unlocking.counted(lambda: members.from_file(p12, request.form.get("password", "")), now())
        return _kept(brought)
    except Problem as problem:
        return _refused(problem, "file")


@bp.post("/me/certificate/elsewhere")
def bring_from_elsewhere() -> ResponseReturnValue:
    """The same: a key of the device or the service, by its name there."""
    try:
        reference, kind = brief("reference", 200), text("kind")
        if not reference or kind not in (Kind.DEVICE, Kind.SERVICE):
            raise Problem("missing", field="reference")
        return _kept(members.from_elsewhere(engines().config, Kind(kind), reference))
    except Problem as problem:
        return _refused(problem, "reference")


def _kept(brought: Brought) -> ResponseReturnValue:
    trust = trusted.read(engines().config.trust_certs)
    with database().writing() as db:
        kept = members.bring(db, db.get_one(Member, person().member_id), brought, engines().sealer, trust, now())
        fits = kept.belongs is not None
    said = (
        _("Đã lưu chứng thư số.")
        if fits
        else _("Đã lưu chứng thư số. Chứng thư chưa dùng để ký được, xem lý do bên dưới.")
    )
    return done(url_for("certificates.own"), said)


def _refused(problem: Problem, field: str) -> ResponseReturnValue:
    return _own(fault_texts(Invalid({problem.field or field: problem}))), 422


@bp.post("/me/certificate/remove")
def remove() -> ResponseReturnValue:
    """The same: no certificate."""
    with database().writing() as db:
        members.remove(db, person().member_id, now())
    return done(url_for("certificates.own"), _("Đã gỡ chứng thư số; khóa đã bị xóa khỏi hệ thống."))


@bp.post("/me/certificate/picture")
def put_picture() -> ResponseReturnValue:
    """The same: the picture of the hand-written signature; without a file none."""
    file, data = request.files.get("picture"), b""
    if file is not None and file.filename:
        with closing(file):
            data = file.stream.read(MOST_PICTURE + 1)
    try:
        if len(data) > MOST_PICTURE:
            raise Problem("picture_unreadable", "too long", field="picture")
        picture = looks.checked_picture(data) if data else None
    except Problem as problem:
        return _refused(problem, "picture")
    with database().writing() as db:
        members.put_picture(db, person().member_id, picture, engines().sealer, now())
    return done(url_for("certificates.own"), _("Đã lưu ảnh chữ ký.") if picture else _("Đã bỏ ảnh chữ ký."))


@bp.get("/me/certificate/picture.png")
def picture() -> ResponseReturnValue:
    """The same: the picture itself."""
    with database().reading() as db:
        held = members.of_member(db, person().member_id)
        data = members.opened(held.picture, engines().sealer) if held else None
    if data is None:
        raise NotFound("no picture")
    return Response(data, mimetype="image/png")


@bp.get("/certificates")
def waiting() -> ResponseReturnValue:
    """Those who manage accounts: certificates of their members that do not name them."""
    if not person().paths(Permission.MANAGE_ACCOUNTS):
        raise NotFound("certificates")
    with database().reading() as db:
        return render_template("signing/waiting.html", waiting=certificate_queries.waiting(db, person()))


@bp.post("/certificates/<int:certificate_id>/confirm")
def confirm(certificate_id: int) -> ResponseReturnValue:
    """The same: it is the member's all the same, with the reason."""
    with database().writing() as db:
        held = certificate_queries.one_waiting(db, person(), certificate_id)
        members.confirm(db, held, person().member_id, brief("reason", 500), now())
    return done(url_for("certificates.waiting"), _("Đã xác nhận chứng thư số."))
