"""Assignment and processing of incoming documents."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    _create_office_assignment()
    _create_office_event()


def _create_office_assignment() -> None:
    op.create_table(
        "office_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_document_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('lead', 'help', 'info')", name=op.f("ck_office_assignment_role")),
        sa.CheckConstraint("(member_id IS NULL) <> (unit_id IS NULL)", name=op.f("ck_office_assignment_whom")),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_office_assignment_percent")),
        sa.ForeignKeyConstraint(["given_by"], ["member.id"], name=op.f("fk_office_assignment_given_by")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_office_assignment_member_id")),
        sa.ForeignKeyConstraint(
            ["office_document_id"], ["office_document.id"], name=op.f("fk_office_assignment_office_document_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_office_assignment_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_assignment")),
    )
    op.create_index("ix_office_assignment_member_id", "office_assignment", ["member_id", "ended_on"], unique=False)
    op.create_index(
        op.f("ix_office_assignment_office_document_id"), "office_assignment", ["office_document_id"], unique=False
    )
    op.create_index("ix_office_assignment_unit_id", "office_assignment", ["unit_id", "ended_on"], unique=False)


def _create_office_event() -> None:
    op.create_table(
        "office_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_document_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "act IN ('receive', 'register', 'discard', 'correct', 'present', 'return', 'assign', 'progress', 'finish', "
            "'reopen', 'file', 'void', 'edit', 'comment', 'submit', 'send_back', 'sign', 'number', 'issue', "
            "'recall', 'replace')",
            name=op.f("ck_office_event_act"),
        ),
        sa.ForeignKeyConstraint(["by"], ["member.id"], name=op.f("fk_office_event_by")),
        sa.ForeignKeyConstraint(
            ["office_document_id"], ["office_document.id"], name=op.f("fk_office_event_office_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_event")),
    )
    op.create_index("ix_office_event_document", "office_event", ["office_document_id", "id"], unique=False)
