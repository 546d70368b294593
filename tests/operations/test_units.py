"""Operations on units: what each leaves behind, what is refused, and that the tree stays a tree whatever is done."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from threading import Barrier, Thread

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from documents.database import Database
from documents.errors import Invalid, Problem
from ecabinet import audit
from ecabinet.access import Person, Role, within
from ecabinet.audit import AuditEntry
from ecabinet.registry import bodies, operations, unit_queries, units
from ecabinet.registry.body_rules import Days
from ecabinet.registry.history_models import MemberCount, MemberEvent, Transfer, UnitEvent, UnitPlace
from ecabinet.registry.member_counts import recount
from ecabinet.registry.models import Member, Position, Term, Unit
from ecabinet.registry.queries import seats_of
from ecabinet.registry.rules import BodyKind, Sex, UnitKind
from ecabinet.registry.unit_history import above_on, below_on, timeline
from ecabinet.registry.unit_rules import Decision
from ecabinet.registry.units import NewUnit, Part
from tests.people import NOW

TODAY = date(2026, 11, 22)
START = date(2026, 1, 1)
_codes = count(1)


def decided(day: int = 10, **changes: object) -> Decision:
    """A decision of so many days after the start."""
    values: dict[str, object] = {"on_day": START + timedelta(days=day), "paper": "12-QĐ/TWĐTN", "by": None, "now": NOW}
    return Decision(**(values | {"today": TODAY} | changes))  # type: ignore[arg-type]


def new(name: str, kind: UnitKind = UnitKind.BRANCH) -> NewUnit:
    return NewUnit(f"M{next(_codes)}", name, kind)


def enter(db: Session, unit: Unit, number: int) -> list[Member]:
    """Members of a unit who count."""
    members = [
        operations.add_member(db, unit, f"Trần Văn {n}", Sex.MALE, date(1990 + n, 5, 19), f"C{next(_codes)}")
        for n in range(number)
    ]
    db.flush()
    return members


Tree = dict[str, Unit]


def plant(db: Session) -> Tree:
    """centre → (a → (a1, a2), b → b1); two members in each of the lowest, counted."""
    centre = operations.add_unit(db, None, f"M{next(_codes)}", "Trung ương", UnitKind.CENTRAL, START)
    tree = {"centre": centre}
    for name, parent in (("a", "centre"), ("b", "centre"), ("a1", "a"), ("a2", "a"), ("b1", "b")):
        code = f"M{next(_codes)}"
        tree[name] = operations.add_unit(db, tree[parent], code, f"Đoàn {name}", UnitKind.BASE, START)
    for name in ("a1", "a2", "b1"):
        enter(db, tree[name], 2)
    recount(db)
    return tree


def number_of(db: Session, unit: Unit) -> int:
    return db.scalar(select(func.sum(MemberCount.number)).where(MemberCount.unit_id == unit.id)) or 0


def names_above(db: Session, unit: Unit, day: int) -> list[str]:
    return [stood.name for stood in above_on(db, unit.id, START + timedelta(days=day))]


def kinds(db: Session, unit: Unit) -> list[str]:
    return [event.kind for event in timeline(db, unit.id)]


def refused(problem: pytest.ExceptionInfo[Problem], field: str = "") -> str:
    """The code of the refusal, or of the fault at that field."""
    error = problem.value
    return error.faults[field].code if isinstance(error, Invalid) else error.code


def test_a_unit_founded_has_its_place_its_line_and_its_entry(database: Database) -> None:
    with database.writing() as db:
        tree = plant(db)
        unit = units.found(db, tree["a"], NewUnit("X1", "Chi đoàn Mới", UnitKind.BRANCH, "Số 1"), decided())
        assert unit.path == f"{tree['a'].path}{unit.id}/"
        assert names_above(db, unit, 10) == ["Trung ương", "Đoàn a", "Chi đoàn Mới"]
        assert names_above(db, unit, 9) == []
        [line] = timeline(db, unit.id)
        assert (line.kind, line.decision, line.details["under_name"]) == ("founded", "12-QĐ/TWĐTN", "Đoàn a")
        entry = db.scalars(select(AuditEntry)).one()
        assert (entry.action, entry.subject) == ("unit_founded", f"unit:{unit.id}")
        assert unit.search_name == "chi doan moi"


def test_many_units_at_once_have_their_history_too(database: Database) -> None:
    with database.writing() as db:
        root = operations.add_unit(db, None, "R", "Gốc", UnitKind.CENTRAL, START)
        many = operations.add_units(db, root, [(f"N{n}", f"Xã {n}") for n in range(3300)], UnitKind.COMMUNE)
        mine = UnitPlace.unit_id.in_([unit.id for unit in many])
        assert db.scalar(select(func.count()).select_from(UnitPlace).where(mine, UnitPlace.until_day.is_(None))) == 3300
        assert db.scalar(select(func.count()).select_from(UnitEvent)) == 3301


def test_a_name_holds_from_its_day(database: Database) -> None:
    with database.writing() as db:
        tree = plant(db)
        units.rename(db, tree["a"], "Đoàn Anh", decided(10))
        assert names_above(db, tree["a1"], 9) == ["Trung ương", "Đoàn a", "Đoàn a1"]
        assert names_above(db, tree["a1"], 10) == ["Trung ương", "Đoàn Anh", "Đoàn a1"]
        assert tree["a"].search_name == "doan anh"
        # a second name on the same day: the last word of the day counts for it
        units.rename(db, tree["a"], "Đoàn An", decided(10))
        assert names_above(db, tree["a"], 10) == ["Trung ương", "Đoàn An"]
        assert kinds(db, tree["a"]) == ["renamed", "renamed", "founded"]


def test_a_move_takes_the_subtree_and_its_members_along(database: Database) -> None:
    with database.writing() as db:
        tree = plant(db)
        units.move(db, tree["a"], tree["b"], decided())
        assert tree["a1"].path == f"{tree['b'].path}{tree['a'].id}/{tree['a1'].id}/"
        assert names_above(db, tree["a1"], 9) == ["Trung ương", "Đoàn a", "Đoàn a1"]
        assert names_above(db, tree["a1"], 10) == ["Trung ương", "Đoàn b", "Đoàn a", "Đoàn a1"]
        assert [below.name for below in below_on(db, tree["b"].id, TODAY)] == ["Đoàn a", "Đoàn b1"]
        assert {name: number_of(db, unit) for name, unit in tree.items()} == {
            "centre": 6, "a": 4, "b": 6, "a1": 2, "a2": 2, "b1": 2,
        }  # fmt: skip
        assert recount(db) == 0


def test_a_merge_gives_everything_to_the_survivor(database: Database) -> None:
    with database.writing() as db:
        tree = plant(db)
        [member, gone] = enter(db, tree["a"], 2)
        gone.status = "removed"
        recount(db)
        units.merge(db, tree["a"], tree["b"], decided())
        assert tree["a"].dissolved_on == START + timedelta(days=10)
        assert tree["a1"].parent_id == tree["b"].id
        assert (member.unit_id, gone.unit_id) == (tree["b"].id, tree["a"].id)
        assert [number_of(db, tree[name]) for name in ("centre", "a", "b")] == [7, 0, 7]
        assert recount(db) == 0
        assert names_above(db, tree["a"], 10) == []
        assert names_above(db, tree["a"], 9) == ["Trung ương", "Đoàn a"]
        assert kinds(db, tree["a"])[0] == kinds(db, tree["b"])[0] == "merged"
        assert kinds(db, tree["a1"])[0] == "moved"
        event = db.scalars(select(MemberEvent)).one()
        assert (event.member_id, event.kind, event.details["from"]) == (member.id, "moved_in", "Đoàn a")
        assert audit.check(db) is None


def test_positions_end_with_the_unit(database: Database) -> None:
    with database.writing() as db:
        tree = plant(db)
        terms = Days(date(2022, 1, 1), date(2026, 12, 31)), Days(date(2027, 1, 1), None)
        body = bodies.set_up(db, tree["a"], "Ban Chấp hành", BodyKind.COMMITTEE, None, NOW)
        member = db.scalars(select(Member).where(Member.unit_id == tree["a1"].id)).first()
        assert member is not None
        for days in terms:
            term = bodies.begin_term(db, body, f"từ {days.begins}", days, None, NOW)
            bodies.appoint(db, body, term, member, "Bí thư", 1, days, None, NOW)
        units.merge(db, tree["a"], tree["b"], decided())
        assert [row.ends_on for row in db.scalars(select(Term))] == [date(2026, 1, 10)]
        assert [row.ends_on for row in db.scalars(select(Position))] == [date(2026, 1, 10)]
        assert len(seats_of(db, body.id, date(2026, 1, 10))) == 1
        assert seats_of(db, body.id, date(2026, 1, 11)) == []


def test_a_split_founds_units_beside_it(database: Database) -> None:
    with database.writing() as db:
        tree = plant(db)
        own = enter(db, tree["a"], 3)
        recount(db)
        [one] = units.split(db, tree["a"], [Part(new("Đoàn mới"), [tree["a2"]], own[:1])], decided())
        assert one.parent_id == tree["centre"].id
        assert (tree["a2"].parent_id, own[0].unit_id, own[1].unit_id) == (one.id, one.id, tree["a"].id)
        assert [number_of(db, unit) for unit in (tree["centre"], tree["a"], one)] == [9, 4, 3]
        assert recount(db) == 0
        assert kinds(db, one) == ["split", "founded"]
        assert kinds(db, tree["a"])[0] == "split"
        assert names_above(db, tree["a2"], 10) == ["Trung ương", "Đoàn mới", "Đoàn a2"]


def test_only_an_empty_unit_is_dissolved_without_a_successor(database: Database) -> None:
    with database.writing() as db:
        tree = plant(db)
        for name in ("a", "a1"):  # sub-units, members
            with pytest.raises(Problem) as problem:
                units.dissolve(db, tree[name], None, decided())
            assert refused(problem, "target") == "unit_not_empty"
        units.dissolve(db, tree["a1"], tree["a2"], decided())
        assert number_of(db, tree["a2"]) == 4
        empty = units.found(db, tree["a"], new("Trống"), decided())
        units.dissolve(db, empty, None, decided(11))
        assert recount(db) == 0
        assert kinds(db, empty) == ["dissolved", "founded"]


Act = Callable[[Session, Tree], object]
REFUSED: dict[str, tuple[str, str, Act]] = {
    "a circle": ("unit_below_itself", "target", lambda db, t: units.move(db, t["a"], t["a1"], decided())),
    "under itself": ("unit_below_itself", "target", lambda db, t: units.move(db, t["a"], t["a"], decided())),
    "merged with itself": ("unit_into_itself", "target", lambda db, t: units.merge(db, t["a"], t["a"], decided())),
    "merged into its own part": (
        "unit_below_itself", "target", lambda db, t: units.merge(db, t["a"], t["a1"], decided()),
    ),
    "the root moved": ("root_stays", "", lambda db, t: units.move(db, t["centre"], t["a"], decided())),
    "the root split": ("root_stays", "", lambda db, t: units.split(db, t["centre"], [], decided())),
    "the root merged": ("root_stays", "", lambda db, t: units.merge(db, t["centre"], t["a"], decided())),
    "where it is": ("already_there", "target", lambda db, t: units.move(db, t["a1"], t["a"], decided())),
    "no day": ("not_a_day", "on_day", lambda db, t: units.rename(db, t["a"], "X", decided(on_day=None))),
    "a day to come": (
        "day_to_come", "on_day",
        lambda db, t: units.rename(db, t["a"], "X", decided(on_day=TODAY + timedelta(days=1))),
    ),
    "before its founding": ("before_founding", "on_day", lambda db, t: units.rename(db, t["a"], "X", decided(-1))),
    "under one founded later": (
        "before_founding", "on_day",
        lambda db, t: units.move(db, t["a"], units.found(db, t["b"], new("Mới"), decided(20)), decided(19)),
    ),
    "no paper": ("missing", "paper", lambda db, t: units.rename(db, t["a"], "X", decided(paper=""))),
    "a paper too long": ("too_long", "paper", lambda db, t: units.rename(db, t["a"], "X", decided(paper="x" * 201))),
    "no name": ("missing", "name", lambda db, t: units.rename(db, t["a"], "", decided())),
    "the same name": ("same_name", "name", lambda db, t: units.rename(db, t["a"], "Đoàn a", decided())),
    "a code in use": (
        "code_taken", "code",
        lambda db, t: units.found(db, t["a"], NewUnit(t["b"].code, "X", UnitKind.BRANCH), decided()),
    ),
    "an empty part": (
        "nothing_to_split", "members", lambda db, t: units.split(db, t["a"], [Part(new("X"))], decided()),
    ),
    "another's sub-unit": (
        "not_of_this_unit", "members",
        lambda db, t: units.split(db, t["a"], [Part(new("X"), [t["b1"]])], decided()),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_by_name_and_nothing_changes(database: Database, what: str) -> None:
    code, field, act = REFUSED[what]
    with database.writing() as db:
        tree = plant(db)
        before = {key: path for key, path in db.execute(select(Unit.id, Unit.path))}
        with pytest.raises(Problem) as problem:
            act(db, tree)
        assert refused(problem, field) == code
        after = {key: path for key, path in db.execute(select(Unit.id, Unit.path))}
        assert {key: after[key] for key in before} == before


def test_nothing_is_done_to_or_with_a_dissolved_unit(database: Database) -> None:
    with database.writing() as db:
        tree = plant(db)
        gone = units.found(db, tree["a"], new("Sắp giải thể"), decided(5))
        units.dissolve(db, gone, None, decided(6))
        for act in (
            lambda: units.rename(db, gone, "X", decided()),
            lambda: units.move(db, gone, tree["b"], decided()),
            lambda: units.merge(db, gone, tree["b"], decided()),
            lambda: units.dissolve(db, gone, None, decided()),
            lambda: units.found(db, gone, new("X"), decided()),
            lambda: units.move(db, tree["b"], gone, decided()),
            lambda: units.merge(db, tree["b"], gone, decided()),
        ):
            with pytest.raises(Problem) as problem:
                act()
            assert refused(problem, "target") == "unit_dissolved"


def test_what_happened_later_is_not_overtaken(database: Database) -> None:
    with database.writing() as db:
        tree = plant(db)
        units.move(db, tree["a"], tree["b"], decided(10))
        units.move(db, tree["a"], tree["centre"], decided(20))
        for day, code, field, act in (
            # a stood under b from day 10 to 20: on day 15 b cannot have come under a
            (15, "unit_below_itself", "target", lambda d: units.move(db, tree["b"], tree["a"], d)),
            (15, "before_last_operation", "on_day", lambda d: units.rename(db, tree["a"], "X", d)),
            # b still had a below it on day 15
            (15, "before_last_operation", "on_day", lambda d: units.merge(db, tree["b"], tree["a1"], d)),
        ):
            with pytest.raises(Problem) as problem:
                act(decided(day))
            assert refused(problem, field) == code
        units.move(db, tree["b"], tree["a"], decided(20))


def test_a_unit_with_members_on_the_way_is_not_ended(database: Database) -> None:
    with database.writing() as db:
        tree = plant(db)
        member = enter(db, tree["b1"], 1)[0]
        db.add(
            Transfer(
                member_id=member.id, from_unit_id=tree["b1"].id, to_unit_id=tree["a1"].id, kind="permanent",
                state="asked", asked_on=START, due_on=TODAY,
            )
        )  # fmt: skip
        for name in ("a1", "b1"):
            with pytest.raises(Problem) as problem:
                units.merge(db, tree[name], tree["a2"], decided())
            assert refused(problem) == "transfers_under_way"


def test_a_path_does_not_outgrow_its_column(database: Database) -> None:
    with database.writing() as db:
        tree = plant(db)
        with pytest.raises(Problem) as problem:  # noqa: PT012 - how deep is too deep depends on the ids
            unit = tree["a"]
            for _ in range(100):
                unit = units.found(db, unit, new("Sâu"), decided())
        assert refused(problem, "parent") == "tree_too_deep"
        assert unit.path.count("/") > 20
        with pytest.raises(Problem) as problem:  # noqa: PT012
            for _ in range(100):
                below = units.found(db, tree["b"], new("Trên"), decided())
                units.move(db, tree["a"], below, decided())
                tree["b"] = below
        assert refused(problem, "target") == "tree_too_deep"


def test_a_subtree_is_one_range_of_an_index(database: Database) -> None:
    with database.writing() as db:
        root = operations.add_unit(db, None, "R", "Gốc", UnitKind.CENTRAL, START)
        provinces = operations.add_units(db, root, [(f"P{n}", f"Tỉnh {n}") for n in range(30)], UnitKind.PROVINCE)
        for province in provinces:
            named = [(f"{province.code}-{n}", f"Xã {n}") for n in range(100)]
            operations.add_units(db, province, named, UnitKind.COMMUNE)
        path = provinces[7].path
    query = select(Unit.id).where(within(Unit.path, path))
    with database.writing() as db:
        db.execute(text("ANALYZE"))
        assert len(db.scalars(query).all()) == 101
        explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        statement = str(query.compile(database.engine, compile_kwargs={"literal_binds": True}))
        plan = "\n".join(str(row) for row in db.execute(text(explain + statement)))
    assert "uq_unit_path" in plan or "sqlite_autoindex_unit" in plan, plan
    assert "Seq Scan" not in plan
    assert "SCAN" not in plan


def test_what_is_shown_of_units_is_the_same_on_both_databases(database: Database) -> None:
    with database.writing() as db:
        tree = plant(db)
        path = tree["a"].path
        keeper = Person(1, 1, "Keeper", tree["b"].path, ((Role.REGISTRY_OFFICER, path),), frozenset())
        units.rename(db, tree["a1"], "Đoàn phường Thuận Hóa", decided())
        [root] = unit_queries.roots(db, keeper)
        assert (root.name, root.members, root.below) == ("Trung ương", 6, 2)
        below, more = unit_queries.children(db, keeper, tree["a"].id)
        assert ([(node.name, node.members) for node in below], more) == (
            [("Đoàn phường Thuận Hóa", 2), ("Đoàn a2", 2)], "",
        )  # fmt: skip
        first, more = unit_queries.children(db, keeper, tree["a"].id, limit=1)
        assert ([node.id for node in first], more) == ([tree["a1"].id], tree["a1"].code)
        assert [node.id for node in unit_queries.children(db, keeper, tree["a"].id, more)[0]] == [tree["a2"].id]
        assert unit_queries.children(db, keeper, tree["b"].id) == ([], "")  # b is above this person, b1 is not
        found = unit_queries.search(db, keeper, "thuan hoa")
        assert [(unit.id, above) for unit, above in found] == [(tree["a1"].id, "Đoàn a")]
        assert unit_queries.search(db, keeper, "b1") == []
        assert [unit.id for unit in unit_queries.receivers(db, keeper, tree["a2"].code)] == [tree["a2"].id]
        assert unit_queries.figures(db, tree["a"]) == unit_queries.Figures(total=4, women=0, below=2)
        assert [(unit.name, seen) for unit, seen in unit_queries.above(db, keeper, tree["a1"])] == [
            ("Trung ương", True), ("Đoàn a", True),
        ]  # fmt: skip


# ---------------------------------------------------------------- whatever is done

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["found", "rename", "move", "move", "move", "merge", "split", "dissolve", "succeed"]),
        # Few units and few days: what is dated before something else must often meet it.
        st.integers(1, 6),
        st.integers(1, 6),
        st.integers(0, 4),
    ),
    min_size=3,
    max_size=14,
)
Placed = dict[int, list[UnitPlace]]


def do(db: Session, step: tuple[str, int, int, int], mine: list[Unit]) -> list[Unit]:
    """One step on the units picked by its numbers; the units that it founded."""
    name, first, second, day = step
    unit, other, decision = mine[first % len(mine)], mine[second % len(mine)], decided(day)
    if name == "found":
        return [units.found(db, unit, new(f"Mới {first}"), decision)]
    if name == "split":
        below = db.scalars(select(Unit).where(Unit.parent_id == unit.id, Unit.dissolved_on.is_(None))).all()
        own = db.scalars(select(Member).where(Member.unit_id == unit.id)).all()
        return units.split(db, unit, [Part(new("Tách"), below[: second % 3], own[: second % 2])], decision)
    acts: dict[str, Callable[[], None]] = {
        "rename": lambda: units.rename(db, unit, f"Tên {second}", decision),
        "move": lambda: units.move(db, unit, other, decision),
        "merge": lambda: units.merge(db, unit, other, decision),
        "dissolve": lambda: units.dissolve(db, unit, None, decision),
        "succeed": lambda: units.dissolve(db, unit, other, decision),
    }
    acts[name]()
    return []


def places(db: Session, mine: list[Unit]) -> Placed:
    """All places of these units, read with the session's own rows put aside."""
    rows = db.scalars(select(UnitPlace).where(UnitPlace.unit_id.in_([unit.id for unit in mine]))).all()
    found: Placed = {unit.id: [] for unit in mine}
    for row in rows:
        found[row.unit_id].append(row)
    return found


