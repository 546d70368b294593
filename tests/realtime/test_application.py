"""The served application spoken to by the official JavaScript client: who is let in, what is said, what is refused."""

import os
import re
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from documents.database import Database
from ecabinet.meetings import attendance
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.rules import AttendanceHow
from ecabinet.registry import operations as registry
from ecabinet.registry import sessions
from ecabinet.voting import operations
from ecabinet.voting.models import Poll
from tests import databases
from tests.people import ACT, NOW, Scene, make_poll, make_scene, participant
from tests.realtime.harness import Clients
from tests.stack.processes import SERVERS_VARIABLES, application

SECRET = "s" * 32


@dataclass
class Served:
    """A serving process on a database that the test may write to as well."""

    url: str
    scene: Scene
    clients: Clients

    def cookie(self, token: str, secret: str = SECRET) -> dict[str, str]:
        """The header that a browser with this session sends."""
        app = Flask("cookie")
        app.secret_key = secret
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer is not None
        return {"Cookie": f"ecabinet={signer.dumps({'token': token, 'csrf': 'x'})}"}

    def open(self, name: str, *transports: str) -> None:
        """Connect as this person."""
        self.clients.open(name, self.url, *transports, extraHeaders=self.cookie(self.scene.office.tokens[name]))

    def join(self, name: str, **data: Any) -> Any:
        """Join the meeting; the answer."""
        return self.clients.call(name, "join", {"meeting": self.scene.meeting} | data)

    def vote(self, name: str, option: str = "for", token: str = "tablet", **changes: Any) -> Any:
        """Cast a ballot; the answer."""
        ballot = {"poll": self.scene.poll, "options": [self.scene.options[option]], "token": token}
        return self.clients.call(name, "ballot", ballot | changes)

    def html_of(self, name: str, block: str) -> str:
        """The newest pushed HTML of a block; empty when none came."""
        found = [
            one["html"]
            for pushed in self.clients.heard(name)
            if isinstance(pushed, list)
            for one in pushed
            if one["id"] == block
        ]
        return str(found[-1]) if found else ""


@pytest.fixture
def served(migrated_sqlite: Path, tmp_path: Path, node_path: str) -> Iterator[Served]:
    url = databases.sqlite_copy(migrated_sqlite, tmp_path)
    database = Database(url)
    scene = make_scene(database)
    environment = {name: value for name, value in os.environ.items() if name not in SERVERS_VARIABLES}
    environment |= {"DATA_DIR": str(tmp_path), "DATABASE_URL": url, "SECRET_KEY": SECRET}
    with application(environment, tmp_path) as address:
        clients = Clients(node_path)
        yield Served(address, scene, clients)
        clients.close()
    database.dispose()


def refused(served: Served, name: str) -> bool:
    served.clients.until(
        lambda: bool(served.clients.of(name, "connect_error") or served.clients.of(name, "connect")), "an answer"
    )
    return bool(served.clients.of(name, "connect_error"))


def test_without_a_session_nobody_is_connected(served: Served) -> None:
    good = served.scene.office.tokens["first"]
    headers = {
        "none": {},
        "empty": {"Cookie": "ecabinet="},
        "garbage": {"Cookie": 'ecabinet=abc.def.ghi; =;; "='},
        "unknown": served.cookie("no-such-token"),
        "forged": served.cookie(good, secret="another secret of thirty-two chars"),
    }
    for name, extra in headers.items():
        served.clients.open(name, served.url, wait=False, extraHeaders=extra)
        assert refused(served, name), name
    served.clients.open("polling", served.url, "polling", wait=False)
    assert refused(served, "polling")


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_member_joins_votes_and_hears_of_it(served: Served, transport: str) -> None:
    served.open("first", transport)
    served.open("second")
    joined = served.join("first")
    assert joined["ok"] is True
    assert {"meeting-bar", "agenda", "ballot-slot"} <= {block["id"] for block in joined["blocks"]}
    assert served.join("second")["ok"] is True
    answer = served.vote("first")
    assert answer["ok"] is True
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", answer["receipt"])
    assert served.vote("first")["receipt"] == answer["receipt"]
    for name in ("first", "second"):
        served.clients.until(
            lambda name=name: ">1<" in served.html_of(name, "vote-progress"), f"{name} sees one ballot"
        )
    assert "receipt" not in str(served.clients.heard("second")) or answer["receipt"] not in str(
        served.clients.heard("second")
    )


def test_each_refusal_has_its_name(served: Served) -> None:
    for name in ("first", "second", "secretary", "stranger"):
        served.open(name)
    options = served.scene.options
    assert served.vote("secretary")["error"] == "not_entitled"
    assert served.vote("stranger")["error"] == "not_entitled"
    assert served.vote("first", poll=999_999)["error"] == "not_entitled"
    assert served.vote("first", options=[])["error"] == "nothing_chosen"
    assert served.vote("first", options=[999_999])["error"] == "unknown_option"
    assert served.vote("first", options=list(options.values()))["error"] == "too_many_chosen"
    # whose ballot it is comes from the session, whatever the message says
    assert (
        served.vote("first", member=served.scene.member("second"), member_id=served.scene.member("second"))["ok"]
        is True
    )
    assert served.vote("first", "against", token="other")["error"] == "already_voted"
    assert served.vote("second")["ok"] is True


