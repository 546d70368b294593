"""Bodies, their terms and positions: what holds on a day, and what is refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.database import Database
from documents.errors import Invalid, Problem
from ecabinet.audit import AuditEntry
from ecabinet.registry import bodies
from ecabinet.registry.body_rules import Days
from ecabinet.registry.models import Member, Position, Term, Unit
from ecabinet.registry.queries import seats_of
from ecabinet.registry.rules import BodyKind
from tests.people import NOW, Office, make_office

WHOLE = Days(date(2022, 1, 1), date(2026, 12, 31))
OPEN = Days(date(2022, 1, 1), None)
DAY = date(2026, 11, 22)


class Hall:
    """A congress of the centre with a term, and how to ask of it."""

    def __init__(self, db: Session) -> None:
        self.db = db
        self.office: Office = make_office(db)
        unit = db.get_one(Unit, self.office.units["hue"])
        self.body = bodies.set_up(db, unit, "Đại hội lần thứ XIV", BodyKind.CONGRESS, None, NOW)
        self.term = self.begin("Khóa XIV", WHOLE)

    def begin(self, name: str, days: Days) -> Term:
        return bodies.begin_term(self.db, self.body, name, days, None, NOW)

    def member(self, name: str) -> Member:
        return self.db.get_one(Member, self.office.members[name])

    def appoint(
        self, name: str, title: str = "Đại biểu", rank: int | None = 1, days: Days = OPEN, *, voting: bool = True
    ) -> Position:
        member = self.member(name) if name else None
        return bodies.appoint(
            self.db, self.body, self.term, member, title, rank, days, None, NOW, voting=voting
        )  # fmt: skip

    def seats(self, day: date = DAY) -> list[tuple[str, str, bool]]:
        return [(seat.name, seat.title, seat.voting) for seat in seats_of(self.db, self.body.id, day)]


def test_a_congress_has_delegates_in_their_order(database: Database) -> None:
    with database.writing() as db:
        hall = Hall(db)
        hall.appoint("second", rank=2)
        hall.appoint("third", "Chủ tịch", rank=1)
        hall.appoint("spare", "Đại biểu dự khuyết", rank=3, voting=False)
        assert hall.seats() == [
            ("Nguyễn Thị Third", "Chủ tịch", True),
            ("Nguyễn Thị Second", "Đại biểu", True),
            ("Nguyễn Thị Spare", "Đại biểu dự khuyết", False),
        ]
        actions = list(db.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
        assert actions[-5:] == ["body_set_up", "term_begun", *["position_given"] * 3]


def test_an_open_end_is_the_end_of_the_term(database: Database) -> None:
    with database.writing() as db:
        hall = Hall(db)
        assert hall.appoint("second").ends_on == WHOLE.until
        assert hall.seats(date(2021, 12, 31)) == hall.seats(date(2027, 1, 1)) == []
        assert len(hall.seats(date(2022, 1, 1))) == len(hall.seats(date(2026, 12, 31))) == 1


def test_a_body_on_a_day_asks_the_term_too(database: Database) -> None:
    """A position entered without its end, as imports may do, ends with the term."""
    with database.writing() as db:
        hall = Hall(db)
        member = hall.member("second")
        db.add(Position(term_id=hall.term.id, member_id=member.id, title="X", rank=1, starts_on=date(2020, 1, 1)))
        db.flush()
        assert hall.seats(date(2021, 1, 1)) == hall.seats(date(2027, 1, 1)) == []
        assert len(hall.seats()) == 1


def test_a_term_that_ends_takes_its_positions_along(database: Database) -> None:
    with database.writing() as db:
        hall = Hall(db)
        one = hall.appoint("second")
        left = hall.appoint("third", days=replace(OPEN, until=date(2023, 1, 1)))
        bodies.end_term(db, hall.body, hall.term, date(2026, 6, 30), None, NOW)
        db.expire_all()
        assert (hall.term.ends_on, one.ends_on) == (date(2026, 6, 30), date(2026, 6, 30))
        assert left.ends_on == date(2023, 1, 1)
        assert hall.begin("Khóa XV", Days(date(2026, 7, 1), None)).ends_on is None
        assert hall.seats() == []


def test_a_position_ends_and_the_seat_is_free_again(database: Database) -> None:
    with database.writing() as db:
        hall = Hall(db)
        one = hall.appoint("second")
        bodies.end_position(db, hall.body, hall.term, one, date(2026, 11, 21), None, NOW)
        assert hall.seats() == []
        assert len(hall.seats(date(2026, 11, 21))) == 1
        hall.appoint("second", days=Days(DAY, None))
        assert len(hall.seats()) == 1


def test_two_different_seats_are_one_place(database: Database) -> None:
    with database.writing() as db:
        hall = Hall(db)
        hall.appoint("second", "Ủy viên", 5)
        hall.appoint("second", "Bí thư", 1)
        assert hall.seats() == [("Nguyễn Thị Second", "Bí thư", True)]


def early(hall: Hall) -> None:
    one = hall.appoint("second", days=Days(date(2026, 1, 1), None))
    bodies.end_position(hall.db, hall.body, hall.term, one, date(2025, 1, 1), None, NOW)


def twice(hall: Hall) -> None:
    hall.appoint("second")
    hall.appoint("second", "đại biểu", days=Days(date(2024, 1, 1), date(2024, 1, 1)))


def cut(hall: Hall) -> None:
    hall.appoint("second", days=Days(DAY, None))
    bodies.end_term(hall.db, hall.body, hall.term, date(2026, 1, 1), None, NOW)


def stretch(hall: Hall) -> None:
    hall.begin("Khóa XV", Days(date(2027, 1, 1), None))
    bodies.end_term(hall.db, hall.body, hall.term, date(2027, 1, 1), None, NOW)


def longer(hall: Hall) -> None:
    one = hall.appoint("second", days=Days(date(2022, 1, 1), date(2023, 1, 1)))
    bodies.end_position(hall.db, hall.body, hall.term, one, date(2024, 1, 1), None, NOW)


def after_leaving(hall: Hall) -> None:
    hall.member("second").status = "left"
    hall.appoint("second")


def dissolved(hall: Hall) -> None:
    hall.body.unit.dissolved_on = DAY
    bodies.set_up(hall.db, hall.body.unit, "Ban mới", "committee", None, NOW)


Act = Callable[[Hall], object]
REFUSED: dict[str, tuple[str, str, Act]] = {
    "terms that overlap": ("starts_on", "terms_overlap", lambda h: h.begin("Khóa XV", Days(DAY, None))),
    "a term around another": (
        "starts_on", "terms_overlap", lambda h: h.begin("Khóa XV", Days(date(2020, 1, 1), date(2030, 1, 1))),
    ),
    "a term's name twice": ("name", "term_exists", lambda h: h.begin("Khóa XIV", Days(date(2027, 1, 1), None))),
    "a term backwards": ("ends_on", "ends_before_it_starts", lambda h: h.begin("K", Days(DAY, date(2020, 1, 1)))),
    "no day": ("starts_on", "not_a_day", lambda h: h.begin("K", Days(None, None))),
    "an end that is no day": ("ends_on", "not_a_day", lambda h: h.begin("K", Days(DAY, None, until_is_a_day=False))),
    "before the term": (
        "starts_on", "outside_the_term", lambda h: h.appoint("second", days=Days(date(2021, 1, 1), None)),
    ),
    "after the term": (
        "ends_on", "outside_the_term", lambda h: h.appoint("second", days=Days(DAY, date(2027, 1, 1))),
    ),
    "the same seat twice": ("member", "seat_held_already", twice),
    "somebody from elsewhere": ("member", "not_of_the_subtree", lambda h: h.appoint("chair")),
    "somebody who left": ("member", "member_not_active", after_leaving),
    "nobody": ("member", "no_such_member", lambda h: h.appoint("")),
    "no title": ("title", "missing", lambda h: h.appoint("second", "")),
    "no rank": ("rank", "not_in_range", lambda h: h.appoint("second", rank=None)),
    "an end before the beginning": ("ends_on", "ends_before_it_starts", early),
    "an end that is later than before": ("", "position_over", longer),
    "a term cut before a position": ("ends_on", "positions_begin_later", cut),
    "a term into the next": ("ends_on", "terms_overlap", stretch),
    "a body of a dissolved unit": ("", "unit_dissolved", dissolved),
    "a body twice": (
        "name", "body_exists",
        lambda h: bodies.set_up(h.db, h.body.unit, h.body.name, "committee", None, NOW),
    ),
    "a body of no kind": ("kind", "unknown_kind", lambda h: bodies.set_up(h.db, h.body.unit, "X", "choir", None, NOW)),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_by_name(database: Database, what: str) -> None:
    field, code, act = REFUSED[what]
    with database.writing() as db:
        hall = Hall(db)
        with pytest.raises(Problem) as problem:
            act(hall)
        error = problem.value
        assert (error.faults[field].code if isinstance(error, Invalid) else error.code) == code


def test_all_faults_of_a_form_are_told_at_once(database: Database) -> None:
    with database.writing() as db:
        hall = Hall(db)
        with pytest.raises(Invalid) as invalid:
            hall.appoint("chair", "", None, Days(None, None))
        assert set(invalid.value.faults) == {"member", "title", "rank", "starts_on"}
