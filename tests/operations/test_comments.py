"""Comments on papers: made, answered, edited, deleted, judged, counted, closed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.database import Database
from documents.errors import Invalid, NotFound, Problem
from ecabinet import audit
from ecabinet.meetings import agenda, comment_queries, comments, papers
from ecabinet.meetings.comment_models import PaperComment
from ecabinet.meetings.comment_rules import Verdict, Words
from ecabinet.meetings.models import AgendaItem, Meeting, Paper
from ecabinet.meetings.rules import MeetingState
from tests.people import NOW, Office, make_meeting, make_office

HOUR = timedelta(hours=1)


@dataclass
class Table:
    """A meeting that is invited, with a paper on it."""

    db: Session
    office: Office
    meeting: Meeting
    paper: Paper

    def say(self, name: str, text: str = "Sửa Điều 3", page: int | None = None, **more: object) -> PaperComment:
        by = self.office.person(self.db, name)
        parent, token = more.get("to"), str(more.get("token", f"{name}{text}"))
        assert parent is None or isinstance(parent, PaperComment)
        return comments.comment(self.db, self.meeting, self.paper, Words(text, page), token, by, NOW, parent)

    def judge(self, one: PaperComment, verdict: Verdict, text: str = "") -> None:
        comments.judge(self.db, self.meeting, one, verdict, text, self.office.person(self.db, "secretary"), NOW)

    def labels(self, name: str) -> frozenset[str]:
        return self.office.person(self.db, name).labels

    def threads(self) -> list[tuple[str, list[str]]]:
        found = comment_queries.threads(self.db, self.paper.id)
        return [(thread.comment.text, [reply.text for reply in thread.replies]) for thread in found]


@contextmanager
def laid(database: Database, state: MeetingState = MeetingState.INVITED) -> Iterator[Table]:
    """``with laid(database) as table``: in one transaction."""
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office, state=state, here=())
        item = db.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.id)).first()
        assert item is not None
        file = agenda.PaperFile("Dự thảo", Blob("0" * 64, 10), "du-thao.pdf", "application/pdf")
        paper = papers.lay_paper(db, meeting, item, file, office.person(db, "secretary"), NOW)
        yield Table(db, office, meeting, paper)


def test_comments_stand_by_page_with_their_replies(database: Database) -> None:
    with laid(database) as table:
        table.say("first", "Về trang 5", 5)
        whole = table.say("second", "Về cả văn bản")
        table.say("third", "Về trang 2", 2)
        table.say("chair", "Đồng tình", to=whole)
        assert table.threads() == [("Về cả văn bản", ["Đồng tình"]), ("Về trang 2", []), ("Về trang 5", [])]
        assert comment_queries.counts(table.db, table.meeting.id) == {table.paper.document_id: 4}


def test_the_same_comment_sent_again_is_one(database: Database) -> None:
    with laid(database) as table:
        assert table.say("first", token="t").id == table.say("first", token="t").id
        assert table.say("second", token="t").member_id == table.office.members["second"]
        assert len(table.threads()) == 2


@pytest.mark.parametrize("state", [MeetingState.DRAFT, MeetingState.UNDER_WAY, MeetingState.CONCLUDED])
def test_comments_are_closed_before_the_invitation_and_from_the_beginning(
    database: Database, state: MeetingState
) -> None:
    with laid(database, state) as table:
        with pytest.raises(Problem) as caught:
            table.say("first")
        assert caught.value.code == "comments_closed"


def test_a_deadline_closes_them_earlier_and_can_be_taken_away(database: Database) -> None:
    with laid(database) as table:
        db, meeting, by = table.db, table.meeting, table.office.members["secretary"]
        meeting.starts_at, meeting.ends_at = NOW + 9 * HOUR, NOW + 12 * HOUR
        one = table.say("first")
        comments.set_deadline(db, meeting, NOW, by, NOW)
        for change in (
            lambda: table.say("second"),
            lambda: comments.edit(db, meeting, one, Words("khác"), table.office.person(db, "first"), NOW),
            lambda: comments.delete(db, meeting, one, table.office.person(db, "first"), NOW),
        ):
            with pytest.raises(Problem) as caught:
                change()
            assert caught.value.code == "comments_closed"
        comments.set_deadline(db, meeting, NOW + HOUR, by, NOW)
        assert comments.closes_at(db, meeting) == NOW + HOUR
        table.say("second")
        comments.set_deadline(db, meeting, None, by, NOW)
        assert comments.closes_at(db, meeting) is None
        with pytest.raises(Invalid):
            comments.set_deadline(db, meeting, meeting.starts_at + HOUR, by, NOW)


def test_authors_edit_and_delete_their_own(database: Database) -> None:
    with laid(database) as table:
        db, one = table.db, table.say("first", "Gõ nhầm", 2)
        first, second = (table.office.person(db, name) for name in ("first", "second"))
        comments.edit(db, table.meeting, one, Words("Gõ đúng", 3), first, NOW)
        assert (one.text, one.page, one.edited_at) == ("Gõ đúng", 3, NOW)
        for change in (
            lambda: comments.edit(db, table.meeting, one, Words("của tôi"), second, NOW),
            lambda: comments.delete(db, table.meeting, one, second, NOW),
        ):
            with pytest.raises(Problem) as caught:
                change()
            assert caught.value.code == "forbidden"
        reply = table.say("second", "Trả lời", to=one)
        comments.delete(db, table.meeting, one, first, NOW)
        assert table.threads() == [("", ["Trả lời"])]
        comments.delete(db, table.meeting, reply, second, NOW)
        assert table.threads() == []
        assert comment_queries.counts(db, table.meeting.id) == {}
        assert len(db.scalars(select(PaperComment)).all()) == 2


def test_replies_go_one_level_deep_and_not_to_tombstones(database: Database) -> None:
    with laid(database) as table:
        one = table.say("first")
        reply = table.say("second", "Trả lời", 5, to=one)
        assert reply.page is None
        with pytest.raises(Problem) as deep:
            table.say("third", "Trả lời nữa", to=reply)
        assert deep.value.code == "reply_to_reply"
        comments.delete(table.db, table.meeting, one, table.office.person(table.db, "first"), NOW)
        with pytest.raises(Problem) as gone:
            table.say("third", "Trả lời nữa", to=one)
        assert gone.value.code == "comment_deleted"


def test_the_secretariat_answers_and_from_then_on_it_stands(database: Database) -> None:
    with laid(database) as table:
        one = table.say("first")
        with pytest.raises(Invalid):
            table.judge(one, Verdict.DECLINED)
        table.judge(one, Verdict.EXPLAINED, "Đã có ở Điều 9")
        table.judge(one, Verdict.ACCEPTED)
        assert (one.verdict, one.verdict_text, one.verdict_by) == (
            Verdict.ACCEPTED, "", table.office.members["secretary"],
        )  # fmt: skip
        first = table.office.person(table.db, "first")
        for change in (
            lambda: comments.edit(table.db, table.meeting, one, Words("khác"), first, NOW),
            lambda: comments.delete(table.db, table.meeting, one, first, NOW),
        ):
            with pytest.raises(Problem) as caught:
                change()
            assert caught.value.code == "comment_answered"
        # also when the meeting has begun
        table.meeting.state = MeetingState.UNDER_WAY
        table.judge(one, Verdict.DECLINED, "Không còn kịp")


def test_each_change_is_on_the_trail_without_the_words(database: Database) -> None:
    with laid(database) as table:
        one = table.say("first", "Bí mật")
        comments.edit(table.db, table.meeting, one, Words("Bí mật hơn"), table.office.person(table.db, "first"), NOW)
        table.judge(one, Verdict.ACCEPTED, "Bí mật")
        entries = table.db.scalars(select(audit.AuditEntry).where(audit.AuditEntry.action.like("comment_%"))).all()
        assert [entry.action for entry in entries] == ["comment_made", "comment_edited", "comment_judged"]
        assert "mật" not in str([entry.details for entry in entries])


def test_the_list_of_a_meeting_is_numbered_in_the_order_of_its_agenda(database: Database) -> None:
    with laid(database) as table:
        one = table.say("first", "Một", 1)
        table.say("second", "Hai", to=one)
        table.say("third", "Không")
        lines = comment_queries.listed(table.db, table.meeting.id, table.labels("second"))
        assert [(line.number, line.comment.text) for line in lines] == [(1, "Không"), (2, "Một"), (3, "Hai")]
        assert comment_queries.listed(table.db, table.meeting.id, table.labels("spare")) == []


def test_comments_of_another_meeting_are_not_there(database: Database) -> None:
    with laid(database) as table:
        document = table.paper.document_id
        other = make_meeting(table.db, table.office, state=MeetingState.INVITED, here=())
        one = table.say("first")
        with pytest.raises(NotFound):
            comment_queries.load(table.db, other, one.id, table.labels("first"))
        with pytest.raises(NotFound):
            comment_queries.load_paper(table.db, other, document, table.labels("first"))
        person = table.office.person(table.db, "first")
        found = comment_queries.meeting_of(table.db, person, document, None)
        assert found == table.meeting.id
        for name, meeting_id in (("stranger", None), ("first", other.id), ("stranger", table.meeting.id)):
            asker = table.office.person(table.db, name)
            with pytest.raises(NotFound):
                comment_queries.meeting_of(table.db, asker, document, meeting_id)
