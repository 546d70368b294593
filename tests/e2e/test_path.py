"""The main job in real Chromium: a meeting prepared, invited, run on tablets, voted, and its paper found afterwards."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import READ_MS, Tablet, reload_until
from tests.stack.processes import ROOT

pytestmark = pytest.mark.e2e

BODY = "Ủy ban Kiểm tra Trung ương Đoàn"
TITLE = "Kỳ họp Ủy ban Kiểm tra lần thứ 12"
MOTION = "Thông qua kết luận kiểm tra quý IV"
PAPER = ROOT / "ecabinet/demo/data/papers/qcvn-32-2026-bxd.pdf"
MEMBERS = ("uyvien1", "uyvien2", "uyvien3")


def prepare(secretary: Tablet) -> str:
    """The secretary prepares the meeting from an empty form to the sent invitations; returns the meeting's path."""
    page = secretary.open("/meetings/new")
    page.get_by_label("Tổ chức họp").select_option(label=BODY)
    page.get_by_label("Tên phiên họp").fill(TITLE)
    page.get_by_label("Kết thúc").fill(page.get_by_label("Bắt đầu").input_value()[:10] + "T23:30")
    secretary.press("Tạo và soạn chương trình")
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    meeting = re.search(r"/meetings/\d+", page.url)
    assert meeting is not None
    for title in ("Báo cáo kiểm tra", "Thảo luận", "Biểu quyết"):
        page.get_by_label("Nội dung").last.fill(title)
        secretary.press("Thêm vào chương trình")
        expect(page.locator(".agenda-title", has_text=title)).to_be_visible()
    reorder(page)
    upload(page)
    page.get_by_role("link", name="Thành phần").tap()
    chair = page.locator("tr").filter(has=page.get_by_text(re.compile(r"^Chủ nhiệm · Trung ương Đoàn")))
    expect(page.get_by_role("heading", name="Được mời")).to_be_visible()
    # who stands first in the body is proposed
    expect(chair.get_by_role("combobox")).to_have_value("chair")
    page.get_by_role("link", name="Biểu quyết").tap()
    page.get_by_label("Nội dung", exact=False).first.fill(MOTION)
    page.get_by_label("Căn cứ").fill("Quy chế làm việc, Điều 9")
    secretary.press("Thêm biểu quyết")
    expect(page.get_by_role("heading", name=MOTION)).to_be_visible()
    secretary.press("Gửi giấy mời")
    secretary.agree()
    expect(page.get_by_text("Đã gửi giấy mời.")).to_be_visible()
    return meeting[0]


def titles(page: Page) -> list[str]:
    return page.locator("#agenda-list .agenda-title").all_inner_texts()


def reorder(page: Page) -> None:
    """The last item first by keyboard, then back to the end by dragging its handle."""
    expect(page.locator("#agenda-list")).to_have_attribute("data-reorder-ready", "")
    last = page.locator("#agenda-list .agenda-item").last
    last.focus()
    for _ in range(2):
        with page.expect_response(re.compile("/order$")):
            page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#agenda-list .agenda-title")).to_have_text(["Biểu quyết", "Báo cáo kiểm tra", "Thảo luận"])
    handles = page.locator("#agenda-list [data-outline-handle]")
    lines = page.locator("#agenda-list .agenda-item:not(.sortable-drag)")  # without the copy under the hand
    moving = lines.first.get_attribute("id") or ""
    handles.first.hover()
    with page.expect_response(re.compile("/order$")):
        page.mouse.down()
        for place in (1, 2):  # over one neighbour after the other, as a hand does
            box = handles.nth(place).bounding_box()
            assert box is not None
            page.mouse.move(box["x"] + 8, box["y"] + box["height"], steps=8)
            expect(lines.nth(place)).to_have_id(moving)
        page.mouse.up()
    page.reload()
    assert titles(page) == ["Báo cáo kiểm tra", "Thảo luận", "Biểu quyết"]


def upload(page: Page) -> None:
    item = page.locator("#agenda-list .agenda-item").first
    item.locator("input[type=file]").set_input_files(PAPER)
    expect(page.locator(".paper-name", has_text="qcvn-32-2026-bxd")).to_be_visible()


def enter(person: Tablet, title: str = TITLE) -> None:
    """From Today into the room: that is the attendance."""
    page = person.open("/")
    page.locator("section.hero", has_text=title).get_by_role("button", name="Vào phiên họp").tap()
    expect(page.locator("#now")).to_contain_text("Có mặt tại phòng")


def vote(person: Tablet, choice: str) -> str:
    """Choose, confirm, and take the receipt."""
    choose(person, choice)
    return send(person)


def choose(person: Tablet, choice: str) -> None:
    """The first tap: the choice, which the sheet then asks to confirm."""
    sheet = person.page.locator("#ballot-slot")
    sheet.locator(".vote-option", has_text=re.compile(rf"^\s*{choice}\s*$")).tap()
    expect(sheet.locator("[data-ballot-choice]")).to_contain_text(choice)


def send(person: Tablet) -> str:
    """The second tap: the ballot goes; its receipt."""
    sheet = person.page.locator("#ballot-slot")
    sheet.get_by_role("button", name="Gửi phiếu").tap()
    receipt = sheet.locator("[data-receipt-code]")
    expect(receipt).to_have_text(re.compile(r"^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$"))
    return receipt.inner_text()


