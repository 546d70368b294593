"""Four readers ask while another process indexes; and the search page is fetched from a real server."""

import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import count
from multiprocessing.synchronize import Event
from pathlib import Path
from urllib.parse import quote

from documents.rules import INDEX_BATCH
from ecabinet.bench.processes import BenchError, Server, application_env, free_port, http
from ecabinet.bench.search_archive import Archive
from ecabinet.config import Config
from ecabinet.engines import open_engines

READERS = 4
START_SECONDS = 60.0
SEARCH_URLS = {"whoosh": "", "postgresql": "postgresql:"}
"""What SEARCH_URL says for each engine; empty: the folder's own."""


def settings(folder: Path, engine: str, database_url: str | None) -> dict[str, str]:
    """The environment of an installation in this folder."""
    return {"DATA_DIR": str(folder), "DATABASE_URL": database_url or "", "SEARCH_URL": SEARCH_URLS[engine]}


def busy(env: dict[str, str], archive: Archive, questions: Sequence[str], ask: Callable[[str], float]) -> list[float]:
    """What ``ask`` says of each question, asked by four readers while changed documents are indexed all the time."""
    with _indexing(env, archive), ThreadPoolExecutor(READERS) as readers:
        return list(readers.map(ask, questions))


@contextmanager
def _indexing(env: dict[str, str], archive: Archive) -> Iterator[None]:
    processes = multiprocessing.get_context("spawn")
    started, stop = processes.Event(), processes.Event()
    indexer = processes.Process(target=_index, args=(env, archive, started, stop), daemon=True)
    indexer.start()
    try:
        if not started.wait(START_SECONDS):
            raise BenchError("the indexing process does not index")
        yield
        if not indexer.is_alive():
            raise BenchError("the indexing process ended early")
    finally:
        stop.set()
        indexer.join(START_SECONDS)


def _index(env: dict[str, str], archive: Archive, started: Event, stop: Event) -> None:
    """Batches as the worker makes them, of documents that have a new text each time."""
    engines = open_engines(Config.from_env(env))
    for edition in count(1):
        first = edition * INDEX_BATCH
        numbers = {(first + step) % archive.count + 1 for step in range(INDEX_BATCH)}
        entries = [archive.entry(number, edition) for number in numbers]
        engines.search.update([each.key for each in entries], lambda entries=entries: entries)  # type: ignore[misc]
        started.set()
        if stop.is_set():
            return


def fetch_pages(env: dict[str, str], secret_key: str, cookie: str, questions: Sequence[str]) -> list[float]:
    """Milliseconds of each search page, asked for one after the other on one connection."""
    port = free_port()
    served = application_env(Path(env["DATA_DIR"]), port, secret_key, env["DATABASE_URL"] or None)
    server = Server([sys.executable, "-m", "ecabinet", "serve"], {**served, "SEARCH_URL": env["SEARCH_URL"]}, port)
    try:
        with http(port) as connection:
            _fetch(connection, questions[0], cookie)  # the first one loads the templates
            return [_fetch(connection, question, cookie) for question in questions]
    finally:
        server.close()


def _fetch(connection: HTTPConnection, question: str, cookie: str) -> float:
    started = time.perf_counter()
    connection.request("GET", f"/search?q={quote(question)}", headers={"Cookie": cookie})
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise BenchError(f"the search page answered {answer.status}")
    return (time.perf_counter() - started) * 1000
