"""The floor in real Chromium: two tablets, a console and the room's screen; nobody reloads anything."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from ecabinet.demo.meeting import TITLE, TOPICS
from tests.e2e.conftest import Tablet
from tests.e2e.test_path import BODY

pytestmark = pytest.mark.e2e

RUNS = re.compile(r"^0[0-5]:\d\d$")
AN_HOUR_SLOW = "const real = Date.now; Date.now = () => real() - 3600 * 1000;"


def prepare(secretary: Tablet, title: str) -> str:
    """A meeting of its own, with two items, begun; the secretary is left on the console. Returns its path."""
    page = secretary.open("/meetings/new")
    page.get_by_label("Tổ chức họp").select_option(label=BODY)
    page.get_by_label("Tên phiên họp").fill(title)
    page.get_by_label("Kết thúc").fill(page.get_by_label("Bắt đầu").input_value()[:10] + "T23:30")
    secretary.press("Tạo và soạn chương trình")
    for item in ("Báo cáo", "Thảo luận"):
        page.get_by_label("Nội dung").last.fill(item)
        secretary.press("Thêm vào chương trình")
        expect(page.locator(".agenda-title", has_text=item)).to_be_visible()
    found = re.search(r"/meetings/\d+", page.url)
    assert found is not None
    secretary.press("Gửi giấy mời")
    secretary.agree()
    expect(page.get_by_text("Đã gửi giấy mời.")).to_be_visible()
    page.set_viewport_size({"width": 1440, "height": 900})
    secretary.open(f"{found[0]}/console")
    secretary.press("Khai mạc")
    secretary.agree()
    expect(page.locator("#meeting-bar")).to_contain_text("Đang họp")
    return found[0]


def enter(person: Tablet, title: str) -> None:
    """From Today into the room: from then on they may ask for the floor."""
    page = person.open("/")
    page.locator("section.hero", has_text=title).get_by_role("button", name="Vào phiên họp").tap()
    expect(page.locator("#my-floor")).to_have_attribute("data-may", "yes")


def seconds(page: Page, clock: str) -> int:
    """What a clock shows, in seconds."""
    shown = page.locator(f"{clock} [data-turn-digits]").inner_text()
    minutes, rest = shown.lstrip("+").split(":")
    return int(minutes) * 60 + int(rest)


def expect_alike(page: Page, clock: str, console: Page) -> None:
    """One clock stands between two readings of the console's, which runs down meanwhile; give or take a second."""
    before = seconds(console, "#console-clock")
    shown = seconds(page, clock)
    assert before + 1 >= shown >= seconds(console, "#console-clock") - 1


def queue(console: Page, kind: str = "speech") -> Locator:
    return console.locator(f"#console-speakers .speakers[data-kind={kind}] .speaker b")


