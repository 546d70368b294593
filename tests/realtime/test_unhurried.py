"""What is large and only looked at is pushed once for all that happened in a while, and never forgotten."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from documents.database import Database
from ecabinet import realtime
from ecabinet.blocks import Block, BlockTable, Rendered, View, Viewer
from ecabinet.realtime import Publisher

TABLE = BlockTable(
    tuple(Block(view, view, frozenset({"progress"}), lambda _db, _viewer: "") for view in (View.MEETING, View.SEATS))
)


class Room:
    """A publisher with somebody in every room, and what it has pushed."""

    def __init__(self, database: Database) -> None:
        self.pushed: list[str] = []
        self.arrived = threading.Condition()
        self.publisher = Publisher(
            database, TABLE, self.render, lambda _db, change: [(change[1], change[0])], lambda _db, _id: set(),
            lambda _db, _id: [frozenset()], self.emit, lambda room: room.endswith(":observer:vi"),
        )  # fmt: skip
        self.publisher.start()
        self.change = database.listeners[-1]

    def render(self, viewer: Viewer, _kinds: set[str]) -> list[Rendered]:
        return [{"id": viewer.view, "rev": 0, "html": ""}]

    def emit(self, event: str, payload: Any, _room: str) -> Future[None] | None:
        with self.arrived:
            self.pushed += [block["id"] for block in payload] if event == "blocks" else []
            self.arrived.notify_all()
        return None

    def until(self, *pushed: str) -> bool:
        with self.arrived:
            return self.arrived.wait_for(lambda: sorted(self.pushed) == sorted(pushed), timeout=90)


@pytest.fixture
def room(migrated_sqlite: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setattr(realtime, "GATHER_SECONDS", 0.0)
    made = Database(f"sqlite:///{tmp_path / 'test.db'}")
    yield Room(made)
    made.dispose()


def test_many_changes_are_one_push(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(realtime.UNHURRIED, View.SEATS, 3600.0)
    for n in range(1, 6):
        room.change([("progress", 7)])
        assert room.until(*[View.MEETING] * n)
    room.publisher.close()
    assert room.pushed.count(View.SEATS) == 1  # what waited is sent at the end


def test_it_comes_without_another_change(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(realtime.UNHURRIED, View.SEATS, 0.05)
    room.change([("progress", 7)])
    assert room.until(View.MEETING, View.SEATS)
    room.change([("progress", 7)])
    assert room.until(*[View.MEETING, View.SEATS] * 2)
    room.publisher.close()
