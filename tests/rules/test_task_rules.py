"""Tasks: the table of states against every act by everybody, forms, lateness."""

import contextlib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Invalid, Problem
from ecabinet.tasks import rules
from ecabinet.tasks.rules import Part, Said, TaskAct, TaskDraft, TaskState

DAY = date(2026, 11, 22)
OWNER, GIVER, HELPER = frozenset({Part.OWNER}), frozenset({Part.GIVER}), frozenset({Part.HELPER})

# What each can do, written down apart from the code: state → part → acts.
TABLE = {
    TaskState.GIVEN: {
        Part.OWNER: "accept ask_extension attach", Part.GIVER: "cancel extend attach reassign", Part.HELPER: "attach",
    },
    TaskState.ACCEPTED: {
        Part.OWNER: "progress report ask_extension attach", Part.GIVER: "cancel extend attach reassign",
        Part.HELPER: "progress attach",
    },
    TaskState.REPORTED: {
        Part.OWNER: "attach", Part.GIVER: "approve return cancel extend attach reassign", Part.HELPER: "attach",
    },
    TaskState.RETURNED: {
        Part.OWNER: "progress report ask_extension attach", Part.GIVER: "cancel extend attach reassign",
        Part.HELPER: "progress attach",
    },
    TaskState.DONE: {Part.OWNER: "", Part.GIVER: "", Part.HELPER: ""},
    TaskState.CANCELLED: {Part.OWNER: "", Part.GIVER: "", Part.HELPER: ""},
}  # fmt: skip


@pytest.mark.parametrize("state", list(TaskState))
@pytest.mark.parametrize("part", list(Part))
def test_who_may_do_what(state: TaskState, part: Part) -> None:
    allowed = {act.value for act in TaskAct if rules.may(act, state, frozenset({part}), asked=False)}
    assert allowed == set(TABLE[state][part].split())


def test_an_extension_is_answered_only_where_one_was_asked_for() -> None:
    for state in rules.OPEN:
        assert rules.may(TaskAct.GRANT, state, GIVER, asked=True)
        assert not rules.may(TaskAct.GRANT, state, OWNER, asked=True)
        assert not rules.may(TaskAct.REFUSE, state, GIVER, asked=False)


@given(st.lists(st.tuples(st.sampled_from(list(TaskAct)), st.sets(st.sampled_from(list(Part)), max_size=3))))
def test_no_sequence_of_acts_leaves_the_table(acts: list[tuple[TaskAct, set[Part]]]) -> None:
    state = TaskState.GIVEN
    for act, parts in acts:
        before = state
        with contextlib.suppress(Problem):
            state = rules.after(act, state, frozenset(parts), asked=True)
        assert state in TaskState
        if before in rules.FINAL:
            assert state == before


def test_a_task_is_done_by_taking_it_on_reporting_and_confirming() -> None:
    state = TaskState.GIVEN
    for act, parts in ((TaskAct.ACCEPT, OWNER), (TaskAct.REPORT, OWNER), (TaskAct.RETURN, GIVER),
                       (TaskAct.REPORT, OWNER), (TaskAct.APPROVE, GIVER)):  # fmt: skip
        state = rules.after(act, state, parts, asked=False)
    assert state == TaskState.DONE
    with pytest.raises(Problem, match="forbidden"):
        rules.after(TaskAct.APPROVE, TaskState.REPORTED, OWNER, asked=False)


def draft(**changes: object) -> TaskDraft:
    return TaskDraft(**({"title": "Lập kế hoạch", "due_on": DAY, "owner_member": 1} | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"title": ""}, "title", "missing"),
        ({"title": "a" * 501}, "title", "too_long"),
        ({"details": "a" * 5001}, "details", "too_long"),
        ({"due_on": None}, "due_on", "not_a_day"),
        ({"due_on": DAY - timedelta(days=1)}, "due_on", "task_due_past"),
        ({"due_on": DAY + timedelta(days=4000)}, "due_on", "task_too_far"),
        ({"owner_member": None}, "owner", "task_owner"),
        ({"owner_unit": 5}, "owner", "task_owner"),
    ],
    ids=lambda value: str(value)[:20] if isinstance(value, str) else None,
)
def test_a_form_names_its_faults(changes: dict[str, object], field: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        rules.check_draft(draft(**changes), DAY)
    assert caught.value.faults[field].code == code


@pytest.mark.parametrize(
    ("act", "said", "field", "code"),
    [
        (TaskAct.REPORT, Said(), "text", "missing"),
        (TaskAct.RETURN, Said("a" * 5001), "text", "too_long"),
        (TaskAct.PROGRESS, Said("", 101), "percent", "not_in_range"),
        (TaskAct.PROGRESS, Said("", None), "percent", "not_in_range"),
        (TaskAct.ASK_EXTENSION, Said("ốm"), "due_on", "not_a_day"),
        (TaskAct.ASK_EXTENSION, Said("ốm", None, DAY), "due_on", "task_not_later"),
        (TaskAct.EXTEND, Said("thêm việc", None, DAY + timedelta(days=9999)), "due_on", "task_too_far"),
    ],
)
def test_what_is_said_with_an_act(act: TaskAct, said: Said, field: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        rules.check_said(act, said, DAY, DAY)
    assert caught.value.faults[field].code == code


def test_late_is_computed_from_the_day() -> None:
    after = DAY + timedelta(days=1)
    assert not rules.is_late(TaskState.ACCEPTED, DAY, None, DAY)
    assert rules.is_late(TaskState.ACCEPTED, DAY, None, after)
    assert not rules.is_late(TaskState.REPORTED, DAY, DAY, after)  # it waits for its giver, not for its owner
    assert rules.is_late(TaskState.REPORTED, DAY, after, after)
    assert not rules.is_late(TaskState.DONE, DAY, after, after)
