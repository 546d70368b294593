"""What a paper says of itself: real headings and endings, two columns in a line, capitals, annexes, scans."""

from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from ecabinet.demo.letters import render
from ecabinet.demo.office import letters
from ecabinet.office.reading_rules import read

TYPES = {"QĐ": "Quyết định", "CV": "Công văn", "KH": "Kế hoạch", "TB": "Thông báo", "TT": "Thông tri", "Luật": "Luật"}
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def said(*pages: str, known: dict[str, str] | None = None) -> dict[str, str]:
    return {name: one.value for name, one in read(list(enumerate(pages)), TYPES, known or {}).items()}


@pytest.mark.parametrize(
    ("line", "number", "notation"),
    [
        ("Số: 15/QĐ-UBND", "15", "QĐ-UBND"),
        ("Số 245-CV/TWĐTN-VP", "245", "CV/TWĐTN-VP"),
        ("Số : 1245 /BXD - KHCNMT&VLXD", "1245", "BXD-KHCNMT&VLXD"),
        ("Luật số: 91/2015/QH13", "91", "2015/QH13"),
        ("Số:         /BXD-KHCN", None, "BXD-KHCN"),
        ("Số: 7/TB-VP          Hà Nội, ngày 05 tháng 3 năm 2026", "7", "TB-VP"),
        ("Số lượng: 15/20 người", None, None),
        ("số 6696/VPCP-CN ngày 10/7/2026", "6696", "VPCP-CN"),
    ],
)
def test_number_and_notation(line: str, number: str | None, notation: str | None) -> None:
    found = said(f"BỘ NỘI VỤ\n{line}\nKính gửi: Các đơn vị")
    assert (found.get("code_number"), found.get("code_notation")) == (number, notation)


@pytest.mark.parametrize(
    ("head", "organ"),
    [
        ("BỘ XÂY DỰNG CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập – Tự do – Hạnh phúc", "Bộ Xây dựng"),
        ("ỦY BAN NHÂN DÂN\nTỈNH LÀO CAI\n--------", "Ủy ban nhân dân tỉnh Lào Cai"),
        ("UBND TỈNH LÀO CAI\nSỞ VĂN HÓA VÀ THỂ THAO", "Sở Văn hóa và Thể thao"),
        ("QUỐC HỘI\n--------\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Quốc hội"),
        ("BỘ GIÁO DỤC VÀ ĐÀO TẠO", "Bộ Giáo dục và Đào tạo"),
        ("VĂN PHÒNG CHÍNH PHỦ", "Văn phòng Chính phủ"),
    ],
)
def test_who_issued_it(head: str, organ: str) -> None:
    assert said(f"{head}\nSố: 1/QĐ-X\nKính gửi: Ai đó")["organ_name"] == organ


def test_an_organ_is_written_as_this_office_writes_it() -> None:
    page = "BAN TUYÊN GIÁO VÀ DÂN VẬN TRUNG ƯƠNG\nSố: 3-CV/BTGDVTW"
    known = {"ban tuyen giao va dan van trung uong": "Ban Tuyên giáo và Dân vận Trung ương"}
    assert said(page, known=known)["organ_name"] == "Ban Tuyên giáo và Dân vận Trung ương"


LETTER = """BỘ XÂY DỰNG CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập – Tự do – Hạnh phúc
Số: 1234/BXD-KHCNMT&VLXD
V/v: hướng dẫn áp dụng Bộ thông số
kỹ thuật cơ bản dùng chung
        Hà Nội, ngày 10 tháng 7 năm 2026
Kính gửi: Ủy ban nhân dân các tỉnh, thành phố
Thực hiện ý kiến tại Văn bản số 6696/VPCP-CN ngày 01 tháng 7 năm 2026, đề nghị gửi ý kiến
trước ngày 30/7/2026."""
ENDING = """KT. BỘ TRƯỞNG
THỨ TRƯỞNG
Nơi nhận:
- Như trên;
- Thứ trưởng Phạm Minh An;
- Lưu: VT, KHCNMT&VLXD (N.A.D). Nguyễn Danh Bình"""


def test_a_letter_with_its_columns_run_together() -> None:
    assert said(LETTER, "giữa", ENDING, "PHỤ LỤC\nDanh mục") == {
        "code_number": "1234", "code_notation": "BXD-KHCNMT&VLXD", "issued_on": "2026-07-10",
        "organ_name": "Bộ Xây dựng", "type_code": "CV", "due_on": "2026-07-30",
        "subject": "Hướng dẫn áp dụng Bộ thông số kỹ thuật cơ bản dùng chung",
        "signer_position": "Thứ trưởng", "signer_name": "Nguyễn Danh Bình",
    }  # fmt: skip


def test_each_is_offered_with_its_page_and_its_words() -> None:
    found = read([(0, LETTER), (6, ENDING)], TYPES, {})
    assert (found["signer_name"].page, found["code_number"].page) == (6, 0)
    assert found["code_number"].passage == "Số: 1234/BXD-KHCNMT&VLXD"
    assert found["issued_on"].passage == "Hà Nội, ngày 10 tháng 7 năm 2026"
    assert "trước ngày 30/7/2026" in found["due_on"].passage


@pytest.mark.parametrize(
    ("line", "urgency"),
    [("HỎA TỐC", "flash"), ("THƯỢNG KHẨN", "very_urgent"), ("KHẨN", "urgent"), ("khẩn trương", None)],
)
def test_urgency(line: str, urgency: str | None) -> None:
    assert said(f"BỘ NỘI VỤ\n{line}\nSố: 1/BNV-X").get("urgency") == urgency


def test_what_does_not_fit_its_field_or_is_no_day_is_not_offered() -> None:
    page = f"BỘ NỘI VỤ\nSố: 1/{'X' * 40}\nHà Nội, ngày 31 tháng 02 năm 2026\nQUYẾT ĐỊNH\n{'dài ' * 200}"
    found = said(page)
    assert found["type_code"] == "QĐ"
    assert not {"code_notation", "issued_on", "subject"} & found.keys()
    assert said() == {}
    assert said("") == {}
    assert said("chữ không có gì") == {}


@pytest.mark.parametrize("number", range(6))
def test_the_letters_of_the_demonstration(number: int) -> None:
    came = letters(NOW)[number]
    found = said(*(page.extract_text() for page in PdfReader(render(came.letter)).pages))
    assert found["organ_name"] == came.organ
    assert found["type_code"] == came.type_code
    assert f"{found['code_number']}/{found['code_notation']}" == came.letter.code
    assert found["issued_on"] == came.letter.issued_on.isoformat()
    assert found["signer_name"] == came.letter.signer
    assert found["subject"].casefold() == came.letter.subject.casefold()
