"""Pages of the life of a meeting: its steps with their history, the unit's setting."""

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, NotFound, Problem
from ecabinet.access import Permission
from ecabinet.clock import now
from ecabinet.fields import moment, text
from ecabinet.meetings import life, life_queries, queries, room_queries, rooms
from ecabinet.meetings.life import Act
from ecabinet.meetings.life_models import SeriesMeeting
from ecabinet.meetings.life_rules import STEPS, Action
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.rules import MeetingState
from ecabinet.registry.models import Unit
from ecabinet.web import database, done, fault_texts, person

bp = Blueprint("life", __name__)


@bp.app_template_global("meetings_to_approve")
def to_approve() -> list[Meeting]:
    """For the first page: what waits for my approval."""
    with database().reading() as db:
        return list(life_queries.approving(db, person()))


@bp.app_template_global("meeting_actions")
def actions_of(meeting: Meeting) -> list[Action]:
    """For the head of the pages of a meeting: what the person may do with it now."""
    try:
        with database().reading() as db:
            return life_queries.load(db, person(), meeting.id).actions
    except Problem:  # who only looks on
        return []


@bp.app_template_global("invite_question")
def invite_question(meeting: Meeting) -> str:
    """What is asked before the invitations go out."""
    with database().reading() as db:
        if life_queries.has_chair(db, meeting.id):
            return str(_("Gửi giấy mời cho tất cả người trong danh sách?"))
    return str(_("Chưa có người chủ trì. Vẫn gửi giấy mời cho tất cả người trong danh sách?"))


TONES = {
    MeetingState.SUBMITTED: "waiting",
    MeetingState.APPROVED: "accepted",
    MeetingState.UNDER_WAY: "open",
    MeetingState.ARCHIVED: "quiet",
    MeetingState.DROPPED: "quiet",
}


@bp.app_template_global("meeting_tone")
def tone_of(meeting: Meeting) -> str:
    """The colour of a meeting's state."""
    return TONES.get(MeetingState(meeting.state), meeting.state)


@bp.app_template_global("in_series")
def in_series(meeting: Meeting) -> bool:
    """Whether the meeting is one of a series."""
    with database().reading() as db:
        return db.get(SeriesMeeting, meeting.id) is not None


def _act() -> Act:
    return Act(person().member_id, now())


def _page(
    db: Session, seen: life_queries.Seen, values: dict[str, str], faults: dict[str, str], action: str = ""
) -> str:
    meeting = seen.meeting
    booking = room_queries.booking_of(db, meeting.id)
    against = room_queries.conflicts(db, meeting, booking.room if booking else None) if not meeting.over else []
    return render_template(
        "meetings/life.html",
        meeting=meeting,
        seen=seen,
        history=life_queries.history(db, meeting.id),
        items=queries.agenda(db, meeting, runs=True),
        people=queries.participants(db, meeting.id),
        against=room_queries.shown(db, person(), against),
        booking=booking,
        needs_reason=[step for step in STEPS if STEPS[step].needs_reason],
        asked=action,
        values=values,
        faults=faults,
    )


@bp.get("/meetings/<int:meeting_id>/life")
def page(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting, and those who approve it while it waits for them or for the invitations."""
    with database().reading() as db:
        return _page(db, life_queries.load(db, person(), meeting_id), {}, {})


@bp.post("/meetings/<int:meeting_id>/life/<action>")
def act(meeting_id: int, action: str) -> ResponseReturnValue:
    """Those whose step it is; a meeting that is under way is concluded where its votes are."""
    if action not in set(Action) or action == Action.CONCLUDE:
        raise NotFound(f"action {action}")
    try:
        with database().writing() as db:
            seen = life_queries.load(db, person(), meeting_id, to_change=True)
            _take(db, seen.require(Action(action)), Action(action))
    except Invalid as invalid:
        with database().reading() as db:
            seen = life_queries.load(db, person(), meeting_id)
            return make_response(_page(db, seen, request.form.to_dict(), fault_texts(invalid), action), 422)
    back = "meetings.today" if STEPS[Action(action)].approves else "life.page"
    return done(url_for(back, meeting_id=None if back == "meetings.today" else meeting_id), _said(Action(action)))


def _take(db: Session, meeting: Meeting, action: Action) -> None:
    if action != Action.POSTPONE:
        life.take(db, meeting, action, _act(), text("reason"))
        return
    life.postpone(db, meeting, moment("starts_at"), moment("ends_at"), text("reason"), _act())
    rooms.recheck(db, meeting, text("conflict_reason"), _act())


def _said(action: Action) -> str:
    said: dict[Action, str] = {
        Action.SUBMIT: _("Đã trình phê duyệt."),
        Action.TAKE_BACK: _("Đã rút lại, đồng chí có thể sửa."),
        Action.APPROVE: _("Đã phê duyệt phiên họp."),
        Action.RETURN: _("Đã trả lại phiên họp."),
        Action.INVITE: _("Đã gửi giấy mời."),
        Action.BEGIN: _("Phiên họp đã khai mạc."),
        Action.ARCHIVE: _("Đã lưu trữ phiên họp."),
        Action.DROP: _("Phiên họp không tổ chức nữa."),
        Action.CANCEL: _("Đã hủy phiên họp và báo cho những người được mời."),
        Action.POSTPONE: _("Đã dời lịch và báo cho những người được mời."),
    }
    return said[action]


@bp.post("/units/<int:unit_id>/meeting-policy")
def set_policy(unit_id: int) -> ResponseReturnValue:
    """Those who approve for the unit: whether its meetings, and those below, want approval; empty for as above."""
    wanted = {"1": True, "0": False, "": None}
    if text("approval") not in wanted:
        raise Problem("malformed")
    with database().writing() as db:
        unit = db.get(Unit, unit_id)
        if unit is None or not person().may(Permission.APPROVE, unit.path):
            raise NotFound(f"unit {unit_id}")
        life.set_policy(db, unit, wanted[text("approval")], _act())
    return done(url_for("meetings.index"), _("Đã lưu."))
