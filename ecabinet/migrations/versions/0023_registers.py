"""Registers of official documents, series of numbers, incoming and outgoing documents."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    _create_office_setting()
    _create_office_issuer()
    _create_office_secret_keeper()
    _create_number_series()
    _create_series_number()
    _create_number_event()
    _create_office_document()


def _create_office_setting() -> None:
    op.create_table(
        "office_setting",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(length=30), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["set_by"], ["member.id"], name=op.f("fk_office_setting_set_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_office_setting_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_office_setting")),
    )


def _create_office_issuer() -> None:
    op.create_table(
        "office_issuer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("notation", sa.String(length=30), nullable=False),
        sa.CheckConstraint("kind IN ('unit', 'body', 'congress')", name=op.f("ck_office_issuer_kind")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_office_issuer_body_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_office_issuer_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_issuer")),
        sa.UniqueConstraint("unit_id", "name", name=op.f("uq_office_issuer_unit_id_name")),
    )
    op.create_index(
        "uq_office_issuer_unit",
        "office_issuer",
        ["unit_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'unit'"),
        postgresql_where=sa.text("kind = 'unit'"),
    )


def _create_office_secret_keeper() -> None:
    op.create_table(
        "office_secret_keeper",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["member.id"], name=op.f("fk_office_secret_keeper_by")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_office_secret_keeper_member_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_office_secret_keeper_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "member_id", name=op.f("pk_office_secret_keeper")),
    )
    op.create_index(op.f("ix_office_secret_keeper_member_id"), "office_secret_keeper", ["member_id"], unique=False)


def _create_number_series() -> None:
    op.create_table(
        "number_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("rule", sa.String(length=30), nullable=False),
        sa.Column("type_code", sa.String(length=20), nullable=False),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.Column("period", sa.String(length=30), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("first_number", sa.Integer(), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.Column("last_dated", sa.Date(), nullable=True),
        sa.CheckConstraint("direction IN ('incoming', 'outgoing')", name=op.f("ck_number_series_direction")),
        sa.CheckConstraint("next_number >= first_number AND first_number >= 1", name=op.f("ck_number_series_numbers")),
        sa.ForeignKeyConstraint(["issuer_id"], ["office_issuer.id"], name=op.f("fk_number_series_issuer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_series")),
        sa.UniqueConstraint(
            "issuer_id",
            "rule",
            "type_code",
            "secret",
            "period",
            name=op.f("uq_number_series_issuer_id_rule_type_code_secret_period"),
        ),
    )


def _create_series_number() -> None:
    op.create_table(
        "series_number",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("reserved_until", sa.Date(), nullable=True),
        sa.Column("reserved_for", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "state <> 'reserved' OR (reserved_until IS NOT NULL AND reserved_for <> '')",
            name=op.f("ck_series_number_reserved"),
        ),
        sa.CheckConstraint("state <> 'taken' OR dated_on IS NOT NULL", name=op.f("ck_series_number_taken")),
        sa.CheckConstraint("state IN ('reserved', 'taken', 'released', 'void')", name=op.f("ck_series_number_state")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_series_number_number")),
        sa.ForeignKeyConstraint(["series_id"], ["number_series.id"], name=op.f("fk_series_number_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_number")),
        sa.UniqueConstraint("series_id", "number", name=op.f("uq_series_number_series_id_number")),
    )
    op.create_index(
        "ix_series_number_series_id_state_number", "series_number", ["series_id", "state", "number"], unique=False
    )


def _create_number_event() -> None:
    op.create_table(
        "number_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("remarks", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "act IN ('take', 'reserve', 'use', 'release', 'expire', 'void')", name=op.f("ck_number_event_act")
        ),
        sa.ForeignKeyConstraint(["by"], ["member.id"], name=op.f("fk_number_event_by")),
        sa.ForeignKeyConstraint(["number_id"], ["series_number.id"], name=op.f("fk_number_event_number_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_event")),
    )
    op.create_index(op.f("ix_number_event_number_id"), "number_event", ["number_id"], unique=False)


def _create_office_document() -> None:
    op.create_table(
        "office_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("book", sa.String(length=20), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("number_id", sa.Integer(), nullable=True),
        sa.Column("ordinal", sa.Integer(), nullable=True),
        sa.Column("arrived_on", sa.Date(), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("code_number", sa.String(length=11), nullable=False),
        sa.Column("code_notation", sa.String(length=30), nullable=False),
        sa.Column("type_code", sa.String(length=20), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("organ_name", sa.String(length=200), nullable=False),
        sa.Column("organ_key", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("urgency", sa.String(length=12), nullable=False),
        sa.Column("secrecy", sa.String(length=12), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("language", sa.String(length=30), nullable=False),
        sa.Column("page_amount", sa.Integer(), nullable=True),
        sa.Column("issued_amount", sa.Integer(), nullable=True),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("signer_position", sa.String(length=100), nullable=False),
        sa.Column("signer_name", sa.String(length=50), nullable=False),
        sa.Column("to_places", sa.String(length=1000), nullable=False),
        sa.Column("sameness", sa.String(length=250), nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.Column("stamp", sa.String(length=10), nullable=False),
        sa.Column("presented_to", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "book IN ('incoming', 'incoming_secret', 'outgoing', 'outgoing_secret')",
            name=op.f("ck_office_document_book"),
        ),
        sa.CheckConstraint("direction IN ('incoming', 'outgoing')", name=op.f("ck_office_document_direction")),
        sa.CheckConstraint("secrecy IN ('normal', 'secret')", name=op.f("ck_office_document_secrecy")),
        sa.CheckConstraint(
            "state IN ('discarded', 'draft', 'received', 'signed', 'submitted') OR number_id IS NOT NULL",
            name=op.f("ck_office_document_numbered"),
        ),
        sa.CheckConstraint(
            "state IN ('received', 'registered', 'presented', 'assigned', 'done', 'filed', 'voided', "
            "'discarded', 'draft', 'submitted', 'signed', 'numbered', 'issued', 'recalled', 'replaced')",
            name=op.f("ck_office_document_state"),
        ),
        sa.CheckConstraint(
            "urgency IN ('normal', 'urgent', 'very_urgent', 'flash')", name=op.f("ck_office_document_urgency")
        ),
        sa.CheckConstraint("(number_id IS NULL) = (ordinal IS NULL)", name=op.f("ck_office_document_ordinal")),
        sa.CheckConstraint("issued_amount BETWEEN 0 AND 999", name=op.f("ck_office_document_issued_amount")),
        sa.CheckConstraint("page_amount BETWEEN 0 AND 999", name=op.f("ck_office_document_page_amount")),
        sa.ForeignKeyConstraint(["created_by"], ["member.id"], name=op.f("fk_office_document_created_by")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_office_document_document_id")),
        sa.ForeignKeyConstraint(["number_id"], ["series_number.id"], name=op.f("fk_office_document_number_id")),
        sa.ForeignKeyConstraint(["presented_to"], ["member.id"], name=op.f("fk_office_document_presented_to")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_office_document_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_document")),
        sa.UniqueConstraint("document_id", name=op.f("uq_office_document_document_id")),
        sa.UniqueConstraint("number_id", name=op.f("uq_office_document_number_id")),
    )
    op.create_index(
        "ix_office_document_arrived", "office_document", ["unit_id", "book", "arrived_on", "id"], unique=False
    )
    op.create_index(
        "ix_office_document_code_number", "office_document", ["unit_id", "book", "code_number", "id"], unique=False
    )
    op.create_index(
        "ix_office_document_due",
        "office_document",
        ["unit_id", "book", "due_on", "id"],
        unique=False,
        sqlite_where=sa.text("due_on IS NOT NULL AND state IN ('received', 'registered', 'presented', 'assigned')"),
        postgresql_where=sa.text("due_on IS NOT NULL AND state IN ('received', 'registered', 'presented', 'assigned')"),
    )
    op.create_index(
        "ix_office_document_issued", "office_document", ["unit_id", "book", "issued_on", "id"], unique=False
    )
    op.create_index("ix_office_document_ordinal", "office_document", ["unit_id", "book", "ordinal", "id"], unique=False)
    op.create_index(
        "ix_office_document_organ",
        "office_document",
        ["unit_id", "book", "organ_key", "arrived_on", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_office_document_presented_to"), "office_document", ["presented_to"], unique=False)
    op.create_index("ix_office_document_sameness", "office_document", ["unit_id", "sameness"], unique=False)
    op.create_index(
        "ix_office_document_state", "office_document", ["unit_id", "book", "state", "arrived_on", "id"], unique=False
    )
    op.create_index(
        "ix_office_document_type", "office_document", ["unit_id", "book", "type_code", "arrived_on", "id"], unique=False
    )
