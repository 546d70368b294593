"""The agenda by forms: built, edited, moved, hidden, opened, interrupted; its papers asked for, submitted, approved."""

import io
import re

import pytest
from werkzeug.test import TestResponse

from ecabinet.meetings import agenda as operations
from ecabinet.meetings import queries
from ecabinet.meetings.models import AgendaItem, Meeting, Paper
from ecabinet.meetings.rules import MeetingState
from tests.web.conftest import CSRF, Site

JSON = "application/json"


def agenda(site: Site) -> list[tuple[int, int]]:
    """Ids and depths."""
    with site.database.reading() as db:
        meeting = db.get_one(Meeting, site.scene.meeting)
        return [(line.id, line.depth) for line in queries.agenda(db, meeting, runs=True)]


def ids(site: Site) -> list[int]:
    return [item_id for item_id, _depth in agenda(site)]


def change(site: Site, **values: object) -> int:
    """Set columns of the first item; its id."""
    with site.database.writing() as db:
        item = operations.items_of(db, site.scene.meeting)[0]
        for name, value in values.items():
            setattr(item, name, value)
        return item.id


def seen(site: Site, who: str, path: str) -> str:
    """A page of the meeting as somebody sees it."""
    answer = site.as_(who).get(site.meeting + path)
    assert answer.status_code == 200, (who, path)
    return answer.text


def error(answer: TestResponse) -> tuple[int, str]:
    assert answer.json is not None
    return answer.status_code, answer.json["error"]


def form(site: Site, **changes: object) -> dict[str, object]:
    return {"item": ids(site)[0], "title": "Báo cáo", "kind": "report", "minutes": "30"} | changes


def test_lines_are_added_as_they_are_pasted(site: Site) -> None:
    secretary = site.as_("secretary")
    text = "1. Thảo luận (45 phút)\n1.1. Tổ 1\n1.2. Tổ 2\nGiải lao (15 phút)"
    assert secretary.post(f"{site.meeting}/agenda", {"lines": text}).status_code == 303
    assert [depth for _id, depth in agenda(site)] == [1, 1, 1, 2, 2, 1]
    page = secretary.get(f"{site.meeting}/agenda").text
    for said in ("Thảo luận", "Tổ 1", "3.1", "45 phút", "Giải lao", "5 nội dung · 100 phút"):
        assert said in page, said


@pytest.mark.parametrize("lines", ["", "  \n \n", "-----"])
def test_nothing_is_added_for_nothing(site: Site, lines: str) -> None:
    before = agenda(site)
    answer = site.as_("secretary").post(f"{site.meeting}/agenda", {"lines": lines})
    assert answer.status_code == 422
    assert "Mục này chưa được nhập." in answer.text
    assert agenda(site) == before


def test_one_bad_line_adds_none_and_what_was_typed_is_still_there(site: Site) -> None:
    before = agenda(site)
    answer = site.as_("secretary").post(f"{site.meeting}/agenda", {"lines": "Dòng tốt\n" + "x" * 301})
    assert answer.status_code == 422
    assert "Nội dung quá dài (tối đa 300 ký tự)." in answer.text
    assert "Dòng tốt" in answer.text
    assert agenda(site) == before


def test_what_was_typed_is_shown_as_text_never_as_html(site: Site) -> None:
    hostile = "<script>alert(1)</script>"
    secretary = site.as_("secretary")
    for path, fields in (
        (f"{site.meeting}/agenda", {"lines": hostile + "x" * 300}),
        (f"{site.meeting}/items/{ids(site)[0]}", form(site, title=hostile, minutes="-5")),
    ):
        answer = secretary.post(path, fields)
        assert answer.status_code == 422
        assert hostile not in answer.text
        assert "&lt;script&gt;" in answer.text
    assert secretary.post(f"{site.meeting}/items/{ids(site)[0]}", form(site, title=hostile)).status_code == 303
    for who, path in (("secretary", "/agenda"), ("secretary", "/console"), ("first", ""), ("secretary", "/screen")):
        assert hostile not in seen(site, who, path)


