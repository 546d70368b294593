"""What happens to members: each operation a rule, a change, a dated line of the timeline, an audit entry.

None commits. Two at once on one member wait for each other: every operation first takes the member's row.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import Problem
from ecabinet import audit
from ecabinet.access import ancestors
from ecabinet.registry.history_models import Due, MemberEvent, MemberGrade
from ecabinet.registry.member_counts import Tally
from ecabinet.registry.member_dates import age, month_of, months_later
from ecabinet.registry.member_rules import OLDEST, YOUNGEST, Candidate, name_key, search_name
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.name_order import order_key
from ecabinet.registry.rules import NO_LONGER, MemberEventKind, MemberStatus
from ecabinet.registry.sessions import end_sessions_of_member
from ecabinet.registry.unit_rules import DECISION_LENGTH
from ecabinet.sealing import Sealer

REFERRER_DAYS = 90
DEFERRAL_MONTHS, DISCIPLINE_MONTHS = 12, 12
PENALTIES = ("reprimand", "warning", "dismissal", "expulsion")
GRADES = ("excellent", "good", "fair", "average", "weak")
HIGHEST_DUE = 100_000_000


@dataclass(frozen=True)
class Act:
    """The frame of an operation: its day, the paper behind it, who records it and when."""

    on_day: date
    decision: str
    by: int | None
    now: datetime


def enter(db: Session, sealer: Sealer, unit: Unit, values: Candidate, act: Act) -> Member:
    """Take a member into the registry who was admitted elsewhere or before."""
    return _add(db, sealer, unit, values, act, MemberEventKind.ENTERED, {})


def admit(
    db: Session,
    sealer: Sealer,
    unit: Unit,
    values: Candidate,
    referrer: Member | None,
    votes: tuple[int, int],
    act: Act,
) -> Member:
    """Admission (kết nạp): of age, vouched for by a member of three months, by more than half of ``votes`` (for, of
    all), decided above.
    """
    assert values.born_on is not None  # noqa: S101 - a checked candidate has it
    _require_decision(act)
    if not YOUNGEST <= age(values.born_on, act.on_day) <= OLDEST:
        raise Problem("admission_age", field="born_on", low=YOUNGEST, high=OLDEST)
    since = referrer.joined_on if referrer is not None else None
    if referrer is None or referrer.status != MemberStatus.ACTIVE or since is None:
        raise Problem("referrer_needed", field="referrer_card")
    if since > act.on_day - timedelta(days=REFERRER_DAYS):
        raise Problem("referrer_too_new", field="referrer_card")
    in_favour, of_all = votes
    if not 0 <= in_favour <= of_all or 2 * in_favour <= of_all:
        raise Problem("admission_votes", field="votes_for")
    values.joined_on = act.on_day
    details = {"referrer": referrer.full_name, "votes_for": in_favour, "votes_all": of_all}
    return _add(db, sealer, unit, values, act, MemberEventKind.ADMITTED, details)


def correct(db: Session, sealer: Sealer, member: Member, values: Candidate, act: Act) -> None:
    """Mend what was entered. The timeline names the fields, never what protected ones held."""
    _hold(db, member)
    _require_free(db, sealer, values, member.id)
    before = _row_values(member)
    tally = Tally()
    _count(db, tally, member, -1)
    _fill(member, sealer, values)
    db.flush()
    _count(db, tally, member, 1)
    tally.write(db)
    after = _row_values(member)
    fields = sorted(name for name in after if after[name] != before[name])
    if fields:
        record(db, member, MemberEventKind.CORRECTED, act, fields=fields)


def defer(db: Session, member: Member, until_day: date, act: Act) -> None:
    """Put membership duties off, for at most a year at a time."""
    _hold(db, member, MemberStatus.ACTIVE)
    _require_between(until_day, act.on_day + timedelta(days=1), months_later(act.on_day, DEFERRAL_MONTHS), "until_day")
    set_status(db, member, MemberStatus.DEFERRED)
    record(db, member, MemberEventKind.DEFERRED, act, until_day)


def resume(db: Session, member: Member, act: Act, *, by_itself: bool = False) -> None:
    """Back from a deferral or a stay away; ``by_itself``: as its last day has gone by."""
    _hold(db, member, MemberStatus.DEFERRED, MemberStatus.AWAY)
    kind = MemberEventKind.RESUMED if member.status == MemberStatus.DEFERRED else MemberEventKind.CAME_BACK
    set_status(db, member, MemberStatus.ACTIVE)
    details: dict[str, Any] = {"by_itself": True} if by_itself else {}
    record(db, member, kind, act, None, **details)


def grow_up(db: Session, member: Member, certificate: str, act: Act) -> None:
    """Coming of age (trưởng thành đoàn): over thirty, with a certificate; one may stay until thirty-five."""
    _hold(db, member, MemberStatus.ACTIVE, MemberStatus.DEFERRED, MemberStatus.AWAY)
    if age(member.born_on, act.on_day) <= OLDEST:
        raise Problem("too_young_to_leave", field="on_day", age=OLDEST)
    set_status(db, member, MemberStatus.GROWN)
    record(db, member, MemberEventKind.GREW_UP, act, certificate=certificate)


def remove(db: Session, member: Member, reason: str, act: Act) -> None:
    """Strike a name off the list (xóa tên)."""
    _hold(db, member, MemberStatus.ACTIVE, MemberStatus.DEFERRED, MemberStatus.AWAY)
    _require_decision(act)
    set_status(db, member, MemberStatus.REMOVED)
    record(db, member, MemberEventKind.REMOVED, act, reason=reason)


def discipline(db: Session, member: Member, penalty: str, reason: str, act: Act) -> None:
    """A penalty; it lapses after twelve months by itself, an expulsion does not."""
    _hold(db, member, MemberStatus.ACTIVE, MemberStatus.DEFERRED, MemberStatus.AWAY)
    _require_decision(act)
    if penalty not in PENALTIES:
        raise Problem("missing", field="penalty")
    lapses = None if penalty == "expulsion" else months_later(act.on_day, DISCIPLINE_MONTHS)
    if penalty == "expulsion":
        set_status(db, member, MemberStatus.EXPELLED)
    record(db, member, MemberEventKind.DISCIPLINED, act, lapses, penalty=penalty, reason=reason)


def award(db: Session, member: Member, title: str, act: Act) -> None:
    """An award (khen thưởng)."""
    _hold(db, member)
    if not title:
        raise Problem("missing", field="title")
    record(db, member, MemberEventKind.AWARDED, act, title=title)


def grade(db: Session, member: Member, year: int, given: str, act: Act) -> None:
    """The grade of a year (xếp loại); one for each year."""
    _hold(db, member, MemberStatus.ACTIVE, MemberStatus.AWAY, MemberStatus.DEFERRED)
    if given not in GRADES:
        raise Problem("missing", field="grade")
    if not 2000 <= year <= act.on_day.year:
        raise Problem("not_in_range", field="year", low=2000, high=act.on_day.year)
    if db.get(MemberGrade, (member.id, year)) is not None:
        raise Problem("already_graded", field="year", year=year)
    db.add(MemberGrade(member_id=member.id, year=year, grade=given))
    record(db, member, MemberEventKind.GRADED, act, year=year, grade=given)


def pay_due(db: Session, member: Member, month: date, amount: int, act: Act) -> None:
    """Dues (đoàn phí) of a month, in đồng; entered again, the later amount holds and both are on the audit trail."""
    _hold(db, member)
    if not 0 < amount <= HIGHEST_DUE:
        raise Problem("not_in_range", field="amount", low=1, high=HIGHEST_DUE)
    if month_of(month) > month_of(act.on_day):
        raise Problem("in_future", field="month")
    due = db.get(Due, (member.id, month_of(month))) or Due(member_id=member.id, month=month_of(month))
    due.amount, due.paid_on, due.recorded_by = amount, act.on_day, act.by
    db.add(due)
    audit.record(db, act.by, "member_due", f"member:{member.id}", act.now, month=month.isoformat(), amount=amount)


def reissue_card(db: Session, member: Member, card_number: str, reason: str, act: Act) -> None:
    """A new card, or the first; the number of the old one stays on the timeline."""
    _hold(db, member)
    if not card_number:
        raise Problem("missing", field="card_number")
    if db.scalar(select(Member.id).where(Member.card_number == card_number)) is not None:
        raise Problem("card_taken", field="card_number")
    old, member.card_number = member.card_number, card_number
    record(db, member, MemberEventKind.CARD_REISSUED, act, old=old, new=card_number, reason=reason)


def reveal(db: Session, sealer: Sealer, member: Member, field: str, purpose: str, by: int, now: datetime) -> str:
    """Open a protected number (``national_id`` or ``phone``) for somebody who says why; the look is on the trail."""
    if not purpose:
        raise Problem("purpose_needed", field="purpose")
    sealed = {"national_id": member.national_id_sealed, "phone": member.phone_sealed}.get(field)
    if sealed is None:
        raise Problem("not_found")
    audit.record(db, by, f"look_{field}", f"member:{member.id}", now, purpose=purpose)
    return sealer.open(sealed)


def set_status(db: Session, member: Member, status: MemberStatus) -> None:
    """Change whether a member counts, and the counts with it; who is no longer one is signed out everywhere."""
    tally = Tally()
    _count(db, tally, member, -1)
    member.status = status
    _count(db, tally, member, 1)
    tally.write(db)
    if status in NO_LONGER:
        end_sessions_of_member(db, member.id)


def record(
    db: Session, member: Member, kind: MemberEventKind, act: Act, until_day: date | None = None, **details: Any
) -> MemberEvent:
    """A dated line of the timeline, its movement in the month's figures, its audit entry."""
    if act.on_day > act.now.date() + timedelta(days=1):
        raise Problem("in_future", field="on_day")
    if len(act.decision) > DECISION_LENGTH:
        raise Problem("too_long", field="decision", limit=DECISION_LENGTH)
    event = MemberEvent(
        member_id=member.id, kind=kind, on_day=act.on_day, until_day=until_day, decision=act.decision,
        details=details, recorded_by=act.by, recorded_at=act.now,
    )  # fmt: skip
    db.add(event)
    tally = Tally()
    if kind not in (MemberEventKind.MOVED_IN, MemberEventKind.MOVED_OUT):
        tally.movement(ancestors(db.get_one(Unit, member.unit_id).path), kind, act.on_day)
    tally.write(db)
    audit.record(db, act.by, f"member_{kind.value}", f"member:{member.id}", act.now, **details)
    changed(db, "member", member.id)
    return event