def test_asking_giving_the_clock_and_the_end(tablet: Callable[..., Tablet]) -> None:
    one, two, three, chair = tablet("uyvien1"), tablet("uyvien2"), tablet("uyvien3"), tablet("thuky")
    meeting, console = prepare(chair, "Phiên họp có nhiều người phát biểu"), chair.page
    two.page.add_init_script(AN_HOUR_SLOW)
    for person in (one, two, three):
        enter(person, "Phiên họp có nhiều người phát biểu")
    console.locator("#console-agenda .agenda-item", has_text="Thảo luận").get_by_role("button").tap()
    expect(one.page.locator("#stage-item h2")).to_have_text("Thảo luận")
    three.press("Đăng ký phát biểu")
    expect(queue(console)).to_have_count(1)

    # Two ask; each sees the place, the console both queues.
    one.press("Đăng ký phát biểu")
    expect(one.page.locator("#my-floor")).to_contain_text("Thứ tự 2")
    expect(one.page.get_by_role("button", name="Đăng ký phát biểu")).to_be_hidden()
    two.page.get_by_text("Ghi rõ nội dung").tap()
    two.page.get_by_label("Vấn đề sẽ nêu").fill("Chỉ tiêu đoàn viên mới")
    two.press("Đăng ký phát biểu")
    expect(two.page.locator("#my-floor")).to_contain_text("Thứ tự 3 · Chỉ tiêu đoàn viên mới")
    two.press("Chất vấn")
    expect(queue(console, "question")).to_have_count(1)
    expect(queue(console)).to_have_count(3)

    # The chair moves one to the front; the other's place follows without asking.
    name = queue(console).nth(2).inner_text()
    for there in (1, 0):
        line = console.locator("#queue-speech .speaker", has_text=name)
        line.focus()
        with console.expect_response(re.compile("/floor/run/arrange$")):
            console.keyboard.press("Alt+ArrowUp")
        expect(queue(console).nth(there)).to_have_text(name)
    expect(two.page.locator("#my-floor .my-request").first).to_contain_text("Thứ tự 1")
    expect(one.page.locator("#my-floor")).to_contain_text("Thứ tự 3")

    # One tap gives the floor; everybody's clock runs alike, also on the tablet that is an hour slow.
    screen = tablet("thuky")
    screen.open(f"{meeting}/screen")
    console.get_by_role("button", name=f"Mời {name} phát biểu").first.tap()
    expect(console.locator("#console-turn .turn-name")).to_have_text(name)
    expect(screen.page.locator("#screen-floor .screen-name")).to_have_text(name)
    expect(two.page.locator("#my-floor")).to_contain_text("Đồng chí đang có lượt phát biểu.")
    expect(one.page.locator("#floor-turn .turn-name")).to_have_text(name)
    for page, clock in ((one.page, "#tablet-clock"), (two.page, "#tablet-clock"), (screen.page, "#screen-clock")):
        expect(page.locator(f"{clock} [data-turn-digits]")).to_have_text(RUNS)
        expect(page.locator(clock)).to_have_attribute("data-phase", "calm")
        expect_alike(page, clock, console)

    # Who comes later, or comes back, sees the same clock.
    one.page.reload()
    expect(one.page.locator("#tablet-clock [data-turn-digits]")).not_to_have_text("05:00")
    expect_alike(one.page, "#tablet-clock", console)

    # Extra time, twice in a hurry; a pause stands still for all.
    for limit in ("360", "420"):
        console.get_by_role("button", name="Thêm 1 phút").tap()
        expect(one.page.locator("#tablet-clock")).to_have_attribute("data-turn-limit", limit)
    chair.press("Tạm dừng")
    expect(one.page.locator("#floor-turn .turn-note")).to_have_text("tạm dừng")
    chair.press("Nói tiếp")
    expect(one.page.locator("#floor-turn .turn-note")).to_contain_text("còn lại")

    # A tablet without its network counts on by itself, and is right again when it is back.
    two.page.context.set_offline(True)
    before = seconds(two.page, "#tablet-clock")
    expect(two.page.locator("#tablet-clock [data-turn-digits]")).not_to_have_text(f"{before // 60:02}:{before % 60:02}")
    chair.press("Tạm dừng")
    expect(one.page.locator("#floor-turn .turn-note")).to_have_text("tạm dừng")
    two.page.context.set_offline(False)
    expect(two.page.locator("#floor-turn .turn-note")).to_have_text("tạm dừng")
    stands = one.page.locator("#tablet-clock [data-turn-digits]").inner_text()
    for page, clock in ((two.page, "#tablet-clock"), (console, "#console-clock")):
        expect(page.locator(f"{clock} [data-turn-digits]")).to_have_text(stands)
    chair.press("Nói tiếp")
    expect(two.page.locator("#floor-turn .turn-note")).to_contain_text("còn lại")
    two.complaints.clear()  # the browser notes what it could not reach

    # A point of order alerts the chair and interrupts; afterwards the speech goes on.
    one.press("Ý kiến về thủ tục")
    one.agree()
    alert = console.locator("#floor-alert")
    expect(alert).to_contain_text("nêu ý kiến về thủ tục")
    alert.get_by_role("button", name="Mời").tap()
    expect(console.locator("#console-turn")).to_contain_text(f"{name} đang dừng, nói tiếp sau ý kiến này.")
    expect(two.page.locator("#floor-turn")).to_contain_text(f"{name} nói tiếp sau đó.")
    chair.press("Kết thúc lượt")
    expect(console.locator("#console-turn .turn-name")).to_have_text(name)
    chair.press("Nói tiếp")

    # Refused with a reason; withdrawn by oneself.
    asker = console.locator("#queue-question .speaker")
    asker.locator("summary").tap()
    asker.get_by_label("Lý do không mời").fill("Sẽ trả lời bằng văn bản")
    asker.get_by_role("button", name="Không mời").tap()
    expect(two.page.locator("#my-floor")).to_contain_text("Đăng ký không được mời: Sẽ trả lời bằng văn bản")
    one.page.get_by_role("button", name="Rút đăng ký: Phát biểu").tap()
    expect(one.page.get_by_role("button", name="Đăng ký phát biểu")).to_be_visible()

    # Somebody who did not ask is called by name, which ends the turn that the chair sees.
    called = console.locator("#console-turn .turn-name").inner_text()
    console.get_by_text("Mời người chưa đăng ký").tap()
    console.get_by_label("Tên người được mời").fill(one_name(one))
    console.locator("#floor-found").get_by_role("button", name=re.compile("^Mời ")).first.tap()
    expect(console.locator("#console-turn .turn-name")).not_to_have_text(called)
    expect(one.page.locator("#my-floor")).to_contain_text("Đồng chí đang có lượt phát biểu.")
    chair.press("Kết thúc lượt")
    expect(one.page.locator("#floor-turn .turn-name")).to_have_count(0)
    expect(screen.page.locator("#screen-floor .screen-name")).to_have_count(0)

    # The list is closed for all; the record is there for the minutes.
    chair.press("Chốt danh sách")
    expect(one.page.locator("#floor")).to_contain_text("Chủ trì đã chốt danh sách đăng ký.")
    expect(one.page.get_by_role("button", name="Đăng ký phát biểu")).to_have_count(0)
    record = chair.open(f"{meeting}/floor").locator("#spoken")
    expect(record).to_contain_text("3 lượt")
    expect(record).to_contain_text("chủ trì mời")
    expect(record).to_contain_text("Chỉ tiêu đoàn viên mới")


