"""The search page: what was asked and understood, what it can be narrowed to, members by right, without an index."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import event

from ecabinet.access import member_label, unit_label
from ecabinet.library import search_address
from ecabinet.library.search_address import Asked
from ecabinet.library.search_alerts import found_now
from ecabinet.web import Services
from tests.findable import index, lay_document
from tests.people import PEOPLE
from tests.web.conftest import Site

HITS = re.compile(r'class="hit-title" href="([^"]+)"><span>(.*?)</span></a>', re.DOTALL)
FACET = re.compile(r'<a class="choice" href="([^"]+)"[^>]*>.*?choice-name">([^<]+)<.*?choice-count">(\d+)<', re.DOTALL)


def services(site: Site) -> Services:
    found: Services = site.app.extensions["ecabinet"]
    return found


def titles(page: str) -> list[str]:
    """The hits as they are read, marks aside."""
    return [re.sub(r"</?mark>", "", title) for _href, title in HITS.findall(page)]


def facets(page: str) -> dict[str, tuple[int, str]]:
    """Each choice with its count and where it leads."""
    return {name: (int(count), href.replace("&amp;", "&")) for href, name, count in FACET.findall(page)}


@pytest.fixture
def archive(site: Site) -> Site:
    """Twelve documents for all, one for a single member."""
    office = site.scene.office
    everybody = {unit_label(office.units["centre"])}
    with site.database.writing() as db:
        for number in range(12):
            lay_document(
                db, f"Nghị quyết số {number} về kinh phí", everybody, "Mở đầu.", f"Kinh phí hoạt động, khoản {number}.",
                number=f"{number}-NQ/TWĐTN", type_code="NQ" if number % 3 else "KL", issuer=f"Ban {number % 2}",
                issued_on=date(2015 + number, 2, 1),
            )  # fmt: skip
        lay_document(db, "Kinh phí riêng", {member_label(office.members["first"])}, "Kinh phí", type_code="BC")
    index(site.database, services(site).engines.search)
    return site


def test_a_hit_opens_at_its_page_and_leads_back_to_the_same_results(archive: Site) -> None:
    page = archive.as_("leader").get("/search?q=khoan+7&type=NQ&sort=newest").text
    href, title = HITS.findall(page)[0]
    assert title == "Nghị quyết số <mark>7</mark> về kinh phí"
    assert "<mark>khoản</mark> <mark>7</mark>" in page
    assert "7-NQ/TWĐTN · 01/02/2022 · Ban 1" in page
    reader = archive.as_("leader").get(href.replace("&amp;", "&"))
    assert 'data-page="2"' in reader.text
    assert "/search?q=khoan+7&amp;type=NQ&amp;sort=newest" in reader.text


def test_the_way_back_leads_nowhere_else(archive: Site) -> None:
    for back in ("https://evil.example/search?q=x", "//evil.example/search?", "/logout", "search?q=x"):
        reader = archive.as_("leader").client.get("/papers/1", query_string={"back": back}).text
        assert "evil.example" not in reader
        assert 'href="/search"' in reader


def test_facets_narrow_and_count_what_one_may_see(archive: Site) -> None:
    leader, first = archive.as_("leader"), archive.as_("first")
    page = leader.get("/search?q=kinh+phi").text
    counted = facets(page)
    assert "12 kết quả" in page
    assert {name: count for name, (count, _) in counted.items() if name in ("Nghị quyết", "Kết luận", "Báo cáo")} == {
        "Nghị quyết": 8,
        "Kết luận": 4,
    }
    assert facets(first.get("/search?q=kinh+phi").text)["Báo cáo"][0] == 1
    narrowed = leader.get(counted["Kết luận"][1]).text
    assert "4 kết quả" in narrowed
    assert facets(narrowed)["Nghị quyết"][0] == 8  # what one would get by choosing it too
    both = leader.get(facets(narrowed)["Nghị quyết"][1]).text
    assert "12 kết quả" in both
    year = leader.get(facets(both)["2020"][1]).text
    assert titles(year) == ["Nghị quyết số 5 về kinh phí"]
    assert "4 kết quả" in leader.get("/search?type=KL").text  # nothing asked but what it is narrowed to


def test_pages_and_orders_are_in_the_address(archive: Site) -> None:
    leader = archive.as_("leader")
    first, second = (titles(leader.get(f"/search?q=kinh+phi&sort=newest&page={n}").text) for n in (1, 2))
    numbers = [int(re.findall(r"\d+", title)[0]) for title in first + second]
    assert numbers == list(range(11, -1, -1))
    assert titles(leader.get("/search?q=kinh+phi&sort=oldest").text)[0] == "Nghị quyết số 0 về kinh phí"
    assert "11 kết quả" in leader.get("/search?q=kinh+phi&since=2016-01-01").text
    assert "1 kết quả" in leader.get("/search?q=kinh+phi&since=2016-01-01&until=2016-12-31").text


def test_what_was_understood_and_a_better_spelling_are_said(archive: Site) -> None:
    leader = archive.as_("leader")
    page = leader.get("/search?q=xyz:khoan+%22kinh+phi").text
    assert "Đã hiểu là:" in page
    assert "không có mục tìm này" in page
    assert "thiếu ngoặc kép đóng" in page
    assert "Có phải đồng chí tìm" in leader.get("/search?q=khoanr").text
    assert "Có phải đồng chí tìm" not in leader.get("/search?q=khoan").text


def test_where_nothing_has_all_words_the_page_says_that_these_have_some(archive: Site) -> None:
    leader, said = archive.as_("leader"), "Không có tài liệu chứa đủ mọi từ; kết quả có một số từ:"
    page = leader.get("/search?q=zanzibar+kinh+phi").text
    assert said in page
    assert titles(page) == titles(leader.get("/search?q=kinh+OR+phi").text) != []
    for question in ("kinh+phi", "%22zanzibar%22+kinh", "zanzibar+loai:NQ", "zanzibar"):
        assert said not in leader.get(f"/search?q={question}").text
    # what is watched is the question as it was asked
    labels = frozenset({unit_label(archive.scene.office.units["centre"])})
    assert found_now(services(archive).engines.search, Asked("zanzibar kinh phi"), labels) == []


def test_nobody_is_shown_what_the_index_shows_but_the_database_does_not(archive: Site) -> None:
    """The index may be behind: the page asks the database once more."""
    with archive.database.writing() as db:
        db.connection().exec_driver_sql("UPDATE document_label SET label = 'nobody:1'")
    assert titles(archive.as_("first").get("/search?q=kinh+phi").text) == []


def test_members_are_for_those_who_keep_their_registry(site: Site) -> None:
    index(site.database, services(site).engines.search)
    pages = {name: site.as_(name).get("/search?q=nguyen+thi+spare").text for name in PEOPLE}
    assert {name for name, page in pages.items() if "found-members" in page} == {"administrator"}
    assert "Nguyễn Thị Spare" in pages["administrator"]
    asked = ("nguyen+thi+spare&type=NQ", "so:nguyen", "%22nguyen+thi+spare%22", "nguyen+-spare")
    assert not any("found-members" in site.as_("administrator").get(f"/search?q={q}").text for q in asked)


def test_suggestions(archive: Site) -> None:
    assert "Kinh phí riêng" in archive.as_("first").get("/search/suggest?q=kinh+phi+ri").text
    assert "Kinh phí riêng" not in archive.as_("leader").get("/search/suggest?q=kinh+phi+ri").text
    assert archive.as_("leader").get("/search/suggest?q=k").text == ""
    assert archive.as_("leader").get("/search/suggest?q=%00%22((").status_code == 200


def test_without_an_index_the_titles_are_searched(archive: Site, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "index")
    page = archive.as_("leader").get("/search?q=nghi+quyet+kinh").text
    assert "chỉ tìm trong tên" in page
    assert "12 kết quả" in page
    assert len(titles(page)) == 10
    assert titles(archive.as_("leader").get("/search?q=kinh+phi+rieng").text) == []
    assert titles(archive.as_("first").get("/search?q=kinh+phi+rieng").text) == ["Kinh phí riêng"]
    assert "4 kết quả" in archive.as_("leader").get("/search?q=kinh&type=KL").text
    assert archive.as_("leader").get("/search/suggest?q=kinh").text == ""
    assert archive.as_("leader").post("/searches?q=kinh", {"name": "Kinh", "alert": "daily"}).status_code == 303


def test_ten_hits_cost_no_more_questions_than_one(archive: Site) -> None:
    asked: list[str] = []
    event.listen(archive.database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    costs = []
    for question in ("khoan+7", "kinh+phi"):
        archive.as_("leader").get(f"/search?q={question}")
        asked.clear()
        assert archive.as_("leader").get(f"/search?q={question}").status_code == 200
        costs.append(len(asked))
    assert costs[1] == costs[0], asked


def test_saved_searches(archive: Site) -> None:
    first = archive.as_("first")
    refused = first.post("/searches?q=kinh+phi&type=NQ", {"name": ""})
    assert refused.status_code == 422
    assert "Mục này chưa được nhập." in refused.text
    saved = first.post("/searches?q=kinh+phi&type=NQ&sort=newest", {"name": "Nghị quyết", "alert": "at_once"})
    assert (saved.status_code, saved.location) == (303, "/searches")
    assert "Nghị quyết" in first.get("/searches").text
    assert "Nghị quyết" in first.get("/search").text
    assert titles(first.get("/searches/1").text)[0] == "Nghị quyết số 11 về kinh phí"
    assert first.post("/searches/1/alert", {"alert": "none"}).status_code == 303
    for path in ("/searches/1/alert", "/searches/1/remove"):
        assert archive.as_("second").post(path).status_code == 404
    assert first.post("/searches/1/remove").status_code == 303
    assert "Đồng chí chưa lưu tìm kiếm nào" in first.get("/searches").text


def test_an_address_of_no_sense_asks_what_is_left_of_it() -> None:
    asked = search_address.read("x" * 999, {"year": ["20x6", "2026", "٢٠٢٦"], "type": ["", "NQ"], "since": ["never"]})
    assert (len(asked.question), dict(asked.chosen), asked.since) == (300, {"year": ("2026",), "type": ("NQ",)}, None)
    for page, wanted in (("0", 1), ("-1", 1), ("x", 1), ("7", 7), ("99999", 100), ("9" * 50, 1), ("²", 1)):
        assert search_address.read("", {}, "sideways", page).page == wanted
    assert search_address.read("q", asked.kept()).kept() == asked.kept()