def _add(
    db: Session, sealer: Sealer, unit: Unit, values: Candidate, act: Act, kind: MemberEventKind, details: dict[str, Any]
) -> Member:
    if unit.dissolved_on is not None:
        raise Problem("unit_dissolved", field="unit", unit=unit.name)
    _require_free(db, sealer, values, None)
    if not values.card_number and not values.national_id:
        raise Problem("no_key", field="card_number")
    member = Member(unit_id=unit.id, status=MemberStatus.ACTIVE.value)
    _fill(member, sealer, values)
    db.add(member)
    db.flush()
    tally = Tally()
    _count(db, tally, member, 1)
    tally.write(db)
    record(db, member, kind, act, **details)
    return member


def _fill(member: Member, sealer: Sealer, values: Candidate) -> None:
    assert values.sex is not None  # noqa: S101 - a checked candidate has both
    assert values.born_on is not None  # noqa: S101
    member.full_name = values.full_name
    member.search_name = search_name(values.full_name)
    member.name_key = name_key(member.search_name)
    member.order_key = order_key(values.full_name)
    member.sex, member.born_on, member.joined_on = values.sex.value, values.born_on, values.joined_on
    member.card_number = values.card_number or member.card_number
    member.papers = values.papers
    # An empty field of a form means "as it was": protected numbers are not shown in it.
    if values.national_id:
        member.national_id_sealed = sealer.seal(values.national_id)
        member.national_id_print = sealer.fingerprint(values.national_id)
    if values.phone:
        member.phone_sealed, member.phone_print = sealer.seal(values.phone), sealer.fingerprint(values.phone)


