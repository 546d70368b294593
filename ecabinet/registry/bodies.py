"""Operations on bodies, their terms and positions. None commits; each leaves an entry in the audit trail."""

from datetime import date, datetime

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import Session

from documents.errors import Invalid, Problem
from ecabinet import audit
from ecabinet.registry import body_rules
from ecabinet.registry.body_rules import Days, Span
from ecabinet.registry.models import Body, Member, Position, Term, Unit
from ecabinet.registry.rules import BodyKind, MemberStatus


def set_up(db: Session, unit: Unit, name: str, kind: str, by: int | None, now: datetime) -> Body:
    """Set up a body of a unit."""
    if unit.dissolved_on is not None:
        raise Problem("unit_dissolved", unit=unit.name)
    taken = db.scalar(select(exists().where(Body.unit_id == unit.id, Body.name == name)))
    body_rules.check_body(name, kind_known=kind in set(BodyKind), taken=bool(taken))
    body = Body(unit_id=unit.id, name=name, kind=kind)
    db.add(body)
    db.flush()
    audit.record(db, by, "body_set_up", f"body:{body.id}", now, unit=unit.id, name=name, kind=kind)
    return body


def begin_term(db: Session, body: Body, name: str, days: Days, by: int | None, now: datetime) -> Term:
    """Begin a term; two terms of a body have no day in common."""
    _hold(db, body)
    others = db.scalars(select(Term).where(Term.body_id == body.id)).all()
    span = body_rules.check_term(name, days, [_span(term) for term in others])
    term = Term(body_id=body.id, name=name, starts_on=span.begins, ends_on=span.until)
    db.add(term)
    db.flush()
    audit.record(db, by, "term_begun", f"body:{body.id}", now, term=term.id, name=name, days=span.text)
    return term


def end_term(db: Session, body: Body, term: Term, day: date | None, by: int | None, now: datetime) -> None:
    """Set the last day of a term; positions that would outlast it end with it."""
    _hold(db, body)
    others = db.scalars(select(Term).where(Term.body_id == body.id, Term.id != term.id)).all()
    latest = db.scalar(select(func.max(Position.starts_on)).where(Position.term_id == term.id))
    last = body_rules.check_end_of_term(day, _span(term), latest)
    if any(Span(term.name, term.starts_on, last).meets(_span(other)) for other in others):
        raise Invalid({"ends_on": Problem("terms_overlap", term=", ".join(other.name for other in others))})
    # A position that was open-ended, or lasted as long as the term, keeps doing so.
    lasting = or_(Position.ends_on.is_(None), Position.ends_on > last, Position.ends_on == term.ends_on)
    db.execute(update(Position).where(Position.term_id == term.id, lasting).values(ends_on=last))
    term.ends_on = last
    db.flush()
    audit.record(db, by, "term_ended", f"body:{body.id}", now, term=term.id, ends_on=last.isoformat())


def appoint(
    db: Session,
    body: Body,
    term: Term,
    member: Member | None,
    title: str,
    rank: int | None,
    days: Days,
    by: int | None,
    now: datetime,
    *,
    voting: bool = True,
    weight: int | None = 1,
) -> Position:
    """Give a member of the unit or below a position in a term; an end that is left open is the term's."""
    _hold(db, body)
    held = _held(db, body, member) if member is not None else []
    faults = {fault.field or "": fault for fault in [_member_fault(body, member)] if fault is not None}
    try:
        span = body_rules.check_position(title, rank, days, _span(term), held, weight)
    except Invalid as invalid:
        raise Invalid(invalid.faults | faults) from invalid
    if faults or member is None:
        raise Invalid(faults)
    position = Position(
        term_id=term.id,
        member_id=member.id,
        title=title,
        rank=rank,
        voting=voting,
        weight=weight,
        starts_on=span.begins,
        ends_on=span.until,
    )
    db.add(position)
    db.flush()
    details = {
        "body": body.id,
        "position": position.id,
        "title": title,
        "days": span.text,
        "voting": voting,
        "weight": weight,
    }
    audit.record(db, by, "position_given", f"member:{member.id}", now, **details)
    return position


def end_position(
    db: Session, body: Body, term: Term, position: Position, day: date | None, by: int | None, now: datetime
) -> None:
    """Set the last day of a position."""
    _hold(db, body)
    span = Span(position.title, position.starts_on, position.ends_on)
    last = body_rules.check_end_of_position(day, span, _span(term))
    if span.until is not None and last > span.until:
        raise Problem("position_over")
    position.ends_on = last
    db.flush()
    details = {"body": body.id, "position": position.id, "title": position.title, "ends_on": last.isoformat()}
    audit.record(db, by, "position_ended", f"member:{position.member_id}", now, **details)


def _hold(db: Session, body: Body) -> None:
    # Two who begin a term at once would each see none: the second waits here until the first has committed.
    db.refresh(body, with_for_update=True)
    if body.unit.dissolved_on is not None:
        raise Problem("unit_dissolved", unit=body.unit.name)


def _span(term: Term) -> Span:
    return Span(term.name, term.starts_on, term.ends_on)


def _held(db: Session, body: Body, member: Member) -> list[Span]:
    held = db.scalars(
        select(Position)
        .join(Term, Term.id == Position.term_id)
        .where(Term.body_id == body.id, Position.member_id == member.id)
    )
    return [Span(position.title, position.starts_on, position.ends_on) for position in held]


def _member_fault(body: Body, member: Member | None) -> Problem | None:
    if member is None:
        return Problem("no_such_member", field="member")
    if not member.unit.path.startswith(body.unit.path):
        return Problem("not_of_the_subtree", field="member")
    if member.status != MemberStatus.ACTIVE:
        return Problem("member_not_active", field="member")
    return None
