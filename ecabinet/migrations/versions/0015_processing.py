"""The steps of processing and what they make."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    op.create_table(
        "version_step",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=50), nullable=True),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "step IN ('check', 'text', 'rewrite', 'pdf', 'preview', 'ocr')", name=op.f("ck_version_step_step")
        ),
        sa.CheckConstraint("state IN ('running', 'done', 'skipped', 'failed')", name=op.f("ck_version_step_state")),
        sa.CheckConstraint("done >= 0 AND (total IS NULL OR done <= total)", name=op.f("ck_version_step_done")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_version_step_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", "step", name=op.f("pk_version_step")),
    )
    op.create_table(
        "rendition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('streaming', 'pdf', 'thumbnail', 'preview')", name=op.f("ck_rendition_kind")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_rendition_size")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_rendition_sha256")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_rendition_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rendition")),
        sa.UniqueConstraint("version_id", "kind", name=op.f("uq_rendition_version_id_kind")),
    )
    op.create_index(op.f("ix_rendition_sha256"), "rendition", ["sha256"])
    op.add_column("job", sa.Column("slow", sa.Boolean(), server_default=sa.false(), nullable=False))
