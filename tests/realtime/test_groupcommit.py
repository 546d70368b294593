"""Group commit on both databases: one durable transaction for what waits, and nobody pays for a neighbour's fault."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents.database import Database, changed
from documents.errors import Problem
from ecabinet import groupcommit
from ecabinet.groupcommit import GroupCommit

PATIENCE = 90.0
METADATA = MetaData()
SEAT = Table("seat", METADATA, Column("id", Integer, primary_key=True))
MARK = Table(
    "mark",
    METADATA,
    Column("id", Integer, primary_key=True),
    # Looked at only by COMMIT: a mark for a seat that is not there makes the commit itself fail.
    Column("seat", ForeignKey("seat.id", deferrable=True, initially="DEFERRED"), nullable=False),
)
NO_SUCH_SEAT = 999


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    at_postgres = request.param == "postgresql"
    address = request.getfixturevalue("postgres_url") if at_postgres else f"sqlite:///{tmp_path / 'marks.sqlite3'}"
    opened = Database(address)
    METADATA.create_all(opened.engine)
    with opened.writing() as db:
        db.execute(insert(SEAT), [{"id": seat} for seat in range(100)])
    yield opened
    opened.dispose()


class Marks:
    """Writes marks; remembers the batches, and can be held up at the first."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.entered = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()

    def apply(self, db: Session, seats: Sequence[int]) -> list[int | Problem]:
        self.batches.append(list(seats))
        self.entered.set()
        assert self.go_on.wait(PATIENCE)
        if -1 in seats:
            raise ArithmeticError("poisoned")
        good = [{"seat": seat} for seat in seats if seat != 13]
        if good:
            db.execute(insert(MARK), good)
        return [Problem("unlucky") if seat == 13 else seat * 10 for seat in seats]


@pytest.fixture
def marks() -> Marks:
    return Marks()


@pytest.fixture
def group(database: Database, marks: Marks) -> Iterator[GroupCommit[int, int]]:
    with closing(GroupCommit(database, marks.apply, max_batch=50, max_waiting=80)) as opened:
        yield opened


@pytest.fixture
def held_up(group: GroupCommit[int, int], marks: Marks) -> Callable[[], None]:
    """The group has one item under way and goes on when this is called: what is submitted until then waits together."""
    marks.go_on.clear()
    group.submit(0)
    assert marks.entered.wait(PATIENCE)
    return marks.go_on.set


def standing(database: Database) -> list[int]:
    with database.reading() as db:
        return list(db.scalars(select(MARK.c.seat).order_by(MARK.c.id)))


def outcomes(futures: Sequence[Future[int]]) -> list[int | str]:
    _, late = wait(futures, timeout=PATIENCE)
    assert not late
    return [type(error).__name__ if (error := f.exception()) else f.result() for f in futures]


def test_what_arrives_during_a_commit_is_committed_together_in_order(
    group: GroupCommit[int, int], marks: Marks, held_up: Callable[[], None], database: Database
) -> None:
    futures = [group.submit(seat) for seat in range(1, 13)]
    held_up()
    assert outcomes(futures) == [seat * 10 for seat in range(1, 13)]
    assert marks.batches == [[0], list(range(1, 13))]
    assert standing(database) == list(range(13))


def test_a_batch_is_limited(group: GroupCommit[int, int], marks: Marks, held_up: Callable[[], None]) -> None:
    futures = [group.submit(seat) for seat in range(20, 90)]
    held_up()
    outcomes(futures)
    assert marks.batches == [[0], list(range(20, 70)), list(range(70, 90))]


def test_a_flood_is_refused_by_name_and_what_was_taken_is_kept(
    group: GroupCommit[int, int], held_up: Callable[[], None], database: Database
) -> None:
    futures = [group.submit(seat) for seat in [20] * 80 + [21] * 5]
    for refused in futures[80:]:
        with pytest.raises(Problem, match="busy"):
            refused.result(timeout=PATIENCE)
    held_up()
    assert outcomes(futures[:80]) == [200] * 80
    assert standing(database) == [0] + [20] * 80


def test_futures_resolve_only_after_the_commit_is_visible_to_others(
    group: GroupCommit[int, int], marks: Marks, database: Database
) -> None:
    seen: list[list[int]] = []
    marks.go_on.clear()
    future = group.submit(7)
    future.add_done_callback(lambda _: seen.append(standing(database)))
    assert marks.entered.wait(PATIENCE)
    assert not future.done()
    assert standing(database) == []
    marks.go_on.set()
    assert future.result(timeout=PATIENCE) == 70
    group.close()  # the callbacks have run
    assert seen == [[7]]


def test_the_commit_is_the_durable_kind(database: Database) -> None:
    with database.writing() as db:
        if database.is_sqlite:
            assert db.scalar(text("PRAGMA synchronous")) == 2  # FULL
        else:  # as the server was started, whatever the tests chose for speed: nobody turned it off behind its back
            source = db.scalar(text("SELECT source FROM pg_settings WHERE name = 'synchronous_commit'"))
            assert source in ("command line", "default")


def test_a_refused_item_costs_its_neighbours_nothing(
    group: GroupCommit[int, int], marks: Marks, held_up: Callable[[], None], database: Database
) -> None:
    futures = [group.submit(seat) for seat in (12, 13, 14)]
    held_up()
    assert outcomes(futures) == [120, "Problem", 140]
    assert marks.batches == [[0], [12, 13, 14]]
    assert standing(database) == [0, 12, 14]


