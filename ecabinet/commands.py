"""What each command does."""

import argparse
import errno
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import redis
import segno
import uvicorn
from alembic import command as alembic
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from documents.check import Archive, differences
from documents.database import Database
from documents.indexing import rebuild_index
from ecabinet import audit, clock, demo
from ecabinet.app import ENTRIES, ROOT, keep_findable
from ecabinet.asgi import Process, WorkerProcess
from ecabinet.bench import annotate as bench_annotate
from ecabinet.bench import archive as bench_archive
from ecabinet.bench import office as bench_office
from ecabinet.bench import reader as bench_reader
from ecabinet.bench import registry as bench_registry
from ecabinet.bench import search as bench_search
from ecabinet.bench import vote as bench_vote
from ecabinet.bench.processes import BenchError
from ecabinet.config import Config
from ecabinet.engines import Engines, open_engines
from ecabinet.fanout import UVICORN_OPTIONS
from ecabinet.registry.member_counts import recount

BUS_SECONDS = 5.0


class CommandError(Exception):
    """A command cannot do its work; the message says why in one line."""


@dataclass(frozen=True)
class Command:
    """One command of the command line."""

    help: str
    run: Callable[[argparse.Namespace], int | None]
    arguments: Callable[[argparse.ArgumentParser], object] = lambda _parser: None


def migrate(database_url: str) -> None:
    """Bring the database to the newest migration."""
    settings = _migrations()
    settings.attributes["database_url"] = database_url
    alembic.upgrade(settings, "head")


def _migrations() -> AlembicConfig:
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(ROOT / "ecabinet" / "migrations"))
    return settings


def require_ready(engines: Engines) -> None:
    """Raise unless the database answers and is at the newest migration, and the bus answers: better no start than
    pages that all fail.
    """
    with engines.database.engine.connect() as connection:
        stands = MigrationContext.configure(connection).get_current_heads()
    if set(stands) != set(ScriptDirectory.from_config(_migrations()).get_heads()):
        raise CommandError("the database is not at the newest migration: run `python -m ecabinet migrate` first")
    bus_url = engines.config.bus_url
    if not bus_url.startswith("memory:"):
        try:
            redis.Redis.from_url(bus_url, socket_timeout=BUS_SECONDS, socket_connect_timeout=BUS_SECONDS).ping()
        except (redis.RedisError, ValueError) as error:
            raise CommandError(f"BUS_URL: {error}") from error


def run_migrate(_options: argparse.Namespace) -> None:
    config = Config.from_env()
    migrate(config.database_url)


def run_demo(_options: argparse.Namespace) -> None:
    engines = open_engines(Config.from_env())
    keep_findable(engines.database)
    demo.make(engines, say=lambda line: print(line, flush=True))


def run_worker(_options: argparse.Namespace) -> None:
    process = WorkerProcess(Config.from_env())
    require_ready(process.engines)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: process.worker.ask_to_stop())
    process.run()


def check_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=["audit", "counts", "archive"],
        help="the chain of the audit trail; the counts of members, mended; database, blobs and index of the archive",
    )
    parser.add_argument("--deep", action="store_true", help="archive: read every blob and compare its sha256")
    parser.add_argument("--repair", action="store_true", help="archive: mend what can be mended")


def run_check(options: argparse.Namespace) -> int:
    if options.what == "archive":
        return check_archive(options)
    database = Database(Config.from_env().database_url)
    if options.what == "counts":
        with database.writing() as db:
            wrong = recount(db)
        database.dispose()
        print(f"counts: {wrong} were wrong and are mended" if wrong else "counts: right")
        return 1 if wrong else 0
    with database.reading() as db:
        found = audit.walk(db)
    database.dispose()
    if isinstance(found, audit.Broken):
        print(f"audit: broken at row {found.entry_id}: {found.reason}")
        return 1
    print(f"audit: the chain of {found.rows} rows holds; the newest hash, to be kept elsewhere: {found.newest}")
    return 0


