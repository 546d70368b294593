"""Saved searches: each new hit is told once, with the access that the owner has when it is looked for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from documents.database import Database
from documents.errors import Invalid, NotFound
from documents.models import Document
from documents.operations import set_labels
from documents.search import Search, SearchBroken
from documents.search_postgres import PostgresSearch
from documents.search_whoosh import WhooshSearch
from ecabinet.access import member_label, unit_label
from ecabinet.app import ENTRIES, keep_findable
from ecabinet.clock import ZONE
from ecabinet.config import Config
from ecabinet.engines import Engines
from ecabinet.library import search_address, searches
from ecabinet.library.search_alerts import LookTask, asked_of, found_now
from ecabinet.library.search_models import KnownHit, SavedSearch
from ecabinet.library.search_rules import MOST_SAVED, Alert, next_look
from ecabinet.meetings.persons import person_of
from ecabinet.notices.models import Notice
from ecabinet.notices.rules import Quiet
from ecabinet.registry.models import Account
from tests.findable import index, lay_document
from tests.people import NOW, SEALER, Office, make_office

MORNING = datetime(2026, 11, 23, 7, 0, tzinfo=ZONE)
EDGE = {"quiet": MORNING.replace(hour=23), "before": MORNING.replace(hour=6, minute=30), "after": MORNING}


@dataclass
class House:
    database: Database
    search: Search
    office: Office

    @property
    def engines(self) -> Engines:
        config = Config.from_env({"DATA_DIR": "/tmp", "SECRET_KEY": "k" * 32})
        return Engines(config, self.database, None, self.search, SEALER)  # type: ignore[arg-type]

    def lay(self, title: str, *labels: str) -> int:
        with self.database.writing() as db:
            number = lay_document(db, title, set(labels), "trang").id
        index(self.database, self.search)
        return number

    def account(self, name: str) -> int:
        with self.database.reading() as db:
            return self.office.person(db, name).account_id

    def save(self, name: str, question: str = "kinh phí", alert: Alert = Alert.AT_ONCE) -> int:
        asked = search_address.read(question, {})
        with self.database.writing() as db:
            person = self.office.person(db, name)
            known = found_now(self.search, asked, person.labels)
            return searches.save(db, person.account_id, question, asked, alert, known, NOW).id

    def look(self, now: datetime = NOW + timedelta(days=1)) -> None:
        task = LookTask(ENTRIES, person_of)
        while task(self.engines, now):
            pass

    def told(self, name: str) -> list[str]:
        with self.database.reading() as db:
            of = select(Notice).where(Notice.member_id == self.office.members[name]).order_by(Notice.id)
            return [f"{one.subject}|{one.text}|{one.link}" for one in db.scalars(of)]


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    keep_findable(database)
    search = WhooshSearch(tmp_path / "index") if database.is_sqlite else PostgresSearch(database)
    search.rebuild(list)
    with database.writing() as db:
        office = make_office(db)
    return House(database, search, office)


def test_a_new_hit_is_told_once_and_what_was_there_is_not(house: House) -> None:
    everybody = unit_label(house.office.units["centre"])
    house.lay("Kinh phí năm ngoái", everybody)
    saved = house.save("second")
    house.look()
    assert house.told("second") == []
    house.lay("Kinh phí năm nay", everybody)
    house.look(NOW + timedelta(days=2))
    (told,) = house.told("second")
    assert told == f"1 kết quả mới cho tìm kiếm “kinh phí”|– Kinh phí năm nay|/searches/{saved}"
    with house.database.writing() as db:  # changed, it is no news
        document = db.scalars(select(Document).where(Document.title == "Kinh phí năm nay")).one()
        set_labels(db, document, {everybody, "office:1"}, NOW)
    index(house.database, house.search)
    house.look(NOW + timedelta(days=3))
    assert len(house.told("second")) == 1


def test_nobody_is_told_of_what_they_may_not_see_now(house: House) -> None:
    house.save("second")
    house.save("third")
    mine = member_label(house.office.members["second"])
    number = house.lay("Kinh phí riêng", mine)
    house.look()
    assert (len(house.told("second")), len(house.told("third"))) == (1, 0)
    closed = house.lay("Kinh phí kín", mine)
    with house.database.writing() as db:  # closed in the database; the index does not know it yet
        set_labels(db, db.get_one(Document, closed), {"nobody:1"}, NOW)
    house.look(NOW + timedelta(days=2))
    assert len(house.told("second")) == 1
    with house.database.writing() as db:  # once it is open to another, it is news to that one
        set_labels(db, db.get_one(Document, number), {mine, member_label(house.office.members["third"])}, NOW)
    index(house.database, house.search)
    house.look(NOW + timedelta(days=3))
    assert (len(house.told("second")), len(house.told("third"))) == (1, 1)


def test_several_new_hits_are_one_notice(house: House) -> None:
    house.save("second")
    for number in range(7):
        house.lay(f"Kinh phí {number}", unit_label(house.office.units["hue"]))
    house.look()
    (told,) = house.told("second")
    assert told.startswith("7 kết quả mới")
    assert "và 2 kết quả khác" in told


def test_an_account_that_ended_hears_nothing_more(house: House) -> None:
    saved = house.save("second")
    with house.database.writing() as db:
        db.get_one(Account, house.account("second")).active = False
    house.lay("Kinh phí", unit_label(house.office.units["hue"]))
    house.look()
    assert house.told("second") == []
    with house.database.reading() as db:
        one = db.get_one(SavedSearch, saved)
        assert (one.alert, one.look_at) == (Alert.NONE, None)


class Broken:
    """An index that cannot answer."""

    def search(self, _query: object) -> None:
        raise SearchBroken("gone")


def test_a_broken_index_tells_nothing_and_loses_nothing(house: House) -> None:
    house.save("second")
    house.lay("Kinh phí", unit_label(house.office.units["hue"]))
    whole, house.search = house.search, Broken()  # type: ignore[assignment]
    house.look()
    assert house.told("second") == []
    house.search = whole
    house.look(NOW + timedelta(days=2))
    assert len(house.told("second")) == 1


def test_two_workers_at_once_tell_once(house: House) -> None:
    """Both have looked before either writes: the second finds that somebody was quicker."""
    saved = house.save("second")
    house.lay("Kinh phí", unit_label(house.office.units["hue"]))

    def other_first(db: object, account_id: int, now: datetime) -> object:
        house.look()
        return person_of(db, account_id, now)  # type: ignore[arg-type]

    LookTask(ENTRIES, other_first)(house.engines, NOW + timedelta(days=1))  # type: ignore[arg-type]
    assert len(house.told("second")) == 1
    with house.database.reading() as db:
        assert len(db.scalars(select(KnownHit).where(KnownHit.search_id == saved)).all()) == 1


def test_saved_while_the_index_was_broken_the_first_look_only_learns(house: House) -> None:
    hue = unit_label(house.office.units["hue"])
    house.lay("Kinh phí cũ", hue)
    with house.database.writing() as db:
        account = house.office.person(db, "second").account_id
        searches.save(db, account, "Tên", search_address.read("kinh phí", {}), Alert.DAILY, None, NOW)
    house.look(NOW + timedelta(days=2))
    assert house.told("second") == []
    house.lay("Kinh phí mới", hue)
    house.look(NOW + timedelta(days=4))
    assert len(house.told("second")) == 1


def test_watching_again_begins_anew(house: House) -> None:
    saved, hue = house.save("second"), unit_label(house.office.units["hue"])
    for alert in (Alert.NONE, Alert.DAILY):
        house.lay("Kinh phí", hue)
        with house.database.writing() as db:
            one = searches.load(db, house.account("second"), saved)
            known = found_now(house.search, asked_of(one), house.office.person(db, "second").labels)
            searches.watch(db, one, alert, known, NOW)
    house.look(NOW + timedelta(days=2))
    assert house.told("second") == []


@pytest.mark.parametrize(
    ("name", "question", "code"),
    [
        ("", "a", "missing"),
        ("x" * 101, "a", "too_long"),
        ("Tên", "", "search_empty"),
        ("Luật", "a", "search_name_taken"),
    ],
    ids=["no-name", "long-name", "nothing-asked", "name-taken"],
)
def test_what_is_not_saved(house: House, name: str, question: str, code: str) -> None:
    house.save("second", "Luật")
    with house.database.writing() as db:
        account, asked = house.account("second"), search_address.read(question, {})
        with pytest.raises(Invalid) as refused:
            searches.save(db, account, name, asked, Alert.NONE, [], NOW)
    assert [problem.code for problem in refused.value.faults.values()] == [code]


def test_a_search_is_its_owners_and_there_are_not_endlessly_many(house: House) -> None:
    saved = house.save("second")
    with house.database.writing() as db:
        with pytest.raises(NotFound):
            searches.load(db, house.account("third"), saved)
        db.add_all(
            SavedSearch(
                account_id=house.account("second"), name=str(n), question="q", filters={}, sort="newest", created_at=NOW
            )
            for n in range(MOST_SAVED)
        )
        db.flush()
        with pytest.raises(Invalid):
            searches.save(db, house.account("second"), "N", search_address.read("a", {}), Alert.NONE, [], NOW)
        searches.remove(db, searches.load(db, house.account("second"), saved))
    with house.database.reading() as db:
        assert db.get(SavedSearch, saved) is None


@pytest.mark.parametrize(
    ("alert", "now", "looks"),
    [
        (Alert.NONE, MORNING, None),
        (Alert.DAILY, EDGE["before"], MORNING),
        (Alert.DAILY, EDGE["after"], MORNING + timedelta(days=1)),
        (Alert.AT_ONCE, MORNING, MORNING + timedelta(minutes=1)),
        (Alert.AT_ONCE, EDGE["quiet"], MORNING.replace(hour=6) + timedelta(days=1)),
    ],
    ids=["none", "daily-before", "daily-after", "at-once", "at-once-in-the-quiet-hours"],
)
def test_when_it_is_looked_again(alert: Alert, now: datetime, looks: datetime | None) -> None:
    assert next_look(alert, now, Quiet()) == looks
