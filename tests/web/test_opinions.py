"""Rounds of opinions on their pages: asked, answered, run, reported, printed; who is let in."""

import io
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from sqlalchemy import select

from documents.models import Version
from documents.queries import may_see
from ecabinet.notices.models import Notice
from ecabinet.opinions import notices
from ecabinet.opinions.models import OpinionAnswer, OpinionRecipient, OpinionRound
from ecabinet.opinions.rules import RoundState
from tests.opinion_people import give, make_round
from tests.people import PEOPLE, SEATS
from tests.web.conftest import Site


class Slip:
    """A round of the site's committee, by its address."""

    def __init__(self, site: Site, **options: object) -> None:
        self.site, now = site, datetime.now(UTC).replace(microsecond=0)
        self.deadline = now + timedelta(days=3)
        with site.database.writing() as db:
            options = {"deadline": self.deadline} | options
            made = make_round(db, site.scene.office, at=now, notify=notices.tell, **options)  # type: ignore[arg-type]
            self.id, self.question = made.id, made.questions[0].id
            self.options = [option.id for option in made.questions[0].options]

    @property
    def path(self) -> str:
        return f"/opinions/{self.id}"

    def form(self, option: int = 0, text: str = "", token: str = "t", revision: int = 0) -> dict[str, object]:
        chosen = {f"question-{self.question}": self.options[option], f"text-{self.question}": text}
        return chosen | {"token": token, "revision": revision}

    def answers(self) -> int:
        with self.site.database.reading() as db:
            return len(db.scalars(select(OpinionAnswer)).all())

    def state(self) -> str:
        with self.site.database.reading() as db:
            return db.get_one(OpinionRound, self.id).state

    def do(self, action: str, name: str = "secretary", **form: object) -> int:
        return self.site.as_(name).post(f"{self.path}/do/{action}", form).status_code

    def allowed(self, path: str) -> set[str]:
        statuses = {name: self.site.as_(name).get(path).status_code for name in PEOPLE}
        assert {status for status in statuses.values() if status != 200} <= {303, 403, 404}
        return {name for name, status in statuses.items() if status == 200}


@pytest.fixture
def slip(site: Site) -> Slip:
    return Slip(site)


# ------------------------------------------------------------------ who is let in


def test_a_round_exists_for_those_asked_and_the_office_only(slip: Slip) -> None:
    assert slip.allowed(slip.path) == set(SEATS)
    assert slip.allowed(f"{slip.path}/run") == {"secretary"}
    statuses = {name: slip.site.as_(name).get(slip.path).status_code for name in PEOPLE}
    assert {name for name, status in statuses.items() if status == 404} == {
        "spare", "administrator", "stranger", "leader",
    }  # fmt: skip
    assert statuses["secretary"] == 303
    assert slip.site.as_("first").get(f"{slip.path}/run").status_code == 403


def test_strangers_read_of_it_nowhere(slip: Slip) -> None:
    for name in ("spare", "stranger", "administrator"):
        for path in ("/", "/opinions"):
            assert "Dự thảo quy chế" not in slip.site.as_(name).get(path).text
    assert "Dự thảo quy chế" in slip.site.as_("first").get("/").text
    assert "còn 2 ngày" in slip.site.as_("first").get("/opinions").text


@pytest.mark.parametrize("action", ["remind", "close", "recall", "extend", "report", "submit", "withdraw", "send"])
def test_what_the_office_does_is_nobody_elses(slip: Slip, action: str) -> None:
    assert slip.do(action, "first", reason="vì") == 403
    assert slip.do(action, "stranger", reason="vì") == 404


def test_unknown_actions_and_rounds(slip: Slip) -> None:
    assert slip.do("explode") == 404
    assert slip.site.as_("secretary").get("/opinions/999999").status_code == 404
    assert slip.site.as_("secretary").post("/opinions/999999/do/send").status_code == 404


# ------------------------------------------------------------------ answering


