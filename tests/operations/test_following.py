"""Leading the room on both databases: where it is, who takes the lead, whom a paper is for."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.database import Database
from documents.errors import Forbidden, NotFound, Problem
from documents.models import Version
from ecabinet.audit import AuditEntry
from ecabinet.meetings import agenda, audience, operations, paper_access
from ecabinet.meetings.models import AgendaPresenter, Meeting
from ecabinet.meetings.rules import MeetingState
from ecabinet.reading import following, following_queries
from ecabinet.reading.following_models import RoomPlace
from ecabinet.reading.following_queries import load_leader, load_page, presented, reach, told, withheld
from ecabinet.reading.following_rules import Region, Shown, Spot
from tests.leading import PAGES, items_of, lay
from tests.people import NOW, Office, make_meeting, make_office, participant

TOP: Region = (0.0, 421.0, 595.0, 842.0)


@dataclass
class Desk:
    """A meeting under way with one paper."""

    db: Session
    office: Office
    meeting: Meeting
    version: Version

    def show(self, name: str, page: int = 0, region: Region | None = None, *, begins: bool = False) -> RoomPlace:
        shown = Shown(Spot(self.version.document_id, self.version.id, page), region, None, begins)
        return following.show(self.db, self.meeting, self.version, shown, self.office.members[name], NOW)

    def leader(self, name: str) -> Meeting:
        return load_leader(self.db, self.office.person(self.db, name), self.meeting.id).meeting

    def page(self, name: str, **changes: int) -> Version:
        spot = {"document": self.version.document_id, "version": self.version.id, "page": 0} | changes
        return load_page(self.db, self.office.person(self.db, name), self.meeting, Spot(**spot))

    def limit(self, *names: str) -> frozenset[int]:
        """The paper's item for these alone; the circle of those who see it."""
        item = items_of(self.db, self.meeting)[0]
        people = [participant(self.db, self.office, self.meeting, name).id for name in names]
        chair = self.office.members["chair"]
        audience.limit(self.db, self.meeting, item, people, in_minutes=False, by=chair, now=NOW)
        self.db.flush()
        return frozenset({item.id})


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office)
        yield Desk(db, office, meeting, lay(db, office, meeting))


def refused(problem: pytest.ExceptionInfo[Problem]) -> str:
    return problem.value.code


def test_the_room_goes_where_it_is_led(desk: Desk) -> None:
    first = desk.show("chair", begins=True).turn
    place = desk.show("chair", 4, TOP)
    assert (place.page, place.region, place.by_id, place.at) == (4, TOP, desk.office.members["chair"], NOW)
    assert place.turn > first
    assert told(place) == {
        "meeting": desk.meeting.id, "document": desk.version.document_id, "version": desk.version.id, "page": 4,
        "region": TOP, "pointer": None, "by": place.by_id, "name": "Nguyễn Thị Chair", "turn": place.turn,
    }  # fmt: skip
    assert withheld(told(place)).keys() == {"meeting", "by", "name", "turn", "closed"}


def test_a_pan_is_kept_without_a_turn_and_repeating_changes_nothing(desk: Desk) -> None:
    turn = desk.show("chair", 1, begins=True).turn
    desk.db.info.pop("changes", None)
    assert desk.show("chair", 1, TOP).turn == turn
    assert desk.show("chair", 1, TOP).region == TOP
    assert desk.show("chair", 1).region is None
    assert "changes" not in desk.db.info
    assert desk.show("chair", 2).turn > turn
    assert desk.db.info["changes"] == {("led", desk.meeting.id): None}


def test_the_lead_is_taken_only_by_saying_so(desk: Desk) -> None:
    with pytest.raises(Problem) as problem:
        desk.show("chair")
    assert refused(problem) == "lead_over"
    desk.show("chair", begins=True)
    with pytest.raises(Problem) as problem:
        desk.show("secretary", 3)
    assert refused(problem) == "lead_taken"
    assert desk.show("secretary", 3, begins=True).by_id == desk.office.members["secretary"]
    with pytest.raises(Problem) as problem:
        desk.show("chair", 1)  # was under way when the other began
    assert refused(problem) == "lead_taken"


def test_the_lead_is_given_up(desk: Desk) -> None:
    turn = desk.show("chair", begins=True).turn
    assert following.stop(desk.db, desk.meeting) > turn
    assert following_queries.place_of(desk.db, desk.meeting) is None
    assert following.stop(desk.db, desk.meeting) > 0
    assert desk.show("chair", begins=True).turn > turn


