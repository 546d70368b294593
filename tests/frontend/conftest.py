"""The browser code on a bare page: static/ is served to Chromium from the disk, without the application."""

import mimetypes
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests import services

ROOT = Path(__file__).resolve().parents[2]
ORIGIN = "http://page.test"
SHELL = (
    '<!doctype html><html lang="vi"><body>{body}<div id="announcer"></div><div id="toasts"></div>'
    '<script src="/static/vendor/idiomorph/idiomorph.min.js"></script></body></html>'
)


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=list(services.CHROMIUM_ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[[str], Page]]:
    """``open_page(html)`` is a page with that body, which can import our modules from /static/js/."""
    context = browser.new_context()

    def serve(route: Route) -> None:
        path = ROOT / route.request.url.removeprefix(ORIGIN + "/")
        if path.is_file():
            route.fulfill(body=path.read_bytes(), content_type=mimetypes.guess_type(path.name)[0] or "text/plain")
        else:
            route.fulfill(status=404)

    def opened(body: str) -> Page:
        page = context.new_page()
        page.route(f"{ORIGIN}/static/**", serve)
        page.route(f"{ORIGIN}/", lambda route: route.fulfill(body=SHELL.format(body=body), content_type="text/html"))
        page.goto(f"{ORIGIN}/")
        return page

    yield opened
    context.close()
