"""Files, their hand-over to the archive and their end; what holds a document."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    _create_document_hold()
    _create_filing_destruction()
    _create_filing_transfer()
    _create_filing_file()
    _create_filing_destruction_item()
    _create_filing_document()
    _create_filing_event()
    _create_filing_reader()
    _extend_document_bin()


def _create_document_hold() -> None:
    op.create_table(
        "document_hold",
        sa.Column("document_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.String(length=100), nullable=False),
        sa.Column("firm", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_hold_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", "holder", name=op.f("pk_document_hold")),
    )


def _create_filing_destruction() -> None:
    op.create_table(
        "filing_destruction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.CheckConstraint("state IN ('proposed', 'decided', 'dropped')", name=op.f("ck_filing_destruction_state")),
        sa.CheckConstraint(
            "state IN ('proposed', 'dropped') OR record_id IS NOT NULL", name=op.f("ck_filing_destruction_record")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["member.id"], name=op.f("fk_filing_destruction_decided_by")),
        sa.ForeignKeyConstraint(["proposed_by"], ["member.id"], name=op.f("fk_filing_destruction_proposed_by")),
        sa.ForeignKeyConstraint(["record_id"], ["document.id"], name=op.f("fk_filing_destruction_record_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_filing_destruction_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_destruction")),
    )
    op.create_index(op.f("ix_filing_destruction_unit_id"), "filing_destruction", ["unit_id"], unique=False)


def _create_filing_transfer() -> None:
    op.create_table(
        "filing_transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["given_by"], ["member.id"], name=op.f("fk_filing_transfer_given_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_filing_transfer_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_transfer")),
    )
    op.create_index(op.f("ix_filing_transfer_unit_id"), "filing_transfer", ["unit_id"], unique=False)


def _create_filing_file() -> None:
    op.create_table(
        "filing_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("heading", sa.String(length=200), nullable=False),
        sa.Column("heading_order", sa.Integer(), nullable=False),
        sa.Column(
            "place",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("notation", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("retention", sa.String(length=2), nullable=False),
        sa.Column("keep_years", sa.Integer(), nullable=True),
        sa.Column("keep_words", sa.String(length=100), nullable=False),
        sa.Column("rights", sa.String(length=30), nullable=False),
        sa.Column("creator", sa.String(length=30), nullable=False),
        sa.Column("language", sa.String(length=50), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("remark", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("in_charge_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("keep_until", sa.Date(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("transfer_id", sa.Integer(), nullable=True),
        sa.Column("reminded", sa.String(length=4), nullable=True),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reminded IN ('soon', 'late')", name=op.f("ck_filing_file_reminded")),
        sa.CheckConstraint(
            "retention IN ('01', '02', '03', '04', '05', '06', '07')", name=op.f("ck_filing_file_retention")
        ),
        sa.CheckConstraint("state <> 'accepted' OR accepted_on IS NOT NULL", name=op.f("ck_filing_file_accepted")),
        sa.CheckConstraint(
            "state IN ('planned', 'open', 'closed', 'checked', 'handed_over', 'accepted', 'dropped', 'destroyed')",
            name=op.f("ck_filing_file_state"),
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'open', 'dropped') OR ended_on IS NOT NULL", name=op.f("ck_filing_file_ended")
        ),
        sa.CheckConstraint("keep_years BETWEEN 1 AND 200", name=op.f("ck_filing_file_keep_years")),
        sa.ForeignKeyConstraint(["created_by"], ["member.id"], name=op.f("fk_filing_file_created_by")),
        sa.ForeignKeyConstraint(["in_charge_id"], ["member.id"], name=op.f("fk_filing_file_in_charge_id")),
        sa.ForeignKeyConstraint(["transfer_id"], ["filing_transfer.id"], name=op.f("fk_filing_file_transfer_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_filing_file_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_file")),
    )
    op.create_index(
        "uq_filing_file_notation",
        "filing_file",
        ["unit_id", "year", "notation"],
        unique=True,
        sqlite_where=sa.text("state <> 'dropped'"),
        postgresql_where=sa.text("state <> 'dropped'"),
    )
    op.create_index(
        "ix_filing_file_due",
        "filing_file",
        ["due_on", "unit_id"],
        unique=False,
        sqlite_where=sa.text("state IN ('closed', 'checked')"),
        postgresql_where=sa.text("state IN ('closed', 'checked')"),
    )
    op.create_index(op.f("ix_filing_file_in_charge_id"), "filing_file", ["in_charge_id"], unique=False)
    op.create_index("ix_filing_file_kept", "filing_file", ["unit_id", "state", "keep_until"], unique=False)
    op.create_index(
        "ix_filing_file_list", "filing_file", ["unit_id", "year", "heading_order", "place", "id"], unique=False
    )
    op.create_index(op.f("ix_filing_file_transfer_id"), "filing_file", ["transfer_id"], unique=False)


def _create_filing_destruction_item() -> None:
    op.create_table(
        "filing_destruction_item",
        sa.Column("destruction_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=True),
        sa.CheckConstraint("verdict IN ('destroy', 'keep')", name=op.f("ck_filing_destruction_item_verdict")),
        sa.ForeignKeyConstraint(
            ["destruction_id"], ["filing_destruction.id"], name=op.f("fk_filing_destruction_item_destruction_id")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["filing_file.id"], name=op.f("fk_filing_destruction_item_file_id")),
        sa.PrimaryKeyConstraint("destruction_id", "file_id", name=op.f("pk_filing_destruction_item")),
    )
    op.create_index(op.f("ix_filing_destruction_item_file_id"), "filing_destruction_item", ["file_id"], unique=False)


def _create_filing_document() -> None:
    op.create_table(
        "filing_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("remark", sa.String(length=200), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("pages BETWEEN 0 AND 9999", name=op.f("ck_filing_document_pages")),
        sa.ForeignKeyConstraint(["added_by"], ["member.id"], name=op.f("fk_filing_document_added_by")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_filing_document_document_id")),
        sa.ForeignKeyConstraint(["file_id"], ["filing_file.id"], name=op.f("fk_filing_document_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_document")),
        sa.UniqueConstraint("file_id", "document_id", name=op.f("uq_filing_document_file_id_document_id")),
    )
    op.create_index(op.f("ix_filing_document_document_id"), "filing_document", ["document_id"], unique=False)
    op.create_index("ix_filing_document_position", "filing_document", ["file_id", "position", "id"], unique=False)


def _create_filing_event() -> None:
    op.create_table(
        "filing_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "act IN ('plan', 'describe', 'gather', 'take_out', 'open', 'close', 'reopen', 'check', 'hand_over', "
            "'accept', 'return', 'drop', 'destroy')",
            name=op.f("ck_filing_event_act"),
        ),
        sa.ForeignKeyConstraint(["by"], ["member.id"], name=op.f("fk_filing_event_by")),
        sa.ForeignKeyConstraint(["file_id"], ["filing_file.id"], name=op.f("fk_filing_event_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_event")),
    )
    op.create_index("ix_filing_event_file", "filing_event", ["file_id", "id"], unique=False)


def _create_filing_reader() -> None:
    op.create_table(
        "filing_reader",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["filing_file.id"], name=op.f("fk_filing_reader_file_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_filing_reader_member_id")),
        sa.PrimaryKeyConstraint("file_id", "member_id", name=op.f("pk_filing_reader")),
    )
    op.create_index(op.f("ix_filing_reader_member_id"), "filing_reader", ["member_id"], unique=False)


def _extend_document_bin() -> None:
    op.add_column("document_bin", sa.Column("content_only", sa.Boolean(), server_default=sa.false(), nullable=False))
