"""Following the chair over sockets, at two processes joined by Redis: what is shown here is seen there."""

from collections.abc import Callable
from typing import Any

import pytest

from ecabinet.meetings import audience
from ecabinet.meetings.models import Meeting
from ecabinet.reading import following
from tests.leading import PAGES, items_of, lay
from tests.people import NOW, participant
from tests.realtime.test_application import Served
from tests.realtime.test_ended_sessions import Pair, pair

__all__ = ["pair"]  # the fixture

Shown = dict[str, Any]


class Room:
    """The room of the scene: papers laid before it, people at either process."""

    def __init__(self, pair: Pair) -> None:
        self.pair, self.scene, self.clients = pair, pair.here.scene, pair.clients
        self.meeting = self.scene.meeting
        self.pages = 0

    def paper(self, item: int = 0) -> Shown:
        with self.scene.database.writing() as db:
            version = lay(db, self.scene.office, db.get_one(Meeting, self.meeting), item=item)
            return {"meeting": self.meeting, "document": version.document_id, "version": version.id, "page": 0}

    def open(self, who: str, at: Served | None = None) -> str:
        """A page of somebody; its name."""
        self.pages += 1
        name = f"{who}-{self.pages}-{id(self)}"
        served = at or self.pair.here
        self.clients.open(name, served.url, extraHeaders=served.cookie(self.scene.office.tokens[who]))
        return name

    def follow(self, page: str) -> Shown:
        answer: Shown = self.clients.call(page, "follow", {"meeting": self.meeting})
        return answer

    def lead(self, who: str, shown: Shown, **changes: Any) -> Shown:
        answer: Shown = self.clients.call(who, "lead", shown | changes)
        return answer

    def heard(self, page: str) -> list[Shown]:
        return [report["data"] for report in self.clients.of(page, "event") if report["event"] == "led"]

    def hears(self, page: str, what: Callable[[Shown], bool]) -> Shown:
        """Wait until the last that a page was told is this; returns it."""
        self.clients.until(lambda: bool(self.heard(page)) and what(self.heard(page)[-1]), f"{page} is told")
        return self.heard(page)[-1]


@pytest.fixture
def room(pair: Pair) -> Room:
    return Room(pair)


def test_pages_regions_and_the_pointer_are_seen_at_the_other_process(room: Room) -> None:
    paper, chair, tablet = room.paper(), room.open("chair"), room.open("first", room.pair.there)
    late = room.follow(tablet)
    assert (late["ok"], late["may_lead"]) == (True, False)
    assert room.lead(chair, paper, begin=True) == {"ok": True}
    first = room.hears(tablet, lambda led: led["document"] == paper["document"])
    assert (first["page"], first["name"], first["by"]) == (0, "Nguyễn Thị Chair", room.scene.member("chair"))
    assert room.lead(chair, paper, page=4, region=[0, 100, 500, 700], pointer=[50, 200.5])["ok"] is True
    led = room.hears(tablet, lambda led: led["page"] == 4)
    assert (led["region"], led["pointer"]) == ([0, 100, 500, 700], [50, 200.5])
    assert led["turn"] > first["turn"]
    assert not room.heard(chair), "a leader is told nothing of their own"
    joined = room.follow(room.open("second", room.pair.there))["led"]
    assert (joined["page"], joined["turn"], joined["pointer"]) == (4, led["turn"], None)


def test_what_comes_too_quickly_is_summed_up_and_the_last_arrives(room: Room) -> None:
    paper, chair, tablet = room.paper(), room.open("chair"), room.open("first")
    room.follow(tablet)
    room.lead(chair, paper, begin=True)
    for place in range(100):
        room.clients.order("emit", chair, event="lead", data=paper | {"pointer": [place, 1]})
    room.hears(tablet, lambda led: led["pointer"] == [99, 1])
    assert len(room.heard(tablet)) < 100


def test_a_region_at_rest_is_where_those_who_come_late_land(room: Room) -> None:
    paper, chair = room.paper(), room.open("chair")
    room.lead(chair, paper, begin=True)
    room.lead(chair, paper, region=[10, 20, 300, 400])
    late = room.open("first", room.pair.there)
    room.clients.until(
        lambda: room.follow(late)["led"]["region"] == [10, 20, 300, 400], "the region is kept once it rests"
    )