def _row_values(member: Member) -> dict[str, object]:
    names = ("full_name", "sex", "born_on", "joined_on", "card_number", "national_id_print", "phone_print")
    return {name.removesuffix("_print"): getattr(member, name) for name in names} | {"papers": dict(member.papers)}


def _require_free(db: Session, sealer: Sealer, values: Candidate, own: int | None) -> None:
    if values.national_id:
        fingerprint = sealer.fingerprint(values.national_id)
        taken = db.scalar(select(Member.id).where(Member.national_id_print == fingerprint))
        if taken not in (None, own):
            raise Problem("national_id_taken", field="national_id")
    if values.card_number:
        taken = db.scalar(select(Member.id).where(Member.card_number == values.card_number))
        if taken not in (None, own):
            raise Problem("card_taken", field="card_number")


def _count(db: Session, tally: Tally, member: Member, by: int) -> None:
    if member.status == MemberStatus.ACTIVE:
        tally.member(db.get_one(Unit, member.unit_id).path, member.sex, member.born_on.year, by)


def _hold(db: Session, member: Member, *statuses: MemberStatus) -> None:
    db.refresh(member, with_for_update=True)
    if statuses and member.status not in {status.value for status in statuses}:
        raise Problem("wrong_state", member.status)


def _require_decision(act: Act) -> None:
    if not act.decision:
        raise Problem("decision_needed", field="decision")


def _require_between(day: date, first: date, last: date, field: str) -> None:
    if not first <= day <= last:
        raise Problem("day_not_in_range", field=field, first=f"{first:%d/%m/%Y}", last=f"{last:%d/%m/%Y}")
