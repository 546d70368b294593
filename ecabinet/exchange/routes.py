"""Pages of the exchange: what came and went, a package by hand; and the address that partners post to."""

import base64
import binascii
from typing import Any

from flask import Blueprint, jsonify, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.errors import NotFound, Problem
from ecabinet import audit
from ecabinet.clock import now
from ecabinet.exchange import headers, inbox, outbox, partners, queries
from ecabinet.exchange.models import Direction, ExchangeOrgan
from ecabinet.exchange.package_rules import MOST_BYTES, Fault, Organ, Package, is_organ, line
from ecabinet.exchange.queries import ADMINISTERS, KEEPS
from ecabinet.issuing import receiving
from ecabinet.issuing.models import Delivery, Dispatch
from ecabinet.library.sending import Sent, send
from ecabinet.messages import sentence
from ecabinet.office import desk
from ecabinet.office.desk import Seen
from ecabinet.office.document_rules import Book
from ecabinet.office.life_rules import OfficePart, OfficeState
from ecabinet.office.numbering_rules import Direction as Way
from ecabinet.registry.models import Unit
from ecabinet.web import database, done, engines, machine, person

bp = Blueprint("exchange", __name__)

XML = "application/xml"


@bp.post("/exchange/receive")
@machine
def receive() -> ResponseReturnValue:
    """Partners, by their token: a package, which is taken once. The answer says its status, or why it is refused."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    with database().reading() as db:
        partner = partners.by_token(db, token.strip() if scheme.lower() == "bearer" else "", engines().sealer)
        inbox.check_rate(db, partner, now())
    request.max_content_length = MOST_BYTES
    blob = _streamed()
    taken = inbox.take(engines(), partner.unit_id, blob, partner.id, now())
    return jsonify({"ok": True, "status": "01", "known": taken.known})


def _streamed() -> Blob:
    """The body in the store; what is not as long, or not the bytes, as its sender says is refused."""
    if request.content_length is not None and request.content_length > MOST_BYTES:
        raise Problem(Fault.TOO_LARGE, limit=MOST_BYTES // 1024**2)
    blob = engines().blobs.put(request.stream)
    if request.content_length is not None and blob.size != request.content_length:
        raise Problem(Fault.LENGTH, f"{blob.size} of {request.content_length}")
    digest = request.headers.get("Content-Digest", "").partition("sha-256=:")[2].partition(":")[0]
    try:
        said = base64.b64decode(digest, validate=True).hex()
    except binascii.Error:
        said = "-"
    if digest and said != blob.sha256:
        raise Problem(Fault.DIGEST)
    return blob


def _unit(db: Session) -> Unit:
    """The unit whose exchange is looked at: of clerks and of administrators."""
    return desk.unit_of(db, person(), request.args.get("unit", type=int), KEEPS, ADMINISTERS)


@bp.get("/office/exchange")
def index() -> ResponseReturnValue:
    """Clerks and administrators of a unit: its packages in and out, with what is wrong with any."""
    return _page("")


def _page(fault: str) -> str:
    way = Direction.OUT if request.args.get("way") == "out" else Direction.IN
    faulty = request.args.get("faulty") == "1"
    with database().reading() as db:
        unit = _unit(db)
        lines = queries.log(db, unit.id, way, request.args.get("before", type=int), faulty=faulty)
        return render_template(
            "exchange/index.html", unit=unit, units=desk.units_of(db, person(), KEEPS, ADMINISTERS), way=way,
            faulty=faulty, lines=lines[: queries.PAGE], more=len(lines) > queries.PAGE, fault=fault,
            organ=db.get(ExchangeOrgan, unit.id), failed=queries.failed(db, unit.id),
            lost=outbox.without_partner(db, unit.id),
        )  # fmt: skip


@bp.post("/office/exchange/upload")
def upload() -> ResponseReturnValue:
    """Clerks: a package that came by another way."""
    file = request.files.get("file")
    with database().reading() as db:  # a stranger's file is not even stored
        unit_id = desk.unit_of(db, person(), request.args.get("unit", type=int), KEEPS).id
    if file is None or not file.filename:
        return make_response(_page(_("Đồng chí chưa chọn tệp.")), 422)
    try:
        taken = inbox.take(engines(), unit_id, engines().blobs.put(file.stream), None, now())
    except Problem as refused:
        return make_response(_page(sentence(refused)), 422)
    back = url_for("exchange.index", unit=unit_id)
    if taken.known:
        return done(back, _("Gói này đã được tiếp nhận trước đó."))
    return done(back, _("Đã tiếp nhận gói."))


@bp.post("/office/exchange/<int:message_id>/retry")
def retry(message_id: int) -> ResponseReturnValue:
    """Clerks and administrators: a package that was given up is tried again."""
    with database().writing() as db:
        message = queries.load(db, person(), message_id, KEEPS, ADMINISTERS)
        outbox.retry(db, message, now())
        audit.record(db, person().member_id, "exchange_retried", f"exchange:{message_id}", now())
        back = url_for("exchange.index", unit=message.unit_id, way="out")
    return done(back, _("Sẽ gửi lại gói này."))


@bp.get("/office/exchange/<int:message_id>/package")
def package(message_id: int) -> ResponseReturnValue:
    """Administrators: the package as it travelled, to be kept; looking at it is on the record."""
    with database().writing() as db:
        message = queries.load(db, person(), message_id, ADMINISTERS)
        audit.record(db, person().member_id, "exchange_package_read", f"exchange:{message_id}", now())
    name = f"{message.direction}-{message.id}.edxml"
    return send(Sent(message.sha256, message.size, XML, name, message.created_at), save=True)


@bp.get("/office/documents/<int:office_id>/package")
def download(office_id: int) -> ResponseReturnValue:
    """The clerk of an issued document: its package for the recipients with a code, to be brought by another way."""
    with database().reading() as db:
        seen = desk.load(db, person(), office_id)
        if not _has_package(seen):
            raise NotFound(f"package of office document {office_id}")
        organ = db.get(ExchangeOrgan, seen.doc.unit_id)
        if organ is None:
            raise Problem("no_organ_code")
        header = headers.written(db, seen.doc, organ, _recipients(db, office_id), now())
        version = receiving.issued_version(db, db.get_one(Dispatch, office_id))
    blob = outbox.packed(engines(), Package(header, (outbox.attachment(engines(), version),)), now())
    return send(Sent(blob.sha256, blob.size, XML, f"{seen.doc.code.replace('/', '-')}.edxml", now()), save=True)


def _has_package(seen: Seen) -> bool:
    doc = seen.doc
    issued = doc.direction == Way.OUTGOING and doc.state == OfficeState.ISSUED and doc.book == Book.OUTGOING
    return issued and OfficePart.CLERK in seen.parts


def _recipients(db: Session, office_id: int) -> tuple[Organ, ...]:
    wanted = select(Delivery.organ_code, Delivery.name).where(
        Delivery.office_document_id == office_id, Delivery.organ_code != ""
    )  # fmt: skip
    found = tuple(Organ(code, line(name)) for code, name in db.execute(wanted) if is_organ(code))
    if not found:
        raise Problem("no_organ_recipients")
    return found


def panel(db: Session, seen: Seen) -> str:
    """On the page of a document: the packages that it came or went in."""
    given: dict[str, Any] = {"doc": seen.doc, "lines": queries.of_document(db, seen), "mine": _has_package(seen)}
    return render_template("exchange/panel.html", **given) if given["lines"] or given["mine"] else ""
