"""What was sent to whom, reminders, substitutes to approve, guests from outside, corrections of attendance."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

HOW = "how IN ('self', 'secretary', 'qr', 'door', 'online')"


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    _create_notices()
    _create_mail()
    _create_invitations()
    _create_answers()
    _create_guests()
    _create_corrections()
    with op.batch_alter_table("attendance") as attendance:
        attendance.drop_constraint(op.f("ck_attendance_how"), type_="check")
        attendance.create_check_constraint(op.f("ck_attendance_how"), sa.text(HOW))


def _create_notices() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        _moment("at"),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        _moment("read_at", nullable=True),
        _to("notice", "member_id", "member.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_member_id"), "notice", ["member_id"])
    unread = sa.text("read_at IS NULL")
    op.create_index("ix_notice_unread", "notice", ["member_id"], sqlite_where=unread, postgresql_where=unread)
    op.create_table(
        "notice_setting",
        sa.Column("member_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("feed", sa.Integer(), nullable=False),
        _to("notice_setting", "member_id", "member.id"),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_notice_setting")),
    )


def _create_mail() -> None:
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=100), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("about", sa.String(length=60), nullable=False),
        sa.Column("event", sa.JSON(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(length=20), nullable=False),
        _moment("created_at"),
        _moment("run_after"),
        _moment("claimed_until", nullable=True),
        _moment("sent_at", nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'sending', 'sent', 'failed')", name=op.f("ck_mail_state")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_mail_attempts")),
        sa.CheckConstraint("state <> 'sending' OR claimed_until IS NOT NULL", name=op.f("ck_mail_claim")),
        sa.CheckConstraint("state <> 'sent' OR sent_at IS NOT NULL", name=op.f("ck_mail_sent")),
        _to("mail", "member_id", "member.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mail_message_id")),
    )
    op.create_index(op.f("ix_mail_member_id"), "mail", ["member_id"])
    op.create_index(op.f("ix_mail_about"), "mail", ["about"])
    waits = sa.text("state IN ('waiting', 'sending')")
    op.create_index("ix_mail_to_send", "mail", ["run_after"], sqlite_where=waits, postgresql_where=waits)


def _create_invitations() -> None:
    op.create_table(
        "invitation_setting",
        sa.Column("meeting_id", sa.Integer(), autoincrement=False, nullable=False),
        _moment("answer_by", nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signer_position", sa.String(length=100), nullable=False),
        sa.Column("signer_name", sa.String(length=100), nullable=False),
        sa.Column("approves_substitutes", sa.Boolean(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("door_code", sa.Boolean(), nullable=False),
        sa.Column("reminders", sa.JSON(), nullable=False),
        sa.Column("quiet_since", sa.Integer(), nullable=False),
        sa.Column("quiet_until", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "quiet_since BETWEEN 0 AND 23 AND quiet_until BETWEEN 0 AND 23", name=op.f("ck_invitation_setting_quiet")
        ),
        _to("invitation_setting", "meeting_id", "meeting.id"),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_invitation_setting")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=60), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        _moment("told_at"),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        _moment("starts_at"),
        _moment("ends_at"),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("sequence >= 0", name=op.f("ck_invitation_sequence")),
        _to("invitation", "meeting_id", "meeting.id"),
        _to("invitation", "member_id", "member.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("meeting_id", "member_id", name=op.f("uq_invitation_meeting_id_member_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_invitation_uid")),
    )
    op.create_index(op.f("ix_invitation_member_id"), "invitation", ["member_id"])
    op.create_table(
        "meeting_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        _moment("aim"),
        _moment("at"),
        _to("meeting_reminder", "meeting_id", "meeting.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_reminder")),
        sa.UniqueConstraint("meeting_id", "kind", "aim", name=op.f("uq_meeting_reminder_meeting_id_kind_aim")),
    )


def _create_answers() -> None:
    op.create_table(
        "invitation_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        _moment("at"),
        sa.Column("given_by", sa.Integer(), nullable=False),
        sa.Column("rsvp", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "rsvp IN ('pending', 'accepted', 'absent', 'substituted')", name=op.f("ck_invitation_answer_rsvp")
        ),
        sa.CheckConstraint(
            "category IN ('', 'illness', 'duty', 'leave', 'family', 'other')",
            name=op.f("ck_invitation_answer_category"),
        ),
        _to("invitation_answer", "participant_id", "participant.id", ondelete="CASCADE"),
        _to("invitation_answer", "given_by", "member.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation_answer")),
    )
    op.create_index(op.f("ix_invitation_answer_participant_id"), "invitation_answer", ["participant_id"])
    op.create_table(
        "substitution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("unit_name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        _moment("asked_at"),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        _moment("decided_at", nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("refusal", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'approved', 'refused', 'withdrawn')", name=op.f("ck_substitution_state")
        ),
        sa.CheckConstraint("state <> 'refused' OR refusal <> ''", name=op.f("ck_substitution_refusal")),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_substitution_decided")),
        _to("substitution", "meeting_id", "meeting.id"),
        _to("substitution", "participant_id", "participant.id", ondelete="CASCADE"),
        _to("substitution", "member_id", "member.id"),
        _to("substitution", "asked_by", "member.id"),
        _to("substitution", "decided_by", "member.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitution")),
    )
    op.create_index(op.f("ix_substitution_meeting_id"), "substitution", ["meeting_id"])
    waits = sa.text("state = 'waiting'")
    op.create_index(
        "uq_substitution_waiting", "substitution", ["participant_id"], unique=True,
        sqlite_where=waits, postgresql_where=waits,
    )  # fmt: skip


def _create_guests() -> None:
    op.create_table(
        "outside_guest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        _moment("added_at"),
        sa.Column("added_by", sa.Integer(), nullable=False),
        _moment("removed_at", nullable=True),
        _to("outside_guest", "meeting_id", "meeting.id"),
        _to("outside_guest", "added_by", "member.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_guest")),
    )
    op.create_index(op.f("ix_outside_guest_meeting_id"), "outside_guest", ["meeting_id"])
    op.create_table(
        "guest_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guest_id", sa.Integer(), nullable=False),
        _moment("at"),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        _to("guest_visit", "guest_id", "outside_guest.id"),
        _to("guest_visit", "recorded_by", "member.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_visit")),
    )
    op.create_index(op.f("ix_guest_visit_guest_id"), "guest_visit", ["guest_id"])


def _create_corrections() -> None:
    op.create_table(
        "attendance_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        _moment("made_at"),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("voids_id", sa.Integer(), nullable=True),
        sa.Column("adds_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_attendance_correction_reason")),
        sa.CheckConstraint("(voids_id IS NULL) <> (adds_id IS NULL)", name=op.f("ck_attendance_correction_one")),
        _to("attendance_correction", "participant_id", "participant.id"),
        _to("attendance_correction", "made_by", "member.id"),
        _to("attendance_correction", "voids_id", "attendance.id"),
        _to("attendance_correction", "adds_id", "attendance.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_correction")),
        sa.UniqueConstraint("adds_id", name=op.f("uq_attendance_correction_adds_id")),
        sa.UniqueConstraint("voids_id", name=op.f("uq_attendance_correction_voids_id")),
    )
    op.create_index(op.f("ix_attendance_correction_participant_id"), "attendance_correction", ["participant_id"])


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _to(table: str, column: str, target: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)
