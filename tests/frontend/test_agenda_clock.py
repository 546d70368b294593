"""What a page counts by itself: phases of clocks, the course of the day; a block held while it is dragged."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.frontend.test_blocks import block, push

pytestmark = pytest.mark.e2e

OpenPage = Callable[[str], Page]

PHASES = (
    "async (asked) => { const { phase } = await import('/static/js/clock.js'); return asked.map((a) => phase(...a)); }"
)
COURSE = """async ([now, said]) => {
  const { course } = await import("/static/js/day.js");
  const { end, behind } = course(Date.parse(now), said);
  return [new Date(end).toISOString().slice(11, 16), behind];
}"""


def test_amber_in_the_last_fifth_and_red_over_the_time(open_page: OpenPage) -> None:
    page = open_page("<p>x</p>")
    asked = [[0, 600], [479, 600], [480, 600], [600, 600], [601, 600]]
    assert page.evaluate(PHASES, asked) == ["calm", "calm", "warning", "warning", "over"]


@pytest.mark.parametrize(
    ("now", "end", "behind"),
    [("01:20", "02:00", 0), ("01:30", "02:00", 0), ("01:42", "02:12", 12), ("00:50", "02:00", 0)],
)
def test_the_course_of_the_day(open_page: OpenPage, now: str, end: str, behind: int) -> None:
    """The open item keeps to its time until half past one, and half an hour follows it."""
    said: dict[str, Any] = {
        "holdsUntil": "2026-11-22T02:00:00Z", "rest": "1800", "plannedEnd": "2026-11-22T02:00:00Z",
    }  # fmt: skip
    assert open_page("<p>x</p>").evaluate(COURSE, [f"2026-11-22T{now}:00Z", said]) == [end, behind]


def test_an_open_items_clock_is_coloured_and_starts_anew_when_the_plan_changes(open_page: OpenPage) -> None:
    def clock(planned: int) -> str:
        return f'<b data-clock-since="2026-11-22T02:00:00+00:00" data-clock-planned="{planned}">00:00</b>'

    page = open_page(f'<main data-live data-now="2026-11-22T02:09:00Z"><section id="now">{clock(600)}</section></main>')
    page.evaluate("import('/static/js/clock.js').then((m) => m.wireClocks())")
    expect(page.locator("b")).to_have_attribute("data-phase", "warning")
    push(page, block(5, clock(6000)))
    expect(page.locator("b")).to_have_attribute("data-phase", "calm")


def test_a_block_held_by_a_hand_shows_the_last_that_came_when_it_is_let_go(open_page: OpenPage) -> None:
    page = open_page('<section id="now">start</section>')
    page.evaluate("import('/static/js/blocks.js').then((m) => m.hold('now'))")
    push(page, block(5, "five"))
    push(page, block(6, "six"))
    expect(page.locator("#now")).to_have_text("start")
    page.evaluate("import('/static/js/blocks.js').then((m) => m.release('now'))")
    expect(page.locator("#now")).to_have_text("six")
    push(page, block(7, "seven"))
    expect(page.locator("#now")).to_have_text("seven")
