"""Uploads and the archive over HTTP: into each place they can go, by whom, repeated, broken; and the plain form."""

import io
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from documents.models import Document, Version
from documents.upload_models import Upload
from documents.upload_rules import LEAST_CHUNK, MOST_CHUNK
from ecabinet.access import Role
from ecabinet.audit import AuditEntry
from ecabinet.library.upload_tasks import clear_uploads
from ecabinet.meetings.models import Paper
from ecabinet.meetings.rules import MeetingState
from ecabinet.registry import operations
from ecabinet.registry.models import Account, Unit
from tests.web.conftest import CSRF, Site

CONTENT = b"%PDF-1.7\n" + b"\x00\x01" * LEAST_CHUNK
JSON = {"Accept": "application/json", "X-CSRF-Token": CSRF}


def begin(site: Site, who: str = "administrator", content: bytes = CONTENT, **fields: object) -> TestResponse:
    form = {"name": "Báo cáo quý IV.pdf", "size": len(content), "fingerprint": "1-abc", "destination": "archive"}
    unit = {"unit": site.scene.office.units["centre"]}
    return site.as_(who).client.post("/uploads", data=form | unit | fields, headers=JSON)


def patch(site: Site, upload: int, start: object, data: bytes, who: str = "administrator") -> TestResponse:
    headers = JSON | {"Upload-Offset": str(start)}
    return site.as_(who).client.patch(f"/uploads/{upload}", data=data, headers=headers)


def finish(site: Site, upload: int, who: str = "administrator") -> TestResponse:
    return site.as_(who).client.post(f"/uploads/{upload}/finish", headers=JSON)


def put_in(site: Site, who: str = "administrator", **fields: object) -> int:
    """From beginning to end; the id of the upload."""
    answer = begin(site, who, **fields)
    assert answer.status_code == 201, answer.text
    upload = int(answer.json["id"])
    assert patch(site, upload, 0, CONTENT, who).status_code == 204
    assert finish(site, upload, who).json["ok"]
    return upload


def only_version(site: Site) -> tuple[Document, Version]:
    with site.database.reading() as db:
        version = db.scalars(select(Version)).one()
        return db.get_one(Document, version.document_id), version


def item_of(site: Site) -> str:
    return f"item:{site.scene.meeting}:1"


def test_a_document_comes_into_the_archive_with_what_is_said_of_it(site: Site) -> None:
    facts = {"type_code": "BC", "number": "12-BC/TW", "issued_on": "2026-11-20", "issuer": "Ban Bí thư", "signer": "A"}
    upload = put_in(site, **facts)
    document, version = only_version(site)
    assert (document.title, document.kind, document.type_code) == ("Báo cáo quý IV", "archive", "BC")
    assert (document.number, document.issuer, document.signer) == ("12-BC/TW", "Ban Bí thư", "A")
    assert document.issued_on is not None
    assert document.issued_on.isoformat() == "2026-11-20"
    assert (version.filename, version.media_type, version.size) == (
        "Báo cáo quý IV.pdf",
        "application/pdf",
        len(CONTENT),
    )
    answer = site.as_("first").get(f"/papers/{document.id}/versions/{version.id}/content")
    assert answer.data == CONTENT
    page = site.as_("administrator").get(f"/uploads/{upload}")
    assert "Đang chờ xử lý" in page.text
    assert f"/papers/{document.id}" in page.text
    with site.database.reading() as db:
        entry = db.scalars(select(AuditEntry).where(AuditEntry.action == "document_put_in")).one()
    assert (entry.member_id, entry.subject) == (site.scene.member("administrator"), f"document:{document.id}")


@pytest.mark.parametrize(
    ("secrecy", "readers"),
    [
        # the members of the centre and below, all of whom are "the unit's people" here, and its offices
        ("normal", {"chair", "first", "second", "third", "spare", "secretary", "leader", "administrator", "stranger"}),
        ("secret", {"secretary", "leader", "administrator"}),
    ],
)
def test_who_finds_it(site: Site, secrecy: str, readers: set[str]) -> None:
    put_in(site, secrecy=secrecy, title="Việc riêng")
    assert {name for name in site.scene.office.tokens if "Việc riêng" in site.as_(name).get("/archive").text} == readers


def test_the_archive_of_a_unit_is_for_its_own_people(site: Site) -> None:
    put_in(site, unit=site.scene.office.units["hue"], title="Của Huế")
    seen = {name for name in site.scene.office.tokens if "Của Huế" in site.as_(name).get("/archive").text}
    assert seen == {"second", "third", "spare", "secretary", "leader", "administrator"}  # who put it in among them


