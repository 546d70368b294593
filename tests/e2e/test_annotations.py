"""Two tablets on one paper in real Chromium: pen and fingers, words marked, a note answered, shared and taken back."""

from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Tablet

pytestmark = pytest.mark.e2e

DRAWN = """async () => {
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
  const view = globalThis.ecabinetReader?.viewer.getPageView(0);
  return view?.renderingState === 3 && view.div.querySelectorAll(".textLayer span").length > 5;
}"""
WORDS = """() => {
  const spans = [...document.querySelectorAll(".page[data-page-number='1'] .textLayer span")];
  const found = spans.find((span) => span.textContent.trim().length > 12 && !span.children.length);
  const { left, top, width, height } = found.getBoundingClientRect();
  return [left, top + height / 2, width, found.textContent.trim()];
}"""
Points = Sequence[tuple[float, float]]


class Reading:
    """A tablet with the first paper of the demonstration's meeting open, and its pen."""

    def __init__(self, tablet: Tablet) -> None:
        self.tablet, self.page = tablet, tablet.page
        paper = tablet.open("/meetings/1").locator("a[href^='/papers/']").first.get_attribute("href")
        tablet.open(f"{paper}")
        expect(self.page.locator("[data-annotations][data-ready]")).to_be_attached()
        self.page.get_by_role("button", name="Viết, vẽ").tap()
        self.page.wait_for_function(DRAWN)
        self.devtools = self.page.context.new_cdp_session(self.page)

    def tool(self, name: str) -> None:
        self.page.get_by_role("toolbar", name="Viết, vẽ lên tài liệu").get_by_role("button", name=name).tap()

    def seen_by(self, label: str) -> None:
        """What is made from now on is for these."""
        self.page.locator("[data-panel=audience]").tap()
        self.page.locator("[data-bar-audience]").get_by_label(label).check()
        self.page.keyboard.press("Escape")

    def pen(self, points: Points) -> None:
        last = len(points) - 1
        for at, (x, y) in enumerate(points):
            self._pen("mousePressed" if at == 0 else "mouseMoved", x, y, 0.2 + 0.6 * at / max(last, 1))
        self._pen("mouseReleased", *points[last], 0)

    def _pen(self, kind: str, x: float, y: float, force: float) -> None:
        self.devtools.send(
            "Input.dispatchMouseEvent",
            {"type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "pointerType": "pen", "force": force,
             "clickCount": 1},
        )  # fmt: skip

    def finger(self, points: Points) -> None:
        for at, (x, y) in enumerate(points):
            kind = "touchStart" if at == 0 else "touchMove"
            self.devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        self.devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def marks(self, sheet: str = "top") -> Locator:
        """What is drawn on the pages: on the sheet of ink and words, or on that of markers."""
        return self.page.locator(f".annotation-{sheet} [data-id]")

    def sent(self) -> None:
        self.page.wait_for_function("() => globalThis.ecabinetAnnotations.sync.waiting.size === 0")

    def records(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = self.page.evaluate(
            "() => [...globalThis.ecabinetAnnotations.store.records.values()].filter((one) => !one.deleted)"
        )
        return found


def line(x: float, y: float, dx: float = 120, dy: float = 0) -> Points:
    return [(x + dx * step / 12, y + dy * step / 12) for step in range(13)]


def scrolled(page: Page) -> float:
    return float(page.evaluate("() => document.getElementById('reader-container').scrollTop"))


@pytest.fixture
def read(tablet: Callable[..., Tablet]) -> Callable[[str], Reading]:
    return lambda login: Reading(tablet(login))


def test_a_paper_read_by_two(read: Callable[[str], Reading]) -> None:
    chair, member = read("chutri"), read("uyvien1")

    # The pen draws, as wide as it is pressed; nobody else sees it until it is shared.
    chair.tool("Bút")
    chair.pen(line(300, 420))
    expect(chair.marks()).to_have_count(1)
    [stroke] = chair.records()
    assert stroke["visibility"] == "private"
    pressures = stroke["paths"][0][2::3]  # type: ignore[index]
    assert pressures[-1] - pressures[0] > 0.4

    # Words are marked where they stand, with what they say; this one is for the meeting.
    chair.seen_by("Cả phiên họp")
    x, y, width, words = chair.page.evaluate(WORDS)
    chair.tool("Tô sáng")
    chair.pen([(x + 1, y), (x + width / 2, y), (x + width - 1, y)])
    expect(member.marks("marks")).to_have_count(1)
    expect(member.marks()).to_have_count(0)
    [mark] = member.records()
    assert mark["quote"] in words
    assert len(str(mark["quote"])) > len(words) - 4

    # A note is words, never HTML, and has a thread.
    chair.tool("Ghi chú")
    chair.pen([(600, 300)])
    chair.page.get_by_label("Nội dung ghi chú").fill("Làm rõ <b>nguồn vốn</b>")
    chair.tablet.press("Lưu")
    expect(member.marks()).to_have_count(1)
    member.page.touchscreen.tap(600, 300)
    card = member.page.get_by_role("region", name="Ghi chú đang xem")
    expect(card).to_contain_text("Làm rõ <b>nguồn vốn</b>")
    expect(card.locator("[data-card-author]")).to_have_text(str(mark["author_name"]))
    expect(card.locator("[data-card-delete]")).to_be_hidden()
    card.get_by_label("Trả lời", exact=True).fill("Đã nêu ở mục 3")
    card.get_by_role("button", name="Gửi trả lời").tap()
    chair.page.touchscreen.tap(600, 300)
    expect(chair.page.get_by_label("Các trả lời")).to_contain_text("Đã nêu ở mục 3")
    chair.page.keyboard.press("Escape")
    member.page.keyboard.press("Escape")

    # The private stroke is shared, and taken back.
    chair.page.touchscreen.tap(360, 420)
    chair.page.locator("[data-card-sharing] summary").tap()
    chair.page.locator("[data-card-audience]").get_by_label("Cả phiên họp").check()
    expect(member.marks()).to_have_count(2)
    chair.page.locator("[data-card-audience]").get_by_label("Của tôi").check()
    expect(member.marks()).to_have_count(1)
    chair.page.keyboard.press("Escape")

    # The eraser takes whole strokes; undo brings them back.
    chair.tool("Tẩy")
    chair.pen(line(360, 400, 0, 40))
    expect(chair.marks()).to_have_count(1)
    chair.tool("Hoàn tác")
    expect(chair.marks()).to_have_count(2)

    # The chair hides what is shared, and everybody is told.
    chair.page.locator("[data-panel=audience]").tap()
    chair.page.get_by_role("button", name="Ẩn ghi chú chung").tap()
    expect(member.page.get_by_text("Chủ tọa đang ẩn ghi chú chung.").first).to_be_visible()
    expect(member.marks()).to_have_count(0)
    chair.page.get_by_role("button", name="Hiện lại").tap()
    expect(member.marks()).to_have_count(1)


def test_fingers_pens_and_a_network_that_goes_away(read: Callable[[str], Reading]) -> None:
    one, other = read("uyvien2"), read("uyvien3")
    there = other.marks().count()

    # Drawn without a network it is on the page at once, and arrives once when the network is back.
    one.seen_by("Cả phiên họp")
    one.tool("Bút")
    one.page.context.set_offline(True)
    one.finger(line(300, 480))
    one.finger(line(300, 520))
    expect(one.marks()).to_have_count(there + 2)
    one.page.wait_for_function("() => globalThis.ecabinetAnnotations.sync.waiting.size === 2")
    one.page.context.set_offline(False)
    expect(other.marks()).to_have_count(there + 2)
    one.sent()
    kept = {record["id"] for record in one.records()}
    assert {record["id"] for record in other.records()} == kept
    one.tablet.complaints.clear()  # the browser notes what it could not reach

    # A finger moves the paper once there is a pen: it is a palm.
    one.pen(line(300, 560))
    expect(one.marks()).to_have_count(there + 3)
    before = scrolled(one.page)
    one.finger(line(400, 600, 0, -200))
    one.page.wait_for_function(f"() => document.getElementById('reader-container').scrollTop > {before + 100}")
    expect(one.marks()).to_have_count(there + 3)
    one.sent()
    one.tool("Hoàn tác")
    expect(other.marks()).to_have_count(there + 2)
    one.sent()

    # What is mine is there again when the paper is opened anew.
    one.page.reload()
    expect(one.marks()).to_have_count(there + 2)
