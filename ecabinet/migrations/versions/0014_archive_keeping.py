"""What the archive keeps of a paper: whole versions, loans, the bin."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    with op.batch_alter_table("document") as document:
        document.add_column(sa.Column("signer", sa.String(length=200), nullable=True))
        document.add_column(sa.Column("secrecy", sa.String(length=12), server_default="normal", nullable=False))
        document.add_column(sa.Column("owner", sa.String(length=100), nullable=True))
        document.add_column(sa.Column("retention", sa.String(length=2), nullable=True))
        document.add_column(sa.Column("keep_years", sa.Integer(), nullable=True))
        document.add_column(sa.Column("closed_on", sa.Date(), nullable=True))
        document.create_check_constraint(op.f("ck_document_secrecy"), "secrecy IN ('normal', 'secret')")
        document.create_check_constraint(
            op.f("ck_document_retention"), "retention IN ('01', '02', '03', '04', '05', '06', '07')"
        )
        document.create_check_constraint(op.f("ck_document_keep_years"), "keep_years >= 0")
    op.create_index(op.f("ix_document_owner"), "document", ["owner"], unique=False)
    op.add_column("version", sa.Column("note", sa.String(length=500), server_default="", nullable=False))
    op.add_column("version", sa.Column("restored_from", sa.Integer(), nullable=True))
    _create_loans_and_bin()
    _find_owners()


def _create_loans_and_bin() -> None:
    op.create_table(
        "document_loan",
        sa.Column("document_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.String(length=100), nullable=False),
        sa.Column("holder_name", sa.String(length=200), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("until > since", name=op.f("ck_document_loan_until")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_loan_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_loan")),
    )
    op.create_table(
        "document_bin",
        sa.Column("document_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_bin_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_bin")),
    )
    op.create_index(op.f("ix_document_bin_until"), "document_bin", ["until"], unique=False)


def _find_owners() -> None:
    # What a meeting or a round of opinions holds belongs to its unit; of the rest, what is open to one unit, to that.
    of_meeting = (
        "SELECT MIN(meeting.unit_id) FROM paper JOIN agenda_item ON agenda_item.id = paper.item_id "
        "JOIN meeting ON meeting.id = agenda_item.meeting_id WHERE document.id IN (paper.document_id, paper.pending_id)"
    )
    of_round = (
        "SELECT MIN(opinion_round.unit_id) FROM opinion_paper "
        "JOIN opinion_round ON opinion_round.id = opinion_paper.round_id WHERE opinion_paper.document_id = document.id"
    )
    for unit in (of_meeting, of_round):
        op.execute(f"UPDATE document SET owner = 'unit:' || ({unit}) WHERE owner IS NULL")  # noqa: S608
    open_to = "FROM document_label WHERE document_id = document.id AND label LIKE 'unit:%'"
    op.execute(
        f"UPDATE document SET owner = (SELECT MIN(label) {open_to}) "  # noqa: S608
        f"WHERE owner IS NULL AND (SELECT COUNT(*) {open_to}) = 1"
    )