def test_somebody_answers_and_corrects(slip: Slip) -> None:
    first = slip.site.as_("first")
    page = first.get(slip.path).text
    assert page.count('class="vote-option"') == 3
    assert "Kính đề nghị cho ý kiến." in page
    assert first.post(f"{slip.path}/answer", slip.form()).status_code == 303
    page = first.get(slip.path).text
    assert "Đồng chí đã trả lời lúc" in page
    assert "Gửi lại ý kiến" in page
    again = slip.form(2, "Bỏ <b>Điều 3</b>", "u", 1)
    assert first.post(f"{slip.path}/answer", again).status_code == 303
    page = first.get(slip.path).text
    assert "Bỏ &lt;b&gt;Điều 3&lt;/b&gt;" in page
    assert "Đã sửa 1 lần." in page
    assert slip.answers() == 2


def test_the_same_answer_twice_is_one(slip: Slip) -> None:
    first = slip.site.as_("first")
    for _attempt in range(3):
        answer = first.post(f"{slip.path}/answer", slip.form(), Accept="application/json")
        assert (answer.status_code, answer.get_json()) == (200, {"ok": True, "carry": {"revision": "1"}})
    assert slip.answers() == 1


def test_what_was_typed_stays_when_something_is_missing(slip: Slip) -> None:
    form = slip.form(2, "") | {f"text-{slip.question}": ""}
    page = slip.site.as_("first").post(f"{slip.path}/answer", form)
    assert page.status_code == 422
    assert "Phương án này cần ghi rõ ý kiến." in page.text
    assert f'value="{slip.options[2]}" checked' in page.text
    nothing = slip.site.as_("first").post(
        f"{slip.path}/answer", {"token": "t", "revision": "0", f"text-{slip.question}": "Chỉ có lời"}
    )
    assert nothing.status_code == 422
    assert "Đồng chí chưa chọn phương án nào." in nothing.text
    assert "Chỉ có lời" in nothing.text
    assert slip.answers() == 0


def test_two_tabs(slip: Slip) -> None:
    first = slip.site.as_("first")
    first.post(f"{slip.path}/answer", slip.form())
    page = first.post(f"{slip.path}/answer", slip.form(2, "Lời ở thẻ kia", "other", 0))
    assert page.status_code == 409
    assert "Đồng chí đã trả lời phiếu này ở nơi khác" in page.text
    assert "Lời ở thẻ kia" in page.text
    assert 'name="revision" value="1"' in page.text
    assert first.post(f"{slip.path}/answer", slip.form(2, "Lời ở thẻ kia", "other", 1)).status_code == 303


@pytest.mark.parametrize(
    "broken",
    [
        {"token": ""},
        {"revision": "abc"},
        {"revision": "-1"},
        {"revision": ""},
        {"question": "abc"},
        {"question": "99999999999999999999"},
        {"question": "999"},
        {"text": "x" * 5001},
    ],
)
def test_broken_answers(slip: Slip, broken: dict[str, str]) -> None:
    form = slip.form(0, "", "t", 0)
    for name, value in broken.items():
        form[f"{name}-{slip.question}" if name in ("question", "text") else name] = value
    answer = slip.site.as_("first").post(f"{slip.path}/answer", form)
    assert answer.status_code in (400, 409, 422)
    assert slip.answers() == 0


def test_nobody_answers_for_another(slip: Slip) -> None:
    assert slip.site.as_("secretary").post(f"{slip.path}/answer", slip.form()).status_code == 403
    assert slip.site.as_("spare").post(f"{slip.path}/answer", slip.form()).status_code == 404
    assert slip.answers() == 0


def test_a_late_answer_is_refused_by_name_with_what_was_typed(slip: Slip) -> None:
    with slip.site.database.writing() as db:
        db.get_one(OpinionRound, slip.id).deadline = datetime.now(UTC) - timedelta(hours=1)
    page = slip.site.as_("first").post(f"{slip.path}/answer", slip.form(2, "Viết rất lâu"))
    assert page.status_code == 409
    assert "Phiếu đã hết hạn lúc" in page.text
    assert "Viết rất lâu" in page.text
    assert "chưa được ghi nhận" in page.text
    refused = slip.site.as_("first").post(f"{slip.path}/answer", slip.form(), Accept="application/json")
    assert refused.get_json()["error"] == "opinion_over"


