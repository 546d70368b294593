"""The migrations make the tables that the models describe, on both databases."""

import importlib
import pkgutil
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect

import ecabinet
from documents.database import Base, Database

for module in pkgutil.walk_packages(ecabinet.__path__, "ecabinet."):  # wherever there may be a table
    if not module.name.endswith(("__main__", "env")):
        importlib.import_module(module.name)


def _ours(_object: object, name: str | None, kind: str, reflected: bool, _compared: object) -> bool:
    """All but the tables of the search engine and what indexes the words of registers, which are no models."""
    if not reflected:
        return True
    words = kind == "table" and (name or "").startswith("register_words")
    return not words and name not in {"search_segment", "search_posting", "ix_office_document_terms"}


def test_tables_columns_and_indexes(database: Database) -> None:
    with database.engine.connect() as connection:
        options: dict[str, Any] = {"include_object": _ours, "compare_type": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata) == []


def test_checks(database: Database) -> None:
    """By their names and, where the database keeps the words, by these: alembic does not compare them."""
    inspector = inspect(database.engine)
    for table in Base.metadata.sorted_tables:
        checks = inspector.get_check_constraints(table.name)
        made = {check["name"]: check["sqltext"] for check in checks}
        assert len(made) == len(checks), f"{table.name} has two checks of one name"
        wanted = {str(c.name): str(c.sqltext) for c in table.constraints if isinstance(c, CheckConstraint)}
        assert made.keys() == wanted.keys(), table.name
        if database.is_sqlite:
            assert made == wanted