def test_a_meeting_from_the_empty_form_to_the_found_paper(tablet: Callable[..., Tablet]) -> None:
    secretary = tablet("thuky")
    meeting = prepare(secretary)
    chair, members = tablet("chutri"), [tablet(login) for login in MEMBERS]

    # Before the meeting: one accepts the invitation, and the secretary sees it.
    members[0].open(f"{meeting}/invitation")
    members[0].press("Tôi sẽ dự")
    expect(members[0].page.locator("#rsvp")).to_contain_text("Nhận lời")
    secretary.open(f"{meeting}/console")
    expect(secretary.page.locator("#console-people")).to_contain_text("Nhận lời")

    # The room fills; nobody reloads anything.
    screen = tablet("thuky")
    screen.open(f"{meeting}/screen")
    chair_page = chair.open(f"{meeting}/console")
    enter(members[0])
    enter(members[1])
    expect(chair_page.locator("#console-quorum .counter-number")).to_have_text("2/5")
    chair.press("Khai mạc")
    chair.agree()
    expect(members[0].page.locator("#meeting-bar")).to_contain_text("Đang họp")

    # Without a quorum the vote does not open, and says why.
    chair_page.locator(".poll", has_text=MOTION).get_by_role("button", name="Mở biểu quyết").tap()
    chair.agree()
    expect(chair_page.locator("#toasts")).to_contain_text("Chưa đủ số đại biểu: có mặt 2/5, cần ít nhất 4")
    chair.complaints.clear()  # the browser notes the refused request

    enter(members[2])
    secretary.page.locator("#console-people .person", has_text="Chủ nhiệm").first.get_by_role(
        "button", name=re.compile("có mặt$")
    ).tap()
    expect(chair_page.locator("#console-quorum")).to_contain_text("Đủ số đại biểu")
    chair_page.locator("#console-agenda .agenda-item", has_text="Biểu quyết").get_by_role("button").tap()
    expect(members[0].page.locator("#stage-item h2")).to_have_text("Biểu quyết")
    expect(screen.page.locator("#screen-stage h1")).to_have_text("Biểu quyết")

    # A ballot half filled in survives what others do.
    chair_page.locator(".poll", has_text=MOTION).get_by_role("button", name="Mở biểu quyết").tap()
    chair.agree()
    choose(members[2], "Không đồng ý")
    receipts = [vote(members[0], "Đồng ý"), vote(members[1], "Đồng ý")]
    expect(chair_page.locator("#console-progress .counter-number")).to_have_text("2/4")
    expect(screen.page.locator("#screen-progress .screen-number")).to_have_text("2/4")
    expect(members[2].page.locator("#vote-progress .counter-number")).to_have_text("2/4")
    expect(members[2].page.locator("#ballot-slot [data-ballot-choice]")).to_contain_text("Không đồng ý")
    receipts.append(send(members[2]))
    assert len(set(receipts)) == 3
    # The chair has a ballot too, in the room.
    chair_vote = tablet("chutri")
    chair_vote.open(meeting)
    vote(chair_vote, "Đồng ý")

    # Nobody sees totals before the result is published.
    expect(chair_page.locator("#console-progress .counter-number")).to_have_text("4/4")
    chair_page.get_by_role("button", name="Đóng biểu quyết").tap()
    chair.agree()
    expect(members[0].page.locator("#ballot-slot")).to_contain_text("Đã đóng biểu quyết")
    expect(members[0].page.locator(".result")).to_have_count(0)
    chair_page.get_by_role("button", name="Công bố kết quả").tap()
    chair.agree()
    for page in (
        members[0].page.locator("#results"),
        screen.page.locator("#screen-stage"),
        chair_page.locator("#console-vote"),
    ):
        expect(page).to_contain_text("Được thông qua")
        expect(page).to_contain_text("3/5 tán thành")
        expect(page).to_contain_text("Trên 1/2 tổng số đại biểu được triệu tập")
        expect(page).to_contain_text("Quy chế làm việc, Điều 9")

    found_afterwards(tablet, members[0], meeting)


def found_afterwards(tablet: Callable[..., Tablet], member: Tablet, meeting: str) -> None:
    """A leader finds the paper without marks and opens it at the page; whom it does not concern finds nothing of it."""
    # That the worker has read it shows by itself on the page that is open.
    member.open(meeting)
    expect(member.page.locator("#agenda .paper", has_text="qcvn-32-2026-bxd")).to_contain_text(
        "27 trang", timeout=READ_MS
    )
    leader = tablet("lanhdao")
    page = leader.open("/search")
    page.get_by_role("combobox").fill("cua chan ke ga")
    leader.press("Tìm")
    expect(page.get_by_role("status").filter(has_text="kết quả")).to_be_visible()
    hit = page.locator(".hit", has_text="qcvn-32-2026-bxd").first
    reload_until(page, hit.locator("mark", has_text="Cửa"))
    hit.get_by_role("link").tap()
    page.wait_for_url(re.compile(r"page=\d+"))
    number = re.search(r"page=(\d+)", page.url)
    assert number is not None
    text = page.locator(f".pdfViewer .page[data-page-number='{number[1]}'] .textLayer")
    expect(text).to_contain_text(re.compile("cửa chắn ke ga", re.IGNORECASE))
    outsider = tablet("quantri")
    outsider.open("/search?q=qcvn-32-2026-bxd")
    expect(outsider.page.locator(".hit", has_text="qcvn-32-2026-bxd")).to_have_count(0)
    outsider.open(meeting)
    expect(outsider.page.get_by_text("Không tìm thấy nội dung này.")).to_be_visible()
    outsider.complaints.clear()  # the browser notes the 404
