"""What every search engine answers, run on Whoosh and on PostgreSQL."""

import unicodedata
from datetime import date

import pytest

from documents.database import Database
from documents.search import Filters, Search, SearchBroken
from documents.stores import open_search
from ecabinet.commands import migrate
from tests.searching import ask, entry, ids, number, postgres, put


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory):
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'test.sqlite3'}")
    yield database
    database.dispose()


@pytest.fixture
def whoosh_search(tmp_path, sqlite):
    return open_search(f"whoosh:{tmp_path / 'index'}", sqlite)


@pytest.fixture(scope="module")
def postgres_search(new_postgres_database):
    yield from postgres(new_postgres_database())


@pytest.fixture(params=["whoosh", "postgres"])
def engine(request) -> Search:
    search = request.getfixturevalue(f"{request.param}_search")
    search.rebuild(list)
    return search


LAWS = (
    entry(1, "Nghị quyết về hoà bình", "Điều 1. Tổ chức Đoàn ở địa phương.\nĐiều 2. Uỷ ban thường vụ."),
    entry(2, "Kế hoạch hoa bình", "Trồng hoa trong bình gốm. Tờ trình số 15/TTr."),
    entry(3, "Thông báo", "Thủy lợi và hòa giải; bình đẳng giới. Tổ chức Hội."),
    entry(4, "Quyết định", "Thuỷ sản. Quý I năm 2026.", number="245-QĐ/TWĐTN", issuer="Tỉnh đoàn Huế"),
)


@pytest.fixture
def laws(engine):
    put(engine, *LAWS)
    return engine


@pytest.fixture(scope="module", params=["whoosh", "postgres"])
def archive(request, tmp_path_factory):
    """The same laws for tests that only ask."""
    if request.param == "whoosh":
        search = open_search(
            f"whoosh:{tmp_path_factory.mktemp('archive') / 'index'}", request.getfixturevalue("sqlite")
        )
        search.rebuild(lambda: LAWS)
        yield search
        return
    for search in postgres(request.getfixturevalue("new_postgres_database")()):
        search.rebuild(lambda: LAWS)
        yield search


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("hòa bình", [1, 2, 3]),
        ("hoà bình", [1, 2, 3]),
        ("hoa binh", [1, 2, 3]),
        ("HOA BINH", [1, 2, 3]),
        (unicodedata.normalize("NFD", "Hoà Bình"), [1, 2, 3]),
        ('"hòa bình"', [1, 2]),
        ("“hoa binh”", [1, 2]),
        ('"bình hòa"', []),
        ('"hòa bình" nghị quyết', [1]),
        ('"nghị quyết về" "địa phương"', [1]),
        ("dia phuong", [1]),
        ("đoàn", [1, 4]),
        ("doan", [1, 4]),
        ("Đoàn", [1, 4]),
        ("thuy", [3, 4]),
        ("thủy", [3, 4]),
        ("thuỷ", [3, 4]),
        ("i", [4]),
        ("15", [2]),
        ("15/TTr", [2]),
        ("245-qd/twdtn", [4]),
        ("hue", [4]),
        ("tổ chức hội", [3]),
        ('"tổ chức đoàn"', [1]),
        ("chiến tranh", []),
        ("hòa chiến tranh", []),
        ("bin", []),
    ],
)
def test_words_are_found_with_and_without_marks(archive, question, found):
    assert ids(archive, question) == found


@pytest.mark.parametrize("question", ["", "   ", '"', '""', "-", "!@#$%^&*()", "…", "\x00", "\ud800", "“ ”", "'", "\\"])
def test_a_question_without_words_finds_nothing(archive, question):
    assert ask(archive, question).hits == []
    assert ask(archive, question).total == 0


@pytest.mark.parametrize(
    "question",
    ["hòa'", "hòa\\", "hòa & bình", "hòa | bình", "!hòa", "hòa:*", "<hòa>", "hòa%", ":all", "hòa\x00bình",
     '"hòa', 'bình"', '"hòa"bình"', "hòa AND bình", "[hòa TO bình]", "hòa~2", "*", "hòa\u200b", "{hòa}", "a" * 5000,
     "hòa " * 500, "\U0001f600 hòa", "ﬁ", "İ", "ß", "_", "x_y"],
)  # fmt: skip
def test_odd_characters_do_not_raise(archive, question):
    assert ask(archive, question).total >= 0


def test_a_stray_quote_is_no_obstacle(archive):
    assert ids(archive, 'bình"') == [1, 2, 3]
    assert ids(archive, '"hòa bình" "') == [1, 2]


