"""The pages of official documents: from a file to the file, by clerk, leader and official, without a script."""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from documents.models import Version
from documents.upload_models import Upload
from ecabinet.clock import today
from ecabinet.demo.letters import render
from ecabinet.demo.office import letters
from ecabinet.office.document_models import OfficeDocument
from tests.office_people import grant_roles
from tests.web.conftest import Site

PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def office(make_site: Callable[..., Site]) -> Site:
    site = make_site()
    with site.database.writing() as db:
        grant_roles(db, site.scene.office)
    return site


def entry_form(**changes: str) -> dict[str, object]:
    form = {
        "code_number": "15", "code_notation": "QĐ-UBND", "issued_on": today().isoformat(), "organ_name": "UBND tỉnh",
        "type_code": "QĐ", "subject": "Về Tháng Thanh niên", "arrived_on": today().isoformat(),
    }  # fmt: skip
    return {**form, **changes}


def put_in(site: Site, content: bytes = PDF) -> str:
    """Put a file in as the clerk; the address of its document."""
    answer = site.as_("first").post("/office/receive", {"file": (io.BytesIO(content), "van-ban.pdf")})
    assert answer.status_code == 303
    return str(answer.location).removesuffix("/entry")


def register(site: Site, **changes: str) -> str:
    place = put_in(site, PDF + repr(changes).encode())
    assert site.as_("first").post(f"{place}/entry", entry_form(**changes)).status_code == 303
    return place


def test_from_the_clerk_to_the_file(office: Site) -> None:
    members = office.scene.office.members
    clerk, leader, official = (office.as_(name) for name in ("first", "leader", "chair"))
    place = register(office)
    assert "Chờ trình" in clerk.get("/office").text
    assert leader.get(f"{place}/assign").status_code == 200
    assert (
        clerk.post(f"{place}/do/present", {"leader": members["leader"], "text": "Đề nghị giao Ban"}).status_code == 303
    )
    assert "Trình đồng chí, chờ phân phối" in leader.get("/office").text
    assert official.get(place).status_code == 404
    form = {f"role-m{members['chair']}": "lead", f"role-u{office.scene.office.units['hue']}": "info",
            "instruction": "Tham mưu kế hoạch", "due_on": today().isoformat()}  # fmt: skip
    assert leader.post(f"{place}/assign", form).status_code == 303
    assert "Đồng chí giải quyết" in official.get("/office").text
    assert official.post(f"{place}/do/progress", {"percent": "40", "text": "đang soạn"}).status_code == 303
    assert "40%" in clerk.get("/office").text
    assert official.post(f"{place}/do/finish", {"text": "đã trình kế hoạch"}).status_code == 303
    assert clerk.post(f"{place}/do/file", {}).status_code == 303
    page = clerk.get(place).text
    for words in ("Đã lưu hồ sơ", "Tham mưu kế hoạch", "đã trình kế hoạch", "Đề nghị giao Ban", "ĐẾN"):
        assert words in page
    assert office.as_("second").get(place).status_code == 200  # the office of the unit that is to know of it
    assert office.as_("stranger").get(place).status_code == 404


def test_a_second_entry_of_the_same_paper_is_warned_of(office: Site) -> None:
    register(office)
    place = put_in(office)
    clerk = office.as_("first")
    again = clerk.post(f"{place}/entry", entry_form(code_number="015", organ_name="ubnd  TỈNH"))
    assert again.status_code == 409
    assert "Số đến 1 ngày" in again.text
    assert clerk.post(f"{place}/entry", entry_form(code_number="015", anyway="1")).status_code == 303
    assert "Đã biết có thể trùng số đến 1" in clerk.get(place).text


REFUSED = (
    ("code_notation", "x" * 31, "tối đa 30"),
    ("subject", "x" * 501, "tối đa 500"),
    ("signer_name", "x" * 51, "tối đa 50"),
    ("organ_name", "", "chưa được nhập"),
    ("type_code", "XYZ", "Không có loại văn bản"),
    ("issued_on", "31/12/2025", "Ngày chưa đúng"),
    ("arrived_on", "2999-01-01", "Ngày này chưa đến"),
    ("due_on", "2001-01-01", "trước ngày đến"),
    ("page_amount", "1000", "từ 0 đến 999"),
    ("secrecy", "secret", "văn thư được giao quản lý"),
)


def test_what_cannot_be_registered_is_named(office: Site) -> None:
    place, clerk = put_in(office), office.as_("first")
    for field, value, said in REFUSED:
        answer = clerk.post(f"{place}/entry", entry_form(**{field: value}))
        assert (answer.status_code, said in answer.text) == (422, True), field
    old = entry_form(arrived_on="2001-01-01", issued_on="2000-12-31")
    assert "ghi rõ lý do" in clerk.post(f"{place}/entry", old).text
    assert clerk.post(f"{place}/entry", old | {"reason": "tìm thấy khi chuyển kho"}).status_code == 303
    assert "Số đến 1" in clerk.get(place).text


