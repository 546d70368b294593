"""The list of files as a table of somebody's own: which column is what, what a row says. Plain values only."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from documents.retention_rules import Retention
from documents.text import clean, exact, fold

_HEADERS: Final = {
    "notation": ("so va ky hieu ho so", "so ky hieu ho so", "so ky hieu", "ky hieu", "ky hieu ho so", "so va ky hieu",
                 "so ho so"),
    "title": ("ten ho so", "tieu de ho so", "tieu de", "ten ho so du kien", "noi dung ho so"),
    "retention": ("thoi han bao quan", "thoi han", "thbq"),
    "in_charge": ("nguoi lap ho so", "don vi nguoi lap ho so", "nguoi lap", "can bo lap ho so", "nguoi phu trach"),
    "heading": ("de muc", "phan", "nhom", "linh vuc", "de muc lon"),
    "starts_on": ("ngay bat dau", "tu ngay"),
    "ended_on": ("ngay ket thuc", "den ngay"),
    "rights": ("che do su dung", "quyen", "quyen su dung"),
    "language": ("ngon ngu",),
    "remark": ("ghi chu",),
}  # fmt: skip
SAMPLE = (
    ("Đề mục", "Số và ký hiệu hồ sơ", "Tên hồ sơ", "Thời hạn bảo quản", "Người lập hồ sơ", "Ghi chú"),
    ("I. Tổng hợp", "01.TH", "Hồ sơ hội nghị Ban Chấp hành năm 2027", "Vĩnh viễn", "", ""),
    ("I. Tổng hợp", "02.TH", "Hồ sơ xây dựng chương trình công tác năm 2027", "10 năm", "", ""),
)
"""A file to begin from; each of its headers is known to :func:`guess`."""
LARGEST = 2000
_FIELDS = {header: field for field, headers in _HEADERS.items() for header in headers}
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_YEARS = re.compile(r"0*([0-9]{1,3})( nam)?")
_DAYS = (re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})"), re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})"))
_BY_YEARS = {70: "02", 50: "03", 30: "04", 20: "05", 10: "06"}


def _plain(text: str) -> str:
    return _NOT_A_WORD.sub(" ", fold(exact(clean(text)))).strip()


def guess(header: Sequence[str]) -> dict[int, str]:
    """Column → field, by the words of the header; a field is given once."""
    found: dict[int, str] = {}
    for number, cell in enumerate(header):
        field = _FIELDS.get(_plain(cell))
        if field and field not in found.values():
            found[number] = field
    return found


def row_of(cells: Sequence[str], columns: Mapping[int, str]) -> dict[str, str]:
    """A row as field → what is written, retention and days as a form would send them; what is not understood stays as
    it is, and is refused where it is checked.
    """
    row = {field: cells[number].strip() for number, field in columns.items() if number < len(cells)}
    row |= retention_of(row.get("retention", ""))
    for field in ("starts_on", "ended_on"):
        if row.get(field):
            row[field] = day_of(row[field])
    return row


def is_heading(row: Mapping[str, str]) -> bool:
    """Whether a row is the heading of those below it: words in one column, neither notation nor retention."""
    said = [row.get("title", ""), row.get("heading", ""), row.get("notation", "")]
    return not row.get("retention") and sum(bool(one) for one in said) == 1


def retention_of(words: str) -> dict[str, str]:
    """ "Vĩnh viễn", "10 năm", "06" or "15 năm" as the fields of a form."""
    plain = _plain(words)
    if plain in list(Retention):
        return {"retention": plain}
    if plain in {"vinh vien", "vv"}:
        return {"retention": Retention.FOR_EVER.value}
    if match := _YEARS.fullmatch(plain):
        years = int(match[1])
        code = _BY_YEARS.get(years)
        return {"retention": code} if code else {"retention": Retention.OTHER.value, "keep_years": str(years)}
    if plain:
        return {"retention": Retention.OTHER.value, "keep_words": words}
    return {"retention": ""}


def day_of(words: str) -> str:
    """ "5/1/2027" as "2027-01-05"; anything else as it is."""
    words = words.strip()
    if match := _DAYS[0].fullmatch(words):
        try:
            return date(int(match[3]), int(match[2]), int(match[1])).isoformat()
        except ValueError:
            return words
    return words
