"""A clerk keeps a document in real Chromium: borrows, adds a version, compares, throws away, takes out again."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Tablet, reload_until

pytestmark = pytest.mark.e2e


def test_a_clerk_keeps_a_document(tablet: Callable[..., Tablet], tmp_path: Path) -> None:
    clerk = tablet("vanthu")
    page = clerk.open("/archive")
    law, older = (
        page.get_by_role("link", name=re.compile("Luật Doanh nghiệp")).first,
        page.get_by_role("link", name="Cũ hơn"),
    )
    while not law.is_visible():
        with page.expect_navigation():
            older.tap()
    law.tap()
    page.get_by_role("link", name="Thông tin tài liệu").tap()
    clerk.press("Mượn")
    expect(page.get_by_text("đang mượn để sửa, đến")).to_be_visible()

    page.get_by_role("link", name="Thêm phiên bản").tap()
    for number, text in ((2, "Điều 1. Phạm vi điều chỉnh."), (3, "Điều 1. Phạm vi, đối tượng điều chỉnh.")):
        (tmp_path / "luat.txt").write_text(text, encoding="utf-8")
        page.locator("#add-version input[type=file]").set_input_files(tmp_path / "luat.txt")
        page.locator("#add-version").get_by_label("Lý do").fill(f"Bản rà soát {number}")
        clerk.press("Thêm phiên bản")
        expect(page.locator(f"#version-{number}")).to_contain_text(f"Bản rà soát {number}")
    page.locator("#version-3").get_by_role("link", name="So với bản trước").tap()
    expect(page.get_by_role("heading", name="So sánh phiên bản")).to_be_visible()
    reload_until(page, page.locator("ins", has_text="đối tượng"))

    page.get_by_role("link", name="Phiên bản").first.tap()
    page.get_by_role("link", name="Thông tin", exact=True).tap()
    page.get_by_text("Chuyển vào thùng rác").first.tap()
    page.locator("#bin-reason").fill("Thử")
    clerk.press("Chuyển vào thùng rác")
    expect(page.get_by_role("heading", name="Thùng rác")).to_be_visible()
    clerk.press("Khôi phục")
    expect(page.get_by_text("Đã khôi phục tài liệu.")).to_be_visible()
