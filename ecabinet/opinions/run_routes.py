"""Pages of the office: how a round goes, what is done with it, and which units want them approved."""

import io
from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, NotFound, Problem
from ecabinet.access import Permission
from ecabinet.clock import now, today
from ecabinet.fields import moment, text
from ecabinet.opinions import drafting, listing, notices, printed_papers, queries, reports, rounds
from ecabinet.opinions.models import OpinionRound
from ecabinet.opinions.rules import BY_SUPERIOR, CloseHow, RoundState
from ecabinet.printing import pdf, seals
from ecabinet.registry.models import Unit
from ecabinet.web import database, done, engines, fault_texts, person

bp = Blueprint("opinion_rounds", __name__)

bp.add_app_template_filter(datetime.fromisoformat, "moment")

Act = Callable[[Session, OpinionRound, int, datetime], object]
ACTS: dict[str, Act] = {
    "submit": lambda db, of, by, at: rounds.submit(db, of, by, at, notices.tell),
    "withdraw": rounds.withdraw,
    "approve": lambda db, of, by, at: rounds.approve(db, of, by, at, notices.tell),
    "return": lambda db, of, by, at: rounds.give_back(db, of, text("reason"), by, at, notices.tell),
    "send": lambda db, of, by, at: rounds.send(db, of, by, at, notices.tell),
    "extend": lambda db, of, by, at: rounds.extend(db, of, moment("deadline"), text("reason"), by, at, notices.tell),
    "close": lambda db, of, by, at: rounds.close(db, of, CloseHow.HAND, by, at, notices.tell),
    "remind": lambda db, of, by, at: rounds.remind(db, of, by, at, notices.tell),
    "report": lambda db, of, by, at: rounds.report(
        db, of, text("conclusion"), text("shared") == "1", by, at, notices.tell
    ),
    "recall": lambda db, of, by, at: rounds.recall(db, of, text("reason"), by, at, notices.tell),
}


def _said(action: str) -> str:
    """What is said when it was done."""
    said: dict[str, str] = {
        "submit": _("Đã trình phê duyệt."),
        "withdraw": _("Đã rút lại để sửa."),
        "approve": _("Đã phê duyệt."),
        "return": _("Đã trả lại."),
        "send": _("Đã gửi phiếu lấy ý kiến."),
        "extend": _("Đã gia hạn."),
        "close": _("Đã khóa phiếu."),
        "remind": _("Đã nhắc những đồng chí chưa trả lời."),
        "report": _("Đã lưu báo cáo tổng hợp."),
        "recall": _("Đã thu hồi phiếu."),
    }
    return said[action]


@bp.get("/opinions/<int:round_id>/run")
def page(round_id: int) -> ResponseReturnValue:
    """Those who hold it or approve it: how it goes, and its history."""
    with database().reading() as db:
        return _page(db, queries.load(db, person(), round_id))


def _page(
    db: Session, seen: queries.Seen, form: str = "", faults: dict[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    of = seen.require_office()
    people = queries.recipients(db, of.id)
    shown = render_template(
        "opinions/run.html",
        round=of, seen=seen, people=people, answers=queries.counting(db, of.id),
        preview=[] if people else drafting.addressed(db, of, today()),
        papers=drafting.papers(db, of.id),
        history=listing.merged(queries.history(db, of.id)),
        needs_approval=rounds.needs_approval(db, of),
        own=of.submitted_by == person().member_id,
        form=form, faults=faults or {}, entered=request.form, now=now(),
    )  # fmt: skip
    return make_response(shown, status)


@bp.post("/opinions/<int:round_id>/do/<action>")
def act(round_id: int, action: str) -> ResponseReturnValue:
    """Those who hold it; approving and giving back are a superior's."""
    if action not in ACTS:
        raise NotFound(f"action {action}")
    try:
        with database().writing() as db:
            seen = queries.load_to_change(db, person(), round_id)
            of = seen.require_approver() if action in BY_SUPERIOR else seen.require_manager()
            ACTS[action](db, of, person().member_id, now())
    except Invalid as invalid:
        with database().reading() as db:
            return _page(db, queries.load(db, person(), round_id), action, fault_texts(invalid), 422)
    back = "opinion_drafts.edit" if action == "withdraw" else "opinion_rounds.page"
    return done(url_for(back, round_id=round_id), _said(action))


@bp.post("/opinions/<int:round_id>/report/seal")
def seal(round_id: int) -> ResponseReturnValue:
    """Those who hold it, once it is reported: the report with the organisation's seal, kept in the archive."""
    me, at = person(), now()
    with database().reading() as db:
        of = queries.load(db, me, round_id).require_manager()
        if of.state != RoundState.REPORTED or of.report_id is not None:
            raise Problem("wrong_state")
        sheet = printed_papers.report_sheet(reports.report(db, of), at)
    signed = seals.seal(pdf.render(sheet, at), engines().config, at, "Báo cáo tổng hợp ý kiến")
    blob = engines().blobs.put(io.BytesIO(signed))
    with database().writing() as db:
        of = queries.load_to_change(db, me, round_id).require_manager()
        rounds.keep_report(db, of, blob, me.name, me.member_id, at)
    return done(url_for("opinions.report", round_id=round_id), _("Đã ký số và lưu báo cáo."))


@bp.post("/units/<int:unit_id>/opinion-policy")
def set_policy(unit_id: int) -> ResponseReturnValue:
    """Those who approve for the unit: whether rounds of it and below are approved before they go out."""
    with database().writing() as db:
        unit = db.get(Unit, unit_id)
        if unit is None or not person().may(Permission.APPROVE, unit.path):
            raise NotFound(f"unit {unit_id}")
        rounds.set_policy(db, unit, text("approval") == "1", person().member_id, now())
    return done(url_for("opinions.index"), _("Đã lưu."))