GOOD: dict[str, Any] = {"poll": 1, "options": [1], "token": "t"}
SENSELESS: list[Any] = [None, [], "ballot", 7, {}]
SENSELESS += [
    GOOD | {field: value}
    for field, values in {
        "poll": ("1", -1, 0, 1.5, True, 2**60, None),
        "options": ("1", [True], [1.5], [1] * 101, [{"$gt": 0}], {"0": 1}, None),
        "token": ("", 5, "x" * 65, "ký", None),
    }.items()
    for value in values
]


def test_a_ballot_of_no_sense_is_malformed_and_harms_nobody(served: Served) -> None:
    served.open("first")
    for data in SENSELESS:
        assert served.clients.call("first", "ballot", data)["error"] == "malformed", data
    assert served.vote("first")["ok"] is True


def test_rooms_are_for_those_they_concern(served: Served) -> None:
    for name in ("first", "chair", "stranger"):
        served.open(name)
    assert served.join("stranger")["error"] == "not_found"
    assert served.join("first", view="console")["error"] == "forbidden"
    assert served.join("first", view="nonsense")["error"] == "malformed"
    assert served.join("first", meeting="1")["error"] == "malformed"
    assert served.join("first", meeting=999_999)["error"] == "not_found"
    assert served.join("chair", view="console")["ok"] is True
    assert served.join("chair", view="screen")["ok"] is True


def test_closing_reaches_the_room_and_late_ballots_are_refused(served: Served) -> None:
    served.open("first")
    served.join("first")
    act(served, operations.close_poll)
    # The change was committed by another process than the serving one: what is true is in the database.
    assert served.vote("first")["error"] == "poll_not_open"


def test_a_vote_that_opens_is_pushed_to_each_in_its_form(served: Served) -> None:
    for name in ("first", "secretary"):
        served.open(name)
        assert served.join(name)["ok"] is True
    with served.scene.database.writing() as db:
        poll = make_poll(db, db.get_one(Meeting, served.scene.meeting), opened=False).id
    headers = served.cookie(served.scene.office.tokens["chair"]) | {"X-CSRF-Token": "x", "Accept": "application/json"}
    for path in (f"/polls/{served.scene.poll}/close", f"/polls/{poll}/open"):
        with urllib.request.urlopen(urllib.request.Request(served.url + path, b"", headers), timeout=30):
            pass
    for name in ("first", "secretary"):
        served.clients.until(lambda name=name: f"poll-{poll}-open" in served.html_of(name, "ballot-slot"), name)
    assert "data-ballot" in served.html_of("first", "ballot-slot")
    assert "data-ballot" not in served.html_of("secretary", "ballot-slot")


def test_who_left_is_refused_and_who_is_back_is_not(served: Served) -> None:
    served.open("first")

    def record(present: bool) -> None:
        with served.scene.database.writing() as db:
            meeting = db.get_one(Meeting, served.scene.meeting)
            seat = participant(db, served.scene.office, meeting, "first")
            attendance.record_attendance(
                db, seat, present, AttendanceHow.SECRETARY, served.scene.office.person(db, "secretary"), NOW
            )

    record(False)
    assert served.vote("first")["error"] == "not_present"
    record(True)
    assert served.vote("first")["ok"] is True


def test_who_signed_out_elsewhere_votes_and_joins_no_more(served: Served) -> None:
    served.open("first")
    served.join("first")
    with served.scene.database.writing() as db:
        sessions.end_this(db, served.scene.office.tokens["first"])
    assert served.vote("first")["error"] == "signed_out"  # which the tablet keeps, and sends again after signing in
    assert served.join("first")["error"] == "signed_out"


def test_signing_out_elsewhere_ends_that_connection_and_no_other(served: Served) -> None:
    with served.scene.database.writing() as db:
        account = served.scene.office.person(db, "first").account_id
        registry.begin_session(db, account, "another-session", datetime.now(UTC))
    served.open("first")
    served.open("second")
    served.clients.open("other", served.url, extraHeaders=served.cookie("another-session"))
    headers = served.cookie("another-session") | {"X-CSRF-Token": "x", "Accept": "application/json"}
    request = urllib.request.Request(f"{served.url}/me/sessions/end-others", b"", headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200
    served.clients.until(lambda: bool(served.clients.of("first", "disconnect")), "the other device is disconnected")
    for name in ("other", "second"):
        assert served.join(name)["ok"] is True


def act(served: Served, operation: Callable[..., None]) -> None:
    with served.scene.database.writing() as db:
        operation(db, db.get_one(Poll, served.scene.poll), ACT)
