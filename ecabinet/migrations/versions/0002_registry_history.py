"""The registry's history: events, places, transfers, counts, imports, sealed personal data, the audit trail."""

import sqlalchemy as sa
from alembic import op

from documents.text import exact, fold

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


# What was audited stays as it was written.
APPEND_ONLY_SQLITE = (
    """
    CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END
    """,
    """
    CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END
    """,
)
APPEND_ONLY_POSTGRESQL = (
    """
    CREATE FUNCTION audit_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'audit_entry is append-only'; END $$
    """,
    """
    CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_append_only()
    """,
)


def upgrade() -> None:
    """Add tables and columns; every unit that is there gets its place from the day it is known."""
    op.create_table(
        "member_count",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("sex", sa.String(length=10), nullable=False),
        sa.Column("born", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 0", name=op.f("ck_member_count_number")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_member_count_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "sex", "born", name=op.f("pk_member_count")),
    )
    op.create_table(
        "movement_count",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_movement_count_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "month", "kind", name=op.f("pk_movement_count")),
    )
    op.create_table(
        "unit_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.CheckConstraint("until_day IS NULL OR until_day > from_day", name=op.f("ck_unit_place_days")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_place_parent_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_place_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_place")),
        sa.UniqueConstraint("unit_id", "from_day", name=op.f("uq_unit_place_unit_id_from_day")),
    )
    op.create_index(op.f("ix_unit_place_parent_id"), "unit_place", ["parent_id"])

    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_audit_entry_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_entry_hash")),
        sa.UniqueConstraint("previous", name=op.f("uq_audit_entry_previous")),
    )
    op.create_index(op.f("ix_audit_entry_action"), "audit_entry", ["action"])
    op.create_index(op.f("ix_audit_entry_subject"), "audit_entry", ["subject"])

    op.create_table(
        "due",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_due_amount")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_due_member_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["member.id"], name=op.f("fk_due_recorded_by")),
        sa.PrimaryKeyConstraint("member_id", "month", name=op.f("pk_due")),
    )
    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("dry", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("corrected", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('mapping', 'waiting', 'running', 'done', 'failed')", name=op.f("ck_import_run_state")
        ),
        sa.CheckConstraint("rows_done >= 0", name=op.f("ck_import_run_rows_done")),
        sa.ForeignKeyConstraint(["created_by"], ["member.id"], name=op.f("fk_import_run_created_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_import_run_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_index(op.f("ix_import_run_unit_id"), "import_run", ["unit_id"])

    op.create_table(
        "member_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("decision", sa.String(length=200), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('admitted', 'entered', 'corrected', 'moved_out', 'moved_in', 'stayed_away', 'came_back', "
            "'deferred', 'resumed', 'grew_up', 'removed', 'disciplined', 'awarded', 'graded', 'card_reissued', "
            "'verified')",
            name=op.f("ck_member_event_kind"),
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_member_event_member_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["member.id"], name=op.f("fk_member_event_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_event")),
    )
    op.create_index("ix_member_event_member_id_on_day", "member_event", ["member_id", "on_day"])

    op.create_table(
        "transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("from_unit_id", sa.Integer(), nullable=False),
        sa.Column("to_unit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.CheckConstraint("kind IN ('permanent', 'temporary')", name=op.f("ck_transfer_kind")),
        sa.CheckConstraint("state IN ('asked', 'done', 'refused', 'withdrawn')", name=op.f("ck_transfer_state")),
        sa.CheckConstraint("from_unit_id <> to_unit_id", name=op.f("ck_transfer_units")),
        sa.ForeignKeyConstraint(["from_unit_id"], ["unit.id"], name=op.f("fk_transfer_from_unit_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_transfer_member_id")),
        sa.ForeignKeyConstraint(["to_unit_id"], ["unit.id"], name=op.f("fk_transfer_to_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
    )
    op.create_index(op.f("ix_transfer_from_unit_id"), "transfer", ["from_unit_id"])
    op.create_index(op.f("ix_transfer_to_unit_id"), "transfer", ["to_unit_id"])
    op.create_index(
        "uq_transfer_member_id_active",
        "transfer",
        ["member_id"],
        unique=True,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )

    op.create_table(
        "unit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("decision", sa.String(length=200), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('founded', 'renamed', 'moved', 'merged', 'split', 'dissolved')", name=op.f("ck_unit_event_kind")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["member.id"], name=op.f("fk_unit_event_recorded_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_event_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_event")),
    )
    op.create_index("ix_unit_event_unit_id_on_day", "unit_event", ["unit_id", "on_day"])

    op.create_table(
        "import_row",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.CheckConstraint("outcome IN ('corrected', 'refused')", name=op.f("ck_import_row_outcome")),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_row_run_id")),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_import_row")),
    )
    op.create_table(
        "transfer_consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transfer_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("by_member", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "step IN ('from_branch', 'from_base', 'to_base', 'to_branch')", name=op.f("ck_transfer_consent_step")
        ),
        sa.ForeignKeyConstraint(["by_member"], ["member.id"], name=op.f("fk_transfer_consent_by_member")),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfer.id"], name=op.f("fk_transfer_consent_transfer_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_transfer_consent_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_consent")),
        sa.UniqueConstraint("transfer_id", "step", name=op.f("uq_transfer_consent_transfer_id_step")),
    )
    op.add_column("member", sa.Column("joined_on", sa.Date(), nullable=True))
    op.add_column("member", sa.Column("national_id_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("member", sa.Column("national_id_print", sa.String(length=64), nullable=True))
    op.add_column("member", sa.Column("phone_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("member", sa.Column("phone_print", sa.String(length=64), nullable=True))
    op.add_column("member", sa.Column("papers", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("member", sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("member", sa.Column("verified_by", sa.String(length=60), nullable=True))
    op.create_index(op.f("ix_member_national_id_print"), "member", ["national_id_print"], unique=True)
    op.create_index(op.f("ix_member_phone_print"), "member", ["phone_print"])
    _key_names()

    op.add_column("unit", sa.Column("exchange_code", sa.String(length=20), nullable=True))
    op.add_column("unit", sa.Column("search_name", sa.String(length=200), server_default="", nullable=False))
    op.add_column("unit", sa.Column("address", sa.String(length=300), server_default="", nullable=False))
    op.add_column("unit", sa.Column("founded_on", sa.Date(), nullable=True))
    op.add_column("unit", sa.Column("dissolved_on", sa.Date(), nullable=True))
    op.create_index(op.f("ix_unit_exchange_code"), "unit", ["exchange_code"], unique=True)
    _fold_names()
    op.create_table(
        "official",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("staff_code", sa.String(length=30), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_official_member_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_official")),
        sa.UniqueConstraint("staff_code", name=op.f("uq_official_staff_code")),
    )
    op.create_table(
        "official_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("struck_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("until_day IS NULL OR until_day >= from_day", name=op.f("ck_official_record_days")),
        sa.ForeignKeyConstraint(["member_id"], ["official.member_id"], name=op.f("fk_official_record_member_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["member.id"], name=op.f("fk_official_record_recorded_by")),
        sa.ForeignKeyConstraint(["struck_by"], ["member.id"], name=op.f("fk_official_record_struck_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_official_record")),
    )
    op.create_index("ix_official_record_member_id_kind", "official_record", ["member_id", "kind"])
    op.create_table(
        "identity_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("national_id_print", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("answer", sa.String(length=12), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("run_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'done', 'failed')", name=op.f("ck_identity_check_state")),
        sa.ForeignKeyConstraint(["asked_by"], ["member.id"], name=op.f("fk_identity_check_asked_by")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_identity_check_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_check")),
    )
    op.create_index("ix_identity_check_state_run_after", "identity_check", ["state", "run_after"])
    op.create_index(
        "uq_identity_check_member_id_waiting",
        "identity_check",
        ["member_id"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in APPEND_ONLY_POSTGRESQL if on_postgresql else APPEND_ONLY_SQLITE:
        op.execute(statement)
    year = (
        "CAST(EXTRACT(YEAR FROM born_on) AS INTEGER)" if on_postgresql else "CAST(strftime('%Y', born_on) AS INTEGER)"
    )
    op.execute(
        f"INSERT INTO member_count (unit_id, sex, born, number) SELECT above.id, member.sex, {year}, COUNT(*) "  # noqa: S608
        "FROM member JOIN unit ON unit.id = member.unit_id JOIN unit AS above ON unit.path LIKE above.path || '%' "
        f"WHERE member.status = 'active' GROUP BY above.id, member.sex, {year}"
    )
    op.execute(
        "INSERT INTO unit_place (unit_id, parent_id, name, from_day) "
        "SELECT id, parent_id, name, COALESCE(founded_on, CURRENT_DATE) FROM unit"
    )


def _fold_names() -> None:
    """No SQL takes the marks off a Vietnamese name on both databases."""
    unit = sa.table("unit", sa.column("id"), sa.column("name"), sa.column("search_name"))
    folded = [
        {"unit": key, "folded": fold(exact(name))}
        for key, name in op.get_bind().execute(sa.select(unit.c.id, unit.c.name))
    ]
    if folded:
        op.get_bind().execute(
            sa.update(unit).where(unit.c.id == sa.bindparam("unit")).values(search_name=sa.bindparam("folded")), folded
        )


def _key_names() -> None:
    """Names from the last word to the first, and both forms sorted by bytes, so that a beginning is a range."""
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    by_bytes = sa.String(length=100, collation="C" if on_postgresql else None)
    if on_postgresql:
        op.alter_column("member", "search_name", type_=by_bytes)
    op.add_column("member", sa.Column("name_key", by_bytes, server_default="", nullable=False))
    member = sa.table("member", sa.column("id"), sa.column("search_name"), sa.column("name_key"))
    keyed = [
        {"member": key, "reversed": " ".join(reversed(name.split()))}
        for key, name in op.get_bind().execute(sa.select(member.c.id, member.c.search_name))
    ]
    if keyed:
        op.get_bind().execute(
            sa.update(member).where(member.c.id == sa.bindparam("member")).values(name_key=sa.bindparam("reversed")),
            keyed,
        )
    op.create_index("ix_member_name_key_id", "member", ["name_key", "id"])
    few = sa.text("status <> 'active'")
    op.create_index("ix_member_inactive", "member", ["status", "name_key"], sqlite_where=few, postgresql_where=few)