def test_an_item_is_saved_with_everything_said_of_it(site: Site) -> None:
    item = ids(site)[0]
    fields = form(
        site, title="Tờ trình", kind="discussion", minutes="25", presenter=["Nguyễn Thị Chair", "Khách mời", ""],
        description="Dòng một\nDòng hai", papers_due="2026-11-20T17:00",
    )  # fmt: skip
    assert site.as_("secretary").post(f"{site.meeting}/items/{item}", fields).status_code == 303
    with site.database.reading() as db:
        line = queries.agenda(db, db.get_one(Meeting, site.scene.meeting))[0]
    assert (line.title, line.kind, line.minutes) == ("Tờ trình", "discussion", 25)
    assert line.presenters == ["Nguyễn Thị Chair", "Khách mời"]
    assert line.papers_due is not None
    assert line.papers_due.hour == 10  # five in the afternoon on the office's clock
    page = site.as_("secretary").get(f"{site.meeting}/agenda").text
    assert "nộp tài liệu trước 17:00 20/11" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": "  "}, "Mục này chưa được nhập."),
        ({"minutes": "-1"}, "Giá trị phải từ 0 đến 1440."),
        ({"minutes": "1441"}, "Giá trị phải từ 0 đến 1440."),
        ({"minutes": "nửa giờ"}, "Giá trị phải từ 0 đến 1440."),
        ({"minutes": "٣"}, "Giá trị phải từ 0 đến 1440."),
        ({"presenter": ["n"] * 11}, "Mỗi nội dung có nhiều nhất 10 người trình bày."),
        ({"presenter": ["n" * 101]}, "Nội dung quá dài (tối đa 100 ký tự)."),
        ({"papers_due": "hôm qua"}, "Ngày giờ chưa đúng."),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_each_fault_is_said_beside_its_field(site: Site, changes: dict[str, object], said: str) -> None:
    answer = site.as_("secretary").post(f"{site.meeting}/items/{ids(site)[0]}", form(site, **changes))
    assert answer.status_code == 422
    assert said in answer.text
    on_a_live_page = site.as_("secretary").post(
        f"{site.meeting}/items/{ids(site)[0]}", form(site, **changes), HX_Request="true"
    )
    assert on_a_live_page.status_code in (409, 422)
    assert "toast" in on_a_live_page.headers["HX-Trigger"]


def test_a_kind_that_there_is_not_and_a_direction_that_there_is_not(site: Site) -> None:
    secretary, item = site.as_("secretary"), ids(site)[0]
    assert secretary.post(f"{site.meeting}/items/{item}", form(site, kind="feast")).status_code == 400
    for fields in ({"item": item, "direction": "sideways"}, {"item": item}, {"item": "x", "direction": "up"},
                   {"item": item, "after": "x", "depth": "1"}):  # fmt: skip
        assert secretary.post(f"{site.meeting}/order", fields).status_code == 400
    assert secretary.post(f"{site.meeting}/agenda/settings", {"numbering": "runes"}).status_code == 400


def test_an_item_is_moved_step_by_step_and_behind_another(site: Site) -> None:
    secretary = site.as_("secretary")
    secretary.post(f"{site.meeting}/agenda", {"lines": "Bế mạc"})
    first, second, third = ids(site)
    for fields, becomes in (
        ({"item": third, "direction": "up"}, [(first, 1), (third, 1), (second, 1)]),
        ({"item": third, "direction": "in"}, [(first, 1), (third, 2), (second, 1)]),
        ({"item": third, "direction": "out"}, [(first, 1), (third, 1), (second, 1)]),
        ({"item": first, "after": third, "depth": 2}, None),
        ({"item": first, "after": second, "depth": 2}, [(third, 1), (second, 1), (first, 2)]),
        ({"item": first, "after": "", "depth": 1}, [(first, 1), (third, 1), (second, 1)]),
    ):
        answer = secretary.post(f"{site.meeting}/order", fields)
        assert answer.status_code == 303
        if becomes is not None:
            assert agenda(site) == becomes


def test_a_move_that_another_has_made_senseless_is_refused_by_name(site: Site) -> None:
    secretary = site.as_("secretary")
    first, second = ids(site)
    secretary.post(f"{site.meeting}/agenda", {"lines": "Bế mạc"})
    third = ids(site)[2]
    assert secretary.post(f"{site.meeting}/items/{third}/remove").status_code == 303
    answer = secretary.post(f"{site.meeting}/order", {"item": first, "after": third, "depth": 1}, Accept=JSON)
    assert error(answer) == (409, "order_mismatch")
    answer = secretary.post(f"{site.meeting}/order", {"item": second, "after": first, "depth": 4}, Accept=JSON)
    assert error(answer) == (409, "order_mismatch")
    assert ids(site) == [first, second]


