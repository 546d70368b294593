"""Where the room is: the page that the chair shows."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    op.create_table(
        "room_place",
        sa.Column("meeting_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=True) for name in ("x0", "y0", "x1", "y1")),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("page >= 0", name=op.f("ck_room_place_page")),
        sa.CheckConstraint(
            "(x0 IS NULL AND y0 IS NULL AND x1 IS NULL AND y1 IS NULL) OR (x0 < x1 AND y0 < y1)",
            name=op.f("ck_room_place_region"),
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_room_place_meeting_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_room_place_version_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["member.id"], name=op.f("fk_room_place_by_id")),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_room_place")),
    )
    op.create_index(op.f("ix_room_place_version_id"), "room_place", ["version_id"])
    op.create_table(
        "lead_setting",
        sa.Column("meeting_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("presenters_lead", sa.Boolean(), nullable=False),
        sa.Column("named_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_lead_setting_meeting_id")),
        sa.ForeignKeyConstraint(
            ["named_id"], ["participant.id"], name=op.f("fk_lead_setting_named_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_lead_setting")),
    )
