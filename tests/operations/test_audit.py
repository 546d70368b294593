"""The audit trail: a chain the database refuses to change, and that shows where it was changed behind its back."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from documents.database import Database
from ecabinet import audit
from ecabinet.__main__ import main
from ecabinet.audit import AuditEntry
from tests.people import NOW


def fill(database: Database, count: int = 5) -> None:
    with database.writing() as db:
        for number in range(count):
            audit.record(
                db, None, "look_national_id", f"member:{number}", NOW + timedelta(seconds=number), purpose="kiểm tra"
            )


def disarm(database: Database) -> None:
    """As somebody with full access to the database would."""
    triggers = ("audit_entry_no_update", "audit_entry_no_delete")
    with database.writing() as db:
        if database.is_sqlite:
            for trigger in triggers:
                db.execute(text(f"DROP TRIGGER {trigger}"))
        else:
            db.execute(text("DROP TRIGGER audit_entry_append_only ON audit_entry"))


def test_an_untouched_chain_holds(database: Database) -> None:
    fill(database)
    with database.reading() as db:
        assert audit.check(db) is None


@pytest.mark.parametrize("statement", [update(AuditEntry).values(action="nothing"), delete(AuditEntry)])
def test_the_database_refuses_to_change_what_was_written(database: Database, statement: object) -> None:
    fill(database)
    with pytest.raises(DBAPIError, match="append-only"), database.writing() as db:
        db.execute(statement)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (update(AuditEntry).where(AuditEntry.id == 3).values(subject="member:99"), 3),
        (update(AuditEntry).where(AuditEntry.id == 1).values(at=NOW - timedelta(days=1)), 1),
        (update(AuditEntry).where(AuditEntry.id == 5).values(details={}), 5),
        (update(AuditEntry).where(AuditEntry.id == 2).values(hash="f" * 64), 2),
        (delete(AuditEntry).where(AuditEntry.id == 4), 5),
    ],
)
def test_a_change_by_hand_is_found_at_its_row(database: Database, change: object, broken: int) -> None:
    fill(database)
    disarm(database)
    with database.writing() as db:
        db.execute(change)  # type: ignore[call-overload]
    with database.reading() as db:
        found = audit.check(db)
    assert found is not None
    assert found.entry_id == broken


def test_the_command_names_the_first_broken_row(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    fill(database)
    assert main(["check", "audit"]) == 0
    with database.reading() as db:
        newest = db.scalars(select(AuditEntry.hash).order_by(AuditEntry.id.desc())).first()
        rows = db.scalar(select(func.count()).select_from(AuditEntry))
    told = capsys.readouterr().out
    assert f"the chain of {rows} rows holds" in told
    assert str(newest) in told
    disarm(database)
    with database.writing() as db:
        db.execute(update(AuditEntry).where(AuditEntry.id == 3).values(action="nothing"))
    assert main(["check", "audit"]) == 1
    assert "broken at row 3" in capsys.readouterr().out
