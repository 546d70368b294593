"""Certificates with which members sign."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

KEPT = "(sealed IS NOT NULL) = (kind = 'file' AND removed_at IS NULL)"


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    op.create_table(
        "member_certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reference", sa.String(length=200), server_default="", nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=True),
        sa.Column("belongs", sa.String(length=12), nullable=True),
        sa.Column("reason", sa.String(length=500), server_default="", nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('file', 'device', 'service')", name=op.f("ck_member_certificate_kind")),
        sa.CheckConstraint(
            "belongs IN ('national_id', 'email', 'name', 'confirmed')", name=op.f("ck_member_certificate_belongs")
        ),
        sa.CheckConstraint(KEPT, name=op.f("ck_member_certificate_kept")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_member_certificate_member_id")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["member.id"], name=op.f("fk_member_certificate_confirmed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_certificate")),
    )
    op.create_index(
        "uq_member_certificate_held", "member_certificate", ["member_id"], unique=True,
        sqlite_where=sa.text("removed_at IS NULL"), postgresql_where=sa.text("removed_at IS NULL"),
    )  # fmt: skip