def test_items_of_another_meeting_are_not_there(site: Site) -> None:
    other = {"body": site.scene.office.body, "title": "Khác", "starts_at": "2026-12-01T08:00",
             "ends_at": "2026-12-01T11:00", "quorum": "2/3"}  # fmt: skip
    secretary = site.as_("secretary")
    there = re.match(r"/meetings/\d+", secretary.post("/meetings/new", other).location)
    assert there is not None
    item = ids(site)[0]
    for path in (f"items/{item}", f"items/{item}/remove", f"items/{item}/ask", f"items/{item}/papers"):
        assert secretary.post(f"{there[0]}/{path}", form(site)).status_code in (404, 409), path
        assert secretary.post(f"{there[0]}/{path}", form(site), Accept=JSON).json["error"] != "ok"  # type: ignore[index]
    assert error(secretary.post(f"{there[0]}/order", {"item": item, "direction": "up"}, Accept=JSON)) == (
        409, "order_mismatch",
    )  # fmt: skip


HIDDEN = "Nội dung nhân sự chỉ người điều hành biết"


def test_a_hidden_item_is_on_no_page_of_a_delegate(site: Site) -> None:
    item = change(site, title=HIDDEN, hidden=True)
    upload(site, f"{site.meeting}/items/{item}/papers", "secretary", name="nhan-su-mat.pdf")
    with site.database.reading() as db:
        paper = db.query(Paper).one()
    for path in ("", "/blocks", "/invitation", "/comments"):
        shown = seen(site, "first", path)
        assert HIDDEN not in shown, path
        assert "nhan-su-mat" not in shown, path
    assert HIDDEN not in seen(site, "secretary", "/screen")
    assert HIDDEN in seen(site, "secretary", "/agenda")
    assert HIDDEN in seen(site, "chair", "/console")
    for who, status in (("first", 404), ("stranger", 404), ("chair", 200), ("secretary", 200)):
        assert site.as_(who).get(f"/papers/{paper.document_id}").status_code == status, who
        assert site.as_(who).get(f"/papers/{paper.document_id}/comments").status_code == status, who
    fields = {"text": "Góp ý", "token": "t1"}
    answer = site.as_("first").post(f"{site.meeting}/papers/{paper.document_id}/comments", fields)
    assert answer.status_code == 404
    assert error(site.as_("chair").post(f"{site.meeting}/current/{item}", Accept=JSON)) == (409, "item_hidden")


def test_a_pushed_block_holds_nothing_hidden(site: Site) -> None:
    change(site, title=HIDDEN, hidden=True)
    for view, who in (("meeting", "first"), ("screen", "secretary")):
        blocks = site.as_(who).get(f"{site.meeting}/blocks?view={view}").json
        assert blocks
        for block in blocks:
            assert HIDDEN not in block["html"], block["id"]
    assert site.as_("first").get(f"{site.meeting}/blocks?view=agenda").status_code == 403
    editor = site.as_("secretary").get(f"{site.meeting}/blocks?view=agenda").json
    assert editor is not None
    assert HIDDEN in editor[0]["html"]


def test_a_break_is_on_every_screen_and_no_vote_opens(site: Site) -> None:
    chair = site.as_("chair")
    assert chair.post(f"{site.poll}/close").status_code == 303
    assert chair.post(f"{site.poll}/publish").status_code == 303
    assert chair.post(f"{site.meeting}/current/{ids(site)[0]}").status_code == 303
    for minutes in ("", "0", "nửa giờ", "-3"):
        assert chair.post(f"{site.meeting}/break", {"minutes": minutes}).status_code == 409
    assert chair.post(f"{site.meeting}/break", {"minutes": "15"}).status_code == 303
    for who, path in (("first", ""), ("chair", "/console"), ("secretary", "/screen")):
        page = seen(site, who, path)
        assert "Giải lao" in page, path
        assert "data-clock-until" in page, path
    prepared = {"title": "Thông qua", "fraction": "1/2", "strict": "1", "base": "cast"}
    chair.post(f"{site.meeting}/polls", prepared)
    poll = max(int(n) for n in re.findall(r"/polls/(\d+)/open", chair.get(f"{site.meeting}/console").text))
    assert error(chair.post(f"/polls/{poll}/open", Accept=JSON)) == (409, "vote_during_break")
    assert "Họp lại: Báo cáo" in chair.get(f"{site.meeting}/console").text
    chair.post(f"{site.meeting}/break", {"minutes": "5"})
    assert len(agenda(site)) == 3  # the same break, longer


