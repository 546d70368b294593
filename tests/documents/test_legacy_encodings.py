"""Text of TCVN3 and VNI fonts comes out as it was seen: letter by letter, in PDFs and in office files."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.extract import extract
from documents.legacy_encodings import Encoding, LegacyFont, is_unicode, legacy_font
from documents.readers.runs import Converter, Run
from tests.factories import legacy, office_files
from tests.factories.legacy import IN_TCVN3, IN_VNI, LETTERS, simple_font, tcvn3, vni

TCVN3, CAPITALS, VNI = LegacyFont(Encoding.TCVN3), LegacyFont(Encoding.TCVN3, capitals=True), LegacyFont(Encoding.VNI)
TITLE = "Cộng hoà xã hội chủ nghĩa Việt Nam"
MOTTO = "Độc lập - Tự do - Hạnh phúc: ưu tư, đường được"
TEXTS = st.text(alphabet=LETTERS + LETTERS.upper() + "abcdeghiklmnopqrstuvxy ABCDE .,;0123456789\n")


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("place", range(len(LETTERS)), ids=lambda place: f"U+{ord(LETTERS[place]):04X}")
def test_each_letter(place):
    letter = LETTERS[place]
    assert nfc(TCVN3.unicode(IN_TCVN3[place])) == letter
    assert nfc(CAPITALS.unicode(IN_TCVN3[place])) == letter.upper()
    assert nfc(TCVN3.unicode(tcvn3(letter.upper()))) == letter.upper()
    assert nfc(VNI.unicode(IN_VNI[place])) == letter
    assert nfc(VNI.unicode(IN_VNI[place].upper())) == letter.upper()


@pytest.mark.parametrize(
    ("font", "seen", "meant"),
    [
        (TCVN3, "Céng hoµ x· héi chñ nghÜa ViÖt Nam", TITLE),
        (TCVN3, "§éc lËp - Tù do - H¹nh phóc", "Độc lập - Tự do - Hạnh phúc"),
        (CAPITALS, "nghÞ quyÕt", "NGHỊ QUYẾT"),
        (VNI, "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
        (VNI, "ÑOÄC LAÄP - TÖÏ DO - HAÏNH PHUÙC", "ĐỘC LẬP - TỰ DO - HẠNH PHÚC"),
        (VNI, "Ngöôøi ñoïc khuyeán khích vôùi lyù do kyõ thuaät, quyù vò, Myõ, tyû", None),
    ],
)
def test_texts_as_they_were_typed(font, seen, meant):
    converted = nfc(font.unicode(seen))
    assert converted == (meant or "Người đọc khuyến khích với lý do kỹ thuật, quý vị, Mỹ, tỷ")


@given(TEXTS)
def test_what_was_encoded_comes_back(text):
    assert nfc(TCVN3.unicode(tcvn3(text))) == nfc(text)
    assert nfc(VNI.unicode(vni(text))) == nfc(text)
    assert nfc(CAPITALS.unicode(tcvn3(text.lower()))) == nfc(text.upper())


@given(TEXTS)
def test_unicode_in_such_a_font_stays_as_it_is(text):
    runs = [Run(text, ".VnTime"), Run(" Điều ", "Arial"), Run(text + "ệ", "VNI-Times")]
    converter = Converter()
    assert converter.text(runs) == "".join(run.text for run in runs)
    assert not converter.found


def test_words_that_only_unicode_could_write_so_are_known():
    assert not TCVN3.fits("là")
    assert TCVN3.fits(tcvn3("là và Á, à"))
    assert not VNI.fits("là")
    assert VNI.fits(vni("là và Á, à"))
    assert is_unicode("ộ")
    assert not is_unicode("café à Õ")


@pytest.mark.parametrize(
    ("name", "font"),
    [
        (".VnTime", TCVN3),
        ("/ABCDEF+.VnTimeH", CAPITALS),
        (".VnTimeH,Bold", CAPITALS),
        (".VnArial NarrowH Bold", CAPITALS),
        (".VnArial,BoldItalic", TCVN3),
        ("VnHelvetIns", TCVN3),
        (".vntime", TCVN3),
        (".VNTIME", TCVN3),
        (".Vn3DH", CAPITALS),
        ("VNI-Times", VNI),
        ("ABCDEF+VNI-Helve-Condense", VNI),
        ("Vni Times", VNI),
        ("Times New Roman", None),
        ("Vnitus", None),
        ("", None),
    ],
)
def test_the_name_of_a_font_tells(name, font):
    assert legacy_font(name) == font


def read(tmp_path, data: bytes):
    path = tmp_path / "file"
    path.write_bytes(data)
    return extract(path)


NAMED = (
    "/Encoding << /Type /Encoding /BaseEncoding /WinAnsiEncoding /Differences [173 /hyphen 181 /mu 215 /multiply] >>"
)


@pytest.mark.parametrize(
    "encoding", ["/Encoding /WinAnsiEncoding", "", NAMED], ids=["western", "its_own", "differences"]
)
def test_papers_without_a_table_of_letters(tmp_path, encoding):
    fonts = {
        "A": simple_font(".VnTime", encoding),
        "B": simple_font("ABCDEF+VNI-Times", "/Encoding /WinAnsiEncoding"),
        "C": simple_font(".VnTimeH,Bold", "/Encoding /WinAnsiEncoding"),
        "D": simple_font("Arial"),
    }
    lines = [
        ("A", tcvn3(MOTTO).encode("latin-1")),
        ("B", vni(MOTTO).encode("latin-1")),
        ("C", tcvn3(MOTTO.lower()).encode("latin-1")),
        ("D", "café à la ö".encode("latin-1")),
    ]
    outcome = read(tmp_path, legacy.pdf(fonts, *lines))
    assert outcome.notes == ["tcvn3", "vni"]
    assert outcome.pages[0].splitlines() == [MOTTO, MOTTO, MOTTO.upper(), "café à la ö"]


@pytest.mark.parametrize("already", [False, True], ids=["western_table", "unicode_table"])
def test_papers_with_a_table_of_letters(tmp_path, already):
    """Word's own PDFs: two bytes a letter, and a table that says the Western letter, or already the right one."""
    codes = {letter: 1 + place for place, letter in enumerate(sorted(set(MOTTO)))}
    meant = {letter: letter if already else tcvn3(letter) for letter in codes}
    table = "\n".join(f"<{code:04X}> <{meant[letter].encode('utf-16-be').hex()}>" for letter, code in codes.items())
    cmap = f"beginbfchar\n{table}\nendbfchar".encode()
    descendant = (
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /.VnTime /DW 500 /CIDSystemInfo << /Registry (Adobe) "
    )
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /ABCDEF+.VnTime /Encoding /Identity-H /DescendantFonts [5 0 R] "
    drawn = b"".join(codes[letter].to_bytes(2, "big") for letter in MOTTO)
    data = legacy.pdf(
        {"A": font + b"/ToUnicode 6 0 R >>"},
        ("A", drawn),
        more=(
            descendant + b"/Ordering (Identity) /Supplement 0 >> >>",
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(cmap), cmap),
        ),
    )
    outcome = read(tmp_path, data)
    assert outcome.pages[0].strip() == MOTTO
    assert outcome.notes == ([] if already else ["tcvn3"])


