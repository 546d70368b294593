"""Conclusions, tasks and minutes; the database itself refuses to change minutes that are signed."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_OF_SECTION = "(SELECT state FROM minutes WHERE id = {row}.minutes_id) IN ('signed', 'locked')"
_OF_COMMENT = (
    "(SELECT m.state FROM minutes m JOIN minutes_section s ON s.minutes_id = m.id WHERE s.id = {row}.section_id)"
    " IN ('signed', 'locked')"
)
_OF_MINUTES = (
    "OLD.state = 'locked' OR (OLD.state = 'signed' AND NOT (NEW.state = 'locked' AND NEW.meeting_id = OLD.meeting_id"
    " AND NEW.chair_id = OLD.chair_id AND NEW.chair_at = OLD.chair_at AND NEW.secretary_id = OLD.secretary_id"
    " AND NEW.secretary_at = OLD.secretary_at))"
)
SIGNED = (
    ("minutes_section", "INSERT", _OF_SECTION.format(row="NEW")),
    ("minutes_section", "UPDATE", _OF_SECTION.format(row="OLD") + " OR " + _OF_SECTION.format(row="NEW")),
    ("minutes_section", "DELETE", _OF_SECTION.format(row="OLD")),
    ("minutes_comment", "INSERT", _OF_COMMENT.format(row="NEW")),
    ("minutes_comment", "UPDATE", _OF_COMMENT.format(row="OLD")),
    ("minutes_comment", "DELETE", _OF_COMMENT.format(row="OLD")),
    ("minutes", "UPDATE", _OF_MINUTES),
    ("minutes", "DELETE", "OLD.state IN ('signed', 'locked')"),
)
"""Table, what is refused, and when. Signed minutes may still be sealed, and nothing else."""


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    _create_tasks()
    _create_conclusions()
    _create_minutes()
    _create_work_on_sections()
    _close_what_is_signed()


def _create_tasks() -> None:
    # Tasks, who helps, what happened.
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("source_kind", sa.String(length=20), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("source_text", sa.String(length=600), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("priority", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("owner_member_id", sa.Integer(), nullable=True),
        sa.Column("owner_unit_id", sa.Integer(), nullable=True),
        sa.Column("owner_name", sa.String(length=300), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_due", sa.Date(), nullable=True),
        sa.Column("asked_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("priority IN ('normal', 'high', 'urgent')", name=op.f("ck_task_priority")),
        sa.CheckConstraint("state <> 'done' OR percent = 100", name=op.f("ck_task_done")),
        sa.CheckConstraint(
            "state IN ('given', 'accepted', 'reported', 'returned', 'done', 'cancelled')", name=op.f("ck_task_state")
        ),
        sa.CheckConstraint("(owner_member_id IS NULL) <> (owner_unit_id IS NULL)", name=op.f("ck_task_owner")),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_task_percent")),
        sa.ForeignKeyConstraint(["given_by"], ["member.id"], name=op.f("fk_task_given_by")),
        sa.ForeignKeyConstraint(["owner_member_id"], ["member.id"], name=op.f("fk_task_owner_member_id")),
        sa.ForeignKeyConstraint(["owner_unit_id"], ["unit.id"], name=op.f("fk_task_owner_unit_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_task_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index(op.f("ix_task_given_by"), "task", ["given_by"], unique=False)
    op.create_index(op.f("ix_task_owner_member_id"), "task", ["owner_member_id"], unique=False)
    op.create_index(op.f("ix_task_owner_unit_id"), "task", ["owner_unit_id"], unique=False)
    op.create_index("ix_task_source", "task", ["source_kind", "source_id"], unique=False)
    op.create_index(op.f("ix_task_unit_id"), "task", ["unit_id"], unique=False)
    op.create_table(
        "task_helper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.CheckConstraint("(member_id IS NULL) <> (unit_id IS NULL)", name=op.f("ck_task_helper_one")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_task_helper_member_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_helper_task_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_task_helper_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_helper")),
    )
    op.create_index(op.f("ix_task_helper_member_id"), "task_helper", ["member_id"], unique=False)
    op.create_index(op.f("ix_task_helper_task_id"), "task_helper", ["task_id"], unique=False)
    op.create_index(op.f("ix_task_helper_unit_id"), "task_helper", ["unit_id"], unique=False)
    op.create_table(
        "task_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('give', 'accept', 'progress', 'report', "
            "'approve', 'return', 'cancel', 'ask_extension', 'grant', 'refuse', 'extend')",
            name=op.f("ck_task_event_kind"),
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_task_event_document_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_task_event_member_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_event_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_event")),
    )
    op.create_index(op.f("ix_task_event_task_id"), "task_event", ["task_id"], unique=False)


def _create_conclusions() -> None:
    # What was concluded, what was drafted from it, what the screen shows.
    op.create_table(
        "conclusion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'announced') = (announced_at IS NOT NULL)", name=op.f("ck_conclusion_announced")),
        sa.CheckConstraint("state IN ('draft', 'announced')", name=op.f("ck_conclusion_state")),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_conclusion_item_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_conclusion_meeting_id")),
        sa.ForeignKeyConstraint(["written_by"], ["member.id"], name=op.f("fk_conclusion_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conclusion")),
    )
    op.create_index(op.f("ix_conclusion_item_id"), "conclusion", ["item_id"], unique=False)
    op.create_index(op.f("ix_conclusion_meeting_id"), "conclusion", ["meeting_id"], unique=False)
    op.create_table(
        "resolution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("summary", sa.String(length=600), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("articles", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["member.id"], name=op.f("fk_resolution_changed_by")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_resolution_document_id")),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_resolution_item_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_resolution_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolution")),
        sa.UniqueConstraint("item_id", name=op.f("uq_resolution_item_id")),
    )
    op.create_index(op.f("ix_resolution_meeting_id"), "resolution", ["meeting_id"], unique=False)
    op.create_table(
        "room_screen",
        sa.Column("meeting_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("message", sa.String(length=300), nullable=False),
        sa.CheckConstraint("mode <> 'message' OR message <> ''", name=op.f("ck_room_screen_message")),
        sa.CheckConstraint(
            "mode IN ('auto', 'agenda', 'speaker', 'vote', 'conclusion', 'message', 'blank')",
            name=op.f("ck_room_screen_mode"),
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_room_screen_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_room_screen")),
    )


def _create_minutes() -> None:
    # Minutes with their sections.
    op.create_table(
        "minutes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chair_id", sa.Integer(), nullable=True),
        sa.Column("chair_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("secretary_id", sa.Integer(), nullable=True),
        sa.Column("secretary_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'locked') = (document_id IS NOT NULL)", name=op.f("ck_minutes_locked")),
        sa.CheckConstraint(
            "state IN ('drafting', 'commenting', 'final', 'signed', 'locked')", name=op.f("ck_minutes_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('signed', 'locked') OR (chair_at IS NOT NULL AND secretary_at IS NOT NULL)",
            name=op.f("ck_minutes_signed"),
        ),
        sa.CheckConstraint("(chair_at IS NULL) = (chair_id IS NULL)", name=op.f("ck_minutes_chair")),
        sa.CheckConstraint("(secretary_at IS NULL) = (secretary_id IS NULL)", name=op.f("ck_minutes_secretary")),
        sa.ForeignKeyConstraint(["chair_id"], ["member.id"], name=op.f("fk_minutes_chair_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_minutes_document_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_minutes_meeting_id")),
        sa.ForeignKeyConstraint(["secretary_id"], ["member.id"], name=op.f("fk_minutes_secretary_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes")),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_minutes_meeting_id")),
    )
    op.create_table(
        "minutes_section",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=30), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("heading", sa.String(length=600), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_text", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("revision > 0", name=op.f("ck_minutes_section_revision")),
        sa.ForeignKeyConstraint(["changed_by"], ["member.id"], name=op.f("fk_minutes_section_changed_by")),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_minutes_section_item_id")),
        sa.ForeignKeyConstraint(["minutes_id"], ["minutes.id"], name=op.f("fk_minutes_section_minutes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_section")),
        sa.UniqueConstraint("minutes_id", "key", name=op.f("uq_minutes_section_minutes_id_key")),
    )


def _create_work_on_sections() -> None:
    # What sections said before, who writes, what is said of them.
    op.create_table(
        "section_revision",
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_section_revision_member_id")),
        sa.ForeignKeyConstraint(
            ["section_id"], ["minutes_section.id"], name=op.f("fk_section_revision_section_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("section_id", "revision", name=op.f("pk_section_revision")),
    )
    op.create_table(
        "section_editor",
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_section_editor_member_id")),
        sa.ForeignKeyConstraint(
            ["section_id"], ["minutes_section.id"], name=op.f("fk_section_editor_section_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("section_id", "member_id", name=op.f("pk_section_editor")),
    )
    op.create_table(
        "minutes_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_minutes_comment_member_id")),
        sa.ForeignKeyConstraint(["section_id"], ["minutes_section.id"], name=op.f("fk_minutes_comment_section_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_comment")),
    )
    op.create_index(op.f("ix_minutes_comment_section_id"), "minutes_comment", ["section_id"], unique=False)


def _close_what_is_signed() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table, what, when in SIGNED:
            op.execute(
                f"CREATE TRIGGER {table}_signed_no_{what.lower()} BEFORE {what} ON {table} WHEN {when} "
                "BEGIN SELECT RAISE(ABORT, 'signed minutes do not change'); END"
            )
        return
    for table, what, when in SIGNED:
        # A condition of a trigger of PostgreSQL has no queries: the function asks.
        name = f"{table}_signed_no_{what.lower()}"
        given = "OLD" if what == "DELETE" else "NEW"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {when} THEN RAISE EXCEPTION 'signed minutes do not change'; END IF; RETURN {given}; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {what} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
