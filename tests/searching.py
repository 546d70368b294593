"""Entries to be found, and short ways to ask an engine for them."""

from sqlalchemy import text as sql

from documents.database import Database
from documents.search import Entry, Query
from documents.search_postgres import DDL
from documents.stores import open_search

ALL = frozenset({"unit:1"})


def postgres(url):
    database = Database(url)
    with database.writing() as db:
        for statement in DDL:
            db.execute(sql(statement))
    yield open_search("postgresql:", database)
    database.dispose()


def entry(document_id, title, text="", *, labels=ALL, kind="paper", **rest) -> Entry:
    return Entry(key=f"document:{document_id}", title=title, text=text, kind=kind, labels=frozenset(labels), **rest)


def number(hit):
    return int(hit.key.rpartition(":")[2])


def put(engine, *entries):
    engine.update([each.key for each in entries], lambda: entries)


def ask(engine, question, labels=ALL, **rest):
    return engine.search(Query(question, frozenset(labels), **rest))


def ids(engine, question, **rest):
    results = ask(engine, question, **rest)
    assert results.total == len(results.hits)
    return sorted(number(hit) for hit in results.hits)
