"""From the register to the file: presented to a leader, assigned, reported, done, filed. None of these commits."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from documents.errors import Invalid, Problem
from ecabinet.access import Person
from ecabinet.clock import ZONE
from ecabinet.notices.operations import tell_all
from ecabinet.office import desk
from ecabinet.office.desk import OF_THE_OFFICE, Seen
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import SECRET_BOOKS
from ecabinet.office.incoming import record
from ecabinet.office.life_rules import OfficeAct, OfficeState
from ecabinet.office.numbering_rules import check_reason
from ecabinet.office.routing_models import Assignment
from ecabinet.office.routing_rules import LONGEST_TEXT, Order, Report, Role, Whom, check_order, check_report
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import MemberStatus


def present(db: Session, seen: Seen, leader_id: int, note: str, person: Person, now: datetime) -> None:
    """Lay it before a leader of the unit."""
    doc, state = seen.doc, seen.after(OfficeAct.PRESENT)
    names = dict(desk.leaders(db, doc.unit))
    if leader_id not in names:
        raise Invalid({"leader": Problem("no_such_leader")})
    doc.state, doc.presented_to = state, leader_id
    record(db, doc, OfficeAct.PRESENT, person, now, _brief(note), {"to": names[leader_id]})
    _tell(db, doc, {leader_id}, "Văn bản đến trình đồng chí", note, person, now)


def send_back(db: Session, seen: Seen, reason: str, person: Person, now: datetime) -> None:
    """The leader gives it back to the clerk, with the reason."""
    doc = seen.doc
    doc.state = seen.after(OfficeAct.RETURN)
    reason = check_reason(reason)
    doc.presented_to = None
    record(db, doc, OfficeAct.RETURN, person, now, reason)
    _tell(db, doc, {doc.created_by}, "Lãnh đạo trả lại văn bản đến", reason, person, now)


def assign(db: Session, seen: Seen, order: Order, person: Person, now: datetime) -> None:
    """The leader's decision: from now on it is given to these and no others, whoever had it before.

    What all are only to know of is done with that. Somebody who left the unit is refused by name (``assign_left``).
    """
    doc, state = seen.doc, seen.after(OfficeAct.ASSIGN)
    check_order(order, now.astimezone(ZONE).date(), secret=doc.book in SECRET_BOOKS)
    before = {(one.member_id, one.unit_id): one for one in seen.assignments}
    given: list[Assignment] = []
    for whom in order.whom:
        name = _name(db, doc.unit, whom)
        one = before.pop((whom.member_id, whom.unit_id), None)
        if one is None or one.role != whom.role:
            if one is not None:
                one.withdrawn_at = now
            one = Assignment(
                office_document_id=doc.id, role=whom.role, member_id=whom.member_id, unit_id=whom.unit_id, name=name,
                given_by=person.member_id, given_at=now, percent=0,
            )  # fmt: skip
            db.add(one)
        one.due_on = None if whom.role == Role.INFO else order.due_on
        given.append(one)
    for one in before.values():
        one.withdrawn_at = now
    doc.state, doc.due_on = state, order.due_on or doc.due_on
    db.flush()
    said = {role.value: [one.name for one in given if one.role == role] for role in Role}
    due = {"due": order.due_on.isoformat()} if order.due_on else {}
    record(db, doc, OfficeAct.ASSIGN, person, now, order.instruction, said | due)
    new = {one.id for one in given if one.given_at == now}
    _tell(db, doc, workers(db, [one for one in given if one.id in new]), "Văn bản được giao", order.instruction,
          person, now)  # fmt: skip
    if all(one.role == Role.INFO for one in given):
        _done(doc, replace(seen, assignments=given).after(OfficeAct.FINISH), now)
        record(db, doc, OfficeAct.FINISH, person, now)


def _name(db: Session, unit: Unit, whom: Whom) -> str:
    if whom.member_id is not None:
        member = db.get(Member, whom.member_id)
        if member is None:
            raise Invalid({"whom": Problem("no_such_member")})
        if member.status != MemberStatus.ACTIVE or not member.unit.path.startswith(unit.path):
            raise Invalid({"whom": Problem("assign_left", name=member.full_name, unit=unit.name)})
        return member.full_name
    to = db.get(Unit, whom.unit_id)
    if to is None or not to.path.startswith(unit.path):
        raise Invalid({"whom": Problem("assign_elsewhere")})
    if to.dissolved_on is not None:
        raise Invalid({"whom": Problem("unit_dissolved", unit=to.name)})
    return to.name


def report(db: Session, seen: Seen, said: Report, person: Person, now: datetime) -> None:
    """How far one's part is; a helper's is over at 100 per cent."""
    seen.after(OfficeAct.PROGRESS)
    check_report(said, final=False)
    for one in _to_do(seen):
        one.percent = said.percent or 0
        if one.percent == 100 and one.role == Role.HELP:
            one.ended_on = now.astimezone(ZONE).date()
    record(db, seen.doc, OfficeAct.PROGRESS, person, now, said.text, {"percent": said.percent})


def finish(db: Session, seen: Seen, said: Report, person: Person, now: datetime) -> None:
    """One who is in charge has done it; when all who are have, so is the document. A leader ends it for all of them."""
    doc, state = seen.doc, seen.after(OfficeAct.FINISH)
    check_report(said, final=True)
    leads = [one for one in seen.assignments if one.role == Role.LEAD and one.ended_on is None]
    mine = [one for one in leads if one in seen.mine]
    for one in mine or leads:
        one.percent, one.ended_on = 100, now.astimezone(ZONE).date()
    waits = [one.name for one in leads if one.ended_on is None]
    if not waits:
        _done(doc, state, now)
    record(db, doc, OfficeAct.FINISH, person, now, said.text, {"waits": waits} if waits else {})
    if not waits:
        givers = {one.given_by for one in seen.assignments}
        _tell(db, doc, givers | {doc.created_by}, "Văn bản đã giải quyết xong", said.text, person, now)


def _done(doc: OfficeDocument, state: OfficeState, now: datetime) -> None:
    doc.state, doc.ended_on = state, now.astimezone(ZONE).date()


def _to_do(seen: Seen) -> list[Assignment]:
    return [one for one in seen.mine if one.role != Role.INFO and one.ended_on is None]


def reopen(db: Session, seen: Seen, reason: str, due_on: date | None, person: Person, now: datetime) -> None:
    """The leader is not content: those in charge go on, with a new due date if one is given."""
    doc, state = seen.doc, seen.after(OfficeAct.REOPEN)
    reason = check_reason(reason)
    leads = [one for one in seen.assignments if one.role == Role.LEAD]
    if not leads:
        raise Problem("assign_no_lead")
    if due_on is not None and due_on < now.astimezone(ZONE).date():
        raise Invalid({"due_on": Problem("task_due_past")})
    for one in leads:
        one.ended_on, one.due_on = None, due_on or one.due_on
    doc.state, doc.ended_on, doc.due_on = state, None, due_on or doc.due_on
    record(db, doc, OfficeAct.REOPEN, person, now, reason, {"due": due_on.isoformat()} if due_on else {})
    _tell(db, doc, workers(db, leads), "Văn bản cần giải quyết tiếp", reason, person, now)


def file(db: Session, seen: Seen, note: str, person: Person, now: datetime) -> None:
    """Nothing more is to be done: it is kept."""
    doc = seen.doc
    doc.state = seen.after(OfficeAct.FILE)
    doc.ended_on = doc.ended_on or now.astimezone(ZONE).date()
    record(db, doc, OfficeAct.FILE, person, now, _brief(note))


def _brief(note: str) -> str:
    if len(note) > LONGEST_TEXT:
        raise Invalid({"text": Problem("too_long", limit=LONGEST_TEXT)})
    return note


def workers(db: Session, given: list[Assignment]) -> set[int]:
    """Those named; for a unit those who have a place in the office of that very unit."""
    units = [one.unit_id for one in given if one.unit_id is not None]
    officers = {member for permission in OF_THE_OFFICE for _unit, member, _name in desk.holders(db, units, permission)}
    return {one.member_id for one in given if one.member_id is not None} | officers


def _tell(
    db: Session, doc: OfficeDocument, members: set[int], subject: str, words: str, person: Person, now: datetime
) -> None:
    """The words are Vietnamese, as those of all letters of the house; of a secret document they say nothing."""
    secret = doc.book in SECRET_BOOKS
    about = "văn bản mật" if secret else f"{doc.code} {doc.subject}".strip()
    due = f"Hạn xử lý: {doc.due_on:%d/%m/%Y}." if doc.due_on else ""
    text = "" if secret else "\n".join(part for part in (doc.subject, words, due) if part)
    tell_all(
        db, members - {person.member_id}, f"{subject}: {about}", text, f"/office/documents/{doc.id}", now,
        about=f"office:{doc.id}",
    )  # fmt: skip