def test_those_who_run_the_meeting_lead_it_and_others_do_not(desk: Desk) -> None:
    assert desk.leader("chair") == desk.leader("secretary") == desk.meeting
    with pytest.raises(Forbidden):
        desk.leader("first")
    with pytest.raises(NotFound):
        desk.leader("stranger")
    operations.advance(desk.db, desk.meeting, MeetingState.CONCLUDED, NOW)
    with pytest.raises(Problem) as problem:
        desk.leader("chair")
    assert refused(problem) == "wrong_state"


def test_the_chair_names_somebody_and_it_is_on_record(desk: Desk) -> None:
    second = participant(desk.db, desk.office, desk.meeting, "second")
    following.set_leaders(desk.db, desk.meeting, second, False, desk.office.members["chair"], NOW)
    desk.db.flush()
    assert desk.leader("second") == desk.meeting
    with pytest.raises(Forbidden):
        desk.leader("first")
    entry = desk.db.scalars(select(AuditEntry).where(AuditEntry.action == "set_leaders")).one()
    assert entry.details == {"named": second.name, "presenters_lead": False}
    following.set_leaders(desk.db, desk.meeting, None, False, desk.office.members["chair"], NOW)
    with pytest.raises(Forbidden):
        desk.leader("second")


def test_who_presents_leads_while_the_item_is_on_if_the_chair_allows(desk: Desk) -> None:
    item, first = items_of(desk.db, desk.meeting)[0], participant(desk.db, desk.office, desk.meeting, "first")
    item.presenters = [AgendaPresenter(position=1, participant_id=first.id, name=first.name)]
    agenda.go_to_item(desk.db, desk.meeting, item.id, NOW)
    with pytest.raises(Forbidden):
        desk.leader("first")
    following.set_leaders(desk.db, desk.meeting, None, True, desk.office.members["chair"], NOW)
    desk.db.flush()
    assert desk.leader("first") == desk.meeting
    with pytest.raises(Forbidden):
        desk.leader("second")
    agenda.go_to_item(desk.db, desk.meeting, items_of(desk.db, desk.meeting)[1].id, NOW)
    desk.db.flush()
    with pytest.raises(Forbidden):
        desk.leader("first")


def test_only_a_page_of_a_paper_of_this_meeting_is_shown(desk: Desk) -> None:
    other = make_meeting(desk.db, desk.office)
    elsewhere = lay(desk.db, desk.office, other, "Tờ trình")
    assert desk.page("chair", page=PAGES - 1) == desk.version
    for changes in (
        {"document": elsewhere.document_id, "version": elsewhere.id},
        {"version": elsewhere.id},
        {"document": 999_999},
        {"version": 999_999},
    ):
        with pytest.raises(NotFound):
            desk.page("chair", **changes)
    with pytest.raises(Problem) as problem:
        desk.page("chair", page=PAGES)
    assert refused(problem) == "no_such_page"
    with pytest.raises(NotFound):
        desk.page("stranger")


def test_a_paper_reaches_those_whom_it_is_for(desk: Desk) -> None:
    nobody: frozenset[int] = frozenset()
    assert reach(desk.db, desk.meeting.id, desk.version.document_id).shown == {nobody}
    desk.show("chair", 2, begins=True)
    circle = desk.limit("first")
    found = reach(desk.db, desk.meeting.id, desk.version.document_id)
    assert (found.shown, found.closed) == ({circle}, {nobody})
    assert presented(desk.db, desk.meeting, nobody) is None
    line = presented(desk.db, desk.meeting, circle)
    assert line is not None
    assert (line.title, line.page, line.name) == ("Báo cáo", 3, "Nguyễn Thị Chair")


def test_a_hidden_paper_reaches_nobody(desk: Desk) -> None:
    item = items_of(desk.db, desk.meeting)[0]
    item.hidden = True
    desk.db.flush()
    paper_access.relabel(desk.db, desk.meeting, NOW)
    assert reach(desk.db, desk.meeting.id, desk.version.document_id).shown == frozenset()
    assert desk.page("chair") == desk.version
    with pytest.raises(NotFound):
        desk.page("first")


def test_a_room_that_is_closed_is_nowhere(desk: Desk) -> None:
    desk.show("chair", begins=True)
    operations.advance(desk.db, desk.meeting, MeetingState.CONCLUDED, NOW)
    assert following_queries.place_of(desk.db, desk.meeting) is None
    assert presented(desk.db, desk.meeting, frozenset()) is None
