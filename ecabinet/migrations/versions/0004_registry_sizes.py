"""What a registry of millions needs: members whose card is not yet numbered, fingerprints of half the length."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Sealer.fingerprint() gives the first half of what it gave before.
PRINTS = (
    ("member", "national_id_print"),
    ("member", "phone_print"),
    ("identity_check", "national_id_print"),
    ("recovery_code", "code_print"),
)


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    with op.batch_alter_table("member") as table:
        table.alter_column("card_number", existing_type=sa.String(length=20), nullable=True)
    for holder, name in PRINTS:
        column: sa.ColumnClause[str] = sa.column(name)
        op.execute(sa.update(sa.table(holder, column)).values({name: sa.func.substr(column, 1, 32)}))
