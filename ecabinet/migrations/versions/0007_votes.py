"""Elections, secret ballots, weights, quorum by units, and what a vote freezes when it opens."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

POLL_CHECKS = {
    "majority_base": "majority_base IN ('valid', 'cast', 'issued', 'present', 'entitled', 'members')",
    "kind": "kind IN ('motion', 'election')",
    "manner": "manner IN ('named', 'secret', 'hands')",
    "choices": "least >= 0 AND most >= least AND most >= 1 AND seats >= 0",
    "round": "round IN (1, 2) AND (round = 1 OR decision <> '')",
    "live_results": "NOT live_results OR manner = 'named'",
}
OPTION_CHECKS = {
    "key": "key IN ('for', 'against', 'abstain', 'candidate')",
    "hand_votes": "hand_votes IS NULL OR hand_votes >= 0",
}


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    with op.batch_alter_table("poll") as poll:
        poll.drop_constraint(op.f("ck_poll_majority_base"), type_="check")
        for column in _poll_columns():
            poll.add_column(column)
        for name, rule in POLL_CHECKS.items():
            poll.create_check_constraint(op.f(f"ck_poll_{name}"), sa.text(rule))
        poll.create_foreign_key(op.f("fk_poll_previous_id"), "poll", ["previous_id"], ["id"])
        poll.create_foreign_key(op.f("fk_poll_record_id"), "document", ["record_id"], ["id"])
    stands = sa.text("state <> 'cancelled'")
    op.create_index(
        "uq_poll_previous_id", "poll", ["previous_id"], unique=True, sqlite_where=stands, postgresql_where=stands
    )
    with op.batch_alter_table("poll_option") as option:
        option.drop_constraint(op.f("ck_poll_option_key"), type_="check")
        option.add_column(sa.Column("note", sa.String(length=200), nullable=False, server_default=""))
        option.add_column(sa.Column("hand_votes", sa.Integer(), nullable=True))
        for name, rule in OPTION_CHECKS.items():
            option.create_check_constraint(op.f(f"ck_poll_option_{name}"), sa.text(rule))
        option.alter_column("label", type_=sa.String(length=100), existing_type=sa.String(length=60))
        option.drop_constraint(op.f("uq_poll_option_poll_id_key"), type_="unique")
        option.create_unique_constraint(op.f("uq_poll_option_poll_id_position"), ["poll_id", "position"])
    _add_weights()
    _create_urn()
    # What was frozen so far counted heads, each of weight 1.
    op.execute("UPDATE poll SET votes_present = quorum_present, votes_summoned = quorum_summoned")


def _poll_columns() -> list[sa.Column[object]]:
    def number(name: str) -> sa.Column[object]:
        return sa.Column(name, sa.Integer(), nullable=True)

    def yes_or_no(name: str, default: bool) -> sa.Column[object]:
        return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.true() if default else sa.false())

    return [
        sa.Column("kind", sa.String(length=10), nullable=False, server_default="motion"),
        sa.Column("manner", sa.String(length=10), nullable=False, server_default="named"),
        sa.Column("least", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("most", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("seats", sa.Integer(), nullable=False, server_default="0"),
        yes_or_no("cross_out", False),
        yes_or_no("live_results", False),
        yes_or_no("shows_progress", True),
        sa.Column("round", sa.Integer(), nullable=False, server_default="1"),
        number("previous_id"),
        sa.Column("decision", sa.String(length=300), nullable=False, server_default=""),
        number("quorum_units_present"),
        number("quorum_units_summoned"),
        number("votes_present"),
        number("votes_summoned"),
        number("votes_members"),
        number("hand_issued"),
        number("hand_cast"),
        number("hand_invalid"),
        number("record_id"),
    ]


def _add_weights() -> None:
    """A weight where one is given: the position, the invitation, the snapshot. Adding a column with a check needs no
    new table.
    """
    for table in ("position", "participant", "voter"):
        check = f"CONSTRAINT ck_{table}_weight CHECK (weight > 0)"
        op.execute(f"ALTER TABLE {table} ADD COLUMN weight INTEGER DEFAULT 1 NOT NULL {check}")
    op.add_column("participant", sa.Column("scrutineer", sa.Boolean(), nullable=False, server_default=sa.false()))
    for side in ("numerator", "denominator"):
        op.add_column("meeting", sa.Column(f"quorum_units_{side}", sa.Integer(), nullable=True))


def _create_urn() -> None:
    poll = sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_urn_poll_id"))
    op.create_table(
        "urn",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        poll,
        sa.PrimaryKeyConstraint("poll_id", name=op.f("pk_urn")),
    )
    op.create_table(
        "urn_slip",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_urn_slip_poll_id")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_urn_slip")),
    )
    op.create_table(
        "marked",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("proof", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_marked_poll_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_marked_member_id")),
        sa.PrimaryKeyConstraint("poll_id", "member_id", name=op.f("pk_marked")),
    )
    op.create_table(
        "secret_ballot",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_secret_ballot_poll_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_secret_ballot")),
    )
    op.create_table(
        "secret_receipt",
        sa.Column("receipt", sa.String(length=20), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_secret_receipt_poll_id")),
        sa.PrimaryKeyConstraint("receipt", name=op.f("pk_secret_receipt")),
    )
    for table in ("urn_slip", "secret_ballot", "secret_receipt"):
        op.create_index(op.f(f"ix_{table}_poll_id"), table, ["poll_id"])
