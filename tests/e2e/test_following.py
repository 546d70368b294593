"""Following the chair in real Chromium: three tablets go where the room goes, let go, come back, and cross papers."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Tablet

pytestmark = pytest.mark.e2e

MEETING = "/meetings/1"


def at_page(page: Page, number: int) -> None:
    expect(page.locator("[data-page-box]")).to_have_value(str(number))


def state(page: Page, wanted: str) -> Locator:
    bar = page.locator("[data-follow]")
    expect(bar).to_have_attribute("data-state", wanted)
    return bar


def present(chair: Tablet) -> Page:
    """The chair opens the first paper of the agenda and shows it."""
    page = chair.open(MEETING)
    page.locator("a.paper").first.tap()
    page.get_by_role("button", name="Trình chiếu cho phiên họp").tap()
    state(page, "leading")
    return page


def follow(member: Tablet) -> Page:
    """From the meeting page to where the room is."""
    page = member.open(MEETING)
    page.locator("#led").get_by_role("link", name="Theo chủ tọa").tap()
    state(page, "following")
    return page


def test_the_room_is_led_let_go_and_returned_to(tablet: Callable[..., Tablet]) -> None:
    chair, one, late = (tablet(name) for name in ("chutri", "uyvien1", "uyvien2"))
    leading, page = present(chair), follow(one)
    at_page(page, 1)
    next_page = leading.get_by_role("button", name="Trang sau")
    next_page.tap()
    at_page(page, 2)

    # turning a page oneself lets go; one tap returns
    page.get_by_role("button", name="Trang trước").tap()
    expect(state(page, "away").get_by_role("status")).to_have_text(re.compile("đang trình chiếu trang 2$"))
    at_page(page, 1)
    next_page.tap()
    expect(page.locator("[data-follow-text]")).to_have_text(re.compile("trang 3$"))
    at_page(page, 1)
    page.get_by_role("button", name="Theo chủ tọa").tap()
    state(page, "following")
    at_page(page, 3)

    # who comes late lands where the room is, and sees where the chair points
    latecomer = follow(late)
    at_page(latecomer, 3)
    leading.get_by_role("button", name="Đèn chỉ").tap()
    leading.mouse.move(500, 400)
    leading.mouse.move(520, 410)
    for watching in (page, latecomer):
        expect(watching.locator(".follow-light")).to_be_attached()
    leading.get_by_role("button", name="Đèn chỉ").tap()

    # another paper is another paper for all who follow
    leading.locator("[data-paper-next]").tap()
    state(leading, "leading")
    there = re.search(r"/papers/\d+", leading.url)
    assert there is not None
    for following in (page, latecomer):
        expect(following).to_have_url(re.compile(rf"{there[0]}\?.*follow=1"))
        state(following, "following")
    leading.get_by_role("button", name="Phóng to").tap()
    leading.get_by_role("button", name="Trang sau").tap()
    at_page(page, 2)
    at_page(latecomer, 2)

    leading.get_by_role("button", name="Dừng", exact=True).tap()
    for following in (page, latecomer):
        expect(following.locator("[data-follow]")).to_be_hidden()


def test_the_lead_is_taken_over_and_survives_a_reload(tablet: Callable[..., Tablet]) -> None:
    chair, secretary, member = (tablet(name) for name in ("chutri", "thuky", "uyvien1"))
    first, page = present(chair), follow(member)
    second = present(secretary)
    state(first, "away")
    second.get_by_role("button", name="Trang sau").tap()
    at_page(page, 2)
    second.goto(second.url)
    state(second, "leading")
    second.get_by_role("button", name="Trang sau").tap()
    at_page(page, 3)
    expect(page.locator("[data-lead-on]")).to_be_hidden()
