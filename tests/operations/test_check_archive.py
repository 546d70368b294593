"""`python -m ecabinet check archive` as an operator runs it: what it prints, and with which exit code."""

import io
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from documents.indexing import rebuild_index
from documents.models import Version
from ecabinet import clock
from ecabinet.__main__ import main
from ecabinet.app import ENTRIES
from ecabinet.config import Config
from ecabinet.engines import Engines, open_engines
from ecabinet.worker import index_found
from tests import archive, databases
from tests.people import make_office

NEW_YEAR = datetime(2020, 1, 1, tzinfo=UTC).timestamp()


@pytest.fixture
def engines(migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engines:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", databases.sqlite_copy(migrated_sqlite, tmp_path))
    return open_engines(Config.from_env())


def settle(engines: Engines) -> None:
    """As the worker does."""
    while index_found(engines, clock.now(), ENTRIES):
        pass


def test_what_differs_is_printed_and_mended_when_asked(
    engines: Engines, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with engines.database.writing() as db:
        office = make_office(db)
    document = archive.put_in(engines.database, engines.blobs, office)
    rebuild_index(engines.database, engines.search, ENTRIES)
    settle(engines)
    assert main(["check", "archive"]) == 0
    assert capsys.readouterr().out == "archive: database, blobs and index agree\n"

    unused = engines.blobs.put(io.BytesIO(b"of nobody"))
    for path in engines.blobs.root.rglob(unused.sha256):  # type: ignore[attr-defined]
        os.utime(path, (NEW_YEAR, NEW_YEAR))
    engines.search.update([f"document:{document}"], lambda: [])
    with engines.database.reading() as db:
        version = db.query(Version).one()
    next(engines.blobs.root.rglob(version.sha256)).unlink()  # type: ignore[attr-defined]

    assert main(["check", "archive"]) == 1
    said = capsys.readouterr().out.splitlines()
    assert sorted(said[:-1]) == [
        f"blob missing: {version.sha256} nothing in the store; of version:{version.id}",
        f"blob unused: {unused.sha256} 9 bytes, put on 2020-01-01",
        f"not in the index: document:{document}",
    ]
    assert said[-1] == "archive: 3 differences, nothing mended: --repair does"

    assert main(["check", "archive", "--deep", "--repair"]) == 1
    said = capsys.readouterr().out.splitlines()
    assert sum(line.endswith("(mended)") for line in said) == 2
    assert said[-1] == "archive: 3 differences, 2 mended"
    settle(engines)
    engines.blobs.put(io.BytesIO(b"Mot van ban."))  # the operator brings the lost file back from a backup
    assert main(["check", "archive", "--deep"]) == 0
    assert set(engines.search.keys()) >= {f"document:{document}"}
