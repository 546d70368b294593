"""A tablet in real Chromium whose server is stopped, whose person signs out, whose saving is broken off."""

import io
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from documents.models import Version
from ecabinet.bench.room import CSRF, Room, make_room
from ecabinet.config import Config
from ecabinet.engines import Engines, open_engines
from ecabinet.meetings import papers
from ecabinet.meetings.agenda import PaperFile
from ecabinet.meetings.invitation_models import InvitationAnswer
from ecabinet.meetings.models import AgendaItem, Meeting, Paper
from ecabinet.meetings.persons import person_of
from ecabinet.notebook.models import Note
from ecabinet.registry import sessions
from ecabinet.registry.models import Account
from tests import services
from tests.e2e.conftest import TABLET
from tests.stack.processes import SERVERS_VARIABLES, application, ecabinet

pytestmark = pytest.mark.e2e

PIECE = 1 << 20
PAPER = 20 * PIECE
"""Three groups of pieces, the last one not whole."""
HELD = """async () => {
  const db = await new Promise((done) => { indexedDB.open("ecabinet").onsuccess = (e) => done(e.target.result); });
  const names = [...db.objectStoreNames];
  const count = (name) => new Promise((done) => {
    db.transaction(name).objectStore(name).count().onsuccess = (e) => done(e.target.result); });
  const counts = await Promise.all(names.map(count));
  db.close();
  const pieces = await caches.has("ecabinet-papers") ? (await (await caches.open("ecabinet-papers")).keys()).length : 0;
  return Object.fromEntries([...names.map((name, i) => [name, counts[i]]), ["pieces", pieces]]);
}"""
"""What is in the browser's stores, by their names."""
DIGEST = """async ([url, range]) => {
  const answer = await fetch(url, { headers: range ? { Range: range } : {} });
  const bytes = await answer.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const text = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [answer.status, bytes.byteLength, text, answer.headers.get("Content-Range")];
}"""


@dataclass
class Machine:
    """The server of a meeting, to be stopped and started at the same address."""

    environment: dict[str, str]
    folder: Path
    room: Room
    engines: Engines
    sha256: str
    document: int
    port: int = field(default_factory=lambda: services.free_ports(1)[0])
    running: ExitStack = field(default_factory=ExitStack)
    url: str = ""

    def start(self) -> None:
        self.url = self.running.enter_context(application(self.environment, self.folder, self.port))

    def stop(self) -> None:
        self.running.close()

    @property
    def meeting(self) -> str:
        return f"{self.url}/meetings/{self.room.meeting_id}"


def _paper() -> bytes:
    """A page, and so much beside it that taking it along takes a while."""
    pdf, file = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page()
    pdf.Root.Ballast = pdf.make_stream(secrets.token_bytes(PAPER))
    pdf.save(file, compress_streams=False)
    return file.getvalue()


def _lay(engines: Engines, room: Room) -> tuple[str, int]:
    """The paper into the meeting; its hash and its document."""
    blob = engines.blobs.put(io.BytesIO(_paper()))
    with engines.database.writing() as db:
        meeting = db.get_one(Meeting, room.meeting_id)
        item = db.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.id).limit(1)).one()
        person = person_of(db, db.scalars(select(Account.id).order_by(Account.id)).first() or 0, datetime.now(UTC))
        assert person is not None
        file = PaperFile("Tờ trình", blob, "to-trinh.pdf", "application/pdf")
        for nobodys in db.scalars(select(Paper)):  # the room's own is a row without bytes
            papers.withdraw(db, meeting, nobodys, "Không có tệp", person, datetime.now(UTC))
        laid = papers.lay_paper(db, meeting, item, file, person, datetime.now(UTC))
        assert laid.document_id is not None
        db.scalars(select(Version).where(Version.document_id == laid.document_id)).one().page_count = 1
        return blob.sha256, laid.document_id


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    folder = tmp_path_factory.mktemp("offline")
    environment = {name: value for name, value in os.environ.items() if name not in SERVERS_VARIABLES}
    environment |= {"DATA_DIR": str(folder / "data"), "SECRET_KEY": secrets.token_hex(32), "PYTHONUTF8": "1"}
    environment |= {"WORKER": "off"}  # the paper stays as it was received
    ecabinet(environment, "migrate")
    engines = open_engines(Config.from_env(environment))
    room = make_room(engines.database, environment["SECRET_KEY"], 3, 1)
    machine = Machine(environment, folder, room, engines, *_lay(engines, room))
    machine.start()
    yield machine
    machine.stop()
    engines.database.dispose()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=TABLET, has_touch=True, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh")
    context.set_default_timeout(30_000)
    yield context
    context.close()


