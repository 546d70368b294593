"""Pages of the work calendar: the week of a unit or a leader, its entries, on paper and for calendar programs."""

import io
from collections.abc import Callable, Mapping
from datetime import date, datetime

from flask import Blueprint, Response, make_response, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Forbidden, Invalid, NotFound
from ecabinet.calendars import conflicts, dues, feed, operations, printed, queries
from ecabinet.calendars.models import WorkEvent
from ecabinet.calendars.operations import Clash
from ecabinet.calendars.queries import Seen, Week
from ecabinet.calendars.rules import EventDraft, EventState, monday
from ecabinet.clock import ZONE, now, today
from ecabinet.fields import asked, day_of, moment, text, whole
from ecabinet.meetings.calendar_feed import member_of
from ecabinet.meetings.door_rules import feed_code
from ecabinet.meetings.life_forms import id_asked, week_of, week_text
from ecabinet.meetings.persons import person_of
from ecabinet.notices import queries as notices
from ecabinet.notices.calendar import Method, render
from ecabinet.printing import pdf, word
from ecabinet.printing.sheets import Sheet
from ecabinet.registry.models import Account, Unit
from ecabinet.web import database, done, engines, fault_texts, person, public

bp = Blueprint("work_calendar", __name__)

PRINTED: dict[str, tuple[Callable[[Sheet, datetime], bytes], str]] = {
    "pdf": (pdf.render, "application/pdf"),
    "docx": (word.render, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}


def _asked(db: Session) -> tuple[Week, int | None, dict[int, str]]:
    """The week that the address names, the leader that it is of, and those whose it could be."""
    unit = queries.unit_of(db, person(), id_asked("unit"))
    leaders, leader = dict(queries.leaders(db, unit)), id_asked("leader")
    if leader is not None and leader not in leaders:
        raise NotFound(f"leader {leader}")
    begin = week_of(asked("week", 8)) or monday(today())
    return queries.week(db, person(), unit, begin, leader), leader, leaders


@bp.app_template_global("work_today")
def work_today() -> list[WorkEvent]:
    """For the first page: what the calendar of their unit has for the one who looks, today."""
    with database().reading() as db:
        return queries.of_day(db, person().member_id, today())


@bp.get("/calendar")
def index() -> ResponseReturnValue:
    """The signed-in: the week of a unit whose calendar they see, or of one of its leaders."""
    with database().reading() as db:
        week, leader, leaders = _asked(db)
        return render_template(
            "calendars/week.html", week=week, unit=week.unit, units=queries.units_of(db, person()), leader=leader,
            leaders=leaders, dues=dues.of_week(db, person(), week.unit, week.begin, today(), leader), today=today(),
            parts=queries.parts_of(person(), week.unit), this_week=week_text(week.begin), zone=ZONE,
            before=week_text(date.fromordinal(week.begin.toordinal() - 7)), feed=_feed_address(db, week.unit, leader),
            after=week_text(date.fromordinal(week.begin.toordinal() + 7)),
            drafts=sum(slot.state == EventState.DRAFT for slots in week.days.values() for slot in slots),
        )  # fmt: skip


def _feed_address(db: Session, unit: Unit, leader: int | None) -> str:
    if leader is None:
        return ""
    me = person().member_id
    code = feed_code(engines().config.secret_key, me, notices.feed_number(db, me))
    address = url_for("work_calendar.of_leader", code=code, unit_id=unit.id, leader=leader)
    return engines().config.public_url + address


@bp.get("/calendar/week.<any(pdf,docx):kind>")
def export(kind: str) -> ResponseReturnValue:
    """The same people: the week as it hangs on the wall."""
    with database().reading() as db:
        week, leader, leaders = _asked(db)
        sheet = printed.sheet(db, week, leaders.get(leader or 0, ""), today())
    write, media = PRINTED[kind]
    name = f"lich-cong-tac-{week_text(week.begin)}.{kind}"
    return send_file(io.BytesIO(write(sheet, now())), media, as_attachment=True, download_name=name)


@bp.get("/calendar/<code>/leaders/<int:unit_id>/<int:leader>.ics")
@public
def of_leader(code: str, unit_id: int, leader: int) -> ResponseReturnValue:
    """Whoever has the secret address: the calendar of a leader, as the member it belongs to sees it today."""
    with database().reading() as db:
        member_id = member_of(db, engines().config.secret_key, code)
        account = db.query(Account.id).filter(Account.member_id == member_id).scalar()
        viewer = person_of(db, account, now())
        if viewer is None:
            raise NotFound("calendar")
        unit = queries.unit_of(db, viewer, unit_id)
        names = dict(queries.leaders(db, unit))
        if leader not in names:
            raise NotFound(f"leader {leader}")
        events = feed.of_leader(db, viewer, unit, leader, now(), engines().config.public_url)
    response = Response(render(events, Method.PUBLISH, name=names[leader]), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="lich-cong-tac.ics"'
    return response


@bp.get("/calendar/events/<int:event_id>")
def page(event_id: int) -> ResponseReturnValue:
    """Those who see the calendar, those named, the office while it is a draft."""
    with database().reading() as db:
        return _page(db, queries.load(db, person(), event_id), {})


def _page(db: Session, seen: Seen, faults: Mapping[str, str], status: int = 200) -> ResponseReturnValue:
    event = seen.event
    crosses = conflicts.against(db, person(), queries.busy_of(event)) if seen.parts else []
    week = week_text(event.starts_at.astimezone(ZONE).date())
    shown = render_template("calendars/event.html", seen=seen, event=event, against=crosses, week=week, faults=faults)
    return make_response(shown, status)


def _unit(db: Session) -> Unit:
    unit = queries.unit_of(db, person(), id_asked("unit"))
    if not queries.parts_of(person(), unit):
        raise Forbidden
    return unit


def _form(
    db: Session, unit: Unit, values: Mapping[str, str], chosen: list[str], faults: Mapping[str, str],
    *, event_id: int | None = None, clash: Clash | None = None, status: int = 200,
) -> ResponseReturnValue:  # fmt: skip
    shown = render_template(
        "calendars/form.html", unit=unit, values=values, chosen=chosen, faults=faults, event_id=event_id,
        leaders=queries.leaders(db, unit), rooms=[(room.id, room.name) for room in operations.rooms(db, unit)],
        against=clash.found if clash else [], week=asked("week", 8),
    )  # fmt: skip
    return make_response(shown, status)


def _draft() -> EventDraft:
    leaders = tuple(int(one) for one in request.form.getlist("leader") if one.isascii() and one.isdigit())
    return EventDraft(
        text("kind"), text("title"), moment("starts_at"), moment("ends_at"), leaders, text("place"), whole("room"),
        text("details"), text("prepared_by"),
    )  # fmt: skip


@bp.get("/calendar/events/new")
def new() -> ResponseReturnValue:
    """Those who keep the calendar of a unit: an entry; ``?day=`` begins it."""
    on = day_of(asked("day", 10)) or today()
    values = {"starts_at": f"{on.isoformat()}T08:00", "ends_at": f"{on.isoformat()}T10:00", "kind": "meeting"}
    with database().reading() as db:
        return _form(db, _unit(db), values, [], {})


@bp.post("/calendar/events/new")
def plan() -> ResponseReturnValue:
    """The same people: enter it; what stands against it is shown before."""
    chosen = request.form.getlist("leader")
    try:
        with database().writing() as db:
            unit = _unit(db)
            event = operations.plan(db, unit, _draft(), person(), now(), anyway=text("anyway") == "1")
            event_id = event.id
    except Invalid as invalid:
        with database().reading() as db:
            return _form(db, _unit(db), request.form, chosen, fault_texts(invalid), status=422)
    except Clash as clash:
        with database().reading() as db:
            return _form(db, _unit(db), request.form, chosen, {}, clash=clash, status=409)
    return done(url_for("work_calendar.page", event_id=event_id), _("Đã ghi vào lịch, chờ công bố."))


@bp.get("/calendar/events/<int:event_id>/edit")
def edit_form(event_id: int) -> ResponseReturnValue:
    """By the table of :mod:`.rules`: put an entry differently."""
    with database().reading() as db:
        seen = _to_edit(db, event_id)
        event = seen.event
        values = {
            name: str(getattr(event, name) or "") for name in ("kind", "title", "place", "details", "prepared_by")
        } | {name: f"{getattr(event, name).astimezone(ZONE):%Y-%m-%dT%H:%M}" for name in ("starts_at", "ends_at")}
        values["room"] = str(event.room_id or "")
        return _form(db, event.unit, values, [str(one.member_id) for one in event.leaders], {}, event_id=event_id)


def _to_edit(db: Session, event_id: int, *, change: bool = False) -> Seen:
    seen = (queries.load_to_change if change else queries.load)(db, person(), event_id)
    if not seen.may("edit"):
        raise Forbidden
    return seen


@bp.post("/calendar/events/<int:event_id>/edit")
def edit(event_id: int) -> ResponseReturnValue:
    """The same people: keep it so."""
    chosen = request.form.getlist("leader")
    try:
        with database().writing() as db:
            seen = _to_edit(db, event_id, change=True)
            operations.edit(db, seen, _draft(), person(), now(), anyway=text("anyway") == "1")
    except (Invalid, Clash) as refused:
        faults = fault_texts(refused) if isinstance(refused, Invalid) else {}
        clash, status = (refused, 409) if isinstance(refused, Clash) else (None, 422)
        with database().reading() as db:
            unit = _to_edit(db, event_id).event.unit
            return _form(db, unit, request.form, chosen, faults, event_id=event_id, clash=clash, status=status)
    return done(url_for("work_calendar.page", event_id=event_id), _("Đã lưu."))


@bp.post("/calendar/events/<int:event_id>/publish")
def publish(event_id: int) -> ResponseReturnValue:
    """The head of the office: make it known."""
    with database().writing() as db:
        operations.publish(db, queries.load_to_change(db, person(), event_id), person(), now())
    return done(url_for("work_calendar.page", event_id=event_id), _("Đã công bố."))


@bp.post("/calendar/publish")
def publish_week() -> ResponseReturnValue:
    """The head of the office: make all drafts of a week known."""
    with database().writing() as db:
        week = _asked(db)[0]
        since, until = queries.span_of(week.begin)
        drafts = [one for one in queries.events(db, week.unit, since, until, drafts=True) if one.state == "draft"]
        for one in drafts:
            operations.publish(db, queries.load_to_change(db, person(), one.id), person(), now())
    address = url_for("work_calendar.index", unit=week.unit.id, week=week_text(week.begin))
    return done(address, _("Đã công bố %(n)s việc.", n=len(drafts)))


@bp.post("/calendar/events/<int:event_id>/cancel")
def cancel(event_id: int) -> ResponseReturnValue:
    """By the table of :mod:`.rules`: it does not take place, for a reason."""
    try:
        with database().writing() as db:
            operations.cancel(db, queries.load_to_change(db, person(), event_id), text("reason"), person(), now())
    except Invalid as invalid:
        with database().reading() as db:
            return _page(db, queries.load(db, person(), event_id), fault_texts(invalid), 422)
    return done(url_for("work_calendar.page", event_id=event_id), _("Đã hoãn, hủy. Lịch vẫn ghi lý do."))
