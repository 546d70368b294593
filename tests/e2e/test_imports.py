"""An import in real Chromium: a file brought and taken, a refused row mended in its place, figures that follow."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import READ_MS, Tablet

pytestmark = pytest.mark.e2e

TABLE = """Họ và tên;Giới tính;Ngày sinh;Số CCCD;Số thẻ
Lê Thị Mai;Nữ;26/03/2001;046301990001;E2E1
Lê Thị Hoa;Nữ;31/02/2001;046301990002;E2E2
Đoàn xã A;Nữ;26/03/2001;046301990003;E2E3
"""


def test_a_refused_row_is_mended_where_it_stands(tablet: Callable[..., Tablet], tmp_path: Path) -> None:
    file = tmp_path / "đoàn viên.csv"
    file.write_text(TABLE, encoding="utf-8-sig")
    officer = tablet("tochuc")
    page = officer.open("/imports")
    page.get_by_label("Tệp").set_input_files(file)
    officer.press("Tải lên")
    expect(page.get_by_role("heading", name="đoàn viên.csv")).to_be_visible()
    officer.press("Nhập vào danh sách")
    # the page turns over by itself when the worker is done
    rows = page.locator("#rows tbody tr")
    expect(rows).to_have_count(2, timeout=READ_MS)
    refused = page.locator("#import-figures .counter").filter(has_text="từ chối").locator(".counter-number")
    expect(refused).to_have_text("2")

    page.locator("#row-2").get_by_role("link", name="Sửa").tap()
    form = page.locator("#row-2 form")
    expect(form.get_by_text("Không đọc được ngày")).to_be_visible()
    form.get_by_label("Ngày sinh").fill("28/02/2001")
    form.get_by_role("button", name="Lưu và nhận dòng này").tap()
    expect(page.locator("#row-2").get_by_text("Nhận sau khi sửa")).to_be_visible()
    expect(refused).to_have_text("1")

    page.locator("#row-3").get_by_role("link", name="Sửa").tap()
    page.locator("#row-3 form").get_by_role("link", name="Thôi").tap()
    page.locator("#row-3").get_by_role("button", name="Để riêng").tap()
    expect(page.locator("#row-3").get_by_text("Để riêng, không nhận.")).to_be_visible()
    expect(page.locator("#row-3").get_by_role("link", name="Sửa")).to_be_visible()
    page.goto(f"{officer.base}/members?name=le+thi+hoa")
    expect(page.get_by_role("cell", name="E2E2")).to_be_visible()