def test_a_clerk_puts_in_for_their_own_unit_only(site: Site) -> None:
    with site.database.writing() as db:
        account = db.scalars(select(Account).where(Account.login == "spare")).one()
        operations.grant(db, account, Role.CLERK, db.get_one(Unit, site.scene.office.units["hue"]))
    assert begin(site, "spare", unit=site.scene.office.units["hue"]).status_code == 201
    assert begin(site, "spare").status_code == 404
    page = site.as_("spare").get("/archive/new").text
    assert "Thành đoàn Huế" in page
    assert "Trung ương Đoàn" not in page


def test_a_paper_comes_under_its_item(site: Site) -> None:
    put_in(site, "secretary", destination=item_of(site))
    with site.database.reading() as db:
        paper = db.scalars(select(Paper)).one()
    document, version = only_version(site)
    assert (paper.title, paper.document_id, paper.item_id) == ("Báo cáo quý IV", document.id, 1)
    assert site.as_("first").get(f"/papers/{document.id}/versions/{version.id}/content").data == CONTENT


def test_a_paper_that_was_asked_for_is_submitted(site: Site) -> None:
    site.as_("secretary").post(f"{site.meeting}/items/1/ask", {"title": "Tờ trình", "responsible": "DV00000003"})
    with site.database.reading() as db:
        paper = db.scalars(select(Paper)).one()
    destination = f"paper:{site.scene.meeting}:{paper.id}"
    assert begin(site, "third", destination=destination).status_code == 404
    put_in(site, "second", destination=destination)
    document, _version = only_version(site)
    assert document.title == "Tờ trình"


def test_a_document_gets_its_next_version_and_what_is_there_already_is_said(site: Site) -> None:
    put_in(site, title="Kế hoạch")
    document, _version = only_version(site)
    destination = f"document:{document.id}"
    refused = begin(site, destination=destination, note="")
    assert (refused.status_code, list(refused.json["faults"])) == (422, ["note"])
    content = CONTENT + b"."
    upload = begin(site, content=content, destination=destination, note="Sửa Điều 2").json["id"]
    assert patch(site, upload, 0, content).status_code == 204
    assert finish(site, upload).json["message"] == "Đã thêm phiên bản mới."
    with site.database.reading() as db:
        added = db.scalars(select(Version).order_by(Version.id.desc())).first()
        assert added is not None
        assert (added.document_id, added.number, added.note) == (document.id, 2, "Sửa Điều 2")
        entry = db.scalars(select(AuditEntry).where(AuditEntry.action == "document_version")).one()
        assert (entry.details["version"], entry.details["note"]) == (added.id, "Sửa Điều 2")
    # the bytes of another document: said, and said again when the answer was lost
    upload = put_in(site, title="Bản sao", destination="archive")
    with site.database.reading() as db:
        copy = db.scalars(select(Document).where(Document.title == "Bản sao")).one()
    upload = begin(site, content=content, destination=f"document:{copy.id}", note="Nhầm").json["id"]
    patch(site, upload, 0, content)
    for _again in range(2):
        assert "Tệp này đã có trong kho: Kế hoạch." in finish(site, upload).json["message"]


def test_a_version_goes_only_where_one_may_change_it_and_nobody_has_it_out(site: Site) -> None:
    put_in(site, title="Kế hoạch")
    document, _version = only_version(site)
    destination = f"document:{document.id}"
    assert begin(site, "first", destination=destination, note="Sửa").status_code == 403
    assert begin(site, "stranger", destination="document:999", note="Sửa").status_code == 404
    left = begin(site, destination=destination, note="Sửa").json["id"]
    with site.database.writing() as db:
        account = db.scalars(select(Account).where(Account.login == "spare")).one()
        operations.grant(db, account, Role.CLERK, db.get_one(Unit, site.scene.office.units["centre"]))
    assert site.as_("spare").post(f"/papers/{document.id}/borrow", {"hours": "24"}).status_code == 303
    assert begin(site, destination=destination, note="Sửa").json["error"] == "on_loan"
    # lent out while it was on its way
    assert patch(site, left, 0, CONTENT).status_code == 204
    assert not finish(site, left).json["ok"]
    assert only_version(site)[0].last_number == 1


@pytest.mark.parametrize(("who", "status"), [("first", 403), ("chair", 201), ("stranger", 404), ("administrator", 404)])
def test_who_may_lay_a_paper_before_the_meeting(site: Site, who: str, status: int) -> None:
    assert begin(site, who, destination=item_of(site)).status_code == status


