"""What an organisation outside sees, without an account: the paper that was sent to it, by an unguessable address."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import NotFound
from ecabinet.clock import now
from ecabinet.issuing import following, queries
from ecabinet.issuing.delivery_rules import DeliveryStatus
from ecabinet.issuing.models import Delivery
from ecabinet.library import sending
from ecabinet.web import database, done, public

bp = Blueprint("outside", __name__)


def _load(db: Session, code: str, *, change: bool = False) -> Delivery:
    wanted = select(Delivery).where(Delivery.code == code)
    delivery = db.scalar(wanted.with_for_update() if change else wanted)
    if delivery is None:
        raise NotFound("delivery of that code")
    return delivery


@bp.get("/issued/<code>")
@public
def page(code: str) -> ResponseReturnValue:
    """Whoever has the address: what the paper is; of one that was recalled, that it was."""
    with database().reading() as db:
        delivery = _load(db, code)
        return render_template("issuing/outside.html", delivery=delivery, doc=delivery.document, code=code)


@bp.get("/issued/<code>/paper")
@public
def paper(code: str) -> ResponseReturnValue:
    """The same: the file as it was issued, until it is recalled."""
    with database().writing() as db:
        delivery = _load(db, code, change=True)
        version = queries.issued_version(db, delivery.office_document_id)
        if version is None or delivery.recall is not None:
            raise NotFound("issued paper")
        if delivery.status == DeliveryStatus.SENT:
            following.heard(db, delivery, DeliveryStatus.ARRIVED, now())
        delivery.read_at = delivery.read_at or now()
    return sending.send(sending.original(version), save=True)


@bp.post("/issued/<code>/received")
@public
def received(code: str) -> ResponseReturnValue:
    """The same: a receipt, once."""
    with database().writing() as db:
        delivery = _load(db, code, change=True)
        if delivery.received_at is None and delivery.recall is None:
            following.heard(db, delivery, DeliveryStatus.RECEIVED, now())
    return done(url_for("outside.page", code=code), _("Đã xác nhận đã nhận."))
