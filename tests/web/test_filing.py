"""The pages of files: by the clerk, who is in charge, the leader, the archive's keeper, without a script."""

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from openpyxl import Workbook, load_workbook
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from documents.models import Document
from ecabinet.clock import today
from ecabinet.filing.models import FileDocument, OfficeFile
from ecabinet.filing.package_reading import read_package
from ecabinet.office.document_models import OfficeDocument
from tests.office_people import grant_roles
from tests.web.conftest import Site
from tests.web.test_office import register

YEAR = str(today().year)


@pytest.fixture
def office(make_site: Callable[..., Site]) -> Site:
    site = make_site()
    with site.database.writing() as db:
        grant_roles(db, site.scene.office)
    return site


def form(**changes: str) -> dict[str, object]:
    values = {"year": YEAR, "notation": "01.TH", "title": "Hồ sơ Tháng Thanh niên", "retention": "06",
              "heading": "I. Tổng hợp"}  # fmt: skip
    return {**values, **changes}


def new(site: Site, **changes: str) -> str:
    """A file of the centre's list; its address."""
    answer = site.as_("first").post("/office/files/new", form(**changes))
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def number_of(address: str) -> int:
    return int(re.findall(r"\d+", address)[-1])


def document_in(site: Site, place: str) -> int:
    """The library's document behind the page of an entry."""
    with site.database.reading() as db:
        return db.get_one(OfficeDocument, number_of(place)).document_id


def filled(site: Site, **changes: str) -> str:
    """A file with a registered paper that is filed."""
    address, place = new(site, **changes), register(site, code_number=changes.get("notation", "01")[:2])
    clerk = site.as_("first")
    answer = clerk.post(f"{place}/file", {"file": str(number_of(address)), "finish": "1"})
    assert answer.status_code == 303, answer.text
    return address


def handed(site: Site, address: str) -> str:
    """Through its life to the archive's door; the address of the hand-over."""
    clerk = site.as_("first")
    assert clerk.post(f"{address}/do/close", {"ended_on": today().isoformat()}).status_code == 303
    assert site.as_("leader").post(f"{address}/do/check").status_code == 303
    answer = clerk.post("/office/files/hand-over", {"file": str(number_of(address)), "note": "Đủ"})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def pdf_words(answer: TestResponse) -> str:
    assert answer.status_code == 200
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)


def test_from_the_list_to_the_archive(office: Site) -> None:
    clerk, keeper = office.as_("first"), office.as_("administrator")
    address = filled(office)
    page = clerk.get(address).text
    assert "Về Tháng Thanh niên" in page
    assert "01/QĐ-UBND" in page
    assert "Hồ sơ Tháng Thanh niên" in clerk.get(f"/office/files?year={YEAR}").text
    transfer = handed(office, address)
    assert "1 hồ sơ" in keeper.get(transfer).text
    assert keeper.post(transfer).status_code == 303
    with office.database.reading() as db:
        assert db.get_one(OfficeFile, number_of(address)).state == "accepted"
    assert keeper.post(transfer).status_code == 303  # nothing waits: nothing happens
    assert "Lưu trữ đã nhận" in clerk.get(address).text
    assert clerk.post(f"{address}/do/reopen", {"reason": "x"}).status_code == 409


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(office: Site) -> None:
    clerk = office.as_("first")
    answer = clerk.post("/office/files/new", form(title="", notation="x" * 21, retention="07"))
    assert answer.status_code == 422
    for said in ("Mục này chưa được nhập", "tối đa 20 ký tự", "từ 1 đến 200", "x" * 21):
        assert said in answer.text
    new(office)
    assert "đã có hồ sơ mang ký hiệu 01.TH" in clerk.post("/office/files/new", form()).text
    assert clerk.post("/office/files/new", form(year="9" * 30)).status_code == 422
    for year in ("x", "99999", "²026", "-1"):
        assert clerk.get(f"/office/files?year={year}").status_code == 200
    assert clerk.get("/office/files?after=1.2.3/x&state=due").status_code == 200
    assert clerk.get("/office/files?after=zzz&state=zzz").status_code == 200


