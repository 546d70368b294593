"""Figures and the lists behind them are the same documents, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from documents.database import Database
from ecabinet.office.document_rules import Book
from ecabinet.office.register_filters import LATE, OPEN
from ecabinet.office.routing_rules import Role, Whom
from ecabinet.registry.models import Unit
from ecabinet.reports import behind, figures, late_queries, report_files
from ecabinet.reports.behind import Behind
from ecabinet.reports.figures import OUTCOMES, Scope
from ecabinet.reports.period_rules import Period
from tests.office_people import TODAY, assigned, staffed
from tests.people import Office
from tests.register_rows import write

YEAR = Period("days", TODAY - timedelta(days=300), TODAY)


@pytest.fixture
def filled(database: Database) -> tuple[Database, Office]:
    """Registers of two units, one below the other, and two documents that are in somebody's charge."""
    with database.writing() as db:
        office = staffed(db)
        for unit in ("centre", "hue"):
            for book in (Book.INCOMING, Book.OUTGOING):
                write(db, office.units[unit], office.members["first"], book)
        chair, hue = office.members["chair"], office.units["hue"]
        assigned(db, office, Whom(Role.LEAD, chair), code_number="1")
        assigned(db, office, Whom(Role.LEAD, chair), Whom(Role.LEAD, None, hue), sha="b", code_number="2")
        return database, office


def scope_of(db: Session, office: Office, unit: str, *, below: bool) -> Scope:
    found = db.get_one(Unit, office.units[unit])
    return Scope(found.id, found.path, below, TODAY)


def test_each_bar_is_as_long_as_its_list(filled: tuple[Database, Office]) -> None:
    database, office = filled
    with database.reading() as db:

        @settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
        @given(st.sampled_from(["centre", "hue"]), st.booleans(), st.integers(0, 8), st.integers(0, 8))
        def check(unit: str, below: bool, early: int, long: int) -> None:
            scope = scope_of(db, office, unit, below=below)
            first = TODAY - timedelta(days=early)
            period = Period("days", first, min(first + timedelta(days=long), TODAY))

            def number(**more: Any) -> int:
                return behind.number_behind(db, Behind(scope, period, **more))

            units = [line for _path, line in figures.by_unit(db, scope, period)]
            branches = figures.by_branch(db, scope, figures.by_unit(db, scope, period))
            types = figures.by_type(db, scope, period)
            for lines in (units, branches, types):
                assert sum(line.number for line in lines) == number()
                for outcome in OUTCOMES:
                    assert sum(line.outcomes[outcome] for line in lines) == number(state=outcome)
            for line in types:
                assert line.number == number(type_code=line.key)
            for line in units:
                own = Scope(line.key, db.get_one(Unit, line.key).path, False, TODAY)
                assert line.number == behind.number_behind(db, Behind(own, period))

        check()


def test_months_persons_and_averages(filled: tuple[Database, Office]) -> None:
    database, office = filled
    with database.reading() as db:
        scope = scope_of(db, office, "centre", below=True)
        flows = figures.by_month(db, scope, TODAY)
        assert sum(came for _month, came, _went in flows) == behind.number_behind(db, Behind(scope, YEAR))
        went = behind.number_behind(db, Behind(scope, YEAR, Book.OUTGOING))
        assert sum(went for _month, _came, went in flows) == went > 0
        persons = {line.key: line for line in figures.by_person(db, scope, YEAR)}
        chair = persons[("member", office.members["chair"])]
        assert (chair.number, persons[("unit", office.units["hue"])].number) == (2, 1)
        assert behind.number_behind(db, Behind(scope, YEAR, member_id=office.members["chair"])) == 2
        assert behind.number_behind(db, Behind(scope, YEAR, to_unit=office.units["hue"])) == 1
        docs = behind.page(db, Behind(scope, YEAR), 500).docs
        done = [doc for doc in docs if doc.state in ("done", "filed")]
        total = figures.together("", [line for _path, line in figures.by_unit(db, scope, YEAR)])
        days = sum((doc.ended_on - doc.arrived_on).days for doc in done if doc.ended_on and doc.arrived_on)
        assert (total.done, total.days) == (len(done), days)
        waits = {(one.kind, one.number) for one in figures.waiting(db, scope)}
        assert ("lead", 2) in waits


def test_late_by_unit_is_what_its_lists_say(filled: tuple[Database, Office]) -> None:
    database, office = filled
    with database.reading() as db:
        top = scope_of(db, office, "centre", below=True)
        found = late_queries.by_unit(db, top.path, TODAY)
        assert [one.late for one in found] == sorted((one.late for one in found), reverse=True)
        for one in found:
            own = Scope(one.unit_id, one.path, False, TODAY)
            assert one.open == behind.number_behind(db, Behind(own, YEAR, state=OPEN))
            assert one.late == behind.number_behind(db, Behind(own, YEAR, state=LATE))
            late = behind.page(db, Behind(own, YEAR, state=LATE), 500).docs
            assert one.since == min((doc.due_on for doc in late if doc.due_on), default=None)
        whole = late_queries.gathered(found, [(top.unit_id, top.path, "centre")])[0]
        assert (whole.open, whole.late) == (sum(one.open for one in found), sum(one.late for one in found))
        hue = scope_of(db, office, "hue", below=True)
        assert [one.unit_id for one in late_queries.by_unit(db, hue.path, TODAY)] == [hue.unit_id]


def test_a_list_is_paged_whole(filled: tuple[Database, Office], monkeypatch: pytest.MonkeyPatch) -> None:
    database, office = filled
    with database.reading() as db:
        wanted = Behind(scope_of(db, office, "centre", below=True), YEAR)
        at_once = behind.page(db, wanted, 1000).docs
        pages, after = [], ""
        while True:
            page = behind.page(db, Behind(wanted.scope, wanted.period, after=after), 7)
            pages += page.docs
            if not page.next:
                break
            after = page.next
        assert [doc.id for doc in pages] == [doc.id for doc in at_once]
        assert len(list(report_files.documents(db, wanted))) == len(at_once)
