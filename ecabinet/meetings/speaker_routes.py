"""Pages and forms of the floor."""

from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid
from ecabinet.clock import now
from ecabinet.fields import asked, text, whole
from ecabinet.meetings import queries, speaker_actions, speaker_queries, speakers
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.speaker_loading import item_rows, settings_of
from ecabinet.meetings.speaker_rules import FloorSettings, OrderRule, check_settings
from ecabinet.web import database, done, fault_texts, person

bp = Blueprint("speakers", __name__)

DURATIONS = (0, 30, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1200, 1800)
WARNINGS = (0, 10, 15, 30, 60, 120)
BUDGETS = (0, 300, 600, 900, 1200, 1800, 2700, 3600, 5400)


def _said() -> speaker_actions.Said:
    return speaker_actions.Said(request.form, {name: request.form.getlist(name) for name in request.form})


@bp.post("/meetings/<int:meeting_id>/floor/<any(ask, withdraw):action>")
def take_part(meeting_id: int, action: str) -> ResponseReturnValue:
    """The invited, for themselves: ask for the floor, take the request back."""
    with database().writing() as db:
        speaker_actions.take_part(db, person(), meeting_id, action, _said(), now())
    message = _("Đã đăng ký. Chủ trì sẽ mời đồng chí theo thứ tự.") if action == "ask" else _("Đã rút đăng ký.")
    return done(url_for("meetings.page", meeting_id=meeting_id), message)


@bp.post("/meetings/<int:meeting_id>/floor/run/<action>")
def run(meeting_id: int, action: str) -> ResponseReturnValue:
    """Those who run the meeting: give the floor, its clock, the order of the list."""
    with database().writing() as db:
        speaker_actions.run(db, person(), meeting_id, action, _said(), now())
    back = "speakers.page" if text("back") == "page" else "meetings.console"
    return done(url_for(back, meeting_id=meeting_id), _("Đã ghi vào danh sách.") if action == "enter" else "")


@bp.get("/meetings/<int:meeting_id>/floor")
def page(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: how the floor is given, who is on the list, who has spoken."""
    with database().reading() as db:
        return _page(db, meeting_id, {}, {})


def _page(db: Session, meeting_id: int, values: dict[str, Any], faults: dict[str, str]) -> str:
    meeting = queries.load(db, person(), meeting_id).require_manager()
    name = asked("name", 100)
    return render_template(
        "meetings/floor.html",
        meeting=meeting,
        items=queries.agenda(db, meeting, runs=True, now=now()),
        rows=item_rows(db, meeting_id),
        name=name,
        found=speaker_queries.people_named(db, meeting_id, name),
        values=values or vars(settings_of(db, meeting_id)),
        faults=faults,
        floor=speaker_queries.floor_of(db, meeting, runs=True),
        speeches=speaker_queries.speeches(db, meeting_id),
        unheard=speaker_queries.unheard(db, meeting_id),
        durations=DURATIONS,
        warnings=WARNINGS,
        budgets=BUDGETS,
    )


@bp.post("/meetings/<int:meeting_id>/floor")
def save(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: how the floor is given from now on."""
    try:
        with database().writing() as db:
            meeting = queries.load_to_change(db, person(), meeting_id).require_preparing()
            settings = _settings(settings_of(db, meeting_id))
            speakers.save_settings(db, meeting, settings, person(), now())
    except Invalid as invalid:
        with database().reading() as db:
            return make_response(_page(db, meeting_id, request.form.to_dict(), fault_texts(invalid)), 422)
    return done(url_for("speakers.page", meeting_id=meeting_id), _("Đã lưu."))


def _settings(before: FloorSettings) -> FloorSettings:
    rule = text("rule")
    seconds = {name: whole(name) for name in vars(before) if name.endswith("_seconds")}
    check_settings(seconds)
    return FloorSettings(
        rule=OrderRule(rule) if rule in set(OrderRule) else before.rule,
        list_open=text("list_open") == "1",
        guests_may_speak=text("guests_may_speak") == "1",
        **{name: value for name, value in seconds.items() if value is not None},
    )


@bp.post("/meetings/<int:meeting_id>/floor/items/<int:item_id>")
def save_item(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Those who run the meeting: what is different for one item; an empty choice is as in the meeting."""
    with database().writing() as db:
        meeting = queries.load_to_change(db, person(), meeting_id).require_preparing()
        item = queries.load_item(db, meeting, item_id)
        rule = text("rule")
        chosen = OrderRule(rule) if rule in set(OrderRule) else None
        speakers.save_item_settings(db, meeting, item, chosen, whole("speech_seconds"), whole("question_seconds"))
    return done(url_for("speakers.page", meeting_id=meeting_id), _("Đã lưu."))


@bp.get("/meetings/<int:meeting_id>/floor/people")
def people(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: people of the meeting by name, for the console."""
    with database().reading() as db:
        meeting = queries.load(db, person(), meeting_id).require_manager()
        name = asked("name", 100)
        found = speaker_queries.people_named(db, meeting_id, name)
        return render_template(
            "meetings/floor_found.html", meeting=meeting, name=name, found=found, ending=_ending(db, meeting)
        )


def _ending(db: Session, meeting: Meeting) -> int | None:
    turn = speaker_queries.floor_of(db, meeting).turn
    return turn.id if turn is not None else None