def stood(placed: Placed, day: date) -> dict[int, tuple[int | None, str]]:
    """Unit → what was above it and its name on that day."""
    return {
        unit_id: (place.parent_id, place.name)
        for unit_id, held in placed.items()
        for place in held
        if place.from_day <= day and (place.until_day is None or place.until_day > day)
    }


def require_tree(above: dict[int, tuple[int | None, str]]) -> None:
    """One root, and every chain ends there."""
    assert len([unit_id for unit_id, (parent, _name) in above.items() if parent is None]) == 1
    for unit_id in above:
        seen: set[int] = set()
        at: int | None = unit_id
        while at is not None:
            assert at not in seen, "a circle"
            seen.add(at)
            at = above[at][0]


def require_sound(db: Session, mine: list[Unit]) -> None:
    db.expire_all()
    by_id = {unit.id: unit for unit in mine}
    placed = places(db, mine)
    for unit in mine:
        above = by_id[unit.parent_id].path if unit.parent_id else ""
        assert unit.path == f"{above}{unit.id}/"
        open_now = [place for place in placed[unit.id] if place.until_day is None]
        assert len(open_now) == (0 if unit.dissolved_on else 1)
        for place in open_now:
            assert (place.parent_id, place.name) == (unit.parent_id, unit.name)
        if unit.dissolved_on is None and unit.parent_id:
            assert by_id[unit.parent_id].dissolved_on is None
    for day in range(6):
        require_tree(stood(placed, START + timedelta(days=day)))


