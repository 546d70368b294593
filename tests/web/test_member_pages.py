"""Pages that show many members: orders, filters, the unit picker, charts."""

import re

import pytest
from sqlalchemy import select

from ecabinet.access import Role
from ecabinet.registry import operations
from ecabinet.registry.member_counts import recount
from ecabinet.registry.models import Account, Unit
from tests.web.conftest import Site


@pytest.fixture(autouse=True)
def counted(site: Site) -> None:
    """The people of the tests were entered without counting."""
    with site.database.writing() as db:
        recount(db)


def names(page: str) -> list[str]:
    return re.findall(r'class="table-link"[^>]*>([^<]+)<', page)


@pytest.mark.parametrize("order", ["name", "unit", "oldest", "youngest", "joined", "joined_late", "newest"])
def test_every_order_shows_the_same_people(site: Site, order: str) -> None:
    asker = site.as_("administrator")
    page = asker.get(f"/members?order={order}").text
    assert sorted(names(page)) == sorted(names(asker.get("/members").text))
    assert f'value="{order}" selected' in page


@pytest.mark.parametrize(
    "query",
    ["order=x", "age_from=x&age_to=-1", "age_from=9999", "joined_from=31/12/2020&joined_to=2020-02-30", "lacking=shoes",
     "grade=best&grade_year=x", "sex=1&status=none&after=%00", "unit=abc", "name=%00"],
)  # fmt: skip
def test_what_is_no_filter_is_none(site: Site, query: str) -> None:
    asker = site.as_("administrator")
    assert names(asker.get(f"/members?{query}&status=all").text) == names(asker.get("/members?status=all").text)


def test_filters_are_told_and_each_has_its_way_out(site: Site) -> None:
    page = site.as_("administrator").get("/members?sex=male&age_from=18&age_to=30&lacking=phone&order=newest").text
    for said in ("Nam", "Tuổi 18–30", "Chưa có điện thoại"):
        assert re.search(rf'class="filter-chip"[^>]*>{said}<', page), said
    ways = re.findall(r'class="filter-chip" href="([^"]+)"', page)
    assert len(ways) == 3
    assert all("order=newest" in way for way in ways)
    assert "sex=" not in ways[0]
    assert "age_from" not in ways[1]
    # the next page and the file have the same conditions
    assert "lacking=phone" in re.search(r'href="(/members/export/xlsx[^"]+)"', page)[1]  # type: ignore[index]


def test_a_unit_is_picked_by_code_or_name(site: Site) -> None:
    asker = site.as_("administrator")
    for typed in ("46", "hue", "Thành đoàn Huế"):
        assert "Thành đoàn Huế:" in asker.get(f"/members?in_unit={typed}").text
        assert "<h1>Thành đoàn Huế" in asker.get(f"/members/dashboard?in_unit={typed}").text
    several = asker.get("/members?in_unit=doan&sex=male").text
    assert "Đồng chí muốn chọn đơn vị nào?" in several
    assert f"unit={site.scene.office.units['hue']}" in several
    assert asker.get("/members?in_unit=nowhere").status_code == 409


def test_a_unit_of_others_is_not_picked(site: Site) -> None:
    with site.database.writing() as db:
        account = db.scalars(select(Account).where(Account.login == "second")).one()
        operations.grant(db, account, Role.REGISTRY_OFFICER, db.get_one(Unit, site.scene.office.units["hue"]))
    officer = site.as_("second")
    assert officer.get("/members?in_unit=ha+noi").status_code == 409
    assert officer.get(f"/members?unit={site.scene.office.units['hanoi']}").status_code == 404
    assert "<option" not in officer.get("/units/options?in_unit=ha+noi").text
    # a member may be transferred anywhere
    assert "<option" in officer.get("/units/destinations?to_unit=ha+noi").text


def test_a_transfer_by_the_name_of_the_unit(site: Site) -> None:
    first = site.scene.office.members["first"]
    asker = site.as_("administrator")
    assert asker.post(f"/members/{first}/transfer", {"to_unit": "doan"}).status_code == 409  # several are called so
    assert asker.post(f"/members/{first}/transfer", {"to_unit": ""}).status_code == 409
    assert asker.post(f"/members/{first}/transfer", {"to_unit": "hue"}).status_code == 303


def test_charts_have_words_and_tables(site: Site) -> None:
    page = site.as_("administrator").get("/members/dashboard").text
    assert page.count('role="img"') == 4
    assert page.count("<desc") == 4
    assert page.count("Xem số liệu dạng bảng") == 3
    assert "style=" not in page
    empty = site.as_("administrator").get(f"/members/dashboard?unit={site.scene.office.units['hanoi']}")
    assert empty.status_code == 200


def test_a_unit_is_amended_by_its_form(site: Site) -> None:
    hue = site.scene.office.units["hue"]
    form = {
        "on_day": "2026-11-01", "paper": "9-QĐ", "kind": "province", "code": "46", "exchange_code": "000.00.00.H57",
        "address": "1 Lê Lợi", "phone": "0234 382 2222", "email": "hue@doan.vn",
    }  # fmt: skip
    asker = site.as_("administrator")
    assert "Sửa thông tin đơn vị" in asker.get(f"/units/{hue}/amend").text
    wrong = asker.post(f"/units/{hue}/amend", form | {"phone": "gọi", "code": "01"})
    assert wrong.status_code == 422
    assert "đã" in wrong.text
    assert asker.post(f"/units/{hue}/amend", form).status_code == 303
    page = asker.get(f"/units/{hue}").text
    for said in ("1 Lê Lợi", "0234 382 2222", "hue@doan.vn", "9-QĐ", "Địa chỉ:"):
        assert said in page
    again = asker.post(f"/units/{hue}/amend", form)
    assert again.status_code == 422
    assert "Chưa có gì thay đổi" in again.text
    assert site.as_("third").post(f"/units/{hue}/amend", form).status_code == 403
    assert site.as_("stranger").post(f"/units/{hue}/amend", form).status_code == 404
