"""On PostgreSQL the fingerprints of members are UUIDs: as many digits, in half the index."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """PostgreSQL only: SQLite has no such type."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE member"
            " ALTER COLUMN national_id_print TYPE uuid USING CAST(national_id_print AS uuid),"
            " ALTER COLUMN phone_print TYPE uuid USING CAST(phone_print AS uuid)"
        )
