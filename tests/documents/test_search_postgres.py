"""What only the search in PostgreSQL has to bear: damage to its rows, writers that wait, readers beside a rebuild."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text as sql

from documents import search_postgres
from documents.database import Database
from documents.search import Entry, Query, SearchBroken, SearchBusy
from documents.search_postgres import PostgresSearch

LABELS = frozenset({"unit:1"})


@pytest.fixture
def database(new_postgres_database: Callable[[], str]) -> Iterator[Database]:
    database = Database(new_postgres_database())
    yield database
    database.dispose()


@pytest.fixture
def search(database: Database) -> PostgresSearch:
    search = PostgresSearch(database)
    search.rebuild(lambda: [paper(number) for number in range(20)])
    return search


def paper(number: int, text: str = "Điều 1. Tổ chức Đoàn ở địa phương.") -> Entry:
    return Entry(f"document:{number}", "paper", f"Nghị quyết {number}", text, LABELS, type_code="NQ")


def put(search: PostgresSearch, number: int, text: str) -> None:
    search.update([f"document:{number}"], lambda: [paper(number, text)])


def keys(search: PostgresSearch, question: str) -> list[str]:
    return sorted(hit.key for hit in search.search(Query(question, LABELS, limit=100)).hits)


def run(database: Database, statement: str) -> None:
    with database.writing() as db:
        db.execute(sql(statement))


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM search_posting",
        "UPDATE search_posting SET data = ''",
        "UPDATE search_posting SET data = substring(data FOR 12)",
        "UPDATE search_segment SET contents = substring(contents FOR 100)",
        "UPDATE search_segment SET contents = ''",
        "DROP TABLE search_posting",
        "ALTER TABLE search_segment DROP COLUMN deleted",
    ],
    ids=["no-terms", "empty-terms", "cut-terms", "cut-segment", "empty-segment", "no-table", "no-column"],
)
def test_damage_is_said_and_a_rebuild_mends_it(database: Database, search: PostgresSearch, damage: str) -> None:
    run(database, damage)
    other = PostgresSearch(database)
    with pytest.raises(SearchBroken):
        keys(other, "tổ chức")
    assert other.rebuild(lambda: [paper(1)]) == 1
    assert keys(other, "tổ chức") == keys(search, "tổ chức") == ["document:1"]


def test_a_writer_does_not_wait_for_ever(
    database: Database, search: PostgresSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_postgres, "WRITER_SECONDS", 0.2)
    with PostgresSearch(database)._writing(), pytest.raises(SearchBusy):
        put(search, 1, "khác")
    put(search, 1, "khác")
    assert keys(search, "khác") == ["document:1"]


def test_readers_have_the_old_index_until_the_new_one_is_whole(database: Database, search: PostgresSearch) -> None:
    other = PostgresSearch(database)

    def read() -> Iterator[Entry]:
        yield paper(1)
        assert len(keys(other, "nghị quyết")) == 20

    assert search.rebuild(read) == 1
    assert keys(other, "nghị quyết") == ["document:1"]


def test_many_small_changes_end_in_few_segments_and_the_answers_of_a_new_index(
    database: Database, search: PostgresSearch
) -> None:
    texts = {number: f"Kế hoạch số {number % 7} của hoà bình" for number in range(70)}
    for number, text in texts.items():
        put(search, number, text)
    with database.reading() as db:
        assert (db.scalar(sql("SELECT count(*) FROM search_segment")) or 0) < 20
    questions = ("kế hoạch", '"hoà bình"', '"số 3"', "-kế", "binh hoa 5")
    answers = [search.search(Query(question, LABELS, limit=100)) for question in questions]
    assert search.count() == len(set(search.keys())) == 70
    search.rebuild(lambda: [paper(number, text) for number, text in texts.items()])
    for question, before in zip(questions, answers, strict=True):
        after = search.search(Query(question, LABELS, limit=100))
        assert (before.total, before.facets) == (after.total, after.facets)
        assert {hit.key for hit in before.hits} == {hit.key for hit in after.hits}


def test_neighbours_are_found_far_behind_in_a_long_text(search: PostgresSearch) -> None:
    """Places beyond 65,535 need more bytes than the others."""
    filler = "điều khoản " * 40_000
    put(search, 1, f"{filler} hiệu lực thi hành")
    put(search, 2, f"{filler} hiệu quả; thi hành sau hiệu lực")
    assert keys(search, '"hiệu lực thi hành"') == ["document:1"]
    assert search.search(Query("hiệu lực thi hành", LABELS)).hits[0].key == "document:1"
