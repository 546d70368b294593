"""The counts that dashboards show, when whole subtrees or many members change their place."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session

from ecabinet.access import ancestors
from ecabinet.registry.history_models import MemberCount
from ecabinet.registry.member_counts import Tally
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import MemberEventKind, MemberStatus


def shift_counts(db: Session, unit: Unit, old_path: str, new_path: str, on_day: date) -> None:
    """Everyone in the subtree of a unit leaves the units of ``old_path`` for those of ``new_path``; units in both keep
    what they have. What happened there in months past stays with the units above it at that time; that so many came
    and went is a movement of the day's month.
    """
    counted = db.execute(
        select(MemberCount.sex, MemberCount.born, MemberCount.number).where(
            MemberCount.unit_id == unit.id, MemberCount.number > 0
        )
    )
    _shift(db, [(sex, born, number) for sex, born, number in counted], old_path, new_path, on_day)


def shift_members(db: Session, member_ids: Collection[int], old_path: str, new_path: str, on_day: date) -> None:
    """The same for these members, as far as they count."""
    born = extract("year", Member.born_on)
    counted = db.execute(
        select(Member.sex, born, func.count())
        .where(Member.id.in_(member_ids), Member.status == MemberStatus.ACTIVE)
        .group_by(Member.sex, born)
    )
    _shift(db, [(sex, int(year), number) for sex, year, number in counted], old_path, new_path, on_day)


def _shift(db: Session, counted: Collection[tuple[str, int, int]], old_path: str, new_path: str, on_day: date) -> None:
    tally = Tally()
    left, entered = set(ancestors(old_path)), set(ancestors(new_path))
    of_all = sum(number for _sex, _born, number in counted)
    tally.movement(tuple(sorted(left - entered)), MemberEventKind.MOVED_OUT, on_day, of_all)
    tally.movement(tuple(sorted(entered - left)), MemberEventKind.MOVED_IN, on_day, of_all)
    for sex, born, number in counted:
        tally.member(old_path, sex, born, -number)
        tally.member(new_path, sex, born, number)
    tally.write(db)