def test_the_clock_of_the_open_item_is_on_every_screen(site: Site) -> None:
    site.as_("chair").post(f"{site.meeting}/current/{ids(site)[0]}")
    site.as_("chair").post(f"{site.poll}/close")
    site.as_("chair").post(f"{site.poll}/cancel", {"reason": "Lùi lại"})
    for who, path in (("first", ""), ("chair", "/console"), ("secretary", "/screen")):
        page = seen(site, who, path)
        assert 'data-clock-planned="1800"' in page, path
    assert "Dự kiến kết thúc" in site.as_("chair").get(f"{site.meeting}/console").text


def test_the_agenda_of_a_meeting_that_is_over_is_only_shown(site: Site) -> None:
    with site.database.writing() as db:
        db.get_one(Meeting, site.scene.meeting).state = MeetingState.CONCLUDED
    page = site.as_("secretary").get(f"{site.meeting}/agenda").text
    assert "chương trình không thay đổi nữa" in page
    assert "data-add-lines" not in page
    assert "agenda-form" not in page
    secretary = site.as_("secretary")
    for path in ("agenda/settings", "break", f"items/{ids(site)[0]}/ask"):
        fields = {"numbering": "outline", "minutes": "5", "title": "x"}
        assert error(secretary.post(f"{site.meeting}/{path}", fields, Accept=JSON)) == (409, "wrong_state"), path


# ---- papers


def upload(site: Site, path: str, who: str, content: bytes = b"%PDF-1.7 x", name: str = "bao-cao.pdf") -> int:
    data = {"file": (io.BytesIO(content), name), "csrf_token": CSRF}
    return site.as_(who).client.post(path, data=data, content_type="multipart/form-data").status_code


def ask(site: Site, responsible: str = "Nguyễn Thị First", who: str = "secretary") -> str:
    """Ask for a paper; its path."""
    fields = {"title": "Báo cáo tài chính", "responsible": responsible}
    assert site.as_(who).post(f"{site.meeting}/items/{ids(site)[0]}/ask", fields).status_code == 303
    with site.database.reading() as db:
        return f"{site.meeting}/papers/{db.query(Paper).order_by(Paper.id.desc()).first().id}"  # type: ignore[union-attr]


def approving(site: Site) -> None:
    fields = {"numbering": "decimal", "approves_papers": "1"}
    assert site.as_("secretary").post(f"{site.meeting}/agenda/settings", fields).status_code == 303


def test_several_files_at_once_are_several_papers(site: Site) -> None:
    files = [(io.BytesIO(b"%PDF-1.7 " + name.encode()), name) for name in ("giay-mot.pdf", "giay-hai.pdf")]
    path = f"{site.meeting}/items/{ids(site)[0]}/papers"
    answer = site.as_("secretary").client.post(
        path, data={"file": files, "csrf_token": CSRF}, content_type="multipart/form-data"
    )
    assert answer.status_code == 303
    page = site.as_("first").get(site.meeting).text
    assert page.index("giay-mot") < page.index("giay-hai")


def test_from_the_request_to_the_approved_paper(site: Site) -> None:
    approving(site)
    paper = ask(site)
    assert "Tài liệu tôi phải nộp" in site.as_("first").get("/").text
    assert "Tài liệu tôi phải nộp" not in site.as_("second").get("/").text
    assert "Chờ nộp" in site.as_("first").get(paper).text
    assert upload(site, f"{paper}/file", "first") == 303
    assert "Tài liệu tôi phải nộp" not in site.as_("first").get("/").text
    assert "Báo cáo tài chính" not in site.as_("second").get(site.meeting).text
    assert "Tài liệu chờ duyệt" in site.as_("leader").get("/").text
    assert site.as_("leader").post(f"{paper}/return", {"reason": ""}).status_code == 422
    assert site.as_("leader").post(f"{paper}/return", {"reason": "Thiếu phụ lục"}).status_code == 303
    assert "Thiếu phụ lục" in site.as_("first").get(paper).text
    assert upload(site, f"{paper}/file", "first", b"%PDF-1.7 again") == 303
    assert site.as_("leader").post(f"{paper}/approve").status_code == 303
    assert "Báo cáo tài chính" in site.as_("second").get(site.meeting).text
    assert error(site.as_("leader").post(f"{paper}/approve", Accept=JSON)) == (409, "wrong_state")  # pressed twice
    assert site.as_("secretary").post(f"{paper}/withdraw", {"reason": "Nhầm"}).status_code == 303
    assert "Báo cáo tài chính" not in site.as_("second").get(site.meeting).text
    page = site.as_("secretary").get(paper).text
    assert "Đã rút: Nhầm" in page
    assert page.count("Nguyễn Thị First") >= 2  # who submitted, and when, twice


