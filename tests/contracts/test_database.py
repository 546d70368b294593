"""What the database promises, on SQLite and on PostgreSQL."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from documents import operations, versions
from documents.blobs import Blob
from documents.database import Base, Database, changed
from documents.models import Binned, Document, DocumentLabel, Hold, Job, Loan, PageText, Version

NOW = datetime(2026, 11, 22, 8, 0, 0, 123456, tzinfo=UTC)
MODELS = (Document, DocumentLabel, Version, PageText, Job, Loan, Binned, Hold)
TABLES = [Base.metadata.tables[model.__tablename__] for model in MODELS]
BLOB = Blob("a" * 64, 5)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request, tmp_path):
    url = (
        f"sqlite:///{tmp_path / 'test.sqlite3'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    database = Database(url)
    Base.metadata.create_all(database.engine, tables=TABLES)
    yield database
    database.dispose()


def add(database, title="Tờ trình", labels=("unit:1",)) -> int:
    with database.writing() as db:
        return operations.add_document(db, title=title, kind="paper", labels=labels, by="member:1", now=NOW).id


def count(database, model) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(model))


def fail_in(database):
    with database.writing() as db:
        operations.add_document(db, title="Bỏ", kind="paper", labels=["x"], by="member:1", now=NOW)
        raise ZeroDivisionError


def test_an_exception_rolls_everything_back(database):
    heard = []
    database.listeners.append(heard.extend)
    with pytest.raises(ZeroDivisionError):
        fail_in(database)
    assert (count(database, Document), count(database, DocumentLabel), count(database, Job)) == (0, 0, 0)
    assert heard == []
    add(database)
    assert count(database, Document) == 1


def test_listeners_hear_each_change_once_and_after_the_commit(database):
    heard = []

    def listen(changes):
        heard.append((changes, count(database, Document)))

    database.listeners.append(listen)
    with database.writing() as db:
        changed(db, "poll", 7)
        changed(db, "poll", 8)
        changed(db, "poll", 7)
        db.add(Document(title="a", kind="paper", created_at=NOW, created_by="x"))
        db.flush()
        assert heard == []
    assert heard == [([("poll", 7), ("poll", 8)], 1)]


def test_a_transaction_without_changes_tells_nobody(database):
    heard = []
    database.listeners.append(heard.append)
    with database.writing() as db:
        db.add(Document(title="a", kind="paper", created_at=NOW, created_by="x"))
    assert heard == []


def test_reading_keeps_nothing(database):
    with database.reading() as db:
        db.add(Document(title="a", kind="paper", created_at=NOW, created_by="x"))
        db.flush()
    assert count(database, Document) == 0


def test_moments_come_back_aware_and_exact(database):
    hanoi = timezone(timedelta(hours=7))
    with database.writing() as db:
        db.add(Document(id=1, title="a", kind="paper", created_at=NOW.astimezone(hanoi), created_by="x"))
    with database.reading() as db:
        kept = db.get_one(Document, 1).created_at
        assert kept == NOW
        assert kept.utcoffset() == timedelta(0)
        assert db.scalar(select(Document.id).where(Document.created_at <= NOW.astimezone(hanoi))) == 1


def test_a_moment_without_a_zone_is_refused(database):
    with pytest.raises(StatementError, match="needs a time zone"):  # noqa: SIM117 - the block itself must raise
        with database.writing() as db:
            db.add(Document(title="a", kind="paper", created_at=NOW.replace(tzinfo=None), created_by="x"))
    assert count(database, Document) == 0


def insert(database, row):
    with database.writing() as db:
        db.add(row)


def version(document_id, number=1, **values):
    values = {"state": "waiting", "sha256": "a" * 64, "size": 5} | values
    return Version(
        document_id=document_id, number=number, filename="a", media_type="b", created_at=NOW, created_by="x", **values
    )


def test_what_must_be_unique_is(database):
    document_id = add(database)
    insert(database, version(document_id))
    for row in (version(document_id), DocumentLabel(document_id=document_id, label="unit:1")):
        with pytest.raises(IntegrityError):
            insert(database, row)


@pytest.mark.parametrize(
    "values", [{"state": "odd"}, {"size": -1}, {"number": 0}, {"sha256": "short"}, {"document_id": 999}]
)
def test_rows_that_break_a_rule_are_refused(database, values):
    with pytest.raises(IntegrityError):
        insert(database, version(**({"document_id": add(database)} | values)))
    assert count(database, Version) == 0


def test_references_are_enforced(database):
    document_id = add(database)
    insert(database, version(document_id))

    def remove():
        with database.writing() as db:
            db.execute(text("DELETE FROM document WHERE id = :id"), {"id": document_id})

    with pytest.raises(IntegrityError):
        remove()
    with database.writing() as db:
        db.execute(text("DELETE FROM version"))
    remove()
    assert count(database, DocumentLabel) == 0  # its labels went with it


def in_threads(work, times):
    faults = []

    def guarded(number):
        try:
            work(number)
        except Exception as fault:  # noqa: BLE001 - handed to the test below
            faults.append(fault)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_two_who_read_before_they_write_both_succeed(database):
    """On SQLite a transaction that upgrades from reading to writing fails at once; ours wait at their beginning."""
    document_id = add(database)
    together = threading.Barrier(2)

    def write(number):
        together.wait()
        with database.writing() as db:
            db.scalars(select(Document)).all()
            db.add(DocumentLabel(document_id=document_id, label=f"new:{number}"))

    in_threads(write, 2)
    assert count(database, DocumentLabel) == 3


def test_versions_added_at_once_get_numbers_without_gaps(database):
    document_id = add(database)

    def write(number):
        with database.writing() as db:
            document = db.get_one(Document, document_id)
            versions.add_version(db, document, BLOB, filename="a", media_type="b", by=f"member:{number}", now=NOW)

    in_threads(write, 12)
    with database.reading() as db:
        assert db.scalars(select(Version.number).order_by(Version.number)).all() == list(range(1, 13))
        assert db.get_one(Document, document_id).last_number == 12


def test_readers_are_not_held_up_by_a_writer(database):
    add(database)
    with database.writing() as db:
        db.execute(text("UPDATE document SET title = 'đang sửa'"))
        with database.reading() as other:
            assert other.scalar(select(Document.title)) == "Tờ trình"


def test_a_listener_that_fails_undoes_nothing_and_silences_nobody(database, caplog):
    heard = []
    database.listeners += [lambda _changes: 1 / 0, heard.append]
    add(database)
    assert count(database, Document) == 1
    assert len(heard) == 1
    assert "a listener failed" in caplog.text