def test_what_is_registered_is_put_right_but_keeps_its_number(office: Site) -> None:
    place, clerk = register(office), office.as_("first")
    assert clerk.post(f"{place}/entry", entry_form(subject="Trích yếu đúng")).status_code == 303
    assert "Trích yếu đúng" in clerk.get(place).text
    answer = clerk.post(f"{place}/entry", entry_form(arrived_on="2026-01-01", issued_on="2026-01-01"))
    assert answer.status_code == 422
    assert clerk.post(f"{place}/do/void", {"reason": ""}).status_code == 422
    assert clerk.post(f"{place}/do/void", {"reason": "đăng ký nhầm"}).status_code == 303
    assert "Hủy số" in clerk.get("/office/register").text
    assert clerk.post(f"{place}/do/present", {"leader": "1"}).status_code == 409


def test_the_register_is_filtered_and_paged(office: Site) -> None:
    clerk = office.as_("first")
    for number in range(1, 4):
        register(office, code_number=str(number), subject=f"Hội thi số {number}", organ_name=f"Cơ quan {number}")
    page = clerk.get("/office/register").text
    heads = re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', page)
    assert heads == [
        "Ngày đến", "Số đến", "Tác giả", "Số, ký hiệu", "Ngày tháng", "Tên loại và trích yếu", "Đơn vị, người nhận",
        "Ngày chuyển", "Ký nhận", "Ghi chú",
    ]  # fmt: skip
    for asked, there in (
        ("words=hoi+thi", {1, 2, 3}), ("words=so+2", {2}), ("number=3", {3}), ("organ=co+quan+1", {1}),
        ("state=presented", set()), ("state=open", {1, 2, 3}), ("type_code=CV", set()), ("until=2020-01-01", set()),
        ("order=number&after=3.999999", {1, 2, 3}), ("order=number&after=2.0", {1}), ("after=nonsense", {1, 2, 3}),
        ("order=issued", {1, 2, 3}), ("order=due", set()), ("state=late", set()),
    ):  # fmt: skip
        found = clerk.get(f"/office/register?{asked}").text
        assert {n for n in (1, 2, 3) if f"Hội thi số {n}" in found} == there, asked


def test_a_file_in_pieces_comes_to_the_office(office: Site) -> None:
    clerk, unit = office.as_("first"), office.scene.office.units["centre"]
    begin = {"name": "quet.pdf", "size": str(len(PDF)), "destination": f"incoming:{unit}"}
    assert office.as_("chair").post("/uploads", begin).status_code == 404
    upload = clerk.post("/uploads", begin).json
    assert upload is not None
    path = f"/uploads/{upload['id']}"
    sent = clerk.client.patch(path, data=PDF, headers={"X-CSRF-Token": "the-token", "Upload-Offset": "0"})
    assert sent.status_code == 204
    assert clerk.post(f"{path}/finish").status_code == 200
    with office.database.reading() as db:
        version = db.get_one(Version, db.get_one(Upload, upload["id"]).version_id)
        doc = db.scalars(select(OfficeDocument).where(OfficeDocument.document_id == version.document_id)).one()
    assert doc.state == "received"
    assert "quet" in clerk.get("/office/receive").text
    assert clerk.get(f"/papers/{doc.document_id}/details").status_code == 200
    answer = clerk.post(f"/papers/{doc.document_id}/bin", {"reason": "thử"})
    assert answer.status_code == 409  # what stands in a register is not thrown away elsewhere
    assert clerk.get(f"/office/of/{doc.document_id}").status_code == 302


def test_numbers_are_reserved_released_made_void_and_taken_over(office: Site) -> None:
    clerk, end = office.as_("first"), today().isoformat()
    assert "một dãy mỗi năm" not in clerk.get("/office/numbers").text
    assert clerk.post("/office/numbers/last", {"last": "1245", "reason": ""}).status_code == 422
    assert clerk.post("/office/numbers/last", {"last": "1245", "reason": "sổ giấy"}).status_code == 303
    assert clerk.post("/office/numbers/last", {"last": "9", "reason": "nữa"}).status_code == 303
    for _ in range(2):
        assert clerk.post("/office/numbers/reserve", {"for_whom": "Ban Tổ chức", "until": end}).status_code == 303
    assert "Số cuối đã cấp" in clerk.get("/office/numbers").text
    assert clerk.post("/office/numbers/last", {"last": "5", "reason": "nữa"}).status_code == 422
    assert clerk.post("/office/numbers/reserve", {"for_whom": "", "until": end}).status_code == 422
    assert clerk.post("/office/numbers/reserve", {"for_whom": "ai", "until": "2001-01-01"}).status_code == 422
    assert clerk.post("/office/numbers/reserve", {"for_whom": "ai", "until": end, "type_code": "QĐ"}).status_code == 422
    assert clerk.post("/office/numbers/1/void", {"reason": ""}).status_code == 422
    assert clerk.post("/office/numbers/1/void", {"reason": "hỏng"}).status_code == 303
    assert clerk.post("/office/numbers/2/release", {"reason": "không dùng"}).status_code == 303
    place = register(office)
    assert "Số đến 11" in clerk.get(place).text  # the released one, which is the next to be taken
    assert clerk.post("/office/numbers/2/void", {"reason": "trên văn bản"}).status_code == 422
    page = clerk.get("/office/numbers").text
    assert "hỏng" in page
    assert "Hủy" in page


