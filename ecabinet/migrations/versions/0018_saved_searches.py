"""Saved searches and their alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("question", sa.String(length=300), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("sort", sa.String(length=20), nullable=False),
        sa.Column("alert", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(alert = 'none') = (look_at IS NULL)", name=op.f("ck_saved_search_look_at")),
        sa.CheckConstraint("alert IN ('none', 'daily', 'at_once')", name=op.f("ck_saved_search_alert")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_saved_search_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_saved_search_account_id_name")),
    )
    watched = sa.text("look_at IS NOT NULL")
    op.create_index(
        "ix_saved_search_look_at", "saved_search", ["look_at"], sqlite_where=watched, postgresql_where=watched
    )
    op.create_table(
        "saved_search_hit",
        sa.Column("search_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["search_id"], ["saved_search.id"], name=op.f("fk_saved_search_hit_search_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("search_id", "key", name=op.f("pk_saved_search_hit")),
    )
