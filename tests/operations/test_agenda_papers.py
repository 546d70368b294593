"""Papers on both databases: asked for, submitted, approved, returned, replaced, withdrawn; who reads what meanwhile."""

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
from documents.models import Document, Version
from documents.queries import may_see
from ecabinet.meetings import agenda, operations, paper_queries, papers, queries
from ecabinet.meetings.agenda import PaperFile
from ecabinet.meetings.models import AgendaItem, Meeting, Paper
from ecabinet.meetings.paper_rules import PaperState
from ecabinet.meetings.rules import MeetingState
from ecabinet.registry.models import Member
from tests.people import NOW, SEATS, Office, make_meeting, make_office

DAY = timedelta(days=1)
ROOM = {*SEATS, "secretary", "leader"}


def file(letter: str = "a") -> PaperFile:
    return PaperFile("Báo cáo", Blob(letter * 64, 5), f"{letter}.pdf", "application/pdf")


@dataclass
class Desk:
    """A meeting that is invited, with the usual people."""

    db: Session
    office: Office
    meeting: Meeting
    item: AgendaItem

    def readers(self, document_id: int | None) -> set[str]:
        if document_id is None:
            return set()
        people = self.office.members
        return {name for name in people if may_see(self.db, document_id, self.office.person(self.db, name).labels)}

    def ask(self, name: str) -> Paper:
        member = self.db.get_one(Member, self.office.members[name])
        by = self.office.person(self.db, "secretary")
        return papers.ask_paper(self.db, self.meeting, self.item, "Báo cáo", member, by, NOW)

    def submit(self, paper: Paper, by: str, letter: str = "a") -> None:
        papers.submit(self.db, self.meeting, paper, file(letter), self.office.person(self.db, by), NOW)

    def approve(self, paper: Paper) -> None:
        papers.approve(self.db, self.meeting, paper, self.office.person(self.db, "chair"), NOW)

    def approving(self, wanted: bool = True) -> None:
        papers.set_approval(self.db, self.meeting, wanted, self.office.person(self.db, "secretary"), NOW)

    def shown(self) -> list[tuple[str, int]]:
        """What a delegate sees under the item: titles and version numbers."""
        line = next(line for line in queries.agenda(self.db, self.meeting) if line.id == self.item.id)
        return [(paper.title, paper.number) for paper in line.papers]


@contextmanager
def desk(database: Database, state: MeetingState = MeetingState.INVITED) -> Iterator[Desk]:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office, state=state, here=())
        yield Desk(db, office, meeting, agenda.items_of(db, meeting.id)[0])


def test_a_paper_asked_for_is_on_the_day_of_the_one_who_must_submit_it(database: Database) -> None:
    with desk(database) as table:
        paper = table.ask("spare")
        spare = table.office.person(table.db, "spare")
        assert [work.paper.id for work in paper_queries.to_submit(table.db, spare, NOW)] == [paper.id]
        assert paper_queries.to_submit(table.db, table.office.person(table.db, "first"), NOW) == []
        assert table.shown() == []
        table.submit(paper, "spare")
        assert paper.state == PaperState.APPROVED
        assert paper_queries.to_submit(table.db, spare, NOW) == []
        # who has written it may read it, invited or not
        assert table.readers(paper.document_id) == ROOM | {"spare"}
        assert table.shown() == [("Báo cáo", 1)]


def test_the_day_of_others_does_not_name_a_hidden_item(database: Database) -> None:
    with desk(database) as table:
        paper = table.ask("spare")
        table.item.hidden = True
        table.db.flush()
        work = paper_queries.load(table.db, table.office.person(table.db, "spare"), table.meeting.id, paper.id, NOW)
        assert work.item == ""
        chair = paper_queries.load(table.db, table.office.person(table.db, "chair"), table.meeting.id, paper.id, NOW)
        assert chair.item == "Báo cáo"


@pytest.mark.parametrize("name", ["first", "stranger", "administrator"])
def test_a_paper_in_work_is_not_there_for_others(database: Database, name: str) -> None:
    with desk(database) as table:
        paper = table.ask("spare")
        with pytest.raises(NotFound):
            paper_queries.load(table.db, table.office.person(table.db, name), table.meeting.id, paper.id, NOW)


def test_what_waits_for_approval_is_read_by_those_who_approve_and_its_author_only(database: Database) -> None:
    with desk(database) as table:
        table.approving()
        paper = table.ask("first")
        table.submit(paper, "first")
        assert (paper.state, paper.document_id) == (PaperState.SUBMITTED, None)
        assert table.readers(paper.pending_id) == {"chair", "secretary", "leader", "first"}
        assert table.shown() == []
        for name in ("chair", "secretary", "leader"):
            waiting = paper_queries.to_approve(table.db, table.office.person(table.db, name), NOW)
            assert [work.paper.id for work in waiting] == [paper.id]
        assert paper_queries.to_approve(table.db, table.office.person(table.db, "stranger"), NOW) == []
        table.approve(paper)
        assert (paper.state, paper.pending_id) == (PaperState.APPROVED, None)
        assert table.readers(paper.document_id) == ROOM
        assert table.shown() == [("Báo cáo", 1)]