def be(context: BrowserContext, machine: Machine, number: int) -> None:
    """Sign in as this tablet's person, whoever was before."""
    name, _equals, value = machine.room.cookies[number].partition("=")
    context.add_cookies([{"name": name, "value": value, "url": machine.url}])


def opened(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.locator("html")).to_have_attribute("data-app-ready", "")


def ready(page: Page, url: str) -> None:
    """The page, once it and what it is made of would open without a network."""
    opened(page, url)
    expect(page.locator("html")).to_have_attribute("data-offline-ready", "", timeout=60_000)


def take_along(page: Page, machine: Machine) -> None:
    ready(page, machine.url)
    page.locator("[data-take-start]:visible").tap()
    expect(page.locator("[data-take]")).to_have_attribute("data-state", "ready", timeout=60_000)


def on_device(page: Page, machine: Machine) -> None:
    opened(page, f"{machine.url}/device")
    expect(page.locator("[data-device-page]")).to_have_attribute("data-ready", "")


def notes(machine: Machine) -> list[str]:
    with machine.engines.database.reading() as db:
        return list(db.scalars(select(Note.text)))


def answers(machine: Machine) -> list[str]:
    with machine.engines.database.reading() as db:
        return list(db.scalars(select(InvitationAnswer.rsvp)))


def test_a_meeting_is_read_and_answered_without_a_server(context: BrowserContext, machine: Machine) -> None:
    be(context, machine, 0)
    page = context.new_page()
    vote = f"{machine.url}/polls/{machine.room.votes[0].poll_id}/open"
    cookie = {"Cookie": machine.room.secretary}
    with_token = cookie | {"X-CSRF-Token": CSRF, "Accept": "application/json"}
    assert page.request.post(vote, headers=with_token).ok
    take_along(page, machine)
    listed = page.evaluate("fetch(document.querySelector('[data-take]').dataset.take).then((a) => a.json())")
    content = listed["papers"][0]
    machine.stop()

    opened(page, machine.url)
    expect(page.locator("[data-device-line]")).to_contain_text(re.compile(r"Đang ngoại tuyến · bản lưu lúc \d\d:\d\d"))
    opened(page, machine.meeting)
    page.locator("#ballot-slot .vote-option").first.tap()
    expect(page.locator("#ballot-slot [data-ballot-status]")).to_contain_text("Không bỏ phiếu được khi không có mạng")
    page.locator("a.paper", has_text="Tờ trình").first.tap()
    expect(page.locator(".page[data-loaded]").first).to_be_visible()
    assert page.evaluate(DIGEST, [content["content"], None])[2] == machine.sha256
    status, length, _digest, part = page.evaluate(DIGEST, [content["content"], f"bytes={PIECE - 9}-{PIECE + 10}"])
    assert (status, length, part) == (206, 20, f"bytes {PIECE - 9}-{PIECE + 10}/{content['size']}")

    opened(page, f"{machine.meeting}/invitation")
    page.get_by_role("button", name="Tôi sẽ dự").tap()
    expect(page.locator("[data-outgoing-state]:visible")).to_contain_text("đã giữ trên máy")
    opened(page, f"{machine.url}/notebook/new?meeting={machine.room.meeting_id}")
    for words in ("Viết dưới", "Viết dưới tầng hầm"):
        with page.expect_event("console"):  # the first is tried and lost, the second waits behind it
            page.get_by_label("Nội dung").fill(words)
            expect(page.locator("[data-outgoing-state]:visible")).to_contain_text("đã giữ trên máy")
    on_device(page, machine)
    expect(page.locator("[data-waiting] [data-title]", has_text="Nhận lời dự")).to_have_count(1)
    expect(page.locator("[data-taken] li")).to_have_count(1)
    page.goto(f"{machine.url}/archive")
    expect(page.get_by_text("chưa được lưu trên máy. Dưới đây")).to_be_visible()

    machine.start()
    on_device(page, machine)
    services.wait_until(lambda: notes(machine) == ["Viết dưới tầng hầm"], "the note")
    services.wait_until(lambda: answers(machine) == ["accepted"], "the answer to the invitation")
    expect(page.locator("#waiting")).to_be_hidden(timeout=60_000)
    expect(page.locator("#refused")).to_be_hidden()

    page.locator(".user-menu > summary").tap()
    page.get_by_role("button", name="Đăng xuất").tap()
    expect(page.get_by_label("Tên đăng nhập")).to_be_visible()
    assert not any(page.evaluate(HELD).values())
    machine.stop()
    page.goto(machine.meeting)
    expect(page.get_by_role("heading", name="Không có mạng")).to_be_visible()
    machine.start()


