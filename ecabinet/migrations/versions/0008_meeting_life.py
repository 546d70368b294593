"""Approval, templates, series, rooms and seats of meetings."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATES = (
    "state IN ('draft', 'submitted', 'approved', 'invited', 'under_way', 'concluded', 'archived', 'cancelled',"
    " 'dropped')"
)
ACTIONS = (
    "action IN ('submit', 'take_back', 'approve', 'return', 'invite', 'begin', 'conclude', 'archive', 'drop',"
    " 'cancel', 'postpone')"
)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    with op.batch_alter_table("meeting") as meeting:
        meeting.drop_constraint(op.f("ck_meeting_state"), type_="check")
        meeting.create_check_constraint(op.f("ck_meeting_state"), sa.text(STATES))
    op.create_index(op.f("ix_meeting_ends_at"), "meeting", ["ends_at"])
    _create_life()
    _create_templates_and_series()
    _create_rooms()


def _references(table: str, column: str, to: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def _create_life() -> None:
    op.create_table(
        "meeting_policy",
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("approval", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
        _references("meeting_policy", "unit_id", "unit"),
        _references("meeting_policy", "set_by", "member"),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_meeting_policy")),
    )
    op.create_table(
        "meeting_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("was_starts_at", INSTANT, nullable=True),
        sa.CheckConstraint(ACTIONS, name=op.f("ck_meeting_step_action")),
        sa.CheckConstraint(
            "action NOT IN ('return', 'drop', 'cancel', 'postpone') OR reason <> ''",
            name=op.f("ck_meeting_step_reason"),
        ),
        sa.CheckConstraint("action <> 'postpone' OR was_starts_at IS NOT NULL", name=op.f("ck_meeting_step_postponed")),
        _references("meeting_step", "meeting_id", "meeting"),
        _references("meeting_step", "member_id", "member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_step")),
    )
    op.create_index(op.f("ix_meeting_step_meeting_id"), "meeting_step", ["meeting_id"])


def _create_templates_and_series() -> None:
    op.create_table(
        "meeting_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        _references("meeting_template", "unit_id", "unit"),
        _references("meeting_template", "body_id", "body"),
        _references("meeting_template", "saved_by", "member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_template")),
        sa.UniqueConstraint("unit_id", "name", name=op.f("uq_meeting_template_unit_id_name")),
    )
    op.create_table(
        "meeting_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        _references("meeting_series", "unit_id", "unit"),
        _references("meeting_series", "made_by", "member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_series")),
    )
    op.create_table(
        "series_meeting",
        sa.Column("meeting_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        _references("series_meeting", "meeting_id", "meeting"),
        _references("series_meeting", "series_id", "meeting_series"),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_series_meeting")),
        sa.UniqueConstraint("series_id", "day", name=op.f("uq_series_meeting_series_id_day")),
    )


def _create_rooms() -> None:
    op.create_table(
        "room",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("equipment", sa.String(length=500), nullable=False),
        sa.Column("head_seats", sa.Integer(), nullable=False),
        sa.Column("seat_rows", sa.JSON(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_room_capacity")),
        sa.CheckConstraint("head_seats >= 0", name=op.f("ck_room_head_seats")),
        _references("room", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("unit_id", "name", name=op.f("uq_room_unit_id_name")),
    )
    op.create_table(
        "room_booking",
        sa.Column("meeting_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("booked_by", sa.Integer(), nullable=True),
        sa.Column("booked_at", INSTANT, nullable=False),
        _references("room_booking", "meeting_id", "meeting"),
        _references("room_booking", "room_id", "room"),
        _references("room_booking", "booked_by", "member"),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_room_booking")),
    )
    op.create_index(op.f("ix_room_booking_room_id"), "room_booking", ["room_id"])
    op.create_table(
        "seat_plan",
        sa.Column("meeting_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("head_seats", sa.Integer(), nullable=False),
        sa.Column("seat_rows", sa.JSON(), nullable=False),
        sa.Column("on_screen", sa.Boolean(), nullable=False),
        sa.CheckConstraint("head_seats >= 0", name=op.f("ck_seat_plan_head_seats")),
        _references("seat_plan", "meeting_id", "meeting"),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_seat_plan")),
    )
    op.create_table(
        "seat_taken",
        sa.Column("participant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("seat_row", sa.Integer(), nullable=False),
        sa.Column("seat_number", sa.Integer(), nullable=False),
        sa.CheckConstraint("seat_row >= 0 AND seat_number > 0", name=op.f("ck_seat_taken_place")),
        _references("seat_taken", "participant_id", "participant", "CASCADE"),
        _references("seat_taken", "meeting_id", "meeting"),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_seat_taken")),
        sa.UniqueConstraint(
            "meeting_id", "seat_row", "seat_number", name=op.f("uq_seat_taken_meeting_id_seat_row_seat_number")
        ),
    )
