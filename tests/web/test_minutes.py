"""Pages of conclusions, minutes, resolutions and the dossier: happy, forbidden, stranger, repeated, broken."""

import csv
import hashlib
import io
import json
import re
import zipfile

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from documents.models import Version
from ecabinet.audit import AuditEntry
from ecabinet.meetings.models import AgendaItem, Meeting
from ecabinet.minutes.models import MinutesSection
from ecabinet.printing import seals
from ecabinet.tasks.models import Task
from tests.web.conftest import Asker, Site


def conclude(site: Site, text: str = "Thống nhất báo cáo.", announce: str = "1") -> TestResponse:
    return site.as_("secretary").post(f"{site.meeting}/conclusions", {"text": text, "item": "1", "announce": announce})


def section_id(site: Site, key: str = "opening") -> int:
    with site.database.reading() as db:
        return db.scalars(select(MinutesSection.id).where(MinutesSection.key == key)).one()


def begin(site: Site) -> Asker:
    secretary = site.as_("secretary")
    assert secretary.post(f"{site.meeting}/minutes").status_code == 303
    return secretary


def test_a_conclusion_is_seen_once_it_is_announced(site: Site) -> None:
    assert conclude(site, announce="").status_code == 303
    member = site.as_("first")
    assert "Thống nhất báo cáo." not in member.get(f"{site.meeting}/conclusions").text
    assert "Thống nhất báo cáo." in site.as_("chair").get(f"{site.meeting}/console").text
    site.as_("chair").post(f"{site.meeting}/conclusions/1/announce")
    for page in ("", "/conclusions"):
        assert "Thống nhất báo cáo." in member.get(site.meeting + page).text
    blocks = {block["id"]: block["html"] for block in member.get(f"{site.meeting}/blocks").json or []}
    assert "Thống nhất báo cáo." in blocks["conclusions"]


def test_two_who_change_a_conclusion_see_both(site: Site) -> None:
    conclude(site)
    path = f"{site.meeting}/conclusions/1"
    assert site.as_("secretary").post(path, {"text": "Của thư ký", "revision": "1"}).status_code == 303
    answer = site.as_("chair").post(path, {"text": "Của chủ trì", "revision": "1"})
    assert answer.status_code == 409
    assert "Của thư ký" in answer.text
    assert "Của chủ trì" in answer.text


@pytest.mark.parametrize("form", [{"text": ""}, {"text": "a" * 4001}, {}], ids=["empty", "long", "missing"])
def test_a_broken_conclusion_is_shown_again(site: Site, form: dict[str, object]) -> None:
    answer = site.as_("secretary").post(f"{site.meeting}/conclusions", form)
    assert answer.status_code == 422
    assert 'class="fault"' in answer.text


def test_a_conclusion_of_another_meeting_or_item_is_not_there(site: Site) -> None:
    secretary = site.as_("secretary")
    assert secretary.post(f"{site.meeting}/conclusions", {"text": "x", "item": "999"}).status_code == 404
    assert secretary.post(f"{site.meeting}/conclusions/999/announce").status_code == 404
    assert secretary.get(f"{site.meeting}/tasks/new?kind=poll&id=1").status_code == 404


def test_a_task_goes_from_a_conclusion_to_done(site: Site) -> None:
    conclude(site)
    owner = f"m{site.scene.member('first')}"
    form = {"kind": "conclusion", "id": "1", "title": "Lập kế hoạch", "owner": owner, "due_on": "2027-03-01"}
    assert site.as_("secretary").post(f"{site.meeting}/tasks/new", form).status_code == 303
    first = site.as_("first")
    assert "Việc của tôi: 1 việc đang làm" in first.get("/").text
    assert "Lập kế hoạch" in first.get("/tasks").text
    assert f"{site.meeting}/conclusions#conclusion-1" in first.get("/tasks/1").text
    assert first.post("/tasks/1/do/accept").status_code == 303
    assert first.post("/tasks/1/do/accept").status_code == 409
    file = (io.BytesIO(b"%PDF-1.4 ket qua"), "kết quả.pdf")
    assert first.post("/tasks/1/do/report", {"text": "đã xong", "file": file}).status_code == 303
    assert first.post("/tasks/1/do/approve").status_code == 403
    with site.database.reading() as db:
        document = db.scalars(select(Version.document_id)).one()
    assert first.get(f"/papers/{document}").status_code == 200
    assert site.as_("second").get(f"/papers/{document}").status_code == 404
    assert site.as_("secretary").post("/tasks/1/do/approve").status_code == 303
    assert "Hoàn thành" in first.get("/tasks?ended=1").text
    for name in ("second", "stranger", "administrator"):
        assert site.as_(name).get("/tasks/1").status_code == 404
        assert site.as_(name).post("/tasks/1/do/cancel", {"text": "x"}).status_code == 404