BREAK = """
  const plain = window.fetch;
  let asked = 0;
  window.fetch = (url, options) =>
    String(url).includes("/content") && ++asked > 1 ? new Promise(() => {}) : plain(url, options);
"""
"""The network answers the first request for a paper and then no more."""


def test_saving_goes_on_where_it_was_broken_off(context: BrowserContext, machine: Machine) -> None:
    be(context, machine, 1)
    page = context.new_page()
    page.add_init_script(BREAK)
    ready(page, machine.url)
    page.locator("[data-take-start]:visible").tap()
    expect(page.locator("[data-take-words]")).to_contain_text("Đang lưu 8 MB trên 20 MB", timeout=60_000)
    page.close()

    page = context.new_page()
    ranges: list[str] = []
    page.on("request", lambda one: ranges.append(one.headers.get("range", "")) if "/content" in one.url else None)
    opened(page, machine.url)
    expect(page.locator("[data-take]")).to_have_attribute("data-state", "ready", timeout=60_000)
    assert sorted(one.partition("-")[0] for one in ranges) == [f"bytes={16 * PIECE}", f"bytes={8 * PIECE}"]
    assert page.evaluate(HELD)["pieces"] == PAPER // PIECE + 1


def test_signed_out_from_afar_and_whoever_comes_next(context: BrowserContext, machine: Machine) -> None:
    be(context, machine, 1)
    page = context.new_page()
    take_along(page, machine)
    assert page.evaluate(HELD)["pieces"] == PAPER // PIECE + 1
    before = notes(machine)
    context.set_offline(True)
    opened(page, f"{machine.url}/notebook/new?meeting={machine.room.meeting_id}")
    page.get_by_label("Nội dung").fill("Của người trước")
    expect(page.locator("[data-outgoing-state]:visible")).to_contain_text("đã giữ trên máy")

    page.close()
    be(context, machine, 2)
    context.set_offline(False)
    page = context.new_page()
    ready(page, machine.url)
    on_device(page, machine)
    expect(page.locator("[data-taken] li, [data-waiting] li")).to_have_count(0)
    expect(page.get_by_text("Chưa mang theo tài liệu nào")).to_be_visible()
    assert page.evaluate(HELD)["pieces"] == 0
    assert notes(machine) == before

    take_along(page, machine)
    with machine.engines.database.writing() as db:
        for account_id in db.scalars(select(Account.id)):
            sessions.end_sessions(db, account_id)
    page.goto(machine.url)
    expect(page.get_by_label("Tên đăng nhập")).to_be_visible()
    expect_nothing_held(page)


def expect_nothing_held(page: Page) -> None:
    services.wait_until(lambda: not any(page.evaluate(HELD).values()), "nothing is held")
