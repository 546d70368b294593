"""Opinions, comments and notes in real Chromium, on tablets that lose their network and in two tabs at once."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from ecabinet.demo.opinions import TITLE
from tests.e2e.conftest import READ_MS, Tablet, reload_until
from tests.e2e.test_path import prepare

pytestmark = pytest.mark.e2e

LEAST = 56
WORDS = "Đề nghị quy định rõ thời hạn tại Điều 7."


def forgive(tablet: Tablet, expected: str) -> None:
    """Chromium tells of each request that failed; that this one fails is what is tested."""
    tablet.complaints[:] = [text for text in tablet.complaints if expected not in text]


def test_a_slip_is_answered_through_a_lost_connection(tablet: Callable[..., Tablet]) -> None:
    member, secretary = tablet("uyvien3"), tablet("thuky")
    page = member.page
    page.get_by_role("link", name=TITLE).tap()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    for option in page.locator(".vote-option").all() + page.get_by_role("button", name="Gửi ý kiến").all():
        box = option.bounding_box()
        assert box is not None
        assert box["height"] >= LEAST
    first, second = (page.locator(".slip-question").nth(n) for n in (0, 1))
    first.get_by_role("radio", name="Ý kiến khác").check()
    first.get_by_role("textbox").fill(WORDS)
    second.get_by_role("radio", name="5 ngày làm việc").check()
    page.goto(page.url)  # what was typed is kept
    expect(page.get_by_text("Đã khôi phục nội dung đồng chí nhập dở")).to_be_visible()
    expect(first.get_by_role("textbox")).to_have_value(WORDS)
    second.get_by_role("radio", name="5 ngày làm việc").check()
    page.context.set_offline(True)
    member.press("Gửi ý kiến")
    expect(page.locator("[data-status]")).to_contain_text("câu trả lời đã giữ trên máy")
    page.context.set_offline(False)  # and goes by itself
    reload_until(page, page.get_by_text("Đồng chí đã trả lời lúc"))
    expect(page.get_by_text(WORDS).first).to_be_visible()
    forgive(member, "ERR_INTERNET_DISCONNECTED")
    office = secretary.open("/opinions")
    office.get_by_role("link", name=TITLE).tap()
    expect(office.locator("tr").filter(has_text="Nguyễn Minh Thảo").get_by_text("Đã trả lời")).to_be_visible()
    office.get_by_role("link", name="Báo cáo tổng hợp").tap()
    expect(office.get_by_text(WORDS)).to_be_visible()


def test_what_is_missing_is_named_and_nothing_is_lost(tablet: Callable[..., Tablet]) -> None:
    member = tablet("uyvien2")
    page = member.page
    page.get_by_role("link", name=TITLE).tap()
    first, second = (page.locator(".slip-question").nth(n) for n in (0, 1))
    first.get_by_role("radio", name="Không đồng ý").check()
    second.get_by_role("textbox").fill(WORDS)
    member.press("Gửi ý kiến")
    expect(page.get_by_text("Đồng chí chưa chọn phương án nào.")).to_be_visible()
    expect(second.get_by_role("textbox")).to_have_value(WORDS)
    forgive(member, "422")
    second.get_by_role("radio", name="7 ngày làm việc").check()
    member.press("Gửi ý kiến")
    expect(page.get_by_text("Đồng chí đã trả lời lúc")).to_be_visible()
    page.get_by_text("Sửa ý kiến").tap()
    second.get_by_role("radio", name="3 ngày làm việc").check()
    member.press("Gửi lại ý kiến")
    expect(page.get_by_text("Đã sửa 1 lần.")).to_be_visible()


def test_a_note_in_two_tabs(tablet: Callable[..., Tablet]) -> None:
    member = tablet("uyvien1")
    page = member.open("/notebook/new")
    page.get_by_label("Nội dung").press_sequentially("Hỏi về kinh phí")
    expect(page.locator("#note-state")).to_contain_text("Đã lưu lúc")
    expect(page).to_have_url(re.compile(r"/notebook/\d+$"))
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_label("Nội dung")).to_have_value("Hỏi về kinh phí")
    for tab, words, status in ((page, " quý IV", 200), (other, " năm 2027", 409)):
        with tab.expect_response(re.compile("/notebook/save$")) as answer:
            tab.get_by_label("Nội dung").press("Control+End")
            tab.get_by_label("Nội dung").press_sequentially(words)
        assert answer.value.status == status
    expect(other.get_by_text("Bản đã lưu ở nơi khác")).to_be_visible()
    expect(other.locator("#note-state .prose").first).to_have_text("Hỏi về kinh phí quý IV")
    other.get_by_role("button", name="Giữ bản đang viết").tap()
    expect(other.locator("#note-state")).to_contain_text("Đã lưu lúc")
    page.reload()
    expect(page.get_by_label("Nội dung")).to_have_value("Hỏi về kinh phí năm 2027")
    other.close()


def test_a_comment_beside_the_paper(tablet: Callable[..., Tablet]) -> None:
    secretary, member = tablet("thuky"), tablet("uyvien1")
    meeting = prepare(secretary)
    page = member.open(meeting)
    page.locator("a.paper").first.tap()
    expect(page.locator(".pdfViewer .page canvas").first).to_be_visible(timeout=READ_MS)
    page.locator("[data-page-box]").fill("3")
    page.locator("[data-page-box]").press("Enter")
    page.locator(".reader-comments > summary").tap()
    page.get_by_label("Góp ý của đồng chí").fill("Nêu rõ đơn vị chủ trì.")
    expect(page.get_by_label("Trang (không bắt buộc)")).to_have_value("3")
    member.press("Gửi góp ý")
    expect(page.locator(".comment")).to_contain_text("Nêu rõ đơn vị chủ trì.")
    expect(page.locator(".comment-count")).to_have_text("1")
    office = secretary.open(f"{meeting}/comments")
    office.get_by_role("link", name=re.compile("qcvn")).first.tap()
    office.get_by_text("Tiếp thu, giải trình").tap()
    office.locator(".segmented label").filter(has_text=re.compile("^Tiếp thu$")).tap()
    secretary.press("Lưu")
    expect(office.locator(".comment-verdict")).to_contain_text("Tiếp thu")
