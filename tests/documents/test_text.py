"""Cutting and normalising Vietnamese text; the passage that is shown of a hit."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import text
from documents.rules import clean_filename, clean_title
from documents.search_passages import PASSAGE_WORDS, passage
from documents.search_query import Term, parse


@pytest.mark.parametrize(
    ("written", "words", "folded"),
    [
        ("Hoà bình", "hòa bình", "hoa binh"),
        ("ĐƯỜNG Thuỷ", "đường thủy", "duong thuy"),
        ("khoẻ loè toà", "khỏe lòe tòa", "khoe loe toa"),
        ("quý qúy quỳ quả", "quý quý quỳ quả", "quy quy quy qua"),
        ("hoàn thuyền ngoài", "hoàn thuyền ngoài", "hoan thuyen ngoai"),
        ("15/NQ-TW, điểm a", "15 nq tw điểm a", "15 nq tw diem a"),
        ("xuống\u00addòng\u200b", "xuốngdòng", "xuongdong"),
        ("İ ß ﬁ", "İ ß ﬁ", "i ß ﬁ"),
    ],
)
def test_words_and_their_folded_forms(written, words, folded):
    for form in ("NFC", "NFD"):
        assert text.words(unicodedata.normalize(form, written)) == words.split()
    assert [text.fold(word) for word in text.words(written)] == folded.split()


@given(st.text())
def test_forms_keep_the_length_of_the_clean_text(written):
    cleaned = text.clean(written)
    exact = text.exact(cleaned)
    assert len(cleaned) == len(exact) == len(text.fold(exact))
    assert len(text.WORD.findall(cleaned)) == len(text.WORD.findall(text.fold(exact)))
    cleaned.encode()  # no half characters, which no database takes
    assert "\x00" not in cleaned


@given(st.text(alphabet="aăđêởý hoà 9€中😀", max_size=30))
def test_a_page_is_folded_as_its_pieces_are(piece):
    """Long texts take another way."""
    lowered = text.lower(piece)
    assert text.fold(lowered * text.LONG) == text.fold(lowered) * text.LONG


@given(st.text(alphabet="hoaàáthuỷỳquýdđ \n"))
def test_normalising_twice_changes_nothing(written):
    exact = text.exact(text.clean(written))
    assert text.exact(exact) == exact
    assert text.fold(text.fold(exact)) == text.fold(exact)


@given(st.text())
def test_any_question_can_be_parsed(question):
    assert all(term.words and all(term.words) for term in parse(question).terms())


def test_quotes_make_phrases():
    assert parse('Nghị "Hoà  bình" nghị “a b” “”').terms() == [Term(("nghị",)), Term(("hòa", "bình")), Term(("a", "b"))]
    assert Term(("hòa", "an")).marked == ("hòa",)


PAGES = [
    (0, "Mục lục. Hòa giải ở cơ sở."),
    (1, "Điều 1. Hoà bình và hữu nghị.\n\nĐiều 2. Bình đẳng."),
    (2, "Hoa trong bình gốm."),
]


@pytest.mark.parametrize(
    ("question", "page", "hits"),
    [
        ("hòa bình", 1, ["Hoà", "bình", "Bình"]),
        ("hoa binh", 1, ["Hoà", "bình", "Bình"]),
        ('"hòa bình"', 1, ["Hoà bình"]),
        ("hoa gốm", 2, ["Hoa", "gốm"]),
        ("giai", 0, ["giải"]),
        ("gi*", 0, ["giải"]),
        ("đẳ*", 1, ["đẳng"]),
        ("hoa OR gốm -mục", 2, ["Hoa", "gốm"]),
        ('số:1 "hữu nghị"', 1, ["hữu nghị"]),
        ("không đâu cả", 0, []),
        ("", 0, []),
        ('"', 0, []),
    ],
)
def test_the_best_page_is_shown_with_the_words_as_written(question, page, hits):
    best = passage(PAGES, question)
    assert best.page == page
    assert [piece for piece, hit in best.fragments if hit] == hits


def test_the_pieces_are_the_text():
    best = passage([(4, "a  b\nHoà c")], "hoa")
    assert best.page == 4
    assert best.fragments == [("a b ", False), ("Hoà", True), (" c", False)]


def test_a_long_page_is_cut_around_the_densest_place():
    filler = "đoạn khác " * 500
    best = passage([(0, f"{filler} hòa {filler} ủy ban và hòa bình {filler}")], "hòa bình ủy ban")
    shown = "".join(piece for piece, _ in best.fragments)
    assert "ủy ban và hòa bình" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown.split()) <= PASSAGE_WORDS + 2


def test_the_beginning_is_shown_of_what_has_no_hit():
    assert passage([(0, " \n"), (1, "Lời nói đầu")], "x").fragments == [("Lời nói đầu", False)]
    assert passage([(0, "  ")], "x") is None
    assert passage([], "x") is None


@given(
    st.lists(st.text(alphabet='hòa bình"đĐ.\n-', max_size=80), max_size=4), st.text(alphabet='hòa bình"đ ', max_size=9)
)
def test_a_passage_is_made_of_any_text(pages, question):
    best = passage(enumerate(pages), question)
    assert (best is None) == (not any(text.clean(page).strip() for page in pages))


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Tờ trình số 5.pdf", "Tờ trình số 5.pdf"),
        (unicodedata.normalize("NFD", "Tờ trình.pdf"), "Tờ trình.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\an\\a.pdf", "a.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie: x.pdf"),
        ("hoá\u202efdp.exe", "hoáfdp.exe"),
        ("\x00\x01", "khong-ten"),
        ("..", "khong-ten"),
        ("", "khong-ten"),
        ("/", "khong-ten"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_file_names_are_cleaned(given_name, kept):
    assert clean_filename(given_name) == kept


@given(st.text())
def test_any_file_name_becomes_harmless(name):
    kept = clean_filename(name)
    assert 0 < len(kept) <= 200
    assert not set(kept) & set("/\\\r\n\x00")
    assert len(clean_title(name)) <= 500
