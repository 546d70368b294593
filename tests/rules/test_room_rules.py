"""Rooms, what stands against a booking, and seats: tables, and properties of the map."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Invalid, Problem
from ecabinet.meetings.room_rules import (
    Conflict,
    ConflictKind,
    Other,
    Planned,
    RoomDraft,
    check_room,
    conflicts,
    overlap,
    read_rows,
    rows_text,
)
from ecabinet.meetings.seat_rules import (
    HEAD,
    SeatOrder,
    SeatState,
    Sitter,
    Spot,
    fill,
    kept,
    placed,
    spots,
    state,
)

EIGHT = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", ()),
        ("10, 12, 12", (10, 12, 12)),
        ("3x10", (10, 10, 10)),
        ("2×8; 12 1x4", (8, 8, 12, 4)),
        ("2 x 8, 12", (8, 8, 12)),
        ("mười", None),
        ("10, -2", None),
        ("99x99", None),
        ("1.5", None),
    ],
)
def test_rows_as_written(text: str, rows: tuple[int, ...] | None) -> None:
    assert read_rows(text) == rows


@given(st.lists(st.integers(1, 60), max_size=40))
def test_rows_are_read_as_they_are_written(rows: list[int]) -> None:
    assert read_rows(rows_text(rows)) == tuple(rows)


@pytest.mark.parametrize(
    ("draft", "field", "code"),
    [
        (RoomDraft("", 10), "name", "missing"),
        (RoomDraft("x" * 121, 10), "name", "too_long"),
        (RoomDraft("A", 0), "capacity", "not_in_range"),
        (RoomDraft("A", None), "capacity", "not_in_range"),
        (RoomDraft("A", 5001), "capacity", "not_in_range"),
        (RoomDraft("A", 10, "x" * 501), "equipment", "too_long"),
        (RoomDraft("A", 10, "", 61), "head_seats", "not_in_range"),
        (RoomDraft("A", 10, "", None), "head_seats", "not_in_range"),
        (RoomDraft("A", 10, "", 5, None), "seat_rows", "bad_seat_rows"),
        (RoomDraft("A", 10, "", 5, (61,)), "seat_rows", "bad_seat_rows"),
        (RoomDraft("A", 10, "", 5, (1,) * 41), "seat_rows", "bad_seat_rows"),
    ],
)
def test_what_is_no_room(draft: RoomDraft, field: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_room(draft)
    assert refusal.value.faults[field].code == code


@pytest.mark.parametrize(
    ("other", "wanted"),
    [((0, 1), True), ((1, 2), False), ((-1, 0), False), ((-1, 5), True), ((0.25, 0.5), True), ((0.99, 3), True)],
)
def test_overlap(other: tuple[float, float], wanted: bool) -> None:
    span = (EIGHT, EIGHT + HOUR)
    there = (EIGHT + HOUR * other[0], EIGHT + HOUR * other[1])
    assert overlap(span, there) is wanted
    assert overlap(there, span) is wanted


PEOPLE = frozenset(range(1, 9))
PLANNED = Planned(room_id=1, capacity=10, expected=PEOPLE, chairs=frozenset({1}))


@pytest.mark.parametrize(
    ("planned", "other", "wanted"),
    [
        (PLANNED, Other(7, 1, frozenset()), [Conflict(ConflictKind.ROOM, 7)]),
        (PLANNED, Other(7, 2, frozenset()), []),
        (PLANNED, Other(7, None, frozenset({1})), [Conflict(ConflictKind.CHAIR, 7)]),
        (PLANNED, Other(7, None, frozenset({2})), []),  # one of eight is not many
        (PLANNED, Other(7, None, frozenset({2, 3})), [Conflict(ConflictKind.MEMBERS, 7, 2)]),
        (
            PLANNED,
            Other(7, 1, frozenset({1, 2, 3})),
            [Conflict(ConflictKind.ROOM, 7), Conflict(ConflictKind.CHAIR, 7), Conflict(ConflictKind.MEMBERS, 7, 3)],
        ),
        (Planned(None, None, PEOPLE, frozenset()), Other(7, None, frozenset()), []),
        (Planned(1, 7, PEOPLE, frozenset()), Other(7, 2, frozenset()), [Conflict(ConflictKind.TOO_SMALL, None, 1)]),
    ],
)
def test_what_stands_against_it(planned: Planned, other: Other, wanted: list[Conflict]) -> None:
    assert conflicts(planned, [other]) == wanted


def sitter(n: int, **more: object) -> Sitter:
    return Sitter(n, n, f"name {9 - n}", f"unit {n % 2}", **more)  # type: ignore[arg-type]


def test_the_chair_sits_in_the_middle_and_guests_behind() -> None:
    people = [sitter(1, head=True), sitter(2, head=True), sitter(3, guest=True), sitter(4), sitter(5)]
    seated = fill(people, 3, (2, 2), SeatOrder.RANK)
    assert seated == {1: Spot(HEAD, 2), 2: Spot(HEAD, 1), 4: Spot(1, 1), 5: Spot(1, 2), 3: Spot(2, 1)}


@pytest.mark.parametrize(
    ("order", "wanted"),
    [(SeatOrder.RANK, [1, 2, 3, 4]), (SeatOrder.NAME, [4, 3, 2, 1]), (SeatOrder.UNIT, [2, 4, 1, 3])],
)
def test_orders(order: SeatOrder, wanted: list[int]) -> None:
    seated = fill([sitter(n) for n in (3, 1, 4, 2)], 0, (4,), order)
    assert sorted(seated, key=lambda one: seated[one]) == wanted


def test_a_second_chair_without_room_at_the_head_sits_in_front() -> None:
    assert fill([sitter(1, head=True), sitter(2, head=True)], 1, (3,), SeatOrder.RANK)[2] == Spot(1, 1)


SITTERS = st.lists(st.integers(1, 60), unique=True, max_size=60).map(
    lambda ids: [sitter(n, head=n % 7 == 0, guest=n % 5 == 0) for n in ids]
)


@given(SITTERS, st.integers(0, 10), st.lists(st.integers(1, 8), max_size=6), st.sampled_from(SeatOrder))
def test_nobody_on_two_seats_nor_two_on_one(people: list[Sitter], head: int, rows: list[int], order: SeatOrder) -> None:
    seated = fill(people, head, rows, order)
    assert len(set(seated.values())) == len(seated)
    assert set(seated.values()) <= set(spots(head, rows))
    assert set(seated) <= {one.id for one in people}
    assert len(seated) <= len(people)


def test_changing_seats() -> None:
    there = spots(0, (3,))
    taken = {1: Spot(1, 1), 2: Spot(1, 2)}
    assert placed(taken, 1, Spot(1, 3), there) == {1: Spot(1, 3), 2: Spot(1, 2)}
    assert placed(taken, 1, Spot(1, 2), there) == {1: Spot(1, 2), 2: Spot(1, 1)}  # they change places
    assert placed(taken, 9, Spot(1, 2), there) == {1: Spot(1, 1), 9: Spot(1, 2)}  # who sat there stands up
    assert placed(taken, 1, None, there) == {2: Spot(1, 2)}
    assert placed(taken, 1, Spot(1, 1), there) == taken
    with pytest.raises(Problem, match="no_such_seat"):
        placed(taken, 1, Spot(2, 1), there)


def test_a_room_drawn_smaller_keeps_who_still_has_a_seat() -> None:
    assert kept({1: Spot(1, 1), 2: Spot(1, 9)}, spots(0, (3,))) == {1: Spot(1, 1)}


@pytest.mark.parametrize(
    ("here", "voted", "speaking", "wanted"),
    [
        (False, False, False, SeatState.ABSENT),
        (True, False, False, SeatState.PRESENT),
        (True, True, False, SeatState.VOTED),
        (False, True, False, SeatState.VOTED),
        (True, True, True, SeatState.SPEAKING),
    ],
)
def test_how_a_seat_is_shown(here: bool, voted: bool, speaking: bool, wanted: SeatState) -> None:
    assert state(here=here, voted=voted, speaking=speaking) == wanted
