"""Comments beside a paper and on the page of the meeting: who, until when, what is said when it is refused."""

import io
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from sqlalchemy import select

from documents.models import Document
from ecabinet.clock import ZONE
from ecabinet.meetings.comment_models import PaperComment
from ecabinet.meetings.models import AgendaItem, Meeting
from ecabinet.meetings.rules import MeetingState
from tests.people import PEOPLE
from tests.web.conftest import CSRF, Site

INVITED = {"chair", "first", "second", "third", "secretary"}
HTMX = {"HX_Request": "true"}


class Desk:
    """A meeting that is invited, with a paper."""

    def __init__(self, site: Site) -> None:
        self.site = site
        with site.database.writing() as db:
            meeting = db.get_one(Meeting, site.scene.meeting)
            meeting.state = MeetingState.INVITED
            meeting.starts_at = datetime.now(UTC) + timedelta(days=2)
            meeting.ends_at = meeting.starts_at + timedelta(hours=3)
            item = db.scalars(select(AgendaItem.id).where(AgendaItem.meeting_id == meeting.id)).first()
        answer = site.as_("secretary").client.post(
            f"{site.meeting}/items/{item}/papers", data={"file": (io.BytesIO(b"%PDF-1.7 x"), "Dự thảo.pdf")},
            headers={"X-CSRF-Token": CSRF}, content_type="multipart/form-data",
        )  # fmt: skip
        assert answer.status_code == 303
        with site.database.reading() as db:
            self.document = db.scalars(select(Document.id)).one()

    @property
    def beside(self) -> str:
        return f"/papers/{self.document}/comments?meeting={self.site.scene.meeting}"

    def say(self, name: str, text: str = "Sửa Điều 3", token: str = "", **more: object) -> int:
        form = {"text": text, "token": token or f"{name}-{text}"} | more
        path = f"{self.site.meeting}/papers/{self.document}/comments"
        return self.site.as_(name).post(path, form).status_code

    def act(self, name: str, part: str, **form: object) -> int:
        return self.site.as_(name).post(f"{self.site.meeting}/comments/{part}", form).status_code

    def first_id(self) -> int:
        with self.site.database.reading() as db:
            return db.scalars(select(PaperComment.id).order_by(PaperComment.id)).all()[0]

    def stored(self) -> list[str]:
        with self.site.database.reading() as db:
            return list(db.scalars(select(PaperComment.text).order_by(PaperComment.id)))


@pytest.fixture
def desk(site: Site) -> Desk:
    return Desk(site)


def test_who_reads_and_writes_comments(desk: Desk) -> None:
    statuses = {name: desk.site.as_(name).get(desk.beside).status_code for name in PEOPLE}
    assert {name for name, status in statuses.items() if status == 200} == INVITED
    assert {status for name, status in statuses.items() if name not in INVITED} == {404}
    written = {name for name in PEOPLE if desk.say(name) == 303}
    assert written == INVITED
    # who may read the paper by office, but was not invited, has no part in the talk about it
    assert desk.site.as_("leader").get(f"/papers/{desk.document}").status_code == 200
    assert "reader-comments" not in desk.site.as_("leader").get(f"/papers/{desk.document}").text
    assert "reader-comments" in desk.site.as_("first").get(f"/papers/{desk.document}").text


def test_the_same_comment_twice_is_one(desk: Desk) -> None:
    assert [desk.say("first", token="t"), desk.say("first", token="t")] == [303, 303]
    assert desk.stored() == ["Sửa Điều 3"]


def test_a_comment_is_shown_in_place_with_its_page(desk: Desk) -> None:
    path = f"{desk.site.meeting}/papers/{desk.document}/comments"
    form = {"text": "Nêu rõ <thời hạn>", "page": "3", "token": "t"}
    answer = desk.site.as_("first").post(path, form, **HTMX)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "Nêu rõ &lt;thời hạn&gt;" in answer.text
    assert 'data-goto-page="3"' in answer.text
    assert '<span class="comment-count">1</span>' in desk.site.as_("second").get(f"/papers/{desk.document}").text
    assert "paper-comments" in desk.site.as_("second").get(desk.site.meeting).text


@pytest.mark.parametrize(
    ("broken", "status", "said"),
    [
        ({"text": ""}, 422, "Mục này chưa được nhập."),
        ({"text": "x" * 4001}, 422, "Nội dung quá dài (tối đa 4000 ký tự)."),
        ({"page": "0"}, 422, "Giá trị phải từ 1 đến 99999."),
        ({"page": "ba"}, 422, "Giá trị phải từ 1 đến 99999."),
        ({"token": ""}, 400, ""),
        ({"token": "x" * 65}, 400, ""),
        ({"parent": "999999"}, 404, ""),
        ({"parent": "abc"}, 404, ""),
    ],
)
def test_broken_comments(desk: Desk, broken: dict[str, str], status: int, said: str) -> None:
    path = f"{desk.site.meeting}/papers/{desk.document}/comments"
    answer = desk.site.as_("first").post(path, {"text": "Giữ lại câu này", "token": "t"} | broken)
    assert answer.status_code == status
    assert said in answer.text
    if status == 422 and "text" not in broken:
        assert "Giữ lại câu này" in answer.text
    assert desk.stored() == []