@pytest.mark.parametrize(
    ("who", "page", "file", "approve", "change"),
    [
        ("secretary", 200, 303, 303, 303),
        ("chair", 200, 303, 303, 303),
        ("leader", 200, 403, 303, 403),
        ("first", 200, 303, 403, 403),
        ("second", 404, 404, 404, 404),
        ("stranger", 404, 404, 404, 404),
        ("administrator", 404, 404, 404, 404),
    ],
)
def test_who_may_do_what_with_a_paper(site: Site, who: str, page: int, file: int, approve: int, change: int) -> None:
    approving(site)
    paper = ask(site)
    assert upload(site, f"{paper}/file", "secretary") == 303
    assert site.as_(who).get(paper).status_code == page
    assert upload(site, f"{paper}/file", who) == file
    fields = {"title": "Tên khác", "responsible": "Nguyễn Thị First"}
    assert site.as_(who).post(f"{paper}/change", fields).status_code == change
    assert site.as_(who).post(f"{paper}/approve").status_code == approve


def test_the_papers_of_a_meeting_that_is_over_stay(site: Site) -> None:
    paper = ask(site)
    with site.database.writing() as db:
        db.get_one(Meeting, site.scene.meeting).state = MeetingState.CONCLUDED
    assert upload(site, f"{paper}/file", "first") == 409
    assert site.as_("secretary").post(f"{paper}/remove").status_code == 409
    assert "Tài liệu tôi phải nộp" not in site.as_("first").get("/").text


@pytest.mark.parametrize(
    ("responsible", "code"),
    [("Không có ai", "no_such_member"), ("Nguyễn", "member_ambiguous"), ("DV00000008", "no_such_member")],
)
def test_who_is_meant_must_be_one_person_of_the_meeting_or_the_unit(site: Site, responsible: str, code: str) -> None:
    fields = {"title": "Báo cáo", "responsible": responsible}
    with site.database.writing() as db:  # somebody of a province is no member of the other
        db.get_one(Meeting, site.scene.meeting).unit_id = site.scene.office.units["hue"]
    answer = site.as_("chair").post(f"{site.meeting}/items/{ids(site)[0]}/ask", fields, Accept=JSON)
    assert error(answer) == (409, code)


def test_broken_uploads_of_a_paper_are_refused_by_name(site: Site) -> None:
    paper = ask(site)
    assert upload(site, f"{paper}/file", "first", b"") == 409
    assert upload(site, f"{paper}/file", "first", b"x", "") == 409
    assert site.as_("first").post(f"{paper}/dance").status_code == 404
    assert site.as_("secretary").post(f"{paper}/place", {"direction": "left"}).status_code == 400
    with site.database.reading() as db:
        assert db.query(Paper).one().state == "awaited"


def test_papers_change_places(site: Site) -> None:
    item = ids(site)[0]
    for name in ("giay-mot.pdf", "giay-hai.pdf"):
        upload(site, f"{site.meeting}/items/{item}/papers", "secretary", name=name)
    with site.database.reading() as db:
        second = db.query(Paper).order_by(Paper.id.desc()).first()
        assert second is not None
    answer = site.as_("secretary").post(f"{site.meeting}/papers/{second.id}/place", {"direction": "up"})
    assert answer.status_code == 303
    page = site.as_("first").get(site.meeting).text
    assert page.index("giay-hai") < page.index("giay-mot")
    with site.database.reading() as db:
        assert db.get_one(AgendaItem, item).id == item
