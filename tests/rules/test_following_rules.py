"""Who may lead the room, and what a leader's message may hold."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Problem
from ecabinet.reading.following_rules import Shown, Spot, may_lead, read_shown

SOUND = {"document": 3, "version": 5, "page": 0, "region": [0, 10.5, 595, 842], "pointer": [12, 30.25], "begin": True}


def test_a_whole_message_and_the_least() -> None:
    assert read_shown(SOUND) == Shown(Spot(3, 5, 0), (0.0, 10.5, 595.0, 842.0), (12.0, 30.25), begins=True)
    assert read_shown({"document": 3, "version": 5, "page": 7}) == Shown(Spot(3, 5, 7))


BROKEN = {
    "no document": {"document": None}, "a document in words": {"document": "3"}, "true as an id": {"version": True},
    "a version below one": {"version": 0}, "an id beyond the database": {"document": 2**31}, "no page": {"page": None},
    "a page before the first": {"page": -1}, "a page in halves": {"page": 1.5}, "a page too far": {"page": 100_000},
    "three numbers": {"region": [0, 0, 1]}, "an empty region": {"region": [0, 0, 0, 5]},
    "a region turned over": {"region": [9, 0, 1, 5]}, "no number": {"region": [0, 0, float("nan"), 5]},
    "endless": {"region": [0, 0, float("inf"), 5]}, "far beyond any page": {"pointer": [1e9, 0]},
    "words": {"pointer": ["1", "2"]}, "truth": {"pointer": [True, False]}, "no list": {"pointer": {"x": 1}},
    "a beginning in words": {"begin": "yes"},
}  # fmt: skip


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN.keys())
def test_what_no_reader_sends_is_malformed(change: dict[str, object]) -> None:
    with pytest.raises(Problem) as refused:
        read_shown(SOUND | change)
    assert refused.value.code == "malformed"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*SOUND, "meeting"]), ANYTHING))
def test_whatever_comes_is_read_or_refused(data: dict[str, object]) -> None:
    with suppress(Problem):
        assert read_shown(data).spot.page >= 0


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ({"runs": True}, True), ({"named": True}, True), ({"presents": True, "presenters_lead": True}, True),
        ({"presents": True}, False), ({"presenters_lead": True}, False), ({}, False),
    ],
    ids=["runs it", "named", "presents, allowed", "presents", "allowed to presenters", "a member"],
)  # fmt: skip
def test_who_may_lead(who: dict[str, bool], allowed: bool) -> None:
    nobody = {"runs": False, "named": False, "presents": False, "presenters_lead": False}
    assert may_lead(**(nobody | who)) is allowed
