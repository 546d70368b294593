"""The periods that offices report on."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Problem
from ecabinet.reports.period_rules import days, months, of, offered

DAYS = st.dates(date(1950, 1, 1), date(2900, 1, 1))


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-h1", date(2026, 1, 1), date(2026, 6, 30)),
        ("2026-h2", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026-q3", date(2026, 7, 1), date(2026, 9, 30)),
        ("2024-m2", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-m12", date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_periods_by_their_code(code: str, first: date, last: date) -> None:
    found = of(code)
    assert found is not None
    assert (found.first, found.last, found.code) == (first, last, code)


@pytest.mark.parametrize("code", ["", "26", "2026-q5", "2026-q0", "2026-h3", "2026-m13", "2026-x1", "2026-", "0026"])
def test_what_is_no_period(code: str) -> None:
    assert of(code) is None


@given(DAYS)
def test_offered_periods_have_begun_and_come_back_by_their_code(today: date) -> None:
    found = offered(today)
    assert all(period.first <= today and of(period.code) == period for period in found)
    assert len({period.code for period in found}) == len(found)
    assert {"year", "half", "quarter", "month"} == {period.kind for period in found}


@given(DAYS)
def test_twelve_months_follow_each_other(today: date) -> None:
    found = months(today)
    assert (len(found), found[-1]) == (12, today.replace(day=1))
    assert all((after - timedelta(days=1)).replace(day=1) == before for before, after in itertools.pairwise(found))


def test_any_days() -> None:
    today = date(2026, 11, 22)
    assert (days(None, None, today).first, days(None, None, today).last) == (date(2026, 1, 1), today)
    assert days(date(2027, 1, 5), None, today).last == date(2027, 1, 5)
    for first, last, code in (
        (date(2026, 2, 1), date(2026, 1, 1), "day_not_in_range"), (date(2000, 1, 1), today, "period_too_long"),
    ):  # fmt: skip
        with pytest.raises(Problem, match=code):
            days(first, last, today)
