"""``python -m ecabinet bench search``: how well the right document is found, how fast, and what else it costs.

Relevance is measured with the words of each question joined by OR; times with the questions as people ask them: exact
count, facets, and the passages of the ten hits shown are in them.
"""

import argparse
import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any

from documents import text
from documents.queries import document_key, document_of, found
from documents.search import Entry, Query, Results
from ecabinet.bench import search_load
from ecabinet.bench.processes import BenchError
from ecabinet.bench.search_archive import Archive, fill
from ecabinet.bench.search_corpus import (
    EVERYBODY,
    UNITS,
    MadeUp,
    entry,
    read_corpus,
    read_judgements,
    read_queries,
    shipped_texts,
)
from ecabinet.config import Config
from ecabinet.engines import Engines, open_engines

SHOWN = 10
ASKED = 200
DOCUMENTS = 10_000
FINDABLE_TRIES = 40
FINDABLE_SECONDS = 30.0
SEES_ALL = frozenset({EVERYBODY})
LEADER = frozenset({"member:1", *(f"unit:{100 + unit}" for unit in range(UNITS))})
"""The labels of somebody who may see everything too, but by way of all the units: the dearest filter there is."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Its own options."""
    parser.add_argument("--corpus", type=Path, help="documents: id, title, heading, body, separated by tabs")
    parser.add_argument("--queries", type=Path, help="questions: id, text")
    parser.add_argument("--qrels", type=Path, help="which documents answer them: query, 0, document, 1")
    parser.add_argument("--fold", action="store_true", help="ask without marks")
    parser.add_argument("--docs", type=int, help="fill up with made-up documents to so many")
    parser.add_argument("--engine", choices=list(search_load.SEARCH_URLS), default="whoosh")


def run(options: argparse.Namespace, migrate: Callable[[str], None]) -> None:
    """Measure and print."""
    bench = prepare(options)
    print(json.dumps(measure(bench, options.engine, options.database, migrate)), flush=True)


@dataclass(frozen=True)
class Bench:
    """What is asked of what; ``relevant`` are the documents' ids by query, empty when nobody judged."""

    archive: Archive
    questions: Mapping[str, str]
    relevant: Mapping[str, frozenset[str]]


def prepare(options: argparse.Namespace) -> Bench:
    """Read the files and make up the rest; raises :class:`BenchError` where they do not go together."""
    articles = read_corpus(options.corpus) if options.corpus else []
    texts = [f"{each.title} {each.heading} {each.body}" for each in articles] or shipped_texts()
    count = options.docs or (0 if articles else DOCUMENTS)
    archive = Archive(articles, MadeUp(texts), count)
    if options.queries:
        questions = read_queries(options.queries)
    else:
        questions = dict(enumerate_texts(archive.made_up.questions(ASKED, archive.count)))
    relevant = read_judgements(options.qrels) if options.qrels else {}
    if relevant and not (relevant.keys() & questions.keys()):
        raise BenchError(f"{options.qrels} and {options.queries} have no query in common")
    if relevant and not archive.numbers.keys() & frozenset().union(*relevant.values()):
        raise BenchError(f"{options.qrels} and {options.corpus} have no document in common")
    if options.fold:
        questions = {name: text.fold(text.exact(text.clean(asked))) for name, asked in questions.items()}
    return Bench(archive, questions, relevant)


def enumerate_texts(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((str(number), each) for number, each in enumerate(texts, start=1))


def measure(bench: Bench, engine: str, database_url: str | None, migrate: Callable[[str], None]) -> dict[str, Any]:
    """Index everything and ask; the figures by their names."""
    if engine == "postgresql" and not (database_url or "").startswith("postgresql"):
        raise BenchError("--engine postgresql needs --database with the address of an empty PostgreSQL database")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="ecabinet-bench-")))
        env = search_load.settings(folder, engine, database_url)
        config = Config.from_env(env)
        migrate(config.database_url)
        engines = open_engines(config)
        stack.callback(engines.database.dispose)
        secret_key = secrets.token_hex(32)
        cookie = fill(engines.database, bench.archive, secret_key)
        reader = _Reader(engines)
        questions = list(bench.questions.values())
        figures: dict[str, Any] = {"bench": "search", "engine": engine, "docs": bench.archive.count}
        figures |= {"queries": len(questions), "index_docs_per_s": _index(engines, bench.archive)}
        figures |= _relevance(reader, bench)
        figures |= _times("", [reader.ask(question) for question in questions])
        figures |= _times("any_", [reader.ask(question, any_word=True) for question in questions])
        figures |= {"label_cost": _label_cost(reader, questions), "findable_p95_ms": _findable(engines, bench.archive)}
        figures["busy_p95_ms"] = _p95(search_load.busy(env, bench.archive, questions, reader.ask))
        figures["page_p95_ms"] = _p95(search_load.fetch_pages(env, secret_key, cookie, questions[:ASKED]))
        return figures


