"""The words of registers: kept apart by single spaces, and indexed with what an entry can be filtered by.

What is open is indexed also where it has no due date: figures by unit are counted there.
"""

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

AT_ONCE = 1000
WORD = re.compile(r"\w+")
OPEN = "state IN ('received', 'registered', 'presented', 'assigned')"
# The query names it letter by letter: ecabinet.office.register_filters.VECTOR.
VECTOR = (
    "array_to_tsvector(array_remove(string_to_array(searched, ' '), '') || ARRAY["
    "'b=' || CAST(unit_id AS text) || book, 't=' || type_code, 'o=' || organ_key, 's=' || state, "
    "'n=' || code_number, 'n=' || coalesce(CAST(ordinal AS text), ''), "
    "CASE WHEN ended_on > due_on THEN 'd=late' ELSE 'd=' END])"
)
ADD = "INSERT INTO register_words(rowid, searched) VALUES (new.id, new.searched);"
TAKE = "INSERT INTO register_words(register_words, rowid, searched) VALUES ('delete', old.id, old.searched);"
TRIGGERS = {
    "register_words_added": f"AFTER INSERT ON office_document BEGIN {ADD} END",
    "register_words_taken": f"AFTER DELETE ON office_document BEGIN {TAKE} END",
    "register_words_changed": "AFTER UPDATE OF searched ON office_document WHEN old.searched <> new.searched "
    f"BEGIN {TAKE} {ADD} END",
}


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike; each has its own index of words."""
    _keep_words_apart()
    op.drop_index("ix_office_document_due", "office_document")
    op.create_index(
        "ix_office_document_due",
        "office_document",
        ["unit_id", "book", "due_on", "id"],
        unique=False,
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    if op.get_bind().dialect.name == "sqlite":
        _index_words_of_sqlite()
    else:
        # Written at once: a list of what is pending would be read through by every search.
        op.execute(
            f"CREATE INDEX ix_office_document_terms ON office_document USING gin (({VECTOR})) WITH (fastupdate = off)"
        )


def _index_words_of_sqlite() -> None:
    # The words are kept apart by spaces already: no letter but these may divide them.
    op.execute(
        "CREATE VIRTUAL TABLE register_words USING fts5(searched, content='office_document', content_rowid='id', "
        "detail='none', columnsize=0, tokenize=\"ascii tokenchars '_'\")"
    )
    op.execute("INSERT INTO register_words(register_words) VALUES ('rebuild')")
    for name, words in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {words}")


def _keep_words_apart() -> None:
    table = sa.table("office_document", *map(sa.column, ("id", "searched", "organ_key")))
    db, last = op.get_bind(), 0
    write = sa.update(table).where(table.c.id == sa.bindparam("row"))
    write = write.values(searched=sa.bindparam("words"), organ_key=sa.bindparam("organ"))
    while rows := _after(db, table, last):
        last = rows[-1].id
        db.execute(
            write, [{"row": row.id, "words": _words(row.searched), "organ": _words(row.organ_key)} for row in rows]
        )


def _after(db: sa.Connection, table: Any, last: int) -> Sequence[Any]:
    return db.execute(sa.select(table).where(table.c.id > last).order_by(table.c.id).limit(AT_ONCE)).all()


def _words(text: str) -> str:
    return " ".join(word[:64] for word in WORD.findall(text))
