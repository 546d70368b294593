"""The life of official documents: the tables hold, whoever does what in whatever order."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Problem
from ecabinet.office.life_rules import (
    BEGINNING,
    NUMBERLESS,
    TABLES,
    OfficeAct,
    OfficePart,
    OfficeState,
    after,
    is_late,
    is_slow,
    may,
)
from ecabinet.office.numbering_rules import Direction
from ecabinet.workdays.rules import WEEK, WorkDays

EVERYBODY = frozenset(OfficePart)
ENDS = {
    Direction.INCOMING: {OfficeState.VOIDED, OfficeState.DISCARDED, OfficeState.RECALLED},
    Direction.OUTGOING: {OfficeState.FILED, OfficeState.VOIDED, OfficeState.DISCARDED},
}


@given(
    st.sampled_from(list(Direction)),
    st.lists(st.tuples(st.sampled_from(list(OfficeAct)), st.frozensets(st.sampled_from(list(OfficePart)), max_size=3))),
)
def test_no_sequence_of_acts_leaves_the_table(
    direction: Direction, acts: list[tuple[OfficeAct, frozenset[OfficePart]]]
) -> None:
    state = BEGINNING[direction]
    reached = states_of(direction)
    for act, parts in acts:
        if not may(direction, act, state, parts):
            with pytest.raises(Problem, match=r"forbidden|office_state"):
                after(direction, act, state, parts)
            continue
        step = TABLES[direction][act]
        following = after(direction, act, state, parts)
        assert state in step.states
        assert step.by & parts
        assert following == (step.to or state)
        assert following in reached
        state = following


def states_of(direction: Direction) -> set[OfficeState]:
    """What can be reached from the beginning, by anybody."""
    found, waiting = {BEGINNING[direction]}, [BEGINNING[direction]]
    while waiting:
        state = waiting.pop()
        for act in TABLES[direction]:
            if may(direction, act, state, EVERYBODY):
                following = after(direction, act, state, EVERYBODY)
                waiting += [following] if following not in found else []
                found.add(following)
    return found


@pytest.mark.parametrize("direction", list(Direction))
def test_every_state_of_a_table_is_reached_and_leads_to_an_end(direction: Direction) -> None:
    named = {state for step in TABLES[direction].values() for state in (*step.states, step.to) if state is not None}
    assert states_of(direction) == named
    for state in named:
        leads_on = any(
            step.to not in {None, state} for step in TABLES[direction].values() if state in step.states
        )  # fmt: skip
        assert leads_on == (state not in ENDS[direction])


def test_a_document_has_its_number_before_anybody_works_with_it() -> None:
    incoming = states_of(Direction.INCOMING)
    assert incoming & NUMBERLESS == {OfficeState.RECEIVED, OfficeState.DISCARDED}
    assert states_of(Direction.OUTGOING) & NUMBERLESS == {
        OfficeState.DRAFT, OfficeState.SUBMITTED, OfficeState.SIGNED, OfficeState.DISCARDED,
    }  # fmt: skip


def test_late_and_slow() -> None:
    friday, monday, tuesday = date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 24)
    assert WEEK.next(friday) == monday
    assert not is_slow(OfficeState.REGISTERED, friday, monday, WEEK)
    assert is_slow(OfficeState.REGISTERED, friday, tuesday, WEEK)
    assert not is_slow(OfficeState.PRESENTED, friday, tuesday, WEEK)
    assert not is_slow(OfficeState.REGISTERED, friday, tuesday, WorkDays(off=frozenset({monday})))
    assert is_late(OfficeState.ASSIGNED, friday, monday)
    assert not is_late(OfficeState.ASSIGNED, monday, monday)
    assert not is_late(OfficeState.DONE, friday, monday)
    assert not is_late(OfficeState.ASSIGNED, None, monday)
