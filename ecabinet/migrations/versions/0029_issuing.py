"""What goes out: what the clerk says of it, its recipients and how far it is with each, lists of recipients."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

KINDS = "kind IN ('unit', 'member', 'outside')"
PURPOSES = "purpose IN ('report', 'carry_out', 'cooperate', 'know', 'keep')"
WHOM = (
    "(kind = 'unit') = (unit_id IS NOT NULL) AND (kind = 'member') = (member_id IS NOT NULL)"
    " AND (kind = 'outside') = (outside_id IS NOT NULL)"
)
WAITS = sa.text("status = 'wait'")


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    _create_dispatch()
    _create_outside_organ()
    _create_delivery()
    _create_lists()
    # Who holds a role of a unit is asked for thousands of units when something is issued to them.
    op.create_index(op.f("ix_unit_role_unit_id"), "unit_role", ["unit_id"])


def _references(table: str, column: str, to: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _create_dispatch() -> None:
    op.create_table(
        "office_dispatch",
        sa.Column("office_document_id", sa.Integer(), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=True),
        sa.Column("drafter", sa.String(length=30), nullable=False),
        sa.Column("on_paper", sa.Boolean(), nullable=False),
        sa.Column("copy_kind", sa.String(length=3), nullable=True),
        sa.Column("copy_pages", sa.String(length=100), nullable=False),
        sa.Column("filled_version", sa.Integer(), nullable=True),
        sa.Column("sealed_version", sa.Integer(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_by", sa.Integer(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("copy_kind IN ('SY', 'SL', 'TrS')", name=op.f("ck_office_dispatch_copy_kind")),
        _references("office_dispatch", "office_document_id", "office_document"),
        _references("office_dispatch", "issuer_id", "office_issuer"),
        _references("office_dispatch", "filled_version", "version"),
        _references("office_dispatch", "sealed_version", "version"),
        _references("office_dispatch", "document_id", "document"),
        _references("office_dispatch", "issued_by", "member"),
        sa.PrimaryKeyConstraint("office_document_id", name=op.f("pk_office_dispatch")),
        _unique("office_dispatch", "document_id"),
    )


def _create_outside_organ() -> None:
    op.create_table(
        "office_outside_organ",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("organ_code", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        _references("office_outside_organ", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_outside_organ")),
        _unique("office_outside_organ", "unit_id", "name"),
    )


def _create_delivery() -> None:
    table = "office_delivery"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_document_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("outside_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("organ_code", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=4), nullable=False),
        sa.Column("recall", sa.String(length=2), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(KINDS, name=op.f("ck_office_delivery_kind")),
        sa.CheckConstraint(PURPOSES, name=op.f("ck_office_delivery_purpose")),
        sa.CheckConstraint(
            "status IN ('plan', 'wait', '00', '01', '02', '03', '04', '05', '06')",
            name=op.f("ck_office_delivery_status"),
        ),
        sa.CheckConstraint("recall IN ('13', '15', '16')", name=op.f("ck_office_delivery_recall")),
        sa.CheckConstraint(WHOM, name=op.f("ck_office_delivery_whom")),
        _references(table, "office_document_id", "office_document"),
        _references(table, "unit_id", "unit"),
        _references(table, "member_id", "member"),
        _references(table, "outside_id", "office_outside_organ"),
        _references(table, "entry_id", "office_document"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_delivery")),
        _unique(table, "office_document_id", "unit_id"),
        _unique(table, "office_document_id", "member_id"),
        _unique(table, "office_document_id", "outside_id"),
        _unique(table, "code"),
        _unique(table, "entry_id"),
    )
    op.create_index("ix_office_delivery_followed", table, ["office_document_id", "status", "id"])
    op.create_index("ix_office_delivery_unit", table, ["unit_id", "status", "id"])
    op.create_index("ix_office_delivery_member", table, ["member_id", "status", "id"])
    op.create_index("ix_office_delivery_waits", table, ["id"], sqlite_where=WAITS, postgresql_where=WAITS)


def _create_lists() -> None:
    table = "office_recipient_list"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        _references(table, "unit_id", "unit"),
        _references(table, "made_by", "member"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        _unique(table, "unit_id", "name"),
    )
    table = "office_listed_recipient"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("outside_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f(f"ck_{table}_kind")),
        sa.CheckConstraint(PURPOSES, name=op.f(f"ck_{table}_purpose")),
        sa.CheckConstraint(WHOM, name=op.f(f"ck_{table}_whom")),
        _references(table, "list_id", "office_recipient_list", ondelete="CASCADE"),
        _references(table, "unit_id", "unit"),
        _references(table, "member_id", "member"),
        _references(table, "outside_id", "office_outside_organ"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_list_id", table, ["list_id"])
