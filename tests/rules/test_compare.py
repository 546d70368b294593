"""Two texts beside each other: right against a simple model, readable, and bounded."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.compare import Change, PagePair, compare_words, matches, pair_pages

WORDS = st.lists(st.sampled_from("abcd"), max_size=12)


def longest(old, new):
    """The length of the longest common subsequence, by the book."""
    row = [0] * (len(new) + 1)
    for x in old:
        above = row[:]
        for place, y in enumerate(new, 1):
            row[place] = above[place - 1] + 1 if x == y else max(above[place], row[place - 1])
    return row[-1]


@given(WORDS, WORDS)
def test_as_much_as_possible_stays(old, new):
    kept = matches(old, new)
    assert kept is not None
    assert all(old[x] == new[y] for x, y in kept)
    assert all(one[0] < other[0] and one[1] < other[1] for one, other in pairwise(kept))
    assert len(kept) == longest(old, new)


@given(
    st.lists(st.sampled_from(["Điều ", "1.\n", "Đoàn  ", "viên ", "đoàn ", "x"]), max_size=10).map("".join),
    st.lists(st.sampled_from(["Điều ", "1.\n", "Đoàn  ", "viên ", "đoàn ", "x"]), max_size=10).map("".join),
)
def test_both_texts_are_whole_in_what_is_shown(old, new):
    pieces = compare_words(old, new)
    assert "".join(p.text for p in pieces if p.change != Change.GONE) == new.lstrip()
    without_new = "".join(p.text for p in pieces if p.change != Change.NEW).split()
    assert without_new == old.split()
    assert all(one.change != other.change for one, other in pairwise(pieces))


def test_what_a_reader_sees():
    pieces = compare_words("Kinh phí hoạt động là 10 triệu đồng.", "Kinh phí hoạt động năm 2026 là 12 triệu đồng.")
    shown = "".join(
        {"same": "{}", "gone": "[-{}-]", "new": "[+{}+]"}[p.change].format(
            p.text.strip() if p.change != "same" else p.text
        )
        for p in pieces
    )
    assert shown == "Kinh phí hoạt động [+năm 2026+]là [-10-][+12+]triệu đồng."


@pytest.mark.parametrize(
    ("old", "new", "pairs"),
    [
        ("", "", []),
        ("ab", "ab", [(0, 0, True), (1, 1, True)]),
        ("ab", "axb", [(0, 0, True), (None, 1, False), (1, 2, True)]),
        ("axb", "ab", [(0, 0, True), (1, None, False), (2, 1, True)]),
        ("axb", "ayb", [(0, 0, True), (1, 1, False), (2, 2, True)]),
        ("axyb", "azb", [(0, 0, True), (1, 1, False), (2, None, False), (3, 2, True)]),
        ("", "ab", [(None, 0, False), (None, 1, False)]),
    ],
    ids=["nothing", "same", "one more", "one less", "changed", "changed and one less", "all new"],
)
def test_pages_are_paired(old, new, pairs):
    assert pair_pages(old, new) == [PagePair(*pair) for pair in pairs]


def test_what_has_little_in_common_costs_little_and_is_shown_whole():
    began = time.process_time()
    old, new = " ".join(f"a{n}" for n in range(15_000)), " ".join(f"b{n}" for n in range(15_000))
    assert [piece.change for piece in compare_words(old, new)] == [Change.GONE, Change.NEW]
    assert time.process_time() - began < 5
    assert len(pair_pages([f"a{n}" for n in range(20_000)], [f"b{n}" for n in range(20_000)])) == 20_000


def test_few_changes_in_a_huge_page_are_found():
    words = [f"w{n % 50}" for n in range(19_000)]
    changed = [*words]
    changed[9_000] = "khác"
    pieces = compare_words(" ".join(words), " ".join(changed))
    assert [piece.change for piece in pieces] == [Change.SAME, Change.GONE, Change.NEW, Change.SAME]
    assert pieces[2].text.strip() == "khác"
