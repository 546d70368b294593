"""The pages of an import: refused rows found, mended and set aside on the page; progress, stopping, going on."""

import csv
import io
import re

import pytest
from sqlalchemy import select

from ecabinet.audit import AuditEntry
from ecabinet.clock import now
from ecabinet.registry import imports
from ecabinet.registry.import_models import ImportRun
from ecabinet.registry.import_rules import enough, guess
from ecabinet.registry.models import Member
from tests.web.conftest import Site

HEADER = "Họ tên;Giới tính;Ngày sinh;Số CCCD;Số thẻ;Mã đơn vị"
GOOD = "Lê Văn An;Nam;1/2/2003;046203001234;A1;46"
BAD = "Lê Văn Bình;Nam;31/2/2003;046203001235;A2;46"
OFFICE = "Đoàn xã A;Nam;1/2/2003;046203001236;A3;46"
MENDED = {
    "full_name": "Lê Văn Bình", "sex": "Nam", "born_on": "28/2/2003", "national_id": "046203001235",
    "card_number": "A2", "unit_code": "46",
}  # fmt: skip


def bring(site: Site, *lines: str, how: str = "take", name: str = "administrator", header: str = HEADER) -> int:
    """An import of these lines, waiting for the worker."""
    asker = site.as_(name)
    file = (io.BytesIO("\n".join((header, *lines)).encode("utf-8-sig")), "đoàn viên.csv")
    answer = asker.post("/imports", {"unit": str(site.scene.office.units["centre"]), "file": file})
    assert answer.status_code == 303, answer.text
    run = int(answer.location.rsplit("/", 1)[1])
    columns = re.findall(r'name="(column-\d+)".*?value="(\w+)" selected', asker.get(f"/imports/{run}").text, re.DOTALL)
    assert asker.post(f"/imports/{run}/start", dict(columns) | {"how": how}).status_code == 303
    return run


def work(site: Site) -> None:
    """What the worker does."""
    task = imports.ImportTask()
    while task(site.app.extensions["ecabinet"].engines, now()):
        pass


def taken(site: Site, *lines: str, how: str = "take", header: str = HEADER) -> int:
    run = bring(site, *lines, how=how, header=header)
    work(site)
    return run


def last_entry(site: Site) -> AuditEntry:
    with site.database.reading() as db:
        return db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()


def run_of(site: Site, run: int) -> ImportRun:
    with site.database.reading() as db:
        return db.get_one(ImportRun, run)


def test_a_row_mended_on_the_page(site: Site) -> None:
    run, asker = taken(site, GOOD, BAD, OFFICE), site.as_("administrator")
    page = asker.get(f"/imports/{run}").text
    assert f"/imports/{run}/rows/2" in page
    form = asker.get(f"/imports/{run}/rows/2", HX_Request="true").text
    assert form.startswith("<tr") or form.lstrip().startswith("<tr")
    assert 'value="31/2/2003"' in form
    assert "Không đọc được ngày" in form
    assert (last_entry(site).action, last_entry(site).details) == ("look_import_row", {"row": 2})
    wrong = asker.post(f"/imports/{run}/rows/2", MENDED | {"born_on": "30/2/2003"}, HX_Request="true")
    assert (wrong.status_code, 'value="30/2/2003"' in wrong.text) == (422, True)
    answer = asker.post(f"/imports/{run}/rows/2", MENDED, HX_Request="true")
    assert answer.status_code == 200
    assert "Nhận sau khi sửa" in answer.text
    assert "import-changed" in answer.headers["HX-Trigger"]
    assert "046203001235" not in answer.text
    figures = run_of(site, run)
    assert (figures.taken, figures.corrected, figures.refused) == (1, 1, 1)
    with site.database.reading() as db:
        assert db.scalars(select(Member).filter_by(card_number="A2")).one().full_name == "Lê Văn Bình"


def test_the_same_without_javascript(site: Site) -> None:
    run, asker = taken(site, GOOD, BAD), site.as_("administrator")
    assert "<h1>" in asker.get(f"/imports/{run}/rows/2").text
    wrong = asker.post(f"/imports/{run}/rows/2", MENDED | {"card_number": "ơ"})
    assert (wrong.status_code, "<h1>" in wrong.text) == (422, True)
    answer = asker.post(f"/imports/{run}/rows/2", MENDED)
    assert (answer.status_code, answer.location) == (303, f"/imports/{run}#row-2")
    again = asker.post(f"/imports/{run}/rows/2", MENDED)
    assert (again.status_code, "Dòng này đã được nhận" in again.text) == (409, True)


def test_a_row_set_aside(site: Site) -> None:
    run, asker = taken(site, GOOD, BAD, OFFICE), site.as_("administrator")
    answer = asker.post(f"/imports/{run}/rows/3/aside", HX_Request="true")
    assert (answer.status_code, "Để riêng" in answer.text) == (200, True)
    assert asker.post(f"/imports/{run}/rows/3/aside").status_code == 303
    assert last_entry(site).action == "import_row_set_aside"
    chosen = asker.get(f"/imports/{run}?outcome=set_aside").text
    assert ("row-3" in chosen, "row-2" in chosen) == (True, False)
    chosen = asker.get(f"/imports/{run}?reason=not_a_date").text
    assert ("row-2" in chosen, "row-3" in chosen) == (True, False)


