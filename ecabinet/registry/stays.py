"""Deferrals and stays away that end by themselves: the worker ends those whose last day has gone by."""

from datetime import date, datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from documents.errors import Problem
from ecabinet.clock import ZONE
from ecabinet.engines import Engines
from ecabinet.registry import members
from ecabinet.registry.history_models import MemberEvent
from ecabinet.registry.members import Act
from ecabinet.registry.models import Member
from ecabinet.registry.rules import MemberEventKind, MemberStatus

AT_ONCE = 50
EVERY = timedelta(minutes=15)
BEGINNINGS = {
    MemberStatus.DEFERRED: MemberEventKind.DEFERRED.value,
    MemberStatus.AWAY: MemberEventKind.STAYED_AWAY.value,
}


def over(db: Session, today: date, limit: int = AT_ONCE) -> list[tuple[int, date]]:
    """Members whose deferral or stay away is over, with its last day: of each the latest one counts."""
    later = aliased(MemberEvent)
    statement = (
        select(MemberEvent.member_id, MemberEvent.until_day)
        .join(Member, Member.id == MemberEvent.member_id)
        .where(
            Member.status.in_(list(BEGINNINGS)),
            MemberEvent.kind.in_(BEGINNINGS.values()),
            MemberEvent.until_day < today,
            ~exists().where(
                later.member_id == MemberEvent.member_id,
                later.kind.in_(BEGINNINGS.values()),
                later.id > MemberEvent.id,
            ),
        )
        .order_by(MemberEvent.member_id)
        .limit(limit)
    )
    return [(member_id, last) for member_id, last in db.execute(statement) if last is not None]


def end(db: Session, member_id: int, last: date, now: datetime) -> bool:
    """The member is back from the day after the last; False when somebody was quicker. Recorded by nobody: it is in the
    timeline, the figures and the audit trail as having ended by itself.
    """
    member = db.get(Member, member_id)
    if member is None:
        return False
    try:
        members.resume(db, member, Act(last + timedelta(days=1), "", None, now), by_itself=True)
    except Problem as problem:
        if problem.code != "wrong_state":
            raise
        return False
    return True


def end_some(engines: Engines, now: datetime) -> bool:
    """The worker's task: end some that are over; False when none is."""
    with engines.database.writing() as db:
        found = over(db, now.astimezone(ZONE).date())
        for member_id, last in found:
            end(db, member_id, last, now)
    return bool(found)
