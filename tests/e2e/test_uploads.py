"""Papers put in from real Chromium: the network lost in the middle, the server killed, the page loaded anew."""

import hashlib
import itertools
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Locator, Page, Route, expect

from documents.upload_rules import LEAST_CHUNK, MIB
from ecabinet.asgi import WSGI_THREADS
from tests import services
from tests.e2e.conftest import PASSWORD, Tablet
from tests.stack.processes import ROOT, SERVERS_VARIABLES, answers

pytestmark = pytest.mark.e2e


class Server:
    """A server that can be killed without a word and comes back at the same address."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.port = folder, services.free_ports(1)[0]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        inherited = {name: value for name, value in os.environ.items() if name not in SERVERS_VARIABLES}
        own = {"DATA_DIR": str(self._folder / "data"), "DEMO_PASSWORD": PASSWORD, "PYTHONUTF8": "1"}
        own |= {"HOST": "127.0.0.1", "PORT": str(self.port), "PUBLIC_URL": self.url}
        with (self._folder / "serve.log").open("ab") as log:
            command = [sys.executable, "-m", "ecabinet", "serve"]
            self._process = subprocess.Popen(command, env=inherited | own, cwd=ROOT, stdout=log, stderr=log)
        services.wait_until(lambda: answers(self.url), "ecabinet serve", self._process)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait()


@pytest.fixture(scope="module")
def server(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(demonstration, folder / "data")
    server = Server(folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def served(server: Server) -> str:
    return server.url


@pytest.fixture
def clerk(tablet: Callable[..., Tablet]) -> Tablet:
    """The clerk before the form of the archive."""
    clerk = tablet("vanthu")
    open_form(clerk)
    return clerk


def open_form(clerk: Tablet) -> None:
    page = clerk.open("/archive/new")
    expect(page.locator("html")).to_have_attribute("data-uploads-ready", "")
    expect(page.locator("html")).to_have_attribute("data-app-ready", "")


def make_file(folder: Path, name: str, mib: int) -> Path:
    """A file like no other, which nobody can read: only its bytes matter."""
    path = folder / name
    path.write_bytes(random.Random(name).randbytes(mib * MIB))
    return path


def choose(page: Page, *paths: Path) -> None:
    page.locator("#put-in input[type=file]").set_input_files([str(path) for path in paths])


def put_in(page: Page) -> None:
    page.get_by_role("button", name="Đưa vào kho", exact=True).tap()


def row(page: Page, name: str) -> Locator:
    return page.locator(".upload-row", has_text=name)


def expect_state(page: Page, name: str, state: str) -> Locator:
    one = row(page, name)
    expect(one).to_have_attribute("data-state", state, timeout=60_000)
    return one


def expect_same_bytes(clerk: Tablet, path: Path) -> None:
    """The document that the row leads to is the file."""
    href = expect_state(clerk.page, path.name, "done").locator(".upload-state a").get_attribute("href")
    reader = clerk.page.request.get(f"{clerk.base}{href}").text()
    content = re.search(r'"(/papers/\d+/versions/\d+/content\?download=1)"', reader)
    assert content is not None
    kept = clerk.page.request.get(clerk.base + content[1]).body()
    assert hashlib.sha256(kept).hexdigest() == hashlib.sha256(path.read_bytes()).hexdigest()


class Cut:
    """From the ``after``-th piece on nothing comes through, until :meth:`mend`; ``pieces`` are the offsets sent."""

    def __init__(self, page: Page, after: int, first: Callable[[], None] = lambda: None) -> None:
        self._after, self._first, self.broken = after, first, False
        self.pieces: list[int] = []
        page.route("**/uploads/*", self._hold)

    def _hold(self, route: Route) -> None:
        if route.request.method == "PATCH" and not self.broken:
            self.pieces.append(int(route.request.headers["upload-offset"]))
            if len(self.pieces) == self._after:
                self.broken = True
                self._first()
        if self.broken:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    def mend(self) -> None:
        self._after, self.broken = 0, False


def expect_only_the_lost_piece_again(cut: Cut) -> None:
    """Not one byte that was there was sent a second time."""
    again = [place for place, following in itertools.pairwise(cut.pieces) if place == following]
    assert len(again) == 1
    assert again[0] > 0
    assert cut.pieces == sorted(cut.pieces)


def forgive(clerk: Tablet) -> None:
    """Chromium says of each request that did not get through that it did not."""
    clerk.complaints[:] = [text for text in clerk.complaints if "ERR_" not in text]


def test_after_a_lost_connection_it_goes_on_by_itself(clerk: Tablet, tmp_path: Path) -> None:
    path, page = make_file(tmp_path, "Kỷ yếu đại hội.bin", 30), clerk.page
    choose(page, path)
    cut = Cut(page, after=4)
    put_in(page)
    expect(expect_state(page, path.name, "lost")).to_contain_text("Mất kết nối")
    page.context.set_offline(True)
    cut.mend()
    page.context.set_offline(False)
    expect_same_bytes(clerk, path)
    expect_only_the_lost_piece_again(cut)
    forgive(clerk)


def test_after_the_server_was_killed_it_goes_on_by_itself(clerk: Tablet, server: Server, tmp_path: Path) -> None:
    path, page = make_file(tmp_path, "Biên bản.bin", 8), clerk.page
    choose(page, path)
    cut = Cut(page, after=3, first=lambda: server.stop(signal.SIGKILL))
    put_in(page)
    expect_state(page, path.name, "lost")
    server.start()
    cut.mend()
    expect_same_bytes(clerk, path)
    expect_only_the_lost_piece_again(cut)
    forgive(clerk)


def test_after_the_page_was_loaded_anew_the_same_file_goes_on(clerk: Tablet, tmp_path: Path) -> None:
    path, page = make_file(tmp_path, "Nghị quyết.bin", 8), clerk.page
    choose(page, path)
    row(page, path.name).get_by_label("Trích yếu, tên tài liệu").fill("Nghị quyết hội nghị")
    cut = Cut(page, after=3)
    put_in(page)
    expect_state(page, path.name, "lost")
    open_form(clerk)
    left = expect_state(page, path.name, "left")
    expect(left).to_contain_text(re.compile(r"còn giữ [1-9]\d?%"))
    cut.mend()
    other = make_file(tmp_path / "..", "Nghị quyết khác.bin", 1)
    left.locator("input[type=file]").set_input_files(str(other))
    expect(page.locator("#toasts")).to_contain_text("Đây không phải tệp tải dở")
    left.locator("input[type=file]").set_input_files(str(path))
    expect_same_bytes(clerk, path)
    expect_only_the_lost_piece_again(cut)
    expect(row(page, path.name)).to_contain_text("Nghị quyết hội nghị")
    forgive(clerk)


def test_many_at_once_each_by_itself(clerk: Tablet, tmp_path: Path) -> None:
    """One is empty and says so; one is given up; the others are there, with their state, and on the archive's page."""
    page = clerk.page
    page.get_by_label("Loại văn bản").select_option("KH")
    empty, gone = make_file(tmp_path, "trống.pdf", 0), make_file(tmp_path, "thừa.txt", 1)
    plan = tmp_path / "Kế hoạch năm.txt"
    plan.write_text("Kế hoạch công tác năm 2027 của Ban Thường vụ.", encoding="utf-8")
    choose(page, empty, gone, plan)
    row(page, gone.name).get_by_role("button", name="Bỏ tệp này").tap()
    expect(row(page, gone.name)).to_have_count(0)
    put_in(page)
    expect(expect_state(page, empty.name, "failed")).to_contain_text("Tệp rỗng")
    there = expect_state(page, plan.name, "done")
    expect(there.locator(".chip")).to_have_text("Sẵn sàng", timeout=60_000)
    expect(page.locator(".uploads-sum")).to_have_text("1/2 tệp xong")
    expect_same_bytes(clerk, plan)
    clerk.open("/archive")
    expect(page.locator(".row-item", has_text="Kế hoạch năm")).to_contain_text("Kế hoạch")
    clerk.complaints[:] = [text for text in clerk.complaints if "409" not in text]


