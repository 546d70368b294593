"""Whoever asks the search finds exactly what its page would show them: in hits, counts, facets, suggestions."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import queries as library
from documents.database import Database
from documents.errors import Forbidden, NotFound
from documents.search import Facet, Filters, Query, Search
from documents.search_postgres import PostgresSearch
from documents.search_whoosh import WhooshSearch
from ecabinet.access import Person, unit_label
from ecabinet.app import ENTRIES, keep_findable
from ecabinet.meetings import agenda
from ecabinet.meetings import queries as meetings
from ecabinet.meetings.agenda_rules import ItemDraft
from ecabinet.meetings.models import AgendaItem
from ecabinet.minutes import facts, screens
from ecabinet.minutes import operations as minutes_operations
from ecabinet.minutes import queries as minutes
from ecabinet.minutes.models import Conclusion, Minutes
from ecabinet.minutes.rules import MinutesAct
from ecabinet.registry import units
from ecabinet.registry.models import Unit
from ecabinet.registry.unit_rules import Decision
from ecabinet.tasks import queries as tasks
from ecabinet.voting import operations as voting
from ecabinet.voting import queries as votes
from ecabinet.voting.models import Poll
from tests.findable import WORD, fill, index, lay_document
from tests.people import NOW, PEOPLE, Office


@pytest.fixture
def search(database: Database, tmp_path: Path) -> Search:
    keep_findable(database)
    found = WhooshSearch(tmp_path / "index") if database.is_sqlite else PostgresSearch(database)
    found.rebuild(list)
    return found


@pytest.fixture
def office(database: Database, search: Search) -> Office:
    with database.writing() as db:
        office = fill(db)
    index(database, search)
    return office


def opens(db: Session, person: Person, key: str) -> bool:
    """Whether the page of this thing would show it, as the page itself decides."""
    kind, number = key.split(":")
    try:
        return OPENS[kind](db, person, int(number))
    except (NotFound, Forbidden):
        return False


def _item(db: Session, person: Person, number: int) -> bool:
    seen = meetings.load(db, person, db.get_one(AgendaItem, number).meeting_id)
    lines = meetings.agenda(db, seen.meeting, runs=seen.manages, circle=meetings.circle(db, seen))
    return number in {line.id for line in lines}


def _conclusion(db: Session, person: Person, number: int) -> bool:
    seen = meetings.load(db, person, db.get_one(Conclusion, number).meeting_id)
    circle = meetings.circle(db, seen)
    lines = facts.conclusions_of(db, seen.meeting.id) if seen.manages else screens.announced(db, seen.meeting, circle)
    return number in {one.id for one in lines}


def _minutes(db: Session, person: Person, number: int, *, hidden: bool = False) -> bool:
    seen = meetings.load(db, person, db.get_one(Minutes, number).meeting_id)
    shown = {one.id for one in minutes.sections(db, minutes.load(db, seen), hidden=seen.manages)}
    for_all = {one.id for one in minutes.sections(db, minutes.load(db, seen), hidden=False)}
    return bool(shown - for_all if hidden else for_all)


OPENS = {
    "document": lambda db, person, number: library.may_see(db, number, person.labels),
    "meeting": lambda db, person, number: meetings.load(db, person, number) is not None,
    "item": _item,
    "poll": lambda db, person, number: votes.load(db, person, number) is not None,
    "conclusion": _conclusion,
    "minutes": _minutes,
    "hidden_minutes": lambda db, person, number: _minutes(db, person, number, hidden=True),
    "task": lambda db, person, number: tasks.load(db, person, number) is not None,
}


def hits(search: Search, person: Person, text: str = WORD, **options: object) -> set[str]:
    return {hit.key for hit in search.search(Query(text, person.labels, limit=1000, **options)).hits}  # type: ignore[arg-type]


def everything(db: Session) -> dict[str, str]:
    return {entry.key: entry.title for entry in ENTRIES.read(db)}


def test_everybody_finds_exactly_what_their_pages_show(database: Database, search: Search, office: Office) -> None:
    with database.reading() as db:
        titles = everything(db)
        assert {key.split(":")[0] for key in titles} == OPENS.keys()
    for name in PEOPLE:
        with database.reading() as db:
            person = office.person(db, name)
            mine = {key for key in titles if opens(db, person, key)}
        assert hits(search, person) == mine, name
        results = search.search(Query(WORD, person.labels, limit=3))
        assert results.total == len(mine), name
        kinds = Counter("meeting" if k == "item" else "minutes" if k == "hidden_minutes" else k
                        for k in (key.split(":")[0] for key in mine))  # fmt: skip
        kinds["paper"] = kinds.pop("document", 0)
        assert dict(results.facets[Facet.KIND]) == {kind: number for kind, number in kinds.items() if number}, name
        suggested = search.suggest(WORD[:3], person.labels, 1000)
        assert set(suggested) <= {titles[key] for key in mine}, name


def test_what_is_not_for_all_is_for_somebody(database: Database, search: Search, office: Office) -> None:
    """The test above would hold too if nothing were hidden or everything."""
    with database.reading() as db:
        titles = everything(db)
        people = {name: office.person(db, name) for name in PEOPLE}
    found = {name: {titles[key] for key in hits(search, person)} for name, person in people.items()}
    assert f"Mục ẩn {WORD}" in found["chair"] & found["secretary"]
    assert f"Mục ẩn {WORD}" not in found["first"] | found["second"] | found["leader"] | found["administrator"]
    assert f"Mục hạn chế {WORD}" in found["first"] & found["chair"]
    assert f"Mục hạn chế {WORD}" not in found["second"]
    assert f"Biểu quyết dự thảo mở {WORD}" not in found["first"]
    assert f"Biểu quyết đã đóng hạn chế {WORD}" in found["first"] - found["second"]
    assert found["stranger"] == {f"Văn bản đơn vị {WORD}", f"Họp Hà Nội {WORD}"}
    assert f"Văn bản của không ai {WORD}" not in set().union(*found.values())


def test_the_outcome_of_a_vote_is_found_only_once_it_is_published(
    database: Database, search: Search, office: Office
) -> None:
    with database.reading() as db:
        first = office.person(db, "first")
        closed = db.scalars(select(Poll).where(Poll.title == f"Biểu quyết đã đóng mở {WORD}")).one()
    outcome = Filters(kinds=frozenset({"poll"}))
    before = hits(search, first, "không được thông qua", filters=outcome)
    assert f"poll:{closed.id}" not in before
    with database.writing() as db:
        voting.publish_poll(db, db.get_one(Poll, closed.id), voting.Act(None, NOW, None))  # type: ignore[arg-type]
    index(database, search)
    assert hits(search, first, "không được thông qua", filters=outcome) == before | {f"poll:{closed.id}"}


def test_changes_are_found_and_what_is_taken_away_is_not(database: Database, search: Search, office: Office) -> None:
    with database.reading() as db:
        first, chair = office.person(db, "first"), office.person(db, "chair")
        item = db.scalars(select(AgendaItem).where(AgendaItem.title == f"Mục ẩn {WORD}")).one()
        sent = db.scalars(select(Minutes)).one()
        drafted = db.scalars(select(Poll).where(Poll.title == f"Biểu quyết dự thảo mở {WORD}")).one()
        said = db.scalars(select(Conclusion).where(Conclusion.text == f"Kết luận ẩn {WORD}")).all()
    assert f"poll:{drafted.id}" in hits(search, chair)
    with database.writing() as db:
        item = db.get_one(AgendaItem, item.id)
        meeting = meetings.load(db, chair, item.meeting_id).meeting
        agenda.edit_item(db, meeting, item, ItemDraft("Mục nay đã mở Ômêga", hidden=False), NOW)
        minutes_operations.act(db, db.get_one(Minutes, sent.id), MinutesAct.SEND, chair.member_id, NOW)
        voting.remove_poll(db, db.get_one(Poll, drafted.id))
    index(database, search)
    assert hits(search, first, "Ômêga") == {f"meeting:{item.meeting_id}"}
    assert f"minutes:{sent.id}" in hits(search, first)
    assert f"poll:{drafted.id}" not in hits(search, chair)
    assert len({f"conclusion:{one.id}" for one in said} & hits(search, first)) == 1


def test_nothing_is_asked_for_when_the_transaction_fails(database: Database, search: Search) -> None:
    def fail() -> None:
        with database.writing() as db:
            fill(db)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    index(database, search)
    assert search.count() == 0


def test_a_unit_that_moves_takes_its_meetings_along(database: Database, search: Search, office: Office) -> None:
    """Who holds meetings of Hanoi holds those of a unit that is put below it."""
    with database.reading() as db:
        stranger = office.person(db, "stranger")
        assert hits(search, stranger) == {key for key in everything(db) if opens(db, stranger, key)}
    with database.writing() as db:
        hanoi, hue = db.get_one(Unit, office.units["hanoi"]), db.get_one(Unit, office.units["hue"])
        units.move(db, hue, hanoi, Decision(NOW.date(), "Quyết định 1", None, NOW, NOW.date()))
    index(database, search)
    with database.reading() as db:
        mine = {key for key in everything(db) if opens(db, stranger, key)}
    assert any(key.startswith("task:") for key in mine)
    assert hits(search, stranger) == mine


def test_a_better_spelling_comes_only_from_what_one_may_see(database: Database, search: Search, office: Office) -> None:
    with database.writing() as db:
        lay_document(db, "Xylophone", {unit_label(office.units["hue"])}, "xylophone xylophone")
    index(database, search)
    with database.reading() as db:
        inside, outside = office.person(db, "second"), office.person(db, "stranger")
    assert search.search(Query("xylophona", inside.labels)).did_you_mean == "xylophone"
    assert search.search(Query("xylophona", outside.labels)).did_you_mean is None