def test_whom_a_file_is_not_for(office: Site) -> None:
    address = filled(office)
    for who in ("stranger", "second", "third", "administrator"):
        asker = office.as_(who)
        for place in (address, f"{address}/edit", f"{address}/contents.pdf", f"{address}/package.zip"):
            assert asker.get(place).status_code == 404, (who, place)
        for place in (f"{address}/edit", f"{address}/do/close", f"{address}/readers", f"{address}/documents/1"):
            assert asker.post(place, {"do": "up"}).status_code == 404, (who, place)
    secretary = office.as_("secretary")
    assert secretary.get(address).status_code == 200
    assert secretary.get(f"{address}/edit").status_code == 403
    assert secretary.get(f"{address}/package.zip").status_code == 403
    assert secretary.post(f"{address}/do/close", {"ended_on": today().isoformat()}).status_code == 403
    assert office.as_("first").post(f"{address}/do/burn").status_code == 404
    assert office.as_("leader").post("/office/files/new", form(notation="02")).status_code == 403


def test_a_named_reader_looks_in_and_reads_no_more_than_before(office: Site) -> None:
    address, clerk = filled(office), office.as_("first")
    found = clerk.get(f"{address}?reader=Chair").text
    assert "Nguyễn Thị Chair" in found
    member = str(office.scene.office.members["chair"])
    assert office.as_("chair").get(address).status_code == 404
    assert clerk.post(f"{address}/readers", {"reader": member}).status_code == 303
    page = office.as_("chair").get(address)
    assert page.status_code == 200
    assert "Về Tháng Thanh niên" not in page.text
    assert clerk.post(f"{address}/readers", {"reader": "999999"}).status_code == 422
    assert clerk.post(f"{address}/readers").status_code == 303
    assert office.as_("chair").get(address).status_code == 404


def test_several_documents_at_once_and_what_may_not_go_in(office: Site) -> None:
    clerk, address = office.as_("first"), new(office)
    ids = [document_in(office, register(office, code_number=n)) for n in ("1", "2")]
    page = clerk.get(f"/office/files/gather?file={number_of(address)}").text
    assert all(f'value="{one}"' in page for one in ids)
    gather = f"/office/files/gather?file={number_of(address)}"
    assert clerk.post(gather).status_code == 422
    answer = clerk.post(gather, {"document": [str(one) for one in ids] + ["99999"]})
    assert answer.status_code == 422
    assert "Đã xếp 2 văn bản" in answer.text
    assert clerk.post(gather, {"document": str(ids[0])}).status_code == 303
    with office.database.reading() as db:
        inside = db.scalars(select(FileDocument.document_id).where(FileDocument.file_id == number_of(address)))
        assert list(inside) == ids
    assert "chưa chọn hồ sơ" in clerk.post("/office/files/gather", {"document": str(ids[0])}).text
    assert office.as_("second").post(gather, {"document": str(ids[0])}).status_code == 404
    arrange = f"{address}/documents/{ids[0]}"
    for form_sent, status in (({"do": "down"}, 303), ({"do": "note", "remark": "bản chính", "pages": "3"}, 303),
                              ({"do": "note", "pages": "99999"}, 422), ({"do": "burn"}, 400),
                              ({"do": "take_out"}, 303), ({"do": "take_out"}, 404)):  # fmt: skip
        assert clerk.post(arrange, form_sent).status_code == status, form_sent


def test_from_the_page_of_a_document(office: Site) -> None:
    clerk, address = office.as_("first"), new(office)
    place = register(office)
    assert "Lưu hồ sơ" in clerk.get(place).text
    assert clerk.post(f"{place}/file").status_code == 409
    assert clerk.post(f"{place}/file", {"file": str(number_of(address))}).status_code == 303
    assert "Hồ sơ Tháng Thanh niên" in clerk.get(place).text
    assert office.as_("secretary").post(f"{place}/file", {"finish": "1"}).status_code == 403
    assert clerk.post(f"{place}/file", {"finish": "1"}).status_code == 303
    with office.database.reading() as db:
        assert db.get_one(OfficeDocument, number_of(place)).state == "filed"
    assert office.as_("stranger").post(f"{place}/file", {"file": "1"}).status_code == 404


