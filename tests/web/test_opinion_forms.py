"""Preparing a round by forms: what is wrong is named by its field, and what was typed is still there."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from documents.models import Version
from ecabinet.opinions import drafting, queries
from ecabinet.opinions.models import OpinionRound
from tests.opinion_people import make_round
from tests.people import PEOPLE
from tests.web.conftest import CSRF, Site

LATER = (datetime.now(UTC) + timedelta(days=4)).strftime("%Y-%m-%dT%H:%M")
GOOD = {"title": "Quy chế làm việc", "body": "Kính đề nghị", "deadline": LATER, "late_days": "1", "close_when_all": "1"}


class Draft:
    """A draft round of the site's committee."""

    def __init__(self, site: Site) -> None:
        self.site = site
        with site.database.writing() as db:
            made = make_round(db, site.scene.office, sent=False, deadline=datetime.now(UTC) + timedelta(days=3))
            self.id, self.question = made.id, made.questions[0].id

    @property
    def path(self) -> str:
        return f"/opinions/{self.id}"

    def post(self, part: str, form: dict[str, object] | None = None, name: str = "secretary") -> int:
        return self.site.as_(name).post(f"{self.path}/{part}", form or {}).status_code

    def page(self) -> str:
        return self.site.as_("secretary").get(f"{self.path}/edit").text

    def people(self) -> list[str]:
        with self.site.database.reading() as db:
            of = db.get_one(OpinionRound, self.id)
            return [person.name.split()[-1].lower() for person in drafting.addressed(db, of, datetime.now(UTC).date())]

    def questions(self) -> list[tuple[str, list[str]]]:
        with self.site.database.reading() as db:
            of = db.get_one(OpinionRound, self.id)
            return [(question.text, [option.label for option in question.options]) for question in of.questions]


@pytest.fixture
def draft(site: Site) -> Draft:
    return Draft(site)


def test_a_round_is_made_for_a_body_with_its_first_question(site: Site) -> None:
    form = GOOD | {"to_body": site.scene.office.body, "question": "Đồng ý không?"}
    answer = site.as_("secretary").post("/opinions/new", form)
    assert answer.status_code == 303
    page = site.as_("secretary").get(answer.location).text
    assert "Gửi 4 đồng chí" in page
    assert "Đồng ý không?" in page
    with site.database.reading() as db:
        of = db.scalars(select(OpinionRound)).one()
        assert (of.title, of.late_days, of.close_when_all, of.asks_approval) == ("Quy chế làm việc", 1, True, False)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": "  "}, "Mục này chưa được nhập."),
        ({"title": "x" * 301}, "Nội dung quá dài (tối đa 300 ký tự)."),
        ({"deadline": "mai"}, "Ngày giờ chưa đúng."),
        ({"deadline": "2020-01-01T00:00"}, "Thời điểm này đã qua."),
        ({"deadline": "9999-01-01T00:00"}, "Thời hạn không thể xa quá 366 ngày."),
        ({"late_days": "nhiều"}, "Giá trị phải từ 0 đến 30."),
        ({"to_body": "999999"}, "Đồng chí chưa chọn đơn vị hoặc tổ chức họp."),
    ],
)
def test_a_fault_is_named_and_the_rest_is_kept(site: Site, changes: dict[str, str], said: str) -> None:
    form = GOOD | {"to_body": str(site.scene.office.body), "body": "Nội dung giữ lại"} | changes
    answer = site.as_("secretary").post("/opinions/new", form)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Nội dung giữ lại" in answer.text


def test_a_round_cannot_be_made_for_somebody_elses_body(site: Site) -> None:
    form = GOOD | {"to_body": site.scene.office.body}
    assert site.as_("stranger").post("/opinions/new", form).status_code == 422
    assert site.as_("first").post("/opinions/new", form).status_code == 422
    assert site.as_("first").get("/opinions/new").status_code == 403


def test_a_draft_is_there_for_those_who_hold_it_only(draft: Draft) -> None:
    statuses = {
        name: draft.site.as_(name).get(f"{draft.path}/edit").status_code for name in draft.site.scene.office.members
    }
    assert {name for name, status in statuses.items() if status != 404} == {"secretary"}


@pytest.mark.parametrize("part", ["edit", "questions", "recipients", "papers", "questions/1/remove", "do/send"])
def test_nobody_else_changes_it(draft: Draft, part: str) -> None:
    for name in ("first", "leader", "stranger", "administrator"):
        assert draft.post(part, name=name) == 404


def test_what_it_says_is_changed(draft: Draft) -> None:
    assert draft.post("edit", GOOD | {"asks_approval": "1"}) == 303
    assert "Quy chế làm việc" in draft.page()
    assert "Trình phê duyệt" in draft.page()
    wrong = draft.site.as_("secretary").post(f"{draft.path}/edit", GOOD | {"title": "", "body": "Vẫn còn đây"})
    assert wrong.status_code == 422
    assert "Vẫn còn đây" in wrong.text


