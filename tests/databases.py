"""Databases built by the migrations, once for the run; each test gets a copy of its own."""

import shutil
from pathlib import Path

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


def postgres_template(server: Postgres) -> str:
    """The name of a migrated PostgreSQL database that nobody is connected to."""
    url = server.new_database()
    migrate(url)
    return str(make_url(url).database)
