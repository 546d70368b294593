"""Where a socket cannot be had, or not even JavaScript, the meeting goes on by plain HTTP."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from ecabinet.demo.meeting import TITLE, VOTES
from tests.e2e.conftest import Tablet
from tests.e2e.test_path import choose, enter, send

pytestmark = pytest.mark.e2e

MOTION = VOTES[0][0]


def test_a_vote_without_a_socket_and_one_without_javascript(tablet: Callable[..., Tablet]) -> None:
    chair, plain = tablet("chutri"), tablet("uyvien2", java_script_enabled=False)
    cut_off = tablet("uyvien1")
    cut_off.page.route("**/socket.io/**", lambda route: route.abort())
    for person in (cut_off, plain, chair):
        enter(person, TITLE)
    meeting = cut_off.page.url.removeprefix(cut_off.base)
    console = chair.open(f"{meeting}/console")
    chair.press("Khai mạc")
    chair.agree()
    console.locator(".poll", has_text=MOTION).get_by_role("button", name="Mở biểu quyết").tap()
    chair.agree()

    # The page asks by itself and shows the ballot; the ballot goes by HTTP and comes back as a receipt.
    choose(cut_off, "Đồng ý")
    assert send(cut_off)
    expect(console.locator("#console-progress .counter-number")).to_have_text("1/12")

    # Without JavaScript one reloads, chooses, and posts the form.
    page = plain.open(meeting)
    # By keyboard: without JavaScript nothing tells the driver that a page has come to rest, and a tap may go beside.
    page.locator("#ballot-slot").get_by_label("Không đồng ý").focus()
    page.keyboard.press("Space")
    page.locator("#ballot-slot").get_by_role("button", name="Bỏ phiếu").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#ballot-slot")).to_contain_text("Đồng chí đã chọn: Không đồng ý")
    expect(console.locator("#console-progress .counter-number")).to_have_text("2/12")

    console.get_by_role("button", name="Đóng biểu quyết").tap()
    chair.agree()
    expect(cut_off.page.locator("#ballot-slot")).to_contain_text("Đã đóng biểu quyết")
    console.get_by_role("button", name="Công bố kết quả").tap()
    chair.agree()
    expect(cut_off.page.locator("#results")).to_contain_text("1/12 tán thành")
    expect(plain.open(meeting).locator("#results")).to_contain_text("1/12 tán thành")
    cut_off.complaints.clear()  # the browser notes each socket that it could not have
