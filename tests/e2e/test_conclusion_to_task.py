"""From a meeting's conclusion to a task done, in real Chromium: a document is drafted from the conclusion, signed,
numbered, sealed and issued; a province receives it, its leader gives a task, the task is done. Nothing that was said
once is typed again, and the whole chain is seen from its last link.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.authority import PASSWORD, issue, key_of, name, p12
from tests.e2e.conftest import READ_MS, Tablet, reload_until
from tests.e2e.test_speakers import prepare

pytestmark = pytest.mark.e2e

TITLE = "Phiên họp ra kết luận"
CONCLUSION = "Các tỉnh, thành đoàn rà soát tổ chức cơ sở, báo cáo số liệu trước ngày 20."
TASK = "Tổng hợp số liệu tổ chức cơ sở"


def name_of(person: Tablet) -> str:
    """Who is signed in, as the head of the page says."""
    return str(person.page.locator(".user-name").inner_text())


def conclude(secretary: Tablet) -> str:
    """A meeting with a conclusion that was announced; the path of the meeting."""
    meeting = prepare(secretary, TITLE)
    page = secretary.open(f"{meeting}/conclusions")
    page.get_by_role("textbox", name="Kết luận").fill(CONCLUSION)
    page.get_by_label("Công bố ngay").check()
    secretary.press("Ghi kết luận")
    expect(page.locator(".conclusion-card .chip", has_text="Đã công bố")).to_be_visible()
    return meeting


def bring_a_key(leader: Tablet) -> None:
    """The leader's certificate, which bears their name."""
    who = name_of(leader)
    content = p12(issue(name(CN=who, O="Trung ương Đoàn"), key_of(who)), key_of(who))
    page = leader.open("/me/certificate")
    page.locator("input[type=file][name=file]").set_input_files(
        {"name": "khoa.p12", "mimeType": "application/x-pkcs12", "buffer": content}
    )
    page.get_by_label("Mật khẩu của tệp khóa").fill(PASSWORD)
    leader.press("Lưu chứng thư")
    expect(page.get_by_role("heading", name=who)).to_be_visible()


def draft(secretary: Tablet, meeting: str, signer: str) -> str:
    """The document as the conclusion says it, submitted to the leader; its path."""
    page = secretary.open(f"{meeting}/conclusions")
    page.get_by_role("link", name="Soạn văn bản").first.tap()
    expect(page.get_by_label("Nội dung", exact=False).first).to_have_value(re.compile(re.escape(CONCLUSION)))
    chosen = page.get_by_label("Người ký", exact=True)
    chosen.select_option(value=str(chosen.locator("option", has_text=signer).first.get_attribute("value")))
    page.get_by_label("Chức vụ", exact=True).fill("Bí thư")
    if not page.get_by_label("Địa danh").is_visible():
        page.get_by_text("Cơ quan ban hành, địa danh").tap()
    page.get_by_label("Địa danh").fill("Hà Nội")
    secretary.press("Lập dự thảo")
    expect(page.get_by_role("heading", name="Kiểm tra thể thức")).to_be_visible()
    path = page.url.removeprefix(secretary.base)
    page.get_by_role("link", name="Trình ký").tap()
    secretary.press("Trình ký")
    expect(page.locator("main .chip", has_text="Đã trình ký").first).to_be_visible(timeout=READ_MS)
    return path


def issue_to(clerk: Tablet, path: str, unit: str) -> str:
    """Number, the organisation's signature, one recipient, out it goes; its number."""
    page = clerk.open(path)
    clerk.press("Lấy số")
    expect(page.locator("main .chip", has_text="Đã lấy số").first).to_be_visible()
    code = page.locator(".page-head").get_by_text(re.compile(r"^[0-9]+-KL/")).inner_text().split(" · ")[0]
    clerk.press("Ký số của cơ quan")
    expect(page.locator("main .chip", has_text="Đã ký số cơ quan")).to_be_visible()
    page.get_by_role("link", name="Nơi nhận và phát hành").tap()
    page.get_by_role("searchbox", name="Tên").fill(unit)
    clerk.press("Tìm")
    page.get_by_role("checkbox", name=unit).first.check()
    clerk.press("Thêm")
    expect(page.locator(".recipient-rows")).to_contain_text(unit)
    clerk.press("Phát hành")
    clerk.agree()
    expect(page.get_by_role("row", name=unit)).to_be_visible()
    reload_until(page, page.get_by_role("row", name=unit).filter(has_text="Chưa tiếp nhận"))
    return code


def receive(clerk: Tablet, code: str) -> str:
    """The clerk of the province takes it into the register with one press; its path there."""
    page = clerk.open("/office/inbox")
    page.get_by_role("link").filter(has_text=code).first.tap()
    clerk.press("Tiếp nhận")
    expect(page.get_by_text(code).first).to_be_visible()
    expect(page.locator("main .chip", has_text="Chờ trình").first).to_be_visible()
    return page.url.removeprefix(clerk.base)


def give_task(leader: Tablet, path: str, owner: str) -> None:
    page = leader.open(path)
    page.get_by_role("link", name="Giao nhiệm vụ").tap()
    page.get_by_label("Nhiệm vụ", exact=False).first.fill(TASK)
    chosen = page.locator("#field-owner")
    chosen.select_option(value=str(chosen.locator("option", has_text=owner).first.get_attribute("value")))
    page.get_by_label("Hạn hoàn thành").fill("2027-12-31")
    leader.press("Giao nhiệm vụ")
    expect(page.get_by_text("Đã giao nhiệm vụ.")).to_be_visible()


def do_task(owner: Tablet, leader: Tablet) -> None:
    """Taken on, reported, confirmed."""
    page = owner.open("/tasks")
    page.get_by_text(TASK).first.tap()
    owner.press("Nhận nhiệm vụ")
    page.get_by_label("Kết quả đã làm").fill("Đã tổng hợp đủ.")
    owner.press("Báo cáo hoàn thành")
    expect(page.locator(".chip", has_text="Đã báo cáo").first).to_be_visible()
    board = leader.open("/tasks/board")
    board.get_by_text(TASK).first.tap()
    leader.press("Xác nhận hoàn thành")
    expect(board.locator("main .chip", has_text="Hoàn thành").first).to_be_visible()


def test_from_a_conclusion_to_a_task_done(tablet: Callable[..., Tablet]) -> None:
    secretary, leader, clerk = tablet("thuky"), tablet("lanhdao"), tablet("vanthu")
    there, above = tablet("vanthutinh"), tablet("lanhdaotinh")
    bring_a_key(leader)
    path = draft(secretary, conclude(secretary), name_of(leader))

    page = leader.open("/office/drafts")
    page.get_by_role("link").filter(has_text=re.compile(TITLE, re.IGNORECASE)).first.tap()
    page.get_by_role("link", name="Ký văn bản").tap()
    page.get_by_label("Mật khẩu chứng thư").fill(PASSWORD)
    leader.press("Ký")
    expect(page.locator("main .chip", has_text="Đã ký").first).to_be_visible()

    code = issue_to(clerk, path, "Thành đoàn Hà Nội")
    received = receive(there, code)
    give_task(above, received, name_of(there))
    do_task(there, above)

    # The whole chain, as far as it is the reader's: from the meeting to the task that was done elsewhere.
    thread = secretary.open(path)
    thread.get_by_role("link", name="Xem cả mạch").tap()
    for part in (TITLE, CONCLUSION[:30], code, "Thành đoàn Hà Nội", TASK):
        expect(thread.locator(".thread")).to_contain_text(part)