def test_opening_it_is_noted_and_the_notice_is_read(slip: Slip) -> None:
    def unread() -> list[str]:
        with slip.site.database.reading() as db:
            mine = Notice.member_id == slip.site.scene.member("first")
            return list(db.scalars(select(Notice.subject).where(mine, Notice.read_at.is_(None))))

    assert unread() == ["Đề nghị đồng chí cho ý kiến: Dự thảo quy chế"]
    slip.site.as_("first").get(slip.path)
    assert unread() == []
    with slip.site.database.reading() as db:
        assert sum(one.seen_at is not None for one in db.scalars(select(OpinionRecipient))) == 1
    assert "Đã xem" in slip.site.as_("secretary").get(f"{slip.path}/run").text


# ------------------------------------------------------------------ running


def test_the_office_reminds_extends_closes_and_reports(slip: Slip) -> None:
    site = slip.site
    site.as_("first").post(f"{slip.path}/answer", slip.form(2, "Cần nêu căn cứ"))
    assert slip.do("remind") == 303
    with site.database.reading() as db:
        reminded = select(Notice.member_id).where(Notice.subject.startswith("Nhắc cho ý kiến"))
        assert set(db.scalars(reminded)) == {site.scene.member(name) for name in ("chair", "second", "third")}
    assert slip.do("extend", deadline="", reason="") == 422
    later = (slip.deadline + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    assert slip.do("extend", deadline=later, reason="Nhiều đồng chí đi cơ sở") == 303
    assert "Nhiều đồng chí đi cơ sở" in site.as_("secretary").get(f"{slip.path}/run").text
    assert slip.do("close") == 303
    assert slip.do("close") == 409
    assert site.as_("second").post(f"{slip.path}/answer", slip.form()).status_code == 409
    assert site.as_("first").get(f"{slip.path}/report").status_code == 403
    assert slip.do("report", conclusion="Tiếp thu, chỉnh lý.", shared="1") == 303
    assert slip.state() == RoundState.REPORTED
    report = site.as_("first").get(f"{slip.path}/report").text
    for words in ("Tiếp thu, chỉnh lý.", "Cần nêu căn cứ", "100,0%", "Chưa trả lời"):
        assert words in report
    assert site.as_("spare").get(f"{slip.path}/report").status_code == 404


@pytest.mark.parametrize("shared", ["1", ""], ids=["shared", "for the office"])
def test_the_report_is_sealed_and_kept_once_for_those_who_may_read_it(slip: Slip, shared: str) -> None:
    site, path = slip.site, f"{slip.path}/report/seal"
    assert site.as_("secretary").post(path).status_code == 409  # not reported yet
    assert slip.do("close") == 303
    assert slip.do("report", conclusion="Tiếp thu.", shared=shared) == 303
    assert site.as_("first").post(path).status_code == 403
    assert site.as_("secretary").post(path).status_code == 303
    assert site.as_("secretary").post(path).status_code == 409
    with site.database.reading() as db:
        kept = db.get_one(OpinionRound, slip.id).report_id
        assert kept is not None
        version = db.scalars(select(Version.id).where(Version.document_id == kept)).one()
        readers = {name for name in PEOPLE if may_see(db, kept, site.scene.office.person(db, name).labels)}
    office = {"secretary", "leader"}
    assert readers == (office | {"chair", "first", "second", "third"} if shared else office)
    assert f"/papers/{kept}" in site.as_("secretary").get(f"{slip.path}/report").text
    signed = site.as_("secretary").get(f"/papers/{kept}/versions/{version}/content").data
    assert signed.startswith(b"%PDF")
    assert b"/ETSI.CAdES.detached" in signed


def test_a_recalled_round_says_why(slip: Slip) -> None:
    assert slip.do("recall", reason="") == 422
    assert slip.do("recall", reason="Sai căn cứ") == 303
    page = slip.site.as_("first").get(slip.path).text
    assert "Lý do: Sai căn cứ" in page
    assert "Gửi ý kiến" not in page
    assert "Dự thảo quy chế" not in slip.site.as_("first").get("/").text


def test_the_summary_as_a_workbook(slip: Slip) -> None:
    with slip.site.database.writing() as db:
        of = db.get_one(OpinionRound, slip.id)
        give(db, slip.site.scene.office, of, "first", 0, at=datetime.now(UTC))
        give(db, slip.site.scene.office, of, "second", 2, "=HYPERLINK(1)", at=datetime.now(UTC))
    answer = slip.site.as_("secretary").get(f"{slip.path}/report/xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.values)  # type: ignore[union-attr]
    assert rows[0][:4] == ("Câu hỏi", "Phương án", "Số ý kiến", "Tỷ lệ")
    figures = {row[1]: (row[2], row[3]) for row in rows[1:] if row[2]}
    assert figures == {"Đồng ý": ("1", "50,0%"), "Không đồng ý": ("0", "0,0%"), "Ý kiến khác": ("1", "50,0%")}
    assert [row[7] for row in rows if row[4] == "Nguyễn Thị Second"] == ["'=HYPERLINK(1)"]
    assert [row[4] for row in rows if row[1] == "Chưa trả lời"] == ["Nguyễn Thị Chair", "Nguyễn Thị Third"]
    assert slip.site.as_("first").get(f"{slip.path}/report/xlsx").status_code == 403
    assert slip.site.as_("secretary").get(f"{slip.path}/report/exe").status_code == 404


@pytest.mark.parametrize(("what", "kind", "start"), [
    ("report", "pdf", b"%PDF"), ("report", "docx", b"PK"), ("slip", "pdf", b"%PDF"), ("slip", "docx", b"PK"),
])  # fmt: skip
def test_report_and_slip_on_paper(slip: Slip, what: str, kind: str, start: bytes) -> None:
    answer = slip.site.as_("secretary").get(f"{slip.path}/{what}.{kind}")
    assert answer.status_code == 200
    assert answer.data.startswith(start)
    assert slip.allowed(f"{slip.path}/{what}.{kind}") == {"secretary"}


@pytest.mark.parametrize("address", ["other.pdf", "report.exe"])
def test_papers_that_are_none(slip: Slip, address: str) -> None:
    assert slip.site.as_("secretary").get(f"{slip.path}/{address}").status_code == 404


# ------------------------------------------------------------------ approval


@pytest.fixture
def waiting(site: Site) -> Slip:
    """A round that the secretary has handed on."""
    made = Slip(site, sent=False, asks_approval=True)
    assert made.do("submit") == 303
    return made


def test_a_leader_approves(waiting: Slip) -> None:
    leader = waiting.site.as_("leader")
    assert "Dự thảo quy chế" in leader.get("/").text
    assert "Phiếu chờ đồng chí phê duyệt" in leader.get(f"{waiting.path}/run").text
    assert waiting.do("send") == 409
    assert waiting.do("approve", "secretary") == 403
    assert waiting.do("approve", "leader") == 303
    assert waiting.do("approve", "leader") == 409
    assert waiting.do("send", "leader") == 403
    assert waiting.do("send") == 303
    assert waiting.state() == RoundState.SENT


def test_a_leader_gives_it_back_with_a_reason(waiting: Slip) -> None:
    assert waiting.do("return", "leader", reason="") == 422
    assert waiting.do("return", "leader", reason="Nêu rõ căn cứ") == 303
    assert waiting.state() == RoundState.DRAFT
    page = waiting.site.as_("secretary").get(f"{waiting.path}/run").text
    assert "Nêu rõ căn cứ" in page
    assert waiting.site.as_("secretary").get(f"{waiting.path}/edit").status_code == 200


def test_it_is_not_edited_while_it_waits(waiting: Slip) -> None:
    assert waiting.site.as_("secretary").get(f"{waiting.path}/edit").status_code == 409
    assert waiting.do("withdraw") == 303
    assert waiting.site.as_("secretary").get(f"{waiting.path}/edit").status_code == 200


def test_a_unit_wants_approval_by_its_leaders_word(site: Site) -> None:
    centre = f"/units/{site.scene.office.units['centre']}/opinion-policy"
    assert site.as_("secretary").post(centre, {"approval": "1"}).status_code == 404
    assert site.as_("leader").post(centre, {"approval": "1"}).status_code == 303
    assert "Bỏ yêu cầu phê duyệt" in site.as_("leader").get("/opinions").text
    made = Slip(site, sent=False)
    assert made.do("send") == 409
    assert site.as_("leader").post(centre, {"approval": "0"}).status_code == 303
    assert made.do("send") == 303
