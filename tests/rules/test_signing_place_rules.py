"""Where number, date and signatures go, from the letters of a page."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecabinet.signing.page_lines import Letter, Page
from ecabinet.signing.place_rules import SEAL, How, Place, judge, seal_beside

WIDTH, HEIGHT, SIZE = 595.0, 842.0, 13.0


def letters(text: str, x: float, y: float) -> list[Letter]:
    """A line of letters 7 points wide, "_" leaves room where nothing is written."""
    found = []
    for place, letter in enumerate(text):
        if letter not in "_":
            left = x + place * 7
            found.append(Letter(letter, left, y, left + 7, y + SIZE, SIZE))
    return found


def page(*lines: tuple[str, float, float]) -> Page:
    return Page(WIDTH, HEIGHT, tuple(letter for line in lines for letter in letters(*line)))


END = (("TM. BAN THƯỜNG VỤ", 340, 300), ("BÍ THƯ", 380, 280), ("Nguyễn Văn An", 355, 190))


@pytest.mark.parametrize(
    ("line", "how"),
    [
        ("Số_______-CV/TWĐTN-VP", How.FOUND),
        ("Số:_____/QĐ-UBND", How.FOUND),
        ("Số: ……/QĐ-UBND", How.FOUND),
        ("Số:....../QĐ-UBND", How.FOUND),
        ("SỐ:____/NQ-HĐND", How.FOUND),
        ("Số 245-CV/TWĐTN-VP", How.WRITTEN),
        ("Số: 15/QĐ-UBND", How.WRITTEN),
        ("Công văn", How.DEFAULT),
    ],
)
def test_the_number_between_its_words(line: str, how: How) -> None:
    place = judge([page((line, 90, 700), *END)]).number
    assert place.how is how
    if how is How.FOUND:
        start = line.upper().index("Ố") + 1 + (":" in line)
        assert place.x0 == pytest.approx(90 + start * 7)
        mark = max(line.find("-"), 0) if "/" not in line or "-" in line.split("/", maxsplit=1)[0] else line.index("/")
        assert place.x1 == pytest.approx(90 + mark * 7)
        assert (place.y0, place.y1) == (700, 713)


def test_day_month_and_year_each_in_their_room() -> None:
    found = judge([page(("Hà Nội, ngày____tháng____năm 2026", 320, 720), *END)])
    assert [found.day.how, found.month.how, found.year.how] == [How.FOUND, How.FOUND, How.WRITTEN]
    assert (found.day.x0, found.day.x1) == (320 + 12 * 7, 320 + 16 * 7)
    assert (found.month.x0, found.month.x1) == (320 + 21 * 7, 320 + 25 * 7)
    blank = judge([page(("Hà Nội, ngày….tháng….năm____", 300, 720), *END)])
    assert [blank.day.how, blank.month.how, blank.year.how] == [How.FOUND] * 3
    assert [blank.day.width, blank.month.width] == [14, 14]
    written = judge([page(("Hà Nội, ngày 22 tháng 11 năm 2026", 300, 720), *END)])
    assert {written.day.how, written.month.how, written.year.how} == {How.WRITTEN}


def test_the_head_of_two_columns_is_two_lines() -> None:
    found = judge([page(("Số____-KH/TWĐTN-VP", 60, 700), ("Hà Nội, ngày___tháng___năm 2026", 340, 700), *END)])
    assert found.number.x1 == 60 + 6 * 7
    assert found.day.x0 == 340 + 12 * 7
    assert found.missing == ()


def test_accents_as_signs_of_their_own() -> None:
    line = unicodedata.normalize("NFD", "Số:_____/QĐ-UBND")
    found = []
    x = 90.0
    for letter in line:
        if unicodedata.combining(letter):
            found.append(Letter(letter, x - 5, 700, x - 2, 713, SIZE))
            continue
        if letter != "_":
            found.append(Letter(letter, x, 700, x + 7, 713, SIZE))
        x += 7
    place = judge([Page(WIDTH, HEIGHT, tuple(found))]).number
    assert (place.how, place.x0, place.x1) == (How.FOUND, 90 + 3 * 7, 90 + 8 * 7)


def test_what_a_text_says_further_down_is_no_number_and_no_date() -> None:
    body = ("Căn cứ Quyết định Số____/QĐ ngày___tháng___năm 2025", 60, 200)
    assert judge([page(body, *END)]).missing == ("number", "day", "month")


def test_the_signature_stands_between_position_and_name() -> None:
    (place,) = judge([page(*END)], ["Nguyễn Văn An"]).signers
    middle = 355 + len("Nguyễn Văn An") * 7 / 2
    assert (place.x0 + place.x1) / 2 == pytest.approx(middle)
    assert place.y0 >= 190 + SIZE
    assert place.y1 <= 280
    assert place.how is How.FOUND


def test_without_names_the_one_under_the_last_authority_signs() -> None:
    first = page(("Số____-NQ/TWĐTN", 60, 700), ("TM. ĐOÀN CHỦ TỊCH", 300, 400), ("Trần Thị Bình", 300, 300))
    (place,) = judge([first, page(*END)]).signers
    assert (place.page, place.how) == (1, How.FOUND)


def test_two_who_sign_beside_each_other_in_the_order_they_are_named() -> None:
    both = page(
        ("TM. BAN THƯỜNG VỤ", 60, 300), ("Trần Thị Bình", 70, 200),
        ("TM. ỦY BAN NHÂN DÂN", 340, 300), ("Nguyễn Văn An", 355, 200),
    )  # fmt: skip
    right, left = judge([both], ["Nguyễn Văn An", "Trần Thị Bình"]).signers
    assert right.x0 > left.x1
    assert len(judge([both]).signers) == 2


def test_a_signer_who_is_not_in_the_paper_gets_a_place_and_it_is_said() -> None:
    found = judge([page(*END)], ["Nguyễn Văn An", "Phạm Văn Lạ"])
    assert "signer-2" in found.missing
    assert "signer-1" not in found.missing
    assert found.signers[1].y0 > 0


def test_an_annex_after_the_signature_keeps_the_place() -> None:
    annex = page(("PHỤ LỤC", 250, 760), ("Đồng chí Nguyễn Văn An phụ trách nội dung này", 60, 700))
    (place,) = judge([page(*END), annex], ["Nguyễn Văn An"]).signers
    assert place.page == 0


def test_the_seal_covers_a_third_of_the_signature_on_its_left() -> None:
    seal = seal_beside(Place(0, 300, 200, 450, 260))
    assert seal.x1 == 350
    assert seal.width == seal.height == SEAL
    assert (seal.y0 + seal.y1) / 2 == 230
    assert seal_beside(Place(0, 0, 0, 150, 20)).x0 == 0


lines = st.lists(
    st.tuples(st.text(st.characters(codec="utf-8"), max_size=30), st.floats(0, 550), st.floats(0, 830)), max_size=12
)


@given(st.lists(lines, min_size=1, max_size=3), st.lists(st.text(max_size=12), max_size=2))
def test_every_page_has_all_places_on_it(pages: list[list[tuple[str, float, float]]], names: list[str]) -> None:
    found = judge([page(*one) for one in pages], names)
    assert len(found.signers) >= max(len(names), 1)
    for place in found.named.values():
        assert 0 <= place.page < len(pages)
        assert place.x1 > place.x0 or place.how is How.WRITTEN or place.how is How.FOUND
        assert place.y1 > place.y0
