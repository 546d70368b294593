"""Papers as PDFs: what a reader finds on the pages, read back by pypdf and drawn by PDFium."""

import io
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pypdfium2
import pytest
from pypdf import PdfReader

from ecabinet.printing import pdf
from ecabinet.printing.sheets import (
    Align,
    Code,
    Column,
    Facts,
    Form,
    Head,
    Heading,
    Items,
    PageBreak,
    Paragraph,
    Sheet,
    Signer,
    Table,
    Title,
)
from tests.printing.papers import AT, DECISION, LETTER, MINUTES

VOWELS = list("aăâeêioôơuưy")
TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
LETTERS = [unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES] + ["đ"]
NAMES = [f"Ng{letter}n {letter.upper()}t" for letter in LETTERS]
HOSTILE = [
    "<b>đậm</b> & <script>alert(1)</script>",
    "<para><font size=99>to</para>",
    "]]> &amp; &#0; %(name)s {0} \\n",
    "<img src='file:///etc/passwd'/><a href='x'>",
    "=1+1 'nháy' \"kép\"",
]


def pages(data: bytes) -> list[str]:
    """The text of each page, blanks made one."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages]


def printed(*body: object, form: Form = Form.STATE, **more: object) -> bytes:
    head = Head(form, "Văn phòng", "Ủy ban nhân dân tỉnh")
    return pdf.render(Sheet(head, Title("Báo cáo", "Tình hình"), body, **more), AT)  # type: ignore[arg-type]


def in_order(text: str, *parts: str) -> None:
    """Each part stands behind the one before."""
    place = 0
    for part in parts:
        found = text.find(part, place)
        assert found >= 0, f"{part!r} does not stand in {text[place:]!r}"
        place = found + len(part)


def test_the_states_form() -> None:
    (text,) = pages(pdf.render(DECISION, AT))
    in_order(
        text,
        "ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI", "ỦY BAN NHÂN DÂN PHƯỜNG HOÀN KIẾM", "Số: 15/QĐ-UBND",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Hà Nội, ngày 05 tháng 02 năm 2026",
        "QUYẾT ĐỊNH", "Về việc ban hành Quy chế", "Căn cứ Luật", "Điều 1. Ban hành", "a) Thành viên", "b) Công chức",
        "TT Nội dung Số phiếu", "1 Đồng ý 25", "Điều 2.", "Nơi nhận: - Như Điều 2;", "- Lưu: VT, VP.",
        "KT. CHỦ TỊCH PHÓ CHỦ TỊCH Nguyễn Thị Hằng",
    )  # fmt: skip


def test_the_unions_form() -> None:
    first, second = pages(pdf.render(MINUTES, AT))
    in_order(
        first,
        "DỰ THẢO", "BAN CHẤP HÀNH TRUNG ƯƠNG", "BAN CHẤP HÀNH TỈNH TUYÊN QUANG", "***", "-BB/TĐTN-VP",
        "ĐOÀN TNCS HỒ CHÍ MINH", "Tuyên Quang, ngày 22 tháng 11 năm 2026", "BIÊN BẢN", "Hội nghị Ban Chấp hành",
        "-----", "Thời gian: 08 giờ 00", "I. THÀNH PHẦN", "1. Có mặt", "2. Vắng mặt", "Quét để mở tài liệu",
        "THƯ KÝ (Ký, ghi rõ họ tên) Trần Văn Đỗ", "CHỦ TỌA (Ký, ghi rõ họ tên) Hoàng Ngọc Ẩn",
    )  # fmt: skip
    in_order(second, "DỰ THẢO", "2", "TRƯỞNG BAN KIỂM PHIẾU", "Nơi nhận: - Ban Bí thư Trung ương Đoàn (b/c);")
    assert "CỘNG HÒA" not in first


def test_the_summary_of_a_letter_stands_under_its_number() -> None:
    (text,) = pages(pdf.render(LETTER, AT))
    in_order(text, "Số: 245-CV/TWĐTN-VP", "V/v chuẩn bị hội nghị", "ĐOÀN TNCS", "Kính gửi:", "- Ban Thường vụ",
             "TL. BAN BÍ THƯ TRUNG ƯƠNG ĐOÀN CHÁNH VĂN PHÒNG Phạm Đình Ẳng")  # fmt: skip


def test_the_same_sheet_and_time_give_the_same_bytes() -> None:
    assert pdf.render(MINUTES, AT) == pdf.render(MINUTES, AT)
    assert pdf.render(MINUTES, AT) != pdf.render(MINUTES, AT + timedelta(seconds=1))


def test_the_file_tells_its_title_language_and_time() -> None:
    reader = PdfReader(io.BytesIO(pdf.render(MINUTES, AT)))
    assert reader.metadata is not None
    assert reader.metadata.title == "Biên bản Hội nghị Ban Chấp hành Tỉnh đoàn lần thứ mười, nhiệm kỳ 2022 - 2027"
    assert reader.metadata.author == "Ban Chấp hành tỉnh Tuyên Quang"
    assert reader.metadata.creation_date == AT
    assert reader.trailer["/Root"]["/Lang"] == "vi"
    assert [entry.title for entry in reader.outline if not isinstance(entry, list)] == ["I. THÀNH PHẦN", "II. NỘI DUNG"]


def test_each_face_is_embedded() -> None:
    page = PdfReader(io.BytesIO(pdf.render(DECISION, AT))).pages[0]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    embedded = [font for font in fonts if "/FontDescriptor" in font]
    assert {str(font["/BaseFont"]).split("+")[1] for font in embedded} == {
        "eCabinetSerif-Regular", "eCabinetSerif-Bold", "eCabinetSerif-Italic", "eCabinetSerif-BoldItalic",
    }  # fmt: skip
    assert all("/FontFile2" in font["/FontDescriptor"] for font in embedded)


@pytest.mark.parametrize("form", [pytest.param(form, id=form.value) for form in Form])
def test_every_vietnamese_letter_is_there_in_every_style(form: Form) -> None:
    text = " ".join(NAMES)
    found = " ".join(
        pages(
            printed(
                Paragraph(text),
                Paragraph(text, bold=True),
                Paragraph(text, italic=True),
                Paragraph(text, bold=True, italic=True),
                form=form,
            )
        )
    )
    for name in NAMES:
        assert found.count(name) >= 4, name


def test_letters_typed_apart_are_put_together() -> None:
    assert "Nguyễn Thị Hằng" in pages(printed(Paragraph(unicodedata.normalize("NFD", "Nguyễn Thị Hằng"))))[0]


def test_a_long_table_goes_over_pages_with_its_header_on_each() -> None:
    rows = tuple((str(place), f"Đồng chí {NAMES[place % len(NAMES)]}", "Đồng ý") for place in range(1, 501))
    columns = (Column("TT", 1, Align.CENTER), Column("Họ và tên", 5), Column("Ý kiến", 2))
    found = pages(printed(Table(columns, rows), signers=(Signer("Thư ký", "Lê A"),)))
    assert len(found) > 10
    for number, page in enumerate(found[:-1], 1):
        assert "TT Họ và tên Ý kiến" in page
        assert number == 1 or page.startswith(f"{number} ")
    text = " ".join(found)
    for place in (1, 250, 500):
        assert text.count(f" {place} Đồng chí {NAMES[place % len(NAMES)]} ") == 1
    assert "THƯ KÝ Lê A" in found[-1]


def test_a_cell_higher_than_a_page_is_broken() -> None:
    found = pages(printed(Table((Column("Nội dung"), Column("Ghi chú")), (("chữ " * 4000 + "hết", "xong"),))))
    assert len(found) > 3
    assert "hết" in " ".join(found)


def test_empty_lists_print_nothing_and_an_empty_table_says_so() -> None:
    (text,) = pages(printed(Items(()), Facts(()), Table((Column("Họ tên"), Column("Ý kiến")), ()), Paragraph("")))
    in_order(text, "BÁO CÁO", "Họ tên Ý kiến", "(Không có)")
    assert "Nơi nhận" not in text


def test_a_sheet_with_nothing_in_it_is_a_page() -> None:
    for form in Form:
        assert len(pages(pdf.render(Sheet(Head(form, ""), Title()), AT))) == 1


@pytest.mark.parametrize("kind", ["Báo cáo", ""])
def test_very_long_titles_are_printed_whole(kind: str) -> None:
    long = " ".join(f"từ{number}" for number in range(1500))
    head = Head(Form.UNION, f"{long} cơ quan", f"{long} cấp trên", "1", "QĐ", "Hà Nội")
    text = " ".join(pages(pdf.render(Sheet(head, Title(kind, f"{long} trích yếu"), (Heading(long),)), AT)))
    assert text.count("từ1499") == 2
    assert text.count("TỪ1499") == 2


def test_a_word_wider_than_the_page_is_broken() -> None:
    text = "".join(pages(printed(Paragraph("x" * 3000), Table((Column("A"), Column("B")), (("y" * 500, "1"),)))))
    assert (text.count("x"), text.count("y")) == (3000, 500)


@pytest.mark.parametrize("typed", [pytest.param(typed, id=f"text{place}") for place, typed in enumerate(HOSTILE)])
def test_what_looks_like_markup_stays_text(typed: str) -> None:
    head = Head(Form.STATE, typed, typed, typed, typed, typed)
    sheet = Sheet(
        head, Title(typed, typed),
        (Paragraph(typed), Heading(typed), Items((typed,)), Facts(((typed, typed),)),
         Table((Column(typed),), ((typed,),), typed), Code(typed, typed)),
        (typed,), (Signer(typed, typed, (typed,), typed),), (typed,),
    )  # fmt: skip
    text = "".join(pages(pdf.render(sheet, AT))).replace(" ", "")
    assert text.count(typed.replace(" ", "")) >= 8


def test_control_characters_do_no_harm() -> None:
    text = pages(printed(Paragraph("một\x00\x1b\ud800\u202e hai\nba"), Items(("bốn\x07",))))[0]
    in_order(text, "một hai ba", "1. bốn")


def test_letters_the_face_lacks_are_seen_to_be_missing() -> None:
    assert "?? ? xong" in pages(printed(Paragraph("漢字 😀 xong")))[0]


def test_the_signature_never_stands_alone() -> None:
    """With any number of lines before it, the page that has the signature has words of the text too."""
    for lines in range(20, 40):
        last = Paragraph("Biên bản kết thúc vào lúc 11 giờ 30 cùng ngày./.")
        found = pages(
            printed(*[Paragraph(f"dòng {n}") for n in range(lines)], last, signers=(Signer("Thư ký", "Lê A"),))
        )
        assert "kết thúc" in found[-1], lines
        assert "THƯ KÝ" in found[-1]


def test_a_heading_goes_with_what_it_heads() -> None:
    for lines in range(20, 40):
        body = [*[Paragraph(f"dòng {n}") for n in range(lines)], Heading("ĐẦU ĐỀ"), Paragraph("thân bài")]
        for page in pages(printed(*body)):
            assert ("ĐẦU ĐỀ" in page) == ("thân bài" in page), lines


def test_a_heading_before_the_last_words_goes_over_the_page_with_them() -> None:
    for lines in range(14, 34):
        body = [Paragraph(f"Đoạn {n}") for n in range(lines)]
        text = pages(printed(*body, Heading("Bế mạc"), Paragraph("Lời cuối."), signers=(Signer("THƯ KÝ", "Lê A"),)))
        assert ["Bế mạc" in page for page in text] == ["Lời cuối." in page for page in text]


def test_headings_and_a_caption_stay_with_the_first_row_of_a_table() -> None:
    """At the foot of a page they go over together; a long table does not."""
    rows = tuple((str(n), "dòng " * 30) for n in range(1, 60))
    table = Table((Column("TT"), Column("Nội dung", 5)), rows, "Bảng kê")
    began_on = set()
    for lines in range(12, 36, 2):
        body = [*[Paragraph(f"dòng {n}") for n in range(lines)], Heading("I. MỘT"), Heading("1. Hai", 2), table]
        found = pages(printed(*body))
        began = next(number for number, page in enumerate(found) if "I. MỘT" in page)
        in_order(found[began], "I. MỘT", "1. Hai", "Bảng kê", "TT Nội dung", "1 dòng")
        began_on.add(began)
    assert began_on == {0, 1}


def test_a_page_break_and_the_number_of_the_page() -> None:
    first, second = pages(printed(Paragraph("trước"), PageBreak(), Paragraph("sau")))
    assert "trước" in first
    assert second == "2 sau"


def test_a_wide_sheet_lies() -> None:
    box = PdfReader(io.BytesIO(printed(landscape=True))).pages[0].mediabox
    assert box.width > box.height


def ink(data: bytes, page: int, left: float, top: float, right: float, bottom: float) -> float:
    """The share of dark points in a part of a page, whose edges are given as shares of its sides."""
    with pypdfium2.PdfDocument(data) as document:
        picture = document[page].render(scale=1).to_pil().convert("L")
    wide, high = picture.size
    part = picture.crop((round(left * wide), round(top * high), round(right * wide), round(bottom * high)))
    return sum(count for shade, count in enumerate(part.histogram()) if shade < 100) / (part.width * part.height)


def test_the_parts_stand_where_the_form_puts_them() -> None:
    """Margins are white, the two heads stand side by side, the number of the page in the upper margin."""
    data = pdf.render(replace(DECISION, body=(*DECISION.body, PageBreak(), Paragraph("Trang sau"))), AT)
    assert ink(data, 0, 0, 0, 30 / 210 - 0.01, 1) == 0
    assert ink(data, 0, 195 / 210 + 0.01, 0, 1, 1) == 0
    assert ink(data, 0, 0, 0, 1, 0.06) == 0
    assert ink(data, 0, 0.15, 0.06, 0.48, 0.17) > 0.01
    assert ink(data, 0, 0.49, 0.06, 0.93, 0.14) > 0.01
    assert ink(data, 1, 0.48, 0.03, 0.52, 0.06) > 0.01
    assert ink(data, 1, 0.1, 0.03, 0.45, 0.06) == 0


def test_the_mark_of_a_draft_is_pale_and_only_on_drafts() -> None:
    assert "DỰ THẢO" not in pages(pdf.render(replace(MINUTES, draft=False), AT))[0]
    empty = Sheet(Head(Form.STATE, "A"), Title(), draft=True)
    assert ink(pdf.render(empty, AT), 0, 0.1, 0.3, 0.9, 0.9) == 0


@pytest.mark.parametrize("signers", [1, 2, 5])
def test_more_recipients_than_fit_on_a_page(signers: int) -> None:
    found = pages(
        printed(
            Paragraph("Hết."),
            signers=tuple(Signer("Ủy viên", f"Người {n}", ("TM. Ban",) * 30) for n in range(signers)),
            recipients=tuple(f"Đơn vị {n}" for n in range(200)),
        )
    )
    text = " ".join(found)
    assert text.count("- Đơn vị") == 200
    assert all(f"Người {n}" in text for n in range(signers))


def test_papers_printed_at_once_do_not_mix_their_letters() -> None:
    sheets = [
        replace(MINUTES, body=tuple(Paragraph(name * times) for name in NAMES[times : times * 8]))
        for times in range(1, 7)
    ]
    with ThreadPoolExecutor(6) as threads:
        together = list(threads.map(lambda sheet: pdf.render(sheet, AT), sheets))
    assert together == [pdf.render(sheet, AT) for sheet in sheets]