def test_whoever_may_no_longer_when_it_is_whole_does_not(site: Site) -> None:
    """Between the first byte and the last the meeting is archived."""
    upload = begin(site, "secretary", destination=item_of(site)).json["id"]
    patch(site, upload, 0, CONTENT, "secretary")
    with site.database.writing() as db:
        db.execute(Paper.metadata.tables["meeting"].update().values(state=MeetingState.ARCHIVED))
    answer = finish(site, upload, "secretary")
    assert (answer.status_code, answer.json["error"]) == (409, "archived")
    with site.database.reading() as db:
        assert db.scalars(select(Version)).all() == []


@pytest.mark.parametrize("who", ["first", "secretary", "stranger"])
def test_for_all_others_it_is_not_there(site: Site, who: str) -> None:
    upload = begin(site).json["id"]
    asker = site.as_(who)
    answers = [
        asker.get(f"/uploads/{upload}"), asker.client.head(f"/uploads/{upload}"), patch(site, upload, 0, CONTENT, who),
        finish(site, upload, who), asker.client.post(f"/uploads/{upload}/cancel", headers=JSON),
    ]  # fmt: skip
    assert {answer.status_code for answer in answers} == {404}
    assert site.as_("administrator").client.head(f"/uploads/{upload}").headers["Upload-Offset"] == "0"


def test_without_a_session_or_the_token_no_byte_is_taken(site: Site) -> None:
    upload = begin(site).json["id"]
    headers = {"Upload-Offset": "0", "Accept": "application/json"}
    client = site.anybody().client
    assert client.patch(f"/uploads/{upload}", data=CONTENT, headers=headers | JSON).status_code == 401
    assert client.get(f"/uploads/{upload}", headers=headers).status_code == 401
    own = site.as_("administrator").client
    assert own.patch(f"/uploads/{upload}", data=CONTENT, headers=headers).status_code == 400
    assert own.head(f"/uploads/{upload}").headers["Upload-Offset"] == "0"


def test_everything_can_be_asked_again(site: Site) -> None:
    upload = begin(site).json["id"]
    half = LEAST_CHUNK
    again = [patch(site, upload, 0, CONTENT[:half]).headers["Upload-Offset"] for _ in range(2)]
    assert again == [str(half)] * 2
    found = begin(site).json
    assert (found["id"], found["offset"]) == (upload, half)
    head = site.as_("administrator").client.head(f"/uploads/{upload}")
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == (str(half), str(len(CONTENT)))
    assert patch(site, upload, half, CONTENT[half:]).headers["Upload-Offset"] == str(len(CONTENT))
    assert finish(site, upload).json == finish(site, upload).json
    only_version(site)


@pytest.mark.parametrize(
    ("start", "data", "status", "code"),
    [
        pytest.param(LEAST_CHUNK, CONTENT[:LEAST_CHUNK], 409, "upload_gap", id="gap"),
        pytest.param(0, CONTENT + b".", 409, "upload_over_end", id="over-the-end"),
        pytest.param(0, b"...", 409, "chunk_too_short", id="too-short"),
        pytest.param("", CONTENT, 400, "malformed", id="without-offset"),
        pytest.param("-1", CONTENT, 400, "malformed", id="negative"),
        pytest.param("²", CONTENT, 400, "malformed", id="not-a-digit"),
        pytest.param("9" * 30, CONTENT, 400, "malformed", id="absurd"),
    ],
)
def test_a_piece_that_does_not_fit(site: Site, start: object, data: bytes, status: int, code: str) -> None:
    upload = begin(site).json["id"]
    headers = JSON | {"Upload-Offset": str(start).encode().decode("latin-1")}
    answer = site.as_("administrator").client.patch(f"/uploads/{upload}", data=data, headers=headers)
    assert (answer.status_code, answer.json["error"]) == (status, code)
    assert finish(site, upload).json["error"] == "upload_unfinished"


def test_a_piece_has_its_most_bytes(site: Site) -> None:
    upload = begin(site, size=3 * MOST_CHUNK).json["id"]
    assert patch(site, upload, 0, b"." * (MOST_CHUNK + 1)).json["error"] == "chunk_too_long"


CANNOT_BEGIN: list[tuple[dict[str, object], int, str]] = [
    ({"size": ""}, 400, "malformed"),
    ({"size": "-5"}, 400, "malformed"),
    ({"size": "0"}, 409, "empty"),
    ({"size": str(201 * 2**20)}, 413, "too_large"),
    ({"sha256": "abc"}, 400, "malformed"),
    ({"destination": ""}, 409, "upload_elsewhere"),
    ({"destination": "item:1"}, 409, "upload_elsewhere"),
    ({"destination": "item:1:x"}, 409, "upload_elsewhere"),
    ({"destination": "document:1:2"}, 409, "upload_elsewhere"),
    ({"destination": "document:٣"}, 409, "upload_elsewhere"),
    ({"destination": "document:999", "note": "Sửa"}, 404, "not_found"),
    ({"destination": f"item:1:{'9' * 18}"}, 404, "not_found"),
    ({"unit": "x"}, 404, "not_found"),
    ({"unit": "999"}, 404, "not_found"),
]


