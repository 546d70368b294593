"""Annotations carried over to the next version."""

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing: what is carried over are annotations, and what carries them is a job; both have their tables."""
