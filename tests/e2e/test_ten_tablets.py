"""Ten tablets in real Chromium vote in secret: one is slow, one loses the network, and the count is checked outside."""

import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from documents.database import Database
from ecabinet.bench.room import CSRF, Room, make_room
from ecabinet.config import Config
from ecabinet.voting.rules import Manner
from tests.e2e.conftest import TABLET
from tests.stack.processes import ROOT, SERVERS_VARIABLES, application, ecabinet

pytestmark = pytest.mark.e2e
TABLETS = 10
RECEIPT = re.compile(r"^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Room]]:
    """A served meeting of ten with two votes prepared: the first secret."""
    folder = tmp_path_factory.mktemp("ten")
    environment = {name: value for name, value in os.environ.items() if name not in SERVERS_VARIABLES}
    environment |= {"DATA_DIR": str(folder / "data"), "SECRET_KEY": secrets.token_hex(32), "PYTHONUTF8": "1"}
    ecabinet(environment, "migrate")
    database = Database(Config.from_env(environment).database_url)
    made = make_room(database, environment["SECRET_KEY"], TABLETS, 2, (Manner.NAMED, Manner.SECRET))
    database.dispose()
    with application(environment, folder) as url:
        yield url, made


@pytest.fixture
def pages(browser: Browser, room: tuple[str, Room]) -> Iterator[list[Page]]:
    """The tablets, each on the meeting's page, and the secretary's console as the last."""
    url, made = room
    contexts = []
    opened = []
    for cookie in (*made.cookies, made.secretary):
        name, _equals, value = cookie.partition("=")
        context = browser.new_context(viewport=TABLET, has_touch=True, locale="vi-VN")
        context.set_default_timeout(30_000)
        context.add_cookies([{"name": name, "value": value, "url": url}])
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{url}/meetings/{made.meeting_id}" + ("/console" if cookie == made.secretary else ""))
        opened.append(page)
    yield opened
    for context in contexts:
        context.close()


def act(console: Page, poll_id: int, action: str) -> None:
    address = re.sub(r"/meetings/.*", f"/polls/{poll_id}/{action}", console.url)
    answer = console.request.post(address, headers={"X-CSRF-Token": CSRF, "Accept": "application/json"})
    assert answer.ok, answer.text()


def choose(page: Page, words: str) -> None:
    page.locator("#ballot-slot .vote-option", has_text=re.compile(rf"^\s*{words}\s*$")).tap()
    expect(page.locator("#ballot-slot [data-ballot-choice]")).to_contain_text(words)


def send(page: Page) -> None:
    page.locator("#ballot-slot").get_by_role("button", name="Gửi phiếu").tap()


def receipt(page: Page) -> str:
    code = page.locator("#ballot-slot [data-receipt-code]")
    expect(code).to_have_text(RECEIPT)
    return code.inner_text()


def test_ten_tablets_vote_in_secret(pages: list[Page], room: tuple[str, Room], tmp_path: Path) -> None:
    *tablets, console = pages
    vote = room[1].votes[0]
    act(console, vote.poll_id, "open")
    for page in tablets:  # pushed: nobody reloads
        expect(page.locator("#ballot-slot")).to_contain_text("Bỏ phiếu kín")
    slow, cut, *others = tablets
    choose(slow, "Không đồng ý")
    receipts = []
    for page in others:
        choose(page, "Đồng ý")
        send(page)
        receipts.append(receipt(page))
    # What others do does not reset a ballot that is half filled in.
    expect(slow.locator("#vote-progress")).to_contain_text(f"{len(others)}/{TABLETS}")
    expect(slow.locator("#ballot-slot [data-ballot-choice]")).to_contain_text("Không đồng ý")

    # The network goes just as the ballot is pressed: it is kept, and sent when the network is back.
    choose(cut, "Ý kiến khác")
    cut.context.set_offline(True)
    send(cut)
    expect(cut.locator("#ballot-slot [data-ballot-status]")).not_to_be_empty()
    expect(cut.locator("#ballot-slot [data-receipt-code]")).to_have_count(0)
    send(slow)
    receipts.append(receipt(slow))
    cut.context.set_offline(False)
    receipts.append(receipt(cut))
    expect(console.locator("#console-progress")).to_contain_text(f"{TABLETS}/{TABLETS}")

    act(console, vote.poll_id, "close")
    act(console, vote.poll_id, "publish")
    for page in tablets:
        expect(page.locator("#ballot-slot .verdict")).to_contain_text(f"8/{TABLETS}")
    listed = slow.request.get(re.sub(r"/meetings/.*", f"/polls/{vote.poll_id}/ballots.json", slow.url))
    file = tmp_path / "ballots.json"
    file.write_bytes(listed.body())
    recount = subprocess.run(
        [sys.executable, "-I", str(ROOT / "tools/recount.py"), str(file), *receipts],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert recount.returncode == 0, recount.stdout + recount.stderr
    assert len(set(receipts)) == TABLETS
    assert "Đại biểu" not in json.dumps(listed.json(), ensure_ascii=False)