def test_word_files_by_run_and_by_style(tmp_path):
    styles = office_files.word_styles(default=".VnTime", Tieude=".VnTimeH", Con="base:Tieude", May="VNI-Times")
    body = (
        office_files.paragraph((tcvn3(TITLE), None))
        + office_files.paragraph((tcvn3("nghị quyết"), None), style="Con")
        + office_files.paragraph((vni(MOTTO), None), style="May")
        + office_files.paragraph((tcvn3("Số "), ".VnArial"), ("và văn phòng", "Arial"), (vni(" Huế"), "VNI-Helve"))
        + office_files.paragraph(("Đã là Unicode từ lâu", ".VnTime"))
    )
    outcome = read(tmp_path, office_files.docx(body, {"styles": styles}))
    assert outcome.pages[0].splitlines() == [
        TITLE,
        "NGHỊ QUYẾT",
        MOTTO,
        "Số và văn phòng Huế",
        "Đã là Unicode từ lâu",
    ]
    assert outcome.notes == ["tcvn3", "vni"]


def test_the_letter_that_word_takes_for_a_soft_hyphen(tmp_path):
    font = '<w:rPr><w:rFonts w:ascii=".VnTime" w:hAnsi=".VnTime"/></w:rPr>'
    run = f"<w:r>{font}<w:softHyphen/><w:t>u t</w:t><w:softHyphen/></w:r>"
    sign = '<w:r><w:sym w:font=".VnTime" w:char="F0AE"/></w:r>'
    outcome = read(tmp_path, office_files.docx(f"<w:p>{run}{sign}</w:p>"))
    assert outcome.pages[0].strip() == "ưu tưđ"


def test_workbooks_and_slides(tmp_path):
    book = office_files.workbook([[tcvn3(TITLE), TITLE]], fonts={"A1": ".VnTime"})
    assert read(tmp_path, book).pages[0].splitlines()[1] == f"{TITLE}\t{TITLE}"
    outcome = read(tmp_path, office_files.pptx([[(vni(MOTTO), "VNI-Times")], [(MOTTO, None)]]))
    assert outcome.pages == {0: MOTTO + "\n", 1: MOTTO + "\n"}
