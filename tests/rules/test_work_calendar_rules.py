"""The work calendar: who may do what with an entry, what it needs, what stands against it."""

import contextlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Invalid, Problem
from ecabinet.calendars import rules
from ecabinet.calendars.rules import Busy, EventAct, EventDraft, EventPart, EventState
from tests.people import NOW

HOUR = timedelta(hours=1)
TABLE = {
    EventState.DRAFT: {EventPart.KEEPER: {"edit", "cancel"}, EventPart.HEAD: {"edit", "publish", "cancel"}},
    EventState.APPROVED: {EventPart.KEEPER: set(), EventPart.HEAD: {"edit", "cancel"}},
    EventState.CANCELLED: {EventPart.KEEPER: set(), EventPart.HEAD: set()},
}


@pytest.mark.parametrize("state", list(EventState))
@pytest.mark.parametrize("part", list(EventPart))
def test_who_may_do_what(state: EventState, part: EventPart) -> None:
    allowed = {act.value for act in EventAct if rules.may(act, state, frozenset({part}))}
    assert allowed == TABLE[state][part]


@given(st.lists(st.tuples(st.sampled_from(list(EventAct)), st.sets(st.sampled_from(list(EventPart))))))
def test_no_sequence_of_acts_leaves_the_table(acts: list[tuple[EventAct, set[EventPart]]]) -> None:
    state = EventState.DRAFT
    for act, parts in acts:
        before = state
        with contextlib.suppress(Problem):
            state = rules.after(act, state, frozenset(parts))
        assert (state == before) or rules.may(act, before, frozenset(parts))
        if before == EventState.CANCELLED:
            assert state == before


def draft(**changes: object) -> EventDraft:
    values: dict[str, object] = {
        "kind": "trip", "title": "Đi Huế", "starts_at": NOW, "ends_at": NOW + HOUR, "leaders": (1,),
    }  # fmt: skip
    return EventDraft(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"kind": "party"}, "kind", "unknown_choice"),
        ({"title": ""}, "title", "missing"),
        ({"title": "x" * 301}, "title", "too_long"),
        ({"place": "x" * 201}, "place", "too_long"),
        ({"leaders": ()}, "leaders", "event_nobody"),
        ({"starts_at": None}, "starts_at", "not_a_time"),
        ({"ends_at": NOW}, "ends_at", "ends_before_start"),
        ({"ends_at": NOW + timedelta(days=32)}, "ends_at", "event_too_long"),
    ],
    ids=["kind", "no-title", "long-title", "long-place", "nobody", "no-beginning", "no-time", "a-month"],
)
def test_faults_are_named(changes: dict[str, object], field: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.check_draft(draft(**changes))
    assert refused.value.faults[field].code == code


def busy(number: int, begins: int, hours: int, *members: int, room: int | None = None, what: str = "event") -> Busy:
    starts_at = NOW + begins * HOUR
    return Busy(what, number, starts_at, starts_at + hours * HOUR, frozenset(members), room)


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (busy(2, 1, 2, 1), (frozenset({1}), False)),
        (busy(2, 2, 1, 1), None),
        (busy(2, -1, 1, 1), None),
        (busy(2, 0, 9, 3), None),
        (busy(2, 0, 9, 3, room=7), (frozenset(), True)),
        (busy(1, 0, 9, 1, 2), None),
        (busy(1, 0, 9, 2, room=7, what="meeting"), (frozenset({2}), True)),
    ],
    ids=["same-leader", "begins-at-its-end", "ends-at-its-beginning", "others", "same-room", "itself", "meeting"],
)
def test_what_stands_against_it(other: Busy, found: tuple[frozenset[int], bool] | None) -> None:
    conflicts = rules.conflicts(busy(1, 0, 2, 1, 2, room=7), [other])
    assert [(one.members, one.room) for one in conflicts] == ([found] if found else [])
