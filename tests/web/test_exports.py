"""Every list as a file: what is in it, who may have it, and that it is on the audit trail with the number of rows."""

import csv
import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from documents.database import Database
from ecabinet.audit import AuditEntry, check
from ecabinet.registry import export_lists, workbooks
from ecabinet.registry.models import Member, Unit
from tests.web.conftest import Asker, Site

NEW = {
    "full_name": "Đỗ Thị Lan", "sex": "Nữ", "born_on": "26/03/2001", "national_id": "046301001234",
    "phone": "0912345678", "card_number": "L1", "joined_on": "26/03/2018",
}  # fmt: skip


def entries(database: Database) -> list[AuditEntry]:
    with database.writing() as db:
        assert check(db) is None
        return list(db.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def enter(site: Site) -> int:
    form = NEW | {"unit": site.scene.office.units["hue"]}
    answer = site.as_("administrator").post("/members/new", form)
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def table(asker: Asker, path: str, **form: object) -> list[list[str]]:
    """A CSV as rows, without its header."""
    answer = asker.post(path, form) if form else asker.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))[1:]
    answer.close()
    return rows


@pytest.fixture
def paths(site: Site) -> dict[str, str]:
    office = site.scene.office
    return {
        "export_members": "/members/export/{kind}",
        "export_units": f"/units/{office.units['centre']}/export/{{kind}}",
        "export_bodies": f"/units/{office.units['centre']}/bodies/export/{{kind}}",
        "export_body": f"/bodies/{office.body}/export/{{kind}}",
        "export_accounts": "/accounts/export/{kind}",
        "export_officials": f"/units/{office.units['centre']}/officials/export/{{kind}}",
        "export_movements": "/members/reports?what=movements&kind={kind}",
        "export_transfers": "/members/reports?what=transfers&kind={kind}",
        "export_gradings": "/members/reports?what=gradings&kind={kind}",
        "export_dues": "/members/reports?what=dues&kind={kind}",
    }


def test_each_list_in_both_kinds_with_its_rows_on_the_trail(site: Site, paths: dict[str, str]) -> None:
    member, asker = enter(site), site.as_("administrator")
    asker.post(f"/members/{member}/operations/grade", {"year": "2025", "grade": "good"})
    asker.post(f"/members/{member}/operations/due", {"month": "2026-01-01", "amount": "24000"})
    asker.post(f"/members/{member}/transfer", {"to_unit": "01"})
    asker.post(f"/members/{member}/official", {"staff_code": "CB-1"})
    for action, path in paths.items():
        rows = table(asker, path.format(kind="csv"))
        entry = entries(site.database)[-1]
        assert (entry.action, entry.details["rows"], entry.details["kind"]) == (action, len(rows), "csv"), action
        assert rows, action
        book = load_workbook(io.BytesIO(asker.get(path.format(kind="xlsx")).data))
        assert [[cell.value or "" for cell in row] for row in book.worksheets[0].iter_rows(min_row=2)] == rows, action
        assert all(cell.data_type != "f" for row in book.worksheets[0].iter_rows() for cell in row)
        assert asker.get(path.format(kind="pdf")).status_code == 404
    assert entries(site.database)[-1].details["kind"] == "xlsx"  # what was refused is not on the trail as taken


def test_what_the_lists_say(site: Site, paths: dict[str, str]) -> None:
    enter(site)
    asker = site.as_("administrator")
    units = table(asker, paths["export_units"].format(kind="csv"))
    assert [row[:2] for row in units] == [
        ["TW", "Trung ương Đoàn"],
        ["46", "Thành đoàn Huế"],
        ["01", "Thành đoàn Hà Nội"],
    ]
    body = table(asker, paths["export_body"].format(kind="csv"))
    assert [row[6] for row in body] == ["Bí thư", "Ủy viên", "Ủy viên", "Ủy viên"]
    assert table(asker, paths["export_body"].format(kind="csv") + "?day=2001-01-01") == []
    accounts = table(asker, "/accounts/export/csv?q=administrator")
    assert accounts == [["Nguyễn Thị Administrator", "Trung ương Đoàn", "administrator", "Quản trị – Trung ương Đoàn",
                         "Đang dùng"]]  # fmt: skip
    movements = table(asker, "/members/reports?what=movements&kind=csv&from=2026-01-01")
    assert [row[1:4] for row in movements] == [["Ghi vào danh sách", "Đỗ Thị Lan", "L1"]]


