"""What questions, filters, sorting and suggestions find, the same on every engine; and that none tells of more."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from documents.search import Facet, Filters, Sort
from documents.search_query import Field
from documents.search_whoosh import WhooshSearch
from tests.searching import ask, entry, ids, number, postgres

ENTRIES = (
    entry(1, "Nghị quyết về công tác Đoàn", "Đại hội bầu Ban Chấp hành.", type_code="NQ", number="15/NQ-TWĐTN",
          issuer="Trung ương Đoàn", signer="Nguyễn Văn Hòa", issued_on=date(2026, 1, 15), unit="Trung ương Đoàn",
          meeting="Phiên họp tháng Một", secrecy="thường", also=((Field.TYPE, "Nghị quyết"),)),
    entry(2, "Quyết định kiện toàn nhân sự", "Theo tờ trình số 15/TTr của Ban Tổ chức.", kind="document",
          type_code="QĐ", number="15/QĐ-UBND", issuer="Tỉnh đoàn Huế", signer="Trần Thị Thuỷ",
          issued_on=date(2026, 3, 2), unit="Tỉnh đoàn Huế", secrecy="mật"),
    entry(3, "Quyết định ban hành quy chế", "Quy chế làm việc; nghỉ phép.", kind="document", type_code="QĐ",
          number="015/2025/QĐ-UBND", issuer="Tỉnh đoàn Huế", issued_on=date(2025, 12, 31), unit="Tỉnh đoàn Huế"),
    entry(4, "Kế hoạch tình nguyện hè", "Nghị quyết 15 nêu; nghiên cứu thêm.", kind="paper", type_code="KH",
          issued_on=date(2025, 6, 1), unit="Thành đoàn Đà Nẵng", meeting="Phiên họp tháng Sáu"),
    entry(5, "Báo cáo mật của đơn vị khác", "Đại hội kín ở Zanzibar.", labels={"unit:2"}, type_code="BC", kind="secret",
          issued_on=date(2024, 5, 5), unit="Đơn vị kín", meeting="Phiên kín", secrecy="mật", issuer="Ban Kín"),
    entry(6, "Nhiệm vụ: đại hội", "", kind="task", unit="Tỉnh đoàn Huế"),
)  # fmt: skip


@pytest.fixture(scope="module", params=["whoosh", "postgres"])
def archive(request, tmp_path_factory):
    if request.param == "whoosh":
        engines = iter([WhooshSearch(tmp_path_factory.mktemp("archive") / "index")])
    else:
        engines = postgres(request.getfixturevalue("new_postgres_database")())
    for search in engines:
        search.rebuild(lambda: ENTRIES[:3])
        search.update([each.key for each in ENTRIES[3:]], lambda: ENTRIES[3:])  # several segments answer as one
        yield search


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("nghị quyết", [1, 3, 4]),
        ("nghị -đoàn", [4]),
        ("quyết NOT nghị", [2, 3]),
        ("quyết -nghi", [2]),
        ("quyết -nghị*", [2, 3]),
        ("quyết -nghi*", [2]),
        ('quyết -"nghị quyết"', [2, 3]),
        ('quyết -"nghi phep"', [1, 2, 4]),
        ('quyết -"nghị phép"', [1, 2, 3, 4]),
        ("quyết -(nghị OR kiện)", [3]),
        ('-"quy chế" kiện', [2]),
        ("-quyết", [6]),
        ("kiện OR hè", [2, 4]),
        ("kien hoặc he", [2, 4]),
        ("quyết (kiện OR chế)", [2, 3]),
        ("quyết -(kiện OR chế)", [1, 4]),
        ("ngh*", [1, 3, 4]),
        ("nghi*", [1, 3, 4]),
        ("nghiê*", [4]),
        ('"nghị quyết" ngh*', [1, 4]),
        ("loai:NQ", [1]),
        ("loại:nq", [1]),
        ('type:"nghị quyết"', [1]),
        ("loai:QĐ,KH", [2, 3, 4]),
        ("loai:qd -năm:2025", [2]),
        ("số:15/QĐ-UBND", [2, 3]),
        ("so:15/qd-ubnd", [2, 3]),
        ("số:15", [1, 2, 3]),
        ("15/QĐ-UBND", [2, 3]),
        ("15/TTr", [2]),
        ("15/2025/QĐ-UBND", [3]),
        ("nam:2026", [1, 2]),
        ("năm:2025", [3, 4]),
        ("ngay:2026-01..2026-03", [1, 2]),
        ("ngày:31/12/2025..", [1, 2, 3]),
        ("date:..6/2025", [4]),
        ("-nam:2026", [3, 4, 6]),
        ('donvi:"Tỉnh đoàn Huế"', [2, 3, 6]),
        ("đơn-vị:huế đại", [6]),
        ('unit:"tinh doan hue" đại hội', [6]),
        ('coquan:"trung ương"', [1]),
        ('nguoiky:"Nguyễn Văn Hoà"', [1]),
        ("signer:thuy", [2]),
        ("phien:tháng", [1, 4]),
        ("mật:mật", [2]),
        ("secrecy:thường", [1]),
        ("kho:task", [6]),
        ("kho:document OR kho:task", [2, 3, 6]),
        ("zanzibar", []),
        ("kho:secret", []),
        ('"đại hội kín"', []),
        ("ngay:hè", [4]),
        ("hè lạ:", []),
        ("ngay:", [1]),
    ],
)
def test_questions(archive, question, found):
    if question == "ngay:":
        found = ids(archive, "ngay")
    assert ids(archive, question) == found


def test_a_question_says_how_it_was_understood(archive):
    results = ask(archive, 'Kiện  toàn -"quy chế" lạ:hè (mật')
    assert results.understood.text == 'kiện toàn -"quy chế" lạ hè mật'
    assert [note.what for note in results.understood.notes] == ["unknown_field", "open_parenthesis"]


PIECES = st.sampled_from([*'a"()-:|*&. đ\x00\n', "OR ", "NOT ", "số:15", "ngày:2025", "quyết ", "..", "15/QĐ "])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES, max_size=14))
def test_any_question_is_answered(archive, pieces):
    results = ask(archive, "".join(pieces))
    assert results.total >= len(results.hits)
    assert "document:5" not in {hit.key for hit in results.hits}


def test_filters_narrow_by_whole_values(archive):
    def narrowed(question="", **filters):
        return ids(archive, question, filters=Filters(**filters))

    assert narrowed(kinds=frozenset({"document"})) == [2, 3]
    assert narrowed(kinds=frozenset({"document", "task"}), units=frozenset({"Tỉnh đoàn Huế"})) == [2, 3, 6]
    assert narrowed(units=frozenset({"Tỉnh đoàn"})) == []
    assert narrowed("quyết", type_codes=frozenset({"QĐ"})) == [2, 3]
    assert narrowed(issuers=frozenset({"Tỉnh đoàn Huế"}), years=frozenset({2025})) == [3]
    assert narrowed(meetings=frozenset({"Phiên họp tháng Một", "Phiên kín"})) == [1]
    assert narrowed(secrecies=frozenset({"mật"})) == [2]
    assert narrowed(since=date(2025, 12, 31), until=date(2026, 1, 15)) == [1, 3]
    assert narrowed(since=date(2030, 1, 1)) == []
    assert narrowed("zanzibar", kinds=frozenset({"secret"})) == []
    assert narrowed() == []


def test_facets_count_what_is_found_and_may_be_seen(archive):
    facets = ask(archive, "quyết").facets
    assert facets[Facet.TYPE] == [("QĐ", 2), ("KH", 1), ("NQ", 1)]
    assert facets[Facet.YEAR] == [("2025", 2), ("2026", 2)]
    assert facets[Facet.UNIT][0] == ("Tỉnh đoàn Huế", 2)
    assert facets[Facet.MEETING] == [("Phiên họp tháng Một", 1), ("Phiên họp tháng Sáu", 1)]
    assert facets[Facet.SECRECY] == [("mật", 1), ("thường", 1)]
    assert facets[Facet.KIND] == [("document", 2), ("paper", 2)]
    assert facets[Facet.ISSUER] == [("Tỉnh đoàn Huế", 2), ("Trung ương Đoàn", 1)]
    assert ask(archive, "quyết", facets=False).facets == {}


def test_a_facet_that_is_narrowed_is_counted_without_its_own_narrowing(archive):
    facets = ask(archive, "quyết", filters=Filters(type_codes=frozenset({"NQ"}))).facets
    assert facets[Facet.TYPE] == [("QĐ", 2), ("KH", 1), ("NQ", 1)]
    assert facets[Facet.YEAR] == [("2026", 1)]
    facets = ask(archive, "quyết", filters=Filters(type_codes=frozenset({"NQ"}), years=frozenset({2025}))).facets
    assert facets[Facet.TYPE] == [("KH", 1), ("QĐ", 1)]
    assert facets[Facet.YEAR] == [("2026", 1)]


def test_nothing_tells_of_what_one_may_not_see(archive):
    for question in ("đại hội", "mật", "-abc", "kho:secret"):
        facets = ask(archive, question).facets
        assert not {"secret", "2024", "Đơn vị kín", "Phiên kín", "Ban Kín", "BC"} & {
            value for counted in facets.values() for value, _ in counted
        }
    assert archive.suggest("báo cáo", frozenset({"unit:1"})) == []
    assert archive.suggest("báo cáo", frozenset({"unit:2"})) == ["Báo cáo mật của đơn vị khác"]
    assert archive.suggest("báo cáo", frozenset()) == []
    assert ask(archive, "zanzibaar").did_you_mean is None
    assert ask(archive, "zanzibaar", labels={"unit:2"}).did_you_mean == "zanzibar"


def test_sorting(archive):
    def order(sort, question="quyết OR đại"):
        return [number(hit) for hit in ask(archive, question, sort=sort).hits]

    assert order(Sort.NEWEST) == [2, 1, 3, 4, 6]
    assert order(Sort.OLDEST) == [4, 3, 1, 2, 6]
    assert order(Sort.TITLE) == [4, 1, 6, 3, 2]
    assert order(Sort.RELEVANCE, "kho:document") == [2, 3]
    for sort in Sort:
        one_by_one = [ask(archive, "quyết OR đại", sort=sort, limit=1, offset=place).hits for place in range(6)]
        assert [number(hit) for hits in one_by_one for hit in hits] == order(sort)


def test_any_word_ranks_all_that_have_one(archive):
    results = ask(archive, "quy chế nghỉ phép của ai:?", any_word=True)
    assert number(results.hits[0]) == 3
    assert results.total > 1


@pytest.mark.parametrize(
    ("question", "some_words", "found"),
    [
        ("kiện toàn phép", True, [2, 3]),
        ("zanzibar kiện", True, [2]),
        ("kiện toàn", False, [2]),
        ("zanzibar kín", False, []),
        ('"kiện toàn" phép', False, []),
        ("kiện loai:KH", False, []),
        ("kiện -toàn", False, []),
        ("zzz", False, []),
    ],
)
def test_where_nothing_has_all_words_what_has_some(archive, question, some_words, found):
    results = ask(archive, question, else_any=True)
    assert (results.some_words, sorted(number(hit) for hit in results.hits), results.total) == (
        some_words,
        found,
        len(found),
    )
    assert "secret" not in dict(results.facets.get(Facet.KIND, []))
    strict = ask(archive, question)
    assert (strict.total, strict.some_words) == (0 if some_words else len(found), False)
    assert (results.understood, results.did_you_mean) == (strict.understood, strict.did_you_mean)


@pytest.mark.parametrize(
    ("beginning", "titles"),
    [
        ("quyet di", ["Quyết định ban hành quy chế", "Quyết định kiện toàn nhân sự"]),
        ("Quyết định kiện t", ["Quyết định kiện toàn nhân sự"]),
        ("toàn kiện", ["Quyết định kiện toàn nhân sự"]),
        ("kế", ["Kế hoạch tình nguyện hè"]),
        ("kế ", ["Kế hoạch tình nguyện hè"]),
        ("k ", []),
        ("k", []),
        ("tờ trình", []),
        ("", []),
        ('"!', []),
    ],
)
def test_suggestions_are_titles_one_may_see(archive, beginning, titles):
    assert archive.suggest(beginning, frozenset({"unit:1"})) == titles


def test_as_many_suggestions_as_asked_for(archive):
    assert len(archive.suggest("quyết", frozenset({"unit:1"}), 1)) == 1


@pytest.mark.parametrize(
    ("question", "better"),
    [
        ("kện toàn", "kiện toàn"),
        ("ngih quyết", "nghị quyết"),
        ("nghiquyet", "nghị quyết"),
        ("loai:NQ đạii", "loai:NQ đại"),
        ("kiện toàn", None),
        ("hoàn toàn khác lạ", None),
        ("", None),
    ],
)
def test_did_you_mean(archive, question, better):
    results = ask(archive, question)
    assert results.did_you_mean == better
    assert better is None or ask(archive, better).total > 0


def test_the_keys_in_the_index(archive):
    assert sorted(archive.keys()) == [each.key for each in ENTRIES]
    assert archive.count() == len(ENTRIES)
