"""Pages of votes: preparing, running, and casting a ballot over plain HTTP."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from documents.errors import Invalid, Problem
from ecabinet.clock import now
from ecabinet.fields import text, whole
from ecabinet.meetings import queries as meetings
from ecabinet.voting import operations, queries, rules
from ecabinet.voting.casting import BallotBox, Cast
from ecabinet.voting.models import Poll
from ecabinet.web import database, done, fault_texts, new_code, person, wants_json

bp = Blueprint("voting", __name__)

FRACTIONS = ("1/2", "2/3", "3/4", "4/5")
COMMIT_SECONDS = 30.0


def _draft() -> operations.MotionDraft:
    numerator, _slash, denominator = text("fraction").partition("/")
    base = text("base")
    majority = rules.Majority(
        numerator=int(numerator) if numerator.isdecimal() and len(numerator) < 4 else 0,
        denominator=int(denominator) if denominator.isdecimal() and len(denominator) < 4 else 0,
        strict=text("strict") == "1",
        base=rules.Base(base) if base in set(rules.Base) else rules.Base.ENTITLED,
    )
    return operations.MotionDraft(
        text("title"), whole("item"), majority, text("reference"), needs_quorum=text("needs_quorum") == "1"
    )


def _polls(db: Session, meeting_id: int, values: dict[str, str], faults: dict[str, str]) -> str:
    meeting = meetings.load(db, person(), meeting_id).require_manager()
    return render_template(
        "voting/polls.html",
        meeting=meeting,
        polls=queries.polls_of(db, meeting_id),
        items=meetings.agenda(db, meeting),
        fractions=FRACTIONS,
        bases=list(rules.Base),
        values=values,
        faults=faults,
    )


@bp.get("/meetings/<int:meeting_id>/polls")
def polls(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: the votes prepared for it."""
    with database().reading() as db:
        return _polls(
            db, meeting_id, {"fraction": "1/2", "strict": "1", "base": rules.Base.ENTITLED, "needs_quorum": "1"}, {}
        )


@bp.post("/meetings/<int:meeting_id>/polls")
def prepare(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: prepare a vote."""
    try:
        with database().writing() as db:
            meeting = meetings.load_to_change(db, person(), meeting_id).require_preparing()
            draft = _draft()
            if draft.item_id is not None:
                meetings.load_item(db, meeting, draft.item_id)
            operations.draft_poll(db, meeting, draft)
    except Invalid as invalid:
        with database().reading() as db:
            return make_response(_polls(db, meeting_id, request.form.to_dict(), fault_texts(invalid)), 422)
    return done(url_for("voting.polls", meeting_id=meeting_id))


def _change(poll_id: int, change: Callable[[Session, Poll, datetime], None]) -> ResponseReturnValue:
    with database().writing() as db:
        poll = queries.load_to_change(db, person(), poll_id)
        change(db, poll, now())
        meeting_id = poll.meeting_id
    return done(url_for("meetings.console", meeting_id=meeting_id))


@bp.post("/polls/<int:poll_id>/open")
def open_poll(poll_id: int) -> ResponseReturnValue:
    """Those who run the meeting."""
    return _change(poll_id, operations.open_poll)


@bp.post("/polls/<int:poll_id>/close")
def close(poll_id: int) -> ResponseReturnValue:
    """Those who run the meeting."""
    return _change(poll_id, operations.close_poll)


@bp.post("/polls/<int:poll_id>/publish")
def publish(poll_id: int) -> ResponseReturnValue:
    """Those who run the meeting."""
    return _change(poll_id, operations.publish_poll)


@bp.post("/polls/<int:poll_id>/cancel")
def cancel(poll_id: int) -> ResponseReturnValue:
    """Those who run the meeting; the reason is kept."""
    reason = text("reason")
    return _change(poll_id, lambda db, poll, _at: operations.cancel_poll(db, poll, reason))


@bp.post("/meetings/<int:meeting_id>/conclude")
def conclude(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: end it."""
    with database().writing() as db:
        operations.conclude(db, meetings.load_to_change(db, person(), meeting_id).require_manager(), now())
    return done(url_for("meetings.console", meeting_id=meeting_id))


@bp.post("/polls/<int:poll_id>/ballot")
def ballot(poll_id: int) -> ResponseReturnValue:
    """The entitled: cast a ballot without a socket. A plain form has no token of its own, so the page gave it one."""
    with database().reading() as db:
        poll, _seen = queries.load(db, person(), poll_id)
        meeting_id = poll.meeting_id
    chosen = request.form.getlist("option")
    if not all(value.isascii() and value.isdigit() and len(value) < 16 for value in chosen):
        raise Problem("malformed")
    token = (text("token") or new_code())[:64]
    box: BallotBox = current_app.extensions["ecabinet.box"]
    receipt = box.submit(Cast(poll_id, person().member_id, tuple(map(int, chosen)), token, now())).result(
        COMMIT_SECONDS
    )
    if wants_json():
        return jsonify({"ok": True, "receipt": receipt})
    return redirect(url_for("meetings.page", meeting_id=meeting_id), 303)


@bp.get("/polls/<int:poll_id>")
def result(poll_id: int) -> ResponseReturnValue:
    """The invited: a published vote with the names behind each option; those who run the meeting once it is closed."""
    with database().reading() as db:
        poll, seen = queries.load(db, person(), poll_id)
        counted = poll.state == rules.PollState.PUBLISHED or (seen.manages and poll.state == rules.PollState.CLOSED)
        if not counted:
            raise Problem("wrong_state")
        return render_template(
            "voting/result.html",
            poll=poll,
            meeting=seen.meeting,
            result=queries.result(db, poll),
            names=queries.roll_call(db, poll_id),
            mine=queries.receipt_of(db, poll_id, person().member_id),
        )
