"""Office files, web pages, letters and plain texts are read without any office program."""

from datetime import date

import pytest

from documents import media
from documents.extract import Extracted, Limits, Reason, extract
from documents.readers.numbers import shown
from documents.rules import VersionState
from tests.factories import office_files as office
from tests.factories.legacy import windows

LIMITS = Limits(seconds=20)


@pytest.fixture
def read(tmp_path):
    def read(data: bytes, limits: Limits = LIMITS) -> Extracted:
        path = tmp_path / "file"
        path.write_bytes(data)
        return extract(path, "", limits)

    return read


def para(text: str) -> str:
    return office.paragraph((text, None))


def test_a_word_file_with_all_that_it_can_hold(read):
    table = (
        f"<w:tbl><w:tr><w:tc>{para('Số')}</w:tc><w:tc>{para('Ngày')}{para('tháng')}</w:tc></w:tr>"
        f"<w:tr><w:tc>{para('15')}</w:tc><w:tc>{para('05/02')}</w:tc></w:tr></w:tbl>"
    )
    box = f"<w:txbxContent>{para('Trong khung')}</w:txbxContent>"
    both = f"<w:Choice>{box}</w:Choice><w:Fallback>{box}</w:Fallback>"
    twice = f"<w:p><w:r><w:AlternateContent>{both}</w:AlternateContent></w:r></w:p>"
    changed = (
        "<w:p><w:del><w:r><w:delText>cũ</w:delText></w:r></w:del><w:ins><w:r><w:t>mới</w:t></w:r></w:ins>"
        "<w:moveFrom><w:r><w:t>đã dời</w:t></w:r></w:moveFrom><w:r><w:tab/><w:t>hết</w:t><w:noBreakHyphen/></w:r></w:p>"
    )
    parts = {
        "header": office.part("hdr", para("Đầu trang")),
        "footer": office.part("ftr", para("Chân trang")),
        "footnotes": office.part("footnotes", f"<w:footnote>{para('Chú thích')}</w:footnote>"),
    }
    outcome = read(office.docx(para("Điều 1") + table + twice + changed + para("Cuối"), parts))
    assert (outcome.state, outcome.reason) == (VersionState.READY, None)
    assert outcome.pages[0].splitlines() == [
        "Điều 1",
        "Số\tNgày",
        "tháng",
        "15\t05/02",
        "Trong khung",
        "",
        "mới\thết-",
        "Cuối",
        "Chú thích",
        "Đầu trang",
        "Chân trang",
    ]


def test_a_workbook_as_it_is_shown(read):
    rows = [
        ["Họ tên", "Ngày sinh", "Lúc", "Tiền", "Tỷ lệ", "Đúng", "Tổng"],
        ["Lò Thị Ủy", date(2000, 5, 17), 0.5, 1234567.891, 0.256, True, "=SUM(A1:A9)&WEBSERVICE(\"http://x\")"],
        [None, None, "dòng\nhai", 12, 0.1, "#N/A", 10**16],
    ]  # fmt: skip
    formats = {"B2": "dd/mm/yyyy", "C2": "[$-42A]hh:mm", "D2": "#,##0.00", "E2": "0.0%"}
    outcome = read(office.workbook(rows, formats=formats))
    assert (outcome.reason, outcome.page_count) == (None, 1)
    assert outcome.pages[0].splitlines() == [
        "Danh sách",
        "Họ tên\tNgày sinh\tLúc\tTiền\tTỷ lệ\tĐúng\tTổng",
        'Lò Thị Ủy\t17/05/2000\t12:00\t1,234,567.89\t25.6%\tTRUE\t=SUM(A1:A9)&WEBSERVICE("http://x")',
        "dòng hai\t12\t0.1\t#N/A\t1e+16",
    ]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        ("36892", "dd\\/mm\\/yyyy;@", "01/01/2001"),
        ("36892.75", 'dd" tháng "mm hh:mm', "01/01/2001 18:00"),
        ("-5", "dd/mm/yyyy", "-5"),
        ("99999999", "dd/mm/yyyy", "99999999"),
        ("1.5", "0", "1.5"),
        ("1234.5", '#,##0 "đồng"', "1,234"),
        ("0.1", "", "0.1"),
        ("7", "General", "7"),
        ("7", '"Lớp "0', "7"),
        ("abc", "0.00", "abc"),
        ("nan", "", "nan"),
        ("inf", "dd/mm/yyyy", "inf"),
        ("1e400", "", "1e400"),
    ],
)
def test_numbers_are_shown_by_their_format(value, form, text):
    assert shown(value, form) == text


def test_slides_in_their_order_with_notes(read):
    outcome = read(office.pptx([[("Một", None)], [("Hai", None), ("ba", None)]], notes={1: "Nói chậm"}))
    assert (outcome.reason, outcome.page_count, outcome.pages) == (None, 2, {0: "Một\n", 1: "Hai\nba\nNói chậm\n"})