def test_the_tree_stays_a_tree_whatever_is_done(database: Database) -> None:
    @settings(
        max_examples=80 if database.is_sqlite else 15,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(STEPS)
    # dated before a sub-unit left, and before a unit stood elsewhere: each would leave a hole or a circle in the past
    @example([("move", 3, 2, 4), ("merge", 1, 2, 2)])
    @example([("move", 1, 2, 2), ("move", 1, 6, 4), ("move", 2, 1, 3)])
    def holds(steps: list[tuple[str, int, int, int]]) -> None:
        with database.writing() as db:
            mine = list(plant(db).values())
            for step in steps:
                day = START + timedelta(days=step[3])
                earlier = [START + timedelta(days=n) for n in range(-1, step[3])]
                before = [stood(places(db, mine), then) for then in earlier]
                try:
                    with db.begin_nested():
                        mine += do(db, step, mine)
                except Problem:
                    continue
                after = places(db, mine)
                assert [stood(after, then) for then in earlier] == before, f"days before {day} changed"
                require_sound(db, mine)
            unit = mine[-1]
            then = START + timedelta(days=2)
            above = stood(places(db, mine), then)
            chain: list[int] = []
            at: int | None = unit.id if unit.id in above else None
            while at is not None:
                chain.insert(0, at)
                at = above[at][0]
            assert [one.unit_id for one in above_on(db, unit.id, then)] == chain
            assert recount(db) == 0
            db.rollback()

    holds()


def test_two_who_move_units_below_each_other_at_once_make_no_circle(database: Database) -> None:
    """The second one waits for the first and is refused."""
    with database.writing() as db:
        ids = {name: unit.id for name, unit in plant(db).items()}
    barrier, codes = Barrier(2), []

    def act(one: str, other: str) -> None:
        try:
            with database.writing() as db:
                first, second = db.get_one(Unit, ids[one]), db.get_one(Unit, ids[other])
                if not database.is_sqlite:  # SQLite takes its write lock before anything is read
                    barrier.wait(120)
                units.move(db, first, second, decided())
                codes.append("moved")
        except Invalid as invalid:
            codes.append(invalid.faults["target"].code)

    threads = [Thread(target=act, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(codes) == ["moved", "unit_below_itself"]


def test_the_moment_of_an_entry_without_a_clock_is_its_day(database: Database) -> None:
    with database.writing() as db:
        unit = operations.add_unit(db, None, "R", "Gốc", UnitKind.CENTRAL, date(2020, 1, 2))
        assert timeline(db, unit.id)[0].recorded_at == datetime(2020, 1, 2, tzinfo=UTC)
