"""Pages of following: who has a document, who has read it, who is at work on it, who not since when."""

import io
from collections.abc import Iterator

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import NotFound
from ecabinet import audit
from ecabinet.clock import local, now
from ecabinet.fields import asked
from ecabinet.issuing import following, numbering, queries
from ecabinet.issuing.models import Delivery
from ecabinet.issuing.queries import Wanted
from ecabinet.labels import label
from ecabinet.office import desk
from ecabinet.office.desk import Seen
from ecabinet.office.life_rules import OfficePart
from ecabinet.registry import workbooks
from ecabinet.web import database, done, person

bp = Blueprint("deliveries", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OFFICE = frozenset({OfficePart.CLERK, OfficePart.LEADER, OfficePart.DRAFTER})
"""Who follows what they have sent out."""


def _load(db: Session, office_id: int) -> Seen:
    seen = desk.load(db, person(), office_id)
    if not seen.parts & OFFICE or numbering.known_of(db, office_id).issued_at is None:
        raise NotFound(f"deliveries of {office_id}")
    return seen


def _wanted() -> Wanted:
    return Wanted(asked("state", 10), asked("kind", 10), asked("purpose", 10), asked("words", 100),
                  request.args.get("after", 0, type=int))  # fmt: skip


@bp.get("/office/documents/<int:office_id>/deliveries")
def page(office_id: int) -> ResponseReturnValue:
    """Its clerk, its drafter and its leaders: every recipient and how far they are."""
    with database().reading() as db:
        seen, wanted = _load(db, office_id), _wanted()
        rows, more = queries.recipients_page(db, office_id, wanted)
        address = {name: value for name, value in request.args.items() if value and name != "after"}
        return render_template(
            "issuing/deliveries.html", seen=seen, doc=seen.doc, wanted=wanted, rows=rows, more=more, address=address,
            progress=queries.progress(db, office_id), dispatch=numbering.known_of(db, office_id),
            filtered=bool(wanted.state or wanted.kind or wanted.purpose or wanted.words),
        )  # fmt: skip


@bp.get("/office/documents/<int:office_id>/deliveries/progress")
def progress(office_id: int) -> ResponseReturnValue:
    """The same people: the sums as a fragment that asks again while the worker is at it."""
    with database().reading() as db:
        seen = _load(db, office_id)
        return render_template("issuing/progress.html", doc=seen.doc, progress=queries.progress(db, office_id))


@bp.post("/office/documents/<int:office_id>/deliveries/remind")
def remind(office_id: int) -> ResponseReturnValue:
    """Its clerk and its leaders: tell all units once more that have not received it."""
    with database().writing() as db:
        units = following.remind(db, desk.load_to_change(db, person(), office_id), person(), now())
    said = _("Đã nhắc %(n)s đơn vị chưa tiếp nhận.", n=units)
    return done(url_for("deliveries.page", office_id=office_id, state="not_yet"), said)


@bp.post("/office/documents/<int:office_id>/deliveries/<int:delivery_id>/signed")
def signed_for(office_id: int, delivery_id: int) -> ResponseReturnValue:
    """Its clerk: an organisation outside has signed for it on paper."""
    with database().writing() as db:
        seen, delivery = desk.load_to_change(db, person(), office_id), db.get(Delivery, delivery_id)
        if delivery is None:
            raise NotFound(f"delivery {delivery_id}")
        following.signed_for(db, seen, delivery, person(), now())
    return done(url_for("deliveries.page", office_id=office_id), _("Đã ghi nơi nhận ký nhận."))


@bp.get("/office/documents/<int:office_id>/deliveries.xlsx")
def export(office_id: int) -> ResponseReturnValue:
    """Those of the first page: the list with the same filter as a workbook; on the audit trail."""
    header = [str(text) for text in (
        _("Nơi nhận"), _("Mục đích"), _("Tình trạng"), _("Đến lúc"), _("Mở xem lúc"), _("Tiếp nhận lúc"), _("Số đến"),
        _("Thu hồi"), _("Ý kiến"),
    )]  # fmt: skip
    file = io.BytesIO()
    with database().reading() as db:
        code = _load(db, office_id).doc.code
        workbooks.write(file, header, _lines(db, office_id))
    with database().writing() as db:
        audit.record(db, person().member_id, "office_export_deliveries", f"office:{office_id}", now())
    name = f"noi-nhan-{code.replace('/', '-')}.xlsx".encode("ascii", "ignore").decode()
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(file.getvalue(), mimetype=XLSX, headers=headers)


def _lines(db: Session, office_id: int) -> Iterator[list[str]]:
    for one in queries.every_recipient(db, office_id, _wanted()):
        yield [
            one.name, str(label("purpose", one.purpose)), str(label("delivery", one.status)), local(one.at),
            local(one.read_at), local(one.received_at), str(one.entry.ordinal or "") if one.entry else "",
            str(label("delivery_recall", one.recall)) if one.recall else "", one.note,
        ]  # fmt: skip
