"""Databases built by the migrations, once for the run; each test gets one that nobody has written to."""

import shutil
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from ecabinet.commands import migrate
from tests.services import Postgres


def sqlite_template(folder: Path) -> Path:
    """A migrated SQLite file."""
    path = folder / "template.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


def sqlite_copy(template: Path, folder: Path) -> str:
    """The address of a copy."""
    shutil.copy(template, folder / "test.sqlite3")
    return f"sqlite:///{folder / 'test.sqlite3'}"


class PostgresDatabases:
    """Migrated PostgreSQL databases, used again: emptying one takes a tenth of the time of making one."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        template = server.new_database()
        migrate(template)
        self._template = name_of(template)
        with server.connect(self._template) as connection:
            self._tables = _tables(connection)
        self._free: list[str] = []

    def take(self) -> str:
        """The address of a database as the migrations leave it."""
        return self._free.pop() if self._free else self._server.new_database(self._template)

    def give_back(self, url: str) -> None:
        """Empty it for the next; one whose tables were changed is dropped."""
        with self._server.connect(name_of(url)) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            unchanged = _tables(connection) == self._tables
            if unchanged:
                _empty(connection)
        if unchanged:
            self._free.append(url)
        else:
            self._server.drop(url)


def name_of(url: str) -> str:
    """The database's name in an address."""
    return str(make_url(url).database)


def _tables(connection: psycopg.Connection[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Every column of every table with its type, and the triggers that guard them."""
    return connection.execute(
        "SELECT attrelid::regclass::text, attname, atttypid, attnotnull FROM pg_attribute JOIN pg_class c"
        " ON c.oid = attrelid WHERE relnamespace = 'public'::regnamespace AND attnum > 0"
        " UNION ALL SELECT tgrelid::regclass::text, tgname, 0, tgenabled = 'O' FROM pg_trigger WHERE NOT tgisinternal"
        " ORDER BY 1, 2"
    ).fetchall()


def _empty(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    # As a replica: neither foreign keys nor the triggers of what may only be added to. A table that was never written
    # to has no pages.
    connection.execute("""
        DO $$ DECLARE name regclass; BEGIN
            SET LOCAL session_replication_role = replica;
            FOR name IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
            LOOP EXECUTE format('DELETE FROM %s', name); END LOOP;
            PERFORM setval(c.oid, seqstart, false) FROM pg_sequence JOIN pg_class c ON c.oid = seqrelid;
        END $$""")
