"""Pages of conclusions and of the tasks given from them; what the chair puts on the room's screen."""

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import Invalid, NotFound, Problem
from ecabinet.clock import now, today
from ecabinet.fields import text, whole
from ecabinet.meetings import queries as meetings
from ecabinet.meetings.models import Meeting
from ecabinet.minutes import conclusions, facts, screens
from ecabinet.minutes.facts import CONCLUSION, ITEM, MEETING
from ecabinet.registry.models import Member, Unit
from ecabinet.tasks import forms, operations
from ecabinet.tasks.forms import Choice
from ecabinet.tasks.operations import Source
from ecabinet.tasks.queries import line_of
from ecabinet.web import database, done, fault_texts, person
from ecabinet.workdays import queries as workdays

bp = Blueprint("conclusions", __name__)

MOST_UNITS = 200


@bp.get("/meetings/<int:meeting_id>/conclusions")
def page(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: all conclusions with their tasks; the invited: those that were announced."""
    with database().reading() as db:
        return _page(db, meetings.load(db, person(), meeting_id), 0, {})


def _page(
    db: Session, seen: meetings.Seen, form: int, faults: dict[str, str], fault: str = "", status: int = 200
) -> ResponseReturnValue:
    """The page; ``form`` is the conclusion whose form is shown again, 0 the form of a new one."""
    meeting = seen.meeting
    lines = (
        facts.conclusions_of(db, meeting.id)
        if seen.manages
        else screens.announced(db, meeting, meetings.circle(db, seen))
    )
    of_source = facts.tasks_by_source(db, meeting)
    given = {one.id: [line_of(task, today()) for task in of_source[(CONCLUSION, one.id)]] for one in lines}
    items = meetings.agenda(db, meeting, runs=seen.manages, circle=meetings.circle(db, seen))
    loose = [*of_source[(MEETING, meeting.id)], *(task for item in items for task in of_source[(ITEM, item.id)])]
    shown = render_template(
        "minutes/conclusions.html",
        meeting=meeting, manages=seen.manages, lines=lines, given=given, items=items, form=form, faults=faults,
        loose=[line_of(task, today()) for task in loose], titles={item.id: item for item in items},
        entered=request.form, fault=fault,
    )  # fmt: skip
    return make_response(shown, status)


def _item(db: Session, meeting: Meeting) -> int | None:
    """The item of the form: the one named, the one that is open for "current", or none."""
    named = text("item")
    if named == "current":
        return meeting.current_item_id
    if not named:
        return None
    return meetings.load_item(db, meeting, whole("item") or 0).id


@bp.post("/meetings/<int:meeting_id>/conclusions")
def add(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: write a conclusion, and announce it at once if they wish."""
    try:
        with database().writing() as db:
            meeting = meetings.load_to_change(db, person(), meeting_id).require_manager()
            me = person().member_id
            made = conclusions.add(db, meeting, _item(db, meeting), text("text"), me, now())
            if text("announce") == "1":
                conclusions.announce(db, meeting, made, me, now())
    except Invalid as invalid:
        if request.headers.get("HX-Request"):
            raise next(iter(invalid.faults.values())) from invalid
        with database().reading() as db:
            seen = meetings.load(db, person(), meeting_id)
            return _page(db, seen, 0, fault_texts(invalid), status=422)
    return done(_back(meeting_id), _("Đã ghi kết luận."))


def _back(meeting_id: int) -> str:
    return url_for("meetings.console" if text("back") == "console" else "conclusions.page", meeting_id=meeting_id)


@bp.post("/meetings/<int:meeting_id>/conclusions/<int:conclusion_id>")
def edit(meeting_id: int, conclusion_id: int) -> ResponseReturnValue:
    """Those who run the meeting: put a conclusion differently. When somebody else has meanwhile, both are shown."""
    try:
        with database().writing() as db:
            meeting = meetings.load_to_change(db, person(), meeting_id).require_manager()
            one = conclusions.load(db, meeting, conclusion_id)
            item, revision = _item(db, meeting), whole("revision") or 0
            conclusions.edit(db, meeting, one, text("text"), item, revision, person().member_id, now())
    except Problem as problem:
        if not isinstance(problem, Invalid) and problem.code != "changed_meanwhile":
            raise
        faults = fault_texts(problem) if isinstance(problem, Invalid) else {}
        with database().reading() as db:
            seen = meetings.load(db, person(), meeting_id)
            fault = "" if faults else _("Kết luận này vừa được người khác sửa. Đồng chí xem lại hai bản rồi lưu.")
            return _page(db, seen, conclusion_id, faults, fault, 422 if faults else 409)
    return done(url_for("conclusions.page", meeting_id=meeting_id), _("Đã lưu."))


@bp.post(
    "/meetings/<int:meeting_id>/conclusions/<int:conclusion_id>/<any(announce,take_back,remove,up,down):action>"
)  # fmt: skip
def act(meeting_id: int, conclusion_id: int, action: str) -> ResponseReturnValue:
    """Those who run the meeting: announce a conclusion, take it back, remove a draft, move it."""
    with database().writing() as db:
        meeting = meetings.load_to_change(db, person(), meeting_id).require_manager()
        one = conclusions.load(db, meeting, conclusion_id)
        me, at = person().member_id, now()
        if action in ("up", "down"):
            conclusions.move(db, meeting, one, -1 if action == "up" else 1)
        else:
            acts = {
                "announce": conclusions.announce, "take_back": conclusions.take_back, "remove": conclusions.remove,
            }  # fmt: skip
            acts[action](db, meeting, one, me, at)
    return done(_back(meeting_id), _("Đã công bố kết luận.") if action == "announce" else "")


def _source(db: Session, meeting: Meeting) -> Source:
    """What a task of this meeting is given from: a conclusion, an item, or the meeting itself."""
    kind, key = request.values.get("kind", MEETING), request.values.get("id", 0, type=int)
    if kind == CONCLUSION:
        one = conclusions.load(db, meeting, key)
        return Source(CONCLUSION, one.id, f"{meeting.title}: {one.text}")
    if kind == ITEM:
        item = meetings.load_item(db, meeting, key)
        return Source(ITEM, item.id, f"{meeting.title}: {item.title}")
    if kind != MEETING:
        raise NotFound(f"source {kind}")
    return Source(MEETING, meeting.id, meeting.title)


def _choices(db: Session, meeting: Meeting) -> list[Choice]:
    """Whom a task can be given to: the units of those invited, the unit itself and those right below, the invited."""
    people = meetings.participants(db, meeting.id)
    of_people = select(Member.unit_id).where(Member.id.in_([one.member_id for one in people]))
    near = (Unit.id == meeting.unit_id) | (Unit.parent_id == meeting.unit_id) | Unit.id.in_(of_people)
    units = db.scalars(select(Unit).where(near).order_by(Unit.path).limit(MOST_UNITS))
    return [
        *(Choice(f"u{unit.id}", unit.name) for unit in units),
        *(Choice(f"m{one.member_id}", one.name, one.title or one.unit_name) for one in people),
    ]


def _task_form(
    db: Session, meeting: Meeting, values: dict[str, str], faults: dict[str, str], status: int = 200
) -> ResponseReturnValue:
    source = _source(db, meeting)
    shown = render_template(
        "minutes/task_form.html", meeting=meeting, source=source, choices=_choices(db, meeting), values=values,
        faults=faults, chosen=request.form.getlist("helper"), today=today(),
    )  # fmt: skip
    return make_response(shown, status)


@bp.get("/meetings/<int:meeting_id>/tasks/new")
def new_task(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: the form of a task from a conclusion, an item or the meeting (``kind`` and ``id``)."""
    with database().reading() as db:
        return _task_form(db, meetings.load(db, person(), meeting_id).require_manager(), {}, {})


@bp.post("/meetings/<int:meeting_id>/tasks/new")
def give_task(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: give it in the name of the unit that holds the meeting."""
    try:
        with database().writing() as db:
            meeting = meetings.load_to_change(db, person(), meeting_id).require_manager()
            draft = forms.read_draft(_choices(db, meeting), workdays.load(db), today())
            operations.give(db, meeting.unit, draft, _source(db, meeting), person().member_id, now())
            changed(db, "conclusions", meeting.id)
    except Invalid as invalid:
        with database().reading() as db:
            meeting = meetings.load(db, person(), meeting_id).require_manager()
            return _task_form(db, meeting, request.form.to_dict(), fault_texts(invalid), 422)
    return done(url_for("conclusions.page", meeting_id=meeting_id), _("Đã giao nhiệm vụ."))


@bp.post("/meetings/<int:meeting_id>/screen")
def screen(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: put something on the room's screen."""
    try:
        with database().writing() as db:
            meeting = meetings.load_to_change(db, person(), meeting_id).require_manager()
            screens.choose(db, meeting, text("mode"), text("message"), person().member_id, now())
    except Invalid as invalid:
        raise next(iter(invalid.faults.values())) from invalid
    return done(url_for("meetings.console", meeting_id=meeting_id))


def of_conclusion(conclusion_id: int) -> str:
    """The address of a conclusion that a task was given from."""
    with database().reading() as db:
        meeting_id = facts.meeting_of_conclusion(db, conclusion_id)
    return url_for("conclusions.page", meeting_id=meeting_id, _anchor=f"conclusion-{conclusion_id}")


def of_item(item_id: int) -> str:
    """The address of an item."""
    with database().reading() as db:
        return url_for("meetings.page", meeting_id=facts.meeting_of_item(db, item_id))


def of_meeting(meeting_id: int) -> str:
    """The address of a meeting."""
    return url_for("meetings.page", meeting_id=meeting_id)