def test_a_fault_of_the_form_is_shown_before_anything_is_sent(clerk: Tablet, tmp_path: Path) -> None:
    page, path = clerk.page, make_file(tmp_path, "a.bin", 1)
    choose(page, path)
    page.evaluate("document.querySelector('[name=issuer]').maxLength = 1000")
    page.get_by_label("Cơ quan ban hành").fill("x" * 301)
    put_in(page)
    expect(page.locator(".field", has_text="Cơ quan ban hành")).to_contain_text("Nội dung quá dài (tối đa 300 ký tự).")
    expect_state(page, path.name, "waiting")
    page.get_by_label("Cơ quan ban hành").fill("Ban Bí thư")
    put_in(page)
    expect_state(page, path.name, "done")
    expect(page.locator(".fault")).to_have_count(0)
    clerk.complaints[:] = [text for text in clerk.complaints if "422" not in text]


def test_it_stops_and_goes_on_when_told(clerk: Tablet, tmp_path: Path) -> None:
    page, path = clerk.page, make_file(tmp_path, "Dừng.bin", 8)
    choose(page, path)
    cut = Cut(page, after=3)
    put_in(page)
    one = expect_state(page, path.name, "lost")
    one.get_by_role("button", name="Tạm dừng").tap()
    expect_state(page, path.name, "paused")
    cut.mend()
    one.get_by_role("button", name="Tiếp tục").tap()
    expect_same_bytes(clerk, path)
    forgive(clerk)