def test_a_document_of_the_archive_and_its_files(office: Site) -> None:
    clerk, address = office.as_("first"), new(office)
    document_id = document_in(office, register(office))
    place = f"/papers/{document_id}/files"
    assert "Chưa thuộc hồ sơ nào" in clerk.get(place).text
    assert clerk.post(place).status_code == 409
    assert clerk.post(place, {"file": str(number_of(address))}).status_code == 303
    assert "Hồ sơ Tháng Thanh niên" in clerk.get(place).text
    assert office.as_("stranger").get(place).status_code == 404
    assert office.as_("stranger").post(place, {"file": str(number_of(address))}).status_code == 404


def test_lists_as_people_print_them(office: Site) -> None:
    clerk, address = office.as_("first"), filled(office)
    words = pdf_words(clerk.get(f"/office/files/list.pdf?year={YEAR}"))
    for said in ("DANH MỤC HỒ SƠ", "I. Tổng hợp", "01.TH", "10 năm", "có 1 hồ sơ"):
        assert said in words
    words = pdf_words(clerk.get(f"{address}/contents.pdf"))
    for said in ("MỤC LỤC VĂN BẢN", "QĐ-UBND", "UBND tỉnh", "gồm 1 văn bản"):
        assert said in words
    book = load_workbook(io.BytesIO(clerk.get(f"/office/files/list.xlsx?year={YEAR}").data))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[0] == ("Số và ký hiệu hồ sơ", "Tên hồ sơ", "Thời hạn bảo quản", "Người lập hồ sơ", "Ghi chú")
    assert [row[:3] for row in rows[2:]] == [("01.TH", "Hồ sơ Tháng Thanh niên", "10 năm")]
    transfer = handed(office, address)
    words = pdf_words(clerk.get(f"{transfer}/record.pdf"))
    for said in ("BIÊN BẢN", "Giao nhận hồ sơ, tài liệu", "ĐẠI DIỆN BÊN NHẬN", "Bên giao", "1 hồ sơ"):
        assert said in words
    for place in (f"{transfer}/list.docx", f"{transfer}/record.docx", f"{address}/contents.docx"):
        answer = clerk.get(place)
        assert answer.data.startswith(b"PK"), place
    for place in (f"{transfer}/list.exe", f"{transfer}/other.pdf", f"{address}/contents.exe"):
        assert clerk.get(place).status_code == 404, place
    assert office.as_("stranger").get(f"{transfer}/record.pdf").status_code == 404


def test_the_package_leaves_and_is_checked(office: Site) -> None:
    clerk, address = office.as_("first"), filled(office)
    answer = clerk.get(f"{address}/package.zip")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="ho-so-{YEAR}-01.th.zip"'
    assert read_package(io.BytesIO(answer.data)).differences == []
    sound = clerk.post("/office/files/check", {"file": (io.BytesIO(answer.data), "a.zip")})
    assert "Gói nguyên vẹn" in sound.text
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(answer.data)) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content + b"!" if name.startswith("documents/") else content)
    said = clerk.post("/office/files/check", {"file": (io.BytesIO(changed.getvalue()), "a.zip")}).text
    assert "Nội dung đã bị thay đổi" in said
    for content in (b"", b"not a zip"):
        assert clerk.post("/office/files/check", {"file": (io.BytesIO(content), "a.zip")}).status_code == 422
    assert clerk.post("/office/files/check").status_code == 422


def workbook(*rows: tuple[object, ...]) -> io.BytesIO:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return io.BytesIO(file.getvalue())


HEADER = ("Số và ký hiệu hồ sơ", "Tên hồ sơ", "Thời hạn bảo quản", "Người lập hồ sơ", "Ghi chú")


