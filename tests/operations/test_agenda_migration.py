"""What lay before meetings when agendas became trees is still there, in its order."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from documents.database import Database
from documents.models import Document
from ecabinet.commands import ROOT, AlembicConfig, migrate
from ecabinet.meetings import agenda_queries, queries
from ecabinet.meetings.models import Meeting

BEFORE = (
    "INSERT INTO unit (id, code, name, kind, path) VALUES (1, 'TW', 'Trung ương', 'central', '1/')",
    "INSERT INTO meeting (id, unit_id, title, place, starts_at, ends_at, state, quorum_numerator, quorum_denominator,"
    " current_since)"
    " VALUES (1, 1, 'Hội nghị', '', '2026-11-22 01:00:00+00:00', '2026-11-22 04:00:00+00:00', 'under_way', 2, 3,"
    " '2026-11-22 01:30:00+00:00')",
    "INSERT INTO agenda_item (id, meeting_id, position, title, presenter, minutes) VALUES"
    " (1, 1, 3, 'Kết luận', '', 10), (2, 1, 3, 'Bế mạc', 'Chủ trì', 5), (3, 1, 1, 'Khai mạc', 'Văn phòng', 10)",
    "UPDATE meeting SET current_item_id = 3",
    "INSERT INTO document (id, title, kind, last_number, created_at, created_by) VALUES"
    " (1, 'Tờ trình', 'paper', 1, '2026-11-20 01:00:00+00:00', 'member:1')",
    "INSERT INTO version (document_id, number, sha256, size, filename, media_type, state, created_at, created_by)"
    f" VALUES (1, 1, '{'a' * 64}', 5, 'a.pdf', 'application/pdf', 'ready', '2026-11-20 01:00:00+00:00', 'member:1')",
    "INSERT INTO paper (item_id, document_id) VALUES (3, 1)",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def of_before(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database as it was before, with a meeting under way."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'before.sqlite3'}"
    else:
        new_database: Callable[[], str] = request.getfixturevalue("new_postgres_database")
        url = new_database()
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(ROOT / "ecabinet" / "migrations"))
    settings.attributes["database_url"] = url
    command.upgrade(settings, "0008")
    database = Database(url)
    with database.engine.execution_options(ecabinet_writes=True).begin() as connection:
        for statement in BEFORE:
            connection.execute(text(statement))
    database.dispose()
    return url


def test_items_papers_and_the_open_item_stay(of_before: str) -> None:
    migrate(of_before)
    database = Database(of_before)
    with database.reading() as db:
        meeting = db.get_one(Meeting, 1)
        lines = queries.agenda(db, meeting)
        assert [(line.title, line.depth, line.number, line.presenter) for line in lines] == [
            ("Khai mạc", 1, "1", "Văn phòng"),
            ("Kết luận", 1, "2", ""),
            ("Bế mạc", 1, "3", "Chủ trì"),
        ]
        assert [(paper.title, paper.number) for paper in lines[0].papers] == [("Tờ trình", 1)]
        work = queries.agenda(db, meeting, runs=True, now=meeting.starts_at)[0].work
        assert [(paper.state, paper.late) for paper in work] == [("approved", False)]
        assert [(turn.title, turn.ended_at) for turn in agenda_queries.turns(db, 1)] == [("Khai mạc", None)]
        document = db.get_one(Document, 1)
        assert (document.owner, document.secrecy, document.retention) == ("unit:1", "normal", None)
    database.dispose()