def test_one_leads_at_a_time_wherever_they_are(room: Room) -> None:
    paper, chair, tablet = room.paper(), room.open("chair"), room.open("first")
    secretary = room.open("secretary", room.pair.there)
    room.follow(tablet)
    assert room.lead(secretary, paper)["error"] in ("lead_over", "lead_taken")
    assert room.lead(chair, paper, begin=True)["ok"] is True
    assert room.lead(secretary, paper, page=2)["error"] == "lead_taken"
    assert room.lead(secretary, paper, page=3, begin=True)["ok"] is True
    room.hears(tablet, lambda led: led["page"] == 3)
    # what the chair's page still says comes too late, though this process had trusted it
    room.clients.until(lambda: room.lead(chair, paper).get("error") == "lead_taken", "the chair leads no more")
    assert room.lead(chair, {"meeting": room.meeting, "document": None})["ok"] is True
    assert room.hears(tablet, lambda led: led.get("document", 1) is None)["turn"] > 0
    room.clients.until(lambda: room.lead(secretary, paper, page=3).get("error") == "lead_over", "nobody leads")
    assert room.follow(tablet)["led"] is None


def test_each_refusal_has_its_name(room: Room) -> None:
    paper = room.paper()
    first, stranger, chair = room.open("first"), room.open("stranger"), room.open("chair")
    assert room.lead(first, paper, begin=True)["error"] == "forbidden"
    assert room.lead(stranger, paper, begin=True)["error"] == "not_found"
    assert room.clients.call(stranger, "follow", {"meeting": room.meeting})["error"] == "not_found"
    assert room.clients.call(first, "follow", {"meeting": 999_999})["error"] == "not_found"
    assert room.clients.call(first, "follow", {})["error"] == "malformed"
    assert room.lead(chair, paper, version=999_999, begin=True)["error"] == "not_found"
    assert room.lead(chair, paper, document=999_999, begin=True)["error"] == "not_found"
    assert room.lead(chair, paper, page=PAGES, begin=True)["error"] == "no_such_page"
    for broken in ({"page": -1}, {"page": "2"}, {"region": [1, 2, 3]}, {"pointer": [None, 1]}, {"document": "x"}):
        assert room.lead(chair, paper | broken, begin=True)["error"] == "malformed", broken
    assert room.lead(first, {"meeting": room.meeting, "document": None})["error"] == "forbidden"
    assert room.clients.call(chair, "lead", "no object")["error"] == "malformed"
    assert room.lead(chair, paper, begin=True) == {"ok": True}


def test_one_who_is_named_leads_until_the_chair_takes_it_back(room: Room) -> None:
    paper, second = room.paper(), room.open("second")

    def name(who: str | None) -> None:
        with room.scene.database.writing() as db:
            meeting = db.get_one(Meeting, room.meeting)
            named = participant(db, room.scene.office, meeting, who) if who else None
            following.set_leaders(db, meeting, named, False, room.scene.member("chair"), NOW)

    name("second")
    assert room.follow(second)["may_lead"] is True
    assert room.lead(second, paper, begin=True)["ok"] is True
    name(None)
    assert room.follow(second)["may_lead"] is False
    assert room.lead(second, paper, page=1)["error"] == "forbidden"


def test_one_who_lets_go_is_told_no_more(room: Room) -> None:
    paper, chair = room.paper(), room.open("chair")
    away, witness = room.open("first"), room.open("second")
    for page in (away, witness):
        room.follow(page)
    assert room.clients.call(away, "unfollow", {}) == {"ok": True}
    room.lead(chair, paper, page=5, begin=True)
    room.hears(witness, lambda led: led["page"] == 5)
    assert not room.heard(away)


# The last: from here on an item of the shared scene is for some alone.
def test_those_whom_a_paper_is_not_for_hear_that_somebody_leads_and_nothing_of_what(room: Room) -> None:
    paper, common = room.paper(item=1), room.paper()
    with room.scene.database.writing() as db:
        meeting = db.get_one(Meeting, room.meeting)
        item, first = items_of(db, meeting)[1], participant(db, room.scene.office, meeting, "first")
        audience.limit(db, meeting, item, [first.id], in_minutes=False, by=room.scene.member("chair"), now=NOW)
    chair, inside, outside = room.open("chair"), room.open("first"), room.open("second", room.pair.there)
    for page in (inside, outside):
        room.follow(page)
    room.lead(chair, paper, page=2, begin=True)
    assert room.hears(inside, lambda led: led.get("page") == 2)["document"] == paper["document"]
    told = room.hears(outside, lambda led: bool(led.get("closed")))
    assert told.keys() == {"meeting", "by", "name", "turn", "closed"}
    assert room.follow(outside)["led"].keys() == told.keys()
    room.lead(chair, common, page=1)
    assert room.hears(outside, lambda led: led.get("page") == 1)["document"] == common["document"]