def test_what_cannot_begin(site: Site) -> None:
    for fields, status, code in CANNOT_BEGIN:
        answer = begin(site, **fields)
        assert (answer.status_code, answer.json["error"]) == (status, code), fields
        assert answer.json["message"]
    with site.database.reading() as db:
        assert db.scalars(select(Upload)).all() == []


def test_the_faults_of_the_form_are_told_before_the_first_byte(site: Site) -> None:
    answer = begin(site, type_code="XX", issued_on="20/11/2026", secrecy="?", title="x" * 501)
    assert answer.status_code == 422
    assert answer.json["faults"].keys() == {"type_code", "issued_on", "secrecy", "title"}
    assert answer.json["faults"]["issued_on"] == "Ngày chưa đúng."


def test_what_was_given_up_is_gone_and_its_bytes_with_it(site: Site) -> None:
    upload = begin(site).json["id"]
    patch(site, upload, 0, CONTENT[:LEAST_CHUNK])
    me = site.as_("administrator")
    assert "Chọn lại đúng tệp này" in me.get("/archive/new").text
    assert me.post(f"/uploads/{upload}/cancel").location == "/archive/new"
    assert me.get(f"/uploads/{upload}").status_code == 404
    assert "Chọn lại đúng tệp này" not in me.get("/archive/new").text
    engines = site.app.extensions["ecabinet"].engines
    while clear_uploads(engines, datetime.now(UTC)):
        pass
    assert [path for path in engines.blobs.root.rglob("*") if path.is_file()] == []


def test_unfinished_ones_stand_on_the_pages_of_the_meeting(site: Site) -> None:
    upload = begin(site, "secretary", destination=item_of(site)).json["id"]
    assert f'data-upload-id="{upload}"' in site.as_("secretary").get(f"{site.meeting}/agenda").text
    assert f'data-upload-id="{upload}"' not in site.as_("chair").get(f"{site.meeting}/agenda").text


def post_files(site: Site, who: str, *names: str, **fields: object) -> TestResponse:
    files = [(io.BytesIO(CONTENT[:100]), name) for name in names]
    data = {"unit": str(site.scene.office.units["centre"]), "csrf_token": CSRF, "file": files} | fields
    return site.as_(who).client.post("/archive/new", data=data, content_type="multipart/form-data")


def test_without_a_script_several_files_come_in_at_once(site: Site) -> None:
    answer = post_files(site, "administrator", "Một.pdf", "ke-hoach_hai.pdf", type_code="KH")
    assert answer.location == "/archive"
    page = site.as_("first").get("/archive").text
    assert "Một" in page
    assert "ke hoach hai" in page
    assert "Kế hoạch" in page


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        pytest.param({"type_code": "XX"}, 422, id="fault"),
        pytest.param({"unit": "999"}, 404, id="no-such-unit"),
        pytest.param({"file": (io.BytesIO(b""), "")}, 409, id="no-file"),
        pytest.param({"file": (io.BytesIO(b""), "trong.pdf")}, 409, id="empty"),
    ],
)
def test_a_plain_form_that_is_refused(site: Site, fields: dict[str, object], status: int) -> None:
    answer = post_files(site, "administrator", "a.pdf", **fields)
    assert answer.status_code == status
    with site.database.reading() as db:
        assert db.scalars(select(Document)).all() == []


def test_the_plain_form_is_not_for_everybody(site: Site) -> None:
    assert post_files(site, "first", "a.pdf").status_code == 404
    assert site.as_("first").get("/archive/new").status_code == 403
    assert "Đưa tài liệu vào kho" not in site.as_("first").get("/archive").text


def test_the_newest_come_first_page_by_page(site: Site) -> None:
    for start in range(0, 45, 15):
        post_files(site, "administrator", *(f"Tài liệu {number:02}.pdf" for number in range(start, start + 15)))
    seen: list[str] = []
    path: str | None = "/archive"
    while path:
        page = site.as_("first").get(path).text
        seen += [part.split("<")[0] for part in page.split('<span class="row-title">')[1:]]
        older = page.split('href="/archive?before=')
        path = f"/archive?before={older[1].split(chr(34))[0]}" if len(older) > 1 else None
    assert seen == [f"Tài liệu {number:02}" for number in reversed(range(45))]
