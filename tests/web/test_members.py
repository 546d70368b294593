"""Pages of members and imports: happy, forbidden, stranger, broken input."""

import io
import re

import pytest
from sqlalchemy import select

from documents.database import Database
from ecabinet.audit import AuditEntry
from ecabinet.clock import now
from ecabinet.registry import imports
from ecabinet.registry.history_models import Transfer
from ecabinet.registry.member_counts import recount
from ecabinet.registry.models import Member
from tests.web.conftest import Site

NEW = {
    "full_name": "Đỗ Thị Lan", "sex": "female", "born_on": "26/03/2001", "national_id": "046301001234",
    "phone": "0912345678", "card_number": "T1", "joined_on": "26/03/2017",
}  # fmt: skip


@pytest.fixture(autouse=True)
def counted(site: Site) -> None:
    """The people of the tests were entered without counting."""
    with site.database.writing() as db:
        recount(db)


def enter(site: Site, **changes: str) -> int:
    form = NEW | {"unit": str(site.scene.office.units["hue"])} | changes
    answer = site.as_("administrator").post("/members/new", form)
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def actions(database: Database) -> list[str]:
    with database.reading() as db:
        return list(db.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


@pytest.mark.parametrize("name", ["lan", "do thi l", "Đỗ Thị Lan", "thi lan"])
def test_found_by_name_with_and_without_marks(site: Site, name: str) -> None:
    member = enter(site)
    page = site.as_("administrator").get(f"/members?name={name}").text
    assert f"/members/{member}" in page


@pytest.mark.parametrize("name", ["lân", "do minh", "Dò Thị Lan"])
def test_other_names_are_not_found(site: Site, name: str) -> None:
    member = enter(site)
    assert f"/members/{member}" not in site.as_("administrator").get(f"/members?name={name}").text


def test_a_faulty_form_comes_back_with_each_reason(site: Site) -> None:
    form = NEW | {"unit": str(site.scene.office.units["hue"]), "national_id": "123", "born_on": "31/02/2001"}
    answer = site.as_("administrator").post("/members/new", form)
    assert answer.status_code == 422
    assert "phải có 12 chữ số" in answer.text
    assert "Không đọc được ngày" in answer.text
    assert 'value="Đỗ Thị Lan"' in answer.text


def test_the_same_number_twice_is_refused_at_its_field(site: Site) -> None:
    enter(site)
    answer = site.as_("administrator").post("/members/new", NEW | {"unit": "2", "card_number": "T2"})
    assert answer.status_code == 422
    assert "đã có trong danh sách" in answer.text


def test_numbers_are_hidden_until_somebody_says_why(site: Site) -> None:
    member = enter(site)
    asker = site.as_("administrator")
    assert "046301001234" not in asker.get(f"/members/{member}").text
    assert asker.post(f"/members/{member}/reveal", {"field": "national_id"}).status_code == 409
    shown = asker.post(f"/members/{member}/reveal", {"field": "national_id", "purpose": "làm thẻ"})
    assert "046301001234" in shown.text
    assert actions(site.database).count("look_national_id") == 1
    assert site.as_("stranger").post(f"/members/{member}/reveal", {"field": "phone", "purpose": "x"}).status_code == 404


def test_found_by_the_exact_number_only_where_one_keeps_the_registry(site: Site) -> None:
    member = enter(site)
    assert site.as_("administrator").post("/members/find", {"number": "046301001234"}).location == f"/members/{member}"
    assert site.as_("administrator").post("/members/find", {"number": "046301001235"}).status_code == 409
    assert site.as_("stranger").post("/members/find", {"number": "046301001234"}).status_code == 409


def test_operations_are_on_the_timeline(site: Site) -> None:
    member = enter(site)
    asker = site.as_("administrator")
    forms = {
        "award": {"title": "Bằng khen"},
        "grade": {"year": "2025", "grade": "good"},
        "due": {"month": "2026-10-01", "amount": "24000"},
        "card": {"card_number": "T9"},
        "discipline": {"penalty": "warning", "decision": "1-QĐ"},
    }
    for operation, form in forms.items():
        assert asker.post(f"/members/{member}/operations/{operation}", form).status_code == 303, operation
    page = asker.get(f"/members/{member}").text
    for words in ("Bằng khen", "Tốt", "24.000", "T9", "Cảnh cáo"):
        assert words in page
    assert asker.post(f"/members/{member}/operations/grade", {"year": "x"}).status_code == 422
    assert asker.post(f"/members/{member}/operations/nothing").status_code == 404


def test_a_transfer_by_its_buttons(site: Site) -> None:
    member = enter(site)
    asker = site.as_("administrator")
    assert asker.post(f"/members/{member}/transfer", {"to_unit": "nowhere"}).status_code == 409
    assert asker.post(f"/members/{member}/transfer", {"to_unit": "01"}).status_code == 303
    assert asker.post(f"/members/{member}/transfer", {"to_unit": "01"}).status_code == 409
    assert "Đỗ Thị Lan" in asker.get("/transfers").text  # among those that wait
    with site.database.reading() as db:
        transfer = db.scalars(select(Transfer)).one().id
    assert site.as_("stranger").post(f"/transfers/{transfer}/agree").status_code == 404
    for _ in range(2):
        assert asker.post(f"/transfers/{transfer}/agree").status_code == 303
    with site.database.writing() as db:
        assert db.get_one(Member, member).unit_id == site.scene.office.units["hanoi"]
        assert recount(db) == 0


def test_the_list_goes_on_by_key(site: Site) -> None:
    table = "Họ tên,Giới tính,Ngày sinh,Số thẻ,Mã đơn vị\n" + "".join(
        f"Lê Văn An,Nam,1/2/2003,A{n},46\n" for n in range(120)
    )
    bring(site, table.encode())
    seen: list[str] = []
    address = f"/members?unit={site.scene.office.units['hue']}&name=an"
    for _ in range(3):
        page = site.as_("administrator").get(address).text
        seen += re.findall(r'href="/members/(\d+)"', page)
        following = re.search(r'href="(/members\?after=[^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 120
    assert address == ""


def bring(site: Site, content: bytes, name: str = "a.csv") -> int:
    asker = site.as_("administrator")
    file = (io.BytesIO(content), name)
    answer = asker.post("/imports", {"unit": str(site.scene.office.units["centre"]), "file": file})
    assert answer.status_code == 303, answer.text
    run = int(answer.location.rsplit("/", 1)[1])
    page = asker.get(f"/imports/{run}").text
    columns = re.findall(r'name="(column-\d+)".*?value="(\w+)" selected', page, re.DOTALL)
    assert asker.post(f"/imports/{run}/start", dict(columns) | {"how": "take"}).status_code == 303
    task = imports.ImportTask()
    engines = site.app.extensions["ecabinet"].engines
    while task(engines, now()):
        pass
    return run


def test_an_import_by_its_pages(site: Site) -> None:
    table = "Họ tên;Giới tính;Ngày sinh;Số thẻ;Mã đơn vị\nLê Văn An;Nam;1/2/2003;A1;46\n=11;Nam;1/2/2003;A2;46\n"
    run = bring(site, table.encode("utf-8-sig"))
    asker = site.as_("administrator")
    page = asker.get(f"/imports/{run}").text
    assert "Tên chỉ gồm chữ cái." in page
    assert "Lê Văn An" in asker.get("/members?name=le+van+an").text
    result = asker.get(f"/imports/{run}/result/csv")
    assert "'=11" in result.text
    assert asker.get(f"/imports/{run}/result/pdf").status_code == 404
    for name in ("first", "stranger", "secretary"):
        assert site.as_(name).get(f"/imports/{run}").status_code == 404
        assert site.as_(name).get(f"/imports/{run}/result/csv").status_code == 404


def test_a_pdf_called_xlsx_is_refused(site: Site) -> None:
    form = {"unit": str(site.scene.office.units["centre"]), "file": (io.BytesIO(b"%PDF-1.7"), "a.xlsx")}
    answer = site.as_("administrator").post("/imports", form)
    assert answer.status_code == 409
    assert "không phải là bảng tính" in answer.text


def test_an_export_is_on_the_trail(site: Site) -> None:
    enter(site)
    answer = site.as_("administrator").get("/members/export/csv")
    assert "Đỗ Thị Lan" in answer.text
    assert "046301001234" not in answer.text
    assert actions(site.database)[-1] == "export_members"