def test_a_task_is_given_only_to_those_on_offer(site: Site) -> None:
    form = {"title": "Việc", "owner": f"u{site.scene.office.units['hanoi']}", "due_on": "2027-03-01"}
    assert site.as_("secretary").post(f"{site.meeting}/tasks/new", form | {"owner": "m999999"}).status_code == 422
    assert site.as_("secretary").post(f"{site.meeting}/tasks/new", form | {"owner": "' OR 1"}).status_code == 422
    # the stranger's office gives tasks below itself, and to nobody else
    wrong = form | {"name": "hue", "owner": f"u{site.scene.office.units['hue']}"}
    assert site.as_("stranger").post("/tasks/new", wrong).status_code == 422
    assert site.as_("stranger").post("/tasks/new", form | {"name": "ha noi"}).status_code == 303
    with site.database.reading() as db:
        assert db.scalars(select(Task.owner_name)).all() == ["Thành đoàn Hà Nội"]


@pytest.mark.parametrize(
    ("action", "form"),
    [("progress", {"percent": "150"}), ("report", {}), ("ask_extension", {"text": "x", "due_on": "hôm qua"})],
    ids=["percent", "report", "extension"],
)
def test_a_broken_act_is_shown_again(site: Site, action: str, form: dict[str, object]) -> None:
    given = {"title": "Việc", "owner": f"m{site.scene.member('first')}", "due_on": "2027-03-01"}
    site.as_("secretary").post(f"{site.meeting}/tasks/new", given)
    first = site.as_("first")
    first.post("/tasks/1/do/accept")
    answer = first.post(f"/tasks/1/do/{action}", form)
    assert answer.status_code == 422
    assert 'class="fault"' in answer.text
    assert first.post("/tasks/1/do/explode").status_code == 404


def test_two_write_one_section_and_merge(site: Site) -> None:
    secretary, chair = begin(site), site.as_("chair")
    path = f"{site.meeting}/minutes/sections/{section_id(site)}"
    assert chair.get(path).status_code == 200
    assert "Đang được Nguyễn Thị Chair sửa" in secretary.get(f"{site.meeting}/minutes").text
    assert "Nguyễn Thị Chair" in secretary.post(f"{path}/presence", {"revision": "1"}).text
    assert secretary.post(path, {"text": "Bản một.", "revision": "1"}).status_code == 303
    assert "lưu bản mới" in chair.post(f"{path}/presence", {"revision": "1"}).text
    clash = chair.post(path, {"text": "Bản hai.", "revision": "1"})
    assert clash.status_code == 409
    assert "Bản một." in clash.text
    assert "Bản hai." in clash.text
    revision = re.findall(r'name="revision" value="(\d+)"', clash.text)[-1]
    assert chair.post(path, {"text": "Bản một.\r\nBản hai.", "revision": revision}).status_code == 303
    page = secretary.get(f"{site.meeting}/minutes").text
    assert "Bản một." in page
    assert "Dữ liệu của phiên họp khác với mục này" in page
    assert chair.post(path, {"text": "a" * 50_001, "revision": "3"}).status_code == 422
    assert secretary.post(f"{path}/renew").status_code == 303
    assert "Bản một." not in secretary.get(f"{site.meeting}/minutes").text


def test_from_comments_to_a_sealed_paper(site: Site) -> None:
    conclude(site)
    secretary, chair, member = begin(site), site.as_("chair"), site.as_("first")
    minutes, comments = f"{site.meeting}/minutes", f"{site.meeting}/minutes/sections/{section_id(site)}/comments"
    assert member.get(minutes).status_code == 404
    assert member.get(f"{minutes}.pdf").status_code == 404
    secretary.post(f"{minutes}/send")
    assert member.get(minutes).status_code == 200
    assert member.post(comments, {"text": "Sai giờ khai mạc"}).status_code == 303
    assert member.post(comments, {"text": ""}).status_code == 422
    assert "Sai giờ khai mạc" in secretary.get(minutes).text
    assert secretary.post(f"{minutes}/comments/1/settle").status_code == 303
    draft = secretary.get(f"{minutes}.pdf")
    assert draft.data.startswith(b"%PDF-")
    assert secretary.get(f"{minutes}.docx").data.startswith(b"PK")
    assert secretary.post(f"{minutes}/confirm").status_code == 409
    secretary.post(f"{minutes}/finish")
    assert member.post(f"{minutes}/confirm").status_code == 403
    assert secretary.post(f"{minutes}/seal").status_code == 409
    assert chair.post(f"{minutes}/confirm").status_code == 303
    assert chair.post(f"{minutes}/confirm").status_code == 409
    assert secretary.post(f"{minutes}/confirm").status_code == 303
    assert "Đã ký số, khóa" in member.get(minutes).text
    assert secretary.post(f"{minutes}/reopen").status_code == 409
    assert conclude(site, "Thêm").status_code == 409
    sealed = member.get(member.get(f"{minutes}.pdf").location).data
    assert [signature.unchanged for signature in seals.verify(sealed)] == [True]
    assert site.as_("stranger").get(f"{minutes}.pdf").status_code == 404


