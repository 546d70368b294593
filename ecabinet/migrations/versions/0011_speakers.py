"""Requests to speak, turns and their clocks."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

RULES = "rule IN ('first_come', 'once_each', 'alternate_units')"
KINDS = "kind IN ('speech', 'question', 'order')"


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    op.create_table(
        "meeting_floor",
        sa.Column("meeting_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("list_open", sa.Boolean(), nullable=False),
        sa.Column("guests_may_speak", sa.Boolean(), nullable=False),
        sa.Column("speech_seconds", sa.Integer(), nullable=False),
        sa.Column("question_seconds", sa.Integer(), nullable=False),
        sa.Column("order_seconds", sa.Integer(), nullable=False),
        sa.Column("warn_seconds", sa.Integer(), nullable=False),
        sa.Column("unit_seconds", sa.Integer(), nullable=False),
        sa.CheckConstraint(RULES, name=op.f("ck_meeting_floor_rule")),
        sa.CheckConstraint(
            "speech_seconds >= 0 AND question_seconds >= 0 AND order_seconds >= 0 AND warn_seconds >= 0"
            " AND unit_seconds >= 0",
            name=op.f("ck_meeting_floor_seconds"),
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_floor_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_meeting_floor")),
    )
    op.create_table(
        "item_floor",
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=True),
        sa.Column("list_open", sa.Boolean(), nullable=False),
        sa.Column("speech_seconds", sa.Integer(), nullable=True),
        sa.Column("question_seconds", sa.Integer(), nullable=True),
        sa.CheckConstraint(RULES, name=op.f("ck_item_floor_rule")),
        sa.CheckConstraint("speech_seconds >= 0 AND question_seconds >= 0", name=op.f("ck_item_floor_seconds")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_item.id"], name=op.f("fk_item_floor_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item_floor")),
    )
    _create_requests()
    _create_turns()


def _create_requests() -> None:
    op.create_table(
        "floor_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("topic", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_floor_request_kind")),
        sa.CheckConstraint(
            "state IN ('waiting', 'given', 'withdrawn', 'refused', 'left', 'over')",
            name=op.f("ck_floor_request_state"),
        ),
        sa.CheckConstraint("state <> 'refused' OR reason <> ''", name=op.f("ck_floor_request_reason")),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_floor_request_decided")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_floor_request_meeting_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_floor_request_participant_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_floor_request_unit_id")),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_floor_request_item_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["member.id"], name=op.f("fk_floor_request_entered_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["member.id"], name=op.f("fk_floor_request_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_floor_request")),
    )
    op.create_index(op.f("ix_floor_request_meeting_id"), "floor_request", ["meeting_id"])
    op.create_index(op.f("ix_floor_request_participant_id"), "floor_request", ["participant_id"])
    _unique_where("uq_floor_request_waiting", "floor_request", ["participant_id", "kind", "item_id"], "= 'waiting'")
    _unique_where(
        "uq_floor_request_waiting_in_general",
        "floor_request",
        ["participant_id", "kind"],
        "= 'waiting' AND item_id IS NULL",
    )


def _create_turns() -> None:
    op.create_table(
        "floor_turn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_seconds", sa.Double(), nullable=False),
        sa.Column("limit_seconds", sa.Integer(), nullable=False),
        sa.Column("extra_seconds", sa.Integer(), nullable=False),
        sa.Column("warn_seconds", sa.Integer(), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_floor_turn_kind")),
        sa.CheckConstraint("state IN ('running', 'paused', 'interrupted', 'ended')", name=op.f("ck_floor_turn_state")),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_floor_turn_ended")),
        sa.CheckConstraint(
            "(state IN ('paused', 'interrupted')) = (paused_at IS NOT NULL)", name=op.f("ck_floor_turn_paused")
        ),
        sa.CheckConstraint("ended_at >= began_at", name=op.f("ck_floor_turn_times")),
        sa.CheckConstraint(
            "paused_seconds >= 0 AND limit_seconds >= 0 AND extra_seconds >= 0 AND warn_seconds >= 0",
            name=op.f("ck_floor_turn_seconds"),
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_floor_turn_meeting_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_floor_turn_participant_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_floor_turn_unit_id")),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_floor_turn_item_id")),
        sa.ForeignKeyConstraint(["request_id"], ["floor_request.id"], name=op.f("fk_floor_turn_request_id")),
        sa.ForeignKeyConstraint(["given_by"], ["member.id"], name=op.f("fk_floor_turn_given_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_floor_turn")),
        sa.UniqueConstraint("request_id", name=op.f("uq_floor_turn_request_id")),
    )
    op.create_index(op.f("ix_floor_turn_meeting_id"), "floor_turn", ["meeting_id"])
    op.create_index(op.f("ix_floor_turn_participant_id"), "floor_turn", ["participant_id"])
    _unique_where("uq_floor_turn_floor", "floor_turn", ["meeting_id"], "IN ('running', 'paused')")
    _unique_where("uq_floor_turn_interrupted", "floor_turn", ["meeting_id"], "= 'interrupted'")


def _unique_where(name: str, table: str, columns: list[str], state: str) -> None:
    where = sa.text(f"state {state}")
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)
