"""The search of registers finds what a plain reading of the conditions finds, page by page, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from documents.database import Database
from ecabinet.office import register_queries
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import Book, searched
from ecabinet.office.life_rules import WAITING, OfficeState
from ecabinet.office.register_filters import DONE_LATE, LATE, MEANT, OPEN, OUT
from ecabinet.office.register_queries import Filter, Order
from ecabinet.office.register_rules import terms
from tests.office_people import TODAY, staffed
from tests.register_rows import ORGANS, STATES, write


def fits(doc: OfficeDocument, wanted: Filter) -> bool:
    """The conditions as a person reads them."""
    if (doc.unit_id, doc.book) != (wanted.unit_id, wanted.book):
        return False
    day = doc.issued_on if wanted.book in OUT else doc.arrived_on
    assert day is not None
    late = doc.due_on is not None and doc.due_on < TODAY
    done, ended_late = doc.state in ("done", "filed"), bool(doc.due_on and doc.ended_on and doc.ended_on > doc.due_on)
    waits = OfficeState(doc.state) in WAITING
    meant = {
        OPEN: waits, LATE: waits and late, "open_in_time": waits and not late, "done_in_time": done and not ended_late,
        DONE_LATE: done and ended_late, "valid": doc.state != "voided", "": True,
    }  # fmt: skip
    kept = doc.searched.split(" ")
    found = all(
        any(word.startswith(term.word) if term.begins else word == term.word for word in kept)
        for term in terms(wanted.words)
    )
    return (
        found
        and meant.get(wanted.state, doc.state == wanted.state)
        and (not wanted.type_code or doc.type_code == wanted.type_code)
        and (not wanted.organ or doc.organ_key == searched(wanted.organ))
        and (not wanted.number or wanted.number in (str(doc.ordinal), doc.code_number))
        and (wanted.since is None or day >= wanted.since)
        and (wanted.until is None or day <= wanted.until)
        and (wanted.order != Order.DUE or (waits and doc.due_on is not None))
    )


def key(doc: OfficeDocument, wanted: Filter) -> tuple[Any, int]:
    day = doc.issued_on if wanted.book in OUT else doc.arrived_on
    columns = {Order.ISSUED: doc.issued_on, Order.NUMBER: doc.ordinal, Order.DUE: doc.due_on}
    return columns.get(wanted.order, day), doc.id


def pages(db: Session, wanted: Filter, size: int) -> Iterator[list[int]]:
    while True:
        page = register_queries.page(db, wanted, size)
        yield [line.doc.id for line in page.lines]
        if not page.next:
            return
        wanted = replace(wanted, after=page.next)


FILTERS = st.builds(
    dict,
    book=st.sampled_from([Book.INCOMING, Book.OUTGOING]),
    order=st.sampled_from(Order),
    state=st.sampled_from(["", *MEANT, *STATES, "issued"]),
    type_code=st.sampled_from(["", "", "CV", "HĐ"]),
    organ=st.sampled_from(["", "", *ORGANS, "không có"]),
    number=st.sampled_from(["", "", "7", "x'y", "99999999999"]),
    words=st.sampled_from(["", "", "hoi nghi", "hà nam", "nam ha", "ng* hoi", "15 nq", "10", "x' \\ |&!", "không"]),
    since=st.sampled_from([None, None, TODAY - timedelta(days=3)]),
    until=st.sampled_from([None, None, TODAY - timedelta(days=1)]),
)


@pytest.fixture
def filled(database: Database, monkeypatch: pytest.MonkeyPatch) -> tuple[Database, int]:
    """Registers of two units; so little is looked at in order that most is left to the index of terms."""
    monkeypatch.setattr(register_queries, "WINDOWS", (4, 9))
    monkeypatch.setattr(register_queries, "AT_ONCE", 20)
    with database.writing() as db:
        office = staffed(db)
        for unit in ("centre", "hue"):
            for book in (Book.INCOMING, Book.OUTGOING):
                write(db, office.units[unit], office.members["first"], book)
        return database, office.units["centre"]


def test_each_page_is_full_and_together_they_are_all_that_fit(filled: tuple[Database, int]) -> None:
    database, unit_id = filled
    with database.reading() as db:
        everything = list(db.scalars(select(OfficeDocument)))

        @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
        @given(FILTERS, st.integers(3, 40))
        def check(said: dict[str, Any], size: int) -> None:
            wanted = Filter(unit_id, today=TODAY, **said)
            fitting = sorted(
                (doc for doc in everything if fits(doc, wanted)),
                key=lambda doc: key(doc, wanted), reverse=wanted.order not in (Order.DUE, Order.WRITTEN),
            )  # fmt: skip
            found = list(pages(db, wanted, size))
            assert [one for page in found for one in page] == [doc.id for doc in fitting]
            assert all(len(page) == size for page in found[:-1])
            assert sum(map(len, register_queries.pages(db, wanted))) == len(fitting)
            assert register_queries.extent(db, wanted)[0] == len(fitting)

        check()


def test_the_index_follows_what_is_written(filled: tuple[Database, int]) -> None:
    database, unit_id = filled

    def found(words: str) -> int:
        with database.reading() as db:
            return len(register_queries.page(db, Filter(unit_id, Book.INCOMING, TODAY, words=words)).lines)

    before = found("hoi nghi tong ket")
    assert (found("diem moi"), before > 2) == (0, True)
    some = select(OfficeDocument).where(OfficeDocument.unit_id == unit_id, OfficeDocument.book == Book.INCOMING)
    with database.writing() as db:
        for doc in db.scalars(some.where(OfficeDocument.searched.contains("hoi nghi tong ket")).limit(2)):
            doc.searched = "diem moi"
    assert (found("diem moi"), found("hoi nghi tong ket")) == (2, before - 2)
    with database.writing() as db:
        db.execute(text("DELETE FROM office_document WHERE searched = 'diem moi'"))
    assert found("diem moi") == 0


def test_a_place_written_by_hand_is_the_beginning(filled: tuple[Database, int]) -> None:
    database, unit_id = filled
    with database.reading() as db:
        for after in ("", "x", "2024-01-01", "2024-13-01.5", "5.99999999999999999999", "9" * 40 + ".1"):
            for order in Order:
                wanted = Filter(unit_id, Book.INCOMING, date.max, order=order, after=after)
                assert register_queries.page(db, wanted) == register_queries.page(db, replace(wanted, after="")), after
