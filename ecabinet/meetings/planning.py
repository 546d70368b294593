"""Meetings made from plans: as last time, from a template, in a series. None commits. Votes are added by voting."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents.errors import Invalid, Problem
from ecabinet import audit
from ecabinet.access import Person
from ecabinet.meetings import agenda, attendance, operations, plan_rules, room_queries, rooms
from ecabinet.meetings.agenda_lines import Typed
from ecabinet.meetings.agenda_rules import ItemDraft, ItemKind, Numbering
from ecabinet.meetings.attendance import NewCode
from ecabinet.meetings.life import Act
from ecabinet.meetings.life_models import MeetingTemplate
from ecabinet.meetings.models import AgendaItem, Meeting, Participant
from ecabinet.meetings.plan_rules import Invited, ItemPlan, Plan, Presenter, RolePlan
from ecabinet.meetings.room_models import Room, RoomBooking
from ecabinet.meetings.rules import RUNS_MEETING, MeetingDraft
from ecabinet.registry.models import Body, Unit


def plan_of(db: Session, meeting: Meeting) -> Plan:
    """A meeting as a plan for another: without papers and people, and without its votes, which voting adds."""
    people = {one.id: one for one in _people(db, meeting.id)}
    setting = agenda.setting_of(db, meeting.id)
    booking = db.get(RoomBooking, meeting.id)
    items = tuple(_item(item, people, meeting.starts_at) for item in agenda.items_of(db, meeting.id))
    roles = tuple(RolePlan(one.role, one.member_id, one.title) for one in people.values() if one.role in RUNS_MEETING)
    units = meeting.quorum_rule.units
    return Plan(
        title=meeting.title, place=meeting.place, minutes=_minutes(meeting),
        quorum=(meeting.quorum_numerator, meeting.quorum_denominator), quorum_units=units,
        numbering=setting.numbering, approves_papers=setting.approves_papers,
        room_id=booking.room_id if booking is not None else None, items=items, roles=roles,
    )  # fmt: skip


def _minutes(meeting: Meeting) -> int:
    return int((meeting.ends_at - meeting.starts_at).total_seconds()) // 60


def _people(db: Session, meeting_id: int) -> list[Invited]:
    query = select(Participant).where(Participant.meeting_id == meeting_id).order_by(Participant.rank, Participant.id)
    return [Invited(p.id, p.member_id, p.name, p.unit_name, p.title, p.role) for p in db.scalars(query)]


def _item(item: AgendaItem, people: dict[int, Invited], starts_at: datetime) -> ItemPlan:
    presenters = []
    for presenter in item.presenters:
        one = people.get(presenter.participant_id or 0)
        role = one.role if one is not None and one.role in RUNS_MEETING else ""
        presenters.append(Presenter(presenter.name, one.title if one is not None else "", role))
    due = int((starts_at - item.papers_due).total_seconds()) // 60 if item.papers_due is not None else None
    # Whom a limited item is for is chosen anew each time: until then nobody sees it.
    return ItemPlan(
        item.depth,
        item.kind,
        item.title,
        item.minutes,
        item.description,
        item.hidden or item.limited,
        tuple(presenters),
        due,
    )


def make_meeting(
    db: Session, person: Person, unit: Unit, body: Body | None, plan: Plan, starts_at: datetime, new_code: NewCode
) -> tuple[Meeting, list[AgendaItem]]:
    """A draft by a plan, with the items of its agenda: people are invited as the body stands on the new day."""
    draft = MeetingDraft(
        title=plan.title, place=plan.place, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=plan.minutes),
        quorum_numerator=plan.quorum[0], quorum_denominator=plan.quorum[1],
        quorum_units_numerator=plan.quorum_units[0] if plan.quorum_units else None,
        quorum_units_denominator=plan.quorum_units[1] if plan.quorum_units else None,
    )  # fmt: skip
    meeting = operations.create_meeting(db, person, unit, body, draft, new_code)
    if body is not None:
        attendance.invite_body(db, meeting, body, new_code)
    db.flush()
    for participant_id, role in plan_rules.roles_now(plan, _people(db, meeting.id)).items():
        db.get_one(Participant, participant_id).role = role
    attendance.propose_chair(db, meeting)
    db.flush()
    people = _people(db, meeting.id)
    typed = [Typed(item.depth, _draft(item, people, starts_at)) for item in plan.items]
    items = agenda.add_items(db, meeting, typed) if typed else []
    setting = agenda.setting_of(db, meeting.id)
    setting.numbering, setting.approves_papers = Numbering(plan.numbering), plan.approves_papers
    db.add(setting)
    db.flush()
    return meeting, items


def _draft(item: ItemPlan, people: Sequence[Invited], starts_at: datetime) -> ItemDraft:
    return ItemDraft(
        item.title, item.minutes, ItemKind(item.kind), plan_rules.presenters_now(item, people), item.description,
        item.hidden, starts_at - timedelta(minutes=item.due) if item.due is not None else None,
    )  # fmt: skip


def take_room(db: Session, meeting: Meeting, plan: Plan, act: Act) -> bool:
    """The room of last time, if it is there and nothing stands against it; whether a room is missing."""
    room = db.get(Room, plan.room_id) if plan.room_id is not None else None
    if room is None or room not in room_queries.rooms_of_meeting(db, meeting):
        return plan.room_id is not None
    try:
        rooms.book(db, meeting, room, "", act)
    except Invalid:
        return True
    return False


def save_template(
    db: Session, unit: Unit, body: Body | None, name: str, plan: Plan, act: Act, *, instead: bool = False
) -> MeetingTemplate:
    """Keep a plan under a name; ``instead``: in the place of the one that has the name."""
    plan_rules.check_name(name)
    known = db.scalar(select(MeetingTemplate).where(MeetingTemplate.unit_id == unit.id, MeetingTemplate.name == name))
    if known is not None and not instead:
        raise Invalid({"name": Problem("name_taken")})
    template = known or MeetingTemplate(unit_id=unit.id, name=name)
    template.body_id = body.id if body is not None else None
    template.content, template.saved_by, template.saved_at = plan_rules.written(plan), act.by or 0, act.now
    db.add(template)
    try:
        db.flush()
    except IntegrityError as error:  # two at once
        raise Invalid({"name": Problem("name_taken")}) from error
    audit.record(db, act.by, "template_saved", f"meeting_template:{template.id}", act.now, name=name)
    return template


def remove_template(db: Session, template: MeetingTemplate, act: Act) -> None:
    """Meetings made from it stay."""
    audit.record(db, act.by, "template_removed", f"meeting_template:{template.id}", act.now, name=template.name)
    db.delete(template)
