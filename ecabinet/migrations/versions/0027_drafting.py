"""Drafts of what goes out: what they say, the units' own templates, comments on them."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    _create_template()
    _create_draft()
    _create_comment()


def _references(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _create_template() -> None:
    op.create_table(
        "office_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=10), nullable=False),
        sa.Column("type_code", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("put_by", sa.Integer(), nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("form IN ('state', 'union')", name=op.f("ck_office_template_form")),
        _references("office_template", "unit_id", "unit"),
        _references("office_template", "put_by", "member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_template")),
    )
    in_use = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_office_template_unit_id", "office_template", ["unit_id", "form", "type_code"], unique=True,
        sqlite_where=in_use, postgresql_where=in_use,
    )  # fmt: skip


def _create_draft() -> None:
    versions = ("made_version_id", "checked_version_id", "source_version_id", "paper_version_id")
    op.create_table(
        "office_draft",
        sa.Column("office_document_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=10), nullable=False),
        sa.Column("superior", sa.String(length=200), nullable=False),
        sa.Column("drafter", sa.String(length=15), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("authority", sa.String(length=10), nullable=False),
        sa.Column("authority_of", sa.String(length=200), nullable=False),
        sa.Column("signer_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in versions),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("chain_from", sa.Integer(), nullable=False),
        sa.CheckConstraint("form IN ('state', 'union')", name=op.f("ck_office_draft_form")),
        sa.CheckConstraint(
            "authority IN ('own', 'behalf', 'deputy', 'order', 'mandate', 'acting')",
            name=op.f("ck_office_draft_authority"),
        ),
        sa.CheckConstraint("round >= 0", name=op.f("ck_office_draft_round")),
        _references("office_draft", "office_document_id", "office_document"),
        _references("office_draft", "issuer_id", "office_issuer"),
        _references("office_draft", "signer_id", "member"),
        _references("office_draft", "template_id", "office_template"),
        *(_references("office_draft", name, "version") for name in versions),
        sa.PrimaryKeyConstraint("office_document_id", name=op.f("pk_office_draft")),
    )
    op.create_index(op.f("ix_office_draft_signer_id"), "office_draft", ["signer_id"])


def _create_comment() -> None:
    op.create_table(
        "office_draft_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_document_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=2000), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(settled_at IS NULL) = (settled_by IS NULL)", name=op.f("ck_office_draft_comment_settled")),
        _references("office_draft_comment", "office_document_id", "office_document"),
        _references("office_draft_comment", "version_id", "version"),
        _references("office_draft_comment", "member_id", "member"),
        _references("office_draft_comment", "settled_by", "member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_draft_comment")),
    )
    op.create_index(op.f("ix_office_draft_comment_office_document_id"), "office_draft_comment", ["office_document_id"])
