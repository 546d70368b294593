"""Registers, reports and dashboards as pages: who sees them, what they say, what is taken away is on record."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from ecabinet.audit import AuditEntry
from ecabinet.clock import today
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import Book
from ecabinet.office.models import SecretKeeper
from ecabinet.office.routing_rules import Role, Whom
from tests.office_people import assigned, grant_roles, registered
from tests.people import NOW
from tests.register_rows import write
from tests.web.conftest import Site

YEAR = NOW.year


@pytest.fixture
def office(make_site: Callable[..., Site]) -> Site:
    """The centre with registers of both directions and one document at work."""
    site = make_site()
    people = site.scene.office
    with site.database.writing() as db:
        grant_roles(db, people)
        assigned(db, people, Whom(Role.LEAD, people.members["chair"]), code_number="777")
        write(db, people.units["centre"], people.members["first"], Book.OUTGOING)
        write(db, people.units["hue"], people.members["first"], Book.INCOMING)
    return site


def trail(site: Site, action: str) -> list[dict[str, str]]:
    with site.database.reading() as db:
        return list(db.scalars(select(AuditEntry.details).where(AuditEntry.action == action).order_by(AuditEntry.id)))


def test_the_outgoing_register_stands_beside_the_incoming(office: Site) -> None:
    clerk, centre = office.as_("first"), office.scene.office.units["centre"]
    page = clerk.get(f"/office/register?unit={centre}&book=outgoing&state=voided").text
    assert "Hủy số" in page
    heads = [cell.partition(">")[2] for cell in page.split('<th scope="col"')[1:]]
    assert [head.partition("<")[0] for head in heads] == [
        "Số, ký hiệu", "Ngày tháng", "Tên loại và trích yếu", "Người ký", "Nơi nhận", "Đơn vị, người nhận bản lưu",
        "Số lượng bản", "Ngày chuyển", "Ký nhận", "Ghi chú",
    ]  # fmt: skip
    assert "777" not in page
    assert clerk.get(f"/office/register?unit={centre}&book=outgoing_secret").status_code == 404
    with office.database.writing() as db:
        member = office.scene.office.members["first"]
        db.add(SecretKeeper(unit_id=centre, member_id=member, since=NOW, by=member))
    assert clerk.get(f"/office/register?unit={centre}&book=outgoing_secret").status_code == 200
    assert clerk.get("/office/register?unit=99999999999").status_code == 404


def test_a_clerk_of_a_high_unit_reads_the_registers_below(office: Site) -> None:
    clerk, hue = office.as_("first"), office.as_("second")
    assert "Huế" in clerk.get("/office/register/units?in_unit=hue").text
    page = clerk.get("/office/register?in_unit=hue").text
    assert "hội nghị" in page
    assert "777" not in page
    assert hue.get(f"/office/register?unit={office.scene.office.units['centre']}").status_code == 404
    assert hue.get("/office/register?in_unit=trung+uong").status_code == 409
    there = clerk.get("/office/desk?in_unit=hue")
    assert (there.status_code, there.location) == (302, f"/office?unit={office.scene.office.units['hue']}")
    assert clerk.get(there.location).status_code == 200
    assert "Đồng chí muốn chọn đơn vị nào?" in clerk.get("/office/desk?in_unit=o").text


def test_the_book_of_a_period_is_taken_away_and_recorded(office: Site) -> None:
    clerk, centre = office.as_("first"), office.scene.office.units["centre"]
    about = f"unit={centre}&book=outgoing&period={YEAR}"
    sheet = load_workbook(io.BytesIO(clerk.get(f"/office/register/book.xlsx?{about}").data)).active
    rows = list(sheet.values)
    assert rows[0][:3] == ("Số, ký hiệu", "Ngày tháng", "Tên loại và trích yếu")
    with office.database.reading() as db:
        days = select(OfficeDocument.issued_on).where(
            OfficeDocument.unit_id == centre, OfficeDocument.book == "outgoing"
        )
        expected = sorted(day for day in db.scalars(days) if day and day.year == YEAR)
    assert [row[1] for row in rows[1:]] == [f"{day:%d/%m/%Y}" for day in expected]
    paper = PdfReader(io.BytesIO(clerk.get(f"/office/register/book.pdf?{about}").data))
    cover = paper.pages[0].extract_text()
    assert "SỔ VĂN BẢN ĐI" in cover
    assert f"Năm {YEAR}" in cover
    assert f"{len(expected)} văn bản" in cover
    wide, high = paper.pages[1].mediabox.width, paper.pages[1].mediabox.height
    assert (round(wide), round(high)) == (842, 595)
    assert "Số lượng bản" in " ".join(paper.pages[-1].extract_text().split())
    said = trail(office, "export_register")
    assert [(one["kind"], one["book"], int(one["rows"])) for one in said] == [
        ("xlsx", "outgoing", len(expected)), ("pdf", "outgoing", len(expected)),
    ]  # fmt: skip
    empty = PdfReader(io.BytesIO(clerk.get(f"/office/register/book.pdf?unit={centre}&period=1999").data))
    assert "Không có văn bản nào" in empty.pages[1].extract_text()
    assert clerk.get(f"/office/register/book.pdf?unit={centre}&since=2026-02-01&until=2026-01-01").status_code == 409
    assert clerk.get(f"/office/register/book.pdf?unit={centre}&book=incoming_secret").status_code == 404


def test_reports_by_unit_by_person_by_document(office: Site) -> None:
    clerk = office.as_("first")
    page = clerk.get(f"/office/reports?period={YEAR}").text
    assert "Tình hình giải quyết văn bản đến" in page
    assert "Cộng" in page
    assert (
        "777"
        in clerk.get(f"/office/reports/documents?period={YEAR}&member={office.scene.office.members['chair']}").text
    )
    with office.database.reading() as db:
        chair = office.scene.office.person(db, "chair").name
    assert chair in clerk.get(f"/office/reports?by=person&period={YEAR}").text
    for by in ("unit", "person"):
        sheet = load_workbook(io.BytesIO(clerk.get(f"/office/reports/{by}.xlsx?period={YEAR}").data)).active
        assert next(sheet.values)[2] == "Đã nhận"
        paper = PdfReader(io.BytesIO(clerk.get(f"/office/reports/{by}.pdf?period={YEAR}").data))
        assert "TÌNH HÌNH" in paper.pages[0].extract_text().upper()
    sheet = load_workbook(io.BytesIO(clerk.get(f"/office/reports/documents.xlsx?period={YEAR}&state=late").data)).active
    assert next(sheet.values)[0] == "Ngày đến"
    assert len(trail(office, "export_office_report")) == 5
    for broken in ("period=2026-q9", "member=x", "to_unit=99999999999999", "after=..", "state=nonsense", "type_code="):
        assert clerk.get(f"/office/reports/documents?{broken}").status_code in (200, 404), broken


def test_the_dashboard_leads_from_each_bar_to_its_documents(office: Site) -> None:
    leader = office.as_("leader")
    page = leader.get("/office/dashboard").text
    assert "<svg" in page
    assert "Văn bản đang chờ ai" in page
    for part in page.split('class="chart-row"')[:-1]:
        address = part.rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
        assert leader.get(address).status_code == 200, address
    for other in ("?below=0", "?period=1999", f"?since={today()}&until={today()}", "?in_unit=hue"):
        assert leader.get(f"/office/dashboard{other}").status_code == 200, other
    assert office.as_("third").get("/office/dashboard").status_code == 403


def test_the_slip_of_a_document_is_printed(office: Site) -> None:
    people = office.scene.office
    with office.database.writing() as db:
        office_id = registered(db, people, sha="d", due_on=NOW.date() + timedelta(days=3))
    paper = PdfReader(io.BytesIO(office.as_("first").get(f"/office/documents/{office_id}/slip.pdf").data))
    assert "PHIẾU GIẢI QUYẾT VĂN BẢN ĐẾN" in " ".join(paper.pages[0].extract_text().split())
    assert office.as_("third").get(f"/office/documents/{office_id}/slip.pdf").status_code == 404
