"""A deferral or a stay away ends by itself, once, and on the record."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from documents.database import Database
from ecabinet.audit import AuditEntry
from ecabinet.engines import Engines
from ecabinet.registry import members, operations, stays
from ecabinet.registry.history_models import MemberEvent, MovementCount
from ecabinet.registry.member_counts import Tally, recount
from ecabinet.registry.members import Act
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import MemberEventKind, MemberStatus, Sex, UnitKind
from ecabinet.worker import Paused

BEGAN = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
LAST = date(2026, 11, 20)


def act(now: datetime = BEGAN) -> Act:
    return Act(now.date(), "1-QĐ", None, now)


class Branch:
    """One unit; members by the day on which their deferral ends."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.writing() as db:
            self.unit_id = operations.add_unit(db, None, "TW", "Trung ương", UnitKind.CENTRAL).id

    def member(self, last: date, status: MemberStatus = MemberStatus.DEFERRED) -> int:
        with self.database.writing() as db:
            unit = db.get_one(Unit, self.unit_id)
            number = len(db.scalars(select(Member.id)).all())
            member = operations.add_member(db, unit, "Lê An", Sex.MALE, date(2001, 1, 1), f"T{number}")
            db.flush()
            tally = Tally()
            tally.member(unit.path, member.sex, 2001, 1)
            tally.write(db)
            if status == MemberStatus.DEFERRED:
                members.defer(db, member, last, act())
            else:
                members.set_status(db, member, MemberStatus.AWAY)
                members.record(db, member, MemberEventKind.STAYED_AWAY, act(), last, to="nơi khác")
            return member.id

    def status(self, member_id: int) -> str:
        with self.database.reading() as db:
            return db.get_one(Member, member_id).status

    def run(self, now: datetime) -> int:
        """The task until nothing is left; how often there was something."""
        rounds = 0
        while stays.end_some(self.engines(), now):
            rounds += 1
        return rounds

    def engines(self) -> Engines:
        """All that the task takes of them."""
        return _Engines(self.database)  # type: ignore[return-value]


class _Engines:
    def __init__(self, database: Database) -> None:
        self.database = database


@pytest.fixture
def branch(database: Database) -> Branch:
    return Branch(database)


@pytest.mark.parametrize(
    ("status", "kind"), [(MemberStatus.DEFERRED, "resumed"), (MemberStatus.AWAY, "came_back")], ids=["deferred", "away"]
)
def test_ends_the_day_after_its_last(branch: Branch, status: MemberStatus, kind: str) -> None:
    member_id = branch.member(LAST, status)
    # its last day by the office's clock: 16:59 UTC is one minute to midnight in Hà Nội
    assert branch.run(datetime(2026, 11, 20, 16, 59, tzinfo=UTC)) == 0
    assert branch.status(member_id) == status
    assert branch.run(datetime(2026, 11, 20, 17, 0, tzinfo=UTC)) == 1
    assert branch.status(member_id) == MemberStatus.ACTIVE
    with branch.database.writing() as db:
        event = db.scalars(select(MemberEvent).order_by(MemberEvent.id.desc())).first()
        assert event is not None
        assert (event.kind, event.on_day, event.details, event.recorded_by) == (
            kind, date(2026, 11, 21), {"by_itself": True}, None,
        )  # fmt: skip
        assert db.scalar(select(AuditEntry.action).order_by(AuditEntry.id.desc())) == f"member_{kind}"
        assert db.scalar(select(MovementCount.number).filter_by(unit_id=branch.unit_id, kind=kind)) == 1
        assert recount(db) == 0


def test_once(branch: Branch) -> None:
    member_id = branch.member(LAST)
    later = datetime(2026, 12, 1, tzinfo=UTC)
    assert branch.run(later) == 1
    assert branch.run(later) == 0
    with branch.database.reading() as db:
        kinds = list(db.scalars(select(MemberEvent.kind).filter_by(member_id=member_id).order_by(MemberEvent.id)))
    assert kinds == ["deferred", "resumed"]


def test_who_came_back_before_and_was_deferred_again_stays_deferred(branch: Branch) -> None:
    member_id = branch.member(LAST)
    again = datetime(2026, 11, 10, 3, 0, tzinfo=UTC)
    with branch.database.writing() as db:
        member = db.get_one(Member, member_id)
        members.resume(db, member, act(again))
        members.defer(db, member, date(2027, 3, 1), act(again))
    assert branch.run(datetime(2026, 12, 1, tzinfo=UTC)) == 0
    assert branch.status(member_id) == MemberStatus.DEFERRED


def test_somebody_was_quicker(branch: Branch) -> None:
    member_id = branch.member(LAST)
    now = datetime(2026, 12, 1, tzinfo=UTC)
    with branch.database.writing() as db:
        members.resume(db, db.get_one(Member, member_id), act(now))
    with branch.database.writing() as db:
        assert not stays.end(db, member_id, LAST, now)
        assert not stays.end(db, 999_999, LAST, now)


def test_many_are_ended_in_pieces(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stays.over, "__defaults__", (2,))
    ids = [branch.member(LAST) for _ in range(5)]
    assert branch.run(datetime(2026, 12, 1, tzinfo=UTC)) == 3
    assert {branch.status(member_id) for member_id in ids} == {MemberStatus.ACTIVE}


def test_looks_again_after_a_while_only(branch: Branch) -> None:
    task, now = Paused(stays.end_some, stays.EVERY), datetime(2026, 12, 1, tzinfo=UTC)
    assert not task(branch.engines(), now)
    branch.member(LAST)
    assert not task(branch.engines(), now + timedelta(minutes=14))
    assert task(branch.engines(), now + timedelta(minutes=15))
