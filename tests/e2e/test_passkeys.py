"""Passkeys in real Chromium with its virtual authenticator: made on the own page, used on the sign-in page, removed."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import services
from tests.e2e.conftest import PASSWORD, TABLET
from tests.stack.processes import ROOT, SERVERS_VARIABLES, answers

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def at_localhost(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demonstration under the name localhost: a passkey is made for a name, never for a number."""
    folder = tmp_path_factory.mktemp("localhost")
    port = services.free_ports(1)[0]
    url = f"http://localhost:{port}"
    environment = {name: value for name, value in os.environ.items() if name not in SERVERS_VARIABLES}
    environment |= {"DATA_DIR": str(folder / "data"), "DEMO_PASSWORD": PASSWORD, "PYTHONUTF8": "1", "WORKER": "off"}
    environment |= {"HOST": "127.0.0.1", "PORT": str(port), "PUBLIC_URL": url}
    shutil.copytree(demonstration, folder / "data")
    command = [sys.executable, "-m", "ecabinet", "serve"]
    with services.running(command, folder / "serve.log", env=environment, cwd=ROOT) as process:
        services.wait_until(lambda: answers(url), f"ecabinet serve (log: {folder / 'serve.log'})", process)
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tablet whose authenticator knows its owner. Anything the browser complains of fails the test."""
    context = browser.new_context(viewport=TABLET, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh")
    page = context.new_page()
    complaints: list[str] = []
    # A refused request is logged by the browser itself; the page says it in words, and the test looks for those.
    page.on(
        "console",
        lambda m: complaints.append(m.text) if m.type == "error" and "Failed to load resource" not in m.text else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert not complaints, complaints


def add_authenticator(page: Page, *, knows_owner: bool = True) -> str:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": knows_owner, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return str(made["authenticatorId"])


def sign_in(page: Page, base: str) -> None:
    page.goto(f"{base}/login")
    page.get_by_label("Tên đăng nhập").fill("thuky")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    expect(page.get_by_role("heading", name="Chào đồng chí")).to_be_visible()


def sign_out(page: Page) -> None:
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Đăng xuất", exact=True).click()
    expect(page.get_by_text("Đồng chí đã đăng xuất.")).to_be_visible()


def add_passkey(page: Page, base: str, password: str = PASSWORD) -> None:
    page.goto(f"{base}/me")
    card = page.locator("#passkeys")
    card.get_by_label("Tên khóa").fill("Máy tính bảng phòng họp")
    card.get_by_label("Mật khẩu hiện tại").fill(password)
    card.get_by_role("button", name="Thêm khóa đăng nhập").click()


def test_a_passkey_is_made_signs_in_and_is_removed(page: Page, at_localhost: str) -> None:
    add_authenticator(page)
    sign_in(page, at_localhost)
    add_passkey(page, at_localhost, "sai mật khẩu rồi")
    expect(page.get_by_text("Mật khẩu hiện tại không đúng.")).to_be_visible()
    add_passkey(page, at_localhost)
    card = page.locator("#passkeys")
    expect(card.get_by_text("Máy tính bảng phòng họp")).to_be_visible()
    expect(card.get_by_text("chưa dùng")).to_be_visible()

    sign_out(page)
    page.goto(f"{at_localhost}/login?next=/me")
    page.get_by_role("button", name="Dùng khóa đăng nhập").click()
    expect(page.get_by_role("heading", name="Tài khoản của tôi")).to_be_visible()
    expect(card.get_by_text("dùng lần cuối")).to_be_visible()

    card.get_by_role("button", name="Xóa").click()
    page.locator("#confirm-dialog[open] button[value=yes]").click()
    expect(page.get_by_text("Đã xóa khóa đăng nhập.")).to_be_visible()
    sign_out(page)
    page.goto(f"{at_localhost}/login")
    page.get_by_role("button", name="Dùng khóa đăng nhập").click()
    expect(page.get_by_text("Khóa đăng nhập không được chấp nhận.")).to_be_visible()


def test_who_does_not_show_a_finger_or_pin_stays_out(page: Page, at_localhost: str) -> None:
    add_authenticator(page, knows_owner=False)
    sign_in(page, at_localhost)
    add_passkey(page, at_localhost)
    expect(page.get_by_text("Khóa đăng nhập chưa được dùng.")).to_be_visible()


def test_without_a_passkey_there_is_a_word_and_the_password_still_works(page: Page, at_localhost: str) -> None:
    add_authenticator(page)
    page.goto(f"{at_localhost}/login")
    page.get_by_role("button", name="Dùng khóa đăng nhập").click()
    expect(page.get_by_text("Khóa đăng nhập chưa được dùng.")).to_be_visible()
    sign_in(page, at_localhost)
