"""The life of a round, its forms, answers, reminders and figures."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Invalid, Problem
from ecabinet.clock import ZONE
from ecabinet.notices import reminder_rules
from ecabinet.notices.reminder_rules import Clock, Reminder
from ecabinet.opinions import answer_rules, rules
from ecabinet.opinions.answer_rules import Asked, Choice
from ecabinet.opinions.rules import DEFAULT_OPTIONS, Action, OptionDraft, OptionKind, RoundDraft, RoundState

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DEADLINE = NOW + timedelta(days=3)
ALLOWED = {
    (RoundState.DRAFT, Action.SUBMIT): RoundState.SUBMITTED,
    (RoundState.DRAFT, Action.SEND): RoundState.SENT,
    (RoundState.DRAFT, Action.RECALL): RoundState.RECALLED,
    (RoundState.SUBMITTED, Action.WITHDRAW): RoundState.DRAFT,
    (RoundState.SUBMITTED, Action.APPROVE): RoundState.APPROVED,
    (RoundState.SUBMITTED, Action.RETURN): RoundState.DRAFT,
    (RoundState.SUBMITTED, Action.RECALL): RoundState.RECALLED,
    (RoundState.APPROVED, Action.WITHDRAW): RoundState.DRAFT,
    (RoundState.APPROVED, Action.SEND): RoundState.SENT,
    (RoundState.APPROVED, Action.RECALL): RoundState.RECALLED,
    (RoundState.SENT, Action.EXTEND): RoundState.SENT,
    (RoundState.SENT, Action.CLOSE): RoundState.CLOSED,
    (RoundState.SENT, Action.RECALL): RoundState.RECALLED,
    (RoundState.CLOSED, Action.EXTEND): RoundState.SENT,
    (RoundState.CLOSED, Action.REPORT): RoundState.REPORTED,
    (RoundState.CLOSED, Action.RECALL): RoundState.RECALLED,
}


def fault_of(call: object, *args: object, **more: object) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        call(*args, **more)  # type: ignore[operator]
    return {field: fault.code for field, fault in caught.value.faults.items()}


def code_of(call: object, *args: object, **more: object) -> str:
    with pytest.raises(Problem) as caught:
        call(*args, **more)  # type: ignore[operator]
    return caught.value.code


# ------------------------------------------------------------------ the life


@pytest.mark.parametrize("state", RoundState)
@pytest.mark.parametrize("action", Action)
def test_the_life_of_a_round(state: RoundState, action: Action) -> None:
    needs = action == Action.SUBMIT
    if (state, action) in ALLOWED:
        assert rules.check_step(action, state, "vì", needs_approval=needs) == ALLOWED[state, action]
    else:
        assert code_of(rules.check_step, action, state, "vì", needs_approval=needs) == "wrong_state"


def test_what_needs_approval_is_not_sent_without_and_what_needs_none_is_not_handed_on() -> None:
    send, submit = Action.SEND, Action.SUBMIT
    assert code_of(rules.check_step, send, RoundState.DRAFT, needs_approval=True) == "opinion_needs_approval"
    assert rules.check_step(send, RoundState.APPROVED, needs_approval=True) == RoundState.SENT
    assert code_of(rules.check_step, submit, RoundState.DRAFT) == "opinion_needs_no_approval"


@pytest.mark.parametrize("action", [action for action, step in rules.STEPS.items() if step.reason])
def test_reasons(action: Action) -> None:
    state = next(iter(sorted(rules.STEPS[action].before)))
    assert fault_of(rules.check_step, action, state, "") == {"reason": "missing"}
    assert fault_of(rules.check_step, action, state, "x" * 501) == {"reason": "too_long"}


def test_nobody_approves_their_own() -> None:
    assert code_of(rules.check_superior, 7, 7) == "not_yourself"
    rules.check_superior(7, 8)
    rules.check_superior(None, 8)


# ------------------------------------------------------------------ forms


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, {}),
        ({"title": ""}, {"title": "missing"}),
        ({"title": "x" * 301}, {"title": "too_long"}),
        ({"body": "x" * 5001}, {"body": "too_long"}),
        ({"deadline": None}, {"deadline": "not_a_time"}),
        ({"deadline": NOW}, {"deadline": "already_over"}),
        ({"deadline": NOW + timedelta(days=367)}, {"deadline": "opinion_too_long"}),
        ({"late_days": None}, {"late_days": "not_in_range"}),
        ({"late_days": -1}, {"late_days": "not_in_range"}),
        ({"late_days": 31}, {"late_days": "not_in_range"}),
        ({"title": "", "deadline": None, "late_days": 99},
         {"title": "missing", "deadline": "not_a_time", "late_days": "not_in_range"}),
    ],
)  # fmt: skip
def test_the_form_of_a_round(changes: dict[str, object], faults: dict[str, str]) -> None:
    values: dict[str, object] = {"title": "Quy chế", "body": "", "deadline": DEADLINE}
    draft = RoundDraft(**(values | changes))  # type: ignore[arg-type]
    if faults:
        assert fault_of(rules.check_round, draft, NOW) == faults
    else:
        rules.check_round(draft, NOW)


@pytest.mark.parametrize(
    ("labels", "fault"),
    [
        (["Đồng ý", "Không"], None),
        (["Đồng ý"], "opinion_few_options"),
        ([], "opinion_few_options"),
        ([str(n) for n in range(9)], "opinion_few_options"),
        (["Có", "CÓ"], "opinion_same_options"),
        (["Có", "x" * 201], "too_long"),
    ],
)
def test_options(labels: list[str], fault: str | None) -> None:
    options = [OptionDraft(label) for label in labels]
    if fault is None:
        rules.check_question("Câu hỏi", options)
    else:
        assert fault_of(rules.check_question, "Câu hỏi", options) == {"options": fault}


def test_a_question_without_text_and_without_options_hears_of_both() -> None:
    assert fault_of(rules.check_question, "", []) == {"text": "missing", "options": "opinion_few_options"}
    assert fault_of(rules.check_question, "x" * 1001, DEFAULT_OPTIONS) == {"text": "too_long"}


def test_the_usual_words_have_their_meaning() -> None:
    assert rules.option("ĐỒNG Ý", False).kind == OptionKind.FOR
    assert rules.option("không đồng ý", True) == OptionDraft("không đồng ý", True, OptionKind.AGAINST)
    assert rules.option("Phương án 1", False).kind == OptionKind.PLAIN


@pytest.mark.parametrize(
    ("questions", "recipients", "deadline", "code"),
    [
        (0, 4, DEADLINE, "opinion_no_question"),
        (1, 0, DEADLINE, "opinion_no_recipient"),
        (1, 4, NOW, "opinion_deadline_over"),
    ],
)
def test_ready(questions: int, recipients: int, deadline: datetime, code: str) -> None:
    assert code_of(rules.check_ready, questions, recipients, deadline, NOW) == code
    rules.check_ready(1, 1, DEADLINE, NOW)


@pytest.mark.parametrize(
    ("deadline", "reason", "faults"),
    [
        (DEADLINE, "chờ thêm", {"deadline": "opinion_not_later"}),
        (NOW, "chờ thêm", {"deadline": "already_over"}),
        (None, "", {"deadline": "not_a_time", "reason": "missing"}),
        (DEADLINE + timedelta(days=1), "", {"reason": "missing"}),
        (DEADLINE + timedelta(days=1), "x" * 501, {"reason": "too_long"}),
    ],
)
def test_extensions(deadline: datetime | None, reason: str, faults: dict[str, str]) -> None:
    assert fault_of(rules.check_extension, deadline, DEADLINE, NOW, reason) == faults
    later = DEADLINE + timedelta(hours=1)
    assert rules.check_extension(later, DEADLINE, NOW, "chờ thêm") == later


# ------------------------------------------------------------------ answers

QUESTION = Asked(1, {10: False, 11: False, 12: True})


@pytest.mark.parametrize(
    ("choices", "faults"),
    [
        ({1: Choice(10)}, {}),
        ({1: Choice(10, "và xin góp thêm")}, {}),
        ({1: Choice(12, "bỏ Điều 3")}, {}),
        ({}, {"question-1": "nothing_chosen"}),
        ({1: Choice(None, "chỉ có chữ")}, {"question-1": "nothing_chosen"}),
        ({1: Choice(99)}, {"question-1": "unknown_option"}),
        ({1: Choice(12)}, {"text-1": "opinion_needs_words"}),
        ({1: Choice(10, "x" * 5001)}, {"text-1": "too_long"}),
    ],
)
def test_answers(choices: dict[int, Choice], faults: dict[str, str]) -> None:
    if faults:
        assert fault_of(answer_rules.check_answer, [QUESTION], choices) == faults
    else:
        answer_rules.check_answer([QUESTION], choices)


@pytest.mark.parametrize(
    ("state", "hours", "late_days", "outcome"),
    [
        (RoundState.SENT, -1, 0, False),
        (RoundState.SENT, 0, 0, False),
        (RoundState.SENT, 1, 0, "opinion_over"),
        (RoundState.SENT, 1, 1, True),
        (RoundState.SENT, 24, 1, True),
        (RoundState.SENT, 25, 1, "opinion_over"),
        (RoundState.CLOSED, -1, 0, "opinion_closed"),
        (RoundState.CLOSED, 1, 3, "opinion_over"),
        (RoundState.REPORTED, -1, 0, "opinion_closed"),
        (RoundState.RECALLED, -1, 0, "opinion_recalled"),
        (RoundState.DRAFT, -1, 0, "opinion_closed"),
    ],
)
def test_when_answers_are_taken(state: RoundState, hours: int, late_days: int, outcome: bool | str) -> None:
    at = DEADLINE + timedelta(hours=hours)
    if isinstance(outcome, str):
        assert code_of(answer_rules.check_open, state, DEADLINE, late_days, at) == outcome
    else:
        assert answer_rules.check_open(state, DEADLINE, late_days, at) is outcome


OPTIONS = {1: [10, 11], 2: [20, 21, 22]}
ANSWERS = st.lists(
    st.fixed_dictionaries({q: st.sampled_from(options).map(Choice) for q, options in OPTIONS.items()}), max_size=40
)


@given(ANSWERS)
def test_figures_are_those_counted_one_by_one(answers: list[dict[int, Choice]]) -> None:
    questions = [Asked(q, dict.fromkeys(options, False)) for q, options in OPTIONS.items()]
    figures = answer_rules.tally(questions, answers)
    for question, options in OPTIONS.items():
        counted = Counter(answer[question].option for answer in answers)
        assert {one.option: one.count for one in figures[question]} == {o: counted[o] for o in options}
        assert [one.option for one in figures[question]] == options
        total = sum(one.percent for one in figures[question])
        assert total == pytest.approx(100 if answers else 0)


# ------------------------------------------------------------------ reminders


def clock(deadline: datetime, late_days: int = 0, since: datetime = NOW, sent: set[Reminder] | None = None) -> Clock:
    return Clock(since, deadline, deadline + timedelta(days=late_days), frozenset(sent or ()))


def test_reminders_of_a_round_of_three_days() -> None:
    # from 9 o'clock on the office's clock to 9 o'clock three days later
    assert clock(DEADLINE).steps() == [
        (DEADLINE - timedelta(days=1), Reminder.DAY_BEFORE),
        (DEADLINE - timedelta(hours=2), Reminder.HOURS_BEFORE),
    ]
    assert [reminder for _at, reminder in clock(DEADLINE, 2).steps()] == [
        Reminder.DAY_BEFORE, Reminder.HOURS_BEFORE, Reminder.DUE, Reminder.OVERDUE,
    ]  # fmt: skip


def test_a_round_of_an_hour_is_not_reminded_of() -> None:
    assert clock(NOW + timedelta(hours=1)).steps() == []


@pytest.mark.parametrize(
    ("here", "then"),
    [("21:59", "21:59"), ("22:00", "06:00"), ("23:30", "06:00"), ("03:00", "06:00"), ("06:00", "06:00")],
)
def test_quiet_hours(here: str, then: str) -> None:
    at = datetime.combine(NOW.date(), time.fromisoformat(here), ZONE).astimezone(UTC)
    woken = reminder_rules.awake(at)
    assert woken.astimezone(ZONE).strftime("%H:%M") == then
    assert timedelta(0) <= woken - at <= timedelta(hours=8)


def test_of_reminders_missed_only_the_last_is_sent_and_once() -> None:
    round_clock = clock(DEADLINE)
    after = DEADLINE - timedelta(hours=1)
    assert reminder_rules.reminder_due(round_clock, after) == Reminder.HOURS_BEFORE
    assert reminder_rules.reminder_due(clock(DEADLINE, sent={Reminder.HOURS_BEFORE}), after) is None
    assert reminder_rules.reminder_due(round_clock, NOW) is None


moments = st.integers(0, 60 * 24 * 20).map(lambda minutes: NOW + timedelta(minutes=minutes))


@given(moments, st.integers(0, 5), st.lists(moments, min_size=1, max_size=30))
def test_whenever_the_worker_looks_nobody_is_reminded_twice_at_night_or_after_the_end(
    deadline: datetime, late_days: int, looks: list[datetime]
) -> None:
    sent: set[Reminder] = set()
    for now in sorted(looks):
        present = clock(deadline, late_days, sent=sent)
        if now >= present.closes:
            break
        reminder = reminder_rules.reminder_due(present, now)
        if reminder is not None:
            assert reminder not in sent
            sent.add(reminder)
        wake = reminder_rules.wake_at(present, now)
        assert now < wake <= present.closes
    steps = clock(deadline, late_days).steps()
    assert [at for at, _reminder in steps] == sorted({at for at, _reminder in steps})
    for at, _reminder in steps:
        assert 6 <= at.astimezone(ZONE).hour < 22
        assert NOW <= at < deadline + timedelta(days=late_days)
