"""Our own files and the libraries travel packed, to those who can unpack them, and are known again."""

import gzip

import pytest

from tests.web.conftest import Site

SCRIPT = "/static/js/app.js"


def test_a_script_is_packed_for_a_browser_and_plain_for_others(site: Site) -> None:
    plain = site.anybody().get(SCRIPT)
    packed = site.anybody().get(SCRIPT, Accept_Encoding="br, gzip")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Accept-Encoding" in packed.headers["Vary"]


@pytest.mark.parametrize("accepted", ["gzip", ""])
def test_one_that_is_known_is_not_sent_again(site: Site, accepted: str) -> None:
    first = site.anybody().get(SCRIPT, Accept_Encoding=accepted)
    again = site.anybody().get(SCRIPT, Accept_Encoding=accepted, If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("accepted", ["gzip", ""])
def test_the_style_sheet_goes_as_one_and_is_known_again(site: Site, accepted: str) -> None:
    answer = site.anybody().get("/static/css/app.css", Accept_Encoding=accepted)
    sheet = (gzip.decompress(answer.data) if accepted else answer.data).decode()
    assert "@import" not in sheet
    assert "@layer pico {" in sheet
    tokens = site.anybody().get("/static/css/tokens.css").data.decode()
    assert sheet.count(tokens) == 1
    again = site.anybody().get("/static/css/app.css", Accept_Encoding=accepted, If_None_Match=answer.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")


def test_pictures_and_parts_go_as_they_are(site: Site) -> None:
    assert "Content-Encoding" not in site.anybody().get("/static/vendor/pdfjs/images/missing.gif").headers
    part = site.anybody().get(SCRIPT, Accept_Encoding="gzip", Range="bytes=0-99")
    assert "Content-Encoding" not in part.headers
    assert len(part.data) in (100, len(site.anybody().get(SCRIPT).data))
    assert "Content-Encoding" not in site.anybody().get(SCRIPT, Accept_Encoding="gzip;q=0").headers
