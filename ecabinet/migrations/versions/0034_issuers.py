"""A congress, or a body, that gives no more numbers."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
    op.add_column("office_issuer", sa.Column("closed_on", sa.Date(), nullable=True))
