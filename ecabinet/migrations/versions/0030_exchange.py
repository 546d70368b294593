"""Documents between organisations and by mail: partners, packages, mailboxes, where a document came from."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    _create_office_origin()
    _create_office_file()
    _create_exchange_organ()
    _create_exchange_partner()
    _create_exchange_message()
    _create_mailbox()
    _create_mailbox_letter()


def _references(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _create_office_origin() -> None:
    op.create_table(
        "office_origin",
        sa.Column("office_document_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("sender", sa.String(length=300), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("offered", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('exchange', 'mail')", name=op.f("ck_office_origin_kind")),
        _references("office_origin", "office_document_id", "office_document"),
        sa.PrimaryKeyConstraint("office_document_id", name=op.f("pk_office_origin")),
    )


def _create_office_file() -> None:
    op.create_table(
        "office_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_document_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        _references("office_file", "office_document_id", "office_document"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_file")),
        sa.UniqueConstraint("office_document_id", "position", name=op.f("uq_office_file_office_document_id_position")),
    )
    op.create_index(op.f("ix_office_file_sha256"), "office_file", ["sha256"])


def _create_exchange_organ() -> None:
    op.create_table(
        "exchange_organ",
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organ_code", sa.String(length=13), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        _references("exchange_organ", "set_by", "member"),
        _references("exchange_organ", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_exchange_organ")),
        sa.UniqueConstraint("organ_code", name=op.f("uq_exchange_organ_organ_code")),
    )


def _create_exchange_partner() -> None:
    op.create_table(
        "exchange_partner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("organ_code", sa.String(length=13), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("token_print", sa.String(length=32), nullable=True),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        _references("exchange_partner", "set_by", "member"),
        _references("exchange_partner", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_partner")),
        sa.UniqueConstraint("token_print", name=op.f("uq_exchange_partner_token_print")),
        sa.UniqueConstraint("unit_id", "organ_code", name=op.f("uq_exchange_partner_unit_id_organ_code")),
    )


def _create_exchange_message() -> None:
    op.create_table(
        "exchange_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("organ_code", sa.String(length=13), nullable=False),
        sa.Column("organ_name", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=2), nullable=False),
        sa.Column("about", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=180), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("office_document_id", sa.Integer(), nullable=True),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("signature", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("fault", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("run_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.String(length=2), nullable=False),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_exchange_message_direction")),
        sa.CheckConstraint("kind IN ('document', 'status')", name=op.f("ck_exchange_message_kind")),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'failed', 'received', 'refused')",
            name=op.f("ck_exchange_message_state"),
        ),
        sa.CheckConstraint(
            "(direction = 'in') = (state IN ('received', 'refused'))", name=op.f("ck_exchange_message_way")
        ),
        _references("exchange_message", "delivery_id", "office_delivery"),
        _references("exchange_message", "office_document_id", "office_document"),
        _references("exchange_message", "partner_id", "exchange_partner"),
        _references("exchange_message", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_message")),
        sa.UniqueConstraint(
            "direction",
            "unit_id",
            "organ_code",
            "key",
            name=op.f("uq_exchange_message_direction_unit_id_organ_code_key"),
        ),
    )
    op.create_index(op.f("ix_exchange_message_about"), "exchange_message", ["unit_id", "about"])
    op.create_index(op.f("ix_exchange_message_delivery_id"), "exchange_message", ["delivery_id"])
    op.create_index(
        op.f("ix_exchange_message_due"),
        "exchange_message",
        ["run_after", "id"],
        sqlite_where=sa.text("state IN ('waiting', 'sending')"),
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )
    op.create_index(op.f("ix_exchange_message_log"), "exchange_message", ["unit_id", "direction", "id"])
    op.create_index(op.f("ix_exchange_message_office_document_id"), "exchange_message", ["office_document_id"])
    op.create_index(
        op.f("ix_exchange_message_open"),
        "exchange_message",
        ["id"],
        sqlite_where=sa.text("told <> '' AND told NOT IN ('02', '06', '15', '16')"),
        postgresql_where=sa.text("told <> '' AND told NOT IN ('02', '06', '15', '16')"),
    )
    op.create_index(op.f("ix_exchange_message_sha256"), "exchange_message", ["sha256"])


def _create_mailbox() -> None:
    op.create_table(
        "mailbox",
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("password_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("run_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(length=40), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        _references("mailbox", "set_by", "member"),
        _references("mailbox", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_mailbox")),
    )


def _create_mailbox_letter() -> None:
    op.create_table(
        "mailbox_letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("sender", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("fault", sa.String(length=40), nullable=False),
        sa.Column("office_document_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('received', 'refused')", name=op.f("ck_mailbox_letter_state")),
        _references("mailbox_letter", "office_document_id", "office_document"),
        _references("mailbox_letter", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox_letter")),
        sa.UniqueConstraint("unit_id", "key", name=op.f("uq_mailbox_letter_unit_id_key")),
    )
    op.create_index(op.f("ix_mailbox_letter_log"), "mailbox_letter", ["unit_id", "id"])
