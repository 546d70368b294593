"""Pages of those who are asked: their rounds, the slip to answer, the report that was shared with them."""

import io
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, make_response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, NotFound, Problem
from documents.media import DOCX
from ecabinet.access import Permission
from ecabinet.clock import local, now
from ecabinet.fields import text
from ecabinet.messages import sentence
from ecabinet.once import once
from ecabinet.opinions import answers, drafting, listing, notices, printed_papers, queries, reports
from ecabinet.opinions.answer_rules import Choice, closes_at
from ecabinet.opinions.models import OpinionAnswer, OpinionRound
from ecabinet.opinions.rules import WITH_RECIPIENTS, RoundState
from ecabinet.printing import pdf, word
from ecabinet.registry.exports import export_response
from ecabinet.web import TwoVersions, database, done, fault_texts, new_code, person, wants_json

bp = Blueprint("opinions", __name__)

PRINTED = {"pdf": (pdf.render, "application/pdf"), "docx": (word.render, DOCX)}
KEPT_ON_PAGE = frozenset({"opinion_answered_elsewhere", "opinion_over", "opinion_closed", "opinion_recalled"})
"""Refusals after which what was typed is still on the page."""


@dataclass(frozen=True)
class Today:
    """What the first page says of opinions."""

    waiting: list[OpinionRound]
    approving: list[OpinionRound]


@bp.app_template_global("opinions_today")
def today() -> Today:
    """For the first page: what waits for my opinion, and what for my approval."""
    me = person()
    with database().reading() as db:
        waiting = listing.waiting(db, me.member_id)
        return Today(waiting, listing.approving(db, me))


@bp.app_template_global("time_left")
def time_left(deadline: datetime) -> str:
    """How much time is left, in words."""
    unit, number = listing.time_left(deadline, now())
    words: dict[str, str] = {
        "days": _("còn %(n)s ngày", n=number),
        "hours": _("còn %(n)s giờ", n=number),
        "minutes": _("còn %(n)s phút", n=number),
        "over": _("đã quá hạn"),
    }
    return words[unit]


@bp.get("/opinions")
def index() -> ResponseReturnValue:
    """The signed-in: the rounds that ask them, and those they hold or approve."""
    me = person()
    with database().reading() as db:
        return render_template(
            "opinions/index.html",
            mine=listing.mine(db, me.member_id),
            held=listing.held(db, me),
            may_create=bool(me.paths(Permission.HOLD_MEETINGS)),
            units=listing.policies(db, me),
            now=now(),
        )


@bp.get("/opinions/<int:round_id>")
def page(round_id: int) -> ResponseReturnValue:
    """Those asked: the slip, with their answer if they gave one; that they have opened it is noted. The office goes on
    to its own page.
    """
    with database().reading() as db:
        seen = queries.load(db, person(), round_id)
        if seen.recipient is None:
            return redirect(url_for("opinion_rounds.page", round_id=round_id), 303)
        shown = _slip(db, seen, {}, {})
        unread = seen.recipient.seen_at is None or notices.has_unread(db, person().member_id, round_id)
    if unread:
        with database().writing() as db:
            answers.see(db, queries.load(db, person(), round_id).require_recipient(), now())
    return shown


def _slip(db: Session, seen: queries.Seen, values: dict[str, str], faults: dict[str, str], fault: str = "") -> str:
    of, recipient = seen.round, seen.require_recipient()
    given = queries.answers_of(db, recipient.id)
    out = of.state in WITH_RECIPIENTS
    return render_template(
        "opinions/slip.html",
        round=of,
        papers=drafting.papers(db, of.id) if out else [],
        given=given,
        values=values or _values(given),
        faults=faults,
        fault=fault,
        open=of.state == RoundState.SENT and now() <= closes_at(of.deadline, of.late_days),
        token=values.get("token") or new_code(),
        revision=recipient.revision,
        recall=queries.recalled_for(db, of),
        seen=seen,
        now=now(),
    )


def _values(given: list[OpinionAnswer]) -> dict[str, str]:
    """The newest answer as the form holds it."""
    values = {}
    for choice in given[0].choices if given else []:
        values[f"question-{choice.question_id}"] = str(choice.option_id)
        values[f"text-{choice.question_id}"] = choice.text
    return values


