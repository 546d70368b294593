"""Two serving processes joined by Redis: who loses a session, a role or a seat in one hears no more in the other."""

import os
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from documents.database import Database
from ecabinet.meetings.models import Meeting
from ecabinet.registry import operations as registry
from ecabinet.registry.models import UnitRole
from ecabinet.voting.models import Poll
from tests import databases, services
from tests.people import make_scene, participant
from tests.realtime.harness import Clients
from tests.realtime.test_application import SECRET, Served
from tests.stack.processes import SERVERS_VARIABLES, application


@dataclass
class Pair:
    """The same scene served by two processes."""

    here: Served
    there: Served

    @property
    def clients(self) -> Clients:
        return self.here.clients

    @property
    def meeting(self) -> str:
        return f"/meetings/{self.here.scene.meeting}"

    def token(self, name: str, token: str) -> str:
        """One more session of somebody."""
        with self.here.scene.database.writing() as db:
            account = self.here.scene.office.person(db, name).account_id
            registry.begin_session(db, account, token, datetime.now(UTC))
        return token

    def post(self, token: str, path: str, **data: str) -> int:
        """A form sent to the first process."""
        headers = self.here.cookie(token) | {"X-CSRF-Token": "x", "Accept": "application/json"}
        request = urllib.request.Request(f"{self.here.url}{path}", urlencode(data).encode(), headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)

    def watch(self, name: str, token: str, view: str = "meeting") -> None:
        """A page of this session at the second process, in the room of the meeting."""
        self.clients.open(name, self.there.url, extraHeaders=self.there.cookie(token))
        answer = self.there.clients.call(name, "join", {"meeting": self.here.scene.meeting, "view": view})
        assert answer["ok"] is True

    def gone(self, name: str) -> None:
        """Wait until the page is disconnected."""
        self.clients.until(lambda: bool(self.clients.of(name, "disconnect")), f"{name} is disconnected")

    def pushed(self, name: str) -> int:
        """How many pushes of blocks a page has heard."""
        return sum(report["event"] == "blocks" for report in self.clients.of(name, "event"))

    def arrive(self, name: str, present: bool) -> None:
        """The chair records an arrival or a departure."""
        with self.here.scene.database.reading() as db:
            seat = participant(db, self.here.scene.office, db.get_one(Meeting, self.here.scene.meeting), name).id
        token = self.here.scene.office.tokens["chair"]
        self.post(token, f"{self.meeting}/attendance/{seat}", present="1" if present else "0")

    def joins_with_ballot(self, page: str) -> bool:
        """Whether the sheet that a page gets when it joins again is a ballot."""
        blocks = self.there.clients.call(page, "join", {"meeting": self.here.scene.meeting})["blocks"]
        return "data-ballot" in next(block["html"] for block in blocks if block["id"] == "ballot-slot")

    def stir(self, witness: str) -> None:
        """Change something that all see, and wait until the witness has seen it."""
        heard = self.pushed(witness)
        for present in (False, True):
            self.arrive("second", present)
        self.clients.until(lambda: self.pushed(witness) > heard, f"{witness} sees the change")


@pytest.fixture(scope="module")
def pair(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, node_path: str) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    url = databases.sqlite_copy(migrated_sqlite, folder)
    database = Database(url)
    scene = make_scene(database)
    environment = {name: value for name, value in os.environ.items() if name not in SERVERS_VARIABLES}
    environment |= {"DATA_DIR": str(folder), "DATABASE_URL": url, "SECRET_KEY": SECRET}
    with services.redis_server() as redis:
        environment["BUS_URL"] = redis.url
        with application(environment, folder) as one, application(environment | {"WORKER": "off"}, folder) as two:
            clients = Clients(node_path)
            here = Served(one, scene, clients)
            yield Pair(here, replace(here, url=two))
            clients.close()
    database.dispose()


def test_a_logout_ends_the_other_tabs_of_that_session(pair: Pair) -> None:
    token = pair.token("first", "tablet-of-first")
    pair.watch("tab", token)
    pair.watch("second tab", token)
    pair.watch("other device", pair.here.scene.office.tokens["first"])
    pair.post(token, "/logout")
    for name in ("tab", "second tab"):
        pair.gone(name)
    heard = pair.pushed("tab"), pair.pushed("second tab")
    pair.stir("other device")
    assert (pair.pushed("tab"), pair.pushed("second tab")) == heard


