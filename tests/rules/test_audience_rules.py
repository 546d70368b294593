"""Whom items of the agenda are for: a table of outlines, and what must hold for every one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecabinet.meetings.agenda_rules import Line
from ecabinet.meetings.audience_rules import audiences, circle_of, circles
from ecabinet.meetings.rules import ParticipantRole, Place, Rsvp, concerned, quorum
from ecabinet.meetings.rules import QuorumRule as Rule

CHAIR = frozenset({9})


@pytest.mark.parametrize(
    ("depths", "chosen", "found"),
    [
        ([1, 1], {}, {}),
        ([1, 1], {1: {2}}, {1: {2, 9}}),
        ([1, 2, 3, 1], {1: {2, 3}}, {1: {2, 3, 9}, 2: {2, 3, 9}, 3: {2, 3, 9}}),
        ([1, 2, 1], {1: {2, 3}, 2: {3, 4}}, {1: {2, 3, 9}, 2: {3, 9}}),
        ([1, 2, 2], {2: {5}}, {2: {5, 9}}),
        ([1, 2, 1], {1: set()}, {1: {9}, 2: {9}}),
    ],
    ids=["none", "one", "what stands below", "named at both", "not what stands beside", "nobody left"],
)
def test_whom_items_are_for(depths: list[int], chosen: dict[int, set[int]], found: dict[int, set[int]]) -> None:
    outline = [Line(n, depth) for n, depth in enumerate(depths, 1)]
    assert audiences(outline, {item: frozenset(people) for item, people in chosen.items()}, CHAIR) == found


@given(st.lists(st.integers(1, 4), max_size=12), st.dictionaries(st.integers(1, 12), st.frozensets(st.integers(1, 5))))
def test_nobody_sees_more_below_than_above(depths: list[int], chosen: dict[int, frozenset[int]]) -> None:
    outline = [Line(n, depth) for n, depth in enumerate(depths, 1)]
    chosen = {item: people for item, people in chosen.items() if item <= len(depths)}
    found = audiences(outline, chosen, CHAIR)
    assert chosen.keys() <= found.keys()
    for n, line in enumerate(outline):
        above = next((one for one in reversed(outline[:n]) if one.depth < line.depth), None)
        if above is not None and above.id in found:
            assert found[line.id] <= found[above.id]
    every = circles(found)
    assert all(circle_of(found, one) in every for one in range(10))


def place(seat: int, *, present: bool = True, of: int | None = None) -> Place:
    role = ParticipantRole.DELEGATE if of is None else ParticipantRole.SUBSTITUTE
    return Place(
        participant_id=seat, member_id=seat, seat_id=of or seat, role=role, rsvp=Rsvp.PENDING, voting=True,
        present=present, weight=1, unit="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("room", "people", "voters", "summoned"),
    [
        ([place(1), place(2), place(3)], {1, 2}, [1, 2], 2),
        ([place(1), place(2, present=False)], {1, 2}, [1], 2),
        ([place(1, present=False), place(2, of=1)], {1}, [], 1),
        ([place(1, present=False), place(2, of=1)], {1, 2}, [2], 1),
        ([place(1), place(2, of=1)], {2}, [], 1),
    ],
    ids=["those named", "who is away", "a substitute is not named by that", "but may be", "the seat is held already"],
)
def test_who_votes_under_such_an_item(room: list[Place], people: set[int], voters: list[int], summoned: int) -> None:
    here, entitled = concerned(room, people)
    assert [one.participant_id for one in entitled] == voters
    assert quorum(here, Rule(1, 2)).summoned == summoned