def _choices(of: OpinionRound) -> dict[int, Choice]:
    """What the form says to each question."""
    chosen = {}
    for question in of.questions:
        option = text(f"question-{question.id}")
        number = int(option) if option.isascii() and option.isdigit() and len(option) < 16 else None
        chosen[question.id] = Choice(number, text(f"text-{question.id}"))
    return chosen


@bp.post("/opinions/<int:round_id>/answer")
@once
def answer(round_id: int) -> ResponseReturnValue:
    """Those asked, for themselves: answer, or correct their answer until the round closes."""
    revision = text("revision")
    try:
        with database().writing() as db:
            seen = queries.load_to_change(db, person(), round_id)
            recipient = seen.require_recipient()
            told = int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 9 else -1
            if not text("token"):
                raise Problem("malformed")
            answers.answer(
                db, seen.round, recipient, _choices(seen.round), text("token")[:64], told, now(), notices.tell
            )  # fmt: skip
    except Problem as problem:
        if wants_json() and problem.code == "opinion_answered_elsewhere":
            raise _two_versions(round_id) from problem
        if wants_json() or not (isinstance(problem, Invalid) or problem.code in KEPT_ON_PAGE):
            raise
        return _shown_again(round_id, problem)
    revised = {"revision": str(recipient.revision)}
    return done(url_for("opinions.page", round_id=round_id), _("Đã ghi nhận ý kiến của đồng chí."), carry=revised)


def _two_versions(round_id: int) -> TwoVersions:
    """What the same person has answered on another device, for the one that comes after it."""
    with database().reading() as db:
        recipient = queries.load(db, person(), round_id).require_recipient()
        theirs = queries.chosen_words(db, recipient.id)
        return TwoVersions("opinion_answered_elsewhere", theirs, {"revision": str(recipient.revision)})


def _shown_again(round_id: int, problem: Problem) -> ResponseReturnValue:
    """The slip with all that was typed; a new token where another answer was given meanwhile."""
    values = request.form.to_dict()
    faults = fault_texts(problem) if isinstance(problem, Invalid) else {}
    with database().reading() as db:
        seen = queries.load(db, person(), round_id)
        return make_response(_slip(db, seen, values, faults, sentence(problem)), 422 if faults else 409)


@bp.get("/opinions/<int:round_id>/report")
def report(round_id: int) -> ResponseReturnValue:
    """The office at any time, those asked once it is shared with them: the summary, fit for printing."""
    with database().reading() as db:
        seen = queries.load(db, person(), round_id)
        of = seen.require_report()
        return render_template("opinions/report.html", round=of, report=reports.report(db, of), seen=seen, at=now())


@bp.get("/opinions/<int:round_id>/report/<kind>")
def export(round_id: int, kind: str) -> ResponseReturnValue:
    """The office: the summary as a list (xlsx, csv)."""
    with database().reading() as db:
        of = queries.load(db, person(), round_id).require_office()
        rows = list(reports.rows(reports.report(db, of), _("Chưa trả lời"), _("muộn"), local))
    header = [
        _("Câu hỏi"), _("Phương án"), _("Số ý kiến"), _("Tỷ lệ"), _("Họ và tên"), _("Chức vụ"), _("Đơn vị"),
        _("Nội dung ý kiến"), _("Trả lời lúc"),
    ]  # fmt: skip
    return export_response(
        kind, f"y-kien-{round_id}", header, lambda _db: rows, "opinion_export", f"opinion:{round_id}", {}
    )


@bp.get("/opinions/<int:round_id>/<what>.<kind>")
def printed(round_id: int, what: str, kind: str) -> ResponseReturnValue:
    """The report, for those who may read it, or the blank slip, for the office, on paper (pdf, docx)."""
    with database().reading() as db:
        seen = queries.load(db, person(), round_id)
        if what == "report":
            sheet = printed_papers.report_sheet(reports.report(db, seen.require_report()), now())
        elif what == "slip":
            sheet = printed_papers.slip_sheet(seen.require_office())
        else:
            raise NotFound(f"paper {what}")
    if kind not in PRINTED:
        raise NotFound(f"kind {kind}")
    render, kind_of_file = PRINTED[kind]
    names = {"report": "tong-hop-y-kien", "slip": "phieu-lay-y-kien"}
    name = f"{names[what]}-{round_id}.{kind}"
    return send_file(io.BytesIO(render(sheet, now())), kind_of_file, as_attachment=True, download_name=name)
