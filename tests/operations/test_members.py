"""The life of a member: each operation, its rule, its line of the timeline, and the counts that go with it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.database import Database
from documents.errors import Problem
from ecabinet import audit
from ecabinet.access import Permission, Person, Role
from ecabinet.audit import AuditEntry
from ecabinet.registry import members, operations, transfers
from ecabinet.registry.history_models import Due, MemberCount, MemberEvent, MovementCount, Transfer
from ecabinet.registry.member_counts import recount
from ecabinet.registry.member_rules import Candidate
from ecabinet.registry.members import Act
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import MemberEventKind, MemberStatus, Sex, TransferKind, TransferState, UnitKind
from ecabinet.sealing import Sealer

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
SEALER = Sealer("k" * 32)


def act(on_day: date = TODAY, decision: str = "12-QĐ/ĐTN") -> Act:
    return Act(on_day, decision, None, NOW)


class Registry:
    """Centre → two bases → a branch each; one member in the first branch."""

    def __init__(self, db: Session) -> None:
        self.db = db
        self.centre = operations.add_unit(db, None, "TW", "Trung ương Đoàn", UnitKind.CENTRAL)
        self.bases = [operations.add_unit(db, self.centre, f"B{n}", f"Đoàn xã {n}", UnitKind.COMMUNE) for n in (1, 2)]
        self.branches = [
            operations.add_unit(db, base, f"C{base.id}", f"Chi đoàn {base.id}", UnitKind.BRANCH) for base in self.bases
        ]
        self.member = members.enter(db, SEALER, self.branches[0], candidate(), act())
        # on whose behalf consents are given: the officer of the centre
        self.officer = Person(
            1, self.member.id, "", self.centre.path, ((Role.REGISTRY_OFFICER, self.centre.path),), frozenset()
        )

    def count(self, unit: Unit) -> int:
        return sum(self.db.scalars(select(MemberCount.number).where(MemberCount.unit_id == unit.id)))

    def kinds(self, member: Member | None = None) -> list[str]:
        of = (member or self.member).id
        return list(self.db.scalars(select(MemberEvent.kind).filter_by(member_id=of).order_by(MemberEvent.id)))

    def ask(self, kind: TransferKind = TransferKind.PERMANENT, until: date | None = None) -> Transfer:
        return transfers.ask(self.db, self.member, self.branches[1], kind, until, "chuyển nơi ở", act())


def candidate(**changes: object) -> Candidate:
    values: dict[str, object] = {
        "full_name": "Nguyễn Thị Lan", "sex": Sex.FEMALE, "born_on": date(2001, 3, 26), "card_number": "DV001",
        "national_id": "046301001234", "phone": "0912345678", "joined_on": date(2017, 3, 26),
        "papers": {"ethnic": "Kinh"},
    }  # fmt: skip
    return Candidate(**(values | changes))  # type: ignore[arg-type]


def other(**changes: object) -> Candidate:
    return candidate(**({"national_id": "", "card_number": "DV002"} | changes))


@pytest.fixture
def registry(database: Database) -> Iterator[Registry]:
    with database.writing() as db:
        yield Registry(db)


def code(problem: pytest.ExceptionInfo[Problem]) -> str:
    return problem.value.code


def test_entered_is_counted_above_sealed_and_on_the_trail(registry: Registry) -> None:
    for unit in (registry.centre, registry.bases[0], registry.branches[0]):
        assert registry.count(unit) == 1
    assert registry.count(registry.bases[1]) == 0
    assert registry.kinds() == ["entered"]
    assert b"046301001234" not in bytes(registry.member.national_id_sealed or b"")
    assert registry.member.name_key == "lan thi nguyen"
    assert registry.db.scalar(select(AuditEntry.action)) == "member_entered"
    assert audit.check(registry.db) is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({"card_number": "DV002"}, "national_id_taken"), ({"national_id": ""}, "card_taken"),
     ({"national_id": "", "card_number": ""}, "no_key")],
)  # fmt: skip
def test_nobody_is_entered_twice(registry: Registry, changes: dict[str, object], expected: str) -> None:
    with pytest.raises(Problem) as problem:
        members.enter(registry.db, SEALER, registry.branches[1], candidate(**changes), act())
    assert code(problem) == expected


def test_a_dissolved_unit_takes_nobody(registry: Registry) -> None:
    registry.branches[1].dissolved_on = TODAY
    with pytest.raises(Problem) as problem:
        members.enter(registry.db, SEALER, registry.branches[1], other(), act())
    assert code(problem) == "unit_dissolved"
    with pytest.raises(Problem) as problem:
        registry.ask()
    assert code(problem) == "unit_dissolved"


def test_admission(registry: Registry) -> None:
    young = other(born_on=date(2010, 1, 1), joined_on=None)
    member = members.admit(registry.db, SEALER, registry.branches[0], young, registry.member, (6, 10), act())
    assert (member.joined_on, registry.kinds(member)) == (TODAY, ["admitted"])
    assert registry.count(registry.centre) == 2
    moved = select(MovementCount.number).filter_by(unit_id=registry.centre.id, kind="admitted", month=date(2026, 11, 1))
    assert registry.db.scalar(moved) == 1


@pytest.mark.parametrize(
    ("born", "referrer", "since", "votes", "decision", "expected"),
    [
        (date(2010, 11, 23), True, date(2020, 1, 1), (6, 10), "1-QĐ", "admission_age"),
        (date(1995, 11, 22), True, date(2020, 1, 1), (6, 10), "1-QĐ", "admission_age"),
        (date(2010, 1, 1), False, date(2020, 1, 1), (6, 10), "1-QĐ", "referrer_needed"),
        (date(2010, 1, 1), True, date(2026, 11, 1), (6, 10), "1-QĐ", "referrer_too_new"),
        (date(2010, 1, 1), True, date(2020, 1, 1), (5, 10), "1-QĐ", "admission_votes"),
        (date(2010, 1, 1), True, date(2020, 1, 1), (11, 10), "1-QĐ", "admission_votes"),
        (date(2010, 1, 1), True, date(2020, 1, 1), (6, 10), "", "decision_needed"),
    ],
)  # fmt: skip
def test_admission_refused(
    registry: Registry, born: date, referrer: bool, since: date, votes: tuple[int, int], decision: str, expected: str
) -> None:
    registry.member.joined_on = since
    with pytest.raises(Problem) as problem:
        members.admit(
            registry.db, SEALER, registry.branches[0], other(born_on=born), registry.member if referrer else None,
            votes, act(decision=decision),
        )  # fmt: skip
    assert code(problem) == expected


def test_correction_names_fields_and_moves_the_counts(registry: Registry) -> None:
    members.correct(registry.db, SEALER, registry.member, candidate(born_on=date(2002, 1, 1), national_id=""), act())
    event = registry.db.scalars(select(MemberEvent).filter_by(kind=MemberEventKind.CORRECTED)).one()
    assert event.details == {"fields": ["born_on"]}
    assert registry.member.national_id_print  # not given: as it was
    assert recount(registry.db) == 0
    members.correct(registry.db, SEALER, registry.member, candidate(born_on=date(2002, 1, 1)), act())
    assert registry.kinds().count("corrected") == 1  # nothing changed: nothing recorded


def test_a_transfer_goes_through_four_hands(registry: Registry) -> None:
    transfer = registry.ask()
    assert [(step.value, unit.id) for step, unit in transfers.steps(registry.db, transfer)] == [
        ("from_branch", registry.branches[0].id), ("from_base", registry.bases[0].id),
        ("to_base", registry.bases[1].id), ("to_branch", registry.branches[1].id),
    ]  # fmt: skip
    for _ in range(4):
        assert registry.member.unit_id == registry.branches[0].id
        transfers.answer(registry.db, transfer, registry.officer, True, "", act())
    assert (transfer.state, registry.member.unit_id) == (TransferState.DONE, registry.branches[1].id)
    assert registry.kinds()[1:] == ["moved_out", "moved_in"]
    assert [registry.count(unit) for unit in (registry.centre, *registry.bases)] == [1, 0, 1]
    moved = registry.db.execute(
        select(MovementCount.unit_id, MovementCount.kind).where(MovementCount.kind != "entered")
    )
    assert {(unit, kind) for unit, kind in moved} == {
        (registry.bases[0].id, "moved_out"), (registry.branches[0].id, "moved_out"),
        (registry.bases[1].id, "moved_in"), (registry.branches[1].id, "moved_in"),
    }  # fmt: skip
    with pytest.raises(Problem) as problem:
        transfers.answer(registry.db, transfer, registry.officer, True, "", act())
    assert code(problem) == "transfer_over"


def test_only_whose_turn_it_is_answers(registry: Registry) -> None:
    transfer = registry.ask()
    of_the_other_base = ((Role.REGISTRY_OFFICER, registry.bases[1].path),)
    receiving = Person(1, registry.member.id, "", registry.centre.path, of_the_other_base, frozenset())
    assert not receiving.may(Permission.MANAGE_REGISTRY, registry.branches[0].path)
    with pytest.raises(Problem) as problem:
        transfers.answer(registry.db, transfer, receiving, True, "", act())
    assert code(problem) == "forbidden"


def test_one_transfer_at_a_time_refused_withdrawn_overdue(registry: Registry) -> None:
    first = registry.ask()
    with pytest.raises(Problem) as problem:
        registry.ask()
    assert code(problem) == "transfer_under_way"
    transfers.answer(registry.db, first, registry.officer, False, "thiếu hồ sơ", act())
    assert first.state == TransferState.REFUSED
    second = registry.ask()
    with pytest.raises(Problem) as problem:
        transfers.answer(registry.db, second, registry.officer, True, "", act(TODAY + timedelta(days=31)))
    assert code(problem) == "transfer_overdue"
    transfers.withdraw(registry.db, second, act())
    assert transfers.under_way(registry.db, registry.member.id) is None
    assert registry.count(registry.branches[0]) == 1


@pytest.mark.parametrize("until", [None, TODAY, date(2027, 2, 23)])
def test_a_stay_away_ends_within_three_months(registry: Registry, until: date | None) -> None:
    with pytest.raises(Problem) as problem:
        registry.ask(TransferKind.TEMPORARY, until)
    assert code(problem) == "day_not_in_range"


def test_a_stay_away_and_back(registry: Registry) -> None:
    transfer = registry.ask(TransferKind.TEMPORARY, date(2027, 2, 22))
    for _ in range(4):
        transfers.answer(registry.db, transfer, registry.officer, True, "", act())
    assert (registry.member.status, registry.member.unit_id) == (MemberStatus.AWAY, registry.branches[0].id)
    assert registry.count(registry.centre) == 0
    members.resume(registry.db, registry.member, act())
    assert registry.kinds()[1:] == ["stayed_away", "came_back"]
    assert registry.count(registry.centre) == 1


def test_deferral(registry: Registry) -> None:
    with pytest.raises(Problem) as problem:
        members.defer(registry.db, registry.member, date(2027, 11, 23), act())
    assert code(problem) == "day_not_in_range"
    members.defer(registry.db, registry.member, date(2027, 11, 22), act())
    with pytest.raises(Problem) as problem:
        members.defer(registry.db, registry.member, date(2027, 11, 22), act())
    assert code(problem) == "wrong_state"
    members.resume(registry.db, registry.member, act())
    assert registry.kinds()[1:] == ["deferred", "resumed"]


def test_coming_of_age_removal_expulsion_end_the_counting(registry: Registry) -> None:
    with pytest.raises(Problem) as problem:
        members.grow_up(registry.db, registry.member, "GCN-1", act())
    assert code(problem) == "too_young_to_leave"
    old = members.enter(registry.db, SEALER, registry.branches[0], other(born_on=date(1995, 1, 1)), act())
    members.grow_up(registry.db, old, "GCN-1", act())
    third = members.enter(registry.db, SEALER, registry.branches[0], other(card_number="DV003"), act())
    with pytest.raises(Problem) as problem:
        members.remove(registry.db, third, "bỏ sinh hoạt", act(decision=""))
    assert code(problem) == "decision_needed"
    members.remove(registry.db, third, "bỏ sinh hoạt", act())
    assert registry.count(registry.centre) == 1
    members.discipline(registry.db, registry.member, "expulsion", "vi phạm", act())
    assert (old.status, third.status, registry.member.status) == ("grown", "removed", "expelled")
    assert registry.count(registry.centre) == 0
    assert recount(registry.db) == 0


def test_a_penalty_lapses_after_a_year(registry: Registry) -> None:
    members.discipline(registry.db, registry.member, "warning", "vi phạm", act())
    event = registry.db.scalars(select(MemberEvent).filter_by(kind=MemberEventKind.DISCIPLINED)).one()
    assert event.until_day == date(2027, 11, 22)
    with pytest.raises(Problem):
        members.discipline(registry.db, registry.member, "flogging", "", act())


def test_award_grade_dues_card(registry: Registry) -> None:
    db, member = registry.db, registry.member
    members.award(db, member, "Bằng khen Trung ương Đoàn", act())
    members.grade(db, member, 2025, "good", act())
    with pytest.raises(Problem) as problem:
        members.grade(db, member, 2025, "fair", act())
    assert code(problem) == "already_graded"
    members.pay_due(db, member, date(2026, 10, 5), 24_000, act())
    members.pay_due(db, member, date(2026, 10, 5), 25_000, act())
    assert [(due.month, due.amount) for due in db.scalars(select(Due))] == [(date(2026, 10, 1), 25_000)]
    for month, amount in ((date(2026, 12, 1), 1), (date(2026, 10, 1), 0), (date(2026, 10, 1), -5)):
        with pytest.raises(Problem):
            members.pay_due(db, member, month, amount, act())
    members.reissue_card(db, member, "DV900", "mất thẻ", act())
    assert member.card_number == "DV900"
    with pytest.raises(Problem) as problem:
        members.reissue_card(db, member, "DV900", "", act())
    assert code(problem) == "card_taken"
    assert registry.kinds()[1:] == ["awarded", "graded", "card_reissued"]


def test_a_look_at_a_number_says_why_and_is_remembered(registry: Registry) -> None:
    db, member = registry.db, registry.member
    with pytest.raises(Problem) as problem:
        members.reveal(db, SEALER, member, "national_id", "", member.id, NOW)
    assert code(problem) == "purpose_needed"
    assert members.reveal(db, SEALER, member, "national_id", "làm thẻ", member.id, NOW) == "046301001234"
    entry = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.details) == ("look_national_id", {"purpose": "làm thẻ"})
    with pytest.raises(Problem):
        members.reveal(db, SEALER, member, "papers", "làm thẻ", member.id, NOW)


STEPS = ("enter", "transfer", "defer", "resume", "remove", "correct", "expel")


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 5)), max_size=12))
def test_after_any_operations_the_counts_are_what_one_counts(database: Database, steps: list[tuple[str, int]]) -> None:
    with database.writing() as db:
        if db.scalar(select(Unit.id)) is None:
            Registry(db)
        people = list(db.scalars(select(Member).order_by(Member.id)))
        branches = list(db.scalars(select(Unit).filter_by(kind="branch").order_by(Unit.id)))
        for step, which in steps:
            _step(db, step, people[which % len(people)], branches, people)
        assert recount(db) == 0
        assert audit.check(db) is None


def _step(db: Session, step: str, member: Member, branches: list[Unit], people: list[Member]) -> None:
    number = f"N{len(people)}-{db.query(Member).count()}"
    sending = db.get_one(Unit, member.unit_id)
    receiving = branches[0] if sending is branches[1] else branches[1]
    run = {
        "enter": lambda: people.append(members.enter(db, SEALER, sending, other(card_number=number), act())),
        "transfer": lambda: transfers.move(db, member, sending, receiving, TODAY),
        "defer": lambda: members.defer(db, member, TODAY + timedelta(days=30), act()),
        "resume": lambda: members.resume(db, member, act()),
        "remove": lambda: members.remove(db, member, "", act()),
        "correct": lambda: members.correct(
            db, SEALER, member, other(card_number=member.card_number, born_on=date(1999, 1, 1)), act()
        ),
        "expel": lambda: members.discipline(db, member, "expulsion", "", act()),
    }[step]
    if step == "transfer" and member.status != MemberStatus.ACTIVE:
        return
    try:
        run()
    except Problem as refused:
        assert refused.code == "wrong_state"  # noqa: PT017 - any other refusal is a fault of the test
