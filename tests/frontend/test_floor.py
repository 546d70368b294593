"""Clocks of turns count on the page from the server's times, whatever the tablet's own clock says."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from ecabinet.meetings.speaker_rules import clock_phase

pytestmark = pytest.mark.e2e

OpenPage = Callable[[str], Page]
NOW = "2026-11-22T02:00:00+00:00"


def clock(since: str = NOW, limit: int = 300, warn: int = 30, more: str = "") -> str:
    return (
        f'<div class="turn-clock" data-turn-limit="{limit}" data-turn-warn="{warn}" data-turn-since="{since}" {more}>'
        "<span data-turn-digits>05:00</span><svg><rect data-turn-bar></rect></svg></div>"
    )


def wire(page: Page, server: str = NOW) -> None:
    """Bring the floor's script to life without a socket; the server has just said that it is this time."""
    page.evaluate(
        """async (server) => {
          const { setServerTime } = await import("/static/js/clock.js");
          const { wireFloor } = await import("/static/js/floor.js");
          setServerTime(server);
          wireFloor({ socket: {}, joined: false });
        }""",
        server,
    )


CASES: list[tuple[float, int, int]] = [
    (elapsed, limit, warn)
    for elapsed in (0, 0.4, 29.9, 30, 59.9, 60, 269.9, 270, 299.9, 300, 301.5, 4000)
    for limit in (0, 60, 300)
    for warn in (0, 30, 90)
]


def test_phases_are_those_of_the_server(open_page: OpenPage) -> None:
    shown: list[str] = open_page("").evaluate(
        """async (cases) => {
          const { phase } = await import("/static/js/floor.js");
          return cases.map(([elapsed, limit, warn]) => phase(elapsed, limit, warn));
        }""",
        CASES,
    )
    assert shown == [clock_phase(*case) for case in CASES]


@pytest.mark.parametrize(
    ("elapsed", "limit", "words"),
    [(0, 300, "05:00"), (0.3, 300, "05:00"), (1, 300, "04:59"), (299.2, 300, "00:01"), (300, 300, "+00:00"),
     (335.7, 300, "+00:35"), (75, 0, "01:15"), (3700, 0, "1:01:40")],
    ids=str,
)  # fmt: skip
def test_digits(open_page: OpenPage, elapsed: float, limit: int, words: str) -> None:
    page = open_page("")
    script = 'async ([e, l]) => (await import("/static/js/floor.js")).digits(e, l)'
    assert page.evaluate(script, [elapsed, limit]) == words


def test_a_tablet_whose_clock_is_wrong_shows_what_all_others_show(open_page: OpenPage) -> None:
    page = open_page(f'<div id="floor"></div>{clock()}')
    page.evaluate("() => { const now = Date.now; Date.now = () => now() - 3600 * 1000; }")
    wire(page, "2026-11-22T02:04:35+00:00")
    expect(page.locator("[data-turn-digits]")).to_have_text("00:25")
    expect(page.locator(".turn-clock")).to_have_attribute("data-phase", "warning")
    assert page.locator("[data-turn-bar]").get_attribute("width") == "91.7%"


def test_a_stamp_cut_to_the_second_does_not_set_the_clock_back(open_page: OpenPage) -> None:
    seconds: list[Any] = open_page("").evaluate(
        """async () => {
          const { serverNow, setServerTime } = await import("/static/js/clock.js");
          const at = (stamp) => { setServerTime(stamp); return Math.round(serverNow() / 100); };
          const exact = at("2026-11-22T02:00:00.900+00:00");
          return [at("Sun, 22 Nov 2026 02:00:00 GMT") - exact, at("nonsense") - exact, at(null) - exact,
            at("2026-11-22T02:00:09.900+00:00") - exact];
        }"""
    )
    assert all(abs(value) < 5 for value in seconds[:3])
    assert seconds[3] >= 90


def test_a_clock_that_stands_shows_where_it_was_stopped(open_page: OpenPage) -> None:
    standing = clock().replace(f'data-turn-since="{NOW}"', 'data-turn-elapsed="20.5"')
    page = open_page(f'<div id="floor"></div>{standing}')
    wire(page, "2026-11-22T05:00:00+00:00")
    expect(page.locator("[data-turn-digits]")).to_have_text("04:40")


def test_the_speaker_is_told_when_the_time_comes_but_not_who_joins_late(open_page: OpenPage) -> None:
    words = 'data-say-warning="Soon over." data-say-over="Over."'
    turn = f'<div data-live data-member-id="7"></div><div data-turn-member="7">{clock(more=words)}</div>'
    page = open_page(f'<div id="floor"></div>{turn}')
    wire(page, "2026-11-22T02:04:29.500+00:00")
    expect(page.locator("#toasts")).to_have_text("Soon over.")
    late = open_page(f'<div id="floor"></div>{turn}')
    wire(late, "2026-11-22T02:04:50+00:00")
    expect(late.locator(".turn-clock")).to_have_attribute("data-phase", "warning")
    expect(late.locator("#toasts")).to_be_empty()


def test_my_place_follows_the_list_and_what_i_wait_for_is_not_offered_again(open_page: OpenPage) -> None:
    page = open_page(
        '<div id="floor"><form data-do="ask" data-current="3"><button data-ask="speech">A</button>'
        '<button data-ask="question">B</button></form>'
        '<ol data-order="9 17" data-places="3 4"></ol></div>'
        '<div id="my-floor"><ul><li data-kind="speech" data-item="3"><span data-place-of="17">9</span></li>'
        '<li data-kind="question" data-item="5"></li></ul></div>'
    )
    wire(page)
    expect(page.locator("[data-place-of]")).to_have_text("4")
    expect(page.locator("[data-ask=speech]")).to_be_hidden()
    expect(page.locator("[data-ask=question]")).to_be_visible()  # that one is for another item
    page.evaluate(
        """async () => {
          const { applyBlocks } = await import("/static/js/blocks.js");
          applyBlocks([{ id: "my-floor", rev: 1, html: '<div id="my-floor"></div>' }]);
        }"""
    )
    expect(page.locator("[data-ask=speech]")).to_be_visible()


def test_a_push_leaves_the_running_clock_alone(open_page: OpenPage) -> None:
    inside = clock(more='data-key="turn-1"')
    page = open_page(f'<div id="floor"></div><div id="floor-turn">{inside}</div>')
    wire(page, "2026-11-22T02:01:00+00:00")
    expect(page.locator("[data-turn-digits]")).to_have_text("04:00")
    shown = page.evaluate(
        """async (html) => {
          const { applyBlocks } = await import("/static/js/blocks.js");
          applyBlocks([{ id: "floor-turn", rev: 1, html }]);
          return document.querySelector("[data-turn-digits]").textContent;
        }""",
        f'<div id="floor-turn"><b>Name</b>{inside}</div>',
    )
    assert shown.startswith(("04:00", "03:5"))
    expect(page.locator("#floor-turn b")).to_have_text("Name")
