"""What meetings still lacked: items for named participants only."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    op.add_column("agenda_item", sa.Column("limited", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("agenda_item", sa.Column("in_minutes", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "item_audience",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_item.id"], name=op.f("fk_item_audience_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_item_audience_participant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "participant_id", name=op.f("pk_item_audience")),
    )
