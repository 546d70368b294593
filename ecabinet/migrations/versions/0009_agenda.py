"""The agenda as a tree, its kinds and clocks, the papers' deadlines and approval."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KINDS = "kind IN ('report', 'discussion', 'vote', 'election', 'break')"
STATES = "state IN ('awaited', 'submitted', 'approved', 'returned', 'withdrawn')"
PAPER_CHECKS = {
    "state": STATES,
    "reason": "state NOT IN ('returned', 'withdrawn') OR reason <> ''",
    "approved": "state <> 'approved' OR document_id IS NOT NULL",
    "submitted": "state <> 'submitted' OR pending_id IS NOT NULL",
}


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    _create_presenters()
    _renumber("agenda_item", "meeting_id")
    with op.batch_alter_table("agenda_item") as item:
        item.drop_column("presenter")
        item.add_column(sa.Column("depth", sa.Integer(), nullable=False, server_default="1"))
        item.add_column(sa.Column("kind", sa.String(length=20), nullable=False, server_default="report"))
        item.add_column(sa.Column("description", sa.Text(), nullable=False, server_default=""))
        item.add_column(sa.Column("hidden", sa.Boolean(), nullable=False, server_default=sa.false()))
        item.add_column(sa.Column("papers_due", sa.DateTime(timezone=True), nullable=True))
        item.create_check_constraint(op.f("ck_agenda_item_kind"), sa.text(KINDS))
        item.create_check_constraint(op.f("ck_agenda_item_depth"), sa.text("depth BETWEEN 1 AND 4"))
        item.create_unique_constraint(op.f("uq_agenda_item_meeting_id_position"), ["meeting_id", "position"])
    _widen_papers()
    op.create_table(
        "agenda_setting",
        sa.Column("meeting_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("numbering", sa.String(length=20), nullable=False),
        sa.Column("approves_papers", sa.Boolean(), nullable=False),
        sa.CheckConstraint("numbering IN ('decimal', 'outline')", name=op.f("ck_agenda_setting_numbering")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_agenda_setting_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_agenda_setting")),
    )
    _create_turns()


def _create_presenters() -> None:
    op.create_table(
        "agenda_presenter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_item.id"], name=op.f("fk_agenda_presenter_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_agenda_presenter_participant_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_presenter")),
    )
    op.create_index(op.f("ix_agenda_presenter_item_id"), "agenda_presenter", ["item_id"])
    op.execute(
        "INSERT INTO agenda_presenter (item_id, position, name)"
        " SELECT id, 1, presenter FROM agenda_item WHERE presenter <> ''"
    )


def _renumber(table: str, group: str) -> None:
    """Positions from 1 without gaps, in the order of before."""
    rows = sa.table(table, sa.column("id"), sa.column("position"), sa.column(group))
    connection = op.get_bind()
    last: dict[int, int] = {}
    ordered = sa.select(rows.c.id, rows.c[group]).order_by(rows.c[group], rows.c.position, rows.c.id)
    for row_id, group_id in connection.execute(ordered).all():
        last[group_id] = last.get(group_id, 0) + 1
        connection.execute(sa.update(rows).where(rows.c.id == row_id).values(position=last[group_id]))


def _widen_papers() -> None:
    """What lies before a meeting already was submitted when it was stored, and is read."""
    with op.batch_alter_table("paper") as paper:
        paper.add_column(sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
        paper.add_column(sa.Column("title", sa.String(length=500), nullable=False, server_default=""))
        paper.add_column(sa.Column("state", sa.String(length=20), nullable=False, server_default="approved"))
        paper.add_column(sa.Column("reason", sa.String(length=500), nullable=False, server_default=""))
        paper.add_column(sa.Column("pending_id", sa.Integer(), nullable=True))
        paper.add_column(sa.Column("responsible_id", sa.Integer(), nullable=True))
        paper.add_column(sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True))
        paper.alter_column("document_id", existing_type=sa.Integer(), nullable=True)
        paper.create_foreign_key(op.f("fk_paper_pending_id"), "document", ["pending_id"], ["id"])
        paper.create_foreign_key(op.f("fk_paper_responsible_id"), "member", ["responsible_id"], ["id"])
        for name, rule in PAPER_CHECKS.items():
            paper.create_check_constraint(op.f(f"ck_paper_{name}"), sa.text(rule))
    op.create_index(op.f("ix_paper_responsible_id"), "paper", ["responsible_id"])
    _renumber("paper", "item_id")
    op.execute(
        "UPDATE paper SET title = (SELECT title FROM document WHERE document.id = paper.document_id),"
        " submitted_at = (SELECT created_at FROM document WHERE document.id = paper.document_id)"
    )


def _create_turns() -> None:
    op.create_table(
        "agenda_turn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ended_at >= began_at", name=op.f("ck_agenda_turn_times")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_agenda_turn_meeting_id")),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_agenda_turn_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_turn")),
    )
    op.create_index(op.f("ix_agenda_turn_meeting_id"), "agenda_turn", ["meeting_id"])
    op.create_index(op.f("ix_agenda_turn_item_id"), "agenda_turn", ["item_id"])
    is_open = sa.text("ended_at IS NULL")
    name, table, columns = "uq_agenda_turn_open", "agenda_turn", ["meeting_id"]
    op.create_index(name, table, columns, unique=True, sqlite_where=is_open, postgresql_where=is_open)
    # Meetings under way go on with the item that is open.
    op.execute(
        "INSERT INTO agenda_turn (meeting_id, item_id, began_at)"
        " SELECT id, current_item_id, current_since FROM meeting"
        " WHERE state = 'under_way' AND current_item_id IS NOT NULL AND current_since IS NOT NULL"
    )