def test_a_list_out_of_a_table_row_by_row(office: Site) -> None:
    clerk = office.as_("first")
    rows = [
        ("DANH MỤC HỒ SƠ NĂM 2027",), HEADER, ("", "I. Tổng hợp", "", "", ""),
        ("01.TH", "Hồ sơ hội nghị", "Vĩnh viễn", "Nguyễn Thị Chair", ""),
        ("\t02.TH", "Hồ sơ thi đua", "15 năm", "", ""),
        ("01.TH", "Trùng ký hiệu", "10 năm", "", ""), ("03.TH", "", "10 năm", "", ""),
        ("04.TH", "Người lập quá dài", "10 năm", "Ban Tổ chức và các đồng chí cán bộ phối hợp", ""),
    ]  # fmt: skip
    for how, taken in (("try", 0), ("take", 2), ("take", 2)):
        answer = clerk.post("/office/files/import", {"year": "2027", "how": how, "file": (workbook(*rows), "a.xlsx")})
        assert answer.status_code == 200
        with office.database.reading() as db:
            found = db.scalars(select(OfficeFile).where(OfficeFile.year == 2027).order_by(OfficeFile.notation)).all()
        assert len(found) == taken, how
    assert [(one.notation, one.heading, one.retention, one.keep_years) for one in found] == [
        ("01.TH", "I. Tổng hợp", "01", None), ("02.TH", "I. Tổng hợp", "07", 15),
    ]  # fmt: skip
    assert found[0].in_charge_id == office.scene.office.members["chair"]
    for said in ("đã có hồ sơ mang ký hiệu 01.TH", "Mục này chưa được nhập", "tối đa 30 ký tự", "5 dòng không nhập"):
        assert said in answer.text, said
    sample = clerk.get("/office/files/sample.csv").data
    assert "Số và ký hiệu hồ sơ" in sample.decode("utf-8-sig")
    for content in (workbook(("A", "B"), (1, 2)), io.BytesIO(b"%PDF-1.4"), workbook(HEADER), io.BytesIO(b"")):
        assert clerk.post("/office/files/import", {"file": (content, "a.xlsx")}).status_code == 422
    assert office.as_("leader").post("/office/files/import", {"file": (workbook(HEADER), "a")}).status_code == 403


def test_as_last_year_and_what_presses(office: Site) -> None:
    clerk = office.as_("first")
    address = filled(office, year=str(int(YEAR) - 1))
    assert clerk.post("/office/files/as-last-year", {"year": YEAR}).status_code == 303
    assert clerk.post("/office/files/as-last-year", {"year": YEAR}).status_code == 303
    with office.database.reading() as db:
        assert len(db.scalars(select(OfficeFile.id).where(OfficeFile.year == int(YEAR))).all()) == 1
    assert clerk.post(f"{address}/do/close", {"ended_on": today().isoformat()}).status_code == 303
    with office.database.writing() as db:
        db.get_one(OfficeFile, number_of(address)).due_on = today()
    assert "Sắp đến hạn nộp lưu" in clerk.get("/office/files").text
    assert "Phải nộp lưu trữ" in clerk.get("/office/files").text


def test_the_council_decides_by_its_record(office: Site) -> None:
    address = filled(office)
    transfer = handed(office, address)
    keeper, leader = office.as_("administrator"), office.as_("leader")
    keeper.post(transfer)
    record = document_in(office, register(office, code_number="77"))
    with office.database.writing() as db:
        file = db.get_one(OfficeFile, number_of(address))
        file.keep_until = file.ended_on = today().replace(year=2000)
        for document in db.scalars(select(Document).join(FileDocument).where(FileDocument.file_id == file.id)):
            document.closed_on = today().replace(year=2000)
    assert "Hồ sơ Tháng Thanh niên" in keeper.get("/office/files/destructions").text
    assert keeper.post("/office/files/destructions", {"title": "Danh mục hủy"}).status_code == 422
    made = keeper.post("/office/files/destructions", {"title": "Danh mục hủy", "file": str(number_of(address))})
    place = str(made.location)
    assert leader.post(place, {}).status_code == 422
    decision = {f"verdict-{number_of(address)}": "destroy", "record": str(record), "decided_on": today().isoformat()}
    assert keeper.post(place, decision).status_code == 403
    assert office.as_("stranger").post(place, decision).status_code == 404
    assert leader.post(place, decision).status_code == 303
    assert leader.post(place, decision).status_code == 409
    assert "Hủy" in pdf_words(leader.get(f"{place}/list.pdf"))
    assert "đã hủy" in keeper.get(address).text


def test_who_has_no_place_in_an_office_finds_their_own_files(office: Site) -> None:
    chair = str(office.scene.office.members["chair"])
    address = filled(office, in_charge=chair)
    new(office, notation="02.TH", title="Của người khác")
    page = office.as_("chair").get("/office/files").text
    assert "Hồ sơ Tháng Thanh niên" in page
    assert "Của người khác" not in page
    assert office.as_("chair").get(address).status_code == 200
    assert office.as_("chair").get(f"/office/files/gather?file={number_of(address)}").status_code == 200
    assert "chưa phụ trách hồ sơ nào" in office.as_("third").get("/office/files").text