def test_a_person_takes_away_what_they_see_and_no_more(site: Site) -> None:
    office = site.scene.office
    units = table(site.as_("second"), f"/units/{office.units['centre']}/export/csv")
    assert [row[1] for row in units] == ["Trung ương Đoàn", "Thành đoàn Huế"]
    assert site.as_("second").get(f"/units/{office.units['hanoi']}/export/csv").status_code == 404
    assert site.as_("first").get(f"/units/{office.units['hue']}/bodies/export/csv").status_code == 404


def test_formulas_leave_as_text(site: Site) -> None:
    with site.database.writing() as db:
        db.get_one(Unit, site.scene.office.units["hue"]).name = '=HYPERLINK("http://x")'
    path = f"/units/{site.scene.office.units['hue']}/export/"
    assert table(site.as_("second"), path + "csv")[0][1] == '\'=HYPERLINK("http://x")'
    book = load_workbook(io.BytesIO(site.as_("second").get(path + "xlsx").data))
    assert book.worksheets[0]["B2"].data_type == "s"


def test_protected_numbers_for_a_purpose_only(site: Site) -> None:
    enter(site)
    asker = site.as_("administrator")
    for path in ("/members/export/csv", "/members/export/xlsx"):
        assert b"046301001234" not in asker.get(path).data
        assert asker.get(path + "?purpose=x").status_code == 200
        assert asker.post(path).status_code == 409
        assert asker.post(path, {"purpose": "  "}).status_code == 409
    rows = table(asker, "/members/export/csv?name=lan", purpose="Cấp thẻ")
    assert rows[0][-2:] == ["046301001234", "0912345678"]
    entry = entries(site.database)[-1]
    assert (entry.action, entry.details["purpose"], entry.details["rows"]) == ("export_members_numbers", "Cấp thẻ", 1)
    assert "046301001234" not in str(entry.details)
    for name in ("first", "secretary", "stranger"):
        assert site.as_(name).post("/members/export/csv", {"purpose": "Cấp thẻ"}).status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("what=nothing&kind=csv", 404),
        ("what=movements", 404),
        ("what=movements&kind=csv&unit=999999999", 404),
        ("what=movements&kind=csv&from=2026-02-01&until=2026-01-01", 409),
        ("what=movements&kind=csv&from=yesterday&until=99999999", 200),
    ],
)
def test_absurd_periods(site: Site, query: str, status: int) -> None:
    assert site.as_("administrator").get(f"/members/reports?{query}").status_code == status


@pytest.mark.parametrize(
    "said",
    [
        "",
        "  hai  khoảng ",
        "a\nb\tc",
        "<b>&amp;\"'",
        "007",
        "12/3/2001",
        "#N/A",
        "\x00\x0b\ufffe\ud800ngoài",
        "𝒳",
        "=1+1",
    ],
    ids=["empty", "spaces", "lines", "markup", "zeros", "day", "error", "not_xml", "astral", "formula"],
)
def test_a_cell_of_a_workbook_says_what_it_said(said: str) -> None:
    file = io.BytesIO()
    workbooks.write(file, ["Cột"], [[said]])
    cell = load_workbook(file).worksheets[0]["A2"]
    assert (cell.value or "") == said.removeprefix("\x00\x0b\ufffe\ud800")
    assert cell.data_type == "s"


def test_a_list_longer_than_a_page_and_a_sheet(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    hue = site.scene.office.units["hue"]
    with site.database.writing() as db:
        for number in range(300):
            code = f"B{number:04d}"
            unit = Unit(parent_id=hue, path=code, code=code, name=f"Chi đoàn {number}", kind="branch")
            db.add(unit)
            db.flush()
            unit.path = f"{db.get_one(Unit, hue).path}{unit.id}/"
    monkeypatch.setattr(workbooks, "SHEET_ROWS", 120)
    monkeypatch.setattr(export_lists, "AT_ONCE", 50)
    asker = site.as_("administrator")
    rows = table(asker, f"/units/{hue}/export/csv")
    assert (len(rows), len({row[0] for row in rows})) == (301, 301)
    book = load_workbook(io.BytesIO(asker.get(f"/units/{hue}/export/xlsx").data), read_only=True)
    # each sheet with its header
    assert [sum(1 for _row in sheet.iter_rows()) for sheet in book.worksheets] == [121, 121, 62]
    with site.database.reading() as db:
        assert db.scalars(select(Member.id)).first() is not None