def test_signed_out_from_afar(pair: Pair) -> None:
    pair.watch("lost tablet", pair.token("third", "lost-tablet"))
    pair.watch("witness of third", pair.here.scene.office.tokens["third"])
    hashed = registry.token_hash("lost-tablet")
    assert pair.post(pair.here.scene.office.tokens["third"], "/me/sessions/end", session=hashed) == 200
    pair.gone("lost tablet")
    heard = pair.pushed("lost tablet")
    pair.stir("witness of third")
    assert pair.pushed("lost tablet") == heard


def test_a_locked_account(pair: Pair) -> None:
    office = pair.here.scene.office
    pair.watch("locked", office.tokens["second"])
    pair.watch("witness of lock", office.tokens["third"])
    assert pair.post(office.tokens["administrator"], f"/accounts/{office.members['second']}/close") == 200
    pair.gone("locked")
    heard = pair.pushed("locked")
    pair.stir("witness of lock")
    assert pair.pushed("locked") == heard


def test_a_role_taken_away_closes_the_pages_it_opened(pair: Pair) -> None:
    """Who holds meetings of the centre by a role alone has no meeting without it."""
    office = pair.here.scene.office
    with pair.here.scene.database.writing() as db:
        leader = office.person(db, "leader").account_id
        role = UnitRole(account_id=leader, unit_id=office.units["centre"], role="secretary")
        db.add(role)
        db.flush()
        role_id = role.id
    pair.watch("leader's console", office.tokens["leader"], view="console")
    pair.watch("chair's console", office.tokens["chair"], view="console")
    path = f"/accounts/{office.members['leader']}/roles/{role_id}/revoke"
    assert pair.post(office.tokens["administrator"], path) == 200
    hears = pair.clients.of
    pair.clients.until(
        lambda: any(one["event"] == "stale" for one in hears("leader's console", "event")), "the page is told to look"
    )
    pair.stir("chair's console")  # what was on its way when the right was lost has arrived
    heard = pair.pushed("leader's console")
    pair.stir("chair's console")
    assert pair.pushed("leader's console") == heard
    assert not hears("leader's console", "disconnect")  # the session goes on, only this page is no longer theirs
    answer = pair.there.clients.call("leader's console", "join", {"meeting": pair.here.scene.meeting})
    assert answer["error"] == "not_found"


def test_a_role_in_the_meeting_taken_away_closes_the_console(pair: Pair) -> None:
    office = pair.here.scene.office
    with pair.here.scene.database.reading() as db:
        seat = participant(db, office, db.get_one(Meeting, pair.here.scene.meeting), "third").id
    path = f"{pair.meeting}/people/{seat}/role"
    pair.post(office.tokens["chair"], path, role="secretary")
    pair.watch("third's console", office.tokens["third"], view="console")
    pair.watch("third's tablet", office.tokens["third"])
    pair.post(office.tokens["chair"], path, role="delegate")
    pair.clients.until(
        lambda: any(one["event"] == "stale" for one in pair.clients.of("third's console", "event")), "told to look"
    )
    pair.stir("third's tablet")  # what was on its way when the right was lost has arrived
    heard = pair.pushed("third's console")
    pair.stir("third's tablet")
    assert pair.pushed("third's console") == heard


def test_a_ballot_is_pushed_to_those_who_have_one(pair: Pair) -> None:
    """Who comes after the opening, who leaves, and who only listens hear another form of the sheet."""
    chair = pair.here.scene.office.tokens["chair"]
    people = ("voter", "first"), ("late", "third"), ("listener", "secretary")
    for page, name in people:
        pair.watch(page, pair.here.scene.office.tokens[name])
    pair.arrive("third", False)
    pair.post(chair, f"/polls/{pair.here.scene.poll}/close")
    vote = {"title": "Thông qua nghị quyết", "fraction": "1/2", "strict": "1", "base": "entitled"}
    pair.post(chair, f"{pair.meeting}/polls", **vote)
    with pair.here.scene.database.reading() as db:
        poll = db.scalar(select(func.max(Poll.id)))
    pair.post(chair, f"/polls/{poll}/open")
    for page, _name in people:
        pair.clients.until(
            lambda page=page: f"poll-{poll}-open" in pair.there.html_of(page, "ballot-slot"), f"{page} sees the vote"
        )
    has_ballot = {page: "data-ballot" in pair.there.html_of(page, "ballot-slot") for page, _name in people}
    assert has_ballot == {"voter": True, "late": False, "listener": False}
    pair.arrive("third", True)
    assert pair.joins_with_ballot("late") is False
    pair.arrive("first", False)
    assert pair.joins_with_ballot("voter") is False
    pair.arrive("first", True)
    assert pair.joins_with_ballot("voter") is True