def test_files_of_libreoffice(read):
    text = "<text:p>Điều<text:s/>1<text:line-break/>hai</text:p><text:h>Chương</text:h>"
    assert read(office.opendocument("text", text)).pages == {0: "Điều 1\nhai\nChương\n"}
    cells = "".join(f"<table:table-cell><text:p>{text}</text:p></table:table-cell>" for text in "ab")
    row = f"<table:table-row>{cells}</table:table-row>"
    sheets = f'<table:table table:name="Một">{row}</table:table><table:table table:name="Hai">{row}{row}</table:table>'
    outcome = read(office.opendocument("spreadsheet", sheets))
    assert (outcome.page_count, outcome.pages) == (2, {0: "Một\na\tb\t\n", 1: "Hai\na\tb\t\na\tb\t\n"})
    assert outcome.media_type == media.ODS
    sealed = office.opendocument("text", text, "<manifest><encryption-data/></manifest>")
    assert (read(sealed).reason, read(sealed).state) == (Reason.ENCRYPTED, VersionState.REFUSED)


def test_macros_are_said_and_the_text_is_read(read):
    outcome = read(office.docx(para("Công văn"), more={"word/vbaProject.bin": b"\xcc\x61"}))
    assert (outcome.media_type, outcome.reason, outcome.state) == (media.DOCM, Reason.MACROS, VersionState.READY)
    assert outcome.pages == {0: "Công văn\n"}


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"word/document.xml": "<w:document"}, Reason.DAMAGED),
        ({"word/styles.xml": "<s/>"}, Reason.DAMAGED),
        ({"word/document.xml": "<!DOCTYPE d SYSTEM 'http://x/y'><d/>"}, Reason.UNSAFE),
        ({"word/document.xml": "<d/>", "../../etc/cron.d/x": "x"}, Reason.UNSAFE),
        ({"word/document.xml": "<d/>", "/etc/passwd": "x"}, Reason.UNSAFE),
        ({"word/document.xml": "<d/>", "C:\\x.exe": "x"}, Reason.UNSAFE),
        ({"word/document.xml": "<d/>", "word/a\nb": "x"}, Reason.UNSAFE),
        ({"word/document.xml": "<d>" * 2000 + "</d>" * 2000}, Reason.DAMAGED),
        ({"word/document.xml": "<d/>"}, Reason.NO_TEXT),
    ],
    ids=["cut", "missing_part", "doctype", "upwards", "absolute", "drive", "control", "deep", "nothing"],
)
def test_zips_that_are_not_what_they_should_be(read, parts, reason):
    assert read(office.packed({office.TYPES: "<Types/>"} | parts)).reason == reason


def test_text_before_a_fault_is_kept(read):
    body = office.docx(para("Còn đọc được") + "<w:p><w:r><w:t>dở dang</w:t></w:r></w:p><w:hỏng")
    outcome = read(body)
    assert (outcome.reason, outcome.state, outcome.notes) == (Reason.PARTLY_READ, VersionState.READY, ["damaged"])
    assert outcome.pages[0].startswith("Còn đọc được")


def test_more_than_may_be_unpacked_is_refused_by_what_it_unpacks_to(read):
    bomb = office.docx(para("Đầu") + para("x" * 9_000_000))
    assert len(bomb) < 20_000
    outcome = read(bomb, Limits(seconds=20, unpacked=5_000_000))
    assert (outcome.reason, outcome.state) == (Reason.PARTLY_READ, VersionState.READY)
    assert outcome.notes == ["too_large_to_read"]


PAGE = (
    "<!-- x --><!DOCTYPE html><title>Tin</title><script>alert(1)</script><p>Hà&nbsp;Nội<br>hai</p><style>p{}</style>ba"
)
LETTER = (
    "From: Văn thư <vt@example.vn>\r\nTo: a@example.vn\r\nSubject: =?utf-8?b?R2nhuqV5IG3hu51p?=\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nKính mời đồng chí.\r\n"
)

LETTER_READ = "From: Văn thư <vt@example.vn>\nTo: a@example.vn\nSubject: Giấy mời\n\nKính mời đồng chí.\n"


@pytest.mark.parametrize(
    ("data", "kind", "text"),
    [
        (PAGE.encode(), media.HTML, "Tin\nHà Nội\nhai\nba"),
        (LETTER.encode(), media.EML, LETTER_READ),
        ("Công văn số 5\r\nHoà".encode("utf-8-sig"), media.TEXT, "Công văn số 5\nHoà"),
        ("Công văn số 5".encode("utf-16"), media.TEXT, "Công văn số 5"),
        ("Công văn số 5 của Tỉnh đoàn".encode("utf-16-le"), media.TEXT, "Công văn số 5 của Tỉnh đoàn"),
        (windows("Công văn của Tỉnh đoàn"), media.TEXT, "Công văn của Tỉnh đoàn"),
    ],
    ids=["html", "letter", "utf8", "utf16", "utf16_unmarked", "windows1258"],
)  # fmt: skip
def test_what_is_written_plainly(read, data, kind, text):
    outcome = read(data)
    assert (outcome.media_type, outcome.reason) == (kind, None)
    assert text is None or outcome.pages == {0: text}
