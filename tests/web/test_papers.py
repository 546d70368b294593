"""The bytes of a paper: whole, in ranges, to those who may; and the search that leads to it."""

import io
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from documents.models import Version
from documents.pipeline import run_one
from documents.rules import Lane, Step
from ecabinet.demo.laws import Law, render
from ecabinet.meetings import queries
from ecabinet.meetings.models import Meeting
from ecabinet.web import Services
from tests.people import NOW, PEOPLE
from tests.web.conftest import CSRF, Site

TEXT = "Điều 1. Thanh niên hoà nhập quốc tế.\nĐiều 2. Kinh phí hoạt động của tổ chức Đoàn."
CONTENT = render(Law("Đề án thanh niên", "1/2026/QH15", NOW.date(), TEXT)).getvalue()
MAY_READ = {"chair", "first", "second", "third", "secretary", "leader"}


@pytest.fixture
def paper(site: Site) -> str:
    """A paper uploaded by the secretary and read by the worker; the path of its reader."""
    with site.database.reading() as db:
        item = queries.agenda(db, db.get_one(Meeting, site.scene.meeting))[0]
    data = {"file": (io.BytesIO(CONTENT), "Đề án thanh niên.pdf")}
    path = f"{site.meeting}/items/{item.id}/papers"
    answer = site.as_("secretary").client.post(
        path, data=data, headers={"X-CSRF-Token": CSRF}, content_type="multipart/form-data"
    )
    assert answer.status_code == 303
    services: Services = site.app.extensions["ecabinet"]
    engines, later = services.engines, datetime.now(UTC) + timedelta(seconds=1)
    work = partial(run_one, engines.database, engines.blobs, engines.search, later)
    for _step in (Step.CHECK, Step.TEXT):
        work(lane=Lane.QUICK)
    while work(lane=Lane.INDEX):
        pass
    with site.database.reading() as db:
        version = db.scalars(select(Version)).one()
    assert (version.state, version.reason) == ("ready", None)
    return f"/papers/{version.document_id}"


def content(paper: str) -> str:
    return f"{paper}/versions/{paper.rsplit('/', 1)[1]}/content"


def test_the_bytes_are_those_uploaded(site: Site, paper: str) -> None:
    answer = site.as_("first").get(content(paper))
    assert answer.data == CONTENT
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert "filename*=UTF-8''%C4%90%E1%BB%81%20%C3%A1n%20thanh%20ni%C3%AAn.pdf" in answer.headers["Content-Disposition"]
    assert site.as_("first").get(content(paper) + "?download=1").headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-99", 0, 100), ("bytes=100-", 100, None), ("bytes=-50", -50, None), ("bytes=10-999999999", 10, None)],
)
def test_ranges(site: Site, paper: str, asked: str, start: int, end: int | None) -> None:
    answer = site.as_("first").get(content(paper), Range=asked)
    assert answer.status_code == 206
    assert answer.data == CONTENT[start:end]
    first = start % len(CONTENT)
    assert answer.headers["Content-Range"] == f"bytes {first}-{first + len(answer.data) - 1}/{len(CONTENT)}"


@pytest.mark.parametrize(
    ("asked", "status"), [("bytes=99999999-", 416), ("bytes=abc", 200), ("items=0-1", 200), ("bytes=5-1", 200)]
)
def test_ranges_of_no_sense(site: Site, paper: str, asked: str, status: int) -> None:
    assert site.as_("first").get(content(paper), Range=asked).status_code == status


def test_a_known_copy_is_not_sent_again_and_an_old_one_not_continued(site: Site, paper: str) -> None:
    etag = site.as_("first").get(content(paper)).headers["ETag"]
    assert site.as_("first").get(content(paper), If_None_Match=etag).status_code == 304
    assert site.as_("first").get(content(paper), Range="bytes=0-9", If_Range=etag).status_code == 206
    assert site.as_("first").get(content(paper), Range="bytes=0-9", If_Range='"another"').status_code == 200


def test_reader_bytes_and_search_open_to_the_same_people(site: Site, paper: str) -> None:
    for path in (paper, content(paper)):
        allowed = {name for name in PEOPLE if site.as_(name).get(path).status_code == 200}
        assert allowed == MAY_READ
        assert {site.as_(name).get(path).status_code for name in set(PEOPLE) - MAY_READ} == {404}
    found = {name for name in PEOPLE if f'href="{paper}?' in site.as_(name).get("/search?q=kinh+phi").text}
    assert found == MAY_READ


def test_the_number_of_results_tells_strangers_nothing(site: Site, paper: str) -> None:
    assert "0 kết quả" in site.as_("stranger").get("/search?q=kinh+phi").text
    assert "1 kết quả" in site.as_("leader").get("/search?q=kinh+phi").text


@pytest.mark.parametrize(
    "asked",
    ["kinh phí hoạt động", "kinh phi hoat dong", "KINH PHÍ", "hoà nhập", "hòa nhập", "hoa nhap", '"kinh phí hoạt"'],
)
def test_found_with_and_without_marks(site: Site, paper: str, asked: str) -> None:
    page = site.as_("leader").get(f"/search?q={asked}").text
    assert "1 kết quả" in page
    assert "<mark>" in page
    assert f'href="{paper}?page=1' in page


@pytest.mark.parametrize(
    "asked", ["", "   ", "%00", '"', "((((", "*", "a" * 5000, "đ" * 400, "AND OR NOT", "'; DROP TABLE document; --"]
)
def test_no_question_is_an_error(site: Site, paper: str, asked: str) -> None:
    assert site.as_("leader").get("/search", **{}).status_code == 200
    assert site.as_("leader").client.get("/search", query_string={"q": asked, "page": "x"}).status_code == 200


@pytest.mark.parametrize("path", ["/papers/999999", "/papers/1/versions/999999/content"])
def test_what_is_not_there(site: Site, paper: str, path: str) -> None:
    assert site.as_("leader").get(path).status_code == 404


def test_uploaded_html_runs_nothing(site: Site, paper: str) -> None:
    headers = site.as_("first").get(content(paper)).headers
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
