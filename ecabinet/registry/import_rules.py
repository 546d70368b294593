"""Rules of imports: which column is what, how big a workbook may be, what a cell says. Plain values only."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from documents.text import clean, exact, fold
from ecabinet.registry.member_rules import LIMITS

BATCH, LARGE_BATCH = 1_000, 5_000
"""Rows in a transaction: others who write wait for it; of a large file a larger one makes fewer."""
LARGE_FILE = 1024 * 1024
ROW_FIELDS = (
    "full_name", "family_name", "given_name", "sex", "born_on", "national_id", "phone", "card_number", "joined_on",
    "unit_code", *LIMITS,
)  # fmt: skip
"""What a column can be; ``family_name`` and ``given_name`` are the two halves of a name in two columns."""

MIB = 1024 * 1024
WORKBOOK_BYTES, SHARED_BYTES, WORKBOOK_PARTS = 400 * MIB, 48 * MIB, 2_000
COLUMNS = 100
CELL_CHARACTERS = 1_000
LONG_NUMBER = 9  # digits; a day has eight

_HEADERS = {
    "full_name": ("ho ten", "ho va ten", "ho ten doan vien", "ho va ten doan vien", "ten doan vien", "full name",
                  "name"),
    "family_name": ("ho", "ho dem", "ho va dem", "ho va ten dem", "ho lot", "ho va chu dem"),
    "given_name": ("ten",),
    "sex": ("gioi tinh", "phai", "nam nu", "sex", "gender"),
    "born_on": ("ngay sinh", "ngay thang nam sinh", "nam sinh", "sinh ngay", "date of birth", "birthday"),
    "national_id": ("cccd", "so cccd", "can cuoc", "so can cuoc", "can cuoc cong dan", "so can cuoc cong dan",
                    "cmnd cccd", "cccd cmnd", "so dinh danh", "so dinh danh ca nhan", "ma dinh danh", "national id"),
    "phone": ("dien thoai", "so dien thoai", "sdt", "dt", "di dong", "phone"),
    "card_number": ("so the", "so the doan", "so the doan vien", "ma doan vien", "ma the", "card number"),
    "joined_on": ("ngay vao doan", "ngay ket nap", "ngay ket nap doan", "vao doan ngay"),
    "unit_code": ("ma don vi", "ma chi doan", "ma co so", "unit code"),
    "birth_place": ("noi sinh",), "home_town": ("que quan", "nguyen quan"), "ethnic": ("dan toc",),
    "religion": ("ton giao",),
    "residence": ("thuong tru", "noi thuong tru", "ho khau", "dia chi thuong tru", "ho khau thuong tru"),
    "living_at": ("noi o", "noi o hien tai", "noi o hien nay", "dia chi", "tam tru", "cho o hien nay"),
    "email": ("email", "thu dien tu", "e mail"),
    "education": ("hoc van", "trinh do hoc van", "trinh do van hoa", "van hoa"),
    "profession": ("chuyen mon", "trinh do chuyen mon"),
    "political": ("ly luan chinh tri", "trinh do ly luan chinh tri", "llct"),
    "languages": ("ngoai ngu",), "computing": ("tin hoc",), "occupation": ("nghe nghiep",),
    "workplace": ("noi hoc tap cong tac", "noi hoc tap", "noi cong tac", "don vi cong tac", "noi lam viec"),
    "joined_at": ("noi vao doan", "noi ket nap"), "referrer": ("nguoi gioi thieu",),
    "book_number": ("so doan", "so so doan"), "party_on": ("ngay vao dang",),
}  # fmt: skip
SAMPLE = (
    ("Họ và tên", "Giới tính", "Ngày sinh", "Số CCCD", "Số thẻ đoàn", "Ngày vào Đoàn", "Mã chi đoàn", "Điện thoại",
     "Email"),
    ("Nguyễn Văn An", "Nam", "15/03/2001", "001201000001", "", "26/03/2019", "", "0900000001", "an@example.vn"),
    ("Trần Thị Bình", "Nữ", "02/09/2003", "", "D0000001", "26/03/2020", "", "", ""),
)  # fmt: skip
"""A file to begin from: its headers, each of which :func:`guess` knows, and two people."""
_FIELD_OF = {header: field for field, headers in _HEADERS.items() for header in headers}
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def guess(headers: Sequence[str]) -> dict[int, str]:
    """Column number → field, by the words of the header, with or without marks; a field is given once."""
    guessed: dict[int, str] = {}
    for number, header in enumerate(headers):
        words = _NOT_A_WORD.sub(" ", fold(exact(clean(header)))).strip()
        field = _FIELD_OF.get(words) or _FIELD_OF.get(words.split(" ngay thang")[0])
        if field and field not in guessed.values():
            guessed[number] = field
    return guessed


def named(cells: Sequence[str], mapping: Mapping[int, str]) -> dict[str, str]:
    """A row as field → what is written; the two halves of a name become one."""
    row = {field: cells[number] for number, field in mapping.items() if number < len(cells) and cells[number]}
    if "family_name" in row or "given_name" in row:
        halves = (row.pop("family_name", "").strip(), row.pop("given_name", "").strip())
        row.setdefault("full_name", " ".join(half for half in halves if half))
    return row


def enough(mapping: Mapping[int, str]) -> bool:
    """Whether the columns say who somebody is and how to know them again."""
    fields = set(mapping.values())
    has_name = "full_name" in fields or {"family_name", "given_name"} <= fields
    return has_name and "born_on" in fields and bool(fields & {"national_id", "card_number"})


def cell_text(value: object) -> str:
    """What a cell of a workbook says: formulas as they are written, days as days, whole numbers without a fraction."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)[:CELL_CHARACTERS]


def hidden(text: str) -> str:
    """A cell as an example to know its column by: of a long number, as ids and phones are, the last digits only."""
    if sum(c.isdigit() for c in text) < LONG_NUMBER:
        return text
    shown = len(text) - 3
    return "".join("•" if c.isdigit() and place < shown else c for place, c in enumerate(text))


def harmless(text: str) -> str:
    """A cell for export that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def delimiter(line: str) -> str:
    """What parts the cells of a header line."""
    return max(",;\t|", key=line.count)
