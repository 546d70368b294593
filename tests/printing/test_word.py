"""Papers as Word files, read back by python-docx."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from docx import Document
from docx.document import Document as WordFile
from docx.oxml.ns import qn
from docx.shared import Mm

from ecabinet.printing import word
from ecabinet.printing.sheets import (
    Code,
    Column,
    Facts,
    Form,
    Head,
    Heading,
    Items,
    Paragraph,
    Sheet,
    Signer,
    Table,
    Title,
)
from tests.printing.papers import AT, DECISION, LETTER, MINUTES
from tests.printing.test_pdf import HOSTILE, NAMES, in_order


def read(data: bytes) -> WordFile:
    return Document(io.BytesIO(data))


def everything(document: WordFile) -> str:
    """All text in reading order, tables row by row."""
    words = []
    for block in document.iter_inner_content():
        rows = getattr(block, "rows", None)
        if rows is None:
            words.append(block.text)  # type: ignore[union-attr]
        else:
            words += [cell.text for row in rows for cell in row.cells]
    return " ".join(" ".join(words).split())


def test_the_states_form() -> None:
    document = read(word.render(DECISION, AT))
    in_order(
        everything(document),
        "ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI ỦY BAN NHÂN DÂN PHƯỜNG HOÀN KIẾM Số: 15/QĐ-UBND",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc Hà Nội, ngày 05 tháng 02 năm 2026",
        "QUYẾT ĐỊNH", "Về việc ban hành", "Điều 1. Ban hành", "a) Thành viên", "TT Nội dung Số phiếu 1 Đồng ý 25",
        "Nơi nhận: - Như Điều 2;", "- Lưu: VT, VP.", "KT. CHỦ TỊCH PHÓ CHỦ TỊCH Nguyễn Thị Hằng",
    )  # fmt: skip
    section = document.sections[0]
    margins = (section.top_margin, section.right_margin, section.bottom_margin, section.left_margin)
    assert [round(margin.mm) for margin in margins if margin is not None] == [20, 15, 20, 30]
    assert (round((section.page_width or Mm(0)).mm), round((section.page_height or Mm(0)).mm)) == (210, 297)


def test_the_unions_form() -> None:
    text = everything(read(word.render(MINUTES, AT)))
    in_order(
        text,
        "BAN CHẤP HÀNH TRUNG ƯƠNG BAN CHẤP HÀNH TỈNH TUYÊN QUANG ***", "ĐOÀN TNCS HỒ CHÍ MINH", "BIÊN BẢN",
        "I. THÀNH PHẦN", "1. Có mặt", "Quét để mở tài liệu", "THƯ KÝ (Ký, ghi rõ họ tên) Trần Văn Đỗ", "CHỦ TỌA",
        "TRƯỞNG BAN KIỂM PHIẾU Lê Thị Ưng", "Nơi nhận:",
    )  # fmt: skip
    in_order(everything(read(word.render(LETTER, AT))), "V/v chuẩn bị", "Kính gửi:", "- Các Đoàn trực thuộc.", "TL. ")


def test_headings_and_names_of_styles_are_real() -> None:
    document = read(word.render(MINUTES, AT))
    styles = [(p.style.name, p.text) for p in document.paragraphs if p.style is not None]
    assert ("Title", "BIÊN BẢN") in styles
    assert ("Heading 1", "I. THÀNH PHẦN") in styles
    assert ("Heading 2", "1. Báo cáo") in styles
    assert ("Heading 3", "1.1. Thảo luận") in styles
    for name in ("Normal", "Title", "Heading 1", "Body Text", "Header"):
        fonts = document.styles[name].element.rPr.rFonts
        assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "cs", "eastAsia")} == {"Times New Roman"}
        assert not [attribute for attribute in fonts.attrib if "Theme" in attribute]


def test_pages_are_numbered_from_the_second_on() -> None:
    section = read(word.render(DECISION, AT)).sections[0]
    assert section.different_first_page_header_footer
    assert " PAGE " in section.header._element.xml
    assert " PAGE " not in section.first_page_header._element.xml


@pytest.mark.parametrize("draft", [True, False])
def test_the_mark_of_a_draft_is_on_every_page(draft: bool) -> None:
    section = read(word.render(replace(DECISION, draft=draft), AT)).sections[0]
    for header in (section.header, section.first_page_header):
        assert ('string="DỰ THẢO"' in header._element.xml) is draft


def test_the_header_of_a_table_comes_again_and_rows_stay_whole() -> None:
    rows = tuple((str(place), NAMES[place % len(NAMES)]) for place in range(500))
    sheet = Sheet(Head(Form.STATE, "A"), Title("Danh sách"), (Table((Column("TT"), Column("Tên", 4)), rows),))
    table = read(word.render(sheet, AT)).tables[1]
    assert len(table.rows) == 501
    assert table.rows[0]._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
    assert [cell.text for cell in table.rows[500].cells] == list(rows[499])
    widths = [column.width or Mm(0) for column in table.columns]
    assert round(widths[1] / widths[0], 1) == 4


def test_the_file_tells_its_title_language_and_time() -> None:
    properties = read(word.render(MINUTES, AT)).core_properties
    assert properties.title.startswith("Biên bản Hội nghị Ban Chấp hành Tỉnh đoàn")
    assert properties.language == "vi-VN"
    assert properties.created is not None
    assert properties.created.replace(tzinfo=UTC) == AT


def test_the_same_sheet_and_time_give_the_same_bytes() -> None:
    assert word.render(MINUTES, AT) == word.render(MINUTES, AT)
    assert word.render(MINUTES, AT) != word.render(MINUTES, AT + timedelta(seconds=2))


def test_empty_lists_print_nothing_and_an_empty_table_says_so() -> None:
    body = (Items(()), Facts(()), Table((Column("Họ tên"), Column("Ý kiến")), ()))
    text = everything(read(word.render(Sheet(Head(Form.STATE, "A"), Title("Báo cáo"), body), AT)))
    in_order(text, "BÁO CÁO", "Họ tên Ý kiến", "(Không có)")
    for form in Form:
        assert read(word.render(Sheet(Head(form, ""), Title()), AT)).tables


@pytest.mark.parametrize("typed", [pytest.param(typed, id=f"text{place}") for place, typed in enumerate(HOSTILE)])
def test_what_looks_like_markup_stays_text(typed: str) -> None:
    sheet = Sheet(
        Head(Form.STATE, typed, typed, typed, typed, typed), Title(typed, typed * 50),
        (Paragraph(typed), Heading(typed), Items((typed,)), Facts(((typed, typed),)),
         Table((Column(typed),), ((typed,),), typed), Code(typed, typed)),
        (typed,), (Signer(typed, typed, (typed,), typed),), (typed,),
    )  # fmt: skip
    assert everything(read(word.render(sheet, AT))).count(typed) >= 8


def test_characters_that_xml_cannot_hold_do_no_harm() -> None:
    nasty = "một\x00\x0b\x1b\ud800\ufffe\u202e hai"
    sheet = Sheet(
        Head(Form.UNION, nasty, nasty, nasty, nasty, nasty), Title(nasty, nasty),
        (Paragraph(nasty), Items((nasty,)), Table((Column(nasty),), ((nasty,),), nasty)),
        (nasty,), (Signer(nasty, nasty, (nasty,), nasty),), (nasty,),
    )  # fmt: skip
    assert "một hai" in everything(read(word.render(sheet, AT)))


def test_every_part_of_the_file_has_the_time_passed_in() -> None:
    with zipfile.ZipFile(io.BytesIO(word.render(DECISION, AT))) as parts:
        assert {part.date_time for part in parts.infolist()} == {(2026, 11, 22, 8, 30, 4)}
