"""What a record of an annotation may hold, and which change may follow which."""

import json
import math
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import annotation_rules as rules
from documents.annotation_rules import Act, Change, Content, Kind, Stored, Visibility
from documents.errors import Problem

KEY = str(uuid4())
INK: dict[str, Any] = {"id": KEY, "rev": 1, "kind": "ink", "page": 0, "paths": [[1, 2, 0.5]]}
BODY: dict[str, Any] = {"style": {}, "placed": True}
MINE = Content(Kind.NOTE, 0, Visibility.PRIVATE, None, BODY)
STORED = Stored(7, "member:1", 2, Kind.NOTE, None, MINE)
SHARED = replace(MINE, visibility=Visibility.MEETING, audience=frozenset({"meeting:1"}))


def content(pages: int | None = 3, **said: Any) -> Content:
    read = rules.read_change(INK | said, 7, pages).content
    assert read is not None
    return read


def refusal(pages: int | None = 3, **said: Any) -> str:
    with pytest.raises(Problem) as caught:
        rules.read_change(INK | said, 7, pages)
    return caught.value.code


@pytest.mark.parametrize(
    ("stored", "change", "expected"),
    [
        (None, Change(KEY, 1, MINE), Act.ADD),
        (None, Change(KEY, 2, MINE), "wrong_revision"),
        (None, Change(KEY, 1, None), "wrong_revision"),
        (STORED, Change(KEY, 2, MINE), Act.REPEAT),
        (STORED, Change(KEY, 2, SHARED), "old_revision"),
        (STORED, Change(KEY, 1, MINE), "old_revision"),
        (STORED, Change(KEY, 4, MINE), "old_revision"),
        (STORED, Change(KEY, 3, SHARED), Act.REPLACE),
        (STORED, Change(KEY, 3, None), Act.REPLACE),
        (STORED, Change(KEY, 3, replace(MINE, kind=Kind.INK)), "annotation_fixed"),
        (STORED, Change(KEY, 3, replace(MINE, parent=KEY)), "annotation_fixed"),
        (replace(STORED, content=None), Change(KEY, 2, None), Act.REPEAT),
        (replace(STORED, content=None), Change(KEY, 3, MINE), Act.REPLACE),  # a deletion undone
        (replace(STORED, author="member:2"), Change(KEY, 3, MINE), "annotation_of_another"),
        (replace(STORED, version_id=8), Change(KEY, 3, MINE), "annotation_elsewhere"),
    ],
    ids=range(15),
)
def test_which_change_follows_which(stored: Stored | None, change: Change, expected: str) -> None:
    assert _decided(stored, change) == expected


def _decided(stored: Stored | None, change: Change) -> str:
    try:
        return rules.decide(stored, change, "member:1", 7)
    except Problem as problem:
        return problem.code


def test_a_record_is_read_whole() -> None:
    read = content(
        style={"color": "#FFAA00", "width": 3.14159, "other": 1},
        text="Ve\u0302\u0300 sau",
        rect=[0, 0, 5, 5],
        more="dropped",
    )
    assert read == Content(
        Kind.INK, 0, Visibility.PRIVATE, None,
        {
            "style": {"color": "#ffaa00", "width": 3.14, "opacity": 1, "size": 12}, "placed": True,
            "paths": [[1, 2, 0.5]], "text": "Về sau", "rect": [0, 0, 5, 5],
        },
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"paths": [[1, 2, math.nan]]}, "annotation_numbers"),
        ({"paths": [[math.inf, 2, 0]]}, "annotation_numbers"),
        ({"paths": [[10**400, 2, 0]]}, "annotation_numbers"),
        ({"style": {"opacity": -math.inf}}, "annotation_numbers"),
        ({"paths": [[0] * 3] * 501}, "annotation_malformed"),
        ({"paths": [[0] * 3_000_000]}, "annotation_too_many_points"),
        ({"kind": "highlight"}, "annotation_malformed"),
        ({"kind": "highlight", "quads": [[0] * 7]}, "annotation_malformed"),
        ({"parent": KEY}, "annotation_parent"),
        ({"kind": "note", "parent": "x", "text": "a"}, "annotation_parent"),
        ({"text": "x" * 5001}, "too_long"),
        ({"text": 5}, "annotation_malformed"),
        ({"version": 8}, "annotation_elsewhere"),
    ],
    ids=range(13),
)
def test_what_is_refused(said: dict[str, Any], code: str) -> None:
    assert refusal(**said) == code


def test_pages_are_held_to_the_count_once_there_is_one() -> None:
    assert content(page=2).page == 2
    assert refusal(page=3) == "annotation_page"
    assert content(pages=None, page=5000).page == 5000
    assert refusal(pages=None, page=rules.MOST_PAGES) == "annotation_page"
    assert refusal(pages=0, page=0) == "annotation_page"


def test_a_record_is_bounded_as_a_whole() -> None:
    assert content(paths=[[1234.56, 1234.56, 0.56] * 10_000])
    assert refusal(paths=[[-12345.67, -12345.67, 0.56] * 20_000]) == "annotation_too_large"


def test_who_was_answered_keeps_the_audience() -> None:
    rules.check_thread(frozenset(), SHARED, answered=False)
    rules.check_thread(SHARED.audience, SHARED, answered=True)
    rules.check_thread(SHARED.audience, None, answered=True)
    with pytest.raises(Problem, match="thread_has_replies"):
        rules.check_thread(frozenset(), SHARED, answered=True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    *INK,
    "v",
    "version",
    "visibility",
    "parent",
    "deleted",
    "style",
    "rect",
    "quads",
    "text",
    "quote",
    "stamp",
    "placed",
]


@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4), st.sampled_from(Kind))
def test_whatever_comes_is_read_or_refused_by_name(said: dict[str, Any], kind: Kind) -> None:
    record = INK | {"kind": kind, "rect": [0, 0, 1, 1], "quads": [[0] * 8], "text": "a", "stamp": "agree"} | said
    try:
        read = rules.read_change(record, 7, 3)
    except Problem:
        return
    # what was let through is plain and finite, and read again it is the same
    again = json.loads(json.dumps(read.content.body if read.content else {}, allow_nan=False))
    if read.content is not None:
        assert rules.read_change(record | again, 7, 3) == read
