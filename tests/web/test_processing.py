"""The processing of a paper on its page: how far it is, its pictures, what opens it best, and having it done again."""

import html
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from sqlalchemy import delete, select

from documents import office, pipeline, rewrite, steps
from documents.models import Rendition, Version, VersionStep
from documents.pipeline import run_one
from documents.rules import Step
from ecabinet.audit import AuditEntry
from ecabinet.meetings import queries
from ecabinet.meetings.models import Meeting
from ecabinet.web import Services
from tests.factories import hostile
from tests.people import PEOPLE
from tests.web.conftest import CSRF, Site

PDF = hostile.paper("Đề án thanh niên", "Điều 2")
DOCX = hostile.docx_text("Nghị quyết")
MAY_READ = {"chair", "first", "second", "third", "secretary", "leader"}


class Paper:
    """A paper laid before the meeting by its secretary."""

    def __init__(self, site: Site, data: bytes, filename: str) -> None:
        self.site = site
        services: Services = site.app.extensions["ecabinet"]
        self.engines = services.engines
        with site.database.reading() as db:
            item = queries.agenda(db, db.get_one(Meeting, site.scene.meeting))[0]
        site.as_("secretary").client.post(
            f"{site.meeting}/items/{item.id}/papers", data={"file": (io.BytesIO(data), filename)},
            headers={"X-CSRF-Token": CSRF}, content_type="multipart/form-data",
        )  # fmt: skip
        version = self.version
        self.path = f"/papers/{version.document_id}"
        self.version_path = f"{self.path}/versions/{version.id}"

    @property
    def version(self) -> Version:
        with self.site.database.reading() as db:
            return db.scalars(select(Version)).one()

    def work(self) -> "Paper":
        while self.work_once():
            pass
        return self

    def work_once(self) -> bool:
        later = datetime.now(UTC) + timedelta(seconds=1)
        return run_one(self.engines.database, self.engines.blobs, self.engines.search, later)

    def made(self, kind: str) -> Rendition | None:
        with self.site.database.reading() as db:
            return db.scalar(select(Rendition).where(Rendition.kind == kind))


def test_the_page_asks_again_until_all_is_done(site: Site) -> None:
    paper = Paper(site, PDF, "đề án.pdf")
    waiting = site.as_("first").get(f"{paper.version_path}/processing").text
    assert "Đang chờ xử lý" in waiting
    assert pauses(waiting) == [2]
    assert "Đang chờ xử lý" in site.as_("first").get(paper.path).text
    paper.work()
    done = site.as_("first").get(f"{paper.version_path}/processing?as=card").text
    assert "Đã xong" in done
    assert "hx-trigger" not in done
    assert 'role="status" hidden' in site.as_("first").get(f"{paper.version_path}/processing?as=line").text


PAUSE = re.compile(r'hx-trigger="load delay:(\d+)s"')
NEXT = re.compile(r'hx-get="([^"]+)"')


def pauses(page: str) -> list[int]:
    return [int(seconds) for seconds in PAUSE.findall(page)]


def test_where_nothing_changes_the_page_asks_ever_later_and_soon_again_when_it_does(site: Site) -> None:
    paper, asked = Paper(site, PDF, "đề án.pdf"), []
    page = site.as_("first").get(f"{paper.version_path}/processing?as=card").text
    for _look in range(7):
        asked += pauses(page)
        page = site.as_("first").get(html.unescape(NEXT.findall(page)[0])).text
    assert asked == [2, 4, 8, 16, 32, 60, 60]
    while paper.version.state == "waiting":
        assert paper.work_once()
    page = site.as_("first").get(html.unescape(NEXT.findall(page)[0])).text
    assert pauses(page) == [2]
    for senseless in ("pause=-1", "pause=1e9", "pause=99999999999", "stands=x&pause=", "pause=0"):
        assert pauses(site.as_("first").get(f"{paper.version_path}/processing?as=card&{senseless}").text) == [2]


def test_what_was_read_before_there_were_steps_is_said_to_be_so(site: Site) -> None:
    paper = Paper(site, PDF, "đề án.pdf").work()
    with site.database.writing() as db:
        db.execute(delete(VersionStep))
    said = "Tệp được xử lý từ trước khi hệ thống ghi lại từng bước."
    page = site.as_("first").get(f"{paper.version_path}/processing?as=card").text
    assert said in page
    assert "Đã xử lý" in page
    assert "Sẵn sàng" in page
    assert "hx-trigger" not in page
    with site.database.writing() as db:
        version = db.get_one(Version, paper.version.id)
        version.state, version.reason = "failed", "encrypted"
    page = site.as_("first").get(f"{paper.version_path}/processing?as=card").text
    assert said in page
    assert "Không đọc được nội dung" in page
    assert "Sẵn sàng" not in page


def test_how_far_a_long_step_is_stands_on_the_page(site: Site) -> None:
    paper = Paper(site, PDF, "đề án.pdf").work()
    with site.database.writing() as db:
        row = db.get_one(VersionStep, (paper.version.id, Step.OCR))
        row.state, row.reason, row.done, row.total = "running", None, 12, 80
    for form in ("line", "card", ""):
        page = site.as_("leader").get(f"{paper.version_path}/processing?as={form}").text
        assert "Đang nhận dạng chữ 12/80 trang" in page


