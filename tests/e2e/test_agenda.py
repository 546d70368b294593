"""An agenda built by two secretaries at once in real Chromium, then run: clocks, a break, every page sees it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Tablet

pytestmark = pytest.mark.e2e

BODY = "Ủy ban Kiểm tra Trung ương Đoàn"
PROGRAMME = """1. Khai mạc (10 phút)
2. Báo cáo công tác (60 phút)
2.1. Tổ chức xây dựng Đoàn (20 phút)
2.2. Phong trào thanh niên (20 phút)
2.2.1. Thanh niên tình nguyện (10 phút)
3. Thảo luận (45 phút)
3.1. Tổ một
3.2. Tổ hai
Giải lao (15 phút)
4. Biểu quyết (20 phút)
5. Kết luận (10 phút)"""


def prepare(secretary: Tablet, title: str) -> str:
    """A meeting with nothing on its agenda yet; its path."""
    page = secretary.open("/meetings/new")
    page.get_by_label("Tổ chức họp").select_option(label=BODY)
    page.get_by_label("Tên phiên họp").fill(title)
    page.get_by_label("Kết thúc").fill(page.get_by_label("Bắt đầu").input_value()[:10] + "T23:30")
    secretary.press("Tạo và soạn chương trình")
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-app-ready", "")
    meeting = re.search(r"/meetings/\d+", page.url)
    assert meeting is not None
    return meeting[0]


def numbers(page: Page) -> Locator:
    return page.locator("#agenda-list .agenda-number")


def line(page: Page, title: str) -> Locator:
    return page.locator("#agenda-list .agenda-item:not(.sortable-drag)", has_text=title)


def drag(page: Page, title: str, over: str, sideways: int) -> None:
    """Take an item by its handle up to the place of another one, then so many pixels to the side."""
    handle = line(page, title).locator("[data-outline-handle]")
    handle.scroll_into_view_if_needed()
    start, goal = handle.bounding_box(), line(page, over).bounding_box()
    assert start is not None
    assert goal is not None
    x, y = start["x"] + 8, goal["y"] + goal["height"] / 2
    page.mouse.move(x, start["y"] + 8)
    with page.expect_response(re.compile("/order$")):
        page.mouse.down()
        page.mouse.move(x, y, steps=12)
        expect(line(page, title).locator("xpath=following-sibling::li[1]")).to_contain_text(over)
        page.mouse.move(x + sideways, y, steps=6)
        page.mouse.up()


def test_two_secretaries_build_one_agenda(tablet: Callable[..., Tablet]) -> None:
    first, second = tablet("thuky"), tablet("thuky")
    meeting = prepare(first, "Kỳ họp hai thư ký")
    here, there = first.page, second.open(f"{meeting}/agenda")
    expect(there.locator("#agenda-editor")).to_contain_text("Chương trình còn trống")

    # A whole programme pasted is twelve items with the one typed after it; both pages have them.
    here.get_by_label("Nội dung").last.fill(PROGRAMME)
    here.keyboard.press("Enter")
    expect(numbers(here)).to_have_text(["1", "2", "2.1", "2.2", "2.2.1", "3", "3.1", "3.2", "", "4", "5"])
    field = here.get_by_label("Nội dung").last
    expect(field).to_have_value("")
    expect(field).to_be_focused()
    here.keyboard.type("Chào cờ (5 phút)")
    here.keyboard.press("Enter")
    for page in (here, there):
        expect(page.locator("#agenda-list .agenda-item")).to_have_count(12)
        expect(line(page, "Chào cờ").locator(".agenda-number")).to_have_text("6")

    # The second is in the middle of a line while the first drags another one, nesting it.
    expect(here.locator("#agenda-list")).to_have_attribute("data-reorder-ready", "")
    line(there, "Thảo luận").locator("summary").first.tap()
    there.get_by_label("Số phút").locator("visible=true").fill("50")
    drag(here, "Chào cờ", over="Kết luận", sideways=40)
    for page in (here, there):
        expect(line(page, "Chào cờ").locator(".agenda-number")).to_have_text("4.1")
    expect(there.get_by_label("Số phút").locator("visible=true")).to_have_value("50")
    there.get_by_label("Số phút").locator("visible=true").press("Enter")
    expect(line(here, "Thảo luận").first).to_contain_text("50 phút")

    # A branch goes along with its head: by keys on one page, seen on the other.
    line(here, "Báo cáo công tác").first.focus()
    here.keyboard.press("Alt+ArrowDown")
    for page in (here, there):
        expect(numbers(page)).to_have_text(["1", "2", "2.1", "2.2", "3", "3.1", "3.2", "3.2.1", "", "4", "4.1", "5"])
    expect(line(here, "Báo cáo công tác").first).to_be_focused()
    here.keyboard.press("Alt+ArrowRight")
    for page in (here, there):
        expect(line(page, "Thanh niên tình nguyện").locator(".agenda-number")).to_have_text("2.3.2.1")
    line(here, "Kết luận").focus()
    here.keyboard.press("Alt+ArrowLeft")  # at the edge it stays
    here.reload()
    expect(numbers(here)).to_have_text(
        ["1", "2", "2.1", "2.2", "2.3", "2.3.1", "2.3.2", "2.3.2.1", "", "3", "3.1", "4"]
    )


def test_clocks_and_a_break_on_every_screen(tablet: Callable[..., Tablet]) -> None:
    secretary, chair, member = tablet("thuky"), tablet("thuky"), tablet("thuky")
    meeting = prepare(secretary, "Kỳ họp có giải lao")
    secretary.page.get_by_label("Nội dung").last.fill("Khai mạc (10 phút)\nBáo cáo (30 phút)")
    secretary.page.keyboard.press("Enter")
    expect(secretary.page.locator("#agenda-list .agenda-item")).to_have_count(2)
    secretary.press("Gửi giấy mời")
    secretary.agree()
    expect(secretary.page.get_by_text("Đã gửi giấy mời.")).to_be_visible()
    console, room = chair.open(f"{meeting}/console"), member.open(meeting)
    screen = secretary.open(f"{meeting}/screen")
    chair.press("Khai mạc")
    chair.agree()
    expect(room.locator("#meeting-bar")).to_contain_text("Đang họp")

    console.locator("#console-agenda .agenda-item", has_text="Báo cáo").get_by_role("button").tap()
    ticking = re.compile(r"^0[0-4]:(?!00)\d\d$")
    for page in (
        console.locator("#console-agenda .agenda-item", has_text="Báo cáo"),
        room.locator("#stage-item"),
        screen.locator("#screen-stage"),
    ):
        expect(page.locator(".item-clock-digits")).to_have_text(ticking)
        expect(page.locator(".item-clock")).to_contain_text("30 phút")
    expect(console.locator("#day")).to_contain_text("Dự kiến kết thúc")

    console.locator("#break-now > summary").tap()
    chair.press("10 phút")
    counting = re.compile(r"^0[5-9]:\d\d$")
    for page in (console.locator("#break-panel"), room.locator("#stage-item"), screen.locator("#screen-stage")):
        expect(page).to_contain_text("Giải lao")
        expect(page.locator(".countdown")).to_have_text(counting)
    # Who comes later sees the same clock.
    late = tablet("thuky").open(meeting)
    expect(late.locator("#stage-item .countdown")).to_have_text(counting)
    chair.press("Họp lại: Báo cáo")
    expect(room.locator("#stage-item h2")).to_have_text("Báo cáo")
    expect(screen.locator("#screen-stage h1")).to_have_text("Báo cáo")
    expect(console.locator("#break-panel")).to_have_count(0)
