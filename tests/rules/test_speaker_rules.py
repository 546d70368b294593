"""Who is next on the floor, and how long a turn has run: worked cases, and properties of every queue."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Invalid, Problem
from ecabinet.meetings.rules import MeetingState, ParticipantRole
from ecabinet.meetings.speaker_rules import (
    LONGEST_SECONDS,
    Clock,
    FloorSettings,
    OrderRule,
    SpeechKind,
    Turn,
    Waiting,
    check_entering,
    check_extension,
    check_list,
    check_may_ask,
    check_reason,
    check_settings,
    check_topic,
    clock_phase,
    in_order,
)

START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def waiting(*people: tuple[str, str], places: dict[int, int] | None = None) -> list[Waiting]:
    """Requests in the order in which they were made: (person, unit), a letter each; ids count from 1."""
    return [
        Waiting(n, ord(person), ord(unit), START + timedelta(seconds=n), (places or {}).get(n))
        for n, (person, unit) in enumerate(people, 1)
    ]


def turns(*people: tuple[str, str]) -> list[Turn]:
    return [Turn(ord(person), ord(unit)) for person, unit in people]


A1, A2, A3 = ("a", "A"), ("b", "A"), ("c", "A")
B1, B2 = ("d", "B"), ("e", "B")
C1 = ("f", "C")


@pytest.mark.parametrize(
    ("rule", "asked", "spoken", "called"),
    [
        (OrderRule.FIRST_COME, [A1, B1, A2], [], [1, 2, 3]),
        (OrderRule.FIRST_COME, [A1, B1, A2], [A1, A1], [1, 2, 3]),
        # who has not spoken goes first; among equals who asked first
        (OrderRule.ONCE_EACH, [A1, B1, A2], [A1], [2, 3, 1]),
        (OrderRule.ONCE_EACH, [A1, B1, A2], [A1, A1, B1], [3, 2, 1]),
        (OrderRule.ONCE_EACH, [A1, B1, A2], [], [1, 2, 3]),
        # units take turns
        (OrderRule.ALTERNATE_UNITS, [A1, A2, A3, B1, B2, C1], [], [1, 4, 6, 2, 5, 3]),
        (OrderRule.ALTERNATE_UNITS, [A1, A2, B1], [C1], [1, 3, 2]),
        (OrderRule.ALTERNATE_UNITS, [A2, B1], [A1], [2, 1]),
        (OrderRule.ALTERNATE_UNITS, [A1, B1, C1], [A2, C1, B2], [1, 3, 2]),
        # only one unit is left: it goes on
        (OrderRule.ALTERNATE_UNITS, [A2, A3], [A1], [1, 2]),
    ],
    ids=str,
)
def test_the_order_of_a_queue(
    rule: OrderRule, asked: list[tuple[str, str]], spoken: list[tuple[str, str]], called: list[int]
) -> None:
    assert [r.id for r in in_order(waiting(*asked), turns(*spoken), rule)] == called


@pytest.mark.parametrize("rule", OrderRule)
def test_the_chairs_own_order_goes_before_the_rule(rule: OrderRule) -> None:
    called = in_order(waiting(A1, B1, A2, C1, places={3: 1, 2: 2}), turns(C1), rule)
    assert [r.id for r in called][:2] == [3, 2]
    assert {r.id for r in called} == {1, 2, 3, 4}


requests = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 3)), max_size=12).map(
    lambda people: [
        # a person belongs to one unit; two requests may be made in the same second
        Waiting(n, person, person % 3, START + timedelta(seconds=n // 2), None)
        for n, (person, _) in enumerate(people, 1)
    ]
)
placed_requests = st.tuples(requests, st.permutations(range(12)), st.integers(0, 4)).map(
    lambda made: [
        Waiting(r.id, r.participant_id, r.unit_id, r.asked_at, made[1][i] if i < made[2] else None)
        for i, r in enumerate(made[0])
    ]
)
spoken = st.lists(st.integers(1, 6).map(lambda person: Turn(person, person % 3)), max_size=10)
rules = st.sampled_from(OrderRule)


@given(placed_requests, spoken, rules)
def test_everybody_who_waits_is_in_it_once(queue: list[Waiting], so_far: list[Turn], rule: OrderRule) -> None:
    assert Counter(in_order(queue, so_far, rule)) == Counter(queue)


@given(placed_requests, spoken, rules, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_how_the_rows_come(queue, so_far, rule, source) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(queue)
    source.shuffle(shuffled)
    assert in_order(shuffled, so_far, rule) == in_order(queue, so_far, rule)


@given(placed_requests, spoken, rules, st.integers(1, 6))
def test_who_asks_later_changes_nothing_among_those_before(
    queue: list[Waiting], so_far: list[Turn], rule: OrderRule, person: int
) -> None:
    late = Waiting(999, person, person % 3, START + timedelta(hours=1))
    after = [r for r in in_order([*queue, late], so_far, rule) if r.id != 999]
    assert after == in_order(queue, so_far, rule)


@given(requests, spoken, rules)
def test_one_person_is_heard_in_the_order_of_their_requests(
    queue: list[Waiting], so_far: list[Turn], rule: OrderRule
) -> None:
    called = in_order(queue, so_far, rule)
    for person in {r.participant_id for r in queue}:
        assert [r.id for r in called if r.participant_id == person] == [
            r.id for r in queue if r.participant_id == person
        ]


@given(requests, spoken)
def test_alternating_no_unit_speaks_twice_running_while_another_waits(queue: list[Waiting], so_far: list[Turn]) -> None:
    called = in_order(queue, so_far, OrderRule.ALTERNATE_UNITS)
    last = so_far[-1].unit_id if so_far else None
    for n, request in enumerate(called):
        if request.unit_id == last:
            assert {r.unit_id for r in called[n:]} == {last}
        last = request.unit_id


@given(requests, spoken)
def test_once_each_nobody_speaks_again_before_all_others_have(queue: list[Waiting], so_far: list[Turn]) -> None:
    times = Counter(turn.participant_id for turn in so_far)
    counts = [times[r.participant_id] for r in in_order(queue, so_far, OrderRule.ONCE_EACH)]
    assert counts == sorted(counts)


PEOPLE = 6


@given(st.lists(st.integers(1, PEOPLE), min_size=1, max_size=40), rules)
def test_nobody_is_starved_whoever_presses_in_behind(pressing: list[int], rule: OrderRule) -> None:
    """The first to ask is heard after a bounded number of turns, though with each turn somebody asks again."""
    waits = [Waiting(0, 1, 1 % 3, START), *(Waiting(-p, p, p % 3, START) for p in range(2, PEOPLE + 1))]
    so_far = [Turn(1, 1 % 3)]  # whom the rules least favour: has spoken, and the unit was the last heard
    for n, person in enumerate(pressing, 1):
        first, *_ = in_order(waits, so_far, rule)
        if first.id == 0:
            return
        so_far.append(Turn(first.participant_id, first.unit_id))
        waits = [r for r in waits if r.id != first.id]
        if all(r.participant_id != person for r in waits):  # one open request each
            waits.append(Waiting(n, person, person % 3, START + timedelta(seconds=n)))
        assert n <= 3 * PEOPLE, "waits without end"


# ---- the clock


def test_a_clock_counts_without_its_pauses() -> None:
    at = lambda seconds: START + timedelta(seconds=seconds)  # noqa: E731  # shorter than each time in full
    running = Clock(START, limit=60, warn=10, paused_seconds=20.0)
    assert (running.since, running.elapsed(at(50))) == (at(20), 30.0)
    paused = Clock(START, limit=60, warn=10, paused_at=at(40))
    assert paused.elapsed(at(500)) == 40.0
    over = paused.ended(at(500))
    assert (over.ended_at, over.paused_seconds, over.elapsed(at(900))) == (at(500), 460.0, 40.0)
    assert running.ended(at(50)).elapsed(at(900)) == 30.0


def test_a_clock_never_runs_below_zero_when_the_servers_clock_is_set_back() -> None:
    early = START - timedelta(seconds=5)
    assert Clock(START, 60, 10).elapsed(early) == 0.0
    over = Clock(START, 60, 10, paused_at=START).ended(early)
    assert over.ended_at is not None
    assert over.ended_at >= over.began_at


@given(
    st.lists(st.integers(0, 300), min_size=2, max_size=12),
    st.floats(0, 50, allow_nan=False, allow_infinity=False),
)
def test_speaking_and_pausing_add_up(steps: list[int], before: float) -> None:
    """Against a plain sum: the even steps are spoken, the odd ones paused."""
    clock, now = Clock(START, 0, 0, paused_seconds=0.0), START
    spoken_seconds = 0
    for n, step in enumerate(steps):
        now += timedelta(seconds=step)
        if n % 2 == 0:
            spoken_seconds += step
            clock = Clock(START, 0, 0, clock.paused_seconds, paused_at=now)
        else:
            clock = Clock(START, 0, 0, clock.ended(now).paused_seconds)
        assert clock.elapsed(now) == pytest.approx(spoken_seconds)
    assert clock.ended(now).elapsed(now + timedelta(days=1)) == pytest.approx(spoken_seconds)


@pytest.mark.parametrize(
    ("elapsed", "limit", "warn", "phase"),
    [
        (0, 300, 30, "calm"), (269.9, 300, 30, "calm"), (270, 300, 30, "warning"), (299.9, 300, 30, "warning"),
        (300, 300, 30, "over"), (900, 300, 30, "over"), (900, 0, 30, "free"), (0, 60, 120, "warning"),
        (299, 300, 0, "calm"),
    ],
    ids=str,
)  # fmt: skip
def test_the_phases_of_a_clock(elapsed: float, limit: int, warn: int, phase: str) -> None:
    assert clock_phase(elapsed, limit, warn) == phase


# ---- refusals

DELEGATE, GUEST, UNDER_WAY = ParticipantRole.DELEGATE, ParticipantRole.GUEST, MeetingState.UNDER_WAY
GUESTS_TOO = FloorSettings(guests_may_speak=True)


@pytest.mark.parametrize(
    ("state", "present", "role", "settings", "code"),
    [
        (UNDER_WAY, True, DELEGATE, FloorSettings(), None),
        (UNDER_WAY, True, ParticipantRole.SUBSTITUTE, FloorSettings(), None),
        (UNDER_WAY, True, GUEST, GUESTS_TOO, None),
        (UNDER_WAY, True, GUEST, FloorSettings(), "guests_may_not_speak"),
        (UNDER_WAY, False, DELEGATE, FloorSettings(), "asker_not_present"),
        (MeetingState.INVITED, True, DELEGATE, FloorSettings(), "meeting_not_under_way"),
        (MeetingState.CONCLUDED, True, DELEGATE, FloorSettings(), "meeting_not_under_way"),
    ],
    ids=str,
)
def test_who_may_ask(
    state: MeetingState, present: bool, role: ParticipantRole, settings: FloorSettings, code: str | None
) -> None:
    if code is None:
        check_may_ask(state, present, role, settings)
    else:
        with pytest.raises(Problem, match=code):
            check_may_ask(state, present, role, settings)


def test_a_closed_list_takes_points_of_order_only() -> None:
    closed = FloorSettings(list_open=False)
    check_list(SpeechKind.ORDER, closed)
    for kind in (SpeechKind.SPEECH, SpeechKind.QUESTION):
        check_list(kind, FloorSettings())
        with pytest.raises(Problem, match="speakers_list_closed"):
            check_list(kind, closed)


def test_the_list_is_prepared_from_the_invitations_on() -> None:
    check_entering(MeetingState.INVITED)
    check_entering(UNDER_WAY)
    for state in (MeetingState.DRAFT, MeetingState.CONCLUDED):
        with pytest.raises(Problem, match="wrong_state"):
            check_entering(state)


def test_settings_name_each_fault() -> None:
    check_settings({"speech_seconds": 0, "unit_seconds": LONGEST_SECONDS + 1})
    check_settings({"speech_seconds": None}, optional=frozenset({"speech_seconds"}))
    with pytest.raises(Invalid) as refused:
        check_settings({"speech_seconds": None, "warn_seconds": -1, "order_seconds": LONGEST_SECONDS + 1, "rest": 5})
    assert set(refused.value.faults) == {"speech_seconds", "warn_seconds", "order_seconds"}


def test_words_have_their_limits() -> None:
    check_topic("")
    check_reason("Hết giờ")
    with pytest.raises(Invalid):
        check_topic("x" * 301)
    with pytest.raises(Problem, match="refusal_needs_reason"):
        check_reason("")
    with pytest.raises(Problem, match="too_long"):
        check_reason("x" * 301)


@pytest.mark.parametrize(
    ("seconds", "limit", "code"),
    [(60, 300, None), (None, 300, "not_in_range"), (0, 300, "not_in_range"), (3601, 300, "not_in_range"),
     (60, 0, "turn_without_limit"), (60, LONGEST_SECONDS, "not_in_range")],
    ids=str,
)  # fmt: skip
def test_extra_time(seconds: int | None, limit: int, code: str | None) -> None:
    if code is None:
        assert check_extension(seconds, limit) == seconds
    else:
        with pytest.raises(Problem, match=code):
            check_extension(seconds, limit)
