"""Following the chair: who may lead the room, and what a leader may show, from plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from documents.errors import Problem

FARTHEST = 20_000.0
"""Points; beyond it lies no page. The largest that PDF knows is 14,400 wide."""
MOST_PAGES = 100_000
POINTER_GAP = 1 / 30
"""Seconds between two events of one leader: what comes quicker is summed up, the latest wins."""
REST_SECONDS = 1.0
"""A region that has been still for so long is kept for those who come late."""
TRUST_SECONDS = 5.0
"""How long a leader who stays on a page is not asked again for the right to lead."""

Region = tuple[float, float, float, float]
Point = tuple[float, float]


@dataclass(frozen=True)
class Spot:
    """Where a leader is: a page of a version, counted from 0."""

    document: int
    version: int
    page: int


@dataclass(frozen=True)
class Shown:
    """What a leader shows: ``region`` is what they see of the page, ``pointer`` where they point, in points of the page
    from its bottom left corner. ``begins``: they take the lead, whoever has it.
    """

    spot: Spot
    region: Region | None = None
    pointer: Point | None = None
    begins: bool = False


def read_shown(data: Mapping[str, Any]) -> Shown:
    """The message of a leader; raises ``malformed`` for what no reader sends."""
    spot = Spot(_id(data.get("document")), _id(data.get("version")), _page(data.get("page")))
    region, pointer = _numbers(data.get("region"), 4), _numbers(data.get("pointer"), 2)
    if region is not None and not (region[0] < region[2] and region[1] < region[3]):
        raise Problem("malformed", "an empty region")
    begins = data.get("begin", False)
    if not isinstance(begins, bool):
        raise Problem("malformed", "begin")
    return Shown(
        spot,
        (region[0], region[1], region[2], region[3]) if region is not None else None,
        (pointer[0], pointer[1]) if pointer is not None else None,
        begins,
    )


def may_lead(*, runs: bool, named: bool, presents: bool, presenters_lead: bool) -> bool:
    """Those who run the meeting, the one whom the chair has named, and, where the chair allows it, who presents the
    item that is on.
    """
    return runs or named or (presents and presenters_lead)


def _id(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**31:
        raise Problem("malformed", f"no id: {value!r}")
    return value


def _page(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < MOST_PAGES:
        raise Problem("malformed", f"no page: {value!r}")
    return value


def _numbers(value: Any, length: int) -> list[float] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != length:
        raise Problem("malformed", f"not {length} numbers")
    if not all(isinstance(one, int | float) and not isinstance(one, bool) and _in_reach(one) for one in value):
        raise Problem("malformed", "not numbers of a page")
    return [float(one) for one in value]


def _in_reach(number: float) -> bool:
    return isfinite(number) and abs(number) <= FARTHEST