def test_papers_that_are_not_of_the_meeting(desk: Desk) -> None:
    path = f"{desk.site.meeting}/papers/999999/comments"
    assert desk.site.as_("first").post(path, {"text": "x", "token": "t"}).status_code == 404
    assert desk.site.as_("first").get("/papers/999999/comments").status_code == 404
    assert desk.site.as_("first").get(f"/papers/{desk.document}/comments?meeting=999999").status_code == 404
    assert desk.site.as_("first").get(f"/papers/{desk.document}/comments").status_code == 200


def test_authors_edit_and_delete_and_nobody_else(desk: Desk) -> None:
    desk.say("first")
    one = desk.first_id()
    assert desk.act("second", f"{one}", text="của tôi") == 403
    assert desk.act("stranger", f"{one}", text="của tôi") == 404
    assert desk.act("first", f"{one}", text="") == 422
    assert desk.act("first", f"{one}", text="Sửa Điều 4", page="2") == 303
    assert "đã sửa" in desk.site.as_("second").get(desk.beside).text
    assert desk.say("second", "Đồng tình", parent=one) == 303
    assert desk.act("second", f"{one}/delete") == 403
    assert desk.act("first", f"{one}/delete") == 303
    assert desk.act("first", f"{one}/delete") == 409
    page = desk.site.as_("second").get(desk.beside).text
    assert "Góp ý đã được người viết xóa." in page
    assert "Sửa Điều 4" not in page
    assert "Đồng tình" in page


def test_the_secretariat_answers_and_members_do_not(desk: Desk) -> None:
    desk.say("first")
    one = desk.first_id()
    assert desk.act("first", f"{one}/verdict", verdict="accepted") == 403
    assert desk.act("stranger", f"{one}/verdict", verdict="accepted") == 404
    assert desk.act("secretary", f"{one}/verdict", verdict="perhaps") == 422
    assert desk.act("secretary", f"{one}/verdict", verdict="declined", verdict_text="") == 422
    assert desk.act("secretary", f"{one}/verdict", verdict="declined", verdict_text="Trái Điều lệ") == 303
    page = desk.site.as_("first").get(desk.beside).text
    assert "Không tiếp thu" in page
    assert "Trái Điều lệ" in page
    assert desk.act("first", f"{one}/delete") == 409


def test_comments_close_at_their_deadline_and_when_the_meeting_begins(desk: Desk) -> None:
    soon = (datetime.now(UTC) + timedelta(hours=5)).astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")
    assert desk.act("first", "deadline", closes_at=soon) == 403
    assert desk.act("secretary", "deadline", closes_at="mai") == 422
    assert desk.act("secretary", "deadline", closes_at="2999-01-01T00:00") == 422
    assert desk.act("secretary", "deadline", closes_at=soon) == 303
    assert desk.say("first", "Kịp") == 303
    assert desk.act("secretary", "deadline", closes_at="2020-01-01T00:00") == 303
    assert desk.say("first", "Muộn") == 409
    assert "Đã hết thời gian góp ý" in desk.site.as_("first").get(desk.beside).text
    assert desk.act("secretary", "deadline", closes_at="") == 303
    assert desk.say("first", "Lại kịp") == 303
    with desk.site.database.writing() as db:
        db.get_one(Meeting, desk.site.scene.meeting).state = MeetingState.UNDER_WAY
    assert desk.say("first", "Quá muộn") == 409
    assert desk.stored() == ["Kịp", "Lại kịp"]


def test_all_comments_of_the_meeting_and_their_workbook(desk: Desk) -> None:
    desk.say("first", "=1+1", page="7")
    desk.say("second", "Đồng tình", parent=desk.first_id())
    page = desk.site.as_("third").get(f"{desk.site.meeting}/comments").text
    assert "=1+1" in page
    assert "Xuất Excel" not in page
    answer = desk.site.as_("secretary").get(f"{desk.site.meeting}/comments/export/xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.values)  # type: ignore[union-attr]
    assert [row[3] for row in rows[1:]] in (["7", None], ["7", ""])
    assert [row[6] for row in rows[1:]] == ["'=1+1", "Trả lời: Đồng tình"]
    assert desk.site.as_("third").get(f"{desk.site.meeting}/comments/export/xlsx").status_code == 403
