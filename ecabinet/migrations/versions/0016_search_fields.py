"""The index in PostgreSQL is kept as segments; one of the older make is gone until it is built anew."""

from alembic import op
from sqlalchemy import text

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# The engine of documents/search_postgres.py; no foreign key: the index is derived and may be behind or ahead.
SEARCH = (
    """
    CREATE TABLE search_segment (
        id bigint PRIMARY KEY,
        contents bytea NOT NULL,
        deleted bytea NOT NULL DEFAULT ''
    )
    """,
    """
    CREATE TABLE search_posting (
        segment bigint NOT NULL,
        number integer NOT NULL,
        data bytea NOT NULL,
        places bytea NOT NULL,
        PRIMARY KEY (segment, number)
    )
    """,
    "ALTER TABLE search_segment ALTER contents SET STORAGE EXTERNAL",
    "ALTER TABLE search_posting ALTER data SET STORAGE EXTERNAL, ALTER places SET STORAGE EXTERNAL",
)


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    if op.get_bind().dialect.name != "postgresql":
        return
    used = op.get_bind().scalar(text("SELECT EXISTS (SELECT 1 FROM search_entry)"))
    op.execute("DROP TABLE search_entry")
    if used:
        return  # an empty index would find nothing and say nothing; a missing one is said, and built
    for statement in SEARCH:
        op.execute(statement)
