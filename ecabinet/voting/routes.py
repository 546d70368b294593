"""Pages of votes: preparing, running, and casting a ballot over plain HTTP."""

import io
from collections.abc import Callable

from flask import Blueprint, current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, Problem
from ecabinet.clock import now
from ecabinet.fields import text
from ecabinet.meetings import queries as meetings
from ecabinet.printing import pdf, seals
from ecabinet.voting import count_record, operations, poll_forms, published, queries, rules, urn
from ecabinet.voting.casting import BallotBox, Cast
from ecabinet.voting.majorities import MAJORITIES
from ecabinet.voting.models import Poll
from ecabinet.web import database, done, engines, fault_texts, new_code, person, wants_json

bp = Blueprint("voting", __name__)

FRACTIONS = ("1/2", "2/3", "3/4", "4/5")
COMMIT_SECONDS = 30.0


def _act() -> operations.Act:
    return operations.Act(person().member_id, now(), engines().sealer)


def _polls(
    db: Session, meeting_id: int, values: dict[str, str], faults: dict[str, str], editing: Poll | None = None
) -> str:
    meeting = meetings.load(db, person(), meeting_id).require_manager()
    return render_template(
        "voting/polls.html",
        meeting=meeting,
        polls=queries.polls_of(db, meeting_id),
        items=meetings.agenda(db, meeting, runs=True),
        fractions=FRACTIONS,
        bases=list(rules.Base),
        majorities=list(MAJORITIES.values()),
        manners=list(rules.Manner),
        editing=editing,
        values=values,
        faults=faults,
    )


