"""Two application processes act as one: what happens on one is seen on the other at once."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ecabinet.demo.meeting import TITLE, VOTES
from tests.e2e.conftest import READ_MS, Tablet, reload_until
from tests.stack.processes import ROOT, Stack

pytestmark = pytest.mark.stack

MOTION = VOTES[0][0]
SignIn = Callable[..., Tablet]


def enter(person: Tablet) -> str:
    """From Today into the room; the meeting's path."""
    page = person.open("/")
    page.locator("section.hero", has_text=TITLE).get_by_role("button", name="Vào phiên họp").tap()
    expect(page.locator("#now")).to_contain_text("Có mặt tại phòng")
    meeting = re.search(r"/meetings/\d+", page.url)
    assert meeting is not None
    return meeting[0]


def vote(person: Tablet, choice: str) -> None:
    """Choose, confirm, and have the receipt."""
    sheet = person.page.locator("#ballot-slot")
    sheet.locator(".vote-option", has_text=re.compile(rf"^\s*{choice}\s*$")).tap()
    expect(sheet.locator("[data-ballot-choice]")).to_contain_text(choice)
    sheet.get_by_role("button", name="Gửi phiếu").tap()
    expect(sheet.locator("[data-receipt-code]")).to_be_visible()


def number(page: Page, place: str) -> str:
    return page.locator(f"{place} .counter-number").inner_text()


def test_browsers_on_different_processes_see_each_others_votes(whole_stack: Stack, tablet: SignIn) -> None:
    one, two = whole_stack.urls
    chair, here, there = tablet("chutri", one), tablet("uyvien1", one), tablet("uyvien2", two)
    meeting = enter(here)
    console = chair.open(f"{meeting}/console")
    names = [here.page.locator("#now .person b").inner_text()]
    present, summoned = map(int, number(console, "#console-quorum").split("/"))

    # An arrival on the other process moves the chair's quorum.
    assert enter(there) == meeting
    expect(console.locator("#console-quorum .counter-number")).to_have_text(f"{present + 1}/{summoned}")
    names.append(there.page.locator("#now .person b").inner_text())
    chair.press("Khai mạc")
    chair.agree()
    expect(there.page.locator("#meeting-bar")).to_contain_text("Đang họp")
    console.locator(".poll", has_text=MOTION).get_by_role("button", name="Mở biểu quyết").tap()
    chair.agree()

    # Each vote is seen on the other process.
    vote(there, "Không đồng ý")
    expect(here.page.locator("#vote-progress .counter-number")).to_have_text(f"1/{present + 1}")
    vote(here, "Đồng ý")
    for page, place in ((there.page, "#vote-progress"), (console, "#console-progress")):
        expect(page.locator(f"{place} .counter-number")).to_have_text(f"2/{present + 1}")

    console.get_by_role("button", name="Đóng biểu quyết").tap()
    chair.agree()
    expect(there.page.locator("#ballot-slot")).to_contain_text("Đã đóng biểu quyết")
    console.get_by_role("button", name="Công bố kết quả").tap()
    chair.agree()
    for page in (here.page, there.page):
        expect(page.locator("#results")).to_contain_text(f"1/{present + 1} tán thành")
        page.locator("#results").get_by_role("link", name="Chi tiết").tap()
        for name in names:
            expect(page.locator("main")).to_contain_text(name)


def test_what_the_worker_read_is_found_on_both_processes(whole_stack: Stack, tablet: SignIn) -> None:
    for url in whole_stack.urls:
        page = tablet("lanhdao", url).open("/search?q=luat+dien+anh")
        reload_until(page, page.locator(".hit mark"))


def test_the_worker_pushes_what_it_read_to_the_pages_of_both(whole_stack: Stack, tablet: SignIn) -> None:
    one, two = whole_stack.urls
    meeting = enter(tablet("uyvien1", one))
    readers = [tablet("uyvien2", one), tablet("uyvien3", two)]
    for reader in readers:
        reader.open(meeting)
        expect(reader.page.locator("#agenda")).to_be_visible()
    secretary = tablet("thuky", two)
    page = secretary.open(f"{meeting}/agenda")
    paper = ROOT / "ecabinet/demo/data/papers/cong-van-huong-dan-dmtc.pdf"
    page.locator("#agenda-list .agenda-item").first.locator("input[type=file]").set_input_files(paper)
    expect(page.locator(".paper-name", has_text="cong van huong dan dmtc")).to_be_visible()
    for reader in readers:
        line = reader.page.locator("#agenda .paper", has_text="cong van huong dan dmtc")
        expect(line).to_contain_text("3 trang", timeout=READ_MS)
