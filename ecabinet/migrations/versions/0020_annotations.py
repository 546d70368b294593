"""Annotations on papers, and which shared layers are hidden."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    op.add_column("version", sa.Column("annotation_seq", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "annotation",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("author_name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("visibility", sa.String(length=12), server_default="private", nullable=False),
        sa.Column("parent_id", sa.String(length=36), nullable=True),
        sa.Column("deleted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('ink', 'highlight', 'underline', 'note', 'text', 'stamp')", name=op.f("ck_annotation_kind")
        ),
        sa.CheckConstraint("visibility IN ('private', 'meeting', 'members')", name=op.f("ck_annotation_visibility")),
        sa.CheckConstraint("page >= 0", name=op.f("ck_annotation_page")),
        sa.CheckConstraint("rev >= 1", name=op.f("ck_annotation_rev")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_annotation_version_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["annotation.id"], name=op.f("fk_annotation_parent_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annotation")),
        sa.UniqueConstraint("version_id", "seq", name=op.f("uq_annotation_version_id_seq")),
    )
    op.create_index("ix_annotation_version_id_author", "annotation", ["version_id", "author"])
    op.create_index(op.f("ix_annotation_parent_id"), "annotation", ["parent_id"])
    op.create_table(
        "annotation_audience",
        sa.Column("annotation_id", sa.String(length=36), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("current", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.ForeignKeyConstraint(
            ["annotation_id"],
            ["annotation.id"],
            name=op.f("fk_annotation_audience_annotation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_annotation_audience_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("annotation_id", "label", name=op.f("pk_annotation_audience")),
    )
    op.create_index("ix_annotation_audience_version_id_label", "annotation_audience", ["version_id", "label", "seq"])
    op.create_table(
        "hidden_layer",
        sa.Column("meeting_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_hidden_layer_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_hidden_layer")),
    )
