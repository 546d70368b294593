"""The agenda as a tree, its kinds and clocks, the papers' deadlines and approval."""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs on SQLite and PostgreSQL alike."""