def check_archive(options: argparse.Namespace) -> int:
    """Print what differs, a line each, and a summary; 1 when something does, mended or not. Progress goes to stderr."""
    engines = open_engines(Config.from_env())
    archive = Archive(
        engines.database, engines.blobs, engines.search, clock.now(), ENTRIES, deep=options.deep, repair=options.repair,
        say=lambda line: print(line, file=sys.stderr, flush=True),
    )  # fmt: skip
    found = mended = 0
    for difference in differences(archive):
        print(difference, flush=True)
        found, mended = found + 1, mended + difference.mended
    engines.database.dispose()
    left = f", {mended} mended" if options.repair else ", nothing mended: --repair does" if found else ""
    print(f"archive: {found} differences{left}" if found else "archive: database, blobs and index agree")
    return 1 if found else 0


def run_reindex(_options: argparse.Namespace) -> None:
    engines = open_engines(Config.from_env())
    print(f"reindex: {rebuild_index(engines.database, engines.search, ENTRIES)} entries")


def run_serve(_options: argparse.Namespace) -> None:
    config = Config.from_env()
    with listen(config) as listener:
        process = Process(config)
        require_ready(process.engines)
        announce(config)
        settings: dict[str, Any] = {**UVICORN_OPTIONS, "log_level": "warning", "timeout_graceful_shutdown": 5}
        server = uvicorn.Server(uvicorn.Config(process.application, lifespan="on", **settings))
        server.run(sockets=[listener])


def listen(config: Config) -> socket.socket:
    """The listening socket, taken before anything else starts: a port in use must be the first thing one hears of."""
    listener = socket.socket(socket.AF_INET6 if ":" in config.host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((config.host, config.port))
        listener.listen(4096)
    except OSError as error:
        reason = (
            "is in use: stop the other program or set PORT"
            if error.errno == errno.EADDRINUSE
            else f"cannot be used: {error.strerror}"
        )
        raise CommandError(f"{config.host} port {config.port} {reason}") from error
    return listener


def announce(config: Config) -> None:
    """Tell on the terminal where to go: the address, its QR code for tablets, the demo accounts if there are any."""
    print(f"\neCabinet: {config.public_url}\n")
    segno.make(config.public_url, error="l").terminal(compact=True)
    accounts = demo.accounts(config.data_dir)
    if accounts:
        print("\nDemo accounts / tài khoản dùng thử:")
        print("\n".join(f"  {line}" for line in accounts))
    print("\nCtrl+C stops / để dừng\n", flush=True)


def bench_arguments(parser: argparse.ArgumentParser) -> None:
    bench_vote.arguments(parser)
    bench_registry.arguments(parser)
    bench_search.arguments(parser)
    bench_archive.arguments(parser)
    bench_annotate.arguments(parser)
    bench_reader.arguments(parser)
    bench_office.arguments(parser)


def run_bench(options: argparse.Namespace) -> None:
    try:
        if options.what == "registry":
            bench_registry.run(options, migrate)
        elif options.what == "search":
            bench_search.run(options, migrate)
        elif options.what == "office":
            bench_office.run(options, migrate)
        elif options.what == "annotate":
            bench_annotate.run(options)
        elif options.what == "archive":
            bench_archive.run(options)
        elif options.what == "reader":
            bench_reader.run(options)
        else:
            bench_vote.run(options)
    except BenchError as error:
        raise CommandError(str(error)) from error


COMMANDS = {
    "serve": Command("Serve the application.", run_serve),
    "worker": Command("Run jobs: read papers, index them.", run_worker),
    "migrate": Command("Bring the database to the newest form.", run_migrate),
    "demo": Command("Fill an empty database with the demonstration.", run_demo),
    "check": Command("Check that what is kept still holds.", run_check, check_arguments),
    "reindex": Command("Build the search index anew from the database.", run_reindex),
    "bench": Command("Measure.", run_bench, bench_arguments),
}