def test_questions(draft: Draft) -> None:
    options = {"option": ["Phương án 1", "Phương án 2", "", "Khác"], "needs": ["4"]}
    assert draft.post("questions", {"text": "Chọn mấy?"} | options) == 303
    assert draft.questions()[1] == ("Chọn mấy?", ["Phương án 1", "Phương án 2", "Khác"])
    assert draft.post(f"questions/{draft.question}", {"text": "Câu đầu"} | options) == 303
    assert draft.post(f"questions/{draft.question}/move", {"direction": "down"}) == 303
    assert [text for text, _options in draft.questions()] == ["Chọn mấy?", "Câu đầu"]
    assert draft.post(f"questions/{draft.question}/remove") == 303
    assert len(draft.questions()) == 1
    assert draft.post(f"questions/{draft.question}/remove") == 404
    with draft.site.database.reading() as db:
        question = db.get_one(OpinionRound, draft.id).questions[0]
        assert [option.needs_text for option in question.options] == [False, False, True]


def test_a_wrong_question_keeps_what_was_typed(draft: Draft) -> None:
    answer = draft.site.as_("secretary").post(f"{draft.path}/questions", {"text": "Một thôi?", "option": ["Chỉ một"]})
    assert answer.status_code == 422
    assert "Mỗi câu hỏi cần từ 2 đến 8 phương án." in answer.text
    assert "Một thôi?" in answer.text
    assert 'value="Chỉ một"' in answer.text


def test_recipients(draft: Draft) -> None:
    members = draft.site.scene.office.members
    assert draft.post("recipients", {"member": members["spare"]}) == 303
    assert draft.post("recipients", {"member": members["first"], "excluded": "1"}) == 303
    assert draft.people() == ["chair", "second", "third", "spare"]
    assert draft.post("recipients", {"member": members["spare"]}) == 409
    assert draft.post("recipients", {"to_body": draft.site.scene.office.body}) == 409
    assert draft.post("recipients", {"to_body": "999999"}) == 409
    assert draft.post("recipients", {"member": "abc"}) == 409
    with draft.site.database.reading() as db:
        lines = queries.addressees(db, db.get_one(OpinionRound, draft.id))
    assert draft.post(f"recipients/{lines[0].id}/remove") == 303
    assert draft.people() == ["spare"]
    assert "Nguyễn Thị Second" in draft.site.as_("secretary").get(f"{draft.path}/edit?name=second").text


def upload(draft: Draft, content: bytes, name: str = "du-thao.pdf", who: str = "secretary") -> int:
    headers = {"X-CSRF-Token": CSRF}
    client, data = draft.site.as_(who).client, {"file": (io.BytesIO(content), name)}
    return client.post(
        f"{draft.path}/papers", data=data, headers=headers, content_type="multipart/form-data"
    ).status_code


def test_papers_open_to_the_recipients_with_the_round(draft: Draft) -> None:
    assert upload(draft, b"%PDF-1.7 x") == 303
    with draft.site.database.reading() as db:
        document = db.scalars(select(Version)).one().document_id
    paper = f"/papers/{document}"

    def readers() -> set[str]:
        return {name for name in PEOPLE if draft.site.as_(name).get(paper).status_code == 200}

    assert readers() == {"secretary", "leader"}
    assert draft.post("do/send") == 303
    assert readers() == {"secretary", "leader", "chair", "first", "second", "third"}
    assert f'href="{paper}?opinion={draft.id}"' in draft.site.as_("first").get(draft.path).text
    assert f'href="{draft.path}"' in draft.site.as_("first").get(f"{paper}?opinion={draft.id}").text
    assert draft.post("do/recall", {"reason": "sai"}) == 303
    assert readers() == {"secretary", "leader"}


def test_papers_that_are_none(draft: Draft) -> None:
    assert upload(draft, b"") == 409
    assert upload(draft, b"x", "") == 409
    assert upload(draft, b"x", who="first") == 404
    assert upload(draft, b"%PDF-1.7 x") == 303
    with draft.site.database.reading() as db:
        document = db.scalars(select(Version)).one().document_id
    assert draft.post(f"papers/{document}/remove") == 303
    assert draft.post(f"papers/{document}/remove") == 404
    assert draft.site.as_("secretary").get(f"/papers/{document}").status_code == 404


def test_it_is_sent_once(draft: Draft) -> None:
    assert draft.post("do/send") == 303
    assert draft.post("do/send") == 409
    assert draft.post("edit", GOOD) == 409
    assert draft.post("questions", {"text": "Thêm", "option": ["a", "b"]}) == 409
    assert upload(draft, b"%PDF-1.7 x") == 409
    assert draft.site.as_("secretary").get(f"{draft.path}/edit").status_code == 409
