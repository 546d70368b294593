"""Pages of the mailbox of a unit: what was taken out of it and what could not be; where it is."""

from collections.abc import Mapping

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import Problem
from ecabinet.access import Permission
from ecabinet.clock import now
from ecabinet.fields import text
from ecabinet.mailbox import operations
from ecabinet.mailbox.letters import MOST_BYTES
from ecabinet.mailbox.models import Mailbox, MailboxLetter
from ecabinet.mailbox.operations import ADMINISTERS
from ecabinet.messages import sentence
from ecabinet.office import desk, forms
from ecabinet.registry.models import Unit
from ecabinet.web import database, done, engines, person

bp = Blueprint("mailbox", __name__)

KEEPS = Permission.KEEP_REGISTERS
PAGE = 50


@bp.get("/office/mailbox")
def index() -> ResponseReturnValue:
    """Clerks and administrators of a unit: its letters, the newest first."""
    with database().reading() as db:
        return _page(db, {})


def _unit(db: Session, *permissions: Permission) -> Unit:
    return desk.unit_of(db, person(), request.args.get("unit", type=int), *permissions)


def _page(db: Session, faults: Mapping[str, str]) -> str:
    unit = _unit(db, KEEPS, ADMINISTERS)
    wanted = select(MailboxLetter).where(MailboxLetter.unit_id == unit.id)
    if before := request.args.get("before", type=int):
        wanted = wanted.where(MailboxLetter.id < before)
    letters = db.scalars(wanted.order_by(MailboxLetter.id.desc()).limit(PAGE + 1)).all()
    return render_template(
        "exchange/mailbox.html", unit=unit, units=desk.units_of(db, person(), KEEPS, ADMINISTERS), faults=faults,
        mailbox=db.get(Mailbox, unit.id), letters=letters[:PAGE], more=len(letters) > PAGE, reason=_reason,
        values=request.form,
    )  # fmt: skip


def _reason(fault: str) -> str:
    """Why, in the reader's language."""
    return sentence(Problem(fault, limit=MOST_BYTES // 1024**2, unit="")) if fault else ""


@bp.post("/office/mailbox")
def save() -> ResponseReturnValue:
    """Administrators of a unit: where its mailbox is."""
    try:
        with database().writing() as db:
            unit = _unit(db, ADMINISTERS)
            operations.save(
                db, unit, text("address"), request.form.get("password", ""), engines().sealer, person(), now(),
                active=bool(text("active")),
            )  # fmt: skip
    except Problem as refused:
        faults = forms.faults_of(refused)
        with database().reading() as db:
            return make_response(_page(db, faults), 422)
    return done(url_for("mailbox.index", unit=unit.id), _("Đã ghi hộp thư. Thư mới được lấy trong vòng một phút."))
