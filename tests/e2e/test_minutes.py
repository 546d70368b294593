"""From a conclusion on the console to a task done and minutes signed, in real Chromium."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Tablet
from tests.e2e.test_speakers import enter, prepare

pytestmark = pytest.mark.e2e

TITLE = "Phiên họp có biên bản"
CONCLUSION = "Thống nhất kế hoạch; giao ủy viên bổ sung số liệu."


def make_chair(secretary: Tablet, meeting: str, name: str) -> None:
    """Somebody of those invited is the chair, if not proposed already."""
    page = secretary.open(f"{meeting}/people")
    role = page.get_by_label(f"Vai trò của {name}")
    if role.input_value() != "chair":
        with page.expect_navigation():
            role.select_option("chair")
    expect(role).to_have_value("chair")


def name_of(person: Tablet) -> str:
    return person.page.locator(".user-name").inner_text()


def screen_of(secretary: Tablet, meeting: str) -> Page:
    page = secretary.page.context.new_page()
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{secretary.base}{meeting}/screen")
    return page


def test_from_a_conclusion_to_a_task_done_and_signed_minutes(tablet: Callable[..., Tablet]) -> None:
    member, chair, secretary = tablet("uyvien1"), tablet("chutri"), tablet("thuky")
    owner, chairs = name_of(member), name_of(chair)
    meeting = prepare(secretary, TITLE)
    make_chair(secretary, meeting, chairs)
    enter(member, TITLE)
    screen = screen_of(secretary, meeting)

    # Written and announced on the console, it is on the tablet and on the wall without a reload.
    console = secretary.open(f"{meeting}/console")
    console.locator("#console-agenda .agenda-item", has_text="Báo cáo").get_by_role("button").tap()
    expect(member.page.locator("#stage-item h2")).to_have_text("Báo cáo")
    console.get_by_label("Kết luận nội dung đang họp").fill(CONCLUSION)
    secretary.press("Ghi và công bố")
    expect(member.page.locator("#conclusions")).to_contain_text(CONCLUSION)
    expect(screen.locator("#screen-mode")).to_contain_text(CONCLUSION)
    expect(console.get_by_label("Kết luận nội dung đang họp")).to_have_value("")
    console.get_by_label("Thông báo trên màn hình").fill("Mời về hội trường")
    secretary.press("Hiện thông báo")
    expect(screen.locator(".screen-message")).to_have_text("Mời về hội trường")
    expect(screen.locator("#screen-stage")).to_be_hidden()
    secretary.press("Tự động")
    expect(screen.locator(".screen-message")).to_have_count(0)

    # A task is given from it, done and confirmed.
    console.locator("#console-conclusions a", has_text="Giao nhiệm vụ").tap()
    console.get_by_label("Nhiệm vụ", exact=False).first.fill("Bổ sung số liệu")
    value = console.locator("#field-owner option", has_text=owner).first.get_attribute("value")
    console.locator("#field-owner").select_option(value)
    console.get_by_label("Hạn hoàn thành").fill("2027-12-31")
    secretary.press("Giao nhiệm vụ")
    expect(console.get_by_text("Đã giao nhiệm vụ.")).to_be_visible()
    tasks = member.open("/")
    tasks.locator("#tasks-today a").tap()
    tasks.get_by_text("Bổ sung số liệu").first.tap()
    member.press("Nhận nhiệm vụ")
    tasks.get_by_label("Kết quả đã làm").fill("Đã bổ sung đủ 34 tỉnh.")
    member.press("Báo cáo hoàn thành")
    expect(tasks.locator(".chip", has_text="Đã báo cáo").first).to_be_visible()
    secretary.open("/tasks/board").get_by_text("Bổ sung số liệu").first.tap()
    secretary.press("Xác nhận hoàn thành")
    expect(secretary.page.locator("main .chip", has_text="Hoàn thành").first).to_be_visible()

    # The minutes wrote themselves; a line is added, both confirm, and nothing can be changed any more.
    secretary.open(f"{meeting}/minutes")
    secretary.press("Lập biên bản")
    paper = secretary.page.locator(".minutes-paper")
    expect(paper).to_contain_text(CONCLUSION)
    expect(paper).to_contain_text("Bổ sung số liệu")
    secretary.page.locator(".minutes-section").first.get_by_role("link", name="Sửa").tap()
    text = secretary.page.get_by_label("Nội dung")
    text.fill(text.input_value() + "\n- Khách dự: Văn phòng.")
    secretary.press("Lưu")
    expect(paper).to_contain_text("Khách dự: Văn phòng.")
    secretary.press("Hoàn thiện để ký")
    secretary.agree()
    expect(secretary.page.locator("main .chip", has_text="Chờ ký xác nhận").first).to_be_visible()
    for person in (secretary, chair):
        person.open(f"{meeting}/minutes")
        person.press("Ký xác nhận")
        person.agree()
        expect(person.page.get_by_text("ký lúc").first).to_be_visible()
    expect(chair.page.locator(".chip", has_text="Đã ký số, khóa")).to_be_visible()
    expect(member.open(f"{meeting}/minutes").locator(".minutes-paper")).to_contain_text("Khách dự: Văn phòng.")
    expect(secretary.open(f"{meeting}/minutes").get_by_role("link", name="Sửa", exact=True)).to_have_count(0)