@pytest.mark.parametrize("query", ["outcome=x&reason=x&after=x", "after=99999999999999", "reason='%22)", "after=-1"])
def test_absurd_choices_of_rows(site: Site, query: str) -> None:
    run = taken(site, GOOD, BAD)
    assert site.as_("administrator").get(f"/imports/{run}?{query}").status_code == 200


def test_rows_of_an_import_are_nobody_elses(site: Site) -> None:
    run = taken(site, GOOD, BAD)
    for name in ("first", "secretary", "stranger"):
        asker = site.as_(name)
        for path in ("", "/progress", "/rows/2", "/rows/2/line", "/result/csv"):
            assert asker.get(f"/imports/{run}{path}").status_code == 404, (name, path)
        for path in ("/rows/2", "/rows/2/aside", "/stop", "/go-on"):
            assert asker.post(f"/imports/{run}{path}", MENDED).status_code == 404, (name, path)
    asker = site.as_("administrator")
    for number in ("1", "99", "999999999999"):
        assert asker.get(f"/imports/{run}/rows/{number}").status_code == 404
        assert asker.post(f"/imports/{run}/rows/{number}", MENDED).status_code == 404
    assert run_of(site, run).refused == 1


def test_mended_in_a_trial_and_taken_with_the_file(site: Site) -> None:
    run, asker = taken(site, GOOD, BAD, how="try"), site.as_("administrator")
    assert "Đây là lần chạy thử" in asker.get(f"/imports/{run}/rows/2").text
    assert asker.post(f"/imports/{run}/rows/2", MENDED).status_code == 303
    page = asker.get(f"/imports/{run}").text
    columns = re.findall(r'name="(column-\d+)".*?value="(\w+)" selected', page, re.DOTALL)
    assert asker.post(f"/imports/{run}/start", dict(columns) | {"how": "take"}).status_code == 303
    work(site)
    assert (run_of(site, run).taken, run_of(site, run).refused) == (2, 0)


def test_progress_stop_and_go_on(site: Site) -> None:
    run, asker = bring(site, GOOD, BAD), site.as_("administrator")
    page = asker.get(f"/imports/{run}").text
    assert f'hx-get="/imports/{run}/progress"' in page
    progress = asker.get(f"/imports/{run}/progress")
    assert "HX-Refresh" not in progress.headers
    assert "Nếu máy chủ khởi động lại" in progress.text
    assert "Chờ xử lý" in progress.text
    assert asker.get(f"/imports/{run}/rows/1").status_code == 404
    assert asker.post(f"/imports/{run}/stop").status_code == 303
    assert asker.post(f"/imports/{run}/stop").status_code == 409
    work(site)
    assert run_of(site, run).rows_done == 0
    assert "Đã dừng" in asker.get(f"/imports/{run}").text
    assert asker.get(f"/imports/{run}/progress").headers["HX-Refresh"] == "true"
    assert asker.post(f"/imports/{run}/go-on").status_code == 303
    assert asker.post(f"/imports/{run}/go-on").status_code == 409
    work(site)
    assert (run_of(site, run).state, run_of(site, run).rows_done) == ("done", 2)


def test_the_result_as_a_file_is_chosen_as_on_the_page(site: Site) -> None:
    run, asker = taken(site, GOOD, BAD, OFFICE), site.as_("administrator")
    answer = asker.get(f"/imports/{run}/result/csv?reason=office_as_name")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row[:3] for row in table[1:]] == [["3", "Từ chối", "Đoàn xã A"]]
    entry = last_entry(site)
    assert (entry.action, entry.subject) == ("export_import", f"import:{run}")
    assert entry.details == {"kind": "csv", "rows": 1, "outcome": "", "reason": "office_as_name"}


def test_numbers_of_the_file_are_no_examples(site: Site) -> None:
    run = bring(site, GOOD, BAD)
    assert "046203001234" not in str(run_of(site, run).mapping)


def test_the_sample_file_is_taken_as_it_is(site: Site) -> None:
    asker = site.as_("administrator")
    page = asker.get("/imports").text
    assert 'href="/imports/sample.csv"' in page
    assert "Chưa nhập tệp nào" in page
    answer = asker.get("/imports/sample.csv")
    assert answer.data.startswith("\ufeffHọ và tên".encode())
    header, *lines = answer.data.decode("utf-8-sig").splitlines()
    columns = guess(header.split(","))
    assert len(columns) == len(header.split(","))
    assert enough(columns)
    run = taken(site, *lines, header=header)
    assert (run_of(site, run).taken, run_of(site, run).refused) == (2, 0)
    assert "Chưa nhập tệp nào" not in asker.get("/imports").text
