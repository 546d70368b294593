"""Papers and lists that leave with annotations: only what the one who asks sees, and on the audit trail."""

import csv
import hashlib
import io
from urllib.parse import unquote

import docx
import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from documents.models import Version
from ecabinet.audit import AuditEntry
from ecabinet.reading import exports
from tests.annotating import Paper, note, paper_of, record
from tests.factories import hostile
from tests.web.conftest import Site

MINE, SHARED, PRIVATE = "Của tôi: đề nghị làm rõ", "=SUM(A1) chung", "riêng của người khác"
ANSWER = "Đã rõ ạ"


@pytest.fixture
def paper(site: Site) -> Paper:
    """With a real file, a private note of the first, a shared one of the second with an answer, a private of theirs."""
    paper = paper_of(site)
    data = hostile.paper("Tờ trình về ngân sách", "Trang hai", "Trang ba")
    blob = site.app.extensions["ecabinet"].engines.blobs.put(io.BytesIO(data))
    with site.database.writing() as db:
        values = {"sha256": blob.sha256, "size": blob.size, "filename": "Tờ trình.pdf"}
        db.execute(update(Version).where(Version.id == paper.version).values(**values))
    assert paper.put("first", note(MINE, page=1))["ok"]
    shared = note(SHARED)
    assert paper.share("second", shared)["ok"]
    assert paper.share("first", note(ANSWER, parent=shared["id"]))["ok"]
    assert paper.put("second", note(PRIVATE))["ok"]
    assert paper.put("first", record())["ok"]
    return paper


def address(paper: Paper, kind: str, layer: str = "all", *, meeting: bool = True) -> str:
    inside = f"&meeting={paper.meeting}" if meeting else ""
    return f"/papers/{paper.document}/versions/{paper.version}/export/{kind}?layer={layer}{inside}"


def said_in(data: bytes) -> set[str]:
    """What is said by the annotations of a PDF."""
    annotations = (one.get_object() for page in PdfReader(io.BytesIO(data)).pages for one in page.get("/Annots", ()))
    return {one["/Contents"] for one in annotations if one.get("/Contents")}


SEEN = [
    ("first", "mine", True, {MINE}),
    ("first", "shared", True, {SHARED, ANSWER}),
    ("first", "all", True, {MINE, SHARED, ANSWER}),
    ("first", "all", False, {MINE}),
    ("second", "all", True, {SHARED, ANSWER, PRIVATE}),
    ("third", "all", True, {SHARED, ANSWER}),
    ("third", "mine", True, set()),
    ("secretary", "all", True, {SHARED, ANSWER}),
]


def test_each_takes_away_what_they_see(paper):
    for name, layer, meeting, expected in SEEN:
        asker = paper.site.as_(name)
        answer = asker.get(address(paper, "pdf", layer, meeting=meeting))
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert said_in(answer.data) == expected, (name, layer, meeting)
        table = asker.get(address(paper, "csv", layer, meeting=meeting)).data.decode("utf-8-sig")
        texts = {row[4].lstrip("'") for row in list(csv.reader(io.StringIO(table)))[1:]}
        assert texts - {""} == expected - {ANSWER}, (name, layer, meeting)


def test_the_bytes_of_the_paper_come_first_and_stay_as_they_are(paper):
    blobs = paper.site.app.extensions["ecabinet"].engines.blobs
    with paper.site.database.reading() as db:
        version = db.get_one(Version, paper.version)
    data = paper.site.as_("first").get(address(paper, "pdf")).data
    assert hashlib.sha256(data[: version.size]).hexdigest() == version.sha256
    assert b"".join(blobs.open(version.sha256)) == data[: version.size]


def test_names_are_in_vietnamese(paper):
    for kind, layer, name in (
        ("pdf", "mine", "Tờ trình - ghi chú của tôi.pdf"),
        ("docx", "all", "Tờ trình - tất cả ghi chú.docx"),
        ("csv", "shared", "Tờ trình - ghi chú chung.csv"),
    ):
        said = paper.site.as_("first").get(address(paper, kind, layer)).headers["Content-Disposition"]
        assert unquote(said.split("filename*=UTF-8''")[1]) == name


