"""The lists of files as people print them, in the column order of Decree 30's annex V. Their words are Vietnamese, as
those of all official papers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from documents.retention_rules import YEARS, Retention
from ecabinet.access import Person
from ecabinet.clock import ZONE
from ecabinet.filing import destroying, queries
from ecabinet.filing.models import Destruction, OfficeFile, Transfer
from ecabinet.filing.queries import Line, Totals, Wanted
from ecabinet.filing.seeing import SeenFile, visible_to
from ecabinet.meetings.printed import head_of
from ecabinet.printing.sheets import (
    Align,
    Block,
    Column,
    Facts,
    Head,
    Heading,
    Paragraph,
    Run,
    Sheet,
    Signer,
    Table,
    Text,
    Title,
)
from ecabinet.registry.models import Unit

LONGEST = 5000
"""More lines than this are no paper: the list is printed by parts, or taken as a table."""
_C, _R = Align.CENTER, Align.RIGHT
LIST_COLUMNS = (
    Column("Số và ký hiệu hồ sơ", 1.3), Column("Tên hồ sơ", 4), Column("Thời hạn bảo quản", 1.3, _C),
    Column("Người lập hồ sơ", 1.8), Column("Ghi chú", 1.4),
)  # fmt: skip
HANDED_COLUMNS = (
    Column("STT", 0.5, _C), Column("Số và ký hiệu hồ sơ", 1.2), Column("Tiêu đề hồ sơ", 4),
    Column("Thời gian tài liệu", 1.5, _C), Column("Thời hạn bảo quản", 1.2, _C), Column("Số trang", 0.8, _R),
    Column("Ghi chú", 1.2),
)  # fmt: skip
CONTENT_COLUMNS = (
    Column("STT", 0.5, _C), Column("Số, ký hiệu văn bản", 1.4), Column("Ngày tháng năm văn bản", 1.2, _C),
    Column("Tên loại và trích yếu nội dung văn bản", 4), Column("Tác giả văn bản", 1.8),
    Column("Trang số", 0.7, _C), Column("Ghi chú", 1.1),
)  # fmt: skip
DESTROYED_COLUMNS = (
    Column("STT", 0.5, _C), Column("Số và ký hiệu hồ sơ", 1.2), Column("Tiêu đề hồ sơ", 4),
    Column("Thời gian tài liệu", 1.5, _C), Column("Hết hạn bảo quản", 1.2, _C), Column("Lý do hủy", 1.6),
    Column("Ý kiến Hội đồng", 1.2),
)  # fmt: skip


@dataclass(frozen=True)
class Listing:
    """A list: as a paper, and as the header and the rows of a table."""

    name: str
    sheet: Sheet
    header: tuple[str, ...]
    rows: list[list[str]]


def retention_words(file: OfficeFile) -> str:
    """ "Vĩnh viễn", "10 năm", or what was said of another term."""
    code = Retention(file.retention)
    if code is Retention.FOR_EVER:
        return "Vĩnh viễn"
    if code is not Retention.OTHER:
        return f"{YEARS[code]} năm"
    return " ".join(part for part in (f"{file.keep_years} năm" if file.keep_years else "", file.keep_words) if part)


def span(file: OfficeFile) -> str:
    """From the first to the last day of its documents, as lists write it."""
    days = [_day(day) for day in (file.starts_on, file.ended_on) if day is not None]
    return " – ".join(days)


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day is not None else ""


def file_list(db: Session, person: Person, unit: Unit, wanted: Wanted, now: datetime) -> Listing:
    """Danh mục hồ sơ of a unit and year, headings above their files."""
    files = queries.every(db, person, wanted, LONGEST)
    rows: list[list[str]] = []
    heading = ""
    for file in files:
        if file.heading != heading:
            heading = file.heading
            rows.append(["", heading, "", "", ""])
        charge = file.in_charge.full_name if file.in_charge else file.creator
        rows.append([file.notation, file.title, retention_words(file), charge, file.remark])
    year = f"Năm {wanted.year}" if wanted.year is not None else ""
    count = f"Danh mục hồ sơ này có {len(files)} hồ sơ."
    sheet = Sheet(
        _head(db, unit, now), Title("DANH MỤC HỒ SƠ", f"{unit.name}. {year}".strip()),
        (_table(LIST_COLUMNS, rows, bold=frozenset({""})), Paragraph(count, italic=True)),
        signers=(Signer("THỦ TRƯỞNG CƠ QUAN", note="(Ký, ghi rõ họ tên)"),),
        recipients=("Các ban, đơn vị", "Lưu: VT"),
    )  # fmt: skip
    return Listing(f"danh-muc-ho-so-{wanted.year or ''}".rstrip("-"), sheet, _titles(LIST_COLUMNS), rows)


def contents(db: Session, person: Person, seen: SeenFile, type_names: dict[str, str], now: datetime) -> Listing:
    """Mục lục văn bản of a file, of what this person may read."""
    file = seen.file
    lines = queries.contents(db, seen, person.labels)
    rows = [_content_row(line, type_names) for line in lines]
    pages = sum(line.pages or 0 for line in lines)
    facts = Facts((
        ("Số và ký hiệu hồ sơ", f"{file.notation} ({file.year})"), ("Tiêu đề hồ sơ", file.title),
        ("Thời gian tài liệu", span(file)), ("Thời hạn bảo quản", retention_words(file)),
    ))  # fmt: skip
    count = f"Hồ sơ gồm {len(lines)} văn bản, {pages} trang."
    signer = Signer("NGƯỜI LẬP", file.in_charge.full_name if file.in_charge else "", note="(Ký, ghi rõ họ tên)")
    body: tuple[Block, ...] = (facts, _table(CONTENT_COLUMNS, rows), Paragraph(count, italic=True))
    sheet = Sheet(
        _head(db, file.unit, now), Title("MỤC LỤC VĂN BẢN", "Trong hồ sơ"), body, signers=(signer,), landscape=True
    )
    return Listing(f"muc-luc-van-ban-{file.id}", sheet, _titles(CONTENT_COLUMNS), rows)


def _content_row(line: Line, type_names: dict[str, str]) -> list[str]:
    document, office = line.document, line.office
    code = office.code if office is not None and office.code else document.number or ""
    issued = office.issued_on if office is not None and office.issued_on else document.issued_on
    kind = type_names.get((office.type_code if office is not None else document.type_code) or "", "")
    title = (
        f"{kind}: {document.title}" if kind and not document.title.lower().startswith(kind.lower()) else document.title
    )
    author = office.organ_name if office is not None and office.organ_name else document.issuer or ""
    last = line.page + (line.pages or 0) - 1
    where = "" if not line.pages else str(line.page) if last == line.page else f"{line.page}–{last}"
    return [str(line.number), code, _day(issued), title, author, where, line.entry.remark]


def of_transfer(db: Session, person: Person, transfer: Transfer) -> list[OfficeFile]:
    """The files of a hand-over that this person sees."""
    found = select(OfficeFile).join(Unit, Unit.id == OfficeFile.unit_id)
    found = found.where(OfficeFile.transfer_id == transfer.id, visible_to(person))
    return list(db.scalars(
        found.order_by(OfficeFile.year, OfficeFile.heading_order, OfficeFile.place).options(
            joinedload(OfficeFile.in_charge)
        )
    ))  # fmt: skip


def handed_list(db: Session, person: Person, transfer: Transfer, now: datetime) -> Listing:
    """Mục lục hồ sơ, tài liệu nộp lưu: the files of a hand-over."""
    files = of_transfer(db, person, transfer)
    totals = queries.totals(db, [file.id for file in files], person.labels)
    rows = _handed_rows(files, totals)
    count = f"Mục lục này có {len(files)} hồ sơ, {sum(one.documents for one in totals.values())} văn bản."
    sheet = Sheet(
        _head(db, transfer.unit, now), Title("MỤC LỤC HỒ SƠ", "Nộp lưu trữ"),
        (_table(HANDED_COLUMNS, rows), Paragraph(count, italic=True)),
        signers=(Signer("NGƯỜI LẬP", transfer.giver.full_name, note="(Ký, ghi rõ họ tên)"),), landscape=True,
    )  # fmt: skip
    return Listing(f"muc-luc-ho-so-{transfer.id}", sheet, _titles(HANDED_COLUMNS), rows)


def _handed_rows(files: Iterable[OfficeFile], totals: dict[int, Totals]) -> list[list[str]]:
    return [
        [str(number), file.notation, file.title, span(file), retention_words(file), str(totals[file.id].pages),
         file.remark]
        for number, file in enumerate(files, 1)
    ]  # fmt: skip


def delivery(db: Session, person: Person, transfer: Transfer, now: datetime) -> Listing:
    """Biên bản giao nhận hồ sơ, tài liệu, with the list of the files."""
    files = of_transfer(db, person, transfer)
    totals = queries.totals(db, [file.id for file in files], person.labels)
    rows = _handed_rows(files, totals)
    day = transfer.at.astimezone(ZONE)
    years = sorted({file.year for file in files})
    name = f"Hồ sơ của {transfer.unit.name}" + (f", năm {', '.join(map(str, years))}" if years else "")
    spans = [day for file in files for day in (file.starts_on, file.ended_on) if day is not None]
    body: tuple[Block, ...] = (
        Paragraph(f"Hôm nay, ngày {day:%d} tháng {day:%m} năm {day:%Y}, chúng tôi gồm:"),
        Facts((
            ("Bên giao", f"{transfer.giver.full_name}, {transfer.unit.name}"),
            ("Bên nhận", f"Lưu trữ {transfer.unit.name}"),
        )),
        Paragraph("Thống nhất lập biên bản giao nhận hồ sơ, tài liệu với những nội dung sau:"),
        Facts((
            ("1. Tên khối tài liệu giao nộp", name),
            ("2. Thời gian của hồ sơ, tài liệu", f"{_day(min(spans))} – {_day(max(spans))}" if spans else ""),
            ("3. Số lượng", f"{len(files)} hồ sơ; {sum(one.documents for one in totals.values())} văn bản điện tử; "
                            f"{sum(one.pages for one in totals.values())} trang"),
            ("4. Tình trạng hồ sơ, tài liệu giao nộp", transfer.note or "Đầy đủ theo mục lục kèm theo"),
            ("5. Mục lục hồ sơ", "kèm theo biên bản này"),
        )),
        Paragraph("Biên bản này được lập thành hai bản, bên giao giữ một bản, bên nhận giữ một bản."),
        Heading("Mục lục hồ sơ nộp lưu", 2),
        _table(HANDED_COLUMNS, rows),
    )  # fmt: skip
    sheet = Sheet(
        _head(db, transfer.unit, now, "BB"), Title("BIÊN BẢN", "Giao nhận hồ sơ, tài liệu"), body,
        signers=(
            Signer("ĐẠI DIỆN BÊN GIAO", transfer.giver.full_name, note="(Ký, ghi rõ họ tên)"),
            Signer("ĐẠI DIỆN BÊN NHẬN", note="(Ký, ghi rõ họ tên)"),
        ),
    )  # fmt: skip
    return Listing(f"bien-ban-giao-nhan-{transfer.id}", sheet, _titles(HANDED_COLUMNS), rows)


def destroyed_list(db: Session, person: Person, destruction: Destruction, now: datetime) -> Listing:
    """Danh mục tài liệu hết giá trị, with what the council said of each file."""
    said = {"destroy": "Hủy", "keep": "Giữ lại", None: ""}
    rows = [
        [str(number), item.file.notation, item.file.title, span(item.file), _day(item.file.keep_until), item.reason,
         said[item.verdict]]
        for number, item in enumerate(destroying.items(db, person, destruction), 1)
    ]  # fmt: skip
    sheet = Sheet(
        _head(db, destruction.unit, now), Title("DANH MỤC TÀI LIỆU HẾT GIÁ TRỊ", destruction.title),
        (_table(DESTROYED_COLUMNS, rows),),
        signers=(Signer("NGƯỜI LẬP", destruction.proposer.full_name, note="(Ký, ghi rõ họ tên)"),
                 Signer("CHỦ TỊCH HỘI ĐỒNG", note="(Ký, ghi rõ họ tên)")),
        landscape=True,
    )  # fmt: skip
    return Listing(f"danh-muc-huy-{destruction.id}", sheet, _titles(DESTROYED_COLUMNS), rows)


def _head(db: Session, unit: Unit, now: datetime, symbol: str = "") -> Head:
    return head_of(db, unit, symbol, now.astimezone(ZONE).date())


def _titles(columns: Sequence[Column]) -> tuple[str, ...]:
    return tuple(column.title for column in columns)


def _table(columns: tuple[Column, ...], rows: list[list[str]], bold: frozenset[str] = frozenset()) -> Table:
    """``bold``: rows whose first cell is one of these are headings."""

    def cells(row: list[str]) -> tuple[Text, ...]:
        strong = row[0] in bold
        return tuple((Run(cell, bold=True),) if strong else cell for cell in row)

    return Table(columns, tuple(cells(row) for row in rows))
