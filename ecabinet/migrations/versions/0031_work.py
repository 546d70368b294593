"""Tasks that go to another and bring several files, reminders of documents, days off, the work calendar."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

ACTS = (
    "kind IN ('give', 'accept', 'progress', 'report', 'approve', 'return', 'cancel', 'ask_extension', 'grant', "
    "'refuse', 'extend', 'attach', 'reassign')"
)
WAITS = "state IN ('received', 'registered', 'presented', 'assigned')"


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    _change_tasks()
    _create_reminders()
    op.create_table(
        "holiday",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.CheckConstraint("kind IN ('off', 'work')", name=op.f("ck_holiday_kind")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_holiday")),
    )
    _create_events()


def _references(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _change_tasks() -> None:
    op.create_table(
        "task_file",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        _references("task_file", "event_id", "task_event"),
        _references("task_file", "document_id", "document"),
        sa.PrimaryKeyConstraint("event_id", "document_id", name=op.f("pk_task_file")),
    )
    op.create_index(op.f("ix_task_file_document_id"), "task_file", ["document_id"])
    op.execute(
        "INSERT INTO task_file (event_id, document_id) "
        "SELECT id, document_id FROM task_event WHERE document_id IS NOT NULL"
    )
    with op.batch_alter_table("task_event") as task_event:
        task_event.drop_constraint(op.f("fk_task_event_document_id"), type_="foreignkey")
        task_event.drop_column("document_id")
        task_event.drop_constraint(op.f("ck_task_event_kind"), type_="check")
        task_event.create_check_constraint(op.f("ck_task_event_kind"), sa.text(ACTS))
    with op.batch_alter_table("task") as task:
        task.add_column(sa.Column("owner_home_id", sa.Integer(), nullable=True))
        task.create_foreign_key(op.f("fk_task_owner_home_id"), "unit", ["owner_home_id"], ["id"])
    op.execute(
        "UPDATE task SET owner_home_id = (SELECT member.unit_id FROM member WHERE member.id = task.owner_member_id) "
        "WHERE owner_member_id IS NOT NULL"
    )


def _create_reminders() -> None:
    op.create_table(
        "office_reminder",
        sa.Column("office_document_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reminder", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reminder IN ('day_before', 'hours_before', 'due', 'overdue', 'long_overdue', 'unpresented')",
            name=op.f("ck_office_reminder_reminder"),
        ),
        _references("office_reminder", "office_document_id", "office_document"),
        sa.PrimaryKeyConstraint("office_document_id", "due_on", "reminder", name=op.f("pk_office_reminder")),
    )
    waits = sa.text(f"due_on IS NOT NULL AND {WAITS}")
    op.create_index("ix_office_document_waits", "office_document", ["due_on", "id"],
                    sqlite_where=waits, postgresql_where=waits)  # fmt: skip
    registered = sa.text("state = 'registered'")
    op.create_index("ix_office_document_unpresented", "office_document", ["arrived_on", "id"],
                    sqlite_where=registered, postgresql_where=registered)  # fmt: skip


def _create_events() -> None:
    op.create_table(
        "work_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prepared_by", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('meeting', 'trip', 'reception', 'other')", name=op.f("ck_work_event_kind")),
        sa.CheckConstraint("state IN ('draft', 'approved', 'cancelled')", name=op.f("ck_work_event_state")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_work_event_times")),
        sa.CheckConstraint("state <> 'cancelled' OR reason <> ''", name=op.f("ck_work_event_reason")),
        sa.CheckConstraint("state <> 'approved' OR published_at IS NOT NULL", name=op.f("ck_work_event_published")),
        _references("work_event", "unit_id", "unit"),
        _references("work_event", "room_id", "room"),
        _references("work_event", "created_by", "member"),
        _references("work_event", "published_by", "member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_event")),
    )
    op.create_index("ix_work_event_unit", "work_event", ["unit_id", "starts_at"])
    op.create_table(
        "work_event_leader",
        sa.Column("work_event_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        _references("work_event_leader", "work_event_id", "work_event"),
        _references("work_event_leader", "member_id", "member"),
        sa.PrimaryKeyConstraint("work_event_id", "member_id", name=op.f("pk_work_event_leader")),
    )
    op.create_index(op.f("ix_work_event_leader_member_id"), "work_event_leader", ["member_id"])
