"""A leader with a tablet searches the demonstration: suggestions, a hit at its page, narrowing, a saved search."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Tablet

pytestmark = pytest.mark.e2e


def test_from_the_first_letters_to_the_page_of_the_hit(tablet: Callable[..., Tablet]) -> None:
    page = tablet("lanhdao").open("/search")
    expect(page.locator("html")).to_have_attribute("data-search-ready", "")
    box = page.get_by_role("combobox")
    box.press_sequentially("luat dien")
    first = page.get_by_role("option").first
    expect(first).to_have_text("Luật Điện ảnh")
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "suggestion-1")
    box.press("Escape")
    expect(box).to_have_value("luat dien")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press("ArrowDown")
    box.press("Enter")
    hit = page.locator(".hit").first
    expect(hit.locator(".hit-title")).to_have_text("Luật Điện ảnh")
    box.fill("dua phim den cong chung")
    box.press("Enter")
    expect(hit.locator("mark", has_text="phim").first).to_be_visible()
    shown = re.search(r"\d+", hit.locator(".hit-page").inner_text())
    assert shown is not None
    hit.get_by_role("link").last.tap()
    page.wait_for_url(re.compile(rf"page={shown[0]}\b"))
    text = page.locator(f".pdfViewer .page[data-page-number='{shown[0]}'] .textLayer")
    expect(text).to_contain_text("đưa phim đến công chúng")


def test_narrowed_by_the_drawer_and_kept_with_an_alert(tablet: Callable[..., Tablet]) -> None:
    one = tablet("lanhdao")
    page = one.open("/search?q=kinh+phi&sort=newest")
    page.set_viewport_size({"width": 820, "height": 1180})
    total = page.locator(".search-total")
    before = int(re.findall(r"\d+", total.inner_text())[0])
    page.get_by_role("link", name="Bộ lọc").tap()
    choice = page.locator("#search-choices .choice").filter(has_text="2020")
    expect(choice).to_be_visible()
    count = int(choice.locator(".choice-count").inner_text())
    assert 0 < count < before
    choice.tap()
    expect(total).to_have_text(f"{count} kết quả")
    expect(page.locator(".hit")).to_have_count(count)
    expect(page.locator(".hit-meta", has_text="/2020 ")).to_have_count(count)
    page.get_by_text("Lưu tìm kiếm này").tap()
    page.get_by_label("Tên").fill("Kinh phí năm 2020")
    one.press("Lưu")
    expect(page.get_by_role("link", name="Kinh phí năm 2020")).to_be_visible()
    page.get_by_role("link", name="Kinh phí năm 2020").tap()
    expect(total).to_have_text(f"{count} kết quả")


def test_without_scripts_it_is_an_ordinary_form(tablet: Callable[..., Tablet]) -> None:
    page = tablet("lanhdao", java_script_enabled=False).open("/search")
    page.get_by_role("searchbox").fill("luat dien anh")
    page.get_by_role("button", name="Tìm", exact=True).tap()
    expect(page.locator(".hit-title").first).to_have_text("Luật Điện ảnh")
    page.goto(page.url + "#search-choices")
    expect(page.get_by_role("heading", name="Bộ lọc")).to_be_visible()
