"""Measures of charts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecabinet.registry.charts import longest, ticks


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (4, [0, 1, 2, 3, 4]),
        (5, [0, 2, 4, 6]),
        (17, [0, 5, 10, 15, 20]),
        (5_300_000, [0, 2_000_000, 4_000_000, 6_000_000]),
    ],
)
def test_ticks(highest: int, expected: list[int]) -> None:
    assert ticks(highest) == expected


@given(st.integers(0, 10**12))
def test_ticks_reach_the_highest_and_are_few(highest: int) -> None:
    found = ticks(highest)
    assert found[0] == 0
    assert found[-1] >= highest
    assert 2 <= len(found) <= 5


@pytest.mark.parametrize(
    ("number", "shown", "others", "their_sum"), [(0, 0, 0, 0), (3, 3, 0, 0), (4, 4, 0, 0), (6, 3, 3, 3 + 2 + 1)]
)
def test_longest(number: int, shown: int, others: int, their_sum: int) -> None:
    rows = [(n, f"Đơn vị {n}", n) for n in range(number, 0, -1)]
    assert longest(rows, 3) == (rows[:shown], others, their_sum)