def test_all_of_it_is_for_those_who_may_read_the_paper(site: Site) -> None:
    paper = Paper(site, PDF, "đề án.pdf").work()
    for tail in ("processing", "preview", "preview?size=small", "content"):
        statuses = {name: site.as_(name).get(f"{paper.version_path}/{tail}").status_code for name in PEOPLE}
        assert {name for name, status in statuses.items() if status == 200} == MAY_READ
        assert {status for name, status in statuses.items() if name not in MAY_READ} == {404}
        assert site.as_("first").get(f"/papers/999/versions/{paper.version.id}/{tail}").status_code == 404


def test_the_pictures_are_pictures_and_run_nothing(site: Site) -> None:
    paper = Paper(site, PDF, "đề án.pdf").work()
    for size, width in (("", 400), ("?size=small", 160)):
        answer = site.as_("first").get(f"{paper.version_path}/preview{size}")
        assert Image.open(io.BytesIO(answer.data)).width == width
        assert (answer.mimetype, answer.headers["X-Content-Type-Options"]) == ("image/webp", "nosniff")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        again = site.as_("first").get(f"{paper.version_path}/preview{size}", If_None_Match=answer.headers["ETag"])
        assert again.status_code == 304


def test_an_office_file_is_read_as_pdf_and_saved_as_it_came(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "available", lambda: "/usr/bin/soffice")
    monkeypatch.setattr(office, "to_pdf", lambda _path, target, _limits: target.write_bytes(PDF))
    paper = Paper(site, DOCX, "nghị quyết.docx").work()
    shown, saved = (site.as_("first").get(f"{paper.version_path}/content{more}") for more in ("", "?download=1"))
    assert (shown.data, shown.mimetype) == (PDF, "application/pdf")
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert saved.data == DOCX
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert shown.headers["ETag"] != saved.headers["ETag"]
    part = site.as_("first").get(f"{paper.version_path}/content", Range="bytes=5-9")
    assert (part.status_code, part.data) == (206, PDF[5:10])
    assert f"/{len(PDF)}" in part.headers["Content-Range"]
    assert f'data-url="{paper.version_path}/content?of=pdf"' in site.as_("first").get(paper.path).text


def test_a_reader_keeps_to_the_bytes_that_it_began_with(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewrite, "SMALL", 0)
    paper = Paper(site, hostile.paper(*["dòng chữ\n" * 30] * 9), "đề án.pdf")
    began = site.as_("first").get(paper.path).text
    url = f"{paper.version_path}/content?of=original"
    assert url in began
    paper.work()
    assert paper.made("streaming") is not None
    assert f"{paper.version_path}/content?of=streaming" in site.as_("first").get(paper.path).text
    whole, part = site.as_("first").get(url).data, site.as_("first").get(url, Range="bytes=9-99").data
    assert (len(whole), part) == (paper.version.size, whole[9:100])
    for other in ("nothing", "thumbnail"):
        assert site.as_("first").get(f"{paper.version_path}/content?of={other}").data == whole


def test_what_was_made_and_is_lost_is_no_loss(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "available", lambda: "/usr/bin/soffice")
    monkeypatch.setattr(office, "to_pdf", lambda _path, target, _limits: target.write_bytes(PDF))
    paper = Paper(site, DOCX, "nghị quyết.docx").work()
    made = paper.made("pdf")
    assert made is not None
    paper.engines.blobs.delete(made.sha256)
    assert site.as_("first").get(f"{paper.version_path}/content").data == DOCX


def test_who_keeps_it_has_it_done_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(pipeline.STEPS, Step.PREVIEW, lambda _at: steps.failed("damaged"))
        paper = Paper(site, PDF, "đề án.pdf").work()
    where = f"{paper.version_path}/processing"
    assert "Có bước xử lý chưa làm được" in site.as_("first").get(paper.path).text
    assert "Tệp bị hỏng" in site.as_("first").get(where).text
    offered = {name for name in MAY_READ if "Xử lý lại" in site.as_(name).get(where).text}
    assert offered == {"chair", "secretary", "leader"}
    refused = {name: site.as_(name).post(where).status_code for name in set(PEOPLE) - offered}
    assert set(refused.values()) == {404}
    assert site.as_("secretary").post(where).status_code == 303
    assert site.as_("secretary").post(where).status_code == 409  # it is under way
    paper.work()
    assert paper.made("preview") is not None
    assert "Xử lý lại" not in site.as_("secretary").get(where).text
    with site.database.reading() as db:
        assert db.scalars(select(AuditEntry.action)).all().count("processed_again") == 1


def test_what_to_know_of_a_file_is_said(site: Site) -> None:
    script = b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    paper = Paper(site, hostile.raw_pdf(script, hostile.ONE_PAGE, page), "a.pdf").work()
    assert "Có mã lệnh chạy khi mở" in site.as_("first").get(f"{paper.version_path}/processing").text
    assert "Có mã lệnh chạy khi mở" in site.as_("first").get(paper.path).text
