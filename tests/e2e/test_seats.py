"""Seats in real Chromium: seated by an order, by dragging and by keys; screen and tablet follow by themselves."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Tablet
from tests.e2e.test_path import enter
from tests.e2e.test_speakers import prepare

pytestmark = pytest.mark.e2e

NAME = "Phiên họp có sơ đồ chỗ ngồi"


def seat(page: Page, row: int, number: int) -> Locator:
    return page.locator(f"[data-seat='{row}-{number}']")


def drag(page: Page, what: Locator, to: Locator) -> None:
    here, there = what.bounding_box(), to.bounding_box()
    assert here is not None
    assert there is not None
    page.mouse.move(here["x"] + here["width"] / 2, here["y"] + here["height"] / 2)
    page.mouse.down()
    page.mouse.move(there["x"] + there["width"] / 2, there["y"] + there["height"] / 2, steps=8)
    with page.expect_response(re.compile("/seats/put$")):
        page.mouse.up()


def test_seats_are_drawn_and_followed(tablet: Callable[..., Tablet]) -> None:
    secretary, member = tablet("thuky"), tablet("uyvien1")
    meeting = prepare(secretary, NAME)
    screen = tablet("thuky").open(f"{meeting}/screen")
    page = secretary.open(f"{meeting}/seats")
    page.get_by_label("Ghế mỗi hàng, từ trên xuống").fill("2x8")
    secretary.press("Vẽ")
    secretary.press("Thứ tự danh sách")
    expect(page.locator(".unseated button")).to_have_count(0)
    name = seat(page, 1, 1).get_attribute("title")
    assert name
    drag(page, seat(page, 1, 1), seat(page, 2, 8))
    expect(seat(page, 2, 8)).to_have_attribute("title", name)
    expect(seat(page, 1, 1)).not_to_have_attribute("title", name)
    # back again by keys: choose the person, then the seat
    seat(page, 2, 8).focus()
    page.keyboard.press("Enter")
    seat(page, 1, 1).focus()
    with page.expect_response(re.compile("/seats/put$")):
        page.keyboard.press("Enter")
    expect(seat(page, 1, 1)).to_have_attribute("title", name)
    expect(screen.locator("#screen-seats")).to_be_hidden()
    secretary.press("Hiện trên màn hình phòng họp")
    expect(screen.locator("#screen-seats .seat")).to_have_count(21)
    present = screen.locator("#screen-seats .seat[data-state=present]")
    expect(present).to_have_count(0)
    enter(member, NAME)
    expect(present).to_have_count(1)
    member.page.get_by_text("Chỗ ngồi của tôi").tap()
    expect(member.page.locator(".seat[data-own]")).to_have_count(1)
    expect(member.page.locator(".seat[data-own]")).to_have_attribute("data-state", "present")
    # what happens in the room is pushed to the map, and one's own seat stays marked
    enter(tablet("uyvien2"), NAME)
    expect(member.page.locator("#seats-map .seat[data-state=present]")).to_have_count(2)
    expect(member.page.locator(".seat[data-own]")).to_have_count(1)