def test_exact_marks_rank_above_folded_ones(engine):
    put(engine, entry(1, "a", "ma " * 8), entry(2, "b", "mà " * 8), entry(3, "c", "má " * 8))
    put(engine, *(entry(number, "khác", "không liên quan gì") for number in range(4, 12)))
    for question, first in (("mà", 2), ("má", 3)):
        results = ask(engine, question)
        assert results.total == 3
        assert number(results.hits[0]) == first
        assert results.hits[0].score > results.hits[1].score


def test_old_and_new_tone_places_are_equally_exact(engine):
    put(engine, entry(1, "x", "hoà thuỷ khoẻ"), entry(2, "x", "hòa thủy khỏe"), entry(3, "x", "hoá thùy khoe"))
    for question in ("hoà thuỷ khoẻ", "hòa thủy khỏe"):
        first, second, third = ask(engine, question).hits
        assert {number(first), number(second)} == {1, 2}
        assert first.score == pytest.approx(second.score)
        assert third.score < second.score


def test_neighbours_that_stand_together_rank_above_scattered_ones(engine):
    put(engine, entry(1, "x", "kinh phí và tế bào"), entry(2, "x", "kinh tế và phí bào"), entry(3, "x", "khác hẳn"))
    for question, options in (("kinh tế", {}), ("kinh te", {}), ("kinh tế là gì", {"any_word": True})):
        assert [number(hit) for hit in ask(engine, question, **options).hits] == [2, 1]


def test_the_title_counts_more(engine):
    put(engine, entry(1, "Báo cáo", "ngân sách năm nay"), entry(2, "Ngân sách", "báo cáo năm nay"))
    assert [number(hit) for hit in ask(engine, "ngân sách").hits] == [2, 1]


def test_a_phrase_does_not_run_from_the_title_into_the_text(engine):
    put(engine, entry(1, "Tờ trình", "ngân sách"), entry(2, "x", "trình ngân sách", number="trình"))
    assert ids(engine, '"trình ngân sách"') == [2]
    assert ids(engine, '"trình trình"') == []


def test_labels_decide_what_there_is(engine):
    put(
        engine,
        entry(1, "Mật", "chung", labels={"unit:1"}),
        entry(2, "Mật", "chung", labels={"unit:2"}),
        entry(3, "Mật", "chung", labels={"unit:2", "meeting:7"}),
        entry(4, "Mật", "chung", labels=()),
    )
    for labels, found in (
        ({"unit:1"}, [1]),
        ({"unit:2"}, [2, 3]),
        ({"meeting:7"}, [3]),
        ({"unit:1", "meeting:7", "unit:99"}, [1, 3]),
        ({"unit"}, []),
        ({"unit:11"}, []),
    ):
        assert ids(engine, "mật chung", labels=labels) == found
        assert ids(engine, '"mật"', labels=labels) == found


def test_no_labels_find_nothing(archive):
    """Pinned: Whoosh ignores an empty filter, which would show everything to a person who may see nothing."""
    assert ask(archive, "hòa bình", labels=()).hits == []
    assert ask(archive, "hòa bình", labels=()).total == 0


def test_labels_are_whole_and_any_text(engine):
    strange = ["unit:1,unit:2", "Đơn vị", "a b", "{x}", "it's"]
    put(engine, *(entry(place, "chung", labels={label}) for place, label in enumerate(strange)))
    for place, label in enumerate(strange):
        assert ids(engine, "chung", labels={label}) == [place]
    assert ids(engine, "chung", labels={"unit:1", "a", "don vi"}) == []


def test_kinds_and_types_narrow(engine):
    put(
        engine,
        entry(1, "Nghị quyết", kind="paper", type_code="NQ"),
        entry(2, "Nghị quyết", kind="law", issued_on=date(2026, 1, 2)),
        entry(3, "Nghị quyết", kind="minutes", type_code="QĐ"),
    )
    assert ids(engine, "nghị quyết", filters=Filters(kinds=frozenset({"law", "minutes"}))) == [2, 3]
    assert ids(engine, "nghị quyết", filters=Filters(type_codes=frozenset({"QĐ"}))) == [3]
    assert ids(engine, "nghị quyết", filters=Filters(kinds=frozenset({"paper"}), type_codes=frozenset({"QĐ"}))) == []


def test_pages_of_hits_are_disjoint_and_totals_exact(engine):
    put(engine, *(entry(number, "Tờ trình", "như nhau") for number in range(25)))
    put(engine, *(entry(number, "Tờ trình", "như nhau") for number in range(25, 33)))
    seen = []
    for offset in range(0, 40, 10):
        results = ask(engine, "tờ trình", offset=offset)
        assert results.total == 33
        seen += [number(hit) for hit in results.hits]
    assert sorted(seen) == list(range(33))
    assert ask(engine, "tờ trình", limit=0).total == 33


