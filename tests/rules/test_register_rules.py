"""The words of a register's search: what is kept of an entry, what is meant by what was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecabinet.office.document_rules import searched
from ecabinet.office.register_rules import MOST_WORDS, Term, terms


@pytest.mark.parametrize(
    ("texts", "kept"),
    [
        (("15/QĐ-UBND", "Ủy ban  nhân dân", ""), "15 qd ubnd uy ban nhan dan"),
        (("Uỷ BAN_x — “Huế”",), "uy ban_x hue"),
        (("", "  ...  "), ""),
    ],
)
def test_words_are_kept_apart_by_one_space(texts: tuple[str, ...], kept: str) -> None:
    assert searched(*texts) == kept


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", []),
        ("…/ - *", []),
        ("Hội", [Term("hoi", begins=True)]),
        ("hội nghị", [Term("hoi"), Term("nghi", begins=True)]),
        ("ngh* hoi", [Term("ngh", begins=True), Term("hoi", begins=True)]),
        ("15/QĐ-UBND", [Term("15"), Term("qd"), Term("ubnd", begins=True)]),
        ("an an", [Term("an"), Term("an", begins=True)]),
    ],
)
def test_whole_words_but_the_last(typed: str, meant: list[Term]) -> None:
    assert terms(typed) == meant


@given(st.text(max_size=300))
def test_whatever_is_typed_or_kept_is_words(text: str) -> None:
    assert searched(text) == " ".join(searched(text).split(" "))
    assert len(terms(text)) <= MOST_WORDS
    assert all(term.word and " " not in term.word for term in terms(text))