def _index(engines: Engines, archive: Archive) -> int:
    """Documents a second; what it takes to make them up is not counted."""
    making = 0.0

    def read() -> Iterator[Entry]:
        nonlocal making
        for number in range(1, archive.count + 1):
            begun = time.perf_counter()
            made = archive.entry(number)
            making += time.perf_counter() - begun
            yield made

    started = time.perf_counter()
    indexed = engines.search.rebuild(read)
    seconds = time.perf_counter() - started - making
    if indexed != archive.count or engines.search.count() != archive.count:
        raise BenchError(f"{indexed} of {archive.count} documents were indexed")
    return round(indexed / seconds)


class _Reader:
    """Somebody who asks and is shown ten hits with their passages."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    def hits(self, question: str, labels: frozenset[str] = SEES_ALL, *, any_word: bool = False) -> Results:
        return self._engines.search.search(Query(question, labels, limit=SHOWN, any_word=any_word))

    def ask(self, question: str, *, any_word: bool = False) -> float:
        """Milliseconds until everything that the page shows is there."""
        started = time.perf_counter()
        results = self.hits(question, any_word=any_word)
        with self._engines.database.reading() as db:
            ids = [number for hit in results.hits if (number := document_of(hit.key)) is not None]
            found(db, ids, question, SEES_ALL)
        return (time.perf_counter() - started) * 1000


def _relevance(reader: _Reader, bench: Bench) -> dict[str, float | None]:
    """Means over the judged questions: the share of relevant documents among the first ten; 1 / place of the first."""
    recalls, places = [], []
    keys = {document_key(number): name for name, number in bench.archive.numbers.items()}
    for query, relevant in bench.relevant.items():
        if query in bench.questions:
            results = reader.hits(bench.questions[query], any_word=True)
            right = [place for place, hit in enumerate(results.hits, start=1) if keys.get(hit.key) in relevant]
            recalls.append(len(right) / len(relevant))
            places.append(1 / right[0] if right else 0.0)
    if not recalls:
        return {"recall_at_10": None, "mrr_at_10": None}
    return {"recall_at_10": round(mean(recalls), 4), "mrr_at_10": round(mean(places), 4)}


def _label_cost(reader: _Reader, questions: Sequence[str]) -> float:
    """How much longer it takes with many labels than with one, both of which show everything (0.2: 20 %)."""
    took = {SEES_ALL: 0.0, LEADER: 0.0}
    for question in questions:
        totals = {reader.hits(question).total}  # whoever asks first pays for what is kept for the others
        for labels in took:
            started = time.perf_counter()
            totals.add(reader.hits(question, labels).total)
            took[labels] += time.perf_counter() - started
        if len(totals) > 1:
            raise BenchError(f"different labels that show the same gave different counts for {question!r}")
    return round(took[LEADER] / took[SEES_ALL] - 1, 3)


def _findable(engines: Engines, archive: Archive) -> float:
    """From a new text until it is found, nothing else being indexed."""
    took = []
    for number in range(archive.count + 1, archive.count + 1 + FINDABLE_TRIES):
        new, word = archive.made_up.article(number), f"zq{number}"
        added = entry(document_key(number), type(new)(new.id, new.title, new.heading, f"{new.body} {word}"), number)
        started = time.perf_counter()
        engines.search.update([added.key], lambda added=added: [added])  # type: ignore[misc]
        while not engines.search.search(Query(word, SEES_ALL)).total:
            if time.perf_counter() - started > FINDABLE_SECONDS:
                raise BenchError("what was indexed is not found")
        took.append((time.perf_counter() - started) * 1000)
    return _p95(took)


def _times(name: str, took: list[float]) -> dict[str, float]:
    return {f"{name}p50_ms": _at(took, 0.5), f"{name}p95_ms": _p95(took)}


def _p95(took: list[float]) -> float:
    return _at(took, 0.95)


def _at(took: list[float], share: float) -> float:
    return round(sorted(took)[max(0, int(share * len(took)) - 1)], 1)