def test_a_unit_chooses_its_form_and_who_keeps_what_is_secret(office: Site) -> None:
    clerk, leader, members = office.as_("first"), office.as_("leader"), office.scene.office.members
    form = {"profile": "union", "notation": "TWĐTN", "body": str(office.scene.office.body)}
    assert clerk.post("/office/settings", form).status_code == 303
    assert (
        clerk.post("/office/settings", form | {"form-documents": "{n}/{type}", "period-documents": "year"}).status_code
        == 303
    )
    assert 'value="{n}/{type}"' in clerk.get("/office/settings").text
    assert clerk.post("/office/settings", form | {"form-documents": "{type}"}).status_code == 422
    assert clerk.post("/office/settings", form | {"profile": "none"}).status_code == 422
    assert clerk.post("/office/settings", form | {"body": "999"}).status_code == 422
    end = {"for_whom": "ai", "until": today().isoformat(), "type_code": "QĐ"}
    assert clerk.post("/office/numbers/reserve", end).status_code == 303
    assert leader.post("/office/settings", form).status_code == 403
    assert clerk.post("/office/settings/keepers", {"keeper": str(members["first"])}).status_code == 403
    assert clerk.get("/office/register?book=incoming_secret").status_code == 404
    assert leader.post("/office/settings/keepers", {"keeper": str(members["first"])}).status_code == 303
    assert clerk.get("/office/register?book=incoming_secret").status_code == 200
    secret = {"file": (io.BytesIO(PDF + b"secret"), "mat.pdf"), "secrecy": "secret"}
    place = str(clerk.post("/office/receive", secret).location).removesuffix("/entry")
    assert clerk.post(f"{place}/entry", entry_form(secrecy="secret", subject="Nội dung mật")).status_code == 303
    assert "Nội dung mật" in clerk.get("/office/register?book=incoming_secret").text
    assert "Nội dung mật" not in clerk.get("/office/register").text
    assert leader.get(place).status_code == 404
    assert leader.get("/office/numbers").status_code == 403


def test_pages_of_the_clerk_are_nobody_elses(office: Site) -> None:
    place = register(office)
    waiting = put_in(office)
    for path in (f"{waiting}/entry", f"{waiting}/reading", f"{place}/assign", "/office/receive", "/office/numbers"):
        statuses = {name: office.as_(name).get(path).status_code for name in ("stranger", "chair", "third")}
        assert not {200} & set(statuses.values()), (path, statuses)
    assert office.as_("leader").get(f"{waiting}/entry").status_code == 403
    assert office.as_("first").get(f"{waiting}/reading").status_code == 200
    assert office.as_("first").get(f"{place}/assign").status_code == 403
    assert office.as_("first").post(f"{place}/stamp", {"place": "left"}).status_code == 303
    assert office.as_("leader").post(f"{place}/stamp", {"place": "foot"}).status_code == 403
    leader, members = office.as_("leader"), office.scene.office.members
    found = leader.post(f"{place}/assign", {"find": "1", "name": "third", f"role-m{members['chair']}": "lead"})
    assert "Nguyễn Thị Third" in found.text
    assert f'name="role-m{members["chair"]}" value="lead" checked' in found.text
    assert leader.post(f"{place}/assign", {"instruction": "không giao ai"}).status_code == 422


def test_a_copy_to_print_bears_the_stamp_and_the_file_stays(office: Site) -> None:
    content = render(letters(datetime.now(UTC))[0].letter).read()
    place = put_in(office, content)
    clerk = office.as_("first")
    assert clerk.get(f"{place}/stamped.pdf").status_code == 404  # no number, no stamp
    assert clerk.post(f"{place}/entry", entry_form()).status_code == 303
    copy = clerk.get(f"{place}/stamped.pdf")
    assert copy.status_code == 200
    words = PdfReader(io.BytesIO(copy.data)).pages[0].extract_text()
    for word in ("ĐẾN", "TRUNG ƯƠNG ĐOÀN", "01", f"{today():%d/%m/%Y}", "Chiến lược phát triển thanh niên"):
        assert word in words
    with office.database.reading() as db:
        doc = db.get_one(OfficeDocument, int(place.rpartition("/")[2]))
        version = db.scalars(select(Version).where(Version.document_id == doc.document_id)).one()
    kept = clerk.get(f"/papers/{doc.document_id}/versions/{version.id}/content?download=1")
    assert kept.data == content
    broken = register(office, code_number="16")
    assert clerk.get(f"{broken}/stamped.pdf").status_code == 409
