"""What the tests of printed papers share."""

from pathlib import Path

import pytest

from ecabinet.config import Config


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """An installation that was given no certificate."""
    return Config.from_env({"DATA_DIR": str(tmp_path / "data"), "PUBLIC_URL": "https://hop.example.vn"})
