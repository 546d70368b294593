"""A document comes in: the clerk registers it, the leader gives it to an official, who reports that it is done."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from ecabinet.demo.letters import render
from ecabinet.demo.office import letters
from tests.e2e.conftest import READ_MS, Tablet

pytestmark = pytest.mark.e2e

SUBJECT = "phối hợp tổ chức Ngày hội sách thanh niên"


def letter() -> bytes:
    """A letter that the demonstration does not have."""
    model = letters(datetime.now(UTC))[0].letter
    return render(replace(model, code="777/BNV-CTTN", subject=SUBJECT)).read()


def test_from_the_clerk_to_the_official(tablet: Callable[..., Tablet]) -> None:
    clerk, leader, official = (tablet(login) for login in ("vanthu", "lanhdao", "chuyenvien"))
    page = clerk.open("/office/receive")
    expect(page.locator("html")).to_have_attribute("data-app-ready", "")
    page.locator("input[type=file][name=file]").set_input_files(
        {"name": "777-bnv.pdf", "mimeType": "application/pdf", "buffer": letter()}
    )
    clerk.press("Tiếp nhận")
    page.locator("section", has_text="Chờ đăng ký").get_by_role("link").filter(has_text="777-bnv").tap()
    expect(page.get_by_role("heading", name="Đăng ký văn bản đến")).to_be_visible()
    # Already read, or read while the page waits: then a press takes over what it says.
    number, offer = page.get_by_label("Số", exact=True), page.get_by_role("link", name="Lấy thông tin từ văn bản")
    expect(offer.or_(page.locator(".said-where").first)).to_be_visible(timeout=READ_MS)
    if offer.is_visible():
        offer.tap()
    expect(number).to_have_value("777")
    expect(page.get_by_label("Ký hiệu", exact=True)).to_have_value("BNV-CTTN")
    expect(page.get_by_label("Cơ quan ban hành *")).to_have_value("Bộ Nội vụ")
    expect(page.get_by_text("Trang 1: «Số: 777/BNV-CTTN»").first).to_be_visible()
    clerk.press("Đăng ký, lấy số đến")
    expect(page.get_by_text("Đã đăng ký số đến 1251.")).to_be_visible()
    expect(page.locator(".incoming-stamp")).to_contain_text("1251")
    page.get_by_label("Lãnh đạo *").select_option(label=name_of(leader))
    clerk.press("Trình")
    expect(page.get_by_text("Đã trình lãnh đạo.")).to_be_visible()

    desk = leader.open("/office")
    desk.locator("#mine-presented").get_by_role("link").filter(has_text="777/BNV-CTTN").tap()
    desk.get_by_role("link", name="Phân phối, giao việc").tap()
    desk.get_by_role("radio", name=f"{name_of(official)}: Chủ trì").check()
    desk.get_by_label("Bút phê").fill("Đồng chí tham mưu kế hoạch phối hợp.")
    leader.press("Giao")
    expect(desk.get_by_text("Đã giao.")).to_be_visible()

    mine = official.open("/office")
    mine.locator("#mine-to-do").get_by_role("link").filter(has_text="777/BNV-CTTN").tap()
    expect(mine.get_by_text("Đồng chí tham mưu kế hoạch phối hợp.")).to_be_visible()
    mine.get_by_label("Kết quả giải quyết *").fill("Đã trình kế hoạch.")
    official.press("Báo cáo giải quyết xong")
    expect(mine.get_by_text("Đã báo cáo giải quyết xong.")).to_be_visible()

    clerk.open(page.url.removeprefix(clerk.base))
    expect(page.get_by_text("Đã trình kế hoạch.")).to_be_visible()
    clerk.press("Lưu hồ sơ")
    expect(page.get_by_text("Đã lưu hồ sơ.")).to_be_visible()


def name_of(person: Tablet) -> str:
    """Who is signed in, as the head of the page says."""
    return str(person.page.locator(".user-name").inner_text())
