"""In Chromium: invitations at the door, the list live with its filters, the desk that scans, a correction."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.conftest import Tablet


def test_a_day_at_the_door(tablet: Callable[..., Tablet]) -> None:
    secretary, member = tablet("thuky"), tablet("uyvien1")
    page = secretary.page
    page.get_by_role("link", name="Bàn điều hành").first.tap()
    expect(page.locator("#console-people")).to_be_visible()
    meeting = page.url.removeprefix(secretary.base).removesuffix("/console")

    # The bell tells of the invitation; what it is about opens.
    member.open("/notices").get_by_role("button", name=re.compile("Giấy mời: ")).first.tap()
    expect(member.page.locator(".qr img")).to_be_visible()

    # The code on the room's screen is a picture that is fetched anew; the address in it is what a phone opens.
    screen = tablet("chutri")
    screen.open(f"{meeting}/screen")
    expect(screen.page.locator("#screen-door img")).to_have_js_property("complete", True)
    assert screen.page.evaluate("document.querySelector('#screen-door img').naturalWidth") > 0

    # The desk at the door: what a scanner types is answered at once, wrong codes in red.
    code = member.page.locator(".qr img").get_attribute("src")
    assert code is not None
    desk = secretary.open(f"{meeting}/scan")
    desk.locator("#code").fill(f"http://nowhere{code.removesuffix('/qr.svg')}")
    desk.keyboard.press("Enter")
    expect(desk.locator("#scan-answer")).to_have_attribute("data-outcome", re.compile("good|again"))
    desk.locator("#code").fill("khong-co")
    desk.keyboard.press("Enter")
    expect(desk.locator("#scan-answer")).to_have_attribute("data-outcome", "bad")

    # The list is live and its filters survive a push.
    page = secretary.open(f"{meeting}/attendance")
    name = member.page.locator("main strong").first.inner_text()
    page.get_by_label("Lọc theo tên").fill(name)
    mine = page.locator(".people > .person:visible")
    expect(mine).to_have_count(1)
    expect(mine).to_contain_text("Có mặt tại phòng")
    member.open(meeting)
    expect(member.page.locator("#now")).to_contain_text("Có mặt tại phòng")
    mine.get_by_role("button", name=re.compile("rời phiên họp")).tap()
    expect(mine).to_contain_text("Đã rời")
    expect(mine).to_have_count(1)
    expect(member.page.get_by_role("button", name="Điểm danh có mặt")).to_be_visible()

    # What was recorded wrongly is cancelled with a reason, and stays readable.
    mine.get_by_role("link").tap()
    page.get_by_text("Hủy lần ghi này").last.tap()
    page.locator("[id^=void-]").last.fill("Ghi nhầm người")
    page.get_by_role("button", name="Hủy lần ghi", exact=True).last.tap()
    expect(page.locator(".presence [data-voided]")).to_contain_text("Ghi nhầm người")
    expect(member.page.locator("#now")).to_contain_text("Có mặt tại phòng")