def test_a_returned_paper_is_submitted_again(database: Database) -> None:
    with desk(database) as table:
        table.approving()
        paper = table.ask("first")
        table.submit(paper, "first")
        chair, first = (table.office.person(table.db, name) for name in ("chair", "first"))
        with pytest.raises(Invalid):
            papers.send_back(table.db, table.meeting, paper, "", chair, NOW)
        papers.send_back(table.db, table.meeting, paper, "Thiếu phụ lục", chair, NOW)
        assert (paper.state, paper.reason) == (PaperState.RETURNED, "Thiếu phụ lục")
        assert [work.paper.id for work in paper_queries.to_submit(table.db, first, NOW)] == [paper.id]
        table.submit(paper, "first", "b")
        assert (paper.state, paper.reason) == (PaperState.SUBMITTED, "")
        table.approve(paper)
        assert table.shown() == [("Báo cáo", 2)]
        actions = [line.action for line in paper_queries.history(table.db, paper)]
        assert actions == ["approved", "submitted", "returned", "submitted", "asked"]
        names = {line.name for line in paper_queries.history(table.db, paper)}
        assert names == {"Nguyễn Thị Chair", "Nguyễn Thị First", "Nguyễn Thị Secretary"}


def test_readers_keep_what_they_have_until_the_new_version_is_approved(database: Database) -> None:
    with desk(database) as table:
        table.approving()
        paper = table.ask("first")
        table.submit(paper, "first")
        table.approve(paper)
        shown = paper.document_id
        table.submit(paper, "first", "b")
        assert table.readers(shown) == ROOM
        assert table.shown() == [("Báo cáo", 1)]
        pending = paper.pending_id
        assert table.readers(pending) == {"chair", "secretary", "leader", "first"}
        table.approve(paper)
        assert paper.document_id == shown
        assert table.shown() == [("Báo cáo", 2)]
        newest = select(Version.sha256).where(Version.document_id == shown).order_by(Version.number.desc()).limit(1)
        assert table.db.scalar(newest) == "b" * 64
        assert table.readers(pending) == set()


def test_a_new_version_keeps_its_place_and_says_that_it_is_new(database: Database) -> None:
    with desk(database) as table:
        by = table.office.person(table.db, "secretary")
        first, second = (papers.lay_paper(table.db, table.meeting, table.item, file(x), by, NOW) for x in "ab")
        table.submit(first, "secretary", "c")
        line = queries.agenda(table.db, table.meeting)[0]
        assert [(paper.id, paper.number, paper.replaced_at) for paper in line.papers] == [
            (first.document_id, 2, NOW), (second.document_id, 1, None),
        ]  # fmt: skip
        papers.move_paper(table.db, table.meeting, second, -1)
        papers.move_paper(table.db, table.meeting, second, -1)  # at the edge it stays
        table.db.flush()
        line = queries.agenda(table.db, table.meeting)[0]
        assert [paper.id for paper in line.papers] == [second.document_id, first.document_id]


def test_a_withdrawn_paper_is_kept_and_marked_and_read_by_the_room_no_more(database: Database) -> None:
    with desk(database) as table:
        by = table.office.person(table.db, "secretary")
        paper = papers.lay_paper(table.db, table.meeting, table.item, file(), by, NOW)
        papers.withdraw(table.db, table.meeting, paper, "Nhầm bản", by, NOW)
        assert table.readers(paper.document_id) == {"chair", "secretary", "leader"}
        assert table.shown() == []
        work = queries.agenda(table.db, table.meeting, runs=True, now=NOW)[0].work
        assert [(line.state, line.reason) for line in work] == [(PaperState.WITHDRAWN, "Nhầm bản")]
        assert table.db.get(Document, paper.document_id) is not None
        table.submit(paper, "secretary", "b")
        assert table.readers(paper.document_id) == ROOM


def test_the_end_of_approval_lays_what_waits_before_the_meeting(database: Database) -> None:
    with desk(database) as table:
        table.approving()
        paper = table.ask("first")
        table.submit(paper, "first")
        table.approving(False)
        assert (paper.state, table.shown()) == (PaperState.APPROVED, [("Báo cáo", 1)])


def test_papers_of_a_draft_that_wait_open_to_the_room_with_invitation_and_approval(database: Database) -> None:
    with desk(database, MeetingState.DRAFT) as table:
        table.approving()
        paper = table.ask("first")
        table.submit(paper, "first")
        operations.advance(table.db, table.meeting, MeetingState.INVITED, NOW)
        assert table.readers(paper.pending_id) == {"chair", "secretary", "leader", "first"}
        table.approve(paper)
        assert table.readers(paper.document_id) == ROOM


def test_late_is_by_the_deadline_of_the_item(database: Database) -> None:
    with desk(database) as table:
        table.item.papers_due = NOW + DAY
        paper = table.ask("first")

        def late(days: int) -> bool:
            return queries.agenda(table.db, table.meeting, runs=True, now=NOW + days * DAY)[0].work[0].late

        table.db.flush()
        assert (late(0), late(2)) == (False, True)
        table.submit(paper, "first")
        table.db.flush()
        assert (late(0), late(2)) == (False, False)
        table.item.papers_due = NOW - DAY
        table.db.flush()
        assert late(0)


def test_another_title_and_another_person(database: Database) -> None:
    with desk(database) as table:
        paper = table.ask("spare")
        table.submit(paper, "spare")
        by = table.office.person(table.db, "secretary")
        papers.change_paper(table.db, table.meeting, paper, "Báo cáo năm", None, by, NOW)
        assert table.shown() == [("Báo cáo năm", 1)]
        assert paper.document is not None
        assert paper.document.title == "Báo cáo năm"
        assert "spare" not in table.readers(paper.document_id)


def test_an_item_has_so_many_papers_and_no_more(database: Database) -> None:
    with desk(database) as table:
        for _n in range(50):
            table.ask("first")
        with pytest.raises(Problem, match="too_many_papers"):
            table.ask("first")


def test_a_paper_nobody_has_submitted_can_be_taken_back(database: Database) -> None:
    with desk(database) as table:
        paper = table.ask("first")
        papers.remove(table.db, table.meeting, paper, table.office.person(table.db, "secretary"), NOW)
        first = table.office.person(table.db, "first")
        assert paper_queries.to_submit(table.db, first, NOW) == []
