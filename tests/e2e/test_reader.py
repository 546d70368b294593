"""The reader in real Chromium: how pages are shown, the way about in a paper, and what is remembered of it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Tablet

pytestmark = pytest.mark.e2e

MEETING = "/meetings/1"
DRAWN = "number => ecabinetReader.viewer.getPageView(number - 1).renderingState === 3"


def open_paper(tablet: Tablet, place: int = -1) -> Page:
    """A paper of the demonstration's agenda, by its place there; the last one is long."""
    page = tablet.open(MEETING)
    links = page.locator("a.paper")
    expect(links.first).to_be_attached()
    tablet.open(str(links.nth(place).get_attribute("href")))
    expect(page.locator(".reader-tools")).to_be_visible()
    return page


def at_page(page: Page, number: int) -> None:
    expect(page.locator("[data-page-box]")).to_have_value(str(number))


def viewer(page: Page, what: str) -> object:
    return page.evaluate(f"ecabinetReader.viewer.{what}")


def show(page: Page, name: str) -> None:
    """Choose how the pages are shown."""
    page.locator(".reader-view > summary").tap()
    page.locator(".reader-view").get_by_role("button", name=name).tap()
    page.keyboard.press("Escape")


def test_the_way_about_in_a_paper(tablet: Callable[..., Tablet]) -> None:
    page = open_paper(tablet("uyvien1"))
    last = int(page.locator("[data-page-count]").inner_text())
    at_page(page, 1)
    expect(page.locator("[data-jump-back]")).to_be_hidden()
    page.locator("[data-page-box]").fill("12")
    page.keyboard.press("Enter")
    at_page(page, 12)
    page.wait_for_function(DRAWN, arg=12)
    page.get_by_role("button", name="Trang, mục lục, ghi chú").tap()
    thumbnails = page.locator("[data-thumbnails]")
    expect(thumbnails.get_by_role("button")).to_have_count(last)
    expect(thumbnails.locator("[aria-current]")).to_have_attribute("data-page", "12")
    expect(thumbnails.locator("[data-page='12'] canvas")).to_be_visible()
    assert thumbnails.locator("canvas").count() < last, "only what is in sight is drawn"
    thumbnails.locator("[data-page='14']").tap()
    at_page(page, 14)
    for back in (12, 1):
        page.get_by_role("button", name=f"Về trang {back}", exact=True).tap()
        at_page(page, back)
    expect(page.locator("[data-jump-back]")).to_be_hidden()
    page.get_by_role("tab", name="Mục lục").tap()
    expect(page.locator("#panel-outline")).to_be_visible()
    expect(page.locator("[data-outline-empty]").or_(page.locator("[data-outline-goto]").first)).to_be_visible()


def test_how_a_paper_is_shown_is_remembered(tablet: Callable[..., Tablet]) -> None:
    person = tablet("uyvien2")
    page = open_paper(person)
    show(page, "Xoay trang")
    show(page, "Hai trang")
    show(page, "Vừa cả trang")
    show(page, "Nền tối")
    expect(page.locator(".spread .page").first).to_be_visible()
    page.locator("[data-page-box]").fill("7")
    page.keyboard.press("Enter")
    at_page(page, 7)
    page.wait_for_function("() => JSON.parse(localStorage.getItem(ecabinetReader.memory.key))?.[0] === 7")
    page.goto(page.url)
    expect(page.locator(".reader-tools")).to_be_visible()
    at_page(page, 7)
    assert (viewer(page, "pagesRotation"), viewer(page, "spreadMode")) == (90, 1)
    assert viewer(page, "currentScaleValue") == "page-fit"
    expect(page.locator("[data-reader]")).to_have_class(re.compile("is-night"))
    # the page asked for goes before the page remembered
    page.goto(page.url + "&page=3")
    at_page(page, 3)
    show(page, "Nền tối")
    expect(page.locator("[data-reader]")).not_to_have_class(re.compile("is-night"))


def test_everything_by_keyboard_and_words_without_marks(tablet: Callable[..., Tablet]) -> None:
    page = open_paper(tablet("uyvien3"))
    last = int(page.locator("[data-page-count]").inner_text())
    for key, number in (("n", 2), ("End", last), ("b", 2), ("p", 1), ("Home", 1)):
        page.keyboard.press(key)
        at_page(page, number)
    page.keyboard.press("r")
    page.wait_for_function("() => ecabinetReader.viewer.pagesRotation === 90")
    page.keyboard.press("Shift+R")
    page.wait_for_function("() => ecabinetReader.viewer.pagesRotation === 0")
    for key, scale in (("9", "page-fit"), ("0", "page-width")):
        page.keyboard.press(key)
        assert viewer(page, "currentScaleValue") == scale
    before = viewer(page, "currentScale")
    page.keyboard.press("+")
    assert isinstance(before, float)
    page.wait_for_function("before => ecabinetReader.viewer.currentScale > before", arg=before)
    page.keyboard.press("g")
    expect(page.locator("[data-page-box]")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+f")
    page.get_by_label("Từ cần tìm, không cần gõ dấu").fill("duong sat do thi")
    expect(page.locator(".reader-matches")).to_have_text(re.compile(r"^\d+/\d+ kết quả$"))
    expect(page.locator(".textLayer .highlight.selected").first).to_have_text(re.compile("^đường", re.I))
    page.keyboard.press("Escape")
    expect(page.locator("#reader-find")).to_be_hidden()
    expect(page.locator("[data-paper-next]")).to_have_count(0)  # it is the last of the agenda
    page.keyboard.press("[")
    expect(page.locator("[data-paper-next]")).to_be_visible()


@pytest.mark.parametrize("width", [390, 768])
def test_the_bar_is_whole_on_a_small_screen(tablet: Callable[..., Tablet], width: int) -> None:
    person = tablet("uyvien1")
    person.page.set_viewport_size({"width": width, "height": 844})
    page = open_paper(person)
    page.keyboard.press("End")
    for name in ("Trang trước", "Trang sau"):
        button = page.get_by_role("button", name=name)
        expect(button).to_be_in_viewport(ratio=1)
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
    expect(page.locator(".reader-view > summary")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
