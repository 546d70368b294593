"""What meetings still lacked: items for named participants only, reminders of tasks,
signed reports of opinions.
"""

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
    with op.batch_alter_table("opinion_round") as opinion_round:
        opinion_round.add_column(sa.Column("report_id", sa.Integer(), nullable=True))
        opinion_round.create_foreign_key(op.f("fk_opinion_round_report_id"), "document", ["report_id"], ["id"])
    op.create_index("ix_task_due_on", "task", ["due_on"])
    op.create_table(
        "task_reminder",
        sa.Column("task_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reminder", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reminder IN ('day_before', 'hours_before', 'due', 'overdue', 'long_overdue')",
            name=op.f("ck_task_reminder_reminder"),
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_reminder_task_id")),
        sa.PrimaryKeyConstraint("task_id", "due_on", "reminder", name=op.f("pk_task_reminder")),
    )
