"""Rules of units and bodies, as tables."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Invalid, Problem
from ecabinet.registry import body_rules, unit_rules
from ecabinet.registry.body_rules import Days, Span
from ecabinet.registry.unit_rules import Decision, Standing

TODAY = date(2026, 11, 22)
UNIT = Standing(7, "1/7/", "Đoàn a", first=date(2020, 1, 1), last=date(2025, 6, 1), dissolved=False)


def decision(day: date | None, paper: str = "12-QĐ") -> Decision:
    return Decision(day, paper, None, datetime(2026, 11, 22, tzinfo=UTC), TODAY)


@pytest.mark.parametrize(
    ("day", "paper", "faults"),
    [
        (TODAY, "12-QĐ", {}),
        (UNIT.last, "12-QĐ", {}),
        (TODAY + timedelta(days=1), "12-QĐ", {"on_day": "day_to_come"}),
        (UNIT.last - timedelta(days=1), "12-QĐ", {"on_day": "before_last_operation"}),
        (UNIT.first - timedelta(days=1), "12-QĐ", {"on_day": "before_founding"}),
        (None, "12-QĐ", {"on_day": "not_a_day"}),
        (None, "", {"on_day": "not_a_day", "paper": "missing"}),
        (TODAY, "x" * 201, {"paper": "too_long"}),
    ],
)
def test_the_day_and_the_paper(day: date | None, paper: str, faults: dict[str, str]) -> None:
    found = {}
    try:
        unit_rules.check_decision(decision(day, paper), UNIT)
    except Invalid as invalid:
        found = {field: fault.code for field, fault in invalid.faults.items()}
    assert found == faults


@pytest.mark.parametrize(
    ("name", "code", "taken", "faults"),
    [
        ("Đoàn a", "01", False, {}),
        ("Đoàn a", None, True, {}),
        ("", "", False, {"name": "missing", "code": "missing"}),
        ("x" * 201, "y" * 31, False, {"name": "too_long", "code": "too_long"}),
        ("Đoàn a", "01", True, {"code": "code_taken"}),
    ],
)
def test_name_and_code(name: str, code: str | None, taken: bool, faults: dict[str, str]) -> None:
    found = unit_rules.name_faults(name, code, code_taken=taken)
    assert {field: fault.code for field, fault in found.items()} == faults


def test_the_head_stays() -> None:
    unit_rules.check_not_root(UNIT)
    with pytest.raises(Problem, match="root_stays"):
        unit_rules.check_not_root(Standing(1, "1/", "Trung ương", date.min, date.min, dissolved=False))


@pytest.mark.parametrize(
    ("moving", "above", "circle"), [([7], {1, 2}, False), ([7], {1, 7}, True), ([3, 7], {7}, True)]
)
def test_circles(moving: list[int], above: set[int], circle: bool) -> None:
    if not circle:
        unit_rules.check_no_cycle(moving, above)
        return
    with pytest.raises(Invalid, match="unit_below_itself"):
        unit_rules.check_no_cycle(moving, above)


def test_a_path_fits_its_column_to_the_letter() -> None:
    unit_rules.check_depth(100, "1/", "1" * 102)
    with pytest.raises(Invalid, match="tree_too_deep"):
        unit_rules.check_depth(100, "1/", "1" * 103)


DATES = st.dates(date(2020, 1, 1), date(2020, 1, 12))
SPANS = st.builds(
    lambda begins, length: Span("x", begins, None if length is None else begins + timedelta(days=length)),
    DATES,
    st.none() | st.integers(0, 6),
)


@given(SPANS, SPANS)
def test_spans_meet_when_some_day_lies_in_both(one: Span, other: Span) -> None:
    days = [date(2020, 1, 1) + timedelta(days=n) for n in range(40)]
    assert one.meets(other) == other.meets(one) == any(one.holds(day) and other.holds(day) for day in days)


@given(st.lists(SPANS, max_size=4), SPANS)
def test_terms_that_are_let_in_never_overlap(wanted: list[Span], last: Span) -> None:
    kept: list[Span] = []
    for number, span in enumerate([*wanted, last]):
        try:
            kept.append(body_rules.check_term(str(number), Days(span.begins, span.until), kept))
        except Invalid:
            continue
    assert not any(one.meets(other) for one in kept for other in kept if one is not other)


@given(SPANS, SPANS)
def test_a_position_that_is_let_in_lies_in_its_term(term: Span, wanted: Span) -> None:
    try:
        position = body_rules.check_position("Ủy viên", 1, Days(wanted.begins, wanted.until), term, [])
    except Invalid:
        return
    assert term.holds(position.begins)
    assert term.until is None or (position.until is not None and position.until <= term.until)