@bp.get("/meetings/<int:meeting_id>/polls")
def polls(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: the votes prepared for it."""
    with database().reading() as db:
        return _polls(db, meeting_id, poll_forms.values_of(poll_forms.USUAL), {})


@bp.post("/meetings/<int:meeting_id>/polls")
def prepare(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: prepare a vote."""
    try:
        with database().writing() as db:
            meeting = meetings.load_to_change(db, person(), meeting_id).require_preparing()
            draft = poll_forms.read_draft()
            if draft.item_id is not None:
                meetings.load_item(db, meeting, draft.item_id)
            operations.draft_poll(db, meeting, draft)
    except Invalid as invalid:
        with database().reading() as db:
            return make_response(_polls(db, meeting_id, request.form.to_dict(), fault_texts(invalid)), 422)
    return done(url_for("voting.polls", meeting_id=meeting_id))


@bp.get("/polls/<int:poll_id>/edit")
def edit(poll_id: int) -> ResponseReturnValue:
    """Those who run the meeting: a vote not yet opened, in the form."""
    with database().reading() as db:
        poll, seen = queries.load(db, person(), poll_id)
        seen.require_manager()
        return _polls(db, poll.meeting_id, poll_forms.values_of(queries.draft_of(poll)), {}, poll)


@bp.post("/polls/<int:poll_id>/edit")
def save(poll_id: int) -> ResponseReturnValue:
    """Those who run the meeting: put a vote differently before it is opened."""
    try:
        with database().writing() as db:
            poll = queries.load_to_change(db, person(), poll_id)
            draft = poll_forms.read_draft()
            if draft.item_id is not None:
                meetings.load_item(db, poll.meeting, draft.item_id)
            operations.edit_poll(db, poll, draft)
            meeting_id = poll.meeting_id
    except Invalid as invalid:
        with database().reading() as db:
            poll, _seen = queries.load(db, person(), poll_id)
            page = _polls(db, poll.meeting_id, request.form.to_dict(), fault_texts(invalid), poll)
            return make_response(page, 422)
    return done(url_for("voting.polls", meeting_id=meeting_id), _("Đã lưu."))


@bp.post("/polls/<int:poll_id>/remove")
def remove(poll_id: int) -> ResponseReturnValue:
    """Those who run the meeting: take back a vote not yet opened."""
    with database().writing() as db:
        poll = queries.load_to_change(db, person(), poll_id)
        meeting_id = poll.meeting_id
        operations.remove_poll(db, poll)
    return done(url_for("voting.polls", meeting_id=meeting_id))


def _change(poll_id: int, change: Callable[[Session, Poll, operations.Act], object]) -> ResponseReturnValue:
    with database().writing() as db:
        poll = queries.load_to_change(db, person(), poll_id)
        had_urn = poll.manner == rules.Manner.SECRET and poll.state == rules.PollState.OPEN
        change(db, poll, _act())
        meeting_id = poll.meeting_id
    if had_urn:
        urn.scrub(database())
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
    return _change(poll_id, lambda db, poll, act: operations.cancel_poll(db, poll, reason, act))


@bp.post("/polls/<int:poll_id>/again")
def run_again(poll_id: int) -> ResponseReturnValue:
    """Those who run the meeting: put a cancelled vote anew."""
    return _change(poll_id, lambda db, poll, _act: operations.run_again(db, poll))


@bp.post("/polls/<int:poll_id>/second-round")
def second_round(poll_id: int) -> ResponseReturnValue:
    """Those who run the meeting, with the decision of the body."""
    decision = text("decision")
    return _change(poll_id, lambda db, poll, act: operations.second_round(db, poll, decision, act))


@bp.route("/polls/<int:poll_id>/hand-count", methods=["GET", "POST"])
def hand_count(poll_id: int) -> ResponseReturnValue:
    """Those who run the vote, the scrutineers among them: enter the counts of a vote by hand."""
    faults: dict[str, str] = {}
    if request.method == "POST":
        try:
            with database().writing() as db:
                poll = queries.load_to_count(db, person(), poll_id)
                said = operations.hand_count_of(poll_forms.read_hand_count(poll), poll)
                operations.enter_hand_count(db, poll, said, _act())
                return done(url_for("meetings.page", meeting_id=poll.meeting_id), _("Đã lưu."))
        except Invalid as invalid:
            faults = fault_texts(invalid)
    with database().reading() as db:
        poll = queries.load_to_count(db, person(), poll_id)
        page = render_template(
            "voting/hand_count.html", poll=poll, meeting=poll.meeting, faults=faults, values=request.form,
            entitled=queries.room_of(db, poll).issued,
        )  # fmt: skip
        return make_response(page, 422 if faults else 200)


@bp.post("/meetings/<int:meeting_id>/conclude")
def conclude(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: end it."""
    with database().writing() as db:
        meeting = meetings.load_to_change(db, person(), meeting_id).require_manager()
        operations.conclude(db, meeting, now(), person().member_id)
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
    if poll.manner == rules.Manner.SECRET:  # nothing here will know it again: it is shown once
        return render_template("voting/receipt.html", poll=poll, code=receipt)
    return redirect(url_for("meetings.page", meeting_id=meeting_id), 303)


@bp.get("/polls/<int:poll_id>")
def result(poll_id: int) -> ResponseReturnValue:
    """The invited: a published vote, with the names behind each option of a named one; those who run the vote once it
    is closed.
    """
    with database().reading() as db:
        poll, seen = queries.load(db, person(), poll_id)
        shown = queries.shown_to(poll, runs_it=queries.runs_vote(seen))
        if rules.Shown.TOTALS not in shown or poll.state not in rules.COUNTED:
            raise Problem("wrong_state")
        return render_template(
            "voting/result.html",
            poll=poll,
            meeting=seen.meeting,
            manages=seen.manages,
            result=queries.result(db, poll),
            names=queries.roll_call(db, poll_id) if rules.Shown.NAMES in shown else None,
            mine=queries.receipt_of(db, poll_id, person().member_id),
        )


@bp.post("/polls/<int:poll_id>/record")
def record(poll_id: int) -> ResponseReturnValue:
    """Those who run the meeting, once the vote is published: the record of the count, signed by the organisation's
    certificate and kept in the archive.
    """
    with database().reading() as db:
        poll, seen = queries.load(db, person(), poll_id)
        seen.require_manager()
        sheet = count_record.record_of(db, poll, now())
    signed = seals.seal(pdf.render(sheet, now()), engines().config, now(), _("Biên bản kiểm phiếu"))
    blob = engines().blobs.put(io.BytesIO(signed))
    with database().writing() as db:
        operations.keep_record(db, queries.load_to_change(db, person(), poll_id), blob, person().name, _act())
    return done(url_for("voting.result", poll_id=poll_id), _("Đã lập biên bản kiểm phiếu."))


@bp.get("/polls/<int:poll_id>/ballots.json")
def ballots(poll_id: int) -> ResponseReturnValue:
    """The invited, once the vote is published: every ballot, to be counted again by tools/recount.py."""
    with database().reading() as db:
        poll, _seen = queries.load(db, person(), poll_id)
        if poll.state != rules.PollState.PUBLISHED:
            raise Problem("wrong_state")
        answer = jsonify(published.ballot_list(db, poll))
    answer.headers["Content-Disposition"] = f'attachment; filename="bieu-quyet-{poll_id}.json"'
    return answer
