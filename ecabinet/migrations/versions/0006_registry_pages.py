"""The orders of the member list, grades and photos of members, how a unit is reached and what of it was amended."""

import sqlalchemy as sa
from alembic import op

from ecabinet.registry.name_order import order_key

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None

AT_ONCE = 10_000


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    _order_members()
    op.create_table(
        "member_grade",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_member_grade_member_id")),
        sa.PrimaryKeyConstraint("member_id", "year", name=op.f("pk_member_grade")),
    )
    _grades_so_far()
    op.create_index("ix_member_grade_year_grade_member_id", "member_grade", ["year", "grade", "member_id"])
    op.create_table(
        "member_photo",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["member.id"], name=op.f("fk_member_photo_added_by")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_member_photo_member_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_member_photo")),
    )
    op.add_column("unit", sa.Column("phone", sa.String(length=30), server_default="", nullable=False))
    op.add_column("unit", sa.Column("email", sa.String(length=120), server_default="", nullable=False))
    with op.batch_alter_table("unit_event") as table:
        table.drop_constraint(op.f("ck_unit_event_kind"), type_="check")
        table.create_check_constraint(
            op.f("ck_unit_event_kind"),
            "kind IN ('founded', 'renamed', 'amended', 'moved', 'merged', 'split', 'dissolved')",
        )


def _order_members() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    by_bytes = sa.String(length=200, collation="C" if on_postgresql else None)
    op.add_column("member", sa.Column("order_key", by_bytes, server_default="", nullable=False))
    member = sa.table("member", sa.column("id"), sa.column("full_name"), sa.column("order_key"))
    last = 0
    while rows := (
        op.get_bind()
        .execute(sa.select(member.c.id, member.c.full_name).where(member.c.id > last).order_by("id").limit(AT_ONCE))
        .all()
    ):
        op.get_bind().execute(
            sa.update(member).where(member.c.id == sa.bindparam("member")).values(order_key=sa.bindparam("key")),
            [{"member": member_id, "key": order_key(name)} for member_id, name in rows],
        )
        last = rows[-1].id
    for column in ("order_key", "born_on", "joined_on"):
        op.create_index(f"ix_member_{column}_id", "member", [column, "id"])
    # Whose members, and of these the ones named so: a name looked for in one province of thirty-four.
    op.drop_index("ix_member_unit_id", "member")
    for column in ("name_key", "search_name"):
        op.create_index(f"ix_member_unit_id_{column}", "member", ["unit_id", column])
        if op.get_bind().dialect.name == "postgresql":
            # With the usual hundred steps for five million names the planner takes every name for a rare one.
            op.execute(f"ALTER TABLE member ALTER COLUMN {column} SET STATISTICS 1000")
    op.drop_index("ix_member_inactive", "member")
    few = sa.text("status <> 'active'")
    op.create_index("ix_member_inactive", "member", ["status", "order_key"], sqlite_where=few, postgresql_where=few)


def _grades_so_far() -> None:
    event = sa.table(
        "member_event", sa.column("member_id"), sa.column("kind"), sa.column("details", sa.JSON()), sa.column("id")
    )
    grade = sa.table("member_grade", sa.column("member_id"), sa.column("year"), sa.column("grade"))
    graded = op.get_bind().execute(
        sa.select(event.c.member_id, event.c.details).where(event.c.kind == "graded").order_by(event.c.id)
    )
    # by member and year: the first stands, as a second was refused
    found: dict[tuple[int, int], str] = {}
    for member_id, details in graded:
        found.setdefault((member_id, details["year"]), details["grade"])
    rows = [{"member_id": member_id, "year": year, "grade": given} for (member_id, year), given in found.items()]
    if rows:
        op.get_bind().execute(sa.insert(grade), rows)
