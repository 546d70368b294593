"""Written opinions outside a meeting, comments on papers, notebooks."""

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
