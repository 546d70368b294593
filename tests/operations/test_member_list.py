"""The list of members: every order, every filter, every combination of both, page after page, on both databases."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import product

import pytest
from sqlalchemy.orm import Session

from documents.database import Database
from ecabinet.registry import member_list, operations
from ecabinet.registry.history_models import MemberGrade, MemberPhoto
from ecabinet.registry.member_counts import recount
from ecabinet.registry.member_dates import age
from ecabinet.registry.member_list import UNGRADED, Filter
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.name_order import order_key
from ecabinet.registry.rules import ListOrder, MemberStatus, Sex, UnitKind

TODAY = date(2026, 11, 22)
NAMES = ("Lê Văn An", "Nguyễn Thị Ánh", "Trần Lan", "Trần Lân", "Bùi Văn Đạt", "Bùi Dũng", "Đỗ Hà", "Phạm An Lan")


@dataclass
class Crowd:
    """Sixty members of three units, as unlike as the dice made them."""

    db: Session
    unit: Unit
    members: list[Member]
    grades: dict[int, str]
    photos: set[int]

    def everything(self, wanted: Filter, size: int = 7) -> list[int]:
        """The ids of all pages."""
        found: list[int] = []
        for _ in range(1000):
            page = member_list.page(self.db, wanted, size)
            found += [row.id for row in page.rows]
            assert len(page.rows) <= size
            if not page.next:
                return found
            wanted = replace(wanted, after=page.next)
        raise AssertionError("no end")


@pytest.fixture
def crowd(database: Database) -> Iterator[Crowd]:
    dice = random.Random(3)
    with database.writing() as db:
        root = operations.add_unit(db, None, "TW", "Trung ương", UnitKind.CENTRAL)
        units = [operations.add_unit(db, root, f"U{name}", name, UnitKind.COMMUNE) for name in ("Ngọc", "Đông", "An")]
        beside = operations.add_unit(db, root, "X", "Ở ngoài", UnitKind.COMMUNE)
        top = units[0]
        units[1].parent_id, units[1].path = top.id, f"{top.path}{units[1].id}/"
        units[2].parent_id, units[2].path = top.id, f"{top.path}{units[2].id}/"
        members, grades, photos = [], {}, set()
        for number in range(60):
            unit, sex = dice.choice(units), dice.choice(list(Sex))
            born = date(dice.randint(1990, 2010), dice.randint(1, 12), dice.randint(1, 28))
            member = operations.add_member(db, unit, dice.choice(NAMES), sex, born, f"T{number}" if number % 6 else "")
            member.joined_on = date(dice.randint(2019, 2021), dice.choice([3, 12]), 26) if number % 5 else None
            member.status = dice.choice(["active", "active", "active", "deferred", "grown"])
            member.national_id_print = f"{number:032}" if number % 3 else None
            db.flush()
            if number % 4 == 0:
                photos.add(member.id)
                db.add(
                    MemberPhoto(member_id=member.id, sha256="0" * 64, size=1, added_at=datetime(2026, 1, 1, tzinfo=UTC))
                )
            if number % 2:
                grades[member.id] = dice.choice(["good", "weak"])
                db.add(MemberGrade(member_id=member.id, year=2025, grade=grades[member.id]))
            members.append(member)
        operations.add_member(db, beside, "Lê Ngoài", Sex.MALE, TODAY, "T99")
        db.flush()
        recount(db)
        yield Crowd(db, top, members, grades, photos)


def late(day: date | None) -> tuple[bool, int]:
    return (day is None, -day.toordinal() if day else 0)


KEYS: dict[ListOrder, Callable[[Member], object]] = {
    ListOrder.NAME: lambda m: (order_key(m.full_name), m.id),
    ListOrder.UNIT: lambda m: (m.unit.search_name, m.unit_id, order_key(m.full_name), m.id),
    ListOrder.OLDEST: lambda m: (m.born_on, m.id),
    ListOrder.YOUNGEST: lambda m: (-m.born_on.toordinal(), -m.id),
    ListOrder.JOINED: lambda m: (m.joined_on is None, m.joined_on or TODAY, m.id),
    ListOrder.JOINED_LATE: lambda m: (*late(m.joined_on), -m.id),
    ListOrder.NEWEST: lambda m: -m.id,
}
CONDITIONS: dict[str, tuple[dict[str, object], Callable[[Crowd, Member], bool]]] = {
    "all": ({}, lambda c, m: True),
    "women": ({"sex": "female"}, lambda c, m: m.sex == "female"),
    "ages": ({"age_from": 18, "age_to": 25}, lambda c, m: 18 <= age(m.born_on, TODAY) <= 25),
    "joined": (
        {"joined_from": date(2019, 12, 26), "joined_to": date(2020, 12, 26)},
        lambda c, m: m.joined_on is not None and date(2019, 12, 26) <= m.joined_on <= date(2020, 12, 26),
    ),
    "no id": ({"lacking": "national_id"}, lambda c, m: m.national_id_print is None),
    "no card": ({"lacking": "card_number"}, lambda c, m: not m.card_number),
    "no photo": ({"lacking": "photo"}, lambda c, m: m.id not in c.photos),
    "weak": ({"grade": "weak", "grade_year": 2025}, lambda c, m: c.grades.get(m.id) == "weak"),
    "ungraded": ({"grade": UNGRADED, "grade_year": 2025}, lambda c, m: m.id not in c.grades),
    "deferred": ({"status": "deferred"}, lambda c, m: m.status == "deferred"),
    "named": ({"name": "lan"}, lambda c, m: m.full_name.split()[-1] in ("Lan", "Lân")),
}


@pytest.mark.parametrize("large", [False, True], ids=["collected", "walked"])
def test_each_order_with_each_filter(crowd: Crowd, large: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(member_list, "SORTED_BELOW", -1 if large else 20_000)
    for order, (name, (fields, fits)) in product(ListOrder, CONDITIONS.items()):
        wanted = Filter(crowd.unit.id, crowd.unit.path, order=order, today=TODAY, **({"status": ""} | fields))  # type: ignore[arg-type]
        right = [m for m in crowd.members if fits(crowd, m)]
        found = crowd.everything(wanted)
        assert sorted(found) == sorted(m.id for m in right), (order, name)
        if not (order == ListOrder.NAME and name == "named"):  # there the given name comes first
            assert found == [m.id for m in sorted(right, key=KEYS[order])], (order, name)  # type: ignore[arg-type]


def test_filters_combine(crowd: Crowd) -> None:
    names = ("women", "ages", "no photo", "ungraded")
    fields = {key: value for name in names for key, value in CONDITIONS[name][0].items()}
    wanted = Filter(crowd.unit.id, crowd.unit.path, today=TODAY, **fields)  # type: ignore[arg-type]
    right = {
        m.id for m in crowd.members
        if m.status == MemberStatus.ACTIVE and all(CONDITIONS[name][1](crowd, m) for name in names)
    }  # fmt: skip
    assert set(crowd.everything(wanted)) == right
    assert right


@pytest.mark.parametrize("order", list(ListOrder))
@pytest.mark.parametrize("after", ["x", "0:1", "0:1:x", "9:1:2020-01-01", ":::", "1:99999999999999999999:a", "0:1:-1"])
def test_a_position_written_by_hand_breaks_nothing(crowd: Crowd, order: ListOrder, after: str) -> None:
    member_list.page(crowd.db, Filter(crowd.unit.id, crowd.unit.path, order=order, after=after))


def test_whoever_is_entered_meanwhile_moves_nobody(crowd: Crowd) -> None:
    """A page goes on behind its last row, whatever came before it since."""
    wanted = Filter(crowd.unit.id, crowd.unit.path, status="")
    first = member_list.page(crowd.db, wanted, 10)
    operations.add_member(crowd.db, crowd.unit, "A A", Sex.MALE, TODAY, "T100")
    crowd.db.flush()
    rest = crowd.everything(replace(wanted, after=first.next))
    assert sorted([row.id for row in first.rows] + rest) == sorted(m.id for m in crowd.members)