def test_an_update_replaces(laws):
    put(laws, entry(1, "Đã đổi tên", "nội dung mới"), entry(9, "Thêm"))
    assert ids(laws, "nghị quyết") == []
    assert ids(laws, "đổi tên") == [1]
    assert laws.count() == 5
    assert ids(laws, "thêm") == [9]


def test_new_labels_take_the_old_ones_away(laws):
    put(laws, entry(1, "Nghị quyết", labels={"unit:2"}))
    assert ids(laws, "nghị quyết") == []
    assert ids(laws, "nghị quyết", labels={"unit:2"}) == [1]


def test_what_is_no_longer_there_is_removed(laws):
    laws.update(["document:1", "document:77"], list)
    assert ids(laws, "hòa bình") == [2, 3]
    assert laws.count() == 3


def test_what_is_read_too_late_is_not_lost(laws):
    """Entries are read under the writer's lock: an update that fails to read changes nothing."""

    def broken():
        yield entry(1, "nửa chừng")
        raise ConnectionError("the database went away")

    with pytest.raises(ConnectionError):
        laws.update(["document:1", "document:2"], broken)
    with pytest.raises(ConnectionError):
        laws.rebuild(broken)
    assert ids(laws, "hòa bình") == [1, 2, 3]
    assert laws.count() == 4


def test_a_rebuild_replaces_everything_and_may_be_repeated(laws):
    for _ in range(3):
        assert laws.rebuild(lambda: iter(LAWS[1:3])) == 2
        assert ids(laws, "hòa bình") == [2, 3]
        assert laws.count() == 2
    put(laws, LAWS[0])
    assert ids(laws, "hòa bình") == [1, 2, 3]


def test_a_long_law_is_searched_to_its_end(engine):
    filler = " ".join(f"điều{number} khoản" for number in range(20_000))
    put(engine, entry(1, "Bộ luật", f"{filler} hiệu lực thi hành từ ngày ban hành"), entry(2, "x", "thi hành"))
    assert ids(engine, "dieu19999 ban hanh") == [1]
    assert ids(engine, '"hiệu lực thi hành"') == [1]
    assert ids(engine, '"thi hành hiệu lực"') == []


def test_a_text_of_more_words_than_a_tsvector_holds_does_not_stop_the_index(postgres_search):
    postgres_search.rebuild(list)
    put(postgres_search, entry(1, "Bảng số", " ".join(f"{number:012d}" for number in range(65_000))))
    assert ids(postgres_search, "bảng số 000000000001") == [1]


def test_a_very_long_word_is_cut(engine):
    put(engine, entry(1, "x", "a" * 5000))
    assert ids(engine, "a" * 900) == [1]


def test_deleted_and_added_many_times_the_counts_stay_right(engine):
    for round_number in range(12):
        put(engine, *(entry(number, f"lần {round_number}", "bình thường") for number in range(5)))
        assert ids(engine, "bình thường") == [0, 1, 2, 3, 4]
        assert ids(engine, f"lần {round_number}") == [0, 1, 2, 3, 4]
    assert engine.count() == 5


def test_another_object_on_the_same_index_sees_each_update(engine):
    other = type(engine)(getattr(engine, "root", None) or engine.database)
    for there in range(3):
        put(engine, entry(there, "chung"))
        assert ids(other, "chung") == list(range(there + 1))


def test_a_missing_index_is_said_and_can_be_rebuilt(request, tmp_path, postgres_url):
    database = Database(postgres_url)
    for search in (open_search(f"whoosh:{tmp_path / 'nothing'}", database), open_search("postgresql:", database)):
        for use in (lambda s=search: s.count(), lambda s=search: ask(s, "a"), lambda s=search: put(s, LAWS[0])):
            with pytest.raises(SearchBroken):
                use()
        assert search.rebuild(lambda: LAWS) == 4
        assert ids(search, "hòa bình") == [1, 2, 3]
    database.dispose()


def test_the_migrations_make_the_tables_that_the_engine_needs(postgres_url):
    migrate(postgres_url)
    database = Database(postgres_url)
    search = open_search("postgresql:", database)
    assert search.count() == 0
    put(search, *LAWS)
    assert ids(search, "hòa bình") == [1, 2, 3]
    database.dispose()


@pytest.mark.parametrize("url", ["", "whoosh:", "sqlite:x", "postgresql:", "/index"])
def test_an_address_that_is_no_engine_is_refused(url, sqlite):
    with pytest.raises(ValueError, match="not a search engine"):
        open_search(url, sqlite)