def test_a_poisoned_item_fails_alone(
    group: GroupCommit[int, int], marks: Marks, held_up: Callable[[], None], database: Database
) -> None:
    futures = [group.submit(seat) for seat in (1, -1, 2)]
    held_up()
    assert outcomes(futures) == [10, "ArithmeticError", 20]
    assert marks.batches == [[0], [1, -1, 2], [1], [-1], [2]]
    assert standing(database) == [0, 1, 2]


def test_a_failing_commit_fails_alone_and_resolves_nobody_early(
    group: GroupCommit[int, int], held_up: Callable[[], None], database: Database
) -> None:
    futures = [group.submit(seat) for seat in (1, NO_SUCH_SEAT, 2)]
    held_up()
    assert outcomes(futures) == [10, IntegrityError.__name__, 20]
    assert standing(database) == [0, 1, 2]
    assert group.submit(3).result(timeout=PATIENCE) == 30


def test_when_the_database_is_away_nobody_waits_for_ever(
    group: GroupCommit[int, int], marks: Marks, held_up: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groupcommit, "RETRY_SECONDS", 0.0)
    futures = [group.submit(seat) for seat in (-1, -1, -1)]
    held_up()
    assert outcomes(futures) == ["ArithmeticError"] * 3
    assert marks.batches == [[0], [-1, -1, -1], [-1]]


def test_a_wrong_number_of_results_is_nobodys_success(database: Database) -> None:
    with closing(GroupCommit[int, int](database, lambda db, items: [])) as group, pytest.raises(RuntimeError):
        group.submit(1).result(timeout=PATIENCE)


def test_an_item_taken_back_in_time_is_left_out(
    group: GroupCommit[int, int], marks: Marks, held_up: Callable[[], None], database: Database
) -> None:
    kept, taken_back = group.submit(1), group.submit(2)
    assert taken_back.cancel()
    held_up()
    assert kept.result(timeout=PATIENCE) == 10
    assert standing(database) == [0, 1]


def test_closing_commits_what_waits_and_refuses_what_comes(
    group: GroupCommit[int, int], marks: Marks, held_up: Callable[[], None], database: Database
) -> None:
    futures = [group.submit(seat) for seat in range(1, 10)]
    closer = threading.Thread(target=group.close)
    closer.start()
    held_up()
    closer.join(PATIENCE)
    assert not closer.is_alive()
    assert all(future.done() for future in futures)
    assert standing(database) == list(range(10))
    with pytest.raises(Problem, match="busy"):
        group.submit(1).result(timeout=PATIENCE)
    group.close()


def test_an_event_loop_gets_the_same_answers(
    group: GroupCommit[int, int], marks: Marks, held_up: Callable[[], None], database: Database
) -> None:
    async def ask() -> list[int | BaseException]:
        asked = [asyncio.create_task(group.commit(seat)) for seat in (1, 13, -1, 2)]
        taken_back = asyncio.create_task(group.commit(3))
        await asyncio.sleep(0)  # all are handed in
        taken_back.cancel()
        await asyncio.sleep(0)
        held_up()
        return await asyncio.gather(*asked, return_exceptions=True)

    good, refused, poisoned, last = asyncio.run(ask())
    assert (good, last) == (10, 20)
    assert isinstance(refused, Problem)
    assert isinstance(poisoned, ArithmeticError)
    assert standing(database) == [0, 1, 2]


def test_an_event_loop_is_refused_when_too_many_wait(group: GroupCommit[int, int], held_up: Callable[[], None]) -> None:
    futures = [group.submit(20) for _ in range(80)]
    with pytest.raises(Problem, match="busy"):
        asyncio.run(group.commit(21))
    held_up()
    outcomes(futures)


def test_an_event_loop_that_is_gone_stops_nothing(
    group: GroupCommit[int, int], held_up: Callable[[], None], database: Database
) -> None:
    async def leave() -> None:
        asked = asyncio.ensure_future(group.commit(1))
        await asyncio.sleep(0)
        asked.get_coro().close()  # type: ignore[union-attr]

    loop = asyncio.new_event_loop()
    waiting = loop.create_task(leave())
    loop.run_until_complete(waiting)
    loop.close()
    held_up()
    assert group.submit(2).result(timeout=PATIENCE) == 20


def test_listeners_hear_once_a_batch(database: Database, marks: Marks) -> None:
    heard: list[list[tuple[str, int]]] = []
    database.listeners.append(heard.append)

    def apply(db: Session, seats: Sequence[int]) -> list[int | Problem]:
        for _ in seats:
            changed(db, "progress", 1)
        return marks.apply(db, seats)

    marks.go_on.clear()
    with closing(GroupCommit(database, apply)) as group:
        first = group.submit(0)
        assert marks.entered.wait(PATIENCE)
        futures = [group.submit(seat) for seat in (1, 2, 3)]
        marks.go_on.set()
        outcomes([first, *futures])
    assert heard == [[("progress", 1)], [("progress", 1)]]


def test_many_threads_at_once_lose_and_double_nothing(database: Database, marks: Marks) -> None:
    with closing(GroupCommit(database, marks.apply)) as group:
        results: list[Future[int]] = []
        threads = [
            threading.Thread(target=lambda seat=seat: results.extend(group.submit(seat) for _ in range(50)))
            for seat in range(20, 30)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        outcomes(results)
    assert sorted(standing(database)) == sorted(seat for seat in range(20, 30) for _ in range(50))
    assert len(marks.batches) < 500
