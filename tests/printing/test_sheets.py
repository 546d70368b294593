"""What a sheet says before anything is drawn."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecabinet.printing import forms, texts
from ecabinet.printing.sheets import Column, Form, Head, Items, Marks, Run, Sheet, Table, Title


def head(form: Form, **more: object) -> Head:
    return Head(form, "Văn phòng", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("form", "number", "symbol", "printed"),
    [
        (Form.STATE, "15", "QĐ-UBND", "Số:\xa015/QĐ-UBND"),
        (Form.UNION, "245", "CV/TWĐTN-VP", "Số:\xa0245-CV/TWĐTN-VP"),
        (Form.STATE, "", "BB-UBND", "Số:\xa0" + "\xa0" * 7 + "/BB-UBND"),
        (Form.STATE, "15", "", ""),
    ],
)
def test_number_and_symbol_are_joined_as_the_form_does(form: Form, number: str, symbol: str, printed: str) -> None:
    assert forms.number_line(head(form, number=number, symbol=symbol)) == printed


@pytest.mark.parametrize(
    ("on", "printed"),
    [
        (date(2026, 2, 5), "Hà Nội, ngày 05 tháng 02 năm 2026"),
        (date(2026, 3, 10), "Hà Nội, ngày 10 tháng 3 năm 2026"),
        (date(2026, 11, 22), "Hà Nội, ngày 22 tháng 11 năm 2026"),
    ],
)
def test_first_days_and_months_have_a_nought(on: date, printed: str) -> None:
    assert forms.place_line(head(Form.STATE, place="Hà Nội", on=on)) == printed


def test_a_day_not_known_yet_leaves_room() -> None:
    assert forms.place_line(head(Form.STATE, place="Hà Nội")).split() == ["Hà", "Nội,", "ngày", "tháng", "năm"]
    assert forms.place_line(head(Form.STATE, on=date(2026, 1, 1))) == ""


def sheet(**more: object) -> Sheet:
    return Sheet(head(Form.STATE), Title("Thông báo"), **more)  # type: ignore[arg-type]


def test_recipients_end_with_the_right_signs() -> None:
    assert forms.recipients(sheet(recipients=("- Như trên", "Bộ Nội vụ (để báo cáo);", " ", "Lưu: VT, VP;"))) == (
        "- Như trên;", "- Bộ Nội vụ (để báo cáo);", "- Lưu: VT, VP.",
    )  # fmt: skip
    assert forms.recipients(sheet()) == ()


def test_one_addressee_stands_in_the_line_several_beneath() -> None:
    assert forms.addressees(sheet(addressees=("Sở Nội vụ",))) == ("Kính gửi: Sở Nội vụ",)
    assert forms.addressees(sheet(addressees=("A", "B;"))) == ("Kính gửi:", "- A;", "- B.")
    assert forms.addressees(sheet()) == ()


def test_letters_count_as_vietnamese_papers_do() -> None:
    assert [forms.mark(Marks.LETTERS, place) for place in (1, 4, 5, 6, 23, 24)] == ["a)", "d)", "đ)", "e)", "y)", "aa)"]
    assert forms.items(Items(("một", (Run("hai", bold=True),)), start=4)) == (
        (Run("4. "), Run("một")), (Run("5. "), Run("hai", bold=True)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "rows"),
    [((), ()), ((Column("A", 0),), ()), ((Column("A"), Column("B")), (("một",),)), ((Column("A"),), (("1", "2"),))],
)
def test_a_table_that_cannot_be_printed_is_refused_where_it_is_made(
    columns: tuple[Column, ...], rows: tuple[tuple[str, ...], ...]
) -> None:
    with pytest.raises(ValueError, match=r"table|cells"):
        Table(columns, rows)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\tb\x00\x07\x1b[31mc", "a b[31mc"),
        ("\u202emoc\u202c.exe\u200b", "moc.exe"),
        ("\ud800\ufffe\uffff!", "!"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
    ],
)
def test_text_loses_only_what_cannot_be_printed(typed: str, printed: str) -> None:
    assert texts.clean(typed) == printed


@given(st.text())
def test_cleaning_twice_changes_nothing_more(typed: str) -> None:
    assert texts.clean(texts.clean(typed)) == texts.clean(typed)
