"""Annotations in the database: whatever the order and the repeats, everybody comes to hold the same."""

import random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from documents.annotation_models import Annotation
from documents.annotation_queries import as_of_now
from documents.database import Database
from documents.errors import Problem
from ecabinet.clock import now
from ecabinet.reading import queries
from ecabinet.reading.annotating import Batch, Taken, take_many
from ecabinet.reading.desks import Place, sit
from tests.annotating import lay_paper, note
from tests.people import Scene, make_scene

AUTHORS = ("first", "second")
SCREENS = (("first", True), ("second", True), ("third", True), ("third", False), ("chair", False))


class Screen:
    """What one tablet holds: it asks for what is new now and then, and applies it."""

    def __init__(self, table: "Table", name: str, inside: bool) -> None:
        self.table, self.name, self.inside = table, name, inside
        self.since = 0
        self.held: dict[str, Any] = {}

    def look(self) -> None:
        news = self.table.news(self.name, self.inside, self.since)
        for one in news["annotations"]:
            before = self.held.get(one["id"], {"seq": 0})
            assert one["seq"] > self.since
            if one["seq"] > before["seq"]:
                self.held[one["id"]] = one
        self.since = news["seq"]

    def shown(self) -> dict[str, Any]:
        return {key: one for key, one in self.held.items() if not one["deleted"]}


class Table:
    """A paper, and what two authors want of it: for each annotation its changes in their order."""

    def __init__(self, scene: Scene, chance: random.Random) -> None:
        self.scene, self.chance = scene, chance
        self.document, self.version = lay_paper(scene, f"Báo cáo {chance.random()}")
        self.wanted = [(author, self._life()) for author in AUTHORS for _ in range(4)]

    def _life(self) -> list[dict[str, Any]]:
        key = str(UUID(int=self.chance.getrandbits(128)))
        kinds: list[dict[str, Any]] = [
            {"visibility": "private"},
            {"visibility": "meeting", "meeting": self.scene.meeting},
            {"visibility": "members", "members": [self.scene.member("third")]},
            {"deleted": True},
        ]
        lives = [self.chance.choice(kinds[:3]), *(self.chance.choice(kinds) for _ in range(self.chance.randrange(4)))]
        return [note(f"{key} {rev}", id=key, rev=rev) | said for rev, said in enumerate(lives, 1)]

    def send(self, name: str, changes: list[Any]) -> Taken:
        place = Place(self.document, self.version, self.scene.meeting)
        with self.scene.database.writing() as db:
            (taken,) = take_many(db, [Batch(self.scene.office.tokens[name], place, changes, now())])
        assert isinstance(taken, Taken)
        return taken

    def news(self, name: str, inside: bool, since: int) -> Any:
        with self.scene.database.reading() as db:
            as_of_now(db)
            place = Place(self.document, self.version, self.scene.meeting if inside else None)
            return queries.news(db, sit(db, self.scene.office.person(db, name), place), since)


def test_any_order_with_repeats_converges(database: Database) -> None:
    scene = make_scene(database)
    for seed in range(3):
        chance = random.Random(seed)
        table = Table(scene, chance)
        screens = [Screen(table, name, inside) for name, inside in SCREENS]
        at = [0] * len(table.wanted)
        while any(done < len(life) for done, (_author, life) in zip(at, table.wanted, strict=True)):
            one = chance.randrange(len(at))
            author, life = table.wanted[one]
            # From any earlier change on: what was acknowledged and is sent again, and a few more.
            start = chance.randint(0, at[one])
            end = min(len(life), at[one] + chance.randint(0, 2))
            table.send(author, life[start:end])
            at[one] = max(at[one], end)
            chance.choice(screens).look()
        _all_agree(table, screens)


def _all_agree(table: Table, screens: list[Screen]) -> None:
    last = {life[-1]["id"]: (author, life[-1]) for author, life in table.wanted}
    with table.scene.database.reading() as db:
        rows = db.scalars(select(Annotation).where(Annotation.version_id == table.version)).all()
        assert {row.id: row.rev for row in rows} == {key: one["rev"] for key, (_author, one) in last.items()}
    for screen in screens:
        screen.look()
        fresh = Screen(table, screen.name, screen.inside)
        fresh.look()
        assert screen.shown() == fresh.shown()
        assert set(screen.shown()) == {key for key, wanted in last.items() if _sees(screen, *wanted)}
        assert all(one["text"] == last[key][1]["text"] for key, one in screen.shown().items())


def _sees(screen: Screen, author: str, change: dict[str, Any]) -> bool:
    if change.get("deleted"):
        return False
    of_members = change["visibility"] == "members" and screen.name == "third"
    return screen.name == author or of_members or (change["visibility"] == "meeting" and screen.inside)


def test_several_authors_in_one_transaction(database: Database) -> None:
    scene = make_scene(database)
    table = Table(scene, random.Random(1))
    place, tokens = Place(table.document, table.version, scene.meeting), scene.office.tokens
    mine = note(visibility="meeting")
    batches = [
        Batch(tokens["first"], place, [mine, "nonsense"], now()),
        Batch("no such token", place, [note()], now()),
        Batch(tokens["stranger"], place, [note()], now()),
        Batch(tokens["second"], place, [mine | {"rev": 2}, note()], now()),
    ]
    for _again in range(2):
        with database.writing() as db:
            first, nobody, stranger, second = take_many(db, batches)
        assert isinstance(first, Taken)
        assert [one.problem and one.problem.code for one in first.outcomes] == [None, "annotation_malformed"]
        assert isinstance(second, Taken)
        assert [one.problem and one.problem.code for one in second.outcomes] == ["annotation_of_another", None]
        assert [one.code for one in (nobody, stranger) if isinstance(one, Problem)] == ["signed_out", "not_found"]
        assert (first.outcomes[0].seq, second.outcomes[1].seq) == (1, 2)
    assert "no such token" not in repr(batches[1])
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Annotation)) == 2


def test_there_is_an_end_to_what_one_may_write_on_a_paper(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("documents.annotation_rules.MOST_KEPT", 3)
    table = Table(make_scene(database), random.Random(1))
    outcomes = table.send("first", [note() for _ in range(4)]).outcomes
    assert [one.problem and one.problem.code for one in outcomes] == [None, None, None, "too_many_annotations"]
    assert table.send("second", [note()]).outcomes[0].problem is None
