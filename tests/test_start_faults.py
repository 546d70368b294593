"""A start that cannot go well ends in one line and exit code 1, before anybody is served."""

from pathlib import Path

import pytest

from ecabinet.__main__ import main
from tests import databases
from tests.services import free_ports


@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("PUBLIC_URL", "http://[x", "PUBLIC_URL"),
        ("BUS_URL", "redis://[", "BUS_URL"),
        ("BUS_URL", "redis://127.0.0.1:1/0", "BUS_URL"),
        ("BLOBS_URL", "file:", "not the address of a blob store"),
        ("SEARCH_URL", "whoosh:", "not a search engine"),
        ("DATABASE_URL", "postgresql://127.0.0.1:1/none", "the database cannot be used"),
        ("DATABASE_URL", "", "run `python -m ecabinet migrate` first"),
    ],
)
def test_one_line_and_no_start(
    migrated_sqlite: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    setting: str,
    value: str,
    said: str,
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", databases.sqlite_copy(migrated_sqlite, tmp_path))
    monkeypatch.setenv("PORT", str(free_ports(1)[0]))
    monkeypatch.setenv(setting, value)
    assert main([command]) == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("ecabinet: ")
    assert said in line
