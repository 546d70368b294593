"""What drafting, issuing and the thread stand on: further acts, the chain of signatures, those asked for comments,
links between documents, copies that their issuer has recalled.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ACTS = (
    "act IN ('receive', 'register', 'discard', 'correct', 'present', 'return', 'assign', 'progress', 'finish', "
    "'reopen', 'file', 'void', 'edit', 'comment', 'submit', 'withdraw', 'approve', 'send_back', 'sign', 'number', "
    "'seal', 'issue', 'recall', 'replace', 'amend', 'copy')"
)
KINDS = "IN ('office', 'conclusion', 'resolution', 'item', 'meeting', 'poll', 'task', 'document')"


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    with op.batch_alter_table("office_event") as office_event:
        office_event.drop_constraint(op.f("ck_office_event_act"), type_="check")
        office_event.create_check_constraint(op.f("ck_office_event_act"), sa.text(ACTS))
    op.add_column("office_document", sa.Column("recalled_at", sa.DateTime(timezone=True), nullable=True))
    _create_chain_step()
    _create_consulted()
    _create_link()


def _references(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _create_chain_step() -> None:
    op.create_table(
        "office_chain_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_document_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("authority", sa.String(length=200), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('review', 'sign')", name=op.f("ck_office_chain_step_kind")),
        sa.CheckConstraint("outcome IN ('approved', 'sent_back', 'signed')", name=op.f("ck_office_chain_step_outcome")),
        sa.CheckConstraint("(outcome IS NULL) = (acted_at IS NULL)", name=op.f("ck_office_chain_step_acted")),
        _references("office_chain_step", "office_document_id", "office_document"),
        _references("office_chain_step", "member_id", "member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_chain_step")),
        sa.UniqueConstraint(
            "office_document_id", "position", name=op.f("uq_office_chain_step_office_document_id_position")
        ),
    )
    op.create_index("ix_office_chain_step_member_id", "office_chain_step", ["member_id", "outcome"])


def _create_consulted() -> None:
    op.create_table(
        "office_consulted",
        sa.Column("office_document_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.CheckConstraint("round >= 1", name=op.f("ck_office_consulted_round")),
        _references("office_consulted", "office_document_id", "office_document"),
        _references("office_consulted", "member_id", "member"),
        sa.PrimaryKeyConstraint("office_document_id", "round", "member_id", name=op.f("pk_office_consulted")),
    )
    op.create_index(op.f("ix_office_consulted_member_id"), "office_consulted", ["member_id"])


def _create_link() -> None:
    op.create_table(
        "office_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_kind", sa.String(length=12), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("relation", sa.String(length=14), nullable=False),
        sa.Column("to_kind", sa.String(length=12), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"from_kind {KINDS}", name=op.f("ck_office_link_from_kind")),
        sa.CheckConstraint(f"to_kind {KINDS}", name=op.f("ck_office_link_to_kind")),
        sa.CheckConstraint(
            "relation IN ('replies', 'replaces', 'amends', 'corrects', 'copies', 'drafted_from', 'received_from', "
            "'carries_out')",
            name=op.f("ck_office_link_relation"),
        ),
        sa.CheckConstraint("from_kind <> to_kind OR from_id <> to_id", name=op.f("ck_office_link_not_itself")),
        _references("office_link", "by", "member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_link")),
        sa.UniqueConstraint(
            "from_kind", "from_id", "relation", "to_kind", "to_id",
            name=op.f("uq_office_link_from_kind_from_id_relation_to_kind_to_id"),
        ),
    )  # fmt: skip
    op.create_index("ix_office_link_to", "office_link", ["to_kind", "to_id"])
