"""Connected pages are asked anew now and then: what ends by the clock ends there too, and no order needs to come."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from ecabinet.access import Person
from ecabinet.app import admit
from ecabinet.blocks import Audience, View, Viewer
from ecabinet.registry.account_models import Delegation
from ecabinet.registry.models import SignIn
from ecabinet.registry.operations import token_hash
from ecabinet.sockets import Caller, Sockets, rechecks
from tests.web.conftest import Site


class Server:
    """What :class:`Sockets` needs of the Socket.IO server; it notes what happens to pages and tells when."""

    def __init__(self) -> None:
        self.happened: list[tuple[str, str]] = []
        self.anything = asyncio.Event()
        self.manager = self

    def on(self, _event: str, _handler: Callable[..., Any]) -> None:
        pass

    def move(self, sid: str, _former: str | None, room: str | None) -> None:
        self._note(sid, f"to {room}")

    async def disconnect(self, sid: str) -> None:
        self._note(sid, "disconnected")

    async def emit(self, event: str, _data: object, room: str) -> None:
        self._note(room, event)

    def _note(self, sid: str, what: str) -> None:
        self.happened.append((sid, what))
        self.anything.set()


def watched(site: Site, name: str, view: View, until: Callable[[Server], bool]) -> list[tuple[str, str]]:
    """What happens to a page of this person until the condition holds."""

    async def watch() -> list[tuple[str, str]]:
        server: Any = Server()
        sockets = Sockets(server, site.app)
        sockets.admit = admit
        member = site.scene.member(name)
        caller = Caller(Person(0, member, "", "", (), frozenset()), site.scene.office.tokens[name], "vi")
        caller.viewer = Viewer(site.scene.meeting, view, Audience.OBSERVER, "vi", member)
        sockets.callers["page"] = caller
        looking = asyncio.create_task(sockets.keep_looking())
        async with asyncio.timeout(20):
            while not until(server):
                server.anything.clear()
                await server.anything.wait()
        looking.cancel()
        return list(server.happened)

    return asyncio.run(watch())


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecabinet.sockets.RECHECK_SECONDS", 0.01)


def test_a_session_past_its_date_is_disconnected(site: Site) -> None:
    with site.database.writing() as db:
        mine = SignIn.token_hash == token_hash(site.scene.office.tokens["first"])
        db.execute(update(SignIn).where(mine).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    seen = watched(site, "first", View.MEETING, lambda server: ("page", "disconnected") in server.happened)
    assert seen[0] == ("page", "disconnected")


def test_a_console_opened_by_a_lent_role_closes_at_its_end(site: Site) -> None:
    with site.database.writing() as db:
        lender, taker = (site.scene.office.person(db, name).account_id for name in ("secretary", "stranger"))
        begun = datetime.now(UTC) - timedelta(days=2)
        lent = Delegation(
            from_account_id=lender, to_account_id=taker, unit_id=site.scene.office.units["centre"], role="secretary",
            starts_at=begun, ends_at=begun + timedelta(days=1), created_at=begun,
        )  # fmt: skip
        db.add(lent)
    seen = watched(site, "stranger", View.CONSOLE, lambda server: ("page", "stale") in server.happened)
    assert seen[:2] == [("page", "to None"), ("page", "stale")]


def test_whoever_has_nothing_to_fear_stays(site: Site) -> None:
    room = Viewer(site.scene.meeting, View.MEETING, Audience.VOTER, "vi").room
    seen = watched(site, "first", View.MEETING, lambda server: len(server.happened) > 2)
    assert set(seen) == {("page", f"to {room}")}  # with the ballot of the vote that runs


def test_a_database_that_is_away_throws_nobody_out(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def away(_sockets: Sockets, token: str) -> None:
        asked.append(token)
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(Sockets, "identify", away)

    async def watch() -> list[tuple[str, str]]:
        server: Any = Server()
        sockets = Sockets(server, site.app)
        with site.database.reading() as db:
            sockets.callers["page"] = Caller(site.scene.office.person(db, "first"), "token", "vi")
        looking = asyncio.create_task(sockets.keep_looking())
        async with asyncio.timeout(20):
            while len(asked) < 3:
                await asyncio.sleep(0)
        looking.cancel()
        return list(server.happened)

    assert asyncio.run(watch()) == []


def test_which_changes_make_pages_be_asked() -> None:
    assert rechecks([("polls", 1), ("member", 2)]) is None
    assert rechecks([("account", 3), ("seat", 4)]) == {"accounts": [3], "members": [4], "meetings": []}
    assert rechecks([("circle", 5)]) == {"accounts": [], "members": [], "meetings": [5]}
