"""Pages to begin from what was: a new meeting as last time, from a template, once or in a series; keeping templates."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from documents.errors import Invalid, NotFound, Problem
from ecabinet.access import Permission, Person, within
from ecabinet.clock import ZONE, now
from ecabinet.fields import day, day_of, moment, text, whole
from ecabinet.meetings import plan_rules, planning, queries, rules, series
from ecabinet.meetings.life import Act
from ecabinet.meetings.life_models import MeetingTemplate
from ecabinet.meetings.meeting_dates_rules import Frequency, Recurrence
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.plan_rules import Plan
from ecabinet.registry.models import Body, Unit
from ecabinet.registry.queries import bodies_below
from ecabinet.voting import vote_plans
from ecabinet.web import database, done, fault_texts, new_code, person

bp = Blueprint("templates", __name__)


@dataclass(frozen=True)
class Source:
    """What a new meeting begins from."""

    plan: Plan
    unit: Unit
    body: Body | None
    name: str


def _templates(db: Session, me: Person) -> list[MeetingTemplate]:
    paths = me.paths(Permission.HOLD_MEETINGS)
    if not paths:
        raise Problem("forbidden")
    query = select(MeetingTemplate).join(Unit, Unit.id == MeetingTemplate.unit_id)
    query = query.options(joinedload(MeetingTemplate.unit), joinedload(MeetingTemplate.body))
    query = query.where(or_(*(within(Unit.path, path) for path in paths)))
    return list(db.scalars(query.order_by(Unit.path, MeetingTemplate.name).limit(200)))


def _template(db: Session, me: Person, template_id: int) -> MeetingTemplate:
    template = db.get(MeetingTemplate, template_id)
    if template is None or not me.may(Permission.HOLD_MEETINGS, template.unit.path):
        raise NotFound(f"template {template_id}")
    return template


@bp.get("/meetings/templates")
def index() -> ResponseReturnValue:
    """Those who hold meetings of some unit: its templates, and the last meetings to begin from."""
    me = person()
    with database().reading() as db:
        templates = [(one, plan_rules.read(one.content)) for one in _templates(db, me)]
        former = [seen for seen in queries.listed(db, me, limit=40, newest_first=True) if _held(me, seen.meeting)]
        return render_template("meetings/templates.html", templates=templates, former=former[:20])


def _held(me: Person, meeting: Meeting) -> bool:
    return me.may(Permission.HOLD_MEETINGS, meeting.unit.path)


@bp.post("/meetings/<int:meeting_id>/template")
def keep(meeting_id: int) -> ResponseReturnValue:
    """Those who hold meetings of its unit: keep the meeting as a template."""
    me = person()
    try:
        with database().writing() as db:
            meeting = queries.load(db, me, meeting_id).require_manager()
            me.require(Permission.HOLD_MEETINGS, meeting.unit.path)
            planning.save_template(
                db, meeting.unit, meeting.body, text("name"), vote_plans.plan_of(db, meeting), Act(me.member_id, now()),
                instead=text("instead") == "1",
            )  # fmt: skip
    except Invalid as invalid:
        raise Problem(invalid.faults["name"].code, field="name", **invalid.faults["name"].values) from invalid
    return done(url_for("templates.index"), _("Đã lưu mẫu phiên họp."))


@bp.post("/meetings/templates/<int:template_id>/remove")
def remove(template_id: int) -> ResponseReturnValue:
    """Those who hold meetings of its unit."""
    with database().writing() as db:
        planning.remove_template(db, _template(db, person(), template_id), Act(person().member_id, now()))
    return done(url_for("templates.index"), _("Đã xóa mẫu."))


def _source(db: Session, me: Person, kind: str, source_id: int) -> Source:
    """Only of units whose meetings the person holds: the agenda of others is not theirs to copy."""
    if kind == "template":
        template = _template(db, me, source_id)
        return Source(plan_rules.read(template.content), template.unit, template.body, template.name)
    if kind != "meeting":
        raise NotFound(f"source {kind}")
    meeting = queries.load(db, me, source_id).require_manager()
    me.require(Permission.HOLD_MEETINGS, meeting.unit.path)
    return Source(vote_plans.plan_of(db, meeting), meeting.unit, meeting.body, meeting.title)


@bp.get("/meetings/new/<kind>/<int:source_id>")
def new(kind: str, source_id: int) -> ResponseReturnValue:
    """Those who hold meetings of its unit: what the new meeting takes over, and its day."""
    with database().reading() as db:
        source = _source(db, person(), kind, source_id)
        start = now().astimezone(ZONE).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=7)
        values = {
            "title": source.plan.title, "place": source.plan.place, "minutes": str(source.plan.minutes),
            "body": str(source.body.id if source.body else ""), "starts_at": start.strftime("%Y-%m-%dT%H:%M"),
            "repeat": "", "every": "1", "weekday": str(start.weekday()), "nth": str((start.day - 1) // 7 + 1),
            "day": str(start.day), "count": "12",
        }  # fmt: skip
        return _form(db, source, values, {})


def _form(db: Session, source: Source, values: dict[str, str], faults: dict[str, str]) -> str:
    bodies = bodies_below(db, person().paths(Permission.HOLD_MEETINGS))
    return render_template("meetings/from_plan.html", source=source, bodies=bodies, values=values, faults=faults)


@bp.post("/meetings/new/<kind>/<int:source_id>")
def create(kind: str, source_id: int) -> ResponseReturnValue:
    """The same people: the draft, or all drafts of a series."""
    me = person()
    try:
        with database().writing() as db:
            source = _source(db, me, kind, source_id)
            made = _make(db, me, source, moment("starts_at"))
            first = made[0][0].id
            roomless = sum(missing for _meeting, missing in made)
    except Invalid as invalid:
        with database().reading() as db:
            source = _source(db, me, kind, source_id)
            return make_response(_form(db, source, request.form.to_dict(), fault_texts(invalid)), 422)
    words = _("Đã tạo %(n)s phiên họp.", n=len(made))
    if roomless:
        words += " " + _("%(n)s phiên chưa có phòng vì phòng đã bận hoặc trùng lịch.", n=roomless)
    return done(url_for("series.page" if len(made) > 1 else "agenda.edit", meeting_id=first), words)


def _make(db: Session, me: Person, source: Source, starts_at: datetime | None) -> list[tuple[Meeting, bool]]:
    """The meetings asked for, each with whether the room of last time is missing."""
    body = db.get(Body, whole("body") or 0)
    unit = body.unit if body is not None else source.unit
    if not me.may(Permission.HOLD_MEETINGS, unit.path) or (text("body") and body is None):
        raise Invalid({"body": Problem("no_such_unit")})
    minutes = whole("minutes")
    if starts_at is None:
        raise Invalid({"starts_at": Problem("not_a_time")})
    longest = int(rules.LONGEST_MEETING.total_seconds()) // 60
    if minutes is None or not 1 <= minutes <= longest:
        raise Invalid({"minutes": Problem("not_in_range", low=1, high=longest)})
    plan = replace(source.plan, title=text("title"), place=text("place"), minutes=minutes)
    act = Act(me.member_id, now())
    made: list[tuple[Meeting, bool]] = []

    def make(at: datetime) -> Meeting:
        meeting = vote_plans.make_meeting(db, me, unit, body, plan, at, new_code)
        made.append((meeting, planning.take_room(db, meeting, plan, act)))
        return meeting

    if not text("repeat"):
        make(starts_at)
        return made
    first = starts_at.astimezone(ZONE)
    series.begin(db, unit, _recurrence(first), first.time(), make, act)
    return made


def _recurrence(first: datetime) -> Recurrence:
    """The rule that the form says; days to leave out are written one a line or with commas."""
    if text("repeat") not in set(Frequency):
        raise Problem("malformed")
    left_out = [day_of(part) for part in text("exceptions").replace(",", " ").split()]
    faults = {}
    if None in left_out:
        faults["exceptions"] = Problem("not_a_day")
    if text("until") and day("until") is None:
        faults["until"] = Problem("not_a_day")
    if faults:
        raise Invalid(faults)
    frequency = Frequency(text("repeat"))
    by_weekday = frequency == Frequency.MONTHLY_WEEKDAY
    return Recurrence(
        frequency,
        first.date(),
        every=whole("every", 1) or 0,
        # The fields of another way to repeat stand in the form too: they are not looked at.
        weekday=0 if frequency == Frequency.MONTHLY_DAY else _number("month_weekday" if by_weekday else "weekday"),
        nth=_number("nth") if by_weekday else 1,
        day=_number("day") if frequency == Frequency.MONTHLY_DAY else 1,
        until=day("until"),
        count=whole("count", 0) if text("count") else None,
        exceptions=frozenset(one for one in left_out if one is not None),
    )


def _number(name: str) -> int:
    value = whole(name, 0)
    return 99 if value is None else value
