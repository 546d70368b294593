"""Two kinds of transaction: whoever cannot write in time is told so, and nothing of theirs has happened."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from documents import database as databases
from documents.database import Database
from documents.errors import Busy


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setattr(databases, "SQLITE_BUSY_SECONDS", 0.05)
    database = Database(f"sqlite:///{tmp_path / 'd.sqlite3'}")
    with database.writing() as db:
        db.execute(text("CREATE TABLE line (place INTEGER)"))
    yield database
    database.dispose()


def written(database: Database) -> int:
    with database.reading() as db:
        return int(db.scalar(text("SELECT count(*) FROM line")) or 0)


def test_the_lock_in_another_process_is_waited_for_and_then_named(database: Database) -> None:
    with sqlite3.connect(str(database.url.database)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy), database.writing() as db:
            db.execute(text("INSERT INTO line VALUES (1)"))
        other.rollback()
    with database.writing() as db:
        db.execute(text("INSERT INTO line VALUES (2)"))
    assert written(database) == 1


def test_so_is_that_of_another_thread(database: Database) -> None:
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with database.writing():
            inside.set()
            leave.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    assert inside.wait(20)
    with pytest.raises(Busy), database.writing() as db:
        db.execute(text("INSERT INTO line VALUES (1)"))
    leave.set()
    holder.join()
    assert written(database) == 0


def test_writers_stand_in_one_line(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "SQLITE_BUSY_SECONDS", 60.0)

    def write() -> None:
        for _ in range(20):
            with database.writing() as db:
                db.execute(text("INSERT INTO line SELECT count(*) FROM line"))

    writers = [threading.Thread(target=write) for _ in range(20)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    with database.reading() as db:
        assert sorted(db.scalars(text("SELECT place FROM line"))) == list(range(400))
