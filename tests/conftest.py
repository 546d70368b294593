"""Fixtures for the real servers, and the honest end: what could not run is named, and fails in CI."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from documents.database import Database
from tests import databases, services

Start = Callable[[], contextlib.AbstractContextManager[services.Server]]
NOT_RUN = pytest.StashKey[dict[str, str]]()
FIRST = ("tests/e2e/test_path.py", "tests/bench/", "tests/stack/", "tests/e2e/")
"""What takes minutes, in this order: the first makes the demonstration, for which the others of its kind wait."""

# How long an example takes depends on what else the machine does: never a reason to fail.
if "CI" not in os.environ:  # there Hypothesis has a profile of its own, which knows this already
    hypothesis.settings.register_profile("ecabinet", deadline=None)
    hypothesis.settings.load_profile("ecabinet")


def _started(start: Start[services.Server]) -> Iterator[services.Server]:
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(start())
        except services.Unavailable as reason:
            pytest.skip(str(reason))
        yield server


def _found(find: Callable[[], str]) -> str:
    try:
        return find()
    except services.Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[services.Postgres]:
    """A PostgreSQL server for the whole run."""
    yield from _started(services.postgres)


@pytest.fixture(scope="session")
def new_postgres_database(postgres_server: services.Postgres) -> Callable[[], str]:
    """Call it for the address of a new, empty database."""
    return postgres_server.new_database


@pytest.fixture
def postgres_url(postgres_server: services.Postgres) -> Iterator[str]:
    """The address of a new, empty database."""
    url = postgres_server.new_database()
    yield url
    postgres_server.drop(url)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file as the migrations leave it."""
    return databases.sqlite_template(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: services.Postgres) -> databases.PostgresDatabases:
    """PostgreSQL databases as the migrations leave them, for one test after the other."""
    return databases.PostgresDatabases(postgres_server)


@pytest.fixture
def migrated_postgres(postgres_databases: databases.PostgresDatabases) -> Iterator[Callable[[], str]]:
    """Call it for the address of a PostgreSQL database as the migrations leave it."""
    taken: list[str] = []

    def take() -> str:
        taken.append(postgres_databases.take())
        return taken[-1]

    yield take
    for url in taken:
        postgres_databases.give_back(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of the test's own, built by the migrations; the test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        url = databases.sqlite_copy(request.getfixturevalue("migrated_sqlite"), tmp_path)
    else:
        url = request.getfixturevalue("migrated_postgres")()
    database = Database(url)
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[services.S3]:
    """An S3 server for the whole run, with a secret of its own."""
    yield from _started(services.s3)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[services.Redis]:
    """A Redis server for the whole run."""
    yield from _started(services.redis_server)


@pytest.fixture(scope="session")
def redis_url(redis_server: services.Redis) -> str:
    """The address of the Redis server."""
    return redis_server.url


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is; start it with ``services.CHROMIUM_ARGUMENTS``."""
    return _found(services.chromium)


@pytest.fixture(scope="session")
def tesseract_path() -> str:
    """Where Tesseract is."""
    return _found(services.tesseract)


@pytest.fixture(scope="session")
def softhsm() -> Path:
    """The library of a device for keys."""
    try:
        return services.softhsm()
    except services.Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def libreoffice_path() -> str:
    """Where LibreOffice is."""
    return _found(services.libreoffice)


@pytest.fixture(scope="session")
def node_path() -> str:
    """Where Node.js is."""
    return _found(services.node)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first: begun last, one would keep a worker busy long after the other has nothing left to do."""
    items.sort(
        key=lambda item: next((place for place, path in enumerate(FIRST) if item.nodeid.startswith(path)), len(FIRST))
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[NOT_RUN] = {}
    config.pluginmanager.register(_NotRun(config.stash[NOT_RUN]), "what-could-not-run")


class _NotRun:
    """Remembers every test and module that was skipped, for whatever reason."""

    def __init__(self, not_run: dict[str, str]) -> None:
        self.not_run = not_run

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._remember(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._remember(report)

    def _remember(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        self.not_run[report.nodeid] = reason.removeprefix("Skipped: ")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if session.config.stash[NOT_RUN] and os.environ.get("CI") == "true" and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    not_run = config.stash[NOT_RUN]
    if not not_run:
        return
    terminalreporter.section("WHAT COULD NOT RUN", sep="=", red=True)
    for reason in sorted(set(not_run.values())):
        tests = sorted(test for test, why in not_run.items() if why == reason)
        terminalreporter.line(f"{reason}")
        for test in tests:
            terminalreporter.line(f"    {test}")
    if os.environ.get("CI") == "true":
        terminalreporter.line("CI: what cannot run has failed.")