def test_slow_lines_keep_nobody_waiting(server: Server) -> None:
    """More pieces come in byte by byte than there are threads: pages are answered, and then the pieces are taken."""
    person = requests.Session()
    sign_in = person.get(f"{server.url}/login").text
    person.post(f"{server.url}/login", {"login": "vanthu", "password": PASSWORD, "csrf_token": token_of(sign_in)})
    form = person.get(f"{server.url}/archive/new").text
    headers = {"X-CSRF-Token": token_of(form), "Accept": "application/json"}
    unit = re.search(r'name="unit"><option value="(\d+)"', form)
    assert unit is not None
    wanted = {"size": 2 * LEAST_CHUNK, "destination": "archive", "unit": unit[1]}
    begun = [
        person.post(f"{server.url}/uploads", wanted | {"name": f"{number}.bin"}, headers=headers).json()["id"]
        for number in range(2 * WSGI_THREADS)
    ]
    lines = [begin_slowly(server, upload, person, headers) for upload in begun]
    for _ in range(WSGI_THREADS):  # by the last of them at the latest the heads of all pieces have arrived
        assert person.get(f"{server.url}/archive", timeout=60).status_code == 200
    for line in lines:
        line.sendall(b"." * (LEAST_CHUNK - 1))
    for line in lines:
        assert line.recv(4096).startswith(b"HTTP/1.1 204")
        line.close()


def begin_slowly(server: Server, upload: int, person: requests.Session, headers: dict[str, str]) -> socket.socket:
    """The head of a request and one byte of its body."""
    line = socket.create_connection(("127.0.0.1", server.port), timeout=120)
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.cookies)
    sent = headers | {"Host": "127.0.0.1", "Cookie": cookies, "Upload-Offset": "0", "Content-Length": str(LEAST_CHUNK)}
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    line.sendall(f"PATCH /uploads/{upload} HTTP/1.1\r\n{head}\r\n.".encode())
    return line


def token_of(page: str) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_without_a_script_the_form_is_a_plain_one(tablet: Callable[..., Tablet], tmp_path: Path) -> None:
    clerk = tablet("vanthu", java_script_enabled=False)
    page = clerk.open("/archive/new")
    page.get_by_label("Trích yếu, tên tài liệu").fill("Công văn không cần tập lệnh")
    choose(page, make_file(tmp_path, "b.bin", 1))
    put_in(page)
    expect(page.locator(".row-item").first).to_contain_text("Công văn không cần tập lệnh")
