"""What is read of members: the list, by numbers, timelines, dues, transfers under way, figures."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import Session

from ecabinet.access import Permission, Person, within
from ecabinet.registry.history_models import Due, MemberEvent, Transfer
from ecabinet.registry.member_figures import Dashboard, children, dashboard
from ecabinet.registry.member_list import PAGE, Filter, Page, number_below, page
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import TransferState

# one place to ask, also for what is long enough to have a file of its own
__all__ = [
    "Dashboard", "Filter", "Page", "by_number", "children", "dashboard", "dues", "kept_units", "number_below",
    "open_transfers", "page", "timeline", "waiting_transfers",
]  # fmt: skip


def by_number(db: Session, fingerprint: str, paths: Sequence[str]) -> list[int]:
    """The members of these subtrees whose national id or phone has this fingerprint."""
    if not paths:
        return []
    return list(
        db.scalars(
            select(Member.id)
            .join(Unit, Unit.id == Member.unit_id)
            .where(
                or_(Member.national_id_print == fingerprint, Member.phone_print == fingerprint),
                or_(*(within(Unit.path, path) for path in paths)),
            )
            .limit(PAGE)
        )
    )


def kept_units(db: Session, person: Person) -> list[Unit]:
    """The units on which the person was given the registry: where the role was given, not all below."""
    paths = person.paths(Permission.MANAGE_REGISTRY)
    return list(db.scalars(select(Unit).where(Unit.path.in_(paths)).order_by(Unit.path))) if paths else []


def timeline(db: Session, member_id: int) -> list[MemberEvent]:
    """The newest first."""
    newest_first = (MemberEvent.on_day.desc(), MemberEvent.id.desc())
    return list(db.scalars(select(MemberEvent).filter_by(member_id=member_id).order_by(*newest_first).limit(500)))


def dues(db: Session, member_id: int) -> list[Due]:
    """The dues of the last two years, the newest first."""
    return list(db.scalars(select(Due).filter_by(member_id=member_id).order_by(Due.month.desc()).limit(24)))


def open_transfers(person: Person) -> list[ColumnElement[bool]]:
    """SQL over transfers: those under way from or to the units where the person keeps the registry."""
    paths = person.paths(Permission.MANAGE_REGISTRY)
    own = select(Unit.id).where(or_(*(within(Unit.path, path) for path in paths)))
    mine = or_(Transfer.from_unit_id.in_(own), Transfer.to_unit_id.in_(own)) if paths else false()
    return [Transfer.state == TransferState.ASKED.value, mine]


def waiting_transfers(db: Session, person: Person) -> int:
    """How many of them there are."""
    return db.scalar(select(func.count()).select_from(Transfer).where(*open_transfers(person))) or 0
