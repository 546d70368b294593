"""Other spellings of what is nowhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.search_query import parse
from documents.search_words import better, slips

KNOWN = {"nghi": {"nghị": 9, "nghi": 1}, "quyet": {"quyết": 7}, "hoa": {"hòa": 3, "hoa": 2}, "15": {"15": 4}}


def forms(folded):
    return KNOWN.get(folded, {})


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("ngị quyết", "nghị quyết"),
        ("ngi quyet", "nghi quyet"),
        ("nghị qyuết", "nghị quyết"),
        ("hoaf", "hoa"),
        ("nghiquyet", "nghị quyết"),
        ("14", "15"),
        ('"ngị quyết" -hoa', '"nghị quyết" -hoa'),
        ("nghị quyết", None),
        ("ngị*", None),
        ("xyzxyz", None),
        ("a" * 60, None),
        ("", None),
    ],
)
def test_the_likeliest_other_spelling_comes_first(question, first):
    assert next(better(parse(question), forms), None) == first


def test_only_what_is_nowhere_is_spelled_otherwise():
    assert all(question.endswith("quyết") for question in better(parse("hoaf quyết"), forms))


@given(st.text(alphabet="abcdđe1", min_size=1, max_size=8))
def test_slips_are_mutual(word):
    for other in slips(word):
        assert abs(len(other) - len(word)) <= 1
        assert other not in {"", word}
