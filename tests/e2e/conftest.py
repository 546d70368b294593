"""A served demonstration and people with tablets in real Chromium."""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from tests import services
from tests.stack.processes import SERVERS_VARIABLES, application, ecabinet

PASSWORD = "sen-tre-2026"
TABLET = {"width": 1180, "height": 820}
NOT_READY = "html:not([data-app-ready]):has(meta[name=csrf-token])"
WAIT_MS = 45_000
READ_MS = 120_000
READ_SECONDS = 900
ASK_AGAIN_MS = 500

expect.set_options(timeout=WAIT_MS)


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the demonstration with its papers read, made once for all processes of the run."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    folder /= "demonstration"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            environment = _environment(folder / "data")
            ecabinet(environment, "migrate")
            ecabinet(environment, "demo")
            with application(environment, folder):
                services.wait_until(lambda: not _jobs(folder / "data"), "all papers read", seconds=READ_SECONDS)
            (folder / "made").touch()
    return folder / "data"


# For each file anew: what one file's people do (meetings of the same body today, notices) is not before another's.
@pytest.fixture(scope="module")
def served(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with the demonstration, as ``make run`` starts it."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(demonstration, folder / "data")
    with application(_environment(folder / "data"), folder) as url:
        yield url


def _environment(data: Path) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if name not in SERVERS_VARIABLES}
    return environment | {"DATA_DIR": str(data), "DEMO_PASSWORD": PASSWORD, "PYTHONUTF8": "1"}


def _jobs(data: Path) -> int:
    with closing(sqlite3.connect(data / "ecabinet.sqlite3")) as database:
        return int(database.execute("SELECT count(*) FROM job WHERE state IN ('waiting', 'running')").fetchone()[0])


# Not for the whole session: while it runs, the main thread is inside its event loop, and no other can be run there.
@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=list(services.CHROMIUM_ARGUMENTS))
        yield browser
        browser.close()


@dataclass
class Tablet:
    """One person's tablet.

    Anything the browser complains of, a breach of the content policy among it, fails the test.
    """

    page: Page
    base: str
    complaints: list[str]

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.tap()

    def agree(self) -> None:
        """Answer the question that the page asks."""
        self.page.locator("#confirm-dialog[open] button[value=yes]").tap()


def wait_for_scripts(context: BrowserContext) -> None:
    """Whatever is pressed or looked for waits until the page's scripts hear it; without them it would go unasked."""

    def guard(page: Page) -> None:
        page.add_locator_handler(page.locator(NOT_READY), lambda: None)

    context.on("page", guard)


def reload_until(page: Page, wanted: Locator) -> None:
    """Ask the page again until it shows this: the worker has the laws of the demonstration to read first.

    What led to the page must be through: a reload would undo a navigation under way.
    """
    deadline = monotonic() + READ_MS / 1000
    address = page.url
    while monotonic() < deadline:
        try:
            expect(wanted.first).to_be_visible(timeout=ASK_AGAIN_MS)
            return
        except AssertionError:
            page.goto(address)
    expect(wanted.first).to_be_visible()


@pytest.fixture
def tablet(browser: Browser, served: str, tmp_path: Path) -> Iterator[Callable[..., Tablet]]:
    """``tablet("thuky")`` is a signed-in person with a tablet of their own, with touch."""
    contexts, tablets = [], []

    def sign_in(login: str, base: str = served, **options: Any) -> Tablet:
        context = browser.new_context(
            viewport=TABLET, has_touch=True, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", **options
        )
        context.set_default_timeout(WAIT_MS)
        if options.get("java_script_enabled", True):
            wait_for_scripts(context)
        contexts.append(context)
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{base}/login")
        page.get_by_label("Tên đăng nhập").fill(login)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập", exact=True).tap()
        expect(page.get_by_role("heading", name="Chào đồng chí")).to_be_visible()
        tablets.append(Tablet(page, base, complaints))
        return tablets[-1]

    yield sign_in
    complaints = [text for one in tablets for text in one.complaints]
    for context in contexts:
        context.close()
    assert not complaints, complaints
