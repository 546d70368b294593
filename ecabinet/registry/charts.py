"""Measures of charts. Plain values only; the drawing is in ``templates/registry/charts.html``."""


def ticks(highest: int, most: int = 4) -> list[int]:
    """Round numbers from zero up to at least ``highest``, at most ``most`` steps of 1, 2 or 5 times a power of ten."""
    step = next(
        factor * 10**power
        for power in range(19)
        for factor in (1, 2, 5)
        if factor * 10**power * most >= max(highest, 1)
    )
    return list(range(0, -(-max(highest, 1) // step) * step + 1, step))


def longest(rows: list[tuple[int, str, int]], most: int) -> tuple[list[tuple[int, str, int]], int, int]:
    """The first rows (id, name, number) of a sorted list; how many are left out, and their sum. One alone is not left
    out: its line takes no more room than the words for it.
    """
    if len(rows) <= most + 1:
        return rows, 0, 0
    return rows[:most], len(rows) - most, sum(number for _id, _name, number in rows[most:])