def test_minutes_that_nobody_has_drawn_up_are_not_there(site: Site) -> None:
    assert site.as_("first").post(f"{site.meeting}/minutes").status_code == 403
    assert site.as_("secretary").get(f"{site.meeting}/minutes.pdf").status_code == 404


def test_a_resolution_is_prefilled_kept_and_exported(site: Site) -> None:
    conclude(site)
    secretary, path = site.as_("secretary"), f"{site.meeting}/items/1/resolution"
    assert "Điều 1. Thống nhất báo cáo." in secretary.get(path).text
    assert secretary.get(f"{path}.pdf").status_code == 404
    form = {"summary": "Về báo cáo", "grounds": "Căn cứ;", "articles": "Điều 1. Thông qua.", "revision": "0"}
    assert secretary.post(path, form).status_code == 303
    assert secretary.post(path, form).status_code == 409
    assert secretary.post(path, form | {"summary": "", "revision": "1"}).status_code == 422
    assert secretary.get(f"{path}.pdf").data.startswith(b"%PDF-")
    assert secretary.get(f"{path}.docx").data.startswith(b"PK")
    with site.database.reading() as db:
        document = db.scalars(select(Version.document_id)).one()
    assert site.as_("chair").get(f"/papers/{document}").status_code == 200
    assert site.as_("first").get(f"/papers/{document}").status_code == 404


def dossier(site: Site, name: str) -> dict[str, bytes]:
    answer = site.as_(name).get(f"{site.meeting}/dossier.zip")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        return {file: archive.read(file) for file in archive.namelist()}


def test_the_dossier_holds_what_the_asker_may_see(site: Site) -> None:
    secretary = site.as_("secretary")
    for item, name in ((1, "báo cáo.pdf"), (1, "báo cáo.pdf"), (2, "../../kín.pdf")):
        secretary.post(
            f"{site.meeting}/items/{item}/papers", {"file": (io.BytesIO(b"%PDF-1.4 " + name.encode()), name)}
        )
    with site.database.writing() as db:
        meeting = db.get_one(Meeting, site.scene.meeting)
        hidden = db.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.id)).all()[1]
        hidden.hidden = True
    conclude(site, "Công khai.")
    secretary.post(f"{site.meeting}/conclusions", {"text": "Kết luận kín.", "item": "2", "announce": "1"})
    secretary.post(f"{site.poll}/close")
    secretary.post(f"{site.poll}/publish")
    secretary.post(f"{site.meeting}/minutes")
    own, others = dossier(site, "secretary"), dossier(site, "first")
    assert sum(path.startswith("03-tai-lieu/") for path in own) == 3
    assert not any(".." in path or path.startswith("/") for path in own)
    assert b"K\xe1\xba\xbft lu\xe1\xba\xadn k\xc3\xadn" in own["07-ket-luan/ket-luan.csv"]
    assert b"k\xc3\xadn" not in b"".join(others.values())
    assert any(path.startswith("09-bien-ban/") for path in own)
    assert not any(path.startswith(("09-bien-ban/", "10-", "04-")) for path in others)
    ballots = next(data for path, data in others.items() if path.endswith("ballots.json"))
    assert json.loads(ballots)["poll"] == site.scene.poll


def test_the_index_of_a_dossier_agrees_with_its_files(site: Site) -> None:
    conclude(site)
    files = dossier(site, "secretary")
    rows = list(csv.DictReader(io.StringIO(files["index.csv"].decode("utf-8-sig"))))
    assert {row["Tệp"] for row in rows} == files.keys() - {"index.csv", "index.html"}
    for row in rows:
        assert hashlib.sha256(files[row["Tệp"]]).hexdigest() == row["SHA-256"]
    page = files["index.html"].decode()
    assert set(re.findall(r'href="([^"]+)"', page)) == {row["Tệp"] for row in rows}
    assert "http" not in page
    with site.database.reading() as db:
        entry = db.scalars(select(AuditEntry).where(AuditEntry.action == "dossier_export")).one()
    assert entry.details["files"] == len(rows)


def test_the_chair_chooses_what_the_screen_shows(site: Site) -> None:
    chair, path = site.as_("chair"), f"{site.meeting}/screen"
    for mode in ("agenda", "speaker", "vote", "conclusion", "blank", "auto"):
        assert chair.post(path, {"mode": mode}).status_code == 303
        shown = re.search(r'id="screen-mode" data-mode="(\w+)"', chair.get(path).text)
        assert shown is not None
        assert shown[1] == ("auto" if mode == "conclusion" else mode)  # there is no conclusion yet
    chair.post(path, {"mode": "message", "message": "Mời <b>đại biểu</b>"})
    assert "Mời &lt;b&gt;đại biểu&lt;/b&gt;" in chair.get(path).text
    assert chair.post(path, {"mode": "message", "message": ""}).status_code == 422
    assert chair.post(path, {"mode": "party"}).status_code == 400