def one_name(person: Tablet) -> str:
    return person.page.locator("#now .person b").inner_text()


def test_without_a_socket_the_floor_goes_by_plain_http(tablet: Callable[..., Tablet]) -> None:
    cut_off, plain, chair = tablet("uyvien3"), tablet("uyvien2", java_script_enabled=False), tablet("thuky")
    meeting, console = prepare(chair, "Phiên họp ở nơi mạng yếu"), chair.page
    cut_off.page.route("**/socket.io/**", lambda route: route.abort())
    for person in (cut_off, plain):
        enter(person, "Phiên họp ở nơi mạng yếu")
    cut_off.press("Chất vấn")
    expect(cut_off.page.locator("#my-floor")).to_contain_text("Đã đăng ký: Chất vấn")
    asked = queue(console, "question")
    expect(asked).to_have_count(1)
    name = asked.inner_text()
    console.get_by_role("button", name=f"Mời {name} phát biểu").tap()
    expect(cut_off.page.locator("#floor-turn .turn-name")).to_have_text(name)
    expect(cut_off.page.locator("#tablet-clock [data-turn-digits]")).to_have_text(re.compile(r"^0[01]:\d\d$"))
    chair.press("Kết thúc lượt")
    expect(cut_off.page.locator("#floor-turn .turn-name")).to_have_count(0)

    # Without JavaScript a form, a page, and the same list.
    page = plain.open(meeting)
    page.get_by_role("button", name="Chất vấn").focus()
    page.keyboard.press("Enter")
    expect(plain.page.locator("#my-floor")).to_contain_text("Đã đăng ký: Chất vấn")
    expect(asked).to_have_count(1)
    page.get_by_role("button", name="Rút đăng ký: Chất vấn").focus()
    page.keyboard.press("Enter")
    expect(plain.page.locator("#my-floor .my-request")).to_have_count(0)
    cut_off.complaints.clear()  # the browser notes each socket that it could not have


def test_the_demonstration_has_two_announced_speeches(tablet: Callable[..., Tablet]) -> None:
    chair = tablet("chutri")
    page = chair.open("/")
    page.locator("section.hero", has_text=TITLE).get_by_role("link", name="Bàn điều hành").tap()
    for topic in TOPICS:
        expect(page.locator("#console-speakers")).to_contain_text(topic)