def test_a_table_runs_nothing_and_has_what_was_answered(paper):
    answer = paper.site.as_("first").get(address(paper, "csv"))
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == ["Trang", "Người ghi", "Loại", "Đoạn được đánh dấu", "Nội dung", "Trả lời", "Thời gian"]
    by_text = {row[4]: row for row in rows[1:]}
    assert by_text[MINE][:3] == ["2", "Nguyễn Thị First", "Ghi chú"]
    shared = by_text["'" + SHARED]
    assert shared[5].startswith("Nguyễn Thị First (")
    assert shared[5].endswith(f": {ANSWER}")
    assert [row[2] for row in rows[1:] if not row[4]] == ["Nét bút"]


def test_a_word_file_goes_page_by_page(paper):
    words = docx.Document(io.BytesIO(paper.site.as_("first").get(address(paper, "docx")).data))
    lines = [line.text for line in words.paragraphs]
    assert lines[0] == "Bảng ghi chú: Báo cáo"
    assert lines.index("Trang 1") < lines.index(SHARED) < lines.index("Trang 2") < lines.index(MINE)
    assert PRIVATE not in "\n".join(lines)


def test_without_annotations_the_list_says_so(site):
    paper = paper_of(site)
    words = docx.Document(io.BytesIO(site.as_("first").get(address(paper, "docx")).data))
    assert words.paragraphs[-1].text == "Chưa có ghi chú nào."


def test_who_took_what_is_on_record_without_what_it_says(paper):
    for kind in ("pdf", "docx", "csv"):
        paper.site.as_("first").get(address(paper, kind))
    with paper.site.database.reading() as db:
        entries = db.scalars(select(AuditEntry).where(AuditEntry.action.like("export_annot%"))).all()
    assert [(one.action, one.subject) for one in entries] == [
        ("export_annotated_paper", f"document:{paper.document}"),
        *[("export_annotations", f"document:{paper.document}")] * 2,
    ]
    assert {one.member_id for one in entries} == {paper.site.scene.member("first")}
    assert {one.details["layer"] for one in entries} == {"all"}
    assert MINE not in str([one.details for one in entries])


def test_strangers_and_odd_questions_find_nothing(paper):
    for kind in ("pdf", "docx", "csv", "xlsx"):
        assert paper.site.as_("stranger").get(address(paper, kind)).status_code == 404
        assert paper.site.as_("first").get(address(paper, kind, "theirs")).status_code == 404
        assert paper.site.anybody().get(address(paper, kind)).status_code == 303
        other = f"/papers/{paper.document + 1}/versions/{paper.version}/export/{kind}"
        assert paper.site.as_("first").get(other).status_code == 404
    assert paper.site.as_("first").get(address(paper, "exe")).status_code == 404


def test_hidden_notes_of_the_meeting_are_not_taken_away(paper):
    assert paper.hide("chair", True) == 200
    assert said_in(paper.site.as_("third").get(address(paper, "pdf")).data) == set()


def test_what_cannot_be_exported_says_why(paper):
    with paper.site.database.writing() as db:
        db.execute(update(Version).where(Version.id == paper.version).values(media_type="text/plain"))
    answer = paper.site.as_("first").get(address(paper, "pdf"), Accept="application/json")
    assert (answer.status_code, answer.get_json()["error"]) == (409, "export_no_pdf")
    assert paper.site.as_("first").get(address(paper, "docx")).status_code == 200


def test_who_comes_when_all_hands_are_busy_is_asked_to_come_again(paper, monkeypatch):
    monkeypatch.setattr(exports, "PATIENCE", 0.01)
    with exports.AT_ONCE, exports.AT_ONCE:
        answer = paper.site.as_("first").get(address(paper, "pdf"), Accept="application/json")
        assert (answer.status_code, answer.get_json()["retry"]) == (503, True)
    assert paper.site.as_("first").get(address(paper, "pdf")).status_code == 200


def test_the_reader_offers_them(paper):
    page = paper.site.as_("first").get(f"/papers/{paper.document}?meeting={paper.meeting}").text
    for kind, layer in (("pdf", "mine"), ("pdf", "shared"), ("pdf", "all"), ("docx", "all"), ("csv", "all")):
        assert address(paper, kind, layer).replace("&", "&amp;") in page
