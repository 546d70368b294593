"""What was sent to whom, reminders, substitutes to approve, quorum by units."""

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
