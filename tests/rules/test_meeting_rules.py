"""Quorum, entitlement, order and forms of meetings."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Invalid, Problem
from ecabinet.meetings import rules
from ecabinet.meetings.rules import MeetingDraft, MeetingState, ParticipantRole, Place, QuorumRule, Rsvp

AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


def place(number: int, *, present: bool, voting: bool = True, seat: int | None = None) -> Place:
    role = ParticipantRole.DELEGATE if seat is None else ParticipantRole.SUBSTITUTE
    return Place(number, 100 + number, seat or number, role, Rsvp.PENDING, voting, present)


@pytest.mark.parametrize(
    ("present", "summoned", "numerator", "denominator", "needed", "met"),
    [
        (10, 15, 2, 3, 10, True),
        (9, 15, 2, 3, 10, False),
        (30, 45, 2, 3, 30, True),
        (23, 45, 1, 2, 23, True),
        (22, 45, 1, 2, 23, False),
        (45, 45, 1, 1, 45, True),
        (0, 0, 1, 2, 0, False),
    ],
)
def test_quorum_cases(present: int, summoned: int, numerator: int, denominator: int, needed: int, met: bool) -> None:
    places = [place(n, present=n <= present) for n in range(1, summoned + 1)]
    quorum = rules.quorum(places, QuorumRule(numerator, denominator))
    assert (quorum.present, quorum.summoned, quorum.needed, quorum.met) == (present, summoned, needed, met)


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(1, 10), st.integers(0, 10))
def test_quorum_is_the_fraction_compared_exactly(room: list[bool], numerator: int, more: int) -> None:
    quorum = rules.quorum(
        [place(n, present=here) for n, here in enumerate(room, 1)], QuorumRule(numerator, numerator + more)
    )
    assert quorum.met == (Fraction(sum(room), len(room)) >= Fraction(numerator, numerator + more))


@pytest.mark.parametrize(
    ("here", "present", "units", "met"),
    [
        # 2/3 of 6 delegates is 4; 2/3 of 3 units is 2
        ("aabb", 4, 2, True),
        # enough delegates, and one unit alone has them all: not enough units
        ("aaaa", 4, 1, False),
        # enough units, too few delegates
        ("abc", 3, 3, False),
    ],
)
def test_a_quorum_by_units_too(here: str, present: int, units: int, met: bool) -> None:
    left = list(here)
    places = []
    for number, unit in enumerate("aaaabc" if here == "aaaa" else "aabbcc", 1):
        is_here = unit in left
        if is_here:
            left.remove(unit)
        places.append(replace(place(number, present=is_here), unit=unit))
    quorum = rules.quorum(places, QuorumRule(2, 3, units=(2, 3)))
    assert (quorum.present, quorum.units_present, quorum.units_needed, quorum.met) == (present, units, 2, met)


def test_guests_do_not_count_and_do_not_vote() -> None:
    places = [place(1, present=True), place(2, present=True, voting=False)]
    assert [p.participant_id for p in rules.entitled(places)] == [1]
    assert rules.quorum(places, QuorumRule(1, 2)).summoned == 1


def test_a_substitute_holds_the_seat_until_its_member_comes() -> None:
    away, substitute = place(1, present=False), place(2, present=True, seat=1)
    assert [p.participant_id for p in rules.entitled([away, substitute])] == [2]
    quorum = rules.quorum([away, substitute], QuorumRule(1, 1))
    assert (quorum.present, quorum.summoned) == (1, 1)
    both = [substitute, place(1, present=True)]
    assert [p.participant_id for p in rules.entitled(both)] == [1]


@given(st.lists(st.tuples(st.integers(1, 6), st.booleans(), st.booleans(), st.booleans()), max_size=20))
def test_never_two_votes_for_one_seat(raw: list[tuple[int, bool, bool, bool]]) -> None:
    places = [
        place(50 + n if sub else seat, present=p, voting=v, seat=seat if sub else None)
        for n, (seat, sub, p, v) in enumerate(raw)
    ]
    seats = [p.seat_id for p in rules.entitled(places)]
    assert len(seats) == len(set(seats))
    assert all(p.present and p.voting for p in rules.entitled(places))


def draft(**changes: object) -> MeetingDraft:
    values: dict[str, object] = {
        "title": "Hội nghị", "place": "", "starts_at": AT, "ends_at": AT + timedelta(hours=3),
        "quorum_numerator": 2, "quorum_denominator": 3,
    }  # fmt: skip
    return MeetingDraft(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"title": ""}, "title", "missing"),
        ({"title": "x" * 301}, "title", "too_long"),
        ({"place": "x" * 201}, "place", "too_long"),
        ({"starts_at": None}, "starts_at", "not_a_time"),
        ({"ends_at": None}, "ends_at", "not_a_time"),
        ({"ends_at": AT}, "ends_at", "ends_before_start"),
        ({"ends_at": AT + timedelta(days=15)}, "ends_at", "meeting_too_long"),
        ({"quorum_numerator": 0}, "quorum", "not_a_fraction"),
        ({"quorum_numerator": 4}, "quorum", "not_a_fraction"),
        ({"quorum_denominator": 1000}, "quorum", "not_a_fraction"),
    ],
)
def test_each_fault_of_a_meeting_is_named_by_its_field(changes: dict[str, object], field: str, code: str) -> None:
    with pytest.raises(Invalid) as invalid:
        rules.check_meeting(draft(**changes))
    assert {name: fault.code for name, fault in invalid.value.faults.items()} == {field: code}


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(Invalid) as invalid:
        rules.check_meeting(draft(title="", starts_at=None, quorum_numerator=-1))
    assert set(invalid.value.faults) == {"title", "starts_at", "quorum"}


@pytest.mark.parametrize(
    ("rsvp", "reason", "state", "code"),
    [
        (Rsvp.ABSENT, "", MeetingState.INVITED, "invalid"),
        (Rsvp.ABSENT, "x" * 501, MeetingState.INVITED, "invalid"),
        (Rsvp.ACCEPTED, "", MeetingState.CONCLUDED, "wrong_state"),
    ],
)
def test_an_answer_that_cannot_stand(rsvp: Rsvp, reason: str, state: MeetingState, code: str) -> None:
    with pytest.raises(Problem) as refusal:
        rules.check_rsvp(rsvp, reason, state)
    assert refusal.value.code == code
