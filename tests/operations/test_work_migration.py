"""Tasks of before, with the files of their reports, are still there; their owners have the unit of that day."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from documents.database import Database
from ecabinet.commands import ROOT, AlembicConfig, migrate
from ecabinet.tasks import queries
from ecabinet.tasks.models import Task

BEFORE = (
    "INSERT INTO unit (id, code, name, search_name, kind, path) VALUES"
    " (1, 'TW', 'Trung ương', 'trung uong', 'central', '1/')",
    "INSERT INTO member (id, unit_id, full_name, search_name, sex, born_on, status) VALUES"
    " (1, 1, 'Lê An', 'le an', 'female', '1995-03-26', 'active')",
    "INSERT INTO document (id, title, kind, last_number, created_at, created_by, owner, secrecy) VALUES"
    " (1, 'Báo cáo', 'task_report', 1, '2026-11-20 01:00:00+00:00', 'Lê An', 'unit:1', 'normal')",
    "INSERT INTO task (id, unit_id, source_kind, source_text, title, details, priority, state, owner_member_id,"
    " owner_name, given_by, given_at, due_on, percent, asked_reason) VALUES (1, 1, '', '', 'Việc', '', 'normal',"
    " 'accepted', 1, 'Lê An', 1, '2026-11-20 01:00:00+00:00', '2026-12-20', 10, '')",
    "INSERT INTO task_event (id, task_id, at, member_id, kind, text, document_id) VALUES"
    " (1, 1, '2026-11-20 01:00:00+00:00', 1, 'give', 'Việc', NULL),"
    " (2, 1, '2026-11-21 01:00:00+00:00', 1, 'progress', 'xong một nửa', 1)",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def of_before(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database as it was before, with a task that was reported on."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'before.sqlite3'}"
    else:
        new_database: Callable[[], str] = request.getfixturevalue("new_postgres_database")
        url = new_database()
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(ROOT / "ecabinet" / "migrations"))
    settings.attributes["database_url"] = url
    command.upgrade(settings, "0030")
    database = Database(url)
    with database.engine.execution_options(ecabinet_writes=True).begin() as connection:
        for statement in BEFORE:
            connection.execute(text(statement))
    database.dispose()
    return url


def test_files_of_reports_and_owners_stay(of_before: str) -> None:
    migrate(of_before)
    database = Database(of_before)
    with database.reading() as db:
        task = db.get_one(Task, 1)
        assert (task.owner_home_id, queries.has_left(task)) == (1, False)
        events = queries.history(db, 1)
        assert [(event.kind, [file.document.title for file in event.files]) for event in events] == [
            ("progress", ["Báo cáo"]), ("give", []),
        ]  # fmt: skip
    database.dispose()
