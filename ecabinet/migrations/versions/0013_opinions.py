"""Written opinions outside a meeting, comments on papers, notebooks."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    _create_rounds()
    _create_questions()
    _create_papers_and_addressees()
    _create_recipients()
    _create_answers()
    _create_history()
    _create_comments()
    _create_notes()


def _create_rounds() -> None:
    # Rounds, and which units want them approved.
    op.create_table(
        "opinion_policy",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["set_by"], ["member.id"], name=op.f("fk_opinion_policy_set_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_opinion_policy_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_opinion_policy")),
    )
    op.create_table(
        "opinion_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late_days", sa.Integer(), nullable=False),
        sa.Column("close_when_all", sa.Boolean(), nullable=False),
        sa.Column("asks_approval", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.Integer(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_how", sa.String(length=20), nullable=True),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "closed_how IN ('deadline', 'all_answered', 'hand')", name=op.f("ck_opinion_round_closed_how")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'approved', 'sent', 'closed', 'reported', 'recalled')",
            name=op.f("ck_opinion_round_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('sent', 'closed', 'reported') OR since IS NOT NULL", name=op.f("ck_opinion_round_since")
        ),
        sa.CheckConstraint("late_days >= 0", name=op.f("ck_opinion_round_late_days")),
        sa.ForeignKeyConstraint(["created_by"], ["member.id"], name=op.f("fk_opinion_round_created_by")),
        sa.ForeignKeyConstraint(["submitted_by"], ["member.id"], name=op.f("fk_opinion_round_submitted_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_opinion_round_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_round")),
    )
    op.create_index(op.f("ix_opinion_round_unit_id"), "opinion_round", ["unit_id"], unique=False)
    op.create_index(op.f("ix_opinion_round_wake_at"), "opinion_round", ["wake_at"], unique=False)


def _create_questions() -> None:
    # What is asked.
    op.create_table(
        "opinion_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["opinion_round.id"], name=op.f("fk_opinion_question_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_question")),
    )
    op.create_index(op.f("ix_opinion_question_round_id"), "opinion_question", ["round_id"], unique=False)
    op.create_table(
        "opinion_option",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("needs_text", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('for', 'against', 'other', 'plain')", name=op.f("ck_opinion_option_kind")),
        sa.ForeignKeyConstraint(["question_id"], ["opinion_question.id"], name=op.f("fk_opinion_option_question_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_option")),
    )
    op.create_index(op.f("ix_opinion_option_question_id"), "opinion_option", ["question_id"], unique=False)


def _create_papers_and_addressees() -> None:
    # What goes along, and to whom.
    op.create_table(
        "opinion_paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_opinion_paper_document_id")),
        sa.ForeignKeyConstraint(["round_id"], ["opinion_round.id"], name=op.f("fk_opinion_paper_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_paper")),
        sa.UniqueConstraint("round_id", "document_id", name=op.f("uq_opinion_paper_round_id_document_id")),
    )
    op.create_index(op.f("ix_opinion_paper_document_id"), "opinion_paper", ["document_id"], unique=False)
    op.create_table(
        "opinion_addressee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("excluded", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(body_id IS NULL) <> (member_id IS NULL)", name=op.f("ck_opinion_addressee_one")),
        sa.CheckConstraint("NOT excluded OR member_id IS NOT NULL", name=op.f("ck_opinion_addressee_excluded")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_opinion_addressee_body_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_opinion_addressee_member_id")),
        sa.ForeignKeyConstraint(["round_id"], ["opinion_round.id"], name=op.f("fk_opinion_addressee_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_addressee")),
        sa.UniqueConstraint("round_id", "body_id", name=op.f("uq_opinion_addressee_round_id_body_id")),
        sa.UniqueConstraint("round_id", "member_id", name=op.f("uq_opinion_addressee_round_id_member_id")),
    )


def _create_recipients() -> None:
    # Who was asked, and reminded.
    op.create_table(
        "opinion_recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("unit_name", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("revision >= 0", name=op.f("ck_opinion_recipient_revision")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_opinion_recipient_member_id")),
        sa.ForeignKeyConstraint(["round_id"], ["opinion_round.id"], name=op.f("fk_opinion_recipient_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_recipient")),
        sa.UniqueConstraint("round_id", "member_id", name=op.f("uq_opinion_recipient_round_id_member_id")),
    )
    op.create_index(op.f("ix_opinion_recipient_member_id"), "opinion_recipient", ["member_id"], unique=False)
    op.create_table(
        "opinion_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('day_before', 'hours_before', 'due', 'overdue', 'long_overdue')",
            name=op.f("ck_opinion_reminder_kind"),
        ),
        sa.ForeignKeyConstraint(["round_id"], ["opinion_round.id"], name=op.f("fk_opinion_reminder_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_reminder")),
        sa.UniqueConstraint("round_id", "kind", "deadline", name=op.f("uq_opinion_reminder_round_id_kind_deadline")),
    )


def _create_answers() -> None:
    # What they said.
    op.create_table(
        "opinion_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.CheckConstraint("revision > 0", name=op.f("ck_opinion_answer_revision")),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["opinion_recipient.id"], name=op.f("fk_opinion_answer_recipient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_answer")),
        sa.UniqueConstraint("recipient_id", "revision", name=op.f("uq_opinion_answer_recipient_id_revision")),
        sa.UniqueConstraint("recipient_id", "token", name=op.f("uq_opinion_answer_recipient_id_token")),
    )
    op.create_table(
        "opinion_choice",
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("option_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["opinion_answer.id"], name=op.f("fk_opinion_choice_answer_id")),
        sa.ForeignKeyConstraint(["option_id"], ["opinion_option.id"], name=op.f("fk_opinion_choice_option_id")),
        sa.ForeignKeyConstraint(["question_id"], ["opinion_question.id"], name=op.f("fk_opinion_choice_question_id")),
        sa.PrimaryKeyConstraint("answer_id", "question_id", name=op.f("pk_opinion_choice")),
    )
    op.create_index(op.f("ix_opinion_choice_option_id"), "opinion_choice", ["option_id"], unique=False)


def _create_history() -> None:
    # What happened.
    op.create_table(
        "opinion_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('created', 'edited', 'submitted', 'withdrawn', 'approved', 'returned', "
            "'sent', 'reminded', 'extended', 'closed', 'reported', 'recalled')",
            name=op.f("ck_opinion_event_kind"),
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_opinion_event_member_id")),
        sa.ForeignKeyConstraint(["round_id"], ["opinion_round.id"], name=op.f("fk_opinion_event_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_event")),
    )
    op.create_index(op.f("ix_opinion_event_round_id"), "opinion_event", ["round_id"], unique=False)


def _create_comments() -> None:
    # Comments on papers before a meeting.
    op.create_table(
        "comment_deadline",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_comment_deadline_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_comment_deadline")),
    )
    op.create_table(
        "paper_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("unit_name", sa.String(length=200), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.Column("verdict_text", sa.Text(), nullable=False),
        sa.Column("verdict_by", sa.Integer(), nullable=True),
        sa.Column("verdict_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(deleted_at IS NULL) = (text <> '')", name=op.f("ck_paper_comment_deleted")),
        sa.CheckConstraint("verdict IN ('accepted', 'declined', 'explained')", name=op.f("ck_paper_comment_verdict")),
        sa.CheckConstraint("page IS NULL OR page >= 1", name=op.f("ck_paper_comment_page")),
        sa.CheckConstraint("parent_id IS NULL OR verdict IS NULL", name=op.f("ck_paper_comment_reply")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_paper_comment_member_id")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_paper_comment_paper_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["paper_comment.id"], name=op.f("fk_paper_comment_parent_id")),
        sa.ForeignKeyConstraint(["verdict_by"], ["member.id"], name=op.f("fk_paper_comment_verdict_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_comment")),
        sa.UniqueConstraint("member_id", "token", name=op.f("uq_paper_comment_member_id_token")),
    )
    op.create_index(op.f("ix_paper_comment_paper_id"), "paper_comment", ["paper_id"], unique=False)
    op.create_index(op.f("ix_paper_comment_parent_id"), "paper_comment", ["parent_id"], unique=False)


def _create_notes() -> None:
    # The personal notebook.
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("about", sa.String(length=600), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("revision > 0", name=op.f("ck_note_revision")),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_note_item_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_note_meeting_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_note_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sa.UniqueConstraint("member_id", "key", name=op.f("uq_note_member_id_key")),
    )
    op.create_index(op.f("ix_note_item_id"), "note", ["item_id"], unique=False)
    op.create_index(op.f("ix_note_meeting_id"), "note", ["meeting_id"], unique=False)
    op.create_index("ix_note_member_id_updated_at", "note", ["member_id", "updated_at"], unique=False)
